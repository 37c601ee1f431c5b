"""Compiled loops: output within a step settles on the largest that feeds itself (equations 5 and 6 of ``reference``).

Passes go down from what producers would make. A producer that must lower its output wakes those who take from it at
once, and only inputs that were woken are looked at again. The innermost index is the case.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from kaname.cascade.compiling import apply, compiled, inlined
from kaname.cascade.plan import NEGLIGIBLE
from kaname.cascade.wiring import Fields, Wiring


def settle(w: Wiring, f: Fields, here: int, dt: float, classic: bool, passes: int, tolerance: float) -> int:
    """Lower ``x`` until a pass moves no case by more than the tolerance; gives the passes made.

    A case is left alone once a pass moved it by no more than that, so that a batch gives what each case gives alone.
    """
    cases = f.x.shape[1]
    hold, change = np.full(cases, -np.inf), np.zeros(cases)
    apply(fill_demands, w, f, classic=classic)
    apply(find_starving, w, f, here=here, dt=dt)
    apply(find_awake, w, f)
    for number in range(passes):
        apply(lower_outputs, w, f, here=here, dt=dt, classic=classic, hold=hold, change=change)
        hold[change <= tolerance] = np.inf
        if (hold > 0).all():
            return number + 1
    return passes


@compiled
def fill_demands(
    output: Any,
    facility: Any,
    left: Any,
    x: Any,
    use: Any,
    restock: Any,
    make: Any,
    make_use: Any,
    fill_use: Any,
    fill_restock: Any,
    short: Any,
    classic: bool,
) -> None:
    """``fill_demand`` of every node."""
    for i in range(len(output)):
        fill_demand(
            i, output, facility, left, x, use, restock, make, make_use, fill_use, fill_restock, short, classic
        )


@inlined
def fill_demand(
    i: int,
    output: Any,
    facility: Any,
    left: Any,
    x: Any,
    use: Any,
    restock: Any,
    make: Any,
    make_use: Any,
    fill_use: Any,
    fill_restock: Any,
    short: Any,
    classic: bool,
) -> bool:
    """Share of each tier of demand that node ``i``'s output meets; sets ``short``; whether anything changed."""
    tiny = NEGLIGIBLE * output[i]
    any_short = any_changed = False
    for b in range(x.shape[1]):
        made, asked, more, could = x[i, b], use[i, b], restock[i, b], make[i, b]
        if facility[i]:
            share = made / could if could > 0 else 1.0
            own = make_use[i, b] * share
            rest = (could - make_use[i, b]) * share
        else:
            own = min(made, asked)
            rest = max(0.0, made - asked)
        met = own / asked if asked > tiny else min(1.0, left[i, b])
        met_more = min(1.0, rest / more) if more > tiny else 0.0
        if classic and not facility[i]:
            both = asked + more
            met = min(1.0, made / both) if both > tiny else 1.0
            met_more = met
        if met > 1.0 - NEGLIGIBLE:
            met = 1.0
        any_short = any_short or met < 1.0
        any_changed = any_changed or met != fill_use[i, b] or met_more != fill_restock[i, b]
        fill_use[i, b] = met
        fill_restock[i, b] = met_more
    short[i] = any_short
    return any_changed


@compiled
def find_starving(
    users: Any,
    needs: Any,
    storable: Any,
    lead_row: Any,
    stock: Any,
    ring: Any,
    make: Any,
    starving: Any,
    here: int,
    dt: float,
) -> None:
    """Slots whose stock and arrivals may not last the step in some case."""
    cases = stock.shape[1]
    for s in range(len(users)):
        starving[s] = False
        if not storable[s]:
            continue
        row, user, need = lead_row[s], users[s], needs[s]
        for b in range(cases):
            there = stock[s, b]
            if row >= 0:
                there += ring[row, here, b]
            if there < need * make[user, b] * dt:
                starving[s] = True
                break


@compiled
def find_awake(
    storable: Any,
    is_pooled: Any,
    slot_ptr: Any,
    suppliers: Any,
    pairs: Any,
    starving: Any,
    short: Any,
    shut: Any,
    awake: Any,
) -> None:
    """Slots of which something may be missing, to begin with."""
    for s in range(len(storable)):
        awake[s] = starving[s] or is_pooled[s]
        if storable[s]:
            continue
        for k in range(slot_ptr[s], slot_ptr[s + 1]):
            awake[s] = awake[s] or short[suppliers[k]] or shut[pairs[k]]


@compiled
def lower_outputs(
    output: Any,
    facility: Any,
    users: Any,
    needs: Any,
    weights: Any,
    storable: Any,
    is_pooled: Any,
    lead_row: Any,
    slot_ptr: Any,
    slots: Any,
    suppliers: Any,
    shares: Any,
    leads: Any,
    pairs: Any,
    by_supplier: Any,
    supplier_ptr: Any,
    by_user: Any,
    user_ptr: Any,
    left: Any,
    opened: Any,
    eased: Any,
    use: Any,
    restock: Any,
    make: Any,
    make_use: Any,
    x: Any,
    fill_use: Any,
    fill_restock: Any,
    short: Any,
    binding: Any,
    orders: Any,
    refill: Any,
    stock: Any,
    ring: Any,
    starving: Any,
    spread: Any,
    still: Any,
    awake: Any,
    here: int,
    dt: float,
    classic: bool,
    hold: Any,
    change: Any,
) -> None:
    """One pass: each node's output down to what its awake slots allow; ``change`` by case as a share of normal.

    ``hold``: (B,) infinite for cases that are left alone, else minus infinite.
    """
    cases = len(change)
    before, got, aim = np.empty(cases), np.empty(cases), np.empty(cases)
    change[:] = 0.0
    for i in range(len(output)):
        lowered = False
        for j in range(user_ptr[i], user_ptr[i + 1]):
            s = by_user[j]
            if not awake[s]:
                continue
            awake[s] = False
            if storable[s]:
                take_stored(
                    s, i, needs, lead_row, slot_ptr, suppliers, pairs, leads, stock, ring, make, shares, orders,
                    refill, fill_use, fill_restock, spread, still, opened, eased, got, here, dt,
                )  # fmt: skip
            else:
                take_service(
                    s, is_pooled, slot_ptr, suppliers, pairs, shares, fill_use, fill_restock, spread, still, opened,
                    got,
                )  # fmt: skip
            if not lowered:
                for b in range(cases):
                    before[b] = x[i, b]
            weight, falls = weights[s], 0
            for b in range(cases):
                aim[b] = max(hold[b], make[i, b] * (1.0 - weight * (1.0 - got[b])))
            for b in range(cases):
                falls += 1 if aim[b] < x[i, b] else 0
            if falls == 0:
                continue
            lowered = True
            for b in range(cases):
                binding[i, b] = s if aim[b] < x[i, b] else binding[i, b]
            for b in range(cases):
                x[i, b] = min(x[i, b], aim[b])
        if not lowered:
            continue
        for b in range(cases):
            change[b] = max(change[b], (before[b] - x[i, b]) / output[i])
        if fill_demand(
            i, output, facility, left, x, use, restock, make, make_use, fill_use, fill_restock, short, classic
        ):
            for j in range(supplier_ptr[i], supplier_ptr[i + 1]):
                s = slots[by_supplier[j]]
                awake[s] = awake[s] or starving[s] or not storable[s]


@inlined
def take_stored(
    s: int,
    user: int,
    needs: Any,
    lead_row: Any,
    slot_ptr: Any,
    suppliers: Any,
    pairs: Any,
    leads: Any,
    stock: Any,
    ring: Any,
    make: Any,
    shares: Any,
    orders: Any,
    refill: Any,
    fill_use: Any,
    fill_restock: Any,
    spread: Any,
    still: Any,
    opened: Any,
    eased: Any,
    got: Any,
    here: int,
    dt: float,
) -> None:
    """Share of what the user would use that stock and today's deliveries give: ``got`` by case."""
    need, row = needs[s], lead_row[s]
    for b in range(len(got)):
        got[b] = stock[s, b] / dt
    if row >= 0:
        for b in range(len(got)):
            got[b] += ring[row, here, b] / dt
    for k in range(slot_ptr[s], slot_ptr[s + 1]):
        i, p = suppliers[k], pairs[k]
        if leads[k] == 0:
            share = shares[k]
            for b in range(len(got)):
                first, more = opened[p, b] * orders[s, b], eased[p, b] * refill[s, b]
                part = share if still[s] else spread[k, b]
                got[b] += part * (first * fill_use[i, b] + more * fill_restock[i, b])
    for b in range(len(got)):
        wanted = need * make[user, b]
        got[b] = min(1.0, got[b] / wanted) if wanted > 0 else 1.0


@inlined
def take_service(
    s: int,
    is_pooled: Any,
    slot_ptr: Any,
    suppliers: Any,
    pairs: Any,
    shares: Any,
    fill_use: Any,
    fill_restock: Any,
    spread: Any,
    still: Any,
    opened: Any,
    got: Any,
) -> None:
    """The same for what cannot be stored: what today's suppliers give."""
    for b in range(len(got)):
        got[b] = 1.0
    for k in range(slot_ptr[s], slot_ptr[s + 1]):
        i, p, share = suppliers[k], pairs[k], shares[k]
        if is_pooled[s]:
            for b in range(len(got)):
                taken = spread[k, b] * (opened[p, b] * fill_restock[i, b])
                got[b] -= share * (1.0 - opened[p, b] * fill_use[i, b]) - taken
        elif still[s]:
            for b in range(len(got)):
                got[b] -= share * (1.0 - opened[p, b] * fill_use[i, b])
        else:
            for b in range(len(got)):
                got[b] -= spread[k, b] * (1.0 - opened[p, b] * fill_use[i, b])
    for b in range(len(got)):
        got[b] = min(1.0, max(0.0, got[b]))
