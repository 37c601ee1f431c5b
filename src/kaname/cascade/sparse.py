"""The cascade for one case on a network of very many nodes whose inputs are all slots: firms, a million of them.

Same equations and results as ``reference`` (to 1e-9) where nothing closes trade, nothing is at sea and no facilities
take over each other's work; ``kernel.simulate`` hands on to this where it ``fits``. A step reads slots and links once;
two threads share it. Sums do not depend on the number of threads.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kaname.cascade import market
from kaname.cascade.accounts import limits
from kaname.cascade.disturbance import Cut, Shocks, Swing
from kaname.cascade.plan import Plan, by_key, plan
from kaname.cascade.rest import CALM, at_rest, ends, resting
from kaname.cascade.settings import Settings
from kaname.cascade.trace import Record, Trace
from kaname.network.tables import Flags, Floats, Ints, Kind, Network

Indices = NDArray[np.uint32]
Ranges = list[tuple[int, int]]

PARTS = 2
"""Ranges of users a step is split into: one a thread."""
NEAR = 1 << 17
"""So many suppliers, the first, come first in a tour: eight bytes of each fill half of a core's own cache."""
LOOK = 5
"""Steps between two looks whether the case is at rest."""
BY_NODE = ("loss", "direct", "shortfall")
BY_LINK = (market.arrive, market.take_in, market.place_orders)
"""Loops that are shared out by links, not by nodes."""


def fits(network: Network, shocks: Shocks, settings: Settings, record: Record) -> bool:
    """Whether a run is of the kind this module does."""
    return (
        len(shocks.cases) == 1
        and network.industries == 0
        and not (shocks.closures or shocks.gates or settings.classic or record.stocks)
        and not (shocks.limits or shocks.rebuilds or settings.psi or settings.rationing == "priority")
        and not network.links.lead.any()
        and not (network.nodes.kind == Kind.FACILITY).any()
        and bool((np.diff(network.slots.user) >= 0).all())
    )


@dataclass
class State:
    """One case under way: constants, then what moves. Slots are in the order of their users."""

    user_ptr: Indices
    slot_ptr: Indices
    suppliers: Indices
    """(links,)"""
    tour: Indices
    """Links in the order of ``market``, each part's in the place of its own."""
    tour_slots: Indices
    tour_suppliers: Indices
    tour_spread: Floats
    users: Indices
    """(slots,)"""
    customer_ptr: Indices
    customers: Indices
    """Slots by supplier, once a link."""
    shares: Floats
    needs: Floats
    targets: Floats
    weights: Floats
    thetas: Floats
    """(slots,), or empty where no order ever moves."""
    output: Floats
    slack: Floats
    final: Floats
    value_added: Floats
    country: Indices
    place: Ints
    """Row among home's nodes, -1 abroad."""
    serves: Flags
    """Users with an input that cannot be stored."""
    left: Floats
    factor: Floats
    stretch: Floats
    trust: Floats
    """(nodes,), or empty where no order ever moves."""
    use: Floats
    restock: Floats
    x: Floats
    starving: Flags
    short: Flags
    """Nodes whose capacity does not meet the use asked of them."""
    hungry: Flags
    awake: Flags
    binding: Ints
    fills: Floats
    """Share of use met by supplier."""
    fills_more: Floats
    """The same of what refills stocks."""
    asked: Floats
    """(PARTS, nodes) what users of each part ask of suppliers."""
    asked_more: Floats
    """The same to refill stocks."""
    stirred: Flags
    doubted: Flags
    """(slots,), see ``market.close_day``."""
    stock: Floats
    orders: Floats
    refill: Floats
    moved: Floats
    spread: Floats
    """(links,) share of the slot's orders; ``shares`` itself where no order ever moves."""

    def call(self, function: Any, **extra: Any) -> Any:
        """Call a compiled loop: each argument is taken by its name from ``extra`` or from here."""
        code = function.py_func.__code__
        names = code.co_varnames[: code.co_argcount]
        return function(*(extra[n] if n in extra else getattr(self, n) for n in names))


def simulate(
    network: Network,
    shocks: Shocks,
    settings: Settings,
    record: Record,
    tick: Callable[[int], None] | None = None,
) -> Trace:
    """As ``kernel.simulate``, for a run that ``fits``."""
    p = plan(network, settings)
    by_node, by_link = _ranges(network)
    f = _start(p, by_link)
    home = np.flatnonzero(network.is_home).astype(np.int32)
    kept: dict[str, NDArray[np.generic]] = {
        name: np.zeros((shocks.steps, len(home), 1), np.float32) for name in BY_NODE
    }
    over, trims = ends(shocks), settings.rest > 0
    reserve = [r.days * p.normal_use[r.slots] for r in shocks.releases]
    with ThreadPoolExecutor(PARTS) as pool:

        def share(function: Any, **extra: Any) -> None:
            """Run a loop on all ranges at once."""
            ranges = by_link if function in BY_LINK else by_node
            tasks = [
                pool.submit(f.call, function, low=low, high=high, part=part, **extra)
                for part, (low, high) in enumerate(ranges)
            ]
            for task in tasks:
                task.result()

        for t in range(shocks.steps):
            _step(f, shocks, settings, reserve, t, share)
            into = {name: kept[name][t, :, 0] for name in BY_NODE}
            for name, values in _day(p, f, settings, record, share, into).items():
                if name not in kept:
                    kept[name] = np.zeros((shocks.steps, *values.shape, 1), values.dtype)
                kept[name][t][..., 0] = values
            if tick:
                tick(t)
            if trims and t % LOOK == 0 and t >= over[0] + CALM:
                lost, world = (np.asarray(kept[name][: t + 1], float) for name in ("home_loss", "world_loss"))
                if resting(p, over, lost, world, settings.rest)[0] <= t:
                    break
    trace = Trace(home=home, **kept)  # type: ignore[arg-type]
    return at_rest(trace, p, over, settings.rest, shocks.steps) if trims else trace


def _step(
    f: State, shocks: Shocks, settings: Settings, reserve: list[Floats], t: int, share: Callable[..., None]
) -> None:
    dt, n = settings.dt, len(f.output)
    # what the day before brought goes into stock with the new orders, unless events come between
    apart = any(loss.step == t for loss in shocks.stock_losses) or any(r.any() for r in reserve)
    if t > 0:
        share(market.arrive)
        if apart:
            share(market.take_in, dt=dt)
    _stock_events(f, shocks, reserve, t)
    if _moves(shocks.cuts, t):
        f.left[:] = shocks.capacity_left(t, n)[:, 0]
    if _moves(shocks.swings, t):
        f.factor[:] = shocks.demand(t, n)[:, 0]
    share(
        market.place_orders,
        delivers=t > 0 and not apart,
        overfill=settings.overfill,
        restock_days=settings.restock_days,
        surge=settings.surge,
        pace=dt / settings.shift_days,
        dt=dt,
    )
    share(market.meet)
    f.call(market.settle, dt=dt, passes=settings.passes, tolerance=settings.tolerance)


def _moves(events: Sequence[Cut | Swing], t: int) -> bool:
    """Whether a profile differs from the step before."""
    return any(e.profile[t] != (e.profile[t - 1] if t else 0.0) for e in events)


def _day(
    p: Plan,
    f: State,
    settings: Settings,
    record: Record,
    share: Callable[..., None],
    into: dict[str, NDArray[np.generic]],
) -> dict[str, NDArray[np.generic]]:
    """End a step; gives what is recorded of it. What is by home's nodes goes straight ``into`` its place."""
    day: dict[str, NDArray[np.generic]] = _by_node(p, f) if record.nodes else {}
    sums, by_country = np.zeros((PARTS, 3)), np.zeros((PARTS, len(p.network.countries)))
    share(
        market.close_day,
        sums=sums,
        by_country=by_country,
        stretch_pace=min(1.0, settings.dt / settings.slack_days),
        notice_pace=min(1.0, settings.dt / settings.notice_days),
        **into,
    )
    ours, world, itself = sums.sum(axis=0)
    return day | {
        "home_loss": ours,
        "world_loss": world,
        "country_loss": by_country.sum(axis=0),
        "direct_home_loss": itself,
    }


def _by_node(p: Plan, f: State) -> dict[str, NDArray[np.generic]]:
    """What is recorded of each node."""
    wanted = f.use + f.restock
    make = np.minimum(f.output * f.left * f.stretch, wanted)
    day = {"output": f.x, "demand": f.use, "fill": f.fills, "able": f.left, "gates": np.zeros(0)}
    return day | limits(p, wanted, make, f.x, f.binding)


def _stock_events(f: State, shocks: Shocks, reserve: list[Floats], t: int) -> None:
    """Stocks lost at this step, and reserves let out into what stocks lack."""
    for loss in shocks.stock_losses:
        if loss.step == t:
            np.multiply.at(f.stock, loss.slots, 1 - loss.size)
    for release, there in zip(shocks.releases, reserve, strict=True):
        if t >= release.step and there.any():
            use = f.needs[release.slots] * f.output[f.users[release.slots]]
            lack = np.maximum(0, f.targets[release.slots] - f.stock[release.slots])
            out = np.minimum(np.minimum(lack, there), release.rate * use * shocks.dt)
            f.stock[release.slots] += out
            there -= out


def _start(p: Plan, ranges: Ranges) -> State:
    """Everything at baseline."""
    net = p.network
    nodes, slots, links = net.nodes, net.slots, net.links
    n, s = len(nodes), len(slots)
    by_supplier, customer_ptr = by_key(links.supplier, n)
    shifts = bool((slots.shift > 0).any())
    shares = np.ascontiguousarray(links.share)
    tour = _tour(net, ranges)
    binds = ~p.storable & (slots.weight > 0)
    moving: dict[str, Any] = {
        name: np.ones(n) for name in ("left", "factor", "stretch", "fills", "fills_more")
    }
    moving |= {name: nodes.output.copy() for name in ("use", "x")}
    moving |= {name: np.zeros(n, np.bool_) for name in ("starving", "short", "hungry", "awake")}
    return State(
        user_ptr=_u(np.searchsorted(slots.user, np.arange(n + 1))),
        slot_ptr=_u(net.indptr),
        suppliers=_u(links.supplier),
        tour=tour,
        tour_slots=_u(links.slot[tour]),
        tour_suppliers=_u(links.supplier[tour]),
        tour_spread=shares[tour],
        customer_ptr=_u(customer_ptr),
        users=_u(slots.user),
        customers=_u(links.slot[by_supplier]),
        shares=shares,
        needs=np.ascontiguousarray(slots.need),
        targets=p.target,
        weights=np.ascontiguousarray(slots.weight),
        thetas=np.ascontiguousarray(slots.shift) if shifts else np.zeros(0),
        output=np.ascontiguousarray(nodes.output),
        slack=np.ascontiguousarray(nodes.slack),
        final=p.final,
        value_added=np.ascontiguousarray(nodes.value_added),
        country=_u(nodes.country),
        place=np.where(net.is_home, np.cumsum(net.is_home) - 1, -1).astype(np.int32),
        serves=np.bincount(slots.user[binds], minlength=n) > 0,
        trust=np.ones(n if shifts else 0),
        restock=np.zeros(n),
        binding=np.full(n, -1, np.int32),
        asked=np.zeros((PARTS, n)),
        asked_more=np.zeros((PARTS, n)),
        stirred=np.zeros(s, np.bool_),
        doubted=np.zeros(s if shifts else 0, np.bool_),
        stock=p.target.copy(),
        orders=np.zeros(s),
        refill=np.zeros(s),
        moved=np.zeros(s if shifts else 0),
        spread=shares.copy() if shifts else shares,
        **moving,
    )


def _u(values: NDArray[np.integer[Any]]) -> Indices:
    return np.ascontiguousarray(values, np.uint32)


def _ranges(network: Network) -> tuple[Ranges, Ranges]:
    """Nodes in ``PARTS`` ranges: as many in each; and with about as much to do by slot and link."""
    n = len(network.nodes)
    nodes = np.arange(n + 1)
    slots = np.searchsorted(network.slots.user, nodes)

    def cut(work: NDArray[np.int64]) -> Ranges:
        inner = np.searchsorted(work, np.linspace(0, work[-1], PARTS + 1)[1:-1])
        return list(pairwise([0, *inner.tolist(), n]))

    return cut(nodes), cut(nodes + slots + network.indptr[slots])


def _tour(network: Network, ranges: Ranges) -> Indices:
    """Links of each range of users, those to near suppliers first."""
    first = network.indptr[np.searchsorted(network.slots.user, [low for low, _ in ranges[1:]])]
    parts = np.split(np.arange(len(network.links), dtype=np.uint32), first)
    near = [network.links.supplier[part] < NEAR for part in parts]
    return np.concatenate([part[which] for part, n in zip(parts, near, strict=True) for which in (n, ~n)])
