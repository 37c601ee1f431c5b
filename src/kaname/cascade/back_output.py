"""Compiled loops of the backward sweep, output, delivery and memory: equations 4 to 7 of ``reference`` (one case).

A name with ``d_`` in front is the derivative of the total loss with respect to what bears the name. Every loop adds to
the derivatives of what its part of the step read, given those of what it wrote (reverse accumulation: Linnainmaa 1976;
Griewank and Walther 2008). Where the equations have a kink, the side on which the step stood counts.
"""

from __future__ import annotations

from typing import Any

from kaname.cascade.compiling import compiled
from kaname.cascade.plan import NEGLIGIBLE
from kaname.cascade.trace import SLIP


@compiled
def back_through_memory(
    output: Any,
    slack: Any,
    base: Any,
    use: Any,
    restock: Any,
    make: Any,
    x: Any,
    trust_after: Any,
    d_stretch: Any,
    d_trust: Any,
    d_able: Any,
    d_base: Any,
    d_slack: Any,
    d_use: Any,
    d_restock: Any,
    d_make: Any,
    d_x: Any,
    d_fill_use: Any,
    stretch_pace: float,
    notice_pace: float,
) -> None:
    """Equation 7; ``d_stretch`` and ``d_trust`` become those of the step before, ``d_able`` is used up."""
    for i in range(len(output)):
        d_aim = d_stretch[i] * stretch_pace
        d_stretch[i] *= 1.0 - stretch_pace
        if base[i] > NEGLIGIBLE * output[i]:
            called = use[i] + restock[i]
            if called / base[i] >= 1.0 + slack[i]:
                d_slack[i] += d_aim
            elif called > base[i]:
                d_use[i] += d_aim / base[i]
                d_restock[i] += d_aim / base[i]
                d_base[i] -= d_aim * called / base[i] ** 2
        else:
            d_slack[i] += d_aim
        if trust_after[i] > 1.0 - SLIP:
            d_trust[i] = 0.0
        d_fill_use[i] += d_trust[i] * notice_pace
        d_trust[i] *= 1.0 - notice_pace
        if make[i] > 0:
            d_x[i] += d_able[i] / make[i]
            d_make[i] -= d_able[i] * x[i] / make[i] ** 2
        d_able[i] = 0.0


@compiled
def back_through_delivery(
    users: Any,
    needs: Any,
    storable: Any,
    lead_row: Any,
    slot_ptr: Any,
    suppliers: Any,
    pairs: Any,
    leads: Any,
    stock: Any,
    arriving: Any,
    orders: Any,
    refill: Any,
    x: Any,
    fill_use: Any,
    fill_restock: Any,
    spread: Any,
    opened: Any,
    eased: Any,
    d_stock: Any,
    d_transit: Any,
    d_ring: Any,
    d_x: Any,
    d_orders: Any,
    d_refill: Any,
    d_spread: Any,
    d_opened: Any,
    d_eased: Any,
    d_fill_use: Any,
    d_fill_restock: Any,
    here: int,
    dt: float,
) -> None:
    """Equation 6; ``d_stock``, ``d_transit`` and ``d_ring`` become those of before the delivery."""
    length = d_ring.shape[1]
    for s in range(len(users)):
        if not storable[s]:
            continue
        user, need, row = users[s], needs[s], lead_row[s]
        there = stock[s] + (arriving[row] if row >= 0 else 0.0)
        for k in range(slot_ptr[s], slot_ptr[s + 1]):
            if leads[k] == 0:
                i, p = suppliers[k], pairs[k]
                filled = opened[p] * orders[s] * fill_use[i] + eased[p] * refill[s] * fill_restock[i]
                there += spread[k] * filled * dt
        d_there = d_stock[s]
        if there > need * x[user] * dt:
            d_x[user] -= need * dt * d_there
        else:
            d_there = 0.0
        d_stock[s] = d_there
        for k in range(slot_ptr[s], slot_ptr[s + 1]):
            g = d_there * dt
            if leads[k] > 0:
                g = (d_ring[row, (here + leads[k]) % length] + d_transit[row]) * dt
            if g == 0.0:
                continue
            i, p = suppliers[k], pairs[k]
            first, more = orders[s] * fill_use[i], refill[s] * fill_restock[i]
            d_spread[k] += g * (opened[p] * first + eased[p] * more)
            d_opened[p] += g * spread[k] * first
            d_eased[p] += g * spread[k] * more
            d_orders[s] += g * spread[k] * opened[p] * fill_use[i]
            d_refill[s] += g * spread[k] * eased[p] * fill_restock[i]
            d_fill_use[i] += g * spread[k] * opened[p] * orders[s]
            d_fill_restock[i] += g * spread[k] * eased[p] * refill[s]
        if row >= 0:
            d_ring[row, here] = d_there - d_transit[row]


@compiled
def back_through_settling(
    output: Any,
    facility: Any,
    needs: Any,
    hold: Any,
    hold_slope: Any,
    weights: Any,
    storable: Any,
    is_pooled: Any,
    lead_row: Any,
    slot_ptr: Any,
    suppliers: Any,
    pairs: Any,
    shares: Any,
    leads: Any,
    left: Any,
    stock: Any,
    arriving: Any,
    orders: Any,
    refill: Any,
    use: Any,
    restock: Any,
    make: Any,
    make_use: Any,
    x: Any,
    binding: Any,
    fill_use: Any,
    fill_restock: Any,
    spread: Any,
    opened: Any,
    eased: Any,
    d_x: Any,
    d_fill_use: Any,
    d_fill_restock: Any,
    d_left: Any,
    d_use: Any,
    d_restock: Any,
    d_make: Any,
    d_make_use: Any,
    d_stock: Any,
    d_ring: Any,
    d_orders: Any,
    d_refill: Any,
    d_spread: Any,
    d_share: Any,
    d_opened: Any,
    d_eased: Any,
    d_weight: Any,
    d_target: Any,
    here: int,
    dt: float,
    passes: int,
) -> int:
    """Equation 5 at its fixed point: derivatives run from users to suppliers until nothing is left to pass on.

    Gives the sweeps made. ``d_x``, ``d_fill_use`` and ``d_fill_restock`` are used up.
    """
    for sweep in range(passes):
        moving = False
        for i in range(len(output) - 1, -1, -1):
            if d_fill_use[i] != 0.0 or d_fill_restock[i] != 0.0:
                back_through_fill(
                    i, output, facility, left, use, restock, make, make_use, x, fill_use, d_x, d_fill_use,
                    d_fill_restock, d_left, d_use, d_restock, d_make, d_make_use,
                )  # fmt: skip
            g = d_x[i]
            if g == 0.0:
                continue
            d_x[i] = 0.0
            s = binding[i]
            if s < 0:
                d_make[i] += g
                continue
            moving = True
            got = 1.0 - (1.0 - x[i] / make[i]) / weights[s]
            d_make[i] += g * x[i] / make[i]
            d_weight[s] -= g * make[i] * (1.0 - got)
            if got <= 0.0:
                continue
            if storable[s]:
                to_supply = g * weights[s] / needs[s]
                d_make[i] -= g * weights[s] * got
                d_stock[s] += to_supply / (dt * hold[s])
                d_target[s] -= to_supply * stock[s] / (dt * hold[s] ** 2) * hold_slope[s]
                if lead_row[s] >= 0:
                    d_ring[lead_row[s], here] += to_supply / dt
                back_through_inflow(
                    s, to_supply, slot_ptr, suppliers, pairs, leads, orders, refill, fill_use, fill_restock, spread,
                    opened, eased, d_orders, d_refill, d_spread, d_opened, d_eased, d_fill_use, d_fill_restock,
                )  # fmt: skip
            else:
                back_through_service(
                    s, g * make[i] * weights[s], is_pooled, slot_ptr, suppliers, pairs, shares, fill_use, fill_restock,
                    spread, opened, d_spread, d_share, d_opened, d_fill_use, d_fill_restock,
                )  # fmt: skip
        if not moving:
            return sweep + 1
    return passes


@compiled
def back_through_fill(
    i: int,
    output: Any,
    facility: Any,
    left: Any,
    use: Any,
    restock: Any,
    make: Any,
    make_use: Any,
    x: Any,
    fill_use: Any,
    d_x: Any,
    d_fill_use: Any,
    d_fill_restock: Any,
    d_left: Any,
    d_use: Any,
    d_restock: Any,
    d_make: Any,
    d_make_use: Any,
) -> None:
    """What share of demand an output meets; the derivatives of the shares are used up."""
    tiny = NEGLIGIBLE * output[i]
    first, more = d_fill_use[i], d_fill_restock[i]
    d_fill_use[i] = d_fill_restock[i] = 0.0
    asked, again, made = use[i], restock[i], x[i]
    if asked <= tiny:
        if left[i] < 1.0:
            d_left[i] += first
        first = 0.0
    elif fill_use[i] >= 1.0:
        first = 0.0
    if again <= tiny:
        more = 0.0
    if facility[i]:
        if make[i] <= 0.0:
            return
        part = made / make[i]
        rest = make[i] - make_use[i]
        if more != 0.0 and rest * part >= again:
            more = 0.0
        d_part = 0.0
        if first != 0.0:
            d_make_use[i] += first * part / asked
            d_use[i] -= first * make_use[i] * part / asked**2
            d_part += first * make_use[i] / asked
        if more != 0.0:
            d_make[i] += more * part / again
            d_make_use[i] -= more * part / again
            d_restock[i] -= more * rest * part / again**2
            d_part += more * rest / again
        d_x[i] += d_part / make[i]
        d_make[i] -= d_part * made / make[i] ** 2
        return
    if first != 0.0 and made < asked:
        d_x[i] += first / asked
        d_use[i] -= first * made / asked**2
    if more != 0.0 and asked < made < asked + again:
        d_x[i] += more / again
        d_use[i] -= more / again
        d_restock[i] -= more * (made - asked) / again**2


@compiled
def back_through_inflow(
    s: int,
    g: float,
    slot_ptr: Any,
    suppliers: Any,
    pairs: Any,
    leads: Any,
    orders: Any,
    refill: Any,
    fill_use: Any,
    fill_restock: Any,
    spread: Any,
    opened: Any,
    eased: Any,
    d_orders: Any,
    d_refill: Any,
    d_spread: Any,
    d_opened: Any,
    d_eased: Any,
    d_fill_use: Any,
    d_fill_restock: Any,
) -> None:
    """What reaches a slot on the day it is sent; ``g`` is the derivative of the inflow."""
    for k in range(slot_ptr[s], slot_ptr[s + 1]):
        if leads[k] > 0:
            continue
        i, p = suppliers[k], pairs[k]
        first, more = orders[s] * fill_use[i], refill[s] * fill_restock[i]
        d_spread[k] += g * (opened[p] * first + eased[p] * more)
        d_opened[p] += g * spread[k] * first
        d_eased[p] += g * spread[k] * more
        d_orders[s] += g * spread[k] * opened[p] * fill_use[i]
        d_refill[s] += g * spread[k] * eased[p] * fill_restock[i]
        d_fill_use[i] += g * spread[k] * opened[p] * orders[s]
        d_fill_restock[i] += g * spread[k] * eased[p] * refill[s]


@compiled
def back_through_service(
    s: int,
    g: float,
    is_pooled: Any,
    slot_ptr: Any,
    suppliers: Any,
    pairs: Any,
    shares: Any,
    fill_use: Any,
    fill_restock: Any,
    spread: Any,
    opened: Any,
    d_spread: Any,
    d_share: Any,
    d_opened: Any,
    d_fill_use: Any,
    d_fill_restock: Any,
) -> None:
    """The same for what cannot be stored; ``g`` is the derivative of the share that is there."""
    for k in range(slot_ptr[s], slot_ptr[s + 1]):
        i, p = suppliers[k], pairs[k]
        part = shares[k] if is_pooled[s] else spread[k]
        short = 1.0 - opened[p] * fill_use[i]
        if is_pooled[s]:
            d_share[k] -= g * short
            d_spread[k] += g * opened[p] * fill_restock[i]
            d_opened[p] += g * spread[k] * fill_restock[i]
            d_fill_restock[i] += g * spread[k] * opened[p]
        else:
            d_spread[k] -= g * short
        d_opened[p] += g * part * fill_use[i]
        d_fill_use[i] += g * part * opened[p]


@compiled
def back_through_make(
    facility: Any,
    base: Any,
    caps: Any,
    use: Any,
    restock: Any,
    make_use: Any,
    d_base: Any,
    d_caps: Any,
    d_use: Any,
    d_restock: Any,
    d_make: Any,
    d_make_use: Any,
) -> None:
    """Equation 4, last part: what nodes would make of what is asked of them."""
    for i in range(len(base)):
        g = d_make[i]
        if not facility[i]:
            if caps[i] < use[i] + restock[i]:
                d_caps[i] += g
            else:
                d_use[i] += g
                d_restock[i] += g
            continue
        if caps[i] - make_use[i] < restock[i]:
            d_caps[i] += g
        else:
            d_make_use[i] += g
            d_restock[i] += g
        if base[i] < use[i]:
            d_base[i] += d_make_use[i]
        else:
            d_use[i] += d_make_use[i]
