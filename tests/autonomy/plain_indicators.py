"""The indicators written as plain group-bys: slow, and what the walk over sorted rows must equal."""

from __future__ import annotations

from collections.abc import Collection

import polars as pl

from kaname.autonomy.shares import COLUMNS, IMPORTER, exports, shares, world_concentration
from kaname.data.concentration import NOTABLE


def plain_indicators(
    flow: pl.DataFrame, importers: Collection[str] | None = None, inside: frozenset[str] = frozenset()
) -> pl.DataFrame:
    """See ``kaname.autonomy.shares.indicators``."""
    table = shares(flow, importers).with_columns(rank_t=pl.col("share_t").fill_null(-1.0))
    figures = {**_by_value(), **_by_quantity(), **_outside(inside)}
    sums = table.group_by(IMPORTER, maintain_order=True).agg(**figures).sort(IMPORTER)
    sold = exports(flow)
    own = sold.select("year", "product", "exports", importer="exporter")
    joined = sums.join(own, on=IMPORTER, how="left", maintain_order="left").join(
        world_concentration(sold), on=["year", "product"], how="left", maintain_order="left"
    )
    ratio = pl.when(pl.col("outside") > 0).then(pl.col("outside") / pl.col("exports")).otherwise(0.0)
    return (
        joined.with_columns(pl.col("exports").fill_null(0.0))
        .with_columns(
            (pl.col("outside") / pl.col("imports")).alias("outside_share"),
            ratio.alias("outside_ratio"),
            (pl.col("imports") / pl.col("exports")).alias("import_export_ratio"),
        )
        .select("year", *COLUMNS)
    )


def _largest(column: str) -> pl.Expr:
    """The exporter that leads in ``column``; of equals, the first by name."""
    return pl.col("exporter").sort_by([column, "exporter"], descending=[True, False]).first()


def _by_value() -> dict[str, pl.Expr]:
    share = pl.col("share")
    return {
        "imports": pl.col("value").sum(),
        "suppliers": pl.len().cast(pl.Int64),
        "suppliers_above_1pct": (share > NOTABLE).sum().cast(pl.Int64),
        "hhi": (share**2).sum(),
        "largest_origin": _largest("share"),
        "largest_share": share.max(),
    }


def _by_quantity() -> dict[str, pl.Expr]:
    share, quantity = pl.col("share_t"), pl.col("quantity_t")
    known = share.is_not_null().any()
    return {
        "imports_t": pl.when(quantity.is_not_null().any()).then(quantity.sum()),
        "quantity_missing": (1 - pl.col("known").sum() / pl.col("value").sum()).clip(0, 1),
        "hhi_quantity": pl.when(known).then((share**2).sum()),
        "largest_origin_quantity": pl.when(known).then(_largest("rank_t")),
        "largest_share_quantity": share.max(),
    }


def _outside(inside: frozenset[str]) -> dict[str, pl.Expr]:
    part = pl.col("value").filter(~pl.col("exporter").is_in(sorted(inside)))
    return {
        "outside": part.sum(),
        "outside_hhi": pl.when(part.sum() > 0).then(((part / part.sum()) ** 2).sum()),
    }
