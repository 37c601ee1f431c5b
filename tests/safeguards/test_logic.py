"""Three values, and what a value that nobody has signed off does to them."""

from __future__ import annotations

from datetime import date
from itertools import product
from pathlib import Path

import pytest

from kaname.pack.legal import Outcome, stamp
from kaname.pack.reader import load
from kaname.safeguards.book import Book, months_after
from kaname.safeguards.logic import Judged, Weak, all_of, any_of, not_of
from kaname.safeguards.screen import screen
from tests.safeguards.small import LAW, book_of, changed, pack_at

ASOF = date(2026, 6, 1)
VALUES = (True, False, None)
WEAK = Weak("rules/x", "M", "H", "rule")


def least(values: list[bool | None]) -> bool | None:
    return False if False in values else None if None in values else True


@pytest.mark.parametrize(("a", "b"), list(product(VALUES, VALUES)))
def test_kleene(a: bool | None, b: bool | None) -> None:
    one, other = (
        Judged(a, a, missing=("a",) if a is None else ()),
        Judged(b, b, missing=("b",) if b is None else ()),
    )
    both, either = all_of([one, other]), any_of([one, other])
    assert both.truth == both.firm == least([a, b])
    assert either.truth == not_of(all_of([not_of(one), not_of(other)])).truth
    assert not_of(one).truth == (None if a is None else not a)
    if both.truth is None:
        assert set(both.missing) == {name for name, v in (("a", a), ("b", b)) if v is None}
    else:
        assert not both.missing


@pytest.mark.parametrize(("a", "b"), list(product((True, False), (True, False))))
def test_a_definite_answer_is_firm_if_it_stands_with_weak_values_unknown(a: bool, b: bool) -> None:
    weak, firm = Judged(a, a).softened(WEAK), Judged(b, b)
    for join in (all_of, any_of):
        found = join([weak, firm])
        cautious = join([Judged(None, None), firm])
        assert found.truth == join([Judged(a, a), firm]).truth
        assert found.firm == cautious.truth
        assert (WEAK in found.weak) == (found.firm is None)


def test_missing_is_unknown_never_false(tmp_path: Path) -> None:
    book = book_of(tmp_path)
    answer = screen(book, "land", {}, ASOF)
    assert answer.outcome is Outcome.REFER
    assert answer.could_be is Outcome.NOTIFY
    assert set(answer.missing) == {"near", "size", "buyer"}
    assert screen(book, "land", {"near": False, "buyer": "BEL"}, ASOF).outcome is Outcome.CLEAR


def test_only_what_is_live_and_surely_false_is_clear(tmp_path: Path) -> None:
    book = book_of(tmp_path)
    facts = {"near": True, "size": 250.0, "buyer": "CHE"}
    assert screen(book, "land", facts, date(2020, 6, 1)).outcome is Outcome.CLEAR  # no rule yet
    assert (
        screen(book, "land", facts, date(2023, 12, 31)).outcome is Outcome.DISCLOSE
    )  # 300, CHE no friend yet
    assert screen(book, "land", facts, date(2024, 1, 1)).outcome is Outcome.NOTIFY  # 200
    assert screen(book, "land", facts, date(2025, 1, 1)).outcome is Outcome.CLEAR  # CHE a friend
    before, after = (
        screen(book, "land", facts, date(2019, 12, 31)),
        screen(book, "land", facts, date(2027, 1, 1)),
    )
    assert [r.kind for r in before.refer] == ["before"]
    assert [r.kind for r in after.refer] == ["after"]
    assert before.outcome is after.outcome is Outcome.REFER
    nothing = screen(book, "patent", {}, ASOF)
    assert (nothing.outcome, [r.kind for r in nothing.refer]) == (Outcome.REFER, ["unknown-kind"])


def test_an_unsigned_list_turns_clear_into_refer_and_stands_beside_a_duty(tmp_path: Path) -> None:
    book = book_of(tmp_path, grade="M")
    friend, stranger = {"near": False, "buyer": "BEL"}, {"near": False, "buyer": "DNK"}
    clear = screen(book, "land", friend, ASOF)
    assert (clear.outcome, clear.if_signed, clear.also) == (Outcome.REFER, Outcome.CLEAR, None)
    duty = screen(book, "land", stranger, ASOF)
    assert (duty.outcome, duty.also, duty.if_signed) == (Outcome.DISCLOSE, Outcome.REFER, Outcome.DISCLOSE)
    assert [weak.record for weak in duty.unsigned] == ["legal_lists/friends"]


@pytest.mark.parametrize("grade", ["S1", "S2", "S3", "M"])
def test_m_and_s3_are_weak(tmp_path: Path, grade: str) -> None:
    answer = screen(book_of(tmp_path, grade=grade), "land", {"near": False, "buyer": "BEL"}, ASOF)
    assert answer.outcome is (Outcome.REFER if grade in ("S3", "M") else Outcome.CLEAR)


def test_a_lead_is_weak_whatever_its_grade(tmp_path: Path) -> None:
    law = changed(LAW, {"grade: GRADE, confidence: H": "grade: S1, confidence: L"})
    assert (
        screen(book_of(tmp_path, law), "land", {"near": False, "buyer": "BEL"}, ASOF).outcome is Outcome.REFER
    )


def test_a_signature_lifts_refer_until_the_record_changes(tmp_path: Path) -> None:
    listed = book_of(tmp_path / "a", grade="M").lists["friends"]
    signed = (
        LAW
        + f"""
signatures:
  - {{id: s1, of: legal_lists/friends, text: {stamp(listed)}, by: A. Lawyer, on: 2026-05-01, read: "Official Gazette"}}
"""
    )
    facts = {"near": False, "buyer": "BEL"}
    assert screen(book_of(tmp_path / "b", signed, "M"), "land", facts, ASOF).outcome is Outcome.CLEAR
    later = changed(signed, {"{id: BEL}": "{id: BEL}, {id: EEE}"})
    assert screen(book_of(tmp_path / "c", later, "M"), "land", facts, ASOF).outcome is Outcome.REFER


def test_strict_refers_wherever_a_weak_rule_is_in_force(tmp_path: Path) -> None:
    law = changed(LAW, {'article: "2", grade: S2': 'article: "2", grade: M'})
    book, facts = book_of(tmp_path, law), {"near": False, "buyer": "BEL"}
    assert screen(book, "land", facts, ASOF).outcome is Outcome.CLEAR
    assert screen(book, "land", facts, ASOF, strict=True).outcome is Outcome.REFER


def test_absence_from_a_list_that_is_not_complete_decides_nothing(tmp_path: Path) -> None:
    law = changed(
        LAW, {"label: {ja: 友好国, en: friends}": "complete: false\n    label: {ja: 友好国, en: friends}"}
    )
    book = book_of(tmp_path, law)
    assert screen(book, "land", {"near": False, "buyer": "BEL"}, ASOF).outcome is Outcome.CLEAR
    open_ = screen(book, "land", {"near": False, "buyer": "DNK"}, ASOF)
    assert (open_.outcome, open_.could_be) == (Outcome.REFER, Outcome.DISCLOSE)


def test_between_force_and_application_a_person_decides(tmp_path: Path) -> None:
    law = changed(LAW, {"in_force: {from: 2021-01-01}\n    status: in_force\n    cite: [{law: act, article: \"1\"": (
        "in_force: {from: 2021-01-01}\n    applied_from: 2021-07-01\n    status: in_force\n"
        '    cite: [{law: act, article: "1"')})  # fmt: skip
    book, facts = book_of(tmp_path, law), {"near": True, "size": 500.0, "buyer": "BEL"}
    stranger = {**facts, "buyer": "DNK"}
    assert (
        screen(book, "land", facts, date(2021, 3, 1)).outcome is Outcome.CLEAR
    )  # exempt: no transition to settle
    told = screen(book, "land", stranger, date(2021, 3, 1))
    assert (told.outcome, told.also) == (Outcome.DISCLOSE, Outcome.REFER)
    assert screen(book, "land", stranger, date(2021, 7, 1)).outcome is Outcome.NOTIFY


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [
        ((2024, 8, 31), 6, (2025, 2, 28)),
        ((2024, 2, 29), 12, (2025, 2, 28)),
        ((2022, 1, 15), -1, (2021, 12, 15)),
    ],
)
def test_months(day: tuple[int, int, int], months: int, then: tuple[int, int, int]) -> None:
    assert months_after(date(*day), months) == date(*then)


def test_every_weak_record_of_the_packs_is_unsigned_as_shipped() -> None:
    """Nobody has checked anything yet, and the packs must not say otherwise."""
    for name in ("japan", "us", "eu", "uk"):
        pack = load(name).pack
        assert not pack.signatures
        assert not any(cite.checked_by for rule in pack.rules for cite in rule.cite)
        assert not Book(pack).signed


def test_a_pack_of_rules_alone_has_no_network(tmp_path: Path) -> None:
    import kaname as kn
    from kaname.errors import InputProblems

    nation = kn.open(pack_at(tmp_path))
    with pytest.raises(InputProblems, match="holds rules only"):
        _ = nation.network
