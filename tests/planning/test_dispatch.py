"""Crews are sent as the rules say, and what comes of it is what the scenario says when there are enough."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kaname.planning.dispatch import (
    EVEN,
    LIST,
    NEAREST,
    NEVER,
    STAGES,
    Clock,
    Order,
    Yard,
    dispatch,
    profiles,
    yard,
)
from kaname.planning.orders import CAPS
from kaname.planning.things import Thing

from .made import thing

AREAS = ("E", "W", "N")
TRAVEL = np.array([[0.0, 1.0, 3.0], [1.0, 0.0, 2.0], [3.0, 2.0, 0.0]])

things = st.builds(
    thing,
    name=st.just("t"),
    crews=st.integers(1, 6),
    duration=st.floats(0, 9),
    back=st.floats(0.5, 40),
    start=st.sampled_from([0.0, 0.0, 3.0]),
    shape=st.sampled_from(["linear", "exponential"]),
    area=st.sampled_from([*AREAS, ""]),
    faster=st.sampled_from([(np.inf, 1.0), (2.0, 1.5), (0.0, 1.25)]),
    needs=st.sampled_from([{}, {"ship": 1}, {"spare": 2}]),
)


@st.composite
def cases(draw: st.DrawFn) -> tuple[Yard, Order]:
    some = tuple(draw(st.lists(things, min_size=1, max_size=7)))
    crews = draw(st.integers(1, 9))
    base = np.array(draw(st.lists(st.integers(0, 2), min_size=crews, max_size=crews)), np.int32)
    made = yard(some, AREAS, base, TRAVEL, {"ship": (draw(st.integers(1, 2)), False), "spare": (6, True)})
    order = np.array(draw(st.permutations(range(STAGES * len(some)))), np.int32)
    caps = np.array(draw(st.lists(st.sampled_from(CAPS), min_size=len(some), max_size=len(some))))
    return made, Order(order, caps, draw(st.sampled_from([LIST, NEAREST, EVEN])))


@given(cases())
@settings(max_examples=80, deadline=None)
def test_no_more_crews_than_there_are_and_each_thing_once(case: tuple[Yard, Order]) -> None:
    made, order = case
    found = dispatch(made, order)
    for moment in found.start:
        assert found.at_work(moment) <= made.crews
    for crew in range(made.crews):
        mine = np.flatnonzero(found.crew == crew)
        mine = mine[np.argsort(found.start[mine])]
        assert (found.start[mine][1:] >= found.end[mine][:-1] - 1e-9).all()
        # between two places a crew is on its way
        where = made.place[found.unit[mine]]
        for a, b, k in zip(where[:-1], where[1:], range(len(mine)), strict=False):
            if a >= 0 and b >= 0:
                assert found.start[mine][k + 1] - found.end[mine][k] >= TRAVEL[a, b] - 1e-9
    for unit in range(len(made.work)):
        here = found.unit == unit
        if found.done[unit] >= NEVER:  # more spares are needed than there are
            assert made.needs[unit // STAGES * STAGES].any() and not here.any()
            continue
        assert (found.end - found.start)[here].sum() == pytest.approx(made.work[unit], abs=1e-6)
        assert here.sum() <= made.most[unit] and (found.start[here] >= made.release[unit] - 1e-9).all()
        if unit % STAGES:
            assert (found.start[here] >= found.done[unit - 1] - 1e-9).all()


@given(cases())
@settings(max_examples=40, deadline=None)
def test_ships_are_never_in_two_places(case: tuple[Yard, Order]) -> None:
    made, order = case
    found = dispatch(made, order)
    ship = made.supplies.index("ship")
    for moment in found.start:
        at = np.unique(found.unit[(found.start <= moment) & (moment < found.end)])
        assert made.needs[at, ship].sum() <= made.supply[ship]
    spare = made.supplies.index("spare")
    begun = np.unique(found.unit // STAGES) * STAGES
    assert made.needs[begun, spare].sum() <= made.supply[spare]


@given(st.lists(things, min_size=1, max_size=6))
@settings(max_examples=40, deadline=None)
def test_with_crews_enough_it_goes_as_the_scenario_says(some: list[Thing]) -> None:
    free = tuple(replace(t, needs={}, area="") for t in some)
    base = np.zeros(sum(t.crews for t in free), np.int32)
    made = yard(free, (), base, np.zeros((1, 1)), {})
    found = dispatch(made, Order.whole(range(len(free))))
    clock = Clock(80, 1.0, 48)
    days = (np.arange(80)[:, None] + (np.arange(48) + 0.5) / 48).astype(float)
    for t, profile in zip(free, profiles(found, clock), strict=True):
        stated = t.course.at(days, *t.faster).mean(axis=1)
        assert profile == pytest.approx(stated, abs=1e-9)


def test_half_the_crews_take_twice_as_long() -> None:
    one = thing("a", 4, 2, 10)
    for crews, end in ((4, 12.0), (2, 24.0), (1, 48.0)):
        made = yard((one,), (), np.zeros(crews, np.int32), np.zeros((1, 1)), {})
        assert dispatch(made, Order.whole([0])).done[-1] == pytest.approx(end)


def test_the_order_is_kept_and_what_goes_first_goes_first() -> None:
    some = (thing("a", 1, 0, 5), thing("b", 1, 0, 7), thing("c", 1, 0, 3))
    for first, ends in (((), [8.0, 15.0, 3.0]), (("b",), [15.0, 7.0, 10.0])):
        made = yard(some, (), np.zeros(1, np.int32), np.zeros((1, 1)), {}, first)
        assert dispatch(made, Order.whole([2, 0, 1])).done[1::2] == pytest.approx(ends)


def test_by_distance_each_crew_goes_where_it_is_near() -> None:
    some = (thing("far", 1, 0, 5, area="N"), thing("near", 1, 0, 5, area="W"))
    made = yard(some, AREAS, np.zeros(1, np.int32), TRAVEL, {})
    assert dispatch(made, Order.whole([0, 1], NEAREST)).done[1::2] == pytest.approx([13.0, 6.0])
    assert dispatch(made, Order.whole([0, 1])).done[1::2] == pytest.approx([8.0, 15.0])


def test_evenly_both_get_their_part() -> None:
    some = (thing("a", 4, 0, 5), thing("b", 4, 0, 5))
    made = yard(some, (), np.zeros(4, np.int32), np.zeros((1, 1)), {})
    assert dispatch(made, Order.whole([0, 1], EVEN)).done[1::2] == pytest.approx([10.0, 10.0])
    assert dispatch(made, Order.whole([0, 1])).done[1::2] == pytest.approx([5.0, 10.0])


def test_a_cap_divides_the_crews_and_none_is_idle() -> None:
    some = (thing("a", 4, 0, 6), thing("b", 4, 0, 6))
    made = yard(some, (), np.zeros(4, np.int32), np.zeros((1, 1)), {})
    halves = Order(Order.whole([0, 1]).units, np.array([0.5, 1.0]))
    assert dispatch(made, halves).done[1::2] == pytest.approx([12.0, 12.0])
    many = yard(some, (), np.zeros(8, np.int32), np.zeros((1, 1)), {})
    assert dispatch(many, halves).done[1::2] == pytest.approx([6.0, 6.0])
