"""The same question gives the same digits: sums must not follow the order in which threads hand in their parts."""

from __future__ import annotations

from kaname.indispensability.holds import holds
from kaname.nation import Nation


def test_holds_are_the_same_to_the_last_digit_every_time(japan: Nation) -> None:
    settings = japan.settings
    first = holds(japan.built, 180, settings.shift_days, settings.surge)
    assert first.height > 100
    for _ in range(8):
        assert holds(japan.built, 180, settings.shift_days, settings.surge).equals(first)
