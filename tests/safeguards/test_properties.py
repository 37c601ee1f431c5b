"""Whatever is known of a case: more facts never contradict a definite answer, and nothing is clear by not knowing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from kaname.pack.legal import Outcome, Rule
from kaname.pack.reader import load
from kaname.pack.stated import Value
from kaname.safeguards import cases
from kaname.safeguards.book import Book
from kaname.safeguards.questions import samples
from kaname.safeguards.screen import Answer, screen
from kaname.safeguards.telling import as_dict, lines, tree

BOOKS = {name: Book(load(name).pack) for name in ("japan", "us", "eu", "uk")}
DAYS = st.dates(date(2016, 1, 1), date(2029, 1, 1))


@st.composite
def a_case(draw: st.DrawFn) -> tuple[str, str, date, dict[str, Value]]:
    """A pack, a kind, a day and facts that no test of the pack tells from any others there might be."""
    pack = draw(st.sampled_from(["japan", "japan", "japan", "us", "eu", "uk"]))
    book = BOOKS[pack]
    kind = draw(st.sampled_from([one.id for one in book.pack.kinds]))
    asof = draw(st.one_of(DAYS, st.sampled_from([k.until for k in book.pack.kinds])))
    facts: dict[str, Value] = {}
    for name, fact in book.facts_of(kind).items():
        if (fact.means is None and not fact.derive) or draw(st.integers(0, 9)) == 0:
            facts[name] = draw(st.sampled_from(samples(book, fact, asof)))
    return pack, kind, asof, facts


def on_first_day(rule: Rule, asof: date) -> date:
    return max(asof, rule.applied_from or rule.in_force.from_ or rule.in_force.by or asof)


def states(answer: Answer) -> Mapping[str, str]:
    return {r.rule.id: r.state for r in answer.rulings}


@settings(max_examples=400, deadline=None, derandomize=True)
@given(found=a_case(), data=st.data())
def test_adding_a_fact_never_contradicts_a_definite_answer(
    found: tuple[str, str, date, dict[str, Value]], data: st.DataObject
) -> None:
    pack, kind, asof, facts = found
    book = BOOKS[pack]
    order = data.draw(st.permutations(sorted(facts)))
    known: dict[str, Value] = {}
    before = screen(book, kind, known, asof)
    for name in order:
        known = {**known, name: facts[name]}
        after = screen(book, kind, known, asof)
        # A fact that follows from others and is stated otherwise is a contradiction, or puts a weak value right; rules
        # to come are judged on their first day, when another value may follow.
        days = {asof, *(on_first_day(one.rule, asof) for one in after.coming)}
        case = cases.Case(kind, known)
        if any(cases.contradictions(book, case, day) or overrules(book, known, day) for day in days):
            return
        then, now = states(before), states(after)
        for rule, state in then.items():
            assert state == "could" or now[rule] == state, (rule, name, known[name])
        if before.outcome is Outcome.CLEAR:
            assert after.outcome is Outcome.CLEAR, (name, known)
        elif before.outcome is not Outcome.REFER:
            assert after.outcome.rank <= before.outcome.rank, (name, known)
        if before.could_be is not None and before.outcome is Outcome.REFER:
            assert after.outcome.rank >= before.could_be.rank
        assert set(after.missing) <= set(before.missing), (name, set(after.missing) - set(before.missing))
        before = after


def overrules(book: Book, known: Mapping[str, Value], asof: date) -> bool:
    """Whether a stated fact differs from what a weak definition makes of the others."""
    from kaname.safeguards.book import Reader

    reader = Reader(book, asof, known)
    for name, value in known.items():
        fact = book.facts[name]
        if fact.means is not None or fact.derive:
            follows, _ = reader.derive(fact)
            if follows is not None and follows != value:
                return True
    return False


@settings(max_examples=300, deadline=None, derandomize=True)
@given(found=a_case(), data=st.data())
def test_clear_only_when_every_live_rule_is_surely_false(
    found: tuple[str, str, date, dict[str, Value]], data: st.DataObject
) -> None:
    pack, kind, asof, facts = found
    book = BOOKS[pack]
    known = {name: facts[name] for name in facts if data.draw(st.integers(0, 3))}
    answer = screen(book, kind, known, asof)
    live = [r for r in answer.rulings if r.phase in ("live", "transitional", "open") and r.duty]
    surely = all(r.judged.truth is False and r.judged.firm is False for r in live)
    covered = next(one for one in book.pack.kinds if one.id == kind)
    assert (answer.outcome is Outcome.CLEAR) == (surely and covered.from_ <= asof <= covered.until)
    assert (answer.outcome is Outcome.CLEAR) == (not answer.fired and not answer.refer)
    if any(r.judged.truth is None for r in live):
        assert answer.outcome is not Outcome.CLEAR
        assert any(r.kind in ("missing", "law", "transitional", "open") for r in answer.refer)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(found=a_case(), data=st.data())
def test_every_answer_can_be_told(
    found: tuple[str, str, date, dict[str, Value]], data: st.DataObject
) -> None:
    pack, kind, asof, facts = found
    book = BOOKS[pack]
    known = {name: facts[name] for name in facts if data.draw(st.booleans())}
    answer = screen(book, kind, known, asof)
    said = as_dict(answer)
    assert {"outcome", "rules", "coming", "missing", "pack", "grade", "notice", "also", "if_signed"} <= set(
        said
    )
    assert [one["fact"] for one in said["missing"]] == list(answer.missing)
    for rule in said["rules"]:
        assert {"state", "deciding", "missing", "citation", "grade"} <= set(rule)
        assert rule["state"] == "could" or not rule["missing"]
    for lang in ("ja", "en"):
        for line in lines(tree(answer, lang)):
            assert line.strip()
            assert "None" not in line.replace("None of the rules", "")
