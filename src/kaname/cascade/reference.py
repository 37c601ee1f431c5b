"""The cascade, plainly: one case at a time in NumPy, in the order of the equations (see ``docs/``).

After the adaptive regional input-output model (Hallegatte 2008, 2014; Henriet, Hallegatte and Tabourier 2012),
changed where that spirals: demand in two tiers, orders that follow what producers want to make, services that
act within the step. ``kernel`` does the same for many cases at once and is held equal to this by a test.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from kaname.cascade.accounts import limits, losses, shortfall
from kaname.cascade.aim import check_aim
from kaname.cascade.disturbance import Pairs, Shocks
from kaname.cascade.plan import NEGLIGIBLE, Plan, hold, plan, total
from kaname.cascade.reference_orders import (
    Asked,
    Orders,
    State,
    Step,
    demand,
    place_orders,
    plans,
    rank,
    spread,
    topup,
)
from kaname.cascade.rest import at_rest, ends
from kaname.cascade.settings import Settings
from kaname.cascade.trace import SLIP, Record, Trace
from kaname.network.tables import Floats, Network


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
    # priority is for the emergency: once nothing of the events is left, all share in proportion again
    calm, over = replace(settings, even_share=1.0), ends(shocks)[0]
    hows = [settings if t < over else calm for t in range(shocks.steps)]
    days = [_step(p, shocks, pairs, how, state, t, record) for t, how in enumerate(hows)]
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
        trust=np.ones((n, p.classes)),
        moved=np.zeros(s),
        reserve=[r.days * p.normal_use[r.slots] for r in shocks.releases],
        owed=np.zeros(n),
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
    step = plans(p, shocks, settings, state, t, left[:, 0], able, _of_links(pairs, opened))
    orders = place_orders(p, settings, state, step)
    asked = demand(p, pairs, opened, step, orders)
    ring = state.ring[t % p.ring].copy()
    x, fill_use, fill_restock, binding = _produce(p, settings, state, step, orders, asked, ring)
    arrived, shipped = _deliver(p, settings, state, step, orders, x, fill_use, fill_restock, t)
    _adapt(p, settings, state, step, asked, x, fill_use)
    _rebuild(p, settings, state, step, fill_use)
    day = losses(p, step.left, x)
    day["shortfall"] = shortfall(
        p, step.demand, asked.taken, fill_use.reshape(-1)[p.people], fill_restock.reshape(-1)[p.people]
    )
    if record.nodes:
        day |= {
            "output": x,
            "demand": asked.use,
            "fill": total_fill(asked.use_by, fill_use),
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
    """(nodes, classes) share of use and of restock demand that output ``x`` meets: use first, class after class."""
    tiny = NEGLIGIBLE * p.network.nodes.output[:, None]
    able = np.divide(x, asked.make, out=np.ones(len(x)), where=asked.make > 0)
    own = np.where(p.facility, asked.make_use * able, np.minimum(x, asked.use))
    more = np.where(p.facility, (asked.make - asked.make_use) * able, np.maximum(0, x - asked.use))
    served = _in_turn(own, asked.use_by, settings.even_share)
    refilled = _in_turn(more, asked.restock_by, settings.even_share)
    idle = np.broadcast_to(np.minimum(1, step.left)[:, None], served.shape).copy()
    use = np.divide(served, asked.use_by, out=idle, where=asked.use_by > tiny)
    restock = np.zeros_like(refilled)
    np.divide(refilled, asked.restock_by, out=restock, where=asked.restock_by > tiny)
    if settings.classic:
        both = asked.use + asked.restock
        whole = np.minimum(1, np.divide(x, both, out=np.ones(len(x)), where=both > tiny[:, 0]))[:, None]
        use = np.where(p.facility[:, None], use, whole)
        restock = np.where(p.facility[:, None], restock, whole)
    return np.where(use > 1 - NEGLIGIBLE, 1.0, use), np.minimum(1, restock)


def _in_turn(there: Floats, wanted: Floats, even_share: float) -> Floats:
    """(nodes, classes) what each class gets of what is ``there``: a share in proportion, the rest in turn."""
    if wanted.shape[1] == 1:
        return np.minimum(there[:, None], wanted)
    whole = wanted.sum(axis=1)
    even = even_share * np.minimum(1, np.divide(there, whole, out=np.zeros(len(there)), where=whole > 0))
    rest, still = there - even * whole, (1 - even)[:, None] * wanted
    before = np.cumsum(still, axis=1) - still
    return np.asarray(even[:, None] * wanted + np.clip(rest[:, None] - before, 0, still))


def total_fill(asked: Floats, fill: Floats) -> Floats:
    """(nodes,) share met of what all classes ask together; of one class its own."""
    if fill.shape[1] == 1:
        return fill[:, 0]
    whole = asked.sum(axis=1)
    part = (fill * asked).sum(axis=1)
    return np.asarray(np.divide(part, whole, out=fill.min(axis=1), where=whole > 0))


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
    inflow = _inflow(p, orders, fill_use, fill_restock, p.lead == 0)
    make = asked.make[slots.user]
    wanted = slots.need * make
    spared = state.stock / hold(p.target, p.normal_use, settings.psi, settings.dt)
    supply = (spared + ring) / settings.dt + inflow
    by_stock = np.divide(supply, wanted, out=np.ones(len(slots)), where=wanted > 0)
    filled, refilled = fill_use[links.supplier, rank(p)], fill_restock[links.supplier, rank(p)]
    short = spread(p, orders) * (1 - orders.over * filled)
    taken = np.where(p.pooled[links.slot], orders.into * refilled * step.open, 0)
    by_fill = 1 - total(links.slot, short - taken, len(slots))
    got = np.clip(np.where(p.storable, by_stock, by_fill), 0, 1)
    return np.asarray(make * (1 - slots.weight * (1 - got)))


def _inflow(
    p: Plan, orders: Orders, fill_use: Floats, fill_restock: Floats, which: NDArray[np.bool_]
) -> Floats:
    """Shipments per slot and day over the links ``which``."""
    links = p.network.links
    use = spread(p, orders) * orders.over * orders.use[links.slot] * fill_use[links.supplier, rank(p)]
    more = topup(p, orders) * orders.restock[links.slot] * fill_restock[links.supplier, rank(p)]
    return total(links.slot, (use + more) * which, len(p.network.slots))


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
    at_once = _inflow(p, orders, fill_use, fill_restock, p.lead == 0)
    came = state.ring[here] + at_once * dt
    state.transit -= state.ring[here]
    state.ring[here] = 0
    for lead in np.unique(p.lead[p.lead > 0]):
        sent = _inflow(p, orders, fill_use, fill_restock, p.lead == lead) * dt
        state.ring[(t + lead) % p.ring] += sent
        state.transit += sent
    there = state.stock + came
    state.stock = np.where(p.storable, there - np.minimum(there, slots.need * x[slots.user] * dt), 0.0)
    links = p.network.links
    filled, refilled = fill_use[links.supplier, rank(p)], fill_restock[links.supplier, rank(p)]
    ship = orders.over * spread(p, orders) * orders.use[links.slot] * filled
    ship += topup(p, orders) * orders.restock[links.slot] * refilled
    ship += p.pooled[links.slot] * orders.into * step.open * (orders.use[links.slot] * refilled)
    return came / dt, total(links.supplier, ship, len(p.network.nodes))


def _rebuild(p: Plan, settings: Settings, state: State, step: Step, fill_use: Floats) -> None:
    """What was to be rebuilt and was not delivered stays owed."""
    state.owed += (step.planned - step.rebuilt * fill_use[:, -1]) * settings.dt


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
