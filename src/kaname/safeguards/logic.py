"""Three-valued logic over the facts of a case (Kleene 1952): a fact that is missing is unknown, never false.

Each judgement is made twice in one pass: as the pack has it (``truth``), and with every value that nobody has
signed off taken as unknown (``firm``). A judgement that is definite but not firm rests on such a value, and
``weak`` names it. Neither can be turned round by a further fact: ``all`` is false as soon as one part is, whatever
the others are.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeVar

T = TypeVar("T")
Truth = bool | None
"""True, False, or unknown."""


@dataclass(frozen=True, slots=True, order=True)
class Weak:
    """Something that a person must sign off: the record (``rules/ID``), its grade and confidence, which part of it."""

    record: str
    grade: str
    confidence: str
    part: Literal["rule", "test", "value", "list", "definition", "exemption", "deadline"]


@dataclass(frozen=True, slots=True)
class Leaf:
    """A test of one fact as it came out: what the case has, what it was held against, and where that is from."""

    fact: str
    op: str
    value: object
    against: tuple[str, ...]
    truth: Truth
    source: str = ""
    """Id of the dated value or list that it was held against, if it was one."""
    derived: bool = False


@dataclass(frozen=True, slots=True)
class Judged:
    """A judgement: what it is, whether it stands without weak values, which tests decided, which facts are open."""

    truth: Truth
    firm: Truth
    because: tuple[Leaf, ...] = ()
    missing: tuple[str, ...] = ()
    weak: tuple[Weak, ...] = ()
    """Where ``truth`` is definite and ``firm`` is not: the values that nobody has signed off."""
    firming: tuple[str, ...] = ()
    """Where ``truth`` is definite and ``firm`` is not: the unknown facts that could settle it without those values."""

    def softened(self, weak: Weak) -> Judged:
        """The same, resting on one more weak value."""
        if self.truth is None:
            return self
        return replace(self, firm=None, weak=unique((*self.weak, weak)))


NOTHING = Judged(True, True)


def unique(items: Iterable[T]) -> tuple[T, ...]:
    """Each once, in order."""
    return tuple(dict.fromkeys(items))


def all_of(parts: Sequence[Judged]) -> Judged:
    """True if every part is, false if one is, else unknown."""
    return _joined(parts, False)


def any_of(parts: Sequence[Judged]) -> Judged:
    """True if one part is, false if every part is, else unknown."""
    return _joined(parts, True)


def not_of(part: Judged) -> Judged:
    """The other way round; unknown stays unknown."""
    return replace(part, truth=_flip(part.truth), firm=_flip(part.firm))


def _flip(truth: Truth) -> Truth:
    return None if truth is None else not truth


def _joined(parts: Sequence[Judged], decides: bool) -> Judged:
    """``decides``: the truth of one part that settles the whole, whatever the others are."""
    settling = [part for part in parts if part.truth is decides]
    if settling:
        # one part is enough: the firmest, and of these the one with the fewest tests
        best = min(settling, key=lambda part: (part.firm is not decides, len(part.because)))
        if best.firm is decides:
            return replace(best, missing=(), firming=())
        others = (name for part in parts for name in (*part.missing, *part.firming))
        return replace(best, missing=(), firming=unique(others))
    firm: Truth = not decides
    if any(part.firm is None for part in parts):
        firm = None
    unknown = [part for part in parts if part.truth is None]
    if unknown:
        because = unique(leaf for part in parts if part.truth is not None for leaf in part.because)
        return Judged(None, None, because, unique(fact for part in unknown for fact in part.missing))
    return Judged(
        not decides,
        firm,
        unique(leaf for part in parts for leaf in part.because),
        (),
        unique(weak for part in parts for weak in part.weak),
        unique(name for part in parts for name in part.firming),
    )
