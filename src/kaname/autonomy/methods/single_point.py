"""Single point of failure: one exporter without which most of the world's buyers are left short."""

from __future__ import annotations

import numpy as np
import polars as pl

from kaname.autonomy.methods.base import Criterion, Given, Method
from kaname.autonomy.worldnet import bought_from
from kaname.data.concentration import exports_by_country
from kaname.pack.figures import Label

HELD = 0.5
"""A country is held by the exporter if it buys at least this share from it."""


def figures(given: Given) -> pl.DataFrame:
    """year, product, world_largest_exporter, world_largest_share (its share of the world's exports), world_held (share
    of the imports of all others that is bought by countries which get ``HELD`` or more of it from that exporter)."""
    year = given.all_here
    exports = exports_by_country(year)
    traded = np.flatnonzero(exports.sum(axis=1))
    top = exports[traded].argmax(axis=1) if len(traded) else traded  # of equals, the first by name
    share = exports[traded, top] / exports[traded].sum(axis=1)
    held = bought_from(year, top, traded, HELD)
    return pl.DataFrame(
        {
            "year": pl.Series([given.year] * len(traded), dtype=given.table.schema["year"]),
            "product": pl.Series([year.products[p] for p in traded], dtype=pl.String),
            "world_largest_exporter": pl.Series([year.countries[c] for c in top], dtype=pl.String),
            "world_largest_share": share,
            "world_held": pl.Series(held).fill_nan(None),
        }
    )


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
