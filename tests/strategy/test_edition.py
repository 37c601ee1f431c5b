from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from kaname.errors import InputProblems
from kaname.strategy import edition as ed


def an_edition(value: float = 1.0) -> ed.Edition:
    return ed.Edition(
        {"loss": pl.DataFrame({"a": ["x"], "v": [value]})}, "<p>r</p>", {"pack.yaml": "00"}, {"days": 3}
    )


def test_twice_the_same_bytes_but_for_the_time(tmp_path: Path) -> None:
    first = ed.write(an_edition(), tmp_path / "a")
    second = ed.write(an_edition(), tmp_path / "b")
    assert first == second
    assert set(first) == {"report.html", "tables/loss.csv", "tables/loss.parquet"}
    manifest = json.loads((tmp_path / "a" / "manifest.json").read_text())
    assert manifest["files"] == first
    assert manifest["written"]


def test_a_failure_leaves_the_last_good_edition(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "out"
    ed.write(an_edition(1.0), out)

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pl.DataFrame, "write_parquet", full)
    with pytest.raises(OSError, match="No space"):
        ed.write(an_edition(2.0), out)
    assert "1.0" in (out / "tables" / "loss.csv").read_text()
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


def test_killed_between_the_moves_is_healed(tmp_path: Path) -> None:
    out = tmp_path / "out"
    ed.write(an_edition(1.0), out)
    out.rename(tmp_path / ".out.previous")
    with pytest.raises(KeyboardInterrupt):
        ed.write(Interrupting(an_edition()), out)  # type: ignore[arg-type]
    assert "1.0" in (out / "tables" / "loss.csv").read_text()


class Interrupting:
    def __init__(self, edition: ed.Edition) -> None:
        self.edition = edition

    @property
    def tables(self) -> dict[str, pl.DataFrame]:
        raise KeyboardInterrupt


def test_somebody_elses_folder_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(InputProblems, match="something else"):
        ed.write(an_edition(), tmp_path)
    assert (tmp_path / "thesis.txt").read_text() == "mine"


def test_killed_after_the_moves_does_not_stand_in_the_way(tmp_path: Path) -> None:
    out = tmp_path / "out"
    ed.write(an_edition(1.0), out)
    (tmp_path / ".out.previous" / "tables").mkdir(parents=True)
    ed.write(an_edition(2.0), out)
    assert "2.0" in (out / "tables" / "loss.csv").read_text()
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


@pytest.mark.parametrize("foreign", [True, False])
def test_killed_between_the_moves_and_another_folder_since(tmp_path: Path, *, foreign: bool) -> None:
    out, previous = tmp_path / "out", tmp_path / ".out.previous"
    ed.write(an_edition(1.0), out)
    out.rename(previous)
    out.mkdir()
    if foreign:
        (out / "thesis.txt").write_text("mine")
    with pytest.raises(InputProblems if foreign else KeyboardInterrupt):
        ed.write(Interrupting(an_edition()), out)  # type: ignore[arg-type]
    last = previous if foreign else out
    assert "1.0" in (last / "tables" / "loss.csv").read_text(), "the last good edition is nowhere else"


def test_a_place_where_nothing_can_stand_is_told_before_the_work(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    for place in ("file", "file/out", "file/a/b"):
        with pytest.raises(InputProblems):
            ed.may_stand(tmp_path / place)
    ed.may_stand(tmp_path / "new" / "out")
