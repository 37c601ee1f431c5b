"""Rationing by priority class in a batch: who is served in turn has a row of its own at each supplier.

Row ``i * classes + c`` of a *seat* array is what class ``c`` asks of node ``i``, or gets. The loops over links look up
suppliers by seat (``Wiring.suppliers``) and need not know that there are classes; with one class seats are nodes.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from kaname.cascade.compiling import inlined
from kaname.cascade.disturbance import Pairs
from kaname.cascade.plan import NEGLIGIBLE, Plan
from kaname.network.tables import Floats


def add_flows(p: Plan, pairs: Pairs, opened: Floats, want: Floats, use: Floats) -> None:
    """What untracked flows ask of industries, class by class, less what closed ways keep; adds to the seats ``use``."""
    net, k = p.network, p.network.industries
    ratio = want[:k] / net.nodes.output[:k, None]
    by = use.reshape(len(net.nodes), p.classes, -1)
    closed = np.flatnonzero((opened[: len(pairs.node)] < 1).any(axis=1) & (pairs.node < k))
    country = net.nodes.country[:k]
    for rank in np.unique(p.rank[:k]):
        users = np.flatnonzero(p.rank[:k] == rank)
        by[:k, rank] += net.flow[:, users] @ ratio[users]
        for into in np.unique(pairs.country[closed]):
            rows = closed[pairs.country[closed] == into]
            there = users[country[users] == into]
            part = net.flow[np.ix_(pairs.node[rows], there)] @ ratio[there]
            by[pairs.node[rows], rank] -= (1 - opened[rows]) * part


def whole(values: Floats, classes: int) -> Floats:
    """(nodes, cases) seats of all classes together."""
    return np.asarray(values.reshape(-1, classes, values.shape[1]).sum(axis=1))


def fill_of_all(asked: Floats, fill: Floats, classes: int) -> Floats:
    """(nodes, cases) share met of what all classes ask together; ``asked`` and ``fill`` by seat."""
    if classes == 1:
        return fill
    all_ = whole(asked, classes)
    least = fill.reshape(-1, classes, fill.shape[1]).min(axis=1)
    return np.asarray(np.divide(whole(asked * fill, classes), all_, out=least, where=all_ > 0))


@inlined
def fill_in_turn(
    i: int,
    classes: int,
    output: Any,
    facility: Any,
    left: Any,
    x: Any,
    use: Any,
    restock: Any,
    make: Any,
    make_use: Any,
    evenly: Any,
    seat_use: Any,
    seat_restock: Any,
    fill_use: Any,
    fill_restock: Any,
    short: Any,
) -> bool:
    """Share of each class's demand that node ``i``'s output meets: part evenly, the rest one class after the other.

    Whether any changed.
    """
    tiny, changed = NEGLIGIBLE * output[i], False
    for c in range(classes):
        short[i * classes + c] = False
    for b in range(x.shape[1]):
        own, more = min(x[i, b], use[i, b]), max(0.0, x[i, b] - use[i, b])
        if facility[i]:
            part = x[i, b] / make[i, b] if make[i, b] > 0 else 1.0
            own, more = make_use[i, b] * part, (make[i, b] - make_use[i, b]) * part
        even = evenly[b] * own / use[i, b] if use[i, b] > 0 else 0.0
        even_more = evenly[b] * min(1.0, more / restock[i, b]) if restock[i, b] > 0 else 0.0
        own, more = own - even * use[i, b], more - even_more * restock[i, b]
        for c in range(classes):
            r = i * classes + c
            asked, again = seat_use[r, b], seat_restock[r, b]
            got, refilled = min(own, (1.0 - even) * asked), min(more, (1.0 - even_more) * again)
            own, more = own - got, more - refilled
            got, refilled = got + even * asked, refilled + even_more * again
            met = got / asked if asked > tiny else min(1.0, left[i, b])
            met_more = min(1.0, refilled / again) if again > tiny else 0.0
            if met > 1.0 - NEGLIGIBLE:
                met = 1.0
            short[r] = short[r] or met < 1.0
            changed = changed or met != fill_use[r, b] or met_more != fill_restock[r, b]
            fill_use[r, b] = met
            fill_restock[r, b] = met_more
    return changed
