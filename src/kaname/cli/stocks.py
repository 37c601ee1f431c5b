"""The order in which stocks run down, on screen: part of `kaname stress`."""

from __future__ import annotations

import numpy as np
import polars as pl

from kaname.autonomy.stocks import Stocks
from kaname.cli.show import Format, out, show
from kaname.labels import day, number, percent, text
from kaname.nation import Nation

SHOWN = 12
WIDE = 100
"""Columns that the ways of arrivals need beside the rest."""


def print_stocks(nation: Nation, found: Stocks, lang: str) -> None:
    """One row a good; nothing where no stock moves."""
    order = found.order
    if order.is_empty():
        return

    def at(value: int | None) -> str:
        return text("stocks.never", lang) if value is None else day(value, lang)

    rows = [
        (
            nation.name(r["good"], lang),
            number(r["cover"], 0),
            number(r["at_sea"], 0),
            at(r["short_day"]),
            at(r["half_day"]),
            at(r["bound_day"]),
            text("stocks.lowest_at", lang, days=number(r["lowest"], 1), day=day(r["lowest_day"], lang)),
            percent(r["arrivals"], 0),
            percent(r["usual"], 0),
            percent(r["bypass"], 0),
            percent(r["elsewhere"], 0),
        )
        for r in order.head(SHOWN).iter_rows(named=True)
    ]
    names = ["good", "cover", "at_sea", "short", "half", "bound", "lowest"]
    names += ["arrivals", "usual", "bypass", "elsewhere"]
    notes = [text("stocks.note", lang)]
    if order.height > SHOWN:
        notes.insert(0, text("stocks.more", lang, n=order.height - SHOWN))
    out.print()
    heads = {n: text(f"stocks.{n}", lang) for n in names}
    frame = pl.DataFrame(rows, schema=names, orient="row")
    if out.width < WIDE:
        frame = frame.drop("usual", "bypass", "elsewhere")
        notes = [note for note in notes if note != text("stocks.note", lang)]
        notes.append(text("stocks.narrow", lang, n=WIDE))
    show(frame, "table", title=text("stocks.title", lang), heads=heads, notes=notes)


def print_course(nation: Nation, found: Stocks, lang: str, format: Format) -> None:
    """The order, then days of stock left over the run; programs get every day and way."""
    if format != "table":
        show(found.course(), format)
        return
    if found.order.is_empty():
        out.print(text("stocks.none", lang))
        return
    print_stocks(nation, found, lang)
    place = {name: n for n, name in enumerate(found.products)}
    marks = sorted({int(m) for m in np.linspace(0, len(found.left) - 1, 13)})
    rows = [
        (nation.name(good, lang), *(number(found.left[m, place[good]], 1) for m in marks))
        for good in found.order["good"].head(SHOWN)
    ]
    names = ["good", *(day(m, lang) for m in marks)]
    frame = pl.DataFrame(rows, schema=names, orient="row")
    out.print()
    show(frame, "table", title=text("stocks.left", lang), heads={"good": text("stocks.good", lang)})
