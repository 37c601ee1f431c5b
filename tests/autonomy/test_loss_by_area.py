"""Where a loss falls, by area."""

from __future__ import annotations

import pytest

from kaname.autonomy.areas import inside_and_outside, loss_by_area
from kaname.errors import InputProblems
from kaname.nation import Nation


def test_losses_by_area_sum_to_the_home_loss(japan: Nation) -> None:
    run = japan.by_area().stress("nankai-trough", days=60)
    found = loss_by_area(run)
    assert found["loss"].sum() == pytest.approx(run.total_loss, rel=1e-5)
    assert found["direct"].sum() == pytest.approx(run.direct_loss, rel=1e-5)
    assert found["part"].sum() == pytest.approx(1)
    struck = dict(found.select("area", "struck").iter_rows())
    assert struck["CHUBU"] and struck["SHIKOKU"] and not struck["HOKKAIDO"]
    inside, outside = inside_and_outside(found)
    assert inside > outside > 0
    assert inside + outside == pytest.approx(run.total_loss, rel=1e-5)
    shares = dict(found.select("area", "share").iter_rows())
    assert shares["SHIKOKU"] > shares["TOKYO"] > 0


def test_a_network_without_areas_is_refused(japan: Nation) -> None:
    with pytest.raises(InputProblems, match="not divided by area"):
        loss_by_area(japan.stress("card-outage", days=3))
