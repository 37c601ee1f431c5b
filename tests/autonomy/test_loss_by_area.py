"""Where a loss falls, by area."""

from __future__ import annotations

import pytest

from kaname.autonomy.areas import inside_and_outside, loss_by_area
from kaname.cli.by_area import show_losses
from kaname.errors import InputProblems
from kaname.nation import Nation
from kaname.network.strikes import INDUSTRIES, everywhere, strikes


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


def test_what_is_struck_is_named_as_the_pack_states_it(japan: Nation) -> None:
    """Where a scenario says where it strikes, nothing else is marked; else its industries are struck everywhere."""
    nation = japan.by_area()
    for name in ("eastern-floods", "substations-cyber", "rail-attack"):
        found = loss_by_area(nation.stress(name, days=20))
        assert found["struck"].to_list() == [bool(by) for by in found["by"].to_list()]
        stated = strikes(nation.pack, nation.scenarios[name])
        told = {(r["area"], by) for r in found.iter_rows(named=True) for by in r["by"]}
        said = set(stated.select("area", "service").iter_rows())
        loose = "industries" in everywhere(nation.scenarios[name])
        assert told == said | {(a.id, INDUSTRIES) for a in nation.pack.areas if loose}
    assert loose  # the last of them says nothing of where


def test_the_screen_says_what_is_struck_where(japan: Nation, capsys: pytest.CaptureFixture[str]) -> None:
    run = japan.by_area().stress("eastern-floods", days=20)
    show_losses(japan.by_area(), run, "en", "table")
    said = " ".join(capsys.readouterr().out.split())
    assert (
        "Struck in Tohoku, Chubu: industries Struck in Tokyo: industries, Power" in said
        and "Hokuriku ●" not in said
    )
    show_losses(japan.by_area(), japan.by_area().stress("rail-attack", days=20), "ja", "table")
    assert "全地域の直接被災：産業" not in (said := capsys.readouterr().out) and "の直接被災：産業" in said


def test_a_network_without_areas_is_refused(japan: Nation) -> None:
    with pytest.raises(InputProblems, match="not divided by area"):
        loss_by_area(japan.stress("card-outage", days=3))
