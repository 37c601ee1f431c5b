"""Whole numbers of the command line: a part of one is refused, not rounded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, get_args

from cyclopts import Token, convert


def whole(kind: Any, tokens: Sequence[Token]) -> Any:
    """What is typed, as ``cyclopts`` converts it to ``kind``; by itself it would take 1.5 for 2 where an ``int`` is
    wanted.

    Raises ``ValueError`` for a part of a whole number, which ``cyclopts`` tells with the option's name.
    """
    wanted = {kind, *get_args(kind)}
    if int in wanted and not wanted & {float, str}:
        for token in tokens:
            if _broken(token.value):
                raise ValueError(f"a whole number is needed, not {token.value}")
    return convert(kind, tokens)


def _broken(typed: str) -> bool:
    """Whether it is a number, but not whole."""
    try:
        return float(typed) % 1 != 0
    except ValueError:
        return False
