"""Run cases of classic ARIO on an inter-country table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kaname.cascade.classic import kernel
from kaname.cascade.classic.events import Event
from kaname.cascade.classic.layout import Layout, layout
from kaname.cascade.classic.settings import Settings
from kaname.cascade.classic.strikes import Strikes, check
from kaname.cascade.classic.trace import Keeper, Trace, joined, limits
from kaname.cascade.trace import Record
from kaname.data.tables import InterCountryTable
from kaname.errors import InputProblems, Problem
from kaname.network.tables import Floats

LANES = {"double": 32, "single": 64}
"""Cases side by side: enough to share one reading of the table, few enough for the nearer caches."""
PIECES = 8
"""Pieces of a step's work, more than threads, so that one that is held up leaves the rest to the others."""

Tick = Callable[[int], None]
Map = Callable[[Callable[[int], None], range], Iterable[None]]


def simulate(
    table: InterCountryTable,
    cases: Sequence[Sequence[Event]],
    settings: Settings | None = None,
    days: int = 365,
    record: Record | None = None,
    threads: int = 2,
    tick: Tick | None = None,
) -> Trace:
    """Run each case, a list of events, from the table's baseline for ``days`` steps of a day.

    Equations: Hallegatte (2008, 2013), Guan et al. (2020), Juhel et al. (2023), as BoARIO 0.7 runs them; see
    ``docs/classic.md``. Cases are independent of each other and of ``threads`` (to rounding). ``record`` as in the
    default engine; nodes are kept for a single case unless it says otherwise. ``tick(steps done)`` is called after
    each step of each batch. Raises :class:`~kaname.errors.InputProblems` with all that is wrong.
    """
    settings = settings or Settings()
    _check(table, settings, cases, days, threads)
    record = record or Record(nodes=len(cases) == 1)
    lanes = LANES[settings.precision]
    found = layout(table, settings, len(cases))
    parts = []
    with ThreadPoolExecutor(threads) as pool:
        for first in range(0, len(cases), lanes):
            part = cases[first : first + lanes]
            batch = Batch(found, settings, len(part))
            strikes = Strikes(table, found, part, days)
            keeper = Keeper(record, days, found.order)
            for t in range(days):
                _step(batch, strikes, t, pool.map if threads > 1 else map, keeper)
                if tick:
                    tick(first // lanes * days + t + 1)
            parts.append(keeper.trace())
    return joined(parts)


def _check(
    table: InterCountryTable, settings: Settings, cases: Sequence[Sequence[Event]], days: int, threads: int
) -> None:
    found = [] if threads >= 1 else [Problem(f"a run needs a thread, not {threads}", path="threads")]
    looks: tuple[Callable[[], None], ...] = (
        lambda: settings.check(table),
        lambda: check(table, settings, cases, days),
    )
    for look in looks:
        try:
            look()
        except InputProblems as told:
            found += told.problems
    if found:
        raise InputProblems(found)


@dataclass
class _Pair:
    """What users hold and order: as it was, and as it will be. (C, S, J, cases)"""

    now: NDArray[Any]
    next: NDArray[Any]

    @classmethod
    def of(cls, shape: tuple[int, ...], kind: Any, twice: bool) -> _Pair:
        now = np.zeros(shape, kind)
        return cls(now, np.zeros(shape, kind) if twice else now)

    def turn(self) -> None:
        """What will be becomes what is."""
        self.now, self.next = self.next, self.now


class Batch:
    """Cases under way, side by side; all at the baseline to begin with."""

    def __init__(self, found: Layout, settings: Settings, cases: int) -> None:
        self.found, self.settings, self.cases = found, settings, cases
        blocks, count, regions, size = found.share.shape
        kind = found.share.dtype
        n = len(found.order)
        self.still = settings.still > 0
        self.stock = _Pair.of((blocks, count, size, cases), kind, self.still or cases == 1)
        self.order = _Pair.of((blocks, count, size, cases), kind, self.still or cases == 1)
        self.asked = np.zeros((count, regions, cases))
        """Above usual sales to other nodes, money a day."""
        self.shortest = np.full((n, cases), np.inf)
        """Of each node's stocks that can limit it, the lowest against the usual, less one."""
        self.weight, self.stretch, self.output = np.ones((n, cases)), np.ones((n, cases)), np.ones((n, cases))
        self.stretch *= settings.stretch_base
        self.demand, self.cap, self.could, self.goal, self.fill = (np.ones((n, cases)) for _ in range(5))
        self.move, self.lack = np.ones(cases, np.bool_), np.ones(cases, np.bool_)
        """Whether stocks move, and whether what they lack is ordered (``Settings.still``)."""

    def stocks(self) -> Floats:
        """(S, N, cases) what each node holds of each industry's product, money."""
        found = self.found
        usual = (found.use * found.stock[:, None])[..., None]
        held = np.moveaxis(usual * (1.0 + self.stock.now), 1, 0).reshape(len(found.stock), -1, self.cases)
        return np.asarray(held[:, : len(found.order)])

    def order_anew(self, weight: Floats, each: Map) -> None:
        """Deliver, and place the orders of the next step; ``weight`` is that of suppliers from now on."""
        found, kind = self.found, self.found.share.dtype
        blocks, count, regions, size = found.share.shape
        pieces = np.array_split(np.arange(blocks), min(blocks, PIECES))
        alone = self.cases == 1
        sweep = kernel.sweep if alone else kernel.sweep_cases
        both = np.concatenate([self.fill * self.weight - 1, weight - 1], axis=1).reshape(count, regions, -1)
        weights = np.ascontiguousarray(np.moveaxis(both, 2, 1) if alone else both, kind)
        users = [found.by_user(values - 1).astype(kind) for values in (self.output, self.goal)]
        held = self.stock.now, self.order.now, self.stock.next, self.order.next
        least = np.empty((blocks, size, self.cases), kind)
        asked = np.empty((len(pieces), count, regions, self.cases), kind)
        astir = np.empty((len(pieces), 2, self.cases), kind)
        still = np.array([self.settings.still], kind)

        def work(piece: int) -> None:
            rules = self.move.astype(kind), self.lack.astype(kind), still
            by_case = [*users, *held, least, asked[piece], astir[piece]]
            made, could, *rest = [values[..., 0] for values in by_case] if alone else by_case
            sweep(
                pieces[piece], found.share, found.use, found.bound, found.gain, found.pace, found.stock, weights,
                made, could, *rules, *rest,
            )  # fmt: skip

        while True:
            least.fill(np.inf)
            asked.fill(0)
            astir.fill(0)
            list(each(work, range(len(pieces))))
            move, lack = astir.max(axis=0) > kernel.DELIVERED
            if not self.still or ((move == self.move).all() and (lack == self.lack).all()):
                break
            self.move, self.lack = move, lack
        self.asked = asked.sum(axis=0, dtype=float)
        self.stock.turn()
        self.order.turn()
        self.weight = weight.copy()
        self.shortest = least.reshape(blocks * size, -1)[: len(found.order)].astype(float)


def _step(batch: Batch, strikes: Strikes, t: int, each: Map, keeper: Keeper) -> None:
    """One day of a batch."""
    found, settings = batch.found, batch.settings
    able, rebuilding = strikes.able(t), strikes.rebuilding(t)
    usual = found.output[:, None]
    asked = np.divide(
        batch.asked.reshape(able.shape),
        usual,
        out=np.zeros(able.shape),
        where=np.broadcast_to(usual > 0, able.shape),
    )
    kernel.produce(
        able, found.final, found.sold, rebuilding, asked, batch.weight, batch.shortest, batch.stretch, batch.output,
        t > 0, settings.psi, settings.stretch_base, settings.stretch_max, settings.stretch_days, settings.relaxes,
        batch.demand, batch.cap, batch.could, batch.goal, batch.fill,
    )  # fmt: skip
    strikes.build(t, batch.fill)
    _keep(batch, t, able, rebuilding, keeper)
    batch.order_anew(np.ones(able.shape) if settings.orders == "fixed" else batch.cap, each)
    if keeper.record.stocks:
        keeper.keep_stock(t, batch.stocks())


def _keep(batch: Batch, t: int, able: Floats, rebuilding: Floats, keeper: Keeper) -> None:
    found, x, fill = batch.found, batch.output, batch.fill
    usual, final = found.output[:, None], np.maximum(0.0, found.final)[:, None]
    lost = found.value_added[:, None] * (1 - x) * (usual > 0)
    regions = found.share.shape[2]
    sums = {
        "world_loss": lost.sum(axis=0),
        "country_loss": np.maximum(0, lost).reshape(-1, regions, batch.cases).sum(axis=0),
        "unmet": (usual * final * (1 - fill)).sum(axis=0),
        "built": (usual * rebuilding * fill).sum(axis=0),
    }
    nodes: dict[str, NDArray[Any]] = {}
    if keeper.record.nodes:
        nodes = {"output": x * usual, "demand": batch.demand * usual, "fill": fill, "able": able}
        nodes |= {"stretch": batch.stretch, "shortfall": ((1 - fill) * (final > 0)).astype(np.float32)}
        nodes |= {"limit": limits(x, batch.could, batch.cap, batch.demand)}
    keeper.keep(t, sums, nodes)
