"""Run cases on a built network, and what a run can be asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

import numpy as np
import polars as pl
from numpy.typing import NDArray

from kaname.cascade import kernel
from kaname.cascade.cautions import cautions, check_classic
from kaname.cascade.disturbance import Pairs, Shocks
from kaname.cascade.explain import Explanation, Witness, bottlenecks, explain, stops
from kaname.cascade.pool import THREADS, Pool
from kaname.cascade.sensitivities import sensitivities
from kaname.cascade.settings import Settings
from kaname.cascade.shocks import Case, compile_cases
from kaname.cascade.trace import Precision, Record, Trace
from kaname.network.adapt import prevent
from kaname.network.build import Built
from kaname.network.tables import Floats
from kaname.pack.figures import Label
from kaname.pack.scenarios import Event

if TYPE_CHECKING:
    import xarray as xr

CHUNK = 64
"""Cases simulated side by side: enough to share one reading of the network, few enough to bound memory."""
LEAST = 8
"""Batches are made no smaller than this only to keep threads busy."""

Tick = Callable[[float], None]
T = TypeVar("T")


@dataclass(frozen=True)
class Run:
    """One case, run: what was lost, when, where and why.

    Money is million USD of value added; ``built`` is the network after the measures' prevention.
    """

    built: Built
    case: Case
    shocks: Shocks
    """The shocks of this case alone."""
    trace: Trace
    """Its course; the last axis has length 1."""
    settings: Settings

    @property
    def days(self) -> int:
        """Length of the run."""
        return round(self.shocks.steps * self.shocks.dt)

    @property
    def home_daily(self) -> Floats:
        """(steps,) home loss a day, million USD."""
        return np.asarray(self.trace.home_loss[:, 0])

    @property
    def total_loss(self) -> float:
        """Value added not produced at home, million USD."""
        return float(self.home_daily.sum() * self.shocks.dt)

    @property
    def world_loss(self) -> float:
        """Value added not produced at home and abroad, million USD."""
        return float(self.trace.world_loss.sum() * self.shocks.dt)

    def loss_of(self, country: str) -> float:
        """Value added that a country's losing nodes lose, million USD; what others gain is not set against it."""
        number = self.built.network.countries.index(country)
        return float(self.trace.country_loss[:, number].sum() * self.shocks.dt)

    @property
    def direct_loss(self) -> float:
        """Part of ``total_loss`` in the capacity that the events themselves take at home."""
        return float(self.trace.direct_home_loss.sum() * self.shocks.dt)

    @property
    def indirect_loss(self) -> float:
        """The rest: what spreads through inputs, trade and demand."""
        return self.total_loss - self.direct_loss

    @cached_property
    def normal(self) -> float:
        """Home value added on a normal day, million USD."""
        network = self.built.network
        return float(network.nodes.value_added[network.is_home].sum())

    @property
    def notes(self) -> tuple[Label, ...]:
        """What a reader of the result must know about settings and network."""
        pack = self.built.pack
        names = {i.id: i.label for i in pack.industries} | {g.id: g.label for g in pack.goods}
        return cautions(self.built.network, self.settings, names)

    @property
    def loss(self) -> xr.DataArray:
        """Value added not produced, (time, node) of home, million USD a day."""
        return self._array(self.trace.loss, "value added not produced", "million USD/day")

    @property
    def shortfall(self) -> xr.DataArray:
        """Share of normal final demand not met, (time, node) of home."""
        return self._array(self.trace.shortfall, "final demand not met", "1")

    def __repr__(self) -> str:
        return f"Run({self.case.label!r}, {self.days} days: {self.total_loss:,.0f} million USD lost at home)"

    def stops(self, below: float = 0.9) -> pl.DataFrame:
        """What falls under ``below`` of normal at home, in order of day: industries, facilities, goods.

        Columns day, node, kind, level, cause (capacity, input, demand), via.
        """
        return stops(self.witness, below)

    def bottlenecks(self, most: int = 10) -> pl.DataFrame:
        """The inputs that cost most: input, user, supplier, days, loss (million USD), largest first."""
        return bottlenecks(self.witness).head(most)

    def explain(self, node: str, day: int) -> Explanation:
        """Why ``node`` made what it made on ``day``, walked back to the events; no further run.

        Raises ``InputProblems`` for a node or day that is not in the run.
        """
        return explain(self.witness, node, day)

    def sensitivities(self) -> pl.DataFrame:
        """What one more day of stock, one more point of spare capacity, one day less of an event is worth.

        See :func:`kaname.cascade.sensitivities.sensitivities`; one run forward and one back.
        """
        return sensitivities(self)

    @cached_property
    def witness(self) -> Witness:
        """What the run recorded of every node, ready to be asked for reasons."""
        return Witness(self.built, self.shocks, self.trace, Pairs.of(self.built.network, self.shocks))

    def _array(self, values: NDArray[np.float32], name: str, units: str) -> xr.DataArray:
        import xarray as xr  # noqa: PLC0415 - a quarter of what starting would take, and few ask for it

        ids = np.array(self.built.network.nodes.id)[self.trace.home]
        coords = {"time": np.arange(len(values)) * self.shocks.dt, "node": ids}
        attrs = {"units": units, "case": self.case.label}
        found = xr.DataArray(values[:, :, 0], coords, ("time", "node"), name=name, attrs=attrs)
        found["time"].attrs["units"] = "days since the start"
        return found


def run(built: Built, case: Case, days: int, settings: Settings) -> Run:
    """Run one case for ``days`` days, everything recorded.

    Raises ``InputProblems`` for a run of no days or an event on what is not in the network.
    """
    return next(iter(run_many(built, [case], days, settings, record=True)))


def run_many(
    built: Built,
    cases: Sequence[Case],
    days: int,
    settings: Settings,
    *,
    record: bool | Record = False,
    chunk: int = CHUNK,
    precision: Precision = "double",
    tick: Tick | None = None,
    pool: Pool | None = None,
) -> list[Run]:
    """Run all cases, in their order, side by side; each under its own measures.

    ``record`` keeps every node and day, so that runs can explain themselves; else only home's losses (a ``Record`` says
    in detail what is kept). ``precision``: less than double is for searching and comparing (``trace.Precision``).
    ``chunk``: most cases side by side; fewer where each closes trade of its own. ``tick`` is told the share done.
    ``pool``: the threads to run on, if they are shared.
    """

    def same(run: Run) -> Run:
        return run

    return run_each(
        built,
        cases,
        days,
        settings,
        same,
        record=record,
        chunk=chunk,
        precision=precision,
        tick=tick,
        pool=pool,
    )


def run_each(
    built: Built,
    cases: Sequence[Case],
    days: int,
    settings: Settings,
    read: Callable[[Run], T],
    *,
    record: bool | Record = False,
    chunk: int = CHUNK,
    precision: Precision = "double",
    tick: Tick | None = None,
    pool: Pool | None = None,
) -> list[T]:
    """As :func:`run_many`, but keeps of each run only what ``read`` makes of it."""
    for behave in {case.settings or settings for case in cases}:
        check_classic(built.network, behave)
    jobs = [
        Job(tuple(numbers), tuple(cases[n] for n in numbers), tuple(adapted))
        for numbers, adapted in _batches(built, cases, settings, chunk)
    ]
    jobs.sort(
        key=Job.size, reverse=True
    )  # the longest first, so that no thread is left waiting for one at the end
    found: dict[int, T] = {}

    kept = record if isinstance(record, Record) else Record(nodes=record)
    with nullcontext(pool) if pool else Pool() as threads:

        def work(job: Job) -> dict[int, T]:
            runs = _runs(job, days, settings, kept, precision, threads.go_on)
            return {number: read(run) for number, run in zip(job.numbers, runs, strict=True)}

        for part in threads.map(work, jobs):
            found |= part
            if tick:
                tick(len(found) / len(cases))
    return [found[number] for number in range(len(cases))]


@dataclass(frozen=True)
class Job:
    """Cases that run in one batch."""

    numbers: tuple[int, ...]
    cases: tuple[Case, ...]
    adapted: tuple[Built, ...]
    """What each case runs on: the network after its measures' prevention."""

    def size(self) -> tuple[float, float]:
        """About how much work it is: what is felt far and what is long is more."""
        return len(self.cases) * max(map(_length, self.cases)), max(case.felt for case in self.cases)


def _batches(
    built: Built, cases: Sequence[Case], settings: Settings, chunk: int
) -> Iterator[tuple[list[int], list[Built]]]:
    """Cases whose networks have one structure, at most ``chunk`` at a time, those alike next to each other."""
    groups: dict[tuple[object, ...], list[int]] = {}
    every = {m.id: m for case in cases for m in case.measures}.values()
    adapted: dict[tuple[str, ...], Built] = {(): built, **{(m.id,): prevent(built, (m,)) for m in every}}
    # measures that act during events leave the network as it is: cases that differ in these only share one
    names = [tuple(m.id for m in case.measures if adapted[m.id,] is not built) for case in cases]
    most = min(chunk, max(LEAST, -(-len(cases) // THREADS)))
    for number, case in enumerate(cases):
        if names[number] not in adapted:
            adapted[names[number]] = prevent(built, case.measures)
        frame = (case.settings or settings).frame
        key = (*adapted[names[number]].network.structure, *frame)
        groups.setdefault(key, []).append(number)
    for numbers in groups.values():
        parts = -(-len(numbers) // most)
        if any(cases[n].felt for n in numbers):
            numbers.sort(key=lambda n: cases[n].felt)
            batches = [
                numbers[len(numbers) * k // parts : len(numbers) * (k + 1) // parts] for k in range(parts)
            ]
        else:
            # dealt out in turn, so that each batch has long and short cases and none is left to run alone at the end
            numbers.sort(key=lambda n: _length(cases[n]))
            batches = [numbers[part::parts] for part in range(parts)]
        for batch in batches:
            yield batch, [adapted[names[n]] for n in batch]


def _length(case: Case) -> float:
    """About how many days a case is disturbed."""

    def until(event: Event) -> float:
        back = event.recovery.duration.to("day", 0.0) if event.recovery else 0.0
        return event.start + event.duration.to("day", 0.0) + back

    return max((day + until(e) for scenario, day in case.scenarios for e in scenario.events), default=0.0)


def _runs(
    job: Job,
    days: int,
    settings: Settings,
    record: Record,
    precision: Precision,
    go_on: Callable[[int], None],
) -> Iterator[Run]:
    network = job.adapted[0].network
    shocks = compile_cases(job.adapted[0], job.cases, days, settings)
    networks = [built.network for built in job.adapted]
    behave = [case.settings or settings for case in job.cases]
    trace = kernel.simulate(network, shocks, behave, record, go_on, networks, precision)
    for place, (case, built) in enumerate(zip(job.cases, job.adapted, strict=True)):
        yield Run(built, case, shocks.part([place]), _of_case(trace, place), behave[place])


def _of_case(trace: Trace, case: int) -> Trace:
    """One case of a batch: a view, since what a batch keeps takes no more room than its cases would alone."""
    parts = {
        field.name: getattr(trace, field.name)[..., case : case + 1]
        for field in fields(trace)
        if field.name != "home" and getattr(trace, field.name) is not None
    }
    return replace(trace, **parts)
