"""`kaname check --assumptions`: assumed figures by what their range is worth."""

from __future__ import annotations

import polars as pl

from kaname.autonomy.influence import influence
from kaname.cli.show import Format, show
from kaname.labels import money, span, text
from kaname.nation import Nation

DAYS = 90
SHOWN = 40


def show_assumptions(nation: Nation, scenario: str, lang: str, format: Format) -> None:
    """The assumptions of a pack, by influence on the loss of ``scenario`` over 90 days."""
    run = nation.stress(scenario, days=DAYS)
    found = influence(nation.pack, run, nation.reading.places)
    if format != "table":
        show(found, format)
        return
    known = found.filter(pl.col("influence") > 0)
    rows = [
        (
            money(r["influence"], lang),
            nation.name(r["subject"], lang) if r["list"] != "parameters" else r["subject"],
            text(f"field.{r['field']}", lang),
            span(r["low"], r["high"], r["unit"], lang) if r["low"] is not None else "",
            r["place"],
        )
        for r in known.head(SHOWN).iter_rows(named=True)
    ]
    names = ["influence", "subject", "field", "range", "place"]
    frame = pl.DataFrame(rows, schema=names, orient="row")
    heads = {n: text(f"influence.{n}", lang) for n in names}
    rest = text("influence.rest", lang, total=found.height, known=known.height, shown=len(rows))
    title = text("influence.title", lang, scenario=nation.name(scenario.partition("@")[0], lang), days=DAYS)
    show(frame, "table", title=title, heads=heads, notes=[rest])
