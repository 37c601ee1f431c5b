"""What `kaname outlook` prints of industry and work: shares of energy beside what suppliers gain or lose (EN-8)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from kaname.cli.show import out, show
from kaname.labels import percent, text
from kaname.nation import Nation
from kaname.planning.outlook import Projection

LEAST = 0.005
"""Shares of fuels below this are not shown."""
SHOWN = 6
"""Industries shown of those that change most."""


def print_effects(nation: Nation, found: Projection, lang: str) -> None:
    """The last year's shares and sums for every outlook, and the industries that change most."""
    _shares(nation, found, lang)
    _industries(nation, found, lang)


def _shares(nation: Nation, found: Projection, lang: str) -> None:
    """Shares of energy beside what they mean for industry and work, in the last year."""
    last = max(found.years)
    cell: dict[tuple[str, str, int], dict[str, float]] = {}
    for o, s, y, item, value in found.effects.iter_rows():
        cell.setdefault((o, s, y), {})[item] = value
    today = text("outlook.today", lang, year=found.base_year)
    rows: list[tuple[Any, ...]] = [
        (today, "", "100%", _mix(nation, cell["", "", found.base_year], lang), None, None, None)
    ]
    changes = ("suppliers_value_added", "suppliers_persons", "fuel_abroad")
    for one in nation.pack.outlooks:
        for case in nation.pack.supply_cases:
            got = cell[one.id, case.id, last]
            signed = [f"{got[k]:+,.0f}" for k in changes]
            mixed, served = _mix(nation, got, lang), percent(got["served"], 0)
            rows.append((one.label[lang], case.label[lang], served, mixed, *signed))
    heads = {h: text(f"outlook.{h}", lang) for h in ("outlook", "supply", "served", "mix", *changes)}
    frame = pl.DataFrame(rows, list(heads), orient="row", infer_schema_length=None)
    title = text("outlook.effects", lang, year=last)
    show(frame, "table", title=title, heads=heads, notes=[text("outlook.effects_note", lang)], right=changes)
    out.print()


def _industries(nation: Nation, found: Projection, lang: str) -> None:
    """Value added and persons of the industries that change most in any outlook, in the first supply case."""
    last, case = max(found.years), nation.pack.supply_cases[0]
    here = found.industries.filter((pl.col("year") == last) & (pl.col("supply") == case.id))
    outlooks = [o for o in nation.pack.outlooks if not o.bound]
    here = here.filter(pl.col("outlook").is_in([o.id for o in outlooks]))
    size = here.group_by("industry").agg(pl.col("value_added").abs().max()).sort("value_added", "industry")
    cell = {(r["outlook"], r["industry"]): r for r in here.iter_rows(named=True)}
    rows = []
    for industry in reversed(size["industry"].tail(SHOWN).to_list()):
        told = [cell.get((o.id, industry)) for o in outlooks]
        rows.append((nation.name(industry, lang), *(_change(r) for r in told)))
    heads = {"industry": text("outlook.industry", lang)} | {o.id: o.label[lang] for o in outlooks}
    frame = pl.DataFrame(rows, list(heads), orient="row")
    title = text("outlook.by_industry", lang, year=last, supply=case.label[lang])
    notes = [text("outlook.by_industry_note", lang)]
    show(frame, "table", title=title, heads=heads, notes=notes, right=[o.id for o in outlooks])


def _change(row: Mapping[str, Any] | None) -> str:
    if row is None:
        return "—"
    people = "—" if row["persons"] is None else f"{row['persons']:+,.0f}"
    return f"{row['value_added']:+,.0f} / {people}"


def _mix(nation: Nation, got: Mapping[str, float], lang: str) -> str:
    """Shares of fuels, the largest first."""
    named = [(got[f"share_{fuel.id}"], fuel.label[lang]) for fuel in nation.pack.fuels]
    return " ".join(f"{name} {percent(v, 0)}" for v, name in sorted(named, reverse=True) if v >= LEAST)
