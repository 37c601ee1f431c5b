"""Whether supply meets demand, how far demand could grow before it does not, and what would be needed (floor 5).

Small linear programmes on the same week as ``network.balance``: any power that can run is alike, load that stands back
by agreement is left out. *Headroom* is the largest multiple of firm demand, everywhere and at every hour, that can be
served; below 1 load is shed. *Needs* are the least plants, storage or interties that bring it back to 1 in every week
at once. Storage knows the week ahead and starts full: both are kind to the system.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Literal

import numpy as np
from scipy.sparse import block_diag, coo_array, csr_array, eye_array, hstack, vstack
from scipy.sparse.csgraph import connected_components

from kaname.network.balance import Day
from kaname.network.tables import Flags, Floats, Ints

FIRM = slice(0, -1)
"""Classes of load that do not stand back by agreement."""
MOST = 100.0
"""No headroom above this is looked for."""
BINDS = 1e-6
"""A price of a MWh above this says that an area is short."""
CHEAP = 1e-3
"""What a MW of an intertie or of a battery counts beside what is sought."""
CARRY = 1e-6
"""What a MWh carried counts: of equal answers, plants stand where power is short."""
SLACK = 1e-6
Means = Literal["plants", "ties", "storage"]


@dataclass(frozen=True, eq=False)
class Headroom:
    """How far a week's firm demand could grow before load is shed."""

    by_area: Floats
    """(A,) of the grid that the area is part of: areas that no intertie joins stand alone."""
    short: Flags
    """(A,) the areas that bind in their grid."""
    main: Flags
    """(A,) the areas of the grid with the most demand."""

    @property
    def factor(self) -> float:
        """That of the grid with the most demand."""
        return float(self.by_area[self.main][0])

    @property
    def least(self) -> float:
        """The least of all grids."""
        return float(self.by_area.min())


@dataclass(frozen=True, eq=False)
class Needs:
    """What would have to be added, at least, for no firm load to be shed."""

    plants: Floats
    """(A,) MW that can run."""
    ties: Floats
    """(K,) MW, one direction."""
    store: Floats
    """(A,) MWh that storage holds more."""
    power: Floats
    """(A,) MW of it."""


@dataclass(frozen=True)
class _Form:
    """Rows of one shape of week. Unknowns: made, carried, pumped, drawn, stored (energy); rows: served, stored."""

    serve: csr_array
    """Energy that reaches each area and hour."""
    store: csr_array
    """Storage is what it was, and what came in, less what went out; its start is fixed by bounds."""
    sizes: tuple[int, int, int, int, int]


@lru_cache(maxsize=8)
def _form(A: int, H: int, source: tuple[int, ...], target: tuple[int, ...], efficiency: float) -> _Form:
    K = len(source)
    sizes = (A * H, K * H, A * H, A * H, A * (H + 1))
    ends = np.cumsum([0, *sizes])
    make, flow, pump, draw, store = (
        np.arange(ends[n], ends[n + 1]).reshape(s)
        for n, s in enumerate([(A, H), (K, H), (A, H), (A, H), (A, H + 1)])
    )
    bus = np.arange(A * H).reshape(A, H)
    total = int(ends[-1])

    def rows(entries: list[tuple[Any, Any, float]]) -> csr_array:
        r = np.concatenate([np.broadcast_to(a, b.shape).reshape(-1) for a, b, _ in entries])
        c = np.concatenate([b.reshape(-1) for _, b, _ in entries])
        v = np.concatenate([np.full(b.size, value) for _, b, value in entries])
        return coo_array((v, (r, c)), shape=(A * H, total)).tocsr()

    into, out = bus[np.array(target, int)], bus[np.array(source, int)]
    serve = rows(
        [(bus, make, 1.0), (into, flow, 1.0), (out, flow, -1.0), (bus, pump, -1.0), (bus, draw, 1.0)]
    )
    keep = rows(
        [(bus, store[:, 1:], 1.0), (bus, store[:, :-1], -1.0), (bus, pump, -efficiency), (bus, draw, 1.0)]
    )
    return _Form(serve, keep, sizes)


def _of(day: Day) -> _Form:
    return _form(
        len(day.pump),
        len(day.hours),
        tuple(day.source.tolist()),
        tuple(day.target.tolist()),
        day.efficiency,
    )


def firm(day: Day) -> Floats:
    """(A, H) energy of load that does not stand back by agreement."""
    return np.asarray(day.demand[:, :, FIRM].sum(axis=2) * day.hours)


def _bounds(day: Day) -> tuple[Floats, Floats]:
    """Lower and upper bounds of the unknowns of a form."""
    make = (day.capacity.sum(axis=1) * day.hours).reshape(-1)
    flow = (day.limit[:, None] * day.hours).reshape(-1)
    turn = (day.pump[:, None] * day.hours).reshape(-1)
    low = np.zeros((len(day.pump), len(day.hours) + 1))
    high = np.repeat(day.room[:, None], len(day.hours) + 1, axis=1)
    low[:, 0] = high[:, 0] = day.stored
    lows = np.concatenate([np.zeros(len(make) + len(flow) + 2 * len(turn)), low.reshape(-1)])
    return lows, np.concatenate([make, flow, turn, turn, high.reshape(-1)])


def headroom(day: Day) -> Headroom:
    """The largest multiple of the firm demand of a week that can be served, at most :data:`MOST`; grids that nothing
    joins each have their own."""
    form, wanted = _of(day), firm(day)
    A, H = wanted.shape
    grids, member = _grids(A, tuple(day.source.tolist()), tuple(day.target.tolist()))
    low, high = _bounds(day)
    asks = coo_array((wanted.reshape(-1), (np.arange(A * H), np.repeat(member, H))), shape=(A * H, grids))
    # weighed by demand, so that a MWh is worth one: a solver's tolerances are absolute
    demand = np.bincount(member, wanted.sum(axis=1), grids)
    found = _solve(
        np.concatenate([np.zeros(len(low)), -demand]),
        hstack([-form.serve, asks]),
        np.zeros(A * H),
        hstack([form.store, csr_array((form.store.shape[0], grids))]),
        np.concatenate([low, np.zeros(grids)]),
        np.concatenate([high, np.full(grids, MOST)]),
    )
    price = (-found.ineqlin.marginals).reshape(A, H).max(axis=1)
    return Headroom(found.x[len(low) :][member], price > BINDS, member == demand.argmax())


@lru_cache(maxsize=8)
def _grids(areas: int, source: tuple[int, ...], target: tuple[int, ...]) -> tuple[int, Ints]:
    """How many grids there are, and the grid of each area."""
    ties = coo_array((np.ones(len(source)), (list(source), list(target))), shape=(areas, areas))
    count, member = connected_components(ties, directed=False)
    return int(count), np.asarray(member, np.int32)


def unbound(day: Day) -> Day:
    """The week with interties as large as one likes."""
    return replace(day, limit=np.where(day.limit > 0, day.demand.sum() + 1.0, 0.0))


def needs(weeks: Sequence[Day], means: frozenset[Means], scale: float = 1.0) -> Needs:
    """The least that clears shedding in all ``weeks`` at once, ``scale`` times their demand.

    With ``plants`` the least MW of plants, with ``storage`` the least MWh, with ``ties`` alone the least MW of
    interties, where they can do it; beside others they count a thousandth. Weeks are taken in as they are found short.
    """
    if not weeks:
        raise ValueError("needs are asked of no week")
    taken = [min(range(len(weeks)), key=lambda n: headroom(weeks[n]).least)]
    while True:
        found = _least([weeks[n] for n in taken], means, scale)
        left = [n for n in range(len(weeks)) if n not in taken]
        factors = {n: headroom(_with(weeks[n], found)).least for n in left}
        short = [n for n in left if factors[n] < scale * (1 - SLACK)]
        if not short:
            return found
        taken.append(min(short, key=lambda n: factors[n]))


def _with(day: Day, added: Needs) -> Day:
    """A week with what was added; new plants stand as a fuel more."""
    A, H = len(day.pump), len(day.hours)
    plants = np.broadcast_to(added.plants[:, None, None], (A, 1, H))
    return replace(
        day,
        capacity=np.concatenate([day.capacity, plants], axis=1),
        fuel=np.concatenate([day.fuel, np.full((A, 1), np.inf)], axis=1),
        limit=day.limit + added.ties,
        pump=day.pump + added.power,
        room=day.room + added.store,
        stored=day.stored + added.store,
    )


def _least(weeks: Sequence[Day], means: frozenset[Means], scale: float) -> Needs:
    """One programme for several weeks: their own unknowns, and what is added to all of them."""
    A, K = len(weeks[0].pump), len(weeks[0].source)
    ends = np.cumsum([0, A, K, A, A])
    forms, highs = [_of(day) for day in weeks], [_bounds(day)[1] for day in weeks]
    own = sum(len(high) for high in highs)
    serve = block_diag([-form.serve for form in forms])
    keep = block_diag([form.store for form in forms])
    lets = vstack([_lets(day, int(ends[-1])) for day in weeks])
    none = csr_array((serve.shape[0], int(ends[-1])))
    price, upper = np.zeros(own + int(ends[-1])), np.full(own + int(ends[-1]), np.inf)
    start = 0
    for form, high in zip(forms, highs, strict=True):
        price[start + form.sizes[0] : start + form.sizes[0] + form.sizes[1]] = CARRY
        start += len(high)
    kinds: list[tuple[float, Means]] = [
        (1.0, "plants"),
        (CHEAP, "ties"),
        (1.0, "storage"),
        (CHEAP, "storage"),
    ]
    for (cost, kind), begin, stop in zip(kinds, ends, ends[1:], strict=False):
        price[own + begin : own + stop] = cost
        if kind not in means:
            upper[own + begin : own + stop] = 0.0
    found = _solve(
        price,
        vstack([hstack([serve, none]), hstack([eye_array(own), lets])]),
        np.concatenate([*(-scale * firm(day).reshape(-1) for day in weeks), *highs]),
        hstack([keep, none]),
        np.zeros(len(price)),
        upper,
    )
    return Needs(*(np.maximum(part, 0.0) for part in np.split(found.x[own:], ends[1:-1])))


def _lets(day: Day, count: int) -> csr_array:
    """By how much each bound of a week grows with what is added, below zero. Storage that is added starts full: its
    first level may be anything up to that, and emptier is never better."""
    A, K, H = len(day.pump), len(day.source), len(day.hours)
    plants, ties, store, power = np.split(np.arange(count), np.cumsum([A, K, A]))
    column = np.concatenate(
        [np.repeat(c, H) for c in (plants, ties, power, power)] + [np.repeat(store, H + 1)]
    )
    by = np.concatenate([np.tile(day.hours, 3 * A + K), np.ones(A * (H + 1))])
    return coo_array((-by, (np.arange(len(by)), column)), shape=(len(by), count)).tocsr()


def _solve(price: Floats, A_ub: Any, b_ub: Floats, A_eq: Any, low: Floats, high: Floats) -> Any:
    from scipy.optimize import linprog  # noqa: PLC0415 - a quarter of a second to load, for those who balance

    found: Any = linprog(  # type: ignore[call-overload]
        price,
        A_ub=A_ub,
        b_ub=b_ub,
        A_eq=A_eq,
        b_eq=np.zeros(A_eq.shape[0]),
        bounds=np.stack([low, high], axis=1),
        method="highs",
    )
    if found.status != 0:
        raise RuntimeError(f"the adequacy of a week was not solved: {found.message}")
    return found
