"""Who sells to whom inside a country: flows between areas that add up to what each sells and what each uses.

No statistics say it; two rules of the regional literature do. Goods: gravity, made to meet both margins by
proportional fitting (Wilson 1971, doubly constrained). Services, made where they are used: near first, as a simple
location quotient has it (an area with enough of its own buys none; Miller and Blair 2009, ch. 8), the rest by gravity.
"""

from __future__ import annotations

import numpy as np

from kaname.errors import problem
from kaname.network.tables import Floats

CLOSE = 1e-14
"""Fitting ends when no margin is off by more than this share of the total."""
ROUNDS = 20_000
NOTHING = 1e-200
"""A total below this is no trade: it can neither be scaled nor fitted."""


def gravity(sold: Floats, used: Floats, distance: Floats, elasticity: float) -> Floats:
    """(areas, areas) flows from row to column: row sums ``sold``, column sums ``used``, falling with distance.

    ``sold`` and ``used`` must have one total, to rounding. Raises ``InputProblems`` where they do not.
    """
    total = float(sold.sum())
    if not np.isclose(total, used.sum(), rtol=1e-9, atol=1e-12):
        raise problem(f"what areas sell ({total:.9g}) is not what they use ({used.sum():.9g})", path="areas")
    if min(total, used.sum()) < NOTHING:
        return np.zeros_like(distance)
    used = used * (total / used.sum())
    flows = np.outer(sold, used) * (distance / distance.mean()) ** -elasticity
    for _ in range(ROUNDS):
        flows *= _ratio(sold, flows.sum(axis=1))[:, None]
        off = np.abs(flows.sum(axis=0) - used).max()
        flows *= _ratio(used, flows.sum(axis=0))
        if off <= CLOSE * total:
            break
    return np.asarray(flows)


def near_first(sold: Floats, used: Floats, distance: Floats, elasticity: float) -> Floats:
    """As :func:`gravity`, but an area's own supply goes first to its own use, and only the rest is traded."""
    own = np.minimum(sold, used)
    return np.asarray(np.diag(own) + gravity(sold - own, used - own, distance, elasticity))


def _ratio(wanted: Floats, there: Floats) -> Floats:
    return np.divide(wanted, there, out=np.zeros_like(there), where=there > 0)
