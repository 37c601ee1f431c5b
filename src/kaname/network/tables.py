"""The network's tables: nodes, slots, links, and the flows that stop nobody.

Struct of arrays: NumPy inside, ``frame()`` gives Polars. Money is million USD, time is days, rates are per
day. A *slot* is one input that can stop its user ("tracked"); a *link* is one supplier of one slot; ``flow``
holds the other inputs between industries, which carry demand but stop nobody.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from enum import IntEnum
from functools import cached_property
from itertools import pairwise

import numpy as np
import polars as pl
from numpy.typing import NDArray

from kaname.errors import InputProblems, Problem

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
Flags = NDArray[np.bool_]


class Kind(IntEnum):
    """What a node is."""

    INDUSTRY = 0
    GOOD = 1
    FACILITY = 2


@dataclass(frozen=True)
class Nodes:
    """Producers. All arrays have one entry per node; the industries come first."""

    id: tuple[str, ...]
    kind: NDArray[np.int8]
    country: Ints
    """Index into ``Network.countries``."""
    area: tuple[str, ...]
    product: Ints
    """Index into ``Network.products``: what the node makes."""
    output: Floats
    """Baseline output per day: million USD, or units of service for facilities."""
    value_added: Floats
    """Baseline value added per day, million USD; 0 for goods (channels) and facilities."""
    final: Floats
    """Baseline final demand per day, in the unit of ``output``."""
    slack: Floats
    """How far above baseline output the node can go in time (0.1 = a tenth)."""
    priority: Ints | None = None
    """Class in which the node is served where there is too little and ``Settings.rationing`` is by priority: 1 is
    first, then 2, ...; ``None`` = all are in one. Final demand comes last, but for what the first classes make."""

    def __len__(self) -> int:
        return len(self.id)


@dataclass(frozen=True)
class Slots:
    """Tracked inputs."""

    user: Ints
    product: Ints
    need: Floats
    """Units of the product per unit of the user's output."""
    target: Floats
    """Days of baseline use held in stock; 0 = cannot be stored, acts within the step."""
    weight: Floats
    """Share of the user's output that stops when none of the input comes, in [0, 1]; 1 = critical, 0 = stops nobody."""
    shift: Floats
    """The largest share of a lost supply that the user can move to its other suppliers, in [0, 1]."""

    def __len__(self) -> int:
        return len(self.user)


@dataclass(frozen=True)
class Links:
    """Suppliers of slots, sorted by slot."""

    slot: Ints
    supplier: Ints
    share: Floats
    """Share of the slot's supply at baseline; sums to 1 within a slot."""
    lead: Ints
    """Days between shipment and arrival."""

    def __len__(self) -> int:
        return len(self.slot)


@dataclass(frozen=True)
class Flows:
    """``Network.flow`` ready to be summed, what differs from the baseline apart from what is usual."""

    values: NDArray[np.floating]
    """(industries, industries) the flows with the users of one country side by side."""
    users: Ints
    """(industries,) whose column each is."""
    first: Ints
    """(countries + 1,) users of country ``c`` are ``first[c]:first[c + 1]``."""
    usual: Floats
    """(industries, countries) use of each row's product at baseline."""
    total: Floats
    """(industries,) that of all countries."""

    @classmethod
    def of(cls, network: Network) -> Flows:
        """The flows of ``network``."""
        country = network.nodes.country[: network.industries]
        users = np.argsort(country, kind="stable").astype(np.int32)
        first = np.searchsorted(country[users], np.arange(len(network.countries) + 1)).astype(np.int32)
        # where countries already lie together there is nothing to copy
        kept = (users[1:] > users[:-1]).all()
        values = network.flow if kept else np.ascontiguousarray(network.flow[:, users])
        usual = [values[:, low:high].sum(axis=1) for low, high in pairwise(first)]
        return cls(values, users, first, np.stack(usual, axis=1), network.flow.sum(axis=1))


@dataclass(frozen=True)
class Network:
    """A nation and its world as one network, at the undisturbed baseline."""

    home: str
    countries: tuple[str, ...]
    products: tuple[str, ...]
    nodes: Nodes
    slots: Slots
    links: Links
    flow: Floats
    """(industries, industries) daily baseline use of row's product by column's industry, not tracked."""

    def __post_init__(self) -> None:
        faults = list(self._faults())
        if faults:
            raise InputProblems(faults)

    def __repr__(self) -> str:
        counts = f"{len(self.nodes)} nodes, {len(self.slots)} slots, {len(self.links)} links"
        return f"Network({self.home}: {counts}, {len(self.countries)} countries)"

    @cached_property
    def index(self) -> dict[str, int]:
        """Node number by id."""
        return {name: number for number, name in enumerate(self.nodes.id)}

    @cached_property
    def indptr(self) -> NDArray[np.int64]:
        """Links of slot ``s`` are ``indptr[s]:indptr[s + 1]``."""
        return np.searchsorted(self.links.slot, np.arange(len(self.slots) + 1)).astype(np.int64)

    @cached_property
    def flows(self) -> Flows:
        """``flow`` as runs sum it."""
        return Flows.of(self)

    @cached_property
    def flows_single(self) -> Flows:
        """``flows`` for searching: what differs from the baseline in single precision."""
        return replace(self.flows, values=self.flows.values.astype(np.float32))

    @cached_property
    def structure(self) -> tuple[object, ...]:
        """What networks must have in common to run in one batch, as a key.

        They may differ in how much is held in stock where any is, and in how far users can shift and producers stretch.
        ``flow`` is compared by identity: networks made from one another share it.
        """
        nodes, slots, links = self.nodes, self.slots, self.links
        priority = () if nodes.priority is None else (nodes.priority,)
        digest = hashlib.blake2b("\n".join(nodes.id).encode())
        for values in (
            *(
                nodes.kind,
                nodes.country,
                nodes.product,
                nodes.output,
                nodes.value_added,
                nodes.final,
                *priority,
            ),
            *(slots.user, slots.product, slots.need, slots.weight, slots.target > 0),
            *(links.slot, links.supplier, links.share, links.lead),
        ):
            digest.update(np.ascontiguousarray(values).data)
        return id(self.flow), len(nodes), len(slots), len(links), bool(priority), digest.digest()

    @property
    def industries(self) -> int:
        """How many nodes take part in ``flow`` (they come first); 0 where every input is a slot, as among firms."""
        return int(self.flow.shape[0])

    @cached_property
    def is_home(self) -> Flags:
        """Which nodes stand in the home country."""
        return np.asarray(self.nodes.country == self.countries.index(self.home))

    @cached_property
    def imbalance(self) -> Floats:
        """Baseline output less everything sold, relative to output, per node: 0 up to rounding."""
        sold = self.nodes.final.copy()
        sold[: self.industries] += self.flow.sum(axis=1)
        use = self.slots.need * self.nodes.output[self.slots.user]
        np.add.at(sold, self.links.supplier, self.links.share * use[self.links.slot])
        return (self.nodes.output - sold) / np.maximum(self.nodes.output, 1e-12)

    def slots_of(self, node: int) -> NDArray[np.int64]:
        """Slot numbers of one user."""
        return np.flatnonzero(self.slots.user == node)

    def frames(self) -> dict[str, pl.DataFrame]:
        """The tables as Polars frames, with names instead of numbers."""
        n, s, k = self.nodes, self.slots, self.links
        ids, products = np.array(n.id), np.array(self.products)
        return {
            "nodes": pl.DataFrame(
                {
                    "id": n.id,
                    "kind": [Kind(int(v)).name.lower() for v in n.kind],
                    "country": np.array(self.countries)[n.country],
                    "area": n.area,
                    "makes": products[n.product],
                    "output": n.output,
                    "value_added": n.value_added,
                    "final": n.final,
                    "slack": n.slack,
                }
            ),
            "slots": pl.DataFrame(
                {
                    "user": ids[s.user],
                    "input": products[s.product],
                    "need": s.need,
                    "stock_days": s.target,
                    "weight": s.weight,
                    "shift": s.shift,
                }
            ),
            "links": pl.DataFrame(
                {
                    "user": ids[s.user[k.slot]],
                    "input": products[s.product[k.slot]],
                    "supplier": ids[k.supplier],
                    "share": k.share,
                    "lead": k.lead,
                }
            ),
        }

    def _faults(self) -> list[Problem]:
        """Everything that would make a run meaningless."""
        n, s, k = self.nodes, self.slots, self.links
        faults: list[Problem] = []

        def when(bad: Flags, message: str, names: tuple[str, ...]) -> None:
            faults.extend(Problem(message, path=f"network:{names[i]}") for i in np.flatnonzero(bad)[:20])

        numbers = (n.output, n.value_added, n.final, n.slack, s.need, s.target, s.weight, k.share, self.flow)
        if not all(np.isfinite(values).all() for values in numbers):
            faults.append(Problem("a figure is not a finite number", path="network"))
            return faults
        when(n.output <= 0, "a node makes nothing", n.id)
        when(n.final < 0, "final demand is negative", n.id)
        if n.priority is not None and n.priority.shape != n.output.shape:
            faults.append(Problem("priority is not one class a node", path="network"))
        elif n.priority is not None:
            when(n.priority < 1, "a priority class is below 1", n.id)
        if (self.flow < 0).any():
            faults.append(Problem("a flow is negative", path="network"))

        def of_users(bad: Flags, message: str) -> None:
            found = np.flatnonzero(bad)[:20]
            faults.extend(Problem(message, path=f"network:{n.id[s.user[i]]}") for i in found)

        of_users((s.weight < 0) | (s.weight > 1), "a slot's weight is outside [0, 1]")
        of_users(s.need <= 0, "a slot needs nothing")
        of_users(s.target < 0, "a slot's stock is negative")
        total = np.zeros(len(s))
        np.add.at(total, k.slot, k.share)
        of_users(np.abs(total - 1) > 1e-9, "a slot's shares do not sum to 1")
        if len(k) and (np.diff(k.slot) < 0).any():
            faults.append(Problem("links are not sorted by slot", path="network"))
        if not faults:
            when(np.abs(self.imbalance) > 1e-6, "sales do not add up to output", n.id)
        return faults
