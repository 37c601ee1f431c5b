"""`kaname stress --step hours`: which areas lose power when, which services follow, what measures shorten."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from kaname.autonomy.timeline import areas_by_hour, timeline
from kaname.cascade.run import Run
from kaname.cli.show import Format, out, show
from kaname.labels import money, percent, text
from kaname.nation import Nation

SHOWN = {"facility": 40, "industry": 15}
"""Rows of each table, services before industries: a blackout stops every industry at once and hides what follows."""


def print_hours(nation: Nation, run: Run, bare: Run | None, lang: str, format: Format) -> None:
    """The chain of stops; ``bare`` is the same run without measures."""
    found = timeline(run)
    if bare is not None:
        plain = timeline(bare).select("node", without="hours_below")
        found = found.join(plain, on="node", how="left")
    if format != "table":
        show(found, format)
        return
    named = " + ".join(s.label[lang] for s, _ in run.case.scenarios)
    out.print(f"[bold]{text('hours.title', lang, scenarios=named)}[/bold]")
    out.print(f"[dim]{text('stress.hypothetical', lang)}[/dim]")
    _losses(run, bare, lang)
    _areas(nation, run, lang)
    for kind in SHOWN:
        _chain(nation, found.filter(pl.col("kind") == kind), kind, lang)


def _losses(run: Run, bare: Run | None, lang: str) -> None:
    out.print(f"{text('stress.loss_home', lang)}  {money(run.total_loss, lang)}")
    if bare is not None:
        out.print(f"{text('stress.without_measures', lang)}  {money(bare.total_loss, lang)}")
        out.print(f"{text('stress.avoided', lang)}  {money(bare.total_loss - run.total_loss, lang)}")
    out.print()


def _areas(nation: Nation, run: Run, lang: str) -> None:
    levels = areas_by_hour(run)
    if not levels.height:
        return
    marks = [c for c in levels.columns if c != "area"]
    told = levels.with_columns(
        pl.col("area").map_elements(lambda a: nation.name(a, lang), pl.String),
        *(pl.col(c).map_elements(lambda v: percent(v, 0), pl.String) for c in marks),
    )
    heads = {"area": text("areas.area", lang)} | {c: text("hours.at", lang, hour=c[1:]) for c in marks}
    show(told, "table", title=text("hours.power", lang), heads=heads)
    out.print()


def _chain(nation: Nation, found: pl.DataFrame, kind: str, lang: str) -> None:
    if found.is_empty():
        return

    def hour(value: float | None) -> str:
        return text("hours.never", lang) if value is None else text("hours.at", lang, hour=f"{value:g}")

    def why(cause: str, via: str) -> str:
        reason = text(f"stress.limit_{cause}", lang)
        return f"{reason}: {nation.name(via, lang)}" if via and "," not in via else reason

    rows = [
        (
            hour(r["hour"]),
            nation.name(r["node"], lang),
            percent(r["lowest"], 0),
            hour(r["back_hour"]),
            r["hours_below"],
            *([r["without"]] if "without" in r else []),
            why(r["cause"], r["via"]),
        )
        for r in found.head(SHOWN[kind]).iter_rows(named=True)
    ]
    names: Sequence[str] = ["hour", "node", "lowest", "back", "below"]
    names = [*names, *(["without"] if "without" in found.columns else []), "why"]
    frame = pl.DataFrame(rows, schema=list(names), orient="row")
    rest = found.height - SHOWN[kind]
    notes = [text("stress.more", lang, n=rest)] if rest > 0 else []
    heads = {n: text(f"hours.{n}", lang) for n in names}
    show(frame, "table", title=text(f"hours.chain_{kind}", lang), heads=heads, notes=notes)
    out.print()
