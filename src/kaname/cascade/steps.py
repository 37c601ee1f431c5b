"""What a whole step saves, asked of runs: a day more of stock, a point more of spare capacity, a day less of an event.

First-order values (``sensitivities``) hold for small changes. Within a day or a point the loss may bend: spare capacity
may be enough after a hundredth of the point, a day of stock may be worth far more than its first hour. So the leading
values are run with the step itself, beside the run as it was, and all others in groups (``screening``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from kaname.cascade.kernel import simulate
from kaname.cascade.pool import THREADS, Pool
from kaname.cascade.screening import ROUNDS, Part, Screening
from kaname.cascade.sensitivities import (
    POINT,
    UNIT,
    Smaller,
    called,
    derivatives,
    in_yen,
    per_unit,
    sensitivities,
    smaller,
)
from kaname.cascade.shocks import Case, compile_cases
from kaname.cascade.trace import Record
from kaname.network.tables import Flags, Floats, Network

if TYPE_CHECKING:
    from kaname.cascade.adjoint import Gradients
    from kaname.cascade.run import Run

SIDE_BY_SIDE = 48
"""Most runs side by side."""
LEAST = 1e-5
"""Share of the run's loss under which no group is told apart."""
BENT = 0.25
"""A first-order value that differs from the run by more than this share of the larger of both misleads."""

Tick = Callable[[float], None]


@dataclass(frozen=True)
class Worth:
    """What whole steps save in a run."""

    rows: pl.DataFrame
    """Columns of ``sensitivities`` (``saved``: first order) and ``by_run``, ``by_run_yen``: what a run with the whole
    step saved; empty where none was made, and then ``together``: what the smallest group saved in which it was stepped
    (million USD); ``bent``: whether first order misleads. Largest by run first."""
    others: pl.DataFrame
    """By kind, of all that had no run of their own: ``count``, and ``most``, the largest saving or cost of the groups
    in which they were stepped (million USD)."""
    runs: int
    """How many runs were made."""


def worth(run: Run, most: int = 8, found: Gradients | None = None, tick: Tick | None = None) -> Worth:
    """What whole steps save in ``run``: of each kind the ``most`` that save or cost most have runs of their own.

    ``found``: the run's ``derivatives``, where they are at hand. ``tick`` is told the share done. Raises
    ``InputProblems`` for a run that cannot be walked back (``adjoint``).
    """
    found = found or derivatives(run)
    asking = _Asking(run, tuple(smaller(run)))
    screening = Screening(
        per_unit(run, found),
        can_step(run.built.network),
        asking.savings,
        LEAST * abs(run.total_loss),
    )
    events = [Part(event.kind, (place,)) for place, event in enumerate(asking.events)]
    runs = 0
    for number, count in enumerate(screening.rounds(max(1, most), events)):
        runs += count
        if tick:
            tick((number + 1) / (ROUNDS + 1))
    if tick:
        tick(1.0)
    return Worth(_rows(run, screening, asking.events, sensitivities(run, found)), _others(screening), runs)


def stepped(network: Network, part: Part) -> Network:
    """``network`` with one unit more of what ``part`` names; it keeps its ``structure``."""
    places, nodes, slots = list(part.places), network.nodes, network.slots
    match part.kind:
        case "stock":
            return replace(network, slots=replace(slots, target=_more(slots.target, places, 1.0)))
        case "spare":
            return replace(network, nodes=replace(nodes, slack=_more(nodes.slack, places, POINT)))
        case "shift":
            shift = np.minimum(_more(slots.shift, places, POINT), 1.0)
            return replace(network, slots=replace(slots, shift=shift))
    return network


def _more(values: Floats, places: list[int], by: float) -> Floats:
    new = values.copy()
    new[places] += by
    return new


def can_step(network: Network) -> dict[str, Flags]:
    """Where there can be a unit more in the same structure: stock where any is held, shifts where any are made."""
    held, shifts = network.slots.target > 0, network.slots.shift > 0
    return {"stock": held, "spare": np.ones(len(network.nodes), np.bool_), "shift": shifts}


@dataclass(frozen=True)
class _Asking:
    """Runs with steps."""

    run: Run
    events: tuple[Smaller, ...]

    def savings(self, parts: Sequence[Part]) -> list[float]:
        """What each saves, million USD; side by side."""
        count = -(-len(parts) // max(THREADS, -(-len(parts) // SIDE_BY_SIDE)))
        jobs = [range(k, min(k + count, len(parts))) for k in range(0, len(parts), count)]
        found: dict[int, float] = {}
        with Pool() as threads:

            def work(numbers: range) -> dict[int, float]:
                chosen = [parts[n] for n in numbers]
                return dict(zip(numbers, self._batch(chosen, threads.go_on), strict=True))

            for savings in threads.map(work, jobs):
                found |= savings
        return [found[n] for n in range(len(parts))]

    def _batch(self, parts: Sequence[Part], go_on: Callable[[int], None]) -> list[float]:
        """The run as it was goes along in each batch: what the passes of a step leave undone is then left in both."""
        run, network = self.run, self.run.built.network
        cases = [run.case, *(self._case(part) for part in parts)]
        networks = [network, *(stepped(network, part) for part in parts)]
        shocks = compile_cases(run.built, cases, run.days, run.settings)
        trace = simulate(network, shocks, run.settings, Record(nodes=False), go_on, networks)
        lost = trace.home_loss.sum(axis=0) * shocks.dt
        return [float(saved) for saved in lost[0] - lost[1:]]

    def _case(self, part: Part) -> Case:
        return self.run.case if part.kind in UNIT else self.events[part.places[0]].case


KEYS = ["kind", "subject", "input"]
TOLD = {
    **dict.fromkeys((*KEYS, "country", "unit"), pl.String),
    **dict.fromkeys(("by_run", "together"), pl.Float64),
}


def _rows(run: Run, screening: Screening, events: Sequence[Smaller], first: pl.DataFrame) -> pl.DataFrame:
    """``first`` with what runs say, and what only they tell."""
    told = pl.DataFrame([*_told(run.built.network, screening, events)], TOLD, orient="row")
    frame = first.join(told, on=KEYS, how="full", coalesce=True, nulls_equal=True).with_columns(
        pl.coalesce("country", "country_right"),
        pl.coalesce("unit", "unit_right"),
        pl.col("saved").fill_null(0.0),
    )
    larger = pl.max_horizontal(pl.col("saved").abs(), pl.col("by_run").abs())
    frame = frame.with_columns(
        in_yen(run, "saved").alias("saved_yen"),
        in_yen(run, "by_run").alias("by_run_yen"),
        ((pl.col("saved") - pl.col("by_run")).abs() > BENT * larger).alias("bent"),
    )
    order = [pl.col("by_run").abs(), pl.col("saved").abs(), *map(pl.col, KEYS)]
    frame = frame.sort(order, descending=[True, True, False, False, False], nulls_last=True)
    return frame.select(*first.columns, "by_run", "by_run_yen", "together", "bent")


Told = tuple[str, str, str | None, str | None, str, float | None, float | None]


def _told(network: Network, screening: Screening, events: Sequence[Smaller]) -> Iterator[Told]:
    """What runs say of each thing: by itself, or in its group; nothing of those that first order has at 0 too."""
    for part, saved in screening.alone.items():
        kind, place = part.kind, part.places[0]
        if kind in UNIT:
            yield *_name(network, kind, place), saved, None
        else:
            event = events[place]
            yield kind, event.subject, event.event, None, event.unit, saved, None
    for part, saved in screening.groups.items():
        for place in part.places:
            if screening.first[part.kind][place]:
                yield *_name(network, part.kind, place), None, saved


def _name(network: Network, kind: str, place: int) -> tuple[str, str, str | None, str, str]:
    return kind, *called(network, kind, place), UNIT[kind]


def _others(screening: Screening) -> pl.DataFrame:
    """Of each kind, how many had no run of their own, and what they save at most."""
    rows = []
    for kind in UNIT:
        mine = {part: abs(saved) for part, saved in screening.groups.items() if part.kind == kind}
        rows.append((kind, sum(len(part.places) for part in mine), max(mine.values(), default=0.0)))
    return pl.DataFrame(rows, {"kind": pl.String, "count": pl.Int64, "most": pl.Float64}, orient="row")
