"""Layer 3: critical goods that the table's averages hide, as export channels of their own.

A country's supply of a good is a node that buys the good from the industry that makes it (where the table has that
country) and sells it to the users. The value is taken out of the flow between that industry and the user, at most what
is there; :mod:`kaname.network.takings` says where the rest comes from. Nothing is counted twice: a user's inputs and
value added sum to what they were.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from kaname.network.industries import Dependence
from kaname.network.parts import Base, Piece, join_wires, make_links, make_slots, no_nodes
from kaname.network.routes import Voyages
from kaname.network.supply import Supply
from kaname.network.tables import Floats, Ints, Kind, Nodes
from kaname.network.takings import Caps, Takings, Wants, take
from kaname.pack.figures import share
from kaname.pack.model import Good, GoodUser

LEAST_WEIGHT = 0.01
"""Users abroad whose output would fall by less than this are left in the averages."""
FLIGHT_DAYS = 3.0
"""Days on the way for what flies."""


@dataclass(frozen=True)
class Provenance:
    """Where a good's node has its figures from."""

    source: str
    year: int
    basis: str
    """``trade`` or ``origins``; see ``Supply``."""


@dataclass(frozen=True)
class Account:
    """What became of one good's value in one region, million USD a day."""

    good: str
    region: str
    value: float
    """Carried by the good's slots."""
    inside: float
    """Taken out of the flows from the same origins."""
    pooled: float
    """Taken out of what the users buy of the same industry from other regions."""
    outside: float
    """Taken out of the users' value added: imports from outside the table, or beyond what it holds."""
    capped: float
    """Left out: beyond what the table and the users' value added can hold."""
    basis: str


@dataclass(frozen=True)
class GoodsLayer:
    """The layer and what it leaves of the base."""

    piece: Piece
    base: Base
    countries: tuple[str, ...]
    """The base's regions, then the origins that are none."""
    sea: Floats
    """Share of each channel's trade that sails."""
    provenance: dict[str, Provenance]
    accounts: tuple[Account, ...]


@dataclass(frozen=True)
class Terms:
    """What the layer needs to know besides supplies."""

    home: str
    region_of: Mapping[str, str]
    """Region of the table by country."""
    goods: tuple[Good, ...]
    how: Dependence
    """Stock, shift and sea share of the parents, for goods that do not state their own."""
    voyages: Voyages
    first_product: int
    """Product number of the first good; the others follow in the order of ``goods``."""
    slack: float
    caps: Caps
    """Most of a user's value added that goods may be taken out of."""


@dataclass(frozen=True)
class _Slot:
    """One user of one supply."""

    supply: Supply
    good: int
    user: int
    weight: float
    value: float


@dataclass(frozen=True)
class _Lots:
    """What each origin sells to each slot: parallel arrays."""

    slot: Ints
    good: Ints
    origin: tuple[str, ...]
    user: Ints
    parent: Ints
    """Node of the industry at the origin that makes the good; -1 where the table has none."""
    value: Floats


def goods_layer(base: Base, supplies: Sequence[Supply], terms: Terms) -> GoodsLayer:
    """Channels, slots and links of all supplies, and the base without what they carry."""
    slots = _slots(base, supplies, terms)
    lots = _lots(base, slots, terms)
    product = np.array([base.industries.index(slots[n].supply.good.parent) for n in lots.slot], np.int32)
    taken = take(base, Wants(product, lots.parent, lots.user, lots.value), terms.caps)
    value = taken.value
    keys = sorted(set(zip(lots.good.tolist(), lots.origin, strict=True)))
    number = {key: n for n, key in enumerate(keys)}
    channel = np.array([number[k] for k in zip(lots.good.tolist(), lots.origin, strict=True)], np.int32)
    countries = (*base.regions, *sorted({o for _, o in keys} - set(base.regions)))
    output = np.bincount(channel, value, len(keys)).astype(np.float64)
    nodes = _channels(len(base), keys, countries, output, terms)
    sea = np.array([_sea(good, base, terms) for good in terms.goods])
    use = _use_wires(base, slots, lots, value=value, channel=channel, sea=sea, terms=terms)
    buy = _parent_wires(base, lots, taken, channel)
    wires = join_wires([use, buy])
    return GoodsLayer(
        piece=Piece(nodes, *wires),
        base=taken.base,
        countries=countries,
        sea=sea[[g for g, _ in keys]] if keys else np.zeros(0),
        provenance=_provenance(slots, keys, terms),
        accounts=_accounts(slots, lots, taken),
    )


def _slots(base: Base, supplies: Sequence[Supply], terms: Terms) -> list[_Slot]:
    """Who depends on which good.

    The pack's weights are home's. Abroad the same industries depend on the good, with the weight times the value
    of its imports per unit of output against home's, at most 1: who imports less of it makes it, or does without.
    """
    place = {good.id: g for g, good in enumerate(terms.goods)}
    weights = {(g.id, u.industry): _weight(g, u) for g in terms.goods for u in g.users}
    at_home = {
        (s.good.id, base.industry[u]): v / base.x[u]
        for s in supplies
        if s.region == terms.home
        for u, v in s.users.items()
    }
    found = []
    for supply in supplies:
        for user, value in supply.users.items():
            industry = base.industry[user]
            weight = weights[supply.good.id, base.industries[industry]]
            if supply.region != terms.home:
                usual = at_home.get((supply.good.id, industry), np.inf)
                weight *= min(1.0, value / base.x[user] / usual)
                if weight < LEAST_WEIGHT:
                    continue
            if weight > 0:
                found.append(_Slot(supply, place[supply.good.id], user, float(weight), value))
    return found


def _weight(good: Good, user: GoodUser) -> float:
    """The user's weight, less what substitutes take over that are ready before the stock is used up."""
    stock = good.stock.to("day", 0.0)
    ready = sum(s.share.to("1", 0.0) for s in good.substitutes if s.delay.to("day", np.inf) <= stock)
    return user.weight.to("1", 0.0) * max(0.0, 1 - ready)


def _lots(base: Base, slots: Sequence[_Slot], terms: Terms) -> _Lots:
    rows = []
    for n, slot in enumerate(slots):
        for origin, part in slot.supply.shares.items():
            region = terms.region_of.get(origin, origin)
            parent = base.number.get((region, slot.supply.good.parent), -1)
            rows.append((n, slot.good, origin, slot.user, parent, slot.value * part))
    columns = list(zip(*rows, strict=True)) or [()] * 6
    return _Lots(
        slot=np.array(columns[0], np.int32),
        good=np.array(columns[1], np.int32),
        origin=tuple(columns[2]),
        user=np.array(columns[3], np.int32),
        parent=np.array(columns[4], np.int32),
        value=np.array(columns[5], np.float64),
    )


def _channels(
    first: int, keys: Sequence[tuple[int, str]], countries: tuple[str, ...], output: Floats, terms: Terms
) -> Nodes:
    n = len(keys)
    return Nodes(
        id=tuple(f"{origin}/{terms.goods[g].id}" for g, origin in keys),
        kind=np.full(n, Kind.GOOD, np.int8),
        country=np.array([countries.index(origin) for _, origin in keys], np.int32),
        area=("",) * n,
        product=np.array([terms.first_product + g for g, _ in keys], np.int32),
        output=output,
        value_added=np.zeros(n),
        final=np.zeros(n),
        slack=np.full(n, terms.slack),
    )


def _sea(good: Good, base: Base, terms: Terms) -> float:
    if good.parent not in base.industries:
        return share(good.sea, 1.0)
    return share(good.sea, float(terms.how.sea[base.industries.index(good.parent)]))


def _use_wires(
    base: Base,
    slots: Sequence[_Slot],
    lots: _Lots,
    *,
    value: Floats,
    channel: Ints,
    sea: Floats,
    terms: Terms,
) -> Piece:
    """The users' slots and their links to the channels, with the days on the way."""
    user = np.array([s.user for s in slots], np.int32)
    total = np.bincount(lots.slot, value, len(slots))
    parents = [base.industries.index(s.supply.good.parent) for s in slots]
    goods = [s.supply.good for s in slots]
    way: dict[tuple[str, str], float] = {}
    lead = []
    for origin, n, g in zip(lots.origin, lots.slot, lots.good, strict=True):
        pair = (origin, slots[n].supply.region)
        if pair not in way:
            way[pair] = 0.0 if pair[0] == pair[1] else terms.voyages.between(*pair)
        lead.append(round(sea[g] * way[pair] + (1 - sea[g]) * FLIGHT_DAYS) if way[pair] > 0 else 0)
    return Piece(
        no_nodes(),
        make_slots(
            user=user,
            product=[terms.first_product + s.good for s in slots],
            need=total / base.x[user],
            target=[
                g.stock.to("day", float(terms.how.target[p])) for g, p in zip(goods, parents, strict=True)
            ],
            weight=[s.weight for s in slots],
            shift=[
                share(g.substitution, float(terms.how.shift[p])) for g, p in zip(goods, parents, strict=True)
            ],
        ),
        make_links(
            slot=lots.slot,
            supplier=len(base) + channel,
            share=value / total[lots.slot],
            lead=np.array(lead, np.int32),
        ),
    )


def _parent_wires(base: Base, lots: _Lots, taken: Takings, channel: Ints) -> Piece:
    """Each channel's slot on the industry that makes the good: within the day, and nothing goes without it."""
    count = int(channel.max(initial=-1)) + 1
    bought = np.bincount(channel, taken.own, count)
    sold = np.bincount(channel, taken.value, count)
    parent = np.full(count, -1, np.int32)
    parent[channel] = lots.parent
    buyer = np.flatnonzero(bought > 0)
    return Piece(
        no_nodes(),
        make_slots(
            user=len(base) + buyer,
            product=base.industry[parent[buyer]],
            need=bought[buyer] / sold[buyer],
            target=np.zeros(len(buyer)),
            weight=np.ones(len(buyer)),
            shift=np.zeros(len(buyer)),
        ),
        make_links(
            slot=np.arange(len(buyer)),
            supplier=parent[buyer],
            share=np.ones(len(buyer)),
            lead=np.zeros(len(buyer)),
        ),
    )


def _provenance(
    slots: Sequence[_Slot], keys: Sequence[tuple[int, str]], terms: Terms
) -> dict[str, Provenance]:
    of_good = {s.good: Provenance(s.supply.source, s.supply.year, s.supply.basis) for s in reversed(slots)}
    return {f"{origin}/{terms.goods[g].id}": of_good[g] for g, origin in keys}


def _accounts(slots: Sequence[_Slot], lots: _Lots, taken: Takings) -> tuple[Account, ...]:
    columns = np.stack([taken.value, taken.own, taken.pooled, taken.outside, lots.value - taken.value])
    keys = [(slots[n].supply.good.id, slots[n].supply.region, slots[n].supply.basis) for n in lots.slot]
    places = {key: i for i, key in enumerate(sorted(set(keys)))}
    number = np.array([places[key] for key in keys], np.intp)
    sums = np.stack([np.bincount(number, column, len(places)) for column in columns], axis=1)
    return tuple(
        Account(*key[:2], basis=key[2], value=v, inside=i, pooled=p, outside=o, capped=c)
        for key, (v, i, p, o, c) in zip(places, sums.tolist(), strict=True)
    )
