"""Search for the order of work that loses least.

One backward sweep tells what each thing's absence costs on each day (``Judge.slope``): a plane that touches the loss at
one schedule. What limits a producer is its scarcest input, so the loss bends upwards, and the highest of several such
planes is a rough judge from below, far better than each alone (cutting planes: Kelley 1960). It takes a millisecond;
thousands of orders are tried on it by swaps and insertions (local search on the order of a list schedule: Kolisch and
Hartmann 2006), the best of them on the cascade itself, side by side. Where the rough judge was most wrong, and where
the best was found, planes are added, and so on. Nothing counts as better that the cascade has not judged.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import permutations, product

import numpy as np

from kaname.cascade.pool import Pool
from kaname.network.tables import Floats, Ints
from kaname.planning.dispatch import STAGES, Order, Schedule, Yard, dispatch, profiles
from kaname.planning.judge import Judge

Tick = Callable[[float], None]
CHAINS = (2, 4, 8, 16, 32, 10**6)
"""Improvements after which chains end: short ones stay where planes touch and are right; long ones go far."""
CAPS = (0.25, 0.5, 0.75, 1.0)
"""Shares of its usual crews that a thing may get before the next is served."""


@dataclass(frozen=True)
class Effort:
    """How hard to search. Counts, not seconds, so that the same question has the same answer."""

    rounds: int = 4
    """Times to add planes."""
    width: int = 12
    """Schedules judged on the cascade in each round."""
    tries: int = 500
    """Orders tried on the rough judge for each of them."""
    seed: int = 0


@dataclass(frozen=True)
class Found:
    """An order, its schedule and its loss, million USD, as the cascade judged it."""

    order: Order
    schedule: Schedule
    loss: float


@dataclass(frozen=True)
class Sought:
    """What a search found."""

    best: Found
    others: tuple[Found, ...]
    """Other orders that it judged, least loss first."""
    stopped: bool
    """Whether it was stopped before its end (Ctrl-C keeps the best)."""

    @classmethod
    def of(cls, found: Sequence[Found], *, stopped: bool = False) -> Sought:
        """The best of what was judged, and the rest."""
        best, *others = sorted({f.order.key: f for f in found}.values(), key=lambda f: f.loss)
        return cls(best, tuple(others), stopped)


@dataclass(frozen=True)
class Planes:
    """A loss judged roughly: the highest of planes, each touching the loss at one schedule."""

    height: Floats
    """(planes,) million USD with everything back at once."""
    slope: Floats
    """(planes, things, steps)"""

    def at(self, profile: Floats) -> float:
        """About what a course of things coming back (things, steps) costs."""
        return float((self.height + np.tensordot(self.slope, profile, axes=2)).max())

    def touching(self, found: Sequence[Found], slopes: Sequence[Floats], judge: Judge) -> Planes:
        """With planes at more schedules."""
        heights = [
            f.loss - float((slope * profiles(f.schedule, judge.clock)).sum())
            for f, slope in zip(found, slopes, strict=True)
        ]
        return Planes(np.append(self.height, heights), np.concatenate([self.slope, np.stack(slopes)]))


def all_orders(things: int, most: int) -> list[Order] | None:
    """Every order of the stages of so many things, with every share of crews; none where they exceed ``most``."""
    count = math.factorial(STAGES * things) // math.factorial(STAGES) ** things
    if count * len(CAPS) ** things > most:
        return None
    orders = {_legal(np.array(p, np.int32)).tobytes() for p in permutations(range(STAGES * things))}
    shares = list(product(CAPS, repeat=things))
    return [Order(np.frombuffer(o, np.int32), np.array(c)) for o in sorted(orders) for c in shares]


def tried(judge: Judge, yard: Yard, orders: Sequence[Order]) -> list[Found]:
    """Orders as the cascade judges them."""
    schedules = [dispatch(yard, order) for order in orders]
    losses = judge.losses(schedules)
    return [Found(o, s, float(x)) for o, s, x in zip(orders, schedules, losses, strict=True)]


def judged(judge: Judge, yard: Yard, starts: Sequence[Found], orders: Sequence[Order]) -> Sought:
    """The best of ``starts`` and ``orders``, all run."""
    try:
        return Sought.of([*starts, *tried(judge, yard, orders)])
    except KeyboardInterrupt:
        return Sought.of(starts, stopped=True)


def search(judge: Judge, yard: Yard, starts: Sequence[Found], effort: Effort, tick: Tick) -> Sought:
    """The best order found from ``starts``."""
    ranked = sorted(starts, key=lambda f: f.loss)
    best, touch, known = ranked[0], [ranked[0], ranked[-1]], list(starts)
    shape = (0, len(yard.things), judge.clock.steps)
    planes = Planes(np.zeros(0), np.zeros(shape))
    try:
        for number in range(effort.rounds):
            slopes = judge.slopes([f.schedule for f in touch])
            planes = planes.touching(touch, slopes, judge)
            tick((number + 0.5) / effort.rounds)
            found = tried(judge, yard, _candidates(judge, yard, planes, [best, *ranked], effort, number))
            known += found
            leader = min(found, key=lambda f: f.loss)
            misjudged = max(found, key=lambda f: f.loss - planes.at(profiles(f.schedule, judge.clock)))
            best = min(best, leader, key=lambda f: f.loss)
            touch = [leader] if leader is misjudged else [leader, misjudged]
            tick((number + 1) / effort.rounds)
    except KeyboardInterrupt:
        return Sought.of(known, stopped=True)
    return Sought.of(known)


def _candidates(
    judge: Judge, yard: Yard, planes: Planes, known: Sequence[Found], effort: Effort, number: int
) -> list[Order]:
    """About ``effort.width`` orders, all different: the ends of chains of improvements on the rough judge, and of the
    single changes to the best order those that it likes most."""
    dense = Order(by_density(yard, planes.slope[-1]), known[0].order.caps)
    chains = effort.width - effort.width // 3

    def end(k: int) -> tuple[int, Order]:
        start = dense if k == 0 else known[1].order if k == 1 else known[0].order
        rng = np.random.default_rng((effort.seed, number, k))
        return k, _chain(judge, yard, planes, start, effort.tries, CHAINS[k % len(CHAINS)], rng)

    with Pool() as pool:
        ends = dict(pool.map(end, range(chains)))
    found = {ends[k].key: ends[k] for k in range(chains)}
    rng = np.random.default_rng((effort.seed, number, chains))
    near: dict[bytes, tuple[float, Order]] = {}
    for _ in range(effort.tries):
        order = _moved(known[0].order, rng)
        if order.key not in near and order.key not in found:
            near[order.key] = planes.at(profiles(dispatch(yard, order), judge.clock)), order
    for key, (_, order) in sorted(near.items(), key=lambda item: (item[1][0], item[0])):
        if len(found) >= effort.width:
            break
        found[key] = order
    return list(found.values())


def _chain(
    judge: Judge, yard: Yard, planes: Planes, order: Order, tries: int, most: int, rng: np.random.Generator
) -> Order:
    value = planes.at(profiles(dispatch(yard, order), judge.clock))
    taken = 0
    for _ in range(tries):
        other = _moved(order, rng)
        rough = planes.at(profiles(dispatch(yard, other), judge.clock))
        if rough < value - 1e-9 * abs(value):
            order, value = other, rough
            taken += 1
            if taken >= most:
                break
    return order


def _moved(order: Order, rng: np.random.Generator) -> Order:
    """One unit elsewhere, a whole thing elsewhere, two units swapped, or one thing with more or fewer crews."""
    units, n = order.units, len(order.units)
    a, b, how = int(rng.integers(n)), int(rng.integers(n)), int(rng.integers(4))
    if how == 0:
        caps = order.caps.copy()
        caps[a // STAGES] = CAPS[int(rng.integers(len(CAPS)))]
        return Order(units, caps)
    if how == 1:
        other = units.copy()
        other[a], other[b] = other[b], other[a]
        return Order(_legal(other), order.caps)
    gone = units == units[a] if how == 2 else units // STAGES == units[a] // STAGES
    rest = units[~gone]
    return Order(_legal(np.insert(rest, min(b, len(rest)), units[gone])), order.caps)


def _legal(order: Ints) -> Ints:
    """The stages of each thing in their own order, where they stand."""
    place = np.argsort(order, kind="stable").reshape(-1, STAGES)
    place.sort(axis=1)
    legal = np.empty_like(order)
    legal[place.ravel()] = np.arange(len(order))
    return legal


def by_density(yard: Yard, slope: Floats) -> Ints:
    """Units by what they save for a crew-day (the weighted shortest work first: Smith 1956)."""
    saved = np.repeat(slope.sum(axis=1) / STAGES, STAGES) / yard.work
    return _legal(np.argsort(-saved, kind="stable").astype(np.int32))
