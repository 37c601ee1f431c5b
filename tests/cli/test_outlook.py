"""`kaname outlook` as a user meets it."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.planning.test_outlook import part_of

from kaname.cli import main
from kaname.cli import outlook as command
from kaname.nation import Nation
from kaname.planning import outlook
from kaname.planning.outlook import Projection

TABLES = {"totals", "areas", "uses", "published", "weeks", "shed", "needs", "effects", "industries"}


@pytest.fixture(scope="module")
def part(japan: Nation) -> Nation:
    """The nation with a part of its outlooks, so that a call takes a second."""
    divided = japan.by_area()
    built = part_of(divided.built)
    nation = japan.with_pack(built.pack)
    nation.__dict__["_divided"] = nation
    nation.__dict__["built"] = built
    return nation


@pytest.fixture(scope="module")
def found(part: Nation) -> Projection:
    """One answer for all calls that only print it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(outlook, "TRIALS", 2)
        return part.outlook(2030, 2050, draws=10)


@pytest.fixture
def printed(part: Nation, found: Projection) -> Iterator[None]:
    part.__dict__["outlook"] = lambda *_years, **_how: found
    yield
    del part.__dict__["outlook"]


@pytest.fixture
def run(part: Nation, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> object:
    monkeypatch.setattr(command, "open_nation", lambda _pack: part)
    monkeypatch.setattr(outlook, "TRIALS", 2)
    monkeypatch.setenv("COLUMNS", "200")

    def call(*words: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(["outlook", *words])
        told = capsys.readouterr()
        return int(ended.value.code or 0), told.out, told.err

    return call


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("en", ("The winter week that breaks", "What Pessimistic 2050", "news of it", "By use, 2050", "By industry")),
        ("ja", ("最初に破れる冬の週", "凪と曇天と寒さ", "「悲観」の2050年", "原典の要旨", "使い道別の幅", "産業別")),
    ],
)  # fmt: skip
def test_a_person_reads_ranges_weeks_and_needs(
    run, printed, lang: str, words: tuple[str, ...], tmp_path: Path
) -> None:  # type: ignore[no-untyped-def]
    file = tmp_path / "sub" / "chart.svg"
    code, said, wrong = run("2030", "2050", "--lang", lang, "--draws", "10", "--chart", str(file))
    assert code == 0, wrong
    for word in words:
        assert word in said, word
    root = ET.fromstring(file.read_text("utf-8"))
    assert root.tag.endswith("svg") and ("東京" if lang == "ja" else "Tokyo") in file.read_text("utf-8")


@pytest.mark.parametrize("columns", ["80", "200"])
def test_published_figures_can_be_read_on_any_screen(
    run, printed, monkeypatch: pytest.MonkeyPatch, columns: str
) -> None:  # type: ignore[no-untyped-def]
    """On a narrow one no word is broken: what a figure is of stands in one line with it."""
    monkeypatch.setenv("COLUMNS", columns)
    _, said, _ = run("2030", "2050", "--lang", "en", "--draws", "10")
    part_ = said[said.index("Beside what has been published") : said.index("Headroom in the weeks")]
    assert "OCCTO demand outlook" in part_ and "our range: Pessimistic" in part_.replace("\n", " ")


def test_json_holds_every_table_and_csv_the_areas(run, printed) -> None:  # type: ignore[no-untyped-def]
    code, said, _ = run("2030", "2050", "--draws", "10", "--format", "json")
    found = json.loads(said)
    assert code == 0 and set(found) >= TABLES and found["years"] == [2030, 2050] and found["seed"] == 0
    code, said, _ = run("2030", "2050", "--draws", "10", "--format", "csv")
    head, *rows = said.splitlines()
    assert code == 0 and head.startswith("outlook,year,area,base,value,low") and len(rows) == 60


def test_a_page_holds_the_chart(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    file = tmp_path / "chart.html"
    code, _, _ = run("2030", "--draws", "5", "--chart", str(file), "--format", "csv")
    page = file.read_text("utf-8")
    assert code == 0 and page.startswith("<!doctype html>") and "<svg" in page and "http-equiv" not in page


def test_bad_input_is_told_at_once_and_nothing_is_written(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    file = tmp_path / "chart.png"
    code, said, wrong = run("2020", "2060", "--draws", "0", "--chart", str(file))
    assert code == 2 and not said and not list(tmp_path.iterdir())
    for word in ("not to 2020", "not to 2060", "not 0", "'chart.png'"):
        assert word in wrong
