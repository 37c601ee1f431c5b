"""Risks that a mandate names, each with the scenarios that take it up; and storylines, scenarios one after another."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pydantic import Field

from kaname.errors import Problem
from kaname.pack.figures import Id, Label, Part

if TYPE_CHECKING:
    from kaname.pack.draft import Draft


class Risk(Part):
    """One risk that the mandate's text names, in our own words, and the scenarios that make it calculable."""

    id: Id
    section: str
    """Where the text names it: section and paragraph."""
    label: Label
    digest: tuple[str, ...] = ()
    scenarios: tuple[str, ...] = Field(min_length=1)
    note: Label | None = None
    """What of it the scenarios leave out."""


class Chapter(Part):
    """A scenario of a storyline, and the day on which it strikes."""

    scenario: str
    day: float = Field(ge=0)


class Storyline(Part):
    """Scenarios that strike one after another, each while the last is not yet mended."""

    id: Id
    label: Label
    summary: Label
    digest: tuple[str, ...] = Field(min_length=1)
    chapters: tuple[Chapter, ...] = Field(min_length=2)


def rules(draft: Draft) -> Iterator[Problem]:
    """Storylines that go back in time, or are called like a scenario."""
    scenarios = draft.ids("scenarios")
    for index, story in enumerate(draft.pack.storylines):
        if story.id in scenarios:
            yield draft.places.problem(
                f"storyline {story.id!r} has the id of a scenario", ("storylines", index, "id")
            )
        for place, (before, after) in enumerate(zip(story.chapters, story.chapters[1:], strict=False)):
            if after.day < before.day:
                message = f"chapter {after.scenario!r} strikes before the chapter above it"
                yield draft.places.problem(message, ("storylines", index, "chapters", place + 1, "day"))
