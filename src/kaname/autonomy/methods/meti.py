"""METI: the largest origin measured against what is used at home, not against imports alone."""

from __future__ import annotations

import polars as pl

from kaname.autonomy.methods.base import Criterion, Given, Method
from kaname.autonomy.shares import IMPORTER
from kaname.pack.figures import Label

NEAR = 5
"""A share made at home that the pack states for a year is used for years so near to it."""


def figures(given: Given) -> pl.DataFrame:
    """year, product, importer, import_ratio (imports over use at home), use_share (largest origin over use at home).

    Use = production + imports - exports, in tonnes, where production is known; else 1 - the share made at home that
    the pack states. Null where neither is known, or nothing is left at home.
    """
    keys = list(IMPORTER)
    sold = given.flow.group_by("year", "product", importer="exporter").agg(
        exports_t=pl.when(pl.col("quantity_t").is_not_null().all()).then(pl.col("quantity_t").sum())
    )
    rows = given.table.select(*keys, "imports_t", "quantity_missing", "largest_share")
    joined = rows.join(sold, on=keys, how="left", maintain_order="left")
    made = given.beside.production
    if made is None:
        joined = joined.with_columns(production_t=pl.lit(None, pl.Float64))
    else:
        made = made.cast({"year": joined.schema["year"]})
        joined = joined.join(made, on=keys, how="left", maintain_order="left")
    whole = pl.col("quantity_missing") <= 0.1
    exports = pl.col("exports_t").fill_null(0.0)
    use = pl.when(whole).then(pl.col("production_t") + pl.col("imports_t") - exports)
    stated = {k: 1.0 - v for k, (v, of) in given.beside.domestic.items() if abs(of - given.year) <= NEAR}
    known = pl.col("product").replace_strict(stated or {"": 0.0}, default=None, return_dtype=pl.Float64)
    at_home = pl.when(pl.col("importer") == given.beside.home).then(known)
    ratio = pl.coalesce(pl.when(use > 0).then(pl.col("imports_t") / use), at_home)
    return joined.select(*keys, ratio.alias("import_ratio")).with_columns(
        use_share=pl.col("import_ratio") * joined["largest_share"]
    )


METI = Method(
    id="meti",
    label=Label(ja="経済産業省(国内利用比)", en="METI of Japan (share of use at home)"),
    reference="Ministry of Economy, Trade and Industry, Government of Japan, survey on the resilience of supply chains "
    "(fiscal 2020): imports from the largest origin over use at home (read in the summary at govrephub)",
    criteria=(
        Criterion(
            "use",
            "use_share",
            ">=",
            0.5,
            Label(ja="国内利用に占める最大の輸入先の割合", en="largest origin over use at home"),
        ),
    ),
    figures=figures,
    note=Label(
        ja="国内生産が分かる品目だけを判定する。調査の概要にしきい値の記載はなく、0.5は本ソフトの仮定。一国が過半を占めることを"
        "依存の目安とする内閣府の方法と通商白書2024に合わせた。",
        en="Judged only where production at home is known. The summary of the survey names no threshold: a half is an "
        "assumption here, after the Cabinet Office and the White Paper on International Economy and Trade 2024, which "
        "look for one origin with more than half.",
    ),
)
