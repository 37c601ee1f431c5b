"""Compiled loops: output within a step settles on the largest that feeds itself (equations 5 and 6 of ``reference``).

Passes go down from what producers would make. A producer that must lower its output wakes those who take from it at
once, and only inputs that were woken are looked at again. The innermost index is the case.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from kaname.cascade.compiling import apply, compiled, inlined
from kaname.cascade.ordering import placed
from kaname.cascade.plan import NEGLIGIBLE
from kaname.cascade.ranking import fill_in_turn
from kaname.cascade.wiring import Fields, Wiring
from kaname.network.tables import Floats


def settle(
    w: Wiring,
    f: Fields,
    here: int,
    dt: float,
    classic: bool,
    classes: int,
    passes: int,
    tolerance: float,
    able: Floats,
) -> int:
    """Lower ``x`` until a pass moves no case by more than the tolerance; gives the passes made.

    A case is left alone once a pass moved it by no more than that, so that a batch gives what each case gives alone.
    With more ``classes`` than one, those are served in turn (``ranking``); ``able`` is by seat.
    """
    cases = f.x.shape[1]
    hold, change = np.full(cases, -np.inf), np.zeros(cases)
    # unsigned: an index that may be negative would keep loops from being vectorized
    lo, hi = np.uint64(0), np.uint64(cases)
    apply(fill_demands, w, f, classic=classic, classes=classes)
    apply(find_starving, w, f, here=here, dt=dt)
    apply(find_awake, w, f)
    for number in range(passes):
        apply(
            lower_outputs, w, f, here=here, dt=dt, classic=classic, classes=classes, hold=hold, change=change,
            able=able, lo=lo, hi=hi,
        )  # fmt: skip
        hold[change <= tolerance] = np.inf
        live = np.flatnonzero(hold < 0)
        if not len(live):
            return number + 1
        lo, hi = np.uint64(live[0]), np.uint64(live[-1] + 1)
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
    evenly: Any,
    seat_use: Any,
    seat_restock: Any,
    classic: bool,
    classes: int,
) -> None:
    """``fill_demand`` of every node, or ``fill_in_turn``."""
    short[:] = False
    for i in range(len(output)):
        if classes > 1:
            fill_in_turn(
                i, classes, output, facility, left, x, use, restock, make, make_use, evenly, seat_use, seat_restock,
                fill_use, fill_restock, short,
            )  # fmt: skip
        else:
            fill_demand(
                i, output, facility, left, x, use, restock, make, make_use, fill_use, fill_restock, short, classic,
                np.uint64(0), np.uint64(x.shape[1]),
            )  # fmt: skip


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
    lo: int,
    hi: int,
) -> bool:
    """Share of each tier of demand that node ``i``'s output meets; sets ``short``; whether anything changed.

    Only cases from ``lo`` to ``hi`` are looked at.
    """
    tiny = NEGLIGIBLE * output[i]
    any_short = any_changed = False
    for b in range(lo, hi):
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
    short[i] = short[i] or any_short
    return any_changed


@compiled
def find_starving(
    users: Any,
    needs: Any,
    storable: Any,
    holds: Any,
    lead_row: Any,
    stock: Any,
    ring: Any,
    make: Any,
    starving: Any,
    here: int,
    dt: float,
) -> None:
    """Slots whose stock (what of it may be used) and arrivals may not last the step in some case."""
    cases, soft = stock.shape[1], len(holds) > 0
    for s in range(len(users)):
        starving[s] = False
        if not storable[s]:
            continue
        row, user, need, lacks = lead_row[s], users[s], needs[s], 0
        if soft:
            for b in range(cases):
                there = stock[s, b] / holds[s, b] + (ring[row, here, b] if row >= 0 else 0.0)
                lacks += 1 if there < need * make[user, b] * dt else 0
        elif row >= 0:
            for b in range(cases):
                lacks += 1 if stock[s, b] + ring[row, here, b] < need * make[user, b] * dt else 0
        else:
            for b in range(cases):
                lacks += 1 if stock[s, b] < need * make[user, b] * dt else 0
        starving[s] = lacks > 0


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
    shift_row: Any,
    lead_row: Any,
    slot_ptr: Any,
    holds: Any,
    evenly: Any,
    slots: Any,
    suppliers: Any,
    shares: Any,
    leads: Any,
    pairs: Any,
    own: int,
    by_supplier: Any,
    supplier_ptr: Any,
    by_user: Any,
    user_ptr: Any,
    left: Any,
    able: Any,
    trust: Any,
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
    seat_use: Any,
    seat_restock: Any,
    kept: Any,
    binding: Any,
    orders: Any,
    refill: Any,
    stock: Any,
    ring: Any,
    starving: Any,
    growth: Any,
    gone: Any,
    still: Any,
    awake: Any,
    here: int,
    dt: float,
    classic: bool,
    classes: int,
    hold: Any,
    change: Any,
    lo: int,
    hi: int,
) -> None:
    """One pass: each node's output down to what its awake slots allow; ``change`` by case as a share of normal.

    ``hold``: (B,) infinite for cases that are left alone, else minus infinite; the others lie from ``lo`` to ``hi``.
    """
    cases, span = len(change), (lo, hi)
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
                    s, i, needs, holds, shift_row, lead_row, slot_ptr, suppliers, pairs, own, kept, leads, stock,
                    ring, make, shares, orders, refill, fill_use, fill_restock, trust, growth, gone, still, opened,
                    eased, got, here, dt, span,
                )  # fmt: skip
            else:
                take_service(
                    s, is_pooled, shift_row, slot_ptr, suppliers, pairs, own, kept, shares, fill_use, fill_restock,
                    able, trust, growth, gone, still, opened, eased, got, span,
                )  # fmt: skip
            if not lowered:
                for b in range(lo, hi):
                    before[b] = x[i, b]
            weight, falls = weights[s], 0
            for b in range(lo, hi):
                aim[b] = max(hold[b], make[i, b] * (1.0 - weight * (1.0 - min(1.0, max(0.0, got[b])))))
                falls += 1 if aim[b] < x[i, b] else 0
            if falls == 0:
                continue
            lowered = True
            for b in range(lo, hi):
                lower = aim[b] < x[i, b]
                binding[i, b] = s if lower else binding[i, b]
                x[i, b] = aim[b] if lower else x[i, b]
        if not lowered:
            continue
        for b in range(lo, hi):
            change[b] = max(change[b], (before[b] - x[i, b]) / output[i])
        if classes > 1:
            changed = fill_in_turn(
                i, classes, output, facility, left, x, use, restock, make, make_use, evenly, seat_use, seat_restock,
                fill_use, fill_restock, short,
            )  # fmt: skip
        else:
            changed = fill_demand(
                i, output, facility, left, x, use, restock, make, make_use, fill_use, fill_restock, short, classic,
                lo, hi,
            )  # fmt: skip
        if changed:
            for j in range(supplier_ptr[i], supplier_ptr[i + 1]):
                s = slots[by_supplier[j]]
                awake[s] = awake[s] or starving[s] or not storable[s]


@inlined
def take_stored(
    s: int,
    user: int,
    needs: Any,
    holds: Any,
    shift_row: Any,
    lead_row: Any,
    slot_ptr: Any,
    suppliers: Any,
    pairs: Any,
    own: int,
    kept: Any,
    leads: Any,
    stock: Any,
    ring: Any,
    make: Any,
    shares: Any,
    orders: Any,
    refill: Any,
    fill_use: Any,
    fill_restock: Any,
    trust: Any,
    growth: Any,
    gone: Any,
    still: Any,
    opened: Any,
    eased: Any,
    got: Any,
    here: int,
    dt: float,
    span: Any,
) -> None:
    """Share of what the user would use that stock and today's deliveries give: ``got`` by case, above 1 where it is
    more."""
    need, row, r = needs[s], lead_row[s], shift_row[s]
    lo, hi = span
    for b in range(lo, hi):
        got[b] = stock[s, b] / dt
    if len(holds) > 0:
        for b in range(lo, hi):
            got[b] /= holds[s, b]
    if row >= 0:
        for b in range(lo, hi):
            got[b] += ring[row, here, b] / dt
    for k in range(slot_ptr[s], slot_ptr[s + 1]):
        i, p, share = suppliers[k], pairs[k], shares[k]
        if leads[k] != 0:
            continue
        if still[s]:
            for b in range(lo, hi):
                first, more = orders[s, b] * fill_use[i, b], refill[s, b] * fill_restock[i, b]
                got[b] += share * (opened[p, b] * first + eased[p, b] * more)
        elif p >= own:
            for b in range(lo, hi):
                first, more = orders[s, b] * fill_use[i, b], refill[s, b] * fill_restock[i, b]
                got[b] += kept[p - own, b] * (opened[p, b] * first + eased[p, b] * more)
        else:
            for b in range(lo, hi):
                part = placed(share, opened[p, b], eased[p, b], trust[i, b], growth[r, b], gone[r, b])
                first, more = orders[s, b] * fill_use[i, b], refill[s, b] * fill_restock[i, b]
                got[b] += part * (opened[p, b] * first + eased[p, b] * more)
    for b in range(lo, hi):
        wanted = need * make[user, b]
        got[b] = got[b] / wanted if wanted > 0 else 1.0


@inlined
def take_service(
    s: int,
    is_pooled: Any,
    shift_row: Any,
    slot_ptr: Any,
    suppliers: Any,
    pairs: Any,
    own: int,
    kept: Any,
    shares: Any,
    fill_use: Any,
    fill_restock: Any,
    able: Any,
    trust: Any,
    growth: Any,
    gone: Any,
    still: Any,
    opened: Any,
    eased: Any,
    got: Any,
    span: Any,
) -> None:
    """The same for what cannot be stored: what today's suppliers give."""
    r, (lo, hi) = shift_row[s], span
    for b in range(lo, hi):
        got[b] = 1.0
    for k in range(slot_ptr[s], slot_ptr[s + 1]):
        i, p, share = suppliers[k], pairs[k], shares[k]
        if is_pooled[s] or still[s]:
            for b in range(lo, hi):
                got[b] -= share * (1.0 - opened[p, b] * fill_use[i, b])
        elif p >= own:
            for b in range(lo, hi):
                got[b] -= kept[p - own, b] * (1.0 - opened[p, b] * fill_use[i, b])
        else:
            for b in range(lo, hi):
                part = placed(share, opened[p, b], eased[p, b], trust[i, b], growth[r, b], gone[r, b])
                got[b] -= part * (1.0 - opened[p, b] * fill_use[i, b])
        if is_pooled[s] and r >= 0:
            for b in range(lo, hi):
                got[b] += share * growth[r, b] * able[i, b] * (opened[p, b] * fill_restock[i, b])
