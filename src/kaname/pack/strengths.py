"""Strengths, technologies and what others invest: the part of indispensability that people write (IN-1, IN-2,
TN-1, TN-2).

What can be measured is not written here: shares in trade come from the trade table by the codes named, shares
in research from tables that users bring. A figure that no source gives is left empty, and the check says so.
"""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from kaname.pack.figures import Figure, Id, Label, Part


class Evidence(Part):
    """What shows the strength, and who says so."""

    text: Label
    source: str
    year: int = Field(ge=1900, le=2100)


class Rival(Part):
    """Who else can do it."""

    label: Label
    country: str | None = None
    share: Figure | None = None


class Strategy(Part):
    """What is decided or under way on one of the ways to keep a lead: its words and its source."""

    text: Label
    source: str


class Strength(Part):
    """Something the world cannot do without, or may come not to (IN-1)."""

    id: Id
    label: Label
    kind: Literal["present", "potential"]
    digest: tuple[str, ...] = Field(min_length=1)
    infrastructure: str | None = None
    evidence: tuple[Evidence, ...] = ()
    share: Figure | None = None
    """Home's share of the world."""
    rivals: tuple[Rival, ...] = ()
    hs: tuple[str, ...] = ()
    """HS 1992 six-digit codes under which it is traded: its share is then measured in the trade data."""
    hs_note: Label | None = None
    """What the codes hold beside it, or leave out."""
    technologies: tuple[str, ...] = ()
    measures: tuple[str, ...] = ()
    intellectual_property: Strategy | None = None
    standards: Strategy | None = None
    platform: Strategy | None = None
    owner: str | None = None
    review: date | None = None
    """Day by which the entry is to be looked at again."""
    note: str | None = None


class Technology(Part):
    """A field of critical or sensitive technology (TN-1)."""

    id: Id
    label: Label
    lists: tuple[Literal["report-2021", "k-program"], ...] = Field(min_length=1)
    """report-2021: named in the report; k-program: one of the 20 fields of the law's basic guideline."""
    digest: tuple[str, ...] = ()
    source: str
    industries: tuple[str, ...] = ()
    """Industries of the table that make or first use it."""
    within: str | None = None
    """The broader field of the taxonomy that it is part of."""
    ipc: tuple[str, ...] = ()
    """Beginnings of patent classes by which users' patents are put here where a file names no technology."""
    note: str | None = None


class Investment(Part):
    """Public money that a country has announced for technology or production (TN-2), as a source tells it."""

    id: Id
    label: Label
    country: str
    """ISO 3166-1 alpha-3, or EUR for the European Union."""
    amount: Figure
    """In the currency announced where ``units`` has it, else as the source converts it."""
    yen: Figure
    """As the source converts it, so that sums of one source can be set side by side."""
    stage: Literal["proposed", "planned", "decided", "spent"]
    first: int | None = Field(default=None, ge=1990, le=2100)
    last: int | None = Field(default=None, ge=1990, le=2100)
    """Years that the sum is spread over, where the source says so."""
    technologies: tuple[str, ...] = ()
    note: Label | None = None
