"""Compiled loops, second half of a step: output, deliveries, stocks (equations 5 to 7 of ``reference``).

Arguments are fields of ``wiring.Wiring`` and ``wiring.Fields`` by name, see ``compiling.apply``. The innermost index
is the case.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from kaname.cascade.compiling import compiled
from kaname.cascade.ordering import placed
from kaname.cascade.plan import NEGLIGIBLE
from kaname.cascade.trace import SLIP


@compiled
def plan_output(
    output: Any,
    slacks: Any,
    facility: Any,
    left: Any,
    stretch: Any,
    use: Any,
    restock: Any,
    x_before: Any,
    base: Any,
    caps: Any,
    want: Any,
    classic: bool,
) -> None:
    """Equation 1: capacity, and what producers want to make of what was asked of them the step before."""
    n, cases = use.shape
    for i in range(n):
        for b in range(cases):
            base[i, b] = output[i] * left[i, b]
            caps[i, b] = base[i, b] * (1.0 + slacks[i, b] if facility[i] else stretch[i, b])
        for b in range(cases):
            asked = use[i, b] + restock[i, b] if facility[i] else use[i, b]
            want[i, b] = min(caps[i, b], x_before[i, b] if classic else asked)


@compiled
def set_make(
    facility: Any,
    base: Any,
    caps: Any,
    use: Any,
    restock: Any,
    make: Any,
    make_use: Any,
    x: Any,
    binding: Any,
) -> None:
    """Equation 5, first part: what nodes would make if their inputs came."""
    n, cases = x.shape
    for i in range(n):
        for b in range(cases):
            asked, more, cap = use[i, b], restock[i, b], caps[i, b]
            if facility[i]:
                first = min(base[i, b], asked)
                make_use[i, b] = first
                make[i, b] = first + min(cap - first, more)
            else:
                make_use[i, b] = min(cap, asked)
                make[i, b] = min(cap, asked + more)
            x[i, b] = make[i, b]
            binding[i, b] = -1


@compiled
def deliver(
    users: Any,
    needs: Any,
    storable: Any,
    shift_row: Any,
    lead_row: Any,
    slot_ptr: Any,
    suppliers: Any,
    pairs: Any,
    own: int,
    kept: Any,
    shares: Any,
    leads: Any,
    orders: Any,
    refill: Any,
    lacking: Any,
    x: Any,
    fill_use: Any,
    fill_restock: Any,
    trust: Any,
    growth: Any,
    gone: Any,
    still: Any,
    opened: Any,
    eased: Any,
    shut: Any,
    stock: Any,
    transit: Any,
    ring: Any,
    here: int,
    dt: float,
) -> None:
    """Equation 6: shipments, arrivals and stocks of storable slots."""
    cases, length = x.shape[1], ring.shape[1]
    got, sent = np.empty(cases), np.empty(cases)
    for s in range(len(users)):
        if not storable[s]:
            continue
        user, need, row, r = users[s], needs[s], lead_row[s], shift_row[s]
        for b in range(cases):
            got[b] = 0.0
        if row >= 0:
            for b in range(cases):
                got[b] = ring[row, here, b]
            for b in range(cases):
                transit[row, b] -= got[b]
                ring[row, here, b] = 0.0
        for k in range(slot_ptr[s], slot_ptr[s + 1]):
            i, p, share = suppliers[k], pairs[k], shares[k]
            if still[s] and not shut[p]:
                if lacking[s]:
                    for b in range(cases):
                        first, more = orders[s, b] * fill_use[i, b], refill[s, b] * fill_restock[i, b]
                        sent[b] = share * (first + more) * dt
                else:
                    for b in range(cases):
                        sent[b] = share * (orders[s, b] * fill_use[i, b]) * dt
            elif still[s]:
                for b in range(cases):
                    first, more = orders[s, b] * fill_use[i, b], refill[s, b] * fill_restock[i, b]
                    sent[b] = share * (opened[p, b] * first + eased[p, b] * more) * dt
            elif p >= own:
                for b in range(cases):
                    first, more = orders[s, b] * fill_use[i, b], refill[s, b] * fill_restock[i, b]
                    sent[b] = kept[p - own, b] * (opened[p, b] * first + eased[p, b] * more) * dt
            else:
                for b in range(cases):
                    part = placed(share, opened[p, b], eased[p, b], trust[i, b], growth[r, b], gone[r, b])
                    first, more = orders[s, b] * fill_use[i, b], refill[s, b] * fill_restock[i, b]
                    sent[b] = part * (opened[p, b] * first + eased[p, b] * more) * dt
            if leads[k] == 0:
                for b in range(cases):
                    got[b] += sent[b]
            else:
                then = (here + leads[k]) % length
                for b in range(cases):
                    ring[row, then, b] += sent[b]
                for b in range(cases):
                    transit[row, b] += sent[b]
        for b in range(cases):
            there = stock[s, b] + got[b]
            stock[s, b] = there - min(there, need * x[user, b] * dt)


@compiled
def adapt(
    output: Any,
    slacks: Any,
    base: Any,
    use: Any,
    restock: Any,
    stretch: Any,
    trust: Any,
    doubted: Any,
    fill_use: Any,
    able: Any,
    x: Any,
    x_before: Any,
    make: Any,
    stretch_pace: Any,
    notice_pace: Any,
) -> None:
    """Equation 7: over-capacity and trust follow, slowly; ``able`` becomes what inputs allowed."""
    n, cases = x.shape
    for i in range(n):
        tiny, doubts = NEGLIGIBLE * output[i], 0
        for b in range(cases):
            load = (use[i, b] + restock[i, b]) / base[i, b] if base[i, b] > tiny else np.inf
            aim = min(1.0 + slacks[i, b], max(1.0, load))
            stretch[i, b] += (aim - stretch[i, b]) * stretch_pace[b]
        for b in range(cases):
            seen = trust[i, b] + (fill_use[i, b] - trust[i, b]) * notice_pace[b]
            trust[i, b] = 1.0 if seen > 1.0 - SLIP else seen
        for b in range(cases):
            doubts += 1 if trust[i, b] < 1.0 else 0
        for b in range(cases):
            able[i, b] = x[i, b] / make[i, b] if make[i, b] > 0 else 1.0
        for b in range(cases):
            x_before[i, b] = x[i, b]
        doubted[i] = doubts > 0


@compiled
def let_out(slots: Any, case: int, most: Any, targets: Any, stock: Any, reserve: Any) -> None:
    """A reserve let out into what the stocks of ``slots`` lack, at most ``most`` of each; ``reserve`` is the rest."""
    for k in range(len(slots)):
        s = slots[k]
        out = min(max(0.0, targets[s, case] - stock[s, case]), reserve[k], most[k])
        stock[s, case] += out
        reserve[k] -= out
