"""Compiled loops, first half of a step: what is ordered, from whom (equations 2 to 4 of ``reference``).

Arguments are fields of ``wiring.Wiring`` and ``wiring.Fields`` by name, see ``compiling.apply``. The innermost index
is the case; what is undisturbed in every case of the batch is skipped.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from kaname.cascade.accounts import NEGLIGIBLE
from kaname.cascade.compiling import compiled

NOTICED = 1e-3
"""Share of a slot's supply that must be missing before its user moves orders."""


@compiled
def place_orders(
    users: Any,
    needs: Any,
    storable: Any,
    targets: Any,
    wholes: Any,
    lead_row: Any,
    normal_use: Any,
    want: Any,
    x_before: Any,
    stock: Any,
    transit: Any,
    orders: Any,
    refill: Any,
    refills: Any,
    overfill: float,
    restock_days: float,
    dt: float,
) -> None:
    """Equation 2: what each slot orders for use and to refill its stock, never more than its room."""
    cases = want.shape[1]
    for s in range(len(users)):
        user, need = users[s], needs[s]
        refills[s] = False
        if not storable[s]:
            for b in range(cases):
                orders[s, b] = need * want[user, b]
            continue
        row, whole = lead_row[s], wholes[s]
        extra, least = overfill * targets[s], NEGLIGIBLE * normal_use[s]
        most = 0.0
        for b in range(cases):
            position = stock[s, b]
            if row >= 0:
                position += transit[row, b]
            room = need * x_before[user, b] + max(0.0, extra + whole - position) / dt
            order = min(need * want[user, b], room)
            more = min(max(0.0, whole - position) / restock_days, room - order)
            if more <= least:
                more = 0.0
            orders[s, b] = order
            refill[s, b] = more
            most = max(most, more)
        refills[s] = most > 0


@compiled
def move_orders(
    shift_slots: Any,
    is_pooled: Any,
    thetas: Any,
    slot_ptr: Any,
    suppliers: Any,
    pairs: Any,
    shares: Any,
    shut: Any,
    dull: Any,
    able: Any,
    opened: Any,
    trust: Any,
    moved: Any,
    growth: Any,
    gone: Any,
    moving: Any,
    surge: float,
    shift_days: float,
    dt: float,
) -> None:
    """Equation 3: how far orders have moved to suppliers that deliver."""
    cases = trust.shape[1]
    missing, room = np.empty(cases), np.empty(cases)
    for r in range(len(shift_slots)):
        s = shift_slots[r]
        pooled, theta = is_pooled[s], thetas[s]
        for b in range(cases):
            missing[b] = 0.0
            room[b] = 1.0
        disturbed = False
        for k in range(slot_ptr[s], slot_ptr[s + 1]):
            i, p, share = suppliers[k], pairs[k], shares[k]
            closed = p >= 0 and shut[p] and not pooled
            if not closed and not dull[i]:
                continue
            disturbed = True
            if pooled:
                for b in range(cases):
                    missing[b] += share * (1.0 - able[i, b])
                    room[b] -= share * (1.0 - able[i, b])
            elif closed:
                for b in range(cases):
                    there = opened[p, b] * trust[i, b]
                    missing[b] += share * (1.0 - there)
                    # a way that is partly shut takes no more than what it lets through of its usual trade
                    room[b] -= share if opened[p, b] < 1.0 else share * (1.0 - there)
            else:
                for b in range(cases):
                    missing[b] += share * (1.0 - trust[i, b])
                    room[b] -= share * (1.0 - trust[i, b])
        moving[r] = disturbed
        pace = theta * dt / shift_days
        for b in range(cases):
            if pooled:
                moved[r, b] = theta
            elif missing[b] > NOTICED:
                moved[r, b] = min(theta, moved[r, b] + pace)
            else:
                moved[r, b] = max(0.0, moved[r, b] - pace)
            if not disturbed:
                continue
            there = max(0.0, room[b])
            most = 1.0 / NEGLIGIBLE if pooled else surge
            ratio = min(missing[b] / there, most) if there > NEGLIGIBLE else most
            growth[r, b] = moved[r, b] * ratio
            gone[r, b] = 0.0
            if not pooled and missing[b] > NEGLIGIBLE:
                gone[r, b] = growth[r, b] * there / missing[b]


@compiled
def spread_orders(
    slots: Any,
    suppliers: Any,
    pairs: Any,
    shares: Any,
    shift_row: Any,
    is_pooled: Any,
    shut: Any,
    opened: Any,
    trust: Any,
    able: Any,
    growth: Any,
    gone: Any,
    moving: Any,
    spread: Any,
    topup: Any,
    special: Any,
) -> None:
    """Equation 3 on links: ``spread`` where it is not the plain share in every case (``special``).

    It is the share of the slot's orders that reach the supplier: moved, and through what is open. For pooled
    services it is what the facility is asked to take over. ``topup`` is the same for restocking orders: none of
    these go a way that is partly shut.
    """
    cases = trust.shape[1]
    for k in range(len(slots)):
        s, i, p, share = slots[k], suppliers[k], pairs[k], shares[k]
        r = shift_row[s]
        closed = p >= 0 and shut[p]
        moves = r >= 0 and moving[r]
        special[k] = closed or moves
        if is_pooled[s]:
            for b in range(cases):
                o = opened[p, b] if closed else 1.0
                spread[k, b] = share * growth[r, b] * able[i, b] * o if moves else 0.0
        elif closed and moves:
            for b in range(cases):
                there = opened[p, b] * trust[i, b]
                part = 1.0 - gone[r, b] * (1.0 - there)
                if opened[p, b] >= 1.0:
                    part += growth[r, b] * there
                spread[k, b] = share * part * opened[p, b]
                topup[k, b] = spread[k, b] if opened[p, b] >= 1.0 else 0.0
        elif closed:
            for b in range(cases):
                spread[k, b] = share * opened[p, b]
                topup[k, b] = share if opened[p, b] >= 1.0 else 0.0
        elif moves:
            for b in range(cases):
                there = trust[i, b]
                spread[k, b] = share * (1.0 - gone[r, b] * (1.0 - there) + growth[r, b] * there)
                topup[k, b] = spread[k, b]


@compiled
def add_demand(
    supplier_ptr: Any,
    by_supplier: Any,
    slots: Any,
    shares: Any,
    pairs: Any,
    is_pooled: Any,
    shut: Any,
    opened: Any,
    use: Any,
    restock: Any,
    orders: Any,
    refill: Any,
    refills: Any,
    spread: Any,
    topup: Any,
    special: Any,
) -> None:
    """Equation 4, the part that comes over links, added to ``use`` and ``restock``."""
    n, cases = use.shape
    for i in range(n):
        for j in range(supplier_ptr[i], supplier_ptr[i + 1]):
            k = by_supplier[j]
            s, share = slots[k], shares[k]
            if is_pooled[s]:
                p = pairs[k]
                closed = p >= 0 and shut[p]
                for b in range(cases):
                    use[i, b] += share * orders[s, b] * (opened[p, b] if closed else 1.0)
                if special[k]:
                    for b in range(cases):
                        restock[i, b] += spread[k, b] * orders[s, b]
            elif special[k]:
                for b in range(cases):
                    use[i, b] += spread[k, b] * orders[s, b]
                if refills[s]:
                    for b in range(cases):
                        restock[i, b] += topup[k, b] * refill[s, b]
            else:
                for b in range(cases):
                    use[i, b] += share * orders[s, b]
                if refills[s]:
                    for b in range(cases):
                        restock[i, b] += share * refill[s, b]
        for b in range(cases):
            use[i, b] = max(0.0, use[i, b])


@compiled
def subtract_closed_flow(
    node: Any,
    country: Any,
    of_country: Any,
    country_ptr: Any,
    flow: Any,
    ratio: Any,
    shut: Any,
    opened: Any,
    use: Any,
) -> None:
    """Demand of closed (supplier, country) pairs that untracked flows no longer carry."""
    industries, cases = ratio.shape
    total = np.empty(cases)
    for p in range(len(node)):
        i = node[p]
        if not shut[p] or i >= industries:
            continue
        for b in range(cases):
            total[b] = 0.0
        for q in range(country_ptr[country[p]], country_ptr[country[p] + 1]):
            j = of_country[q]
            amount = flow[i, j]
            if amount > 0:
                for b in range(cases):
                    total[b] += amount * ratio[j, b]
        for b in range(cases):
            use[i, b] -= (1.0 - opened[p, b]) * total[b]
