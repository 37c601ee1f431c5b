"""The cascade, fast: many cases at a time. Same equations and results as ``reference`` (to 1e-9)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from kaname.cascade import ordering, producing, settling
from kaname.cascade.accounts import NEGLIGIBLE, limits, losses, shortfall
from kaname.cascade.batch import Batch, narrowed, start
from kaname.cascade.compiling import apply
from kaname.cascade.disturbance import Shocks
from kaname.cascade.plan import by_key
from kaname.cascade.rest import CALM, at_rest, ends, resting
from kaname.cascade.settings import Settings
from kaname.cascade.trace import Record, Trace
from kaname.network.tables import Floats, Network

Tick = Callable[[int], None]
LOOK = 5
"""Steps between two looks which cases are at rest."""
WORTH = 0.85
"""A batch is narrowed once no more than this part of its cases goes on."""


def simulate(
    network: Network,
    shocks: Shocks,
    settings: Settings,
    record: Record | None = None,
    tick: Tick | None = None,
    variants: Sequence[Network] | None = None,
) -> Trace:
    """Run all cases of ``shocks`` on ``network`` as one batch.

    ``variants`` gives each case its own network, all of one ``plan.structure``. Memory grows with nodes, slots and
    cases: see ``run.run_many`` for many. ``record.stocks`` keeps stock and transit only (``reference`` also arrivals
    and shipments). ``tick(t)`` is called after each step.
    """
    record = record or Record()
    batch = start(variants or [network] * len(shocks.cases), shocks, settings)
    by_country = by_key(network.nodes.country[: network.industries], len(network.countries))
    over, trims = ends(shocks), settings.rest > 0 and not record.stocks
    kept: dict[str, NDArray[np.generic]] = {}
    active = np.arange(len(shocks.cases), dtype=np.int32)
    for t in range(shocks.steps):
        for name, values in _step(batch, t, by_country, record).items():
            if name not in kept:
                kept[name] = np.zeros((shocks.steps, *values.shape), values.dtype)
            kept[name][t][..., active] = values
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
    home = np.flatnonzero(network.is_home).astype(np.int32)
    trace = Trace(home=home, **kept)  # type: ignore[arg-type]
    return at_rest(trace, batch.p, over, settings.rest, shocks.steps) if trims else trace


def _step(
    batch: Batch, t: int, by_country: tuple[NDArray[np.int64], NDArray[np.int64]], record: Record
) -> dict[str, NDArray[np.generic]]:
    """One step of all cases; gives what is recorded."""
    p, w, f, settings = batch.p, batch.w, batch.f, batch.settings
    dt, here = settings.dt, t % p.ring
    _stock_events(batch, t)
    _disturb(batch, t)
    people, takers = _demand(batch, by_country)
    apply(producing.set_make, w, f)
    settling.settle(w, f, here, dt, settings.classic, settings.passes, settings.tolerance)
    apply(producing.deliver, w, f, here=here, dt=dt)
    day = losses(p, f.left, f.x)
    day["shortfall"] = shortfall(p, batch.factor, people, takers, f.fill_use, f.fill_restock)
    if record.nodes:
        day |= {"output": f.x, "demand": f.use, "fill": f.fill_use, "able": f.left, "gates": batch.lost}
        day |= limits(p, f.use + f.restock, f.make, f.x, f.binding)
    if record.stocks:
        transit = np.zeros_like(f.stock)
        transit[w.lead_row >= 0] = f.transit
        day |= {"stock": f.stock, "transit": transit}
    apply(
        producing.adapt,
        w,
        f,
        stretch_pace=min(1.0, dt / settings.slack_days),
        notice_pace=min(1.0, dt / settings.notice_days),
    )
    return day


def _stock_events(batch: Batch, t: int) -> None:
    """Stocks lost at this step, and reserves let out into what stocks lack."""
    p, stock, shocks = batch.p, batch.f.stock, batch.shocks
    for loss in shocks.stock_losses:
        if loss.step == t:
            np.multiply.at(stock[:, loss.case], loss.slots, 1 - loss.size)
    for release, reserve in zip(shocks.releases, batch.reserve, strict=True):
        if t >= release.step and reserve.any():
            lack = np.maximum(
                0, batch.w.targets[release.slots, release.case] - stock[release.slots, release.case]
            )
            most = release.rate * p.normal_use[release.slots] * shocks.dt
            out = np.minimum(np.minimum(lack, reserve), most)
            stock[release.slots, release.case] += out
            reserve -= out


def _disturb(batch: Batch, t: int) -> None:
    """Equations 0 and 1: what the shocks leave of capacity, trade and demand; what producers want to make."""
    p, shocks, f, w = batch.p, batch.shocks, batch.f, batch.w
    n = len(p.network.nodes)
    if shocks.moves(t, "cuts"):
        f.left[:] = shocks.capacity_left(t, n)
    if shocks.moves(t, "swings"):
        batch.factor[:] = shocks.demand(t, n)
    if shocks.moves(t, "closures"):
        f.closed_by_events[:] = batch.pairs.open(shocks, t)
    f.able[:] *= f.left
    lost = np.array([gate.lost(f.able) for gate in shocks.gates]).reshape(batch.lost.shape)
    closing = shocks.moves(t, "closures")
    if closing or (lost != batch.lost).any():
        apply(ordering.open_again, w, f, rows=batch.every_pair if closing else batch.gated)
        for gate, rows, gone in zip(shocks.gates, batch.pairs.of_gate, lost, strict=True):
            apply(ordering.narrow, w, f, rows=rows, size=gate.size, lost=gone)
        apply(ordering.find_shut, w, f, rows=batch.every_pair if closing else batch.gated)
    batch.lost = lost
    np.multiply(w.output[:, None], f.left, out=f.base)
    np.multiply(f.base, f.stretch, out=f.caps)
    f.caps[p.facility] = f.base[p.facility] * (1 + w.slacks[p.facility])
    if batch.settings.classic:
        np.minimum(f.caps, f.x_before, out=f.want)
    else:
        np.minimum(f.caps, f.use, out=f.want)
        own = f.use[p.facility] + f.restock[p.facility]
        f.want[p.facility] = np.minimum(f.caps[p.facility], own)


def _demand(batch: Batch, by_country: tuple[NDArray[np.int64], NDArray[np.int64]]) -> tuple[Floats, Floats]:
    """Equation 4: fills ``use`` and ``restock``; gives what facilities take over for people, as ``shortfall``."""
    p, f, w, net, settings = batch.p, batch.f, batch.w, batch.p.network, batch.settings
    k = net.industries
    ratio = f.want[:k] / w.output[:k, None]
    np.multiply(p.final[:, None], batch.factor, out=f.use)
    f.use[:k] += net.flow @ ratio
    if f.shut.any():
        pairs = batch.pairs
        apply(
            ordering.subtract_closed_flow,
            w,
            f,
            node=pairs.node,
            country=pairs.country,
            of_country=by_country[0],
            country_ptr=by_country[1],
            flow=net.flow,
            ratio=ratio,
        )
    people, takers, work = _for_people(batch)
    f.restock[:] = work
    dt, pace = settings.dt, settings.dt / settings.shift_days
    apply(ordering.place_orders, w, f, overfill=settings.overfill, restock_days=settings.restock_days, dt=dt)
    apply(ordering.spread_orders, w, f, surge=settings.surge, pace=pace)
    np.maximum(0, f.use, out=f.use)
    return people, takers


def _for_people(batch: Batch) -> tuple[Floats, Floats, Floats]:
    """What facilities serving people directly take over from each other, (nodes, cases) each."""
    p, f, nodes = batch.p, batch.f, batch.p.network.nodes
    shape = f.able.shape
    nothing = np.broadcast_to(0.0, shape)
    shifts = batch.w.service_shift
    serving = np.flatnonzero(p.facility & (p.final > NEGLIGIBLE * nodes.output) & (shifts > 0).any(axis=1))
    if not len(serving) or (f.able[serving] == 1).all():
        return nothing, nothing, nothing
    people, takers, work = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    for product in np.unique(nodes.product[serving]):
        group = serving[nodes.product[serving] == product]
        final = p.final[group, None]
        lost = shifts[group] * (1 - f.able[group])
        strength = final * f.able[group]
        whole = strength.sum(axis=0)
        part = np.divide(strength, whole, out=np.zeros_like(strength), where=whole > 0)
        pool = (lost * final * batch.factor[group]).sum(axis=0)
        people[group], takers[group], work[group] = lost, part, part * pool
    return people, takers, work
