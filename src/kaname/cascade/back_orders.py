"""Compiled loops of the backward sweep, orders and needs: equations 2 to 4 of ``reference`` (one case).

A name with ``d_`` in front is the derivative of the total loss with respect to what bears the name. Every loop adds to
the derivatives of what its part of the step read, given those of what it wrote (reverse accumulation: Linnainmaa 1976;
Griewank and Walther 2008). Where the equations have a kink, the side on which the step stood counts.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from kaname.cascade.compiling import compiled
from kaname.cascade.plan import NEGLIGIBLE, NOTICED


@compiled
def spread_again(
    is_pooled: Any,
    shift_row: Any,
    slot_ptr: Any,
    suppliers: Any,
    pairs: Any,
    shares: Any,
    theta: Any,
    moved: Any,
    able: Any,
    trust: Any,
    opened: Any,
    eased: Any,
    spread: Any,
    missing: Any,
    there: Any,
    growth: Any,
    gone: Any,
    after: Any,
    surge: float,
    pace: float,
) -> None:
    """Equation 3 as it was: by slot what is missing, what there is, growth and what is gone; by link the spread.

    For a pooled service ``spread`` is what the supplier is asked to take over.
    """
    for s in range(len(is_pooled)):
        r, pooled = shift_row[s], is_pooled[s]
        miss = room = 0.0
        for k in range(slot_ptr[s], slot_ptr[s + 1]):
            i, p, share = suppliers[k], pairs[k], shares[k]
            miss += share * (1.0 - (able[i] if pooled else opened[p] * trust[i]))
            room += share * (able[i] if pooled else eased[p] * trust[i])
        missing[s], there[s], growth[s], gone[s] = miss, room, 0.0, 0.0
        if r >= 0:
            if pooled:
                after[r] = theta[r]
            else:
                step = theta[r] * pace if miss > NOTICED else -theta[r] * pace
                after[r] = min(theta[r], max(0.0, moved[r] + step))
            most = 1.0 / NEGLIGIBLE if pooled else surge
            growth[s] = after[r] * (min(miss / room, most) if room > NEGLIGIBLE else most)
            if not pooled and miss > NEGLIGIBLE:
                gone[s] = growth[s] * room / miss
        for k in range(slot_ptr[s], slot_ptr[s + 1]):
            i, p, share = suppliers[k], pairs[k], shares[k]
            if pooled:
                spread[k] = share * growth[s] * able[i]
            else:
                kept = 1.0 - gone[s] * (1.0 - opened[p] * trust[i])
                spread[k] = share * (kept + growth[s] * eased[p] * trust[i])


@compiled
def back_through_orders(
    is_pooled: Any,
    shift_row: Any,
    slot_ptr: Any,
    suppliers: Any,
    pairs: Any,
    shares: Any,
    theta: Any,
    moved: Any,
    able: Any,
    trust: Any,
    opened: Any,
    eased: Any,
    orders: Any,
    refill: Any,
    spread: Any,
    missing: Any,
    there: Any,
    growth: Any,
    gone: Any,
    after: Any,
    d_use: Any,
    d_restock: Any,
    d_orders: Any,
    d_refill: Any,
    d_spread: Any,
    d_share: Any,
    d_able: Any,
    d_trust: Any,
    d_opened: Any,
    d_eased: Any,
    d_moved: Any,
    d_theta: Any,
    surge: float,
    pace: float,
) -> None:
    """Equations 4 and 3: how orders add up at suppliers, and how they move between them.

    ``d_moved`` becomes that of the step before.
    """
    for s in range(len(is_pooled)):
        r, pooled = shift_row[s], is_pooled[s]
        if pooled:
            d_growth, d_gone = _through_pool(
                s, slot_ptr, suppliers, pairs, shares, able, opened, orders, spread, growth, d_use, d_restock,
                d_orders, d_spread, d_share, d_able, d_opened,
            ), 0.0  # fmt: skip
        else:
            d_growth, d_gone = _through_links(
                s, slot_ptr, suppliers, pairs, shares, trust, opened, eased, orders, refill, spread, growth, gone,
                d_use, d_restock, d_orders, d_refill, d_spread, d_share, d_trust, d_opened, d_eased,
            )  # fmt: skip
        if r < 0:
            continue
        d_missing = d_there = 0.0
        if not pooled and missing[s] > NEGLIGIBLE:
            d_growth += d_gone * there[s] / missing[s]
            d_there += d_gone * growth[s] / missing[s]
            d_missing -= d_gone * growth[s] * there[s] / missing[s] ** 2
        most = 1.0 / NEGLIGIBLE if pooled else surge
        ratio = missing[s] / there[s] if there[s] > NEGLIGIBLE else np.inf
        d_after = d_growth * min(ratio, most) + d_moved[r]
        if ratio < most:
            d_missing += d_growth * after[r] / there[s]
            d_there -= d_growth * after[r] * missing[s] / there[s] ** 2
        sign = 1.0 if missing[s] > NOTICED else -1.0
        reached = moved[r] + sign * theta[r] * pace
        d_moved[r] = 0.0
        if pooled or reached >= theta[r]:
            d_theta[r] += d_after
        elif reached > 0.0:
            d_theta[r] += d_after * sign * pace
            d_moved[r] = d_after
        if d_missing != 0.0 or d_there != 0.0:
            _through_missing(
                s, slot_ptr, suppliers, pairs, shares, pooled, able, trust, opened, eased, d_missing, d_there, d_share,
                d_able, d_trust, d_opened, d_eased,
            )  # fmt: skip


@compiled
def _through_pool(
    s: int,
    slot_ptr: Any,
    suppliers: Any,
    pairs: Any,
    shares: Any,
    able: Any,
    opened: Any,
    orders: Any,
    spread: Any,
    growth: Any,
    d_use: Any,
    d_restock: Any,
    d_orders: Any,
    d_spread: Any,
    d_share: Any,
    d_able: Any,
    d_opened: Any,
) -> float:
    """Orders of a pooled service; gives the derivative by growth."""
    d_growth = 0.0
    for k in range(slot_ptr[s], slot_ptr[s + 1]):
        i, p, share = suppliers[k], pairs[k], shares[k]
        asked = d_use[i] * share + d_restock[i] * spread[k]
        d_share[k] += d_use[i] * opened[p] * orders[s]
        d_opened[p] += asked * orders[s]
        d_orders[s] += asked * opened[p]
        d_spread[k] += d_restock[i] * opened[p] * orders[s]
        d_share[k] += d_spread[k] * growth[s] * able[i]
        d_growth += d_spread[k] * share * able[i]
        d_able[i] += d_spread[k] * share * growth[s]
    return d_growth


@compiled
def _through_links(
    s: int,
    slot_ptr: Any,
    suppliers: Any,
    pairs: Any,
    shares: Any,
    trust: Any,
    opened: Any,
    eased: Any,
    orders: Any,
    refill: Any,
    spread: Any,
    growth: Any,
    gone: Any,
    d_use: Any,
    d_restock: Any,
    d_orders: Any,
    d_refill: Any,
    d_spread: Any,
    d_share: Any,
    d_trust: Any,
    d_opened: Any,
    d_eased: Any,
) -> tuple[float, float]:
    """Orders of any other slot; gives the derivatives by growth and by what is gone."""
    d_growth = d_gone = 0.0
    for k in range(slot_ptr[s], slot_ptr[s + 1]):
        i, p, share = suppliers[k], pairs[k], shares[k]
        d_spread[k] += d_use[i] * opened[p] * orders[s] + d_restock[i] * eased[p] * refill[s]
        d_opened[p] += d_use[i] * spread[k] * orders[s]
        d_eased[p] += d_restock[i] * spread[k] * refill[s]
        d_orders[s] += d_use[i] * spread[k] * opened[p]
        d_refill[s] += d_restock[i] * spread[k] * eased[p]
        d_share[k] += d_spread[k] * spread[k] / share
        d_gone -= d_spread[k] * share * (1.0 - opened[p] * trust[i])
        d_growth += d_spread[k] * share * eased[p] * trust[i]
        d_miss, d_grows = -d_spread[k] * share * gone[s], d_spread[k] * share * growth[s]
        d_opened[p] -= d_miss * trust[i]
        d_eased[p] += d_grows * trust[i]
        d_trust[i] += d_grows * eased[p] - d_miss * opened[p]
    return d_growth, d_gone


@compiled
def _through_missing(
    s: int,
    slot_ptr: Any,
    suppliers: Any,
    pairs: Any,
    shares: Any,
    pooled: bool,
    able: Any,
    trust: Any,
    opened: Any,
    eased: Any,
    d_missing: float,
    d_there: float,
    d_share: Any,
    d_able: Any,
    d_trust: Any,
    d_opened: Any,
    d_eased: Any,
) -> None:
    """What is missing of a slot's supply, and what there is."""
    for k in range(slot_ptr[s], slot_ptr[s + 1]):
        i, p, share = suppliers[k], pairs[k], shares[k]
        if pooled:
            d_share[k] += d_missing * (1.0 - able[i]) + d_there * able[i]
            d_able[i] += share * (d_there - d_missing)
        else:
            d_share[k] += d_missing * (1.0 - opened[p] * trust[i]) + d_there * eased[p] * trust[i]
            d_opened[p] -= share * d_missing * trust[i]
            d_eased[p] += share * d_there * trust[i]
            d_trust[i] += share * (d_there * eased[p] - d_missing * opened[p])


@compiled
def back_through_needs(
    users: Any,
    needs: Any,
    storable: Any,
    lead_row: Any,
    normal_use: Any,
    target: Any,
    whole: Any,
    stock: Any,
    transit: Any,
    want: Any,
    x_before: Any,
    refill: Any,
    d_orders: Any,
    d_refill: Any,
    d_want: Any,
    d_x_before: Any,
    d_stock: Any,
    d_transit: Any,
    d_target: Any,
    overfill: float,
    restock_days: float,
    dt: float,
) -> None:
    """Equation 2: what a slot orders for use and to refill its stock."""
    for s in range(len(users)):
        user, need, row = users[s], needs[s], lead_row[s]
        if not storable[s]:
            d_want[user] += d_orders[s] * need
            continue
        gap = whole[s] - stock[s] - (transit[row] if row >= 0 else 0.0)
        spare = overfill * target[s] + gap
        room = need * x_before[user] + max(0.0, spare) / dt
        order = min(need * want[user], room)
        to_order, d_room, d_gap = d_orders[s], 0.0, 0.0
        if refill[s] > 0.0:
            if gap / restock_days <= room - order:
                d_gap += d_refill[s] / restock_days
            else:
                d_room += d_refill[s]
                to_order -= d_refill[s]
        if need * want[user] <= room:
            d_want[user] += to_order * need
        else:
            d_room += to_order
        d_x_before[user] += d_room * need
        if spare > 0.0:
            d_gap += d_room / dt
            d_target[s] += d_room * overfill / dt
        d_target[s] += d_gap
        d_stock[s] -= d_gap
        if row >= 0:
            d_transit[row] -= d_gap
