"""What schedules cost, on the cascade itself; and about what, from one backward sweep."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from kaname.cascade import kernel
from kaname.cascade.adjoint import gradients
from kaname.cascade.disturbance import Shocks
from kaname.cascade.plan import plan
from kaname.cascade.pool import THREADS, Pool
from kaname.cascade.run import CHUNK, LEAST, Run
from kaname.cascade.settings import Settings
from kaname.cascade.trace import Record, Trace
from kaname.network.build import Built
from kaname.network.tables import Floats, Ints, Kind
from kaname.planning.dispatch import Clock, Schedule, profiles
from kaname.planning.things import Ground

Tick = Callable[[float], None]
CLEAR = 1e-9
SUMS = Record(nodes=False)
LEAST_SOLD = 1e-6
"""Share of the nation's service; what people buy less of directly than this is rounding."""


@dataclass(frozen=True)
class Judge:
    """Runs schedules on the network of a case, all side by side."""

    ground: Ground
    samples: int = 12

    @property
    def clock(self) -> Clock:
        """How finely courses are read."""
        return Clock(self.ground.shocks.steps, self.ground.shocks.dt, self.samples)

    def shocks(self, schedule: Schedule) -> Shocks:
        """What strikes when crews work by ``schedule``."""
        course = profiles(schedule, self.clock)
        cuts = [replace(t.cut, profile=p) for t, p in zip(self.ground.things, course, strict=True)]
        return replace(self.ground.shocks, cuts=(*self.ground.other, *cuts))

    def losses(
        self, schedules: Sequence[Schedule], *, single: bool = True, tick: Tick | None = None
    ) -> Floats:
        """(schedules,) value added not produced at home, million USD. ``single``: for searching."""
        return self.losses_under([self.shocks(s) for s in schedules], single=single, tick=tick)

    def losses_under(
        self, shocks: Sequence[Shocks], *, single: bool = True, tick: Tick | None = None
    ) -> Floats:
        """The same by what strikes."""
        built = self.ground.built
        return losses_on([(built, s) for s in shocks], self.ground.settings, single=single, tick=tick)

    def runs(self, shocks: Sequence[Shocks]) -> list[Run]:
        """Some courses of the case side by side, everything recorded."""
        of = self.ground
        together = Shocks.joined(shocks)
        trace = kernel.simulate(of.built.network, together, of.settings, Record(nodes=True))
        held = {name: values for name, values in vars(trace).items() if name != "home" and values is not None}
        return [
            Run(
                of.built,
                of.case,
                own,
                replace(trace, **{n: v[..., k : k + 1] for n, v in held.items()}),
                of.settings,
            )
            for k, own in enumerate(shocks)
        ]

    def slopes(self, schedules: Sequence[Schedule]) -> list[Floats]:
        """:meth:`slope` at each of some schedules."""
        with Pool() as pool:
            jobs = enumerate(schedules)
            found = dict(pool.map(lambda job: (job[0], self.slope(job[1])), jobs))
        return [found[k] for k in range(len(schedules))]

    def slope(self, schedule: Schedule) -> Floats:
        """(things, steps) what a share more of each thing's loss still missing in each step would cost, million USD.

        From one run forward and one back (``cascade.adjoint``), at ``schedule``.
        """
        shocks = self.shocks(schedule)
        network = self.ground.built.network
        by_left = gradients(network, shocks, self.ground.settings).left
        left = np.stack([shocks.capacity_left(t, len(network.nodes))[:, 0] for t in range(shocks.steps)])
        found = np.zeros((len(self.ground.things), shocks.steps))
        for row, cut in enumerate(shocks.cuts[len(self.ground.other) :]):
            own = 1 - cut.profile[:, None] * cut.size
            there = left[:, cut.nodes]
            # what others leave of the same nodes; where all is gone by this thing's own doing, all is its to give
            others = np.where(own > CLEAR, there / np.maximum(own, CLEAR), 1.0)
            found[row] = -(by_left[:, cut.nodes] * others) @ cut.size
        return found


def losses_on(
    pairs: Sequence[tuple[Built, Shocks]],
    settings: Settings,
    *,
    single: bool = True,
    tick: Tick | None = None,
) -> Floats:
    """(pairs,) loss of each course on its own network, side by side where their structures allow."""

    def lost(batch: list[int], trace: Trace, dt: float) -> Floats:
        return np.asarray(trace.home_loss.sum(axis=0) * dt)

    return _read(pairs, settings, lost, single=single, tick=tick)


def costs_on(pairs: Sequence[tuple[Built, Shocks]], settings: Settings) -> Floats:
    """(pairs, 2 + products): loss; final demand that home's industries do not meet, both million USD; and of each
    service of facilities the days of usual use that people go without (0 for other products). For searching."""

    def cost(batch: list[int], trace: Trace, dt: float) -> Floats:
        short = trace.shortfall.sum(axis=0, dtype=np.float64) * dt
        without = [_without(pairs[k][0], settings, trace.home, short[:, b]) for b, k in enumerate(batch)]
        return np.column_stack([trace.home_loss.sum(axis=0) * dt, np.array(without)])

    width = 2 + len(pairs[0][0].network.products) if pairs else 2
    return _read(pairs, settings, cost, width=width)


def _without(built: Built, settings: Settings, home: Ints, short: Floats) -> Floats:
    """(1 + products,) what of final demand is not met, where ``short`` (home nodes) is the days' worth that lacks."""
    nodes = built.network.nodes
    final = plan(built.network, settings).final[home]
    service = nodes.kind[home] == Kind.FACILITY
    product, count = nodes.product[home][service], len(built.network.products)
    lacking = np.bincount(product, (short * final)[service], count)
    usual = np.bincount(product, final[service], count)
    days = np.divide(lacking, usual, out=np.zeros(count), where=usual > LEAST_SOLD)
    return np.append((short * final)[~service].sum(), days)


def _read(
    pairs: Sequence[tuple[Built, Shocks]],
    settings: Settings,
    what: Callable[[list[int], Trace, float], Floats],
    *,
    single: bool = True,
    tick: Tick | None = None,
    width: int = 0,
) -> Floats:
    """(pairs,) or (pairs, width): what is read from the traces of batches."""
    groups: dict[tuple[object, ...], list[int]] = {}
    for number, (built, _) in enumerate(pairs):
        groups.setdefault(built.network.structure, []).append(number)
    batches: list[list[int]] = []
    for numbers in groups.values():
        size = min(CHUNK, max(LEAST, -(-len(numbers) // THREADS)))
        batches += [numbers[k : k + size] for k in range(0, len(numbers), size)]
    found = np.zeros((len(pairs), width) if width else len(pairs))

    with Pool() as pool:

        def work(batch: list[int]) -> tuple[list[int], Floats]:
            """These pairs in one batch: their numbers, and what is read of them."""
            joined = Shocks.joined([pairs[k][1] for k in batch])
            networks = [pairs[k][0].network for k in batch]
            trace = kernel.simulate(
                networks[0],
                joined,
                settings,
                SUMS,
                variants=networks,
                precision="single" if single else "double",
                tick=pool.go_on,
            )
            return batch, what(batch, trace, joined.dt)

        for count, (batch, read) in enumerate(pool.map(work, batches), start=1):
            found[batch] = read
            if tick:
                tick(count / len(batches))
    return found
