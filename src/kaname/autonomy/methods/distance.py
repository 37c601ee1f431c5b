"""Shares weighted by political distance: how far away, on the user's scale, the imports come from."""

from __future__ import annotations

import polars as pl

from kaname.autonomy.methods.base import Criterion, Given, Method
from kaname.autonomy.shares import IMPORTER, shares
from kaname.pack.figures import Label

UNKNOWN = 0.05
"""Without a distance for suppliers of more than this share of imports the figure is not given."""


def figures(given: Given) -> pl.DataFrame:
    """year, product, importer, distance_share: sum over suppliers of share x distance (0..1), and distance_unknown,
    the share of imports whose supplier has none. A table with years gives each year its latest one."""
    table = given.beside.distance
    rows = shares(given.flow, given.importers)
    if table is None:
        return rows.select(IMPORTER).unique().with_columns(distance_share=pl.lit(None, pl.Float64))
    pair = ["importer", "exporter"]
    if "year" in table.columns:
        known = table.cast({"year": rows.schema["year"]}).sort("year")
        marked = rows.sort("year").join_asof(known, on="year", by=pair, check_sortedness=False)
    else:
        marked = rows.join(table, on=pair, how="left")
    unknown = pl.col("share").filter(pl.col("distance").is_null()).sum()
    part = (pl.col("share") * pl.col("distance")).sum()
    return (
        marked.sort(*IMPORTER, "exporter")
        .group_by(IMPORTER, maintain_order=True)
        .agg(distance_share=pl.when(unknown <= UNKNOWN).then(part), distance_unknown=unknown)
    )


DISTANCE = Method(
    id="distance",
    label=Label(ja="政治的距離で重み付けした割合", en="Shares weighted by political distance"),
    reference="Weighting of trade by geopolitical distance as in Aiyar et al. (2023), Geoeconomic "
    "fragmentation and the future of multilateralism, IMF SDN/2023/001; the distances are the user's table "
    "(for instance from Bailey, Strezhnev and Voeten's ideal points)",
    criteria=(
        Criterion(
            "distance",
            "distance_share",
            ">=",
            0.5,
            Label(ja="政治的距離で重み付けした輸入", en="imports weighted by political distance"),
        ),
    ),
    figures=figures,
    reads=("distance",),
    note=Label(
        ja="0(近い)から1(遠い)の距離の表は利用者が用意する。0.5は全輸入の半分が最も遠い国から来るのと同じ重さで、本ソフトの仮定。",
        en="The table of distances, 0 (near) to 1 (far), is the user's. 0.5 weighs as much as half of all imports from "
        "the farthest country; an assumption here.",
    ),
)
