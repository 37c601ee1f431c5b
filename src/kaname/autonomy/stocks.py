"""In what order stocks run down when supply is cut: by good and day, with what still comes and how (floor 4).

A run says when users are bound. This says why not before: what is under way, what lies in tanks and yards, what
gets round a closed passage by pipeline, and what users buy elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import polars as pl

from kaname.cascade import kernel
from kaname.cascade.disturbance import Pairs, Shocks
from kaname.cascade.settings import Settings
from kaname.cascade.shocks import Case, compile_cases
from kaname.cascade.trace import INPUT, Record, Trace
from kaname.network.adapt import prevent
from kaname.network.build import Built
from kaname.network.tables import Floats, Ints, Kind, Network

SHORT = 0.97
"""Arrivals below this share of normal use count as short."""
MOVED = 0.02
"""A stock that never loses more than this share of itself has not moved; a user that makes no less than this short of
normal is not bound."""

ORDER = {
    "good": pl.String,
    "kind": pl.String,
    "cover": pl.Float64,
    "at_sea": pl.Float64,
    "short_day": pl.Int64,
    "half_day": pl.Int64,
    "bound_day": pl.Int64,
    "lowest_day": pl.Int64,
    "lowest": pl.Float64,
    "arrivals": pl.Float64,
    "usual": pl.Float64,
    "bypass": pl.Float64,
    "elsewhere": pl.Float64,
    "lost": pl.Float64,
}
"""Columns of :attr:`Stocks.order`."""


@dataclass(frozen=True)
class Stocks:
    """Stocks of home's users under one case, day by day. T days, G products that are stored and run down."""

    products: tuple[str, ...]
    kinds: tuple[str, ...]
    """good or industry."""
    cover: Floats
    """(G,) days of normal use held at the start."""
    at_sea: Floats
    """(G,) days that supply is under way, home's own counted as none."""
    left: Floats
    """(T, G) days of normal use held at the end of the day."""
    arrivals: Floats
    """(T, G) what arrives, over normal use."""
    usual: Floats
    """(T, G) of that what the usual suppliers would bring if nobody turned elsewhere, bypasses left out."""
    bypass: Floats
    """(T, G) of that what gets round closed passages by the bypasses of the pack."""
    bound: Ints
    """(G,) first day on which a user at home makes less for want of it; -1 = none."""

    @property
    def elsewhere(self) -> Floats:
        """(T, G) what is bought beyond the usual ways; negative where others buy away what would have come."""
        return self.arrivals - self.usual - self.bypass

    @cached_property
    def order(self) -> pl.DataFrame:
        """One row a product, in the order in which they bind, then run down.

        short_day: arrivals first fall short; half_day: half of the stock is gone; bound_day: the first user makes
        less; lowest (days of use left, on lowest_day). On the day on which least arrives: arrivals, of which usual
        ways, bypass, elsewhere; lost = 1 - arrivals. Days are null where it does not happen.
        """
        rows = [self._row(g) for g in range(len(self.products))]
        frame = pl.DataFrame(rows, ORDER, orient="row")
        late = pl.lit(10**6)
        return frame.sort(
            pl.col("bound_day").fill_null(late),
            pl.col("half_day").fill_null(late),
            pl.col("short_day"),
            "good",
        )

    def _row(self, g: int) -> tuple[object, ...]:
        left, came = self.left[:, g], self.arrivals[:, g]
        least = int(came.argmin())
        return (
            self.products[g],
            self.kinds[g],
            float(self.cover[g]),
            float(self.at_sea[g]),
            _first(came < SHORT),
            _first(left < self.cover[g] / 2),
            None if self.bound[g] < 0 else int(self.bound[g]),
            int(left.argmin()),
            float(left.min()),
            float(came[least]),
            float(self.usual[least, g]),
            float(self.bypass[least, g]),
            float(self.elsewhere[least, g]),
            float(1 - came[least]),
        )

    def course(self) -> pl.DataFrame:
        """By day and product: days of stock left and what arrives (of normal use), by way."""
        days, count = self.left.shape
        parts = {"left": self.left, "arrivals": self.arrivals, "usual": self.usual, "bypass": self.bypass}
        return pl.DataFrame(
            {"day": np.repeat(np.arange(days), count), "good": list(self.products) * days}
            | {name: values.reshape(-1) for name, values in parts.items()}
        )


def _first(found: np.ndarray) -> int | None:
    days = np.flatnonzero(found)
    return int(days[0]) if len(days) else None


def stocks(built: Built, case: Case, days: int, settings: Settings) -> Stocks:
    """How the stocks of home's users run down under ``case``; one run of its own, in steps of a day.

    Only what is stored and moves is kept. Raises ``InputProblems`` as a run does.
    """
    daily = replace(settings, dt=1.0)
    adapted = prevent(built, case.measures)
    shocks = compile_cases(adapted, [case], days, daily)
    trace = kernel.simulate(adapted.network, shocks, daily, Record(nodes=True, stocks=True))
    ways = _Ways.of(adapted, case, shocks, daily)
    stored = {g.id for g in built.pack.goods} | {i.id for i in built.pack.industries if i.storable}
    return _gather(adapted.network, trace, ways, stored)


@dataclass(frozen=True)
class _Ways:
    """What the usual suppliers of each slot would bring, over normal use, if nobody turned elsewhere."""

    slots: Ints
    usual: Floats
    """(T, len(slots)) with every bypass shut."""
    bypass: Floats
    """(T, len(slots))"""

    @classmethod
    def of(cls, built: Built, case: Case, shocks: Shocks, settings: Settings) -> _Ways:
        slots = _stored(built.network)
        shut = compile_cases(_no_bypass(built), [case], shocks.steps, settings)
        usual = _come(built.network, shut, slots)
        return cls(slots, usual, np.maximum(_come(built.network, shocks, slots) - usual, 0.0))


def _stored(network: Network) -> Ints:
    """Slots of home's users that are held in stock."""
    held = network.is_home[network.slots.user] & (network.slots.target > 0)
    return np.flatnonzero(held).astype(np.int32)


def _no_bypass(built: Built) -> Built:
    """The same network, no pipeline round any passage."""
    bare = {name: p.model_copy(update={"bypasses": ()}) for name, p in built.routes.passages.items()}
    return replace(built, routes=replace(built.routes, passages=bare))


def _come(network: Network, shocks: Shocks, slots: Ints) -> Floats:
    """(T, slots) share of normal supply that closures and lost capacity leave, as it arrives."""
    links, pairs = network.links, Pairs.of(network, shocks)
    mine = np.flatnonzero(np.isin(links.slot, slots))
    supplier, lead, pair = links.supplier[mine], links.lead[mine], pairs.of_link[mine]
    able = np.ones((shocks.steps, len(mine)))
    for step in range(shocks.steps):
        left = shocks.capacity_left(step, len(network.nodes))[supplier, 0]
        shares = pairs.open(shocks, step)[:, 0] if len(pairs.node) else np.ones(1)
        able[step] = left * np.where(pair >= 0, shares[np.maximum(pair, 0)], 1.0)
    sent = np.arange(shocks.steps)[:, None] - lead[None, :]
    came = np.where(sent >= 0, able[np.maximum(sent, 0), np.arange(len(mine))], 1.0)
    place = np.searchsorted(slots, links.slot[mine])
    found = np.zeros((len(slots), shocks.steps))
    np.add.at(found, place, (came * links.share[mine]).T)
    return found.T


def _gather(network: Network, trace: Trace, ways: _Ways, stored: set[str]) -> Stocks:
    """Sums over the users of each of the ``stored`` products, weighted by what they use."""
    assert trace.stock is not None and trace.output is not None
    slots, mine = network.slots, ways.slots
    use = slots.need[mine] * network.nodes.output[slots.user[mine]]
    stock = trace.stock[:, mine, 0]
    before = np.vstack([slots.target[mine] * use, stock[:-1]])
    arrived = np.maximum(stock - before + slots.need[mine] * trace.output[:, slots.user[mine], 0], 0.0)
    numbers, of = np.unique(slots.product[mine], return_inverse=True)
    total = np.bincount(of, use)

    def mean(values: Floats) -> Floats:
        """(T, products) out of (T, slots) per day of use."""
        summed = np.stack([np.bincount(of, row, len(numbers)) for row in values])
        return np.asarray(summed / total)

    cover = mean((slots.target[mine] * use)[None, :])[0]
    left = mean(stock)
    came = mean(arrived)
    told = np.array([network.products[n] in stored for n in numbers], bool) & (total > 0)
    kept = np.flatnonzero(told & (left.min(axis=0) < (1 - MOVED) * cover) & (came.min(axis=0) < SHORT))
    names = [network.products[numbers[k]] for k in kept]
    goods = set(network.nodes.product[network.nodes.kind == Kind.GOOD].tolist())
    return Stocks(
        products=tuple(names),
        kinds=tuple("good" if numbers[k] in goods else "industry" for k in kept),
        cover=cover[kept],
        at_sea=_at_sea(network, mine, use, of.astype(np.int32))[kept],
        left=left[:, kept],
        arrivals=came[:, kept],
        usual=mean(ways.usual * use)[:, kept],
        bypass=mean(ways.bypass * use)[:, kept],
        bound=_bound(network, trace, mine, numbers)[kept],
    )


def _at_sea(network: Network, mine: Ints, use: Floats, of: Ints) -> Floats:
    """(products,) days under way, weighted by use and share."""
    links = network.links
    days = np.bincount(links.slot, links.lead * links.share, len(network.slots))[mine]
    return np.asarray(np.bincount(of, days * use) / np.bincount(of, use))


def _bound(network: Network, trace: Trace, mine: Ints, numbers: Ints) -> Ints:
    """(products,) the first day on which an industry or facility at home is bound by its stock of it; -1 = none."""
    assert trace.limit is not None and trace.slot is not None and trace.output is not None
    users = np.unique(network.slots.user[mine])
    users = users[network.nodes.kind[users] != Kind.GOOD]
    limit, slot = trace.limit[:, users, 0], trace.slot[:, users, 0]
    less = trace.output[:, users, 0] < (1 - MOVED) * network.nodes.output[users]
    day, node = np.nonzero((limit == INPUT) & np.isin(slot, mine) & less)
    product = network.slots.product[slot[day, node]]
    found = np.full(len(numbers), -1, np.int32)
    for k, number in enumerate(numbers):
        days = day[product == number]
        found[k] = days.min() if len(days) else -1
    return found
