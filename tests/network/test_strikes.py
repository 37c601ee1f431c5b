"""Where scenarios strike: by area and service, as the pack states it."""

from __future__ import annotations

import pytest

from kaname.nation import Nation
from kaname.network.strikes import INDUSTRIES, everywhere, hardest, strikes


def _lost(nation: Nation, name: str) -> dict[tuple[str, str], float]:
    scenario = nation.case(name).scenarios[0][0]
    return {
        (r["area"], r["service"]): r["lost"] for r in strikes(nation.pack, scenario).iter_rows(named=True)
    }


def test_substations_strike_two_grids(japan: Nation) -> None:
    stated = japan.scenarios["substations-cyber"].events[0]
    assert _lost(japan, "substations-cyber") == {
        ("TOKYO", "grid"): pytest.approx(stated.loss.value),
        ("KANSAI", "grid"): pytest.approx(stated.loss.value),
    }


def test_a_port_among_others_counts_by_its_share(japan: Nation) -> None:
    lost, ports = _lost(japan, "port-cyber"), [f for f in japan.pack.facilities if f.service == "port"]
    event = japan.scenarios["port-cyber"].events[0]
    here = [f for f in ports if f.area == "TOKYO"]
    part = sum(f.share.to("1", 0.0) for f in here if f.id in event.facilities)
    expected = event.loss.value * part / sum(f.share.to("1", 0.0) for f in here)
    assert 0 < expected < event.loss.value
    assert lost["TOKYO", "port"] == pytest.approx(expected)


def test_severity_and_stated_intensities_show(japan: Nation) -> None:
    assert _lost(japan, "typhoon:high")["KANSAI", "grid"] > _lost(japan, "typhoon")["KANSAI", "grid"]
    assert _lost(japan, "eastern-floods")["TOHOKU", INDUSTRIES] == 1


def test_every_scenario_strikes_somewhere_or_is_named_without_a_place(japan: Nation) -> None:
    found = hardest(japan.pack)
    assert ((found["lost"] > 0) & (found["lost"] <= 1)).all()
    placed = set(found["scenario"])
    for scenario in japan.pack.scenarios:
        assert scenario.id in placed or everywhere(scenario), scenario.id
    assert everywhere(japan.scenarios["hormuz-closure"]) == ("passage",)
    assert everywhere(japan.scenarios["energy-cost-exit"]) == ("industries",)
