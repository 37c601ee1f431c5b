"""Build the page and its charts whole, then put them in their places: a half-built page never replaces a whole one."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from bench.history import page
from bench.history.account import work_out
from bench.history.schema import EVENTS, Event, read_all
from bench.history.stage import DATA, Stage, set_up
from kaname.errors import InputProblems, Problem

DOCS = Path(__file__).parents[2] / "docs"
PAGE = "validation.md"
CHARTS = Path("images") / "history"
COUNT, SEED = 12, 20110311


def build(
    docs: Path = DOCS,
    events: Path = EVENTS,
    data: Path = DATA,
    *,
    count: int = COUNT,
    only: Sequence[str] = (),
    tick: Callable[[str], None] = lambda _: None,
) -> Path:
    """Run every event (or ``only`` some, for a look) and write ``docs/validation.md`` and its charts.

    Raises ``InputProblems`` with everything that is wrong with the files of events and the tables they need, before
    anything is run; nothing in ``docs`` is touched unless all is done.
    """
    found = _wanted(read_all(events), only)
    stages: list[Stage] = []
    problems: list[Problem] = []
    for event in found:
        try:
            stages.append(set_up(event, data))
        except InputProblems as told:
            problems += told.problems
    if problems:
        raise InputProblems(dict.fromkeys(problems))
    accounts = [work_out(stage, count, SEED, tick) for stage in stages]
    text, drawn = page.write(accounts, count)
    return put(docs, text, drawn)


def _wanted(events: Sequence[Event], only: Sequence[str]) -> list[Event]:
    unknown = sorted(set(only) - {e.id for e in events})
    if unknown:
        known = ", ".join(e.id for e in events)
        raise InputProblems([Problem(f"no event {name!r}; there are: {known}") for name in unknown])
    return [e for e in events if not only or e.id in only]


def put(docs: Path, text: str, drawn: dict[str, str]) -> Path:
    """Write all beside the place, then move: the charts as one folder, the page last."""
    docs.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=docs, prefix=".history-") as name:
        draft = Path(name)
        (draft / "charts").mkdir()
        for file, chart in drawn.items():
            (draft / "charts" / file).write_text(chart, encoding="utf-8")
        (draft / PAGE).write_text(text, encoding="utf-8")
        place = docs / CHARTS
        place.parent.mkdir(parents=True, exist_ok=True)
        if place.exists():
            place.rename(draft / "old")
        (draft / "charts").rename(place)
        (draft / PAGE).replace(docs / PAGE)
    shutil.rmtree(draft, ignore_errors=True)
    return docs / PAGE
