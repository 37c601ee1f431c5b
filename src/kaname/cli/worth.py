"""`kaname worth`: what a little more of something would have saved in a run."""

from __future__ import annotations

from typing import Annotated

import polars as pl
from cyclopts import Parameter

from kaname.cli.behave import Changes, asked
from kaname.cli.show import Format, out, show
from kaname.labels import Lang, money, text
from kaname.nation import Nation
from kaname.nation import open as open_nation


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
    """What one more day of stock or point of spare capacity is worth, from one run forward and one back.

    Example: `kaname worth hormuz-closure --days 180`
    """
    nation = open_nation(pack)
    how = asked(nation, scenarios, days_, with_, set_)
    run = nation.stress(*scenarios, days=days_, measures=with_, settings=how)
    found = run.sensitivities()
    if format != "table":
        show(found, format)
        return
    named = " + ".join(nation.name(s.id, lang) for s, _ in run.case.scenarios)
    out.print(f"[bold]{text('worth.title', lang, scenarios=named, days=run.days)}[/bold]")
    out.print(f"[dim]{text('worth.first_order', lang, loss=money(run.total_loss, lang))}[/dim]")
    heads = {name: text(f"worth.{name}", lang) for name in ("subject", "input", "saved", "saved_yen")}
    for kind in found["kind"].unique(maintain_order=True):
        rows = found.filter((pl.col("kind") == kind) & (pl.col("saved").abs() >= 0.01)).head(most)
        if rows.height:
            out.print()
            show(_named(nation, rows, lang), "table", title=text(f"worth.kind_{kind}", lang), heads=heads)


def _named(nation: Nation, rows: pl.DataFrame, lang: str) -> pl.DataFrame:
    """One line a row: the things by name, money in words."""

    def subject(id_: str) -> str:
        scenario, bracket, place = id_.partition("[")
        if not bracket:
            return nation.name(id_, lang)
        number = text("worth.event", lang, number=int(place.rstrip("]")) + 1)
        return f"{nation.name(scenario, lang)} {number}"

    frame = rows.select(
        pl.col("subject").map_elements(subject, pl.String),
        pl.col("input").map_elements(lambda i: _input(nation, i, lang), pl.String),
        pl.col("saved").map_elements(lambda m: money(m, lang), pl.String),
        pl.col("saved_yen").map_elements(lambda y: text("worth.yen", lang, amount=_yen(y, lang)), pl.String),
    )
    return frame.select(c for c in frame.columns if frame[c].null_count() < frame.height)


def _yen(billion: float, lang: str) -> str:
    """In the unit in which each language counts: hundred millions or billions."""
    return f"{10 * billion:,.1f}" if lang == "ja" else f"{billion:,.2f}"


def _input(nation: Nation, id_: str, lang: str) -> str:
    kinds = ("capacity", "passage", "trade", "demand", "stock")
    return text(f"worth.of_{id_}", lang) if id_ in kinds else nation.name(id_, lang)
