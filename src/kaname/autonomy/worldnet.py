"""The network of a product's world trade in figures: strength, clustering, diameter (floor 4).

Countries are nodes and trade is a directed, weighted link. The loops are compiled and run on threads, a part of the
products each. Nodes are numbered by how many others they trade with, most first: a triangle is then met once, from its
least linked corner, and what a node has before it in that order stays short in networks with a few hubs.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from kaname.cascade.compiling import compiled
from kaname.data.concentration import over_products
from kaname.data.trade_year import TradeYear

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

COLUMNS = ("out_degree_sd", "clustering", "diameter", "clustering_diameter")


def network_figures(year: TradeYear) -> pl.DataFrame:
    """One row a product that anyone trades in ``year``: product and ``COLUMNS``.

    ``out_degree_sd``: standard deviation over the product's countries of each one's share of world exports (weighted
    out-degree over the sum). ``clustering``: mean over countries of the directed weighted clustering coefficient,
    weights over the largest, by the cube root of their product (Onnela et al. 2005, directed: Fagiolo 2007).
    ``diameter``: the longest shortest path, links taken both ways, of the largest part that hangs together.
    """
    rows = year.start, year.importer, year.exporter, year.value
    found = np.full((3, len(year.products)), np.nan)
    over_products(year, lambda a, b: _figures(a, b, *rows, len(year.countries), found))
    traded = np.flatnonzero(~np.isnan(found[0]))
    spread, clustering, diameter = found[:, traded]
    return pl.DataFrame(
        {
            "product": pl.Series([year.products[p] for p in traded], dtype=pl.String),
            "out_degree_sd": spread,
            "clustering": clustering,
            "diameter": diameter,
            "clustering_diameter": clustering * diameter,
        }
    )


def bought_from(year: TradeYear, sellers: Ints, products: Ints, least: float) -> Floats:
    """For each of ``products`` (places in ``year``) and its seller: the share of the imports of all others that is
    bought by countries which get ``least`` or more of the product from it; NaN where no other imports any."""
    rows = year.start, year.importer, year.exporter, year.value
    return np.asarray(_bought_from(*rows, sellers, products.astype(np.int64), least))


@compiled
def _bought_from(
    start: Ints, importer: Ints, exporter: Ints, value: Floats, sellers: Ints, products: Ints, least: float
) -> Floats:
    found = np.zeros(len(products))
    for n in range(len(products)):
        r, end, seller = start[products[n]], start[products[n] + 1], sellers[n]
        total, held = 0.0, 0.0
        while r < end:
            i = importer[r]
            bought, own = 0.0, 0.0
            while r < end and importer[r] == i:
                if value[r] > 0.0 and exporter[r] != i:
                    bought += value[r]
                    if exporter[r] == seller:
                        own += value[r]
                r += 1
            if i != seller:
                total += bought
                if bought > 0.0 and own / bought >= least:
                    held += bought
        found[n] = held / total
    return found


@compiled
def _figures(
    first: int, last: int, start: Any, importer: Any, exporter: Any, value: Any, most: int, found: Any
) -> None:
    """The figures of the products ``first`` to ``last``; what nobody trades stays as it is."""
    longest = 0
    for p in range(first, last):
        longest = max(longest, start[p + 1] - start[p])
    src, dst, amount = np.empty(longest, np.int64), np.empty(longest, np.int64), np.empty(longest)
    both, links = np.zeros((most, most)), np.zeros((most, most), np.int8)
    for p in range(first, last):
        size = 0
        for r in range(start[p], start[p + 1]):
            if value[r] > 0.0 and importer[r] != exporter[r]:
                src[size], dst[size], amount[size] = exporter[r], importer[r], value[r]
                size += 1
        if size == 0:
            continue
        u, v, w = src[:size], dst[:size], amount[:size]
        n = _number(u, v, most)
        found[0, p] = _spread(u, w, n)
        _lay(u, v, w, both, links)
        found[1, p] = _clustering(u, v, both, links, n)
        found[2, p] = _diameter(links, n)
        for e in range(size):
            for a, b in ((u[e], v[e]), (v[e], u[e])):
                both[a, b] = 0.0
                links[a, b] = 0


@compiled
def _number(src: Ints, dst: Ints, most: int) -> int:
    """Give the countries of a product the numbers 0 .. n - 1, most links first; in place."""
    degree = np.zeros(most, np.int64)
    for e in range(len(src)):
        degree[src[e]] += 1
        degree[dst[e]] += 1
    order = np.argsort(-degree, kind="mergesort")
    place = np.empty(most, np.int64)
    place[order] = np.arange(most)
    for e in range(len(src)):
        src[e], dst[e] = place[src[e]], place[dst[e]]
    return int((degree > 0).sum())


@compiled
def _lay(src: Ints, dst: Ints, value: Floats, both: Floats, links: Any) -> None:
    """Links into the tables, which are empty before: cube roots of weights over the largest, summed over both
    directions, and how many directions there are."""
    top = value.max()
    for e in range(len(src)):
        root = np.cbrt(value[e] / top)
        for a, b in ((src[e], dst[e]), (dst[e], src[e])):
            both[a, b] += root
            links[a, b] += 1


@compiled
def _spread(src: Ints, value: Floats, n: int) -> float:
    strength = np.zeros(n)
    for e in range(len(src)):
        strength[src[e]] += value[e]
    return float(np.std(strength / value.sum()))


@compiled
def _clustering(src: Ints, dst: Ints, both: Floats, links: Any, n: int) -> float:
    """Mean over nodes of triangles, all directions, weighted, over the pairs of links that could close one.

    With W the cube roots of weights over the largest and S = W + W', node i has (S^3)_ii / 2 of triangles and could
    have d(d - 1) - 2 m, where d counts its links in both directions and m those that run both ways.
    """
    degree, mutual = np.zeros(n), np.zeros(n)
    for e in range(len(src)):
        for a, b in ((src[e], dst[e]), (dst[e], src[e])):
            degree[a] += 1.0
            mutual[a] += 0.5 * (links[a, b] == 2)  # such a pair of links is met twice
    around = np.zeros(n)
    near, weight = np.empty(n, np.int64), np.empty(n)
    for i in range(n):
        count = 0
        for j in range(i):
            if links[i, j]:
                near[count], weight[count] = j, both[i, j]
                count += 1
        for a in range(1, count):
            j, part = near[a], 0.0
            for b in range(a):
                closed = weight[b] * both[j, near[b]] * weight[a]
                part += closed
                around[near[b]] += closed
            around[i] += part
            around[j] += part
    total = 0.0
    for i in range(n):
        could = degree[i] * (degree[i] - 1.0) - 2.0 * mutual[i]
        if could > 0.0:
            total += around[i] / could  # each triangle is met once here, twice in the cube's diagonal
    return total / n


@compiled
def _diameter(links: Any, n: int) -> float:
    """Longest shortest path of the largest component (the longest of equally large ones).

    Breadth first from the best linked node, then from the farthest ones inwards, until no pair that is left can be
    farther apart than what was found (Crescenzi, Grossi, Habib, Lanzi and Marino 2013, "On computing the diameter of
    real-world undirected graphs").
    """
    words = (n + 63) // 64
    near = np.zeros((n, words), np.uint64)
    for i in range(n):
        for j in range(n):
            if links[i, j]:
                near[i, j >> 6] |= np.uint64(1) << np.uint64(j & 63)
    largest, longest = 0, 0
    away, other = np.full(n, -1, np.int64), np.empty(n, np.int64)
    queue, scrap = np.empty(n, np.int64), np.empty(n, np.int64)
    for root in range(n):
        if away[root] >= 0:
            continue
        size = _walk(near, root, n, queue, away)
        if size < largest:
            continue
        far = away[queue[size - 1]]
        for k in range(size - 1, 0, -1):
            if far >= 2 * away[queue[k]]:
                break
            _walk(near, queue[k], size, scrap, other)
            far = max(far, other[scrap[size - 1]])
        longest = far if size > largest else max(longest, far)
        largest = size
    return float(longest)


@compiled
def _walk(near: Any, root: int, most: int, queue: Ints, away: Ints) -> int:
    """Breadth first from ``root``: those reached into ``queue``, nearest first, and how far ``away`` each is; gives
    how many there are. It may stop when ``most`` are found."""
    words, one = near.shape[1], np.uint64(1)
    seen, fresh = np.zeros(words, np.uint64), np.empty(words, np.uint64)
    seen[root >> 6] = one << np.uint64(root & 63)
    queue[0], away[root] = root, 0
    head, tail, far = 0, 1, 0
    while head < tail < most:
        far += 1
        fresh[:] = 0
        for k in range(head, tail):
            for w in range(words):
                fresh[w] |= near[queue[k], w]
        head = tail
        for w in range(words):
            bits = fresh[w] & ~seen[w]
            seen[w] |= bits
            node = w * 64
            while bits:
                if bits & one:
                    queue[tail], away[node] = node, far
                    tail += 1
                bits >>= one
                node += 1
    return tail
