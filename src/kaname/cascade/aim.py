"""Shocks must strike what is in the network."""

from __future__ import annotations

import numpy as np

from kaname.cascade.disturbance import Shocks
from kaname.errors import InputProblems, Problem
from kaname.network.tables import Ints, Kind, Network


def check_aim(network: Network, shocks: Shocks) -> None:
    """Raise ``InputProblems`` for every shock on a case, node, country or slot that is not there."""
    nodes, countries, slots = len(network.nodes), len(network.countries), len(network.slots)
    faults: list[Problem] = []

    def within(numbers: Ints, count: int, what: str, of: str) -> None:
        wrong = numbers[(numbers < 0) | (numbers >= count)]
        faults.extend(Problem(f"no {what} {int(k)} in the network", path=of) for k in np.unique(wrong)[:20])

    for name in ("cuts", "closures", "swings", "stock_losses", "releases", "rebuilds", "limits"):
        for event in getattr(shocks, name):
            if not 0 <= event.case < len(shocks.cases):
                faults.append(Problem(f"no case {event.case}", path=name))
            if hasattr(event, "slots"):
                within(event.slots, slots, "slot", name)
            elif hasattr(event, "links"):
                within(event.links, len(network.links), "link", name)
            else:
                within(event.nodes, nodes, "node", name)
            if hasattr(event, "countries"):
                within(event.countries, countries, "country", name)
    if not faults and len(shocks.limited):
        faults.extend(_of_facilities(network, shocks))
    if faults:
        raise InputProblems(faults)


def _of_facilities(network: Network, shocks: Shocks) -> list[Problem]:
    """Services of facilities do not travel: who takes over whose work is said by ``shift`` and ``slack``."""
    supplier = network.links.supplier[shocks.limited]
    found = np.unique(supplier[network.nodes.kind[supplier] == Kind.FACILITY])
    return [
        Problem(f"no limit can be set on what facility {network.nodes.id[i]!r} serves", path="limits")
        for i in found
    ]
