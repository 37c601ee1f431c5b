"""Compiled loops for one case on a sparse network (see ``sparse``): equations 1 to 7 of ``reference``.

Loops take a range ``low`` to ``high`` of nodes, so that threads can share a step. ``desk[part, i]`` holds in one line
of the cache what links need of supplier ``i``: its fill of use and of restock, and what users of this part have asked
of it for use and for restock. Indices are unsigned: no sign to test at each of the many scattered accesses.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from kaname.cascade.compiling import compiled
from kaname.cascade.plan import NEGLIGIBLE, NOTICED
from kaname.cascade.trace import SLIP

FILL, FILL_MORE, ASKED, ASKED_MORE = 0, 1, 2, 3
"""Columns of ``desk``."""
BLOCK = 256
"""Users looked at together: their slots stay in the nearest cache between gathering, ordering and asking."""


@compiled
def turn_day(
    low: int,
    high: int,
    output: Any,
    slack: Any,
    left: Any,
    base: Any,
    use: Any,
    restock: Any,
    desk: Any,
    stretch: Any,
    trust: Any,
    want: Any,
    stretch_pace: float,
    notice_pace: float,
) -> None:
    """Equation 7 of the day before, then 1: what is left of capacity, and what producers want to make."""
    for i in range(low, high):
        aim = 1.0 + slack[i]
        if base[i] > NEGLIGIBLE * output[i]:
            aim = min(aim, max(1.0, (use[i] + restock[i]) / base[i]))
        stretch[i] += (aim - stretch[i]) * stretch_pace
        trust[i] += (desk[0, i, FILL] - trust[i]) * notice_pace
        if trust[i] > 1.0 - SLIP:
            trust[i] = 1.0
        base[i] = output[i] * left[i]
        want[i] = min(base[i] * stretch[i], use[i])


@compiled
def take_in(
    low: int,
    high: int,
    part: int,
    user_ptr: Any,
    slot_ptr: Any,
    suppliers: Any,
    spread: Any,
    needs: Any,
    targets: Any,
    x: Any,
    desk: Any,
    orders: Any,
    refill: Any,
    stock: Any,
    dt: float,
) -> None:
    """Equation 6: what the day before brought, and took from stock."""
    fills = desk[part]
    for u in range(low, high):
        for s in range(user_ptr[u], user_ptr[u + 1]):
            got = 0.0
            for k in range(slot_ptr[s], slot_ptr[s + 1]):
                i = suppliers[k]
                got += spread[k] * (orders[s] * fills[i, FILL] + refill[s] * fills[i, FILL_MORE])
            if targets[s] > 0:
                there = stock[s] + got * dt
                stock[s] = there - min(there, needs[s] * x[u] * dt)


@compiled
def place_orders(
    low: int,
    high: int,
    part: int,
    delivers: bool,
    user_ptr: Any,
    slot_ptr: Any,
    slots: Any,
    suppliers: Any,
    shares: Any,
    spread: Any,
    needs: Any,
    targets: Any,
    weights: Any,
    thetas: Any,
    moved: Any,
    output: Any,
    base: Any,
    stretch: Any,
    want: Any,
    x: Any,
    trust: Any,
    orders: Any,
    refill: Any,
    stock: Any,
    starving: Any,
    desk: Any,
    overfill: float,
    restock_days: float,
    surge: float,
    pace: float,
    dt: float,
) -> None:
    """Equations 2 to 4, in one reading of the slots; with ``delivers``, equation 6 of the day before in the same.

    ``starving``: users with a stock that may not bear the day.
    """
    own, shifts, widest = desk[part], len(thetas) > 0, np.int64(0)
    for u in range(low, high, BLOCK):
        widest = max(widest, np.int64(user_ptr[min(u + BLOCK, high)] - user_ptr[u]))
    got = np.zeros(widest)
    a_day, a_restock = 1.0 / dt, 1.0 / restock_days
    for start in range(low, high, BLOCK):
        end = min(start + BLOCK, high)
        a, b = user_ptr[start], user_ptr[end]
        if delivers:
            for s in range(b - a):
                got[s] = 0.0
            for k in range(slot_ptr[a], slot_ptr[b]):
                i, s = suppliers[k], slots[k]
                got[s - a] += spread[k] * (orders[s] * own[i, FILL] + refill[s] * own[i, FILL_MORE])
        for u in range(start, end):
            made, wants, most = x[u], want[u], base[u] * stretch[u] * dt
            least, lacks = NEGLIGIBLE * output[u], False
            for s in range(user_ptr[u], user_ptr[u + 1]):
                need, target = needs[s], targets[s]
                order, more = need * wants, 0.0
                if target > 0:
                    there = stock[s]
                    if delivers:
                        there += got[s - a] * dt
                        there -= min(there, need * made * dt)
                        stock[s] = there
                    gap = target - there
                    room = need * made + max(0.0, overfill * target + gap) * a_day
                    order = min(order, room)
                    more = min(max(0.0, gap) * a_restock, room - order)
                    if not more > least * need:
                        more = 0.0
                    lacks = lacks or (there < need * most and weights[s] > 0)
                orders[s] = order
                refill[s] = more
            starving[u] = lacks
        if shifts:
            for s in range(a, b):
                if thetas[s] > 0:
                    move_orders(s, slot_ptr, suppliers, shares, spread, thetas, moved, trust, surge, pace)
        for k in range(slot_ptr[a], slot_ptr[b]):
            i, s = suppliers[k], slots[k]
            own[i, ASKED] += spread[k] * orders[s]
            own[i, ASKED_MORE] += spread[k] * refill[s]


@compiled
def move_orders(
    s: int,
    slot_ptr: Any,
    suppliers: Any,
    shares: Any,
    spread: Any,
    thetas: Any,
    moved: Any,
    trust: Any,
    surge: float,
    pace: float,
) -> None:
    """Equation 3: how one slot spreads its orders over suppliers that deliver and those that do not."""
    missing = room = 0.0
    for k in range(slot_ptr[s], slot_ptr[s + 1]):
        there = trust[suppliers[k]]
        missing += shares[k] * (1.0 - there)
        room += shares[k] * there
    step = thetas[s] * (pace if missing > NOTICED else -pace)
    moved[s] = min(thetas[s], max(0.0, moved[s] + step))
    growth = moved[s] * (min(missing / room, surge) if room > NEGLIGIBLE else surge)
    gone = growth * room / missing if missing > NEGLIGIBLE else 0.0
    for k in range(slot_ptr[s], slot_ptr[s + 1]):
        there = trust[suppliers[k]]
        spread[k] = shares[k] * (1.0 - gone * (1.0 - there) + growth * there)


@compiled
def meet(
    low: int,
    high: int,
    final: Any,
    factor: Any,
    output: Any,
    left: Any,
    base: Any,
    stretch: Any,
    serves: Any,
    starving: Any,
    use: Any,
    restock: Any,
    make: Any,
    x: Any,
    desk: Any,
    binding: Any,
    short: Any,
    hungry: Any,
    awake: Any,
) -> None:
    """Equations 4 and 5: demand, what producers would make, who may lack something; clears what was asked."""
    for i in range(low, high):
        first, more = final[i] * factor[i], 0.0
        for part in range(len(desk)):
            first += desk[part, i, ASKED]
            more += desk[part, i, ASKED_MORE]
            desk[part, i, ASKED] = 0.0
            desk[part, i, ASKED_MORE] = 0.0
        use[i] = max(0.0, first)
        restock[i] = more
        make[i] = min(base[i] * stretch[i], use[i] + more)
        x[i] = make[i]
        binding[i] = -1
        fill(i, output, left, x, use, restock, desk)
        short[i] = desk[0, i, FILL] < 1.0
        hungry[i] = starving[i] or serves[i]
        awake[i] = starving[i]


@compiled
def fill(i: int, output: Any, left: Any, x: Any, use: Any, restock: Any, desk: Any) -> bool:
    """Share of each tier of demand that node ``i``'s output meets, use first; whether it changed."""
    tiny, made = NEGLIGIBLE * output[i], x[i]
    met = min(made, use[i]) / use[i] if use[i] > tiny else min(1.0, left[i])
    more = min(1.0, max(0.0, made - use[i]) / restock[i]) if restock[i] > tiny else 0.0
    if met > 1.0 - NEGLIGIBLE:
        met = 1.0
    changed = bool(met != desk[0, i, FILL] or more != desk[0, i, FILL_MORE])
    for part in range(len(desk)):
        desk[part, i, FILL] = met
        desk[part, i, FILL_MORE] = more
    return changed


@compiled
def account(
    low: int,
    high: int,
    part: int,
    output: Any,
    value_added: Any,
    country: Any,
    place: Any,
    final: Any,
    factor: Any,
    left: Any,
    x: Any,
    desk: Any,
    loss: Any,
    direct: Any,
    shortfall: Any,
    sums: Any,
    by_country: Any,
) -> None:
    """As ``accounts.losses`` and ``accounts.shortfall``, in one reading.

    ``place`` is the row of home's nodes (-1 abroad); ``sums`` takes by part the losses of home, of the world, and the
    direct ones.
    """
    home = world = itself = 0.0
    for i in range(low, high):
        lost = value_added[i] * (1.0 - x[i] / output[i])
        world += lost
        by_country[part, country[i]] += max(lost, 0.0)
        row = place[i]
        if row < 0:
            continue
        own = min(value_added[i] * (1.0 - left[i]), max(0.0, lost))
        home += lost
        itself += own
        loss[row], direct[row] = lost, own
        short = final[i] > NEGLIGIBLE * output[i]
        shortfall[row] = factor[i] * (1.0 - min(1.0, desk[0, i, FILL])) if short else 0.0
    sums[part, 0], sums[part, 1], sums[part, 2] = home, world, itself


@compiled
def settle(
    user_ptr: Any,
    slot_ptr: Any,
    suppliers: Any,
    spread: Any,
    customer_ptr: Any,
    customers: Any,
    needs: Any,
    targets: Any,
    weights: Any,
    output: Any,
    left: Any,
    use: Any,
    restock: Any,
    make: Any,
    x: Any,
    desk: Any,
    orders: Any,
    refill: Any,
    stock: Any,
    binding: Any,
    short: Any,
    hungry: Any,
    awake: Any,
    dt: float,
    passes: int,
    tolerance: float,
) -> int:
    """Equations 5 and 6: output down to the largest that feeds itself; looks only at users who may lack something."""
    for i in range(len(x)):
        if short[i]:
            wake(i, customer_ptr, customers, hungry, awake)
    for number in range(passes):
        change = 0.0
        for u in range(len(x)):
            if not awake[u]:
                continue
            awake[u] = False
            before = x[u]
            for s in range(user_ptr[u], user_ptr[u + 1]):
                if weights[s] <= 0 or (targets[s] > 0 and stock[s] >= needs[s] * make[u] * dt):
                    continue
                got = _share_got(
                    s,
                    needs[s] * make[u],
                    slot_ptr,
                    suppliers,
                    spread,
                    targets,
                    desk,
                    orders,
                    refill,
                    stock,
                    dt,
                )
                most = make[u] * (1.0 - weights[s] * (1.0 - got))
                if most < x[u]:
                    x[u], binding[u] = most, s
            if x[u] < before:
                change = max(change, (before - x[u]) / output[u])
                if fill(u, output, left, x, use, restock, desk):
                    wake(u, customer_ptr, customers, hungry, awake)
        if change <= tolerance:
            return number + 1
    return passes


@compiled
def _share_got(
    s: int,
    wanted: float,
    slot_ptr: Any,
    suppliers: Any,
    spread: Any,
    targets: Any,
    desk: Any,
    orders: Any,
    refill: Any,
    stock: Any,
    dt: float,
) -> float:
    """Share of what the user would use that stock and today's deliveries give."""
    if wanted <= 0:
        return 1.0
    if targets[s] > 0:
        got = stock[s] / dt
        for k in range(slot_ptr[s], slot_ptr[s + 1]):
            i = suppliers[k]
            got += spread[k] * (orders[s] * desk[0, i, FILL] + refill[s] * desk[0, i, FILL_MORE])
        return float(min(1.0, got / wanted))
    got = 1.0
    for k in range(slot_ptr[s], slot_ptr[s + 1]):
        got -= spread[k] * (1.0 - desk[0, suppliers[k], FILL])
    return float(min(1.0, max(0.0, got)))


@compiled
def wake(i: int, customer_ptr: Any, customers: Any, hungry: Any, awake: Any) -> None:
    """Those who take from ``i`` and may lack it are looked at (again)."""
    for k in range(customer_ptr[i], customer_ptr[i + 1]):
        if hungry[customers[k]]:
            awake[customers[k]] = True
