"""How hard the ground shakes: the rule by hand, and what it says of the pack's earthquakes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaname.errors import InputProblems
from kaname.nation import Nation
from kaname.network.shaking import KIND, by_area, intensity, scale, shaking, velocity


def test_the_rule_by_hand() -> None:
    """Mw 7, 10 km deep, 20 km away: log10 v = 2.808 - log10(28.854) - 0.04 on hard ground, times 1.31."""
    speed = velocity(7.0, 10.0, "crustal", np.array([20.0]))
    assert speed[0] == pytest.approx(26.6, rel=0.01)
    assert intensity(speed)[0] == pytest.approx(5.13, abs=0.01)


@given(
    st.floats(5, 9.5), st.floats(5, 80), st.sampled_from(sorted(KIND)), st.floats(1, 500), st.floats(1, 500)
)
def test_nearer_is_never_weaker(magnitude: float, depth: float, kind: str, a: float, b: float) -> None:
    near, far = velocity(magnitude, depth, kind, np.array(sorted((a, b))))
    assert near >= far > 0


def test_classes_meet_where_they_should() -> None:
    assert [scale(x) for x in (0.4, 0.5, 4.49, 4.5, 4.99, 5.0, 5.5, 6.0, 6.5)] == [
        "0", "1", "4", "5-", "5-", "5+", "6-", "6+", "7",
    ]  # fmt: skip


def test_the_trough_shakes_the_coast_and_the_capital_less(japan: Nation) -> None:
    found = shaking(japan.pack, japan.reading.tables, japan.scenarios["nankai-trough"])
    areas = {r["area"]: r for r in by_area(found).iter_rows(named=True)}
    assert found.height == 47 and (found["distance"] > 0).all()
    assert {areas[a]["class"] for a in ("CHUBU", "KANSAI", "SHIKOKU")} <= {"6-", "6+"}
    # the capital's own booklet says 6- at most (source tokyo-bousai-2023)
    assert 4.5 <= areas["TOKYO"]["hardest"] < 6.0
    assert areas["HOKKAIDO"]["hardest"] < 2
    for row in areas.values():
        assert row["mean"] <= row["hardest"] + 1e-9


def test_what_is_no_earthquake_says_so(japan: Nation) -> None:
    with pytest.raises(InputProblems, match="states no earthquake"):
        shaking(japan.pack, japan.reading.tables, japan.scenarios["typhoon"])
