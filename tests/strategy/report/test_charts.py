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


def test_losses_of_partners_are_told_apart_whatever_their_size() -> None:
    losses = {"our_loss": 103_000.0, "their_loss": 0.2, "our_share": 0.02, "their_share": 1e-7}
    drawn = charts.leverage([losses], [Words("名", "name")])
    link, ours, theirs = drawn["series"]
    assert drawn["xAxis"]["type"] == "log" and drawn["xAxis"]["min"] == 1.0
    assert ours["data"][0]["value"] == [103_000.0, 0]
    assert theirs["data"][0]["value"] == [1.0, 0], "too small for the scale: at its edge"
    assert link["data"][0]["value"] == [0, 103_000.0, 1.0]
    assert "200,000" in str(theirs["data"][0]["tip"]) or "0.2" in str(theirs["data"][0]["tip"])
