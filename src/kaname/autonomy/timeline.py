"""The chain of stops in order of time, to the hour: what stops, why, when it is back (floor 4)."""

from __future__ import annotations

import numpy as np
import polars as pl

from kaname.cascade.explain import CAUSES, Witness
from kaname.cascade.run import Run
from kaname.errors import problem
from kaname.network.tables import Floats, Kind

BACK = 0.99
"""What has stopped is back from the hour on which it stays at this share of normal."""


def timeline(run: Run, below: float = 0.9) -> pl.DataFrame:
    """Facilities and industries at home that fall below a share of normal, in order of time.

    Columns: hour (when it first falls), node, area, kind (facility, industry), lowest (share of normal), lowest_hour,
    back_hour (null: not within the run), hours_below, cause (capacity, input, demand), via (product that lacks, or the
    scenario that strikes). Hours are counted from the start; a step of days gives multiples of 24.

    Raises ``InputProblems`` for a run that did not record its nodes.
    """
    if run.trace.output is None:
        raise problem("the run did not record its nodes", path="run")
    network, hours = run.built.network, run.shocks.dt * 24
    level = run.trace.output[:, run.trace.home, 0] / network.nodes.output[run.trace.home]
    rows = []
    for column, node in enumerate(run.trace.home):
        kind = Kind(int(network.nodes.kind[node]))
        under = np.flatnonzero(level[:, column] < below)
        if kind is Kind.GOOD or not len(under):
            continue
        cause, via = _why(run.witness, int(node), int(under[0]))
        rows.append(
            (
                float(under[0] * hours),
                network.nodes.id[node],
                network.nodes.area[node],
                kind.name.lower(),
                float(level[:, column].min()),
                float(level[:, column].argmin() * hours),
                _back(level[:, column], hours),
                float(len(under) * hours),
                cause,
                via,
            )
        )
    schema = {
        "hour": pl.Float64,
        "node": pl.String,
        "area": pl.String,
        "kind": pl.String,
        "lowest": pl.Float64,
        "lowest_hour": pl.Float64,
        "back_hour": pl.Float64,
        "hours_below": pl.Float64,
        "cause": pl.String,
        "via": pl.String,
    }
    order = {"capacity": 0, "input": 1, "demand": 2}
    frame = pl.DataFrame(rows, schema, orient="row")
    rank = pl.col("cause").replace_strict(order, default=3)
    return frame.sort(pl.col("hour"), rank, pl.col("kind"), pl.col("lowest"), pl.col("node"))


def _back(level: Floats, hours: float) -> float | None:
    low = np.flatnonzero(level < BACK)
    after = int(low[-1]) + 1
    return float(after * hours) if after < len(level) else None


def _why(witness: Witness, node: int, step: int) -> tuple[str, str]:
    """What bound the node at the step, and through what."""
    trace, network = witness.trace, witness.built.network
    assert trace.limit is not None and trace.slot is not None
    cause = CAUSES[int(trace.limit[step, node, 0])]
    if cause == "input":
        return cause, network.products[network.slots.product[int(trace.slot[step, node, 0])]]
    if cause == "capacity":
        return cause, ", ".join(dict.fromkeys(e.scenario for e in witness.cuts_on(node, step)))
    return cause, ""


def areas_by_hour(run: Run, service: str = "grid", marks: tuple[float, ...] = ()) -> pl.DataFrame:
    """Level of a service's facility of each area at some hours: area, then one column an hour (``h0``, ``h6`` ...).

    Areas that never fall below 99% are left out. ``marks``: hours; default powers and multiples up to the run's end.
    """
    if run.trace.output is None:
        raise problem("the run did not record its nodes", path="run")
    network, hours = run.built.network, run.shocks.dt * 24
    steps = len(run.trace.output)
    wanted = marks or (0, 1, 3, 6, 12, 18, 24, 36, 48, 72, 96, 120, 168)
    known = sorted({min(int(m / hours), steps - 1) for m in wanted if m < steps * hours})
    if service not in network.products:
        return pl.DataFrame({"area": pl.Series([], dtype=pl.String)})
    mine = np.flatnonzero(network.nodes.product == network.products.index(service))
    rows = []
    for node in mine:
        level = run.trace.output[:, node, 0] / network.nodes.output[node]
        if network.nodes.area[node] and level.min() < BACK:
            rows.append((network.nodes.area[node], *(float(level[k]) for k in known)))
    names = [f"h{k * hours:g}" for k in known]
    return pl.DataFrame(rows, {"area": pl.String} | dict.fromkeys(names, pl.Float64), orient="row")
