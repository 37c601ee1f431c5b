"""The map of the home country: areas in quiet tints, facilities as points with their names at the sides (floor 6).

The outlines are those of Japan's prefectures: so are the few places below.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from kaname.data import geo
from kaname.data.geo import Outline
from kaname.pack.model import Facility
from kaname.strategy.report.blocks import Chart, Choice, Prose, missing
from kaname.strategy.report.events import figure
from kaname.strategy.report.names import Book
from kaname.strategy.report.palette import FIELDS, GREY, INK, NONE, PAPER, TINTS
from kaname.strategy.report.words import Words, say, share

FAR: Final = 29.0
"""Prefectures wholly south of this latitude are drawn in a box of their own, nearer by."""
SHIFT: Final = (14.2, 5.6)
BOX: Final = ((140.9, 31.2), (146.8, 31.2), (146.8, 32.9), (140.9, 32.9), (140.9, 31.2))
ASPECT: Final = 0.81
"""Cosine of the middle latitude: a degree of longitude against one of latitude."""
MIDDLE: Final = 134.5
"""Names of what lies west of this stand at the left, the others at the right."""
LEFT: Final = (128.9, 30.9, 45.0)
"""Longitude of the names at the left; the lowest and the highest latitude they may take."""
RIGHT: Final = (143.4, 33.5, 40.6)
NORTH: Final = (146.2, 41.2, 45.0)
"""The names of what lies in the far north, right of it."""
STEP: Final = 0.46
"""Degrees of latitude that a line of text takes."""


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
    shown = {service: _series(book, service, fields) for service in chosen}
    shapes = {"type": "FeatureCollection", "features": list(map(_feature, outlines.values()))}
    points, names, leaders = shown[chosen[0]]
    option = {
        "map": {"name": "home", "shapes": shapes},
        "choices": {service: {"series": series} for service, series in shown.items()},
        "tooltip": {"trigger": "item", "formatter": "@tip"},
        "geo": _geo(book, outlines),
        "series": [
            _scatter(points, itemStyle={"opacity": 0.9, "borderColor": PAPER, "borderWidth": 1}, z=5),
            _scatter(names, symbolSize=0.1, silent=True, z=4),
            _lines(leaders, GREY, 0.6),
            _scatter(_area_names(book, outlines), symbolSize=0.1, silent=True, z=3),
            *(
                [_lines([{"coords": [list(corner) for corner in BOX]}], NONE, 1)]
                if any(map(_far, outlines.values()))
                else []
            ),
        ],
    }
    caption = say("places_caption", outlines=book.cite("japan_prefectures"))
    options = tuple(Choice(service, book.of("services", service)) for service in chosen)
    return Chart("places-map", 640, option, title, caption, options, say("choose_service"))


def _scatter(data: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    return {"type": "scatter", "coordinateSystem": "geo", "data": data, **more}


def _lines(data: list[dict[str, Any]], colour: str, width: float) -> dict[str, Any]:
    return {
        "type": "lines",
        "coordinateSystem": "geo",
        "polyline": True,
        "silent": True,
        "lineStyle": {"color": colour, "width": width, "opacity": 0.8},
        "data": data,
    }


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
        "preserveAspect": "contain",
        "left": 240,
        "right": 180,
        "top": 10,
        "bottom": 10,
        "silent": True,
        "itemStyle": {"areaColor": TINTS[0], "borderColor": PAPER, "borderWidth": 0.8},
        "regions": regions,
    }


def _area_names(book: Book, outlines: dict[str, Outline]) -> list[dict[str, Any]]:
    data = []
    for area in book.pack.areas:
        held = [outlines[code] for code in area.prefectures if code in outlines]
        if held:
            style = {"show": True, "color": GREY, "fontSize": 11, "position": "inside"}
            label = {**style, "formatter": Words(area.label.ja, area.label.en)}
            data.append({"value": _centre(held), "label": label})
    return data


def _series(book: Book, service: str, fields: dict[str, str]) -> list[Any]:
    """Points, names and the lines that lead from one to the other."""
    placed = [f for f in of_service(book, service) if f.lat is not None and f.lon is not None]
    field = next((s.infrastructure for s in book.pack.services if s.id == service), "")
    points = [_point(book, f, fields.get(field, INK)) for f in placed]
    names, leaders = [], []
    for spot, place, f in _columns(placed):
        right = place[0] > spot[0]
        names.append({"value": place, "label": _name(f, "right" if right else "left")})
        leaders.append([spot, place])
    return [points, names, [{"coords": one} for one in leaders]]


def _point(book: Book, f: Facility, colour: str) -> dict[str, Any]:
    return {
        "value": _moved(f.lon or 0.0, f.lat or 0.0),
        "symbolSize": round(7 + 34 * f.share.to("1", 0.0) ** 0.5, 1),
        "itemStyle": {"color": colour},
        "tip": say(
            "place_tip",
            name=Words(f.label.ja, f.label.en),
            share=figure(f.share),
            area=book.of("areas", f.area),
        ),
    }


def _name(f: Facility, position: str) -> dict[str, Any]:
    shown = share(f.share.value)
    return {
        "show": True,
        "position": position,
        "color": INK,
        "fontSize": 11.5,
        "formatter": Words(f"{f.label.ja} {shown.ja}", f"{f.label.en} {shown.en}"),
    }


def _columns(placed: Sequence[Facility]) -> list[tuple[list[float], list[float], Facility]]:
    """Where each name stands: in columns over the sea, from north to south, a line of text apart."""
    spots = [(_moved(f.lon or 0.0, f.lat or 0.0), f) for f in placed]
    far = [(spot, f) for spot, f in spots if (f.lat or 0.0) < FAR]
    near = [(spot, f) for spot, f in spots if (f.lat or 0.0) >= FAR]
    west = [one for one in near if one[0][0] < MIDDLE]
    north = [one for one in near if one[0][0] >= MIDDLE and one[0][1] > NORTH[1]]
    east = [one for one in near if one not in west and one not in north]
    found = [(spot, [spot[0] + 0.25, spot[1]], f) for spot, f in far]
    for column, held in ((LEFT, west), (RIGHT, east), (NORTH, north)):
        held.sort(key=lambda one: (-one[0][1], one[0][0], one[1].id))
        heights = _spaced([spot[1] for spot, _ in held], column[1], column[2])
        found += [(spot, [column[0], y], f) for (spot, f), y in zip(held, heights, strict=True)]
    return found


def _spaced(wanted: Sequence[float], low: float, high: float) -> list[float]:
    """Heights as near to those wanted, from the top down, as lines of text allow."""
    heights: list[float] = []
    for y in wanted:
        heights.append(min(y, heights[-1] - STEP if heights else high))
    floor = low
    for n in range(len(heights) - 1, -1, -1):
        heights[n] = max(heights[n], floor)
        floor = heights[n] + STEP
    return [round(y, 2) for y in heights]


def of_service(book: Book, service: str) -> list[Facility]:
    """Facilities of a service, the largest share first."""
    held = [f for f in book.pack.facilities if f.service == service]
    return sorted(held, key=lambda f: (-f.share.to("1", 0.0), f.id))
