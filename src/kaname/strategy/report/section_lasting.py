"""How lasting the methods' flags are: what came and went each year, and the products that moved most (floor 6)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from kaname.labels import share
from kaname.strategy.assessment import Assessment
from kaname.strategy.report.blocks import Cell, Column, Fold, Table, column
from kaname.strategy.report.names import Book
from kaname.strategy.report.section_methods import method_name
from kaname.strategy.report.words import Words, same, say, shared

MOST = 10
"""Products shown."""


def lasting(a: Assessment, book: Book) -> Fold:
    """Both tables, behind a line that opens."""
    return Fold(_say("lasting_title"), (churned(a), moved(a, book)))


def _say(key: str, **values: object) -> Words:
    return shared(f"strengthview.{key}", **values)


def churned(a: Assessment) -> Table:
    """One row a method, one column a year: how many it flags, and how many came and went."""
    held = {(r["method"], r["year"]): r for r in a.churn.iter_rows(named=True)}
    years = sorted({year for _, year in held})
    order = [m for m in a.methods["method"].to_list() if any(m == name for name, _ in held)]
    rows = tuple((method_name(m), *(_year(held.get((m, year))) for year in years)) for m in order)
    head = (column("method"), *(Column(same(year), "number") for year in years))
    return Table(head, rows, _say("lasting_caption"), empty=say("not_computed"), id="churn")


def _year(row: Mapping[str, Any] | None) -> Cell:
    if row is None:
        return None
    turned = "" if row["turnover"] is None else f" ({share(row['turnover'])})"
    return same(f"{row['flagged']}: +{row['entered']} −{row['left']}{turned}")


def moved(a: Assessment, book: Book) -> Table:
    """The products whose flags by a method came and went most often."""
    head = (
        column("hs6"),
        column("product_name", wide=True),
        column("method"),
        Column(_say("now"), "short"),
        Column(_say("since"), "number"),
        Column(_say("years_flagged"), "number"),
        Column(_say("moves"), "number"),
    )
    if a.history.is_empty() or a.churn.is_empty():
        return Table(head, (), None, _say("moved_title"), say("not_computed"))
    names = dict(a.dependence.select("hs6", "name").iter_rows())
    moves = pl.col("entries") + pl.col("exits")
    frame = a.history.with_columns(moves=moves).filter(moves > 0)
    most = frame.sort("moves", "product", "method", descending=[True, False, False]).head(MOST)
    rows = tuple(
        (
            r["product"],
            book.product(r["product"], names.get(r["product"]), alone=True),
            method_name(r["method"]),
            _say("flagged" if r["flag"] else "not_flagged"),
            same(r["since"]),
            same(f"{r['years_flagged']}/{r['years_judged']}"),
            same(r["moves"]),
        )
        for r in most.iter_rows(named=True)
    )
    span = {"first": a.churn["year"].to_list(), "last": a.history["last"].drop_nulls().to_list()}
    caption = _say("moved_caption", first=min(span["first"]) - 1, last=max(span["last"]))
    return Table(head, rows, caption, _say("moved_title"))
