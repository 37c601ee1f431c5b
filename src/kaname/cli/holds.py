"""``kaname leverage``: the same stop of trade, both ways, by partner, by product, and for those who buy from us."""

from __future__ import annotations

from typing import Annotated, Literal

import polars as pl
from cyclopts import Parameter

from kaname.autonomy.methods import METHODS
from kaname.cli.show import Format, out, progress, show
from kaname.cli.ties import Language, Pack, Rows, Shape, method_heads, more, short
from kaname.indispensability.leverage import Leverage
from kaname.labels import share, text
from kaname.nation import Nation
from kaname.nation import open as open_nation
from kaname.strategy.ties import with_holds, without_echoes

Ways = Literal["partners", "products", "buyers"]


def leverage(
    *,
    pack: Pack = "japan",
    lang: Language = "ja",
    format: Shape = "table",
    stop: Annotated[int, Parameter(help="Days that trade is stopped, and that are looked at.")] = 180,
    by: Annotated[
        Ways,
        Parameter(
            help="partners: all trade with each; products: by good and industry; buyers: who depends on us "
            "for every good, by each method, and for how long they could do without."
        ),
    ] = "partners",
    top: Rows = 40,
) -> None:
    """What stopping trade costs us and each partner: the same shock, both ways.

    Example: `kaname leverage --stop 180 --by products`
    """
    nation = open_nation(pack)
    with progress() as bar:
        task = bar.add_task("", total=1.0)
        found = nation.leverage(stop=stop, days=stop, tick=lambda share: bar.update(task, completed=share))
    if by == "partners":
        print_partners(nation, found, lang, format)
    elif by == "products":
        print_products(nation, found, lang, format, top)
    else:
        print_buyers(nation, found, lang, format, top)


def print_partners(nation: Nation, found: Leverage, lang: str, format: Format) -> None:
    """All trade with each partner."""
    if format != "table":
        show(found.frame, format)
        return
    names = ["partner", "their_loss", "our_loss", "net", "their_share", "our_share", "their_felt", "our_felt"]
    shown = found.frame.with_columns(
        pl.col("partner").map_elements(lambda i: nation.name(i, lang), pl.String),
        *(pl.col(c).map_elements(share, pl.String) for c in ("their_share", "our_share")),
    )
    heads = {name: text(f"leverage.{name}", lang) for name in names}
    title = text("leverage.title", lang, stop=found.stop, days=found.days)
    notes = [text("leverage.note", lang)]
    show(
        shown,
        "table",
        title=title,
        heads=heads,
        columns=names,
        notes=notes,
        right=["their_share", "our_share"],
    )


def print_products(nation: Nation, found: Leverage, lang: str, format: Format, top: int) -> None:
    """By good and industry: what others hold over us, then what we hold over them."""
    if format != "table":
        show(found.products, format)
        return
    frame = without_echoes(found.products, nation.pack)
    for side in ("our", "their"):
        facts = ("loss", "felt", "use", "covered", "replaceable", "replace_days")
        rows = frame.filter(pl.col(f"{side}_loss") > 0).sort(
            f"{side}_loss", "partner", "product", descending=[True, False, False]
        )
        shown = rows.head(top).select(
            *(
                pl.col(c).map_elements(lambda i: nation.name(i, lang), pl.String)
                for c in ("partner", "product")
            ),
            *(pl.col(f"{side}_{f}").alias(f) for f in facts),
            "net",
        )
        shown = shown.with_columns(
            *(pl.col(c).map_elements(share, pl.String) for c in ("use", "replaceable")),
            *(pl.col(c).round(0).cast(pl.Int64) for c in ("covered", "replace_days")),
        )
        heads = {
            c: text(f"leverage.{c}" if c in ("partner", "product", "net") else f"leverage.{c}_{side}", lang)
            for c in shown.columns
        }
        title = text(f"leverage.hold_{side}", lang, stop=found.stop)
        notes = more(rows.height, top, lang)
        show(shown, "table", title=title, heads=heads, notes=notes, right=["use", "replaceable"])
        out.print()
    for note in ("note", "products_note"):
        out.print(f"[dim]{text(f'leverage.{note}', lang)}[/dim]")


def print_buyers(nation: Nation, found: Leverage, lang: str, format: Format, top: int) -> None:
    """For every good, who depends on us, how much, by which method, and for how long they could do without."""
    frame = with_holds(nation.dependents(), found.products, nation.pack)
    if format != "table":
        show(frame, format)
        return
    largest = frame.filter("largest")  # of others' imports no method is asked whether they depend on us
    methods = [m.id for m in METHODS if largest[m.id].is_not_null().any()]
    flagged = pl.any_horizontal(pl.col(m).fill_null(value=False) for m in methods)
    rows = frame.filter(flagged, pl.col("imports") >= 1.0).sort(
        "from_home", "hs6", "partner", descending=[True, False, False]
    )
    covered, lasts = (pl.col(c).round(0).cast(pl.Int64).cast(pl.String) for c in ("covered", "lasts"))
    shown = rows.head(top).select(
        "hs6",
        pl.col("hs6").map_elements(lambda c: short(nation, c, lang, 30), pl.String).alias("product"),
        pl.col("partner").map_elements(lambda c: nation.name(c, lang), pl.String),
        "from_home",
        *(pl.col(c).map_elements(share, pl.String) for c in ("share_from_home", "world_share")),
        *(
            pl.when(m).then(pl.lit("●")).when(~pl.col(m)).then(pl.lit("·")).otherwise(pl.lit("")).alias(m)
            for m in methods
        ),
        pl.coalesce(covered, pl.format("({})", lasts)).alias("covered"),
        "felt",
    )
    numbered, legend = method_heads(methods, lang, short=True)
    names = ("product", "partner", "from_home", "share_from_home", "world_share", "covered", "felt")
    heads = {c: text(f"leverage.{c}", lang) for c in names} | numbered
    title = text("leverage.buyers_title", lang, year=nation.pack.trade_year)
    told = text("leverage.buyers_note", lang, stop=found.stop)
    notes = [*legend, told, *more(rows.height, top, lang)]
    right = ["share_from_home", "world_share", "covered"]
    show(shown, "table", title=title, heads=heads, notes=notes, right=right)
