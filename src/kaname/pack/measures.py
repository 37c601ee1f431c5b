"""Measures: what is done about it, before (prevention) or after (resolution)."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from kaname.pack.figures import Figure, Id, Label, Part


class StockEffect(Part):
    """Users hold more days of a good or product."""

    kind: Literal["stock"]
    days: Figure
    goods: tuple[str, ...] = ()
    industries: tuple[str, ...] = ()


class ReleaseEffect(Part):
    """A reserve of so many ``days`` of normal use is released, from day ``after`` on.

    At most ``rate`` of a normal day's use goes out a day.
    """

    kind: Literal["release"]
    goods: tuple[str, ...] = Field(min_length=1)
    days: Figure
    after: Figure
    rate: Figure


class SubstituteEffect(Part):
    """Users can move a larger share of a lost supply to others (``share`` is added to what they can)."""

    kind: Literal["substitute"]
    share: Figure
    goods: tuple[str, ...] = ()
    industries: tuple[str, ...] = ()


class DiversifyEffect(Part):
    """A share of what comes from some origins is bought from the others, or made at home, beforehand."""

    kind: Literal["diversify"]
    goods: tuple[str, ...] = Field(min_length=1)
    away_from: tuple[str, ...] = Field(min_length=1)
    share: Figure
    to: Literal["others", "home"] = "others"


class SpareEffect(Part):
    """Producers can go further above normal output (share of normal)."""

    kind: Literal["spare"]
    share: Figure
    industries: tuple[str, ...] = ()
    facilities: tuple[str, ...] = ()
    goods: tuple[str, ...] = ()


class HardenEffect(Part):
    """Events take a smaller share of capacity from these (loss is multiplied by 1 - share)."""

    kind: Literal["harden"]
    share: Figure
    industries: tuple[str, ...] = ()
    facilities: tuple[str, ...] = ()
    services: tuple[str, ...] = ()


class RepairEffect(Part):
    """What is lost comes back sooner: the time left at day ``after`` shrinks by ``share``."""

    kind: Literal["repair"]
    share: Figure
    after: Figure
    industries: tuple[str, ...] = ()
    facilities: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    passages: tuple[str, ...] = ()


class BypassEffect(Part):
    """A share of what a closed passage stops gets round it, from ``after`` days on."""

    kind: Literal["bypass"]
    passages: tuple[str, ...] = Field(min_length=1)
    share: Figure
    after: Figure


class TakeoverEffect(Part):
    """A larger share of a lost facility's work is taken over by the service's others (``share`` is added)."""

    kind: Literal["takeover"]
    services: tuple[str, ...] = Field(min_length=1)
    share: Figure


class BufferEffect(Part):
    """Facilities run longer without what they need (days are added to their buffers)."""

    kind: Literal["buffer"]
    days: Figure
    facilities: tuple[str, ...] = ()
    services: tuple[str, ...] = ()


Effect = Annotated[
    StockEffect
    | ReleaseEffect
    | SubstituteEffect
    | DiversifyEffect
    | SpareEffect
    | HardenEffect
    | RepairEffect
    | BypassEffect
    | TakeoverEffect
    | BufferEffect,
    Field(discriminator="kind"),
]


class Measure(Part):
    """Something somebody is to do, by a day (FR-10)."""

    id: Id
    title: Label
    digest: tuple[str, ...] = Field(min_length=1)
    kind: Literal["prevention", "resolution"]
    owner: str | None = None
    deadline: date | None = None
    deadline_source: str | None = None
    legal_basis: tuple[str, ...] = ()
    no_legal_basis_needed: bool = False
    status: Literal["proposed", "planned", "started", "in_force", "done", "unknown"] = "unknown"
    status_source: str | None = None
    status_note: Label | None = None
    cost: Figure | None = None
    answers: tuple[str, ...] = ()
    """Scenarios that it is meant to answer, beyond those its effects reach."""
    judged: tuple[str, ...] = ()
    """Of ``answers``, the links that are a judgement of the pack's authors: no text says that it answers them."""
    effects: tuple[Effect, ...] = ()
    note: str | None = None

    @property
    def lacks_deadline(self) -> bool:
        """Whether a day is still to be named (FR-10): what is done needs none."""
        return self.deadline is None and self.status != "done"
