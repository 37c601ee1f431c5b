"""Which of thousands of things matter, found with some hundred runs: group screening, led by first-order values.

The things with the largest first-order values are asked one by one, all others together in groups; a group that answers
as much as one of the leading ones is split, until its members are told apart or it answers less (sequential
bifurcation: Bettonvil and Kleijnen 1996, which knows the signs of effects; here they are those of the first-order
values). A group hides a member only where others of its members do as much harm as it does good.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from kaname.network.tables import Flags, Floats

LEADING = 2
"""So many times as many as are wanted of a kind are asked one by one at once."""
PIECES = 6
"""Parts into which a group is split."""
ROUNDS = 6
"""Times that groups are split: enough to come down to one of ten thousand."""
MOST_PIECES = 36
"""Most parts asked in a round, those of the groups that answered most first."""


@dataclass(frozen=True)
class Part:
    """What is asked about at once: some places of a kind."""

    kind: str
    places: tuple[int, ...]

    @property
    def alone(self) -> bool:
        """Whether it is one thing."""
        return len(self.places) == 1

    def split(self) -> Iterator[Part]:
        """Its places in their order, in at most ``PIECES`` parts."""
        for piece in np.array_split(self.places, min(PIECES, len(self.places))):
            yield Part(self.kind, tuple(piece.tolist()))


Ask = Callable[[Sequence[Part]], Sequence[float]]
"""What each of these parts does, by whole runs."""


@dataclass
class Screening:
    """A search under way: what was asked, and what was answered."""

    first: Mapping[str, Floats]
    """By kind, the first-order value of every place."""
    able: Mapping[str, Flags]
    """By kind, the places that can be asked about."""
    ask: Ask
    least: float
    """A group that answers less than this is not split."""
    alone: dict[Part, float] = field(default_factory=dict)
    """What single things did."""
    groups: dict[Part, float] = field(default_factory=dict)
    """What groups did that are not split further."""

    def rounds(self, most: int, more: Sequence[Part] = ()) -> Iterator[int]:
        """Ask until of each kind the ``most`` that do most are known; after each round, how many parts were asked.

        ``more``: single things to ask about in the first round too.
        """
        todo = [*more, *self._leading(most)]
        for number in range(ROUNDS + 1):
            for part, answer in zip(todo, self.ask(todo), strict=True):
                (self.alone if part.alone else self.groups)[part] = float(answer)
            yield len(todo)
            todo = [*self._split(most)] if number < ROUNDS else []
            if not todo:
                return

    def _leading(self, most: int) -> Iterator[Part]:
        """The leading ones of each kind, then the rest in groups by the sign of their first-order values."""
        for kind, able in self.able.items():
            first, places = self.first[kind], np.flatnonzero(able)
            places = places[np.argsort(-np.abs(first[places]), kind="stable")]
            ahead = places[: LEADING * most][first[places[: LEADING * most]] != 0]
            yield from (Part(kind, (int(place),)) for place in ahead)
            rest = places[len(ahead) :]
            for sign in (1, -1, 0):
                group = rest[np.sign(first[rest]) == sign]
                if len(group):
                    yield Part(kind, tuple(group.tolist()))

    def _split(self, most: int) -> Iterator[Part]:
        """Parts of the groups that may hold one of the ``most`` of their kind."""
        bars = {kind: self._bar(kind, most) for kind in self.able}
        # of equals the first, so that the same run is asked the same
        open_ = sorted(self.groups.items(), key=lambda g: (-abs(g[1]), g[0].kind, g[0].places))
        given = 0
        for part, answer in open_:
            if abs(answer) < bars[part.kind] or given >= MOST_PIECES:
                continue
            del self.groups[part]
            for piece in part.split():
                given += 1
                yield piece

    def _bar(self, kind: str, most: int) -> float:
        """What the last of the ``most`` of a kind does, as far as is known."""
        known = sorted(
            (abs(answer) for part, answer in self.alone.items() if part.kind == kind), reverse=True
        )
        return max(self.least, known[most - 1]) if len(known) >= most else self.least
