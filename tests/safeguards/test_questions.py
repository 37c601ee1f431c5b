"""The interview: as few questions as possible, and the same answer as with every fact."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from random import Random

import pytest

from kaname.pack.legal import Outcome
from kaname.pack.reader import load
from kaname.pack.stated import Value
from kaname.safeguards.book import Book, Facts
from kaname.safeguards.questions import effects, next_question, samples, to_ask
from kaname.safeguards.screen import screen
from kaname.safeguards.verify import facts_of
from tests.safeguards.small import HEAD, book_of, pack_at

BOOKS = {name: Book(load(name).pack) for name in ("japan", "us", "eu", "uk")}
EXAMPLES = [(name, example.id) for name, book in BOOKS.items() for example in book.pack.examples]


def interview(
    book: Book, case: str, asof: date, full: Mapping[str, Value], random: Random | None = None
) -> tuple[Facts, int]:
    """What was learnt and how many facts were asked; ``random``: any that is missing, not the best."""
    known: dict[str, Value] = {}
    declined: list[str] = []
    for asked in range(100):
        answer = screen(book, case, known, asof)
        fact = next_question(answer, declined)
        if fact is None:
            return known, asked
        if random is not None:
            fact = random.choice([one for one in to_ask(answer) if one.id not in declined])
        if fact.id in full:
            known[fact.id] = full[fact.id]
        else:
            declined.append(fact.id)
    raise AssertionError("it never ends")


@pytest.mark.parametrize(("name", "example"), EXAMPLES)
def test_an_interview_ends_with_the_outcome_of_all_facts(name: str, example: str) -> None:
    book = BOOKS[name]
    found = next(one for one in book.pack.examples if one.id == example)
    asof, full = found.expect[-1].asof, facts_of(book, found)
    known, asked = interview(book, found.case, asof, full)
    assert screen(book, found.case, known, asof).outcome is screen(book, found.case, full, asof).outcome
    assert asked <= len(book.facts_of(found.case))


def test_it_asks_fewer_facts_than_are_stated_and_than_any_order_would(tmp_path: Path) -> None:
    """On all 120 examples of Japan: 725 asked, 998 stated, 1,047 in a random order; here on a third of them."""
    book, random = BOOKS["japan"], Random(1)
    asked = stated = shuffled = 0
    for example in book.pack.examples[::3]:
        full, asof = facts_of(book, example), example.expect[-1].asof
        asked += interview(book, example.case, asof, full)[1]
        shuffled += interview(book, example.case, asof, full, random)[1]
        stated += len(full)
    assert asked < 0.8 * stated
    assert asked < 0.8 * shuffled


def law(random: Random, facts: int, rules: int) -> str:
    """A random law over facts of yes or no: each rule a conjunction of two or three, some turned round."""
    names = [f"f{n}" for n in range(facts)]
    said = "facts:\n" + "".join(
        f"  - {{id: {name}, cases: [land], kind: yes_no, label: {{ja: 事実, en: fact}}}}\n" for name in names
    )
    said += "rules:\n"
    for n in range(rules):
        chosen = random.sample(names, random.choice([2, 3]))
        tests = ", ".join(f'{{fact: {f}, op: is, value: "{random.choice(["yes", "no"])}"}}' for f in chosen)
        outcome = random.choice(["prohibit", "approve", "notify"])
        said += (
            f"  - {{id: r{n}, cases: [land], title: {{ja: 規定, en: rule}}, outcome: {outcome}, "
            f"when: {{all: [{tests}]}}, "
            "status: in_force, cite: [{law: act, grade: S1, confidence: H}], reason: {ja: 規定。, en: Rule.}}\n"
        )
    return said


@pytest.mark.parametrize("seed", range(8))
def test_on_small_laws_it_comes_near_the_fewest_questions_possible(tmp_path: Path, seed: int) -> None:
    """The mean over all answers, against the shortest tree of questions there is (found by trying all)."""
    book = Book(load(pack_at(tmp_path, law(Random(seed), 5, 4), head=HEAD)).pack)
    asof, names = date(2026, 1, 1), sorted(book.facts)

    @cache
    def state(known: frozenset[tuple[str, bool]]) -> bool:
        """Whether nothing asked can change the outcome any more."""
        return not to_ask(screen(book, "land", dict(known), asof))

    @cache
    def fewest(known: frozenset[tuple[str, bool]]) -> float:
        if state(known):
            return 0.0
        left = [name for name in names if name not in dict(known)]
        return 1 + min(sum(fewest(known | {(name, v)}) for v in (True, False)) / 2 for name in left)

    @cache
    def greedy(known: frozenset[tuple[str, bool]]) -> float:
        fact = next_question(screen(book, "land", dict(known), asof))
        if fact is None:
            return 0.0
        return 1 + sum(greedy(known | {(fact.id, v)}) for v in (True, False)) / 2

    best, found = fewest(frozenset()), greedy(frozenset())
    assert best <= found <= 1.15 * best


def test_nothing_is_asked_that_cannot_change_the_outcome(tmp_path: Path) -> None:
    book = book_of(tmp_path)
    asof = date(2026, 6, 1)
    notified = screen(book, "land", {"near": True, "size": 500.0, "buyer": "DNK"}, asof)
    assert notified.outcome is Outcome.NOTIFY
    assert next_question(notified) is None
    stranger = screen(book, "land", {"buyer": "DNK"}, asof)  # disclosed already: only "notify" is above it
    assert {fact.id for fact in to_ask(stranger)} == {"near", "size"}
    assert next_question(screen(book, "land", {"near": False, "buyer": "BEL"}, asof)) is None


def test_declined_facts_are_not_asked_again(tmp_path: Path) -> None:
    book = book_of(tmp_path)
    answer = screen(book, "land", {}, date(2026, 6, 1))
    seen: list[str] = []
    while (fact := next_question(answer, seen)) is not None:
        assert fact.id not in seen
        seen.append(fact.id)
    assert set(seen) == {"near", "size", "buyer"}


def test_effects_tell_what_each_missing_fact_would_change(tmp_path: Path) -> None:
    book = book_of(tmp_path)
    answer = screen(book, "land", {"near": True, "buyer": "DNK"}, date(2026, 6, 1))
    found = {effect.outcome: effect for effect in effects(answer, "size")}
    assert set(found) == {Outcome.NOTIFY, Outcome.DISCLOSE}
    assert min(v for v in found[Outcome.NOTIFY].values if isinstance(v, float)) == 200
    assert found[Outcome.NOTIFY].fires == ("big-near",)
    assert found[Outcome.DISCLOSE].excludes == ("big-near",)


def test_samples_meet_every_test_both_ways() -> None:
    book = BOOKS["japan"]
    asof = date(2026, 11, 23)
    for fact in book.facts.values():
        values = samples(book, fact, asof)
        assert values
        if fact.kind == "number" and book.tests.get(fact.id):
            for one in book.tests[fact.id]:
                limit = (
                    book.number(one.param, asof)[0]
                    if one.param
                    else float(one.value[0])
                    if one.value
                    else None
                )
                if limit is not None:
                    assert limit in values
                    assert fact.low is None or limit <= fact.low or any(float(v) < limit for v in values)  # type: ignore[arg-type]
