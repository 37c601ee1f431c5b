"""K-median groups: each point to the nearest centre in city-block distance, each centre the median of its points."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
STARTS = 20
ROUNDS = 200


def k_median(points: Floats, k: int, seed: int = 0) -> tuple[Ints, Floats]:
    """Groups of ``points`` (n, d): (n,) labels 0..k-1 and (k, d) centres, the lowest in the first coordinate first
    (then the next).

    The best by sum of distances of ``STARTS`` starts (k-means++ with city-block distances, Arthur and Vassilvitskii
    2007) from ``seed``: the same points give the same groups. With fewer distinct points than ``k``, fewer groups.
    """
    points = np.asfortranarray(points)
    distinct = np.asfortranarray(np.unique(points, axis=0))
    k = min(k, len(distinct))
    best: tuple[float, Ints, Floats] | None = None
    for child in np.random.default_rng(seed).spawn(STARTS):
        labels, centres, cost = _descend(points, _start(distinct, k, child))
        if best is None or cost < best[0] - 1e-12:
            best = cost, labels, centres
    assert best is not None
    _, labels, centres = best
    order = np.lexsort(tuple(centres.T[::-1]))
    return np.argsort(order)[labels], centres[order]


def _distances(points: Floats, centres: Floats) -> Floats:
    """City-block distances (n, k), a coordinate at a time: tables with three axes are slow."""
    found = np.zeros((len(centres), len(points)))
    for coordinate, places in zip(points.T, centres.T, strict=True):
        for row, place in zip(found, places, strict=True):
            row += np.abs(coordinate - place)
    return found.T


def _start(points: Floats, k: int, chance: np.random.Generator) -> Floats:
    chosen = [points[chance.integers(len(points))]]
    while len(chosen) < k:
        away = _distances(points, np.array(chosen)).min(axis=1)
        chosen.append(points[chance.choice(len(points), p=away / away.sum())])
    return np.array(chosen)


def _descend(points: Floats, centres: Floats) -> tuple[Ints, Floats, float]:
    """Assign and move until nothing changes."""
    labels = np.full(len(points), -1, np.int64)
    for _ in range(ROUNDS):
        away = _distances(points, centres)
        now = away.argmin(axis=1)
        if (now == labels).all():
            break
        labels = now
        centres = np.array(
            [
                np.median(points[labels == g], axis=0) if (labels == g).any() else c
                for g, c in enumerate(centres)
            ]
        )
    return labels, centres, float(_distances(points, centres).min(axis=1).sum())
