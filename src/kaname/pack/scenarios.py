"""Scenarios: what goes wrong, and its parts."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from kaname.pack.figures import Figure, Id, Label, Part


class Recovery(Part):
    """How what was lost comes back once the event is over: at once (step), evenly, or faster at first."""

    shape: Literal["step", "linear", "exponential"]
    duration: Figure


class _Event(Part):
    """Common to all events."""

    start: float = Field(default=0, ge=0)
    """Day, counted from the scenario's own day 0."""
    duration: Figure
    recovery: Recovery | None = None


class CapacityEvent(_Event):
    """Producers lose a share of what they can make."""

    kind: Literal["capacity"]
    loss: Figure
    industries: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    """For ``industries`` and ``goods``: where; empty = the home country."""
    goods: tuple[str, ...] = ()
    facilities: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    """All facilities of these services (within ``areas`` if given)."""
    areas: tuple[str, ...] = ()


class PassageEvent(_Event):
    """Passages close, wholly or in part; trade takes the detour if there is one."""

    kind: Literal["passage"]
    loss: Figure
    passages: tuple[str, ...] = Field(min_length=1)


class TradeEvent(_Event):
    """Trade from some countries to others stops (an export stop, an embargo, a hub's failure)."""

    kind: Literal["trade"]
    loss: Figure
    origins: tuple[str, ...] = ()
    """Empty = every other country."""
    destinations: tuple[str, ...] = ()
    """Empty = every other country."""
    goods: tuple[str, ...] = ()
    industries: tuple[str, ...] = ()
    """Products of these industries; with ``goods`` empty and this empty: everything."""


class DemandEvent(_Event):
    """Final demand changes by a share (-0.2 = a fifth less)."""

    kind: Literal["demand"]
    change: Figure
    industries: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    services: tuple[str, ...] = ()


class LimitEvent(_Event):
    """Ways carry no more than so much: a passage that lets fewer ships through, a pipeline, a quota.

    Trade up to the limit goes on, whatever is asked; orders that refill stocks only where it leaves room. For trade
    across borders in what is followed; a service of facilities does not travel.
    """

    kind: Literal["limit"]
    most: Figure
    """The most that comes over the ways together: a share of their usual flow (1 = no more than usual), or million USD
    a day. Each way may carry its part, as it usually does."""
    passages: tuple[str, ...] = ()
    """Only trade that runs through these; empty: trade by whatever way."""
    origins: tuple[str, ...] = ()
    """Empty = every country."""
    destinations: tuple[str, ...] = ()
    """Empty = every country."""
    goods: tuple[str, ...] = ()
    industries: tuple[str, ...] = ()
    """Products of these industries; with ``goods`` empty and this empty: everything."""


class Work(Part):
    """An industry that rebuilds, and its part of the damage."""

    industry: str
    share: Figure


class RebuildEvent(_Event):
    """What was destroyed is built again: final demand for some industries grows while the event lasts.

    Over the event and its recovery ``damage`` times ``share`` is asked of each industry, evenly while it lasts, then as
    the recovery says. What they cannot deliver at once stays owed.
    """

    kind: Literal["rebuild"]
    damage: Figure
    """Money. Yen are turned into US dollars by the parameter ``yen-per-usd``."""
    work: tuple[Work, ...] = Field(min_length=1)
    """Who is asked for what; shares may sum to less than 1: the rest is never rebuilt, or bought elsewhere."""
    countries: tuple[str, ...] = ()
    """Where; empty = the home country."""


class StockEvent(_Event):
    """A share of the stocks of goods or products held at home is lost or unusable at the start."""

    kind: Literal["stock"]
    loss: Figure
    goods: tuple[str, ...] = ()
    industries: tuple[str, ...] = ()


Event = Annotated[
    CapacityEvent | PassageEvent | TradeEvent | LimitEvent | DemandEvent | RebuildEvent | StockEvent,
    Field(discriminator="kind"),
]


class Struck(Part):
    """An area, and how hard it is struck beside the others."""

    area: str
    intensity: Figure
    """Relative: where industries are divided by area, the loss stated for the nation falls on areas in proportion."""


class Point(Part):
    """A place on a fault's trace."""

    lat: float = Field(ge=-90, le=90)
    lon: float = Field(ge=-180, le=180)


class Quake(Part):
    """The source of an earthquake, for a rule of thumb of how hard the ground shakes where."""

    magnitude: Figure
    """Moment magnitude."""
    depth: Figure
    kind: Literal["crustal", "interplate", "intraslab"]
    trace: tuple[Point, ...] = Field(min_length=1)
    """The line above the part of the fault that breaks; one point for a small one."""


class Scenario(Part):
    """What goes wrong. Hypothetical: the severity is stated, never a forecast."""

    id: Id
    label: Label
    summary: Label
    digest: tuple[str, ...] = Field(min_length=1)
    infrastructures: tuple[str, ...] = Field(min_length=1)
    common: tuple[Literal["cyber", "disaster", "supply-chain"], ...] = ()
    events: tuple[Event, ...] = Field(min_length=1)
    paired: bool = True
    """Whether the yearly assessment runs it together with each of the others that are."""
    struck: tuple[Struck, ...] = ()
    """Where capacity of industries and stocks at home are lost; empty: everywhere alike."""
    quake: Quake | None = None
    """For earthquakes; what it gives is shown, and moves no loss: losses are stated."""
    evidence: tuple[str, ...] = ()
    """Ids of sources."""
    note: str | None = None
