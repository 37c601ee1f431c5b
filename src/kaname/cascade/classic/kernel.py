"""One step of classic ARIO, compiled. Everything is a share of its baseline, less one: small numbers keep their digits.

Names in the loops: ``made`` output, ``could`` what output would be without lack of inputs, of each user; ``stock``
what a user holds of an industry against its usual stock; ``order`` what it orders of the industry per unit of
suppliers' weight.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from kaname.cascade.classic.prefetch import prefetch
from kaname.cascade.compiling import compiled


def fused(function: Any) -> Any:
    """As ``compiled``, and sums may be taken in any order, so that they run on vector registers."""
    return njit(nogil=True, cache=True, error_model="numpy", fastmath={"reassoc", "contract"})(function)


def inlined(function: Any) -> Any:
    """Compiled into each loop that calls it."""
    return njit(inline="always")(function)


DELIVERED = 1e-8
"""Amounts a day, in the money of the table, that count as the same: BoARIO's rule, with ``Settings.still``."""
NOBODY = 1e-6
"""Suppliers whose weights come to less than this share of the usual cannot be ordered from."""


@inlined
def arrived(order: Any, filled: Any, made: Any) -> Any:
    """What came less what was used, as a share of usual use: ``(1 + order)(1 + filled) - (1 + made)``."""
    return order + filled + order * filled - made


@inlined
def ordered(gap: Any, made: Any, weight: Any, pace: Any, zero: Any, one: Any, nobody: Any) -> Any:
    """The next order: what was used and a part of what the stock lacks, over the weight of the suppliers."""
    whole = one + weight
    new = (made + max(gap, zero) * pace - weight) / whole
    return new if whole > nobody else -one


@inlined
def gather(columns: Any, fill: Any, next_weight: Any, filled: Any, weight: Any, zero: Any) -> None:
    """What users get of an industry, and the weight of its suppliers: two sums over the rows in one reading."""
    m, size = columns.shape
    fours = m // 4 * 4
    filled[:] = zero
    weight[:] = zero
    for r in range(0, fours, 4):
        z0, z1, z2, z3 = columns[r], columns[r + 1], columns[r + 2], columns[r + 3]
        f0, f1, f2, f3 = fill[r], fill[r + 1], fill[r + 2], fill[r + 3]
        w0, w1, w2, w3 = next_weight[r], next_weight[r + 1], next_weight[r + 2], next_weight[r + 3]
        for j in range(size):
            filled[j] += z0[j] * f0 + z1[j] * f1 + z2[j] * f2 + z3[j] * f3
            weight[j] += z0[j] * w0 + z1[j] * w1 + z2[j] * w2 + z3[j] * w3
    for r in range(fours, m):
        for j in range(size):
            filled[j] += columns[r, j] * fill[r]
            weight[j] += columns[r, j] * next_weight[r]


@inlined
def spread(columns: Any, wanted: Any, total: Any, flat: Any, ahead: Any, zero: Any) -> None:
    """Add users' orders to what suppliers are asked, and have the next block fetched meanwhile."""
    m, size = columns.shape
    fours = m // 4 * 4
    for r in range(0, fours, 4):
        z0, z1, z2, z3 = columns[r], columns[r + 1], columns[r + 2], columns[r + 3]
        y0, y1, y2, y3 = zero, zero, zero, zero
        for j in range(size):
            y0 += z0[j] * wanted[j]
            y1 += z1[j] * wanted[j]
            y2 += z2[j] * wanted[j]
            y3 += z3[j] * wanted[j]
        total[r] += y0
        total[r + 1] += y1
        total[r + 2] += y2
        total[r + 3] += y3
        for j in range(0, 4 * size, 8):
            prefetch(flat, ahead + r * size + j)  # type: ignore[call-arg]
    for r in range(fours, m):
        y0 = zero
        for j in range(size):
            y0 += columns[r, j] * wanted[j]
        total[r] += y0


@fused
def sweep(
    users: Any, share: Any, use: Any, bound: Any, gain: Any, pace: Any, days: Any, weights: Any, made: Any,
    could: Any, move: Any, lack: Any, still: Any, stock: Any, order: Any, new_stock: Any, new_order: Any, least: Any,
    asked: Any, astir: Any,
) -> None:  # fmt: skip
    """Deliveries of one step and orders for the next, of one case, for the blocks of ``users`` given.

    ``share`` to ``days`` are the layout's. ``weights`` (S, 2, m): suppliers' fill times the weight they were ordered
    by, and their next weight. ``move``, ``lack``: whether stocks move, and whether what they lack is ordered. Adds to
    ``asked`` (S, m) what suppliers are asked; keeps in ``least`` (C, J) each user's shortest stock, and in ``astir``
    by how much deliveries and stocks leave the bounds within which they count as usual (``Settings.still``).
    """
    _, industries, m, size = share.shape
    flat = share.reshape(share.size)
    zero, one, nobody = share.dtype.type(0), share.dtype.type(1), share.dtype.type(NOBODY)
    mostly = still[0]
    filled, weight, wanted = np.empty_like(use[0, 0]), np.empty_like(use[0, 0]), np.empty_like(use[0, 0])
    moved, off = np.zeros_like(use[0, 0]), np.zeros_like(use[0, 0])
    for c in users:
        x, goal, shortest = made[c], could[c], least[c]
        for s in range(industries):
            fill, next_weight, total = weights[s, 0], weights[s, 1], asked[s]
            gained, paced, lasts = gain[s] * move[0], pace[s] * lack[0], days[s]
            columns, ahead = share[c, s], (c * industries + s + 1) * m * size
            gather(columns, fill, next_weight, filled, weight, zero)
            needs, limit, last, after = use[c, s], bound[c, s], order[c, s], new_order[c, s]
            before, now = stock[c, s], new_stock[c, s]
            for j in range(size):
                change = arrived(last[j], filled[j], x[j])
                held = before[j] + change * gained
                gap = goal[j] - held
                now[j] = held
                after[j] = ordered(gap, x[j], weight[j], paced, zero, one, nobody)
                wanted[j] = after[j] * needs[j]
                shortest[j] = min(shortest[j], held + limit[j])
                moved[j] = max(moved[j], (abs(change) - mostly * (one + x[j])) * needs[j])
                off[j] = max(off[j], (abs(gap) - mostly * (one + goal[j])) * needs[j] * lasts)
            spread(columns, wanted, total, flat, ahead, zero)
    astir[0], astir[1] = moved.max(), off.max()


@fused
def sweep_cases(
    users: Any, share: Any, use: Any, bound: Any, gain: Any, pace: Any, days: Any, weights: Any, made: Any,
    could: Any, move: Any, lack: Any, still: Any, stock: Any, order: Any, new_stock: Any, new_order: Any, least: Any,
    asked: Any, astir: Any,
) -> None:  # fmt: skip
    """The same for many cases, the last axis: sums are products of matrices, each block of the table read once for all.

    ``weights`` is (S, m, 2 B) here. New stocks and orders may be the arrays of the old.
    """
    _, industries, m, size = share.shape
    cases = asked.shape[2]
    zero, one, nobody = share.dtype.type(0), share.dtype.type(1), share.dtype.type(NOBODY)
    mostly = still[0]
    sums, wanted = np.empty((size, 2 * cases), share.dtype), np.empty((size, cases), share.dtype)
    total, moved, off = np.empty((m, cases), share.dtype), astir[0], astir[1]
    holds, orders = np.empty_like(moved), np.empty_like(moved)  # apart, as new arrays may be the old ones
    for c in users:
        for s in range(industries):
            columns, lasts, gained, paced = share[c, s], days[s], gain[s], pace[s]
            np.dot(columns.T, weights[s], sums)
            for j in range(size):
                needs, limit, x, goal, shortest = (
                    use[c, s, j],
                    bound[c, s, j],
                    made[c, j],
                    could[c, j],
                    least[c, j],
                )
                before, now, last, after = (
                    stock[c, s, j],
                    new_stock[c, s, j],
                    order[c, s, j],
                    new_order[c, s, j],
                )
                filled, weight, want = sums[j, :cases], sums[j, cases:], wanted[j]
                for b in range(cases):
                    change = arrived(last[b], filled[b], x[b])
                    held = before[b] + change * gained * move[b]
                    gap = goal[b] - held
                    holds[b] = held
                    orders[b] = ordered(gap, x[b], weight[b], paced * lack[b], zero, one, nobody)
                    want[b] = orders[b] * needs
                    shortest[b] = min(shortest[b], held + limit)
                    moved[b] = max(moved[b], (abs(change) - mostly * (one + x[b])) * needs)
                    off[b] = max(off[b], (abs(gap) - mostly * (one + goal[b])) * needs * lasts)
                now[:] = holds
                after[:] = orders
            np.dot(columns, wanted, total)
            asked[s] += total


@compiled
def produce(
    able: Any, final: Any, sold: Any, rebuilding: Any, asked: Any, weight: Any, shortest: Any, stretch: Any, x: Any,
    running: Any, psi: Any, base: Any, most: Any, scarcity: Any, relax: Any, demand: Any, cap: Any, could: Any,
    goal: Any, fill: Any,
) -> None:  # fmt: skip
    """Demand, over-capacity, output of all nodes and cases, as shares of usual output.

    Reads last step's output in ``x`` and replaces it. ``goal``: what stocks are to be kept for, demand less what
    rebuilding has just been given, within capacity (as BoARIO has it).
    """
    for i in range(able.shape[0]):
        for b in range(able.shape[1]):
            d = final[i] + rebuilding[i, b] + weight[i, b] * (sold[i] + asked[i, b])
            if running and d > 0:
                short = (d - x[i, b]) / d
                a = stretch[i, b]
                if short == 0 or (relax and short < 0):
                    a += (base - a) / scarcity
                else:
                    a += (most - a) * short / scarcity
                stretch[i, b] = max(a, base)
            cap[i, b] = able[i, b] * stretch[i, b]
            could[i, b] = min(d, cap[i, b])
            x[i, b] = max(0.0, min(could[i, b], (1 + shortest[i, b]) / psi))
            fill[i, b] = x[i, b] / d if d > 0 else 1.0
            goal[i, b] = min(d - rebuilding[i, b] * fill[i, b], cap[i, b])
            demand[i, b] = d
