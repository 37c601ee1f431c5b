"""What charts draw where figures leave the usual range."""

from __future__ import annotations

from kaname.strategy.report import charts
from kaname.strategy.report.words import Words


def test_a_gain_under_measures_stays_on_the_chart() -> None:
    row = {"none": 100.0, "prevention": -40.0, "resolution": 50.0, "both": -40.0}
    drawn = charts.relief([row], [Words("名", "name")])
    link, prevention, resolution, both = drawn["series"]
    assert [s["data"][0]["value"][0] for s in (prevention, resolution, both)] == [0.0, 50.0, 0.0]
    assert link["data"][0]["value"] == [0, 0.0, 100]
    assert "\u2212" in str(both["data"][0]["tip"]), "the tip tells the gain"
