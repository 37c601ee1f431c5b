"""Compiled loops: output within a step settles on the largest that feeds itself (equations 5 and 6 of ``reference``).

The innermost index is the case; what is undisturbed in every case of the batch is skipped.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from kaname.cascade.accounts import NEGLIGIBLE
from kaname.cascade.compiling import compiled


@compiled
def settle(w: Any, f: Any, here: int, dt: float, classic: bool, passes: int, tolerance: float) -> int:
    """Equations 5 and 6: the largest output that feeds itself, from above; gives the passes made.

    A case is left alone once a pass moved it by no more than the tolerance, so that a batch gives what each case
    gives alone.
    """
    n, cases = f.x.shape
    done, change = np.zeros(cases, np.bool_), np.zeros(cases)
    touched = np.ones(n, np.bool_)
    find_starving(w.users, w.needs, w.storable, w.lead_row, f.stock, f.ring, f.make, f.starving, here, dt)
    for number in range(passes + 1):
        fill_demand(
            w.output, w.facility, f.left, f.x, f.use, f.restock, f.make, f.make_use, f.fill_use, f.fill_restock,
            f.short, f.changed, touched, classic,
        )  # fmt: skip
        if number == passes or done.all():
            return number
        find_concerned(
            w.storable, w.is_pooled, w.slot_ptr, w.suppliers, w.pairs, f.starving, f.short, f.shut, f.changed,
            f.concerned, number == 0,
        )  # fmt: skip
        take_in(
            w.users, w.needs, w.storable, w.is_pooled, w.lead_row, w.slot_ptr, w.suppliers, w.pairs, w.shares, w.leads,
            f.stock, f.ring, f.make, f.orders, f.refill, f.fill_use, f.fill_restock, f.spread, f.opened, f.eased,
            f.concerned, f.gots, here, dt,
        )  # fmt: skip
        lower_output(
            w.output, w.weights, w.by_user, w.user_ptr, f.x, f.make, f.binding, f.concerned, f.gots, done, change,
            touched,
        )  # fmt: skip
        for b in range(cases):
            done[b] = done[b] or change[b] <= tolerance
    return passes


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
def find_concerned(
    storable: Any,
    is_pooled: Any,
    slot_ptr: Any,
    suppliers: Any,
    pairs: Any,
    starving: Any,
    short: Any,
    shut: Any,
    changed: Any,
    concerned: Any,
    first: bool,
) -> None:
    """Slots that a pass must look at: something of theirs is missing, or moved in the last pass."""
    for s in range(len(storable)):
        concerned[s] = first and (starving[s] or is_pooled[s])
        if concerned[s] or (storable[s] and not starving[s]):
            continue
        for k in range(slot_ptr[s], slot_ptr[s + 1]):
            i = suppliers[k]
            if changed[i] or (first and (short[i] or shut[pairs[k]])):
                concerned[s] = True
                break


@compiled
def take_in(
    users: Any,
    needs: Any,
    storable: Any,
    is_pooled: Any,
    lead_row: Any,
    slot_ptr: Any,
    suppliers: Any,
    pairs: Any,
    shares: Any,
    leads: Any,
    stock: Any,
    ring: Any,
    make: Any,
    orders: Any,
    refill: Any,
    fill_use: Any,
    fill_restock: Any,
    spread: Any,
    opened: Any,
    eased: Any,
    concerned: Any,
    gots: Any,
    here: int,
    dt: float,
) -> None:
    """For concerned slots, the share of what the user would use that stock and today's deliveries give: ``got``."""
    cases = stock.shape[1]
    got = np.empty(cases)
    for s in range(len(users)):
        if not concerned[s]:
            continue
        user, need, row = users[s], needs[s], lead_row[s]
        links = range(slot_ptr[s], slot_ptr[s + 1])
        if not storable[s]:
            for b in range(cases):
                got[b] = 1.0
            for k in links:
                i, p, share = suppliers[k], pairs[k], shares[k]
                if is_pooled[s]:
                    for b in range(cases):
                        taken = spread[k, b] * (opened[p, b] * fill_restock[i, b])
                        got[b] -= share * (1.0 - opened[p, b] * fill_use[i, b]) - taken
                else:
                    for b in range(cases):
                        got[b] -= spread[k, b] * (1.0 - opened[p, b] * fill_use[i, b])
            for b in range(cases):
                gots[s, b] = min(1.0, max(0.0, got[b]))
            continue
        for b in range(cases):
            got[b] = stock[s, b] / dt
        if row >= 0:
            for b in range(cases):
                got[b] += ring[row, here, b] / dt
        for k in links:
            i, p = suppliers[k], pairs[k]
            if leads[k] == 0:
                for b in range(cases):
                    first, more = opened[p, b] * orders[s, b], eased[p, b] * refill[s, b]
                    got[b] += spread[k, b] * (first * fill_use[i, b] + more * fill_restock[i, b])
        for b in range(cases):
            wanted = need * make[user, b]
            gots[s, b] = min(1.0, got[b] / wanted) if wanted > 0 else 1.0


@compiled
def lower_output(
    output: Any,
    weights: Any,
    by_user: Any,
    user_ptr: Any,
    x: Any,
    make: Any,
    binding: Any,
    concerned: Any,
    gots: Any,
    done: Any,
    change: Any,
    touched: Any,
) -> None:
    """One pass of equation 5: output down to what concerned slots allow; ``change`` by case."""
    n, cases = x.shape
    before = np.empty(cases)
    for b in range(cases):
        change[b] = 0.0
    for i in range(n):
        touched[i] = False
        any_slot = False
        for j in range(user_ptr[i], user_ptr[i + 1]):
            s = by_user[j]
            if not concerned[s]:
                continue
            if not any_slot:
                for b in range(cases):
                    before[b] = x[i, b]
                any_slot = True
            weight = weights[s]
            lower = False
            for b in range(cases):
                lower |= make[i, b] * (1.0 - weight * (1.0 - gots[s, b])) < x[i, b]
            if not lower:
                continue
            for b in range(cases):
                most = make[i, b] * (1.0 - weight * (1.0 - gots[s, b]))
                if most < x[i, b] and not done[b]:
                    x[i, b] = most
                    binding[i, b] = s
                    touched[i] = True
        if touched[i]:
            for b in range(cases):
                change[b] = max(change[b], (before[b] - x[i, b]) / output[i])


@compiled
def fill_demand(
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
    changed: Any,
    only: Any,
    classic: bool,
) -> None:
    """Share of each tier of demand that output meets, for nodes in ``only``; sets ``short`` and ``changed``."""
    n, cases = x.shape
    for i in range(n):
        changed[i] = False
        if not only[i]:
            continue
        tiny = NEGLIGIBLE * output[i]
        any_short = any_changed = False
        for b in range(cases):
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
        changed[i] = any_changed
