"""Everything that an event's section tells, worked out; the page only writes it down."""

from __future__ import annotations

import calendar
import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from bench.history import course, runs, settings, weigh
from bench.history.course import Course
from bench.history.judge import Judged, Verdict, judge, verdict
from bench.history.runs import Change, Spread
from bench.history.settings import Answer
from bench.history.stage import Stage
from bench.history.weigh import Assumption
from kaname.cascade.run import Run

FALLEN = 0.99
"""A producer has stopped being normal below this share of its output, and is back once it stays above."""
LISTED = 8
TOLD = 99.9
"""Industries whose monthly level never falls below this are not listed by month."""
MONTHS = 6
SHORT = 130
"""Runs up to this many days are told by week."""
WEEKS = 8


@dataclass(frozen=True, eq=False)
class Account:
    """An event, judged."""

    stage: Stage
    course: Course
    judged: list[Judged]
    verdict: Verdict
    spread: Spread
    changes: list[Change]
    assumptions: list[Assumption]
    answers: list[Answer]
    answer_rows: list[Mapping[str, float]]
    order: list[Fall]
    periods: list[tuple[str, float, float]]
    """Month or week, level of home's mines and factories (100 before), loss at home (billion USD)."""
    world_loss: float
    """Billion USD."""


@dataclass(frozen=True)
class Fall:
    """One home industry that fell."""

    product: str
    first: int
    """Day on which it falls below ``FALLEN``."""
    lowest: float
    lowest_day: int
    back: int | None
    """Day from which it stays above; none: not within the run."""


def work_out(stage: Stage, count: int, seed: int, tick: Callable[[str], None]) -> Account:
    """Run everything that the section of an event needs."""
    name = stage.event.id
    tick(f"{name}: as stated")
    made, ours = runs.follow(stage)
    model = runs.read(stage, ours)
    other = {f.id: course.measure(f.than, ours, stage) for f in stage.event.facts if f.than is not None}
    tick(f"{name}: other models")
    answers = settings.compare(stage, made)
    changes = runs.changed(stage, tick)
    tick(f"{name}: what matters most")
    assumptions = weigh.foremost(stage, made, changes)
    spread = runs.spread(stage, count, seed, tick)
    judged = judge(stage.event, model, other, spread.facts, runs.read(stage, ours.idle()))
    return Account(
        stage=stage,
        course=ours,
        judged=judged,
        verdict=verdict(judged),
        spread=spread,
        changes=changes,
        assumptions=assumptions,
        answers=answers,
        answer_rows=settings.rows(stage, answers),
        order=falls(ours),
        periods=periods(stage, ours),
        world_loss=_world(made),
    )


def _world(made: Run) -> float:
    return made.world_loss / 1e3


def falls(made: Course) -> list[Fall]:
    """Home industries that fell below ``FALLEN``, in the order of the day on which they did."""
    found = []
    for product in np.unique(made.product[made.at_home]):
        series = made.index(made.at_home & (made.product == product) & (made.value > 0))
        below = np.flatnonzero(series < FALLEN)
        if not len(below) or not np.isfinite(series).all():
            continue
        last = int(below[-1]) + 1
        found.append(
            Fall(
                str(product),
                int(below[0]),
                100 * float(series.min()),
                int(series.argmin()),
                last if last < made.days else None,
            )
        )
    return sorted(found, key=lambda f: (f.first, f.lowest, f.product))


def by_month(stage: Stage, made: Course) -> list[tuple[str, dict[str, float]]]:
    """Levels (100 before) of home's mines and factories by industry, from the month of the event on, deepest first."""
    first = f"{made.start.year}-{made.start.month:02d}"
    found = []
    for product in stage.groups["@makers"]:
        which = made.at_home & (made.product == product) & (made.value > 0)
        if which.any():
            months = {name: level for name, level in made.months(which).items() if name >= first}
            if months and min(months.values()) < TOLD:
                found.append((product, dict(list(months.items())[:MONTHS])))
    return sorted(found, key=lambda row: (min(row[1].values()), row[0]))


def periods(stage: Stage, made: Course) -> list[tuple[str, float, float]]:
    """Level of mines and factories and loss, by month, or by week where the run is short."""
    which = made.at_home & np.isin(made.product, stage.groups["@makers"])
    series, lost = made.index(which), made.home_daily / 1e3
    found = []
    if made.days <= SHORT:
        for week in range(min(WEEKS, made.days // 7)):
            days = slice(7 * week, 7 * week + 7)
            found.append((f"week {week + 1}", 100 * float(series[days].mean()), float(lost[days].sum())))
        return found
    for name, level in made.by_month(series).items():
        year, month = (int(part) for part in name.split("-"))
        first = (datetime.date(year, month, 1) - made.start).days
        last = first + calendar.monthrange(year, month)[1]
        if last > 0:
            found.append((name, level, float(lost[max(first, 0) : last].sum())))
    return found
