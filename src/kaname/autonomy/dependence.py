"""Where a country depends on others in trade, and where others depend on it, by the published methods side by
side (floor 4).

Both directions read one table (:func:`kaname.autonomy.shares.indicators`): that A depends on B for a product is
one fact, told from A's side by :func:`dependence` and from B's by :func:`dependents`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import polars as pl

from kaname.autonomy.beside import NOTHING, Beside
from kaname.autonomy.methods import Basis, Given, Method, chosen, evidence, judge
from kaname.autonomy.methods.base import lacking, measured
from kaname.autonomy.shares import IMPORTER
from kaname.autonomy.world import World
from kaname.data.baci import Trade
from kaname.errors import InputProblems, Problem

UNKNOWN = 0.1
"""By quantity nothing is judged where more than this share of imports by value has no quantity."""


PAIR = ("product", "importer")


@dataclass(frozen=True)
class Dependence:
    """A country's imports judged by each method.

    ``frame``: one row a product: ``key``, the columns of :func:`~kaname.autonomy.shares.indicators`, the methods'
    own figures, then per method ``<id>`` (true, false, null = not judged) and ``<id>_why`` (a key of
    :data:`~kaname.autonomy.methods.WHY`). ``evidence``: what each flag rests on, a row per product, method,
    criterion and year. ``key`` is the name of the product column: ``hs6``, or ``good``. ``by`` quantity, money is
    tonnes throughout.
    """

    home: str
    year: int
    inside: frozenset[str]
    methods: tuple[Method, ...]
    frame: pl.DataFrame
    evidence: pl.DataFrame
    source: str
    key: str = "hs6"
    by: Basis = "value"

    def beside(self, quantity: Dependence) -> Dependence:
        """With the flags by quantity beside those by value: ``<id>_quantity`` and ``<id>_quantity_why``."""
        flags = [name for m in self._ids for name in (m, f"{m}_why")]
        named = {
            f: f.removesuffix("_why") + "_quantity" + ("_why" if f.endswith("_why") else "") for f in flags
        }
        theirs = quantity.frame.select(self.key, *flags).rename(named)
        return replace(self, frame=self.frame.join(theirs, on=self.key, how="left", maintain_order="left"))

    @property
    def _ids(self) -> list[str]:
        return [m.id for m in self.methods]

    @property
    def counts(self) -> pl.DataFrame:
        """method, flagged, not_flagged, not_judged, imports_flagged (share of all import value; null where
        nothing is judged); with quantity beside, flagged_quantity and differ (judged otherwise by
        quantity), null for a method that is not asked by quantity."""
        value = pl.col("imports")
        rows = [
            self.frame.select(
                method=pl.lit(m),
                flagged=pl.col(m).sum().cast(pl.Int64),
                not_flagged=(~pl.col(m)).sum().cast(pl.Int64),
                not_judged=pl.col(m).is_null().sum().cast(pl.Int64),
                imports_flagged=pl.when(pl.col(m).is_not_null().any() & (value.sum() > 0)).then(
                    value.filter(pl.col(m)).sum() / value.sum()
                ),
                **self._by_quantity(m),
            )
            for m in self._ids
        ]
        return pl.concat(rows)

    def _by_quantity(self, method: str) -> dict[str, pl.Expr]:
        other = f"{method}_quantity"
        if other not in self.frame.columns:
            return {}
        judged = pl.col(other).is_not_null().any()
        return {
            "flagged_quantity": pl.when(judged).then(pl.col(other).sum().cast(pl.Int64)),
            "differ": pl.when(judged).then((pl.col(method) != pl.col(other)).sum().cast(pl.Int64)),
        }

    @property
    def agreement(self) -> pl.DataFrame:
        """Each pair of methods: a, b, both, only_a, only_b, neither, not_judged (by a or b), and jaccard (both over
        flagged by either; null where neither flags anything)."""
        rows = []
        for a, b in combinations(self._ids, 2):
            judged = self.frame.filter(pl.col(a).is_not_null() & pl.col(b).is_not_null())
            both = judged.filter(pl.col(a) & pl.col(b)).height
            only_a = judged.filter(pl.col(a) & ~pl.col(b)).height
            only_b = judged.filter(~pl.col(a) & pl.col(b)).height
            either = both + only_a + only_b
            rest = self.frame.height - judged.height
            overlap = both / either if either else None
            rows.append((a, b, both, only_a, only_b, judged.height - either, rest, overlap))
        counts = ("both", "only_a", "only_b", "neither", "not_judged")
        schema = {"a": pl.String, "b": pl.String, **dict.fromkeys(counts, pl.Int64), "jaccard": pl.Float64}
        return pl.DataFrame(rows, schema, orient="row")

    @property
    def disagreement(self) -> pl.DataFrame:
        """The rows of ``frame`` that one method flags and another, having judged it, does not."""
        flags = [pl.col(m) for m in self._ids]
        yes = pl.any_horizontal([f.fill_null(value=False) for f in flags])
        no = pl.any_horizontal([~f.fill_null(value=True) for f in flags])
        return self.frame.filter(yes & no)


def dependence(
    trade: Trade,
    home: str,
    year: int,
    methods: Sequence[Method | str] | None = None,
    *,
    inside: frozenset[str] = frozenset(),
    products: Collection[str] | None = None,
    beside: Beside = NOTHING,
    by: Basis = "value",
    world: World | None = None,
) -> Dependence:
    """What ``home`` depends on others for in ``year``, product by product.

    ``methods``: ids or :class:`~kaname.autonomy.methods.Method`; ``None`` is all. ``inside``: countries whose
    supply does not count as outside (the European Commission's criteria; others take all origins alike).
    ``products``: HS codes; ``None`` is every one in ``trade``. ``beside``: tables that some methods read. ``by``:
    shares of value, or of quantity. ``world``: the same trade, where it was read before. A product without imports in
    the year stays in the table, not judged.

    Raises :class:`~kaname.errors.InputProblems`: a year, country or product that the data do not hold, an unknown
    method.
    """
    check_asked(trade, home, year, inside, products)
    how = chosen(methods)
    codes = sorted(trade.products if products is None else set(products))
    years = window(trade, year, how)
    world = World(trade, years, products) if world is None else world
    table = complete(world, home, codes, inside=inside, by=by)
    rows = world.rows((home,), tonnes=by == "quantity")
    asked = Given(rows, table, trade, year, (home,), beside, by, world)
    return judged(asked, inside=inside, methods=how, key="hs6")


def both_bases(
    trade: Trade,
    home: str,
    year: int,
    methods: Sequence[Method | str] | None = None,
    *,
    inside: frozenset[str] = frozenset(),
    products: Collection[str] | None = None,
    beside: Beside = NOTHING,
) -> Dependence:
    """:func:`dependence` by value, with the flags by quantity beside (:meth:`Dependence.beside`)."""
    check_asked(trade, home, year, inside, products)
    world = World(trade, window(trade, year, chosen(methods)), products)
    value, quantity = (
        dependence(
            trade, home, year, methods, inside=inside, products=products, beside=beside, by=by, world=world
        )
        for by in ("value", "quantity")
    )
    return value.beside(quantity)


def dependents(
    trade: Trade,
    home: str,
    year: int,
    methods: Sequence[Method | str] | None = None,
    products: Collection[str] | None = None,
    *,
    beside: Beside = NOTHING,
) -> pl.DataFrame:
    """Who depends on ``home`` in ``year``: one row a product and partner country that buys it from ``home``.

    Columns: hs6, partner; imports (the partner's, from all, million USD); from_home (million USD);
    share_from_home, share_from_home_quantity; largest (home is the partner's largest origin); hhi (of the
    partner's origins); world_share (of home in the world's exports of the product); and per method ``<id>``: the
    method flags the partner's product *and* home is its largest origin. So the rows flagged here are those of
    ``dependence(trade, partner, year)`` that are flagged there with ``largest_origin`` = home. ``<id>_why`` as there.

    Sorted by product, then by share. Raises as :func:`dependence` does.
    """
    check_asked(trade, home, year, frozenset(), products)
    how = chosen(methods)
    years = window(trade, year, how)
    world = World(trade, years, products)
    sold = world.rows((home,)).filter(pl.col("year") == year, pl.col("exporter") == home)
    pairs = sold.select("product", "importer")
    table = world.indicators(pairs["importer"].unique().to_list()).join(pairs, on=list(PAIR), how="semi")
    theirs = table.filter(pl.col("year") == year, pl.col("largest_origin") == home).select(PAIR)
    buyers = pairs["importer"].unique(maintain_order=True).to_list()
    table = _without_gaps(table, years)
    given = Given(world.pairs(theirs), table, trade, year, buyers, beside, "value", world)
    table = measured(how, given)
    flags = judge(how, table, year, lacking(how, beside))
    ours = world.sold(home).filter(year=year).select("product", "world_share")
    part = pl.when(pl.col("imports_t") > 0).then(pl.col("from_home_t") / pl.col("imports_t"))
    joined = (
        sold.select(*PAIR, from_home="value", from_home_t="quantity_t")
        .join(table.filter(year=year), on=list(PAIR))
        .with_columns(share_from_home=pl.col("from_home") / pl.col("imports"), share_t=part)
        .join(flags, on=list(PAIR))
        .join(ours, on="product")
    )
    largest = pl.col("largest_origin") == home
    held = [pl.when(~largest).then(pl.lit(value=False)).otherwise(pl.col(m.id)).alias(m.id) for m in how]
    why = [pl.when(largest).then(pl.col(f"{m.id}_why")).alias(f"{m.id}_why") for m in how]
    return joined.select(
        pl.col("product").alias("hs6"),
        pl.col("importer").alias("partner"),
        "imports",
        "from_home",
        "share_from_home",
        pl.col("share_t").alias("share_from_home_quantity"),
        largest.alias("largest"),
        "hhi",
        "world_share",
        *[column for pair in zip(held, why, strict=True) for column in pair],
    ).sort(["hs6", "share_from_home", "partner"], descending=[False, True, False])


def window(trade: Trade, year: int, methods: Sequence[Method]) -> tuple[int, ...]:
    """The years that the methods look at to judge ``year``, as far as the data hold them."""
    wanted = {y for m in methods for y in m.years(year)} | {year}
    return tuple(sorted(wanted & set(trade.years)))


def check_asked(
    trade: Trade,
    home: str,
    year: int,
    inside: Collection[str] = (),
    products: Collection[str] | None = None,
) -> None:
    """Raise ``InputProblems`` for everything asked for that the data do not hold, and say what they do hold."""
    years, countries = trade.years, set(trade.countries)
    faults = []
    if year not in years:
        faults.append(
            f"no trade data for {year}; the years there are: {', '.join(map(str, years)) or 'none'}"
        )
    faults += [
        f"no trade data for country {c!r} (three-letter codes are used)"
        for c in sorted({home, *inside} - countries)
    ]
    held = set() if products is None else set(trade.products)
    faults += [
        f"no trade data for product {code!r} in {trade.vintage}, in any of the years {years[0]} to {years[-1]}"
        for code in sorted(set(products or ()) - held)
        if years
    ]
    if faults:
        raise InputProblems(Problem(text) for text in faults)


def judged(given: Given, *, inside: frozenset[str], methods: tuple[Method, ...], key: str) -> Dependence:
    """Figures and flags of each method beside the indicators of one importer (``given.table``: see
    :func:`complete`)."""
    (home,), year = given.importers, given.year
    table = measured(methods, given)
    flags = judge(methods, table, year, lacking(methods, given.beside))
    keys = ["product", "importer"]
    frame = table.filter(year=year).join(flags, on=keys, maintain_order="left")
    if given.by == "quantity":
        frame = frame.with_columns(_hidden(m.id) for m in methods).with_columns(
            pl.when(pl.col("quantity_missing") > UNKNOWN).then(None).otherwise(pl.col(m.id)).alias(m.id)
            for m in methods
        )
    frame = frame.drop("year", "held", "importer").rename({"product": key}).sort(key)
    basis = evidence(methods, table, year).drop("importer").rename({"product": key})
    return Dependence(home, year, inside, methods, frame, basis, given.trade.source, key, given.by)


def _hidden(method: str) -> pl.Expr:
    """The reason not to judge by quantity, where there is too little of it."""
    asked = pl.col(f"{method}_why").ne_missing("no-table")
    return (
        pl.when(asked & (pl.col("quantity_missing") > UNKNOWN))
        .then(pl.lit("no-quantity"))
        .otherwise(pl.col(f"{method}_why"))
        .alias(f"{method}_why")
    )


def complete(
    world: World,
    home: str,
    products: Sequence[str],
    *,
    inside: frozenset[str] = frozenset(),
    by: Basis = "value",
) -> pl.DataFrame:
    """The indicators of ``home`` for every product and year, those in which it imports nothing included, with its
    exports and the world's HHI. ``quantity_missing`` is of imports by value, always."""
    tonnes = by == "quantity"
    table = world.indicators((home,), inside, tonnes=tonnes)
    asked = pl.DataFrame({"product": list(products)}, schema={"product": pl.String}).join(
        pl.DataFrame({"year": list(world.years)}, schema={"year": table.schema["year"]}), how="cross"
    )
    grid = asked.select("year", "product", importer=pl.lit(home))
    full = grid.join(table, on=list(IMPORTER), how="left", maintain_order="left")
    all_ = world.sold(home, tonnes=tonnes).select("year", "product", own="exports", all="world_hhi")
    on = ["year", "product"]
    whole = (
        full.join(all_, on=on, how="left", maintain_order="left")
        .with_columns(
            pl.col("imports").fill_null(0.0),
            pl.col("suppliers", "suppliers_above_1pct").fill_null(0),
            exports=pl.coalesce("exports", "own", pl.lit(0.0)),
            world_hhi=pl.coalesce("world_hhi", "all"),
            held=pl.lit(value=True),
        )
        .drop("own", "all")
    )
    if not tonnes:
        return whole
    missing = world.indicators((home,), inside).select(*on, "quantity_missing")
    columns = whole.columns
    return (
        whole.drop("quantity_missing").join(missing, on=on, how="left", maintain_order="left").select(columns)
    )


def _without_gaps(table: pl.DataFrame, years: Sequence[int]) -> pl.DataFrame:
    """``table`` with a row of imports 0 for each year of the window in which a pair does not trade."""
    pairs = table.select("product", "importer").unique(maintain_order=True)
    span = pl.DataFrame({"year": list(years)}, schema={"year": table.schema["year"]})
    grid = pairs.join(span, how="cross")
    full = grid.join(table, on=["year", "product", "importer"], how="left", maintain_order="left")
    return full.with_columns(pl.col("imports").fill_null(0.0), pl.lit(value=True).alias("held"))
