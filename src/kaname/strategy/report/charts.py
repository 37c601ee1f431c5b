"""The charts, as ECharts option dicts (floor 6).

Texts are ``Words`` and become those of the page's language when drawn. A string that begins with ``@`` names a function
of the page's script. Figures are rounded to five significant digits: more cannot be seen.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

import polars as pl

from kaname.strategy.report.palette import (
    BOTH,
    DIRECT,
    DIVERGING,
    GREY,
    INDIRECT,
    INK,
    LINE,
    LOSS,
    NONE,
    PREVENTION,
    RESOLUTION,
)
from kaname.strategy.report.words import Words, brief, money, say, share, signed, span

SHOWN: Final = 0.01
"""A daily curve ends where the loss stays under this share of its peak."""
LEAST_DAYS: Final = 14
LEAST_LOSS: Final = 1.0
"""Where a scale of powers of ten begins, million USD."""


def rounded(value: float | None, figures: int = 5) -> float | None:
    """A figure as charts carry it."""
    if value is None or not math.isfinite(value):
        return None
    return float(f"{value:.{figures}g}")


def _names_axis(names: Sequence[Words], **more: Any) -> dict[str, Any]:
    return {
        "type": "category",
        "inverse": True,
        "data": list(names),
        "axisTick": {"show": False},
        "axisLine": {"show": False},
        "axisLabel": {"interval": 0, "color": INK, "fontSize": 12, "overflow": "truncate", **more},
    }


def _values_axis(formatter: str, **more: Any) -> dict[str, Any]:
    return {
        "type": "value",
        "axisLabel": {"formatter": formatter, "color": GREY, "hideOverlap": True},
        "splitLine": {"lineStyle": {"color": LINE}},
        **more,
    }


def ranking(rows: Sequence[Mapping[str, Any]], names: Sequence[Words]) -> dict[str, Any]:
    """Direct and indirect loss of each scenario, with a line from low to high."""
    tips = [_ranking_tip(name, row) for name, row in zip(names, rows, strict=True)]
    figures = [span(row["low"], row["high"]) for row in rows]
    right = _names_axis(figures, color=GREY, align="right", margin=150)
    return {
        "grid": {"left": 300, "right": 158, "top": 34, "bottom": 8},
        "tooltip": {"trigger": "item", "formatter": "@tip"},
        "xAxis": _values_axis("@money", position="top", min=0),
        "yAxis": [_names_axis(names, width=286), {**right, "position": "right"}],
        "series": [
            _bars("direct", DIRECT, [row["direct"] for row in rows], tips),
            _bars("indirect", INDIRECT, [row["indirect"] for row in rows], tips),
            {
                "type": "custom",
                "renderItem": "@whisker",
                "encode": {"x": [1, 2], "y": 0},
                "z": 5,
                "data": [
                    {"value": [n, rounded(row["low"]), rounded(row["high"])], "tip": tip}
                    for n, (row, tip) in enumerate(zip(rows, tips, strict=True))
                    if row["low"] is not None and row["high"] is not None
                ],
            },
        ],
    }


def _bars(name: str, colour: str, values: Sequence[float | None], tips: Sequence[Words]) -> dict[str, Any]:
    return {
        "type": "bar",
        "name": say(name),
        "stack": "loss",
        "barWidth": 13,
        "itemStyle": {"color": colour},
        "data": [{"value": rounded(value), "tip": tip} for value, tip in zip(values, tips, strict=True)],
    }


def _ranking_tip(name: Words, row: Mapping[str, Any]) -> Words:
    return say(
        "ranking_tip",
        name=Words(name.ja.rsplit("  ", 1)[0], name.en.rsplit("  ", 1)[0]),
        loss=money(row["loss"]),
        range=span(row["low"], row["high"]),
        direct=money(row["direct"]),
        indirect=money(row["indirect"]),
        share=share(row["share_of_gdp"]),
    )


def last_day(frame: pl.DataFrame) -> int:
    """The last day that a daily curve shows: all that matters, at least two weeks."""
    end = int(frame["day"].to_list()[-1])
    peak = frame["loss"].abs().max()
    if not isinstance(peak, float) or peak <= 0:
        return min(LEAST_DAYS, end)
    late = int(frame.filter(pl.col("loss").abs() > SHOWN * peak)["day"].to_list()[-1])
    return min(end, max(LEAST_DAYS, math.ceil(1.1 * late)))


def daily(frame: pl.DataFrame) -> dict[str, Any]:
    """Loss a day, up to ``last_day``."""
    rows = frame.filter(pl.col("day") <= last_day(frame)).select("day", "loss")
    points = [[day, rounded(loss, 4)] for day, loss in rows.iter_rows()]
    largest = frame.sort(pl.col("share").abs(), nulls_last=False).row(-1, named=True)
    return {
        "grid": {"left": 78, "right": 24, "top": 16, "bottom": 40},
        "normal": rounded(largest["loss"] / largest["share"], 6) if largest["share"] else None,
        "tooltip": {"trigger": "axis", "formatter": "@daily", "axisPointer": {"lineStyle": {"color": GREY}}},
        "xAxis": {
            "type": "value",
            "min": 0,
            "max": points[-1][0] or 1,
            "name": say("axis_day"),
            "nameLocation": "middle",
            "nameGap": 24,
            "minInterval": 1,
            "axisLabel": {"color": GREY, "hideOverlap": True, "showMaxLabel": True},
            "splitLine": {"show": False},
        },
        "yAxis": _values_axis("@money", min="@floor", splitNumber=3),
        "series": [
            {
                "type": "line",
                "step": "middle" if len(points) < 40 else None,
                "showSymbol": False,
                "lineStyle": {"color": LOSS, "width": 1.6},
                "itemStyle": {"color": LOSS},
                "areaStyle": {"color": LOSS, "opacity": 0.12},
                "data": points,
            }
        ],
    }


def thresholds(values: Sequence[float]) -> tuple[float, float, float]:
    """Three round bounds (1, 2 or 5 times a power of ten) for a two-sided scale, from the largest value."""
    top = max((abs(v) for v in values), default=1.0) or 1.0
    return (_round(top / 30), _round(top / 8), _round(top / 2.5))


def _round(value: float) -> float:
    power = 10.0 ** math.floor(math.log10(value))
    return max(step for step in (1, 2, 5) if step * power <= value * 1.0001) * power


def pairs(
    rows: Sequence[tuple[str, str, float, float, float]], order: Sequence[str], names: Mapping[str, Words]
) -> dict[str, Any]:
    """Extra loss of each pair over the sum of the two alone; the square is symmetric."""
    place = {name: n for n, name in enumerate(order)}
    low, middle, high = thresholds([row[4] for row in rows])
    cells = [
        [*sorted((place[a], place[b])), *(rounded(v, 7) for v in (extra, loss, total))]
        for a, b, loss, total, extra in rows
    ]
    bounds = [
        (None, -high),
        (-high, -middle),
        (-middle, -low),
        (-low, low),
        (low, middle),
        (middle, high),
        (high, None),
    ]
    pieces = [_piece(a, b, colour) for (a, b), colour in zip(bounds, DIVERGING, strict=True)]
    numbers = [str(n) for n in range(1, len(order) + 1)]
    return {
        "grid": {"left": 300, "right": 20, "top": 26, "bottom": 64},
        "names": [names[name] for name in order],
        "said": blank("pair_tip", "a", "b", "loss", "sum", "extra"),
        "tooltip": {"trigger": "item", "formatter": "@pair"},
        "xAxis": {
            "type": "category",
            "position": "top",
            "data": numbers,
            "axisTick": {"show": False},
            "axisLine": {"show": False},
            "axisLabel": {"interval": 0, "color": GREY, "fontSize": 11},
        },
        "yAxis": _names_axis([_numbered(n, names[name]) for n, name in enumerate(order, 1)], width=286),
        "visualMap": {
            "type": "piecewise",
            "orient": "horizontal",
            "left": "center",
            "bottom": 6,
            "dimension": 2,
            "itemWidth": 18,
            "itemHeight": 12,
            "itemGap": 12,
            "pieces": pieces,
        },
        "series": [
            {"type": "heatmap", "data": cells, "itemStyle": {"borderColor": "#fff", "borderWidth": 1.5}}
        ],
    }


def _numbered(n: int, name: Words) -> Words:
    return Words(f"{name.ja}  {n}", f"{name.en}  {n}")


def _piece(low: float | None, high: float | None, colour: str) -> dict[str, Any]:
    piece: dict[str, Any] = {"color": colour}
    if low is not None:
        piece["gte"] = rounded(low)
    if high is not None:
        piece["lt"] = rounded(high)
    if low is not None and high is not None:
        ends = sorted((low, high), key=abs)
        piece["label"] = say("near_sum") if low < 0 < high else _ends(*ends)
    elif high is not None:
        piece["label"] = say("below", value=brief(high))
    elif low is not None:
        piece["label"] = say("above", value=signed(brief(low), low))
    return piece


def _ends(near: float, far: float) -> Words:
    sign = "−" if far < 0 else "+"
    ja, a, b = span(abs(near), abs(far), 1).ja, brief(abs(near)).en, brief(abs(far)).en
    return Words(
        f"{sign}{ja}",
        f"{sign}{a.rpartition(' ')[0]}–{b.removeprefix('$')}" if a[-2:] == b[-2:] else f"{sign}{a} – {b}",
    )


def blank(key: str, *fields: str) -> Words:
    """A text of the report with its fields still in braces: the page's script fills them in."""
    return say(key, **{name: f"{{{name}}}" for name in fields})


def relief(rows: Sequence[Mapping[str, Any]], names: Sequence[Words]) -> dict[str, Any]:
    """What is left of each scenario's loss, per cent of that without measures."""
    marks = (
        ("prevention", PREVENTION, "circle", -5),
        ("resolution", RESOLUTION, "diamond", 5),
        ("both", BOTH, "rect", 0),
    )
    series = [
        {
            "type": "scatter",
            "symbol": symbol,
            "symbolOffset": [0, down],
            "symbolSize": 11 if symbol == "diamond" else 9,
            "itemStyle": {"color": colour, "opacity": 0.95, "borderColor": "#fff", "borderWidth": 1},
            "data": [
                {"value": [_left(row, kind), n], "tip": _relief_tip(names[n], row)}
                for n, row in enumerate(rows)
            ],
        }
        for kind, colour, symbol, down in marks
    ]
    link = _links([(_left(row, "both"), 100) for row in rows])
    return {
        "grid": {"left": 280, "right": 30, "top": 34, "bottom": 8},
        "tooltip": {"trigger": "item", "formatter": "@tip"},
        "xAxis": _values_axis("@percent", position="top", min=0, max="@hundred", interval=20),
        "yAxis": _names_axis(names, width=266),
        "series": [link, *series],
    }


def _links(ends: Sequence[tuple[float | None, float | None]]) -> dict[str, Any]:
    """A line in each row from one value to the other, beneath their marks."""
    return {
        "type": "custom",
        "renderItem": "@link",
        "silent": True,
        "z": 1,
        "encode": {"x": [1, 2], "y": 0},
        "data": [{"value": [n, *pair]} for n, pair in enumerate(ends)],
    }


def _left(row: Mapping[str, Any], kind: str) -> float | None:
    whole, left = row["none"], row[kind]
    # a gain stands at the edge, where nothing is left of the loss; the tip tells how much it is
    return None if not whole or left is None else rounded(max(0.0, 100 * left / whole), 4)


def _relief_tip(name: Words, row: Mapping[str, Any]) -> Words:
    kinds = {kind: money(row[kind]) for kind in ("none", "prevention", "resolution", "both")}
    return say("relief_tip", name=name, **kinds)


def leverage(rows: Sequence[Mapping[str, Any]], names: Sequence[Words]) -> dict[str, Any]:
    """Our loss and theirs, when trade between the two stops one way; by powers of ten, as few partners hold most."""
    tips = [_leverage_tip(name, row) for name, row in zip(names, rows, strict=True)]
    sides = (("our_loss", NONE, "circle"), ("their_loss", DIRECT, "rect"))
    series = [
        {
            "type": "scatter",
            "name": say(f"leverage_{column}"),
            "symbol": symbol,
            "symbolSize": 10,
            "itemStyle": {"color": colour, "borderColor": "#fff", "borderWidth": 1},
            "data": [{"value": [_power(row[column]), n], "tip": tips[n]} for n, row in enumerate(rows)],
        }
        for column, colour, symbol in sides
    ]
    link = _links([(_power(row["our_loss"]), _power(row["their_loss"])) for row in rows])
    axis = _values_axis("@size", position="top") | {"type": "log", "min": LEAST_LOSS}
    return {
        "grid": {"left": 210, "right": 40, "top": 34, "bottom": 8},
        "tooltip": {"trigger": "item", "formatter": "@tip"},
        "xAxis": axis,
        "yAxis": _names_axis(names, width=196),
        "series": [link, *series],
    }


def _power(loss: float | None) -> float | None:
    """A loss on a scale of powers of ten; what is too small stands at its edge, and the tip tells how much it is."""
    return None if loss is None else rounded(max(LEAST_LOSS, loss))


def _leverage_tip(name: Words, row: Mapping[str, Any]) -> Words:
    return say(
        "leverage_tip",
        name=name,
        ours=money(row["our_loss"]),
        our_share=share(row["our_share"]),
        theirs=money(row["their_loss"]),
        their_share=share(row["their_share"]),
    )
