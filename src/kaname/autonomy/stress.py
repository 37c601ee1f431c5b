"""Stress: every scenario alone, low and high, and all pairs (floor 4).

Direct loss is the capacity that events themselves take; the rest spreads. A pair's ``extra`` is its loss less the sum
of the two alone: above zero the two make each other worse, below zero they hit the same thing twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from types import MappingProxyType
from typing import Any

import numpy as np
import polars as pl

from kaname.cascade.pool import Pool
from kaname.cascade.run import Run, run_each, run_many
from kaname.cascade.settings import Settings
from kaname.cascade.shocks import Case
from kaname.cascade.trace import Record
from kaname.labels import both
from kaname.network.build import Built
from kaname.network.tables import Kind
from kaname.pack.figures import Figure, Label
from kaname.pack.scenarios import Scenario

Tick = Callable[[float], None]
RECORDED = 27
"""Cases recorded side by side: what is kept of every node and day is large."""
RECOVERED = 0.001
"""Home output counts as recovered from the day on which its loss stays under this share of normal."""


@dataclass(frozen=True)
class Stress:
    """What each scenario does; columns as in ``kaname.strategy.assessment``."""

    scenarios: pl.DataFrame
    daily: pl.DataFrame
    industries: pl.DataFrame
    stops: pl.DataFrame
    shortfall: pl.DataFrame
    bottlenecks: pl.DataFrame
    dt: float

    @property
    def felt(self) -> dict[str, float]:
        """How far each scenario is felt: its loss in the world, million USD."""
        return dict(self.scenarios.select("scenario", "world_loss").iter_rows())

    def ranged(self, ends: Mapping[str, tuple[float, float]]) -> Stress:
        """With the ``low`` and ``high`` of each scenario's loss, out of the losses at both ends (:func:`ranges`)."""
        rows = [(name, *pair) for name, pair in ends.items()]
        table = pl.DataFrame(rows, ["scenario", "at_low", "at_high"], orient="row")
        joined = self.scenarios.join(table, on="scenario", how="left", maintain_order="left")
        every = ("loss", "at_low", "at_high")
        known = joined.with_columns(low=pl.min_horizontal(every), high=pl.max_horizontal(every))
        return replace(self, scenarios=known.drop("at_low", "at_high"))

    def within(self, days: int) -> dict[str, float]:
        """Loss of each scenario alone over its first ``days`` days, million USD at home."""
        first = self.daily.filter(pl.col("day") * self.dt < days)
        sums = first.group_by("scenario", maintain_order=True).agg(pl.col("loss").sum() * self.dt)
        return dict(sums.iter_rows())


def stress(
    built: Built,
    scenarios: Sequence[Scenario],
    settings: Settings,
    days: int,
    tick: Tick | None = None,
    pool: Pool | None = None,
) -> Stress:
    """Each scenario alone for ``days`` days, with the severity stated; its ``ranges`` are not known yet."""

    def read(run: Run) -> tuple[dict[str, Any], dict[str, pl.DataFrame]]:
        name = run.case.label
        details = {
            what: frame.select(pl.lit(name).alias("scenario"), pl.all())
            for what, frame in _details(run).items()
        }
        return _summary(name, run), details

    # what stops trade is felt in many places: a first guess at which cases are alike
    alone = [
        replace(_alone(s), felt=float(any(e.kind in ("trade", "passage") for e in s.events)))
        for s in scenarios
    ]
    found = run_each(
        built, alone, days, settings, read, record=Record(light=True), chunk=RECORDED, tick=tick, pool=pool
    )
    return Stress(
        scenarios=pl.DataFrame([row for row, _ in found]).sort("loss", "scenario", descending=[True, False]),
        **{name: pl.concat(details[name] for _, details in found) for name in found[0][1]},
        dt=settings.dt,
    )


def ranges(
    built: Built,
    scenarios: Sequence[Scenario],
    settings: Settings,
    days: int,
    tick: Tick | None = None,
    felt: Mapping[str, float] = MappingProxyType({}),
    pool: Pool | None = None,
) -> dict[str, tuple[float, float]]:
    """Loss of each scenario with all that is stated of it at the low and at the high end of its range."""
    sides = ("low", "high")
    cases = [
        replace(_alone(at_severity(s, side)), felt=felt.get(s.id, 0.0)) for side in sides for s in scenarios
    ]
    ends = [
        run.total_loss
        for run in run_many(built, cases, days, settings, precision="single", tick=tick, pool=pool)
    ]
    low, high = ends[: len(scenarios)], ends[len(scenarios) :]
    return {s.id: (least, most) for s, least, most in zip(scenarios, low, high, strict=True)}


def pairs(
    built: Built,
    scenarios: Sequence[Scenario],
    alone: Mapping[str, float],
    settings: Settings,
    days: int,
    tick: Tick | None = None,
    felt: Mapping[str, float] = MappingProxyType({}),
    pool: Pool | None = None,
) -> pl.DataFrame:
    """All pairs, both from day 0: a, b, loss, sum (of the two ``alone`` over the same days), extra."""
    both = list(combinations(scenarios, 2))
    cases = [
        Case(((a, 0.0), (b, 0.0)), (), f"{a.id}+{b.id}", felt=max(felt.get(a.id, 0.0), felt.get(b.id, 0.0)))
        for a, b in both
    ]
    runs = run_many(built, cases, days, settings, precision="single", tick=tick, pool=pool)
    lost = [run.total_loss for run in runs]
    rows = [
        (a.id, b.id, loss, alone[a.id] + alone[b.id], loss - alone[a.id] - alone[b.id])
        for (a, b), loss in zip(both, lost, strict=True)
    ]
    schema = {"a": pl.String, "b": pl.String, "loss": pl.Float64, "sum": pl.Float64, "extra": pl.Float64}
    return pl.DataFrame(rows, schema, orient="row").sort("extra", "a", "b", descending=[True, False, False])


SEVERITIES = ("low", "base", "high")
"""How hard a scenario may be run: at the low end of all its ranges, as stated, at the high end."""


def at_severity(scenario: Scenario, side: str) -> Scenario:
    """The scenario with every loss, duration and recovery at the ``low`` or ``high`` end of its stated range; its
    label says so. ``base`` is the scenario as it stands."""
    if side == "base":
        return scenario

    def moved(figure: Figure) -> Figure:
        end = figure.low if side == "low" else figure.high
        return figure if end is None or figure.value is None else figure.model_copy(update={"value": end})

    def event(old: Any) -> Any:
        """An event of any kind at that end: ``low`` is the milder one, whichever way the figure runs."""
        changes: dict[str, Any] = {"duration": moved(old.duration)}
        if old.kind == "rebuild":  # how long it takes says when, not how much; more damage is more work
            changes = {"damage": moved(old.damage)}
        elif old.kind == "limit":  # less gets through where it is worse
            end = old.most.high if side == "low" else old.most.low
            changes["most"] = old.most if end is None else old.most.model_copy(update={"value": end})
        elif old.kind == "demand":  # a fall is worse the lower it is, a rise the higher
            falls = (old.change.value or 0) < 0
            other = "high" if (side == "low") == falls else "low"
            end = getattr(old.change, other)
            changes["change"] = old.change if end is None else old.change.model_copy(update={"value": end})
        else:
            changes["loss"] = moved(old.loss)
        if old.recovery is not None:
            changes["recovery"] = old.recovery.model_copy(update={"duration": moved(old.recovery.duration)})
        return old.model_copy(update=changes)

    end = both(f"stress.severity_{side}")
    label = Label(**{lang: f"{scenario.label[lang]}{told}" for lang, told in end.items()})
    return scenario.model_copy(update={"events": tuple(event(e) for e in scenario.events), "label": label})


def _alone(scenario: Scenario) -> Case:
    return Case(((scenario, 0.0),), (), scenario.id)


def _summary(name: str, run: Run) -> dict[str, Any]:
    daily = run.home_daily
    peak = int(daily.argmax())
    high = np.flatnonzero(np.abs(daily) > RECOVERED * run.normal)
    after = int(high[-1]) + 1 if len(high) else 0
    return {
        "scenario": name,
        "loss": run.total_loss,
        "low": None,
        "high": None,
        "direct": run.direct_loss,
        "indirect": run.indirect_loss,
        "world_loss": run.world_loss,
        "peak_day": peak,
        "peak_share": float(daily[peak] / run.normal),
        "recovered_day": after if after < len(daily) else None,
        "share_of_gdp": run.total_loss / (365.0 * run.normal),
    }


def _details(run: Run) -> dict[str, pl.DataFrame]:
    daily = run.home_daily
    days = pl.DataFrame({"day": np.arange(len(daily)), "loss": daily, "share": daily / run.normal})
    return {
        "daily": days,
        "industries": pl.DataFrame(list(_industries(run)), _INDUSTRIES, orient="row"),
        "stops": run.stops(),
        "shortfall": pl.DataFrame(list(_shortfall(run)), _SHORTFALL, orient="row"),
        "bottlenecks": run.bottlenecks(20).select("input", "user", "supplier", "days", "loss"),
    }


_INDUSTRIES = {
    "industry": pl.String,
    "loss": pl.Float64,
    "direct": pl.Float64,
    "indirect": pl.Float64,
    "lowest": pl.Float64,
    "lowest_day": pl.Int64,
    "below_90": pl.Int64,
}
_SHORTFALL = {"node": pl.String, "shortfall": pl.Float64, "peak_share": pl.Float64, "peak_day": pl.Int64}


def _industries(run: Run) -> Iterator[tuple[Any, ...]]:
    network, trace = run.built.network, run.trace
    assert trace.output is not None
    for k, node in enumerate(trace.home):
        if network.nodes.kind[node] != Kind.INDUSTRY:
            continue
        level = trace.output[:, node, 0] / network.nodes.output[node]
        under = np.flatnonzero(level < 0.9)
        loss, direct = float(trace.loss[:, k, 0].sum()), float(trace.direct[:, k, 0].sum())
        first = int(under[0]) if len(under) else None
        name = network.products[network.nodes.product[node]]
        yield name, loss, direct, loss - direct, float(level.min()), int(level.argmin()), first


def _shortfall(run: Run) -> Iterator[tuple[Any, ...]]:
    """Where a day's worth of at least a hundredth of final demand goes unmet at home."""
    network, trace = run.built.network, run.trace
    for k, node in enumerate(trace.home):
        short = trace.shortfall[:, k, 0].astype(np.float64)
        if network.nodes.final[node] > 0 and short.sum() > 0.01:
            yield network.nodes.id[node], float(short.sum()), float(short.max()), int(short.argmax())
