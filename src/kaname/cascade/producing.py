"""Compiled loops, second half of a step: output, deliveries, stocks (equations 5 to 7 of ``reference``).

Arguments are fields of ``wiring.Wiring`` and ``wiring.Fields`` by name, see ``compiling.apply``. The innermost index
is the case; what is undisturbed in every case of the batch is skipped.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from kaname.cascade.accounts import NEGLIGIBLE
from kaname.cascade.compiling import compiled
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
    shift_row: Any,
    slot_ptr: Any,
    suppliers: Any,
    pairs: Any,
    starving: Any,
    moving: Any,
    short: Any,
    shut: Any,
    changed: Any,
    concerned: Any,
    first: bool,
) -> None:
    """Slots that a pass must look at: something of theirs is missing, or moved in the last pass."""
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
def take_in(
    users: Any,
    needs: Any,
    storable: Any,
    is_pooled: Any,
    lead_row: Any,
    slot_ptr: Any,
    suppliers: Any,
    shares: Any,
    leads: Any,
    stock: Any,
    ring: Any,
    make: Any,
    orders: Any,
    refill: Any,
    refills: Any,
    fill_use: Any,
    fill_restock: Any,
    spread: Any,
    topup: Any,
    special: Any,
    short: Any,
    concerned: Any,
    gots: Any,
    shift_row: Any,
    moving: Any,
    gone: Any,
    pairs: Any,
    shut: Any,
    opened: Any,
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
                if special[k]:
                    for b in range(cases):
                        got[b] += spread[k, b] * orders[s, b] * fill_use[i, b]
                    if refills[s]:
                        for b in range(cases):
                            got[b] += topup[k, b] * refill[s, b] * fill_restock[i, b]
                else:
                    for b in range(cases):
                        got[b] += share * orders[s, b] * fill_use[i, b]
                    if refills[s]:
                        for b in range(cases):
                            got[b] += share * refill[s, b] * fill_restock[i, b]
            for b in range(cases):
                wanted = need * make[user, b]
                gots[s, b] = min(1.0, got[b] / wanted) if wanted > 0 else 1.0
            continue
        for b in range(cases):
            got[b] = 0.0
        for k in range(slot_ptr[s], slot_ptr[s + 1]):
            i, p, share = suppliers[k], pairs[k], shares[k]
            closed = p >= 0 and shut[p]
            r = shift_row[s]
            moves = r >= 0 and moving[r]
            if is_pooled[s]:
                for b in range(cases):
                    got[b] += share * (1.0 - fill_use[i, b] * (opened[p, b] if closed else 1.0))
                if special[k]:
                    for b in range(cases):
                        got[b] -= spread[k, b] * fill_restock[i, b]
            elif closed:
                for b in range(cases):
                    o = opened[p, b]
                    # spread is already cut by what is closed; what the supplier was asked before that
                    asked = spread[k, b] / o if o > 0 else share * (1.0 - gone[r, b] if moves else 1.0)
                    got[b] += asked * (1.0 - o * fill_use[i, b])
            elif short[i]:
                if special[k]:
                    for b in range(cases):
                        got[b] += spread[k, b] * (1.0 - fill_use[i, b])
                else:
                    for b in range(cases):
                        got[b] += share * (1.0 - fill_use[i, b])
        for b in range(cases):
            gots[s, b] = min(1.0, max(0.0, 1.0 - got[b]))


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
def deliver(
    users: Any,
    needs: Any,
    storable: Any,
    lead_row: Any,
    slot_ptr: Any,
    suppliers: Any,
    shares: Any,
    leads: Any,
    orders: Any,
    refill: Any,
    refills: Any,
    x: Any,
    fill_use: Any,
    fill_restock: Any,
    spread: Any,
    topup: Any,
    special: Any,
    short: Any,
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
        row, more = lead_row[s], refills[s]
        for b in range(cases):
            got[b] = 0.0
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
                sent[b] = orders[s, b] * fill_use[i, b] * (spread[k, b] if odd else share)
                if more:
                    sent[b] += refill[s, b] * fill_restock[i, b] * (topup[k, b] if odd else share)
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
