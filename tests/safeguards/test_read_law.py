"""What was read in the acts and orders, against the pack: places of the patent order, terms of months."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from kaname.errors import InputProblems
from kaname.nation import open as open_nation
from kaname.pack import ipc
from kaname.pack.reader import load
from kaname.safeguards import cases
from kaname.safeguards.book import Book, Reader
from kaname.safeguards.screen import screen

BOOK = Book(load("japan").pack)
TODAY = date(2026, 11, 23)
SONAR = ["G01S 1/72", "G01S 3/801", "G01S 5/18", "G01S 7/526", "G01S 15/89"]
FREE = [
    # items of article 12(1) that need no extra requirement
    ("1", ["B01D 59/44"]), ("4", ["B63C 7/26", "F41F 3/00"]), ("7", ["B63C 11/48", "F41F 3/00"]),
    *(("13", [f"B63G 8/{group}"]) for group in (28, 30, 32, 33)),
    ("14", ["B64D 7/00", "F41H 3/00"]), ("15", ["B64C 39/02", "F41A 1/00"]), ("16", ["B64C 39/02", "F42B 1/00"]),
    ("19", ["B64U 10/00", "F41A 1/00"]), ("20", ["B64U 10/00", "F42B 1/00"]), ("21", ["C01B 5/02"]),
    ("22", ["C06D 7/00"]), *((f"{25 + n}", ["F41A 1/00", place]) for n, place in enumerate(SONAR)),
    ("30", ["F41A 1/00", "G05D 1/00"]), ("31", ["F41B 6/00"]), ("32", ["F41G 7/22"]), ("33", ["F41H 11/02"]),
    ("34", ["F41H 13/00"]), ("35", ["F42C 1/00", "G05D 1/00"]), ("36", ["F42B 5/145"]), ("37", ["F42B 10/62"]),
    *(("38", [f"F42B 12/{group}"]) for group in (46, 48, 50, 52, 54)), ("39", ["F42B 15/01"]),
    *(("42", [f"G21C 19/{group}"]) for group in (33, 34, 36, 365, 37, 375, 38, 40, 42, 44, 46, 48, 50)),
    ("43", ["G21J 1/00"]), ("44", ["G21J 3/02"]),
]  # fmt: skip
ASKING = [
    # items that count only with one of the extra requirements, article 12(2)
    ("2", ["B63B 3/13"]), ("3", ["B63C 7/26", "B63G 7/00"]), ("5", ["B63C 11/00", "G05D 1/00"]),
    ("6", ["B63C 11/48", "B63G 7/00"]), *((f"{8 + n}", ["B63G 7/00", place]) for n, place in enumerate(SONAR)),
    *(("13", [f"B63G 8/{group:02d}"]) for group in (0, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 34, 38, 39)),
    *(("17", [f"B64G 1/{group}"]) for group in (58, 62, 64, 68)), ("18", ["B64G 3/00"]), ("23", ["F02K 7/14"]),
    *(("24", [f"F02K 9/{group:02d}"]) for group in range(8, 41, 2)),
    *(("40", [f"G01J 1/0{group}"]) for group in (2, 4, 6, 8)), ("41", ["G06F 21/86"]), ("41", ["G06F 21/87"]),
    ("45", ["H04K 3/80"]), ("46", ["H10F 30/225"]), *(("47", [f"H10F 39/{group}"]) for group in (10, 12, 15, 18)),
]  # fmt: skip
OUTSIDE = [
    ["B63G 8/42"], ["B64C 39/02"], ["B64U 10/00"], ["F41H 11/04"], ["F42B 12/10"], ["G21C 19/32"], ["B64G 1/10"],
    ["F02K 9/42"], ["H10F 39/80"], ["G06F 21/60"], ["B63C 7/26"], ["G01S 15/89"], ["F41H 3/00"], ["C08L 1/00"],
]  # fmt: skip


def in_field(codes: list[str], **facts: object) -> bool | None:
    stated = {"nuclear_material": True, "quantum_dot": True, "ipc_all": True, "ipc": codes, **facts}
    value, judged = Reader(BOOK, TODAY, cases.of("patent", stated, BOOK).facts).value("in_field")
    assert judged.firm == value
    return value if value is None or isinstance(value, bool) else None


@pytest.mark.parametrize(("item", "codes"), FREE)
def test_an_item_without_an_extra_requirement(item: str, codes: list[str]) -> None:
    assert in_field(codes, extra=False) is True


@pytest.mark.parametrize(("item", "codes"), ASKING)
def test_an_item_that_asks_for_an_extra_requirement(item: str, codes: list[str]) -> None:
    assert in_field(codes, extra=False) is False
    assert in_field(codes, extra=True) is True
    assert in_field(codes) is None


@pytest.mark.parametrize("codes", OUTSIDE)
def test_a_place_that_the_order_does_not_name(codes: list[str]) -> None:
    assert in_field(codes, extra=True) is False


def test_every_item_of_the_order_is_held() -> None:
    assert {int(item) for item, _ in (*FREE, *ASKING)} == set(range(1, 48))


def test_items_for_certain_subjects_and_symbols_not_all_named() -> None:
    assert in_field(["B01D 59/00"], nuclear_material=False) is False
    assert in_field(["H10F 30/00"], extra=True, quantum_dot=False) is False
    assert in_field(["C08L 1/00"], ipc_all=False) is None
    assert in_field(["F42B 15/01", "C08L 1/00"], ipc_all=False) is True


def test_where_both_kinds_of_item_apply_none_is_asked_for() -> None:
    assert in_field(["B63G 8/28", "G01S 15/89"], extra=False) is True


@pytest.mark.parametrize(
    ("text", "spelled"), [("f42b15/01", "F42B 15/01"), (" B64G  1/62", "B64G 1/62"), ("F41", "F41")]
)
def test_one_spelling_of_a_symbol(text: str, spelled: str) -> None:
    assert ipc.spelled(text) == spelled


@pytest.mark.parametrize(
    ("filed", "last"),
    [
        (date(2024, 6, 1), date(2025, 4, 1)),
        (date(2025, 4, 30), date(2026, 2, 28)),
        (date(2024, 5, 31), date(2025, 3, 31)),
    ],
)
def test_ten_months_are_over_the_day_after_the_same_day(filed: date, last: date) -> None:
    facts = {"plan": "file-abroad", "made_in_japan": True, "published": False, "filed_japan": True, "filed_on": filed,
             "withdrawn": False, "referred": True, "released": False, "designated_secret": False, "confirmed": False,
             "field": "f03"}  # fmt: skip
    typed = cases.of("patent", facts, BOOK).facts
    assert screen(BOOK, "patent", typed, last).outcome.value == "prohibit"
    assert screen(BOOK, "patent", typed, last + timedelta(days=1)).outcome.value == "clear"


def test_a_contradiction_names_its_line_and_one_language_where_asked(tmp_path: Path) -> None:
    file = tmp_path / "case.yaml"
    file.write_text(
        "case: land\nasof: 2022-12-31\nfacts:\n  area_m2: 250\n  zone: special\n", encoding="utf-8"
    )
    case = cases.read(file, BOOK)
    with pytest.raises(InputProblems) as caught:
        open_nation("japan").screen(case)
    (told,) = caught.value.problems
    assert (told.file, told.line, told.path) == (str(file), 5, "$.facts")
    assert "区域はない" in told.message and "there was none before" in told.message
    (alone,) = cases.contradictions(BOOK, case, date(2022, 12, 31), "en")
    assert "区域はない" not in alone.message
