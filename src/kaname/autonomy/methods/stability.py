"""Concentration weighted by political stability: an unstable supplier counts for more."""

from __future__ import annotations

import polars as pl

from kaname.autonomy.methods.base import Criterion, Given, Method
from kaname.autonomy.shares import IMPORTER, shares
from kaname.pack.figures import Label

RANGE = 2.5
"""The estimates run from about -2.5 to 2.5, with the world's mean at 0."""
UNKNOWN = 0.05
"""Without an estimate for suppliers of more than this share of imports the figure is not given."""


def weight(estimate: pl.Expr) -> pl.Expr:
    """0 for the most stable, 1 for a country of average stability, 2 for the least stable."""
    return ((RANGE - estimate) / RANGE).clip(0.0, 2.0)


def figures(given: Given) -> pl.DataFrame:
    """year, product, importer, hhi_stability: sum over suppliers of share^2 x ``weight``, and stability_unknown, the
    share of imports whose supplier has no estimate (these count nothing in the sum)."""
    table = given.beside.stability
    rows = shares(given.flow, given.importers)
    if table is None:
        return rows.select(IMPORTER).unique().with_columns(hhi_stability=pl.lit(None, pl.Float64))
    found = [
        (year, country, estimate)
        for year in rows["year"].unique().to_list()
        for country, (_, estimate) in table.latest(year).items()
    ]
    schema = {"year": pl.Int64, "exporter": pl.String, "estimate": pl.Float64}
    estimates = pl.DataFrame(found, schema, orient="row").cast({"year": rows.schema["year"]})
    marked = rows.join(estimates, on=["year", "exporter"], how="left")
    part = (pl.col("share") ** 2 * weight(pl.col("estimate"))).sum()
    unknown = pl.col("share").filter(pl.col("estimate").is_null()).sum()
    return (
        marked.sort(*IMPORTER, "exporter")
        .group_by(IMPORTER, maintain_order=True)
        .agg(
            hhi_stability=pl.when(unknown <= UNKNOWN).then(part),
            stability_unknown=unknown,
        )
    )


STABILITY = Method(
    id="stability",
    label=Label(ja="政治的安定度で重み付けした集中度", en="Concentration weighted by political stability"),
    reference="Weighting of supply concentration by the Worldwide Governance Indicators as in Graedel et al. (2012), "
    "Methodology of metal criticality determination, Environ. Sci. Technol. 46, and in the EU's assessments "
    "of critical raw materials; estimates: World Bank, WGI, political stability",
    criteria=(
        Criterion(
            "weighted",
            "hhi_stability",
            ">",
            0.4,
            Label(ja="安定度で重み付けしたHHI", en="HHI weighted by stability"),
        ),
    ),
    figures=figures,
    reads=("stability",),
    note=Label(
        ja="平均的な安定度の国の重みを1、最も不安定な国を2、最も安定した国を0とする。こうすれば他の方法のしきい値0.4がそのまま"
        "使える。この尺度は本ソフトの仮定。評価のない供給国が輸入の5%を超えるときは判定しない。",
        en="A supplier of average stability weighs 1, the least stable 2, the most stable 0, so that the "
        "other methods' threshold of 0.4 keeps its meaning; this scale is an assumption here. Not judged "
        "where suppliers of more than 5% of imports have no estimate.",
    ),
)
