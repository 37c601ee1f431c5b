"""The law as a pack writes it: facts that are asked, dated values and lists, rules, examples, signatures.

A rule is a condition over facts, never a formula: the operators are a closed set and nothing is evaluated but they.
Everything that was not read in an official text or a published account of it carries grade M or S3, and every
answer that rests on it says *refer* until a person has signed it off (``Signature``).
"""

from __future__ import annotations

import hashlib
import json
import re
from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Final, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from kaname.pack.figures import Id, Label, Part

Kind = Literal[
    "investment", "export", "technology", "patent", "grant", "land", "procurement", "cloud", "clearance"
]
"""The kinds of case."""
ASOF: Final = "asof"
"""The fact that every case has: the day whose law is asked."""


class Outcome(StrEnum):
    """What a case needs, strongest first; ``advise`` is no outcome: a rule of it adds a note and nothing else."""

    PROHIBIT = "prohibit"
    APPROVE = "approve"
    NOTIFY = "notify"
    DISCLOSE = "disclose"
    REFER = "refer"
    CLEAR = "clear"
    ADVISE = "advise"

    @property
    def rank(self) -> int:
        """0 for the strongest."""
        return list(Outcome).index(self)


class Grade(StrEnum):
    """Where a fact of law was read: S1 official text or page, S2 law firm, press, university or local government, S3 a
    public tracker citing official documents that were not seen, M memory only."""

    S1 = "S1"
    S2 = "S2"
    S3 = "S3"
    M = "M"

    @property
    def weak(self) -> bool:
        """Whether a person must sign it off before an answer may rest on it."""
        return self in (Grade.S3, Grade.M)


def _day(value: Any) -> Any:
    if isinstance(value, str) and not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value.strip()):
        raise ValueError(f"{value!r} is not a date (YYYY-MM-DD)")
    return value


def _many(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


Day = Annotated[date, BeforeValidator(_day)]
Texts = Annotated[tuple[str, ...], BeforeValidator(_many)]
"""One text or a list of them."""


class Graded(Part):
    """What carries a grade: where it was read, and how sure one may be (H, M, L: high, middling, a lead only)."""

    grade: Grade | None = None
    confidence: Literal["H", "M", "L"] | None = None

    @property
    def weak(self) -> bool:
        """Whether a person must sign it off first: known from memory or a tracker only, or no more than a lead."""
        return (self.grade is not None and self.grade.weak) or self.confidence == "L"


class Cite(Graded):
    """Where a rule, value or list stands in the law, how that is known, and who has checked it (nobody: empty)."""

    grade: Grade
    confidence: Literal["H", "M", "L"]
    law: str
    article: str | None = None
    url: str | None = None
    checked_on: Day | None = None
    checked_by: str | None = None
    note: str | None = None


class Period(Part):
    """From when to when, both days included; ``by``: the latest day on which it must have begun, if no more is known.

    No ``from`` and no ``by``: since before the pack's coverage begins.
    """

    from_: Day | None = Field(default=None, alias="from")
    to: Day | None = None
    by: Day | None = None

    def holds(self, day: date) -> bool:
        """Whether it has begun for certain and not ended."""
        begun = self.by is None if self.from_ is None else self.from_ <= day
        return begun and (self.to is None or day <= self.to)


OPERATORS: Final = {
    "is": "yes_no number choice date country codes",
    "in": "choice country codes",
    "at_least": "number",
    "more_than": "number",
    "at_most": "number",
    "less_than": "number",
    "before": "date",
    "on_or_after": "date",
    "months_passed": "date",
    "months_over": "date",
    "under": "codes",
}
"""The closed set of operators, and the kinds of fact that each is for."""
MONTHS: Final = ("months_passed", "months_over")
"""The operators held against so many months: the same day of the month has come, or is past."""
Operator = Literal[
    "is",
    "in",
    "at_least",
    "more_than",
    "at_most",
    "less_than",
    "before",
    "on_or_after",
    "months_passed",
    "months_over",
    "under",
]


class Condition(Graded):
    """Either ``all``, ``any`` or ``not`` of others, or a test of one ``fact`` by an operator ``op``.

    What it is held against is one of: ``value`` (one or several), ``param`` (a dated value), ``list`` (a dated list),
    ``other`` (another fact). A ``grade`` of its own says that this part is less well known than the rule.
    """

    all: tuple[Condition, ...] = ()
    any: tuple[Condition, ...] = ()
    not_: Condition | None = Field(default=None, alias="not")
    fact: str | None = None
    op: Operator | None = None
    value: Texts = ()
    param: str | None = None
    list: str | None = None
    other: str | None = None
    note: str | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        branches = [bool(self.all), bool(self.any), self.not_ is not None, self.fact is not None]
        faults = []
        if sum(branches) != 1:
            faults.append("a condition is exactly one of 'all', 'any', 'not' or a test of a 'fact'")
        sides = [bool(self.value), self.param is not None, self.list is not None, self.other is not None]
        if self.fact is not None and self.op is None:
            faults.append("a test needs an operator (field 'op')")
        if self.fact is not None and sum(sides) != 1:
            faults.append("a test is held against exactly one of 'value', 'param', 'list' or 'other'")
        if self.fact is None and (self.op is not None or sum(sides)):
            faults.append("only a test of a 'fact' has an operator and something to hold it against")
        if faults:
            raise ValueError("; ".join(faults))
        return self


class Choice(Part):
    """One of the answers to a fact of kind ``choice``."""

    id: Id
    label: Label


class Derivation(Part):
    """A value that a fact has when a condition holds, unless the case states the fact; the first that holds counts."""

    value: str
    when: Condition
    cite: tuple[Cite, ...] = ()


class Fact(Part):
    """Something a case may state, or that follows from what it states.

    ``means`` defines a fact of yes or no by a condition; ``derive`` gives values of others. ``ask: false``: never asked
    in the interview, though a case may state it.
    """

    id: Id
    cases: tuple[Kind, ...] = Field(min_length=1)
    kind: Literal["yes_no", "number", "choice", "date", "country", "codes"]
    label: Label
    question: Label | None = None
    choices: tuple[Choice, ...] = ()
    unit: Label | None = None
    low: float | None = None
    high: float | None = None
    ask: bool = True
    means: Condition | None = None
    derive: tuple[Derivation, ...] = ()
    cite: tuple[Cite, ...] = ()


class Dated(Part):
    """A value for a time: a number or a date as written, or the same as another value (``same_as``)."""

    from_: Day | None = Field(default=None, alias="from")
    to: Day | None = None
    value: str | None = None
    same_as: str | None = None
    cite: Cite

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.value is None) == (self.same_as is None):
            raise ValueError("give exactly one of 'value' and 'same_as'")
        return self

    def holds(self, day: date) -> bool:
        """Whether it is the value of that day."""
        return (self.from_ is None or self.from_ <= day) and (self.to is None or day <= self.to)


class LegalValue(Part):
    """A number of the law with its history: a threshold, a term of days or months."""

    id: Id
    label: Label
    unit: Label
    values: tuple[Dated, ...] = Field(min_length=1)


class Member(Graded):
    """What is on a list, for a time; a grade of its own where it is less well known than the list."""

    id: str
    label: Label | None = None
    from_: Day | None = Field(default=None, alias="from")
    to: Day | None = None

    def holds(self, day: date) -> bool:
        """Whether it is on the list that day."""
        return (self.from_ is None or self.from_ <= day) and (self.to is None or day <= self.to)


class LegalList(Part):
    """A list of the law with its history: countries, fields, places of a classification.

    ``complete: false``: what is not on it may still be on the official one, so its absence decides nothing.
    """

    id: Id
    label: Label
    complete: bool = True
    members: tuple[Member, ...] = Field(min_length=1)
    cite: Cite


class Exemption(Part):
    """A case in which a rule does not apply though its condition is met; the trace tells which one it was."""

    when: Condition
    reason: Label
    cite: tuple[Cite, ...] = ()


class Deadline(Graded):
    """How long, counted from what, and whether one must wait (``standstill``)."""

    days: int | None = Field(default=None, ge=0)
    months: int | None = Field(default=None, ge=0)
    start: Label
    standstill: bool = False


class Rule(Part):
    """A duty, a ban or a piece of advice: when it applies, from which day, where it stands."""

    id: Id
    cases: tuple[Kind, ...] = Field(min_length=1)
    title: Label
    outcome: Outcome
    when: Condition
    unless: tuple[Exemption, ...] = ()
    in_force: Period = Period()
    applied_from: Day | None = None
    """Where the law is in force before it is applied: the first day of application."""
    promulgated: Day | None = None
    status: Literal["draft", "enacted", "in_force", "ended"]
    """As of the pack's edition."""
    cite: tuple[Cite, ...] = Field(min_length=1)
    reason: Label
    authority: str | None = None
    deadline: Deadline | None = None


class CaseKind(Part):
    """A kind of case: from which day the pack claims to hold its rules, and until when they were looked at."""

    id: Kind
    label: Label
    from_: Day = Field(alias="from")
    until: Day


class Contradiction(Part):
    """Facts that cannot stand together: a case that states them is refused."""

    id: Id
    cases: tuple[Kind, ...] = Field(min_length=1)
    when: Condition
    message: Label


class Expectation(Part):
    """What an example must be answered on a day."""

    asof: Day
    outcome: Outcome
    also: Literal["refer"] | None = None
    """``refer`` where a person must decide or sign something off besides."""
    if_signed: Outcome | None = None
    """The outcome once every weak value is signed off, where it differs."""
    fires: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    coming: tuple[str, ...] = ()
    advice: tuple[str, ...] = ()


class Example(Part):
    """A case whose answers are known: the tests of the rules (``kaname check`` runs them)."""

    id: Id
    case: Kind
    label: Label
    facts: dict[str, Texts]
    expect: tuple[Expectation, ...] = Field(min_length=1)
    note: Label | None = None


class Signature(Part):
    """A person's word that a record was checked against the official text.

    ``of`` is the list and id of the record (``rules/fdi-notify``), ``text`` its stamp: a record changed after it
    was signed is unsigned again.
    """

    id: Id
    of: str
    text: str
    by: str
    on: Day
    read: str
    """The official text that was read, with its date."""


class LawCover(Part):
    """Which risks of which strategic infrastructure industries a law answers, and from when (LG-1)."""

    id: Id
    law: str
    infrastructures: tuple[str, ...] = Field(min_length=1)
    risks: tuple[Literal["cyber", "disaster", "supply-chain", "infiltration", "leak"], ...] = Field(
        min_length=1
    )
    in_force: Period
    what: Label
    cite: Cite


SIGNED: Final = ("facts", "legal_values", "legal_lists", "rules")
"""The lists whose records may be signed."""


def stamp(part: Part) -> str:
    """The stamp of a record: the first 16 digits of the SHA-256 of all that it says."""
    said = json.dumps(part.model_dump(mode="json", by_alias=True), ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()[:16]
