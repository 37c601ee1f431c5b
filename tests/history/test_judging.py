"""What is read off a course, and how it is judged."""

from __future__ import annotations

import datetime
import math
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from bench.history import charts, course, judge
from bench.history.course import Course
from bench.history.schema import Fact, Reading

from tests.history import small


def made(ratio: np.ndarray) -> Course:
    n = ratio.shape[1]
    return Course(
        start=datetime.date(2011, 3, 11),
        ratio=ratio.astype(np.float32),
        value=np.full(n, 10.0),
        country=np.array(["JPN"] * n),
        product=np.array(["C26", "C29"][:n]),
        area=np.array([""] * n),
        home="JPN",
        direct=0.0,
    )


def test_months_count_the_days_before_the_event() -> None:
    """21 of March's 31 days at half, April whole: 1 - .5 * 21/31, then 100."""
    ratio = np.ones((60, 1))
    ratio[:21] = 0.5
    found = made(ratio).months(np.array([True]))
    assert found["2011-02"] == 100
    assert found["2011-03"] == pytest.approx(100 * (1 - 0.5 * 21 / 31))
    assert found["2011-04"] == 100
    assert "2011-05" not in found  # the run ends on the ninth of May


def test_months_are_weighted_by_value_added(tmp_path: Path) -> None:
    ratio = np.ones((60, 2))
    ratio[:, 0] = 0.0
    heavy = replace(made(ratio), value=np.array([30.0, 10.0]))
    assert heavy.months(np.array([True, True]))["2011-04"] == pytest.approx(25)
    stage = small.stage(small.event(tmp_path))
    month = Reading(of="month-on-month", industries=("C26",), month="2011-04")
    assert course.measure(month, heavy, stage) == pytest.approx(-100)
    assert math.isnan(course.measure(month.model_copy(update={"month": "2013-01"}), heavy, stage))
    first = Reading(of="first-day", industries=("C29",))
    assert math.isnan(course.measure(first, heavy, stage))


def fact(kind: str, **more: object) -> Fact:
    fields = {"id": "f", "label": {"ja": "あ", "en": "a"}, "kind": kind, "unit": "", "source": "s"}
    return Fact.model_validate({**fields, "reading": {"of": "loss"}, **more})


@pytest.mark.parametrize(
    ("ends", "holds"), [((1.0, 2.0, 3.0), True), ((2.6, 2.7, 3.0), False), ((0.0, 0.5, 1.4), False)]
)
def test_a_figure_holds_inside_the_range_of_the_draws(ends: tuple[float, float, float], holds: bool) -> None:
    size = fact("size", low=1.5, high=2.5)
    assert judge._holds(size, 0.0, math.nan, (ends[0], ends[2])) is holds


def test_orders_and_times() -> None:
    order = fact("order", than={"of": "loss"})
    assert judge._holds(order, 1.0, 2.0, (0, 0))
    assert not judge._holds(order, 2.0, 2.0, (0, 0))
    assert not judge._holds(order, math.nan, 2.0, (0, 0))
    time = fact("timing", value=3.0, within=1.0)
    assert judge._holds(time, 4.0, math.nan, (0, 0))
    assert not judge._holds(time, math.nan, math.nan, (0, 0))


@pytest.mark.parametrize(
    ("sizes", "orders", "said"),
    [
        ([True, True], [True], "right"),
        ([True, False], [True], "order"),
        ([True, False], [], "wrong"),
        ([True, True], [False], "wrong"),
        ([True], [], "right"),
    ],
)
def test_one_rule_for_all(sizes: list[bool], orders: list[bool], said: str) -> None:
    judged = [judge.Judged(fact("size", value=1.0), 0, 0, 0, 0, holds, False) for holds in sizes]
    judged += [judge.Judged(fact("timing", value=1.0), 0, 0, 0, 0, holds, False) for holds in orders]
    assert judge.verdict(judged) == said


def test_the_chart_puts_a_published_point_where_the_run_says_the_same() -> None:
    keys = ("2011-03", "2011-04")
    line = charts.Line(
        "a < b",
        keys,
        {"2011-03": 80.0, "2011-04": 90.0},
        dict.fromkeys(keys, (70.0, 80.0, 95.0)),
        {"2011-03": 80.0},
    )
    root = ET.fromstring(charts.course(line))
    ns = "{http://www.w3.org/2000/svg}"
    polyline = root.find(f"{ns}polyline")
    dots = root.findall(f"{ns}circle")
    assert polyline is not None
    first = polyline.get("points", "").split()[0]
    assert f"{dots[0].get('cx')},{dots[0].get('cy')}" == first
    ET.fromstring(charts.bars("none lost", [("a & b", 0.0, 0.0)], "billion USD"))
