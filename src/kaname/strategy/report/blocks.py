"""What a section of the page is made of: paragraphs, tables, charts, groups that fold (floor 6).

Sections are built as these plain values; the template draws each kind once. ``Cell`` is what may stand in a table:
words, text, a ``Bar`` or nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from kaname.strategy.report.words import NOTHING, Lines, Words, shared

Align = Literal["text", "number", "mark", "short"]
"""``short`` is text that is not broken over lines."""


@dataclass(frozen=True)
class Bar:
    """A figure with a bar behind it; ``share`` of the full width, 0..1."""

    share: float
    text: Words
    tone: str = "plain"

    @property
    def width(self) -> str:
        """In per cent."""
        return f"{100 * min(1.0, max(0.0, self.share)):.1f}"


Cell = Words | Lines | Bar | str | None


@dataclass(frozen=True)
class Column:
    """A heading, and how the column is set; ``unit`` stands below the heading."""

    title: Words
    align: Align = "text"
    unit: Words | None = None
    wide: bool = False


@dataclass(frozen=True)
class Prose:
    """Paragraphs."""

    kind: ClassVar = "prose"
    paragraphs: tuple[Words, ...]
    tone: str = ""


@dataclass(frozen=True)
class Table:
    """A table with its caption; without rows, ``empty`` is said instead."""

    kind: ClassVar = "table"
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    caption: Words | None = None
    title: Words | None = None
    empty: Words | None = None
    id: str = ""
    marks: tuple[str, ...] = ()
    """For each row what chooses it (``data-for``), if the rows are chosen among."""

    @property
    def nothing(self) -> Words:
        """What is said when there are no rows."""
        return self.empty or shared("text.none")


@dataclass(frozen=True)
class Choice:
    """One entry of a selector."""

    id: str
    label: Words


@dataclass(frozen=True)
class Chart:
    """A figure: ``option`` is drawn by ECharts, its words in the language of the page."""

    kind: ClassVar = "chart"
    id: str
    height: int
    option: Mapping[str, Any]
    title: Words
    caption: Words
    choices: tuple[Choice, ...] = ()
    choose: Words = NOTHING
    key: tuple[tuple[str, Words], ...] = ()
    """A legend in HTML: tone and words."""


@dataclass(frozen=True)
class Fold:
    """Blocks behind a line that opens; ``count`` stands beside the title."""

    kind: ClassVar = "fold"
    title: Words
    blocks: tuple[Block, ...]
    open: bool = False
    count: int | None = None


@dataclass(frozen=True)
class Side:
    """Blocks beside each other where there is room."""

    kind: ClassVar = "side"
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Facts:
    """A few figures in a row, each with what it is."""

    kind: ClassVar = "facts"
    items: tuple[tuple[Words, Words], ...]


@dataclass(frozen=True)
class Card:
    """A scenario: a line that opens, with its figures, and blocks within."""

    kind: ClassVar = "card"
    id: str
    number: int
    title: Words
    figures: tuple[tuple[Words, Words], ...]
    tags: tuple[Words, ...]
    blocks: tuple[Block, ...]


Block = Prose | Table | Chart | Fold | Side | Facts | Card


@dataclass(frozen=True)
class Section:
    """A numbered part of the page."""

    id: str
    title: Words
    lead: Words
    blocks: tuple[Block, ...]
    short: Words | None = None
    """Its name in the contents."""


@dataclass(frozen=True)
class Finding:
    """A sentence with its figures and the place of its evidence."""

    words: Words
    evidence: str
    """Id of a section, chart or card."""


@dataclass(frozen=True)
class Answer:
    """A question and the findings that answer it."""

    question: Words
    findings: tuple[Finding, ...]


def column(key: str, align: Align = "text", unit: Words | None = None, *, wide: bool = False) -> Column:
    """A column headed by ``report.<key>``."""
    return Column(shared(f"report.{key}"), align, unit, wide)


def missing(title: Words, why: Words | None = None) -> Prose:
    """Said in the place of a table or chart that has no data."""
    said = why or shared("report.not_computed")
    return Prose((Words(f"{title.ja}：{said.ja}", f"{title.en}: {said.en}"),), "missing")


def joined(blocks: Sequence[Block | None]) -> tuple[Block, ...]:
    """Those that are there."""
    return tuple(block for block in blocks if block is not None)
