"""Areas of the home country: how industries spread over them, and whether that can be worked out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final

import polars as pl
from pydantic import Field

from kaname.errors import Problem
from kaname.pack.faults import suggestion
from kaname.pack.figures import Figure, Id, Label, Part

if TYPE_CHECKING:
    from kaname.pack.draft import Draft

TABLE: Final = "prefectures"
"""Table of the pack whose key is the code of a prefecture."""


class Split(Part):
    """How some industries spread over the areas: by one of ``columns``, ``service`` and ``use``."""

    id: Id
    industries: tuple[str, ...] = Field(min_length=1)
    columns: tuple[str, ...] = ()
    """Columns of the table ``prefectures``; an area's share is that of their product, summed over its prefectures."""
    service: str | None = None
    """In proportion to what the facilities of this service carry in each area."""
    use: bool = False
    """Made where it is used: by the industries of the area, and by its people (column ``population``)."""
    unlisted: Figure | None = None
    """Share of the nation that the prefectures without a figure hold together."""
    fill: tuple[str, ...] = ()
    """Columns that spread what is not known of an area: ``unlisted``, and facilities that stand in none."""
    spread: Figure
    """How far an area's share may be off, as a part of it: the range for ensembles."""


class Fuel(Part):
    """What power is made of. Fuels stand in the order in which they are burnt; ``id`` is a column of
    ``power-areas``."""

    id: Id
    label: Label
    good: str | None = None
    """The critical good that is burnt: its arrivals and its days of stock are those of the power industry."""
    industry: str | None = None
    """Or the home industry whose product is burnt."""
    terminals: str | None = None
    """The service whose facilities unload it: plants of an area run no fuller than the terminals named there."""
    sun: bool = False
    """Whether it shines: then the hours say how much of it there is."""
    wind: bool = False
    """Whether it blows: then the weeks of winter say how much of it there is."""
    availability: Figure
    """Share of capacity that can run on a usual day."""


def rules(draft: Draft) -> Iterator[Problem]:
    """Splits that do not say one thing, name no column, leave an industry out or split it twice."""
    splits = draft.pack.splits
    columns = _columns(draft)
    first: dict[str, str] = {}
    for index, split in enumerate(splits):
        ways = [
            name
            for name, given in (("columns", split.columns), ("service", split.service), ("use", split.use))
            if given
        ]
        if len(ways) != 1:
            message = (
                f"split {split.id!r} needs one of columns, service and use, found {', '.join(ways) or 'none'}"
            )
            yield draft.places.problem(message, ("splits", index))
        if (split.unlisted or split.service) and not split.fill:
            message = f"split {split.id!r} does not say by what the unknown is spread (field 'fill')"
            yield draft.places.problem(message, ("splits", index))
        for name in ("columns", "fill"):
            for place, column in enumerate(getattr(split, name)):
                if column not in columns:
                    message = f"no column {column!r} in table {TABLE!r}" + suggestion(column, columns)
                    yield draft.places.problem(message, ("splits", index, name, place))
        for place, industry in enumerate(split.industries):
            if industry in first:
                message = f"industry {industry!r} is already split by {first[industry]!r}"
                yield draft.places.problem(message, ("splits", index, "industries", place))
            first.setdefault(industry, split.id)
    if splits and draft.whole:
        for index, part in enumerate(draft.pack.industries):
            if part.id not in first:
                message = f"no split says how industry {part.id!r} spreads over the areas"
                yield draft.places.problem(message, ("industries", index, "id"))


def _columns(draft: Draft) -> frozenset[str]:
    return frozenset(c.name for table in draft.pack.tables if table.id == TABLE for c in table.columns)


def prefectures(draft: Draft, frames: Mapping[str, pl.DataFrame]) -> Iterator[Problem]:
    """Areas whose prefectures the table lacks, and prefectures in no area."""
    frame = frames.get(TABLE)
    key = next((table.key for table in draft.pack.tables if table.id == TABLE), None)
    if frame is None or key is None or not draft.pack.areas:
        return
    known = frozenset(frame[key].to_list())
    held: set[str] = set()
    for index, area in enumerate(draft.pack.areas):
        for place, code in enumerate(area.prefectures):
            held.add(code)
            if code not in known:
                message = f"prefecture {code} of area {area.id!r} is not in table {TABLE!r}"
                yield draft.places.problem(message, ("areas", index, "prefectures", place))
    if draft.whole:
        for code in sorted(known - held):
            yield draft.places.problem(f"prefecture {code} is in no area", ("areas",))
