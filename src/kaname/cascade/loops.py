"""The kernel's compiled loops: the equations of ``reference``, many cases at once, the innermost index the case.

Each skips what is undisturbed in every case of the batch. They release the interpreter lock, so that batches run
side by side on threads. Arrays are taken out of the tuples before the loops: inside them every look-up would
count references.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from kaname.cascade.accounts import NEGLIGIBLE
from kaname.cascade.trace import SLIP
from kaname.cascade.wiring import Fields, Wiring

NOTICED = 1e-3
"""Share of a slot's supply that must be missing before its user moves orders."""


def compiled(function: Any) -> Any:
    """Numba's ``njit`` without the lock, cached on disk; plain typing kept outside."""
    return njit(nogil=True, cache=True, error_model="numpy")(function)


@compiled
def place_orders(w: Wiring, f: Fields, overfill: float, restock_days: float, dt: float) -> None:
    """Equation 2: what each slot orders for use and to refill its stock, never more than its room."""
    users, needs, storable, targets, wholes = w.user, w.need, w.storable, w.target, w.whole
    lead_row, normal_use = w.lead_row, w.normal_use
    want, x_before, stock, transit = f.want, f.x_before, f.stock, f.transit
    orders, refill, refills = f.order, f.refill, f.refills
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
def move_orders(w: Wiring, f: Fields, surge: float, shift_days: float, dt: float) -> None:
    """Equation 3: how far orders have moved to suppliers that deliver."""
    slots, is_pooled, thetas, slot_ptr = w.shift_slot, w.pooled, w.theta, w.slot_ptr
    suppliers, pairs, shares = w.supplier, w.pair, w.share
    shut, dull, able, opened, trust = f.closed, f.dull, f.able, f.open, f.trust
    moved, growth, gone, moving = f.moved, f.growth, f.gone, f.moving
    cases = trust.shape[1]
    missing = np.empty(cases)
    for r in range(len(slots)):
        s = slots[r]
        pooled, theta = is_pooled[s], thetas[s]
        missing[:] = 0.0
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
            elif closed:
                for b in range(cases):
                    missing[b] += share * (1.0 - opened[p, b] * trust[i, b])
            else:
                for b in range(cases):
                    missing[b] += share * (1.0 - trust[i, b])
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
            there = 1.0 - missing[b]
            most = 1.0 / NEGLIGIBLE if pooled else surge
            ratio = min(missing[b] / there, most) if there > NEGLIGIBLE else most
            growth[r, b] = moved[r, b] * ratio
            gone[r, b] = 0.0
            if not pooled and missing[b] > NEGLIGIBLE:
                gone[r, b] = growth[r, b] * there / missing[b]


@compiled
def spread_orders(w: Wiring, f: Fields) -> None:
    """Equation 3 on links: ``spread`` where it is not the plain share in every case (``special``).

    It is the share of the slot's orders that reach the supplier: moved, and through what is open. For pooled
    services it is what the facility is asked to take over.
    """
    slots, suppliers, pairs, shares = w.slot, w.supplier, w.pair, w.share
    shift_row, is_pooled = w.shift_row, w.pooled
    shut, opened, trust, able = f.closed, f.open, f.trust, f.able
    growth, gone, moving, spread, special = f.growth, f.gone, f.moving, f.spread, f.special
    cases = trust.shape[1]
    for k in range(len(slots)):
        s, i, p, share = slots[k], suppliers[k], pairs[k], shares[k]
        r = shift_row[s]
        closed = p >= 0 and shut[p]
        moves = r >= 0 and moving[r]
        special[k] = closed or moves
        if is_pooled[s]:
            special[k] = moves
            if moves:
                for b in range(cases):
                    spread[k, b] = share * growth[r, b] * able[i, b]
        elif closed and moves:
            for b in range(cases):
                there = opened[p, b] * trust[i, b]
                part = 1.0 - gone[r, b] * (1.0 - there) + growth[r, b] * there
                spread[k, b] = share * part * opened[p, b]
        elif closed:
            for b in range(cases):
                spread[k, b] = share * opened[p, b]
        elif moves:
            for b in range(cases):
                there = trust[i, b]
                spread[k, b] = share * (1.0 - gone[r, b] * (1.0 - there) + growth[r, b] * there)


@compiled
def add_demand(w: Wiring, f: Fields) -> None:
    """Equation 4, the part that comes over links, added to ``use`` and ``restock``."""
    supplier_ptr, by_supplier, slots, shares = w.supplier_ptr, w.by_supplier, w.slot, w.share
    is_pooled = w.pooled
    use, restock, orders, refill, refills = f.use, f.restock, f.order, f.refill, f.refills
    spread, special = f.spread, f.special
    n, cases = use.shape
    for i in range(n):
        for j in range(supplier_ptr[i], supplier_ptr[i + 1]):
            k = by_supplier[j]
            s, share = slots[k], shares[k]
            if is_pooled[s]:
                for b in range(cases):
                    use[i, b] += share * orders[s, b]
                if special[k]:
                    for b in range(cases):
                        restock[i, b] += spread[k, b] * orders[s, b]
            elif special[k]:
                for b in range(cases):
                    use[i, b] += spread[k, b] * orders[s, b]
                if refills[s]:
                    for b in range(cases):
                        restock[i, b] += spread[k, b] * refill[s, b]
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
    node: Any, country: Any, of_country: Any, country_ptr: Any, flow: Any, ratio: Any, f: Fields
) -> None:
    """Demand of closed (supplier, country) pairs that untracked flows no longer carry."""
    shut, opened, use = f.closed, f.open, f.use
    industries, cases = ratio.shape
    total = np.empty(cases)
    for p in range(len(node)):
        i = node[p]
        if not shut[p] or i >= industries:
            continue
        total[:] = 0.0
        for q in range(country_ptr[country[p]], country_ptr[country[p] + 1]):
            j = of_country[q]
            amount = flow[i, j]
            if amount > 0:
                for b in range(cases):
                    total[b] += amount * ratio[j, b]
        for b in range(cases):
            use[i, b] -= (1.0 - opened[p, b]) * total[b]


@compiled
def set_make(w: Wiring, f: Fields) -> None:
    """Equation 5, first part: what nodes would make if their inputs came."""
    facility, base, caps, use, restock = w.facility, f.base, f.cap, f.use, f.restock
    make, make_use, x, binding = f.make, f.make_use, f.x, f.binding
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
def fill_demand(w: Wiring, f: Fields, only: Any, classic: bool) -> None:
    """Share of each tier of demand that output meets, for nodes in ``only``; sets ``short`` and ``changed``."""
    output, facility, left = w.output, w.facility, f.left
    xs, asks, mores, makes, make_use = f.x, f.use, f.restock, f.make, f.make_use
    fill_use, fill_restock, is_short, has_changed = f.fill_use, f.fill_restock, f.short, f.changed
    n, cases = xs.shape
    for i in range(n):
        has_changed[i] = False
        if not only[i]:
            continue
        tiny = NEGLIGIBLE * output[i]
        short = changed = False
        for b in range(cases):
            x, asked, more, make = xs[i, b], asks[i, b], mores[i, b], makes[i, b]
            if facility[i]:
                share = x / make if make > 0 else 1.0
                own = make_use[i, b] * share
                rest = (make - make_use[i, b]) * share
            else:
                own = min(x, asked)
                rest = max(0.0, x - asked)
            use = own / asked if asked > tiny else min(1.0, left[i, b])
            restock = min(1.0, rest / more) if more > tiny else 0.0
            if classic and not facility[i]:
                both = asked + more
                use = min(1.0, x / both) if both > tiny else 1.0
                restock = use
            if use > 1.0 - NEGLIGIBLE:
                use = 1.0
            short = short or use < 1.0
            changed = changed or use != fill_use[i, b] or restock != fill_restock[i, b]
            fill_use[i, b] = use
            fill_restock[i, b] = restock
        is_short[i] = short
        has_changed[i] = changed


@compiled
def find_starving(w: Wiring, f: Fields, here: int, dt: float) -> None:
    """Slots whose stock and arrivals may not last the step in some case."""
    users, needs, storable, lead_row = w.user, w.need, w.storable, w.lead_row
    stock, ring, make, starving = f.stock, f.ring, f.make, f.starving
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
def find_concerned(w: Wiring, f: Fields, first: bool) -> None:
    """Slots that a pass must look at: something of theirs is missing, or moved in the last pass."""
    storable, is_pooled, shift_row, slot_ptr = w.storable, w.pooled, w.shift_row, w.slot_ptr
    suppliers, pairs = w.supplier, w.pair
    starving, moving, short, shut, changed = f.starving, f.moving, f.short, f.closed, f.changed
    concerned = f.concerned
    for s in range(len(storable)):
        concerned[s] = False
        if storable[s] and not starving[s]:
            continue
        if first and (starving[s] or (is_pooled[s] and moving[shift_row[s]])):
            concerned[s] = True
            continue
        for k in range(slot_ptr[s], slot_ptr[s + 1]):
            i, p = suppliers[k], pairs[k]
            if changed[i] or (first and (short[i] or (p >= 0 and shut[p]))):
                concerned[s] = True
                break


@compiled
def take_in(w: Wiring, f: Fields, here: int, dt: float) -> None:
    """For concerned slots, the share of what the user would use that stock and today's deliveries give: ``got``."""
    users, needs, storable, is_pooled = w.user, w.need, w.storable, w.pooled
    lead_row, slot_ptr, suppliers, shares, leads = w.lead_row, w.slot_ptr, w.supplier, w.share, w.lead
    stock, ring, make, orders, refill, refills = f.stock, f.ring, f.make, f.order, f.refill, f.refills
    fill_use, fill_restock, spread, special = f.fill_use, f.fill_restock, f.spread, f.special
    short, concerned, gots = f.short, f.concerned, f.got
    pairs, shut, opened = w.pair, f.closed, f.open
    cases = stock.shape[1]
    got = np.empty(cases)
    for s in range(len(users)):
        if not concerned[s]:
            continue
        user, need, row = users[s], needs[s], lead_row[s]
        if storable[s]:
            for b in range(cases):
                got[b] = stock[s, b] / dt
            if row >= 0:
                for b in range(cases):
                    got[b] += ring[row, here, b] / dt
            for k in range(slot_ptr[s], slot_ptr[s + 1]):
                if leads[k] > 0:
                    continue
                i, share = suppliers[k], shares[k]
                odd, more = special[k], refills[s]
                for b in range(cases):
                    part = orders[s, b] * fill_use[i, b]
                    if more:
                        part += refill[s, b] * fill_restock[i, b]
                    got[b] += part * (spread[k, b] if odd else share)
            for b in range(cases):
                wanted = need * make[user, b]
                gots[s, b] = min(1.0, got[b] / wanted) if wanted > 0 else 1.0
            continue
        got[:] = 0.0
        for k in range(slot_ptr[s], slot_ptr[s + 1]):
            i, p, share = suppliers[k], pairs[k], shares[k]
            if is_pooled[s]:
                for b in range(cases):
                    got[b] += share * (1.0 - fill_use[i, b])
                if special[k]:
                    for b in range(cases):
                        got[b] -= spread[k, b] * fill_restock[i, b]
            elif not special[k]:
                if short[i]:
                    for b in range(cases):
                        got[b] += share * (1.0 - fill_use[i, b])
            else:
                closed = p >= 0 and shut[p]
                for b in range(cases):
                    o = opened[p, b] if closed else 1.0
                    # spread is already cut by what is closed; what the supplier was asked before that
                    asked = spread[k, b] / o if o > 0 else share
                    got[b] += asked * (1.0 - o * fill_use[i, b])
        for b in range(cases):
            gots[s, b] = min(1.0, max(0.0, 1.0 - got[b]))


@compiled
def lower_output(w: Wiring, f: Fields, done: Any, change: Any, touched: Any) -> None:
    """One pass of equation 5: output down to what concerned slots allow; ``change`` by case."""
    output, weights, by_user, user_ptr = w.output, w.weight, w.by_user, w.user_ptr
    x, make, binding, concerned, gots = f.x, f.make, f.binding, f.concerned, f.got
    n, cases = x.shape
    before = np.empty(cases)
    change[:] = 0.0
    for i in range(n):
        touched[i] = False
        any_slot = False
        for j in range(user_ptr[i], user_ptr[i + 1]):
            s = by_user[j]
            if not concerned[s]:
                continue
            if not any_slot:
                before[:] = x[i]
                any_slot = True
            weight = weights[s]
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
def deliver(w: Wiring, f: Fields, here: int, dt: float) -> None:
    """Equation 6: shipments, arrivals and stocks of storable slots."""
    users, needs, storable, lead_row = w.user, w.need, w.storable, w.lead_row
    slot_ptr, suppliers, shares, leads = w.slot_ptr, w.supplier, w.share, w.lead
    orders, refill, refills, x = f.order, f.refill, f.refills, f.x
    fill_use, fill_restock, spread, special, short = f.fill_use, f.fill_restock, f.spread, f.special, f.short
    stock, transit, ring = f.stock, f.transit, f.ring
    cases, length = x.shape[1], ring.shape[1]
    got, sent = np.empty(cases), np.empty(cases)
    for s in range(len(users)):
        if not storable[s]:
            continue
        row, more = lead_row[s], refills[s]
        got[:] = 0.0
        plain = 0.0
        if row >= 0:
            for b in range(cases):
                came = ring[row, here, b]
                got[b] = came / dt
                transit[row, b] -= came
                ring[row, here, b] = 0.0
        for k in range(slot_ptr[s], slot_ptr[s + 1]):
            i, lead, share, odd = suppliers[k], leads[k], shares[k], special[k]
            if lead == 0 and not odd and not more and not short[i]:
                plain += share
                continue
            for b in range(cases):
                part = orders[s, b] * fill_use[i, b]
                if more:
                    part += refill[s, b] * fill_restock[i, b]
                sent[b] = part * (spread[k, b] if odd else share)
            if lead == 0:
                for b in range(cases):
                    got[b] += sent[b]
            else:
                then = (here + lead) % length
                for b in range(cases):
                    ring[row, then, b] += sent[b] * dt
                    transit[row, b] += sent[b] * dt
        user, need = users[s], needs[s]
        for b in range(cases):
            there = stock[s, b] + (got[b] + plain * orders[s, b]) * dt
            stock[s, b] = there - min(there, need * x[user, b] * dt)


@compiled
def adapt(w: Wiring, f: Fields, stretch_pace: float, notice_pace: float) -> None:
    """Equation 7: over-capacity and trust follow, slowly; ``able`` becomes what inputs allowed."""
    output, slacks, base, use, restock = w.output, w.slack, f.base, f.use, f.restock
    stretch, trust, dull, fill_use = f.stretch, f.trust, f.dull, f.fill_use
    able, x, x_before, make = f.able, f.x, f.x_before, f.make
    n, cases = x.shape
    for i in range(n):
        slack, tiny = slacks[i], NEGLIGIBLE * output[i]
        distrusted = False
        for b in range(cases):
            aim = 1.0 + slack
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
