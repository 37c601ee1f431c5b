"""Korniyenko, Pinat and Dew 2017: products whose world trade network is fragile."""

from __future__ import annotations

import numpy as np
import polars as pl

from kaname.autonomy.kmedian import k_median
from kaname.autonomy.methods.base import Criterion, Given, Method
from kaname.autonomy.worldnet import network_figures
from kaname.data.concentration import exports_by_country
from kaname.data.trade_year import TradeYear
from kaname.pack.figures import Label

GROUPS = 4
FEWEST = 20
"""Products without which there is nothing to compare with."""
PARTS = ("out_degree_sd", "clustering_diameter", "human_capital_sd")


def figures(given: Given) -> pl.DataFrame:
    """year, product, the three parts, their z-scores over all products of the year (``<part>_z``), fragility_parts (how
    many of them could be had) and fragility_group (1 .. 4, the most fragile last; null with fewer than ``FEWEST``
    products to compare)."""
    every = given.everything
    spread = pl.concat(
        [human_capital_spread(sellers(y), given.beside.human_capital, given.year) for y in every]
    )
    table = pl.concat([network_figures(y) for y in every]).join(spread, on="product", how="left")
    held = [p for p in PARTS if not table[p].is_null().all()]
    scored = table.with_columns(_z(pl.col(p)).alias(f"{p}_z") for p in PARTS)
    whole = scored.drop_nulls([f"{p}_z" for p in held]).sort("product")
    whole = whole if whole.height >= FEWEST else whole.clear()
    points = whole.select(f"{p}_z" for p in held).to_numpy().astype(np.float64)
    labels, _ = k_median(points, GROUPS) if len(points) else (np.zeros(0, np.int64), points)
    found = int(labels.max()) + 1 if len(labels) else 0
    groups = whole.select("product", fragility_group=pl.Series(labels + 1 + GROUPS - found).cast(pl.Int64))
    return scored.join(groups, on="product", how="left", maintain_order="left").select(
        pl.lit(given.year).cast(given.table.schema["year"]).alias("year"),
        *[c for c in scored.columns if c != "exporter"],
        pl.lit(len(held)).alias("fragility_parts"),
        "fragility_group",
    )


def sellers(year: TradeYear) -> pl.DataFrame:
    """product, exporter: who sells what."""
    product, country = np.nonzero(exports_by_country(year))
    return pl.DataFrame(
        {
            "product": pl.Series(year.products, dtype=pl.String).gather(product),
            "exporter": pl.Series(year.countries, dtype=pl.String).gather(country),
        }
    )


def human_capital_spread(flow: pl.DataFrame, table: pl.DataFrame | None, year: int) -> pl.DataFrame:
    """product, human_capital_sd: standard deviation of human capital over the countries that export the product; the
    latest figure of each country that is not after ``year``. Null for fewer than two exporters with a figure."""
    products = flow.select(pl.col("product").unique(maintain_order=True))
    if table is None:
        return products.with_columns(human_capital_sd=pl.lit(None, pl.Float64))
    latest = (
        table.filter(pl.col("year") <= year)
        .sort("exporter", "year")
        .unique("exporter", keep="last", maintain_order=True)
    )
    pairs = flow.select("product", "exporter").unique(maintain_order=True)
    spread = pl.col("human_capital").std(ddof=0)
    sums = (
        pairs.join(latest.select("exporter", "human_capital"), on="exporter")
        .sort("product", "exporter")
        .group_by("product", maintain_order=True)
        .agg(human_capital_sd=pl.when(pl.len() > 1).then(spread))
    )
    return products.join(sums, on="product", how="left", maintain_order="left")


def _z(column: pl.Expr) -> pl.Expr:
    """Distance from the mean of all products, in standard deviations; 0 where they are all alike."""
    spread = column.std(ddof=0)
    return pl.when(spread > 1e-12).then((column - column.mean()) / spread).otherwise(column * 0.0)


KORNIYENKO_2017 = Method(
    id="korniyenko_2017",
    label=Label(ja="Korniyenkoほか(IMF、2017年)", en="Korniyenko et al. (IMF, 2017)"),
    reference="Korniyenko, Y., Pinat, M. and Dew, B. (2017), Assessing the fragility of global trade: the impact of "
    "localized supply shocks using network analysis, IMF Working Paper WP/17/30",
    criteria=(
        Criterion(
            "group",
            "fragility_group",
            ">=",
            float(GROUPS),
            Label(ja="脆弱性の群(1～4)", en="group of fragility (1 to 4)"),
            ratio=False,
        ),
    ),
    figures=figures,
    note=Label(
        ja="世界の貿易網の三つの数値、すなわち輸出国の偏り(重み付き出次数の標準偏差)、まとまり×直径、輸出国の人的資本の"
        "ばらつきを、その年の全品目の中で標準化し、k-medianで4群に分け、輸出国の偏りの中央値が最も大きい群を脆弱とする"
        "（群の並べ方は本ソフトの仮定）。人的資本の表は利用者が用意する。なければ残る二つで判定する。群は収録品目の中での"
        "相対的な位置である。",
        en="Three figures of the world's trade network (spread of weighted out-degree, clustering x diameter, spread "
        "of the exporters' human capital) are standardised over all products of the year and put into four groups by "
        "k-median; the group with the largest median spread of out-degree is taken as fragile (the order is an "
        "assumption here). The table of human capital is the user's; without it the other two decide. A group is a "
        "place among the products that the data hold.",
    ),
)
