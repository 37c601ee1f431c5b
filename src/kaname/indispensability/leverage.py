"""Leverage: the same stop of trade, both ways, on one network (floor 4).

Trade from a partner to home stops, and home's loss is measured; trade from home to the partner stops, and the
partner's loss is measured. Both by :func:`losses`, so that neither side is counted by another rule. Users keep to
their suppliers: what is measured is the hold that one side has before the other has had time to turn elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from kaname.cascade.run import run_many
from kaname.cascade.settings import Settings
from kaname.cascade.shocks import Case
from kaname.network.build import Built
from kaname.pack.figures import Confidence, Figure, Label
from kaname.pack.scenarios import Scenario, TradeEvent

HYPOTHETICAL = "a whole stop is the common measure of both directions; it is no forecast"


@dataclass(frozen=True)
class Leverage:
    """Who loses what. ``frame``: partner; their_loss, our_loss (million USD of own value added over ``days``);
    their_share, our_share (of own value added in a year); net (their_loss - our_loss)."""

    frame: pl.DataFrame
    stop: int
    days: int


def leverage(
    built: Built,
    settings: Settings,
    stop: int = 180,
    days: int = 180,
    tick: Callable[[float], None] | None = None,
) -> Leverage:
    """Stop all trade in one direction with each partner region for ``stop`` days; run ``days`` days."""
    network = built.network
    yearly = _value_added(built)
    partners = [c for c in network.countries if c != network.home and yearly.get(c, 0) > 0]
    to_us = [(p, network.home) for p in partners]
    from_us = [(network.home, p) for p in partners]
    lost = losses(built, settings, [*to_us, *from_us], stop, days, tick)
    home = yearly[network.home]
    rows = [
        (p, theirs, ours, theirs / yearly[p], ours / home, theirs - ours)
        for p, ours, theirs in zip(partners, lost[: len(partners)], lost[len(partners) :], strict=True)
    ]
    names = ["partner", "their_loss", "our_loss", "their_share", "our_share", "net"]
    frame = pl.DataFrame(rows, names, orient="row").sort("net", "partner", descending=[True, False])
    return Leverage(frame, stop, days)


def losses(
    built: Built,
    settings: Settings,
    flows: Sequence[tuple[str, str]],
    stop: int,
    days: int,
    tick: Callable[[float], None] | None = None,
) -> list[float]:
    """For each (seller, buyer), the buyer's loss of value added when the seller's trade to it stops, million USD."""
    cases = [
        Case(((stopped(seller, buyer, stop), 0.0),), (), f"{seller}->{buyer}") for seller, buyer in flows
    ]
    slots = built.network.slots
    held = replace(slots, shift=np.zeros(len(slots)))
    bound = replace(built, network=replace(built.network, slots=held))
    runs = run_many(bound, cases, days, settings, tick=tick)
    return [run.loss_of(buyer) for run, (_, buyer) in zip(runs, flows, strict=True)]


def stopped(seller: str, buyer: str, days: int) -> Scenario:
    """All trade from ``seller`` to ``buyer`` stops for ``days`` days."""

    def assumed(value: float, unit: str) -> Figure:
        return Figure(value=value, unit=unit, year=2026, confidence=Confidence.ASSUMPTION, note=HYPOTHETICAL)

    event = TradeEvent(
        kind="trade",
        loss=assumed(1.0, "1"),
        duration=assumed(float(days), "day"),
        origins=(seller,),
        destinations=(buyer,),
    )
    name = Label(ja=f"{seller}から{buyer}への貿易の停止", en=f"Trade from {seller} to {buyer} stops")
    return Scenario(
        id=f"stop-{seller}-{buyer}",
        label=name,
        summary=name,
        digest=("FR-3",),
        infrastructures=("transport",),
        events=(event,),
    )


def _value_added(built: Built) -> dict[str, float]:
    """Value added in a year by country, million USD."""
    nodes = built.network.nodes
    table = pl.DataFrame({"country": nodes.country, "value": nodes.value_added * 365.0})
    sums = table.group_by("country").agg(pl.col("value").sum()).iter_rows()
    return {built.network.countries[country]: value for country, value in sums}
