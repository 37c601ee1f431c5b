"""What must hold between the legal parts of a pack."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import pairwise
from typing import Any, Final, NamedTuple

from kaname.errors import Problem
from kaname.pack import ipc, stated
from kaname.pack.document import Path
from kaname.pack.draft import Draft
from kaname.pack.faults import suggestion
from kaname.pack.legal import ASOF, MONTHS, OPERATORS, SIGNED, Condition, Dated, Fact, Member, Outcome, Rule


class Spot(NamedTuple):
    """A condition, where it stands, and the kinds of case that it is for."""

    condition: Condition
    path: Path
    cases: tuple[str, ...]


def inside(condition: Condition, path: Path, cases: tuple[str, ...] = ()) -> Iterator[Spot]:
    """A condition and all within it."""
    yield Spot(condition, path, cases)
    for name, group in (("all", condition.all), ("any", condition.any)):
        for index, part in enumerate(group):
            yield from inside(part, (*path, name, index), cases)
    if condition.not_ is not None:
        yield from inside(condition.not_, (*path, "not"), cases)


def conditions(draft: Draft) -> Iterator[Spot]:
    """Every condition of the pack."""
    for index, rule in enumerate(draft.pack.rules):
        yield from inside(rule.when, ("rules", index, "when"), rule.cases)
        for place, exemption in enumerate(rule.unless):
            yield from inside(exemption.when, ("rules", index, "unless", place, "when"), rule.cases)
    for index, fact in enumerate(draft.pack.facts):
        yield from _of_fact(fact, ("facts", index))
    for index, one in enumerate(draft.pack.contradictions):
        yield from inside(one.when, ("contradictions", index, "when"), one.cases)


def _of_fact(fact: Fact, path: Path) -> Iterator[Spot]:
    if fact.means is not None:
        yield from inside(fact.means, (*path, "means"), fact.cases)
    for place, one in enumerate(fact.derive):
        yield from inside(one.when, (*path, "derive", place, "when"), fact.cases)


def tests(draft: Draft) -> Iterator[Problem]:
    """Tests of facts that are not there, by operators or values that are not for them."""
    facts = {fact.id: fact for fact in draft.pack.facts}
    known = {*draft.ids("facts"), ASOF}
    for spot in conditions(draft):
        condition = spot.condition
        for name in ("fact", "other"):
            wanted = getattr(condition, name)
            if wanted is None or wanted in draft.doubtful_ids:
                continue
            if wanted not in known:
                yield draft.places.problem(
                    f"no fact {wanted!r}" + suggestion(wanted, known), (*spot.path, name)
                )
            elif wanted in facts and (lacks := set(spot.cases) - set(facts[wanted].cases)):
                message = f"fact {wanted!r} is not of cases of kind {', '.join(sorted(lacks))}"
                yield draft.places.problem(message, (*spot.path, name))
        if condition.fact in facts and condition.op is not None:
            yield from _fits(draft, spot, facts[condition.fact])


def _fits(draft: Draft, spot: Spot, fact: Fact) -> Iterator[Problem]:
    condition = spot.condition
    assert condition.op is not None
    kinds = OPERATORS[condition.op].split()
    if fact.kind not in kinds:
        message = (
            f"operator {condition.op!r} is for facts of kind {' or '.join(kinds)}; {fact.id!r} is {fact.kind}"
        )
        yield draft.places.problem(message, (*spot.path, "op"))
        return
    if condition.list is not None and condition.op not in ("in", "under"):
        yield draft.places.problem(
            f"a list goes with 'in' or 'under', not {condition.op!r}", (*spot.path, "list")
        )
    if condition.param is not None and fact.kind != "number" and condition.op not in MONTHS:
        yield draft.places.problem("a dated value is a number; this fact is none", (*spot.path, "param"))
    for value in condition.value:
        try:
            if condition.op in MONTHS:
                stated.parse(_MONTHS, [value])
            elif condition.op == "under":
                ipc.check_place(value)
            else:
                stated.parse(fact, [value])
        except ValueError as error:
            yield draft.places.problem(str(error), (*spot.path, "value"))


_MONTHS: Final = Fact.model_validate(
    {"id": "months", "cases": ["land"], "kind": "number", "low": 0, "label": {"ja": "月", "en": "months"}}
)


def dated(draft: Draft) -> Iterator[Problem]:
    """Values and members whose times overlap or are turned round, and numbers that are none."""
    for index, value in enumerate(draft.pack.legal_values):
        yield from _overlaps(draft, value.values, ("legal_values", index, "values"))
        for place, one in enumerate(value.values):
            if one.value is not None:
                try:
                    float(one.value)
                except ValueError:
                    path = ("legal_values", index, "values", place, "value")
                    yield draft.places.problem(f"expected a number, found {one.value!r}", path)
    for index, listed in enumerate(draft.pack.legal_lists):
        for wanted in dict.fromkeys(member.id for member in listed.members):
            mine = [(place, m) for place, m in enumerate(listed.members) if m.id == wanted]
            at: Path = ("legal_lists", index, "members")
            yield from _overlaps(draft, [m for _, m in mine], at, [place for place, _ in mine])


def _overlaps(
    draft: Draft, parts: Sequence[Dated | Member], path: Path, places: Sequence[int] | None = None
) -> Iterator[Problem]:
    at = places or range(len(parts))
    for place, part in zip(at, parts, strict=True):
        if part.from_ and part.to and part.to < part.from_:
            yield draft.places.problem("ends before it begins", (*path, place))
    order = sorted(zip(at, parts, strict=True), key=lambda one: one[1].from_ or date.min)
    for (_, before), (place, after) in pairwise(order):
        if before.to is None or after.from_ is None or after.from_ <= before.to:
            yield draft.places.problem("overlaps in time with another of the same", (*path, place))


def cycles(draft: Draft) -> Iterator[Problem]:
    """Values that are the same as each other in a circle, and facts that follow from themselves."""
    same = {v.id: [d.same_as for d in v.values if d.same_as] for v in draft.pack.legal_values}
    yield from _rings(draft, "legal_values", same, "values are the same as each other in a circle")
    follow = {
        fact.id: [spot.condition.fact for spot in _of_fact(fact, ()) if spot.condition.fact]
        for fact in draft.pack.facts
    }
    yield from _rings(draft, "facts", follow, "facts follow from each other in a circle")


def _rings(draft: Draft, name: str, graph: Mapping[str, Iterable[str]], message: str) -> Iterator[Problem]:
    index = {part.id: place for place, part in enumerate(getattr(draft.pack, name))}
    told: set[str] = set()
    for start in graph:
        ring = _ring(start, graph)
        if ring and not told & set(ring):
            told |= set(ring)
            yield draft.places.problem(f"{message}: {' -> '.join((*ring, ring[0]))}", (name, index[start]))


def _ring(start: str, graph: Mapping[str, Iterable[str]]) -> tuple[str, ...]:
    """A shortest way from ``start`` back to itself, or nothing."""
    ways: list[tuple[str, ...]] = [(start,)]
    seen: set[str] = set()
    for way in ways:
        for following in graph.get(way[-1], ()):
            if following == start:
                return way
            if following in graph and following not in seen:
                seen.add(following)
                ways.append((*way, following))
    return ()


def rules(draft: Draft) -> Iterator[Problem]:
    """Rules whose times and status do not agree, and kinds of case that the pack does not declare."""
    declared = draft.ids("kinds")
    asof = _asof(draft)
    for index, rule in enumerate(draft.pack.rules):
        path: Path = ("rules", index)
        yield from (draft.places.problem(message, (*path, at)) for at, message in _times(rule, asof))
        for case in rule.cases:
            if case not in declared:
                yield draft.places.problem(f"the pack's 'kinds' do not have {case!r}", (*path, "cases"))
        if rule.outcome is Outcome.CLEAR:
            message = "no rule makes a case clear: clear is what is left when none applies (use 'advise' for a note)"
            yield draft.places.problem(message, (*path, "outcome"))


def kinds(draft: Draft) -> Iterator[Problem]:
    """Kinds of case for which there is no rule: all of their cases would be clear."""
    held = {case for rule in draft.pack.rules if rule.outcome is not Outcome.ADVISE for case in rule.cases}
    for index, kind in enumerate(draft.pack.kinds):
        if draft.whole and kind.id not in held:
            message = f"the pack has no rule for cases of kind {kind.id!r}: all of them would be clear"
            yield draft.places.problem(message, ("kinds", index, "id"))
        if kind.until < kind.from_:
            yield draft.places.problem("ends before it begins", ("kinds", index, "until"))


def _asof(draft: Draft) -> date | None:
    try:
        return date.fromisoformat(str(getattr(draft.pack, "asof", "")))
    except ValueError:
        return None


def _times(rule: Rule, asof: date | None) -> Iterator[tuple[str, str]]:
    time = rule.in_force
    if time.from_ and time.to and time.to < time.from_:
        yield "in_force", "ends before it begins"
    if rule.applied_from and (time.from_ is None or rule.applied_from < time.from_):
        yield "applied_from", "is applied before it is in force"
    if rule.promulgated and time.from_ and time.from_ < rule.promulgated:
        yield "promulgated", "is in force before it is promulgated"
    if asof is None or rule.status == "draft":
        return
    begun = time.by is None if time.from_ is None else time.from_ <= asof
    should = "enacted" if not begun else "ended" if time.to is not None and time.to < asof else "in_force"
    if rule.status != should:
        yield (
            "status",
            f"on {asof.isoformat()}, the pack's day, it is {should!r} by its dates, not {rule.status!r}",
        )


def examples(draft: Draft) -> Iterator[Problem]:
    """Examples that state what no case of their kind can."""
    facts = {fact.id: fact for fact in draft.pack.facts}
    for index, example in enumerate(draft.pack.examples):
        mine = {name for name, fact in facts.items() if example.case in fact.cases}
        for name, texts in example.facts.items():
            path: Path = ("examples", index, "facts", name)
            if name not in mine:
                message = f"no fact {name!r} in a case of kind {example.case!r}" + suggestion(name, mine)
                yield draft.places.problem(message, path)
                continue
            try:
                stated.parse(facts[name], texts)
            except ValueError as error:
                yield draft.places.problem(str(error), path)


def signatures(draft: Draft) -> Iterator[Problem]:
    """Signatures under records that are not there."""
    for index, signature in enumerate(draft.pack.signatures):
        name, _, wanted = signature.of.partition("/")
        path: Path = ("signatures", index, "of")
        if name not in SIGNED:
            message = (
                f"what is signed is one of {', '.join(f'{one}/ID' for one in SIGNED)}, not {signature.of!r}"
            )
            yield draft.places.problem(message, path)
        elif wanted not in draft.ids(name):
            yield draft.places.problem(
                f"{name} has no {wanted!r}" + suggestion(wanted, draft.ids(name)), path
            )


def choices(draft: Draft) -> Iterator[Problem]:
    """Facts whose choices, definition or derived values do not fit their kind; places of a classification that are
    none."""
    for index, fact in enumerate(draft.pack.facts):
        path: Path = ("facts", index)
        if (fact.kind == "choice") != bool(fact.choices):
            yield draft.places.problem(
                "a fact of kind 'choice' has choices, and no other has", (*path, "choices")
            )
        if fact.means is not None and (fact.kind != "yes_no" or fact.derive):
            yield draft.places.problem(
                "'means' defines a fact of yes or no, and stands alone", (*path, "means")
            )
        for place, one in enumerate(fact.derive):
            try:
                stated.parse(fact, [one.value])
            except ValueError as error:
                yield draft.places.problem(str(error), (*path, "derive", place, "value"))
    used = {spot.condition.list for spot in conditions(draft) if spot.condition.op == "under"}
    for index, listed in enumerate(draft.pack.legal_lists):
        for place, member in enumerate(listed.members) if listed.id in used else ():
            try:
                ipc.check_place(member.id)
            except ValueError as error:
                yield draft.places.problem(str(error), ("legal_lists", index, "members", place, "id"))


CHECKS: Final[tuple[Any, ...]] = (tests, dated, cycles, rules, kinds, examples, signatures, choices)
