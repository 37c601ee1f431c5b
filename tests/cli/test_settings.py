"""`--set`: other settings for one run; all that is wrong with a call is told at once."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kaname.cli import behave, main, runs
from kaname.errors import InputProblems
from kaname.nation import Nation


def told(capsys: pytest.CaptureFixture[str], *words: str) -> list[str]:
    with pytest.raises(SystemExit) as end:
        main(list(words))
    assert end.value.code == 2
    return capsys.readouterr().err.splitlines()


@pytest.mark.parametrize("command", ["stress", "worth"])
def test_every_problem_of_a_call_at_once(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    lines = told(
        capsys, command, "no-such", "--days", "0", "--with", "nothing", "--set", "psi=7", "psy=1", "x"
    )
    for part in (
        "no scenario 'no-such' @ no-such",
        "a run needs at least one day, not 0 @ days",
        "no measure 'nothing' @ nothing",
        "psi must be a share from 0 to 1, not 7 @ settings",
        "no setting 'psy' (did you mean 'psi'?) @ --set",
        "write a setting as name=value, not 'x' @ --set",
    ):
        assert part in lines, part


def test_settings_as_they_are_written(japan: Nation) -> None:
    found = behave.changed(
        japan.settings, ["psi=0.5", "rationing=priority", "restock-days=10", "restock_days=12"]
    )
    assert (found.psi, found.rationing, found.restock_days) == (0.5, "priority", 12)
    assert behave.changed(japan.settings, ["classic=true"]).classic is True
    assert behave.changed(japan.settings, []) == japan.settings
    with pytest.raises(InputProblems, match="no setting 'dt'"):
        behave.changed(japan.settings, ["dt=0.5"])


def test_a_kept_run_keeps_its_settings(japan: Nation, tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    runs.save(japan, ["hormuz-closure"], 100, [], path, ["psi=0.5"])
    assert json.loads(path.read_text(encoding="utf-8"))["settings"] == ["psi=0.5"]
    _, scenarios, days, measures, changes = runs.recall(str(path), "japan", 5)
    assert (scenarios, days, measures, changes) == (("hormuz-closure",), 100, (), ("psi=0.5",))
