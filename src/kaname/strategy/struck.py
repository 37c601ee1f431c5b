"""What the yearly assessment says of places and stocks: where earthquakes shake, in what order stocks run down
(floor 6)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import polars as pl

from kaname.autonomy.stocks import ORDER, stocks
from kaname.cascade.settings import Settings
from kaname.cascade.shocks import Case
from kaname.network.build import Built
from kaname.network.shaking import by_area, shaking
from kaname.pack.areas import TABLE
from kaname.pack.model import Pack
from kaname.pack.scenarios import PassageEvent

SHAKEN: Final = {
    "scenario": pl.String,
    "area": pl.String,
    "hardest": pl.Float64,
    "mean": pl.Float64,
    "class": pl.String,
}
"""Columns of :func:`shaken`."""
STOCKS: Final = {"scenario": pl.String, **ORDER}
"""Columns of :func:`run_down`."""


def shaken(pack: Pack, tables: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Intensity by area of every scenario that states an earthquake."""
    if TABLE not in tables:
        return pl.DataFrame(schema=SHAKEN)
    parts = [
        by_area(shaking(pack, tables, scenario)).select(pl.lit(scenario.id).alias("scenario"), pl.all())
        for scenario in pack.scenarios
        if scenario.quake is not None
    ]
    return pl.concat(parts).select(list(SHAKEN)) if parts else pl.DataFrame(schema=SHAKEN)


def run_down(built: Built, losses: pl.DataFrame, days: int, settings: Settings) -> pl.DataFrame:
    """The order in which stocks run down in the costliest scenario that closes a passage; one run.

    ``losses``: scenario, loss.
    """
    closing = {
        s.id: s for s in built.pack.scenarios if any(isinstance(event, PassageEvent) for event in s.events)
    }
    known = losses.filter(pl.col("scenario").is_in(list(closing)) & pl.col("loss").is_not_null())
    if known.is_empty():
        return pl.DataFrame(schema=STOCKS)
    name = known.sort(["loss", "scenario"], descending=[True, False])["scenario"][0]
    order = stocks(built, Case(((closing[name], 0.0),)), days, settings).order
    return order.select(pl.lit(name).alias("scenario"), pl.all())
