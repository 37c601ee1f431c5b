"""The nodes with the largest index among very many, without running all: groups that together stay below are left out.

More failures never lose less: the index of each node of a group is at most that of the whole group failing together.
So one run of a group can show that none of its nodes belongs to the foremost; else it is split. (Branch and bound, Land
and Doig 1960, on the index of ``systemic``.)
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kaname.cascade.systemic import BOTH, TOLERANCE, Progress, Systemic, fail_sets
from kaname.cascade.webs import Exposure
from kaname.errors import problem
from kaname.network.tables import Floats, Ints

FINER = 10.0
"""Groups run on until losses grow by this much less than single nodes' do, so that they do not stop before these."""
FILL = 0.25
"""A group is first made so large that its nodes' guesses add up to this part of the level to stay below."""
LARGEST = 4096
FEW = 3
"""A group of no more nodes is not split but run node by node."""


@dataclass(frozen=True)
class Foremost:
    """The foremost nodes."""

    top: Systemic
    """The nodes, largest first."""
    below: float
    """Every node that is not in ``top`` has at most this index."""
    runs: int
    """How many cascades it took, of nodes and groups."""

    def frame(self) -> object:
        """As ``Systemic.frame``."""
        return self.top.frame


def foremost(
    exposure: Exposure,
    count: int,
    *,
    tolerance: float = TOLERANCE,
    progress: Progress | None = None,
) -> Foremost:
    """The ``count`` nodes with the largest index by the first measure, and what all others stay below.

    Exact up to when cascades end: a group is run to a tenth of ``tolerance`` and for as many rounds as any node took.
    """
    n = len(exposure)
    if not 0 < count <= n:
        raise problem(f"ask for 1 to {n} nodes, not {count}", path="count")
    guess = guessed(exposure)
    order = np.argsort(-guess, kind="stable").astype(np.int32)
    singles = order[: min(n, max(4 * count, 256))]
    known, found, rounds = (
        [singles],
        *([part] for part in fail_sets(exposure, _each(singles), tolerance=tolerance)),
    )
    runs, most, barred = len(singles), int(rounds[0].max()), 0.0
    rest = order[len(singles) :]
    level = _level(found, count)
    groups = _groups(rest, guess, level * FILL)
    left = len(rest)
    while groups:
        part, groups = groups[:256], groups[256:]
        bounds, _ = fail_sets(exposure, part, tolerance=tolerance / FINER, least=most)
        runs += len(part)
        split: list[Ints] = []
        for group, bound in zip(part, bounds[:, 0, BOTH], strict=True):
            if bound < level:
                barred = max(barred, float(bound))
                left -= len(group)
            elif len(group) > FEW:
                split += [group[: len(group) // 2], group[len(group) // 2 :]]
            else:
                split.append(group)
        few = [group for group in split if len(group) <= FEW]
        if few:
            nodes = np.concatenate(few)
            values, taken = fail_sets(exposure, _each(nodes), tolerance=tolerance)
            known.append(nodes), found.append(values), rounds.append(taken)
            runs, most, left = runs + len(nodes), max(most, int(taken.max())), left - len(nodes)
            level = _level(found, count)
        groups = [group for group in split if len(group) > FEW] + groups
        if progress:
            progress(1 - left / n)
    nodes, values, taken = np.concatenate(known), np.concatenate(found), np.concatenate(rounds)
    best = np.argsort(-values[:, 0, BOTH], kind="stable")
    after = values[best[count:], 0, BOTH]
    top = Systemic(exposure, nodes[best[:count]], values[best[:count]], taken[best[:count]], tolerance)
    return Foremost(top, max(barred, float(after.max(initial=0.0))), runs)


def guessed(exposure: Exposure) -> Floats:
    """(nodes,) the index after one round: a node itself, its customers, its suppliers."""
    w = exposure.web
    weight, n = w.weights[0], len(exposure)
    share = np.ones(n)
    if exposure.replacement == "market":
        others = w.market_size[w.market] - w.size
        share = np.where(others > w.size, w.size / np.maximum(others, 1e-300), 1.0)
    customers = np.repeat(np.arange(n), np.diff(w.down_ptr.astype(np.int64)))
    suppliers = np.repeat(np.arange(n), np.diff(w.up_ptr.astype(np.int64)))
    down = np.bincount(customers, w.down_part * weight[w.down_user], minlength=n)
    up = np.bincount(suppliers, w.up_part * weight[w.up_node], minlength=n)
    return np.asarray((weight + share * down + up)[exposure.place])


def _each(nodes: Ints) -> list[Ints]:
    return [nodes[k : k + 1] for k in range(len(nodes))]


def _level(found: list[Floats], count: int) -> float:
    """The index of the last of the foremost so far."""
    values = np.concatenate(found)[:, 0, BOTH]
    return float(np.partition(values, len(values) - count)[len(values) - count])


def _groups(nodes: Ints, guess: Floats, size: float) -> list[Ints]:
    """``nodes`` in runs whose guesses add up to about ``size``."""
    if not len(nodes):
        return []
    number = np.floor(np.cumsum(guess[nodes]) / max(size, 1e-300)).astype(np.int64)
    edges = [0, *(np.flatnonzero(np.diff(number)) + 1).tolist(), len(nodes)]
    return [
        nodes[k : min(k + LARGEST, end)]
        for start, end in zip(edges[:-1], edges[1:], strict=True)
        for k in range(start, end, LARGEST)
    ]
