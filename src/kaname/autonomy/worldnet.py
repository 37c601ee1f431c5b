"""The network of a product's world trade in figures: strength, clustering, diameter (floor 4).

Countries are nodes and trade is a directed, weighted link. The loops are compiled: five thousand products of a year
take a second or two.
"""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from kaname.cascade.compiling import compiled
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
    kept = (year.value > 0) & (year.importer != year.exporter)
    product = np.repeat(np.arange(len(year.products)), np.diff(year.start))[kept]
    traded, starts = np.unique(product, return_index=True)
    ends = np.concatenate([starts, [len(product)]]).astype(np.int64)
    out, into = year.exporter[kept].astype(np.int64), year.importer[kept].astype(np.int64)
    spread, clustering, diameter = _figures(out, into, year.value[kept], ends, len(year.countries))
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
def _figures(out: Ints, into: Ints, value: Floats, ends: Ints, most: int) -> tuple[Floats, Floats, Floats]:
    """The figures of each product, whose links are ``ends[p]:ends[p + 1]``."""
    products = len(ends) - 1
    spread, clustering, diameter = np.zeros(products), np.zeros(products), np.zeros(products)
    place = np.full(most, -1)
    for p in range(products):
        a, b = ends[p], ends[p + 1]
        n = 0
        src, dst = np.empty(b - a, np.int64), np.empty(b - a, np.int64)
        seen = np.empty(2 * (b - a), np.int64)
        for e in range(a, b):
            for end in range(2):
                node = out[e] if end == 0 else into[e]
                if place[node] < 0:
                    place[node] = n
                    seen[n] = node
                    n += 1
            src[e - a], dst[e - a] = place[out[e]], place[into[e]]
        for k in range(n):
            place[seen[k]] = -1
        spread[p] = _spread(src, value[a:b], n)
        clustering[p] = _clustering(src, dst, value[a:b], n)
        diameter[p] = _diameter(src, dst, n)
    return spread, clustering, diameter


@compiled
def _spread(src: Ints, value: Floats, n: int) -> float:
    strength = np.zeros(n)
    for e in range(len(src)):
        strength[src[e]] += value[e]
    return float(np.std(strength / value.sum()))


@compiled
def _clustering(src: Ints, dst: Ints, value: Floats, n: int) -> float:
    """Mean over nodes of triangles, all directions, weighted, over the pairs of links that could close one.

    With W the cube roots of weights over the largest and S = W + W', node i has (S^3)_ii / 2 of triangles and could
    have d(d - 1) - 2 m, where d counts its links in both directions and m those that run both ways.
    """
    both, links = np.zeros((n, n)), np.zeros((n, n), np.int8)
    top = value.max()
    for e in range(len(src)):
        root = np.cbrt(value[e] / top)
        both[src[e], dst[e]] += root
        both[dst[e], src[e]] += root
        links[src[e], dst[e]] += 1
        links[dst[e], src[e]] += 1
    near = np.empty(n, np.int64)
    total = 0.0
    for i in range(n):
        count, degree, mutual = 0, 0.0, 0.0
        for j in range(n):
            if links[i, j]:
                near[count] = j
                count += 1
                degree += links[i, j]
                mutual += links[i, j] == 2
        could = degree * (degree - 1.0) - 2.0 * mutual
        if could <= 0:
            continue
        around = 0.0
        for a in range(count):
            j = near[a]
            part = 0.0
            for b in range(a):
                part += both[i, near[b]] * both[j, near[b]]
            around += both[i, j] * part
        total += around / could  # each triangle is met once here, twice in the cube's diagonal
    return total / n


@compiled
def _diameter(src: Ints, dst: Ints, n: int) -> float:
    """Longest shortest path of the largest component; breadth first from each node, links both ways, in sets of
    bits."""
    words = (n + 63) // 64
    near = np.zeros((n, words), np.uint64)
    one = np.uint64(1)
    for e in range(len(src)):
        near[src[e], dst[e] >> 6] |= one << np.uint64(dst[e] & 63)
        near[dst[e], src[e] >> 6] |= one << np.uint64(src[e] & 63)
    largest, longest = 0, 0
    queue, seen, fresh = np.empty(n, np.int64), np.empty(words, np.uint64), np.empty(words, np.uint64)
    for root in range(n):
        seen[:] = 0
        seen[root >> 6] |= one << np.uint64(root & 63)
        queue[0] = root
        head, tail, far = 0, 1, 0
        while True:
            fresh[:] = 0
            for k in range(head, tail):
                for w in range(words):
                    fresh[w] |= near[queue[k], w]
            head = tail
            for w in range(words):
                bits = fresh[w] & ~seen[w]
                seen[w] |= bits
                b = 0
                while bits:
                    if bits & one:
                        queue[tail] = w * 64 + b
                        tail += 1
                    bits >>= one
                    b += 1
            if tail == head:
                break
            far += 1
        if tail > largest:
            largest, longest = tail, far
        elif tail == largest and far > longest:
            longest = far
    return float(longest)
