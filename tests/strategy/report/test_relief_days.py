"""Losses with measures, and of stopped trade, are over their own days: wherever they stand, it is said."""

from kaname.strategy.report import render

from .fixture import GEO, assessment


def test_every_place_with_a_loss_under_measures_tells_its_days() -> None:
    made = assessment()
    days = made.relief_days
    assert 0 < days <= made.days
    page = render(made, GEO)
    cards = page.count(f"Loss with measures, {days} days")
    assert cards == made.scenarios.height
    # beneath the chart of relief, the table of measures and the chart of leverage
    assert page.count(f"計算期間は{days}日間。") == 3 and made.leverage_days == days
    assert f" over {days} days falls to" in page
    assert f"save most on their own, over {days} days" in page
