"""Tables of a restoration: what is back when, who works where, and where the loss falls."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from kaname.autonomy.areas import loss_by_area
from kaname.cascade.run import Run
from kaname.planning.dispatch import NEVER, STAGES, Schedule


def finite(day: float) -> float | None:
    """A day; none for what never comes."""
    return None if day >= NEVER else day


def work_of(schedule: Schedule, rule: Schedule) -> pl.DataFrame:
    """One row a thing, those first that are begun first; columns as in ``Restoration.work``. ``rule``: the schedule of
    the best rule, for comparison."""
    rows = []
    for k, thing in enumerate(schedule.yard.things):
        mine = schedule.unit // STAGES == k
        starts, ends = schedule.start[mine], schedule.end[mine]
        most = max((int(((starts <= s) & (s < ends)).sum()) for s in starts), default=0)
        rows.append(
            {
                "thing": thing.id,
                "kind": thing.kind,
                "area": thing.area,
                "crews": thing.crews,
                "sent": most,
                "work": thing.work,
                "start": float(starts.min()) if len(starts) else None,
                "half": finite(float(schedule.done[STAGES * k])),
                "back": finite(float(schedule.done[STAGES * k + 1])),
                "back_rule": finite(float(rule.done[STAGES * k + 1])),
                "back_stated": thing.course.start + thing.length,
            }
        )
    return pl.DataFrame(rows, infer_schema_length=None).sort("start", "half", "thing", nulls_last=True)


def stints_of(schedule: Schedule) -> pl.DataFrame:
    """crew, thing, stage, start, end (days): where each crew is from when to when."""
    names = [t.id for t in schedule.yard.things]
    return pl.DataFrame(
        {
            "crew": schedule.crew + 1,
            "thing": [names[u // STAGES] for u in schedule.unit],
            "stage": schedule.unit % STAGES + 1,
            "start": schedule.start,
            "end": schedule.end,
        }
    ).sort("crew", "start")


def areas_of(runs: Sequence[Run]) -> pl.DataFrame:
    """area, plan, rule, stated: loss of each area, million USD, in the runs of the plan, of the best rule, and with all
    at work at once. No rows where the network is not divided by area."""
    network = runs[0].built.network
    if not any(network.nodes.area[n] for n in range(network.industries)):
        return pl.DataFrame(
            schema={"area": pl.String, "plan": pl.Float64, "rule": pl.Float64, "stated": pl.Float64}
        )
    parts = [loss_by_area(run).select("area", "loss") for run in runs]
    names = ("plan", "rule", "stated")
    return pl.DataFrame(
        {"area": parts[0]["area"], **{n: p["loss"] for n, p in zip(names, parts, strict=True)}}
    )
