"""The power balance of one day: who generates what, what flows between areas, what is shed.

A linear programme, solved by HiGHS. Loads are served class by class, and the fuels burnt in their order; both orders
are prices far enough apart. Within a class a shortage is spread: the deeper an area is short, the dearer the next
part. The last and smallest prices keep power from going in circles and fill storage from fuels that are not scarce.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
from scipy.sparse import coo_array, csr_array

from kaname.errors import InputProblems, Problem
from kaname.network.tables import Floats, Ints

PARTS = ((0.05, 1.0), (0.1, 1.005), (0.15, 1.01), (0.2, 1.015), (0.25, 1.02), (0.25, 1.025))
"""Load is shed in these parts of a class, each a little dearer: less than what storage loses, so that no energy is
wasted to share a shortage more evenly."""
CLASS = 20.0
"""A class is worth this many times the next."""
FUEL = 1e-3
"""Price of burning the first fuel, that of the next twice as much and so on, where shedding the last class costs 1."""
CARRY = 1e-5
"""Price of carrying or pumping."""


@dataclass(frozen=True)
class Day:
    """One day. A areas, F fuels in the order in which they are burnt, H kinds of hours in the order of the day, C
    classes of load in the order in which they are served, K directed ties. Power in MW, energy in MWh."""

    hours: Floats
    """(H,) how many hours of each kind."""
    demand: Floats
    """(A, H, C) MW."""
    capacity: Floats
    """(A, F, H) MW that can be made."""
    fuel: Floats
    """(A, F) energy that the fuel at hand allows; infinite = no limit."""
    source: Ints
    """(K,) area that a tie leads from."""
    target: Ints
    limit: Floats
    """(K,) MW, one direction."""
    pump: Floats
    """(A,) MW of pumped storage, both ways."""
    room: Floats
    """(A,) MWh that storage can give when full."""
    stored: Floats
    """(A,) MWh that it can give at the start."""
    efficiency: float = 0.7
    """Of pumping and generating together."""

    def __post_init__(self) -> None:
        faults = []
        areas, count = len(self.pump), len(self.hours)
        if self.demand.shape[:2] != (areas, count) or self.capacity.shape != (*self.fuel.shape, count):
            faults.append(
                Problem("demand, capacity and fuel are not of the same areas and hours", path="power")
            )
        ends = np.concatenate([self.source, self.target])
        if ((ends < 0) | (ends >= areas)).any():
            faults.append(Problem("a tie leads from or to no area", path="power"))
        for name in ("hours", "demand", "capacity", "limit", "pump", "room", "stored", "fuel"):
            values = getattr(self, name)
            if np.isnan(values).any() or (values < 0).any():
                faults.append(Problem(f"{name} is negative or no number", path="power"))
        if (self.stored > self.room * (1 + 1e-9) + 1e-9).any():
            faults.append(Problem("more is stored than there is room for", path="power"))
        if not 0 < self.efficiency <= 1:
            faults.append(Problem("the efficiency of storage is outside (0, 1]", path="power"))
        if faults:
            raise InputProblems(faults)


@dataclass(frozen=True)
class Balance:
    """What a day comes to; energy in MWh."""

    served: Floats
    """(A, H, C)"""
    burnt: Floats
    """(A, F, H) made by fuel, what storage takes included."""
    flow: Floats
    """(K, H)"""
    pumped: Floats
    """(A, H) put into storage, measured at the meter."""
    drawn: Floats
    """(A, H) given by storage."""
    stored: Floats
    """(A,) what storage can give at the end."""

    @property
    def total(self) -> float:
        """Energy served."""
        return float(self.served.sum())


def balance(day: Day) -> Balance:
    """The most load served, in the order of classes, by fuels in their order; storage filled from fuels without limit.

    Raises ``RuntimeError`` where the solver fails: a day always has the answer of serving nothing.
    """
    from scipy.optimize import linprog  # noqa: PLC0415 - a quarter of a second to load, for those who balance

    shape = (*day.fuel.shape, len(day.hours), day.demand.shape[2])
    form = _form(shape, tuple(day.source.tolist()), tuple(day.target.tolist()), day.efficiency)
    budget = np.where(np.isinf(day.fuel), 0.0, day.fuel).reshape(-1)
    rows = np.flatnonzero(np.isfinite(day.fuel).reshape(-1))
    found: Any = linprog(  # type: ignore[call-overload]
        _prices(day, form),
        A_ub=form.budget[rows] if len(rows) else None,
        b_ub=budget[rows] if len(rows) else None,
        A_eq=form.meet,
        b_eq=np.concatenate([np.zeros(form.meet.shape[0] - shape[0]), day.stored]),
        bounds=np.stack([np.zeros(form.count), _most(day, form)], axis=1),
        method="highs",
    )
    if found.status != 0:
        raise RuntimeError(f"the power balance was not solved: {found.message}")
    x = np.maximum(found.x, 0.0)
    A, F, H, C = shape
    return Balance(
        served=x[form.at("serve")].reshape(A, H, C, len(PARTS)).sum(axis=3),
        burnt=x[form.at("make")].reshape(A, F, H),
        flow=x[form.at("flow")].reshape(-1, H),
        pumped=x[form.at("pump")].reshape(A, H),
        drawn=x[form.at("draw")].reshape(A, H),
        stored=x[form.at("store")].reshape(A, H + 1)[:, -1],
    )


@dataclass(frozen=True)
class _Form:
    """The rows and columns of the programme, the same for all days of one shape."""

    sizes: tuple[tuple[str, int], ...]
    meet: csr_array
    """Power meets demand at each area and hour; storage is what it was, and what came in, less what went out; and what
    it was at the start."""
    budget: csr_array
    """(A * F, ...) energy made of each fuel in each area."""

    @cached_property
    def _first(self) -> dict[str, int]:
        starts = np.cumsum([0, *(size for _, size in self.sizes)])
        return {name: int(start) for (name, _), start in zip(self.sizes, starts, strict=False)}

    @property
    def count(self) -> int:
        """How many unknowns there are."""
        return sum(size for _, size in self.sizes)

    def at(self, name: str) -> slice:
        """Where a group of unknowns stands."""
        return slice(self._first[name], self._first[name] + dict(self.sizes)[name])


@lru_cache(maxsize=8)
def _form(
    shape: tuple[int, int, int, int], source: tuple[int, ...], target: tuple[int, ...], efficiency: float
) -> _Form:
    A, F, H, C = shape
    K = len(source)
    sizes = (
        ("make", A * F * H),
        ("flow", K * H),
        ("serve", A * H * C * len(PARTS)),
        ("pump", A * H),
        ("draw", A * H),
        ("store", A * (H + 1)),
    )
    starts = np.cumsum([0, *(size for _, size in sizes)])
    make, flow, serve, pump, draw, store = (
        np.arange(starts[i], starts[i + 1]).reshape(s)
        for i, s in enumerate([(A, F, H), (K, H), (A, H, C * len(PARTS)), (A, H), (A, H), (A, H + 1)])
    )
    bus = np.arange(A * H).reshape(A, H)
    tank, start = A * H + bus, 2 * A * H + np.arange(A)
    entries = [
        (np.broadcast_to(bus[:, None, :], make.shape), make, 1.0),
        (bus[np.array(target, int)], flow, 1.0),
        (bus[np.array(source, int)], flow, -1.0),
        (np.broadcast_to(bus[:, :, None], serve.shape), serve, -1.0),
        (bus, pump, -1.0),
        (bus, draw, 1.0),
        (tank, store[:, 1:], 1.0),
        (tank, store[:, :-1], -1.0),
        (tank, pump, -efficiency),
        (tank, draw, 1.0),
        (start, store[:, 0], 1.0),
    ]
    rows, columns, values = (
        np.concatenate([np.broadcast_to(e[i], e[1].shape).reshape(-1) for e in entries]) for i in range(3)
    )
    count = int(starts[-1])
    meet = coo_array((values.astype(float), (rows, columns)), shape=(2 * A * H + A, count)).tocsr()
    plants = np.repeat(np.arange(A * F), H)
    budget = coo_array((np.ones(A * F * H), (plants, make.reshape(-1))), shape=(A * F, count)).tocsr()
    return _Form(sizes, meet, budget)


def _most(day: Day, form: _Form) -> Floats:
    """Upper bounds."""
    most = np.full(form.count, np.inf)
    parts = np.array([part for part, _ in PARTS])[::-1]
    most[form.at("make")] = (day.capacity * day.hours).reshape(-1)
    most[form.at("flow")] = (day.limit[:, None] * day.hours).reshape(-1)
    most[form.at("serve")] = ((day.demand * day.hours[:, None])[..., None] * parts).reshape(-1)
    most[form.at("pump")] = most[form.at("draw")] = (day.pump[:, None] * day.hours).reshape(-1)
    most[form.at("store")] = np.repeat(day.room, len(day.hours) + 1)
    return most


def _prices(day: Day, form: _Form) -> Floats:
    """What each unknown costs; what it is worth, below zero."""
    A, F, H, C = (*day.fuel.shape, len(day.hours), day.demand.shape[2])
    price = np.full(form.count, CARRY)
    fuels = FUEL * np.arange(1, F + 1)
    price[form.at("make")] = np.broadcast_to(fuels[None, :, None], (A, F, H)).reshape(-1)
    worth = CLASS ** np.arange(C - 1, -1, -1.0)
    parts = np.array([dearer for _, dearer in PARTS])[::-1]
    price[form.at("serve")] = -np.broadcast_to(worth[:, None] * parts, (A, H, C, len(PARTS))).reshape(-1)
    price[form.at("store")] = 0.0
    plenty = np.isinf(day.fuel).all(axis=0)
    last = price[form.at("store")].reshape(A, H + 1)
    last[:, -1] = -(fuels[plenty].max() + FUEL / 2) / day.efficiency if plenty.any() else 0.0
    price[form.at("store")] = last.reshape(-1)
    return price


def shed(day: Day, found: Balance) -> Floats:
    """(A, H, C) energy not served."""
    return np.maximum(day.demand * day.hours[:, None] - found.served, 0.0)
