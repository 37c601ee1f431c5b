"""Decisions are kept, and hold only for the edition they were made on; updates say who came and went."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from kaname.errors import InputProblems
from kaname.safeguards import ledger
from kaname.safeguards.names import decisions
from kaname.safeguards.names.changes import changes
from kaname.safeguards.names.decisions import Standing, Verdict
from kaname.safeguards.names.index import Hit, HitClass
from kaname.safeguards.names.lists import Entry, NameList, load

from .made import DAY, LISTS, a_list

TODAY = date(2026, 11, 26)


def a_hit(of: NameList, entry: int = 0) -> Hit:
    return Hit(HitClass.ALIKE, "words", 0.9, of.entries[entry].names[0], of.entries[entry], of)


def test_a_decision_is_kept_with_who_when_why_and_on_what(tmp_path: Path) -> None:
    path = tmp_path / "kept.jsonl"
    hit = a_hit(a_list("Volgin Radio Works"))
    decisions.decide(path, "Volgin Works", hit, Verdict.OTHER, who=" Sato ", why="other country")
    (kept,) = decisions.read(path)
    assert (kept.name, kept.entry, kept.verdict, kept.who, kept.why) == (
        "Volgin Works", "1", Verdict.OTHER, "Sato", "other country",
    )  # fmt: skip
    assert kept.list_edition == "2025-10-09"
    assert kept.at.startswith("20")
    assert ledger.verify(path) == ()


def test_it_holds_on_this_edition_and_lapses_with_the_next(tmp_path: Path) -> None:
    path = tmp_path / "kept.jsonl"
    old = a_hit(a_list("Volgin Radio Works"))
    decision = decisions.decide(
        path, "Volgin", old, Verdict.OTHER, who="Sato", why="seen", until=date(2026, 12, 31)
    )
    assert decisions.standing(decision, old, TODAY) is Standing.HOLDS
    assert decisions.standing(decision, old, date(2027, 1, 1)) is Standing.EXPIRED
    same_entry = a_hit(a_list("Volgin Radio Works", "Newcomer", sha="b"))
    assert decisions.standing(decision, same_entry, TODAY) is Standing.LAPSED
    other_entry = a_hit(a_list(("Volgin Radio Works", "VRW"), sha="b"))
    assert decisions.standing(decision, other_entry, TODAY) is Standing.CHANGED


def test_the_last_decision_counts_and_only_for_this_name_entry_and_list(tmp_path: Path) -> None:
    path = tmp_path / "kept.jsonl"
    of = a_list("Volgin Radio Works", "Paper Trading")
    for verdict in (Verdict.OPEN, Verdict.SAME):
        decisions.decide(path, "VOLGIN", a_hit(of), verdict, who="Sato", why="seen")
    kept = decisions.read(path)
    found = decisions.about(kept, "Volgin", a_hit(of))
    assert found is not None and found.verdict is Verdict.SAME
    assert decisions.about(kept, "Volgina", a_hit(of)) is None
    assert decisions.about(kept, "Volgin", a_hit(of, 1)) is None
    renumbered = a_list("Newcomer", "Volgin Radio Works", sha="b")
    moved = decisions.about(kept, "Volgin", a_hit(renumbered, 1))
    assert moved is not None
    assert decisions.standing(moved, a_hit(renumbered, 1), TODAY) is Standing.LAPSED


def test_nobody_decides_without_a_name_and_a_reason(tmp_path: Path) -> None:
    path = tmp_path / "kept.jsonl"
    with pytest.raises(InputProblems) as told:
        decisions.decide(path, "Volgin", a_hit(a_list("Volgin")), Verdict.SAME, who=" ", why="")
    assert len(told.value.problems) == 2
    assert not path.exists()


def test_records_of_others_are_passed_over_and_broken_ones_told(tmp_path: Path) -> None:
    path = tmp_path / "kept.jsonl"
    ledger.append(path, {"kind": "case-decision", "case": "x"})
    decisions.decide(path, "Volgin", a_hit(a_list("Volgin")), Verdict.SAME, who="Sato", why="seen")
    assert len(decisions.read(path)) == 1
    ledger.append(path, {"kind": decisions.KIND, "verdict": "perhaps"})
    with pytest.raises(InputProblems, match=r"not a decision on a name.*:3"):
        decisions.read(path)


def test_an_update_says_who_came_and_went_and_what_changed() -> None:
    old = load(LISTS / "enduser-2024.csv", "meti", date(2024, 2, 1))
    new = load(LISTS / "enduser-2025.csv", "meti", DAY)
    found = [(c.what, (c.after or c.before).names[0], c.fields) for c in changes(old, new)]  # type: ignore[union-attr]
    assert found == [
        ("came", "Harbour Abacus Institute", ()),
        ("went", "Kitayama Heavy Industries", ()),
        ("changed", "Volgin Radio Works", ("said",)),
        ("changed", "Institute of Applied Lacquer Physics", ("names",)),
    ]
    assert changes(new, new) == ()


def test_entries_that_only_moved_are_told_apart() -> None:
    one = a_list("A Works", "B Works")
    two = NameList("notice", "x", date(2026, 1, 1), "b" * 64, tuple(
        Entry(i, (n,), 1, country="Nowhereland") for i, n in (("1", "B Works"), ("2", "A Works"))
    ))  # fmt: skip
    assert {c.what for c in changes(one, two)} == {"renumbered"}


def test_only_a_later_edition_of_the_same_kind_follows() -> None:
    old, new = a_list("A"), a_list("A", day=date(2026, 1, 1))
    with pytest.raises(InputProblems, match="older"):
        changes(new, old)
    with pytest.raises(InputProblems, match="does not follow"):
        changes(old, load(LISTS / "sdn.xml", "ofac-xml"))
