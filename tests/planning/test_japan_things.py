"""The pack of Japan says for everything that its scenarios take away how many crews bring it back."""

from __future__ import annotations

import pytest

from kaname.errors import InputProblems
from kaname.nation import Nation
from kaname.planning.things import ground


def test_every_thing_of_every_scenario_has_its_work(japan: Nation) -> None:
    idle, found = set(), {}
    for name in japan.scenarios:
        try:
            found[name] = ground(japan.built, japan.case(name), 5, japan.settings).things
        except InputProblems as told:
            assert "nothing for crews to bring back" in str(told)
            idle.add(name)
    assert {"hormuz-closure", "rare-earth-stop", "taiwan-chips-stop", "panama-drought"} <= idle
    assert {"nankai-trough", "substations-cyber", "tokyo-inland", "cable-cut", "port-cyber"} <= set(found)
    for name, things in found.items():
        assert [(name, t.id) for t in things if not t.kind] == []
        assert len({t.id for t in things}) == len(things)


def test_the_nankai_trough_needs_more_crews_than_forty(japan: Nation) -> None:
    things = ground(japan.built, japan.case("nankai-trough"), 5, japan.settings).things
    assert sum(t.crews for t in things) > 80
    by = {t.id: t for t in things}
    assert by["rail-tokaido"].length == 60 and by["grid-chubu"].length == 11
    assert by["grid-chubu"].first == pytest.approx(1 + 10 * 0.231, abs=1e-2)
    assert by["landing-shima"].needs == {"cable-ships": 1}
    faster = japan.case("nankai-trough", measures=("dr-fast-recovery",))
    sooner = {t.id: t for t in ground(japan.built, faster, 5, japan.settings).things}
    assert (
        sooner["rail-tokaido"].length < 60 and sooner["hospital-chubu"].length == by["hospital-chubu"].length
    )
