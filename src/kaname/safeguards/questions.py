"""Which fact to ask next, so that as few as possible are asked; and what each missing fact would change.

A fact matters while it can still change the outcome: while a rule stronger than what holds already could fire. Of
these, the next is the one after which, over the answers it may get, the fewest facts are left to ask on average: a
greedy search, in the spirit of a decision tree grown by the size of what is left (Quinlan 1986). It does not always
find the shortest way; the tests hold it against the shortest one on small sets of rules.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Final

from kaname.pack.legal import ASOF, MONTHS, Condition, Fact, Outcome, Rule
from kaname.pack.stated import EARLIEST, LATEST, Value
from kaname.safeguards.book import Book, Facts, Reader, months_after
from kaname.safeguards.logic import unique
from kaname.safeguards.screen import PENDING, Answer, Ruling, phase, ruling, screen

NOWHERE: Final = "ZZZ"
"""A country that is on no list."""
NO_CODE: Final = "A99Z 999/99"


@dataclass(frozen=True)
class Effect:
    """What some values of a missing fact would bring: the outcome, and the rules they would make fire or exclude.

    ``values`` are samples; ``words.samples`` says which values they stand for.
    """

    values: tuple[Value, ...]
    outcome: Outcome
    fires: tuple[str, ...]
    excludes: tuple[str, ...]


def open_rulings(answer: Answer, thorough: bool = False) -> tuple[Ruling, ...]:
    """The rules that could still change the outcome (``thorough``: that could still apply at all).

    Where nothing applies, a rule that only an unsigned value excludes is among them if a further fact could exclude it
    without that value: it makes the difference between *refer* and *clear*.
    """
    fired = answer.fired
    best = fired[0].rule.outcome.rank if fired else Outcome.CLEAR.rank
    undecided = [
        r
        for r in answer.undecided
        if thorough or (r.rule.outcome.rank < best and (r.phase == "live" or not fired))
    ]
    shaky = [
        r for r in answer.rulings if r.duty and r.phase == "live" and r.state == "excluded" and r.open_facts
    ]
    return (*undecided, *(shaky if thorough or not fired else ()))


def to_ask(answer: Answer, thorough: bool = False) -> tuple[Fact, ...]:
    """The facts that may be asked and can still change the outcome."""
    wanted = unique(name for r in open_rulings(answer, thorough) for name in r.open_facts)
    return tuple(
        fact for name in wanted if (fact := answer.book.facts[name]).ask and name not in answer.facts
    )


def next_question(answer: Answer, declined: Iterable[str] = (), thorough: bool = False) -> Fact | None:
    """The fact to ask next; none when the outcome can no longer change, or only by facts that were declined.

    A fact that follows from others is asked itself first, where it may be; once it is declined, its parts are.
    """
    skip = set(declined)
    wanted = [fact for fact in to_ask(answer, thorough) if fact.id not in skip]
    if not wanted:
        return None
    upper = _upper(answer.book, {fact.id for fact in wanted})
    candidates = [fact for fact in wanted if fact.id in upper]
    rules = [r.rule for r in open_rulings(answer, thorough)]
    order = {name: place for place, name in enumerate(answer.book.facts)}

    def left(fact: Fact) -> tuple[float, int, int]:
        sizes = [
            _left(answer, rules, {**answer.facts, fact.id: value}, skip, thorough)
            for value in samples(answer.book, fact, answer.asof)
        ]
        return (sum(sizes) / len(sizes), max(sizes), order[fact.id])

    return min(candidates, key=left)


def _left(answer: Answer, rules: Sequence[Rule], facts: Facts, skip: set[str], thorough: bool) -> int:
    """How many facts are left to ask once ``facts`` are known."""
    reader = Reader(answer.book, answer.asof, facts)
    fired = answer.fired[0].rule.outcome.rank if answer.fired else Outcome.CLEAR.rank
    found = [ruling(reader, rule, phase(rule, answer.asof)) for rule in rules]
    best = min([fired, *(r.rule.outcome.rank for r in found if r.phase == "live" and r.state == "fires")])
    still = [r for r in found if r.open_facts and (thorough or r.rule.outcome.rank < best)]
    open_ = {name for r in still for name in r.open_facts if answer.book.facts[name].ask} - skip
    return len(_upper(answer.book, open_))


def _upper(book: Book, names: set[str]) -> set[str]:
    """Of some facts, those that no other of them is defined by: a definition is asked before its parts."""
    return names - {part for name in names for part in book.parts[name]}


def effects(answer: Answer, name: str) -> tuple[Effect, ...]:
    """What each kind of value of a missing fact would bring; values that bring the same are told together."""
    fact = answer.book.facts[name]
    before = {r.rule.id: r.state for r in answer.rulings if r.phase in ("live", *PENDING)}
    found: dict[tuple[Outcome, tuple[str, ...], tuple[str, ...]], list[Value]] = {}
    for value in samples(answer.book, fact, answer.asof):
        after = screen(answer.book, answer.case, {**answer.facts, name: value}, answer.asof)
        changed = [r for r in after.rulings if before.get(r.rule.id) == "could" and r.state != "could"]
        fires = tuple(r.rule.id for r in changed if r.state == "fires")
        excludes = tuple(r.rule.id for r in changed if r.state == "excluded")
        found.setdefault((after.outcome, fires, excludes), []).append(value)
    return tuple(Effect(tuple(values), *key) for key, values in found.items())


def samples(book: Book, fact: Fact, asof: date) -> tuple[Value, ...]:
    """Values of a fact that between them meet every test of it, each way."""
    tests = book.tests.get(fact.id, ())
    match fact.kind:
        case "yes_no":
            return (True, False)
        case "choice":
            return tuple(choice.id for choice in fact.choices)
        case "number":
            return tuple(_numbers(book, fact, tests, asof))
        case "date":
            return tuple(_dates(book, tests, asof))
        case "country":
            return tuple(_countries(book, tests, asof))
    places = unique(place for one in tests for place in one.value[:1])
    return (*((place.split("-")[0],) for place in places), (NO_CODE,))


def _numbers(book: Book, fact: Fact, tests: Sequence[Condition], asof: date) -> Iterator[float]:
    ends = {float(value) for one in tests for value in one.value}
    for one in tests:
        number = book.number(one.param, asof)[0] if one.param else None
        ends |= {number} if number is not None else set()
    steps = sorted(ends) or [0.0]
    between = [(a + b) / 2 for a, b in pairwise(steps)]
    for value in sorted({steps[0] - 1, *steps, *between, steps[-1] + 1}):
        if (fact.low is None or value >= fact.low) and (fact.high is None or value <= fact.high):
            yield value


def _dates(book: Book, tests: Sequence[Condition], asof: date) -> Iterator[date]:
    ends = {asof}
    for one in tests:
        if one.op in MONTHS:
            months = book.number(one.param, asof)[0] if one.param else float(one.value[0])
            ends |= {months_after(asof, -int(months))} if months is not None else set()
        elif one.other is None:
            ends |= {date.fromisoformat(value) for value in one.value}
    for day in sorted({d + timedelta(days=shift) for d in ends for shift in (-1, 0, 1)}):
        if EARLIEST <= day <= LATEST:
            yield day


def _countries(book: Book, tests: Sequence[Condition], asof: date) -> Iterator[str]:
    """One country for each way of being on the lists, and one on none."""
    lists = unique(one.list for one in tests if one.list)
    members = {name: {m.id for m in book.lists[name].members if m.holds(asof)} for name in lists}
    named = {value for one in tests if one.fact != ASOF for value in one.value}
    kinds: dict[tuple[object, ...], str] = {}
    for country in sorted(named | set().union(*members.values())) if members or named else ():
        own = country if country in named else ""
        kinds.setdefault((own, *(country in members[name] for name in lists)), country)
    yield from kinds.values()
    yield NOWHERE
