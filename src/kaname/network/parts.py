"""What the layers hand to each other while a network is built."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from kaname.data.tables import InterCountryTable
from kaname.network.tables import Flags, Floats, Ints, Links, Nodes, Slots

YEAR = 365.0
"""Days over which a year's flows are spread."""


@dataclass(frozen=True)
class Base:
    """The inter-country table a day, without the industries that make nothing. Million USD a day."""

    regions: tuple[str, ...]
    industries: tuple[str, ...]
    region: Ints
    """(n,) index into ``regions``."""
    industry: Ints
    """(n,) index into ``industries``."""
    x: Floats
    """(n,) output."""
    f: Floats
    """(n,) final demand, and sales to places outside the table."""
    value_added: Floats
    """(n,) output less inputs bought inside the table."""
    Z: Floats
    """(n, n) what the row sells to the column as an input."""

    @classmethod
    def of(cls, table: InterCountryTable) -> Base:
        """The table's rows with output, divided by the days of a year."""
        keep = np.flatnonzero(table.x > 0)
        Z = np.ascontiguousarray(table.Z[np.ix_(keep, keep)]) / YEAR
        x = table.x[keep] / YEAR
        return cls(
            regions=table.regions,
            industries=table.industries,
            region=(keep // len(table.industries)).astype(np.int32),
            industry=(keep % len(table.industries)).astype(np.int32),
            x=x,
            f=x - Z.sum(axis=1),
            value_added=x - Z.sum(axis=0),
            Z=Z,
        )

    def __len__(self) -> int:
        return len(self.x)

    @property
    def ids(self) -> tuple[str, ...]:
        """Node names, ``JPN:C26``."""
        pairs = zip(self.region, self.industry, strict=True)
        return tuple(f"{self.regions[r]}:{self.industries[s]}" for r, s in pairs)

    @cached_property
    def number(self) -> dict[tuple[str, str], int]:
        """Node number by region and industry; what makes nothing is not in it."""
        pairs = zip(self.region, self.industry, strict=True)
        return {(self.regions[r], self.industries[s]): i for i, (r, s) in enumerate(pairs)}

    @cached_property
    def cells(self) -> Floats:
        """(industries, n) what each node buys of each product, all regions together."""
        of_product = (np.arange(len(self.industries))[:, None] == self.industry).astype(np.float64)
        return np.asarray(of_product @ self.Z)

    def without(self, Z: Floats, value_added: Floats, f: Floats) -> Base:
        """The same producers with what is left of their trade, value added and final demand."""
        return replace(self, Z=Z, value_added=value_added, f=f)


@dataclass(frozen=True)
class Piece:
    """A layer's part of the network: users and suppliers by global number, ``links.slot`` by own number."""

    nodes: Nodes
    slots: Slots
    links: Links


def make_slots(
    *,
    user: ArrayLike,
    product: ArrayLike,
    need: ArrayLike,
    target: ArrayLike,
    weight: ArrayLike,
    shift: ArrayLike,
) -> Slots:
    """Slots from columns of any kind."""
    return Slots(
        np.asarray(user, np.int32),
        np.asarray(product, np.int32),
        np.asarray(need, np.float64),
        np.asarray(target, np.float64),
        np.asarray(weight, np.float64),
        np.asarray(shift, np.float64),
    )


def make_links(*, slot: ArrayLike, supplier: ArrayLike, share: ArrayLike, lead: ArrayLike) -> Links:
    """Links from columns, sorted by slot."""
    place = np.asarray(slot, np.int32)
    order = np.argsort(place, kind="stable")
    return Links(
        place[order],
        np.asarray(supplier, np.int32)[order],
        np.asarray(share, np.float64)[order],
        np.asarray(lead, np.int32)[order],
    )


def no_nodes() -> Nodes:
    """A table of no producers, for pieces that only wire those of others."""
    none = np.zeros(0)
    whole = np.zeros(0, np.int32)
    return Nodes((), np.zeros(0, np.int8), whole, (), whole, none, none, none, none)


def join_nodes(parts: Iterable[Nodes]) -> Nodes:
    """One table after the other."""
    all_ = list(parts)

    def column(name: str) -> Floats:
        return np.concatenate([getattr(p, name) for p in all_])

    return Nodes(
        id=tuple(i for p in all_ for i in p.id),
        kind=column("kind").astype(np.int8),
        country=column("country").astype(np.int32),
        area=tuple(a for p in all_ for a in p.area),
        product=column("product").astype(np.int32),
        output=column("output"),
        value_added=column("value_added"),
        final=column("final"),
        slack=column("slack"),
        priority=None if any(p.priority is None for p in all_) else column("priority").astype(np.int32),
    )


def join_wires(parts: Iterable[Piece]) -> tuple[Slots, Links]:
    """The slots of all pieces, and their links renumbered to match."""
    all_ = list(parts)
    starts = np.cumsum([0, *(len(p.slots) for p in all_)])

    def column(name: str) -> Floats:
        return np.concatenate([getattr(p.slots, name) for p in all_])

    slots = make_slots(**{n: column(n) for n in ("user", "product", "need", "target", "weight", "shift")})
    links = make_links(
        slot=np.concatenate([p.links.slot + start for p, start in zip(all_, starts, strict=False)]),
        supplier=np.concatenate([p.links.supplier for p in all_]),
        share=np.concatenate([p.links.share for p in all_]),
        lead=np.concatenate([p.links.lead for p in all_]),
    )
    return slots, links


def by_product(nodes: Nodes, slots: Slots, links: Links) -> tuple[Slots, Links]:
    """The same slots in another order: by product, then by the user's country.

    Slots that are next to each other then share their suppliers, so that a walk over the slots finds these at hand.
    """
    order = np.lexsort((slots.user, nodes.country[slots.user], slots.product))
    place = np.empty(len(order), np.int32)
    place[order] = np.arange(len(order), dtype=np.int32)
    columns = {f.name: getattr(slots, f.name)[order] for f in fields(slots)}
    moved = make_links(slot=place[links.slot], supplier=links.supplier, share=links.share, lead=links.lead)
    return make_slots(**columns), moved


def followed(bought: Floats, product: Ints, floor: float) -> Flags:
    """(suppliers, users) which suppliers of ``bought`` are followed one by one.

    Of each product of a user the smallest are not, as long as together they bring no more than ``floor`` of it.
    ``product``: (suppliers,) what each sells.
    """
    kept = bought > 0
    for one in np.unique(product) if floor > 0 else ():
        rows = np.flatnonzero(product == one)
        order = np.argsort(bought[rows], axis=0, kind="stable")
        up_to = np.take_along_axis(bought[rows], order, axis=0).cumsum(axis=0)
        large = np.zeros(up_to.shape, np.bool_)
        np.put_along_axis(large, order, up_to > floor * up_to[-1], axis=0)
        kept[rows] &= large
    return kept
