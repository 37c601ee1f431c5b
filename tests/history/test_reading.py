"""Event files: the shipped ones are sound; a bad one tells everything at once."""

from __future__ import annotations

from pathlib import Path

import pytest
from bench.history import __main__ as command
from bench.history import build, wiod
from bench.history.schema import EVENTS, read, read_all
from bench.history.stage import DATA

from kaname.errors import InputProblems
from tests.history import small


def test_shipped_events_are_read() -> None:
    events = {e.id: e for e in read_all()}
    assert {
        "tohoku-2011",
        "thailand-2011",
        "rare-earths-2010",
        "suez-2021",
        "masks-2020",
        "gallium-2023",
    } <= set(events)
    pair = events["pair-2011"]
    first, second = (events[name] for name in pair.together)
    assert len(pair.inputs) == len(first.inputs) + len(second.inputs)
    assert [s.start for s in pair.shocks if s.part] == [s.start + pair.apart for s in second.shocks]


@pytest.mark.parametrize("file", sorted(EVENTS.glob("*.yaml")), ids=lambda f: f.stem)
def test_no_input_is_what_it_is_judged_by(file: Path) -> None:
    """A source may serve an input and a fact only if it is not the figure itself: none of these does."""
    event = read(file)
    judged = {f.source for f in event.facts}
    used = {p.figure.source for p in event.inputs if p.figure.source}
    allowed = {
        "suez-2021": {"ing-2021"},  # how long the canal was shut, and that volumes did not show it
        "masks-2020": set(),
    }
    assert judged & used <= allowed.get(event.id, set())


def test_a_bad_file_tells_everything_at_once(tmp_path: Path) -> None:
    text = (
        small.TEXT.replace("order: 1", "order: first")
        .replace("days: 60", "days: 0")
        .replace("unit: day", "unit: fortnight")
        .replace("kind: capacity", "kind: capasity")
    )
    with pytest.raises(InputProblems) as told:
        small.event(tmp_path, text)
    lines = [str(p) for p in told.value.problems]
    assert len(lines) == 4
    assert all("small.yaml:" in line for line in lines)
    assert any("capacity" in line and "$.shocks[0].kind" in line for line in lines)


def test_what_the_schema_cannot_see_is_told_together(tmp_path: Path) -> None:
    than = "    than: {of: level, industries: [C29], month: 2011-03}\n"
    text = small.TEXT.replace("size: lost", "size: lots").replace("low: 10, high: 30, ", "")
    text = text.replace(than, "").replace('unit: ""\n    source: paper', 'unit: ""\n    source: book')
    with pytest.raises(InputProblems) as told:
        small.event(tmp_path, text)
    text = str(told.value)
    assert "no input 'lots' (did you mean 'lost'?)" in text
    assert "input 'lost' is used by no shock" in text
    assert "an assumption needs a range" in text
    assert "an order needs a second reading" in text
    assert "no source 'book'" in text


def test_a_name_that_is_not_in_the_table_is_told(tmp_path: Path) -> None:
    text = small.TEXT.replace(
        "kind: capacity\n    industries: [C26]", "kind: capacity\n    industries: [C99]\n    countries: [XXX]"
    )
    (tmp_path / "events").mkdir()
    (tmp_path / "events" / "small.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(InputProblems) as told:
        build.build(tmp_path / "docs", tmp_path / "events", tmp_path)
    assert {p.message for p in told.value.problems} == {
        "no industry 'C99' in the table",
        "no country 'XXX' in the table",
    }


def test_a_missing_table_leaves_the_page_as_it_was(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    docs = tmp_path / "docs"
    (docs / "images" / "history").mkdir(parents=True)
    (docs / "validation.md").write_text("as it was\n")
    (docs / "images" / "history" / "a.svg").write_text("as it was\n")
    code = command.main(["tohoku-2011", "--docs", str(docs), "--data", str(tmp_path / "nothing")])
    told = capsys.readouterr().err
    assert code == 2
    assert "World Input-Output Database of 2010 is not there" in told
    assert wiod.FILE in told
    assert sorted(p.name for p in docs.rglob("*") if p.is_file()) == ["a.svg", "validation.md"]
    assert (docs / "validation.md").read_text() == "as it was\n"


def test_words_of_the_command_that_cannot_be_meant(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["suez-2021", "--draws", "0"]) == 2
    told = capsys.readouterr().err
    assert "at least one draw, not 0" in told
    assert "may not replace that of all" in told
    assert command.main(["suez", "--docs", "elsewhere"]) == 2
    assert "no event 'suez'" in capsys.readouterr().err
    assert not Path("elsewhere").exists()


def test_a_table_of_another_shape_is_refused(tmp_path: Path) -> None:
    import numpy as np

    np.savez(
        tmp_path / wiod.FILE,
        Z=np.zeros((4, 4)),
        F=np.zeros((4, 1)),
        countries=np.array(["JPN", "RoW"]),
        industries=np.array(["c1", "c2"]),
    )
    with pytest.raises(InputProblems, match="not 35 industries"):
        wiod.read(tmp_path)
    (tmp_path / wiod.FILE).write_bytes(b"no archive")
    with pytest.raises(InputProblems, match="cannot be read"):
        wiod.read(tmp_path)


@pytest.mark.skipif(
    not (DATA / wiod.FILE).exists(), reason="the World Input-Output Database is not beside the project"
)
def test_the_database_is_mended_as_little_as_can_be() -> None:
    table, mended = wiod.read(DATA)
    assert 0 < mended < 60
    assert len(table.regions) == 41
    assert (table.f >= 0).all()
    assert (table.value_added >= -1e-6 * table.x).all()
