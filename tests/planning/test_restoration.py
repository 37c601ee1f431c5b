"""The order found is the best there is where all can be tried, and never worse than the rules people use."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise, permutations

import numpy as np
import pytest

from kaname.cascade.run import run
from kaname.cascade.settings import Settings
from kaname.cascade.shocks import Case, compile_cases
from kaname.errors import InputProblems
from kaname.network.build import Built
from kaname.pack.measures import Measure
from kaname.planning import orders
from kaname.planning.dispatch import Order, dispatch, profiles, yard
from kaname.planning.judge import Judge
from kaname.planning.orders import Effort, all_orders
from kaname.planning.restoration import Means, Restoration, wrong
from kaname.planning.things import ground, scaled

from ..network import small
from .made import event, nation, quake, restored, scenario, works

DAYS = 120


@pytest.fixture(scope="module")
def built() -> Built:
    return nation()


@pytest.fixture(scope="module")
def found(built: Built) -> Restoration:
    return restored(built, quake(5), Means(4))


def test_the_things_are_what_the_events_take(built: Built) -> None:
    of = ground(built, quake(6), DAYS, Settings())
    assert [t.id for t in of.things] == ["hub-a", "wire-a", "HOM:2", "wire-b", "hub-b", "HOM:5"]
    # ten crews for the whole nation's wire; b carries seven tenths and loses all
    assert {t.id: t.crews for t in of.things} == {
        "hub-a": 4,
        "wire-a": 2,
        "HOM:2": 4,
        "wire-b": 7,
        "hub-b": 3,
        "HOM:5": 5,
    }
    assert of.things[3].length == 11 and of.things[3].first == 6
    assert scaled(of, 2).things[3].crews == 14


def test_all_at_once_is_the_stress_test(built: Built, found: Restoration) -> None:
    assert found.bound == pytest.approx(run(built, quake(5), DAYS, Settings()).total_loss, rel=1e-12)
    enough = restored(built, quake(5), Means(40))
    assert enough.loss == pytest.approx(found.bound, rel=1e-9)
    assert enough.rules["loss"].to_list() == pytest.approx([found.bound] * 7, rel=1e-9)


def test_the_plan_beats_the_rules_and_lies_above_the_bound(found: Restoration) -> None:
    assert set(found.rules["rule"]) == {
        *("largest", "central", "lifelines", "quickest", "first-aid", "nearest", "evenly")
    }
    assert found.rules["loss"].is_sorted() and found.searched and found.missed == 0
    assert found.bound < found.loss < found.rules["loss"][0]
    assert found.saved == pytest.approx(found.rules["loss"][0] - found.loss)
    assert found.rules["more"].to_list() == pytest.approx((found.rules["loss"] - found.loss).to_list())


def test_the_schedule_is_what_was_run(built: Built, found: Restoration) -> None:
    judge = Judge(found.ground, 48)
    again = dispatch(found.schedule.yard, found.order)
    assert judge.losses([again], single=False)[0] == pytest.approx(found.loss, rel=1e-12)
    assert found.work.height == 5 and found.stints["crew"].max() == 4
    ends = found.stints.group_by("thing").agg(last=found.stints["end"].max())  # every thing has stints
    assert set(ends["thing"]) == set(found.work["thing"])
    done = dict(found.stints.group_by("thing").max().select("thing", "end").rows())
    for row in found.work.iter_rows(named=True):
        assert done[row["thing"]] == pytest.approx(row["back"])
        assert row["start"] < row["half"] < row["back"] and row["back"] >= row["back_stated"] - 1e-9
        assert row["sent"] <= row["crews"]


def test_the_same_question_has_the_same_answer(built: Built, found: Restoration) -> None:
    again = restored(built, quake(5), Means(4))
    assert again.loss == found.loss and again.order.key == found.order.key
    assert again.stints.equals(found.stints) and again.scales.equals(found.scales)


@pytest.mark.parametrize(("places", "crews"), [(1, 2), (2, 3), (2, 5)])
def test_few_things_are_tried_in_every_order(built: Built, places: int, crews: int) -> None:
    plan = restored(built, quake(places), Means(crews))
    assert plan.exact
    judge = Judge(plan.ground, 48)
    every = [dispatch(plan.schedule.yard, o) for o in all_orders(places, 100) or []]
    assert plan.loss <= judge.losses(every, single=False).min() * (1 + 1e-9)


@pytest.mark.parametrize("crews", [2, 5])
def test_the_search_finds_the_best_of_all_orders_of_whole_things(built: Built, crews: int) -> None:
    """Six things have 720 orders, each thing whole before the next; the search, which may also stop halfway, loses no
    more than the best of them."""
    plan = restored(built, quake(6), Means(crews))
    judge = Judge(plan.ground, 12)
    every = [dispatch(plan.schedule.yard, Order.whole(p)) for p in permutations(range(6))]
    least = judge.losses(every).min()
    assert plan.loss <= least * (1 + 2e-3)


def _staged(things: tuple[int, ...]) -> list[int]:
    """Units in the order in which things are named, the first stage where each is named first."""
    return [2 * t + (t in things[:k]) for k, t in enumerate(things)]


@pytest.mark.slow
def test_four_things_in_all_their_halves(built: Built) -> None:
    """2,520 orders of the halves of four things, all crews to the first: no more than half a per cent is missed."""
    plan = restored(built, quake(4), Means(4))
    # the stages of a thing in their own order: all ways to write each thing's name twice
    names = {tuple(u // 2 for u in p) for p in permutations(range(8))}
    every = [Order.of(_staged(n)) for n in sorted(names)]
    assert len(every) == 2520
    judge = Judge(plan.ground, 12)
    least = judge.losses([dispatch(plan.schedule.yard, o) for o in every]).min()
    assert not plan.exact and plan.loss <= least * (1 + 5e-3)


def test_more_crews_never_lose_more(built: Built) -> None:
    """Within what the search may miss: a plan for fewer crews is a plan for more, with some of them idle."""
    lost = [restored(built, quake(5), Means(n)).loss for n in (1, 2, 4, 8, 40)]
    for fewer, more in pairwise(lost):
        assert more <= fewer * (1 + 1e-3)
    assert lost[0] > 1.2 * lost[-1]


def test_half_the_work_loses_less_and_twice_more(found: Restoration) -> None:
    by = {scale: (plan, rule) for scale, plan, rule, _ in found.scales.rows()}
    assert by[0.5][0] < by[1.0][0] < by[2.0][0]
    assert by[1.0] == (found.loss, found.rules["loss"][0])


def test_the_planes_touch_where_they_were_made_and_the_slope_is_right(built: Built) -> None:
    of = ground(built, quake(3), DAYS, Settings())
    judge = Judge(of)
    site = yard(of.things, (), np.zeros(4, np.int32), np.zeros((1, 1)), {})
    schedule = dispatch(site, Order.whole(range(3)))
    slope, shocks = judge.slope(schedule), judge.shocks(schedule)
    rng = np.random.default_rng(1)
    for row in range(3):
        cut = shocks.cuts[row]
        bump = 1e-4 * rng.uniform(0, 1, shocks.steps) * ((cut.profile > 0) & (cut.profile < 1))
        moved = []
        for sign in (1, -1):
            cuts = [
                replace(c, profile=c.profile + sign * bump) if k == row else c
                for k, c in enumerate(shocks.cuts)
            ]
            moved.append(replace(shocks, cuts=tuple(cuts)))
        up, down = judge.losses_under(moved, single=False)
        assert float(slope[row] @ bump) == pytest.approx((up - down) / 2, rel=0.03)


def test_stopping_keeps_the_best_so_far(built: Built, monkeypatch: pytest.MonkeyPatch) -> None:
    whole_search = restored(built, quake(5), Means(4))
    rounds = iter(range(100))
    candidates = orders._candidates

    def interrupted(*given: object) -> object:
        if next(rounds) == 1:
            raise KeyboardInterrupt
        return candidates(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(orders, "_candidates", interrupted)
    part = restored(built, quake(5), Means(4))
    assert part.stopped and not whole_search.stopped
    assert part.bound <= whole_search.loss <= part.loss <= part.rules["loss"][0]


def test_what_goes_first_costs_something_and_is_first(built: Built, found: Restoration) -> None:
    plan = restored(built, quake(5), Means(4, first=("hub",)))
    hubs = plan.work.filter(plan.work["thing"].str.starts_with("hub"))
    assert hubs["start"].to_list() == [0.0] * 2 or hubs["start"].max() <= plan.work["start"].to_list()[2]
    assert plan.loss >= found.loss * (1 - 1e-6)


def test_a_ship_holds_up_what_needs_it() -> None:
    supplies = [
        {"id": "ship", "label": small.label("ship"), "count": small.assumed(2, "count"), "use": "held"}
    ]
    needs = [{"of": "ship", "count": small.assumed(1, "count")}]
    built = nation(supplies=supplies, repair_works=works(needs=needs))
    strike = Case(
        ((scenario(event(1, 1, 10, facilities=["wire-a"]), event(1, 1, 10, facilities=["wire-b"])), 0.0),)
    )
    two, one = (restored(built, strike, Means(40, have=have)) for have in ({}, {"ship": 1}))
    assert two.loss == pytest.approx(two.bound) and one.loss > 1.1 * two.loss
    assert sorted(one.work["back"]) == pytest.approx([11.0, 22.0])
    none = restored(built, strike, Means(40, have={"ship": 0}))
    assert none.last is None and none.work["back"].null_count() == 2


def test_repair_measures_make_the_work_shorter(built: Built) -> None:
    figures = {"share": small.assumed(0.5), "after": small.assumed(1, "day")}
    faster = Measure.model_validate(
        {
            "id": "drill",
            "title": small.label("drill"),
            "digest": ["DR-2"],
            "kind": "resolution",
            "effects": [{"kind": "repair", "services": ["wire", "hub"], **figures}],
        }
    )
    with_it = restored(built, replace(quake(5), measures=(faster,)), Means(4))
    without = restored(built, quake(5), Means(4))
    assert with_it.ground.things[3].length == pytest.approx(6.0)
    assert with_it.loss < without.loss


def test_what_is_wrong_is_told_at_once(built: Built) -> None:
    told = [str(p) for p in wrong(built.pack, Means(0, have={"shipp": 1}, first=("hubb",)), -1)]
    assert len(told) == 4 and "at least one crew, not 0" in told[0] and "(did you mean 'hub-b'?)" in told[3]
    abroad = Case(((scenario(event(1, 3, 9, industries=["MAK"], countries=["AAA"])), 0.0),))
    with pytest.raises(InputProblems, match="nothing for crews to bring back"):
        restored(built, abroad, Means(3))
    ended = {
        "kind": "capacity",
        "loss": small.assumed(1),
        "duration": small.assumed(3, "day"),
        "facilities": ["hub-a"],
    }
    with pytest.raises(InputProblems, match="nothing for crews to bring back"):
        restored(built, Case(((scenario(ended), 0.0),)), Means(3))
    with pytest.raises(InputProblems, match="nothing of 'hub-c' is struck"):
        restored(built, quake(3), Means(3, first=("hub-c",)))


def test_what_is_not_theirs_stays_as_it_is(built: Built) -> None:
    both = Case(((scenario(event(0.5, 3, 9, industries=["MAK"], countries=["HOM", "AAA"])), 0.0),))
    of = ground(built, both, DAYS, Settings())
    assert [t.id for t in of.things] == ["HOM:0"] and len(of.other) == 1
    site = yard(of.things, (), np.zeros(1, np.int32), np.zeros((1, 1)), {})
    struck = Judge(of, 48).shocks(dispatch(site, Order.whole([0])))
    plain = compile_cases(built, [both], DAYS, Settings())
    abroad = built.network.index["AAA:MAK"]
    home = built.network.index["HOM:MAK"]
    for t in (0, 5, 11):
        left, was = (
            struck.capacity_left(t, len(built.network.nodes)),
            plain.capacity_left(t, len(built.network.nodes)),
        )
        assert left[abroad] == was[abroad] and left[home] <= was[home] + 1e-12
    assert profiles(dispatch(site, Order.whole([0])), Judge(of).clock).shape == (1, DAYS)


def test_effort_is_counted_not_timed() -> None:
    assert {f.name for f in Effort.__dataclass_fields__.values()} == {"rounds", "width", "tries", "seed"}
