"""The examples of the packs are the tests of their rules: the thirty cases, and the day before and of every change."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from kaname.errors import InputProblems
from kaname.labels import LANGUAGES
from kaname.pack.legal import Example, Label, Outcome
from kaname.pack.reader import embedded, load
from kaname.safeguards.book import Book
from kaname.safeguards.compare import changes
from kaname.safeguards.screen import phase, screen
from kaname.safeguards.telling import lines, tree
from kaname.safeguards.verify import facts_of, verify

PACKS = tuple(name for name in embedded() if load(name).pack.rules)
JAPAN = Book(load("japan").pack)
DAY = timedelta(days=1)

THIRTY = {
    # section 14: example, day, what it must be; "refer" beside is stated in the packs
    1: ("ex-01", "2026-11-23", "notify"), 2: ("ex-01", "2025-05-18", "disclose"),
    3: ("ex-03", "2026-11-23", "disclose"), 4: ("ex-04", "2026-11-23", "notify"),
    5: ("ex-05", "2026-11-23", "disclose"), 6: ("ex-06", "2019-12-01", "clear"),
    7: ("ex-07", "2026-11-23", "notify"), 8: ("ex-08", "2026-11-23", "clear"),
    9: ("ex-09", "2022-05-10", "approve"), 10: ("ex-10", "2022-05-01", "clear"),
    11: ("ex-11", "2022-05-01", "approve"), 12: ("ex-12", "2026-11-23", "approve"),
    13: ("ex-13", "2025-10-09", "approve"), 14: ("ex-14", "2025-10-09", "approve"),
    15: ("ex-15", "2026-11-23", "refer"), 16: ("ex-16", "2025-01-15", "notify"),
    17: ("ex-17", "2024-05-02", "prohibit"), 18: ("ex-18", "2024-05-02", "clear"),
    19: ("ex-19", "2026-11-23", "notify"), 20: ("ex-20", "2026-11-23", "clear"),
    21: ("ex-21", "2026-11-23", "clear"), 22: ("ex-22", "2025-07-02", "disclose"),
    23: ("ex-23", "2024-05-17", "notify"), 24: ("ex-24", "2026-11-23", "clear"),
    25: ("ex-25", "2026-04-15", "refer"), 26: ("ex-26", "2026-11-23", "clear"),
    27: ("ex-27", "2026-11-23", "refer"), 28: ("ex-28", "2026-07-01", "refer"),
    29: ("ex-29", "2026-11-23", "disclose"), 30: ("ex-30", "2025-06-01", "disclose"),
}  # fmt: skip
SECOND = {
    # what section 14 says in the same case of another day or answer
    2: ("ex-02", "2025-05-18", "notify"), 6: ("ex-06", "2020-05-20", "refer"), 8: ("ex-08", "2027-02-03", "refer"),
    10: ("ex-10b", "2022-05-01", "refer"), 11: ("ex-11b", "2022-05-01", "clear"), 13: ("ex-13", "2025-10-08", "clear"),
    16: ("ex-16", "2024-12-29", "clear"), 17: ("ex-17", "2024-04-30", "clear"), 18: ("ex-18c", "2024-05-02", "refer"),
    23: ("ex-23", "2024-05-16", "clear"),
}  # fmt: skip


@pytest.mark.parametrize("name", PACKS)
def test_every_example_is_answered_as_written_and_every_rule_is_proved_both_ways(name: str) -> None:
    reading = load(name)
    assert verify(reading.pack, reading.places) == len(reading.pack.examples) > 0


def test_four_packs_hold_law_and_japan_all_nine_kinds() -> None:
    assert set(PACKS) >= {"japan", "us", "eu", "uk"}
    assert len(JAPAN.pack.kinds) == 9
    for kind in JAPAN.pack.kinds:
        assert any(rule.outcome is not Outcome.ADVISE for rule in JAPAN.rules_of(kind.id)), kind.id


@pytest.mark.parametrize(
    ("example", "day", "outcome"),
    [*THIRTY.values(), *SECOND.values()],
    ids=[*(f"{n}" for n in THIRTY), *(f"{n}-again" for n in SECOND)],
)
def test_the_thirty_cases(example: str, day: str, outcome: str) -> None:
    found = next(one for one in JAPAN.pack.examples if one.id == example)
    answer = screen(JAPAN, found.case, facts_of(JAPAN, found), date.fromisoformat(day))
    assert answer.outcome.value == outcome


def test_refer_beside_and_the_strict_reading_are_as_the_manual_says() -> None:
    beside, strict = set(), set()
    for number, (example, day, _) in THIRTY.items():
        found = next(one for one in JAPAN.pack.examples if one.id == example)
        case = (JAPAN, found.case, facts_of(JAPAN, found), date.fromisoformat(day))
        answer = screen(*case)
        if answer.also is Outcome.REFER:
            beside.add(number)
        if answer.outcome is Outcome.CLEAR and screen(*case, strict=True).outcome is Outcome.REFER:
            strict.add(number)
            said = "\n".join(lines(tree(answer, "en")))
            assert answer.untested and all(one.rule.title.en in said for one in answer.untested)
        elif answer.outcome is Outcome.CLEAR:
            assert not answer.untested
    assert beside == {2, 5, 12, 16, 29, 30}
    assert strict == {6, 8, 10, 20, 21}


@pytest.mark.parametrize("name", PACKS)
def test_the_day_before_and_the_day_of_every_change(name: str) -> None:
    book = Book(load(name).pack)
    rules = {rule.id: rule for rule in book.pack.rules}
    found = changes(book, date(1900, 1, 1), date(2100, 1, 1))
    assert found
    for change in found:
        group, _, record = change.record.partition("/")
        before, after = change.day - DAY, change.day
        if group == "rules":
            phases = phase(rules[record], before), phase(rules[record], after)
            assert phases[0] != phases[1], change
            assert (phases[1] == "ended") == (change.kind == "ends"), change
        elif group == "legal_values":
            assert book.number(record, before)[0] != book.number(record, after)[0], change
        else:
            members = book.lists[record].members
            there = [
                any(m.holds(day) for m in members if m.id == change.before + change.after)
                for day in (before, after)
            ]
            assert there == [change.kind == "leaves", change.kind == "joins"], change


@pytest.mark.parametrize("name", PACKS)
def test_a_rule_changes_what_its_example_is_answered_on_its_first_day(name: str) -> None:
    """For every dated rule, on the facts of an example in which it fires: not the day before, and from the day on."""
    book = Book(load(name).pack)
    for rule in book.pack.rules:
        first = rule.applied_from or rule.in_force.from_
        if first is None or rule.status == "draft":
            continue
        example = next((e for e in book.pack.examples if rule.id in fires(book, e, first)), None)
        assert example is not None, rule.id
        on, off = (screen(book, example.case, facts_of(book, example), day) for day in (first, first - DAY))
        assert rule.id in {r.rule.id for r in (*on.fired, *on.advice)}, rule.id
        assert rule.id not in {r.rule.id for r in (*off.fired, *off.advice)}, rule.id


def fires(book: Book, example: Example, day: date) -> set[str]:
    """The rules, advice too, that an example makes fire on a day."""
    answer = screen(book, example.case, facts_of(book, example), day)
    return {r.rule.id for r in (*answer.fired, *answer.advice)}


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", PACKS)
def test_every_answer_shows_its_grade_and_that_it_is_no_legal_advice(name: str, lang: str) -> None:
    book = Book(load(name).pack)
    notice = {"ja": "これは法的助言ではない。", "en": "This is no legal advice."}[lang]
    for example in book.pack.examples:
        for expected in example.expect:
            answer = screen(book, example.case, facts_of(book, example), expected.asof)
            said = "\n".join(lines(tree(answer, lang)))
            assert notice in said
            assert {"ja": "この答えの等級：", "en": "Grade of this answer: "}[lang] in said
            assert "{" not in said


def test_the_prose_of_each_language_is_in_that_language() -> None:
    for name in PACKS:
        pack = load(name).pack
        for rule in pack.rules:
            for label in (rule.title, rule.reason):
                assert isinstance(label, Label)
                assert any("぀" <= c <= "ヿ" or "一" <= c <= "鿿" for c in label.ja), (rule.id, label.ja)
                assert not any("぀" <= c <= "ヿ" or "一" <= c <= "鿿" for c in label.en), (rule.id, label.en)
            assert rule.reason.ja.endswith("。"), rule.id
            assert rule.reason.en.endswith("."), rule.id


def test_an_example_that_is_answered_otherwise_is_told() -> None:
    pack = load("uk").pack
    first = pack.examples[0]
    wrong = first.expect[1].model_copy(update={"outcome": Outcome.CLEAR, "fires": ("uk-secrecy",)})
    spoilt = pack.model_copy(update={"examples": (first.model_copy(update={"expect": (wrong,)}),)})
    try:
        verify(spoilt)
    except InputProblems as error:
        told = [problem.message for problem in error.problems]
    else:
        raise AssertionError("nothing was told")
    assert "example 'uk-1': on 2022-01-04 the outcome is approve, not clear" in told
    assert "example 'uk-1': on 2022-01-04 'fires' lacks uk-secrecy" in told
    assert "no example in which rule 'uk-secrecy' fires or is excluded" in told
