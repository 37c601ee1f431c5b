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


class StockEvent(_Event):
    """A share of the stocks of goods or products held at home is lost or unusable at the start."""

    kind: Literal["stock"]
    loss: Figure
    goods: tuple[str, ...] = ()
    industries: tuple[str, ...] = ()


Event = Annotated[
    CapacityEvent | PassageEvent | TradeEvent | DemandEvent | StockEvent, Field(discriminator="kind")
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
