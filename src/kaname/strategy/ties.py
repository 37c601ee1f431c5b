"""What trade ties the nation to: the methods and how lasting they are, ways through third countries, holds (floor 6).

The tables of the assessment and of the command line; each figure is made by one function of the rooms below.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from kaname.autonomy.beside import Beside
from kaname.autonomy.dependence import Dependence, dependence
from kaname.autonomy.exposure import Exposure, exposure
from kaname.autonomy.history import churn, long
from kaname.autonomy.shares import flows, in_tonnes
from kaname.data.baci import Trade, TradeTable
from kaname.data.headings import maker
from kaname.pack.model import Good, Pack

SMALL = 0.005
"""Exposures under this share of what home uses are left out of tables."""
LASTING = 5
"""So many years, up to the one asked for, tell how lasting flags are where no first year is named."""
THROUGH = {
    "good": pl.String,
    "country": pl.String,
    "direct": pl.Float64,
    "through": pl.Float64,
    "direct_quantity": pl.Float64,
    "through_quantity": pl.Float64,
}


def judged_years(trade: Trade, year: int, since: int | None = None) -> list[int]:
    """The years in which flags are followed up to ``year``, as far as the data hold them."""
    first = year - LASTING + 1 if since is None else since
    return [y for y in trade.years if first <= y <= year]


def method_table(found: Dependence, trade: Trade, beside: Beside) -> pl.DataFrame:
    """One row a method: the columns of :attr:`Dependence.counts`, then entered, left and turnover against the year
    before (null where the data do not hold it)."""
    counts, before = found.counts, found.year - 1
    if before not in trade.years:
        none = dict.fromkeys(("entered", "left"), pl.lit(None, pl.Int64))
        return counts.with_columns(**none, turnover=pl.lit(None, pl.Float64))
    last = dependence(trade, found.home, before, found.methods, inside=found.inside, beside=beside)
    moved = churn(pl.concat([long(last), long(found)])).filter(year=found.year)
    return counts.join(
        moved.select("method", "entered", "left", "turnover"), on="method", how="left", maintain_order="left"
    )


def longest(trade: Trade, history: TradeTable | None, codes: Sequence[str]) -> TradeTable:
    """Trade in ``codes``, from the table with most years of those that hold all of them that the other holds."""
    longer = history is not None and len(history.years) > len(trade.years)
    if history is not None and longer and set(codes) & set(trade.products) <= set(history.products):
        return history
    return trade if isinstance(trade, TradeTable) else trade.select(products=codes)


def good_exposure(trade: Trade, codes: Sequence[str], year: int, *, tonnes: bool = False) -> Exposure | None:
    """Exposure of all countries in a good (the sum of its codes) in a year; None without any trade."""
    flow = flows(trade, (year,), {"good": codes})
    flow = in_tonnes(flow) if tonnes else flow
    return None if flow.is_empty() else exposure(flow.select("exporter", "importer", "value"))


def through_table(trade: Trade, goods: Sequence[Good], home: str, year: int) -> pl.DataFrame:
    """What home uses of each good that passed through each country, direct and in all: the columns of ``THROUGH``.

    Where an exporter's own production is not known, what passes is the most that trade allows
    (:mod:`kaname.autonomy.exposure`). Goods that the trade data do not hold are left out.
    """
    parts = []
    for good in goods:
        by_value, by_tonnes = (
            _of(good_exposure(trade, good.hs, year, tonnes=tonnes), home) for tonnes in (False, True)
        )
        named = by_tonnes.select("country", direct_quantity="direct", through_quantity="through")
        joined = by_value.join(named, on="country", how="left", maintain_order="left")
        parts.append(joined.select(pl.lit(good.id).alias("good"), *list(THROUGH)[1:]))
    return pl.concat(parts).filter(pl.col("through") >= SMALL) if parts else pl.DataFrame(schema=THROUGH)


def _of(found: Exposure | None, home: str) -> pl.DataFrame:
    if found is None or home not in found.countries:
        return pl.DataFrame(schema={"country": pl.String, "direct": pl.Float64, "through": pl.Float64})
    return found.of(home).drop("indirect")


def through_years(
    trade: Trade, codes: Sequence[str], home: str, source: str, years: Sequence[int], *, tonnes: bool
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """One good and source country over years: (year, direct, through, indirect), and the carriers of each year
    (year, country, share): through whom what passed the source came, the source itself left out."""
    rows, carriers = [], []
    for year in years:
        found = good_exposure(trade, codes, year, tonnes=tonnes)
        if found is None or home not in found.countries or source not in found.countries:
            continue
        j, s = found.countries.index(home), found.countries.index(source)
        direct, through = float(found.direct[j, s]), float(found.through[j, s])
        rows.append((year, direct, through, through - direct))
        by = found.carriers(home, source).filter(pl.col("country") != source)
        carriers.append(by.select(pl.lit(year).alias("year"), "country", "share"))
    shares = dict.fromkeys(("direct", "through", "indirect"), pl.Float64)
    frame = pl.DataFrame(rows, {"year": pl.Int64, **shares}, orient="row")
    empty = pl.DataFrame(schema={"year": pl.Int64, "country": pl.String, "share": pl.Float64})
    return frame, pl.concat([empty, *(c.cast({"year": pl.Int64}) for c in carriers)])


def with_holds(dependents: pl.DataFrame, products: pl.DataFrame, pack: Pack) -> pl.DataFrame:
    """Who buys from home, and for how long they could do without: ``good`` (the pack's, of the code), ``covered`` (days
    that the buyer's stock covers the gap), ``felt`` (day on which a stop is first felt, null if not within it) and
    ``replaceable``, from :class:`~kaname.indispensability.leverage.Leverage`; and for every product ``usual_stock``
    (days of stock that the pack states for the good, else for what the industry makes that makes it) and ``lasts``,
    those days over the share bought from home: how long stock of the usual size would last a buyer who makes none
    itself and turns to nobody else.

    The first are null where the network does not follow the product by itself, or the buyer stands in no region of its
    own; the last where the pack states no stock.
    """
    goods = {code: good.id for good in pack.goods for code in good.hs}
    good = pl.col("hs6").replace_strict(goods or {"": ""}, default=None, return_dtype=pl.String)
    theirs = products.select(
        "partner",
        good="product",
        covered="their_covered",
        felt="their_felt",
        replaceable="their_replaceable",
    )
    stock = pl.DataFrame(
        [(code, usual_stock(pack, code)) for code in dependents["hs6"].unique(maintain_order=True)],
        {"hs6": pl.String, "usual_stock": pl.Float64},
        orient="row",
    )
    share = pl.col("share_from_home")
    return (
        dependents.with_columns(good=good)
        .join(theirs, on=["partner", "good"], how="left", maintain_order="left")
        .join(stock, on="hs6", how="left", maintain_order="left")
        .with_columns(lasts=pl.when(share > 0).then(pl.col("usual_stock") / share))
    )


def usual_stock(pack: Pack, code: str) -> float | None:
    """Days of stock that users of a product hold: of the pack's good with this code, else of what the industry makes
    that makes it (:func:`kaname.data.headings.maker`)."""
    stock = next((g.stock for g in pack.goods if code in g.hs), None) or next(
        (i.stock for i in pack.industries if i.id == maker(code)), None
    )
    return stock.to("day") if stock is not None and stock.known else None


def without_echoes(products: pl.DataFrame, pack: Pack) -> pl.DataFrame:
    """:attr:`Leverage.products` without the rows of industries whose losses are those of their goods, nine tenths or
    more on both sides: the goods say it better."""
    parents = {good.id: good.parent for good in pack.goods}
    sides = ("their_loss", "our_loss")
    goods = (
        products.filter(pl.col("product").is_in(list(parents)))
        .with_columns(pl.col("product").replace_strict(parents, default=None, return_dtype=pl.String))
        .group_by("partner", "product")
        .agg(pl.col(sides).sum().name.prefix("of_"))
    )
    echo = pl.all_horizontal(pl.col(f"of_{c}") >= 0.9 * pl.col(c) for c in sides)
    joined = products.join(goods, on=["partner", "product"], how="left", maintain_order="left")
    return joined.filter(~echo.fill_null(value=False)).select(products.columns)
