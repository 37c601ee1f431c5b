"""Compiled loops: the day's accounts of a batch, as ``accounts`` states them. The innermost index is the case."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from kaname.cascade.accounts import Taken
from kaname.cascade.compiling import compiled
from kaname.cascade.plan import Plan
from kaname.cascade.takeover import met_by_others
from kaname.cascade.trace import CAPACITY, DEMAND, INPUT, NOTHING, SLIP
from kaname.cascade.wiring import Fields
from kaname.network.tables import Floats


def tally(p: Plan, f: Fields, factor: Floats, taken: Taken) -> dict[str, NDArray[np.generic]]:
    """What a step lost: ``accounts.losses`` and ``accounts.shortfall``, by case. ``factor``: (nodes, cases)."""
    nodes, cases = p.network.nodes, f.x.shape[1]
    shapes = {
        "home_loss": (),
        "world_loss": (),
        "direct_home_loss": (),
        "country_loss": (len(p.network.countries),),
    }
    day: dict[str, Any] = {name: np.zeros((*shape, cases)) for name, shape in shapes.items()}
    day |= {name: np.zeros((len(p.home), cases), np.float32) for name in ("loss", "direct", "shortfall")}
    sum_losses(
        nodes.value_added, nodes.output, nodes.country, p.home_place, f.left, f.x,
        day["home_loss"], day["world_loss"], day["direct_home_loss"], day["country_loss"], day["loss"], day["direct"],
    )  # fmt: skip
    by_others = met_by_others(p, taken, f.fill_restock)
    place = np.full(len(nodes), -1, np.int32)
    place[taken.rows] = np.arange(len(taken.rows))
    find_shortfall(p.fed, p.home_place, p.people, factor, f.fill_use, place, by_others, day["shortfall"])
    return day


@compiled
def sum_losses(
    value_added: Any,
    output: Any,
    country: Any,
    home_place: Any,
    left: Any,
    x: Any,
    home_loss: Any,
    world_loss: Any,
    direct_home_loss: Any,
    country_loss: Any,
    loss: Any,
    direct: Any,
) -> None:
    """Value added not produced; ``loss`` and ``direct`` by node of home. All are 0 before."""
    cases = x.shape[1]
    lost = np.empty(cases)
    for i in range(len(value_added)):
        value, c, row = value_added[i], country[i], home_place[i]
        if value <= 0.0:
            continue
        each = value / output[i]
        for b in range(cases):
            lost[b] = value - each * x[i, b]
        for b in range(cases):
            world_loss[b] += lost[b]
            country_loss[c, b] += max(0.0, lost[b])
        if row < 0:
            continue
        for b in range(cases):
            itself = min(value * (1.0 - left[i, b]), max(0.0, lost[b]))
            home_loss[b] += lost[b]
            direct_home_loss[b] += itself
            loss[row, b] = lost[b]
            direct[row, b] = itself


@compiled
def find_shortfall(
    fed: Any,
    home_place: Any,
    people: Any,
    factor: Any,
    fill_use: Any,
    place: Any,
    by_others: Any,
    shortfall: Any,
) -> None:
    """Share of normal final demand not met; ``by_others`` (rows by ``place``, cases) is what others meet of it."""
    for i in fed:
        row, seat, helped = home_place[i], people[i], place[i]
        for b in range(factor.shape[1]):
            met = fill_use[seat, b]
            if helped >= 0:
                met += by_others[helped, b]
            shortfall[row, b] = factor[i, b] * (1.0 - min(1.0, met))


@compiled
def find_limits(
    output: Any,
    use: Any,
    restock: Any,
    make: Any,
    x: Any,
    binding: Any,
    code: Any,
    slot: Any,
) -> None:
    """What bound each output below its baseline, as ``accounts.limits``: ``code`` (n, B), and the ``slot`` (n, B)."""
    n, cases = x.shape
    for i in range(n):
        usual = output[i]
        for b in range(cases):
            asked = use[i, b] + restock[i, b]
            by_input = binding[i, b] >= 0 and x[i, b] < make[i, b] * (1.0 - SLIP)
            by_input = by_input and min(make[i, b], asked) - x[i, b] >= usual - asked
            by_capacity = make[i, b] < asked * (1.0 - SLIP)
            found = INPUT if by_input else (CAPACITY if by_capacity else DEMAND)
            code[i, b] = found if x[i, b] < usual * (1.0 - SLIP) else NOTHING
        for b in range(cases):
            slot[i, b] = binding[i, b] if code[i, b] == INPUT else -1
