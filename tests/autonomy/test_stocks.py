"""The order in which stocks run down."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from kaname.autonomy.stocks import Stocks, stocks
from kaname.cascade.shocks import Case
from kaname.nation import Nation


@pytest.fixture(scope="module")
def closed(japan: Nation) -> Stocks:
    return japan.stocks("hormuz-closure", days=200)


def test_nothing_runs_down_in_a_normal_year(japan: Nation) -> None:
    found = stocks(japan.built, Case(()), 30, japan.settings)
    assert found.products == () and found.order.is_empty()


def test_what_comes_is_the_sum_of_its_ways(closed: Stocks) -> None:
    assert np.allclose(closed.usual + closed.bypass + closed.elsewhere, closed.arrivals)
    assert (closed.usual >= 0).all() and (closed.bypass >= 0).all() and (closed.usual <= 1 + 1e-9).all()


def test_ships_under_way_arrive_then_stocks_fall_then_users_stop(closed: Stocks) -> None:
    rows = {r["good"]: r for r in closed.order.iter_rows(named=True)}
    crude = rows["crude"]
    assert crude["short_day"] == pytest.approx(crude["at_sea"], abs=3)
    assert crude["short_day"] < crude["half_day"] < crude["bound_day"]
    # by hand: what is held lasts as long as the missing part takes to eat it
    by_hand = crude["short_day"] + crude["cover"] / crude["lost"]
    assert crude["bound_day"] == pytest.approx(by_hand, rel=0.05)
    assert rows["lng"]["bound_day"] is None and rows["lng"]["lowest"] > 10  # a twentieth comes from the Gulf
    assert rows["naphtha"]["bound_day"] < rows["C19"]["bound_day"]  # feedstock before fuel at the pump


def test_only_the_pack_s_pipelines_get_crude_round_the_strait(closed: Stocks, japan: Nation) -> None:
    place = {name: n for n, name in enumerate(closed.products)}
    worst = closed.arrivals[:, place["crude"]].argmin()
    assert closed.bypass[worst, place["crude"]] > 0.1
    assert closed.bypass[worst, place["lng"]] == 0 and closed.bypass[worst, place["naphtha"]] == 0


def test_crude_arrives_as_in_the_second_month_of_2026(closed: Stocks) -> None:
    """853 of some 2,490 thousand barrels a day in April 2026 (source japan-imports-2026-04): 34% of the year before."""
    place = closed.products.index("crude")
    april = closed.arrivals[31:61, place].mean()
    assert 0.28 < april < 0.42


def test_reserves_put_off_the_day_on_which_refining_is_cut(closed: Stocks, japan: Nation) -> None:
    helped = japan.stocks("hormuz-closure", days=200, measures=["en-oil-release"])
    rows = {r["good"]: r for r in helped.order.iter_rows(named=True)}
    assert "crude" not in rows or rows["crude"]["bound_day"] is None


def test_the_course_holds_every_day_of_every_good(closed: Stocks) -> None:
    course = closed.course()
    assert course.height == 200 * len(closed.products)
    first = course.filter(pl.col("day") == 0)
    assert (first["left"] > 0).all()
