"""Compiled loops, first half of a step: what is ordered, from whom (equations 2 to 4 of ``reference``).

Arguments are fields of ``wiring.Wiring`` and ``wiring.Fields`` by name, see ``compiling.apply``. The innermost index
is the case. One walk over the slots does all three equations, so that a slot's rows are read while they are at hand.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from kaname.cascade.accounts import NEGLIGIBLE
from kaname.cascade.compiling import compiled
from kaname.cascade.plan import EASY, NOTICED


@compiled
def order(
    users: Any,
    needs: Any,
    storable: Any,
    targets: Any,
    wholes: Any,
    lead_row: Any,
    normal_use: Any,
    is_pooled: Any,
    thetas: Any,
    shift_row: Any,
    slot_ptr: Any,
    suppliers: Any,
    pairs: Any,
    shares: Any,
    want: Any,
    x_before: Any,
    stock: Any,
    transit: Any,
    orders: Any,
    refill: Any,
    refills: Any,
    able: Any,
    trust: Any,
    dull: Any,
    opened: Any,
    shut: Any,
    moved: Any,
    growth: Any,
    gone: Any,
    moving: Any,
    spread: Any,
    special: Any,
    use: Any,
    restock: Any,
    overfill: float,
    restock_days: float,
    surge: float,
    shift_days: float,
    dt: float,
) -> None:
    """Orders of each slot, moved to who delivers, added to its suppliers' ``use`` and ``restock``."""
    cases = use.shape[1]
    missing, room, none = np.empty(cases), np.empty(cases), np.zeros(cases)
    for s in range(len(users)):
        user, row, r = users[s], lead_row[s], shift_row[s]
        here = slice(slot_ptr[s], slot_ptr[s + 1])
        at_sea = transit[row] if row >= 0 else none
        least = NEGLIGIBLE * normal_use[s]
        refills[s] = _place(
            needs[s], storable[s], targets[s], wholes[s], least, want[user], x_before[user], stock[s], at_sea,
            orders[s], refill[s], overfill, restock_days, dt,
        )  # fmt: skip
        moves = False
        if r >= 0:
            moves = _find_missing(
                suppliers[here],
                pairs[here],
                shares[here],
                is_pooled[s],
                able,
                trust,
                dull,
                opened,
                shut,
                missing,
                room,
            )
            pace = dt / shift_days
            _move(thetas[r], is_pooled[s], moves, missing, room, moved[r], growth[r], gone[r], surge, pace)
            moving[r] = moves
        if is_pooled[s]:
            _ask_all(
                suppliers[here], pairs[here], shares[here], moves, able, opened, shut, growth[r], orders[s],
                spread[here], special[here], use, restock,
            )  # fmt: skip
        else:
            _ask(
                suppliers[here], pairs[here], shares[here], moves, trust, opened, shut, growth[r], gone[r], orders[s],
                refill[s], refills[s], spread[here], special[here], use, restock,
            )  # fmt: skip


@compiled
def _place(
    need: float,
    storable: bool,
    target: Any,
    whole: Any,
    least: float,
    want: Any,
    made: Any,
    stock: Any,
    at_sea: Any,
    orders: Any,
    refill: Any,
    overfill: float,
    restock_days: float,
    dt: float,
) -> bool:
    """Equation 2: a slot's orders for use and to refill its stock, never more than its room; whether any refills."""
    if not storable:
        for b in range(len(want)):
            orders[b] = need * want[b]
        return False
    most = 0.0
    for b in range(len(want)):
        position = stock[b] + at_sea[b]
        room = need * made[b] + max(0.0, overfill * target[b] + whole[b] - position) / dt
        order = min(need * want[b], room)
        more = min(max(0.0, whole[b] - position) / restock_days, room - order)
        more = more if more > least else 0.0
        orders[b] = order
        refill[b] = more
        most = max(most, more)
    return most > 0


@compiled
def ease(opened: float) -> float:
    """How far a way takes more than its usual trade, see ``plan.EASY``."""
    return min(1.0, max(0.0, (opened - EASY) / (1.0 - EASY)))


@compiled
def _find_missing(
    suppliers: Any,
    pairs: Any,
    shares: Any,
    pooled: bool,
    able: Any,
    trust: Any,
    dull: Any,
    opened: Any,
    shut: Any,
    missing: Any,
    room: Any,
) -> bool:
    """Equation 3: share of a slot's supply that does not come, and share that could come in its place."""
    missing[:] = 0.0
    room[:] = 1.0
    disturbed = False
    for k in range(len(suppliers)):
        i, p, share = suppliers[k], pairs[k], shares[k]
        closed = p >= 0 and shut[p] and not pooled
        if not closed and not dull[i]:
            continue
        disturbed = True
        there = able[i] if pooled else trust[i]
        if closed:
            way = opened[p]
            for b in range(len(missing)):
                comes = way[b] * there[b]
                missing[b] += share * (1.0 - comes)
                room[b] -= share * (1.0 - comes * ease(way[b]))
        else:
            for b in range(len(missing)):
                missing[b] += share * (1.0 - there[b])
                room[b] -= share * (1.0 - there[b])
    return disturbed


@compiled
def _move(
    theta: Any,
    pooled: bool,
    disturbed: bool,
    missing: Any,
    room: Any,
    moved: Any,
    growth: Any,
    gone: Any,
    surge: float,
    pace: float,
) -> None:
    """Equation 3: how far orders have moved to suppliers that deliver, and by what these grow."""
    for b in range(len(missing)):
        if pooled:
            moved[b] = theta[b]
        elif missing[b] > NOTICED:
            moved[b] = min(theta[b], moved[b] + theta[b] * pace)
        else:
            moved[b] = max(0.0, moved[b] - theta[b] * pace)
    if not disturbed:
        return
    most = 1.0 / NEGLIGIBLE if pooled else surge
    for b in range(len(missing)):
        there = max(0.0, room[b])
        ratio = min(missing[b] / there, most) if there > NEGLIGIBLE else most
        growth[b] = moved[b] * ratio
        gone[b] = 0.0 if pooled or missing[b] <= NEGLIGIBLE else growth[b] * there / missing[b]


@compiled
def _ask(
    suppliers: Any,
    pairs: Any,
    shares: Any,
    moves: bool,
    trust: Any,
    opened: Any,
    shut: Any,
    growth: Any,
    gone: Any,
    orders: Any,
    refill: Any,
    refills: bool,
    spread: Any,
    special: Any,
    use: Any,
    restock: Any,
) -> None:
    """Equations 3 and 4 on a slot's links. ``spread`` is the share of its orders that a link carries.

    It is kept where it is not the plain share in every case (``special``). Of restocking orders a way that is partly
    shut takes less.
    """
    for k in range(len(suppliers)):
        i, p, share = suppliers[k], pairs[k], shares[k]
        closed = p >= 0 and shut[p]
        special[k] = closed or moves
        carried, asked, more = spread[k], use[i], restock[i]
        if not special[k]:
            for b in range(len(orders)):
                asked[b] += share * orders[b]
                if refills:
                    more[b] += share * refill[b]
            continue
        way, there = opened[max(p, 0)], trust[i]
        if closed and moves:
            for b in range(len(orders)):
                comes = way[b] * there[b]
                part = 1.0 - gone[b] * (1.0 - comes) + growth[b] * comes * ease(way[b])
                carried[b] = share * part * way[b]
        elif closed:
            for b in range(len(orders)):
                carried[b] = share * way[b]
        else:
            for b in range(len(orders)):
                carried[b] = share * (1.0 - gone[b] * (1.0 - there[b]) + growth[b] * there[b])
        for b in range(len(orders)):
            asked[b] += carried[b] * orders[b]
        if refills and closed:
            for b in range(len(orders)):
                more[b] += carried[b] * ease(way[b]) * refill[b]
        elif refills:
            for b in range(len(orders)):
                more[b] += carried[b] * refill[b]


@compiled
def _ask_all(
    suppliers: Any,
    pairs: Any,
    shares: Any,
    moves: bool,
    able: Any,
    opened: Any,
    shut: Any,
    growth: Any,
    orders: Any,
    spread: Any,
    special: Any,
    use: Any,
    restock: Any,
) -> None:
    """The same for a pooled service: facilities keep their users and are asked to take over others' work (``spread``)."""
    for k in range(len(suppliers)):
        i, p, share = suppliers[k], pairs[k], shares[k]
        closed = p >= 0 and shut[p]
        special[k] = closed or moves
        for b in range(len(orders)):
            way = opened[p, b] if closed else 1.0
            use[i, b] += share * orders[b] * way
            spread[k, b] = share * growth[b] * able[i, b] * way if moves else 0.0
            restock[i, b] += spread[k, b] * orders[b]


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
        total[:] = 0.0
        for q in range(country_ptr[country[p]], country_ptr[country[p] + 1]):
            amount, share = flow[i, of_country[q]], ratio[of_country[q]]
            if amount > 0:
                for b in range(cases):
                    total[b] += amount * share[b]
        for b in range(cases):
            use[i, b] -= (1.0 - opened[p, b]) * total[b]
