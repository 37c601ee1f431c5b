"""Firms: a supply network of single firms, from a list of who sells how much to whom, as the cascade takes it.

Where nothing else is known of a firm, what it makes is the larger of what it sells to firms and what it buys from
them: the rest of its sales goes to final users, the rest of its costs is value added. A firm's sales to itself are left
out, repeated links are added up.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kaname.errors import InputProblems, Problem
from kaname.network.tables import Flags, Floats, Ints, Kind, Links, Network, Nodes, Slots

IRRELEVANT, SOME, ESSENTIAL = 0, 1, 2
"""How an input's sector matters to a buyer's: not at all, in proportion to its cost, without it nothing is made."""
TOLD = 20
"""Problems of one sort that are told by name."""


@dataclass(frozen=True)
class Firms:
    """A firm-level supply network. ``Ints`` are positions in ``id`` or ``sectors``.

    Raises :class:`~kaname.errors.InputProblems` with everything that is wrong: a volume that is negative, 0 or no
    number, an unknown firm or sector, an output smaller than what the firm sells to others, a firm without any trade
    and output.
    """

    id: tuple[str, ...]
    sector: Ints
    """(firms,)"""
    sectors: tuple[str, ...]
    supplier: Ints
    """(links,)"""
    buyer: Ints
    volume: Floats
    """(links,) million USD a day, or any one unit."""
    output: Floats | None = None
    """(firms,) all sales a day, to final users too; ``None``: see the module."""

    def __post_init__(self) -> None:
        faults = self._faults()
        if faults:
            raise InputProblems(faults)

    @classmethod
    def of(
        cls,
        supplier: ArrayLike,
        buyer: ArrayLike,
        volume: ArrayLike,
        sector: ArrayLike,
        output: ArrayLike | None = None,
    ) -> Firms:
        """Firms by number from 0; ``sector`` by firm, any whole numbers."""
        sectors, place = np.unique(np.asarray(sector), return_inverse=True)
        return cls(
            id=tuple(map(str, range(len(place)))),
            sector=place.astype(np.int32),
            sectors=tuple(map(str, sectors)),
            supplier=np.asarray(supplier, np.int32),
            buyer=np.asarray(buyer, np.int32),
            volume=np.asarray(volume, np.float64),
            output=None if output is None else np.asarray(output, np.float64),
        )

    def __len__(self) -> int:
        return len(self.id)

    @cached_property
    def sold(self) -> Floats:
        """(firms,) sales to other firms."""
        return _sum(self.supplier, self.volume * self._others, len(self))

    @cached_property
    def bought(self) -> Floats:
        """(firms,) purchases from other firms."""
        return _sum(self.buyer, self.volume * self._others, len(self))

    @cached_property
    def made(self) -> Floats:
        """(firms,) ``output``, or the least that fits what is known."""
        return np.maximum(self.sold, self.bought) if self.output is None else self.output

    def by_customers(self) -> Firms:
        """The same firms, those with the most customers first."""
        order = np.argsort(-np.bincount(self.supplier, minlength=len(self)), kind="stable")
        place = np.empty(len(self), np.int32)
        place[order] = np.arange(len(self))
        return Firms(
            id=tuple(self.id[i] for i in order.tolist()),
            sector=self.sector[order],
            sectors=self.sectors,
            supplier=place[self.supplier],
            buyer=place[self.buyer],
            volume=self.volume,
            output=None if self.output is None else self.output[order],
        )

    @property
    def _others(self) -> Flags:
        return np.asarray(self.supplier != self.buyer)

    def _faults(self) -> list[Problem]:
        n, count = len(self.id), len(self.sectors)
        faults: list[Problem] = []

        def when(bad: Flags, message: str, part: str) -> None:
            found = np.flatnonzero(bad)
            faults.extend(Problem(message, path=f"{part}[{i}]") for i in found[:TOLD])
            if len(found) > TOLD:
                faults.append(Problem(f"{message}: {len(found) - TOLD} more", path=part))

        if len(self.sector) != n or (self.output is not None and len(self.output) != n):
            faults.append(Problem("sectors and outputs must be one a firm", path="firms"))
        if not len(self.supplier) == len(self.buyer) == len(self.volume):
            faults.append(Problem("suppliers, buyers and volumes must be as many", path="links"))
        if faults:
            return faults
        when((self.sector < 0) | (self.sector >= count), "no such sector", "firms")
        when((self.supplier < 0) | (self.supplier >= n), "no such supplier", "links")
        when((self.buyer < 0) | (self.buyer >= n), "no such buyer", "links")
        when(~(np.isfinite(self.volume) & (self.volume > 0)), "a volume must be a number above 0", "links")
        if faults:
            return faults
        if self.output is not None:
            when(~np.isfinite(self.output), "an output is not a number", "firms")
            when(self.output < self.sold * (1 - 1e-9), "a firm sells more to firms than its output", "firms")
            when(
                self.output < self.bought * (1 - 1e-9), "a firm buys more from firms than its output", "firms"
            )
        when(~(self.made > 0), "a firm neither buys nor sells", "firms")
        return faults


@dataclass(frozen=True)
class Terms:
    """How firms depend on their inputs. All are assumptions of whoever asks, none is measured here."""

    stock_days: float | Floats
    """Days of use held in stock, for all inputs or by the input's sector; 0 = cannot be stored."""
    essential: NDArray[np.int8] | None = None
    """(sectors, sectors) IRRELEVANT, SOME or ESSENTIAL, row the input's sector, column the buyer's.

    ``None``: every input is essential."""
    some: float = 0.5
    """Share of output that stops without an input of the class SOME."""
    shift: float = 0.0
    """``Slots.shift`` of all inputs that are essential or SOME."""
    slack: float = 0.0
    """``Nodes.slack`` of all firms."""
    lead: int = 0
    """Days between shipment and arrival of what can be stored."""


def firm_network(firms: Firms, terms: Terms) -> Network:
    """Each firm a node, each (buyer, sector it buys from) a slot; irrelevant inputs are slots of weight 0.

    Nodes stand in the order of their number of customers, so that the suppliers of many stay at hand (a fifth faster);
    they are found by their id. Raises ``InputProblems`` for terms that do not fit the firms.
    """
    _check(firms, terms)
    firms = firms.by_customers()
    n = len(firms)
    slot, supplier, amount, user, product = _inputs(firms)
    made = firms.made
    need = _sum(slot, amount, len(user))
    klass = (
        np.full(len(user), ESSENTIAL)
        if terms.essential is None
        else terms.essential[product, firms.sector[user]]
    )
    days = np.broadcast_to(np.asarray(terms.stock_days, np.float64), len(firms.sectors))[product]
    final = made - firms.sold
    return Network(
        home="home",
        countries=("home",),
        products=firms.sectors,
        nodes=Nodes(
            id=firms.id,
            kind=np.full(n, Kind.INDUSTRY, np.int8),
            country=np.zeros(n, np.int32),
            area=("",) * n,
            product=firms.sector,
            output=made,
            value_added=made - firms.bought,
            final=np.where(final > 1e-12 * made, final, 0.0),
            slack=np.full(n, terms.slack),
        ),
        slots=Slots(
            user=user,
            product=product,
            need=need / made[user],
            # what stops nobody need not be counted in stock
            target=np.where(klass == IRRELEVANT, 0.0, days),
            weight=np.array([0.0, terms.some, 1.0])[klass],
            shift=np.where(klass == IRRELEVANT, 0.0, terms.shift),
        ),
        links=Links(
            slot=slot,
            supplier=supplier,
            share=amount / need[slot],
            lead=np.full(len(slot), terms.lead, np.int32),
        ),
        flow=np.zeros((0, 0)),
    )


def _inputs(firms: Firms) -> tuple[Ints, Ints, Floats, Ints, Ints]:
    """Links in the order of their slots (slot, supplier, volume), and the slots (buyer, sector)."""
    sectors, n = len(firms.sectors), len(firms)
    others = firms.supplier != firms.buyer
    supplier, buyer = firms.supplier[others], firms.buyer[others]
    key = (buyer.astype(np.int64) * sectors + firms.sector[supplier]) * n + supplier
    order = np.argsort(key, kind="stable")
    key = key[order]
    first = np.flatnonzero(np.diff(key, prepend=-1))
    volume = np.add.reduceat(firms.volume[others][order], first) if len(first) else np.zeros(0)
    key = key[first]
    of_slot = key // n
    starts = np.diff(of_slot, prepend=-1) != 0
    slots = of_slot[starts]
    slot = (np.cumsum(starts) - 1).astype(np.int32)
    user, product = (slots // sectors).astype(np.int32), (slots % sectors).astype(np.int32)
    return slot, (key % n).astype(np.int32), volume, user, product


def essential_faults(table: NDArray[np.int8] | None, sectors: int) -> list[Problem]:
    """What is wrong with a table of essential inputs."""
    if table is None or (
        table.shape == (sectors, sectors) and np.isin(table, (IRRELEVANT, SOME, ESSENTIAL)).all()
    ):
        return []
    return [
        Problem(f"essential inputs must be 0, 1 or 2 in a table of {sectors} x {sectors}", path="essential")
    ]


def _check(firms: Firms, terms: Terms) -> None:
    count = len(firms.sectors)
    days = np.asarray(terms.stock_days, np.float64)
    faults = []
    if days.shape not in ((), (count,)) or not np.isfinite(days).all() or (days < 0).any():
        faults.append(
            Problem("stock days must be one number, 0 or above, for all or for each sector", path="terms")
        )
    faults += essential_faults(terms.essential, count)
    if not 0 < terms.some <= 1:
        faults.append(
            Problem("the weight of an input that is not essential must be above 0, at most 1", path="terms")
        )
    if not 0 <= terms.shift <= 1 or not terms.slack >= 0 or terms.lead < 0:
        faults.append(Problem("shift must lie in 0..1, slack and lead must not be negative", path="terms"))
    if faults:
        raise InputProblems(faults)


def _sum(keys: Ints, amounts: Floats, count: int) -> Floats:
    return np.asarray(np.bincount(keys, amounts, minlength=count), dtype=np.float64)
