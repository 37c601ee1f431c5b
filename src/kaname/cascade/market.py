"""Compiled loops for one case on a sparse network (see ``sparse``): equations 1 to 7 of ``reference``.

Loops take a range ``low`` to ``high`` of nodes, so that threads can share a step. What costs most is to reach suppliers
all over memory. So what links need of them is in arrays of eight bytes a node, no loop over links needs more than two
of these, and they go by ``tour``: first the links to the suppliers that stand first, which ``Firms.by_customers`` has
made those with most links, and which then stay in the cache. Whether a supplier fell short its users are told. Indices
are unsigned: no sign to test at each access.
"""

from __future__ import annotations

from typing import Any

from kaname.cascade.compiling import compiled, inlined
from kaname.cascade.plan import NEGLIGIBLE, NOTICED
from kaname.cascade.trace import SLIP


@compiled
def arrive(
    low: int,
    high: int,
    user_ptr: Any,
    slot_ptr: Any,
    suppliers: Any,
    spread: Any,
    tour_slots: Any,
    tour_suppliers: Any,
    tour_spread: Any,
    fills: Any,
    fills_more: Any,
    stirred: Any,
    orders: Any,
    refill: Any,
) -> None:
    """Equation 5 of the day before, in place: ``orders`` becomes what comes of them, and of those that refill stocks.

    Where no supplier fell short it is what was ordered.
    """
    first, end = user_ptr[low], user_ptr[high]
    for s in range(first, end):
        if stirred[s]:
            stirred[s] = False
            orders[s] *= average(s, slot_ptr, suppliers, spread, fills)
    for k in range(slot_ptr[first], slot_ptr[end]):
        s = tour_slots[k]
        orders[s] += refill[s] * tour_spread[k] * fills_more[tour_suppliers[k]]


@inlined
def average(s: int, slot_ptr: Any, suppliers: Any, spread: Any, values: Any) -> float:
    """``values`` of the suppliers of slot ``s``, by their shares of its orders."""
    mean = 0.0
    for k in range(slot_ptr[s], slot_ptr[s + 1]):
        mean += spread[k] * values[suppliers[k]]
    return mean


@compiled
def take_in(
    low: int, high: int, user_ptr: Any, needs: Any, targets: Any, x: Any, orders: Any, stock: Any, dt: float
) -> None:
    """Equation 6 of the day before: what it brought (see ``arrive``), and took from stock."""
    for u in range(low, high):
        for s in range(user_ptr[u], user_ptr[u + 1]):
            if targets[s] > 0:
                there = stock[s] + orders[s] * dt
                stock[s] = there - min(there, needs[s] * x[u] * dt)


@compiled
def place_orders(
    low: int,
    high: int,
    part: int,
    delivers: bool,
    user_ptr: Any,
    slot_ptr: Any,
    suppliers: Any,
    shares: Any,
    spread: Any,
    tour: Any,
    tour_slots: Any,
    tour_suppliers: Any,
    tour_spread: Any,
    needs: Any,
    targets: Any,
    weights: Any,
    thetas: Any,
    moved: Any,
    output: Any,
    left: Any,
    stretch: Any,
    use: Any,
    x: Any,
    trust: Any,
    doubted: Any,
    orders: Any,
    refill: Any,
    stock: Any,
    starving: Any,
    asked: Any,
    asked_more: Any,
    overfill: float,
    restock_days: float,
    surge: float,
    pace: float,
    dt: float,
) -> None:
    """Equations 1 to 4, in one reading of the slots; with ``delivers``, equation 6 of the day before in the same.

    ``starving``: users with a stock that may not bear the day.
    """
    a_day, a_restock = 1.0 / dt, 1.0 / restock_days
    for u in range(low, high):
        most = output[u] * left[u] * stretch[u]
        made, wants = x[u], min(most, use[u])
        least, lacks = NEGLIGIBLE * output[u], False
        for s in range(user_ptr[u], user_ptr[u + 1]):
            need, target = needs[s], targets[s]
            order, more = need * wants, 0.0
            if target > 0:
                there = stock[s]
                if delivers:
                    there += orders[s] * dt
                    there -= min(there, need * made * dt)
                    stock[s] = there
                gap = target - there
                room = need * made + max(0.0, overfill * target + gap) * a_day
                order = min(order, room)
                more = min(max(0.0, gap) * a_restock, room - order)
                if not more > least * need:
                    more = 0.0
                lacks = lacks or (there < need * most * dt and weights[s] > 0)
            orders[s] = order
            refill[s] = more
        starving[u] = lacks
    first, end = user_ptr[low], user_ptr[high]
    if len(thetas) > 0:
        for s in range(first, end):
            if thetas[s] > 0 and (doubted[s] or moved[s] > 0):
                doubted[s] = False
                move_orders(s, slot_ptr, suppliers, shares, spread, thetas, moved, trust, surge, pace)
        for k in range(slot_ptr[first], slot_ptr[end]):
            tour_spread[k] = spread[tour[k]]
    mine, mine_more = asked[part], asked_more[part]
    for k in range(slot_ptr[first], slot_ptr[end]):
        i, s, share = tour_suppliers[k], tour_slots[k], tour_spread[k]
        mine[i] += share * orders[s]
        mine_more[i] += share * refill[s]


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
    stretch: Any,
    serves: Any,
    starving: Any,
    use: Any,
    restock: Any,
    x: Any,
    fills: Any,
    fills_more: Any,
    asked: Any,
    asked_more: Any,
    binding: Any,
    short: Any,
    hungry: Any,
    awake: Any,
) -> None:
    """Equations 4 and 5: demand, what producers would make, who may lack something; clears what was asked."""
    for i in range(low, high):
        first, more = final[i] * factor[i], 0.0
        for part in range(len(asked)):
            first += asked[part, i]
            more += asked_more[part, i]
            asked[part, i] = asked_more[part, i] = 0.0
        use[i] = max(0.0, first)
        restock[i] = more
        x[i] = would_make(i, output, left, stretch, use, restock)
        binding[i] = -1
        hand_out(i, output, left, x, use, restock, fills, fills_more)
        short[i] = fills[i] < 1.0
        hungry[i] = starving[i] or serves[i]
        awake[i] = starving[i]


@inlined
def would_make(i: int, output: Any, left: Any, stretch: Any, use: Any, restock: Any) -> float:
    """What node ``i`` would make if its inputs came."""
    return float(min(output[i] * left[i] * stretch[i], use[i] + restock[i]))


@inlined
def hand_out(
    i: int, output: Any, left: Any, x: Any, use: Any, restock: Any, fills: Any, fills_more: Any
) -> bool:
    """Share of each tier of demand that node ``i``'s output meets, use first; whether it changed."""
    tiny, made = NEGLIGIBLE * output[i], x[i]
    met = min(made, use[i]) / use[i] if use[i] > tiny else min(1.0, left[i])
    more = min(1.0, max(0.0, made - use[i]) / restock[i]) if restock[i] > tiny else 0.0
    if met > 1.0 - NEGLIGIBLE:
        met = 1.0
    changed = bool(met != fills[i] or more != fills_more[i])
    fills[i], fills_more[i] = met, more
    return changed


@compiled
def close_day(
    low: int,
    high: int,
    part: int,
    customer_ptr: Any,
    customers: Any,
    output: Any,
    slack: Any,
    value_added: Any,
    country: Any,
    place: Any,
    final: Any,
    factor: Any,
    left: Any,
    use: Any,
    restock: Any,
    x: Any,
    fills: Any,
    stretch: Any,
    trust: Any,
    stirred: Any,
    doubted: Any,
    loss: Any,
    direct: Any,
    shortfall: Any,
    sums: Any,
    by_country: Any,
    stretch_pace: float,
    notice_pace: float,
) -> None:
    """Equation 7, and the day's accounts as ``accounts.losses`` and ``accounts.shortfall``, in one reading.

    ``place`` is the row of home's nodes (-1 abroad); ``sums`` takes by part the losses of home, of the world, and the
    direct ones. ``loss``, ``direct`` and ``shortfall`` are 0 before: where nothing is lost nothing is written, and
    fresh memory stays untouched. ``stirred``: slots with a supplier that fell short; ``doubted``: with one not trusted.
    """
    home = world = itself = 0.0
    for i in range(low, high):
        full, met = output[i] * left[i], fills[i]
        aim = 1.0 + slack[i]
        if full > NEGLIGIBLE * output[i]:
            aim = min(aim, max(1.0, (use[i] + restock[i]) / full))
        stretch[i] += (aim - stretch[i]) * stretch_pace
        if met < 1.0:
            tell(i, customer_ptr, customers, stirred)
        if len(trust) > 0:
            there = trust[i] + (met - trust[i]) * notice_pace
            trust[i] = 1.0 if there > 1.0 - SLIP else there
            if trust[i] < 1.0:
                tell(i, customer_ptr, customers, doubted)
        lost = value_added[i] * (1.0 - x[i] / output[i])
        world += lost
        by_country[part, country[i]] += max(lost, 0.0)
        row = place[i]
        if row < 0:
            continue
        own = min(value_added[i] * (1.0 - left[i]), max(0.0, lost))
        home += lost
        itself += own
        lacks = factor[i] * (1.0 - min(1.0, met)) if final[i] > NEGLIGIBLE * output[i] else 0.0
        if lost != 0.0:
            loss[row] = lost
        if own != 0.0:
            direct[row] = own
        if lacks != 0.0:
            shortfall[row] = lacks
    sums[part, 0], sums[part, 1], sums[part, 2] = home, world, itself


@inlined
def tell(i: int, customer_ptr: Any, customers: Any, flags: Any) -> None:
    """Mark the slots that take from ``i``."""
    for k in range(customer_ptr[i], customer_ptr[i + 1]):
        flags[customers[k]] = True


@compiled
def settle(
    user_ptr: Any,
    slot_ptr: Any,
    suppliers: Any,
    spread: Any,
    users: Any,
    customer_ptr: Any,
    customers: Any,
    needs: Any,
    targets: Any,
    weights: Any,
    output: Any,
    left: Any,
    stretch: Any,
    use: Any,
    restock: Any,
    x: Any,
    fills: Any,
    fills_more: Any,
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
            wake(i, users, customer_ptr, customers, hungry, awake)
    for number in range(passes):
        change = 0.0
        for u in range(len(x)):
            if not awake[u]:
                continue
            awake[u] = False
            before, make = x[u], would_make(u, output, left, stretch, use, restock)
            for s in range(user_ptr[u], user_ptr[u + 1]):
                wanted = needs[s] * make
                if weights[s] <= 0 or wanted <= 0 or (targets[s] > 0 and stock[s] >= wanted * dt):
                    continue
                if targets[s] > 0:
                    comes = orders[s] * average(s, slot_ptr, suppliers, spread, fills)
                    comes += refill[s] * average(s, slot_ptr, suppliers, spread, fills_more)
                    lacks = max(0.0, 1.0 - (stock[s] / dt + comes) / wanted)
                else:
                    lacks = 0.0
                    for k in range(slot_ptr[s], slot_ptr[s + 1]):
                        lacks += spread[k] * (1.0 - fills[suppliers[k]])
                most = make * (1.0 - weights[s] * min(1.0, lacks))
                if most < x[u]:
                    x[u], binding[u] = most, s
            if x[u] < before:
                change = max(change, (before - x[u]) / output[u])
                if hand_out(u, output, left, x, use, restock, fills, fills_more):
                    wake(u, users, customer_ptr, customers, hungry, awake)
        if change <= tolerance:
            return number + 1
    return passes


@inlined
def wake(i: int, users: Any, customer_ptr: Any, customers: Any, hungry: Any, awake: Any) -> None:
    """Those who take from ``i`` and may lack it are looked at (again)."""
    for k in range(customer_ptr[i], customer_ptr[i + 1]):
        u = users[customers[k]]
        if hungry[u]:
            awake[u] = True
