"""The power balance of a usual and of a struck day, area by area (floor 6)."""

from __future__ import annotations

from typing import Any, Final

import polars as pl

from kaname.strategy.assessment import Assessment
from kaname.strategy.report.blocks import Block, Chart, Column, Section, Table, column
from kaname.strategy.report.charts import rounded
from kaname.strategy.report.names import Book
from kaname.strategy.report.palette import GREY, INK, LINE, LOSS, NONE
from kaname.strategy.report.words import Words, number, shared

COLOURS: Final = {
    "nuclear": "#7b4b94",
    "hydro": "#4a86b8",
    "solar": "#e3b34b",
    "wind": "#2a8a7a",
    "coal": "#5b6670",
    "lng": "#8db9d8",
    "oil": "#1f2933",
    "drawn": "#b3cfe6",
    "in": NONE,
    "lacking": LOSS,
}
"""One for each kind of supply; others are grey."""


def sections(a: Assessment, book: Book) -> tuple[Section, ...]:
    """The section, if the nation has a power system."""
    if a.power.is_empty():
        return ()
    blocks: tuple[Block, ...] = (_chart(a, book, "usual"), _chart(a, book, "struck"), _table(a, book))
    lead = shared("powerview.lead", season=shared(f"power.{_season(a)}"))
    return (Section("power", shared("powerview.title"), lead, blocks, shared("powerview.short")),)


def _season(a: Assessment) -> str:
    return str(a.power["season"][0])


def _struck(a: Assessment, book: Book) -> Words:
    name = a.power.filter(pl.col("state") == "struck")["scenario"][0]
    return book.of("scenarios", name)


def _name(a: Assessment, item: str) -> Words:
    fuel = next((f for f in a.pack.fuels if f.id == item), None)
    return Words(fuel.label.ja, fuel.label.en) if fuel else shared(f"powerview.item_{item}")


def _items(a: Assessment) -> list[str]:
    """What supplies, in the order of burning; what is lacking last."""
    return [*(f.id for f in a.pack.fuels), "drawn", "in", "lacking"]


def _chart(a: Assessment, book: Book, state: str) -> Chart:
    frame = a.power.filter(pl.col("state") == state)
    held = {(area, item): mw for area, item, mw in frame.select("area", "item", "mw").iter_rows()}
    areas = [area.id for area in a.pack.areas]
    names = [book.of("areas", area) for area in areas]
    series = [_series(a, held, areas, names, item) for item in _items(a)]
    option = {
        "grid": {"left": 110, "right": 30, "top": 64, "bottom": 30},
        "legend": {"top": 0, "left": 0, "itemWidth": 12, "itemHeight": 10, "textStyle": {"color": INK}},
        "tooltip": {"trigger": "item", "formatter": "@tip"},
        "xAxis": {
            "type": "value",
            "name": "GW",
            "axisLabel": {"color": GREY},
            "splitLine": {"lineStyle": {"color": LINE}},
        },
        "yAxis": {
            "type": "category",
            "inverse": True,
            "data": names,
            "axisTick": {"show": False},
            "axisLabel": {"color": INK, "interval": 0},
        },
        "series": series,
    }
    title = (
        shared("powerview.usual")
        if state == "usual"
        else shared("powerview.struck", scenario=_struck(a, book))
    )
    return Chart(f"power-{state}", 400, option, title, shared("powerview.caption"))


def _series(
    a: Assessment, held: dict[tuple[str, str], float], areas: list[str], names: list[Words], item: str
) -> dict[str, Any]:
    label = _name(a, item)

    def bar(n: int) -> dict[str, Any]:
        mw = held.get((areas[n], item), 0.0)
        tip = shared("powerview.tip", area=names[n], item=label, gw=number(mw / 1e3, 2))
        return {"value": rounded(mw / 1e3), "tip": tip}

    return {
        "type": "bar",
        "stack": "supply",
        "name": label,
        "itemStyle": {"color": COLOURS.get(item, GREY)},
        "data": [bar(n) for n in range(len(areas))],
    }


def _table(a: Assessment, book: Book) -> Table:
    held = {
        (state, area, item): mw
        for state, area, item, mw in a.power.select("state", "area", "item", "mw").iter_rows()
    }
    rows = tuple(
        (
            book.of("areas", area.id),
            *(number(held.get((state, area.id, item), 0.0)) for state, item in _COLUMNS),
        )
        for area in a.pack.areas
    )
    heads = (
        column("area", wide=True),
        *(Column(shared(f"powerview.{state}_{item}"), "number") for state, item in _COLUMNS),
    )
    return Table(
        heads, rows, shared("powerview.table_caption"), shared("powerview.table", scenario=_struck(a, book))
    )


_COLUMNS: Final = (
    ("usual", "demand"),
    ("usual", "in"),
    ("struck", "lacking"),
    ("struck", "in"),
)
