"""Why: what bound each output on each day, walked back to the events. Nothing is run again.

A run records for every node and day whether capacity, an input or demand bound it, and which input. From there the
way back is: input -> the supplier that failed most -> what bound that supplier, or what closed the way -> event.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from kaname.cascade.disturbance import Origin, Pairs, Shocks
from kaname.cascade.trace import CAPACITY, DEMAND, INPUT, NOTHING, Trace
from kaname.errors import problem
from kaname.network.build import Built
from kaname.network.tables import Floats, Ints, Kind

CAUSES = {NOTHING: "none", CAPACITY: "capacity", INPUT: "input", DEMAND: "demand"}
DEPTH = 6
"""How many suppliers an explanation goes back."""
SOME = 0.005
"""A supplier that fails by less than this share of the input is not named."""


@dataclass(frozen=True)
class Explanation:
    """What bound ``node`` on ``day``, and why; ``because`` leads on to suppliers, buyers and events."""

    node: str
    day: int
    level: float
    """Output as a share of normal."""
    cause: str
    """none, capacity, input, demand; full: makes what it can, and more is asked; closed, limited: since ``day`` the way
    from this supplier lets through less, by events or by its limit; shut: the same of the way to this buyer."""
    input: str | None = None
    """The product that was missing."""
    part: float | None = None
    """Share of the user's input that is missing, or of the maker's sales gone, because of this node."""
    open: float | None = None
    """Share of the usual flow that a way lets through."""
    events: tuple[Origin, ...] = ()
    because: tuple[Explanation, ...] = field(default=())

    def as_dict(self) -> dict[str, Any]:
        """The tree as plain data."""
        events = [
            {"scenario": e.scenario, "event": e.event, "kind": e.kind, "names": list(e.names)}
            for e in self.events
        ]
        own = {"node": self.node, "day": self.day, "level": self.level, "cause": self.cause}
        more = {"input": self.input, "part": self.part, "open": self.open, "events": events}
        return {**own, **more, "because": [b.as_dict() for b in self.because]}


@dataclass(frozen=True)
class Witness:
    """What a run recorded, and the shocks behind it."""

    built: Built
    shocks: Shocks
    trace: Trace
    pairs: Pairs

    def level(self, node: int, step: int) -> float:
        """Output as a share of normal."""
        assert self.trace.output is not None
        return float(self.trace.output[step, node, 0] / self.built.network.nodes.output[node])

    def cuts_on(self, node: int, step: int) -> tuple[Origin, ...]:
        """Events that take capacity from a node at a step."""
        found = [
            self.shocks.origins[cut.origin]
            for cut in self.shocks.cuts
            if cut.profile[step] > 0 and (cut.size[cut.nodes == node] > 0).any()
        ]
        return tuple(dict.fromkeys(found))

    def closures_on(self, supplier: int, country: int, step: int) -> tuple[Origin, ...]:
        """Events that close the way from a supplier to a country; gates' facilities among them."""
        found = []
        for closure in self.shocks.closures:
            here = (closure.nodes == supplier) & (closure.countries == country) & (closure.size > 0)
            if closure.profile[step] > 0 and here.any():
                found.append(self.shocks.origins[closure.origin])
        network = self.built.network
        for limit in self.shocks.limits:
            user = network.slots.user[network.links.slot[limit.links]]
            here = network.links.supplier[limit.links] == supplier
            here &= network.nodes.country[user] == country
            if limit.origin >= 0 and limit.profile[step] > 0 and (here & (limit.most < 1)).any():
                found.append(self.shocks.origins[limit.origin])
        for gate in self.shocks.gates:
            if ((gate.nodes == supplier) & (gate.countries == country) & (gate.size > 0)).any():
                found += [o for f in gate.facilities for o in self.cuts_on(int(f), step)]
        return tuple(dict.fromkeys(found))

    @cached_property
    def opened(self) -> NDArray[np.float32]:
        """(steps, pairs) open share of each pair: what events leave, and gates of that."""
        assert self.trace.gates is not None
        found = np.empty((self.shocks.steps, len(self.pairs.node)), np.float32)
        events = self.pairs.open(self.shocks, 0)
        for t, lost in enumerate(self.trace.gates):
            if self.shocks.moving(t, "closures"):
                events = self.pairs.open(self.shocks, t)
            found[t] = self.pairs.through_gates(self.shocks, events, lost)[:, 0]
        return found

    @cached_property
    def narrow(self) -> NDArray[np.float32]:
        """(steps, limited links) share of its usual flow that each can bring."""
        found = [self.shocks.most(t, self.shocks.limited)[:, 0] for t in range(self.shocks.steps)]
        return np.minimum(np.array(found, np.float32).reshape(self.shocks.steps, -1), 1)

    def limited(self, links: Ints, step: slice | int) -> Floats:
        """The same of any links at steps, (..., links); 1 where there is no limit."""
        known = self.shocks.limited
        place = np.minimum(np.searchsorted(known, links), max(len(known) - 1, 0))
        inside = known[place] == links if len(known) else np.zeros(len(links), np.bool_)
        found = np.ones((*self.narrow[step].shape[:-1], len(links)))
        found[..., inside] = self.narrow[step][..., place[inside]]
        return found

    def open(self, links: Ints, step: slice | int) -> Floats:
        """Open share of links at steps, (..., links): what events, gates and limits leave of the usual flow."""
        pair = self.pairs.of_link[links]
        opened = self.opened[step]
        shape = (*opened.shape[:-1], len(links))
        found = np.ones(shape)
        known = pair >= 0
        found[..., known] = opened[..., pair[known]]
        return np.minimum(found, self.limited(links, step)) if len(self.shocks.limited) else found

    def narrowed(self, link: int, step: int) -> tuple[int, float]:
        """Since which step, up to this one, a link's way has not been whole, and the share that is open at it."""
        opened = self.open(np.array([link], np.int32), slice(0, step + 1))[:, 0]
        whole = np.flatnonzero(opened >= 1 - SOME)
        return int(whole[-1]) + 1 if len(whole) else 0, float(opened[step])

    def failing(self, slot: int, step: int) -> tuple[Ints, Floats, Ints]:
        """A slot's links, the share of its input missing through each, and the step at which each failed most.

        An input without stock looks at the step itself, one with stock at the days that its stock and voyage span.
        """
        network = self.built.network
        assert self.trace.fill is not None
        links = np.arange(network.indptr[slot], network.indptr[slot + 1]).astype(np.int32)
        supplier, share = network.links.supplier[links], network.links.share[links]
        days = network.slots.target[slot]
        back = 0 if days <= 0 else int(np.ceil((days + network.links.lead[links].max()) / self.shocks.dt)) + 1
        span = slice(max(0, step - back), step + 1)
        got = self.open(links, span) * self.trace.fill[span][:, supplier, 0]
        missing = share * (1 - got)
        return links, missing.mean(axis=0), (missing.argmax(axis=0) + span.start).astype(np.int32)


def explain(witness: Witness, node: str, day: int) -> Explanation:
    """What bound ``node`` on ``day``. Raises ``InputProblems`` where the run has no such node or day."""
    network, steps = witness.built.network, witness.shocks.steps
    step = round(day / witness.shocks.dt)
    if node not in network.index:
        raise problem(f"no node {node!r} in the network", path="node")
    if not 0 <= step < steps:
        raise problem(f"the run has days 0 to {round(steps * witness.shocks.dt) - 1}, not {day}", path="day")
    if witness.trace.limit is None:
        raise problem("this run kept only its losses; run the case by itself to explain it", path="run")
    return _why(witness, network.index[node], step, frozenset(), DEPTH)


def _why(
    witness: Witness, node: int, step: int, seen: frozenset[int], depth: int, part: float | None = None
) -> Explanation:
    network, trace = witness.built.network, witness.trace
    assert trace.limit is not None
    assert trace.slot is not None
    code = int(trace.limit[step, node, 0])
    name, day = network.nodes.id[node], round(step * witness.shocks.dt)
    seen = seen | {node}
    missing, events = None, witness.cuts_on(node, step)
    because: tuple[Explanation, ...] = ()
    if code == INPUT:
        slot = int(trace.slot[step, node, 0])
        missing = network.products[network.slots.product[slot]]
        because = tuple(_suppliers(witness, slot, step, seen, depth)) if depth else ()
    elif code == DEMAND and depth:
        because = tuple(_buyers(witness, node, step, seen, depth))
    cause = CAUSES[code]
    if (code == NOTHING and part is not None) or (code == CAPACITY and not events):
        cause = "full"
    level = witness.level(node, step)
    return Explanation(name, day, level, cause, missing, part, events=events, because=because)


def _suppliers(
    witness: Witness, slot: int, step: int, seen: frozenset[int], depth: int
) -> Iterator[Explanation]:
    """The suppliers that failed a slot most, and why each did."""
    network, trace = witness.built.network, witness.trace
    assert trace.fill is not None
    links, missing, when = witness.failing(slot, step)
    country = int(network.nodes.country[network.slots.user[slot]])
    worst = [k for k in np.argsort(-missing, kind="stable")[:3] if missing[k] > SOME]
    for k in worst:
        supplier, then = int(network.links.supplier[links[k]]), int(when[k])
        way = links[k : k + 1]
        since, opened = witness.narrowed(int(links[k]), then)
        if opened < trace.fill[then, supplier, 0]:
            yield Explanation(
                network.nodes.id[supplier],
                round(since * witness.shocks.dt),
                witness.level(supplier, then),
                "limited" if 0 < witness.limited(way, then)[0] <= opened else "closed",
                part=float(missing[k]),
                open=opened,
                events=witness.closures_on(supplier, country, then),
            )
        elif supplier not in seen:
            yield _why(witness, supplier, then, seen, depth - 1, float(missing[k]))


def _buyers(
    witness: Witness, node: int, step: int, seen: frozenset[int], depth: int
) -> Iterator[Explanation]:
    """Why less is ordered: the ways to buyers that are shut, and the buyer that wants less, with its reason."""
    network, trace = witness.built.network, witness.trace
    assert trace.output is not None
    lower = 1 - trace.output[step, :, 0] / network.nodes.output
    links = np.flatnonzero(network.links.supplier == node).astype(np.int32)
    slot = network.links.slot[links]
    user = network.slots.user[slot]
    usual = network.links.share[links] * network.slots.need[slot] * network.nodes.output[user]
    kept = usual * (1 - witness.open(links, step))
    n, whole = len(network.nodes), network.nodes.output[node]
    wanted = np.bincount(user, (usual - kept) * lower[user], n)
    if node < network.industries:
        wanted[: network.industries] += network.flow[node] * lower[: network.industries]
    wanted[list(seen)] = 0
    held = np.bincount(user, kept, n)
    for buyer in np.argsort(-held, kind="stable")[:3]:
        if held[buyer] > SOME * whole:
            link = int(links[user == buyer][kept[user == buyer].argmax()])
            since, opened = witness.narrowed(link, step)
            yield Explanation(
                network.nodes.id[buyer],
                round(since * witness.shocks.dt),
                witness.level(int(buyer), step),
                "shut",
                part=float(held[buyer] / whole),
                open=opened,
                events=witness.closures_on(node, int(network.nodes.country[buyer]), step),
            )
    most = int(wanted.argmax())
    if wanted[most] > SOME * whole:
        yield _why(witness, most, step, seen, depth - 1, float(wanted[most] / whole))


def stops(witness: Witness, below: float) -> pl.DataFrame:
    """Home's industries and facilities on the first day under ``below``; goods on the day the first user lacks them."""
    network, trace = witness.built.network, witness.trace
    assert trace.output is not None
    assert trace.limit is not None
    home = np.flatnonzero(network.is_home & (network.nodes.kind != Kind.GOOD))
    level = trace.output[:, home, 0] / network.nodes.output[home]
    rows = [*_goods_out(witness)]
    for k, node in enumerate(home):
        low = np.flatnonzero(level[:, k] < below)
        if len(low) and trace.limit[low[0], node, 0] != NOTHING:
            kind = Kind(int(network.nodes.kind[node])).name.lower()
            rows.append(
                (
                    int(low[0]),
                    network.nodes.id[node],
                    kind,
                    float(level[low[0], k]),
                    *_via(witness, int(node), int(low[0])),
                )
            )
    schema = {
        "day": pl.Int64,
        "node": pl.String,
        "kind": pl.String,
        "level": pl.Float64,
        "cause": pl.String,
        "via": pl.String,
    }
    frame = pl.DataFrame(rows, schema, orient="row").with_columns(
        day=(pl.col("day") * witness.shocks.dt).floor().cast(pl.Int64)
    )
    return frame.sort("day", "kind", "node", maintain_order=True)


def _via(witness: Witness, node: int, step: int) -> tuple[str, str]:
    network, trace = witness.built.network, witness.trace
    assert trace.limit is not None
    assert trace.slot is not None
    cause = CAUSES[int(trace.limit[step, node, 0])]
    if cause == "input":
        return cause, network.products[network.slots.product[int(trace.slot[step, node, 0])]]
    if cause == "capacity":
        return cause, ", ".join(dict.fromkeys(e.scenario for e in witness.cuts_on(node, step)))
    return cause, ""


def _goods_out(witness: Witness) -> Iterator[tuple[int, str, str, float, str, str]]:
    """For each good that stops somebody at home: the first such day, the user's output, the worst supplier."""
    network, trace = witness.built.network, witness.trace
    assert trace.slot is not None
    goods = set(network.nodes.product[network.nodes.kind == Kind.GOOD].tolist())
    home = np.flatnonzero(network.is_home & (network.nodes.kind == Kind.INDUSTRY))
    slot = trace.slot[:, home, 0]
    product = np.where(slot >= 0, network.slots.product[slot], -1)
    for good in sorted(goods):
        steps, users = np.nonzero(product == good)
        if len(steps):
            step, user = int(steps[0]), int(users[0])
            links, missing, _ = witness.failing(int(slot[step, user]), step)
            supplier = int(network.links.supplier[links[int(missing.argmax())]])
            level = witness.level(int(home[user]), step)
            yield step, network.products[good], "good", level, "input", network.nodes.id[supplier]


def bottlenecks(witness: Witness) -> pl.DataFrame:
    """Loss of home's industries by the input that bound them and the supplier that failed most, largest first."""
    network, trace = witness.built.network, witness.trace
    assert trace.slot is not None
    rows = []
    for k, node in enumerate(trace.home):
        bound = trace.slot[:, node, 0]
        for slot in np.unique(bound[bound >= 0]):
            steps = np.flatnonzero(bound == slot)
            loss = float(trace.loss[steps, k, 0].sum() * witness.shocks.dt)
            links, missing, _ = witness.failing(int(slot), int(steps[0]))
            supplier = network.nodes.id[int(network.links.supplier[links[int(missing.argmax())]])]
            product = network.products[network.slots.product[slot]]
            rows.append((product, network.nodes.id[node], supplier, len(steps) * witness.shocks.dt, loss))
    schema = {
        "input": pl.String,
        "user": pl.String,
        "supplier": pl.String,
        "days": pl.Float64,
        "loss": pl.Float64,
    }
    return pl.DataFrame(rows, schema, orient="row").sort(
        "loss", "user", "input", descending=[True, False, False]
    )
