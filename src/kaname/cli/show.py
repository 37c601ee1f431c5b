"""Print frames for people (tables) and programs (JSON, CSV)."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import polars as pl
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from kaname.labels import number, significant

Format = Literal["table", "json", "csv"]
PAPER = 120
"""Columns of what goes to a file or another program, where no screen says how wide it is."""
out = Console(
    highlight=False,
    soft_wrap=False,
    width=None if sys.stdout.isatty() or "COLUMNS" in os.environ else PAPER,
)
err = Console(stderr=True, highlight=False)


def show(
    frame: pl.DataFrame,
    format: Format,
    *,
    title: str = "",
    heads: Mapping[str, str] | None = None,
    columns: Sequence[str] | None = None,
    notes: Sequence[str] = (),
    right: Sequence[str] = (),
) -> None:
    """Print ``frame``. JSON and CSV hold every column under its own name, unrounded; a table holds ``columns`` under
    the headings ``heads``, with ``title`` above and ``notes`` below; ``right``: columns of text that are figures."""
    if format == "json":
        sys.stdout.write(json.dumps(frame.to_dicts(), ensure_ascii=False, indent=1, default=str) + "\n")
    elif format == "csv":
        sys.stdout.write(_flat(frame).write_csv())
    else:
        _table(frame.select(columns or frame.columns), title, heads or {}, right)
        for note in notes:
            out.print(f"[dim]{note}[/dim]")


def _flat(frame: pl.DataFrame) -> pl.DataFrame:
    """Lists become text, since CSV has none."""
    lists = [name for name, kind in frame.schema.items() if isinstance(kind, pl.List)]
    return frame.with_columns(pl.col(name).cast(pl.List(pl.String)).list.join(" ") for name in lists)


def _table(frame: pl.DataFrame, title: str, heads: Mapping[str, str], right: Sequence[str]) -> None:
    table = Table(title=title, title_justify="left", header_style="bold", box=None, pad_edge=False)
    for name, kind in frame.schema.items():
        figures = kind.is_numeric() or name in right
        table.add_column(heads.get(name, name), justify="right" if figures else "left", overflow="fold")
    for row in frame.rows():
        table.add_row(*(_cell(value) for value in row))
    out.print(table)


def _cell(value: Any) -> str:
    match value:
        case None:
            return "—"
        case bool():
            return "●" if value else "·"
        case int():
            return number(value)
        case float():
            return significant(value)
        case list() | tuple():
            return ", ".join(str(v) for v in value)
        case _:
            return str(value)


def progress() -> Progress:
    """A progress bar on standard error, quiet where that is not a terminal."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(bar_width=30),
        TextColumn("{task.percentage:>3.0f}%"),
        TimeElapsedColumn(),
        console=err,
        transient=True,
        disable=not err.is_terminal,
    )
