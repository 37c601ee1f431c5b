"""How lasting a method's flags are: since when, how often in and out, and what a revision of the data does (floor 4).

Years in which a method does not judge a product neither break a spell nor begin one: they are left out of the count.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import polars as pl

from kaname.autonomy.beside import NOTHING, Beside
from kaname.autonomy.dependence import Dependence, check_asked, complete, judged, window
from kaname.autonomy.methods import Basis, Given, Method, chosen
from kaname.autonomy.world import World
from kaname.data.baci import Trade

FLAGS = {"product": pl.String, "year": pl.Int64, "method": pl.String, "flag": pl.Boolean, "why": pl.String}


def long(found: Dependence) -> pl.DataFrame:
    """``found`` with one row a product and method: product, year, method, flag (null = not judged), why."""
    parts = [
        found.frame.select(
            pl.col(found.key).alias("product"),
            pl.lit(found.year).alias("year"),
            pl.lit(m.id).alias("method"),
            pl.col(m.id).alias("flag"),
            pl.col(f"{m.id}_why").alias("why"),
        )
        for m in found.methods
    ]
    return pl.concat(parts).cast(FLAGS)  # type: ignore[arg-type]


def history(
    trade: Trade,
    home: str,
    years: Collection[int] | None = None,
    methods: Sequence[Method | str] | None = None,
    *,
    products: Collection[str] | None = None,
    inside: frozenset[str] = frozenset(),
    beside: Beside = NOTHING,
    by: Basis = "value",
) -> pl.DataFrame:
    """Every product judged by every method in every year: the columns of ``FLAGS``, by product, method and year.

    ``years``: those to judge; ``None`` is all that the data hold. A method that looks back does not judge the first
    years of the data. Raises as :func:`~kaname.autonomy.dependence.dependence` does.
    """
    how = chosen(methods)
    asked = sorted(trade.years if years is None else years)
    for year in asked:
        check_asked(trade, home, year, inside, products)
    if not asked:
        return pl.DataFrame(schema=FLAGS)
    codes = sorted(trade.products if products is None else set(products))
    span = sorted({y for year in asked for y in window(trade, year, how)})
    tables: dict[int, pl.DataFrame] = {}
    used: dict[int, pl.DataFrame] = {}
    parts = []
    for year in span:  # one year of the world in memory at a time; of those before, home's rows alone
        world = World(trade, (year,), products)
        tables[year] = complete(world, home, codes, inside=inside, by=by)
        used[year] = world.rows((home,), tonnes=by == "quantity")
        if year in asked:
            flow, table = (pl.concat(held[y] for y in window(trade, year, how)) for held in (used, tables))
            given = Given(flow, table, trade, year, (home,), beside, by, world)
            parts.append(long(judged(given, inside=inside, methods=how, key="hs6")))
    order = {m.id: n for n, m in enumerate(how)}
    rank = pl.col("method").replace_strict(order, return_dtype=pl.Int64)
    return pl.concat(parts).sort("product", rank, "year")


def spells(flags: pl.DataFrame) -> pl.DataFrame:
    """One row a product and method of :func:`history`: flag (in the last year judged), last (that year), since (first
    year of the spell it is in, flagged or not), first (year it was ever flagged), years_flagged, years_judged, entries
    and exits (how often it moved in and out between years judged)."""
    keys = ["product", "method"]
    judged = flags.filter(pl.col("flag").is_not_null()).sort(*keys, "year")
    flag, year = pl.col("flag"), pl.col("year")
    before = flag.shift(1)
    found = judged.group_by(keys, maintain_order=True).agg(
        last=year.last(),
        flag=flag.last(),
        since=year.filter((flag != before).fill_null(value=True)).last(),
        first=year.filter(flag).first(),
        years_flagged=flag.sum().cast(pl.Int64),
        years_judged=pl.len().cast(pl.Int64),
        entries=(flag & ~before).sum().cast(pl.Int64),
        exits=(~flag & before).sum().cast(pl.Int64),
    )
    every = flags.select(keys).unique(maintain_order=True)
    counts = pl.col("years_flagged", "years_judged", "entries", "exits").fill_null(0)
    return every.join(found, on=keys, how="left", maintain_order="left").with_columns(counts)


def churn(flags: pl.DataFrame) -> pl.DataFrame:
    """method, year, flagged (all of the year), compared (products judged in the year and the one before); and of these
    entered, left, and turnover: those that came or went over those on either list, (entered + left) / (flagged before +
    flagged). A year in which nothing can be compared with the year before has no row."""
    keys = ["method", "product"]
    last = flags.sort(*keys, "year").with_columns(
        before=pl.col("flag").shift(1).over(keys), gap=pl.col("year") - pl.col("year").shift(1).over(keys)
    )
    pair = last.filter(pl.col("gap") == 1, pl.col("flag").is_not_null(), pl.col("before").is_not_null())
    flag, before = pl.col("flag"), pl.col("before")
    every = flags.group_by("method", "year").agg(flagged=flag.sum().cast(pl.Int64))
    sums = pair.group_by("method", "year", maintain_order=True).agg(
        compared=pl.len().cast(pl.Int64),
        entered=(flag & ~before).sum().cast(pl.Int64),
        left=(~flag & before).sum().cast(pl.Int64),
        _both=(flag.cast(pl.Int64) + before.cast(pl.Int64)).sum(),
    )
    moved = (pl.col("entered") + pl.col("left")) / pl.col("_both")
    return (
        sums.join(every, on=["method", "year"])
        .with_columns(turnover=pl.when(pl.col("_both") > 0).then(moved))
        .select("method", "year", "flagged", "compared", "entered", "left", "turnover")
        .sort("method", "year")
    )


def revision(before: Dependence, after: Dependence) -> pl.DataFrame:
    """What another edition of the data says of the same country and year: one row a product and method whose flag
    is another, or that only one of the two judges.

    Columns: product, method, before, after (flags; null = not judged), imports_before, imports_after (million USD), and
    held_before, held_after (whether the edition holds the product at all).
    """
    key = ["product", "method"]
    old, new = (long(d).select(*key, flag="flag") for d in (before, after))
    joined = old.join(new, on=key, how="full", coalesce=True, suffix="_after")
    imports = [
        d.frame.select(pl.col(d.key).alias("product"), pl.col("imports").alias(f"imports_{name}"))
        for d, name in ((before, "before"), (after, "after"))
    ]
    for part in imports:
        joined = joined.join(part, on="product", how="left")
    return (
        joined.rename({"flag": "before", "flag_after": "after"})
        .filter(~pl.col("before").eq_missing(pl.col("after")))
        .with_columns(
            held_before=pl.col("imports_before").is_not_null(),
            held_after=pl.col("imports_after").is_not_null(),
        )
        .select(*key, "before", "after", "imports_before", "imports_after", "held_before", "held_after")
        .sort(key)
    )


def margins(found: Dependence) -> pl.DataFrame:
    """How far each verdict is from turning: product, method, criterion (the nearest), its value, margin.

    The margin is the least of value / threshold - 1 over the method's criteria in the year itself: 0.1 says that the
    nearest figure is a tenth above its threshold, below 0 that one criterion fails. Null where a figure is not known;
    methods that sort into groups have none.
    """
    ranked = [m.id for m in found.methods if not all(c.ratio for c in m.criteria)]
    near = pl.when(~pl.col("method").is_in(ranked)).then(pl.col("value") / pl.col("threshold") - 1)
    rows = found.evidence.filter(pl.col("year") == found.year).with_columns(margin=near)
    return (
        rows.sort(found.key, "method", "margin", nulls_last=False)
        .group_by(found.key, "method", maintain_order=True)
        .agg(
            criterion=pl.col("criterion").first(),
            value=pl.col("value").first(),
            margin=pl.when(pl.col("value").is_not_null().all()).then(pl.col("margin").min()),
        )
        .rename({found.key: "product"})
    )
