"""Two small charts as SVG, pure text: a course with its range and what was published, and bars by industry."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

WIDE, HIGH = 720, 300
LEFT, RIGHT, TOP, BOTTOM = 64, 20, 46, 40
INK, GREY, GRID = "#1f2933", "#66727f", "#e1e6eb"
OURS, BAND, TRUTH, DIRECT, INDIRECT = "#0b6e99", "#b9dcea", "#c2410c", "#7a8896", "#0b6e99"
FONT = "font-family='Noto Sans, Helvetica, Arial, sans-serif'"
NOISE = 0.08
"""An axis begins at 0 where what lies below is less than this part of the height."""
NAMED = 14
"""Names along the axis, at most."""


@dataclass(frozen=True)
class Line:
    """A course: keys (months or days) with the run as stated, the range of the draws, and published points."""

    title: str
    keys: tuple[str, ...]
    ours: Mapping[str, float]
    ends: Mapping[str, tuple[float, float, float]]
    published: Mapping[str, float]


def course(line: Line) -> str:
    """The chart of one course."""
    known = [k for k in line.keys if math.isfinite(line.ours.get(k, math.nan))]
    values = [line.ours[k] for k in known] + [v for k, v in line.published.items() if k in known]
    for k in known:
        values += [v for v in (line.ends[k][0], line.ends[k][2]) if k in line.ends and math.isfinite(v)]
    least, most = min(values), max(values)
    low, high, step = _scale(0.0 if -NOISE * most < least < 0 else least, most)
    x = {k: LEFT + (WIDE - LEFT - RIGHT) * (n + 0.5) / len(known) for n, k in enumerate(known)}

    def y(value: float) -> float:
        return TOP + (HIGH - TOP - BOTTOM) * (high - max(value, low)) / (high - low)

    parts = [_title(line.title), *_grid(low, high, step, y), *_names(known, x)]
    banded = [k for k in known if k in line.ends and math.isfinite(line.ends[k][0])]
    if banded:
        edge = [(x[k], y(line.ends[k][2])) for k in banded] + [
            (x[k], y(line.ends[k][0])) for k in reversed(banded)
        ]
        parts.append(f"<polygon points='{_points(edge)}' fill='{BAND}' opacity='.75'/>")
    parts.append(
        f"<polyline points='{_points([(x[k], y(line.ours[k])) for k in known])}' fill='none' stroke='{OURS}' "
        "stroke-width='2.2'/>"
    )
    for key, value in line.published.items():
        if key in x:
            parts.append(f"<circle cx='{x[key]:.1f}' cy='{y(value):.1f}' r='4.5' fill='{TRUTH}'/>")
    legend = [("line", OURS, "Kaname as stated"), ("box", BAND, "90% of the draws")]
    if line.published:
        legend.append(("dot", TRUTH, "published"))
    return _svg([*parts, *_legend(legend)], HIGH)


def bars(title: str, rows: Sequence[tuple[str, float, float]], unit: str) -> str:
    """Name, direct and indirect part of each row, largest first."""
    left, row = 230, 22
    high = TOP + row * len(rows) + 34
    top = max((d + max(i, 0.0) for _, d, i in rows), default=1.0) or 1.0
    _, end, step = _scale(0.0, top)
    scale = (WIDE - left - 80) / end
    parts = [_title(title)]
    for n in range(round(end / step) + 1):
        at = left + n * step * scale
        parts.append(f"<line x1='{at:.1f}' x2='{at:.1f}' y1='{TOP - 4}' y2='{high - 30}' stroke='{GRID}'/>")
        parts.append(_text(at, high - 14, f"{n * step:g}", anchor="middle", fill=GREY))
    for n, (name, direct, indirect) in enumerate(rows):
        at = TOP + n * row
        rest = max(indirect, 0.0)
        parts.append(_text(left - 8, at + 12, name, anchor="end"))
        parts.append(f"<rect x='{left}' y='{at}' width='{direct * scale:.1f}' height='15' fill='{DIRECT}'/>")
        parts.append(
            f"<rect x='{left + direct * scale:.1f}' y='{at}' width='{rest * scale:.1f}' height='15' fill='{INDIRECT}'/>"
        )
        parts.append(
            _text(left + (direct + rest) * scale + 6, at + 12, f"{direct + indirect:.3g}", fill=GREY)
        )
    legend = [("box", DIRECT, "direct"), ("box", INDIRECT, f"indirect ({unit})")]
    return _svg([*parts, *_legend(legend)], high)


def _scale(low: float, high: float) -> tuple[float, float, float]:
    """Round ends and step for an axis."""
    width = high - low
    if width <= 0:
        width = abs(high) or 1.0
    step = 10 ** math.floor(math.log10(width / 4))
    step = next(step * f for f in (1, 2, 2.5, 5, 10) if width / (step * f) <= 5)
    first = math.floor(low / step + 1e-9) * step
    last = math.ceil(high / step - 1e-9) * step
    return first, last if last > first else first + step, step


def _grid(low: float, high: float, step: float, y: object) -> list[str]:
    assert callable(y)
    found = []
    for n in range(round((high - low) / step) + 1):
        value = low + n * step
        at = y(value)
        found.append(f"<line x1='{LEFT}' x2='{WIDE - RIGHT}' y1='{at:.1f}' y2='{at:.1f}' stroke='{GRID}'/>")
        found.append(_text(LEFT - 8, at + 4, f"{value:.6g}", anchor="end", fill=GREY))
    return found


def _names(keys: Sequence[str], x: Mapping[str, float]) -> list[str]:
    """Months each, days every so often."""
    every = 1
    if len(keys) > NAMED:
        every = next(n for n in (7, 14, 30, 60, 90) if len(keys) / n <= NAMED)
    found = []
    for n, key in enumerate(keys):
        if n % every == 0:
            text = key if "-" in key else f"day {key}"
            found.append(_text(x[key], HIGH - BOTTOM + 18, text, anchor="middle", fill=GREY))
    return found


def _points(points: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{a:.1f},{b:.1f}" for a, b in points)


def _text(x: float, y: float, text: str, anchor: str = "start", fill: str = INK, size: int = 12) -> str:
    at = f"x='{x:.1f}' y='{y:.1f}' text-anchor='{anchor}'"
    return f"<text {at} fill='{fill}' font-size='{size}'>{escape(text)}</text>"


def _title(text: str) -> str:
    return _text(12, 18, text, size=14)


def _legend(items: Sequence[tuple[str, str, str]]) -> list[str]:
    found, at = [], 14.0
    for kind, colour, text in items:
        if kind == "dot":
            found.append(f"<circle cx='{at + 8:.1f}' cy='32' r='4.5' fill='{colour}'/>")
        elif kind == "line":
            found.append(
                f"<line x1='{at:.1f}' x2='{at + 16:.1f}' y1='32' y2='32' stroke='{colour}' stroke-width='2.2'/>"
            )
        else:
            found.append(f"<rect x='{at:.1f}' y='26' width='16' height='11' fill='{colour}'/>")
        found.append(_text(at + 22, 36, text, fill=GREY))
        at += 40 + 6.6 * len(text)
    return found


def _svg(parts: Sequence[str], high: int) -> str:
    head = (
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {WIDE} {high}' width='{WIDE}' height='{high}' {FONT} "
        "role='img'>"
    )
    return "\n".join([head, f"<rect width='{WIDE}' height='{high}' fill='white'/>", *parts, "</svg>"]) + "\n"
