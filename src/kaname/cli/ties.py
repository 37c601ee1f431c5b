"""``kaname depend``: on whom the nation depends, by every method, over the years, and through third countries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Literal

import polars as pl
from cyclopts import Parameter, validators

from kaname.autonomy.dependence import Dependence, both_bases, window
from kaname.autonomy.exposure import industry_exposure
from kaname.autonomy.history import churn, history, revision, spells
from kaname.autonomy.methods import METHODS, WHY, chosen
from kaname.cli.sheets import chart, print_json, print_sheet, sheet_as_dict
from kaname.cli.show import Format, out, progress, show
from kaname.data import usertables
from kaname.data.add_baci import add_baci
from kaname.data.stored_trade import stored_trade
from kaname.errors import InputProblems, Problem, problem
from kaname.labels import Lang, number, share, text
from kaname.nation import Nation
from kaname.nation import open as open_nation
from kaname.strategy.ties import judged_years, through_table

Pack = Annotated[str, Parameter(help="An embedded pack (japan) or the folder of one.")]
Language = Annotated[Lang, Parameter(help="Language of labels and messages.")]
Shape = Annotated[Format, Parameter(help="table for people; json and csv hold every column, unrounded.")]
WIDE = 150
"""From so many columns on there is room for the methods' names at the head of a table."""
Table = Annotated[Path | None, Parameter(help="CSV that the user brings; see docs/howto/dependence.md.")]
Rows = Annotated[
    int,
    Parameter(help="Rows shown of long tables; json and csv hold all.", validator=validators.Number(gte=1)),
]
View = Literal["products", "history", "through", "industries"]
Methods = Annotated[
    tuple[str, ...],
    Parameter(help=f"all, or some of {', '.join(m.id for m in METHODS)}.", consume_multiple=True),
]
OneGood = Annotated[
    str | None, Parameter(help="One good on one sheet: an id of the pack, or a six-digit code.")
]
Seen = Annotated[
    View,
    Parameter(
        help="products: the methods side by side; history: since when, how often in and out; through: by "
        "way of third countries; industries: the same for industries, in value added."
    ),
]
Inside = Annotated[
    tuple[str, ...], Parameter(help="Countries whose supply is not outside (EC 2021).", consume_multiple=True)
]
Source = Annotated[
    str | None, Parameter(help="With --good: year by year, what comes from this country direct and in all.")
]
Drawn = Annotated[Path | None, Parameter(help="With --source: write the chart here.")]
Since = Annotated[
    int | None, Parameter(help="With --view history: the first year judged; default five years in all.")
]
Against = Annotated[
    Path | None, Parameter(help="Another edition of BACI (CEPII's zip): which flags its revision turns.")
]


def depend(
    *,
    pack: Pack = "japan",
    lang: Language = "ja",
    format: Shape = "table",
    year: Annotated[int | None, Parameter(help="Year of trade; default the pack's.")] = None,
    method: Methods = (),
    good: OneGood = None,
    view: Seen = "products",
    inside: Inside = (),
    source: Source = None,
    svg: Drawn = None,
    against: Against = None,
    since: Since = None,
    top: Rows = 100,
    production: Table = None,
    distance: Table = None,
    human_capital: Table = None,
) -> None:
    """On whom the nation depends in trade, by the published methods side by side, by value and by quantity.

    Example: `kaname depend --year 2023 --method all`, `kaname depend --good rare-earths --source CHN`
    """
    nation = open_nation(pack)
    if (source is not None and good is None) or (svg is not None and source is None):
        raise problem("--source needs --good, and --svg needs --source", path="depend")
    nation = with_tables(nation, production, distance, human_capital)
    if good is not None and source is not None:
        chart(nation, good, source, svg, lang, format)
    elif good is not None:
        print_good(nation, good, year, lang, format)
    elif view == "through":
        print_through(nation, year or nation.pack.trade_year, lang, format)
    elif view == "industries":
        print_industries(nation, lang, format)
    elif view == "history":
        years = judged_years(nation.trade, year or nation.pack.trade_year, since)
        print_history(nation, method, frozenset(inside), years, lang, format, top)
    else:
        dependence = nation.dependence(year, method or None, inside=frozenset(inside))
        if against is not None:
            print_revision(nation, dependence, against, lang, format)
        else:
            print_dependence(nation, dependence, lang, format, top)


def print_good(nation: Nation, good: str, year: int | None, lang: str, format: Format) -> None:
    """One good on one sheet."""
    found = nation.sheet(good, year)
    if format == "json":
        print_json(sheet_as_dict(found))
    elif format == "csv":
        show(found.suppliers, "csv")
    else:
        print_sheet(nation, found, lang)


def with_tables(
    nation: Nation, production: Path | None, distance: Path | None, human_capital: Path | None
) -> Nation:
    """The nation with the tables that the user brings beside its own; every problem of all of them at once."""
    readers = {
        "production": lambda path: usertables.read_production(path, nation.names, nation.countries),
        "distance": lambda path: usertables.read_distance(path, nation.countries),
        "human_capital": lambda path: usertables.read_human_capital(path, nation.countries),
    }
    given = {"production": production, "distance": distance, "human_capital": human_capital}
    found: dict[str, pl.DataFrame] = {}
    problems: list[Problem] = []
    for name, path in given.items():
        if path is None:
            continue
        try:
            found[name] = readers[name](path)
        except InputProblems as wrong:
            problems += wrong.problems
    if problems:
        raise InputProblems(problems)
    if not found:
        return nation
    own = nation.beside
    made = found.get("production")
    if (
        made is not None and own.production is not None
    ):  # what the user says goes before what the pack carries
        keys = ["year", "product", "importer"]
        made = pl.concat([made.select(own.production.columns), own.production]).unique(keys, keep="first")
    return nation.reading_beside(
        replace(
            own,
            production=own.production if made is None else made,
            distance=found.get("distance", own.distance),
            human_capital=found.get("human_capital", own.human_capital),
        )
    )


def print_dependence(nation: Nation, found: Dependence, lang: str, format: Format, top: int) -> None:
    """The flagged products with the verdict of each method, the counts, and where they disagree."""
    if format != "table":
        show(found.frame, format)
        return
    methods = [m.id for m in found.methods if found.frame[m.id].is_not_null().any()]
    rows = found.frame.filter(pl.any_horizontal(pl.col(m).fill_null(value=False) for m in methods))
    frame = (
        rows.sort("imports", "hs6", descending=[True, False])
        .head(top)
        .select(
            "hs6",
            pl.col("hs6").map_elements(lambda c: short(nation, c, lang), pl.String).alias("good"),
            pl.col("imports"),
            pl.col("largest_origin").map_elements(lambda c: nation.name(c, lang), pl.String).alias("largest"),
            pl.col("largest_share").map_elements(share, pl.String),
            pl.col("hhi").map_elements(lambda x: number(x, 2), pl.String).alias("concentration"),
            *(_marks(m) for m in methods),
        )
    )
    heads = {c: text(f"depend.{c}", lang) for c in ("good", "imports", "largest", "largest_share")}
    heads |= {"concentration": text("depend.concentration", lang)}
    named, legend = method_heads(methods, lang)
    heads |= named
    title = text("depend.title", lang, year=found.year)
    figures = ("largest_share", "concentration")
    notes = [*legend, text("depend.marks", lang), *more(rows.height, top, lang)]
    show(frame, format, title=title, heads=heads, notes=notes, right=figures)
    out.print()
    print_counts(found, lang)


def more(rows: int, top: int, lang: str) -> list[str]:
    """The note under a table that shows ``top`` of its rows."""
    return [text("stress.more", lang, n=number(rows - top))] if rows > top else []


def method_heads(
    methods: Sequence[str], lang: str, *, short: bool = False
) -> tuple[dict[str, str], list[str]]:
    """Headings of columns of marks, and the notes that they need: numbers where the screen is narrow or they are to be
    ``short``."""
    names = {m: text(f"depend.method_{m}", lang) for m in methods}
    if out.width >= WIDE and not short:
        return names, []
    numbers = {m: str(n) for n, m in enumerate(methods, 1)}
    told = ("、" if lang == "ja" else ", ").join(f"{numbers[m]} {name}" for m, name in names.items())
    return numbers, [text("depend.legend", lang, methods=told)]


def _marks(method: str) -> pl.Expr:
    """● by value and quantity, ◐ by value only, ◑ by quantity only, · neither, blank not judged."""
    value = pl.col(method)
    quantity = pl.coalesce(f"{method}_quantity", method)  # where quantity does not judge, value stands alone
    return (
        pl.when(value.is_null() & quantity.is_null())
        .then(pl.lit(""))
        .when(value & quantity)
        .then(pl.lit("●"))
        .when(value)
        .then(pl.lit("◐"))
        .when(quantity)
        .then(pl.lit("◑"))
        .otherwise(pl.lit("·"))
        .alias(method)
    )


def print_counts(found: Dependence, lang: str) -> None:
    """What each method says in numbers, why it does not judge, and on how many products they part."""
    names = {m.id: m.label[lang] for m in found.methods}
    counts = found.counts.with_columns(
        pl.col("method").replace_strict(names),
        pl.col("imports_flagged").map_elements(share, pl.String),
        why=pl.Series([_reasons(found, m, lang) for m in names], dtype=pl.String),
    )
    heads = {name: text(f"depend.{name}", lang) for name in counts.columns}
    show(counts, "table", heads=heads, right=["imports_flagged"])
    lines = [(text("depend.disagree", lang), number(found.disagreement.height))]
    lines += [
        (
            text("depend.closest", lang, a=names[a], b=names[b]),
            text("depend.overlap", lang, share=share(value)),
        )
        for a, b, value in _edges(found)
    ]
    for name, value in lines:
        out.print(f"{name}  {value}", highlight=False, soft_wrap=True)


def _reasons(found: Dependence, method: str, lang: str) -> str:
    """Why products are not judged, the most frequent reasons first."""
    reasons = found.frame[f"{method}_why"].drop_nulls().value_counts(sort=True).rows()
    return ", ".join(f"{WHY[why][lang]} {count}" for why, count in reasons)


def _edges(found: Dependence) -> list[tuple[str, str, float]]:
    """The pairs of methods that agree most and least."""
    pairs = found.agreement.drop_nulls("jaccard").sort("jaccard", "a", "b", descending=[True, False, False])
    rows = pairs.select("a", "b", "jaccard").rows()
    return [rows[0], rows[-1]] if len(rows) > 1 else rows


def print_history(
    nation: Nation,
    methods: tuple[str, ...],
    inside: frozenset[str],
    years: Sequence[int],
    lang: str,
    format: Format,
    top: int,
) -> None:
    """Since when each method flags a product and how often it moved in and out; turnover of the lists by year."""
    if len(years) < 2:
        raise problem("no two years of trade data to compare: see --since and --year", path="--view")
    flags = history(
        nation.trade, nation.pack.home, years, methods or None, inside=inside, beside=nation.beside
    )
    found = spells(flags)
    if format != "table":
        show(found, format)
        return
    moved = found.filter(pl.col("flag"), pl.col("entries") + pl.col("exits") > 0).sort(
        "entries", "product", "method", descending=[True, False, False]
    )
    named = moved.head(top).select(
        "product",
        pl.col("product").map_elements(lambda c: short(nation, c, lang), pl.String).alias("good"),
        pl.col("method").map_elements(lambda m: text(f"depend.method_{m}", lang), pl.String),
        pl.col("since").cast(pl.String),
        pl.col("first").cast(pl.String),
        *("years_flagged", "years_judged", "entries", "exits"),
    )
    heads = {c: text(f"depend.{c}", lang) for c in named.columns if c != "product"} | {"product": "hs6"}
    title = text("depend.history_title", lang, first=years[0], last=years[-1])
    show(named, "table", title=title, heads=heads, notes=more(moved.height, top, lang))
    out.print()
    turned = churn(flags).with_columns(
        pl.col("method").map_elements(lambda m: text(f"depend.method_{m}", lang), pl.String),
        pl.col("year").cast(pl.String),
        pl.col("turnover").map_elements(share, pl.String),
    )
    heads = {c: text(f"depend.{c}", lang) for c in turned.columns}
    show(
        turned,
        "table",
        title=text("depend.churn_title", lang),
        heads=heads,
        notes=[text("depend.churn_note", lang)],
        right=["turnover"],
    )


def print_revision(nation: Nation, before: Dependence, path: Path, lang: str, format: Format) -> None:
    """The same question asked of another edition of the trade data, laid down for the while a year at a time: eleven
    million rows a year do not fit into memory by the way."""
    asked = window(nation.trade, before.year, chosen(list(before.methods)))
    with TemporaryDirectory(prefix="kaname-") as folder, progress() as bar:
        task = bar.add_task("", total=1.0)
        add_baci(
            path,
            Path(folder),
            asked,
            progress=lambda year, share: bar.update(
                task, description=text("data.adding", lang, year=year), completed=share
            ),
        )
        (other,) = stored_trade(Path(folder))
        if other.vintage != nation.trade.vintage:
            raise problem(f"it is in {other.vintage}, the pack's trade in {nation.trade.vintage}", str(path))
        both = set(nation.trade.products) & set(other.products)
        after = both_bases(
            other,
            before.home,
            before.year,
            before.methods,
            inside=before.inside,
            products=None if len(both) == len(other.products) else both,
            beside=nation.beside,
        )
    found = revision(before, after)
    if format != "table":
        show(found, format)
        return
    named = found.with_columns(
        pl.col("method").map_elements(lambda m: text(f"depend.method_{m}", lang), pl.String)
    )
    heads = {c: text(f"depend.{c}", lang) for c in found.columns if c != "product"} | {"product": "hs6"}
    columns = ["product", "method", "before", "after", "imports_before", "imports_after"]
    show(
        named,
        "table",
        title=text("depend.revision_title", lang, n=found.height, file=path.name),
        heads=heads,
        columns=columns,
    )


def print_through(nation: Nation, year: int, lang: str, format: Format) -> None:
    """Where the total differs most from what is bought directly."""
    if year not in nation.trade.years:
        raise problem(f"no trade data for {year}", path="--year")
    found = through_table(nation.trade, nation.pack.goods, nation.pack.home, year)
    if format != "table":
        show(found, format)
        return
    largest = (
        found.with_columns(indirect=pl.col("through") - pl.col("direct"))
        .sort("indirect", "good", descending=[True, False])
        .head(30)
    )
    frame = largest.select(
        pl.col("good", "country").map_elements(lambda c: nation.name(c, lang), pl.String),
        *(
            pl.col(c).map_elements(share, pl.String)
            for c in ("direct", "through", "indirect", "direct_quantity", "through_quantity")
        ),
    )
    heads = {c: text(f"depend.{c}", lang) for c in frame.columns}
    show(
        frame,
        "table",
        title=text("depend.through_title", lang, year=year),
        heads=heads,
        notes=[text("depend.through_note", lang)],
        right=frame.columns[2:],
    )


def print_industries(nation: Nation, lang: str, format: Format) -> None:
    """Where the value of what home makes passed through: the whole of home, then the most exposed industries."""
    found = industry_exposure(nation.table, nation.pack.home)
    if format != "table":
        show(found, format)
        return
    whole = found.filter(industry="").sort("through", descending=True).head(10)
    parts = found.filter(pl.col("industry") != "", pl.col("output") > 0).sort("through", descending=True)
    frame = pl.concat([whole, parts.head(25)]).select(
        pl.col("industry").map_elements(
            lambda c: nation.name(c, lang) if c else text("depend.all_home", lang), pl.String
        ),
        pl.col("region").map_elements(lambda c: nation.name(c, lang), pl.String),
        *(pl.col(c).map_elements(share, pl.String) for c in ("direct", "added", "through")),
    )
    heads = {c: text(f"depend.{c}", lang) for c in frame.columns}
    title = text("depend.industries_title", lang, year=nation.table.year)
    notes = [text("depend.industries_note", lang)]
    show(frame, "table", title=title, heads=heads, notes=notes, right=frame.columns[2:])


def short(nation: Nation, code: str, lang: str, most: int = 40) -> str:
    """What a code is called, cut."""
    name = nation.product(code, lang)
    return name if len(name) <= most else f"{name[: most - 1]}…"
