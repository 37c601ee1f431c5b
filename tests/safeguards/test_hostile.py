"""Cases made to draw a wrong "clear", the worst of answers; and what a hostile file may be."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from kaname.errors import InputProblems
from kaname.pack.reader import load
from kaname.safeguards import cases
from kaname.safeguards.book import Book
from kaname.safeguards.compare import changes
from kaname.safeguards.screen import screen

JAPAN = Book(load("japan").pack)
CASES = yaml.safe_load((Path(__file__).parent / "hostile.yaml").read_text(encoding="utf-8"))


def answered(kind: str, day: date, facts: dict[str, Any]) -> str:
    """The outcome, with "+refer" where a person must decide besides; "refused" where the case is none."""
    try:
        case = cases.of(kind, facts, JAPAN, day)
    except InputProblems:
        return "refused"
    if cases.contradictions(JAPAN, case, day):
        return "refused"
    answer = screen(JAPAN, kind, case.facts, day)
    return answer.outcome.value + ("+refer" if answer.also else "")


@pytest.mark.parametrize(
    ("kind", "day", "facts", "wanted"), CASES, ids=[f"{n}-{c[0]}-{c[3]}" for n, c in enumerate(CASES, 1)]
)
def test_no_hostile_case_is_wrongly_clear(kind: str, day: date, facts: dict[str, Any], wanted: str) -> None:
    assert answered(kind, day, facts) == wanted


def test_every_kind_is_attacked_and_not_all_is_refused() -> None:
    assert {case[0] for case in CASES} == {kind.id for kind in JAPAN.pack.kinds}
    assert sum(case[3] == "clear" for case in CASES) >= 15  # who refers always is never wrong and of no use


def test_a_code_of_no_country_is_refused_and_lies_in_no_group() -> None:
    with pytest.raises(InputProblems, match="'XXX' is the code of no country"):
        cases.of("export", {"destination": "XXX"}, JAPAN)


def test_a_member_whose_grade_changes_neither_joins_nor_leaves() -> None:
    korea = [c for c in changes(JAPAN, date(2019, 1, 1), date(2026, 11, 23)) if "KOR" in (c.before, c.after)]
    assert [(c.day, c.kind) for c in korea] == [(date(2019, 8, 28), "leaves"), (date(2023, 7, 21), "joins")]


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="no such device here")
def test_a_file_without_an_end_is_no_case() -> None:
    with pytest.raises(InputProblems, match="larger than 5,000,000 bytes"):
        cases.read(Path("/dev/zero"), JAPAN)
