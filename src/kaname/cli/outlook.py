"""`kaname outlook`: electricity in later years, beside what others publish, and whether winter can be met."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import polars as pl
from cyclopts import App, Parameter

from kaname.cli.outlook_tables import label, print_projection
from kaname.cli.sheets import write_whole
from kaname.cli.show import Format, out, progress, show
from kaname.errors import InputProblems, Problem
from kaname.labels import Lang, number, text
from kaname.nation import Nation
from kaname.nation import open as open_nation
from kaname.planning.outlook import Projection, check_asked
from kaname.strategy.outlook_chart import Bar, Block, Dot, ranges

CHARTS = (".svg", ".html")


def register(app: App) -> None:
    """Add the command to the program."""
    app.command(outlook)


def outlook(
    *years: Annotated[int, Parameter(help="Years, such as 2030 2050.")],
    pack: Annotated[str, Parameter(help="An embedded pack (japan) or the folder of one.")] = "japan",
    lang: Annotated[Lang, Parameter(help="Language of labels and messages.")] = "ja",
    format: Annotated[
        Format, Parameter(help="table for people; json holds every table, csv the areas.")
    ] = "table",
    draws: Annotated[int, Parameter(help="Draws by which ranges are found.")] = 1000,
    seed: Annotated[int, Parameter(help="Seed of the draws: the same gives the same bytes.")] = 0,
    chart: Annotated[Path | None, Parameter(help="Write a chart here: a file .svg or .html.")] = None,
) -> None:
    """Electricity demand by area as ranges, beside published figures; which winter week breaks first; what a
    pessimistic future would need.

    Example: `kaname outlook 2030 2050 --lang en --chart outlook.svg`
    """
    nation = open_nation(pack)
    _check(nation, years, draws, chart)
    with progress() as bar:
        task = bar.add_task("", total=1.0)
        found = nation.outlook(
            *years,
            draws=draws,
            seed=seed,
            tick=lambda what, share: bar.update(
                task, description=text(f"outlook.progress_{what}", lang), completed=share
            ),
        )
    if chart is not None:
        svg = _chart(nation, found, lang)
        write_whole(chart, svg if chart.suffix == ".svg" else _page(svg, lang))
    if format == "csv":
        show(found.areas, "csv")
    elif format == "json":
        tables = {name: frame.to_dicts() for name, frame in found.frames().items()}
        told: dict[str, Any] = {
            "years": found.years,
            "base_year": found.base_year,
            "draws": draws,
            "seed": seed,
        }
        sys.stdout.write(
            json.dumps({**told, **tables}, ensure_ascii=False, indent=1, default=str, allow_nan=False) + "\n"
        )
    else:
        print_projection(nation, found, lang)
        if chart is not None:
            out.print(text("outlook.written", lang, place=str(chart)), highlight=False, soft_wrap=True)


def _check(nation: Nation, years: tuple[int, ...], draws: int, chart: Path | None) -> None:
    """Every problem of what is asked at once, before anything is worked out."""
    faults: list[Problem] = []
    try:
        check_asked(nation.pack, years, draws)
    except InputProblems as found:
        faults += found.problems
    if chart is not None and chart.suffix not in CHARTS:
        faults.append(Problem(f"a chart is a file {' or '.join(CHARTS)}, not {chart.name!r}", path="--chart"))
    if faults:
        raise InputProblems(faults)


def _chart(nation: Nation, found: Projection, lang: str) -> str:
    kinds = {o.id: n for n, o in enumerate(nation.pack.outlooks)}
    bound = {o.id for o in nation.pack.outlooks if o.bound}
    blocks = []
    for year in found.years:
        rows: list[Bar | Dot] = [
            # a bound does not stretch the axis
            Bar(
                label(nation, "outlooks", r["outlook"], lang),
                r["low"],
                r["value"],
                r["high"],
                -kinds[r["outlook"]] if r["outlook"] in bound else kinds[r["outlook"]],
            )
            for r in found.totals.filter(pl.col("year") == year).iter_rows(named=True)
        ]
        for r in found.published.filter(pl.col("year") == year).iter_rows(named=True):
            row = next(p for p in nation.pack.published_outlooks if p.id == r["id"])
            if row.metric != "electricity" or row.use or row.concerns or row.scope != "home":
                continue
            trust = text(f"outlook.trust_{row.trust}", lang)
            name = text("outlook.chart_published", lang, who=row.label[lang], trust=trust)
            rows.append(Dot(name, r["value"], r["low"] or r["value"], r["high"] or r["value"]))
        blocks.append(Block(str(year), rows))
    last, base = max(found.years), float(found.totals["base"][0])
    here = found.areas.filter((pl.col("year") == last) & ~pl.col("outlook").is_in(sorted(bound)))
    areas = [
        (
            label(nation, "areas", area, lang),
            [
                Bar(
                    "",
                    r["low"] / r["base"],
                    r["value"] / r["base"],
                    r["high"] / r["base"],
                    kinds[r["outlook"]],
                )
                for r in here.filter(pl.col("area") == area).iter_rows(named=True)
            ],
        )
        for area in here["area"].unique(maintain_order=True)
    ]
    title = text("outlook.title", lang, years=", ".join(map(str, found.years)))
    words = {
        "areas": text("outlook.chart_areas", lang, year=last, base=found.base_year),
        "source": text("outlook.chart_source", lang),
        "base": text("outlook.chart_base", lang, year=found.base_year, twh=number(base)),
        "unit": "TWh",
    }
    return ranges(title, blocks, base, areas, words)


def _page(svg: str, lang: str) -> str:
    """The chart as a page that stands by itself."""
    return (
        f'<!doctype html>\n<html lang="{lang}"><head><meta charset="utf-8"><title>kaname outlook</title></head>\n'
        f'<body style="margin:0;max-width:1000px">\n{svg}</body></html>\n'
    )
