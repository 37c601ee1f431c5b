"""Which lines of the digest the pack takes up, and where."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from kaname.pack.model import DigestItem, Pack

CITING = (
    "infrastructures",
    "goods",
    "services",
    "missions",
    "scenarios",
    "measures",
    "technologies",
    "strengths",
    "outlooks",
)
"""The lists whose entries cite the digest."""


@dataclass(frozen=True, slots=True)
class Citation:
    """An entry of the pack that cites a digest item: its list and id."""

    list: str
    id: str


@dataclass(frozen=True, slots=True)
class Cover:
    """A digest item and all that cites it."""

    item: DigestItem
    citations: tuple[Citation, ...]

    @property
    def cited(self) -> bool:
        """Whether anything does."""
        return bool(self.citations)

    def by(self, name: str) -> tuple[str, ...]:
        """Ids of the entries of one list that cite it."""
        return tuple(citation.id for citation in self.citations if citation.list == name)


def coverage(pack: Pack) -> tuple[Cover, ...]:
    """For each digest item, in the pack's order, what cites it."""
    found: dict[str, list[Citation]] = defaultdict(list)
    for name in CITING:
        for part in getattr(pack, name):
            for wanted in part.digest:
                found[wanted].append(Citation(name, part.id))
    return tuple(Cover(item, tuple(found[item.id])) for item in pack.digest)
