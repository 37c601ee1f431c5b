"""Divide the industries of the home country over its areas: a balanced network in, a balanced network out.

An area's producers have the inputs, weights and stocks per unit of output of the national industry. What home buys of
home is spread over pairs of areas; what cannot be placed (sales abroad, channels of goods, facilities in no area)
comes from areas in proportion to their shares. A *local* service serves the producers of an area from the facilities
that stand in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from kaname.network.gravity import gravity, near_first
from kaname.network.parts import by_product, make_links, make_slots
from kaname.network.tables import Flags, Floats, Ints, Kind, Links, Network, Nodes, Slots

Places = NDArray[np.intp]
LEAST = 1e-9
"""An industry of which an area has less than this share is not in it."""
CLOSE = 1e-15
ROUNDS = 500
"""Of finding the shares of what is made where it is used, each of which is used to make the others."""


@dataclass(frozen=True)
class Division:
    """What must be known to divide a country."""

    areas: tuple[str, ...]
    share: dict[str, Floats]
    """(areas,) shares of each industry."""
    use: frozenset[str]
    """Industries made where they are used: their shares follow from the network and ``people``."""
    people: Floats
    """(areas,) share of population."""
    near: frozenset[str]
    """Industries whose product cannot be stored: bought near first."""
    local: frozenset[str]
    """Services that serve an area from the facilities that stand in it."""
    distance: Floats
    elasticity: float


@dataclass(frozen=True)
class _Map:
    """Where the nodes of the divided network come from: arrays by new node."""

    old: Places
    area: Ints
    """Number of the area of a home industry; else that of no area, ``len(areas)``."""
    weight: Floats
    """Share of the old node."""
    first: Places
    """(old nodes + 1,) the parts of old node ``i`` are ``first[i]:first[i + 1]``."""


def divide(network: Network, division: Division) -> tuple[Network, Places]:
    """The divided network, and for each of its nodes the number of the old one."""
    home = np.flatnonzero(network.is_home & (network.nodes.kind == Kind.INDUSTRY))
    purchases = _Purchases.of(network, home, division)
    share = _shares(network, home, division, purchases)
    trade = _trade(network, home, division, share, purchases.by_area(share))
    places = _map(network, home, share)
    nodes = _nodes(network, division, places)
    slots, links = _wires(network, division, places, _Supply(_numbers(network, home), trade))
    flow = _flow(network, places, home, trade)
    made = _balanced(nodes, slots, links, flow)
    # what a facility takes of others stays, though it may now make more or less
    slots = replace(slots, need=slots.need * (nodes.output / made.output)[slots.user])
    slots, links = by_product(made, slots, links)
    return replace(network, nodes=made, slots=slots, links=links, flow=flow), places.old


@dataclass(frozen=True)
class _Purchases:
    """What is bought of each home industry."""

    inside: Floats
    """(home, home) what the column, a home industry, buys of the row."""
    others: Floats
    """(home, areas + 1) what facilities of each area buy; last column: of no area, or abroad."""

    @classmethod
    def of(cls, network: Network, home: Places, division: Division) -> _Purchases:
        """Flows and tracked inputs together."""
        nodes, slots, links = network.nodes, network.slots, network.links
        number = _numbers(network, home)
        nowhere = len(division.areas)
        inside = network.flow[np.ix_(home, home)].copy()
        others = np.zeros((len(home), nowhere + 1))
        abroad = np.ones(network.industries, bool)
        abroad[home] = False
        others[:, nowhere] = network.flow[home][:, abroad].sum(axis=1)
        use = links.share * (slots.need * nodes.output[slots.user])[links.slot]
        supplier, user = number[links.supplier], slots.user[links.slot]
        inner = (supplier >= 0) & (number[user] >= 0)
        outer = (supplier >= 0) & (number[user] < 0)
        np.add.at(inside, (supplier[inner], number[user[inner]]), use[inner])
        np.add.at(others, (supplier[outer], _seats(nodes.area, division)[user[outer]]), use[outer])
        return cls(inside, others)

    def by_area(self, share: Floats) -> Floats:
        """(home, areas + 1) what users in each area buy, under these shares of the home industries."""
        found = self.others.copy()
        found[:, :-1] += self.inside @ share
        return found


def _numbers(network: Network, home: Places) -> Places:
    """Place among the home industries of each node, -1 for others."""
    number = np.full(len(network.nodes), -1)
    number[home] = np.arange(len(home))
    return number


def _seats(areas: Sequence[str], division: Division) -> Ints:
    """Number of the area that each node stands in; that of no area where it stands in none."""
    place = {name: n for n, name in enumerate(division.areas)}
    return np.array([place.get(name, len(place)) for name in areas], np.int32)


def _shares(network: Network, home: Places, division: Division, purchases: _Purchases) -> Floats:
    """(home industries, areas) shares; of what is made where it is used, such that every area makes what it uses."""
    names = [network.products[network.nodes.product[i]] for i in home]
    share = np.array([division.share[name] for name in names])
    share = np.where(share < LEAST, 0.0, share)
    share /= share.sum(axis=1, keepdims=True)
    rows = np.array([n for n, name in enumerate(names) if name in division.use], np.intp)
    final = network.nodes.final[home[rows], None]
    for _ in range(ROUNDS if len(rows) else 0):
        wanted = purchases.by_area(share)[rows, :-1] + division.people * final
        new = wanted / wanted.sum(axis=1, keepdims=True)
        moved = np.abs(new - share[rows]).max()
        share[rows] = new
        if moved < CLOSE:
            break
    return share


def _trade(network: Network, home: Places, division: Division, share: Floats, use: Floats) -> Floats:
    """(home industries, areas + 1, areas) from which areas a buyer in each area (last: in none) has its supply."""
    count = len(division.areas)
    trade = np.empty((len(home), count + 1, count))
    trade[:, count] = share
    for n, node in enumerate(home):
        name = network.products[network.nodes.product[node]]
        if name in division.use:
            trade[n, :count] = np.eye(count)
            continue
        rule = near_first if name in division.near else gravity
        used = use[n, :count]
        flows = rule(share[n] * used.sum(), used, division.distance, division.elasticity)
        total = flows.sum(axis=0)
        trade[n, :count] = np.where(total > 0, flows / np.where(total > 0, total, 1.0), share[n][:, None]).T
    return trade


def _map(network: Network, home: Places, share: Floats) -> _Map:
    count = share.shape[1]
    parts = np.ones(len(network.nodes), np.intp)
    inside = share > 0
    parts[home] = inside.sum(axis=1)
    old = np.repeat(np.arange(len(parts)), parts)
    first = np.concatenate([[0], np.cumsum(parts)])
    area, weight = np.full(len(old), count, np.int32), np.ones(len(old))
    for n, node in enumerate(home):
        span = slice(first[node], first[node + 1])
        area[span] = np.flatnonzero(inside[n])
        weight[span] = share[n, inside[n]]
    return _Map(old, area, weight, first)


def _nodes(network: Network, division: Division, places: _Map) -> Nodes:
    nodes, old, weight = network.nodes, places.old, places.weight
    split = places.area < len(division.areas)

    def name(new: int) -> str:
        was = nodes.id[old[new]]
        country, _, industry = was.partition(":")
        return f"{country}-{division.areas[places.area[new]]}:{industry}" if split[new] else was

    return Nodes(
        id=tuple(name(n) for n in range(len(old))),
        kind=nodes.kind[old],
        country=nodes.country[old],
        area=tuple(
            division.areas[a] if s else nodes.area[o] for a, s, o in zip(places.area, split, old, strict=True)
        ),
        product=nodes.product[old],
        output=nodes.output[old] * weight,
        value_added=nodes.value_added[old] * weight,
        final=nodes.final[old] * weight,
        slack=nodes.slack[old],
        priority=None if nodes.priority is None else nodes.priority[old],
    )


@dataclass(frozen=True)
class _Supply:
    """From which areas the supply of home industries comes."""

    number: Places
    """Place among the home industries of each old node, -1 for others."""
    trade: Floats
    """(home industries, areas + 1, areas), see ``_trade``."""


def _wires(network: Network, division: Division, places: _Map, supply: _Supply) -> tuple[Slots, Links]:
    """A slot for each part of its user; the supply of a home industry comes from its areas."""
    slots = network.slots
    copies = np.diff(places.first)[slots.user]
    old_slot = np.repeat(np.arange(len(slots)), copies)
    begin = np.cumsum(copies) - copies
    user = places.first[slots.user[old_slot]] + np.arange(len(old_slot)) - begin[old_slot]
    slot, supplier, share, lead = _links(network, division, places, supply, old_slot, user)
    new = make_slots(
        user=user,
        **{n: getattr(slots, n)[old_slot] for n in ("product", "need", "target", "weight", "shift")},
    )
    total = np.bincount(slot, share, len(new))
    return new, make_links(slot=slot, supplier=supplier, share=share / total[slot], lead=lead)


def _links(
    network: Network, division: Division, places: _Map, supply: _Supply, old: Places, user: Places
) -> tuple[Places, Places, Floats, Ints]:
    """New slot, supplier, share and lead of each link of the new slots, of which ``old`` slot and new ``user`` are
    given."""
    links = network.links
    seats = _seats(network.nodes.area, division)[places.old]
    seats = np.where(places.area < len(division.areas), places.area, seats)
    new, link = _runs(network.indptr[old], network.indptr[old + 1])
    area = seats[user][new]
    kept = np.ones(len(link), bool)
    for at in np.flatnonzero(_local(network, division)[old]):
        mine = slice(*np.searchsorted(new, (at, at + 1)))
        kept[mine] = _served(network, division, links.supplier[link[mine]], seats[user[at]])
    new, link, area = new[kept], link[kept], area[kept]
    was = links.supplier[link]
    row, supplier = _runs(places.first[was], places.first[was + 1])
    number = supply.number[was][row]
    split, inside = np.ones(len(row)), number >= 0
    split[inside] = supply.trade[number[inside], area[row][inside], places.area[supplier[inside]]]
    row, supplier, split = row[split > 0], supplier[split > 0], split[split > 0]
    return new[row], supplier, links.share[link][row] * split, links.lead[link][row]


def _runs(first: Places, last: Places) -> tuple[Places, Places]:
    """The numbers from each ``first`` up to its ``last``, one run after the other, and in which run each is."""
    length = last - first
    of = np.repeat(np.arange(len(first)), length)
    return of, np.arange(len(of)) + (first - np.cumsum(length) + length)[of]


def _local(network: Network, division: Division) -> Flags:
    """Slots of home industries on local services."""
    wanted = [n for n, name in enumerate(network.products) if name in division.local]
    industry = network.nodes.kind[network.slots.user] == Kind.INDUSTRY
    return np.asarray(np.isin(network.slots.product, wanted) & industry)


def _served(network: Network, division: Division, suppliers: Ints, area: int) -> Flags:
    """Which facilities serve an area: those in it; if there is none, those in no area; else all."""
    areas = np.array([network.nodes.area[s] for s in suppliers])
    name = division.areas[area] if area < len(division.areas) else None
    for wanted in (areas == name, areas == ""):
        if wanted.any():
            return np.asarray(wanted)
    return np.ones(len(suppliers), bool)


def _flow(network: Network, places: _Map, home: Places, trade: Floats) -> Floats:
    """The flows that stop nobody, divided likewise."""
    n = network.industries
    new = places.old < n
    old, area, weight = places.old[new], places.area[new], places.weight[new]
    buyer = np.where(np.isin(old, home), weight, 1.0)
    flow = network.flow[np.ix_(old, old)] * buyer
    for number, node in enumerate(home):
        span = slice(places.first[node], places.first[node + 1])
        flow[span] *= trade[number][area][:, area[span]].T
    return np.asarray(flow)


def _balanced(nodes: Nodes, slots: Slots, links: Links, flow: Floats) -> Nodes:
    """Final demand of industries is what they make and nobody in the network buys; facilities make what they sell."""
    sold = np.zeros(len(nodes))
    sold[: len(flow)] = flow.sum(axis=1)
    np.add.at(sold, links.supplier, links.share * (slots.need * nodes.output[slots.user])[links.slot])
    left = np.where(nodes.final > 0, np.maximum(nodes.output - sold, 0.0), nodes.final)
    return replace(
        nodes,
        final=np.where(nodes.kind == Kind.INDUSTRY, left, nodes.final),
        output=np.where(nodes.kind == Kind.FACILITY, nodes.final + sold, nodes.output),
    )
