"""`kaname worth`: what a little more of something would have saved in a run."""

from __future__ import annotations

from typing import Annotated

import polars as pl
from cyclopts import Parameter

from kaname.cascade.steps import Worth
from kaname.cascade.steps import worth as found_worth
from kaname.cli.behave import Changes, asked
from kaname.cli.show import Format, out, progress, show
from kaname.labels import A_DOLLAR, Lang, money, number, significant, text
from kaname.nation import Nation
from kaname.nation import open as open_nation

SHOWN_FROM = 0.01
"""Million USD: rows that save or cost less are not shown."""


def worth(
    *scenarios: Annotated[str, Parameter(help="Scenarios of the pack; name@30 strikes on day 30.")],
    pack: Annotated[str, Parameter(help="An embedded pack (japan) or the folder of one.")] = "japan",
    lang: Annotated[Lang, Parameter(help="Language of labels and messages.")] = "ja",
    format: Annotated[Format, Parameter(help="table for people; json and csv hold all rows.")] = "table",
    days_: Annotated[int, Parameter(name="--days", help="Days to run.")] = 365,
    with_: Annotated[
        tuple[str, ...], Parameter(name="--with", help="Measures in force.", consume_multiple=True)
    ] = (),
    most: Annotated[int, Parameter(help="Rows shown of each kind.")] = 8,
    set_: Changes = (),
) -> None:
    """What one more day of stock or point of spare capacity is worth: found by one run back, confirmed by runs.

    Example: `kaname worth hormuz-closure --days 180`
    """
    nation = open_nation(pack)
    how = asked(nation, scenarios, days_, with_, set_)
    run = nation.stress(*scenarios, days=days_, measures=with_, settings=how)
    with progress() as bar:
        task = bar.add_task(text("worth.confirming", lang), total=1.0)
        found = found_worth(run, most, tick=lambda share: bar.update(task, completed=share))
    if format != "table":
        show(found.rows, format)
        return
    named = " + ".join(nation.name(s.id, lang) for s, _ in run.case.scenarios)
    out.print(f"[bold]{text('worth.title', lang, scenarios=named, days=run.days)}[/bold]")
    loss, runs = money(run.total_loss, lang), number(found.runs)
    out.print(f"[dim]{text('worth.by_runs', lang, loss=loss, runs=runs)}[/dim]")
    _tables(nation, found, most, lang)
    if found.rows["bent"].any():
        out.print(f"\n[dim]{text('worth.bends', lang)}[/dim]")


def _tables(nation: Nation, found: Worth, most: int, lang: str) -> None:
    """A table for each kind, largest first; below it what all others are worth at most."""
    heads = {
        name: text(f"worth.{name}", lang) for name in ("subject", "input", "by_run", "by_run_yen", "saved")
    }
    others = {kind: (count, largest) for kind, count, largest in found.others.iter_rows()}
    shown = found.rows.filter(pl.col("by_run").abs() >= SHOWN_FROM)
    for kind in shown["kind"].unique(maintain_order=True):
        rows = shown.filter(pl.col("kind") == kind).head(most)
        notes = [_rest(*others[kind], rows, lang)] if others.get(kind, (0, 0.0))[0] else []
        title = text(f"worth.kind_{kind}", lang)
        out.print()
        show(
            _named(nation, rows, lang), "table", title=title, heads=heads, notes=notes, right=tuple(heads)[2:]
        )


def _rest(count: int, largest: float, shown: pl.DataFrame, lang: str) -> str:
    """What those are worth that had no run of their own."""
    least = float(shown["by_run"].abs().min())  # type: ignore[arg-type]
    key = "rest_none" if largest < A_DOLLAR else "rest" if largest <= least else "rest_open"
    return text(f"worth.{key}", lang, count=number(count), largest=money(largest, lang))


def _named(nation: Nation, rows: pl.DataFrame, lang: str) -> pl.DataFrame:
    """One line a row: the things by name, money in words."""

    def subject(id_: str) -> str:
        scenario, bracket, place = id_.partition("[")
        if not bracket:
            return nation.name(id_, lang)
        number = text("worth.event", lang, number=int(place.rstrip("]")) + 1)
        return f"{nation.name(scenario, lang)} {number}"

    bent = pl.when("bent").then(pl.lit(text("worth.bent", lang))).otherwise(pl.lit(""))
    frame = rows.select(
        pl.col("subject").map_elements(subject, pl.String),
        pl.col("input").map_elements(lambda i: _input(nation, i, lang), pl.String),
        pl.col("by_run").map_elements(lambda m: money(m, lang), pl.String),
        pl.col("by_run_yen").map_elements(lambda y: text("worth.yen", lang, amount=_yen(y, lang)), pl.String),
        (bent + pl.col("saved").map_elements(lambda m: money(m, lang), pl.String)).alias("saved"),
    )
    return frame.select(c for c in frame.columns if frame[c].null_count() < frame.height)


def _yen(billion: float, lang: str) -> str:
    """In the unit in which each language counts: hundred millions or billions."""
    return significant(10 * billion if lang == "ja" else billion)


def _input(nation: Nation, id_: str, lang: str) -> str:
    kinds = ("capacity", "passage", "trade", "demand", "stock")
    return text(f"worth.of_{id_}", lang) if id_ in kinds else nation.name(id_, lang)
