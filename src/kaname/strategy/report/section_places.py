"""The nation's own pins: facilities of the first rank on the map of areas (floor 6)."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import polars as pl

from kaname.labels import text
from kaname.network.strikes import hardest
from kaname.strategy.assessment import Assessment
from kaname.strategy.report.blocks import (
    Bar,
    Cell,
    Column,
    Fold,
    Section,
    Table,
    column,
)
from kaname.strategy.report.events import figure
from kaname.strategy.report.home_map import home_map, of_service, services
from kaname.strategy.report.names import Book
from kaname.strategy.report.words import Words, each, same, say, share, shared


def section(a: Assessment, book: Book) -> Section:
    """Map, facilities, and how services spread over areas."""
    blocks = (home_map(book), facilities(book), spread(book), *struck(a, book), *hit(a, book))
    return Section("places", say("s_places"), say("s_places_lead"), blocks, say("s_places_short"))


def facilities(book: Book) -> Table:
    """The facilities, by service; beside a map only those of the chosen service are shown."""
    rows: list[tuple[Cell, ...]] = []
    marks: list[str] = []
    for service in [
        *services(book),
        *sorted({f.service for f in book.pack.facilities} - set(services(book))),
    ]:
        for f in of_service(book, service):
            area = book.of("areas", f.area) if f.joins is None else _between(book, f.joins)
            rows.append(
                (
                    Words(f.label.ja, f.label.en),
                    area,
                    Bar(f.share.to("1", 0.0), figure(f.share)),
                    shared(f"text.{f.share.confidence}") if f.share.confidence else None,
                    _source(book, f.share.source, f.share.year),
                    figure(f.repair),
                )
            )
            marks.append(service)
    head = (
        column("facility", wide=True),
        column("area", "short"),
        column("facility_share", "number"),
        column("confidence", "short"),
        column("figure_source"),
        column("repair", "number"),
    )
    return Table(
        head,
        tuple(rows),
        say("facilities_caption"),
        say("facilities_title"),
        id="facilities",
        marks=tuple(marks),
    )


def _between(book: Book, ends: tuple[str, str]) -> Words:
    a, b = (book.of("areas", end) for end in ends)
    return each(lambda lang: f"{a[lang]} – {b[lang]}")


def _source(book: Book, source: str | None, year: int | None) -> Words:
    found = next((s for s in book.pack.sources if s.id == source), None)
    if found is None:
        return same(year or "—")
    return same(f"{found.publisher}, {year}" if year else found.publisher)


def spread(book: Book) -> Table:
    """The share of each service that stands in each area."""
    areas = book.pack.areas
    held: dict[tuple[str, str], float] = defaultdict(float)
    for f in book.pack.facilities:
        if f.area is not None and f.joins is None:
            held[f.service, f.area] += f.share.to("1", 0.0)
    rows = []
    for s in book.pack.services:
        parts = [held.get((s.id, area.id)) for area in areas]
        if any(parts):
            cells = (None if not part else Bar(part, share(part), "shade") for part in parts)
            rows.append((Words(s.label.ja, s.label.en), *cells))
    head = (
        column("service", wide=True),
        *(Column(Words(area.label.ja, area.label.en), "number") for area in areas),
    )
    return Table(head, tuple(rows), say("spread_caption"), say("spread_title"))


def struck(a: Assessment, book: Book) -> tuple[Table, ...]:
    """How hard each area is struck, of the scenarios that say so."""
    rows = []
    for scenario in a.pack.scenarios:
        stated = {s.area: s.intensity.to("1", 0.0) for s in scenario.struck}
        frame = a.shaken.filter(pl.col("scenario") == scenario.id)
        felt = {r["area"]: r for r in frame.iter_rows(named=True)}
        if not stated and not felt:
            continue
        cells = (_struck(felt.get(area.id), stated.get(area.id)) for area in a.pack.areas)
        rows.append((Words(scenario.label.ja, scenario.label.en), *cells))
    if not rows:
        return ()
    head = (
        Column(shared("shaking.scenario"), wide=True),
        *(Column(Words(area.label.ja, area.label.en), "number") for area in a.pack.areas),
    )
    return (Table(head, tuple(rows), shared("shaking.report_caption"), shared("shaking.report_title")),)


def hit(a: Assessment, book: Book) -> tuple[Fold, ...]:
    """What each scenario takes of the service hit hardest in each area; those that strike no place at home are left
    out."""
    found = hardest(a.pack)
    lost = {(r["scenario"], r["area"]): r["lost"] for r in found.iter_rows(named=True)}
    if not lost:
        return ()
    rows, placed = [], {name for name, _ in lost}
    for scenario in a.pack.scenarios:
        if scenario.id not in placed:
            continue
        parts = (lost.get((scenario.id, area.id)) for area in a.pack.areas)
        cells = (None if part is None else Bar(part, share(part), "shade") for part in parts)
        rows.append((book.of("scenarios", scenario.id), *cells))
    head = (
        Column(shared("strikes.scenario"), wide=True),
        *(Column(Words(area.label.ja, area.label.en), "number") for area in a.pack.areas),
    )
    table = Table(head, tuple(rows), shared("strikes.report_caption"))
    return (Fold(shared("strikes.report_title"), (table,), count=len(rows)),)


def _struck(felt: dict[str, Any] | None, stated: float | None) -> Bar | None:
    if felt is None:
        return None if stated is None else Bar(stated, share(stated), "shade")
    told = "" if stated is None else f" ({share(stated).en})"
    named = each(lambda lang: f"{text('shaking.class_' + felt['class'], lang)}{told}")
    # from 3, which is felt and breaks nothing, to 7
    return Bar(min(max((felt["hardest"] - 3) / 4, 0.0), 1.0), named, "shade")
