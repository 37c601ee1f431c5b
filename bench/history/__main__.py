"""``python -m bench.history``: build ``docs/validation.md``.

Bad input exits 2 with every problem; the page stays as it was.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from bench.history.build import COUNT, DOCS, build
from bench.history.schema import EVENTS
from bench.history.stage import DATA
from kaname.errors import InputProblems, Problem, Unavailable


def main(argv: list[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m bench.history", description=__doc__)
    parser.add_argument("events", nargs="*", help="ids of events; all if none (a page of some needs --docs)")
    parser.add_argument("--docs", type=Path, default=DOCS, help="folder that takes validation.md")
    parser.add_argument("--from", dest="folder", type=Path, default=EVENTS, help="folder of event files")
    parser.add_argument("--data", type=Path, default=DATA, help="folder of tables that may not be shipped")
    parser.add_argument("--draws", type=int, default=COUNT, help=f"draws for each range (default {COUNT})")
    given = parser.parse_args(argv)
    start = time.monotonic()

    def tick(text: str) -> None:
        print(f"{time.monotonic() - start:6.0f} s  {text}", file=sys.stderr, flush=True)

    try:
        _check(given.draws, given.events, given.docs)
        place = build(given.docs, given.folder, given.data, count=given.draws, only=given.events, tick=tick)
    except (InputProblems, Unavailable) as told:
        print(told, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("stopped; the page is as it was", file=sys.stderr)
        return 130
    tick(f"written: {place}")
    return 0


def _check(draws: int, events: list[str], docs: Path) -> None:
    problems = []
    if draws < 1:
        problems.append(Problem(f"a range needs at least one draw, not {draws}", path="--draws"))
    if events and docs == DOCS:
        problems.append(
            Problem("a page of some events may not replace that of all: name another folder with --docs")
        )
    if problems:
        raise InputProblems(problems)


if __name__ == "__main__":
    sys.exit(main())
