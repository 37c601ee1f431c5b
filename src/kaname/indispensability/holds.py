"""Who holds whom by what: each seller's share in each buyer's use of a product, and how long stocks cover the gap
(floor 4).

Read off the network at rest. When a seller that gives the share g of an input stops, the input's stock of T days lasts
T / g days; until then nobody loses anything, and after that a share w g of the user's output stops (w: how much of it
hangs on the input). So a product whose stock outlasts the stop costs nothing, and only the others need be run.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from kaname.network.build import Built
from kaname.network.tables import Kind

HOLDS = {
    "seller": pl.String,
    "buyer": pl.String,
    "product": pl.String,
    "share": pl.Float64,
    "covered": pl.Float64,
    "at_stake": pl.Float64,
    "replaceable": pl.Float64,
    "replace_days": pl.Float64,
}


def holds(built: Built, stop: int, shift_days: float, surge: float) -> pl.DataFrame:
    """One row a seller, buyer (home on one of the two sides) and product: the columns of ``HOLDS``.

    ``share``: of the buyer's use of the product that comes from the seller. ``covered``: days that the first stock to
    end covers the gap. ``at_stake``: million USD of the users' value added that stops within ``stop`` days once stocks
    have ended, users keeping to their suppliers (first order: what spreads from them is left to the cascade).
    ``replaceable``: share of the lost supply that others can take over (what the pack lets users move, others growing
    by ``surge`` at most) or substitutes can, within ``stop`` days; ``replace_days``: days until they have.

    A product of an industry takes in the goods that are followed apart from it.
    """
    slots = _with_parents(built, _by_slot(built, surge))
    lost = pl.col("use") * pl.col("share")
    gone = pl.col("weight") * pl.col("value") * pl.col("share")
    late = (stop - pl.col("target") / pl.col("share")).clip(0.0)
    sums = slots.group_by("seller", "buyer", "product", maintain_order=True).agg(
        # a slot on each part of a product: its share is of the use of all
        share=lost.sum(),
        covered=(pl.col("target") / pl.col("share")).min(),
        at_stake=(gone * late).sum(),
        moved=(pl.col("moved") * lost).sum() / lost.sum(),
    )
    use = (
        slots.unique(["slot", "product"], maintain_order=True)
        .group_by("buyer", "product", maintain_order=True)
        .agg(pl.col("use").sum())
    )
    substitutes = _substitutes(built, stop)
    share = pl.lit(0.0)
    delay = pl.lit(0.0)
    if substitutes:
        share = pl.col("product").replace_strict({k: v[0] for k, v in substitutes.items()}, default=0.0)
        delay = pl.col("product").replace_strict({k: v[1] for k, v in substitutes.items()}, default=0.0)
    moves = pl.when(pl.col("moved") > 0).then(float(shift_days)).otherwise(0.0)
    days = pl.max_horizontal(moves, delay)
    return (
        sums.join(use, on=["buyer", "product"])
        .with_columns(share=(pl.col("share") / pl.col("use")).clip(0.0, 1.0))
        .with_columns(replaceable=(pl.col("moved") + share).clip(0.0, 1.0), replace_days=days)
        .with_columns(replace_days=pl.when(pl.col("replaceable") > 0).then("replace_days"))
        .select(list(HOLDS))
        .sort("at_stake", "seller", "buyer", "product", descending=[True, False, False, False])
    )


def _by_slot(built: Built, surge: float) -> pl.DataFrame:
    """slot, seller, buyer, product, share, target, weight, value (added a day), use (a day), moved."""
    net = built.network
    nodes, slots, links = net.nodes, net.slots, net.links
    country = pl.Series("country", net.countries)
    home = net.countries.index(net.home)
    rows = pl.DataFrame({"slot": links.slot, "seller": nodes.country[links.supplier], "share": links.share})
    table = pl.DataFrame(
        {
            "slot": range(len(slots)),
            "buyer": nodes.country[slots.user],
            "product": slots.product,
            "target": slots.target,
            "weight": slots.weight,
            "shift": slots.shift,
            "value": nodes.value_added[slots.user],
            "use": slots.need * nodes.output[slots.user],
            "kind": nodes.kind[slots.user],
        },
        schema_overrides={"slot": rows.schema["slot"]},
    )
    found = (
        rows.filter(pl.col("share") > 0)
        .group_by("slot", "seller", maintain_order=True)
        .agg(pl.col("share").sum())
        .join(table.filter(pl.col("kind") == int(Kind.INDUSTRY)), on="slot")
        .filter((pl.col("seller") == home) != (pl.col("buyer") == home))
    )
    others = surge * (1 - pl.col("share")) / pl.col("share")
    return found.with_columns(
        country[found["seller"]].alias("seller"),
        country[found["buyer"]].alias("buyer"),
        pl.Series(net.products)[found["product"]].alias("product"),
        moved=pl.min_horizontal(pl.col("shift"), others.clip(0.0)),
    ).sort("slot", "seller")


def _with_parents(built: Built, rows: pl.DataFrame) -> pl.DataFrame:
    """The rows of goods once more under the industry they are part of."""
    products = built.network.products
    parents = {products[good]: products[parent] for good, parent in built.routes.parents.items()}
    under = rows.filter(pl.col("product").is_in(list(parents))).with_columns(
        pl.col("product").replace_strict(parents, default=None, return_dtype=pl.String)
    )
    return pl.concat([rows, under])


def _substitutes(built: Built, stop: int) -> Mapping[str, tuple[float, float]]:
    """Good -> share of its use that substitutes can take within the stop, and the days until they do."""
    found: dict[str, tuple[float, float]] = {}
    for good in built.pack.goods:
        ready = [
            (s.share.to("1"), s.delay.to("day"))
            for s in good.substitutes
            if s.share.known and s.delay.known and s.delay.to("day") <= stop
        ]
        if ready:
            found[good.id] = min(1.0, sum(share for share, _ in ready)), max(delay for _, delay in ready)
    return found
