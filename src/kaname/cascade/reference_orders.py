"""The first half of a step, plainly: what producers want, what is ordered from whom (see ``reference``)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kaname.cascade.accounts import Taken
from kaname.cascade.disturbance import Pairs, Shocks
from kaname.cascade.plan import NEGLIGIBLE, NOTICED, Plan, eased, total
from kaname.cascade.settings import Settings
from kaname.network.tables import Floats, Ints


@dataclass
class State:
    """What one case carries from step to step."""

    stock: Floats
    ring: Floats
    """(ring, slots) amounts at sea, by step of arrival modulo the ring."""
    transit: Floats
    use: Floats
    restock: Floats
    output: Floats
    able: Floats
    """Share of what was asked that inputs allowed, of the step before."""
    stretch: Floats
    """alpha"""
    trust: Floats
    """(nodes, classes) exponential mean of each node's fill."""
    moved: Floats
    reserve: list[Floats]
    owed: Floats
    """What was to be rebuilt and could not be delivered yet."""


@dataclass(frozen=True)
class Orders:
    """What slots order in a step, and how they spread it over links."""

    use: Floats
    restock: Floats
    stay: Floats
    """(links,) share of orders left with the supplier."""
    into: Floats
    """(links,) share of orders moved to the supplier."""
    over: Floats
    """(links,) share of use orders that the way carries."""
    topup: Floats
    """(links,) the same of orders that refill stocks."""


@dataclass(frozen=True)
class Step:
    """What the disturbance and the plans of producers fix for one step."""

    left: Floats
    demand: Floats
    planned: Floats
    """What is to be rebuilt, units a day."""
    rebuilt: Floats
    """The same and part of what is owed: what is asked."""
    open: Floats
    """(links,)"""
    most: Floats
    """(links,) the most that the way carries, as a share of its usual flow."""
    base: Floats
    cap: Floats
    want: Floats
    able: Floats


@dataclass(frozen=True)
class Asked:
    """Demand on nodes in two tiers and what they would make if their inputs came."""

    use_by: Floats
    """(nodes, classes)"""
    restock_by: Floats
    use: Floats
    """All classes together."""
    restock: Floats
    make: Floats
    make_use: Floats
    """Of ``make``, facilities only: what serves their own users."""
    taken: Taken


def plans(
    p: Plan,
    shocks: Shocks,
    settings: Settings,
    state: State,
    t: int,
    left: Floats,
    able: Floats,
    open_: Floats,
) -> Step:
    """Equations 0 and 1: capacity, and what producers want to make: orders follow this, not output."""
    nodes = p.network.nodes
    base = nodes.output * left
    cap = base * np.where(p.facility, 1 + nodes.slack, state.stretch)
    if settings.classic:
        want = np.minimum(cap, state.output)
    else:
        want = np.minimum(cap, state.use + np.where(p.facility, state.restock, 0))
    planned = shocks.rebuilt(t, len(nodes))[:, 0]
    rebuilt = planned + state.owed / max(settings.restock_days, settings.dt)
    most = np.full(len(p.network.links), np.inf)
    most[shocks.limited] = shocks.most(t, shocks.limited)[:, 0]
    demand = shocks.demand(t, len(nodes))[:, 0]
    return Step(left, demand, planned, rebuilt, open_, most, base, cap, want, able)


def place_orders(p: Plan, settings: Settings, state: State, step: Step) -> Orders:
    """Equations 2 and 3: use and restock of each slot, and how orders move between suppliers."""
    net, dt = p.network, settings.dt
    slots, links = net.slots, net.links
    use = slots.need * step.want[slots.user]
    whole = p.target + p.normal_transit
    position = state.stock + state.transit
    room = slots.need * state.output[slots.user]
    room += np.maximum(0, settings.overfill * p.target + whole - position) / dt
    use = np.where(p.storable, np.minimum(use, room), use)
    restock = np.minimum(np.maximum(0, whole - position) / settings.restock_days, room - use)
    restock = np.where(p.storable & (restock > NEGLIGIBLE * p.normal_use), restock, 0.0)

    # what of its usual flow a way can bring, and whether it can bring more
    reach = np.minimum(step.open, step.most)
    more = np.minimum(eased(step.open), np.maximum(0, step.most - 1))
    pooled, trust = p.pooled[links.slot], state.trust[links.supplier, rank(p)]
    miss = 1 - np.where(pooled, step.able[links.supplier], reach * trust)
    missing = total(links.slot, links.share * miss, len(slots))
    pace = np.where(missing > NOTICED, dt, -dt) / settings.shift_days
    moved = np.clip(state.moved + slots.shift * pace, 0, slots.shift)
    state.moved = np.where(p.pooled, slots.shift, moved)
    grows = np.where(pooled, 1 - miss, more * trust)
    there = total(links.slot, links.share * grows, len(slots))
    ratio = np.divide(missing, there, out=np.full(len(slots), np.inf), where=there > NEGLIGIBLE)
    cap = np.where(p.pooled, 1 / NEGLIGIBLE, settings.surge)
    growth = state.moved * np.minimum(ratio, cap)
    # what arrives elsewhere left here; a pooled service keeps its own users' demand (it is lost, not moved)
    gone = np.divide(growth * there, missing, out=np.zeros(len(slots)), where=missing > NEGLIGIBLE)
    gone[p.pooled] = 0
    stay = links.share * (1 - gone[links.slot] * miss)
    into = links.share * growth[links.slot] * grows
    spread = np.where(pooled, stay, stay + into)
    over, topup = _carried(p, step, spread * use[links.slot], spread * restock[links.slot])
    return Orders(use, restock, stay, into, over, topup)


def _carried(p: Plan, step: Step, first: Floats, more: Floats) -> tuple[Floats, Floats]:
    """Share of orders for use and to refill stocks that ways carry: what is open of them, use first up to the limit."""
    links = p.network.links
    usual = links.share * p.normal_use[links.slot]
    most = np.multiply(step.most, usual, out=np.full(len(links), np.inf), where=np.isfinite(step.most))
    carried = np.minimum(step.open * first, most)
    over = np.divide(carried, first, out=step.open.copy(), where=carried < step.open * first)
    room = np.minimum(eased(step.open) * more, most - carried)
    return over, np.divide(room, more, out=eased(step.open), where=room < eased(step.open) * more)


def rank(p: Plan) -> Ints:
    """(links,) class in which the user of each link is served."""
    return p.rank[p.network.slots.user[p.network.links.slot]]


def demand(p: Plan, pairs: Pairs, opened: Floats, step: Step, orders: Orders) -> Asked:
    """Equation 4: demand on nodes in two tiers, and what they would make."""
    net = p.network
    n, k = len(net.nodes), net.industries
    links, supplier = net.links, net.links.supplier
    pooled, industry = p.pooled[links.slot], p.rank[:k]
    use = np.zeros((n, p.classes))
    use.reshape(-1)[p.people] = p.final * step.demand
    use[:, -1] += step.rebuilt
    ratio = step.want[:k] / net.nodes.output[:k]
    of_class = ratio[:, None] * (industry[:, None] == np.arange(p.classes))
    use[:k] += net.flow @ of_class
    for pair in np.flatnonzero(opened < 1):
        i = pairs.node[pair]
        if i < k:
            there = net.nodes.country[:k] == pairs.country[pair]
            use[i] -= (1 - opened[pair]) * (net.flow[i, there] @ of_class[there])
    seat, seats = supplier * p.classes + rank(p), n * p.classes
    spread = np.where(pooled, orders.stay, orders.stay + orders.into) * orders.over
    use += total(seat, spread * orders.use[links.slot], seats).reshape(use.shape)
    use = np.maximum(use, 0)
    first = np.where(pooled, orders.use[links.slot], 0) * orders.into * step.open
    second = np.where(pooled, 0, orders.restock[links.slot]) * topup(p, orders)
    restock = total(seat, first + second, seats).reshape(use.shape)
    taken = Taken.of(p, p.service_shift, step.able, step.demand)
    restock.reshape(-1)[p.people[taken.rows]] += taken.work
    use_by, restock_by, use, restock = use, restock, use.sum(axis=1), restock.sum(axis=1)
    make_use = np.minimum(np.where(p.facility, step.base, step.cap), use)
    make = np.where(
        p.facility,
        make_use + np.minimum(step.cap - make_use, restock),
        np.minimum(step.cap, use + restock),
    )
    return Asked(use_by, restock_by, use, restock, make, make_use, taken)


def spread(p: Plan, orders: Orders) -> Floats:
    """Share of a slot's orders placed over each link; of a pooled service without what is taken over."""
    return np.where(p.pooled[p.network.links.slot], orders.stay, orders.stay + orders.into)


def topup(p: Plan, orders: Orders) -> Floats:
    """Share of restocking orders that each link carries: less over a way that is partly shut."""
    return orders.topup * spread(p, orders)
