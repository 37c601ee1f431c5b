"""Tables and figures as the page tells them."""

from __future__ import annotations

import math
from collections.abc import Sequence

PLAIN = 3
"""Digits with which figures are told unless little of them is what matters."""


def table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table; columns of figures are told by their first cell."""
    numeric = [bool(rows) and all(_is_figure(row[n]) for row in rows) for n in range(len(columns))]
    rule = "|".join("---:" if is_number else "---" for is_number in numeric)
    lines = [f"| {' | '.join(columns)} |", f"|{rule}|"]
    lines += [f"| {' | '.join(cell.replace('|', '/') for cell in row)} |" for row in rows]
    return "\n".join(lines)


def _is_figure(cell: str) -> bool:
    return cell == "" or cell.lstrip("-+<").replace(",", "").replace(".", "", 1).replace("%", "").isdecimal()


def number(value: float, digits: int = PLAIN) -> str:
    """A figure as people read it, by significant digits."""
    if not math.isfinite(value):
        return "never"
    if abs(value) < 5e-6:
        return "0"
    text = f"{value:.{digits}g}"
    if "e" in text:
        text = f"{value:.0f}" if abs(value) >= 1 else f"{value:.6f}".rstrip("0")
    if abs(value) >= 1000 or (abs(value) >= 100 and digits <= PLAIN):
        text = f"{value:,.0f}"
    return text
