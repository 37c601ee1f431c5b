"""The power balance against two oracles written another way, and what must hold of it.

``optimum`` is a linear programme of its own, class by class; ``most_by_flow`` is a maximum flow, which knows no
storage: for days without it the two and the balance must agree.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog
from scipy.sparse import csr_array, lil_array
from scipy.sparse.csgraph import maximum_flow

from kaname.errors import InputProblems
from kaname.network.balance import Balance, Day, balance, shed


def made_up(seed: int) -> Day:
    """A day of areas on a ring, short of power as often as not."""
    rng = np.random.default_rng(seed)
    A, F, H, C = (
        int(rng.integers(2, 11)),
        int(rng.integers(1, 7)),
        int(rng.integers(1, 5)),
        int(rng.integers(1, 4)),
    )
    hours = rng.uniform(2, 10, H)
    hours *= 24 / hours.sum()
    demand = rng.uniform(0, 100, (A, H, C))
    capacity = rng.uniform(0, 1, (A, F, H)) * demand.sum(axis=(1, 2)).mean() / H / F * rng.uniform(0.5, 3)
    fuel = np.where(rng.random((A, F)) < 0.5, np.inf, rng.uniform(0, 1.2, (A, F)) * capacity.max(axis=2) * 24)
    ties = [(a, (a + 1) % A) for a in range(A)] + [((a + 1) % A, a) for a in range(A)]
    source, target = np.array(ties, np.int32).T
    pump = rng.uniform(0, 30, A) * (rng.random(A) < 0.7)
    room = pump * rng.uniform(2, 8, A)
    return Day(
        hours,
        demand,
        capacity,
        fuel,
        source,
        target,
        rng.uniform(0, 60, len(ties)),
        pump,
        room,
        room * rng.uniform(0, 1, A),
        efficiency=float(rng.uniform(0.6, 0.95)),
    )


def optimum(day: Day) -> list[float]:
    """The most energy served of each class, the earlier classes first, by one linear programme after another."""
    A, F = day.fuel.shape
    H, C, K = len(day.hours), day.demand.shape[2], len(day.source)
    sizes = [A * F * H, K * H, A * H * C, A * H, A * H, A * (H + 1)]
    gen, flow, serve, pump, draw, store, n = np.cumsum([0, *sizes])
    upper = np.full(n, np.inf)
    upper[gen:flow] = (day.capacity * day.hours).reshape(-1)
    upper[flow:serve] = (day.limit[:, None] * day.hours).reshape(-1)
    upper[serve:pump] = (day.demand * day.hours[:, None]).reshape(-1)
    upper[pump:draw] = upper[draw:store] = (day.pump[:, None] * day.hours).reshape(-1)
    upper[store:] = np.repeat(day.room, H + 1)
    lower = np.zeros(n)
    start = store + np.arange(A) * (H + 1)
    lower[start] = upper[start] = day.stored
    meet = lil_array((2 * A * H, n))
    for a in range(A):
        for h in range(H):
            row = a * H + h
            for f in range(F):
                meet[row, gen + (a * F + f) * H + h] = 1
            for k in range(K):
                meet[row, flow + k * H + h] += float(day.target[k] == a) - float(day.source[k] == a)
            for c in range(C):
                meet[row, serve + (a * H + h) * C + c] = -1
            meet[row, pump + row], meet[row, draw + row] = -1, 1
            held = store + a * (H + 1) + h
            meet[A * H + row, held + 1], meet[A * H + row, held] = 1, -1
            meet[A * H + row, pump + row], meet[A * H + row, draw + row] = -day.efficiency, 1
    limited = [(a, f) for a in range(A) for f in range(F) if np.isfinite(day.fuel[a, f])]
    budget = lil_array((len(limited) + C, n))
    most = np.zeros(len(limited) + C)
    for row, (a, f) in enumerate(limited):
        budget[row, gen + (a * F + f) * H : gen + (a * F + f) * H + H] = 1
        most[row] = day.fuel[a, f]
    served: list[float] = []
    for c in range(C):
        cost = np.zeros(n)
        cost[serve + c : pump : C] = -1
        found = linprog(
            cost,
            A_ub=budget.tocsr(),
            b_ub=most,
            A_eq=meet.tocsr(),
            b_eq=np.zeros(2 * A * H),
            bounds=np.stack([lower, upper], axis=1),
            method="highs",
        )
        assert found.status == 0
        served.append(-float(found.fun))
        budget[len(limited) + c, serve + c : pump : C] = -1
        most[len(limited) + c] = -served[c] * (1 - 1e-9) + 1e-9
    return served


def most_by_flow(day: Day) -> float:
    """The most energy served by a maximum flow (Dinic), in whole ten-thousandths of a MWh; no storage."""
    A, F, H = *day.fuel.shape, len(day.hours)
    plant, bus = 2 + np.arange(A * F).reshape(A, F), 2 + A * F + np.arange(A * H).reshape(A, H)
    edges: dict[tuple[int, int], float] = {}

    def add(start: int, end: int, energy: float) -> None:
        edges[start, end] = edges.get((start, end), 0.0) + energy

    for a in range(A):
        for f in range(F):
            add(0, plant[a, f], min(day.fuel[a, f], 1e5))
            for h in range(H):
                add(plant[a, f], bus[a, h], day.capacity[a, f, h] * day.hours[h])
        for h in range(H):
            add(bus[a, h], 1, day.demand[a, h].sum() * day.hours[h])
    for k in range(len(day.source)):
        for h in range(H):
            add(bus[day.source[k], h], bus[day.target[k], h], day.limit[k] * day.hours[h])
    rows, columns = np.array(list(edges)).T
    whole = np.round(np.array(list(edges.values())) * 1e4).astype(np.int32)
    size = 2 + A * F + A * H
    return maximum_flow(csr_array((whole, (rows, columns)), shape=(size, size)), 0, 1).flow_value / 1e4


def holds(day: Day, found: Balance) -> None:
    """Everything that must be so whatever the day."""
    close = 1e-6 * max(day.demand.max(), 1) * 24
    assert (found.served <= day.demand * day.hours[:, None] + close).all() and (found.served >= 0).all()
    assert (found.burnt <= day.capacity * day.hours + close).all()
    assert (found.burnt.sum(axis=2) <= day.fuel + close).all()
    assert (found.flow <= day.limit[:, None] * day.hours + close).all()
    assert (found.stored <= day.room + close).all() and (found.stored >= -close).all()
    into = found.burnt.sum(axis=1) + found.drawn
    out = found.served.sum(axis=2) + found.pumped
    for k in range(len(day.source)):
        out[day.source[k]] += found.flow[k]
        into[day.target[k]] += found.flow[k]
    assert into == pytest.approx(out, rel=1e-6, abs=close)
    held = day.stored + day.efficiency * found.pumped.sum(axis=1) - found.drawn.sum(axis=1)
    assert found.stored == pytest.approx(held, abs=close)


def agrees(seed: int) -> None:
    """One random day against both oracles."""
    day = made_up(seed)
    found = balance(day)
    holds(day, found)
    best = optimum(day)
    assert found.total == pytest.approx(sum(best), rel=0.01), seed
    so_far = np.cumsum(found.served.sum(axis=(0, 1)))
    assert so_far == pytest.approx(np.cumsum(best), rel=1e-5, abs=1e-3), seed
    dry = replace(day, pump=0 * day.pump, room=0 * day.room, stored=0 * day.stored)
    assert balance(dry).total == pytest.approx(most_by_flow(dry), rel=1e-5, abs=0.1), seed


@pytest.mark.slow
@pytest.mark.parametrize("batch", range(10))
def test_a_thousand_days_agree_with_the_optimum(batch: int) -> None:
    for seed in range(100 * batch, 100 * batch + 100):
        agrees(seed)


@given(st.integers(1_000, 100_000))
@settings(max_examples=12, deadline=None)
def test_a_day_agrees_with_the_optimum(seed: int) -> None:
    agrees(seed)


def simple(**changes: object) -> Day:
    """Two areas, a line one way, two fuels, two kinds of hours, two classes."""
    what: dict[str, object] = {
        "hours": np.array([8.0, 16.0]),
        "demand": np.array([[[5.0, 5], [5, 15]], [[5, 5], [5, 15]]]),
        "capacity": np.array([[[30.0, 30], [30, 30]], [[0, 0], [5, 5]]]),
        "fuel": np.full((2, 2), np.inf),
        "source": np.array([0], np.int32),
        "target": np.array([1], np.int32),
        "limit": np.array([15.0]),
        "pump": np.zeros(2),
        "room": np.zeros(2),
        "stored": np.zeros(2),
    }
    return Day(**{**what, **changes})  # type: ignore[arg-type]


def test_a_line_feeds_the_neighbour_and_the_first_fuel_is_burnt_first() -> None:
    day = simple()
    found = balance(day)
    assert found.total == pytest.approx(8 * 20 + 16 * 40)
    assert shed(day, found).sum() == pytest.approx(0, abs=1e-6)
    assert found.flow[0].sum() > 0
    assert found.burnt[0, 0].sum() > found.burnt[0, 1].sum()
    assert found.burnt[:, 1].sum() == pytest.approx(16 * 10)


def test_a_line_that_does_not_lead_back_does_not_help_back() -> None:
    away = simple(source=np.array([1], np.int32), target=np.array([0], np.int32))
    assert balance(away).served[1].sum() == pytest.approx(5 * 24)


def test_the_first_class_is_served_before_the_others() -> None:
    found = balance(simple(capacity=np.full((2, 2, 2), 3.0), limit=np.array([0.0])))
    assert found.served[:, :, 0].sum() == pytest.approx(2 * 24 * 5)
    assert found.served[:, :, 1].sum() == pytest.approx(2 * 24 * 1)


def test_a_shortage_is_shared() -> None:
    """Two areas alike, a wide line both ways, half of what is needed, made in one of them."""
    both = {
        "source": np.array([0, 1], np.int32),
        "target": np.array([1, 0], np.int32),
        "limit": np.full(2, 99.0),
    }
    day = simple(capacity=np.array([[[20.0, 20], [0, 0]], [[0, 0], [0, 0]]]), **both)
    short = shed(day, balance(day)).sum(axis=(1, 2))
    assert abs(short[0] - short[1]) <= 0.25 * 280  # within one part of the load of the class that is shed
    assert short.sum() == pytest.approx(16 * 20)


def test_without_fuel_there_is_no_power() -> None:
    found = balance(simple(fuel=np.array([[0.0, 0.0], [0.0, 40.0]])))
    assert found.total == pytest.approx(40, rel=1e-6)
    assert found.served[:, :, 0].sum() == pytest.approx(40, rel=1e-6)


def test_storage_carries_the_night_into_the_day_with_its_losses() -> None:
    day = Day(
        hours=np.array([8.0, 16.0]),
        demand=np.array([[[10.0], [30.0]]]),
        capacity=np.array([[[20.0, 20.0]]]),
        fuel=np.array([[np.inf]]),
        source=np.zeros(0, np.int32),
        target=np.zeros(0, np.int32),
        limit=np.zeros(0),
        pump=np.array([20.0]),
        room=np.array([500.0]),
        stored=np.zeros(1),
    )
    found = balance(day)
    # the night can spare 80 MWh, 56 of which come back in the day
    assert found.drawn.sum() == pytest.approx(56)
    assert found.total == pytest.approx(80 + 320 + 56)


def test_what_is_not_scarce_refills_storage_and_what_is_scarce_does_not() -> None:
    pumps = {"pump": np.array([10.0, 0.0]), "room": np.array([60.0, 0.0])}
    assert balance(simple(**pumps)).stored[0] == pytest.approx(60)
    scarce = balance(simple(**pumps, fuel=np.full((2, 2), 700.0)))
    assert scarce.stored[0] == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"limit": np.array([-1.0])}, "limit is negative"),
        ({"target": np.array([7], np.int32)}, "a tie leads from or to no area"),
        ({"efficiency": 0.0}, "efficiency of storage"),
        ({"stored": np.ones(2)}, "more is stored than there is room for"),
        ({"demand": np.zeros((3, 2, 2))}, "not of the same areas"),
    ],
)
def test_a_day_that_cannot_be(changes: dict[str, object], message: str) -> None:
    with pytest.raises(InputProblems, match=message):
        simple(**changes)
