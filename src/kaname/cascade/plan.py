"""A network made ready to run: what both implementations look up, computed once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from kaname.cascade.settings import Settings
from kaname.network.tables import Flags, Floats, Ints, Kind, Network

NEGLIGIBLE = 1e-12
"""Orders below this share of baseline output count as none."""
NOTICED = 1e-3
"""Share of a slot's supply that must be missing before its user moves orders."""
EASY = 0.9
"""A way that lets less than this through takes no more than that share of its usual trade: no orders moved to it and
none that refill stocks. From here up to fully open it takes these too, in proportion."""


@dataclass(frozen=True)
class Plan:
    """Constants of a run. ``Positions`` are int64 arrays of indices."""

    network: Network
    final: Floats
    """Final demand per day, with the table's rounding folded in so that the baseline stands still."""
    facility: Flags
    """Nodes whose over-capacity is there at once and serves only work taken over."""
    target: Floats
    """(slots,) stock in units of the product."""
    normal_use: Floats
    """(slots,) use per day at baseline."""
    normal_transit: Floats
    """(slots,) at sea at baseline."""
    lead: Ints
    """(links,) lead in steps."""
    storable: Flags
    """(slots,) target above 0."""
    pooled: Flags
    """(slots,) services of facilities that take over each other's work at once."""
    service_shift: Floats
    """(nodes,) share of a facility's lost work for people that others take over; 0 for others."""
    serving: Ints
    """Facilities that serve people directly."""
    service: Ints
    """(serving,) number of the service each does."""
    services: int
    home: Ints
    """Nodes of the home country."""
    home_place: Ints
    """(nodes,) place among ``home``; -1 = abroad."""
    fed: Ints
    """Nodes of the home country that serve final demand."""
    rank: Ints
    """(nodes,) class in which a user is served; 0 for all where rationing is in proportion."""
    classes: int
    """How many classes there are. Final demand is in the class of what it is for, but comes after all users where that
    is the last; what is rebuilt comes last too."""
    people: Ints
    """(nodes,) seat of final demand at each node (``seats``)."""

    @cached_property
    def ring(self) -> int:
        """Length of the ring that holds what is at sea."""
        return int(self.lead.max(initial=0)) + 1


def plan(network: Network, settings: Settings) -> Plan:
    """Make ``network`` ready to run with ``settings``."""
    nodes, slots, links = network.nodes, network.slots, network.links
    facility = nodes.kind == Kind.FACILITY
    use = slots.need * nodes.output[slots.user]
    lead = np.rint(links.lead / settings.dt).astype(np.int32)
    storable = slots.target > 0
    # what cannot be stored cannot be at sea
    lead[~storable[links.slot]] = 0
    transit = np.zeros(len(slots))
    np.add.at(transit, links.slot, links.share * lead * settings.dt * use[links.slot])
    sold = total(links.supplier, links.share * use[links.slot], len(nodes))
    sold[: network.industries] += network.flow.sum(axis=1)
    by_facility = np.ones(len(slots), bool)
    np.logical_and.at(by_facility, links.slot, facility[links.supplier])
    pooled = by_facility & ~storable & (slots.shift > 0)
    shift = np.where(facility, nodes.slack, 0.0)
    of_product = np.full(len(network.products), -1.0)
    np.maximum.at(of_product, slots.product[pooled], slots.shift[pooled])
    known = facility & (of_product[nodes.product] >= 0)
    shift[known] = of_product[nodes.product[known]]
    final = nodes.output - sold
    serving = _where(facility & (final > NEGLIGIBLE * nodes.output))
    kinds = np.unique(nodes.product[serving])
    rank = of_final = np.zeros(len(nodes), np.int32)
    if settings.rationing == "priority":
        rank = rank if nodes.priority is None else nodes.priority - 1
        last = rank.max(initial=0)
        of_final = np.where(rank < last, rank, last + 1)
    return Plan(
        network=network,
        final=final,
        facility=facility,
        target=slots.target * use,
        normal_use=use,
        normal_transit=transit,
        lead=lead,
        storable=storable,
        pooled=pooled,
        service_shift=np.minimum(shift, 1.0),
        serving=serving,
        service=np.searchsorted(kinds, nodes.product[serving]).astype(np.int32),
        services=len(kinds),
        home=_where(network.is_home),
        home_place=np.where(network.is_home, np.cumsum(network.is_home) - 1, -1).astype(np.int32),
        fed=_where(network.is_home & (final > NEGLIGIBLE * nodes.output)),
        rank=rank,
        classes=(classes := int(of_final.max(initial=0)) + 1),
        people=np.asarray(np.arange(len(nodes)) * classes + of_final, np.int32),
    )


def _where(mask: Flags) -> Ints:
    return np.flatnonzero(mask).astype(np.int32)


def hold(target: Floats, normal_use: Floats, psi: Floats | float, dt: float) -> Floats:
    """Steps over which a user spreads a stock: one, or as many as ``psi`` of the target stock lasts where that is more.

    ``target`` and ``normal_use`` of slots, units and units a day.
    """
    usual = np.maximum(normal_use, NEGLIGIBLE) * dt
    return np.asarray(np.maximum(1.0, psi * target / usual))


def eased(opened: Floats) -> Floats:
    """What of moved orders, and of orders that refill stocks, ways let through."""
    return opened * np.clip((opened - EASY) / (1 - EASY), 0, 1)


def usual_flow(p: Plan, links: Ints) -> Floats:
    """(links,) what comes over each at baseline, units a day."""
    of = p.network.links
    return np.asarray(of.share[links] * p.normal_use[of.slot[links]])


def seats(p: Plan) -> Ints:
    """(links,) seat of each link's user at its supplier: a row for each supplier and class."""
    links = p.network.links
    return np.asarray(links.supplier * p.classes + p.rank[p.network.slots.user[links.slot]], np.int32)


def total(keys: Ints, amounts: Floats, count: int) -> Floats:
    """Sum of ``amounts`` by key, (count,)."""
    return np.asarray(np.bincount(keys, amounts, minlength=count), dtype=np.float64)


def by_key(keys: NDArray[np.int32], count: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """CSR of positions by key: ``order[indptr[k]:indptr[k + 1]]`` are the positions holding key ``k``."""
    order = np.argsort(keys, kind="stable").astype(np.int64)
    indptr = np.zeros(count + 1, np.int64)
    np.cumsum(np.bincount(keys, minlength=count), out=indptr[1:])
    return order, indptr
