"""The nodes with the largest index among very many, without running all: groups that together stay below are left out.

More failures never lose less: the index of each node of a group is at most that of the whole group failing together.
So one run of a group can show that none of its nodes belongs to the foremost; else it is split. (Branch and bound, Land
and Doig 1960, on the index of ``systemic``.)
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

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
AT_ONCE = 256
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
    first = min(n, max(4 * count, 256))
    search = _Search(exposure, count, tolerance)
    search.run(order[:first])
    groups, left = _groups(order[first:], guess, search.level * FILL), n - first
    while groups:
        groups = search.cut(groups[:AT_ONCE]) + groups[AT_ONCE:]
        left = sum(len(group) for group in groups)
        if progress:
            progress(1 - left / n)
    return search.best()


class _Search:
    """What is known so far."""

    def __init__(self, exposure: Exposure, count: int, tolerance: float) -> None:
        self.exposure, self.count, self.tolerance = exposure, count, tolerance
        self.nodes = np.zeros(0, np.int32)
        self.found = np.zeros((0, len(exposure.measures), 3))
        self.rounds = np.zeros(0, np.int32)
        self.runs = 0
        self.barred = 0.0
        """The largest index of a group that was left out."""

    @property
    def level(self) -> float:
        """The index of the last of the foremost so far."""
        values = self.found[:, 0, BOTH]
        return float(np.partition(values, len(values) - self.count)[len(values) - self.count])

    def run(self, nodes: Ints) -> None:
        """Nodes one by one."""
        alone = [nodes[k : k + 1] for k in range(len(nodes))]
        found, rounds = fail_sets(self.exposure, alone, tolerance=self.tolerance)
        self.nodes = np.concatenate([self.nodes, nodes])
        self.found = np.concatenate([self.found, found])
        self.rounds = np.concatenate([self.rounds, rounds])
        self.runs += len(nodes)

    def cut(self, groups: list[Ints]) -> list[Ints]:
        """Leave out the groups that stay below; give the others, halved; run the small ones."""
        least = int(self.rounds.max())
        bounds, _ = fail_sets(self.exposure, groups, tolerance=self.tolerance / FINER, least=least)
        self.runs += len(groups)
        level, small, split = self.level, [np.zeros(0, np.int32)], []
        for group, bound in zip(groups, bounds[:, 0, BOTH], strict=True):
            if bound < level:
                self.barred = max(self.barred, float(bound))
            elif len(group) <= FEW:
                small.append(group)
            else:
                split += [group[: len(group) // 2], group[len(group) // 2 :]]
        self.run(np.concatenate(small))
        return split

    def best(self) -> Foremost:
        """The foremost, and what all others stay below."""
        order = np.argsort(-self.found[:, 0, BOTH], kind="stable")
        top, others = order[: self.count], self.found[order[self.count :], 0, BOTH]
        found = Systemic(self.exposure, self.nodes[top], self.found[top], self.rounds[top], self.tolerance)
        return Foremost(found, max(self.barred, float(others.max(initial=0.0))), self.runs)


def guessed(exposure: Exposure) -> Floats:
    """(nodes,) the index after one round: a node itself, its customers, its suppliers."""
    w = exposure.web
    weight, n = w.weights[0], len(exposure)
    share = np.ones(n)
    if exposure.replacement == "market":
        others = w.market_size[w.market] - w.size
        share = np.where(others > w.size, w.size / np.maximum(others, 1e-300), 1.0)
    customers = np.repeat(np.arange(n), np.diff(w.down_ptr.astype(np.intp)).astype(np.intp))
    suppliers = np.repeat(np.arange(n), np.diff(w.up_ptr.astype(np.intp)).astype(np.intp))
    down = np.bincount(customers, w.down_part * weight[w.down_user], minlength=n)
    up = np.bincount(suppliers, w.up_part * weight[w.up_node], minlength=n)
    return np.asarray((weight + share * down + up)[exposure.place])


def _groups(nodes: Ints, guess: Floats, size: float) -> list[Ints]:
    """``nodes`` in runs whose guesses add up to about ``size``."""
    if not len(nodes):
        return []
    number = np.floor(np.cumsum(guess[nodes]) / max(size, 1e-300)).astype(np.int64)
    edges = [0, *(np.flatnonzero(np.diff(number)) + 1).tolist(), len(nodes)]
    return [
        nodes[k : min(k + LARGEST, end)] for start, end in pairwise(edges) for k in range(start, end, LARGEST)
    ]
