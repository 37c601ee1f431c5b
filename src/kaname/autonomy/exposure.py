"""Through third countries: the share of what we use that passed through a country anywhere upstream (floor 4).

A unit of what country j has was made there, or came from country i with the chance P[j, i] = imports of j from i over
all that j has. In i the same question is asked again, until the walk ends where the unit was made. The share that
passed through s is the chance that the walk from j ever comes to s: a *hitting probability*. With N = (I - P)^-1, the
expected visits,

    h_j(s) = N[j, s] / N[s, s]          (j != s),

since every walk that reaches s has N[s, s] visits there on average (Kemeny and Snell 1960, Finite Markov Chains, ch.
III). One inverse gives all pairs exactly, loops of any length included; for a set S of nodes, h = N[:, S] N[S, S]^-1 1.

What a country has it is taken to pass on in proportion, whatever its origin: the usual assumption, and a strong one.
How much of an exporter's sales it made itself is rarely known. Least production that fits trade, max(0, exports -
imports), lets pass as much as trade allows: the upper end. If every exporter sold its own, only direct imports would
count: the lower end. Production that is known lies between. More production anywhere never raises an exposure.

Relatives: Inomata, S. and Hanaka, T. (2024), Measuring exposure to network concentration risk in global supply chains
(frequency of passing); Baldwin, R., Freeman, R. and Theodorakopoulos, A. (2022), Horses for courses: measuring foreign
supply chain exposure (value added).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from kaname.cascade.compiling import compiled, one_blas_thread
from kaname.data.tables import InterCountryTable

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
SMALL = 500
"""Up to so many nodes the inverse is found by a plain loop: threads would take longer to wake than it takes."""
LEAK = 1e-12
"""Chance of leaving a group of nodes below which the group counts as closed."""


def hitting(steps: Floats) -> Floats:
    """(n, n) chance that a walk from j ever comes to s; 1 on the diagonal.

    ``steps``: (n, n) chances of going from row to column, each row summing to 1 at most; what is left is where the walk
    ends. Nodes that send walks round among themselves for ever (a good that circulates and is made nowhere) come to
    each other with certainty.
    """
    return hitting_groups(steps, [np.array([k]) for k in range(len(steps))])


def hitting_groups(steps: Floats, groups: Sequence[Ints]) -> Floats:
    """(n, groups) chance that a walk from j ever comes to a node of each group; see :func:`hitting`."""
    closed = _closed(steps)
    n = len(steps)
    if not closed:
        return _from_visits(visits_of(steps), groups)
    held = np.concatenate(closed)
    free = np.setdiff1d(np.arange(n), held)
    visits = visits_of(steps[np.ix_(free, free)])
    caught: list[Floats] = [visits @ steps[np.ix_(free, ring)].sum(axis=1) for ring in closed]
    place = np.full(n, -1)
    place[free] = np.arange(len(free))
    found = np.zeros((n, len(groups)))
    for g, group in enumerate(groups):
        rings = [r for r, ring in enumerate(closed) if np.isin(group, ring).any()]
        inside = place[group[place[group] >= 0]]
        found[free, g] = _with_rings(visits, inside, [caught[r] for r in rings])
        found[np.concatenate([closed[r] for r in rings] or [np.array([], int)]), g] = 1.0
        found[group, g] = 1.0
    return found


def visits_of(steps: Floats) -> Floats:
    """(n, n) expected visits of a walk, (I - P)^-1; every walk must end."""
    if len(steps) > SMALL:
        return np.asarray(np.linalg.inv(np.eye(len(steps)) - steps), np.float64)
    own: Floats = _inverse(np.eye(len(steps)) - steps)
    return own


@compiled
def _inverse(a: Floats) -> Floats:
    """Gauss and Jordan in place. I - P has its largest entries on the diagonal throughout: no pivoting is needed."""
    n = len(a)
    for k in range(n):
        pivot = 1.0 / a[k, k]
        a[k, k] = 1.0
        for j in range(n):
            a[k, j] *= pivot
        for i in range(n):
            factor = a[i, k]
            if i != k and factor != 0.0:
                a[i, k] = 0.0
                for j in range(n):
                    a[i, j] -= factor * a[k, j]
    return a


def _from_visits(visits: Floats, groups: Sequence[Ints]) -> Floats:
    """First visits from expected visits."""
    if all(len(g) == 1 for g in groups):
        single = np.array([int(g[0]) for g in groups])
        found: Floats = visits[:, single] / visits[single, single]
        found[single, np.arange(len(single))] = 1.0
    else:
        found = np.empty((len(visits), len(groups)))
        for k, group in enumerate(groups):
            found[:, k] = visits[:, group] @ np.linalg.solve(
                visits[np.ix_(group, group)], np.ones(len(group))
            )
            found[group, k] = 1.0
    return np.clip(found, 0.0, 1.0)


def _with_rings(visits: Floats, inside: Ints, caught: Sequence[Floats]) -> Floats:
    """Chance to come to free nodes ``inside`` or to be caught in rings that hold a node of the group: of the two
    whichever is first, so walks to a ring that pass ``inside`` are counted once."""
    end = np.sum(caught, axis=0) if caught else np.zeros(len(visits))
    if not len(inside):
        return np.clip(end, 0.0, 1.0)
    first = visits[:, inside] @ np.linalg.inv(visits[np.ix_(inside, inside)])
    found: Floats = np.clip(first.sum(axis=1) + end - first @ end[inside], 0.0, 1.0)
    return found


def _closed(steps: Floats) -> list[Ints]:
    """Groups of nodes that walks never leave and in which none ends."""
    ends = 1.0 - steps.sum(axis=1)
    if (ends > LEAK).all():
        return []
    count, label = connected_components(
        csr_array((steps > 0).astype(np.float64)), directed=True, connection="strong"
    )
    out = np.zeros(count)
    for k in range(count):
        own = label == k
        out[k] = (ends[own]).clip(0).sum() + steps[np.ix_(own, ~own)].sum()
    return [np.flatnonzero(label == k) for k in range(count) if out[k] <= LEAK]


@dataclass(frozen=True)
class Exposure:
    """All pairs of countries in one product and year.

    ``through[j, s]``: share of what j uses that passed through s anywhere upstream (the upper end where production is
    not known); ``direct[j, s]``: share that j bought from s itself (the lower end). 0..1, the diagonal of ``through``
    is 1. ``use``: what each country has, in the unit of the flow; ``made``: how much of it was made there.
    """

    countries: tuple[str, ...]
    through: Floats
    direct: Floats
    use: Floats
    made: Floats

    def of(self, importer: str) -> pl.DataFrame:
        """country, direct, through, indirect (their difference) of one importer, the largest first."""
        j = self.countries.index(importer)
        frame = pl.DataFrame(
            {"country": self.countries, "direct": self.direct[j], "through": self.through[j]}
        )
        return (
            frame.filter(pl.col("country") != importer, pl.col("through") > 0)
            .with_columns(indirect=pl.col("through") - pl.col("direct"))
            .sort("through", "country", descending=[True, False])
        )

    def carriers(self, importer: str, source: str) -> pl.DataFrame:
        """Who brings ``importer`` what passed through ``source``: country, share of the importer's use, largest first.

        A carrier's part is what is bought from it directly times the share of it that passed through the source; the
        parts sum to ``through``.
        """
        j, s = self.countries.index(importer), self.countries.index(source)
        part = self.direct[j] * self.through[:, s]
        frame = pl.DataFrame({"country": self.countries, "share": part}).filter(pl.col("share") > 0)
        return frame.sort("share", "country", descending=[True, False])


@one_blas_thread()
def exposure(flow: pl.DataFrame, production: pl.DataFrame | None = None) -> Exposure:
    """Exposure of every country to every other in one product and year of ``flow`` (exporter, importer, value).

    ``production``: country, production in the unit of ``value``; countries that it does not name are taken at the least
    that fits trade. Production below exports less imports is raised to that, since a country cannot sell what it has
    not.
    """
    sides = np.concatenate([flow["importer"].to_numpy(), flow["exporter"].to_numpy()]).astype(str)
    names, place = np.unique(sides, return_inverse=True)
    number = {str(c): k for k, c in enumerate(names)}
    n, rows = len(number), flow.height
    pairs = place[:rows] * n + place[rows:]
    bought = np.bincount(pairs, weights=flow["value"].to_numpy(), minlength=n * n).reshape(n, n)
    imports, exports = bought.sum(axis=1), bought.sum(axis=0)
    made = np.maximum(exports - imports, 0.0)
    for country, amount in (
        () if production is None else production.select("country", "production").iter_rows()
    ):
        if country in number:
            made[number[country]] = max(made[number[country]], amount)
    use = imports + made
    direct = bought / np.where(use > 0, use, 1.0)[:, None]
    return Exposure(tuple(number), hitting(direct), direct, use, made)


@one_blas_thread()  # how many there are decides the last digits
def industry_exposure(table: InterCountryTable, home: str) -> pl.DataFrame:
    """What home's industries make, told by where its value passed: one row an industry and other region.

    Columns: industry, region; direct (share of the value of output that is inputs bought from the region), added (share
    that was value added there), through (share that passed through the region anywhere upstream, the hitting
    probability in value added); output (million USD a year). For the whole of home, industry is empty: weighted by
    what each industry sells to final users. ``direct`` and ``added`` never exceed ``through``.
    """
    step, added = _value_chain(table)
    size = len(table.industries)
    groups = [np.arange(r * size, (r + 1) * size) for r in range(len(table.regions))]
    visits = visits_of(step)
    through = _from_visits(visits, groups)
    mine = np.arange(len(step))[table.of_region(home)]
    direct = np.stack([step[np.ix_(mine, g)].sum(axis=1) for g in groups], axis=1)
    origin = np.stack([visits[np.ix_(mine, g)] @ added[g] for g in groups], axis=1)
    final = np.clip(table.f[mine], 0.0, None)
    parts = {"direct": direct, "added": origin, "through": through[mine]}
    every = {name: np.vstack([value, final @ value / final.sum()]) for name, value in parts.items()}
    others = [r for r, region in enumerate(table.regions) if region != home]
    return pl.DataFrame(
        {
            "industry": np.repeat([*table.industries, ""], len(others)),
            "region": [table.regions[r] for r in others] * (size + 1),
            **{name: value[:, others].ravel() for name, value in every.items()},
            "output": np.repeat([*table.x[mine], final.sum()], len(others)),
        }
    )


def _value_chain(table: InterCountryTable) -> tuple[Floats, Floats]:
    """Upstream steps (user to supplier) and share of value added; nodes that make nothing end at once."""
    output = np.where(table.x > 0, table.x, 1.0)
    step = (table.Z / output[None, :]).T
    return step, np.clip(1.0 - step.sum(axis=1), 0.0, 1.0)
