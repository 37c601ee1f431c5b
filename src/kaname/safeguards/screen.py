"""The answer to a case: what it needs, by which rules, from which facts, and what a person must still decide.

``clear`` is said only when every rule that is live for the kind of case is definitely false, nothing of that rests
on a value that nobody has signed off, and the day is one whose law the pack claims to hold. Everything else is
*refer* at least.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from kaname.pack.legal import CaseKind, Grade, Outcome, Rule
from kaname.safeguards.book import Book, Facts, Reader
from kaname.safeguards.logic import Judged, Truth, Weak, all_of, any_of, not_of, unique

Phase = Literal["live", "transitional", "open", "coming", "draft", "ended"]
"""Live; in force but not yet applied; begun at a day that is not known, or a draft whose day has passed; to come; a
draft; over."""
State = Literal["fires", "could", "excluded"]
PENDING: Final = ("transitional", "open")


@dataclass(frozen=True)
class Ruling:
    """One rule on the facts of a case: its phase on the day, its state, and how that was decided."""

    rule: Rule
    phase: Phase
    judged: Judged
    exempted: int | None = None
    """Index of the exemption that keeps it from applying, if one does."""
    weak: tuple[Weak, ...] = ()
    """What must be signed off before this ruling may be relied on."""

    @property
    def state(self) -> State:
        """Whether it fires, could fire once more is known, or is excluded."""
        states: Mapping[Truth, State] = {True: "fires", False: "excluded", None: "could"}
        return states[self.judged.truth]

    @property
    def open_facts(self) -> tuple[str, ...]:
        """The facts that could still change how it stands: decide it, or exclude it without what is unsigned."""
        firming = self.judged.firming if self.weak and self.state == "excluded" else ()
        return (*self.judged.missing, *firming)

    @property
    def duty(self) -> bool:
        """Whether it is more than advice."""
        return self.rule.outcome is not Outcome.ADVISE

    @property
    def grade(self) -> Grade:
        """The least of its citations' grades."""
        return max((cite.grade for cite in self.rule.cite), key=list(Grade).index)


@dataclass(frozen=True)
class Reason:
    """Why a person must decide: which rule it is about, which facts are missing, which value is unsigned.

    ``law``: every fact is known, but the pack has no value for the day or no complete list to hold it against.
    """

    kind: Literal[
        "missing", "grade", "transitional", "open", "law", "rule", "before", "after", "unknown-kind"
    ]
    rule: str = ""
    facts: tuple[str, ...] = ()
    weak: Weak | None = None
    day: date | None = None


@dataclass(frozen=True)
class Answer:
    """What a case needs on a day by the law of one pack."""

    case: str
    asof: date
    facts: Facts
    book: Book
    rulings: tuple[Ruling, ...]
    refer: tuple[Reason, ...]

    def _of(self, phase: Phase, state: State) -> tuple[Ruling, ...]:
        return tuple(r for r in self.rulings if r.phase == phase and r.state == state)

    @property
    def fired(self) -> tuple[Ruling, ...]:
        """The live rules that apply, the strongest first."""
        return tuple(
            sorted((r for r in self._of("live", "fires") if r.duty), key=lambda r: r.rule.outcome.rank)
        )

    @property
    def advice(self) -> tuple[Ruling, ...]:
        """Notes that go with the case and change nothing."""
        return tuple(r for r in self._of("live", "fires") if not r.duty)

    @property
    def undecided(self) -> tuple[Ruling, ...]:
        """The rules that could apply once more is known."""
        return tuple(
            r for r in self.rulings if r.duty and r.phase in ("live", *PENDING) and r.state == "could"
        )

    @property
    def coming(self) -> tuple[Ruling, ...]:
        """The rules enacted or drafted that are not in force that day, and how the case would stand under them."""
        return tuple(r for r in self.rulings if r.phase in ("coming", "draft"))

    @property
    def outcome(self) -> Outcome:
        """The strongest that holds for certain; ``refer`` where nothing does and a person must decide."""
        return self._outcome(bool(self.refer))

    @property
    def also(self) -> Outcome | None:
        """``refer`` where a person must decide something besides."""
        return Outcome.REFER if self.refer and self.outcome.rank < Outcome.REFER.rank else None

    @property
    def if_signed(self) -> Outcome:
        """The outcome once every value is signed off as it stands."""
        return self._outcome(any(reason.kind != "grade" for reason in self.refer))

    def _outcome(self, doubt: bool) -> Outcome:
        if self.fired:
            return self.fired[0].rule.outcome
        return Outcome.REFER if doubt else Outcome.CLEAR

    @property
    def could_be(self) -> Outcome | None:
        """The strongest that the missing facts could still bring, if that is stronger than the outcome."""
        ranks = [r.rule.outcome for r in self.undecided if r.phase == "live"]
        strongest = min(ranks, key=lambda outcome: outcome.rank, default=None)
        return strongest if strongest is not None and strongest.rank < self.outcome.rank else None

    @property
    def missing(self) -> tuple[str, ...]:
        """The facts that are missing, those of the strongest rules first."""
        order = sorted(self.undecided, key=lambda r: r.rule.outcome.rank)
        return unique(fact for ruling in order for fact in ruling.judged.missing)

    @property
    def unsigned(self) -> tuple[Weak, ...]:
        """Every value that must be signed off before the answer may be relied on."""
        return unique(reason.weak for reason in self.refer if reason.weak is not None)

    @property
    def held_against(self) -> tuple[Ruling, ...]:
        """The rules in force for the kind of case, advice apart."""
        return tuple(r for r in self.rulings if r.phase == "live" and r.duty)

    @property
    def untested(self) -> tuple[Ruling, ...]:
        """The rules in force that are themselves of grade M or S3 and unsigned, and that the facts alone exclude."""
        unsigned = (
            r for r in self.held_against if self.book.weaknesses(r.rule.cite, f"rules/{r.rule.id}", "rule")
        )
        return tuple(r for r in unsigned if r.state == "excluded" and not r.weak)

    @property
    def grade(self) -> Grade | None:
        """The least grade of the rules that decided: those that fired, or, where none did, all that are live."""
        return max((r.grade for r in self.fired or self.held_against), key=list(Grade).index, default=None)


def phase(rule: Rule, day: date) -> Phase:
    """Where a rule stands in time on a day."""
    time = rule.in_force
    if time.to is not None and time.to < day:
        return "ended"
    begins = time.from_ or time.by
    if rule.status == "draft":
        return "open" if begins is not None and begins <= day else "draft"
    if begins is not None and day < begins:
        return "coming"
    if time.from_ is None and time.by is not None:
        return "open"
    if rule.applied_from is not None and day < rule.applied_from:
        return "transitional"
    return "live"


def ruling(reader: Reader, rule: Rule, phase_: Phase) -> Ruling:
    """One rule on the facts of a case."""
    record = f"rules/{rule.id}"
    exemptions = [reader.exempt(exemption, record) for exemption in rule.unless]
    when = reader.judge(rule.when, record)
    judged = all_of([when, not_of(any_of(exemptions))]) if exemptions else when
    exempted = None
    if when.truth is not False and judged.truth is False:
        exempted = next(index for index, found in enumerate(exemptions) if found.truth)
    weak = judged.weak if judged.truth is not None and judged.firm is None else ()
    if judged.truth:
        weak = unique((*weak, *reader.book.weaknesses(rule.cite, record, "rule")))
        late = rule.deadline and reader.book.weakness(rule.deadline, record, "deadline")
        weak = unique((*weak, late)) if late else weak
    return Ruling(rule, phase_, judged, exempted, weak)


def screen(book: Book, case: str, facts: Facts, asof: date, *, strict: bool = False) -> Answer:
    """The answer to a case.

    ``strict``: a rule that is itself of grade M or S3 and unsigned makes the answer *refer* even where it is
    excluded by facts alone; without it, only where it fires, or where what excludes it rests on such a value.

    ``facts`` are typed values by id (``cases.read`` makes them); a fact that is not there is unknown. Rules to come
    are judged as on their first day, so that the answer can say what will change.
    """
    rulings = []
    readers: dict[date, Reader] = {}
    for rule in book.rules_of(case):
        when = phase(rule, asof)
        day = asof
        if when in ("coming", "draft"):
            day = max(asof, rule.applied_from or rule.in_force.from_ or rule.in_force.by or asof)
        reader = readers.setdefault(day, Reader(book, day, facts))
        rulings.append(ruling(reader, rule, when))
    kind = next((kind for kind in book.pack.kinds if kind.id == case), None)
    reasons = (*_coverage(kind, asof), *(reason for one in rulings for reason in _reasons(one, book, strict)))
    return Answer(case, asof, facts, book, tuple(rulings), reasons)


def _coverage(kind: CaseKind | None, asof: date) -> tuple[Reason, ...]:
    if kind is None:
        return (Reason("unknown-kind"),)
    if asof < kind.from_:
        return (Reason("before", day=kind.from_),)
    return (Reason("after", day=kind.until),) if asof > kind.until else ()


def _reasons(one: Ruling, book: Book, strict: bool) -> tuple[Reason, ...]:
    """Why a person must decide, as far as one rule is concerned."""
    name = one.rule.id
    if not one.duty or one.phase not in ("live", *PENDING):
        return ()
    own = book.weaknesses(one.rule.cite, f"rules/{name}", "rule") if strict else ()
    grades = tuple(Reason("grade", name, weak=weak) for weak in unique((*one.weak, *own)))
    if one.state == "excluded":
        return grades
    if one.phase in PENDING:
        kind: Literal["transitional", "open"] = "transitional" if one.phase == "transitional" else "open"
        return (Reason(kind, name, one.judged.missing, day=one.rule.applied_from or one.rule.in_force.by),)
    if one.state == "could":
        return (Reason("missing" if one.judged.missing else "law", name, one.judged.missing),)
    rule = (Reason("rule", name),) if one.rule.outcome is Outcome.REFER else ()
    return (*rule, *grades)
