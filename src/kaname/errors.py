"""What can go wrong, and how it is told (floor 0).

    KanameError
    ├── InputProblems     the user's input is bad: every problem at once, exit code 2
    └── Unavailable       an optional part (a package, a data set) is not installed, exit code 2

Anything else that escapes is an internal fault: exit code 1.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Problem:
    """One thing wrong with the input: what, and where.

    ``file`` is as the user wrote it, ``line`` counts from 1 (0 = the whole file), ``path`` is the place
    inside the document (``$.goods[3].stock.value``).
    """

    message: str
    file: str = ""
    line: int = 0
    path: str = ""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        where = " ".join(part for part in (place, self.path) if part)
        return f"{self.message} @ {where}" if where else self.message


class KanameError(Exception):
    """Root of what Kaname raises on purpose."""


class InputProblems(KanameError):  # noqa: N818 - the plural is the point
    """The input cannot be used. Carries every problem found, in order of file and line."""

    def __init__(self, problems: Sequence[Problem] | Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(sorted(problems, key=lambda p: (p.file, p.line, p.path)))
        super().__init__("\n".join(str(p) for p in self.problems))


class Unavailable(KanameError):  # noqa: N818
    """A part that is optional is needed here and is not installed or not supplied."""


def problem(message: str, file: str = "", line: int = 0, path: str = "") -> InputProblems:
    """One problem, ready to raise."""
    return InputProblems([Problem(message, file, line, path)])


LONGEST = 3650
"""Days of a run at most: every day of every node is kept, and in ten years nothing is as the table has it."""


def wrong_days(days: float) -> Iterator[Problem]:
    """What is wrong with the length of a run: none, part of a day, no number, or more than memory is for."""
    if days % 1 != 0:
        yield Problem(f"days are counted whole, not {days}", path="days")
    elif days < 1:
        yield Problem(f"a run needs at least one day, not {days}", path="days")
    elif days > LONGEST:
        yield Problem(f"a run has at most {LONGEST:,} days, not {days:,}", path="days")
