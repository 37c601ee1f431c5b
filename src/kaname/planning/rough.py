"""About what an order costs, in a millisecond: planes that touch the loss, and what all judged orders say of them.

What limits a producer is its scarcest input, so the loss bends upwards, and the highest of some planes (cutting planes:
Kelley 1960) judges far better than each alone. It is right near where they touch, and elsewhere too low, often by far,
since a slope says nothing of the next kink. By how much, every order that the cascade has judged says there; between
them it is weighted by nearness (inverse distances: Shepard 1968). So a search on the rough judge does not go again
where the planes have promised too much.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from kaname.network.tables import Floats
from kaname.planning.dispatch import Clock, Order, Schedule, Yard, dispatch, profiles

SAMPLES = 4
"""Points at which courses are read within a step: fewer than where the cascade judges."""
NEARNESS = 2
"""Weights fall with this power of the squared distance."""
SAME = 1e-12


@dataclass(frozen=True)
class Rough:
    """What is known of the loss, million USD, and a rough judgement from it."""

    yard: Yard
    clock: Clock
    height: Floats
    """(planes,) with everything back at once."""
    slope: Floats
    """(planes, things * steps)"""
    seen: Floats
    """(orders, things * steps) share of each thing's loss still missing, of orders that were judged."""
    loss: Floats
    """(orders,) theirs."""

    @classmethod
    def of(cls, yard: Yard, clock: Clock) -> Rough:
        """Nothing known yet."""
        size = len(yard.things) * clock.steps
        none = np.zeros((0, size))
        return cls(yard, replace(clock, samples=SAMPLES), np.zeros(0), none, none, np.zeros(0))

    def profile(self, schedule: Schedule) -> Floats:
        """(things * steps,) share of each thing's loss still missing."""
        return profiles(schedule, self.clock).ravel()

    def judged(self, schedules: Sequence[Schedule], losses: Sequence[float]) -> Rough:
        """With what the cascade says of some schedules."""
        rows = [self.profile(s) for s in schedules]
        return replace(self, seen=np.vstack([self.seen, *rows]), loss=np.append(self.loss, losses))

    def touching(
        self, schedules: Sequence[Schedule], losses: Sequence[float], slopes: Sequence[Floats]
    ) -> Rough:
        """With planes that touch the loss at some schedules; ``slopes``: (things, steps) of each."""
        flat = [s.ravel() for s in slopes]
        heights = [x - float(f @ self.profile(s)) for s, x, f in zip(schedules, losses, flat, strict=True)]
        return replace(self, slope=np.vstack([self.slope, *flat]), height=np.append(self.height, heights))

    def planes(self, profile: Floats) -> Floats:
        """The highest plane at a profile, or at each of several: (things * steps, profiles)."""
        return np.asarray(
            (self.height.reshape(-1, *[1] * (profile.ndim - 1)) + self.slope @ profile).max(axis=0)
        )


class Judgement:
    """A rough judge made ready: distances are measured in what the differences would cost."""

    def __init__(self, known: Rough) -> None:
        self.known = known
        self._scale = np.sqrt(np.abs(known.slope).mean(axis=0))
        self._seen = known.seen * self._scale
        self._length = (self._seen**2).sum(axis=1)
        self._over = known.loss - known.planes(known.seen.T)

    def of(self, order: Order) -> float:
        """About what an order costs."""
        return self.at(self.known.profile(dispatch(self.known.yard, order)))

    def at(self, profile: Floats) -> float:
        """About what a profile (things * steps) costs."""
        point = profile * self._scale
        away = self._length - 2 * (self._seen @ point) + point @ point
        weight = (np.maximum(away, 0.0) / max(float(self._length.max()), SAME) + SAME) ** -NEARNESS
        return float(self.known.planes(profile)) + float(weight @ self._over) / float(weight.sum())
