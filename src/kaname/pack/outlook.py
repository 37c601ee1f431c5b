"""Tomorrow's electricity (EN-3, IC-9): what is used for what, how it may grow, what could supply it, in which weeks of
winter, and what others have published.

Demand of the base year is not written here: it is that of the power balance (``power-demand``, divided by area), and
the shares of its uses are.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final, Literal

from pydantic import Field

from kaname.errors import Problem
from kaname.pack.figures import Figure, Id, Label, Part
from kaname.units import UNITS

if TYPE_CHECKING:
    from kaname.pack.document import Path as Place
    from kaname.pack.draft import Draft

Trust = Literal[
    "primary",
    "primary-abstract",
    "news-of-primary",
    "secondary-quote",
    "derived",
    "ai-news-summary",
]
"""How near to the publisher a figure was read, nearest first."""
INTERTIE: Final = "intertie"
BASE: Final = "power-demand"
"""Parameter whose year is the base year."""
EXACT: Final = 1e-6
"""By how much shares of a whole may miss 1."""


class AreaShare(Part):
    """What one area takes of a whole."""

    area: str
    share: Figure


class DemandUse(Part):
    """What electricity is used for: its share of the base year, and where."""

    id: Id
    label: Label
    base: Figure
    """Share of the base year's demand; those of all uses sum to 1."""
    columns: tuple[str, ...] = ()
    """Columns of the table ``prefectures`` by whose product it spreads over the areas."""
    places: tuple[AreaShare, ...] = ()
    """Or shares by area, which sum to 1."""
    winter: Figure | None = None
    """Demand of a winter day over the year's mean, of what is added to the base year; empty: as demand in all."""
    flat: bool = False
    """Whether what is added runs evenly day and night, summer and winter."""
    digest: tuple[str, ...] = ()


class UsePath(Part):
    """One use in one year: ``activity`` (times the base year's) or ``total``, less what is saved."""

    use: str
    year: int = Field(ge=1990, le=2100)
    activity: Figure | None = None
    """What is done, times the base year's, whatever electricity it takes."""
    total: Figure | None = None
    """Electricity in the year, with what the use took in the base year."""
    saving: Figure | None = None
    """Share saved each year from the base year on, by better technology."""


class Outlook(Part):
    """One way in which demand may go."""

    id: Id
    label: Label
    summary: Label
    pessimistic: bool = False
    """Whether it is one in which the technology of saving does not advance."""
    bound: bool = False
    """Whether it is arithmetic alone: shown and tried, but not asked what it would need."""
    digest: tuple[str, ...] = ()
    paths: tuple[UsePath, ...] = Field(min_length=1)


class Capacity(Part):
    """Installed capacity of one fuel in one year, the nation together."""

    fuel: str
    year: int = Field(ge=1990, le=2100)
    total: Figure
    places: tuple[AreaShare, ...] = ()
    """Where it stands; empty: as today."""


class TieUpgrade(Part):
    """What an intertie carries from a year on."""

    facility: str
    year: int = Field(ge=1990, le=2100)
    capacity: Figure
    back: Figure | None = None
    """The other way, where it differs."""


class Storage(Part):
    """Storage in one year, pumped and batteries together, the nation together."""

    year: int = Field(ge=1990, le=2100)
    power: Figure
    hours: Figure
    """How long it runs when full."""


class SupplyCase(Part):
    """One way in which supply may go. Fuels that it does not name stay as they are."""

    id: Id
    label: Label
    summary: Label
    capacities: tuple[Capacity, ...] = Field(min_length=1)
    ties: tuple[TieUpgrade, ...] = ()
    storage: tuple[Storage, ...] = ()


class WinterWeek(Part):
    """A week of winter weather."""

    id: Id
    label: Label
    summary: Label
    load: Figure
    """Mean demand of the week over the year's mean."""
    wind: Figure
    """Share of wind capacity that generates."""
    sun: Figure
    """Sunshine over that of a usual winter day."""
    areas: tuple[str, ...] = ()
    """Where wind and sun are so; elsewhere they are usual. Empty: everywhere."""


class PublishedOutlook(Part):
    """A figure that someone else has published, with how near to its publisher it was read."""

    id: Id
    label: Label
    """Whose it is."""
    source: str
    published: str = Field(pattern=r"^\d{4}(-\d{2})?$")
    scope: Literal["home", "world"] = "home"
    metric: Literal["electricity", "increase", "peak", "growth", "shortage"]
    """electricity: TWh a year; increase: the same, over the base year; peak: demand at the highest hour; growth: share
    a year up to the figure's year; shortage: firm capacity lacking."""
    use: str | None = None
    """One of the uses; empty: ``concerns`` says what, or all demand."""
    concerns: Label | None = None
    """What it is of, where it is no use of the pack."""
    area: str | None = None
    figure: Figure
    assumption: Label | None = None
    trust: Trust


class EmploymentGroup(Part):
    """Persons who work in a group of industries of the table."""

    id: Id
    label: Label
    industries: tuple[str, ...] = Field(min_length=1)
    persons: Figure


def rules(draft: Draft) -> Iterator[Problem]:
    """Parts that are not a whole, paths that lead nowhere, ties that are none, groups that overlap."""
    yield from _uses(draft)
    yield from _outlooks(draft)
    yield from _supply(draft)
    yield from _published(draft)
    yield from _groups(draft)


def _uses(draft: Draft) -> Iterator[Problem]:
    uses = draft.pack.demand_uses
    if uses and draft.whole:
        base = [use.base for use in uses]
        yield from _whole(
            draft, "the base shares of the uses of electricity", base, ("demand_uses", len(uses) - 1)
        )
    columns = {c.name for table in draft.pack.tables if table.id == "prefectures" for c in table.columns}
    for index, use in enumerate(uses):
        here: Place = ("demand_uses", index)
        if bool(use.columns) == bool(use.places):
            message = f"use {use.id!r} needs one of columns and places, to say where it is"
            yield draft.places.problem(message, here)
        for place, column in enumerate(use.columns):
            if column not in columns:
                message = f"no column {column!r} in table 'prefectures'"
                yield draft.places.problem(message, (*here, "columns", place))
        if use.flat and use.winter is not None:
            message = f"use {use.id!r} is flat: it cannot have a winter of its own"
            yield draft.places.problem(message, (*here, "winter"))
        yield from _areas(draft, f"use {use.id!r}", use.places, here)


def _areas(draft: Draft, what: str, shares: tuple[AreaShare, ...], here: Place) -> Iterator[Problem]:
    """Shares by area that sum to 1, each area once."""
    if not shares:
        return
    last: Place = (*here, "places", len(shares) - 1, "share")
    yield from _whole(draft, f"the shares of the areas of {what}", [s.share for s in shares], last)
    yield from _twice(draft, "area", ((s.area, (*here, "places", n)) for n, s in enumerate(shares)))


def _whole(draft: Draft, what: str, shares: Iterable[Figure], path: Place) -> Iterator[Problem]:
    known = [figure.to("1", 0.0) for figure in shares if UNITS.get(figure.unit) == "share"]
    total = math.fsum(known)
    if total > 1 + EXACT:
        yield draft.places.problem(f"{what} sum to {total:.6g}: the parts exceed the whole", path)
    elif total < 1 - EXACT:
        yield draft.places.problem(f"{what} sum to {total:.6g}: a part of the whole is missing", path)


def _twice(draft: Draft, what: str, named: Iterable[tuple[object, Place]]) -> Iterator[Problem]:
    seen: set[object] = set()
    for name, path in named:
        if name in seen:
            yield draft.places.problem(f"{what} {name!r} is listed twice", path)
        seen.add(name)


def _base_year(draft: Draft) -> int | None:
    return next((p.figure.year for p in draft.pack.parameters if p.id == BASE), None)


def _outlooks(draft: Draft) -> Iterator[Problem]:
    base, uses = _base_year(draft), draft.ids("demand_uses")
    for index, outlook in enumerate(draft.pack.outlooks):
        here: Place = ("outlooks", index)
        for place, path in enumerate(outlook.paths):
            at: Place = (*here, "paths", place)
            if (path.activity is None) == (path.total is None):
                yield draft.places.problem("give one of activity and total", at)
            if base is not None and path.year <= base:
                yield draft.places.problem(f"the year must come after the base year {base}", (*at, "year"))
        named = (((p.use, p.year), (*here, "paths", n)) for n, p in enumerate(outlook.paths))
        yield from _twice(draft, "path", named)
        if not draft.whole:
            continue
        years = {path.year for path in outlook.paths}
        for use in sorted(uses):
            missing = sorted(years - {p.year for p in outlook.paths if p.use == use})
            if missing:
                message = (
                    f"outlook {outlook.id!r} says nothing of use {use!r} in {', '.join(map(str, missing))}"
                )
                yield draft.places.problem(message, here)


def _supply(draft: Draft) -> Iterator[Problem]:
    base = _base_year(draft)
    kind = {facility.id: facility.kind for facility in draft.pack.facilities}
    for index, case in enumerate(draft.pack.supply_cases):
        here: Place = ("supply_cases", index)
        for place, capacity in enumerate(case.capacities):
            at: Place = (*here, "capacities", place)
            yield from _areas(draft, f"{capacity.fuel!r} in {capacity.year}", capacity.places, at)
        yield from _twice(
            draft,
            "capacity",
            (((c.fuel, c.year), (*here, "capacities", n)) for n, c in enumerate(case.capacities)),
        )
        for place, tie in enumerate(case.ties):
            if kind.get(tie.facility, INTERTIE) != INTERTIE:
                message = f"{tie.facility!r} is no intertie"
                yield draft.places.problem(message, (*here, "ties", place, "facility"))
        yield from _twice(
            draft, "tie", (((t.facility, t.year), (*here, "ties", n)) for n, t in enumerate(case.ties))
        )
        yield from _twice(
            draft, "storage", ((s.year, (*here, "storage", n)) for n, s in enumerate(case.storage))
        )
        for name in ("capacities", "ties", "storage"):
            for place, part in enumerate(getattr(case, name)):
                if base is not None and part.year <= base:
                    message = f"the year must come after the base year {base}"
                    yield draft.places.problem(message, (*here, name, place, "year"))


MEASURED_IN: Final = {
    "electricity": "energy",
    "increase": "energy",
    "peak": "power",
    "shortage": "power",
    "growth": "share",
}


def _published(draft: Draft) -> Iterator[Problem]:
    for index, row in enumerate(draft.pack.published_outlooks):
        here: Place = ("published_outlooks", index)
        wanted = MEASURED_IN[row.metric]
        if UNITS.get(row.figure.unit) != wanted:
            message = f"a published {row.metric} is a figure of {wanted}, not in {row.figure.unit!r}"
            yield draft.places.problem(message, (*here, "figure", "unit"))
        if row.use is not None and row.concerns is not None:
            yield draft.places.problem("give one of use and concerns", here)


def _groups(draft: Draft) -> Iterator[Problem]:
    yield from _twice(
        draft,
        "industry",
        (
            (industry, ("employment", index, "industries", place))
            for index, group in enumerate(draft.pack.employment)
            for place, industry in enumerate(group.industries)
        ),
    )
