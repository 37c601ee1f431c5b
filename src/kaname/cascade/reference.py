"""The cascade, plainly: one case at a time in NumPy, in the order of the equations (see ``docs/``).

After the adaptive regional input-output model (Hallegatte 2008, 2014; Henriet, Hallegatte and Tabourier 2012),
changed where that spirals: demand in two tiers, orders that follow what producers want to make, services that
act within the step. ``kernel`` does the same for many cases at once and is held equal to this by a test.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kaname.cascade.accounts import Taken, limits, losses, shortfall
from kaname.cascade.aim import check_aim
from kaname.cascade.disturbance import Pairs, Shocks
from kaname.cascade.plan import NEGLIGIBLE, NOTICED, Plan, eased, plan, total
from kaname.cascade.rest import at_rest, ends
from kaname.cascade.settings import Settings
from kaname.cascade.trace import SLIP, Record, Trace
from kaname.network.tables import Floats, Network


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
    """Exponential mean of each node's fill."""
    moved: Floats
    reserve: list[Floats]


@dataclass(frozen=True)
class Orders:
    """What slots order in a step, and how they spread it over links."""

    use: Floats
    restock: Floats
    stay: Floats
    """(links,) share of orders left with the supplier."""
    into: Floats
    """(links,) share of orders moved to the supplier."""


@dataclass(frozen=True)
class Step:
    """What the disturbance and the plans of producers fix for one step."""

    left: Floats
    demand: Floats
    open: Floats
    """(links,)"""
    base: Floats
    cap: Floats
    want: Floats
    able: Floats


@dataclass(frozen=True)
class Asked:
    """Demand on nodes in two tiers and what they would make if their inputs came."""

    use: Floats
    restock: Floats
    make: Floats
    make_use: Floats
    """Of ``make``, facilities only: what serves their own users."""
    taken: Taken


def simulate(network: Network, shocks: Shocks, settings: Settings, record: Record | None = None) -> Trace:
    """Run every case of ``shocks`` on ``network``. Slow and plain; results as ``kernel.simulate``."""
    record = record or Record()
    check_aim(network, shocks)
    p = plan(network, settings)
    pairs = Pairs.of(network, shocks)
    runs = [
        _one(p, shocks.part([case]), pairs.part(shocks, [case]), settings, record)
        for case in range(len(shocks.cases))
    ]
    kept = runs[0].keys()
    trace = Trace(
        home=np.flatnonzero(network.is_home).astype(np.int32),
        **{name: np.stack([run[name] for run in runs], axis=-1) for name in kept},
    )
    if settings.rest > 0 and not record.stocks:
        return at_rest(trace, p, ends(shocks), settings.rest, shocks.steps)
    return trace


def _one(
    p: Plan, shocks: Shocks, pairs: Pairs, settings: Settings, record: Record
) -> dict[str, NDArray[np.generic]]:
    state = _start(p, shocks)
    days = [_step(p, shocks, pairs, settings, state, t, record) for t in range(shocks.steps)]
    return {name: np.stack([day[name] for day in days]) for name in days[0]}


def _start(p: Plan, shocks: Shocks) -> State:
    """Everything at baseline."""
    net = p.network
    n, s = len(net.nodes), len(net.slots)
    ring = np.zeros((p.ring, s))
    for step in range(p.ring):
        at_sea = p.lead > step
        amount = net.links.share * p.normal_use[net.links.slot] * at_sea * shocks.dt
        ring[step] = total(net.links.slot, amount, s)
    return State(
        stock=p.target.copy(),
        ring=ring,
        transit=p.normal_transit.copy(),
        use=net.nodes.output.copy(),
        restock=np.zeros(n),
        output=net.nodes.output.copy(),
        able=np.ones(n),
        stretch=np.ones(n),
        trust=np.ones(n),
        moved=np.zeros(s),
        reserve=[r.days * p.normal_use[r.slots] for r in shocks.releases],
    )


def _step(
    p: Plan, shocks: Shocks, pairs: Pairs, settings: Settings, state: State, t: int, record: Record
) -> dict[str, NDArray[np.generic]]:
    """One step: changes ``state``, gives what is recorded."""
    net = p.network
    _stock_events(p, shocks, state, t)
    left = shocks.capacity_left(t, len(net.nodes))
    able = left[:, 0] * state.able
    lost = np.array([gate.lost(able[:, None]) for gate in shocks.gates]).reshape(-1, 1)
    opened = pairs.through_gates(shocks, pairs.open(shocks, t), lost)[:, 0]
    step = _plans(p, shocks, settings, state, t, left[:, 0], able, _of_links(pairs, opened))
    orders = _orders(p, settings, state, step)
    asked = _demand(p, pairs, opened, step, orders)
    ring = state.ring[t % p.ring].copy()
    x, fill_use, fill_restock, binding = _produce(p, settings, state, step, orders, asked, ring)
    arrived, shipped = _deliver(p, settings, state, step, orders, x, fill_use, fill_restock, t)
    _adapt(p, settings, state, step, asked, x, fill_use)
    day = losses(p, step.left, x)
    day["shortfall"] = shortfall(p, step.demand, asked.taken, fill_use, fill_restock)
    if record.nodes:
        day |= {
            "output": x,
            "demand": asked.use,
            "fill": fill_use,
            "able": step.left,
            "gates": lost[:, 0],
            **limits(p, asked.use + asked.restock, asked.make, x, binding),
        }
    if record.stocks:
        day |= {
            "stock": state.stock.copy(),
            "transit": state.transit.copy(),
            "arrived": arrived,
            "shipped": shipped,
        }
    return day


def _of_links(pairs: Pairs, opened: Floats) -> Floats:
    known = pairs.of_link >= 0
    links = np.ones(len(known))
    links[known] = opened[pairs.of_link[known]]
    return links


def _stock_events(p: Plan, shocks: Shocks, state: State, t: int) -> None:
    """Stocks lost at this step, and reserves let out into what stocks lack."""
    for loss in shocks.stock_losses:
        if loss.step == t:
            np.multiply.at(state.stock, loss.slots, 1 - loss.size)
    for release, reserve in zip(shocks.releases, state.reserve, strict=True):
        if t >= release.step:
            lack = np.maximum(0, p.target[release.slots] - state.stock[release.slots])
            most = release.rate * p.normal_use[release.slots] * shocks.dt
            out = np.minimum(np.minimum(lack, reserve), most)
            state.stock[release.slots] += out
            reserve -= out


def _plans(
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
    return Step(left, shocks.demand(t, len(nodes))[:, 0], open_, base, cap, want, able)


def _orders(p: Plan, settings: Settings, state: State, step: Step) -> Orders:
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

    pooled = p.pooled[links.slot]
    miss = 1 - np.where(pooled, step.able[links.supplier], step.open * state.trust[links.supplier])
    missing = total(links.slot, links.share * miss, len(slots))
    pace = np.where(missing > NOTICED, dt, -dt) / settings.shift_days
    moved = np.clip(state.moved + slots.shift * pace, 0, slots.shift)
    state.moved = np.where(p.pooled, slots.shift, moved)
    grows = np.where(pooled, 1 - miss, eased(step.open) * state.trust[links.supplier])
    there = total(links.slot, links.share * grows, len(slots))
    ratio = np.divide(missing, there, out=np.full(len(slots), np.inf), where=there > NEGLIGIBLE)
    cap = np.where(p.pooled, 1 / NEGLIGIBLE, settings.surge)
    growth = state.moved * np.minimum(ratio, cap)
    # what arrives elsewhere left here; a pooled service keeps its own users' demand (it is lost, not moved)
    gone = np.divide(growth * there, missing, out=np.zeros(len(slots)), where=missing > NEGLIGIBLE)
    gone[p.pooled] = 0
    stay = links.share * (1 - gone[links.slot] * miss)
    into = links.share * growth[links.slot] * grows
    return Orders(use, restock, stay, into)


def _demand(p: Plan, pairs: Pairs, opened: Floats, step: Step, orders: Orders) -> Asked:
    """Equation 4: demand on nodes in two tiers, and what they would make."""
    net = p.network
    n, k = len(net.nodes), net.industries
    links, supplier = net.links, net.links.supplier
    pooled = p.pooled[links.slot]
    use = p.final * step.demand
    ratio = step.want[:k] / net.nodes.output[:k]
    use[:k] += net.flow @ ratio
    for pair in np.flatnonzero(opened < 1):
        i = pairs.node[pair]
        if i < k:
            there = net.nodes.country[:k] == pairs.country[pair]
            use[i] -= (1 - opened[pair]) * (net.flow[i, there] @ ratio[there])
    spread = np.where(pooled, orders.stay, orders.stay + orders.into) * step.open
    use += total(supplier, spread * orders.use[links.slot], n)
    use = np.maximum(use, 0)
    first = np.where(pooled, orders.use[links.slot], 0) * orders.into
    second = np.where(pooled, 0, orders.restock[links.slot]) * _topup(p, step, orders)
    restock = total(supplier, first * step.open + second, n)
    taken = Taken.of(p, p.service_shift, step.able, step.demand)
    restock[taken.rows] += taken.work
    make_use = np.minimum(np.where(p.facility, step.base, step.cap), use)
    make = np.where(
        p.facility,
        make_use + np.minimum(step.cap - make_use, restock),
        np.minimum(step.cap, use + restock),
    )
    return Asked(use, restock, make, make_use, taken)


def _produce(
    p: Plan,
    settings: Settings,
    state: State,
    step: Step,
    orders: Orders,
    asked: Asked,
    ring: Floats,
) -> tuple[Floats, Floats, Floats, NDArray[np.int32]]:
    """Equations 5 and 6: output within stocks and today's deliveries: the largest that feeds itself.

    Passes go down from what nodes would make; each is a smaller upper bound of the solution.
    """
    x = asked.make.copy()
    alive = np.maximum(p.network.nodes.output, NEGLIGIBLE)
    binding = np.full(len(x), -1, np.int32)
    for _ in range(settings.passes):
        fill_use, fill_restock = _fills(p, settings, step, asked, x)
        limit = _limit_by_slot(p, settings, state, step, orders, asked, fill_use, fill_restock, ring)
        new = x.copy()
        np.minimum.at(new, p.network.slots.user, limit)
        change = float(((x - new) / alive).max())
        x = new
        if change <= settings.tolerance:
            break
    best = asked.make.copy()
    for slot, (user, most) in enumerate(zip(p.network.slots.user, limit, strict=True)):
        if most < best[user]:
            best[user], binding[user] = most, slot
    fill_use, fill_restock = _fills(p, settings, step, asked, x)
    return x, fill_use, fill_restock, binding


def _fills(p: Plan, settings: Settings, step: Step, asked: Asked, x: Floats) -> tuple[Floats, Floats]:
    """Share of use and of restock demand that output ``x`` meets: use first."""
    tiny = NEGLIGIBLE * p.network.nodes.output
    has_use, has_more = asked.use > tiny, asked.restock > tiny
    able = np.divide(x, asked.make, out=np.ones(len(x)), where=asked.make > 0)
    own = np.where(p.facility, asked.make_use * able, np.minimum(x, asked.use))
    more = np.where(p.facility, (asked.make - asked.make_use) * able, np.maximum(0, x - asked.use))
    use = np.divide(own, asked.use, out=np.minimum(1, step.left), where=has_use)
    restock = np.divide(more, asked.restock, out=np.zeros(len(x)), where=has_more)
    if settings.classic:
        both = asked.use + asked.restock
        whole = np.divide(x, both, out=np.ones(len(x)), where=both > tiny)
        use = np.where(p.facility, use, np.minimum(1, whole))
        restock = np.where(p.facility, restock, use)
    return np.where(use > 1 - NEGLIGIBLE, 1.0, use), np.minimum(1, restock)


def _limit_by_slot(
    p: Plan,
    settings: Settings,
    state: State,
    step: Step,
    orders: Orders,
    asked: Asked,
    fill_use: Floats,
    fill_restock: Floats,
    ring: Floats,
) -> Floats:
    """What each slot lets its user make."""
    slots, links = p.network.slots, p.network.links
    inflow = _inflow(p, step, orders, fill_use, fill_restock, p.lead == 0)
    make = asked.make[slots.user]
    wanted = slots.need * make
    supply = (state.stock + ring) / settings.dt + inflow
    by_stock = np.divide(supply, wanted, out=np.ones(len(slots)), where=wanted > 0)
    short = _spread(p, orders) * (1 - step.open * fill_use[links.supplier])
    taken = np.where(p.pooled[links.slot], orders.into * fill_restock[links.supplier] * step.open, 0)
    by_fill = 1 - total(links.slot, short - taken, len(slots))
    got = np.clip(np.where(p.storable, by_stock, by_fill), 0, 1)
    return np.asarray(make * (1 - slots.weight * (1 - got)))


def _spread(p: Plan, orders: Orders) -> Floats:
    return np.where(p.pooled[p.network.links.slot], orders.stay, orders.stay + orders.into)


def _topup(p: Plan, step: Step, orders: Orders) -> Floats:
    """Share of restocking orders that each link carries: less over a way that is partly shut."""
    return eased(step.open) * _spread(p, orders)


def _inflow(
    p: Plan,
    step: Step,
    orders: Orders,
    fill_use: Floats,
    fill_restock: Floats,
    which: NDArray[np.bool_],
) -> Floats:
    """Shipments per slot and day over the links ``which``."""
    links = p.network.links
    use = _spread(p, orders) * orders.use[links.slot] * fill_use[links.supplier]
    more = _topup(p, step, orders) * orders.restock[links.slot] * fill_restock[links.supplier]
    ship = (step.open * use + more) * which
    return total(links.slot, ship, len(p.network.slots))


def _deliver(
    p: Plan,
    settings: Settings,
    state: State,
    step: Step,
    orders: Orders,
    x: Floats,
    fill_use: Floats,
    fill_restock: Floats,
    t: int,
) -> tuple[Floats, Floats]:
    """Equation 6: shipments, arrivals, stocks. Gives arrivals by slot and shipments by supplier, per day."""
    slots, dt, here = p.network.slots, settings.dt, t % p.ring
    at_once = _inflow(p, step, orders, fill_use, fill_restock, p.lead == 0)
    came = state.ring[here] + at_once * dt
    state.transit -= state.ring[here]
    state.ring[here] = 0
    for lead in np.unique(p.lead[p.lead > 0]):
        sent = _inflow(p, step, orders, fill_use, fill_restock, p.lead == lead) * dt
        state.ring[(t + lead) % p.ring] += sent
        state.transit += sent
    there = state.stock + came
    state.stock = np.where(p.storable, there - np.minimum(there, slots.need * x[slots.user] * dt), 0.0)
    links = p.network.links
    ship = step.open * _spread(p, orders) * orders.use[links.slot] * fill_use[links.supplier]
    ship += _topup(p, step, orders) * orders.restock[links.slot] * fill_restock[links.supplier]
    ship += (
        p.pooled[links.slot]
        * orders.into
        * step.open
        * (orders.use[links.slot] * fill_restock[links.supplier])
    )
    return came / dt, total(links.supplier, ship, len(p.network.nodes))


def _adapt(
    p: Plan, settings: Settings, state: State, step: Step, asked: Asked, x: Floats, fill_use: Floats
) -> None:
    """Equation 7: over-capacity and trust follow, slowly; the day's demand and output are remembered."""
    nodes = p.network.nodes
    called = asked.use + asked.restock
    aim = np.divide(called, step.base, out=1 + nodes.slack, where=step.base > NEGLIGIBLE * nodes.output)
    aim = np.clip(aim, 1, 1 + nodes.slack)
    state.stretch += (aim - state.stretch) * min(1.0, settings.dt / settings.slack_days)
    state.trust += (fill_use - state.trust) * min(1.0, settings.dt / settings.notice_days)
    state.trust[state.trust > 1 - SLIP] = 1.0
    state.able = np.divide(x, asked.make, out=np.ones(len(x)), where=asked.make > 0)
    state.use, state.restock, state.output = asked.use, asked.restock, x
