"""How hard the ground shakes, prefecture by prefecture: a published attenuation rule on firm ground.

Peak ground velocity by shortest distance to the fault (Si and Midorikawa 1999), from hard ground (600 m/s) to firm
ground (400 m/s) times 1.31 (Matsuoka and Midorikawa 1994), and from velocity to the intensity scale of the Japan
Meteorological Agency (Midorikawa, Fujimoto and Muramatsu 1999). A rule of thumb: one distance for a whole prefecture,
the same firm ground everywhere. Soft ground shakes up to a class harder; liquefaction, slides, fire and tsunami are
left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Final

import numpy as np
import polars as pl

from kaname.errors import problem
from kaname.network.tables import Floats
from kaname.pack.areas import TABLE
from kaname.pack.model import Pack
from kaname.pack.scenarios import Point, Quake, Scenario

KIND: Final = {"crustal": 0.0, "interplate": -0.02, "intraslab": 0.12}
"""Term of the kind of earthquake."""
FULL: Final = 8.3
"""Larger magnitudes shake a place no harder: more of the fault breaks, farther away."""
FIRM: Final = 1.31
SPREAD: Final = 0.23
"""Standard deviation of log10 of the velocity; 1.72 times that in intensity."""
LEAST_KM: Final = 3.0
"""Closer than this the rule says nothing new."""
EARTH_KM: Final = 6371.0
CLASSES: Final = (
    (6.5, "7"),
    (6.0, "6+"),
    (5.5, "6-"),
    (5.0, "5+"),
    (4.5, "5-"),
    (3.5, "4"),
    (2.5, "3"),
    (1.5, "2"),
)

SCHEMA: Final = {
    "prefecture": pl.String,
    "area": pl.String,
    "distance": pl.Float64,
    "velocity": pl.Float64,
    "intensity": pl.Float64,
    "class": pl.String,
    "population": pl.Float64,
}


def velocity(magnitude: float, depth: float, kind: str, distance: Floats) -> Floats:
    """Peak ground velocity on firm ground, cm/s; ``depth`` and shortest ``distance`` to the fault in km."""
    size = min(magnitude, FULL)
    near = np.maximum(distance, LEAST_KM)
    at_source = 0.58 * size + 0.0038 * depth + KIND[kind] - 1.29
    hard = at_source - np.log10(near + 0.0028 * 10 ** (0.5 * size)) - 0.002 * near
    return np.asarray(FIRM * 10**hard)


def intensity(speed: Floats) -> Floats:
    """Instrumental intensity of the Japan Meteorological Agency of a peak velocity in cm/s."""
    return np.asarray(np.maximum(2.68 + 1.72 * np.log10(np.maximum(speed, 1e-3)), 0.0))


def scale(value: float) -> str:
    """The class that people know: 5-, 5+, 6- ..."""
    return next((name for least, name in CLASSES if value >= least), "1" if value >= 0.5 else "0")


def shaking(pack: Pack, tables: Mapping[str, pl.DataFrame], scenario: Scenario) -> pl.DataFrame:
    """By prefecture: area, distance to the fault (km), velocity (cm/s), intensity, its class, population (thousand).

    Raises ``InputProblems`` for a scenario without an earthquake or a pack without prefectures.
    """
    if scenario.quake is None:
        raise problem(f"scenario {scenario.id!r} states no earthquake (field 'quake')", path="scenarios")
    if TABLE not in tables:
        raise problem(f"the pack has no table {TABLE!r}", path="tables")
    frame, quake = tables[TABLE], scenario.quake
    code = frame.columns[0]
    area_of = {jis: area.id for area in pack.areas for jis in area.prefectures}
    place = np.stack([frame["latitude"].to_numpy(), frame["longitude"].to_numpy()], axis=1)
    away = _distance(place, quake)
    speed = velocity(quake.magnitude.to("Mw"), quake.depth.to("km"), quake.kind, away)
    felt = intensity(speed)
    rows = zip(
        frame[code],
        [area_of.get(jis, "") for jis in frame[code]],
        away.tolist(),
        speed.tolist(),
        felt.tolist(),
        map(scale, felt.tolist()),
        frame["population"].cast(pl.Float64),
        strict=True,
    )
    return pl.DataFrame(list(rows), SCHEMA, orient="row").sort(
        "intensity", "prefecture", descending=[True, False]
    )


def by_area(found: pl.DataFrame) -> pl.DataFrame:
    """area, hardest (of its prefectures), mean (by population), class of the hardest; hardest first."""
    weighed = (pl.col("intensity") * pl.col("population")).sum() / pl.col("population").sum()
    frame = found.group_by("area").agg(hardest=pl.col("intensity").max(), mean=weighed)
    named = frame.with_columns(pl.col("hardest").map_elements(scale, pl.String).alias("class"))
    return named.sort("hardest", "area", descending=[True, False])


def _distance(places: Floats, quake: Quake) -> Floats:
    """(places,) km to the nearest point of the fault: along the ground to its trace, and down."""
    depth = quake.depth.to("km")
    flat = np.min([_to_segment(places, a, b) for a, b in _segments(quake.trace)], axis=0)
    return np.asarray(np.hypot(flat, depth))


def _segments(trace: Sequence[Point]) -> list[tuple[Point, Point]]:
    return list(pairwise(trace)) or [(trace[0], trace[0])]


def _to_segment(places: Floats, a: Point, b: Point) -> Floats:
    """Km to a segment, on the plane that touches the earth in its middle."""
    middle = np.array([(a.lat + b.lat) / 2, (a.lon + b.lon) / 2])
    east = np.cos(np.radians(middle[0]))

    def plane(points: Floats) -> Floats:
        off = np.radians(points - middle) * EARTH_KM
        return np.stack([off[:, 1] * east, off[:, 0]], axis=1)

    start, end = plane(np.array([[a.lat, a.lon], [b.lat, b.lon]]))
    along = end - start
    at = plane(places)
    length = float(along @ along)
    part = np.clip((at - start) @ along / length, 0, 1) if length > 0 else np.zeros(len(at))
    return np.asarray(np.linalg.norm(at - start - part[:, None] * along, axis=1))
