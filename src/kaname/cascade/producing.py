"""Compiled loops, second half of a step: output, deliveries, stocks (equations 5 to 7 of ``reference``).

Arguments are fields of ``wiring.Wiring`` and ``wiring.Fields`` by name, see ``compiling.apply``. The innermost index
is the case; what is undisturbed in every case of the batch is skipped.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from kaname.cascade.accounts import NEGLIGIBLE
from kaname.cascade.compiling import compiled
from kaname.cascade.ordering import ease
from kaname.cascade.trace import SLIP


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
    lead_row: Any,
    slot_ptr: Any,
    suppliers: Any,
    pairs: Any,
    shares: Any,
    leads: Any,
    orders: Any,
    refill: Any,
    refills: Any,
    x: Any,
    fill_use: Any,
    fill_restock: Any,
    spread: Any,
    special: Any,
    short: Any,
    shut: Any,
    opened: Any,
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
        row, plain = lead_row[s], 0.0
        got[:] = 0.0
        if row >= 0:
            came = ring[row, here]
            for b in range(cases):
                got[b] = came[b] / dt
                transit[row, b] -= came[b]
                came[b] = 0.0
        for k in range(slot_ptr[s], slot_ptr[s + 1]):
            i = suppliers[k]
            if leads[k] == 0 and not special[k] and not refills[s] and not short[i]:
                plain += shares[k]
                continue
            sent[:] = 0.0
            ship(
                shares[k], special[k], spread[k], orders[s], fill_use[i], refills[s], refill[s], fill_restock[i],
                pairs[k], shut, opened, sent,
            )  # fmt: skip
            if leads[k] == 0:
                for b in range(cases):
                    got[b] += sent[b]
            else:
                then = ring[row, (here + leads[k]) % length]
                for b in range(cases):
                    then[b] += sent[b] * dt
                    transit[row, b] += sent[b] * dt
        made = x[users[s]]
        for b in range(cases):
            there = stock[s, b] + (got[b] + plain * orders[s, b]) * dt
            stock[s, b] = there - min(there, needs[s] * made[b] * dt)


@compiled
def ship(
    share: float,
    special: bool,
    spread: Any,
    orders: Any,
    fill_use: Any,
    refills: bool,
    refill: Any,
    fill_restock: Any,
    pair: int,
    shut: Any,
    opened: Any,
    sent: Any,
) -> None:
    """What goes over a link today, added to ``sent``: orders for use and to refill, each as far as it is filled."""
    if not special:
        for b in range(len(sent)):
            sent[b] += share * orders[b] * fill_use[b]
            if refills:
                sent[b] += share * refill[b] * fill_restock[b]
        return
    for b in range(len(sent)):
        sent[b] += spread[b] * orders[b] * fill_use[b]
    if refills and pair >= 0 and shut[pair]:
        way = opened[pair]
        for b in range(len(sent)):
            sent[b] += spread[b] * ease(way[b]) * refill[b] * fill_restock[b]
    elif refills:
        for b in range(len(sent)):
            sent[b] += spread[b] * refill[b] * fill_restock[b]


@compiled
def adapt(
    output: Any,
    slacks: Any,
    base: Any,
    use: Any,
    restock: Any,
    stretch: Any,
    trust: Any,
    dull: Any,
    fill_use: Any,
    able: Any,
    x: Any,
    x_before: Any,
    make: Any,
    stretch_pace: float,
    notice_pace: float,
) -> None:
    """Equation 7: over-capacity and trust follow, slowly; ``able`` becomes what inputs allowed."""
    n, cases = x.shape
    for i in range(n):
        tiny = NEGLIGIBLE * output[i]
        distrusted = False
        for b in range(cases):
            aim = 1.0 + slacks[i, b]
            if base[i, b] > tiny:
                aim = min(aim, max(1.0, (use[i, b] + restock[i, b]) / base[i, b]))
            stretch[i, b] += (aim - stretch[i, b]) * stretch_pace
            trust[i, b] += (fill_use[i, b] - trust[i, b]) * notice_pace
            if trust[i, b] > 1.0 - SLIP:
                trust[i, b] = 1.0
            distrusted = distrusted or trust[i, b] < 1.0
            able[i, b] = x[i, b] / make[i, b] if make[i, b] > 0 else 1.0
            x_before[i, b] = x[i, b]
        dull[i] = distrusted
