"""Reading whole packs."""

import hashlib
import shutil
from datetime import date
from pathlib import Path

import pytest

from kaname.errors import InputProblems, Problem
from kaname.pack.model import Measure
from kaname.pack.reader import embedded, load, locate, read

PACKS = Path(__file__).parents[1] / "packs"
TINY = PACKS / "tiny"


def problems(path: Path | str) -> tuple[Problem, ...]:
    with pytest.raises(InputProblems) as caught:
        load(path)
    return caught.value.problems


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """A copy of the small pack to spoil."""
    return Path(shutil.copytree(TINY, tmp_path / "tiny"))


def spoil(pack: Path, file: str, old: str, new: str) -> None:
    text = (pack / file).read_text("utf-8")
    assert text.count(old) == 1, old
    (pack / file).write_text(text.replace(old, new), "utf-8")


def line_of(pack: Path, file: str, part: str) -> int:
    lines = (pack / file).read_text("utf-8").splitlines()
    (line,) = [number for number, text in enumerate(lines, 1) if part in text]
    return line


def test_the_small_pack_is_read_whole() -> None:
    pack = read(TINY)
    assert (pack.id, pack.home, pack.edition, pack.asof, pack.data) == (
        "tiny",
        "AAA",
        "2026.1",
        "2026-11-23",
        "data",
    )
    assert [industry.id for industry in pack.industries] == ["MIN", "POW", "MAK"]
    assert pack.areas[0].prefectures == ("01", "02")
    assert pack.goods[0].hs == ("260111",)
    assert pack.industries[1].storable is False
    release = pack.by_id["measures"]["ore-release"]
    assert isinstance(release, Measure)
    assert release.deadline == date(2027, 3, 31)
    assert pack.parameter("restock-days", "hour") == 720


def test_a_reading_knows_places_files_and_tables() -> None:
    reading = load(TINY)
    place = reading.places.place(("goods", 0, "stock", "value"))
    assert (place.file, place.path) == (f"{TINY}/nation.yaml", "$.goods[0].stock.value")
    assert place.line == line_of(TINY, "nation.yaml", "stock: {value: 20")
    assert reading.places.place(("title", "ja")).line == line_of(TINY, "pack.yaml", "title: {ja")
    assert reading.data == TINY / "data"
    assert set(reading.files) == {
        f"{TINY}/{name}" for name in ("pack.yaml", "nation.yaml", "risks.yaml", "prefectures.csv")
    }
    expected = hashlib.sha256((TINY / "risks.yaml").read_bytes()).hexdigest()
    assert reading.files[f"{TINY}/risks.yaml"] == expected
    assert reading.tables["prefectures"]["population"].sum() == 5000


def test_a_pack_is_named_by_folder_file_or_name(tmp_path: Path) -> None:
    assert read(TINY) == read(TINY / "pack.yaml") == read(str(TINY))
    assert "japan" in embedded()
    assert locate("japan")[1] == "japan"
    (told,) = problems(tmp_path)
    assert "holds no pack.yaml" in told.message
    (told,) = problems("atlantis")
    assert "no such pack" in told.message
    assert "japan" in told.message
    (told,) = problems("x" * 5000)
    assert "no such pack" in told.message


def test_files_are_named_as_the_user_named_the_pack(monkeypatch: pytest.MonkeyPatch, tiny: Path) -> None:
    spoil(tiny, "nation.yaml", "parent: MIN", "parent: MIX")
    monkeypatch.chdir(tiny.parent)
    assert problems("tiny")[0].file == "tiny/nation.yaml"


def test_the_pack_of_japan_has_no_problem() -> None:
    reading = load("japan")
    pack = reading.pack
    assert (pack.home, pack.trade_year, pack.asof) == ("JPN", 2023, "2026-11-23")
    assert len(pack.industries) == 50
    assert len(pack.areas) == 10
    assert len(pack.goods) >= 20
    assert len(pack.scenarios) >= 16
    folder = reading.folder
    files = {path.name for path in folder.rglob("*.yaml") if path.parent.name != "data"}
    assert files == {Path(name).name for name in reading.files if name.endswith(".yaml")}


def test_includes_nest_and_are_relative_to_the_file_that_includes(tiny: Path) -> None:
    (tiny / "more").mkdir()
    (tiny / "more" / "owners.yaml").write_text(
        "owners: [{id: MOT, label: {ja: 省, en: Ministry}}]\n", "utf-8"
    )
    (tiny / "more" / "all.yaml").write_text("include: owners.yaml\n", "utf-8")
    spoil(tiny, "pack.yaml", "  - risks.yaml", "  - risks.yaml\n  - more/all.yaml")
    assert [owner.id for owner in read(tiny).owners] == ["MOE", "MOT"]


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("risks.yaml\n  - risks.yaml", "'risks.yaml' is already included at"),
        ("risks.yaml\n  - ./risks.yaml", "'./risks.yaml' is already included at"),
        ("risks.yaml\n  - gone.yaml", "included file 'gone.yaml' does not exist"),
        ("risks.yaml\n  - pack.yaml", "cyclic include: pack.yaml -> pack.yaml"),
        ("risks.yaml\n  - /etc/passwd", "is an absolute path"),
        ("risks.yaml\n  - .", "does not exist"),
        ('risks.yaml\n  - "a\\0b"', "cannot be the name of a file"),
        ("risks.yaml\n  - {a: b}", "expected the name of a file"),
        ("risks.yaml\n  -", "expected the name of a file"),
    ],
)
def test_bad_includes_are_told_at_their_line(tiny: Path, written: str, message: str) -> None:
    line = line_of(tiny, "pack.yaml", "- risks.yaml") + 1
    spoil(tiny, "pack.yaml", "risks.yaml", written)
    (told,) = problems(tiny)
    assert message in told.message
    assert (told.file, told.line, told.path) == (f"{tiny}/pack.yaml", line, "$.include[2]")


def test_a_ring_of_three_files_is_told_once(tiny: Path) -> None:
    (tiny / "a.yaml").write_text("include: b.yaml\n")
    (tiny / "b.yaml").write_text("include: a.yaml\n")
    spoil(tiny, "pack.yaml", "  - risks.yaml", "  - risks.yaml\n  - a.yaml")
    (told,) = problems(tiny)
    assert told.message == "cyclic include: a.yaml -> b.yaml -> a.yaml"
    assert (told.file, told.line) == (f"{tiny}/b.yaml", 1)


def test_fields_of_the_pack_stand_in_one_file(tiny: Path) -> None:
    spoil(tiny, "risks.yaml", "owners:", "home: BBB\nowners:")
    (told,) = problems(tiny)
    assert told.message == "field 'home' belongs in pack.yaml only"
    assert (told.line, told.path) == (1, "$.home")


def test_missing_and_wrong_fields_of_the_pack(tiny: Path) -> None:
    spoil(tiny, "pack.yaml", "home: AAA\n", "")
    spoil(tiny, "pack.yaml", "trade_year: 2023", "trade_year: soon")
    spoil(tiny, "pack.yaml", "digest:\n", "digset: []\ndigest:\n")
    told = {str(problem).replace(str(tiny), "tiny") for problem in problems(tiny)}
    assert told == {
        "field 'home' is missing @ tiny/pack.yaml $.home",
        "expected a whole number, found 'soon' @ tiny/pack.yaml:6 $.trade_year",
        "unknown field 'digset' (did you mean 'digest'?) @ tiny/pack.yaml:12 $.digset",
    }


def test_files_that_are_no_text_or_no_mapping(tiny: Path) -> None:
    (tiny / "latin.yaml").write_bytes(b"owners: []\n# caf\xe9\n")
    (tiny / "list.yaml").write_text("- a\n")
    (tiny / "empty.yaml").write_text("# nothing yet\n")
    added = "  - risks.yaml\n  - latin.yaml\n  - list.yaml\n  - empty.yaml"
    spoil(tiny, "pack.yaml", "  - risks.yaml", added)
    assert [(p.message, Path(p.file).name, p.line) for p in problems(tiny)] == [
        ("not written in UTF-8", "latin.yaml", 2),
        ("expected a mapping of fields of the pack", "list.yaml", 1),
    ]
