"""The network after prevention: stocks, substitutes, other suppliers, spare capacity, takeover, buffers.

Every effect changes the table entries that it names and nothing else; the network stays balanced. Effects without a
figure, and those that act during an event (release, harden, repair, bypass), change nothing here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from kaname.network.build import Built
from kaname.network.parts import make_links
from kaname.network.tables import Flags, Floats, Ints, Kind, Links, Network, Nodes, Slots
from kaname.pack.measures import (
    BufferEffect,
    DiversifyEffect,
    Effect,
    Measure,
    SpareEffect,
    StockEffect,
    SubstituteEffect,
    TakeoverEffect,
)

LEFT = 1e-6
"""Share of its old sales that a supplier keeps at least: a node that sells nothing is no node."""


def prevent(built: Built, measures: Iterable[Measure]) -> Built:
    """``built`` with the effects of all measures, in their order. Pure: ``built`` stays as it is."""
    for measure in measures:
        for effect in measure.effects:
            built = _applied(built, effect)
    return built


def _applied(built: Built, effect: Effect) -> Built:
    network = built.network
    nodes, slots = network.nodes, network.slots
    match effect:
        case StockEffect(days=figure) if figure.known:
            chosen = _slots_of(network, (*effect.goods, *effect.industries)) & (slots.target > 0)
            slots = _stocked(slots, chosen, figure.to("day"))
        case SubstituteEffect(share=figure) if figure.known:
            chosen = _slots_of(network, (*effect.goods, *effect.industries))
            slots = _shifted(slots, chosen, figure.to("1"))
        case TakeoverEffect(share=figure) if figure.known:
            slots = _shifted(slots, _slots_of(network, effect.services), figure.to("1"))
            chosen = _makers_of(network, effect.services) & (nodes.kind == Kind.FACILITY)
            nodes = _spared(nodes, chosen, figure.to("1"), most=1.0)
        case BufferEffect(days=figure) if figure.known:
            chosen = _named(nodes, effect.facilities) | _makers_of(network, effect.services)
            chosen &= nodes.kind == Kind.FACILITY
            slots = _stocked(slots, chosen[slots.user], figure.to("day"))
        case SpareEffect(share=figure) if figure.known:
            made = _makers_of(network, (*effect.industries, *effect.goods)) & network.is_home
            nodes = _spared(nodes, made | _named(nodes, effect.facilities), figure.to("1"))
        case DiversifyEffect(share=figure) if figure.known:
            for good in effect.goods:
                built = _diversified(built, good, effect, figure.to("1"))
            return built
    unchanged = nodes is network.nodes and slots is network.slots
    return built if unchanged else _with(built, nodes=nodes, slots=slots)


def _with(
    built: Built, *, nodes: Nodes | None = None, slots: Slots | None = None, links: Links | None = None
) -> Built:
    network = built.network
    return replace(
        built,
        network=Network(
            home=network.home,
            countries=network.countries,
            products=network.products,
            nodes=nodes or network.nodes,
            slots=slots or network.slots,
            links=links or network.links,
            flow=network.flow,
        ),
    )


def _numbers(network: Network, products: Sequence[str]) -> list[int]:
    return [k for k, name in enumerate(network.products) if name in set(products)]


def _slots_of(network: Network, products: Sequence[str]) -> Flags:
    """Slots of home's industries on these products: not what a channel buys, nor a facility's battery."""
    user = network.slots.user
    takes = np.isin(network.slots.product, _numbers(network, products))
    return np.asarray(takes & network.is_home[user] & (network.nodes.kind[user] == Kind.INDUSTRY))


def _makers_of(network: Network, products: Sequence[str]) -> Flags:
    return np.asarray(np.isin(network.nodes.product, _numbers(network, products)))


def _named(nodes: Nodes, ids: Sequence[str]) -> Flags:
    wanted = set(ids)
    return np.array([name in wanted for name in nodes.id], dtype=np.bool_)


def _shifted(slots: Slots, chosen: Flags, share: float) -> Slots:
    return replace(slots, shift=np.where(chosen, np.clip(slots.shift + share, 0.0, 1.0), slots.shift))


def _stocked(slots: Slots, chosen: Flags, days: float) -> Slots:
    return replace(slots, target=np.where(chosen, np.maximum(slots.target + days, 0.0), slots.target))


def _spared(nodes: Nodes, chosen: Flags, share: float, most: float = np.inf) -> Nodes:
    return replace(nodes, slack=np.where(chosen, np.clip(nodes.slack + share, 0.0, most), nodes.slack))


@dataclass(frozen=True)
class _Sales:
    """Links of home's slots on one good, and how much of each is given up."""

    links: Ints
    away: Flags
    moved: Floats


def _diversified(built: Built, good: str, effect: DiversifyEffect, share: float) -> Built:
    """Buy a share of what comes from some origins elsewhere.

    A channel buys as much from its industry as before, so that only the channels' sales change and the industries'
    accounts stand: what an origin no longer sells to home it sells to others outside the network, and the other way
    round.
    """
    network = built.network
    chosen = _slots_of(network, (good,))
    links = np.flatnonzero(chosen[network.links.slot]).astype(np.int32)
    names = np.array(network.countries)[network.nodes.country[network.links.supplier[links]]]
    away = np.isin(names, effect.away_from) & (names != network.home)
    if not away.any() or share <= 0:
        return built
    part = min(share, 1 - LEFT)
    sales = _Sales(links, away, np.where(away, part * network.links.share[links], 0.0))
    if effect.to == "home":
        built, maker = _home_maker(built, good, sales)
        return _resold(built, _to_home(built.network, sales, maker), chosen)
    return _resold(built, _to_others(network, sales), chosen)


def _to_others(network: Network, sales: _Sales) -> Links:
    """Shares with what is moved given to the other suppliers of the same slot, in proportion."""
    slot, share = network.links.slot[sales.links], network.links.share[sales.links]
    count = len(network.slots)
    given_up = np.bincount(slot, sales.moved, count)
    others = np.bincount(slot, np.where(sales.away, 0.0, share), count)
    able = others[slot] > 0
    grown = (
        np.where(sales.away, 0.0, share)
        * np.divide(given_up, others, out=np.zeros(count), where=others > 0)[slot]
    )
    new = network.links.share.copy()
    new[sales.links] = np.where(able, share - sales.moved + grown, share)
    return replace(network.links, share=new)


def _to_home(network: Network, sales: _Sales, maker: int) -> Links:
    """Shares with what is moved given to home's own node, by a new link where the slot had none."""
    links = network.links
    share = links.share.copy()
    share[sales.links] -= sales.moved
    moved = np.bincount(links.slot[sales.links], sales.moved, len(network.slots))
    held = np.flatnonzero((links.supplier == maker) & (moved[links.slot] > 0))
    share[held] += moved[links.slot[held]]
    moved[links.slot[held]] = 0.0
    new = np.flatnonzero(moved > 0)
    return make_links(
        slot=np.concatenate([links.slot, new]),
        supplier=np.concatenate([links.supplier, np.full(len(new), maker)]),
        share=np.concatenate([share, moved[new]]),
        lead=np.concatenate([links.lead, np.zeros(len(new), np.int32)]),
    )


def _home_maker(built: Built, good: str, sales: _Sales) -> tuple[Built, int]:
    """Home's own node of a good, added where there is none (its output is set by what it sells)."""
    network = built.network
    name = f"{network.home}/{good}"
    if name in network.index:
        return built, network.index[name]
    like = int(network.links.supplier[sales.links[0]])
    nodes = network.nodes
    more = Nodes(
        id=(*nodes.id, name),
        kind=np.append(nodes.kind, np.int8(Kind.GOOD)),
        country=np.append(nodes.country, np.int32(network.countries.index(network.home))),
        area=(*nodes.area, ""),
        product=np.append(nodes.product, nodes.product[like]),
        output=np.append(nodes.output, 1.0),
        value_added=np.append(nodes.value_added, 0.0),
        # what it makes is nobody's yet: `_resold` balances it
        final=np.append(nodes.final, 1.0),
        slack=np.append(nodes.slack, nodes.slack[like]),
        priority=None if nodes.priority is None else np.append(nodes.priority, nodes.priority[like]),
    )
    routes = replace(
        built.routes,
        sea=np.append(built.routes.sea, built.routes.sea[like]),
        air=np.append(built.routes.air, built.routes.air[like]),
    )
    provenance = {**built.provenance, name: built.provenance[nodes.id[like]]}
    grown = _with(built, nodes=more)
    return replace(grown, routes=routes, provenance=provenance), len(nodes)


def _resold(built: Built, links: Links, chosen: Flags) -> Built:
    """Set the output of the channels that sell to the chosen slots to what they now sell, and their needs so that they
    buy as much as before."""
    network = built.network
    nodes, slots = network.nodes, network.slots
    use = slots.need * nodes.output[slots.user]
    sold = np.bincount(links.supplier, links.share * use[links.slot], len(nodes))
    touched = np.zeros(len(nodes), np.bool_)
    touched[links.supplier[chosen[links.slot]]] = True
    touched &= nodes.kind == Kind.GOOD
    output = np.where(touched, sold, nodes.output)
    factor = np.where(touched, nodes.output / output, 1.0)
    return _with(
        built,
        nodes=replace(nodes, output=output, final=np.where(touched, 0.0, nodes.final)),
        slots=replace(slots, need=slots.need * factor[slots.user]),
        links=links,
    )
