"""Compiled loops, first half of a step: what is ordered, from whom (equations 2 to 4 of ``reference``).

Arguments are fields of ``wiring.Wiring`` and ``wiring.Fields`` by name, see ``compiling.apply``. The innermost index
is the case. Loops over cases hold no branch and write first to rows that are local: only so do they compile to vector
instructions, which counts for more than skipping what is undisturbed.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from kaname.cascade.accounts import NEGLIGIBLE
from kaname.cascade.compiling import compiled
from kaname.cascade.plan import EASY, NOTICED


@compiled
def open_again(rows: Any, closed_by_events: Any, opened: Any) -> None:
    """Pairs in ``rows`` as events leave them, before gates."""
    for p in rows:
        for b in range(opened.shape[1]):
            opened[p, b] = closed_by_events[p, b]


@compiled
def narrow(rows: Any, size: Any, lost: Any, opened: Any) -> None:
    """What a gate that has ``lost`` part of its work lets through of the pairs in ``rows``."""
    for k in range(len(rows)):
        p, part = rows[k], size[k]
        for b in range(len(lost)):
            opened[p, b] *= 1.0 - part * lost[b]


@compiled
def find_shut(rows: Any, opened: Any, eased: Any, shut: Any) -> None:
    """``plan.eased``, and which pairs any case closes."""
    cases = opened.shape[1]
    ease = np.empty(cases)
    for p in rows:
        least = 1.0
        for b in range(cases):
            ease[b] = max(0.0, (opened[p, b] - EASY) / (1.0 - EASY))
        for b in range(cases):
            eased[p, b] = opened[p, b] * min(1.0, ease[b])
        for b in range(cases):
            least = min(least, opened[p, b])
        shut[p] = least < 1.0


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
    overfill: float,
    restock_days: float,
    dt: float,
) -> None:
    """Equation 2: what each slot orders for use and to refill its stock, never more than its room."""
    cases = want.shape[1]
    position = np.empty(cases)
    for s in range(len(users)):
        user, need, row = users[s], needs[s], lead_row[s]
        if not storable[s]:
            for b in range(cases):
                orders[s, b] = need * want[user, b]
            continue
        least = NEGLIGIBLE * normal_use[s]
        for b in range(cases):
            position[b] = stock[s, b]
        if row >= 0:
            for b in range(cases):
                position[b] += transit[row, b]
        for b in range(cases):
            gap = wholes[s, b] - position[b]
            room = need * x_before[user, b] + max(0.0, overfill * targets[s, b] + gap) / dt
            order = min(need * want[user, b], room)
            more = min(max(0.0, gap) / restock_days, room - order)
            orders[s, b] = order
            refill[s, b] = more if more > least else 0.0


@compiled
def spread_orders(
    is_pooled: Any,
    thetas: Any,
    shift_row: Any,
    slot_ptr: Any,
    suppliers: Any,
    pairs: Any,
    shares: Any,
    able: Any,
    trust: Any,
    opened: Any,
    eased: Any,
    orders: Any,
    refill: Any,
    moved: Any,
    spread: Any,
    use: Any,
    restock: Any,
    surge: float,
    pace: float,
) -> None:
    """Equations 3 and 4: orders move to suppliers that deliver and are added to their ``use`` and ``restock``.

    ``spread`` is the share of a slot's orders placed over a link; for a pooled service, what of it the supplier is
    asked to take over.
    """
    cases = use.shape[1]
    missing, room = np.empty(cases), np.empty(cases)
    growth, gone = np.zeros(cases), np.zeros(cases)
    first, more, part = np.empty(cases), np.empty(cases), np.empty(cases)
    for s in range(len(is_pooled)):
        r, pooled = shift_row[s], is_pooled[s]
        links = range(slot_ptr[s], slot_ptr[s + 1])
        for b in range(cases):
            first[b] = orders[s, b]
            more[b] = refill[s, b]
            missing[b] = 0.0
            room[b] = 0.0
            growth[b] = 0.0
            gone[b] = 0.0
        if r >= 0 and pooled:
            for k in links:
                i, share = suppliers[k], shares[k]
                for b in range(cases):
                    missing[b] += share * (1.0 - able[i, b])
                    room[b] += share * able[i, b]
            _turn(r, thetas, moved, missing, room, growth)
        elif r >= 0:
            for k in links:
                i, p, share = suppliers[k], pairs[k], shares[k]
                for b in range(cases):
                    missing[b] += share * (1.0 - opened[p, b] * trust[i, b])
                    room[b] += share * (eased[p, b] * trust[i, b])
            _move(r, thetas, moved, missing, room, growth, gone, surge, pace)
        for k in links:
            i, p, share = suppliers[k], pairs[k], shares[k]
            if pooled:
                for b in range(cases):
                    part[b] = share * growth[b] * able[i, b]
                    use[i, b] += share * opened[p, b] * first[b]
                for b in range(cases):
                    spread[k, b] = part[b]
                    restock[i, b] += part[b] * opened[p, b] * first[b]
                continue
            for b in range(cases):
                kept = 1.0 - gone[b] * (1.0 - opened[p, b] * trust[i, b])
                part[b] = share * (kept + growth[b] * (eased[p, b] * trust[i, b]))
            for b in range(cases):
                spread[k, b] = part[b]
                use[i, b] += part[b] * opened[p, b] * first[b]
            for b in range(cases):
                restock[i, b] += part[b] * eased[p, b] * more[b]


@compiled
def _turn(r: int, thetas: Any, moved: Any, missing: Any, room: Any, growth: Any) -> None:
    """How much facilities are asked to take over: at once, and as much as is missing."""
    for b in range(len(missing)):
        moved[r, b] = thetas[r, b]
        ratio = min(missing[b] / room[b], 1.0 / NEGLIGIBLE) if room[b] > NEGLIGIBLE else 1.0 / NEGLIGIBLE
        growth[b] = moved[r, b] * ratio


@compiled
def _move(
    r: int,
    thetas: Any,
    moved: Any,
    missing: Any,
    room: Any,
    growth: Any,
    gone: Any,
    surge: float,
    pace: float,
) -> None:
    """How far orders have moved to suppliers that deliver, and by what these grow."""
    for b in range(len(missing)):
        theta = thetas[r, b]
        step = theta * pace if missing[b] > NOTICED else -theta * pace
        moved[r, b] = min(theta, max(0.0, moved[r, b] + step))
        ratio = min(missing[b] / room[b], surge) if room[b] > NEGLIGIBLE else surge
        growth[b] = moved[r, b] * ratio
        gone[b] = growth[b] * room[b] / missing[b] if missing[b] > NEGLIGIBLE else 0.0


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
