"""The methods side by side, ways through third countries, and holds by product: tables of the page (floor 6)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from kaname.autonomy.methods import METHODS
from kaname.labels import catalogue
from kaname.strategy.assessment import Assessment
from kaname.strategy.report.blocks import Bar, Cell, Fold, Prose, Table, column
from kaname.strategy.report.names import Book
from kaname.strategy.report.words import Words, listed, money, number, same, say, share, shared, signed
from kaname.strategy.ties import without_echoes

MOST = 20
"""Rows shown of the longer tables."""


def methods_in(frame: pl.DataFrame) -> list[str]:
    """Ids of the methods that have a column of flags."""
    return [m.id for m in METHODS if m.id in frame.columns]


def judging(frame: pl.DataFrame) -> list[str]:
    """Those of them that judge anything."""
    return [name for name in methods_in(frame) if frame[name].is_not_null().any()]


def method_name(name: str) -> Words:
    """What a method is called."""
    label = next(m.label for m in METHODS if m.id == name)
    return Words(label.ja, label.en)


def brief_name(name: str) -> Words:
    """Its name at the head of a column."""
    key = f"report.method_{name}"
    return shared(key) if key in catalogue() else method_name(name)


def mark(flag: bool | None, quantity: bool | None = None) -> Words | None:
    """A full circle where a method flags, an empty one where it does not, nothing where it cannot judge; half a circle
    where value and quantity differ, its dark side to the left if it is value that flags."""
    if flag is None:
        return None
    if quantity is None or quantity == flag:
        return same("●" if flag else "○")
    return same("◐" if flag else "◑")


def split(frame: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Products that every method which judges them flags (two or more of them), and those on which they part."""
    flags = [pl.col(name) for name in judging(frame)]
    if not flags:
        return frame.clear(), frame.clear()
    yes = pl.sum_horizontal(f.fill_null(value=False).cast(pl.Int32) for f in flags)
    no = pl.sum_horizontal((~f).fill_null(value=False).cast(pl.Int32) for f in flags)
    return frame.filter((yes > 1) & (no == 0)), frame.filter((yes > 0) & (no > 0))


def methods_table(a: Assessment, book: Book) -> Table:
    """One row a method: what it flags by value and by quantity, and how its list moved."""
    total = max(1, a.dependence.height)
    rows: list[tuple[Cell, ...]] = []
    for r in a.methods.iter_rows(named=True):
        judged = r["flagged"] + r["not_flagged"]
        moved = None if r["turnover"] is None else same(f"+{r['entered']} −{r['left']}")
        rows.append(
            (
                method_name(r["method"]),
                Bar(r["flagged"] / total, number(r["flagged"]), "plain") if judged else None,
                number(judged),
                share(r["imports_flagged"]) if judged else None,
                number(r["flagged_quantity"]) if judged else None,
                number(r["differ"]) if judged else None,
                moved,
            )
        )
    head = (
        column("method"),
        column("flagged", "number"),
        column("judged", "number"),
        column("flagged_value", "number"),
        column("flagged_quantity", "number"),
        column("differ", "number"),
        column("moved_list", "number"),
    )
    every, apart = split(a.dependence)
    caption = say(
        "methods_caption",
        total=number(a.dependence.height),
        all=number(every.height),
        apart=number(apart.height),
        source=book.cite("trade"),
    )
    return Table(head, tuple(rows), caption, say("methods_title"), say("not_computed"), id="methods")


def agreement(a: Assessment) -> Fold:
    """Each pair of methods: of the products that either flags, how many both do."""
    rows = tuple(
        (
            method_name(r["a"]),
            method_name(r["b"]),
            Bar(r["jaccard"], share(r["jaccard"]), "plain"),
            number(r["both"]),
            number(r["only_a"]),
            number(r["only_b"]),
        )
        for r in a.agreement.drop_nulls("jaccard")
        .sort("jaccard", "a", "b", descending=[True, False, False])
        .iter_rows(named=True)
    )
    head = (
        column("first_method"),
        column("second_method"),
        column("overlap", "number"),
        column("both", "number"),
        column("only_first", "number"),
        column("only_second", "number"),
    )
    table = Table(head, rows, say("agreement_caption"), empty=say("not_computed"))
    return Fold(say("agreement_title"), (table,), count=len(rows))


def through(a: Assessment, book: Book) -> Table:
    """Where what passed through a country most exceeds what was bought there."""
    frame = (
        a.through.with_columns(indirect=pl.col("through") - pl.col("direct"))
        .filter(pl.col("indirect") >= 0.01)
        .sort("indirect", "good", "country", descending=[True, False, False])
    )
    rows = tuple(
        (
            book.of("goods", r["good"]),
            book.country(r["country"]),
            share(r["direct"]),
            Bar(r["through"], share(r["through"]), "plain"),
            share(r["direct_quantity"]),
            share(r["through_quantity"]),
        )
        for r in frame.head(MOST).iter_rows(named=True)
    )
    head = (
        column("good"),
        column("country", "short"),
        column("direct_share", "number"),
        column("through_share", "number"),
        column("direct_share", "number", say("by_quantity")),
        column("through_share", "number", say("by_quantity")),
    )
    caption = say("through_caption", source=book.cite("trade"), year=same(a.pack.trade_year), n=same(MOST))
    return Table(head, rows, caption, say("through_title"), say("not_computed"), id="through")


def industries(a: Assessment, book: Book) -> Fold:
    """The whole of home, then the most exposed industries."""
    frame = a.industry_exposure.filter(pl.col("output") > 0).sort(
        "through", "industry", "region", descending=[True, False, False]
    )
    whole = frame.filter(pl.col("industry") == "").head(8)
    parts = frame.filter(pl.col("industry") != "").head(MOST)
    rows = tuple(
        (
            book.of("industries", r["industry"]) if r["industry"] else say("all_home"),
            book.country(r["region"]),
            share(r["direct"]),
            share(r["added"]),
            Bar(r["through"], share(r["through"]), "plain"),
        )
        for r in pl.concat([whole, parts]).iter_rows(named=True)
    )
    head = (
        column("industry"),
        column("country", "short"),
        column("direct_share", "number"),
        column("added_share", "number"),
        column("through_share", "number"),
    )
    table = Table(head, rows, say("industries_caption", source=book.cite("icio")), empty=say("not_computed"))
    return Fold(say("industries_through_title"), (table,), count=len(rows))


def holds(a: Assessment, book: Book, side: str) -> Table:
    """By good and industry: what one side loses if the other stops, how long stocks cover it, what can replace it."""
    frame = without_echoes(a.leverage_products, a.pack)
    rows = tuple(
        (
            book.country(r["partner"]),
            book.any(r["product"]),
            money(r[f"{side}_loss"]),
            signed(money(r["net"]), r["net"]),
            share(r[f"{side}_use"]),
            number(r[f"{side}_covered"]),
            number(r[f"{side}_felt"]),
            share(r[f"{side}_replaceable"]),
        )
        for r in frame.filter(pl.col(f"{side}_loss") >= 1.0)
        .sort(f"{side}_loss", "partner", "product", descending=[True, False, False])
        .head(MOST)
        .iter_rows(named=True)
    )
    head = (
        column("partner"),
        column("product_held"),
        column(f"{side}_loss", "number"),
        column("net", "number"),
        column("our_use" if side == "our" else "their_use", "number"),
        column("covered", "number", say("unit_days")),
        column("felt", "number", say("unit_days")),
        column("replaceable", "number"),
    )
    words = {
        "our": (say("holds_our_caption"), say("holds_our_title")),
        "their": (say("holds_their_caption"), say("holds_their_title")),
    }
    return Table(head, rows, *words[side], say("not_computed"))


def method_notes() -> Prose:
    """The criteria of each method, with its reference."""
    found = []
    for method in METHODS:
        criteria = listed(
            Words(f"{c.label.ja} {c.relation} {c.threshold:g}", f"{c.label.en} {c.relation} {c.threshold:g}")
            for c in method.criteria
        )
        note = Words(method.note.ja, method.note.en) if method.note else same("")
        name = method_name(method.id)
        found.append(say("method_note", name=name, criteria=criteria, note=note, reference=method.reference))
    return Prose(tuple(found), "small")


def verdict(row: Mapping[str, Any], ids: Sequence[str]) -> tuple[Words, Words]:
    """How many of the methods that judge a product flag it, and which; half a circle behind those that flag it by value
    only (dark to the left) or by quantity only."""
    judged = [name for name in ids if row[name] is not None]
    marks = {name: mark(row[name], row.get(f"{name}_quantity")) for name in judged}
    shown = {name: "" if m.en == "●" else f" {m.en}" for name, m in marks.items() if m and m.en != "○"}
    names = [Words(f"{brief_name(n).ja}{m}", f"{brief_name(n).en}{m}") for n, m in shown.items()]
    count = sum(bool(row[name]) for name in judged)
    return same(f"{count}/{len(judged)}"), listed(names)
