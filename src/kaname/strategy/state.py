"""The rows of a review, and how they become tables (floor 6)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl


@dataclass(frozen=True)
class MeasureState:
    """One measure as it stands on the day of the review."""

    id: str
    title_ja: str
    title_en: str
    kind: str
    owner: str | None
    deadline: date | None
    status: str
    digest: tuple[str, ...]
    answers: tuple[str, ...]
    """Scenarios that it answers."""
    overdue: bool
    """The deadline was before the day and it is neither in force nor done."""
    days_late: int | None
    no_owner: bool
    no_deadline: bool
    no_legal_basis: bool
    """None is given, and none is said not to be needed."""
    status_unknown: bool
    no_effect: bool
    """It has no ``effects``: the model cannot see it."""
    nil: bool | None
    """Its effect on the model is nil: no effects, or none that moves any scenario's loss by more than epsilon.
    Null: it has effects and was not measured."""
    largest_saving: float | None
    """The largest change of a scenario's loss, either way, million USD; null where not measured."""


@dataclass(frozen=True)
class ScenarioState:
    """Which measures answer a scenario, prevention and resolution apart (FR-7)."""

    id: str
    prevention: tuple[str, ...]
    resolution: tuple[str, ...]
    listed: tuple[str, ...]
    """Those that answer it because they say so; the others by an effect that reaches it."""
    unanswered: bool


@dataclass(frozen=True)
class VulnerabilityState:
    """Which measures answer a weak supply."""

    good: str
    origin: str
    share: float
    measures: tuple[str, ...]
    unanswered: bool


@dataclass(frozen=True)
class DigestState:
    """A line of what is asked for and the measures that cite it."""

    id: str
    asks: str
    measures: tuple[str, ...]
    overdue: int
    missing: bool
    """It asks for action and no measure cites it."""


@dataclass(frozen=True)
class OwnerState:
    """An owner's measures in figures; ``id`` is null for those that nobody owns."""

    id: str | None
    measures: int
    prevention: int
    resolution: int
    overdue: int
    no_deadline: int
    no_legal_basis: int
    status_unknown: int
    finished: int


@dataclass(frozen=True)
class Balance:
    """Prevention against resolution in one infrastructure, two ways of counting.

    ``asked_*``: measures that cite a digest line of this infrastructure and of no other (the rest under
    ``common``). ``answering_*``: measures that answer at least one of its scenarios (null for ``common``).
    """

    infrastructure: str
    asked_prevention: int
    asked_resolution: int
    answering_prevention: int | None
    answering_resolution: int | None
    scenarios: int | None
    scenarios_without_prevention: int | None
    scenarios_without_resolution: int | None


def _schema(text: str = "", **kinds: str) -> dict[str, pl.DataType]:
    """Column types by name, in the order of the words of ``text``; text is the rule."""
    types = {"int": pl.Int64(), "flag": pl.Boolean(), "float": pl.Float64(), "date": pl.Date()}
    of = {name: types[kind] for kind, names in kinds.items() for name in names.split()}
    return {name: of.get(name, pl.String()) for name in text.split()}


MEASURES = _schema(
    "id title_ja title_en kind owner deadline status digest answers overdue days_late no_owner no_deadline "
    "no_legal_basis status_unknown no_effect nil largest_saving",
    date="deadline",
    flag="overdue no_owner no_deadline no_legal_basis status_unknown no_effect nil",
    int="days_late",
    float="largest_saving",
)
SCENARIOS = _schema("id prevention resolution listed unanswered", flag="unanswered")
VULNERABILITIES = _schema("good origin share measures unanswered", float="share", flag="unanswered")
DIGEST = _schema("id asks measures overdue missing", int="overdue", flag="missing")
OWNERS = _schema(
    "id measures prevention resolution overdue no_deadline no_legal_basis status_unknown finished",
    int="measures prevention resolution overdue no_deadline no_legal_basis status_unknown finished",
)
BALANCE = _schema(
    "infrastructure asked_prevention asked_resolution answering_prevention answering_resolution scenarios "
    "scenarios_without_prevention scenarios_without_resolution",
    int="asked_prevention asked_resolution answering_prevention answering_resolution scenarios "
    "scenarios_without_prevention scenarios_without_resolution",
)
ANSWERS = _schema("subject measure how effects")


def frame(rows: Sequence[object], schema: Mapping[str, pl.DataType]) -> pl.DataFrame:
    """One row a dataclass; tuples of ids are joined with a comma and a space."""

    def cell(value: object) -> object:
        return ", ".join(value) if isinstance(value, tuple) else value

    data = [[cell(value) for value in (getattr(row, name) for name in schema)] for row in rows]
    return pl.DataFrame(data, dict(schema), orient="row")
