"""The nation's own pins: facilities of the first rank on the map of areas (floor 6)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, Final

from kaname.data import geo
from kaname.data.geo import Outline
from kaname.pack.model import Facility
from kaname.strategy.assessment import Assessment
from kaname.strategy.report.blocks import (
    Bar,
    Cell,
    Chart,
    Choice,
    Column,
    Prose,
    Section,
    Table,
    column,
    missing,
)
from kaname.strategy.report.events import figure
from kaname.strategy.report.names import Book
from kaname.strategy.report.palette import FIELDS, GREY, INK, NONE, PAPER, TINTS
from kaname.strategy.report.words import Words, each, same, say, share, shared

FAR: Final = 29.0
"""Prefectures wholly south of this latitude are drawn in a box of their own, nearer by."""
SHIFT: Final = (14.2, 5.6)
BOX: Final = ((140.9, 31.3), (143.3, 31.3), (143.3, 33.0), (140.9, 33.0), (140.9, 31.3))
ASPECT: Final = 0.81
"""Cosine of the middle latitude: a degree of longitude against one of latitude."""


def section(a: Assessment, book: Book) -> Section:
    """Map, facilities, and how services spread over areas."""
    blocks = (home_map(book), facilities(book), spread(book))
    return Section("places", say("s_places"), say("s_places_lead"), blocks, say("s_places_short"))


def services(book: Book) -> list[str]:
    """Services that have facilities with a place, in the pack's order."""
    located = {f.service for f in book.pack.facilities if f.lat is not None}
    return [s.id for s in book.pack.services if s.id in located]


def _moved(lon: float, lat: float) -> list[float]:
    """A place on the map; the far south moves into its box."""
    if lat < FAR:
        lon, lat = lon + SHIFT[0], lat + SHIFT[1]
    return [round(lon, 2), round(lat, 2)]


def _far(area: Outline) -> bool:
    return all(y < FAR for polygon in area.polygons for _, y in polygon[0])


def _feature(area: Outline) -> dict[str, Any]:
    rings = [[[_moved(x, y) for x, y in ring] for ring in polygon] for polygon in area.polygons]
    return {
        "type": "Feature",
        "properties": {"name": area.id},
        "geometry": {"type": "MultiPolygon", "coordinates": rings},
    }


def _centre(areas: Sequence[Outline]) -> list[float]:
    """The middle of the largest rings of some prefectures, each counting by its extent."""
    total, east, north = 0.0, 0.0, 0.0
    for area in areas:
        ring = max((polygon[0] for polygon in area.polygons), key=len)
        xs, ys = [x for x, _ in ring], [y for _, y in ring]
        weight = (max(xs) - min(xs)) * (max(ys) - min(ys))
        total += weight
        east += weight * (max(xs) + min(xs)) / 2
        north += weight * (max(ys) + min(ys)) / 2
    return _moved(east / total, north / total)


def home_map(book: Book) -> Chart | Prose:
    """Areas in quiet tints, the facilities of one service as points sized by share."""
    title = say("places_title")
    chosen = services(book)
    if not (book.folder / geo.PREFECTURES).is_file() or not chosen:
        return missing(title)
    outlines = {area.id: area for area in geo.read_prefectures(book.folder).areas}
    fields = {i.id: FIELDS[n % len(FIELDS)] for n, i in enumerate(book.pack.infrastructures)}
    points = {service: _points(book, service, fields) for service in chosen}
    option = {
        "map": {
            "name": "home",
            "shapes": {"type": "FeatureCollection", "features": list(map(_feature, outlines.values()))},
        },
        "choices": {service: {"data": data} for service, data in points.items()},
        "tooltip": {"trigger": "item", "formatter": "@tip"},
        "geo": _geo(book, outlines),
        "series": [
            {
                "type": "scatter",
                "coordinateSystem": "geo",
                "data": points[chosen[0]],
                "itemStyle": {"opacity": 0.85, "borderColor": PAPER, "borderWidth": 1},
                "labelLayout": {"hideOverlap": True},
                "z": 5,
            },
            _area_names(book, outlines),
            *([_frame()] if any(map(_far, outlines.values())) else []),
        ],
    }
    caption = say("places_caption", outlines=book.cite("japan_prefectures"))
    options = tuple(Choice(service, book.of("services", service)) for service in chosen)
    return Chart("places-map", 620, option, title, caption, options, say("choose_service"))


def _geo(book: Book, outlines: dict[str, Outline]) -> dict[str, Any]:
    regions = []
    for n, area in enumerate(book.pack.areas):
        fill = TINTS[n % len(TINTS)]
        regions += [
            {"name": code, "itemStyle": {"areaColor": fill, "borderColor": PAPER}}
            for code in area.prefectures
            if code in outlines
        ]
    return {
        "map": "home",
        "aspectScale": ASPECT,
        "left": 20,
        "right": 20,
        "top": 10,
        "bottom": 10,
        "silent": True,
        "itemStyle": {"areaColor": TINTS[0], "borderColor": PAPER, "borderWidth": 0.8},
        "regions": regions,
    }


def _frame() -> dict[str, Any]:
    """The box of the far south."""
    return {
        "type": "lines",
        "coordinateSystem": "geo",
        "polyline": True,
        "silent": True,
        "lineStyle": {"color": NONE, "width": 1, "opacity": 1},
        "data": [{"coords": [list(corner) for corner in BOX]}],
    }


def _area_names(book: Book, outlines: dict[str, Outline]) -> dict[str, Any]:
    data = []
    for area in book.pack.areas:
        held = [outlines[code] for code in area.prefectures if code in outlines]
        if held:
            label = Words(area.label.ja, area.label.en)
            data.append({"value": _centre(held), "label": {"formatter": label}})
    return {
        "type": "scatter",
        "coordinateSystem": "geo",
        "silent": True,
        "symbolSize": 0.1,
        "label": {"show": True, "color": GREY, "fontSize": 11, "position": "inside"},
        "data": data,
        "z": 3,
    }


def _points(book: Book, service: str, fields: dict[str, str]) -> list[dict[str, Any]]:
    field = next((s.infrastructure for s in book.pack.services if s.id == service), "")
    found = []
    for f in _of(book, service):
        if f.lat is None or f.lon is None:
            continue
        part = f.share.to("1", 0.0)
        name, shown = Words(f.label.ja, f.label.en), share(f.share.value)
        found.append(
            {
                "value": _moved(f.lon, f.lat),
                "symbolSize": round(7 + 34 * part**0.5, 1),
                "itemStyle": {"color": fields.get(field, INK)},
                "tip": say("place_tip", name=name, share=figure(f.share), area=book.of("areas", f.area)),
                "label": {
                    "show": True,
                    "position": "right",
                    "color": INK,
                    "fontSize": 11.5,
                    "textBorderColor": PAPER,
                    "textBorderWidth": 3,
                    "formatter": Words(f"{name.ja} {shown.ja}", f"{name.en} {shown.en}"),
                },
            }
        )
    return found


def _of(book: Book, service: str) -> list[Facility]:
    held = [f for f in book.pack.facilities if f.service == service]
    return sorted(held, key=lambda f: (-f.share.to("1", 0.0), f.id))


def facilities(book: Book) -> Table:
    """The facilities, by service; beside a map only those of the chosen service are shown."""
    rows: list[tuple[Cell, ...]] = []
    marks: list[str] = []
    for service in [
        *services(book),
        *sorted({f.service for f in book.pack.facilities} - set(services(book))),
    ]:
        for f in _of(book, service):
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
        column("area"),
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
