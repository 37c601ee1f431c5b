"""The rules people use: which thing first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from kaname.cascade.systemic import BOTH, fail_sets
from kaname.cascade.webs import of_network
from kaname.network.tables import Floats, Ints
from kaname.planning.dispatch import EVEN, LIST, NEAREST, Schedule, Yard, dispatch, whole
from kaname.planning.things import Ground, Thing

LIFELINES: Final = ("energy", "ict", "transport", "medical", "finance")
"""The order in which public plans name lifelines; then places of work, those that most hangs on first."""


@dataclass(frozen=True)
class Rule:
    """A rule of thumb and what it makes the crews do."""

    id: str
    schedule: Schedule
    order: Ints
    """Units from first to last; where the rule goes by distance or evenness it settles ties."""
    how: int = LIST
    """What ``dispatch`` takes beside the order."""


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
    found = []
    for name, key in keys.items():
        order = whole(np.argsort(key(), kind="stable"))
        found.append(Rule(name, dispatch(yard, order, LIST), order))
    # the same things in the same order, but each is left once half of its loss is back, until all are so far
    patched = np.concatenate([found[-1].order[0::2], found[-1].order[1::2]])
    found.append(Rule("first-aid", dispatch(yard, patched, LIST), patched))
    by_worth = found[0].order
    found += [
        Rule(n, dispatch(yard, by_worth, how), by_worth, how)
        for n, how in (("nearest", NEAREST), ("evenly", EVEN))
    ]
    return tuple(found)


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
