"""`kaname power`: the power balance of a usual day, or day by day under scenarios."""

from __future__ import annotations

from typing import Annotated

import numpy as np
import polars as pl
from cyclopts import App, Parameter

from kaname.autonomy.power import NOTHING, PowerPath, Settled, normal, settle, system_of
from kaname.cli.show import Format, out, show
from kaname.labels import Lang, day, number, percent, text
from kaname.nation import Nation
from kaname.nation import open as open_nation
from kaname.network.balance import shed
from kaname.network.power import System


def register(app: App) -> None:
    """Add the command to the program."""
    app.command(power)


def power(
    *scenarios: Annotated[str, Parameter(help="Scenarios of the pack; none: a usual day.")],
    pack: Annotated[str, Parameter(help="An embedded pack (japan) or the folder of one.")] = "japan",
    lang: Annotated[Lang, Parameter(help="Language of labels and messages.")] = "ja",
    format: Annotated[Format, Parameter(help="table for people; json and csv hold every day.")] = "table",
    season: Annotated[str, Parameter(help="mild, summer, winter, peak.")] = "summer",
    days_: Annotated[int, Parameter(name="--days", help="Days to run.")] = 90,
    with_: Annotated[
        tuple[str, ...], Parameter(name="--with", help="Measures in force.", consume_multiple=True)
    ] = (),
) -> None:
    """Power by area: who generates, what interties carry, what is shed, how long fuel lasts.

    Example: `kaname power fuel-squeeze --season winter --days 120`
    """
    nation = open_nation(pack).by_area()
    system = system_of(nation.built, nation.reading.tables)
    if not scenarios:
        _usual(nation, system, season, lang, format)
        return
    case = nation.case(*scenarios, measures=with_)
    settled = settle(nation.built, case, days_, nation.settings, system, season)
    path = settled.path
    if format != "table":
        show(path.frame(), format)
        return
    named = " + ".join(s.label[lang] for s, _ in case.scenarios)
    out.print(
        f"[bold]{text('power.title', lang, scenarios=named, season=text(f'power.{season}', lang))}[/bold]"
    )
    lost = 1 - path.served.sum(axis=2) / path.demand
    if lost.max() > NOTHING or path.shed.max() > NOTHING:
        _worst(nation, path, lang)
    else:
        out.print(text("power.enough", lang), highlight=False)
    _why(nation, path, lang)
    _fuels(nation, path, lang)
    _passes(settled, lang)


def _usual(nation: Nation, system: System, season: str, lang: Lang, format: Format) -> None:
    """One day: by area what is used, made and traded."""
    found, asked = normal(system, season), system.day(season)
    made = found.burnt.sum(axis=2) / 24
    rows: dict[str, object] = {"area": [nation.name(a, lang) for a in system.areas]}
    rows["demand"] = (asked.demand * asked.hours[:, None]).sum(axis=(1, 2)) / 24
    rows |= {fuel: made[:, n] for n, fuel in enumerate(system.fuels)}
    into = np.zeros(len(system.areas))
    np.add.at(into, system.target, found.flow.sum(axis=1) / 24)
    np.add.at(into, system.source, -found.flow.sum(axis=1) / 24)
    rows["net_in"] = into
    rows["unserved"] = (shed(asked, found).sum(axis=(1, 2)) / 24).round(3)
    labels = {f.id: f.label[lang] for f in nation.pack.fuels}
    heads = {name: labels.get(name) or text(f"power.{name}", lang) for name in rows}
    title = text("power.usual", lang, season=text(f"power.{season}", lang))
    show(pl.DataFrame(rows), format, title=title, heads=heads)


def _worst(nation: Nation, path: PowerPath, lang: Lang) -> None:
    """By area: the first day of shedding, the worst, and how many."""
    rows = []
    lost = 1 - path.served.sum(axis=2) / path.demand
    for n, area in enumerate(path.system.areas):
        under = np.flatnonzero(lost[:, n] > 0.005)
        first = day(int(under[0]), lang) if len(under) else None
        rows.append(
            (
                nation.name(area, lang),
                first,
                percent(float(lost[:, n].max()), 1),
                day(int(lost[:, n].argmax()), lang) if len(under) else None,
                len(under),
                percent(float(path.shed[:, n].max()), 1),
            )
        )
    names = ["area", "first_day", "most", "worst_day", "days", "shed"]
    frame = pl.DataFrame(rows, schema=names, orient="row")
    show(
        frame, "table", title=text("power.by_area", lang), heads={n: text(f"power.{n}", lang) for n in names}
    )


def _why(nation: Nation, path: PowerPath, lang: Lang) -> None:
    """What stood between the case and a shortage, fuel by fuel, on the tightest day."""
    on = path.tightest
    usual = normal(path.system, path.season).burnt.sum(axis=(0, 2))
    labels = {f.id: f.label[lang] for f in nation.pack.fuels}
    rows = []
    for n, fuel in enumerate(path.system.fuels):
        came, stock = path.arrivals[:, n], path.stock[:, n]
        held = bool(np.isfinite(stock).all())
        made = path.burnt[on, :, n].sum()
        short = came.min() < 1 - NOTHING
        rows.append(
            (
                labels[fuel],
                percent(came.min(), 0) if held else "—",
                day(int(came.argmin()), lang) if held and short else "—",
                number(stock.min(), 1) if held else "—",
                day(int(stock.argmin()), lang) if held and stock.min() < stock[0] else "—",
                number(made / 24e3, 1),
                percent(made / usual[n] - 1, 0) if usual[n] > 1 else "—",
                number(path.spare[on, n] / 24e3, 1),
            )
        )
    names = ["fuel", "least_arrivals", "on_day", "least_stock", "stock_day", "made", "change", "spare"]
    share = path.spare[on].sum() / path.demand[on].sum()
    title = text("power.why", lang, day=day(on, lang), share=percent(share, 0))
    frame = pl.DataFrame(rows, schema=names, orient="row")
    show(frame, "table", title=title, heads={n: text(f"power.{n}", lang) for n in names})


def _passes(settled: Settled, lang: Lang) -> None:
    """How the balance and the cascade came to agree."""
    if not settled.moved:
        return
    key = "power.agreed" if settled.agreed else "power.open"
    told = text(key, lang, n=len(settled.moved) + 1, moved=percent(settled.moved[-1], 1))
    out.print(f"[dim]{told}[/dim]", highlight=False)


def _fuels(nation: Nation, path: PowerPath, lang: Lang) -> None:
    """Days of stock at a few days of the run."""
    marks = sorted({0, *(int(x) for x in np.linspace(0, len(path.stock) - 1, 7))})
    labels = {f.id: f.label[lang] for f in nation.pack.fuels}
    rows = [
        (labels[fuel], *(float(path.stock[m, n]) for m in marks))
        for n, fuel in enumerate(path.system.fuels)
        if np.isfinite(path.stock[:, n]).all()
    ]
    names = ["fuel", *(day(m, lang) for m in marks)]
    heads = {"fuel": text("power.fuel", lang)}
    show(
        pl.DataFrame(rows, schema=names, orient="row"), "table", title=text("power.stock", lang), heads=heads
    )
