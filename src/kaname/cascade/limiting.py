"""Limits on the flow over links in a batch (``disturbance.Limit``).

Each limited link has a row of its own among the ways (``Fields.opened`` and ``eased``), so that the loops which carry
goods over ways know nothing of limits. Before orders are placed the row says what of its usual flow the link can bring;
once they are placed, what of these orders it carries. Runs without limits pay nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from kaname.cascade.compiling import apply, compiled
from kaname.cascade.disturbance import Pairs, Shocks
from kaname.cascade.ordering import placed
from kaname.cascade.plan import Plan, usual_flow
from kaname.cascade.wiring import Fields, Wiring
from kaname.network.tables import Floats, Ints


@dataclass
class Limiting:
    """Limited links, their own rows and those of the pairs that they belong to."""

    links: Ints
    own: Ints
    pair: Ints
    usual: Floats
    """Usual flow, units a day."""
    most: Floats
    """(links, cases) share of the usual flow at this step."""

    @classmethod
    def of(cls, p: Plan, pairs: Pairs, shocks: Shocks) -> Limiting | None:
        """None where nothing is limited."""
        links = shocks.limited
        if not len(links):
            return None
        known, none = pairs.of_link[links], len(pairs.node)
        own = (none + 1 + np.arange(len(links))).astype(np.int32)
        pair = np.where(known >= 0, known, none).astype(np.int32)
        return cls(links, own, pair, usual_flow(p, links), shocks.most(0, links))

    def open(self, w: Wiring, f: Fields, shocks: Shocks, step: int) -> None:
        """What each link can bring at a step, before orders are known."""
        self.most = shocks.most(step, self.links)
        apply(bound_ways, w, f, own=self.own, pair=self.pair, most=self.most)

    def carry(self, w: Wiring, f: Fields, use: Floats, restock: Floats) -> None:
        """What each link carries of the orders placed over it; ``use`` and ``restock`` are asked for no more."""
        values = {name: getattr(self, name) for name in ("links", "own", "pair", "usual", "most")}
        apply(bound_orders, w, f, **values, use=use, restock=restock)

    def narrowed(self, cases: Ints) -> Limiting:
        """These cases only."""
        return replace(self, most=np.ascontiguousarray(self.most[:, cases]))


@compiled
def bound_ways(own: Any, pair: Any, most: Any, opened: Any, eased: Any, shut: Any) -> None:
    """No more than the limit of the usual flow; orders moved here only as far as it leaves room above that flow."""
    for k in range(len(own)):
        r, p = own[k], pair[k]
        shut[r] = True
        for b in range(most.shape[1]):
            opened[r, b] = min(opened[p, b], most[k, b])
            eased[r, b] = min(eased[p, b], max(0.0, most[k, b] - 1.0))


@compiled
def bound_orders(
    links: Any,
    own: Any,
    pair: Any,
    usual: Any,
    most: Any,
    slots: Any,
    suppliers: Any,
    shares: Any,
    orders: Any,
    refill: Any,
    shift_row: Any,
    trust: Any,
    growth: Any,
    gone: Any,
    kept: Any,
    still: Any,
    opened: Any,
    eased: Any,
    use: Any,
    restock: Any,
) -> None:
    """Use first, then what refills stocks, up to the limit; ``use`` and ``restock`` are set right at the supplier."""
    for j in range(len(links)):
        k, r, p = links[j], own[j], pair[j]
        s, i = slots[k], suppliers[k]
        x = shift_row[s]
        for b in range(most.shape[1]):
            part = shares[k]
            if not still[s]:
                part = placed(part, opened[r, b], eased[r, b], trust[i, b], growth[x, b], gone[x, b])
            kept[j, b] = part
            first, more = part * orders[s, b], part * refill[s, b]
            open_first, open_more = opened[p, b] * first, eased[p, b] * more
            limit = most[j, b] * usual[j] if most[j, b] < np.inf else np.inf
            carried = min(open_first, limit)
            topped = min(open_more, limit - carried)
            use[i, b] += carried - opened[r, b] * first
            restock[i, b] = max(0.0, restock[i, b] + (topped - eased[r, b] * more))
            opened[r, b] = carried / first if carried < open_first else opened[p, b]
            eased[r, b] = topped / more if topped < open_more else eased[p, b]
