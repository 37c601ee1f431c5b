"""Runs that cannot be: of no length, of part of a day, of what begins after their end."""

from __future__ import annotations

import pytest

from kaname.errors import InputProblems
from kaname.labels import money
from kaname.nation import Nation


@pytest.mark.parametrize(
    ("scenario", "days", "told"),
    [
        ("hormuz-closure", 0, "a run needs at least one day, not 0 @ days"),
        ("hormuz-closure", float("nan"), "a run needs at least one day, not nan @ days"),
        ("hormuz-closure", 1.5, "days are counted whole, not 1.5 @ days"),
        ("hormuz-closure@400", 100, "begins on day 400; the run's last day is 99 @ hormuz-closure@400"),
    ],
)
def test_a_run_that_cannot_be(japan: Nation, scenario: str, days: float, told: str) -> None:
    with pytest.raises(InputProblems) as found:
        japan.stress(scenario, days=days)  # type: ignore[arg-type]
    assert [str(p) for p in found.value.problems] == [told]


def test_what_begins_on_the_last_day_is_run(japan: Nation) -> None:
    assert japan.stress("settlement-outage@4", days=5).total_loss > 0


def test_the_rounding_of_a_sum_is_no_money() -> None:
    assert money(2.3e-10, "en") == money(0.0, "en") == money(-2.3e-10, "en")
    assert money(1e-6, "en") != money(0.0, "en")
