"""What a published method of finding dependence is: criteria with thresholds, as data (floor 4)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from typing import Literal

import polars as pl

from kaname.autonomy.beside import Beside
from kaname.autonomy.world import World
from kaname.data.baci import Trade
from kaname.data.trade_year import TradeYear
from kaname.pack.figures import Label

Basis = Literal["value", "quantity"]
"""Whether shares are of money or of tonnes."""


@dataclass(frozen=True)
class Given:
    """What a method makes its own figures of.

    ``flow``: what the importers buy and sell of the products asked for, in the years the method looks at, as
    :func:`kaname.autonomy.shares.flows` gives it (by quantity, its ``value`` is tonnes; it may hold more);
    ``table``: the indicators of those years; ``importers``: whose figures are wanted; ``trade``: the whole
    table, for figures that compare products.
    """

    flow: pl.DataFrame
    table: pl.DataFrame
    trade: Trade
    year: int
    importers: Collection[str]
    beside: Beside
    by: Basis

    world: World
    """The same trade with all countries in it."""

    @property
    def all_here(self) -> TradeYear:
        """All countries' trade of ``year`` in the products asked for."""
        return self.world.year(self.year, tonnes=self.by == "quantity")

    @property
    def everything(self) -> tuple[TradeYear, ...]:
        """Trade of ``year`` in every product of the data, and in those asked for that sum several codes."""
        if self.world.products is None:
            return (self.all_here,)
        every = World(self.trade, (self.year,)).year(self.year, tonnes=self.by == "quantity")
        own = self.all_here.only(set(self.all_here.products) - set(every.products))
        return (every, own) if own.products else (every,)


@dataclass(frozen=True)
class Criterion:
    """One comparison: ``measure`` (a column of :func:`kaname.autonomy.shares.indicators`) over a threshold."""

    id: str
    measure: str
    relation: Literal[">", ">="]
    threshold: float
    label: Label
    ratio: bool = True
    """Whether it makes sense to say by what part the measure is above the threshold (not for numbers of groups)."""

    @property
    def met(self) -> pl.Expr:
        """True, false, or null where the measure is not known. An infinite ratio is over any threshold."""
        column = pl.col(self.measure)
        return column > self.threshold if self.relation == ">" else column >= self.threshold


@dataclass(frozen=True)
class Method:
    """A method flags a product where all its criteria hold in ``needed`` of the last ``window`` years."""

    id: str
    label: Label
    reference: str
    """Who published it, and where."""
    criteria: tuple[Criterion, ...]
    needed: int = 1
    window: int = 1
    note: Label | None = None
    """How it is applied here where that is not evident."""
    figures: Callable[[Given], pl.DataFrame] | None = None
    """Its own measures, one row a (year, product) or (year, product, importer), where the common ones do not do."""
    reads: tuple[str, ...] = ()
    """Tables beside the trade table (fields of ``Beside``) without which it cannot judge."""

    @property
    def met(self) -> pl.Expr:
        """All criteria in one year, with three values: one that fails decides, even if another is unknown."""
        return reduce(lambda a, b: a & b, (c.met for c in self.criteria))

    def years(self, year: int) -> tuple[int, ...]:
        """The years it looks at to judge ``year``."""
        return tuple(range(year - self.window + 1, year + 1))


WHY = {
    "no-imports": Label(ja="この年の輸入がない", en="nothing imported in the year"),
    "not-in-data": Label(ja="貿易データに収録がない", en="the trade data do not hold it"),
    "years-missing": Label(
        ja="判定に要する年のデータが足りない", en="years that could decide are not in the data"
    ),
    "no-figure": Label(ja="判定に要する数値がない", en="a figure that could decide is not known"),
    "no-table": Label(ja="判定に要する表が与えられていない", en="it needs a table that was not given"),
    "no-quantity": Label(
        ja="数量が不明な輸入が金額の1割を超える", en="no quantity for more than a tenth of imports by value"
    ),
}
"""Why a product is not judged: code to text."""


def measured(methods: Sequence[Method], given: Given) -> pl.DataFrame:
    """``given.table`` with the own figures of each method beside the common indicators."""
    table = given.table
    for method in methods:
        if method.figures is None:
            continue
        years = pl.col("year").is_in(method.years(given.year))
        part = replace(given, flow=given.flow.filter(years), table=given.table.filter(years))
        found = method.figures(part)
        keys = [c for c in ("year", "product", "importer") if c in found.columns]
        table = table.join(found, on=keys, how="left", maintain_order="left")
    return table


def lacking(methods: Sequence[Method], beside: Beside) -> dict[str, str]:
    """Method -> reason (a key of ``WHY``) for those that cannot be asked at all here."""
    return {m.id: "no-table" for m in methods if not all(beside.holds(name) for name in m.reads)}


def judge(
    methods: tuple[Method, ...], table: pl.DataFrame, year: int, missing: Mapping[str, str] | None = None
) -> pl.DataFrame:
    """Flags of each method for ``year``, one row a (product, importer) of ``table``.

    ``table`` holds :func:`~kaname.autonomy.shares.indicators` for ``year`` and for those years before it that
    the data hold, a product without imports in a year included (``imports`` 0: such a year counts as one
    in which the criteria do not hold, but a product without imports in ``year`` itself is not judged), with the
    methods' own figures (:func:`measured`). ``missing``: methods that cannot be asked, and why (:func:`lacking`).

    ``held`` says whether the data hold the product at all.

    Columns: product, importer, and per method ``<id>`` (true, false, null = not judged) and ``<id>_why`` (a key
    of ``WHY``, null where judged).
    """
    keys = ["product", "importer"]
    result = table.filter(year=year).select(keys).sort(keys)
    for method in methods:
        why = (missing or {}).get(method.id)
        flags = _flags(method, table, year) if why is None else _none(method, table, year, why)
        result = result.join(flags, on=keys, how="left", maintain_order="left")
    return result


def _none(method: Method, table: pl.DataFrame, year: int, why: str) -> pl.DataFrame:
    """Nothing judged, for one reason."""
    return table.filter(year=year).select(
        "product",
        "importer",
        pl.lit(None, pl.Boolean).alias(method.id),
        pl.lit(why).alias(f"{method.id}_why"),
    )


def _flags(method: Method, table: pl.DataFrame, year: int) -> pl.DataFrame:
    """product, importer, ``<id>``, ``<id>_why``: years that hold are counted, years unknown could still hold."""
    absent = len(set(method.years(year)) - set(table["year"].unique().to_list()))
    imported = pl.col("imports").fill_null(1.0) > 0
    met = pl.when(imported).then(method.met).otherwise(pl.lit(value=False))
    now = pl.col("year") == year
    votes = (
        table.filter(pl.col("year").is_in(method.years(year)))
        .group_by("product", "importer", maintain_order=True)
        .agg(
            yes=met.sum().cast(pl.Int64),
            unknown=met.is_null().sum().cast(pl.Int64),
            empty=(~imported).filter(now).any(),
            held=pl.col("held").filter(now).any(),
        )
    )
    could = pl.col("yes") + pl.col("unknown") + absent
    flag = (
        pl.when("empty")
        .then(None)
        .when(pl.col("yes") >= method.needed)
        .then(pl.lit(value=True))
        .when(could < method.needed)
        .then(pl.lit(value=False))
    )
    why = (
        pl.when("empty")
        .then(pl.lit("no-imports"))
        .when(flag.is_not_null())
        .then(None)
        .when(~pl.col("held"))
        .then(pl.lit("not-in-data"))
        .when(pl.col("unknown") > 0)
        .then(pl.lit("no-figure"))
        .otherwise(pl.lit("years-missing"))
    )
    return votes.select("product", "importer", flag.alias(method.id), why.alias(f"{method.id}_why"))


EVIDENCE = {
    **dict.fromkeys(("product", "importer", "method", "criterion"), pl.String),
    "year": pl.Int16,
    "measure": pl.String,
    "value": pl.Float64,
    "relation": pl.String,
    "threshold": pl.Float64,
    "met": pl.Boolean,
}


def evidence(methods: tuple[Method, ...], table: pl.DataFrame, year: int) -> pl.DataFrame:
    """What each flag rests on: a row per product, method, criterion and year of its window.

    Columns: product, importer, method, criterion, year, measure, value, relation, threshold, met.
    """
    parts = [
        table.filter(pl.col("year").is_in(method.years(year))).select(
            "product",
            "importer",
            method=pl.lit(method.id),
            criterion=pl.lit(c.id),
            year="year",
            measure=pl.lit(c.measure),
            value=pl.col(c.measure).cast(pl.Float64),
            relation=pl.lit(c.relation),
            threshold=pl.lit(c.threshold),
            met=c.met,
        )
        for method in methods
        for c in method.criteria
        if c.measure in table.columns
    ]
    if not parts:
        return pl.DataFrame(schema=EVIDENCE)
    return pl.concat(parts).sort("product", "importer", "method", "criterion", "year")
