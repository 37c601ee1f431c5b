"""Where the world depends on us: the same stop of trade, turned round (floor 6)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from kaname.labels import number as plain
from kaname.strategy.assessment import Assessment
from kaname.strategy.report import charts
from kaname.strategy.report.blocks import Bar, Cell, Chart, Fold, Prose, Section, Table, column, missing
from kaname.strategy.report.names import Book
from kaname.strategy.report.section_answers import period
from kaname.strategy.report.section_methods import holds, judging, verdict
from kaname.strategy.report.words import money, number, same, say, share, signed

MOST = 25
"""Rows of dependents shown."""


def section(a: Assessment, book: Book) -> Section:
    """Partners, then products."""
    held = (holds(a, book, "our"), holds(a, book, "their"))
    blocks = (chart(a, book), *held, Fold(say("partners_title"), (partners(a, book),)), dependents(a, book))
    return Section("leverage", say("s_leverage"), say("s_leverage_lead"), blocks, say("s_leverage_short"))


def _sorted(a: Assessment) -> pl.DataFrame:
    return a.leverage.sort(["net", "partner"], descending=[True, False], nulls_last=True)


def chart(a: Assessment, book: Book) -> Chart | Prose:
    """Both losses of every partner."""
    title = say("leverage_title")
    rows = list(_sorted(a).iter_rows(named=True))
    if not rows:
        return missing(title)
    names = [book.country(row["partner"]) for row in rows]
    key = (("none", say("leverage_our_loss")), ("direct", say("leverage_their_loss")))
    caption = say("leverage_caption", source=book.cite("icio")) + period(a.leverage_days)
    return Chart("leverage-chart", 50 + 25 * len(rows), charts.leverage(rows, names), title, caption, key=key)


def partners(a: Assessment, book: Book) -> Table:
    """Both losses, each against its own economy."""
    frame = _sorted(a)
    top = (
        max((abs(v) for name in ("our_share", "their_share") for v in frame[name].drop_nulls()), default=1.0)
        or 1.0
    )
    rows = tuple(
        (
            book.country(r["partner"]),
            money(r["our_loss"]),
            _bar(r["our_share"], top, "none"),
            money(r["their_loss"]),
            _bar(r["their_share"], top, "direct"),
            signed(money(r["net"]), r["net"]),
        )
        for r in frame.iter_rows(named=True)
    )
    head = (
        column("partner"),
        column("our_loss", "number"),
        column("our_share", "number"),
        column("their_loss", "number"),
        column("their_share", "number"),
        column("net", "number"),
    )
    return Table(
        head,
        rows,
        say("partners_caption", source=book.cite("icio")),
        empty=say("not_computed"),
    )


def _bar(value: float | None, top: float, tone: str) -> Cell:
    return None if value is None else Bar(abs(value) / top, share(value), tone)


def dependents(a: Assessment, book: Book) -> Table:
    """Products and partners for which we are a large part of what they buy."""
    ids = judging(a.dependents)
    frame = strongest(a).head(MOST)
    descriptions = dict(a.dependence.select("hs6", "name").iter_rows()) if not a.dependence.is_empty() else {}
    rows = []
    for r in frame.iter_rows(named=True):
        says = verdict(r, ids)[1]
        rows.append(
            (
                r["hs6"],
                book.product(r["hs6"], descriptions.get(r["hs6"]), alone=True),
                book.country(r["partner"]),
                money(r["imports"]),
                None
                if r["share_from_home"] is None
                else Bar(r["share_from_home"], share(r["share_from_home"])),
                share(r["world_share"]),
                _covered(r),
                number(r.get("felt")),
                says,
            )
        )
    head = (
        column("hs6"),
        column("product_name", wide=True),
        column("partner", "short"),
        column("their_imports", "number"),
        column("share_from_home", "number"),
        column("world_share", "number"),
        column("covered", "number", say("unit_days")),
        column("felt", "number", say("unit_days")),
        column("flagged_by", wide=True),
    )
    key = "dependents_caption" if book.brought is None else "dependents_caption_whole"
    caption = say(key, n=same(MOST), source=book.cite("trade"), year=same(a.pack.trade_year))
    return Table(head, tuple(rows), caption, say("dependents_title"), say("not_computed"), id="dependents")


def _covered(row: Mapping[str, Any]) -> Cell:
    """Days that the network tells; in brackets what stock of the usual size would last, where it does not follow the
    product by itself."""
    if row.get("covered") is not None or row.get("lasts") is None:
        return number(row.get("covered"))
    return same(f"({plain(row['lasts'])})")


def strongest(a: Assessment) -> pl.DataFrame:
    """Dependents by the value that they buy from us."""
    bought = pl.col("imports") * pl.col("share_from_home")
    return a.dependents.sort([bought, "hs6", "partner"], descending=[True, False, False], nulls_last=True)
