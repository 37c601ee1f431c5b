"""Where the value of critical goods comes out of the table, so that nothing is counted twice.

Two sources never agree on who sold how much to whom. A good's value is therefore taken, in this order, out of
(1) the flow between the industry that makes it at its origin and its user; (2) what the user buys of the same
product from other regions abroad, for origins inside the table: their sales so set free count as final demand, that
is, as sold to somebody unknown; (3) the user's value added, where inputs from outside the table are hidden.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kaname.network.parts import Base
from kaname.network.tables import Flags, Floats, Ints


@dataclass(frozen=True)
class Wants:
    """What users want of goods: parallel arrays, one entry a lot (origin, user, good)."""

    product: Ints
    """Industry (by number in the table) that the good is part of."""
    parent: Ints
    """Node of that industry at the origin; -1 where the table has none."""
    user: Ints
    value: Floats


@dataclass(frozen=True)
class Takings:
    """What was taken for each lot, million USD a day."""

    value: Floats
    """What the lot carries: ``Wants.value``, or less where a cap bound."""
    own: Floats
    """Out of the flow from its origin."""
    pooled: Floats
    """Out of the same product of other regions."""
    base: Base
    """What is left."""

    @property
    def outside(self) -> Floats:
        """Out of the user's value added."""
        return self.value - self.own - self.pooled


@dataclass(frozen=True)
class _Flows:
    """The flows that wants meet, and the pools that may make up for what they lack."""

    of_lot: NDArray[np.intp]
    """Flow (parent, user) of each lot."""
    wanted: Floats
    held: Floats
    abroad: Flags
    """Whether the flow crosses a border, so that the pool holds it."""
    pool_of_flow: NDArray[np.intp]
    user_of_pool: Ints
    product_of_pool: Ints
    pool: Floats
    """What the user buys of the product abroad."""
    inside: Flags
    """Whether the flow's origin is in the table."""


@dataclass(frozen=True)
class Caps:
    """Most of a user's value added that goods may be taken out of, as shares."""

    outside: float
    """In all: imports from outside the table, and what two sources disagree about."""
    mismatch: float
    """Of one product, for what origins inside the table are said to sell and the table does not hold."""


def take(base: Base, wants: Wants, caps: Caps) -> Takings:
    """Take the value of all lots out of ``base``. Where that would pass a cap, the user gets less of the goods in
    question, their shares unchanged."""
    flows = _flows(base, wants)
    factor = _factor(base, flows, caps)
    own, extra, _ = _split(flows, factor)
    pool_of_lot = flows.pool_of_flow[flows.of_lot]
    value = wants.value * factor[pool_of_lot]
    wanted = np.bincount(flows.of_lot, value, len(flows.wanted))
    part_own = np.divide(own, wanted, out=np.zeros_like(own), where=wanted > 0)
    lacking = (wanted - own) * flows.inside
    in_pool = np.bincount(flows.pool_of_flow, lacking, len(flows.pool))
    part_pool = np.divide(extra, in_pool, out=np.zeros_like(extra), where=in_pool > 0)
    taken_own = value * part_own[flows.of_lot]
    pooled = (value - taken_own) * flows.inside[flows.of_lot] * part_pool[pool_of_lot]
    left = _left(base, wants, flows, taken_own, extra)
    outside = np.bincount(wants.user, value - taken_own - pooled, len(base))
    remainder = base.without(left[0], base.value_added - outside, left[1])
    return Takings(value, taken_own, pooled, remainder)


def _flows(base: Base, wants: Wants) -> _Flows:
    keys = np.stack([wants.product, wants.parent, wants.user])
    cells, of_lot = np.unique(keys, axis=1, return_inverse=True)
    _, parent, user = cells
    pools, pool_of_flow = np.unique(cells[[0, 2]], axis=1, return_inverse=True)
    inside = parent >= 0
    held = np.where(inside, base.Z[parent, user], 0.0)
    pool = base.cells[pools[0], pools[1]] - _own_region(base, pools[0], pools[1])
    return _Flows(
        of_lot=of_lot.reshape(-1),
        wanted=np.bincount(of_lot.reshape(-1), wants.value, len(user)).astype(np.float64),
        held=held,
        abroad=np.asarray(inside & (base.region[parent] != base.region[user])),
        pool_of_flow=pool_of_flow.reshape(-1),
        user_of_pool=pools[1].astype(np.int32),
        product_of_pool=pools[0].astype(np.int32),
        pool=np.maximum(pool, 0.0),
        inside=np.asarray(inside),
    )


def _own_region(base: Base, product: Ints, user: Ints) -> Floats:
    """What each user buys of each product from its own region."""
    found = np.zeros(len(user))
    for n, (k, u) in enumerate(zip(product.tolist(), user.tolist(), strict=True)):
        node = base.number.get((base.regions[base.region[u]], base.industries[k]))
        found[n] = 0.0 if node is None else base.Z[node, u]
    return found


def _split(flows: _Flows, factor: Floats) -> tuple[Floats, Floats, tuple[Floats, Floats]]:
    """By flow: taken of its own; by pool: taken of the others, and what is missing (inside the table, in all).
    ``factor`` by pool."""
    count = len(flows.pool)
    wanted = flows.wanted * factor[flows.pool_of_flow]
    own = np.minimum(wanted, flows.held)
    spent = np.bincount(flows.pool_of_flow, own * flows.abroad, count)
    lacking = np.bincount(flows.pool_of_flow, (wanted - own) * flows.inside, count)
    extra = np.minimum(lacking, np.maximum(flows.pool - spent, 0.0))
    whole = np.bincount(flows.pool_of_flow, wanted - own, count) - extra
    return own, extra, (np.asarray(lacking - extra), np.asarray(whole))


def _factor(base: Base, flows: _Flows, caps: Caps) -> Floats:
    """(pools,) factor on what is wanted: first each product within the cap for mismatch, then each user within the
    cap for all; 1 for most."""
    user = flows.user_of_pool
    held = np.maximum(base.value_added, 0.0)

    def agrees(factor: Floats) -> Flags:
        return np.asarray(_split(flows, factor)[2][0] <= caps.mismatch * held[user])

    first = _largest(agrees, len(user))

    def fits(factor: Floats) -> Flags:
        missing = _split(flows, first * factor[user])[2][1]
        return np.asarray(np.bincount(user, missing, len(base)) <= caps.outside * held)

    return first * _largest(fits, len(base))[user]


def _largest(fits: Callable[[Floats], Flags], count: int) -> Floats:
    """The largest factors in 0..1 that fit, by bisection: what is missing grows with the factor."""
    low, high = np.zeros(count), np.ones(count)
    whole = fits(high)
    if whole.all():
        return high
    for _ in range(50):
        middle = (low + high) / 2
        ok = fits(middle)
        low, high = np.where(ok, middle, low), np.where(ok, high, middle)
    return np.where(whole, 1.0, low)


def _left(base: Base, wants: Wants, flows: _Flows, own: Floats, extra: Floats) -> tuple[Floats, Floats]:
    """The flows and the final demand that are left."""
    Z, f = base.Z.copy(), base.f.copy()
    inside = wants.parent >= 0
    np.subtract.at(Z, (wants.parent[inside], wants.user[inside]), own[inside])
    # what rounding leaves of a flow that was taken whole is no flow
    Z[1e-12 * base.Z > Z] = 0.0
    for user, product, amount in zip(flows.user_of_pool, flows.product_of_pool, extra, strict=True):
        if amount > 0:
            rows = np.flatnonzero((base.industry == product) & (base.region != base.region[user]))
            held = Z[rows, user]
            moved = held * min(1.0, amount / held.sum()) if held.sum() > 0 else held
            Z[rows, user] -= moved
            f[rows] += moved
    return Z, f
