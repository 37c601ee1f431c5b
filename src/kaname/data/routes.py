"""Sea routes between countries, the passages they run through, and the way round when some are closed (floor 1)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from kaname.data.frames import read_records, read_table
from kaname.errors import InputProblems, Problem
from kaname.straits import NAMES

SOURCE = "searoute"
SCHEMA = {
    "origin": pl.String,
    "dest": pl.String,
    "closed": pl.String,
    "km": pl.Float32,
    "passages": pl.String,
}
PASSAGES = NAMES
"""Straits and canals that can be closed."""


@dataclass(frozen=True)
class Port:
    """The port that stands for a country: position in degrees, where it was taken from, why it was chosen."""

    iso3: str
    name: str
    lat: float
    lon: float
    source: str
    note: str


@dataclass(frozen=True)
class Route:
    """The shortest sea route left: ``km`` at sea (None = no route) and the passages in the order of travel."""

    origin: str
    dest: str
    km: float | None
    passages: tuple[str, ...]

    @property
    def reachable(self) -> bool:
        """Whether a route is left."""
        return self.km is not None


@dataclass(frozen=True, eq=False)
class Routes:
    """Every route of the table. Origins are countries and regions, destinations the regions of the industry table."""

    table: dict[tuple[str, str, tuple[str, ...]], tuple[float | None, tuple[str, ...]]] = field(repr=False)
    ports: dict[str, Port] = field(repr=False)
    source: str = SOURCE

    @property
    def origins(self) -> frozenset[str]:
        """Places that routes start from."""
        return frozenset(o for o, _, _ in self.table)

    @property
    def destinations(self) -> frozenset[str]:
        """Places that routes lead to."""
        return frozenset(d for _, d, _ in self.table)

    def lookup(self, origin: str, dest: str, closed: Iterable[str] = frozenset()) -> Route | None:
        """The shortest route with any set of ``PASSAGES`` closed; None where the pair is not in the table.

        Within one country the route has 0 km. ``ValueError`` for a passage that is unknown or cannot be closed.

        The table holds, for each pair, only the closures that its routes meet one after another: a shortest route
        that uses nothing of what is closed stays the shortest, so the search ends at the first such route.
        """
        shut = frozenset(closed)
        if unknown := sorted(shut - set(PASSAGES)):
            raise ValueError(f"no such passage to close: {', '.join(unknown)}; known: {', '.join(PASSAGES)}")
        if origin == dest:
            return Route(origin, dest, 0.0, ())
        met: set[str] = set()
        while (entry := self.table.get((origin, dest, tuple(sorted(met))))) is not None:
            km, passages = entry
            hit = next((p for p in passages if p in shut), None)
            if hit is None:
                return Route(origin, dest, km, passages)
            met.add(hit)
        return None


def read_embedded(folder: Path) -> Routes:
    """The routes carried by a pack: ``routes.parquet`` and ``ports.csv``."""
    frame = read_table(folder / "routes.parquet", SCHEMA)
    table = {
        (origin, dest, _split(closed)): (km, _split(passages))
        for origin, dest, closed, km, passages in frame.iter_rows()
    }
    return Routes(table, _read_ports(folder / "ports.csv"))


def _split(names: str) -> tuple[str, ...]:
    return tuple(names.split(",")) if names else ()


def _read_ports(path: Path) -> dict[str, Port]:
    ports: dict[str, Port] = {}
    found: list[Problem] = []
    for line, row in read_records(path, ("iso3", "port", "lat", "lon", "source", "note")):
        try:
            lat, lon = float(row["lat"]), float(row["lon"])
        except ValueError:
            found.append(Problem("latitude or longitude is not a number", str(path), line))
            continue
        if not (abs(lat) <= 90 and abs(lon) <= 180):
            found.append(Problem(f"no such place: {lat:g}, {lon:g}", str(path), line))
        ports[row["iso3"]] = Port(row["iso3"], row["port"], lat, lon, row["source"], row["note"])
    if found:
        raise InputProblems(found)
    return ports
