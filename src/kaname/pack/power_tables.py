"""Tables of the power system: that they speak of the areas of the pack, and of whole days."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path as File
from typing import Final

import polars as pl

from kaname.errors import Problem
from kaname.pack.draft import Draft
from kaname.pack.faults import suggestion

AREAS: Final = "power-areas"
"""Table of the pack: capacity by area and fuel, MW."""
HOURS: Final = "power-hours"
"""Table of the pack: kinds of hours of the days of each season."""
DAY: Final = 24.0


def rules(draft: Draft, frames: Mapping[str, pl.DataFrame]) -> Iterator[Problem]:
    """Capacities of unknown areas, of none, and below zero; days that have not 24 hours, loads below zero."""
    for index, table in enumerate(draft.pack.tables):
        frame = frames.get(table.id)
        if frame is None or table.id not in (AREAS, HOURS):
            continue
        place = draft.places.place(("tables", index, "file"))
        file = str(File(place.file).parent / table.file)
        numbers = [column.name for column in table.columns]
        yield from _negative(frame, table.key, numbers, file)
        if table.id == AREAS:
            yield from _areas(draft, frame[table.key].to_list(), file)
        elif {"length", "load"} <= set(numbers):
            yield from _days(frame, table.key, file)


def _negative(frame: pl.DataFrame, key: str, numbers: list[str], file: str) -> Iterator[Problem]:
    for line, row in enumerate(frame.iter_rows(named=True), 2):
        for name in numbers:
            if row[name] is not None and row[name] < 0:
                yield Problem(f"{name} of {row[key]!r} is below zero: {row[name]:g}", file, line)


def _areas(draft: Draft, named: list[str], file: str) -> Iterator[Problem]:
    known = draft.ids("areas")
    for line, area in enumerate(named, 2):
        if area not in known and area not in draft.doubtful_ids:
            yield Problem(f"no area {area!r}" + suggestion(area, known), file, line)
    if draft.whole:
        for held in draft.pack.areas:
            if held.id not in named:
                yield Problem(f"area {held.id!r} has no row", file, 1)


def _days(frame: pl.DataFrame, key: str, file: str) -> Iterator[Problem]:
    lengths: dict[str, float] = {}
    first: dict[str, int] = {}
    for line, row in enumerate(frame.iter_rows(named=True), 2):
        season = str(row[key]).partition("-")[0]
        lengths[season] = lengths.get(season, 0.0) + (row["length"] or 0.0)
        first.setdefault(season, line)
    for season, hours in lengths.items():
        if abs(hours - DAY) > 1e-9:
            yield Problem(f"the hours of a day of {season!r} sum to {hours:g}, not 24", file, first[season])
