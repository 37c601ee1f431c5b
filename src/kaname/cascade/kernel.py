"""The cascade, fast: many cases at a time. Same equations and results as ``reference`` (to 1e-9)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kaname.cascade import ordering, producing, settling, sparse, tallying
from kaname.cascade.accounts import Taken
from kaname.cascade.aim import check_aim
from kaname.cascade.batch import Batch, narrowed, start
from kaname.cascade.compiling import apply, compiled
from kaname.cascade.disturbance import Shocks
from kaname.cascade.ranking import add_flows, fill_of_all, whole
from kaname.cascade.rest import CALM, at_rest, ends, resting
from kaname.cascade.settings import Settings
from kaname.cascade.takeover import take_over
from kaname.cascade.trace import SLIP, Precision, Record, Trace
from kaname.network.tables import Floats, Network

Tick = Callable[[int], None]
LOOK = 5
"""Steps between two looks which cases are at rest."""
LANES = 8
"""Numbers in the widest vector that processors work on."""
WORTH = 0.9
"""A batch is narrowed once no more than this part of its cases goes on."""


def simulate(
    network: Network,
    shocks: Shocks,
    settings: Settings | Sequence[Settings],
    record: Record | None = None,
    tick: Tick | None = None,
    variants: Sequence[Network] | None = None,
    precision: Precision = "double",
) -> Trace:
    """Run all cases of ``shocks`` on ``network`` as one batch.

    ``variants`` gives each case its own network, all of one ``Network.structure``; ``settings`` may be one for all or
    one a case. ``precision`` less than double is for searching and comparing, see ``trace.Precision`` (tested). Memory
    grows with nodes, slots and cases: see ``run.run_many`` for many. ``record.stocks`` keeps stock and transit only
    (``reference`` also arrivals and shipments). ``tick(t)`` is called after each step.
    """
    record = record or Record()
    check_aim(network, shocks)
    first = variants[0] if variants else network
    how = settings if isinstance(settings, Settings) else settings[0]
    if sparse.fits(first, shocks, how, record):
        return sparse.simulate(first, shocks, how, record, tick)
    batch = start(variants or [network] * len(shocks.cases), shocks, settings, precision)
    settings = batch.settings
    over, trims = ends(shocks), settings.rest > 0 and not record.stocks
    kept: dict[str, NDArray[np.generic]] = {}
    active = np.arange(len(shocks.cases), dtype=np.int32)
    for t in range(shocks.steps):
        # priority is for the emergency: once nothing of a case's events is left, all share in proportion again
        batch.w.evenly[over[active] <= t] = 1.0
        for name, values in _step(batch, t, record).items():
            if name not in kept:
                light = (
                    record.light and values.dtype == np.float64 and values.shape[:1] == (len(network.nodes),)
                )
                # of many nodes: not filled, since a case's course after its rest is set at the end
                make = np.zeros if values.ndim == 1 else np.empty
                kept[name] = make((shocks.steps, *values.shape), np.float32 if light else values.dtype)
            if len(active) == len(shocks.cases):
                kept[name][t] = values
            elif values.ndim == 1:
                kept[name][t, active] = values
            else:
                put(values, active, kept[name][t])
        if tick:
            tick(t)
        if trims and t % LOOK == 0 and t >= over.min(initial=0) + CALM:
            lost, world = (np.asarray(kept[name][: t + 1], float) for name in ("home_loss", "world_loss"))
            since = resting(batch.p, over, lost, world, settings.rest)
            going = np.flatnonzero(since[active] > t).astype(np.int32)
            if not len(going):
                break
            if len(going) < WORTH * len(active):
                batch, active = narrowed(batch, going), active[going]
    trace = Trace(home=batch.p.home, **kept)  # type: ignore[arg-type]
    return at_rest(trace, batch.p, over, settings.rest, shocks.steps) if trims else trace


@compiled
def put(values: Any, cases: Any, into: Any) -> None:
    """``values`` (rows, some cases) to their ``cases`` among the columns of ``into``."""
    for row in range(len(values)):
        for k in range(len(cases)):
            into[row, cases[k]] = values[row, k]


def _step(batch: Batch, t: int, record: Record) -> dict[str, NDArray[np.generic]]:
    """One step of all cases; gives what is recorded."""
    p, w, f = batch.p, batch.w, batch.f
    stock_events(batch, t)
    taken = produce(batch, t)
    day = tallying.tally(p, f, batch.factor, taken)
    if record.nodes:
        fill = fill_of_all(f.seat_use, f.fill_use, p.classes)
        day |= {"output": f.x, "demand": f.use, "fill": fill, "able": f.left, "gates": batch.lost}
        day |= {"limit": np.empty(f.x.shape, np.int8), "slot": np.empty(f.x.shape, np.int32)}
        apply(tallying.find_limits, w, f, code=day["limit"], slot=day["slot"])
    if record.stocks:
        transit = np.zeros_like(f.stock)
        transit[w.lead_row >= 0] = f.transit
        day |= {"stock": f.stock, "transit": transit}
    adapt(batch)
    return day


def produce(batch: Batch, t: int) -> Taken:
    """Equations 0 to 6 of a step, stock events done; gives what facilities took over for people."""
    p, w, f, settings = batch.p, batch.w, batch.f, batch.settings
    dt, here = settings.dt, t % p.ring
    _disturb(batch, t)
    # seats of one supplier stand where it stood alone
    able = f.able if p.classes == 1 else np.repeat(f.able, p.classes, axis=0)
    taken = _demand(batch, t, able)
    apply(producing.set_make, w, f)
    settling.settle(w, f, here, dt, settings.classic, p.classes, settings.passes, settings.tolerance, able)
    apply(producing.deliver, w, f, here=here, dt=dt)
    if batch.rebuilding:
        last = batch.rebuilding.rows * p.classes + p.classes - 1
        batch.rebuilding.meet(f.fill_use[last], dt)
    return taken


def adapt(batch: Batch) -> None:
    """Equation 7: producers and users remember the step."""
    w, f = batch.w, batch.f
    if batch.p.classes == 1:
        apply(producing.adapt, w, f)
        return
    # what each class has seen of a supplier is its own
    apply(producing.adapt, w, f, trust=np.ones_like(f.x), doubted=np.zeros(len(f.x), np.bool_))
    f.trust[:] += (f.fill_use - f.trust) * w.notice_pace
    f.trust[f.trust > 1 - SLIP] = 1.0
    np.any(f.trust < 1, axis=1, out=f.doubted)


def stock_events(batch: Batch, t: int) -> None:
    """Stocks lost at this step, and reserves let out into what stocks lack."""
    p, stock, shocks = batch.p, batch.f.stock, batch.shocks
    for loss in shocks.stock_losses:
        if loss.step == t:
            np.multiply.at(stock[:, loss.case], loss.slots, 1 - loss.size)
    for release, reserve in zip(shocks.releases, batch.reserve, strict=True):
        if t >= release.step:
            most = release.rate * p.normal_use[release.slots] * shocks.dt
            producing.let_out(release.slots, release.case, most, batch.w.targets, stock, reserve)


def _disturb(batch: Batch, t: int) -> None:
    """Equations 0 and 1: what the shocks leave of capacity, trade and demand; what producers want to make."""
    f = batch.f
    batch.cuts.update(t, f.left)
    batch.swings.update(t, batch.factor)
    f.able[:] *= f.left
    _close(batch, t)
    apply(producing.plan_output, batch.w, f, classic=batch.settings.classic)


def _close(batch: Batch, t: int) -> None:
    """Which ways events and gates leave open, where that differs from the step before."""
    f, w, pairs, gates = batch.f, batch.w, batch.pairs, batch.shocks.gates
    touched, changed = batch.closures.update(t, f.closed_by_events)
    lost = np.array([gate.lost(f.able) for gate in gates]).reshape(batch.lost.shape)
    if changed.any() or (lost != batch.lost).any():
        touched[batch.gated] = True
        rows = np.flatnonzero(touched).astype(np.int32)
        apply(ordering.open_again, w, f, rows=rows)
        for gate, gated, gone in zip(gates, pairs.of_gate, lost, strict=True):
            apply(ordering.narrow, w, f, rows=gated, size=gate.size, lost=gone)
        apply(ordering.find_shut, w, f, rows=rows)
    batch.lost = lost


def _demand(batch: Batch, t: int, able: Floats) -> Taken:
    """Equation 4: fills ``use`` and ``restock``; gives what facilities take over for people. ``able`` by seat."""
    p, f, w, classes = batch.p, batch.f, batch.w, batch.p.classes
    use, restock = f.use, f.restock
    if classes > 1:
        use, restock = f.seat_use, f.seat_restock
        use[:] = 0.0
        use[p.people] = p.final[:, None] * batch.factor
    else:
        np.multiply(p.final[:, None], batch.factor, out=use)
    if batch.rebuilding:
        use[batch.rebuilding.rows * classes + classes - 1] += batch.rebuilding.ask(batch.shocks, t)
    if classes > 1:
        add_flows(p, batch.pairs, f.opened, f.want, use)
    else:
        _add_flows(batch)
    taken = take_over(p, w.service_shift, f.able, batch.factor)
    restock[:] = 0.0
    restock[p.people[taken.rows]] = taken.work
    apply(ordering.place_orders, w, f, dt=batch.settings.dt)
    if batch.limiting:
        batch.limiting.open(w, f, batch.shocks, t)
    apply(ordering.find_still, w, f)
    apply(ordering.ask_services, w, f, use=use, restock=restock, able=able)
    apply(ordering.move_orders, w, f, use=use, restock=restock)
    apply(ordering.order_as_ever, w, f, use=use, restock=restock)
    if batch.limiting:
        batch.limiting.carry(w, f, use, restock)
    np.maximum(0, use, out=use)
    if classes > 1:
        f.use[:], f.restock[:] = whole(use, classes), whole(restock, classes)
    return taken


def _add_flows(batch: Batch) -> None:
    """What untracked flows ask of industries, less what they no longer carry over closed ways."""
    w, f, net, pairs = batch.w, batch.f, batch.p.network, batch.pairs
    k, cases = net.industries, f.want.shape[1]
    flows = net.flows if batch.precision == "double" else net.flows_single
    # BLAS is faster on whole vectors, though some columns are for nothing
    wide = cases if cases < LANES / 2 else -(-cases // LANES) * LANES
    moved = np.zeros((k, wide), flows.values.dtype)
    apply(ordering.find_moved, w, f, users=flows.users, moved=moved)
    apply(ordering.add_flows, w, f, drawn=flows.values @ moved, total=flows.total)
    rows = np.flatnonzero(f.shut[: len(pairs.node)] & (pairs.node < k))
    if len(rows):
        apply(
            ordering.subtract_closed_flow,
            w,
            f,
            rows=rows,
            node=pairs.node,
            country=pairs.country,
            first=flows.first,
            values=flows.values,
            usual=flows.usual,
            moved=np.ascontiguousarray(moved[:, :cases].T),
        )
