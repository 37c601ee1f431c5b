"""A scenario is run at the low or the high end of its ranges by name."""

from __future__ import annotations

import pytest

from kaname.autonomy.stress import ranges
from kaname.cascade.draws import draws
from kaname.errors import InputProblems
from kaname.nation import Nation


def test_low_base_and_high_are_those_of_the_report(japan: Nation) -> None:
    name, days = "card-outage", 20
    low, base, high = (japan.stress(f"{name}:{end}", days=days).total_loss for end in ("low", "base", "high"))
    assert low < base < high
    assert base == japan.stress(name, days=days).total_loss
    found = ranges(japan.built, [japan.scenarios[name]], japan.settings, days)[name]
    assert found == pytest.approx((low, high), rel=1e-3)


def test_the_label_says_so_in_both_languages(japan: Nation) -> None:
    case = japan.case("card-outage:high@3", "quake-cyber-strait:low")
    assert [day for _, day in case.scenarios] == [3, 0, 14, 60]
    assert case.scenarios[0][0].label.en.endswith("(high end of its ranges)")
    assert case.scenarios[1][0].label.ja.endswith("（幅の下限）")


def test_every_other_severity_is_told_at_once(japan: Nation) -> None:
    with pytest.raises(InputProblems) as told:
        japan.case("card-outage:worst", "typhoon:", "typhoo:high")
    assert len(told.value.problems) == 3
    with pytest.raises(InputProblems, match="draws the severity itself"):
        draws(japan.pack, ["typhoon:high"], 2)
