"""The rules people use: which thing first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from kaname.cascade.systemic import BOTH, fail_sets
from kaname.cascade.webs import of_network
from kaname.network.tables import Floats
from kaname.planning.dispatch import EVEN, NEAREST, STAGES, Order, Schedule, Yard, dispatch
from kaname.planning.things import Ground, Thing

LIFELINES: Final = ("energy", "ict", "transport", "medical", "finance")
"""The order in which public plans name lifelines; then places of work, those that most hangs on first."""


@dataclass(frozen=True)
class Rule:
    """A rule of thumb and what it makes the crews do."""

    id: str
    order: Order
    schedule: Schedule


def rules(ground: Ground, yard: Yard) -> tuple[Rule, ...]:
    """Every rule; but for ``first-aid`` each thing whole before the next.

    ``largest``: that on which most value added hangs directly; ``central``: whose failure for good would cost most
    (``cascade.systemic``), times the share lost; ``lifelines``: power, communications, transport, hospitals, finance,
    then the rest; ``quickest``: the least work; ``first-aid``: the least work, half of each, then the other halves;
    ``nearest``: each free crew to the nearest thing; ``evenly``: crews spread over all in proportion.
    """
    things = ground.things
    worth = np.array([t.worth for t in things])
    keys: dict[str, Callable[[], Floats]] = {
        "largest": lambda: -worth,
        "central": lambda: -_central(ground),
        "lifelines": lambda: np.array([_lifeline(ground, t) for t in things]) * 1e6 - worth,
        "quickest": lambda: np.array([t.work for t in things]),
    }
    orders = {name: Order.whole(np.argsort(key(), kind="stable")) for name, key in keys.items()}
    quickest, largest = orders["quickest"].units, orders["largest"].units
    orders["first-aid"] = Order.of(np.concatenate([quickest[0::STAGES], quickest[1::STAGES]]))
    orders |= {"nearest": Order.of(largest, NEAREST), "evenly": Order.of(largest, EVEN)}
    return tuple(Rule(name, order, dispatch(yard, order)) for name, order in orders.items())


def _central(ground: Ground) -> Floats:
    """What the failure for good of all that belongs to a thing would cost home, times the share it has lost."""
    exposure = of_network(ground.built.network)
    sets = [t.cut.nodes for t in ground.things]
    lost, _ = fail_sets(exposure, sets)
    index = lost[:, exposure.measures.index("home"), BOTH]
    return np.asarray(index * [float(t.cut.size.mean()) for t in ground.things])


def _lifeline(ground: Ground, thing: Thing) -> int:
    """Rank of the infrastructure that a facility belongs to; places of work come last."""
    pack = ground.built.pack
    node = int(thing.cut.nodes[0])
    service = ground.built.network.products[ground.built.network.nodes.product[node]]
    of = {s.id: s.infrastructure for s in pack.services}.get(service) if thing.facility else None
    return LIFELINES.index(of) if of in LIFELINES else len(LIFELINES)
