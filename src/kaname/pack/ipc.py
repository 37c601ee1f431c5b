"""Symbols of the International Patent Classification, and whether one lies under a place of it.

A place is a section down to a subgroup (``F``, ``F41``, ``F41H``, ``F41H 3/00``, ``B64U 101/15``) or a range of groups
(``B63G 8/28-8/34``). ``n/00`` is the main group: all of its subgroups lie under it. Subgroups are read as decimals,
so that 0352 lies between 03 and 04; the dots of the hierarchy are not in the symbol, so a subgroup stands for
itself alone.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

_SYMBOL: Final = re.compile(r"([A-H])(?:(\d{2})(?:([A-Z])(?:\s*(\d{1,4})(?:/(\d{2,6}))?)?)?)?")
_RANGE: Final = re.compile(r"(.*\S)\s*[-–]\s*(\d{1,4})/(\d{2,6})")


class Symbol(NamedTuple):
    """Section with class and subclass as far as given, main group, subgroup."""

    head: str
    group: int | None = None
    subgroup: str = ""


def symbol(text: str) -> Symbol:
    """A symbol as written; ``ValueError`` where it is none."""
    found = _SYMBOL.fullmatch(text.strip().upper())
    if found is None:
        raise ValueError(
            f"{text!r} is not a symbol of the International Patent Classification (like F42B 15/01)"
        )
    head = "".join(part for part in found.group(1, 2, 3) if part)
    group = int(found[4]) if found[4] else None
    return Symbol(head, group, (found[5] or "").rstrip("0") if found[5] else "")


def spelled(text: str) -> str:
    """A symbol in its usual spelling, so that two ways of writing it are the same text.

    >>> spelled("f42b15/01"), spelled("B63C 11/00"), spelled("F41")
    ('F42B 15/01', 'B63C 11/00', 'F41')
    """
    one = symbol(text)
    if one.group is None:
        return one.head
    found = _SYMBOL.fullmatch(text.strip().upper())
    assert found is not None
    return f"{one.head} {one.group}" + (f"/{found[5]}" if found[5] else "")


def check_place(text: str) -> None:
    """``ValueError`` where a text is neither a symbol nor a range."""
    _ends(text)


def _ends(text: str) -> tuple[Symbol, Symbol | None]:
    ranged = _RANGE.fullmatch(text.strip())
    if ranged is None:
        return symbol(text), None
    first = symbol(ranged[1])
    return first, Symbol(first.head, int(ranged[2]), ranged[3].rstrip("0"))


def under(text: str, place: str) -> bool:
    """Whether a symbol lies under a place.

    >>> under("F41H 3/02", "F41H 3/00"), under("H01L 31/0352", "H01L 31/04"), under("B63G 8/30", "B63G 8/28-8/34")
    (True, False, True)
    """
    one, (low, high) = symbol(text), _ends(place)
    if high is not None:
        return one.head == low.head and _key(low) <= _key(one) <= _key(high) and one.group is not None
    if low.group is None:
        return one.head.startswith(low.head)
    if (one.head, one.group) != (low.head, low.group):
        return False
    return low.subgroup in ("", one.subgroup)


def _key(one: Symbol) -> tuple[int, str]:
    return (one.group or 0, one.subgroup)
