"""The one table that everything about trade shares is read from, and the indicators made of it (floor 4).

A *product* is an HS code, or a good of the pack that sums several codes. What a country imports is every row of
the trade table in which it is the importer; what it exports every row in which it is the exporter. A zero value is
no trade, and trade of a country with itself is none. Money is million USD, quantity tonnes.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

import polars as pl

from kaname.data.baci import Trade
from kaname.data.concentration import concentration
from kaname.data.trade_year import trade_year

ROW = ("year", "product", "importer", "exporter")
IMPORTER = ("year", "product", "importer")
COLUMNS = (
    "product",
    "importer",
    "imports",
    "exports",
    "imports_t",
    "quantity_missing",
    "suppliers",
    "suppliers_above_1pct",
    "hhi",
    "hhi_quantity",
    "largest_origin",
    "largest_share",
    "largest_origin_quantity",
    "largest_share_quantity",
    "outside_share",
    "outside_hhi",
    "outside_ratio",
    "world_hhi",
    "import_export_ratio",
)
"""What :func:`indicators` tells of each year."""


def flows(
    trade: Trade, years: Collection[int], products: Mapping[str, Collection[str]] | None = None
) -> pl.DataFrame:
    """Trade in each product: year, product, importer, exporter, value (million USD), quantity_t, known.

    ``products`` sums HS codes (one code may belong to several products); ``None`` takes each code as it is.
    ``quantity_t`` is the sum of the quantities that are known (null if none is) and ``known`` the value of the rows
    that it covers.
    """
    codes = None if products is None else {code for some in products.values() for code in some}
    rows = trade.select(years=years, products=codes).frame.filter(
        pl.col("value_kusd") > 0, pl.col("exporter") != pl.col("importer")
    )
    if products is None:
        named = rows.with_columns(product="hs6")
    else:
        pairs = [(name, code) for name, codes in products.items() for code in codes]
        schema = {"product": pl.String, "hs6": pl.String}
        named = rows.join(pl.DataFrame(pairs, schema, orient="row").unique(), on="hs6")
    value, quantity = pl.col("value_kusd") / 1000, pl.col("quantity_t")
    return (
        named.sort(*ROW, "hs6", "value_kusd")
        .group_by(ROW, maintain_order=True)
        .agg(
            value=value.sum(),
            quantity_t=pl.when(quantity.is_not_null().any()).then(quantity.sum()),
            known=value.filter(quantity.is_not_null()).sum(),
        )
    )


def in_tonnes(flow: pl.DataFrame) -> pl.DataFrame:
    """``flow`` with tonnes in the place of money, the rows without a quantity left out: what is made of it is the
    same indicator by quantity."""
    return flow.filter(pl.col("quantity_t") > 0).with_columns(
        value=pl.col("quantity_t"), known=pl.col("quantity_t")
    )


def shares(flow: pl.DataFrame, importers: Collection[str] | None = None) -> pl.DataFrame:
    """``flow`` with ``share`` and ``share_t``: the part of the importer's imports that come from the exporter, by
    value and by (known) quantity. Within an importer's product and year, both sum to 1.
    """
    rows = flow if importers is None else flow.filter(pl.col("importer").is_in(list(importers)))
    total = pl.col("quantity_t").sum().over(IMPORTER)
    return rows.with_columns(
        share=pl.col("value") / pl.col("value").sum().over(IMPORTER),
        share_t=pl.when(total > 0).then(pl.col("quantity_t") / total),
    )


def exports(flow: pl.DataFrame) -> pl.DataFrame:
    """Exports of each country: year, product, exporter, exports (million USD), world_share (of all exports)."""
    sums = flow.group_by("year", "product", "exporter", maintain_order=True).agg(
        exports=pl.col("value").sum()
    )
    return sums.sort("year", "product", "exporter").with_columns(
        world_share=pl.col("exports") / pl.col("exports").sum().over("year", "product")
    )


def indicators(
    flow: pl.DataFrame, importers: Collection[str] | None = None, inside: frozenset[str] = frozenset()
) -> pl.DataFrame:
    """One row a year, product and importer that imports it.

    Columns beside those three: imports, exports (million USD); imports_t (tonnes, known rows);
    quantity_missing (share of import value without quantity); suppliers, suppliers_above_1pct; hhi, hhi_quantity
    (Herfindahl-Hirschman, 1/suppliers .. 1); largest_origin, largest_share; largest_origin_quantity,
    largest_share_quantity; outside_share, outside_hhi, outside_ratio (outside imports to exports): the same for
    suppliers that are not ``inside``; world_hhi (of the world's exporters); import_export_ratio (infinite where
    nothing is exported). Null where a figure cannot be known: no quantity, or no outside supplier.
    """
    wanted = None if importers is None else frozenset(importers)
    years = flow["year"].unique().sort().to_list() or [0]
    found = [
        concentration(trade_year(year, flow.filter(pl.col("year") == year)), inside, wanted).select(
            pl.lit(year, dtype=flow.schema["year"]).alias("year"), *COLUMNS
        )
        for year in years
    ]
    return pl.concat(found)


def world_concentration(sold: pl.DataFrame) -> pl.DataFrame:
    """year, product, world_hhi: concentration of the world's exporters, from :func:`exports`."""
    return sold.group_by("year", "product", maintain_order=True).agg(
        world_hhi=(pl.col("world_share") ** 2).sum()
    )
