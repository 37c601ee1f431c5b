"""What commands show of areas: where a loss falls."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from kaname.autonomy.areas import inside_and_outside, loss_by_area
from kaname.cascade.run import Run
from kaname.cli.show import Format, out, show
from kaname.labels import money, percent, text
from kaname.nation import Nation
from kaname.network.strikes import INDUSTRIES


def show_losses(nation: Nation, run: Run, lang: str, format: Format) -> None:
    """The loss of each area, and inside and outside what is struck."""
    found = loss_by_area(run)
    if format != "table":
        show(found, format)
        return
    columns = [name for name in found.columns if name != "by"]
    heads = {name: text(f"areas.{name}", lang) for name in columns}
    told = found.with_columns(
        pl.col("area").map_elements(lambda a: nation.name(a, lang), pl.String),
        *(pl.col(c).map_elements(lambda v: percent(v, 2), pl.String) for c in ("share", "part")),
    )
    inside, outside = (money(value, lang) for value in inside_and_outside(found))
    notes = [text("areas.split", lang, inside=inside, outside=outside), *_struck(nation, found, lang)]
    show(told, format, title=text("areas.title", lang), heads=heads, columns=columns, notes=notes)
    out.print()


def _struck(nation: Nation, found: pl.DataFrame, lang: str) -> Iterator[str]:
    """What is struck where, areas alike together."""
    alike = found.filter("struck").group_by("by", maintain_order=True).agg("area")
    for things, areas in alike.iter_rows():
        what = (text("areas.industries", lang) if t == INDUSTRIES else nation.name(t, lang) for t in things)
        names = (nation.name(a, lang) for a in areas)
        where = text("areas.all", lang) if len(areas) == found.height else text("areas.and", lang).join(names)
        yield text("areas.by", lang, areas=where, what=text("areas.and", lang).join(what))
