"""Map outlines in the plane, ready to draw: the world in Equal Earth, the home country as it is (floor 6).

World: the Equal Earth projection (Šavrič, Patterson and Jenny 2019), centred on 150 degrees east, so that areas can be
compared and the Pacific is whole. The outlines come cut at the antimeridian; the cut is closed again, and what
crosses the new edge of the map is cut there.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, Final

from kaname.data import geo
from kaname.data.geo import Outline, Ring
from kaname.strategy.report.charts import blank
from kaname.strategy.report.names import Book
from kaname.strategy.report.palette import EMPTY, INK, PAPER, SEQUENCE
from kaname.strategy.report.words import Words, say

CENTRE: Final = 150.0
EDGE: Final = CENTRE - 180.0
SOUTH: Final = -58.0
"""Antarctica supplies nobody; the map ends north of it."""
_A: Final = (1.340264, -0.081106, 0.000893, 0.003796)
_ROOT: Final = math.sqrt(3) / 2


def equal_earth(lon: float, lat: float) -> tuple[float, float]:
    """A place (degrees) in the plane; units are arbitrary, about -2700..2700 by -1320..1320."""
    t = math.asin(_ROOT * math.sin(math.radians(lat)))
    t2 = t * t
    t6 = t2**3
    x = (
        math.radians(lon - CENTRE)
        * math.cos(t)
        / (_ROOT * (_A[0] + 3 * _A[1] * t2 + t6 * (7 * _A[2] + 9 * _A[3] * t2)))
    )
    y = t * (_A[0] + _A[1] * t2 + t6 * (_A[2] + _A[3] * t2))
    return x * 1000, y * 1000


def _shifted(ring: Ring) -> Ring:
    """Longitudes east of the map's western edge; a ring that lies on both sides is left for the cut."""
    if all(x <= EDGE for x, _ in ring):
        return tuple((x + 360, y) for x, y in ring)
    return ring


def _half(ring: Ring, *, east: bool) -> Ring:
    """The part of a ring on one side of the edge (Sutherland and Hodgman 1974)."""
    kept: list[tuple[float, float]] = []
    for (x1, y1), (x2, y2) in pairwise(ring):
        inside = (x1 >= EDGE) == east or x1 == EDGE
        if inside:
            kept.append((x1, y1))
        if (x1 - EDGE) * (x2 - EDGE) < 0:
            kept.append((EDGE, y1 + (y2 - y1) * (EDGE - x1) / (x2 - x1)))
    return (*kept, kept[0]) if kept else ()


def _cut(ring: Ring) -> list[Ring]:
    """A ring as one or two within the map."""
    lons = [x for x, _ in ring]
    if not min(lons) < EDGE < max(lons):
        return [_shifted(ring)]
    west = tuple((x + 360, y) for x, y in _half(ring, east=False))
    return [half for half in (_half(ring, east=True), west) if len(half) > 3]


def _seam(ring: Ring) -> int | None:
    """Where a ring runs along the antimeridian: the number of the point at which it gets there."""
    return next((n for n, (a, b) in enumerate(pairwise(ring)) if a[0] == b[0] == 180.0), None)


def _closed(rings: Sequence[Ring]) -> list[Ring]:
    """Rings of one area with those that meet along the antimeridian joined into one."""
    apart = [ring for ring in rings if _seam(ring) is None]
    seamed = [ring for ring in rings if _seam(ring) is not None]
    while seamed:
        one = seamed.pop()
        at = _seam(one)
        assert at is not None
        ends = {one[at], one[at + 1]}
        for other in seamed:
            there = _seam(other)
            if there is not None and {other[there], other[there + 1]} == ends:
                seamed.remove(other)
                round_ = (*other[there + 1 : -1], *other[: there + 1])
                one = (*one[: at + 1], *round_[1:-1], *one[at + 1 :])
                break
        apart.append(one)
    return apart


def _whole(rings: Sequence[Ring]) -> list[Ring]:
    """Rings closed along the antimeridian and cut along the map's edge."""
    east = [tuple((180.0 if x == -180.0 else x, y) for x, y in ring) for ring in rings]
    wrapped = [tuple((x + 360 if x < 0 else x, y) for x, y in r) if _seam(r) is not None else r for r in east]
    return [part for ring in _closed(wrapped) for part in _cut(ring)]


def _feature(name: str, polygons: Sequence[Sequence[Sequence[tuple[float, float]]]]) -> dict[str, Any]:
    return {
        "type": "Feature",
        "properties": {"name": name},
        "geometry": {"type": "MultiPolygon", "coordinates": polygons},
    }


def _plane(ring: Ring) -> list[tuple[int, int]]:
    """In the plane, to whole units (a quarter of a pixel), without points that fall together."""
    points = [equal_earth(x, y) for x, y in ring]
    rounded = [(round(x), round(y)) for x, y in points]
    return [p for n, p in enumerate(rounded) if n == 0 or p != rounded[n - 1]]


def world(areas: Sequence[Outline]) -> dict[str, Any]:
    """The world as features named by country code; areas without a code have a name that no data carry."""
    features = []
    for number, area in enumerate(areas):
        held = [p for p in area.polygons if p and max(y for _, y in p[0]) > SOUTH]
        drawn = [[_plane(_shifted(ring)) for ring in p] for p in held if len(p) > 1]
        drawn += [[_plane(ring)] for ring in _whole([p[0] for p in held if len(p) == 1])]
        if drawn:
            features.append(_feature(area.id or f"?{number}", [p for p in drawn if len(p[0]) > 3]))
    return {"type": "FeatureCollection", "features": features}


def suppliers_map(
    book: Book, series: Mapping[str, list[dict[str, object]]], lines: Mapping[str, Words]
) -> dict[str, Any]:
    """The map of origins: the first good is shown; ``choices`` holds the data of all."""
    areas = geo.read_world(book.folder).areas
    names = {area.id: book.country(area.id) for area in areas if area.id}
    home = {"name": book.pack.home, "itemStyle": {"areaColor": INK}, "tip": say("map_home")}
    first = next(iter(series))
    bounds = ((0, 1), (1, 5), (5, 20), (20, 50), (50, 101))
    pieces = [
        {"gte": low, "lt": high, "color": colour, "label": _piece(low, high)}
        for (low, high), colour in zip(bounds, SEQUENCE, strict=True)
    ]
    return {
        "map": {"name": "world", "shapes": world(areas)},
        "names": names,
        "said": blank("map_tip", "country", "share", "value", "year"),
        "choices": {good: {"series": [[*data, home]], "line": lines[good]} for good, data in series.items()},
        "tooltip": {"trigger": "item", "formatter": "@country"},
        "visualMap": {
            "type": "piecewise",
            "pieces": pieces[::-1],
            "left": "60%",
            "bottom": 12,
            "itemWidth": 16,
            "itemHeight": 12,
            "seriesIndex": 0,
            "showLabel": True,
            "align": "left",
            "text": [say("map_legend"), ""],
        },
        "series": [
            {
                "type": "map",
                "map": "world",
                "aspectScale": 1,
                "preserveAspect": "contain",
                "left": 0,
                "right": 0,
                "top": 8,
                "bottom": 8,
                "selectedMode": False,
                "itemStyle": {"areaColor": EMPTY, "borderColor": PAPER, "borderWidth": 0.6},
                "emphasis": {"label": {"show": False}, "itemStyle": {"areaColor": None, "borderColor": INK}},
                "data": [*series[first], home],
            }
        ],
    }


def _piece(low: int, high: int) -> Words:
    text = f"{low}–{high}%" if high <= 100 else f"{low}%–"
    if low == 0:
        return say("map_under_one")
    return Words(text.replace("–", "〜"), text if high <= 100 else f"{low}% +")
