"""What commands show of areas: where a loss falls."""

from __future__ import annotations

import polars as pl

from kaname.autonomy.areas import inside_and_outside, loss_by_area
from kaname.cascade.run import Run
from kaname.cli.show import Format, out, show
from kaname.labels import money, percent, text
from kaname.nation import Nation


def show_losses(nation: Nation, run: Run, lang: str, format: Format) -> None:
    """The loss of each area, and inside and outside what is struck."""
    found = loss_by_area(run)
    if format != "table":
        show(found, format)
        return
    heads = {name: text(f"areas.{name}", lang) for name in found.columns}
    told = found.with_columns(
        pl.col("area").map_elements(lambda a: nation.name(a, lang), pl.String),
        *(pl.col(c).map_elements(lambda v: percent(v, 2), pl.String) for c in ("share", "part")),
    )
    inside, outside = (money(value, lang) for value in inside_and_outside(found))
    notes = [text("areas.split", lang, inside=inside, outside=outside)]
    show(told, format, title=text("areas.title", lang), heads=heads, notes=notes)
    out.print()
