"""Sea routes between countries, with every detour that closing passages on the way can force.

The network is searoute's own graph; distances run from the graph's node nearest to each port, as searoute
does. For a pair, the route with nothing closed names its passages. Closing each of them gives further
routes, whose passages are closed in turn, until no passage is left to close or no route exists. A look-up
for *any* set of closed passages therefore ends at a row of the table: start with none closed; while the
route runs through a closed passage, add the first such one (in the order of travel) and look again. A
shortest route that uses nothing of what is closed stays the shortest.

searoute gives length 0 and a warning where nothing connects; here that is null.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from build_icio import REGIONS
from ports import chosen_ports

ALWAYS_CLOSED = "northwest"
CLOSABLE = ("babalmandab", "bosporus", "gibraltar", "malacca", "ormuz", "panama", "suez", "sunda")
OPEN_SEA = ("bering", "chili", "south_africa")
"""Named by searoute but wide water: reported on the way, not to be closed."""

Closed = tuple[str, ...]
Pair = tuple[str, str]


@dataclass(frozen=True)
class Port:
    iso3: str
    name: str
    lat: float
    lon: float
    source: str
    note: str


def read_ports() -> list[Port]:
    """The chosen ports with the coordinates of searoute's port list."""
    from searoute.data.ports_dict import node_list  # noqa: PLC0415 - heavy, build time only

    held = [a for a in node_list.values() if isinstance(a, dict) and isinstance(a.get("port"), str)]
    known = {a["port"]: (str(a["name"]), float(a["y"]), float(a["x"])) for a in held}
    ports = []
    for iso3, code, note in chosen_ports():
        if code.startswith("-"):
            name, lon, lat = code[1:].split(";")
            ports.append(Port(iso3, name, float(lat), float(lon), "position read from a map", note))
        else:
            title, north, east = known[code]
            ports.append(Port(iso3, title.title(), north, east, f"searoute port list, {code}", note))
    return ports


class SeaGraph:
    """searoute's graph as sparse arrays."""

    def __init__(self) -> None:
        from searoute.searoute import setup_M  # noqa: PLC0415

        self.marnet = setup_M()
        self.nodes = list(self.marnet.nodes)
        self.number = {node: i for i, node in enumerate(self.nodes)}
        edges = [(u, v, d) for u, v, d in self.marnet.edges(data=True) if d.get("passage") != ALWAYS_CLOSED]
        self.ends = np.array([(self.number[u], self.number[v]) for u, v, _ in edges])
        # Joins across the antimeridian have weight 0, which a sparse matrix would read as "no edge".
        self.km = np.maximum(np.array([float(d["weight"]) for _, _, d in edges]), 1e-6)
        self.passage = np.array([d.get("passage") or "" for _, _, d in edges])
        self.passage_between = {
            frozenset((int(u), int(v))): str(p)
            for (u, v), p in zip(self.ends, self.passage, strict=True)
            if p in CLOSABLE + OPEN_SEA
        }

    def nearest(self, port: Port) -> int:
        """The node searoute itself starts from."""
        return self.number[tuple(self.marnet.kdtree.query((port.lon, port.lat)))]

    def from_nodes(self, sources: list[int], closed: Closed) -> tuple[NDArray[np.float64], NDArray[np.int32]]:
        """Distances (km, inf = none) and predecessors from each source to every node."""
        keep = ~np.isin(self.passage, closed)
        u, v = self.ends[keep].T
        size = len(self.nodes)
        graph = csr_array((self.km[keep], (u, v)), shape=(size, size))
        km, before = dijkstra(graph, directed=False, indices=sources, return_predecessors=True)
        return km, before

    def passages(self, before: NDArray[np.int32], start: int) -> tuple[str, ...]:
        """Named passages met on the way from ``start`` back to the source of ``before``."""
        met: dict[str, None] = {}
        node = start
        while (nxt := int(before[node])) >= 0:
            if name := self.passage_between.get(frozenset((node, nxt))):
                met[name] = None
            node = nxt
        return tuple(met)


def all_routes(graph: SeaGraph, at: dict[str, int]) -> list[tuple[str, str, str, float | None, str]]:
    """Rows (origin, dest, closed, km, passages) for every pair and every set that matters to it."""
    todo: dict[Closed, set[Pair]] = {(): {(o, d) for o in at for d in REGIONS if o != d}}
    seen: dict[Closed, set[Pair]] = defaultdict(set)
    rows: list[tuple[str, str, str, float | None, str]] = []
    while todo:
        closed = min(todo, key=lambda c: (len(c), c))
        pairs = sorted(todo.pop(closed) - seen[closed])
        seen[closed].update(pairs)
        dests = sorted({d for _, d in pairs})
        km, before = graph.from_nodes([at[d] for d in dests], closed)
        for o, d in pairs:
            row = dests.index(d)
            length = float(km[row, at[o]])
            if not np.isfinite(length):
                rows.append((o, d, ",".join(closed), None, ""))
                continue
            met = graph.passages(before[row], at[o])
            rows.append((o, d, ",".join(closed), round(length, 0), ",".join(met)))
            for name in met:
                if name in CLOSABLE:
                    todo.setdefault(tuple(sorted({*closed, name})), set()).add((o, d))
    return rows


def build_routes(ports_csv: Path, target: Path) -> None:
    """Write ``ports.csv`` and ``routes.parquet``."""
    ports = read_ports()
    missing = sorted(set(REGIONS) - {p.iso3 for p in ports})
    if missing:
        raise SystemExit(f"no port chosen for {' '.join(missing)}")
    with ports_csv.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(["iso3", "port", "lat", "lon", "source", "note"])
        writer.writerows([p.iso3, p.name, round(p.lat, 4), round(p.lon, 4), p.source, p.note] for p in ports)
    graph = SeaGraph()
    rows = all_routes(graph, {p.iso3: graph.nearest(p) for p in ports})
    text = pl.String
    schema = {"origin": text, "dest": text, "closed": text, "km": pl.Float32, "passages": text}
    table = pl.DataFrame(rows, schema=schema, orient="row").sort("origin", "dest", "closed")
    table.write_parquet(target, compression="zstd", compression_level=19, statistics=False)
