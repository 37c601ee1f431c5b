"""Runs that cannot be: of no length, of part of a day, of what begins after their end."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kaname.errors import InputProblems
from kaname.labels import money
from kaname.nation import Nation


@pytest.mark.parametrize(
    ("scenario", "days", "told"),
    [
        ("hormuz-closure", 0, "a run needs at least one day, not 0 @ days"),
        ("hormuz-closure", float("nan"), "days are counted whole, not nan @ days"),
        ("hormuz-closure", 1.5, "days are counted whole, not 1.5 @ days"),
        ("hormuz-closure@400", 100, "begins on day 400; the run's last day is 99 @ hormuz-closure@400"),
    ],
)
def test_a_run_that_cannot_be(japan: Nation, scenario: str, days: float, told: str) -> None:
    with pytest.raises(InputProblems) as found:
        japan.stress(scenario, days=days)  # type: ignore[arg-type]
    assert [str(p) for p in found.value.problems] == [told]


def test_part_of_a_day_is_refused_wherever_days_are_asked_for(japan: Nation) -> None:
    asked: list[Callable[[], object]] = [
        lambda: japan.stocks("hormuz-closure", days=1.5),  # type: ignore[arg-type]
        lambda: japan.restore("cable-cut", crews=2, days=1.5),  # type: ignore[arg-type]
        lambda: japan.leverage(stop=1, days=1.5),  # type: ignore[arg-type]
        lambda: japan.assess(days=1.5),  # type: ignore[arg-type]
        lambda: japan.ensemble("hormuz-closure", count=2, days=1.5),  # type: ignore[arg-type]
    ]
    for ask in asked:
        with pytest.raises(InputProblems, match="days are counted whole, not 1"):
            ask()


def test_what_begins_on_the_last_day_is_run(japan: Nation) -> None:
    assert japan.stress("settlement-outage@4", days=5).total_loss > 0


def test_the_rounding_of_a_sum_is_no_money() -> None:
    assert money(2.3e-10, "en") == money(0.0, "en") == money(-2.3e-10, "en")
    assert money(1e-6, "en") != money(0.0, "en")
