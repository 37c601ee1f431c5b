"""`kaname restore` on the screen and for programs, on a small nation; every problem at once."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator

import pytest

from kaname.cli import main
from kaname.cli import restore as command
from kaname.nation import Nation
from kaname.planning.restoration import Means, Restoration

from .made import nation as small_nation
from .made import quake, restored


def said(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as end:
        main(list(words))
    streams = capsys.readouterr()
    return int(end.value.code or 0), streams.out, streams.err


@pytest.fixture(scope="module")
def found() -> Restoration:
    return restored(small_nation(), quake(3), Means(4))


@pytest.fixture
def answered(monkeypatch: pytest.MonkeyPatch, found: Restoration) -> Iterator[None]:
    """The command, its question answered by the small nation."""
    monkeypatch.setattr(Nation, "restore", lambda *asked, **more: found)
    yield


@pytest.mark.usefixtures("answered")
@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("en", ("Order of restoration", "largest first", "all at once (lower bound)", "loss at home")),
        ("ja", ("復旧の順序", "大きいものから", "全対象に同時着手（下限）", "国内の損失")),
    ],
)
def test_the_screen(capsys: pytest.CaptureFixture[str], lang: str, words: tuple[str, ...]) -> None:
    code, text, _ = said(capsys, "restore", "nankai-trough", "--crews", "4", "--lang", lang)
    assert code == 0
    for word in words:
        assert word in text


@pytest.mark.usefixtures("answered")
def test_for_programs(capsys: pytest.CaptureFixture[str], found: Restoration) -> None:
    code, text, _ = said(capsys, "restore", "nankai-trough", "--crews", "4", "--format", "json")
    told = json.loads(text)
    assert code == 0 and told["loss"] == found.loss and told["best_rule"] == found.best_rule
    assert {r["rule"] for r in told["rules"]} == set(found.rules["rule"])
    assert told["bound"] <= told["loss"] <= told["rules"][0]["loss"]
    _, text, _ = said(capsys, "restore", "nankai-trough", "--crews", "4", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert len(rows) == found.stints.height and {"crew", "thing", "stage", "start", "end"} == set(rows[0])


def test_every_problem_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    code, text, told = said(
        capsys,
        *("restore", "nankai-through", "--crews", "0", "--days", "0"),
        *("--have", "ships", "--first", "hospitl", "--with", "nothing"),
    )
    assert code == 2 and text == ""
    for part in (
        "nankai-through",
        "one crew, not 0",
        "one day, not 0",
        "NAME=NUMBER",
        "hospitl",
        "'nothing'",
    ):
        assert part in told
    assert "Traceback" not in told


def test_nothing_to_restore(
    capsys: pytest.CaptureFixture[str], japan: Nation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "open_nation", lambda pack: japan)
    code, _, told = said(capsys, "restore", "hormuz-closure", "--crews", "3")
    assert code == 2 and "nothing for crews to bring back" in told and "kaname stress --with" in told
