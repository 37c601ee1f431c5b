"""Measure how random networks come back after a blow: the figures of ``docs/model.md`` on spared stocks and on classes.

Run from the root of the repository: ``PYTHONPATH=src:. python tools/random_networks.py``. About four minutes.

The networks and blows are those of the tests: two producers lose 30, 70 and 100% (and 60% of that) of their capacity
for 40 days, a third its way abroad.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from tests.cascade.networks import random_network
from tests.cascade.test_kernel_equals_reference import with_classes
from tests.cascade.test_stability import END, days_lost, recovered, shocks

from kaname.cascade import kernel
from kaname.cascade.disturbance import Cut, Shocks
from kaname.cascade.settings import Settings
from kaname.network.tables import Network

SIZES = [0.3, 0.7, 1.0]
DAYS = 500
"""Days run: 455 after the end of the blow."""
SPARED, CLASSED = 40, 250
"""Networks drawn."""
PSI = 0.8
SHARES = (0.0, 0.25, 0.5)
"""What goes to all in proportion in any case."""
NEXT_TO_NOTHING = 1e-12


def unending(hit: Shocks) -> Shocks:
    """The same blow, and next to nothing lost to the last day: an emergency that is never called over."""
    acts = np.ones(hit.steps)
    more = (
        Cut(b, 0, acts, np.zeros(1, np.int32), np.array([NEXT_TO_NOTHING])) for b in range(len(hit.cases))
    )
    return replace(hit, cuts=(*hit.cuts, *more))


def back(network: Network, hit: Shocks, how: Settings) -> int | None:
    """Days after the blow until all outputs are back for good; none: never."""
    days = recovered(network, kernel.simulate(network, hit, how))
    return days if days < DAYS - END else None


def told(days: Sequence[int | None]) -> str:
    """How many never come back; how long the others take."""
    found = [d for d in days if d is not None]
    spread = f"95% within {np.quantile(found, 0.95, method='higher')}, all within {max(found)} days"
    return f"{len(days) - len(found)} of {len(days)} not back; of the others {spread}"


def spared() -> None:
    """Stocks spared below a threshold (psi), against stocks used to their end."""
    for moves in (False, True):
        days, more = [], []
        for seed in range(SPARED):
            network = random_network(seed, shift=moves, leads=moves)
            hit = shocks(network, SIZES, seed, DAYS)
            runs = [kernel.simulate(network, hit, Settings(psi=psi)) for psi in (0.0, PSI)]
            days.append(recovered(network, runs[1]))
            usual, less = (days_lost(network, run) for run in runs)
            more.append(less.sum() / usual.sum())
        kind = "orders that move, goods at sea" if moves else "neither moves nor sea"
        ratio = f"loss {min(more):.3f} to {max(more):.3f} of that at 0, median {np.median(more):.3f}"
        print(f"psi {PSI}, {kind}: {told(days)}; {ratio}", flush=True)


def classes() -> None:
    """Classes served in turn while an emergency lasts, with and without spare capacity; and if it never ended."""
    asked = [(0.5, 0.2, "until the event is over"), (0.5, 0.0, "until the event is over")]
    asked += [(share, 0.2, "for ever") for share in SHARES]
    for share, slack, name in asked:
        how, days = Settings(rationing="priority", even_share=share), []
        for seed in range(CLASSED):
            network = with_classes(random_network(seed, slack=slack), seed)
            hit = shocks(network, SIZES, seed, DAYS)
            days.append(back(network, unending(hit) if name == "for ever" else hit, how))
        print(f"classes {name}, spare capacity {slack}, even share {share}: {told(days)}", flush=True)


if __name__ == "__main__":
    spared()
    classes()
