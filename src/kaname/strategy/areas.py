"""A chart of shares stacked over years, as SVG that stands by itself (floor 6).

No script, no font fetched: the same figures give the same bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT = 860, 430
LEFT, RIGHT, TOP, BOTTOM = 54, 210, 64, 56
FONT = "font-family=\"'Noto Sans','Noto Sans JP','Noto Sans CJK JP','Hiragino Sans','Yu Gothic',sans-serif\""
COLOURS = ("#2f5d8a", "#c8553d", "#e0a458", "#7a9e7e", "#8d6a9f", "#5b8e9b", "#b9b4ab")


@dataclass(frozen=True)
class Layer:
    """One band: its name and its share (0..1) in each year."""

    name: str
    shares: Sequence[float]


def stacked(years: Sequence[int], layers: Sequence[Layer], title: str, source: str, total: str) -> str:
    """The layers on top of one another, the first at the bottom; ``total`` names their sum, ``source`` stands below."""
    x = [_across(n, len(years)) for n in range(len(years))]
    sums = [0.0] * len(years)
    bands, ends = [], []
    for layer, colour in zip(layers, COLOURS, strict=False):
        tops = [a + b for a, b in zip(sums, layer.shares, strict=True)]
        outline = [f"{a:.1f},{_down(b):.1f}" for a, b in zip(x, tops, strict=True)]
        outline += [f"{a:.1f},{_down(b):.1f}" for a, b in zip(reversed(x), reversed(sums), strict=True)]
        bands.append(
            f'<polygon points="{" ".join(outline)}" fill="{colour}" stroke="#fff" stroke-width=".8"/>'
        )
        ends.append((f"{layer.name} {_percent(layer.shares[-1])}", (tops[-1] + sums[-1]) / 2, colour))
        sums = tops
    crest = " ".join(f"{a:.1f},{_down(b):.1f}" for a, b in zip(x, sums, strict=True))
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" {FONT} font-size="13">',
        f"<title>{escape(title)}</title>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
        *_title(title),
        *_grid(),
        *bands,
        f'<polyline points="{crest}" fill="none" stroke="#222" stroke-width="1.6"/>',
        *_years(years, x),
        *_names([(f"{total} {_percent(sums[-1])}", sums[-1], "#222"), *reversed(ends)]),
        f'<text x="{LEFT}" y="{HEIGHT - 12}" font-size="11" fill="#666">{escape(source)}</text>',
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _percent(share: float) -> str:
    return f"{100 * share:.0f}%"


def _across(n: int, count: int) -> float:
    return LEFT + (WIDTH - LEFT - RIGHT) * (n / (count - 1) if count > 1 else 0.5)


def _down(share: float) -> float:
    return TOP + (HEIGHT - TOP - BOTTOM) * (1 - share)


def _title(title: str) -> list[str]:
    return [
        f'<text x="{LEFT - 40}" y="{26 + 19 * n}" font-size="15" font-weight="600" fill="#222">{escape(line)}</text>'
        for n, line in enumerate(title.split("\n"))
    ]


def _grid() -> list[str]:
    lines = []
    for part in range(0, 101, 20):
        y = _down(part / 100)
        lines.append(f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="#ddd"/>')
        lines.append(f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end" fill="#555">{part}%</text>')
    return lines


def _years(years: Sequence[int], x: Sequence[float]) -> list[str]:
    every = max(1, -(-len(years) // 10))
    return [
        f'<text x="{place:.1f}" y="{HEIGHT - BOTTOM + 20}" text-anchor="middle" fill="#555">{year}</text>'
        for n, (year, place) in enumerate(zip(years, x, strict=True))
        if n % every == 0 or n == len(years) - 1
    ]


def _names(ends: Sequence[tuple[str, float, str]]) -> list[str]:
    """Names to the right, each near its band's end, none over another; highest first."""
    gap, y = 19.0, -1e9
    places = []
    for _, share, _ in ends:
        y = max(_down(share) + 4, y + gap)
        places.append(y)
    over = max(0.0, places[-1] - (HEIGHT - BOTTOM + 2))
    places = [p - over for p in places]
    return [
        f'<text x="{WIDTH - RIGHT + 12}" y="{y:.1f}" fill="{colour}" font-weight="600">{escape(name)}</text>'
        for (name, _, colour), y in zip(ends, places, strict=True)
    ]
