"""Compiled loops, first half of a step: what is ordered, from whom (equations 2 to 4 of ``reference``).

Arguments are fields of ``wiring.Wiring`` and ``wiring.Fields`` by name, see ``compiling.apply``. The innermost index
is the case. Loops over cases hold no branch and write first to rows that are local: only so do they compile to vector
instructions, which counts for more than skipping what is undisturbed.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from kaname.cascade.compiling import compiled, inlined, summing
from kaname.cascade.plan import EASY, NEGLIGIBLE, NOTICED


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
        for b in range(opened.shape[1]):
            opened[p, b] *= 1.0 - part * lost[b]


@compiled
def find_shut(rows: Any, opened: Any, eased: Any, shut: Any) -> None:
    """``plan.eased``, and which pairs any case closes."""
    for p in rows:
        for b in range(opened.shape[1]):
            eased[p, b] = opened[p, b] * min(1.0, max(0.0, (opened[p, b] - EASY) / (1.0 - EASY)))
        closes = 0
        for b in range(opened.shape[1]):
            closes += 1 if opened[p, b] < 1.0 else 0
        shut[p] = closes > 0


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
    lacking: Any,
    overfill: Any,
    restock_days: Any,
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
        least, most = NEGLIGIBLE * normal_use[s], 0.0
        for b in range(cases):
            position[b] = stock[s, b]
        if row >= 0:
            for b in range(cases):
                position[b] += transit[row, b]
        for b in range(cases):
            gap = wholes[s, b] - position[b]
            room = need * x_before[user, b] + max(0.0, overfill[b] * targets[s, b] + gap) / dt
            order = min(need * want[user, b], room)
            more = min(max(0.0, gap) / restock_days[b], room - order)
            orders[s, b] = order
            refill[s, b] = more if more > least else 0.0
        for b in range(cases):
            most = max(most, refill[s, b])
        lacking[s] = most > 0.0


@compiled
def find_still(
    is_pooled: Any, shift_row: Any, slot_ptr: Any, suppliers: Any, pairs: Any, doubted: Any, shut: Any, turned: Any,
    still: Any,
) -> None:  # fmt: skip
    """Slots of which no case moves any order, nor has reason to."""
    for s in range(len(still)):
        r = shift_row[s]
        still[s] = not (is_pooled[s] or (r >= 0 and turned[r]))
        if r >= 0 and still[s]:
            for k in range(slot_ptr[s], slot_ptr[s + 1]):
                if doubted[suppliers[k]] or shut[pairs[k]]:
                    still[s] = False
                    break


@compiled
def ask_services(
    is_pooled: Any, thetas: Any, shift_row: Any, slot_ptr: Any, suppliers: Any, pairs: Any, shares: Any, able: Any,
    opened: Any, orders: Any, moved: Any, growth: Any, use: Any, restock: Any,
) -> None:  # fmt: skip
    """Equations 3 and 4 of pooled services: others are asked at once to take over what a facility cannot do."""
    cases = use.shape[1]
    missing, room = np.zeros(cases), np.zeros(cases)
    for s in range(len(is_pooled)):
        if not is_pooled[s]:
            continue
        r = shift_row[s]
        if r >= 0:
            _turn(s, r, slot_ptr, suppliers, shares, able, thetas, moved, missing, room, growth)
        for k in range(slot_ptr[s], slot_ptr[s + 1]):
            i, p, share = suppliers[k], pairs[k], shares[k]
            for b in range(cases):
                use[i, b] += share * opened[p, b] * orders[s, b]
            if r >= 0:
                for b in range(cases):
                    restock[i, b] += share * growth[r, b] * able[i, b] * opened[p, b] * orders[s, b]


@compiled
def move_orders(
    is_pooled: Any, thetas: Any, shift_row: Any, slot_ptr: Any, suppliers: Any, pairs: Any, shares: Any, trust: Any,
    doubted: Any, opened: Any, eased: Any, shut: Any, orders: Any, refill: Any, lacking: Any, moved: Any, turned: Any,
    growth: Any, gone: Any, still: Any, use: Any, restock: Any, surge: Any, pace: Any,
) -> None:  # fmt: skip
    """Equations 3 and 4: orders move to suppliers that deliver and are added to their ``use`` and ``restock``.

    ``growth`` and ``gone`` say how, by row of the slots that shift: what each supplier gets of a slot's orders is
    worked out from them where it is needed (:func:`placed`), which is less to read than keeping it would be. A slot is
    ``still`` again once no case has moved any order: its shares are the normal ones.
    """
    cases = use.shape[1]
    missing, room, part = np.zeros(cases), np.zeros(cases), np.empty(cases)
    for s in range(len(is_pooled)):
        if still[s] or is_pooled[s]:
            continue
        r = shift_row[s]
        _miss(s, slot_ptr, suppliers, pairs, shares, trust, doubted, opened, eased, shut, missing, room)
        turned[r] = _pace(r, thetas, missing, moved, pace)
        still[s] = not turned[r]
        if still[s]:
            continue
        _move(r, moved, missing, room, growth, gone, surge)
        for k in range(slot_ptr[s], slot_ptr[s + 1]):
            i, p, share = suppliers[k], pairs[k], shares[k]
            for b in range(cases):
                part[b] = placed(share, opened[p, b], eased[p, b], trust[i, b], growth[r, b], gone[r, b])
            for b in range(cases):
                use[i, b] += part[b] * opened[p, b] * orders[s, b]
            if lacking[s]:
                for b in range(cases):
                    restock[i, b] += part[b] * eased[p, b] * refill[s, b]


@inlined
def placed(share: float, opened: float, eased: float, trust: float, growth: float, gone: float) -> float:
    """Share of a slot's orders placed with a supplier, of which ``share`` is usual; where the slot is not ``still``."""
    return share * (1.0 - gone * (1.0 - opened * trust) + growth * (eased * trust))


@compiled
def order_as_ever(
    slot_ptr: Any,
    suppliers: Any,
    pairs: Any,
    shares: Any,
    opened: Any,
    eased: Any,
    shut: Any,
    orders: Any,
    refill: Any,
    lacking: Any,
    still: Any,
    use: Any,
    restock: Any,
) -> None:
    """Orders of the slots that keep to their normal shares."""
    cases = use.shape[1]
    for s in range(len(still)):
        if not still[s]:
            continue
        for k in range(slot_ptr[s], slot_ptr[s + 1]):
            i, p, share = suppliers[k], pairs[k], shares[k]
            if shut[p]:
                for b in range(cases):
                    use[i, b] += share * opened[p, b] * orders[s, b]
                for b in range(cases):
                    restock[i, b] += share * eased[p, b] * refill[s, b]
                continue
            for b in range(cases):
                use[i, b] += share * orders[s, b]
            if lacking[s]:
                for b in range(cases):
                    restock[i, b] += share * refill[s, b]


@inlined
def _miss(
    s: int, slot_ptr: Any, suppliers: Any, pairs: Any, shares: Any, trust: Any, doubted: Any, opened: Any, eased: Any,
    shut: Any, missing: Any, room: Any,
) -> None:  # fmt: skip
    """By case the share of the slot's normal supply that its users miss, and what of it takes moved orders."""
    for b in range(len(missing)):
        missing[b] = room[b] = 0.0
    for k in range(slot_ptr[s], slot_ptr[s + 1]):
        i, p, share = suppliers[k], pairs[k], shares[k]
        if doubted[i] or shut[p]:
            for b in range(len(missing)):
                missing[b] += share * (1.0 - opened[p, b] * trust[i, b])
            for b in range(len(missing)):
                room[b] += share * (eased[p, b] * trust[i, b])
        else:
            for b in range(len(missing)):
                room[b] += share


@inlined
def _pace(r: int, thetas: Any, missing: Any, moved: Any, pace: Any) -> bool:
    """Orders move away while something is missing, and back when it is not; whether any are away."""
    away = 0.0
    for b in range(len(missing)):
        step = thetas[r, b] * pace[b]
        moved[r, b] = min(thetas[r, b], max(0.0, moved[r, b] + (step if missing[b] > NOTICED else -step)))
    for b in range(len(missing)):
        away = max(away, moved[r, b])
    return away > 0.0


@inlined
def _turn(
    s: int,
    r: int,
    slot_ptr: Any,
    suppliers: Any,
    shares: Any,
    able: Any,
    thetas: Any,
    moved: Any,
    missing: Any,
    room: Any,
    growth: Any,
) -> None:
    """How much facilities are asked to take over: at once, and as much as is missing."""
    cases = len(missing)
    for b in range(cases):
        missing[b] = room[b] = 0.0
    for k in range(slot_ptr[s], slot_ptr[s + 1]):
        i, share = suppliers[k], shares[k]
        for b in range(cases):
            missing[b] += share * (1.0 - able[i, b])
            room[b] += share * able[i, b]
    for b in range(cases):
        moved[r, b] = thetas[r, b]
        ratio = min(missing[b] / room[b], 1.0 / NEGLIGIBLE) if room[b] > NEGLIGIBLE else 1.0 / NEGLIGIBLE
        growth[r, b] = moved[r, b] * ratio


@inlined
def _move(r: int, moved: Any, missing: Any, room: Any, growth: Any, gone: Any, surge: Any) -> None:
    """By what orders grow at suppliers that deliver, and what of them is gone from the others."""
    for b in range(len(missing)):
        ratio = min(missing[b] / room[b], surge[b]) if room[b] > NEGLIGIBLE else surge[b]
        growth[r, b] = moved[r, b] * ratio
    for b in range(len(missing)):
        gone[r, b] = growth[r, b] * room[b] / missing[b] if missing[b] > NEGLIGIBLE else 0.0


@compiled
def find_moved(users: Any, want: Any, output: Any, moved: Any) -> None:
    """By what share each of ``users`` wants to make more than usual: ``moved`` (users, cases or more)."""
    for u in range(len(users)):
        i = users[u]
        for b in range(want.shape[1]):
            moved[u, b] = want[i, b] / output[i] - 1.0


@compiled
def add_flows(total: Any, drawn: Any, use: Any) -> None:
    """Demand that untracked flows carry: what is usual in ``total``, and what is ``drawn`` beyond it."""
    for i in range(len(total)):
        for b in range(use.shape[1]):
            use[i, b] += total[i] + drawn[i, b]


@summing
def subtract_closed_flow(
    rows: Any, node: Any, country: Any, first: Any, values: Any, usual: Any, moved: Any, opened: Any, use: Any
) -> None:
    """Demand that untracked flows no longer carry over the closed pairs ``rows``; fields of ``tables.Flows`` beside.

    ``moved``: (cases, industries) by what share users want to make more than usual, in the order of ``values``. Ways
    are closed in few cases at a time, so what each draws is summed for these only.
    """
    for p in rows:
        i, c = node[p], country[p]
        low, high = first[c], first[c + 1]
        for b in range(use.shape[1]):
            if opened[p, b] < 1.0:
                more = values[i, low] * moved[b, low]
                for u in range(low + 1, high):
                    more += values[i, u] * moved[b, u]
                use[i, b] -= (1.0 - opened[p, b]) * (usual[i, c] + more)
