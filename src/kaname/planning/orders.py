"""Search for the order of work that loses least.

One backward sweep tells what each thing's absence costs on each day (``Judge.slope``): a plane that touches the loss at
one schedule. Some planes and all that was judged before make a rough judge (``rough``). It takes a millisecond;
thousands of orders are tried on it by swaps and insertions (local search on the order of a list schedule: Kolisch and
Hartmann 2006), the best of them on the cascade itself, side by side. Planes are added at the best order of those and at
the one of their better half that was most misjudged, and so on. Nothing counts as better that the cascade has not
judged.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import permutations, product

import numpy as np

from kaname.cascade.pool import Pool
from kaname.network.tables import Floats, Ints
from kaname.planning.dispatch import STAGES, Order, Schedule, Yard, dispatch
from kaname.planning.judge import Judge
from kaname.planning.rough import Judgement, Rough

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
    width: int = 16
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
    known = sorted(starts, key=lambda f: f.loss)
    touch = [known[0], known[-1]]
    rough = Rough.of(yard, judge.clock).judged([f.schedule for f in known], [f.loss for f in known])
    try:
        for number in range(effort.rounds):
            slopes = judge.slopes([f.schedule for f in touch])
            rough = rough.touching([f.schedule for f in touch], [f.loss for f in touch], slopes)
            tick((number + 0.5) / effort.rounds)
            guess = Judgement(rough)
            found = tried(judge, yard, _candidates(guess, by_density(yard, slopes[0]), known, effort, number))
            found.sort(key=lambda f: f.loss)
            better = found[: max(2, len(found) // 2)]
            misjudged = max(better[1:], key=lambda f: f.loss - guess.of(f.order), default=found[0])
            touch = [found[0]] if misjudged is found[0] else [found[0], misjudged]
            rough = rough.judged([f.schedule for f in found], [f.loss for f in found])
            known = sorted([*known, *found], key=lambda f: f.loss)
            tick((number + 1) / effort.rounds)
    except KeyboardInterrupt:
        return Sought.of(known, stopped=True)
    return Sought.of(known)


def _candidates(
    guess: Judgement, dense: Ints, known: Sequence[Found], effort: Effort, number: int
) -> list[Order]:
    """About ``effort.width`` orders, of which no two send the crews alike: the ends of chains of improvements on the
    rough judge, and of the single changes to the best order those that it likes most."""
    best = known[0].order
    chains = effort.width - effort.width // 3

    def end(k: int) -> tuple[int, float, Order]:
        start = Order(dense, best.caps) if k == 0 else known[1].order if k == 1 else best
        rng = np.random.default_rng((effort.seed, number, k))
        return k, *_chain(guess, start, effort.tries, CHAINS[k % len(CHAINS)], rng)

    with Pool() as pool:
        ends = sorted(pool.map(end, range(chains)), key=lambda e: e[0])
    # what is judged the same to the last digit is the same schedule by another name
    found = {value: order for _, value, order in ends}
    rng = np.random.default_rng((effort.seed, number, chains))
    moves = [_moved(best, rng) for _ in range(effort.tries)]
    near = {guess.of(order): order for order in {o.key: o for o in moves}.values()}
    near.pop(guess.of(best), None)
    for value in sorted(near):
        if len(found) >= effort.width:
            break
        found.setdefault(value, near[value])
    return list(found.values())


def _chain(
    guess: Judgement, order: Order, tries: int, most: int, rng: np.random.Generator
) -> tuple[float, Order]:
    """The end of a chain of improvements on the rough judge, and what it says of it."""
    value = guess.of(order)
    taken = 0
    for _ in range(tries):
        other = _moved(order, rng)
        rough = guess.of(other)
        if rough < value - 1e-9 * abs(value):
            order, value = other, rough
            taken += 1
            if taken >= most:
                break
    return value, order


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
