"""Exposure through third countries, all pairs of one good, beside the enumeration of paths to depth 5."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import polars as pl
from numba import njit
from numpy.typing import NDArray

from bench.harness import Row, Work, in_turn
from kaname.autonomy.exposure import Exposure, exposure
from kaname.data.baci import read_history

DEPTH = 5
COUNTRIES, LINKS = 220, 2_200
"""BACI has some eleven million rows a year for five thousand products: two thousand links a product."""


def generated(seed: int = 1) -> pl.DataFrame:
    """A good's trade of usual size: a few countries sell to and buy from many, most from some; values over many orders
    of magnitude."""
    rng = np.random.default_rng(seed)
    size = rng.pareto(1.0, COUNTRIES) + 0.2
    sells, buys = size / size.sum(), np.sqrt(size) / np.sqrt(size).sum()
    pairs: set[tuple[int, int]] = set()
    while len(pairs) < LINKS:
        seller, buyer = int(rng.choice(COUNTRIES, p=sells)), int(rng.choice(COUNTRIES, p=buys))
        if seller != buyer:
            pairs.add((seller, buyer))
    rows = [(f"{a:03d}", f"{b:03d}", float(rng.lognormal(3, 3))) for a, b in sorted(pairs)]
    return pl.DataFrame(rows, ["exporter", "importer", "value"], orient="row")


@njit(cache=True)
def paths(
    start: NDArray[np.int64], to: NDArray[np.int64], chance: NDArray[np.float64], depth: int
) -> NDArray[np.float64]:
    """What enumeration gives: the chance of first visits on all paths of up to ``depth`` steps, compiled, so that the
    difference to ours is that of the method."""
    n = len(start) - 1
    found = np.zeros((n, n))
    node, edge = np.empty(depth + 1, np.int64), np.empty(depth + 1, np.int64)
    along, fresh = np.empty(depth + 1), np.empty(depth + 1, np.bool_)
    seen = np.zeros(n, np.bool_)
    for root in range(n):
        level = 0
        node[0], edge[0], along[0] = root, start[root], 1.0
        seen[:] = False
        seen[root] = True
        while level >= 0:
            k = edge[level]
            if level == depth or k == start[node[level] + 1]:
                if level > 0 and fresh[level]:
                    seen[node[level]] = False
                level -= 1
                continue
            edge[level] += 1
            other, part = to[k], along[level] * chance[k]
            level += 1
            node[level], along[level], edge[level] = other, part, start[other]
            fresh[level] = not seen[other]
            if fresh[level]:
                seen[other] = True
                found[root, other] += part
        found[root, root] = 1.0
    return found


def measured(what: str, flow: pl.DataFrame, goal: float) -> Row:
    """Both on one table, with the largest error of the enumeration and the one of ours against a residual."""
    exact = exposure(flow)
    links = np.nonzero(exact.direct)
    start = np.searchsorted(links[0], np.arange(len(exact.countries) + 1))
    chance = exact.direct[links]
    to = links[1].astype(np.int64)
    ours, peer = in_turn(lambda: exposure(flow), lambda: paths(start, to, chance, DEPTH))
    cut = paths(start, to, chance, DEPTH)
    return Row(
        "exposure",
        f"{what}: {len(exact.countries)} countries, {len(chance)} links, all pairs; paths to depth {DEPTH}, compiled",
        ours,
        peer,
        "s",
        goal=goal,
        note=f"largest error {np.abs(cut - exact.through).max():.2g} of theirs, {_residual(exact):.1g} of ours",
    )


def _residual(found: Exposure) -> float:
    """How far the answer is from fulfilling its own equation, h = P h with 1 on the diagonal."""
    after = found.direct @ found.through
    np.fill_diagonal(after, 1.0)
    return float(np.abs(after - found.through).max())


def run() -> Iterable[Row]:
    """A generated good of usual size then rare earths of 2023."""
    yield measured("generated good", generated(), 100)
    from kaname import open as open_nation  # noqa: PLC0415

    trade = read_history(open_nation("japan").reading.data)
    if trade is not None:
        rows = trade.select(years=[2023]).frame
        yield measured("rare earths 2023", rows.select("exporter", "importer", value="value_kusd"), 100)


WORKS = [Work("exposure", run)]
