"""``kaname data``: tables that users bring, laid down once in the data folder."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import polars as pl
from cyclopts import App, Parameter

from kaname.cli.show import Format, err, out, progress, show
from kaname.data.add_baci import Added, add_baci
from kaname.data.baci_rows import KINDS, MENDED, REFUSED
from kaname.data.home import VARIABLE, data_home
from kaname.data.stored_trade import StoredTrade, stored_trade
from kaname.errors import problem
from kaname.labels import Lang, number, text

app = App(name="data", help="Tables that you bring: add them once, list what is there.")

Language = Annotated[Lang, Parameter(help="Language of labels and messages.")]
Shape = Annotated[Format, Parameter(help="table for people; json and csv hold every column, unrounded.")]
DEFAULT = f"Data folder; default {VARIABLE}, else your own."
Into = Annotated[Path | None, Parameter(help=DEFAULT)]


@app.command
def add(
    table: Annotated[Literal["baci"], Parameter(help="What it is: baci, CEPII's trade by product.")],
    file: Annotated[Path, Parameter(help="The zip as published.")],
    *,
    into: Into = None,
    years: Annotated[str | None, Parameter(help="2021-2023 or 2023; default all years in the file.")] = None,
    set_aside: Annotated[
        bool, Parameter(negative="", help="Put rows that cannot be used into a file of their own, and go on.")
    ] = False,
    lang: Language = "ja",
    format: Shape = "table",
) -> None:
    """Turn the published zip into a file a year, once; stopped, it goes on where it was.

    Example: `kaname data add baci BACI_HS92_V202501.zip`
    """
    del table
    home = into or data_home()
    with progress() as bar:
        task = bar.add_task("", total=1.0)
        added = add_baci(
            file,
            home,
            _years(years),
            set_aside=set_aside,
            progress=lambda year, share: bar.update(
                task, description=text("data.adding", lang, year=year), completed=share
            ),
        )
    frame = _told(added, lang if format == "table" else "en")
    if format != "table":
        show(_by_kind(added), format)
        return
    heads = {name: text(f"data.{name}", lang) for name in frame.columns}
    show(frame, format, title=text("data.added", lang, folder=str(added.folder)), heads=heads)
    lines = _by_kind(added).filter(pl.col("kind").is_in([*MENDED, *REFUSED]))
    for year, kind, rows, first in lines.iter_rows():
        shown = ", ".join(map(str, first)) + (" …" if rows > len(first) else "")
        out.print(
            text(
                "data.lines", lang, year=year, what=text(f"data.{kind}", lang), rows=number(rows), lines=shown
            ),
            soft_wrap=True,
        )
    if into is not None:
        err.print(text("data.elsewhere", lang, variable=VARIABLE, folder=str(home)), soft_wrap=True)


@app.command(name="list")
def list_(
    *, from_: Annotated[Into, Parameter(name="--from")] = None, lang: Language = "ja", format: Shape = "table"
) -> None:
    """What the data folder holds.

    Example: `kaname data list`
    """
    home = from_ or data_home()
    held = stored_trade(home)
    frame = pl.DataFrame(
        [_row(one) for one in held],
        schema={
            "table": pl.String,
            "edition": pl.String,
            "first": pl.Int64,
            "last": pl.Int64,
            "years": pl.Int64,
            "missing": pl.Int64,
            "rows": pl.Int64,
            "set_aside": pl.Int64,
            "size_mb": pl.Float64,
            "folder": pl.String,
        },
        orient="row",
    )
    if format != "table":
        show(frame, format)
    elif frame.is_empty():
        out.print(text("data.nothing", lang, folder=str(home)), soft_wrap=True)
    else:
        shown = frame.with_columns(pl.col("first", "last").cast(pl.String))
        heads = {name: text(f"data.{name}", lang) for name in frame.columns}
        show(shown, format, title=text("data.held", lang, folder=str(home)), heads=heads)
        if frame["missing"].sum():
            out.print(text("data.not_whole", lang), soft_wrap=True)


def _row(one: StoredTrade) -> tuple[object, ...]:
    aside = sum(f.rows for y in one.held.values() for kind, f in y.found.items() if kind in REFUSED)
    size = sum(one.path(year).stat().st_size for year in one.years) / 1e6
    rows = sum(y.rows for y in one.held.values())
    name = f"BACI {one.vintage}"
    return (
        name,
        one.edition,
        one.years[0],
        one.years[-1],
        len(one.years),
        len(one.missing),
        rows,
        aside,
        size,
        str(one.folder),
    )


def _years(written: str | None) -> tuple[int, ...] | None:
    """``2021-2023`` or ``2023``."""
    if written is None:
        return None
    first, _, last = written.partition("-")
    if not (first.isdecimal() and (last or first).isdecimal() and int(first) <= int(last or first)):
        raise problem(f"years must be written 2023 or 2021-2023, not {written!r}", path="--years")
    return tuple(range(int(first), int(last or first) + 1))


def _told(added: Added, lang: str) -> pl.DataFrame:
    """A row a year: what was read, kept, mended, noted and set aside."""
    groups = {"mended": MENDED, "set_aside": REFUSED}
    return pl.DataFrame(
        [
            {
                "year": str(one.year),
                "read": one.read,
                "kept": one.rows,
                **{
                    name: sum(f.rows for kind, f in one.found.items() if kind in kinds)
                    for name, kinds in groups.items()
                },
                **{
                    kind: one.found[kind].rows if kind in one.found else 0
                    for kind in ("no-quantity", "zero-value", "own-trade", "former-code")
                },
                "state": text("data.before" if one.year in added.before else "data.new", lang),
            }
            for one in added.years
        ]
    )


def _by_kind(added: Added) -> pl.DataFrame:
    """year, kind, rows, lines (the first)."""
    rows = [
        (one.year, kind, one.found[kind].rows, list(one.found[kind].lines))
        for one in added.years
        for kind in KINDS
        if kind in one.found
    ]
    schema = {"year": pl.Int64, "kind": pl.String, "rows": pl.Int64}
    return pl.DataFrame(rows, {**schema, "lines": pl.List(pl.Int64)}, orient="row")
