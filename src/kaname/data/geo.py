"""Outlines for maps: countries of the world, prefectures of Japan (floor 1)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from kaname.errors import problem

WORLD = "world_110m.geojson"
PREFECTURES = "japan_prefectures.geojson"
SOURCES = {WORLD: "natural-earth-110m", PREFECTURES: "japanmap"}

Ring = tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Outline:
    """One area: ``id`` (ISO alpha-3, or JIS X 0401 for prefectures; "" = no code), names, and its polygons.

    A polygon is a tuple of rings of (longitude, latitude) in degrees: the outer one, then holes. First point and last
    point are the same.
    """

    id: str
    name_en: str
    name_ja: str
    polygons: tuple[tuple[Ring, ...], ...]


@dataclass(frozen=True)
class Outlines:
    """All areas of one map, and the source they were drawn from."""

    areas: tuple[Outline, ...]
    source: str


def read_world(folder: Path) -> Outlines:
    """Countries, Natural Earth 1:110m, cut at the antimeridian; borders as published (de facto)."""
    return _read(folder, WORLD)


def read_prefectures(folder: Path) -> Outlines:
    """The 47 prefectures of Japan, main part of each only."""
    return _read(folder, PREFECTURES)


def _read(folder: Path, name: str) -> Outlines:
    path = folder / name
    try:
        features = json.loads(path.read_text(encoding="utf-8"))["features"]
        areas = []
        for feature in features:
            facts, shape = feature["properties"], feature["geometry"]
            groups = shape["coordinates"] if shape["type"] == "MultiPolygon" else [shape["coordinates"]]
            rings = tuple(tuple(tuple((float(x), float(y)) for x, y in ring) for ring in g) for g in groups)
            areas.append(Outline(str(feature["id"]), facts["name_en"], facts["name_ja"], rings))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise problem(f"cannot be read as GeoJSON outlines: {error!r}", str(path)) from error
    return Outlines(tuple(areas), SOURCES[name])
