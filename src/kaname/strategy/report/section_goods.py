"""Where we depend: the critical goods, the methods side by side, and a world map of suppliers (floor 6)."""

from __future__ import annotations

import polars as pl

from kaname.strategy.assessment import Assessment
from kaname.strategy.report import section_methods
from kaname.strategy.report.blocks import (
    Bar,
    Cell,
    Chart,
    Choice,
    Fold,
    Prose,
    Section,
    Table,
    column,
    missing,
)
from kaname.strategy.report.charts import rounded
from kaname.strategy.report.maps import suppliers_map
from kaname.strategy.report.names import Book
from kaname.strategy.report.section_lasting import lasting
from kaname.strategy.report.section_methods import judging, method_notes, verdict
from kaname.strategy.report.words import Words, listed, money, number, same, say, share, shared

TOP = 5
"""Suppliers named for each good."""
PRODUCTS = 200
"""Products shown; the tables of the edition hold all."""


def section(a: Assessment, book: Book) -> Section:
    """Goods, suppliers, products."""
    blocks = (
        goods_table(a, book),
        suppliers(a, book),
        suppliers_table(a, book),
        section_methods.through(a, book),
        section_methods.industries(a, book),
        section_methods.methods_table(a, book),
        section_methods.agreement(a),
        lasting(a, book),
        Fold(say("products_title"), (products(a, book), method_notes()), count=a.dependence.height),
    )
    return Section("depend", say("s_depend"), say("s_depend_lead"), blocks, say("s_depend_short"))


def goods_table(a: Assessment, book: Book) -> Table:
    """The critical goods, those with the largest single origin first."""
    frame = a.goods.sort(["largest_share", "good"], descending=[True, False], nulls_last=True)
    head = (
        column("good"),
        column("imports", "number"),
        column("largest_origin", "short"),
        column("hhi", "number"),
        column("stock_days", "number", say("unit_days")),
        column("lead_days", "number", say("unit_days")),
        column("reserve_days", "number", say("unit_days")),
        column("domestic_share", "number"),
        column("status"),
    )
    rows = tuple(_good(row, book) for row in frame.iter_rows(named=True))
    years = sorted(set(a.goods["year"].drop_nulls().to_list()))
    year = same(", ".join(map(str, years)) or "—")
    caption = say("goods_caption", year=year, source=book.cite("trade"))
    return Table(head, rows, caption, say("goods_title"), say("not_computed"), id="goods")


def _good(row: dict[str, object], book: Book) -> tuple[Cell, ...]:
    top = row["largest_share"]
    origin: Cell = None
    if isinstance(top, float):
        name = book.country(str(row["largest_origin"]))
        shown = share(top)
        origin = Bar(
            top, Words(f"{name.ja} {shown.ja}", f"{name.en} {shown.en}"), "high" if top >= 0.5 else "plain"
        )
    return (
        book.of("goods", str(row["good"])),
        money(_float(row["imports"])),
        origin,
        number(_float(row["hhi"]), 2),
        number(_float(row["stock_days"])),
        number(_float(row["lead_days"])),
        number(_float(row["reserve_days"])),
        share(_float(row["domestic_share"])),
        shared(f"text.{row['status']}") if row["status"] else None,
    )


def _float(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None


def suppliers(a: Assessment, book: Book) -> Chart | Prose:
    """A world map of the share of each origin, one good at a time."""
    title = say("map_title")
    if a.good_suppliers.is_empty():
        return missing(title)
    order = a.goods.sort(["largest_share", "good"], descending=[True, False], nulls_last=True)[
        "good"
    ].to_list()
    held = latest(a.good_suppliers).partition_by("good", as_dict=True)
    goods = [good for good in order if (good,) in held]
    series = {good: _shares(held[good,]) for good in goods}
    lines = {good: _line(held[good,], book) for good in goods}
    return Chart(
        "suppliers",
        460,
        suppliers_map(book, series, lines),
        title,
        say("map_caption", source=book.cite("trade"), outlines=book.cite("world")),
        tuple(Choice(good, book.of("goods", good)) for good in goods),
        say("choose_good"),
    )


def latest(frame: pl.DataFrame) -> pl.DataFrame:
    """Of a table with several years, each good's last."""
    return frame.filter(pl.col("year") == pl.col("year").max().over("good"))


def _shares(frame: pl.DataFrame) -> list[dict[str, object]]:
    """Per cent and million USD of each origin; the page's script puts them into words."""
    return [
        {"name": origin, "value": rounded(100 * part), "usd": rounded(value), "year": year}
        for origin, value, part, year in frame.select("origin", "value", "share", "year").iter_rows()
        if part is not None
    ]


def _largest(frame: pl.DataFrame, book: Book) -> list[Words]:
    top = frame.sort(["share", "origin"], descending=[True, False]).head(TOP)
    pairs = top.select("origin", "share").iter_rows()
    return [_joined(book.country(origin), share(part)) for origin, part in pairs]


def _joined(name: Words, figure: Words) -> Words:
    return Words(f"{name.ja} {figure.ja}", f"{name.en} {figure.en}")


def _line(frame: pl.DataFrame, book: Book) -> Words:
    return say("map_line", suppliers=listed(_largest(frame, book)))


def suppliers_table(a: Assessment, book: Book) -> Fold:
    """The same as the map, as a table."""
    rows = []
    for (good,), frame in sorted(a.good_suppliers.partition_by("good", as_dict=True).items()):
        last = latest(frame)
        rows.append(
            (book.of("goods", str(good)), listed(_largest(last, book)), number(last.height), _moved(frame))
        )
    head = (
        column("good"),
        column("largest_origins", wide=True),
        column("origins", "number"),
        column("moved", "number"),
    )
    return Fold(say("as_table"), (Table(head, tuple(rows), empty=say("not_computed")),))


def _moved(frame: pl.DataFrame) -> Words:
    """The share of today's largest origin in the first year of the data and in the last."""
    top = latest(frame).sort(["share", "origin"], descending=[True, False]).row(0, named=True)
    first = frame["year"].to_list()
    then = frame.filter(pl.col("year") == min(first), pl.col("origin") == top["origin"])["share"].to_list()
    if min(first) == top["year"]:
        return same("—")
    before = share(then[0] if then else 0.0).en
    return same(f"{before} ({min(first)}) → {share(top['share']).en} ({top['year']})")


def products(a: Assessment, book: Book) -> Table:
    """Every product with its figures and flags, the most flagged first."""
    ids = judging(a.dependence)
    count = pl.sum_horizontal(
        [pl.col(name).fill_null(value=False).cast(pl.Int32) for name in ids] or [pl.lit(0)]
    )
    frame = a.dependence.with_columns(_count=count).sort(
        ["_count", "imports", "hs6"], descending=[True, True, False], nulls_last=True
    )
    rows = []
    for row in frame.head(PRODUCTS).iter_rows(named=True):
        rows.append(
            (
                row["hs6"],
                book.product(row["hs6"], row["name"], alone=True),
                money(row["imports"]),
                _joined(book.country(row["largest_origin"]), share(row["largest_share"])),
                number(row["hhi"], 2),
                number(row["world_hhi"], 2),
                *verdict(row, ids),
            )
        )
    head = (
        column("hs6"),
        column("product_name", wide=True),
        column("imports", "number"),
        column("largest_origin", "short"),
        column("hhi", "number"),
        column("world_hhi", "number"),
        column("votes", "number"),
        column("flagged_by", wide=True),
    )
    caption = say("products_caption", source=book.cite("trade"), year=same(book.pack.trade_year))
    if frame.height > PRODUCTS:
        caption += say("products_cut", shown=number(PRODUCTS), all=number(frame.height))
    return Table(head, tuple(rows), caption, empty=say("not_computed"))
