"""A chart of ranges beside published figures, as SVG that stands by itself (floor 6).

Above, the nation: for each year a bar for each outlook from low to high with a tick at the stated value, and a dot for
each published figure. Below, the areas in the last year as multiples of the base year. Figures beyond the axis are
named at its end. No script, no font fetched: the same figures give the same bytes.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import escape

from kaname.strategy.areas import COLOURS, FONT
from kaname.strategy.report.palette import GREY, INK, LINE

WIDTH, LEFT, RIGHT = 960, 330, 50
ROW, TOP = 22, 66


@dataclass(frozen=True)
class Bar:
    """A range: its name, ends, stated value, and which outlook it is of."""

    name: str
    low: float
    value: float
    high: float
    kind: int


@dataclass(frozen=True)
class Dot:
    """A published figure: its name, value, and range where it is one."""

    name: str
    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Block:
    """Rows under one heading."""

    title: str
    rows: Sequence[Bar | Dot]


def ranges(
    title: str,
    blocks: Sequence[Block],
    base: float,
    areas: Sequence[tuple[str, Sequence[Bar]]],
    words: Mapping[str, str],
) -> str:
    """The chart. ``base``: demand of the base year; ``areas``: for each area its bars, one an outlook, as multiples of
    the base year; ``words``: ``areas`` (heading), ``base``, ``source``, ``unit``."""
    ends = [row.high for block in blocks for row in block.rows if isinstance(row, Bar) and row.kind >= 0]
    upper, below = _nation(blocks, 1.1 * max([base, *ends]), base)
    lower, end = _areas(areas, below, words["areas"])
    height = end + 52
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:.0f}" role="img" {FONT} font-size="12">',
        f"<title>{escape(title)}</title>",
        f'<rect width="{WIDTH}" height="{height:.0f}" fill="#fff"/>',
        _text(16, 26, title, 16, INK, bold=True),
        _text(WIDTH - RIGHT, 42, words["unit"], 11, GREY, anchor="end"),
        *upper,
        *lower,
        _text(16, height - 30, words["base"], 11, GREY),
        _text(16, height - 12, words["source"], 11, GREY),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _nation(blocks: Sequence[Block], most: float, base: float) -> tuple[list[str], float]:
    """The upper part, and where it ends."""
    across, rows, y = _scale(most), list[str](), float(TOP)
    for block in blocks:
        rows.append(_text(16, y + 12, block.title, 13, INK, bold=True))
        y += ROW
        for row in block.rows:
            rows += _bar(row, y, across, most) if isinstance(row, Bar) else _dot(row, y, across, most)
            y += ROW
        y += 8
    return [*_grid(across, most, TOP - 6, y), _mark(across(base), TOP - 2, y), *rows], y


def _areas(areas: Sequence[tuple[str, Sequence[Bar]]], top: float, heading: str) -> tuple[list[str], float]:
    """The lower part, and where it ends."""
    most = 1.1 * max((bar.high for _, bars in areas for bar in bars), default=1.0)
    across, rows = _scale(most), [_text(16, top + 16, heading, 13, INK, bold=True)]
    y = start = top + ROW + 26
    for name, bars in areas:
        height = max(len(bars), 1) * 7 + 6
        rows.append(_text(LEFT - 10, y + height / 2 + 2, name, 12, INK, anchor="end"))
        for n, bar in enumerate(bars):
            rows += _slim(bar, y + 2 + 7 * n, across)
        y += height
    return [*_grid(across, most, start - 4, y), _mark(across(1.0), start, y), *rows], y


def _scale(most: float) -> Callable[[float], float]:
    return lambda value: LEFT + (WIDTH - LEFT - RIGHT) * min(value, most) / most


def _steps(most: float) -> list[float]:
    """Round marks on an axis up to ``most``."""
    step = 10.0 ** math.floor(math.log10(most))
    while most / step < 4:
        step /= 2
    return [step * n for n in range(int(most // step) + 1)]


def _grid(across: Callable[[float], float], most: float, top: float, bottom: float) -> list[str]:
    """Lines down, with their values above."""
    lines = []
    for value in _steps(most):
        x = across(value)
        lines.append(_text(x, top, f"{value:,.4g}", 11, GREY, anchor="middle"))
        lines.append(_line(x, x, top + 4, bottom, LINE))
    return lines


def _mark(x: float, top: float, bottom: float) -> str:
    """A broken line down: the base year."""
    place = f'x1="{x:.1f}" x2="{x:.1f}" y1="{top:.1f}" y2="{bottom:.1f}"'
    return f'<line {place} stroke="{GREY}" stroke-dasharray="4 3"/>'


def _bar(row: Bar, y: float, across: Callable[[float], float], most: float) -> list[str]:
    colour = _colour(row)
    parts = [_text(LEFT - 10, y + 12, row.name, 12, INK, anchor="end")]
    if row.low > most:
        return [*parts, _beyond(row.value, y, colour)]
    x = across(row.value)
    return [
        *parts,
        _strip(across(row.low), across(row.high), y + 3, 12, colour),
        _line(x, x, y + 1, y + 17, INK),
    ]


def _dot(row: Dot, y: float, across: Callable[[float], float], most: float) -> list[str]:
    parts = [_text(LEFT - 10, y + 12, row.name, 11, GREY, anchor="end")]
    if row.low > most:
        return [*parts, _beyond(row.value, y, GREY)]
    x, middle = across(row.value), y + 9
    if row.high > row.low:
        parts.append(_line(across(row.low), across(row.high), middle, middle, GREY))
    circle = f'<circle cx="{x:.1f}" cy="{middle:.1f}" r="4.5" fill="#fff" stroke="{INK}" stroke-width="1.6"/>'
    return [*parts, circle]


def _slim(bar: Bar, y: float, across: Callable[[float], float]) -> list[str]:
    return [_strip(across(bar.low), across(bar.high), y, 5, _colour(bar))]


def _colour(bar: Bar) -> str:
    return COLOURS[abs(bar.kind) % len(COLOURS)]


def _beyond(value: float, y: float, colour: str) -> str:
    return _text(WIDTH - RIGHT - 4, y + 12, f"{value:,.0f} →", 12, colour, anchor="end", bold=True)


def _strip(start: float, end: float, y: float, height: float, colour: str) -> str:
    width = max(end - start, 2)
    place = f'x="{start:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.0f}"'
    return f'<rect {place} fill="{colour}" opacity=".78"/>'


def _line(x1: float, x2: float, y1: float, y2: float, colour: str) -> str:
    place = f'x1="{x1:.1f}" x2="{x2:.1f}" y1="{y1:.1f}" y2="{y2:.1f}"'
    return f'<line {place} stroke="{colour}" stroke-width="2"/>'


def _text(
    x: float, y: float, words: str, size: int, colour: str, *, anchor: str = "start", bold: bool = False
) -> str:
    weight = ' font-weight="600"' if bold else ""
    look = f'font-size="{size}" fill="{colour}" text-anchor="{anchor}"{weight}'
    return f'<text x="{x:.1f}" y="{y:.1f}" {look}>{escape(words)}</text>'
