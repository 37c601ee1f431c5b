"""Compiled loops of ``systemic``: how the loss of some nodes spreads, touching only what it reaches.

A node's loss ``u = 1 - h`` only grows. Each round hands on by how much it grew, so that a round costs as many links as
the nodes that changed have. Rounds are synchronous: all look at the round before.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from kaname.cascade.compiling import compiled, inlined
from kaname.network.tables import Flags, Floats

Indices = NDArray[np.uint32]
MANY = 64
"""A round looks at all nodes where more than one in so many changed."""
SETTLED = 1e-3
"""Part of the tolerance below which no further round is made even where more are asked for."""


class Web(NamedTuple):
    """Who hands a loss on to whom. Links are sorted by the node that hands on."""

    down_ptr: Indices
    """Links to customers of node i: ``down_ptr[i]:down_ptr[i + 1]``."""
    down_slot: Indices
    """(links,), or empty where no user has more than one slot."""
    down_user: Indices
    down_part: Floats
    """Share of the user's output that stops when all that comes over the link stops."""
    up_ptr: Indices
    up_node: Indices
    """Suppliers."""
    up_part: Floats
    """Share of the supplier's sales that go over the link."""
    market: Indices
    """(nodes,)"""
    size: Floats
    """(nodes,) sales in the market."""
    market_size: Floats
    weights: Floats
    """(measures, nodes) what the loss of a whole node counts."""


class Desk(NamedTuple):
    """Working arrays of one thread; what is by node, slot and market is 0 between two runs."""

    down: Floats
    """(nodes,) loss by missing inputs."""
    lacks: Floats
    """(nodes,) worst of its slots."""
    handed: Floats
    """(nodes,) what of its loss a node has handed on to customers, times its replaceability."""
    unsold: Floats
    """(nodes,) missing demand; above 1 counts as 1."""
    slot: Floats
    """(slots,) share of output that what is missing stops."""
    lost: Floats
    """(markets,) sales lost."""
    head: NDArray[np.int64]
    """(markets,) first node of a chain of those with a loss, +1; 0 = none."""
    chain: NDArray[np.int64]
    """(nodes,) the next one, +1."""
    due: Flags
    """(nodes,) on the list of this round."""
    due_market: Flags
    reached: Indices
    """Nodes with a loss by inputs."""
    reached_up: Indices
    """Nodes with missing demand."""
    changed: Indices
    """Nodes whose loss by inputs grew in the round before."""
    changed_up: Indices
    grown: Floats
    """By how much, of ``changed_up``."""
    touched: Indices
    before: Floats
    """What ``touched`` had before this round."""
    markets: Indices
    slots: Indices
    """Slots that lack something."""


def desk(nodes: int, slots: int, markets: int) -> Desk:
    """Working arrays for a web of this size."""

    def lists(count: int) -> Indices:
        # one more: an entry is written before it is known to be new
        return np.zeros(count + 1, np.uint32)

    return Desk(
        down=np.zeros(nodes),
        lacks=np.zeros(nodes),
        handed=np.zeros(nodes),
        unsold=np.zeros(nodes),
        slot=np.zeros(slots),
        lost=np.zeros(markets),
        head=np.zeros(markets, np.int64),
        chain=np.zeros(nodes, np.int64),
        due=np.zeros(nodes, np.bool_),
        due_market=np.zeros(markets, np.bool_),
        reached=lists(nodes),
        reached_up=lists(nodes),
        changed=lists(nodes),
        changed_up=lists(nodes),
        grown=np.zeros(nodes + 1),
        touched=lists(nodes),
        before=np.zeros(nodes + 1),
        markets=lists(markets),
        slots=lists(slots),
    )


@compiled
def fail(
    w: Any,
    d: Any,
    failing: Any,
    ptr: Any,
    low: int,
    high: int,
    replaces: bool,
    tolerance: float,
    least: int,
    most: int,
    found: Any,
    rounds: Any,
) -> None:
    """For each k in ``low`` to ``high``, the losses when the nodes ``failing[ptr[k]:ptr[k + 1]]`` fail together.

    ``found[k, m]``, 0 before, takes by measure the loss by inputs, by demand, and the larger of the two at each node;
    ``rounds[k]`` how many rounds it took. It ends once no node's loss grew by more than ``tolerance``, after ``least``
    rounds or once all but settled.
    """
    for k in range(low, high):
        reached = _strike(w, d, failing[ptr[k] : ptr[k + 1]])
        reached_up = changed = changed_up = reached
        slots = number = 0
        while number < most and (changed > 0 or changed_up > 0):
            number += 1
            changed, reached, slots, grew = _round_down(w, d, changed, reached, slots, replaces)
            changed_up, reached_up, grew_up = _round_up(w, d, changed_up, reached_up)
            most_grown = max(grew, grew_up)
            if most_grown <= tolerance and (number >= least or most_grown <= SETTLED * tolerance):
                break
        rounds[k] = number
        _close(w, d, reached, reached_up, slots, found[k])


@compiled
def _strike(w: Any, d: Any, failing: Any) -> int:
    """Nodes that fail lose all at once, of inputs and of demand."""
    count = 0
    for i in failing:
        if d.down[i] == 0.0:
            d.reached[count] = d.reached_up[count] = d.changed[count] = d.changed_up[count] = i
            d.grown[count] = 1.0
            count += 1
            _lose(w, d, i, 1.0)
            d.lacks[i] = d.unsold[i] = 1.0
    return count


@compiled
def _lose(w: Any, d: Any, i: int, loss: float) -> None:
    """Node ``i``'s loss by inputs grows to ``loss``."""
    m = w.market[i]
    if d.down[i] == 0.0:
        d.chain[i] = d.head[m]
        d.head[m] = np.int64(i) + 1
    d.lost[m] += w.size[i] * (loss - d.down[i])
    d.down[i] = loss


@compiled
def _round_down(w: Any, d: Any, changed: int, reached: int, slots: int, replaces: bool) -> Any:
    """Losses that grew stop customers, as far as others in the market cannot replace the supplier."""
    touched = markets = 0
    for c in range(changed):
        j = d.changed[c]
        if not replaces:
            touched, slots = _hand_down(w, d, j, d.down[j], touched, slots)
        elif not d.due_market[w.market[j]]:
            d.due_market[w.market[j]] = True
            d.markets[markets] = w.market[j]
            markets += 1
    for c in range(markets):
        m = d.markets[c]
        d.due_market[m] = False
        left = w.market_size[m] - d.lost[m]
        j = d.head[m] - 1
        while j >= 0:
            share = w.size[j] / left if left > w.size[j] else 1.0
            touched, slots = _hand_down(w, d, j, share * d.down[j], touched, slots)
            j = d.chain[j] - 1
    grew, changed = 0.0, 0
    for c in range(touched):
        i = d.touched[c]
        d.due[i] = False
        loss = min(1.0, d.lacks[i])
        if loss > d.down[i]:
            grew = max(grew, loss - d.down[i])
            if d.down[i] == 0.0:
                d.reached[reached] = i
                reached += 1
            _lose(w, d, i, loss)
            d.changed[changed] = i
            changed += 1
    return changed, reached, slots, grew


@compiled
def _hand_down(w: Any, d: Any, j: int, loss: float, touched: int, slots: int) -> Any:
    more = loss - d.handed[j]
    if not more > 0.0:
        return touched, slots
    d.handed[j] = loss
    if len(w.down_slot) == 0:
        for k in range(w.down_ptr[j], w.down_ptr[j + 1]):
            i = w.down_user[k]
            d.lacks[i] += more * w.down_part[k]
            d.touched[touched] = i
            touched += int(not d.due[i])
            d.due[i] = True
        return touched, slots
    for k in range(w.down_ptr[j], w.down_ptr[j + 1]):
        s, i = w.down_slot[k], w.down_user[k]
        # written either way, kept if new: a branch here would be guessed wrongly half of the time
        d.slots[slots] = s
        slots += int(d.slot[s] == 0.0)
        lack = d.slot[s] + more * w.down_part[k]
        d.slot[s] = lack
        d.lacks[i] = max(d.lacks[i], lack)
        d.touched[touched] = i
        touched += int(not d.due[i])
        d.due[i] = True
    return touched, slots


@compiled
def _round_up(w: Any, d: Any, changed: int, reached: int) -> Any:
    """Losses that grew take demand from suppliers."""
    if changed * MANY > len(d.unsold):
        return _round_up_of_many(w, d, changed, reached)
    touched = 0
    for c in range(changed):
        j, more = d.changed_up[c], d.grown[c]
        for k in range(w.up_ptr[j], w.up_ptr[j + 1]):
            i = w.up_node[k]
            there = d.unsold[i]
            d.touched[touched], d.before[touched] = i, there
            touched += int(not d.due[i])
            d.due[i] = True
            d.unsold[i] = there + more * w.up_part[k]
    grew, changed = 0.0, 0
    for c in range(touched):
        i = d.touched[c]
        d.due[i] = False
        changed, reached, more = _list_up(d, i, d.before[c], changed, reached)
        grew = max(grew, more)
    return changed, reached, grew


@compiled
def _round_up_of_many(w: Any, d: Any, changed: int, reached: int) -> Any:
    """The same, by looking at all nodes: no lists to keep, and all is read as it stands in memory."""
    n = len(d.unsold)
    d.before[:n] = d.unsold
    for c in range(changed):
        j, more = d.changed_up[c], d.grown[c]
        for k in range(w.up_ptr[j], w.up_ptr[j + 1]):
            d.unsold[w.up_node[k]] += more * w.up_part[k]
    grew, changed = 0.0, 0
    for i in range(n):
        changed, reached, more = _list_up(d, i, d.before[i], changed, reached)
        grew = max(grew, more)
    return changed, reached, grew


@inlined
def _list_up(d: Any, i: int, there: float, changed: int, reached: int) -> Any:
    """Put node ``i`` on the lists if its missing demand, ``there`` before, grew; by how much its loss did.

    Written at any rate, kept if so: see ``_hand_down``.
    """
    more = min(1.0, d.unsold[i]) - min(1.0, there)
    d.reached_up[reached] = i
    reached += int(there == 0.0 and d.unsold[i] > 0.0)
    d.changed_up[changed], d.grown[changed] = i, more
    changed += int(more > 0.0)
    return changed, reached, more


@compiled
def _close(w: Any, d: Any, reached: int, reached_up: int, slots: int, found: Any) -> None:
    """Count the losses and set all back to 0."""
    for c in range(reached_up):
        i = d.reached_up[c]
        up = min(1.0, d.unsold[i])
        d.unsold[i] = 0.0
        for m in range(len(found)):
            found[m, 1] += w.weights[m, i] * up
            found[m, 2] += w.weights[m, i] * max(0.0, up - d.down[i])
    for c in range(reached):
        i = d.reached[c]
        for m in range(len(found)):
            found[m, 0] += w.weights[m, i] * d.down[i]
            found[m, 2] += w.weights[m, i] * d.down[i]
        d.lost[w.market[i]] = 0.0
        d.head[w.market[i]] = 0
        d.chain[i] = 0
        # who lacks something has a loss, so all that lack are here
        d.lacks[i] = d.down[i] = d.handed[i] = 0.0
    for c in range(slots):
        d.slot[d.slots[c]] = 0.0
