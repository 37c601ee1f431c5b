"""The page's few colours, told apart by those who see red and green alike (after Okabe and Ito 2008)."""

from __future__ import annotations

from typing import Final

INK: Final = "#1f2933"
GREY: Final = "#6b7785"
LINE: Final = "#e3e7ec"
PAPER: Final = "#ffffff"
DIRECT: Final = "#1f4e79"
INDIRECT: Final = "#9dbfdd"
PREVENTION: Final = "#2a8a7a"
RESOLUTION: Final = "#d98324"
BOTH: Final = "#1f4e79"
NONE: Final = "#a9b3be"
LOSS: Final = "#b4512d"
EMPTY: Final = "#eceef1"
SEQUENCE: Final = ("#d3e3f1", "#b3cfe6", "#8fb6d9", "#4a86b8", "#17476f")
"""From little to much."""
DIVERGING: Final = ("#2c6a9e", "#8db9d8", "#d9e6f0", "#f4f5f6", "#f6dfc8", "#e3a46b", "#b4602a")
"""From far below zero to far above."""
TINTS: Final = ("#e6edf4", "#d3dfea", "#eef1e7", "#dde6da")
"""Quiet fills that tell neighbouring areas apart."""
FIELDS: Final = ("#b4512d", "#1f4e79", "#2a8a7a", "#d98324", "#7b4b94", "#5b6670")
"""One for each strategic infrastructure, in the pack's order."""
