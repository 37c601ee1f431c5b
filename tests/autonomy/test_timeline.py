"""Stops in order of time, to the hour."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from kaname.autonomy.timeline import areas_by_hour, timeline
from kaname.cascade.run import Run
from kaname.nation import Nation

DAYS = 6


@pytest.fixture(scope="module")
def hourly(japan: Nation) -> Run:
    return japan.stress("substations-cyber", days=DAYS, step="hours")


def test_an_hourly_run_loses_what_a_daily_one_does(japan: Nation, hourly: Run) -> None:
    assert hourly.shocks.steps == 24 * DAYS
    assert hourly.total_loss == pytest.approx(
        japan.stress("substations-cyber", days=DAYS).total_loss, rel=0.05
    )


def test_areas_lose_power_and_get_it_back(hourly: Run) -> None:
    found = areas_by_hour(hourly)
    assert set(found["area"]) == {"TOKYO", "KANSAI"}
    tokyo = found.filter(pl.col("area") == "TOKYO").row(0, named=True)
    assert tokyo["h0"] == pytest.approx(0.5) and tokyo["h18"] == pytest.approx(0.5)
    assert 0.5 < tokyo["h36"] < tokyo["h48"] < 1
    assert tokyo["h120"] == pytest.approx(1)


def test_services_follow_in_the_order_of_their_batteries(hourly: Run) -> None:
    found = timeline(hourly)
    assert (np.diff(found["hour"].to_numpy()) >= 0).all()
    first = dict(found.select("node", "hour").iter_rows())
    assert first["grid-tokyo"] == 0
    assert first["refinery-tokyo-bay"] == 0  # no buffer
    assert 6 <= first["mobile-tokyo"] <= 24  # half a day of batteries, drained by half
    cause = dict(found.select("node", "cause").iter_rows())
    assert cause["grid-tokyo"] == "capacity" and cause["mobile-tokyo"] == "input"
    via = dict(found.select("node", "via").iter_rows())
    assert via["mobile-tokyo"] == "grid-tokyo" and via["grid-tokyo"] == "substations-cyber"
    assert "grid-kyushu" not in first and "mobile-kyushu" not in first
    back = dict(found.select("node", "back_hour").iter_rows())
    assert back["grid-tokyo"] == pytest.approx(96, abs=2)


def test_a_resolution_measure_shortens_it(japan: Nation, hourly: Run) -> None:
    helped = japan.stress("substations-cyber", days=DAYS, step="hours", measures=["en-cyber-restore"])
    before = dict(timeline(hourly).select("node", "hours_below").iter_rows())
    after = dict(timeline(helped).select("node", "hours_below").iter_rows())
    assert after["grid-tokyo"] < before["grid-tokyo"]
    assert sum(after.values()) < sum(before.values())
    assert helped.total_loss < hourly.total_loss
