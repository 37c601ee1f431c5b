"""Where a run's loss falls: by area, inside and outside what the events strike (floor 4)."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from kaname.cascade.run import Run
from kaname.errors import problem
from kaname.network.strikes import INDUSTRIES
from kaname.network.tables import Ints, Kind

STRUCK = 1e-6
"""An area counts as struck where events take at least this share of what an industry or facility in it can do."""


def loss_by_area(run: Run) -> pl.DataFrame:
    """Loss of each area, million USD: area, struck, by, loss, direct, indirect, share (of its normal value added over
    the run), part (of the home loss), in the order of the pack.

    *Struck* are the areas in which an event takes capacity from an industry or a facility; ``by`` names what is struck
    there: ``INDUSTRIES`` and services of facilities. Industries of the whole nation count in each area, unless the
    scenario says where it strikes.

    Raises ``InputProblems`` for a run on a network that is not divided by area.
    """
    network = run.built.network
    home = run.trace.home
    areas = np.array([network.nodes.area[n] for n in home])
    industry = network.nodes.kind[home] == Kind.INDUSTRY
    if not (areas[industry] != "").all():
        raise problem("the network is not divided by area (open the nation with areas=True)", path="areas")
    assert run.trace.able is not None
    dt = run.shocks.dt
    hit = run.trace.able[:, home, 0].min(axis=0) < 1 - STRUCK
    loss, direct = (
        values[:, :, 0].sum(axis=0, dtype=np.float64) * dt for values in (run.trace.loss, run.trace.direct)
    )
    normal = network.nodes.value_added[home] * run.days
    rows = []
    for area in run.built.pack.areas:
        here = areas == area.id
        lost, own = float(loss[here].sum()), float(direct[here].sum())
        by = _struck(run, home[here & hit])
        parts = (lost / normal[here].sum(), lost / loss.sum()) if loss.any() else (0.0, 0.0)
        rows.append((area.id, bool(by), by, lost, own, lost - own, *parts))
    names = ("loss", "direct", "indirect", "share", "part")
    shape: dict[str, Any] = {"area": pl.String, "struck": pl.Boolean, "by": pl.List(pl.String)}
    return pl.DataFrame(rows, shape | dict.fromkeys(names, pl.Float64), orient="row")


def _struck(run: Run, nodes: Ints) -> list[str]:
    """What ``nodes`` are: ``INDUSTRIES``, services in the order of the pack."""
    network, pack = run.built.network, run.built.pack
    service = {f.id: f.service for f in pack.facilities}
    found = {service.get(network.nodes.id[n], INDUSTRIES) for n in nodes}
    return [name for name in (INDUSTRIES, *pack.by_id["services"]) if name in found]


def inside_and_outside(by_area: pl.DataFrame) -> tuple[float, float]:
    """Loss in the areas that are struck, and in the others, million USD."""
    sums = [float(by_area.filter(pl.col("struck") == struck)["loss"].sum()) for struck in (True, False)]
    return sums[0], sums[1]
