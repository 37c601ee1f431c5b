"""`kaname intensity`: which areas each scenario strikes, in which service, how hard."""

from __future__ import annotations

from typing import Annotated

import polars as pl
from cyclopts import App, Parameter

from kaname.cli.show import Format, out, show
from kaname.errors import problem
from kaname.labels import Lang, percent, text
from kaname.nation import Nation
from kaname.nation import open as open_nation
from kaname.network.strikes import INDUSTRIES, everywhere, hardest, strikes


def register(app: App) -> None:
    """Add the command to the program."""
    app.command(name="intensity")(intensity)


def intensity(
    scenario: Annotated[
        str | None, Parameter(help="A scenario; none: all, at the service hit hardest.")
    ] = None,
    *,
    pack: Annotated[str, Parameter(help="An embedded pack (japan) or the folder of one.")] = "japan",
    lang: Annotated[Lang, Parameter(help="Language of labels and messages.")] = "ja",
    format: Annotated[Format, Parameter(help="json and csv hold every row, unrounded.")] = "table",
) -> None:
    """How hard a scenario strikes each area and service, as the pack states it; `name:high` at the end of its ranges.

    Example: `kaname intensity tokyo-inland`
    """
    nation = open_nation(pack)
    if scenario is None:
        _all(nation, lang, format)
        return
    parts = nation.case(scenario).scenarios
    if len(parts) != 1:
        raise problem("name one scenario, not a storyline", path="scenario")
    stated = parts[0][0]
    found = strikes(nation.pack, stated)
    if format != "table":
        show(found, format)
        return
    title = text("strikes.title", lang, scenario=stated.label[lang])
    places = ", ".join(text(f"strikes.kind_{kind}", lang) for kind in everywhere(stated))
    notes = [f"{text('strikes.elsewhere', lang)}: {places}"] if places else []
    if found.is_empty():
        out.print(f"[bold]{title}[/bold]\n{text('strikes.nothing', lang)}")
        out.print("\n".join(notes), markup=False)
        return
    names = [s.id for s in nation.pack.services if s.id in set(found["service"])]
    names = [*([INDUSTRIES] if INDUSTRIES in set(found["service"]) else []), *names]
    rows = [
        (
            text("strikes.industries", lang) if service == INDUSTRIES else nation.name(service, lang),
            *_cells(nation, found.filter(pl.col("service") == service)),
        )
        for service in names
    ]
    _table(nation, rows, "service", lang, title, [text("strikes.note", lang), *notes])


def _all(nation: Nation, lang: str, format: Format) -> None:
    found = hardest(nation.pack)
    if format != "table":
        show(found, format)
        return
    rows = [
        (
            s.id,
            *_cells(nation, found.filter(pl.col("scenario") == s.id)),
            ", ".join(text(f"strikes.kind_{kind}", lang) for kind in everywhere(s)),
        )
        for s in nation.pack.scenarios
    ]
    _table(nation, rows, "scenario", lang, text("strikes.all", lang), [text("strikes.note", lang)])


def _cells(nation: Nation, found: pl.DataFrame) -> tuple[str, ...]:
    lost = dict(zip(found["area"], found["lost"], strict=True))
    return tuple(percent(lost[a.id], 0) if a.id in lost else "·" for a in nation.pack.areas)


def _table(
    nation: Nation, rows: list[tuple[str, ...]], first: str, lang: str, title: str, notes: list[str]
) -> None:
    names = [first, *(a.id for a in nation.pack.areas), "elsewhere"][: len(rows[0])]
    heads = {a.id: a.label[lang] for a in nation.pack.areas}
    heads |= {n: text(f"strikes.{n}", lang) for n in (first, "elsewhere") if n in names}
    show(pl.DataFrame(rows, schema=names, orient="row"), "table", title=title, heads=heads, notes=notes)
