"""Headroom and needs against the power balance, which is written another way."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kaname.network.balance import Day, balance
from kaname.planning.adequacy import firm, headroom, needs, unbound


def made_up(seed: int) -> Day:
    """A long day of a few areas, storage full, two classes of load of which the second stands back."""
    rng = np.random.default_rng(seed)
    A, F, H = int(rng.integers(2, 6)), int(rng.integers(1, 4)), int(rng.integers(2, 9))
    demand = rng.uniform(20, 100, (A, H, 2)) * [1.0, 0.05]
    capacity = rng.uniform(0, 1, (A, F, H)) * 100 / F * rng.uniform(0.5, 3)
    ties = [(a, (a + 1) % A) for a in range(A)] + [((a + 1) % A, a) for a in range(A)]
    source, target = np.array(ties, np.int32).T
    pump = rng.uniform(0, 30, A)
    room = pump * rng.uniform(2, 8, A)
    limit = rng.uniform(0, 40, len(ties))
    fuel = np.full((A, F), np.inf)
    hours = rng.uniform(2, 10, H)
    return Day(hours, demand, capacity, fuel, source, target, limit, pump, room, room, 0.8)


def lacking(day: Day, times: float) -> float:
    """Share of firm demand that the balance sheds at so many times the demand."""
    grown = replace(day, demand=day.demand * times)
    served = balance(grown).served[:, :, :-1].sum()
    return float(1 - served / firm(grown).sum())


@given(st.integers(0, 10_000))
@settings(max_examples=30, deadline=None)
def test_the_balance_sheds_beyond_the_headroom_and_not_before(seed: int) -> None:
    day = made_up(seed)
    factor = headroom(day).least
    assert lacking(day, factor * (1 - 1e-4)) == pytest.approx(0, abs=1e-5)
    # shed somewhere: a small area may be a small part of the whole
    assert lacking(day, factor * 1.02) > 1e-6


@given(st.integers(0, 10_000), st.floats(0, 50), st.floats(0, 50))
@settings(max_examples=25, deadline=None)
def test_more_of_anything_never_lowers_the_headroom(seed: int, plants: float, ties: float) -> None:
    day = made_up(seed)
    more = [
        replace(day, capacity=day.capacity + plants / day.fuel.shape[1]),
        replace(day, limit=day.limit + ties),
        replace(day, room=day.room + ties, stored=day.stored + ties, pump=day.pump + plants),
        unbound(day),
    ]
    before = headroom(day).least
    for other in more:
        assert headroom(other).least >= before * (1 - 1e-7)


@given(st.integers(0, 10_000))
@settings(max_examples=20, deadline=None)
def test_what_is_needed_is_enough_and_no_more(seed: int) -> None:
    weeks = [made_up(seed)]
    weeks.append(replace(weeks[0], demand=weeks[0].demand[:, ::-1] * 1.1))
    found = needs(weeks, frozenset({"plants"}), 1.3)

    def with_plants(day: Day, share: float) -> Day:
        added = np.broadcast_to(found.plants[:, None, None] * share, (len(day.pump), 1, len(day.hours)))
        fuel = np.concatenate([day.fuel, np.full((len(day.pump), 1), np.inf)], axis=1)
        return replace(day, capacity=np.concatenate([day.capacity, added], axis=1), fuel=fuel)

    assert all(headroom(with_plants(day, 1.0)).least >= 1.3 * (1 - 1e-5) for day in weeks)
    if found.plants.sum() > 1:
        assert min(headroom(with_plants(day, 0.97)).least for day in weeks) < 1.3
    assert found.ties.sum() == found.store.sum() == 0


def test_storage_alone_holds_the_energy_that_is_lacking() -> None:
    """One area, all of it short at every hour: what must be stored is what is not made."""
    day = Day(
        hours=np.array([10.0, 14.0]),
        demand=np.array([[[100.0, 0.0], [100.0, 0.0]]]),
        capacity=np.array([[[70.0, 70.0]]]),
        fuel=np.array([[np.inf]]),
        source=np.array([], np.int32),
        target=np.array([], np.int32),
        limit=np.array([]),
        pump=np.array([0.0]),
        room=np.array([0.0]),
        stored=np.array([0.0]),
    )
    found = needs([day], frozenset({"storage"}))
    assert found.store[0] == pytest.approx(30 * 24, rel=1e-6)
    assert found.power[0] == pytest.approx(30, rel=1e-6)
    assert needs([day], frozenset({"plants"})).plants[0] == pytest.approx(30, rel=1e-6)
    assert headroom(day).factor == pytest.approx(0.7, rel=1e-9) and headroom(day).short.all()


def test_interties_alone_where_another_area_has_power_to_spare() -> None:
    two = Day(
        hours=np.array([24.0]),
        demand=np.array([[[100.0, 0.0]], [[50.0, 0.0]]]),
        capacity=np.array([[[80.0]], [[90.0]]]),
        fuel=np.full((2, 1), np.inf),
        source=np.array([1, 0], np.int32),
        target=np.array([0, 1], np.int32),
        limit=np.array([5.0, 5.0]),
        pump=np.zeros(2),
        room=np.zeros(2),
        stored=np.zeros(2),
    )
    assert headroom(two).factor == pytest.approx(0.85)
    assert headroom(two).short.tolist() == [True, False]
    found = needs([two], frozenset({"ties"}))
    assert found.ties.tolist() == pytest.approx([15, 0], abs=1e-6)
    assert headroom(unbound(two)).factor == pytest.approx(170 / 150)


def test_grids_that_nothing_joins_stand_alone() -> None:
    """A third area without a tie has its own headroom; the larger grid is the main one."""
    day = Day(
        hours=np.array([24.0]),
        demand=np.array([[[100.0, 0.0]], [[50.0, 0.0]], [[10.0, 0.0]]]),
        capacity=np.array([[[150.0]], [[75.0]], [[5.0]]]),
        fuel=np.full((3, 1), np.inf),
        source=np.array([1, 0], np.int32),
        target=np.array([0, 1], np.int32),
        limit=np.array([5.0, 5.0]),
        pump=np.zeros(3),
        room=np.zeros(3),
        stored=np.zeros(3),
    )
    found = headroom(day)
    assert found.by_area.tolist() == pytest.approx([1.5, 1.5, 0.5])
    assert found.factor == pytest.approx(1.5) and found.least == pytest.approx(0.5)
    assert found.main.tolist() == [True, True, False]
    assert needs([day], frozenset({"plants"})).plants.tolist() == pytest.approx([0, 0, 5], abs=1e-6)
