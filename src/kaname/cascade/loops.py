"""The kernel's compiled loops: the equations of ``reference``, many cases at once, the innermost index the case.

Each skips what is undisturbed in every case of the batch. They release the interpreter lock, so that batches run
side by side on threads.
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
    cases = f.want.shape[1]
    for s in range(len(w.user)):
        user, need = w.user[s], w.need[s]
        f.refills[s] = False
        if not w.storable[s]:
            for b in range(cases):
                f.order[s, b] = need * f.want[user, b]
            continue
        row, whole = w.lead_row[s], w.whole[s]
        extra, least = overfill * w.target[s], NEGLIGIBLE * w.normal_use[s]
        most = 0.0
        for b in range(cases):
            position = f.stock[s, b]
            if row >= 0:
                position += f.transit[row, b]
            room = need * f.x_before[user, b] + max(0.0, extra + whole - position) / dt
            order = min(need * f.want[user, b], room)
            refill = min(max(0.0, whole - position) / restock_days, room - order)
            if refill <= least:
                refill = 0.0
            f.order[s, b] = order
            f.refill[s, b] = refill
            most = max(most, refill)
        f.refills[s] = most > 0


@compiled
def move_orders(w: Wiring, f: Fields, surge: float, shift_days: float, dt: float) -> None:
    """Equation 3: how far orders have moved to suppliers that deliver."""
    cases = f.want.shape[1]
    missing = np.empty(cases)
    for r in range(len(w.shift_slot)):
        s = w.shift_slot[r]
        pooled, theta = w.pooled[s], w.theta[s]
        missing[:] = 0.0
        disturbed = False
        for k in range(w.slot_ptr[s], w.slot_ptr[s + 1]):
            i, p = w.supplier[k], w.pair[k]
            closed = p >= 0 and f.closed[p] and not pooled
            if not closed and not f.dull[i]:
                continue
            disturbed = True
            for b in range(cases):
                if pooled:
                    there = f.able[i, b]
                elif closed:
                    there = f.open[p, b] * f.trust[i, b]
                else:
                    there = f.trust[i, b]
                missing[b] += w.share[k] * (1.0 - there)
        f.moving[r] = disturbed
        pace = theta * dt / shift_days
        for b in range(cases):
            if pooled:
                f.moved[r, b] = theta
            elif missing[b] > NOTICED:
                f.moved[r, b] = min(theta, f.moved[r, b] + pace)
            else:
                f.moved[r, b] = max(0.0, f.moved[r, b] - pace)
            if not disturbed:
                continue
            there = 1.0 - missing[b]
            most = 1.0 / NEGLIGIBLE if pooled else surge
            ratio = min(missing[b] / there, most) if there > NEGLIGIBLE else most
            f.growth[r, b] = f.moved[r, b] * ratio
            f.gone[r, b] = 0.0
            if not pooled and missing[b] > NEGLIGIBLE:
                f.gone[r, b] = f.growth[r, b] * there / missing[b]


@compiled
def _effective(w: Wiring, f: Fields, k: int, s: int) -> bool:
    """Write the share of the slot's orders that link ``k`` carries, by case, into ``f.row``.

    False (and nothing written) where it is the plain share in every case.
    """
    i, p, r = w.supplier[k], w.pair[k], w.shift_row[s]
    closed = p >= 0 and f.closed[p]
    moving = r >= 0 and f.moving[r]
    if not closed and not moving:
        return False
    share, row = w.share[k], f.row
    if not moving:
        for b in range(len(row)):
            row[b] = share * f.open[p, b]
    elif not closed:
        for b in range(len(row)):
            there = f.trust[i, b]
            row[b] = share * (1.0 - f.gone[r, b] * (1.0 - there) + f.growth[r, b] * there)
    else:
        for b in range(len(row)):
            there = f.open[p, b] * f.trust[i, b]
            moved = share * (1.0 - f.gone[r, b] * (1.0 - there) + f.growth[r, b] * there)
            row[b] = moved * f.open[p, b]
    return True


@compiled
def add_demand(w: Wiring, f: Fields) -> None:
    """Equation 4, the part that comes over links, added to ``f.use`` and ``f.restock``."""
    cases = f.want.shape[1]
    for i in range(len(w.output)):
        for j in range(w.supplier_ptr[i], w.supplier_ptr[i + 1]):
            k = w.by_supplier[j]
            s = w.slot[k]
            share = w.share[k]
            if w.pooled[s]:
                r = w.shift_row[s]
                for b in range(cases):
                    f.use[i, b] += share * f.order[s, b]
                    if f.moving[r]:
                        f.restock[i, b] += share * f.growth[r, b] * f.able[i, b] * f.order[s, b]
            elif _effective(w, f, k, s):
                for b in range(cases):
                    f.use[i, b] += f.row[b] * f.order[s, b]
                if f.refills[s]:
                    for b in range(cases):
                        f.restock[i, b] += f.row[b] * f.refill[s, b]
            else:
                for b in range(cases):
                    f.use[i, b] += share * f.order[s, b]
                if f.refills[s]:
                    for b in range(cases):
                        f.restock[i, b] += share * f.refill[s, b]
        for b in range(cases):
            f.use[i, b] = max(0.0, f.use[i, b])


@compiled
def subtract_closed_flow(
    node: Any, country: Any, of_country: Any, country_ptr: Any, flow: Any, ratio: Any, f: Fields
) -> None:
    """Demand of closed (supplier, country) pairs that untracked flows no longer carry."""
    industries, cases = ratio.shape
    total = np.empty(cases)
    for p in range(len(node)):
        i = node[p]
        if not f.closed[p] or i >= industries:
            continue
        total[:] = 0.0
        for q in range(country_ptr[country[p]], country_ptr[country[p] + 1]):
            j = of_country[q]
            amount = flow[i, j]
            if amount > 0:
                for b in range(cases):
                    total[b] += amount * ratio[j, b]
        for b in range(cases):
            f.use[i, b] -= (1.0 - f.open[p, b]) * total[b]


@compiled
def set_make(w: Wiring, f: Fields) -> None:
    """Equation 5, first part: what nodes would make if their inputs came."""
    for i in range(len(w.output)):
        for b in range(f.want.shape[1]):
            asked, more, cap = f.use[i, b], f.restock[i, b], f.cap[i, b]
            if w.facility[i]:
                first = min(f.base[i, b], asked)
                f.make_use[i, b] = first
                f.make[i, b] = first + min(cap - first, more)
            else:
                f.make_use[i, b] = min(cap, asked)
                f.make[i, b] = min(cap, asked + more)
            f.x[i, b] = f.make[i, b]
            f.binding[i, b] = -1


@compiled
def _fill(w: Wiring, f: Fields, i: int, classic: bool) -> None:
    """Share of each tier of demand on node ``i`` that its output meets; sets ``short`` and ``changed``."""
    tiny = NEGLIGIBLE * w.output[i]
    short = changed = False
    for b in range(f.want.shape[1]):
        x, asked, more, make = f.x[i, b], f.use[i, b], f.restock[i, b], f.make[i, b]
        if w.facility[i]:
            share = x / make if make > 0 else 1.0
            own = f.make_use[i, b] * share
            rest = (make - f.make_use[i, b]) * share
        else:
            own = min(x, asked)
            rest = max(0.0, x - asked)
        use = own / asked if asked > tiny else min(1.0, f.left[i, b])
        restock = min(1.0, rest / more) if more > tiny else 0.0
        if classic and not w.facility[i]:
            both = asked + more
            use = min(1.0, x / both) if both > tiny else 1.0
            restock = use
        if use > 1.0 - NEGLIGIBLE:
            use = 1.0
        if use < 1.0:
            short = True
        if use != f.fill_use[i, b] or restock != f.fill_restock[i, b]:
            changed = True
        f.fill_use[i, b] = use
        f.fill_restock[i, b] = restock
    f.short[i] = short
    f.changed[i] = changed


@compiled
def _concerned(w: Wiring, f: Fields, s: int, first: bool) -> bool:
    """Whether the slot must be looked at in this pass."""
    if first:
        r = w.shift_row[s]
        if f.starving[s] or (w.pooled[s] and f.moving[r]):
            return True
        for k in range(w.slot_ptr[s], w.slot_ptr[s + 1]):
            p = w.pair[k]
            if f.short[w.supplier[k]] or (p >= 0 and f.closed[p]):
                return True
        return False
    for k in range(w.slot_ptr[s], w.slot_ptr[s + 1]):
        if f.changed[w.supplier[k]]:
            return True
    return False


@compiled
def _supply(w: Wiring, f: Fields, s: int, here: int, dt: float) -> None:
    """Storable slot: stock and today's arrivals over what its user would use, into ``f.got``."""
    cases, row = f.want.shape[1], w.lead_row[s]
    user, need, got = w.user[s], w.need[s], f.got
    for b in range(cases):
        got[b] = f.stock[s, b]
        if row >= 0:
            got[b] += f.ring[row, here, b]
        got[b] /= dt
    for k in range(w.slot_ptr[s], w.slot_ptr[s + 1]):
        if w.lead[k] > 0:
            continue
        i, share = w.supplier[k], w.share[k]
        if not _effective(w, f, k, s):
            f.row[:] = share
        for b in range(cases):
            got[b] += f.row[b] * f.order[s, b] * f.fill_use[i, b]
        if f.refills[s]:
            for b in range(cases):
                got[b] += f.row[b] * f.refill[s, b] * f.fill_restock[i, b]
    for b in range(cases):
        wanted = need * f.make[user, b]
        got[b] = min(1.0, got[b] / wanted) if wanted > 0 else 1.0


@compiled
def _service(w: Wiring, f: Fields, s: int) -> None:
    """Non-storable slot: share of today's orders delivered, into ``f.got``."""
    cases, got = f.want.shape[1], f.got
    got[:] = 1.0
    for k in range(w.slot_ptr[s], w.slot_ptr[s + 1]):
        i, p, share = w.supplier[k], w.pair[k], w.share[k]
        if w.pooled[s]:
            r = w.shift_row[s]
            for b in range(cases):
                got[b] -= share * (1.0 - f.fill_use[i, b])
                if f.moving[r]:
                    got[b] += share * f.growth[r, b] * f.able[i, b] * f.fill_restock[i, b]
            continue
        closed = p >= 0 and f.closed[p]
        if not closed and not f.short[i]:
            continue
        r = w.shift_row[s]
        moving = r >= 0 and f.moving[r]
        for b in range(cases):
            o = f.open[p, b] if closed else 1.0
            part = share
            if moving:
                there = o * f.trust[i, b]
                part *= 1.0 - f.gone[r, b] * (1.0 - there) + f.growth[r, b] * there
            got[b] -= part * (1.0 - o * f.fill_use[i, b])
    for b in range(cases):
        got[b] = min(1.0, max(0.0, got[b]))


@compiled
def settle(
    w: Wiring, f: Fields, here: int, dt: float, tolerance: float, passes: int, classic: bool
) -> int:
    """Equations 5 and 6: the largest output that feeds itself, from above; gives the passes made."""
    cases, n = f.want.shape[1], len(w.output)
    for s in range(len(w.user)):
        f.starving[s] = False
        if w.storable[s]:
            row = w.lead_row[s]
            for b in range(cases):
                there = f.stock[s, b] + (f.ring[row, here, b] if row >= 0 else 0.0)
                if there < w.need[s] * f.make[w.user[s], b] * dt:
                    f.starving[s] = True
                    break
    for i in range(n):
        _fill(w, f, i, classic)
    done = np.zeros(cases, np.bool_)
    change, before = np.empty(cases), np.empty(cases)
    touched = np.zeros(n, np.bool_)
    made = 0
    for step in range(passes):
        made += 1
        change[:] = 0.0
        for i in range(n):
            touched[i] = False
            before[:] = f.x[i]
            for j in range(w.user_ptr[i], w.user_ptr[i + 1]):
                s = w.by_user[j]
                if w.storable[s] and not f.starving[s]:
                    continue
                if not _concerned(w, f, s, step == 0):
                    continue
                if w.storable[s]:
                    _supply(w, f, s, here, dt)
                else:
                    _service(w, f, s)
                for b in range(cases):
                    most = f.make[i, b] * (1.0 - w.weight[s] * (1.0 - f.got[b]))
                    if most < f.x[i, b] and not done[b]:
                        change[b] = max(change[b], (before[b] - most) / w.output[i])
                        f.x[i, b] = most
                        f.binding[i, b] = s
                        touched[i] = True
        for i in range(n):
            f.changed[i] = False
            if touched[i]:
                _fill(w, f, i, classic)
        finished = True
        for b in range(cases):
            if change[b] <= tolerance:
                done[b] = True
            finished = finished and done[b]
        if finished:
            break
    return made


@compiled
def deliver(w: Wiring, f: Fields, here: int, dt: float) -> None:
    """Equation 6: shipments, arrivals and stocks of storable slots."""
    cases, ring = f.want.shape[1], f.ring.shape[1]
    got = f.got
    for s in range(len(w.user)):
        if not w.storable[s]:
            continue
        lead_row, refills = w.lead_row[s], f.refills[s]
        got[:] = 0.0
        plain = 0.0
        if lead_row >= 0:
            for b in range(cases):
                came = f.ring[lead_row, here, b]
                got[b] = came / dt
                f.transit[lead_row, b] -= came
                f.ring[lead_row, here, b] = 0.0
        for k in range(w.slot_ptr[s], w.slot_ptr[s + 1]):
            i, lead = w.supplier[k], w.lead[k]
            special = _effective(w, f, k, s)
            if not special:
                if lead == 0 and not refills and not f.short[i]:
                    plain += w.share[k]
                    continue
                f.row[:] = w.share[k]
            for b in range(cases):
                f.row[b] *= f.order[s, b] * f.fill_use[i, b] + (
                    f.refill[s, b] * f.fill_restock[i, b] if refills else 0.0
                )
            if lead == 0:
                for b in range(cases):
                    got[b] += f.row[b]
            else:
                then = (here + lead) % ring
                for b in range(cases):
                    f.ring[lead_row, then, b] += f.row[b] * dt
                    f.transit[lead_row, b] += f.row[b] * dt
        user, need = w.user[s], w.need[s]
        for b in range(cases):
            there = f.stock[s, b] + (got[b] + plain * f.order[s, b]) * dt
            f.stock[s, b] = there - min(there, need * f.x[user, b] * dt)


@compiled
def adapt(w: Wiring, f: Fields, stretch_pace: float, notice_pace: float) -> None:
    """Equation 7: over-capacity and trust follow, slowly; ``able`` becomes what inputs allowed."""
    for i in range(len(w.output)):
        slack, tiny = w.slack[i], NEGLIGIBLE * w.output[i]
        dull = False
        for b in range(f.want.shape[1]):
            base = f.base[i, b]
            aim = 1.0 + slack
            if base > tiny:
                aim = min(aim, max(1.0, (f.use[i, b] + f.restock[i, b]) / base))
            f.stretch[i, b] += (aim - f.stretch[i, b]) * stretch_pace
            f.trust[i, b] += (f.fill_use[i, b] - f.trust[i, b]) * notice_pace
            if f.trust[i, b] > 1.0 - SLIP:
                f.trust[i, b] = 1.0
            f.able[i, b] = f.x[i, b] / f.make[i, b] if f.make[i, b] > 0 else 1.0
            if f.trust[i, b] < 1.0:
                dull = True
            f.x_before[i, b] = f.x[i, b]
        f.dull[i] = dull
