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

PARTS = 2
"""Ranges of users a step is split into: one a thread."""
LOOK = 5
"""Steps between two looks whether the case is at rest."""
BY_NODE = ("loss", "direct", "shortfall")


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
    slots: Indices
    """(links,)"""
    suppliers: Indices
    customer_ptr: Indices
    customers: Indices
    """Users by supplier, once a link."""
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
    base: Floats
    stretch: Floats
    trust: Floats
    want: Floats
    use: Floats
    restock: Floats
    make: Floats
    x: Floats
    starving: Flags
    short: Flags
    """Nodes whose capacity does not meet the use asked of them."""
    hungry: Flags
    awake: Flags
    binding: Ints
    desk: Floats
    """(PARTS, nodes, 4), see ``market``."""
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
    f = _start(p)
    ranges = _ranges(f)
    home = np.flatnonzero(network.is_home).astype(np.int32)
    kept: dict[str, NDArray[np.generic]] = {
        name: np.zeros((shocks.steps, len(home), 1), np.float32) for name in BY_NODE
    }
    over, trims = ends(shocks), settings.rest > 0
    reserve = [r.days * p.normal_use[r.slots] for r in shocks.releases]
    with ThreadPoolExecutor(PARTS) as pool:

        def share(function: Any, **extra: Any) -> None:
            """Run a loop on all ranges at once."""
            tasks = [
                pool.submit(f.call, function, low=low, high=high, part=part, **extra)
                for part, (low, high) in enumerate(ranges)
            ]
            for task in tasks:
                task.result()

        for t in range(shocks.steps):
            _step(f, shocks, settings, reserve, t, share)
            into = {name: kept[name][t, :, 0] for name in BY_NODE}
            for name, values in _day(p, f, record, share, into).items():
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
    if apart and t > 0:
        share(market.take_in, dt=dt)
    _stock_events(f, shocks, reserve, t)
    if _moves(shocks.cuts, t):
        f.left[:] = shocks.capacity_left(t, n)[:, 0]
    if _moves(shocks.swings, t):
        f.factor[:] = shocks.demand(t, n)[:, 0]
    share(
        market.turn_day,
        stretch_pace=min(1.0, dt / settings.slack_days),
        notice_pace=min(1.0, dt / settings.notice_days),
    )
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
    record: Record,
    share: Callable[..., None],
    into: dict[str, NDArray[np.generic]],
) -> dict[str, NDArray[np.generic]]:
    """What is recorded of a step; what is by home's nodes goes straight ``into`` its place."""
    sums, by_country = np.zeros((PARTS, 3)), np.zeros((PARTS, len(p.network.countries)))
    share(market.account, sums=sums, by_country=by_country, **into)
    ours, world, itself = sums.sum(axis=0)
    day: dict[str, NDArray[np.generic]] = {
        "home_loss": ours,
        "world_loss": world,
        "country_loss": by_country.sum(axis=0),
        "direct_home_loss": itself,
    }
    if record.nodes:
        day |= {
            "output": f.x,
            "demand": f.use,
            "fill": f.desk[0, :, market.FILL],
            "able": f.left,
            "gates": np.zeros(0),
            **limits(p, f.use + f.restock, f.make, f.x, f.binding),
        }
    return day


def _stock_events(f: State, shocks: Shocks, reserve: list[Floats], t: int) -> None:
    """Stocks lost at this step, and reserves let out into what stocks lack."""
    for loss in shocks.stock_losses:
        if loss.step == t:
            np.multiply.at(f.stock, loss.slots, 1 - loss.size)
    for release, there in zip(shocks.releases, reserve, strict=True):
        if t >= release.step and there.any():
            use = f.needs[release.slots] * f.output[_users(f, release.slots)]
            lack = np.maximum(0, f.targets[release.slots] - f.stock[release.slots])
            out = np.minimum(np.minimum(lack, there), release.rate * use * shocks.dt)
            f.stock[release.slots] += out
            there -= out


def _users(f: State, slots: Ints) -> NDArray[np.int64]:
    return np.searchsorted(f.user_ptr, slots, side="right") - 1


def _start(p: Plan) -> State:
    """Everything at baseline."""
    net = p.network
    nodes, slots, links = net.nodes, net.slots, net.links
    n, s = len(nodes), len(slots)
    by_supplier, customer_ptr = by_key(links.supplier, n)
    shifts = bool((slots.shift > 0).any())
    shares = np.ascontiguousarray(links.share)
    binds = ~p.storable & (slots.weight > 0)
    moving = {name: np.zeros(n) for name in ("want", "restock", "make")}
    moving |= {name: np.ones(n) for name in ("left", "factor", "stretch", "trust")}
    moving |= {name: nodes.output.copy() for name in ("base", "use", "x")}
    desk = _aligned(PARTS, n, 4)
    desk[..., market.FILL] = 1.0
    return State(
        user_ptr=_u(np.searchsorted(slots.user, np.arange(n + 1))),
        slot_ptr=_u(net.indptr),
        slots=_u(links.slot),
        suppliers=_u(links.supplier),
        customer_ptr=_u(customer_ptr),
        customers=_u(slots.user[links.slot[by_supplier]]),
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
        starving=np.zeros(n, np.bool_),
        short=np.zeros(n, np.bool_),
        hungry=np.zeros(n, np.bool_),
        awake=np.zeros(n, np.bool_),
        binding=np.full(n, -1, np.int32),
        desk=desk,
        stock=p.target.copy(),
        orders=np.zeros(s),
        refill=np.zeros(s),
        moved=np.zeros(s if shifts else 0),
        spread=shares.copy() if shifts else shares,
        **moving,
    )


def _aligned(*shape: int) -> Floats:
    """Zeros that begin with a line of the cache."""
    line = 64
    raw = np.zeros(int(np.prod(shape)) * 8 + line, np.uint8)
    start = -raw.ctypes.data % line
    return raw[start : start + int(np.prod(shape)) * 8].view(np.float64).reshape(shape)


def _u(values: NDArray[np.integer[Any]]) -> Indices:
    return np.ascontiguousarray(values, np.uint32)


def _ranges(f: State) -> list[tuple[int, int]]:
    """Users in ``PARTS`` ranges with about as many links each."""
    links = f.slot_ptr[f.user_ptr].astype(np.int64)
    cuts = np.searchsorted(links, np.linspace(0, links[-1], PARTS + 1)[1:-1])
    edges = [0, *cuts.tolist(), len(f.output)]
    return list(pairwise(edges))
