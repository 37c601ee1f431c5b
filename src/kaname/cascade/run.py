"""Run cases on a built network, and what a run can be asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, fields, replace
from functools import cached_property

import numpy as np
import polars as pl
import xarray as xr
from numpy.typing import NDArray

from kaname.cascade import kernel
from kaname.cascade.cautions import cautions, check_classic
from kaname.cascade.disturbance import Pairs, Shocks
from kaname.cascade.explain import Explanation, Witness, bottlenecks, explain, stops
from kaname.cascade.settings import Settings
from kaname.cascade.shocks import Case, compile_cases
from kaname.cascade.trace import Record, Trace
from kaname.network.adapt import prevent
from kaname.network.build import Built
from kaname.network.tables import Floats
from kaname.pack.figures import Label
from kaname.pack.scenarios import Event

CHUNK = 24
"""Cases simulated side by side: enough to share one reading of the network, few enough to bound memory."""
THREADS = 2

Tick = Callable[[float], None]


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
        return cautions(self.built.network, self.settings)

    @property
    def loss(self) -> xr.DataArray:
        """Value added not produced, (time, node) of home, million USD a day."""
        return self._array(self.trace.loss, "value added not produced", "million USD/day")

    @property
    def shortfall(self) -> xr.DataArray:
        """Share of normal final demand not met, (time, node) of home."""
        return self._array(self.trace.shortfall, "final demand not met", "1")

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

    @cached_property
    def witness(self) -> Witness:
        """What the run recorded of every node, ready to be asked for reasons."""
        return Witness(self.built, self.shocks, self.trace, Pairs.of(self.built.network, self.shocks))

    def _array(self, values: NDArray[np.float32], name: str, units: str) -> xr.DataArray:
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
    record: bool = False,
    chunk: int = CHUNK,
    tick: Tick | None = None,
) -> list[Run]:
    """Run all cases, in their order; those under the same measures side by side.

    ``record`` keeps every node and day, so that runs can explain themselves; else only home's losses. ``tick`` is
    told the share done. ``chunk``: cases side by side; fewer where each closes trade of its own.
    """
    check_classic(built.network, settings)
    groups: dict[tuple[str, ...], list[int]] = {}
    for number, case in enumerate(cases):
        groups.setdefault(tuple(m.id for m in case.measures), []).append(number)
    jobs = []
    for numbers in groups.values():
        adapted = prevent(built, cases[numbers[0]].measures)
        numbers.sort(key=lambda n: _length(cases[n]))  # cases that end together leave nobody waiting
        jobs += [(adapted, numbers[k : k + chunk]) for k in range(0, len(numbers), chunk)]
    found: dict[int, Run] = {}
    with ThreadPoolExecutor(THREADS) as pool:
        tasks = [
            pool.submit(_chunk, adapted, [cases[n] for n in numbers], numbers, days, settings, record)
            for adapted, numbers in jobs
        ]
        try:
            for task in as_completed(tasks):
                found |= dict(task.result())
                if tick:
                    tick(len(found) / len(cases))
        except BaseException:
            for task in tasks:
                task.cancel()
            raise
    return [found[number] for number in range(len(cases))]


def _length(case: Case) -> float:
    """About how many days a case is disturbed."""

    def until(event: Event) -> float:
        back = event.recovery.duration.to("day", 0.0) if event.recovery else 0.0
        return event.start + event.duration.to("day", 0.0) + back

    return max((day + until(e) for scenario, day in case.scenarios for e in scenario.events), default=0.0)


def _chunk(
    built: Built, cases: Sequence[Case], numbers: Sequence[int], days: int, settings: Settings, record: bool
) -> list[tuple[int, Run]]:
    shocks = compile_cases(built, cases, days, settings)
    trace = kernel.simulate(built.network, shocks, settings, Record(nodes=record))
    return list(_runs(built, cases, numbers, shocks, trace, settings))


def _runs(
    built: Built,
    cases: Sequence[Case],
    numbers: Sequence[int],
    shocks: Shocks,
    trace: Trace,
    settings: Settings,
) -> Iterator[tuple[int, Run]]:
    whole = Pairs.of(built.network, shocks)
    for place, (number, case) in enumerate(zip(numbers, cases, strict=True)):
        own = shocks.part([place])
        yield (
            number,
            Run(built, case, own, _of_case(trace, place, whole, Pairs.of(built.network, own)), settings),
        )


def _of_case(trace: Trace, case: int, whole: Pairs, own: Pairs) -> Trace:
    """One case of a batch; ``opened`` on the pairs that this case's shocks know."""
    parts = {}
    for field in fields(trace):
        values = getattr(trace, field.name)
        if values is not None and field.name != "home":
            parts[field.name] = values[..., case : case + 1].copy()
    if "opened" in parts:
        wide = 1 << 20
        keys = whole.node.astype(np.int64) * wide + whole.country
        rows = np.searchsorted(keys, own.node.astype(np.int64) * wide + own.country)
        parts["opened"] = parts["opened"][:, rows]
    return replace(trace, **parts)
