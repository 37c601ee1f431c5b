"""An event of the past as people write it: what was known at the time, what it did to whom, what was published.

A file of ``events/`` is one event. Nothing in it may come from the run it is judged by; an input that no source opened
gives is an assumption with its reason and range. Reading tells every problem at once, with file, line and path.
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError

from kaname.errors import InputProblems, Problem
from kaname.pack import faults
from kaname.pack.document import parse
from kaname.pack.figures import Figure, Id, Label, Part
from kaname.pack.model import Area, Good, Parameter, Source
from kaname.pack.places import Entry
from kaname.units import UNITS

EVENTS = Path(__file__).parent / "events"
Words = tuple[Label, ...]
OF_NETWORK = "flow-share-"
"""An input of this name says how much a good of the event's own is of what its users buy: part of the network."""


class Ground(Part):
    """The table and network on which an event is run."""

    table: Literal["wiod-2010", "icio-2022"]
    home: str = Field(pattern=r"^[A-Z]{3}$")
    """Whose losses are told node by node."""
    areas: tuple[Area, ...] = ()
    """How home is divided for this event, as groups of prefectures."""
    goods: tuple[str, ...] = ()
    """Goods of the pack of Japan that are followed; ``all`` for every one, with its facilities and passages."""
    own_goods: tuple[Good, ...] = ()
    """Goods that the pack lacks, stated here."""
    trade_year: int | None = None
    """Year of the trade data behind goods; none = the pack's."""
    why: Label
    """Why this table, and what is wrong with it for this event."""


class Healing(Part):
    """How what was lost comes back; ``days`` names an input."""

    shape: Literal["step", "linear", "exponential"]
    days: str


class Shock(Part):
    """What the event takes from whom. Sizes and times name inputs."""

    id: Id
    label: Label
    kind: Literal["capacity", "trade", "passage", "demand", "stock"]
    size: str
    start: float = Field(default=0, ge=0)
    days: str
    healing: Healing | None = None
    industries: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    """Capacity only: areas of the ground in which this share is lost."""
    goods: tuple[str, ...] = ()
    origins: tuple[str, ...] = ()
    destinations: tuple[str, ...] = ()
    passages: tuple[str, ...] = ()
    part: int = Field(default=0, exclude=True)
    """Of a pair: 0 the first event, 1 the second. Set by reading, never written."""


class Reading(Part):
    """A figure that can be read off a run."""

    of: Literal[
        "month-on-month",
        "level",
        "lowest-month",
        "loss-share",
        "loss",
        "indirect-share",
        "first-day",
        "held-trade",
        "held-share",
        "supply",
        "origin-share",
        "worse-together",
        "less-together",
    ]
    country: str | None = None
    industries: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    """Areas left out."""
    month: str | None = Field(default=None, pattern=r"^\d{4}-\d{2}$")
    good: str | None = None
    origin: str | None = None
    year: int | None = None
    below: float = 0.999


class Fact(Part):
    """Something published, and how the run is read to be set beside it."""

    id: Id
    label: Label
    kind: Literal["size", "order", "timing", "data"]
    """size: inside the range or not; order: ``reading`` lies below ``than``, or from ``low`` to ``high``; timing: the
    same to ``within``; data: no run is needed, the figure is one of the data that a run starts from."""
    reading: Reading
    than: Reading | None = None
    value: float | None = None
    low: float | None = None
    high: float | None = None
    within: float = 0.0
    unit: str
    source: str
    note: Label | None = None


class Why(Part):
    """What a person wrote about each verdict that might come out; the verdict itself is computed."""

    right: Label | None = None
    order: Label | None = None
    wrong: Label | None = None


class Chart(Part):
    """The course that is drawn: an index by month beside published ones, or the loss a day."""

    reading: Reading | None = None
    published: dict[str, float] = Field(default_factory=dict)
    """Month -> index, 100 before the event; drawn as points."""
    source: str | None = None
    label: Label


class Event(Part):
    """An event of the past."""

    id: Id
    order: int
    label: Label
    date: datetime.date
    """Day 0."""
    days: int = Field(ge=1, le=1500)
    summary: Label
    ground: Ground
    sources: tuple[Source, ...] = Field(min_length=1)
    inputs: tuple[Parameter, ...] = ()
    shocks: tuple[Shock, ...] = ()
    left_out: Words = ()
    set_before: Words = Field(min_length=1)
    """What was set before the event was looked at, and what was not."""
    facts: tuple[Fact, ...] = Field(min_length=1)
    charts: tuple[Chart, ...] = Field(min_length=1)
    why: Why
    together: tuple[str, ...] = ()
    """A pair: ids of two events whose inputs and shocks these are, the second ``apart`` days after the first."""
    apart: float = Field(default=0, ge=0)


def read(path: Path) -> Event:
    """The event in a file. Raises ``InputProblems`` with everything that is wrong with it."""
    name = path.name
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeError) as error:
        raise InputProblems([Problem(f"cannot be read: {error}", name)]) from error
    node, found = parse(text, name)
    if node is None or not isinstance(node.value, dict):
        raise InputProblems(found or [Problem("expected a mapping of fields", name)])
    entry, raw = Entry(name, (), node, 1), node.plain()
    try:
        event = Event.model_validate(raw)
    except ValidationError as error:
        raise InputProblems([*found, *faults.problems(entry, Event, raw, error)]) from error
    problems = [*found, *(_told(entry, path_, message) for path_, message in _wrong(event))]
    if problems:
        raise InputProblems(problems)
    return event


def read_all(folder: Path = EVENTS) -> tuple[Event, ...]:
    """All events of a folder, in their order. Raises ``InputProblems`` with the problems of all files."""
    files = sorted(folder.glob("*.yaml"))
    problems: list[Problem] = []
    events: list[Event] = []
    for file in files:
        try:
            events.append(read(file))
        except InputProblems as told:
            problems += told.problems
    if not files:
        problems.append(Problem("no event files", str(folder)))
    twice = [name for name, count in Counter(e.id for e in events).items() if count > 1]
    problems += [Problem(f"two events are called {name!r}", str(folder)) for name in twice]
    known = {e.id: e for e in events}
    problems += [
        Problem(f"no event {name!r} to pair", f"{e.id}.yaml", path="$.together")
        for e in events
        for name in e.together
        if name not in known and not problems
    ]
    if problems:
        raise InputProblems(problems)
    paired = [_paired(e, known) if e.together else e for e in events]
    return tuple(sorted(paired, key=lambda e: (e.order, e.id)))


def _paired(event: Event, known: dict[str, Event]) -> Event:
    """A pair with the inputs and shocks of its two events, each under its event's name."""
    inputs: list[Parameter] = []
    shocks: list[Shock] = []
    sources = list(event.sources)
    for number, name in enumerate(event.together):
        other = known[name]
        sources += [s for s in other.sources if s.id not in {t.id for t in sources}]
        inputs += [p.model_copy(update={"id": f"{name}-{p.id}"}) for p in other.inputs]
        for shock in other.shocks:
            healing = shock.healing
            if healing is not None:
                healing = healing.model_copy(update={"days": f"{name}-{healing.days}"})
            changes = {
                "id": f"{name}-{shock.id}",
                "size": f"{name}-{shock.size}",
                "days": f"{name}-{shock.days}",
                "healing": healing,
                "start": shock.start + (event.apart if number else 0),
                "part": number,
            }
            shocks.append(shock.model_copy(update=changes))
    return event.model_copy(
        update={"inputs": tuple(inputs), "shocks": tuple(shocks), "sources": tuple(sources)}
    )


def _told(entry: Entry, path: tuple[str | int, ...], message: str) -> Problem:
    place = entry.place(path)
    return Problem(message, place.file, place.line, place.path)


def _wrong(event: Event) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """What the schema alone cannot see."""
    sources = {s.id for s in event.sources}
    if event.together and (len(event.together) != 2 or event.inputs or event.shocks):
        yield ("together",), "a pair names two events and has no inputs or shocks of its own"
    for field, given in (("inputs", event.inputs), ("shocks", event.shocks)):
        if not given and not event.together:
            yield (field,), f"an event needs {field}"
    inputs = {p.id: p.figure for p in event.inputs}
    for n, (name, figure) in enumerate(inputs.items()):
        for below, text in _of_input(figure, sources):
            yield ("inputs", n, "figure", *below), text
        if not name.startswith(OF_NETWORK) and not any(name in _names(shock) for shock in event.shocks):
            yield ("inputs", n, "id"), f"input {name!r} is used by no shock"
    for n, shock in enumerate(event.shocks):
        for at, text in _of_shock(shock, event, inputs):
            yield ("shocks", n, *at), text
    for n, fact in enumerate(event.facts):
        for under, text in _of_fact(fact, sources):
            yield ("facts", n, *under), text
    for n, chart in enumerate(event.charts):
        if chart.published and chart.source not in sources:
            yield ("charts", n, "source"), f"no source {chart.source!r}"


def _names(shock: Shock) -> tuple[str, ...]:
    return (shock.size, shock.days, *((shock.healing.days,) if shock.healing else ()))


def _of_input(figure: Figure, sources: set[str]) -> Iterator[tuple[tuple[str, ...], str]]:
    if figure.value is None:
        yield ("value",), "an event cannot be run on an empty figure"
    if figure.source is not None and figure.source not in sources:
        yield ("source",), f"no source {figure.source!r}"
    if str(figure.confidence) == "assumption" and (figure.low is None or figure.high is None):
        yield (), "an assumption needs a range (low and high)"


def _of_shock(
    shock: Shock, event: Event, inputs: dict[str, Figure]
) -> Iterator[tuple[tuple[str | int, ...], str]]:
    for field, name, dimension in (
        ("size", shock.size, "share"),
        ("days", shock.days, "time"),
        *((("healing", shock.healing.days, "time"),) if shock.healing else ()),
    ):
        if name not in inputs:
            yield (field,), f"no input {name!r}" + faults.suggestion(name, inputs)
        elif UNITS[inputs[name].unit] != dimension:
            yield (field,), f"input {name!r} is no {dimension}"
    figure = inputs.get(shock.size)
    least = -1.0 if shock.kind == "demand" else 0.0
    if figure is not None and figure.value is not None and UNITS[figure.unit] == "share":
        ends = [figure.to("1"), *(e for e in (figure.low, figure.high) if e is not None)]
        if shock.kind != "demand" and figure.unit == "1" and not all(least <= e <= 1 for e in ends):
            yield ("size",), f"input {shock.size!r} is no share from {least:g} to 1"
    needed = {
        "capacity": ("industries", "goods"),
        "trade": ("goods", "industries"),
        "demand": ("industries",),
        "stock": ("goods",),
    }
    if shock.kind == "passage" and not shock.passages:
        yield ("passages",), "a passage shock names passages"
    if shock.kind in needed and not any(getattr(shock, name) for name in needed[shock.kind]):
        yield ((), f"a {shock.kind} shock names {' or '.join(needed[shock.kind])}")
    known = {a.id for a in event.ground.areas}
    for k, area in enumerate(shock.areas):
        if area not in known:
            yield ("areas", k), f"no area {area!r} in the ground" + faults.suggestion(area, known)
    if shock.start >= event.days:
        yield ("start",), f"begins on day {shock.start:g}; the run ends on day {event.days}"


def _of_fact(fact: Fact, sources: set[str]) -> Iterator[tuple[tuple[str, ...], str]]:
    if fact.source not in sources:
        yield ("source",), f"no source {fact.source!r}"
    stated = fact.value is not None or (fact.low is not None and fact.high is not None)
    if fact.kind == "order" and fact.than is None and not stated:
        yield ("than",), "an order needs a second reading, or both ends of a range"
    if fact.kind != "order" and not stated:
        yield ("value",), "a fact needs a value, or both ends of a range"
    if fact.low is not None and fact.high is not None and fact.low > fact.high:
        yield ("low",), "the range is upside down"
    needs: dict[str, tuple[str, ...]] = {
        "month-on-month": ("month",),
        "level": ("month",),
        "origin-share": ("good", "origin", "year"),
        "supply": ("good", "month"),
    }
    for name in needs.get(fact.reading.of, ()):
        if getattr(fact.reading, name) is None:
            yield ("reading", name), f"{fact.reading.of!r} needs {name!r}"


def figure_of(event: Event, name: str) -> Figure:
    """The figure of an input."""
    return next(p.figure for p in event.inputs if p.id == name)


def as_dict(part: Any) -> dict[str, Any]:
    """A part as plain data, for fingerprints."""
    found: dict[str, Any] = part.model_dump(mode="json")
    return found
