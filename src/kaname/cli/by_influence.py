"""`kaname check --assumptions`: assumed figures by what their range is worth."""

from __future__ import annotations

import polars as pl

from kaname.autonomy.influence import influence, most_influential, unreached
from kaname.cli.show import Format, show
from kaname.labels import money, span, text
from kaname.nation import Nation

DAYS = 90
SHOWN = 40
EACH = "each"
"""Stands for one scenario of each infrastructure."""
OPEN = 14
"""Kinds of figures out of reach that are named."""


def show_assumptions(nation: Nation, scenario: str, lang: str, format: Format) -> None:
    """The assumptions of a pack, by influence on the loss of ``scenario`` over 90 days; ``each``: of one scenario for
    each strategic infrastructure industry, each figure where it counts most."""
    if scenario != EACH:
        run = nation.stress(scenario, days=DAYS)
        found = influence(nation.pack, run, nation.reading.places)
        named = " + ".join(s.label[lang] for s, _ in run.case.scenarios)
    else:
        names = first_of_each(nation)
        runs = [nation.stress(name, days=DAYS) for name in names]
        found = most_influential(nation.pack, runs, nation.reading.places)
        named = text("influence.several", lang, n=len(names))
    if format != "table":
        show(found, format)
        return
    _table(nation, found, named, lang)


def first_of_each(nation: Nation) -> tuple[str, ...]:
    """For each infrastructure the first scenario of the pack that strikes it alone, else the first that strikes it."""
    chosen: dict[str, str] = {}
    for infrastructure in nation.pack.infrastructures:
        mine = [s for s in nation.pack.scenarios if infrastructure.id in s.infrastructures]
        alone = [s for s in mine if len(s.infrastructures) == 1]
        if mine:
            chosen[infrastructure.id] = (alone or mine)[0].id
    return tuple(dict.fromkeys(chosen.values()))


def _subject(nation: Nation, kind: str, id_: str, lang: str) -> str:
    found = nation.pack.by_id[kind].get(id_) if kind == "parameters" else None
    return nation.name(id_, lang) if found is None else str(found.label[lang])  # type: ignore[attr-defined]


def _table(nation: Nation, found: pl.DataFrame, named: str, lang: str) -> None:
    known = found.filter(pl.col("influence") > 0)
    rows = [
        (
            money(r["influence"], lang),
            _subject(nation, r["list"], r["subject"], lang),
            text(f"field.{r['field']}", lang),
            span(r["low"], r["high"], r["unit"], lang) if r["low"] is not None else "",
            r["place"],
            *([nation.name(r["scenario"], lang)] if "scenario" in r else []),
        )
        for r in known.head(SHOWN).iter_rows(named=True)
    ]
    names = ["influence", "subject", "field", "range", "place"]
    names += ["scenario"] if "scenario" in found.columns else []
    frame = pl.DataFrame(rows, schema=names, orient="row")
    heads = {n: text(f"influence.{n}", lang) for n in names}
    reached = found.filter(pl.col("influence").is_not_null()).height
    counts = {"total": found.height, "reached": reached, "known": known.height, "shown": len(rows)}
    open_ = unreached(found)
    parts = (
        text(
            "influence.part",
            lang,
            list=text(f"influence.list_{kind}", lang),
            field=text(f"field.{field}", lang),
            n=n,
        )
        for kind, field, n in open_.head(OPEN).iter_rows()
    )
    joined = text("influence.comma", lang).join(parts)
    notes = [text("influence.rest", lang, **counts)]
    notes.append(text("influence.open", lang, n=found.height - reached, parts=joined))
    title = text("influence.title", lang, scenario=named, days=DAYS)
    show(frame, "table", title=title, heads=heads, notes=notes)
