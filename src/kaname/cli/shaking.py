"""`kaname shaking`: where an earthquake shakes how hard, beside the loss that the scenario states there."""

from __future__ import annotations

from typing import Annotated

import polars as pl
from cyclopts import App, Parameter

from kaname.cli.show import Format, show
from kaname.errors import problem
from kaname.labels import Lang, number, percent, text
from kaname.nation import open as open_nation
from kaname.network.shaking import by_area, shaking


def register(app: App) -> None:
    """Add the command to the program."""
    app.command(name="shaking")(shaken)


def shaken(
    scenario: Annotated[str, Parameter(help="A scenario that states an earthquake.")],
    *,
    pack: Annotated[str, Parameter(help="An embedded pack (japan) or the folder of one.")] = "japan",
    lang: Annotated[Lang, Parameter(help="Language of labels and messages.")] = "ja",
    format: Annotated[Format, Parameter(help="table: by area; json and csv: every prefecture.")] = "table",
) -> None:
    """How hard areas shake by a published rule, and how hard the scenario says they are struck.

    Example: `kaname shaking nankai-trough`
    """
    nation = open_nation(pack)
    if scenario not in nation.scenarios:
        known = ", ".join(s.id for s in nation.pack.scenarios if s.quake)
        raise problem(f"no scenario {scenario!r}; with an earthquake: {known}", path="scenario")
    stated = nation.scenarios[scenario]
    found = shaking(nation.pack, nation.reading.tables, stated)
    if format != "table":
        show(found, format)
        return
    struck = {s.area: s.intensity.to("1", 0.0) for s in stated.struck}
    rows = [
        (
            nation.name(r["area"], lang),
            text(f"shaking.class_{r['class']}", lang),
            number(r["hardest"], 1),
            number(r["mean"], 1),
            percent(struck[r["area"]], 0) if r["area"] in struck else "—",
        )
        for r in by_area(found).iter_rows(named=True)
    ]
    names = ["area", "class", "hardest", "mean", "struck"]
    heads = {n: text(f"shaking.{n}", lang) for n in names}
    title = text("shaking.title", lang, scenario=stated.label[lang])
    frame = pl.DataFrame(rows, schema=names, orient="row")
    show(frame, "table", title=title, heads=heads, notes=[text("shaking.note", lang)])
