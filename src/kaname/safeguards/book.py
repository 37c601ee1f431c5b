"""The law of a pack on one day, ready to be asked about the facts of a case."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from kaname.pack import ipc, stated
from kaname.pack.legal import (
    ASOF,
    MONTHS,
    SIGNED,
    Cite,
    Condition,
    Derivation,
    Exemption,
    Fact,
    Graded,
    LegalList,
    LegalValue,
    Rule,
    stamp,
)
from kaname.pack.model import Pack
from kaname.pack.stated import Value
from kaname.safeguards.logic import NOTHING, Judged, Leaf, Weak, all_of, any_of, not_of, unique

Facts = Mapping[str, Value]
_PLAIN = ("is", "in")


@dataclass(frozen=True)
class Book:
    """The legal part of a pack, by id, with what has been signed off."""

    pack: Pack

    @cached_property
    def facts(self) -> dict[str, Fact]:
        """Facts by id."""
        return {fact.id: fact for fact in self.pack.facts}

    @cached_property
    def values(self) -> dict[str, LegalValue]:
        """Dated values by id."""
        return {value.id: value for value in self.pack.legal_values}

    @cached_property
    def lists(self) -> dict[str, LegalList]:
        """Dated lists by id."""
        return {listed.id: listed for listed in self.pack.legal_lists}

    @cached_property
    def signed(self) -> frozenset[str]:
        """Records under a signature whose stamp is still theirs."""
        stamps = {f"{name}/{part.id}": stamp(part) for name in SIGNED for part in getattr(self.pack, name)}
        return frozenset(s.of for s in self.pack.signatures if stamps.get(s.of) == s.text)

    @cached_property
    def tests(self) -> dict[str, tuple[Condition, ...]]:
        """Every test of a fact in rules and definitions, by the fact."""
        found: dict[str, tuple[Condition, ...]] = {}
        for condition in self._conditions():
            if condition.fact is not None:
                found[condition.fact] = (*found.get(condition.fact, ()), condition)
        return found

    @cached_property
    def parts(self) -> dict[str, frozenset[str]]:
        """For each fact, all facts that its value may follow from."""
        own = {
            fact.id: {
                inner.fact
                for condition in (*([fact.means] if fact.means else []), *(one.when for one in fact.derive))
                for inner in _within(condition)
                if inner.fact in self.facts
            }
            for fact in self.pack.facts
        }
        found: dict[str, frozenset[str]] = {}
        for name, direct in own.items():
            reached, todo = set[str](), list(direct)
            while todo:
                part = todo.pop()
                if part is not None and part not in reached:
                    reached.add(part)
                    todo += own[part]
            found[name] = frozenset(reached)
        return found

    def _conditions(self) -> Iterator[Condition]:
        for rule in self.pack.rules:
            for condition in (rule.when, *(exemption.when for exemption in rule.unless)):
                yield from _within(condition)
        for fact in self.pack.facts:
            for condition in (*([fact.means] if fact.means else []), *(one.when for one in fact.derive)):
                yield from _within(condition)

    def rules_of(self, case: str) -> tuple[Rule, ...]:
        """The rules for a kind of case, in the pack's order."""
        return tuple(rule for rule in self.pack.rules if case in rule.cases)

    def facts_of(self, case: str) -> dict[str, Fact]:
        """The facts of a kind of case."""
        return {name: fact for name, fact in self.facts.items() if case in fact.cases}

    def weakness(self, graded: Graded, record: str, part: str) -> Weak | None:
        """The weak value that a grade makes of a record, unless it is signed off."""
        if not graded.weak or record in self.signed:
            return None
        return Weak(record, graded.grade.value if graded.grade else "", graded.confidence or "", part)  # type: ignore[arg-type]

    def weaknesses(self, cites: tuple[Cite, ...], record: str, part: str) -> tuple[Weak, ...]:
        """The same for each citation of a record."""
        found = (self.weakness(cite, record, part) for cite in cites)
        return unique(weak for weak in found if weak is not None)

    def number(self, name: str, day: date) -> tuple[float | None, tuple[Weak, ...]]:
        """The value of a dated value on a day (none if it has none), and what of it is unsigned."""
        for one in self.values[name].values:
            if one.holds(day):
                weak = self.weaknesses((one.cite,), f"legal_values/{name}", "value")
                if one.same_as is not None:
                    value, more = self.number(one.same_as, day)
                    return value, unique((*weak, *more))
                return float(one.value or "nan"), weak
        return None, ()


@dataclass
class Reader:
    """Judges conditions over the facts of one case on one day. What follows from the facts is worked out once."""

    book: Book
    asof: date
    stated: Facts
    _derived: dict[str, tuple[Value | None, Judged]] = field(default_factory=dict)

    def judge(self, condition: Condition, record: str) -> Judged:
        """A condition that stands in ``record`` (``rules/ID``)."""
        if condition.all:
            found = all_of([self.judge(part, record) for part in condition.all])
        elif condition.any:
            found = any_of([self.judge(part, record) for part in condition.any])
        elif condition.not_ is not None:
            found = not_of(self.judge(condition.not_, record))
        else:
            found = self._test(condition)
        weak = self.book.weakness(condition, record, "test")
        # a plain description that is known less well makes no false less certain; a number or a list does
        plain = condition.op in _PLAIN and condition.list is None
        if weak is None or (plain and found.truth is False):
            return found
        return found.softened(weak)

    def value(self, name: str) -> tuple[Value | None, Judged]:
        """The value of a fact (none: unknown), and the judgement that it rests on."""
        if name == ASOF:
            return self.asof, NOTHING
        if name in self.stated:
            return self.stated[name], NOTHING
        if name not in self._derived:
            self._derived[name] = self.derive(self.book.facts[name])
        return self._derived[name]

    def derive(self, fact: Fact) -> tuple[Value | None, Judged]:
        """What follows for a fact from others, whether or not the case states it."""
        record = f"facts/{fact.id}"
        own = (fact.id,) if fact.ask else ()
        if fact.means is not None:
            found = self.judge(fact.means, record)
            for weak in self.book.weaknesses(fact.cite, record, "definition"):
                found = found.softened(weak)
            if found.truth is None:
                return None, Judged(None, None, found.because, unique((*own, *found.missing)))
            return found.truth, found
        return self._first(fact, record, own)

    def _first(self, fact: Fact, record: str, own: tuple[str, ...]) -> tuple[Value | None, Judged]:
        """The value of the first derivation that holds; unknown while an earlier one is, with all that could matter."""
        before: list[Judged] = []
        for one in fact.derive:
            found = self._derivation(one, record)
            unknown = [b for b in before if b.truth is None]
            if found.truth and not unknown:
                return stated.parse(fact, [one.value]), all_of([found, *(not_of(b) for b in before)])
            before.append(found)
            if found.truth:
                break
        missing = unique(name for b in before for name in b.missing)
        because = unique(leaf for b in before if b.truth is not None for leaf in b.because)
        return None, Judged(None, None, because, unique((*own, *missing)))

    def _derivation(self, one: Derivation, record: str) -> Judged:
        found = self.judge(one.when, record)
        for weak in self.book.weaknesses(one.cite, record, "definition"):
            found = found.softened(weak)
        return found

    def exempt(self, exemption: Exemption, record: str) -> Judged:
        """Whether an exemption applies."""
        found = self.judge(exemption.when, record)
        if found.truth:
            for weak in self.book.weaknesses(exemption.cite, record, "exemption"):
                found = found.softened(weak)
        return found

    def _test(self, condition: Condition) -> Judged:
        assert condition.fact is not None
        assert condition.op is not None
        held, under = self.value(condition.fact)
        if held is None:
            return Judged(None, None, under.because, under.missing)
        against, weak, other = self._against(condition)
        if other is not None and other.truth is None:
            return Judged(None, None, under.because, other.missing)
        truth = self._compare(condition, held, against)
        if truth is None:
            return Judged(None, None, under.because)
        if condition.list is not None:
            weak = (*weak, *self._member(condition, held, truth))
        source = condition.param or condition.list or ""
        derived = condition.fact not in self.stated and condition.fact != ASOF
        leaf = Leaf(condition.fact, condition.op, held, against, truth, source, derived)
        because = (leaf, *under.because)
        found = Judged(truth, None if under.firm is None else truth, because, (), under.weak, under.firming)
        for one in weak:
            found = found.softened(one)
        return found

    def _against(self, condition: Condition) -> tuple[tuple[str, ...], tuple[Weak, ...], Judged | None]:
        """What a test is held against, as text; what of it is unsigned; and, of another fact, its judgement."""
        if condition.param is not None:
            number, weak = self.book.number(condition.param, self.asof)
            return ((f"{number:g}",) if number is not None else ()), weak, None
        if condition.list is not None:
            listed = self.book.lists[condition.list]
            members = tuple(m.id for m in listed.members if m.holds(self.asof))
            weak = self.book.weaknesses((listed.cite,), f"legal_lists/{listed.id}", "list")
            return members, weak, None
        if condition.other is not None:
            value, under = self.value(condition.other)
            if value is None:
                return (), (), Judged(None, None, (), under.missing)
            return (_written(value),), under.weak, None
        return condition.value, (), None

    def _member(self, condition: Condition, held: Value, truth: bool) -> tuple[Weak, ...]:
        """Where one member of a list is known less well than the list."""
        if not truth:
            return ()
        listed = self.book.lists[str(condition.list)]
        hit = [m for m in listed.members if m.holds(self.asof) and _met(condition.op or "", held, (m.id,))]
        weak = [self.book.weakness(m, f"legal_lists/{listed.id}", "list") for m in hit]
        return () if not all(weak) else unique(one for one in weak if one is not None)

    def _compare(self, condition: Condition, held: Value, against: tuple[str, ...]) -> bool | None:
        """The outcome of a test; unknown, though the fact is known, where the law has no value that day or the list is
        not complete."""
        if not against and condition.list is None:
            return None
        op = condition.op or ""
        if op in MONTHS:
            assert isinstance(held, date)
            end = months_after(held, int(float(against[0])))
            return end < self.asof if op == "months_over" else end <= self.asof
        met = _met(op, held, against)
        if not met and condition.list is not None and not self.book.lists[condition.list].complete:
            return None
        return met


def _within(condition: Condition) -> Iterator[Condition]:
    yield condition
    for part in (*condition.all, *condition.any, *([condition.not_] if condition.not_ else [])):
        yield from _within(part)


def _met(op: str, held: Value, against: tuple[str, ...]) -> bool:
    if isinstance(held, bool):
        return held == (against[0].lower() in ("yes", "true", "はい"))
    if isinstance(held, tuple):
        if op == "under":
            return any(ipc.under(code, place) for code in held for place in against)
        return any(code == ipc.spelled(place) for code in held for place in against)
    if isinstance(held, date):
        other = date.fromisoformat(against[0])
        return {"is": held == other, "before": held < other, "on_or_after": held >= other}[op]
    if isinstance(held, str):
        return held in against
    number = float(against[0])
    return {
        "is": held == number,
        "at_least": held >= number,
        "more_than": held > number,
        "at_most": held <= number,
        "less_than": held < number,
    }[op]


def months_after(day: date, months: int) -> date:
    """The same day so many months later; the last of the month where there is no such day.

    >>> months_after(date(2024, 8, 31), 6)
    datetime.date(2025, 2, 28)
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(min(year, date.max.year), month + 1, min(last, day.day))
        except ValueError:
            continue
    raise AssertionError("every month has a 28th")


def _written(value: Value) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, date):
        return value.isoformat()
    return ",".join(value) if isinstance(value, tuple) else str(value)
