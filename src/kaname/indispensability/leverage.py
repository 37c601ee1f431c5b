"""Leverage: the same stop of trade, both ways, on one network (floor 4).

Trade from a partner to home stops, and home's loss is measured; trade from home to the partner stops, and the
partner's loss is measured: all of it, or in one good or one industry's product. Every one by :func:`losses`, so that
neither side is counted by another rule. Users keep to their suppliers: what is measured is the hold that one side has
before the other has had time to turn elsewhere; how far and how fast it could turn stands beside it.

Where stocks are those of an industry's average, a gap of a tenth takes ten times the stock's days to be felt. Over half
a year the goods that averages hide carry nearly all of the leverage there is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from kaname.cascade.pool import Pool
from kaname.cascade.run import Run, run_each
from kaname.cascade.settings import Settings
from kaname.cascade.shocks import Case
from kaname.indispensability.holds import holds
from kaname.network.build import Built
from kaname.pack.figures import Confidence, Figure, Label
from kaname.pack.scenarios import Scenario, TradeEvent

HYPOTHETICAL = "a whole stop is the common measure of both directions; it is no forecast"
FELT = 1e-4
"""A stop is felt on the first day on which the buyer loses this share of its normal value added."""


@dataclass(frozen=True)
class Stop:
    """Trade from ``seller`` to ``buyer`` stops: in ``product`` (a good, or an industry's product), or all of it."""

    seller: str
    buyer: str
    product: str | None = None


@dataclass(frozen=True)
class Loss:
    """What a stop costs the buyer: million USD of own value added, and the day on which it is first felt (``None``: not
    within the run)."""

    amount: float
    felt: int | None


@dataclass(frozen=True)
class Leverage:
    """Who loses what.

    ``frame``: partner; their_loss, our_loss (million USD of own value added over ``days``); their_share, our_share (of
    own value added in a year); net (their_loss - our_loss); their_felt, our_felt (day on which the stop is first felt,
    null if never). ``products``: the same a partner and product, and for each side share (of use that comes from
    the other), covered (days that the first stock to end covers the gap), replaceable and replace_days (see
    :func:`~kaname.indispensability.holds.holds`); null where the other sells it nothing of the product. Products in
    which neither side could lose anything within the stop are left out.
    """

    frame: pl.DataFrame
    products: pl.DataFrame
    stop: int
    days: int


def leverage(
    built: Built,
    settings: Settings,
    stop: int = 180,
    days: int = 180,
    tick: Callable[[float], None] | None = None,
    pool: Pool | None = None,
) -> Leverage:
    """Stop trade in one direction with each partner region for ``stop`` days, all of it and in each product by which
    one side holds the other; run ``days`` days."""
    home, yearly = built.network.home, _value_added(built)
    partners = [c for c in built.network.countries if c != home and yearly.get(c, 0) > 0]
    whole = [Stop(p, home) for p in partners] + [Stop(home, p) for p in partners]
    held = holds(built, stop, settings.shift_days, settings.surge)
    held = held.filter(pl.col("seller").is_in([home, *partners]) | (pl.col("buyer") == home))
    at_stake = held.filter(pl.col("at_stake") > 0).select("seller", "buyer", "product").rows()
    parts = [Stop(*row) for row in at_stake]
    found = dict(
        zip([*whole, *parts], losses(built, settings, [*whole, *parts], stop, days, tick, pool), strict=True)
    )
    rows = [_both(p, None, found, home, yearly) for p in partners]
    frame = pl.DataFrame(rows, infer_schema_length=None).drop("product")
    pairs = dict.fromkeys((s.buyer if s.seller == home else s.seller, s.product) for s in parts)
    products = [_both(p, product, found, home, yearly) for p, product in pairs]
    return Leverage(
        frame.sort("net", "partner", descending=[True, False]),
        _beside(pl.DataFrame(products, _PRODUCTS, orient="row"), held, home),
        stop,
        days,
    )


def losses(
    built: Built,
    settings: Settings,
    stops: Sequence[Stop],
    stop: int,
    days: int,
    tick: Callable[[float], None] | None = None,
    pool: Pool | None = None,
) -> list[Loss]:
    """What each stop of ``stop`` days costs its buyer over ``days`` days."""
    cases = [case_of(one, stop) for one in stops]
    buyer = {case.label: one.buyer for case, one in zip(cases, stops, strict=True)}

    def read(run: Run) -> Loss:
        return loss_in(run, buyer[run.case.label])

    return run_each(bound(built), cases, days, settings, read, precision="flows", tick=tick, pool=pool)


def case_of(one: Stop, days: int) -> Case:
    """A stop of ``days`` days as a case to run."""
    return Case(((stopped(one, days), 0.0),), (), f"{one.seller}->{one.buyer} {one.product or ''}")


def bound(built: Built) -> Built:
    """The network with users who keep to their suppliers."""
    slots = built.network.slots
    return replace(built, network=replace(built.network, slots=replace(slots, shift=np.zeros(len(slots)))))


def loss_in(run: Run, country: str) -> Loss:
    """What a run costs a country, and when it is first felt there."""
    net = run.built.network
    number = net.countries.index(country)
    normal = float(net.nodes.value_added[net.nodes.country == number].sum())
    hurt = np.flatnonzero(run.trace.country_loss[:, number, 0] > FELT * normal)
    return Loss(run.loss_of(country), int(hurt[0] * run.shocks.dt) if len(hurt) else None)


def stopped(one: Stop, days: int) -> Scenario:
    """The stop as a scenario of ``days`` days."""

    def assumed(value: float, unit: str) -> Figure:
        return Figure(value=value, unit=unit, year=2026, confidence=Confidence.ASSUMPTION, note=HYPOTHETICAL)

    # a good is a product of the network as an industry's is; naming it among industries takes in nothing else
    event = TradeEvent(
        kind="trade",
        loss=assumed(1.0, "1"),
        duration=assumed(float(days), "day"),
        origins=(one.seller,),
        destinations=(one.buyer,),
        industries=() if one.product is None else (one.product,),
    )
    what = "" if one.product is None else f" ({one.product})"
    name = Label(
        ja=f"{one.seller}から{one.buyer}への貿易の停止{what}",
        en=f"Trade from {one.seller} to {one.buyer} stops{what}",
    )
    return Scenario(
        id="-".join(filter(None, ("stop", one.seller, one.buyer, one.product))),
        label=name,
        summary=name,
        digest=("FR-3",),
        infrastructures=("transport",),
        events=(event,),
    )


_PRODUCTS = {
    "partner": pl.String,
    "product": pl.String,
    **dict.fromkeys(("their_loss", "our_loss", "their_share", "our_share", "net"), pl.Float64),
    **dict.fromkeys(("their_felt", "our_felt"), pl.Int64),
}
NO_LOSS = Loss(0.0, None)


def _both(
    partner: str, product: str | None, found: dict[Stop, Loss], home: str, yearly: dict[str, float]
) -> dict[str, object]:
    """One row: what the partner loses when home stops, and home when the partner does."""
    theirs = found.get(Stop(home, partner, product), NO_LOSS)
    ours = found.get(Stop(partner, home, product), NO_LOSS)
    own = yearly.get(partner, 0.0)
    return {
        "partner": partner,
        "product": product,
        "their_loss": theirs.amount,
        "our_loss": ours.amount,
        "their_share": theirs.amount / own if own > 0 else None,
        "our_share": ours.amount / yearly[home],
        "net": theirs.amount - ours.amount,
        "their_felt": theirs.felt,
        "our_felt": ours.felt,
    }


def _beside(rows: pl.DataFrame, held: pl.DataFrame, home: str) -> pl.DataFrame:
    """Each side's hold beside the losses."""
    facts = ("share", "covered", "replaceable", "replace_days")
    for side, partner, other in (("our", "seller", "buyer"), ("their", "buyer", "seller")):
        mine = held.filter(pl.col(other) == home).select(
            pl.col(partner).alias("partner"),
            "product",
            *(pl.col(f).alias(f"{side}_use" if f == "share" else f"{side}_{f}") for f in facts),
        )
        rows = rows.join(mine, on=["partner", "product"], how="left", maintain_order="left")
    size = pl.max_horizontal("their_loss", "our_loss")
    return rows.sort(size, "partner", "product", descending=[True, False, False])


def _value_added(built: Built) -> dict[str, float]:
    """Value added in a year by country, million USD."""
    nodes = built.network.nodes
    table = pl.DataFrame({"country": nodes.country, "value": nodes.value_added * 365.0})
    sums = table.group_by("country", maintain_order=True).agg(pl.col("value").sum()).iter_rows()
    return {built.network.countries[country]: value for country, value in sums}
