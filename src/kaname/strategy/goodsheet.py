"""One good on one sheet: who supplies it and by which way, what each method says, what happens if the first supplier
stops, and what answers it (floor 6).

Nothing is computed here that other tables do not hold: suppliers are those of the goods table, verdicts those of
``kaname depend``, the stop that of ``kaname leverage``, the answers those of the register.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from kaname.autonomy.dependence import Dependence, both_bases, check_asked
from kaname.autonomy.history import history, margins, spells
from kaname.autonomy.suppliers import good_suppliers, goods_dependence
from kaname.cascade.run import run
from kaname.data.baci import TradeTable
from kaname.errors import problem
from kaname.indispensability.leverage import Loss, Stop, bound, case_of, loss_in
from kaname.network.routes import Voyages
from kaname.pack.model import Good
from kaname.pack.reach import answers_to_supply
from kaname.strategy.ties import longest, through_table

if TYPE_CHECKING:
    from kaname.strategy.assess import Materials

STOP = 180
"""Days for which the first supplier stops, as in ``kaname leverage``."""
SPAN = 5
"""Years over which the trend of suppliers is shown."""


@dataclass(frozen=True)
class Halt:
    """The first supplier stops for ``days`` days: what users lose who keep to their suppliers, and who turn to others
    as far as the pack lets them. ``stops``: industries and facilities of home that fall under nine tenths, in order
    of day (day, node, level, via), users keeping to their suppliers."""

    supplier: str
    days: int
    kept: Loss
    turned: Loss
    stops: pl.DataFrame


@dataclass(frozen=True)
class Sheet:
    """``suppliers``: origin, value, quantity_t, share, share_t, first_share, change, lead_days, passages (pack ids,
    joined by a comma and a space). ``through``: country, direct, through, and by quantity. ``verdicts``: method, flag,
    flag_quantity, why, criterion, value, margin (see :func:`~kaname.autonomy.history.margins`), since, first,
    years_flagged, years_judged, entries, exits (over ``years``). ``good`` is None where no good of the pack holds the
    code: then there are no users, stocks, halt and measures."""

    asked: str
    codes: tuple[str, ...]
    good: Good | None
    home: str
    year: int
    first_year: int | None
    years: tuple[int, int]
    imports: float
    imports_t: float | None
    suppliers: pl.DataFrame
    through: pl.DataFrame
    verdicts: pl.DataFrame
    stock_days: float | None
    reserve_days: float | None
    domestic: float | None
    halt: Halt | None
    measures: tuple[str, ...]


def sheet(what: Materials, asked: str, year: int) -> Sheet:
    """The sheet of a good of the pack, or of a six-digit code.

    Raises ``InputProblems`` for what is neither, and for a year or code that the trade data do not hold.
    """
    pack = what.pack
    good = next((g for g in pack.goods if g.id == asked), None)
    part = good or next((g for g in pack.goods if asked in g.hs), None)
    if good is None:
        if not (asked.isdecimal() and len(asked) == 6):
            raise problem(f"{asked!r} is neither a good of the pack nor a six-digit code", path="good")
        if asked not in what.trade.products:
            raise problem(_not_held(what, asked), path="good")
        check_asked(what.trade, pack.home, year, products=[asked])
    codes = good.hs if good is not None else (asked,)
    known = _bare(good, asked)
    supply = good_suppliers(what.trade, known, pack.home, year, SPAN)
    row, verdicts, years = _verdicts(what, good, asked, year)
    first = supply.frame.drop_nulls("share").head(1)["origin"].to_list()
    holds = part is not None and bool(first)
    return Sheet(
        asked=asked,
        codes=codes,
        good=part,
        home=pack.home,
        year=year,
        first_year=supply.first_year,
        years=years,
        imports=float(row["imports"] or 0.0),  # type: ignore[arg-type]
        imports_t=row["imports_t"],  # type: ignore[arg-type]
        suppliers=_with_ways(what, supply.frame),
        through=through_table(what.trade, [known], pack.home, year).drop("good"),
        verdicts=verdicts,
        stock_days=part.stock.to("day") if part is not None and part.stock.known else None,
        reserve_days=part.reserve.to("day")
        if part is not None and part.reserve and part.reserve.known
        else None,
        domestic=part.domestic.to("1")
        if part is not None and part.domestic and part.domestic.known
        else None,
        halt=_halt(what, part.id, first[0]) if part is not None and first else None,
        measures=tuple(a.measure for a in answers_to_supply(pack, part.id, first[0]))
        if holds and part
        else (),
    )


def _not_held(what: Materials, code: str) -> str:
    """Why the trade data do not have a code: another nomenclature, no code at all, or a table of few products."""
    vintage, name = what.trade.vintage, what.names.describe(code, what.trade.vintage)
    if name is not None:
        return (
            f"the trade data do not hold {code} ({name}), only {len(what.trade.products):,} products; "
            "`kaname data add baci` adds CEPII's whole table"
        )
    other = [v for v in what.names.vintages if what.names.describe(code, v) is not None]
    if other:
        return f"{code} is a code of {', '.join(other)}, not of {vintage}, in which the trade data are"
    return f"{code} is no code of {vintage}, in which the trade data are"


def _bare(good: Good | None, code: str) -> Good:
    """The good, or one that is just a code."""
    if good is not None:
        return good
    fields: dict[str, Any] = {"id": code, "hs": (code,), "origins": (), "domestic": None}
    return Good.model_construct(**fields)


def _verdicts(
    what: Materials, good: Good | None, asked: str, year: int
) -> tuple[dict[str, object], pl.DataFrame, tuple[int, int]]:
    """The row of figures; what each method says, how near to turning, and since when over the years the data hold."""
    pack, key = what.pack, "hs6" if good is None else "good"
    found = (
        both_bases(what.trade, pack.home, year, products=[asked], beside=what.beside)
        if good is None
        else goods_dependence(what.trade, [good], pack.home, year, beside=what.beside).beside(
            goods_dependence(what.trade, [good], pack.home, year, beside=what.beside, by="quantity")
        )
    )
    row = found.frame.row(by_predicate=pl.col(key) == asked, named=True)
    says = pl.DataFrame(
        [(m.id, row[m.id], row[f"{m.id}_quantity"], row[f"{m.id}_why"]) for m in found.methods],
        {"method": pl.String, "flag": pl.Boolean, "flag_quantity": pl.Boolean, "why": pl.String},
        orient="row",
    )
    near = margins(found).filter(product=asked).drop("product")
    past, years = _past(what, found, good, asked, year)
    joined = says.join(near, on="method", how="left", maintain_order="left").join(
        past, on="method", how="left", maintain_order="left"
    )
    return row, joined, years


def _past(
    what: Materials, found: Dependence, good: Good | None, asked: str, year: int
) -> tuple[pl.DataFrame, tuple[int, int]]:
    """Spells of a code over the longest data there is. A good's are those of its summed codes."""
    codes = (asked,) if good is None else good.hs
    table = longest(what.trade, what.history, codes)
    if not set(codes) & set(table.products):
        none = [(m.id, *[None] * 6) for m in found.methods]
        names = ["method", "since", "first", "years_flagged", "years_judged", "entries", "exits"]
        schema = dict.fromkeys(names, pl.Int64) | {"method": pl.String}
        return pl.DataFrame(none, schema, orient="row"), (what.trade.years[0], year)
    years = [y for y in table.years if y <= year]
    span = (years[0], years[-1])
    summed = table if good is None else _as_one(table, good)
    flags = history(
        summed,
        found.home,
        years,
        [m for m in found.methods if _alone(m.id)],
        products=[asked],
        beside=what.beside,
    )
    return spells(flags).filter(product=asked).drop("product", "flag", "last"), span


def _alone(method: str) -> bool:
    """Whether a method judges a product by itself: what compares it with all others needs all of them in every year."""
    return method != "korniyenko_2017"


def _as_one(table: TradeTable, good: Good) -> TradeTable:
    """The good's codes as one product named after it."""
    keys = ["year", "exporter", "importer"]
    rows = table.frame.filter(pl.col("hs6").is_in(list(good.hs)))
    quantity = pl.col("quantity_t")
    summed = rows.group_by(keys, maintain_order=True).agg(
        hs6=pl.lit(good.id),
        value_kusd=pl.col("value_kusd").sum(),
        quantity_t=pl.when(quantity.is_not_null().any()).then(quantity.sum()),
    )
    return TradeTable(summed.select(table.frame.columns), table.vintage, table.source)


def _with_ways(what: Materials, suppliers: pl.DataFrame) -> pl.DataFrame:
    """Days at sea and passages of each origin's usual route to home."""
    home = what.pack.home
    voyages = Voyages.of(what.pack, what.routes)
    named = {p.route: p.id for p in what.pack.passages if p.route}
    days, ways = [], []
    for origin in suppliers["origin"]:
        leg = what.routes.lookup(origin, home)
        sails = leg is not None and leg.km is not None
        days.append(voyages.between(origin, home) if sails else None)
        ways.append(
            ", ".join(named[p] for p in leg.passages if p in named) if leg is not None and sails else None
        )
    return suppliers.with_columns(
        pl.Series("lead_days", days, pl.Float64), pl.Series("passages", ways, pl.String)
    )


def _halt(what: Materials, good: str, supplier: str) -> Halt | None:
    """The first supplier stops; None where the network does not have it or home's users do not follow the good."""
    net = what.built.network
    if supplier not in net.countries or f"{supplier}/{good}" not in net.index:
        return None
    case = case_of(Stop(supplier, net.home, good), STOP)
    kept = run(bound(what.built), case, STOP, what.settings)
    turned = run(what.built, case, STOP, what.settings)
    users = kept.stops().filter(pl.col("kind") != "good")
    return Halt(supplier, STOP, loss_in(kept, net.home), loss_in(turned, net.home), users)


def named_passages(suppliers: pl.DataFrame) -> Sequence[str]:
    """Passages that some supplier's route uses, most used (by share) first."""
    rows = suppliers.filter(pl.col("passages") != "").with_columns(pl.col("passages").str.split(", "))
    sums = rows.explode("passages").group_by("passages").agg(pl.col("share").sum())
    return sums.sort("share", "passages", descending=[True, False])["passages"].to_list()
