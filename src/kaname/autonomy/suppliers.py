"""Who supplies the goods of a pack, summed over their HS codes, and how that moved (floor 4).

The figures are those of :mod:`kaname.autonomy.shares`, a good taking the place of a product. Where the trade data
hold none of a good's codes, or no import of them in the year, the ``origins`` that the pack states stand in, and
``basis`` says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import polars as pl

from kaname.autonomy.beside import NOTHING, Beside
from kaname.autonomy.dependence import Dependence, check_asked, complete, judged, window
from kaname.autonomy.methods import Basis as By
from kaname.autonomy.methods import Given, Method, chosen
from kaname.autonomy.shares import flows, shares
from kaname.autonomy.world import World
from kaname.data.baci import Trade
from kaname.pack.model import Good

Basis = Literal["trade", "pack", "none"]
BY_SHARE, FALLS = ["year", "share", "origin"], [False, True, False]
WHOLE = 0.999
"""Stated shares that sum to this or more leave no origin out."""


@dataclass(frozen=True)
class GoodSuppliers:
    """Where ``home`` gets a good from.

    ``frame``: one row an origin, largest first: origin, value (million USD), quantity_t, share, share_t,
    first_share (in ``first_year``, the first of the span that the data hold and in which the good was imported),
    change (share - first_share); an origin that fell to nothing stays, with share 0. ``by_year``: the
    indicators of each year of the span, null where nothing was imported. ``history``: year, origin, value,
    share. ``basis``: ``trade``; ``pack`` (the pack's ``origins``, shares only); ``none`` (neither: the frames
    are empty). ``missing``: the good's codes that the data do not hold in any year.
    """

    good: str
    home: str
    year: int
    basis: Basis
    frame: pl.DataFrame
    by_year: pl.DataFrame
    history: pl.DataFrame
    first_year: int | None
    codes: tuple[str, ...]
    missing: tuple[str, ...]


def good_suppliers(trade: Trade, good: Good, home: str, year: int, span: int = 5) -> GoodSuppliers:
    """The origins of ``good`` for ``home`` in ``year``, and over the ``span`` years that end with it.

    Quantities of different codes (ore, oxide, metal) are added as they are: gross weight, not content.
    Raises :class:`~kaname.errors.InputProblems` for a year or country that the data do not hold.
    """
    check_asked(trade, home, year)
    codes, missing = _codes(trade, good)
    flow = flows(trade, years := _span(trade, year, span), {good.id: codes})
    history = shares(flow, (home,)).select("year", "exporter", "value", "quantity_t", "share", "share_t")
    table = complete(World(trade, years, {good.id: codes}, flow), home, [good.id] if codes else [])
    imported = year in history["year"]
    basis: Basis = "pack" if _stated(good) and not imported else "trade" if codes else "none"
    first = None if history.is_empty() else int(history["year"].to_list()[0])
    frame = _from_pack(good) if basis == "pack" else _origins(history, year, first)
    return GoodSuppliers(
        good.id,
        home,
        year,
        basis,
        frame,
        table.drop("product", "importer", "held").sort("year"),
        history.select("year", pl.col("exporter").alias("origin"), "value", "share").sort(
            BY_SHARE, descending=FALLS
        ),
        first,
        codes,
        missing,
    )


def goods_history(trade: Trade, goods: Sequence[Good], home: str, year: int, span: int = 5) -> pl.DataFrame:
    """``history`` of all ``goods`` at once, with the ``good`` before."""
    check_asked(trade, home, year)
    codes = {good.id: _codes(trade, good)[0] for good in goods}
    flow = flows(trade, _span(trade, year, span), {name: found for name, found in codes.items() if found})
    origin = pl.col("exporter").alias("origin")
    return (
        shares(flow, (home,))
        .select(pl.col("product").alias("good"), "year", origin, "value", "share")
        .sort(["good", *BY_SHARE], descending=[False, *FALLS])
    )


def goods_dependence(
    trade: Trade,
    goods: Sequence[Good],
    home: str,
    year: int,
    methods: Sequence[Method | str] | None = None,
    *,
    inside: frozenset[str] = frozenset(),
    beside: Beside = NOTHING,
    by: By = "value",
) -> Dependence:
    """:func:`~kaname.autonomy.dependence.dependence` with one row a good (``key`` = ``good``).

    ``frame`` has two further columns: ``basis`` (see :class:`GoodSuppliers`) and ``codes_missing``, how many of the
    good's codes the data do not hold. From stated origins only what they
    tell is filled in (largest origin and share, HHI where they are complete), so most methods then do not judge.
    """
    check_asked(trade, home, year, inside)
    how = chosen(methods)
    years = window(trade, year, how)
    codes = {g.id: _codes(trade, g)[0] for g in goods}
    held = [name for name, found in codes.items() if found]
    world = World(trade, years, {name: codes[name] for name in held})
    table = complete(world, home, held, inside=inside, by=by)
    bought = set(table.filter(pl.col("year") == year, pl.col("imports") > 0)["product"])
    rest = [g for g in goods if not codes[g.id] or (g.id not in bought and _stated(g))]
    table = table.filter(~pl.col("product").is_in([g.id for g in rest]))
    if rest:
        rows = [row for g in rest for row in _stated_rows(g, home, year, years)]
        stated = pl.DataFrame(rows, {n: d for n, d in table.schema.items() if n in rows[0]})
        table = pl.concat([table, stated], how="diagonal")
    summed = replace(beside, production=_summed(beside.production, codes))
    used = world.rows((home,), tonnes=by == "quantity")
    given = Given(used, table, trade, year, (home,), summed, by, world)
    found = judged(given, inside=inside, methods=how, key="good")
    other = {g.id: "pack" if _stated(g) else "none" for g in rest}
    basis = {g.id: other.get(g.id, "trade") for g in goods}
    told = pl.DataFrame(
        [(g.id, basis[g.id], len(_codes(trade, g)[1])) for g in goods],
        {"good": pl.String, "basis": pl.String, "codes_missing": pl.Int64},
        orient="row",
    )
    frame = found.frame.join(told, on="good", how="left", maintain_order="left")
    return replace(found, frame=frame)


def _summed(production: pl.DataFrame | None, codes: Mapping[str, Sequence[str]]) -> pl.DataFrame | None:
    """Production of goods: the sum over their codes, where that of every code is known."""
    if production is None:
        return None
    pairs = [(good, code, len(of)) for good, of in codes.items() for code in of]
    named = pl.DataFrame(pairs, {"good": pl.String, "product": pl.String, "all": pl.Int64}, orient="row")
    keys = ["year", "good", "importer"]
    return (
        named.join(production, on="product")
        .group_by(keys, maintain_order=True)
        .agg(pl.col("production_t").sum(), known=pl.len() == pl.col("all").first())
        .filter("known")
        .select("year", "importer", "production_t", product="good")
    )


def _span(trade: Trade, year: int, span: int) -> tuple[int, ...]:
    return tuple(y for y in trade.years if year - span < y <= year)


def _codes(trade: Trade, good: Good) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The good's codes that the data hold in some year, and those that they do not."""
    held = set(trade.products)
    return tuple(c for c in good.hs if c in held), tuple(c for c in good.hs if c not in held)


def _stated(good: Good) -> list[tuple[str, float]]:
    """Origins with a share in the pack, largest first."""
    known = [(o.country, o.share.to("1")) for o in good.origins if o.share.known]
    return sorted(known, key=lambda pair: (-pair[1], pair[0]))


def _stated_rows(good: Good, home: str, year: int, years: Sequence[int]) -> list[dict[str, object]]:
    """A row a year, empty but for ``year``. The largest stated origin is the largest of all only if what is left
    unstated could not be one larger origin."""
    known = _stated(good)
    total = sum(share for _, share in known)
    sure = bool(known) and known[0][1] >= 1 - total - (1 - WHOLE)
    figures = {
        "largest_origin": known[0][0] if sure else None,
        "largest_share": known[0][1] if sure else None,
        "hhi": sum(share**2 for _, share in known) if total >= WHOLE else None,
    }
    empty = dict.fromkeys(figures)
    return [
        {
            "year": y,
            "product": good.id,
            "importer": home,
            "held": bool(known),
            **(figures if y == year else empty),
        }
        for y in years
    ]


_FRAME = {
    "origin": pl.String,
    "value": pl.Float64,
    "quantity_t": pl.Float64,
    "share": pl.Float64,
    "share_t": pl.Float64,
    "first_share": pl.Float64,
    "change": pl.Float64,
}


def _from_pack(good: Good) -> pl.DataFrame:
    known = _stated(good)
    columns = {"origin": [c for c, _ in known], "share": [s for _, s in known]}
    empty = dict.fromkeys(set(_FRAME) - set(columns), [None] * len(known))
    return pl.DataFrame({**columns, **empty}, _FRAME).select(list(_FRAME))


def _origins(history: pl.DataFrame, year: int, first: int | None) -> pl.DataFrame:
    """All origins of the span as they stand in ``year``, beside their share in ``first``."""
    now = history.filter(year=year).drop("year")
    if first is None:
        return pl.DataFrame(schema=_FRAME)
    then = history.filter(year=first).select("exporter", first_share="share")
    every = history.select(pl.col("exporter").unique(maintain_order=True))
    imported = not now.is_empty()
    share = pl.col("share").fill_null(0.0) if imported else pl.col("share")
    return (
        every.join(now, on="exporter", how="left")
        .join(then, on="exporter", how="left")
        .with_columns(pl.col("value").fill_null(0.0), share, pl.col("first_share").fill_null(0.0))
        .with_columns(change=pl.col("share") - pl.col("first_share"))
        .rename({"exporter": "origin"})
        .select(list(_FRAME))
        .sort(["share", "first_share", "origin"], descending=[True, True, False], nulls_last=True)
    )
