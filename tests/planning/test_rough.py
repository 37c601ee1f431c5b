"""The rough judge knows what was judged and is nearer the truth than planes; crews are sent as by looking anew."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from kaname.cascade.settings import Settings
from kaname.network.build import Built
from kaname.planning import dispatch as dispatching
from kaname.planning.dispatch import Order, Yard, dispatch, yard
from kaname.planning.judge import Judge
from kaname.planning.orders import CAPS, _moved
from kaname.planning.rough import Judgement, Rough
from kaname.planning.things import ground

from .made import nation, quake
from .test_dispatch import cases

DAYS = 120


@pytest.fixture(scope="module")
def built() -> Built:
    return nation()


def _orders(count: int, things: int) -> list[Order]:
    """Orders strewn about, and some near the first."""
    rng = np.random.default_rng(3)
    strewn = [Order.whole(rng.permutation(things)) for _ in range(count // 2)]
    near = [strewn[0]]
    for _ in range(count - len(strewn)):
        near.append(_moved(near[int(rng.integers(len(near)))], rng))
    return [*strewn, *near[1:]]


def test_it_knows_what_was_judged_and_is_nearer_than_planes_alone(built: Built) -> None:
    of = ground(built, quake(6), DAYS, Settings())
    judge = Judge(of)
    site = yard(of.things, (), np.zeros(4, np.int32), np.zeros((1, 1)), {})
    orders = _orders(40, len(of.things))
    schedules = [dispatch(site, order) for order in orders]
    losses = judge.losses(schedules)
    slopes = judge.slopes(schedules[:2])
    planes = Rough.of(site, judge.clock).touching(schedules[:2], losses[:2].tolist(), slopes)
    known = planes.judged(schedules[::2], losses[::2].tolist())
    guess = Judgement(known)
    for order, loss in zip(orders[::2], losses[::2], strict=True):
        assert guess.of(order) == pytest.approx(loss, rel=1e-6)
    rest = list(zip(schedules[1::2], losses[1::2], strict=True))
    off = [abs(guess.at(known.profile(s)) - x) for s, x in rest]
    alone = [abs(float(planes.planes(planes.profile(s))) - x) for s, x in rest]
    assert np.mean(off) < 0.75 * np.mean(alone), (np.mean(off), np.mean(alone))


def test_what_one_order_says_holds_for_all_where_it_is_the_only_one() -> None:
    site = yard((), (), np.zeros(1, np.int32), np.zeros((1, 1)), {})
    seen, clock = np.array([[1.0, 0.0]]), dispatching.Clock(3, 1.0)
    one = Rough(site, clock, np.array([5.0]), np.ones((1, 2)), seen, np.array([6.5]))
    assert Judgement(one).at(np.array([0.5, 1.0])) == pytest.approx(5 + 1.5 + 0.5)


@given(cases())
@settings(max_examples=60, deadline=None)
def test_going_on_where_one_was_is_looking_anew(case: tuple[Yard, Order]) -> None:
    """Crews are sent as if, after each, the whole order were looked through again."""
    site, order = case
    fast = dispatch(site, order)
    choose = dispatching._choose.py_func

    def anew(s: Any, g: Any, now: float, rule: int, begin: int) -> Any:
        return choose(s, g, now, rule, 0)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dispatching, "_choose", anew)
        patch.setattr(dispatching, "_work_through", dispatching._work_through.py_func)
        slow = dispatch(site, order)
    for name in ("crew", "unit", "start", "end", "done"):
        assert np.array_equal(getattr(fast, name), getattr(slow, name)), name
    assert set(order.caps) <= set(CAPS)
