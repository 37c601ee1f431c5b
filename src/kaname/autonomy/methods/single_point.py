"""Single point of failure: one exporter without which most of the world's buyers are left short."""

from __future__ import annotations

import polars as pl

from kaname.autonomy.methods.base import Criterion, Given, Method
from kaname.autonomy.shares import exports, shares
from kaname.pack.figures import Label

HELD = 0.5
"""A country is held by the exporter if it buys at least this share from it."""


def figures(given: Given) -> pl.DataFrame:
    """year, product, world_largest_exporter, world_largest_share (its share of the world's exports), world_held (share
    of the imports of all others that is bought by countries which get ``HELD`` or more of it from that exporter)."""
    keys = ["year", "product"]
    top = (
        exports(given.flow)
        .sort(*keys, "world_share", "exporter", descending=[False, False, True, False])
        .group_by(keys, maintain_order=True)
        .agg(
            world_largest_exporter=pl.col("exporter").first(),
            world_largest_share=pl.col("world_share").first(),
        )
    )
    bought = (
        shares(given.flow).join(top, on=keys).filter(pl.col("importer") != pl.col("world_largest_exporter"))
    )
    from_top = pl.col("share").filter(pl.col("exporter") == pl.col("world_largest_exporter")).sum()
    held = (
        bought.group_by(*keys, "importer", maintain_order=True)
        .agg(all=pl.col("value").sum(), from_top=from_top)
        .group_by(keys, maintain_order=True)
        .agg(world_held=pl.col("all").filter(pl.col("from_top") >= HELD).sum() / pl.col("all").sum())
    )
    return top.join(held, on=keys, how="left", maintain_order="left")


SINGLE_POINT = Method(
    id="single_point",
    label=Label(ja="世界貿易網の単一障害点", en="Single point of failure in world trade"),
    reference="After Arjona, R., Connell, W. and Herghelegiu, C. (2023), An enhanced methodology to monitor the EU's "
    "strategic dependencies and vulnerabilities, Single Market Economics Papers WP2023/14",
    criteria=(
        Criterion(
            "exporter",
            "world_largest_share",
            ">=",
            0.5,
            Label(
                ja="世界の輸出に占める最大の輸出国の割合", en="share of the largest exporter in world exports"
            ),
        ),
        Criterion(
            "held",
            "world_held",
            ">=",
            0.5,
            Label(
                ja="その国に半分以上を頼る国々が世界の輸入に占める割合",
                en="share of world imports by countries that get half or more from it",
            ),
        ),
    ),
    figures=figures,
    note=Label(
        ja="自国の輸入元ではなく世界の市場をみる。その輸出国が抜けると、輸入額で世界の半分の買い手が主な供給を失う。基準の立て方と"
        "しきい値は、原典の指標に代えて本ソフトが置いたもの。",
        en="Looks at the world market, not at one's own origins: take that exporter out, and buyers of half the "
        "world's imports lose their main supply. Criteria and thresholds are this project's reading, not the paper's "
        "indicator.",
    ),
)
