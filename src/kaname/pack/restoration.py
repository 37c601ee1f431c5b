"""Restoration: how many crews bring back what a scenario takes away, and what they need beside their hands."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from kaname.pack.figures import Figure, Id, Label, Part


class Supply(Part):
    """Something scarce beside crews: ships, spare transformers."""

    id: Id
    label: Label
    count: Figure
    """How many there are; empty: nobody is held up by it."""
    use: Literal["held", "spent", "placed"]
    """held: free again when the work is done (a ship); spent: gone (a spare transformer); placed: stands at a facility
    for good and does for it what ``stands_for`` would (a generator)."""
    stands_for: str | None = None
    """Service that one that is placed stands in for; it carries one facility."""


class SupplyNeed(Part):
    """What one thing under repair needs from the first day of work on."""

    of: str
    count: Figure


class RepairWork(Part):
    """The crews at work, at the usual pace, on facilities of some services or plants of some industries.

    ``crews`` is for the whole of the nation's service (or the industries' whole output) lost; a thing that loses a
    share of that has the share of these, one at least. How long it takes them is what the scenario says.
    """

    id: Id
    label: Label
    services: tuple[str, ...] = ()
    industries: tuple[str, ...] = ()
    facilities: tuple[str, ...] = ()
    """Named ones, before what is said of their service."""
    crews: Figure
    needs: tuple[SupplyNeed, ...] = Field(default=())
