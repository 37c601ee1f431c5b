"""Where a loss stated for the nation falls, when its industries are divided by area.

A scenario says how hard each area is struck beside the others (``struck``). The national loss of an industry is
kept: an area loses in proportion to its intensity, at most all it makes; what passes that falls on the others.
"""

from __future__ import annotations

import numpy as np

from kaname.network.tables import Floats, Ints, Kind, Network
from kaname.pack.scenarios import Scenario


def by_intensity(network: Network, scenario: Scenario, nodes: Ints, loss: float) -> Floats:
    """(nodes,) share of capacity lost by each of ``nodes``; ``loss`` for all that are not industries of an area."""
    found = np.full(len(nodes), loss)
    strength = {s.area: s.intensity.to("1", 0.0) for s in scenario.struck}
    if not any(strength.values()):
        return found
    kinds, products = network.nodes.kind[nodes], network.nodes.product[nodes]
    areas = np.array([network.nodes.area[n] for n in nodes])
    divided = (kinds == Kind.INDUSTRY) & (areas != "")
    for product in np.unique(products[divided]):
        mine = np.flatnonzero(divided & (products == product))
        weight = network.nodes.output[nodes[mine]]
        found[mine] = _spread(np.array([strength.get(a, 0.0) for a in areas[mine]]), weight, loss)
    return found


def _spread(strength: Floats, weight: Floats, loss: float) -> Floats:
    """Losses in proportion to ``strength``, at most 1, whose mean under ``weight`` is ``loss``; less only where
    everything struck is lost whole."""
    wanted = loss * weight.sum()
    lost = np.zeros(len(strength))
    for _ in range(len(strength)):
        left = (strength > 0) & (lost < 1)
        missing = wanted - float(lost @ weight)
        if missing <= 1e-15 * weight.sum() or not left.any():
            break
        lost[left] += missing * strength[left] / float(strength[left] @ weight[left])
        lost = np.minimum(lost, 1.0)
    return lost
