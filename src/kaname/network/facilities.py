"""Layer 4: facilities of the first rank at home, and the services that they make together.

A service is a product measured in shares: every user industry takes one unit a day, people (where they use it
directly) one more. A facility makes its share of all that; what the named ones leave is the node
``<service>/rest``. What a facility needs to run is a slot of its own with its battery or stock as days.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from kaname.errors import InputProblems, Problem
from kaname.network.parts import Base, Piece, join_wires, make_links, make_slots, no_nodes
from kaname.network.tables import Floats, Kind, Nodes
from kaname.pack.figures import Label, share
from kaname.pack.model import Facility, Need, Pack, Service

CALL = 1e-3
"""Units a day that a facility takes of another it needs: enough to feel it fail, too little to load it."""
CALL_MONEY = 1e-4
"""The same of an industry, million USD a day, out of that industry's final demand."""
ROUNDING = 1e-6
"""A rest below this share of a service is none."""


@dataclass(frozen=True)
class FacilityLayer:
    """The layer; ``final`` is what is left of the industries' final demand."""

    piece: Piece
    products: tuple[str, ...]
    """Services, then facilities that others need, as products; numbered after those of the base and goods."""
    final: Floats
    notes: tuple[Label, ...]


@dataclass(frozen=True)
class _Plant:
    """A node to be: a facility or the rest of a service."""

    id: str
    service: int
    share: float
    area: str
    facility: Facility | None


@dataclass(frozen=True)
class _Call:
    """What one facility takes of something it needs."""

    user: int
    need: Need
    supplier: int
    amount: float


def facility_layer(pack: Pack, base: Base, *, first_node: int, first_product: int) -> FacilityLayer:
    """All services of the pack and their facilities.

    A service that no industry and no people use is measured as one unit a day, so that its facilities can fail
    and hold the gate of trade that they stand for.

    Raises :class:`~kaname.errors.InputProblems` where the facilities of a service carry more than all of it, or a
    facility needs what is neither a facility nor an industry at home.
    """
    users = [_users(pack, base, s) for s in pack.services]
    plants, notes = _plants(pack)
    number = {p.id: first_node + n for n, p in enumerate(plants)}
    _check_needs(pack, number)
    products = (*(s.id for s in pack.services), *sorted(_needed(pack) & set(number)))
    product = {name: first_product + k for k, name in enumerate(products)}
    final = base.f.copy()
    calls = _calls(pack, base, plants, number=number, final=final, notes=notes)
    called = np.bincount(
        [c.supplier - first_node for c in calls if c.supplier >= first_node],
        [c.amount for c in calls if c.supplier >= first_node],
        len(plants),
    ).astype(np.float64)
    nodes = _nodes(pack, base, plants, users=users, called=called, first_product=first_product)
    piece = join_wires(
        [
            _service_wires(
                pack, base, plants, users=users, first_node=first_node, first_product=first_product
            ),
            _call_wires(base, calls, nodes, product, first_node),
        ]
    )
    return FacilityLayer(Piece(nodes, *piece), products, final, tuple(notes))


def _needed(pack: Pack) -> set[str]:
    return {n.of for f in pack.facilities for n in f.needs if n.weight.to("1", 0.0) > 0}


def _users(pack: Pack, base: Base, service: Service) -> list[tuple[int, float]]:
    """Industries at home that cannot run fully without the service: node and weight."""
    rows = [(base.number.get((pack.home, u.industry)), u.weight.to("1", 0.0)) for u in service.users]
    return [(node, weight) for node, weight in rows if node is not None and weight > 0]


def _plants(pack: Pack) -> tuple[list[_Plant], list[Label]]:
    """Facilities with a known share, those that others need, and the unnamed rest of each service."""
    plants: list[_Plant] = []
    notes: list[Label] = []
    faults: list[Problem] = []
    needed = _needed(pack)
    for number, service in enumerate(pack.services):
        mine = [f for f in pack.facilities if f.service == service.id]
        part = {f.id: f.share.to("1", 0.0) for f in mine}
        named = sum(part.values())
        if named > 1 + ROUNDING:
            faults.append(
                Problem(f"facilities carry {named:.4g} of service {service.id!r}", path="facilities")
            )
        kept = [f for f in mine if part[f.id] > 0 or f.id in needed]
        notes.extend(_unknown_share(f) for f in mine if f not in kept)
        scale = 1.0 if named < 1 - ROUNDING else max(named, ROUNDING)
        plants += [_Plant(f.id, number, part[f.id] / scale, f.area or "", f) for f in kept]
        if named < 1 - ROUNDING:
            plants.append(_Plant(f"{service.id}/rest", number, 1 - named, "", None))
    if faults:
        raise InputProblems(faults)
    return plants, notes


def _check_needs(pack: Pack, number: Mapping[str, int]) -> None:
    industries = {i.id for i in pack.industries}
    faults = [
        Problem(f"facility {f.id!r} needs {n.of!r}, which is no facility and no industry", path="facilities")
        for f in pack.facilities
        for n in f.needs
        if n.of not in number and n.of not in industries and n.weight.to("1", 0.0) > 0
    ]
    if faults:
        raise InputProblems(faults)


def _calls(
    pack: Pack,
    base: Base,
    plants: list[_Plant],
    *,
    number: Mapping[str, int],
    final: Floats,
    notes: list[Label],
) -> list[_Call]:
    """What facilities take of what they need. Lowers ``final`` by what they take of industries."""
    calls = []
    for user, plant in enumerate(plants):
        for need in plant.facility.needs if plant.facility is not None else ():
            if need.weight.to("1", 0.0) <= 0:
                continue
            if need.of in number:
                calls.append(_Call(user, need, number[need.of], CALL))
                continue
            node = base.number.get((pack.home, need.of), -1)
            amount = min(CALL_MONEY, 1e-3 * final[node]) if node >= 0 else 0.0
            if amount <= 0:
                notes.append(_no_call(plant.id, need.of))
                continue
            final[node] -= amount
            calls.append(_Call(user, need, node, amount))
    return calls


def _nodes(
    pack: Pack,
    base: Base,
    plants: list[_Plant],
    *,
    users: list[list[tuple[int, float]]],
    called: Floats,
    first_product: int,
) -> Nodes:
    n = len(plants)
    part = np.array([p.share for p in plants])
    people = np.array([_people(pack.services[p.service], users[p.service]) for p in plants], np.float64)
    taken = np.array([len(users[p.service]) for p in plants], np.float64)
    return Nodes(
        id=tuple(p.id for p in plants),
        kind=np.full(n, Kind.FACILITY, np.int8),
        country=np.full(n, base.regions.index(pack.home), np.int32),
        area=tuple(p.area for p in plants),
        product=np.array([first_product + p.service for p in plants], np.int32),
        output=part * (taken + people) + called,
        value_added=np.zeros(n),
        final=part * people,
        # the share of a lost facility's work that the others do at once
        slack=np.array([share(pack.services[p.service].takeover, 0.0) for p in plants]),
    )


def _people(service: Service, users: list[tuple[int, float]]) -> float:
    return 1.0 if service.people or not users else 0.0


def _service_wires(
    pack: Pack,
    base: Base,
    plants: list[_Plant],
    *,
    users: list[list[tuple[int, float]]],
    first_node: int,
    first_product: int,
) -> Piece:
    rows = [(s, node, weight) for s, held in enumerate(users) for node, weight in held]
    by_service: list[list[int]] = [[] for _ in pack.services]
    for n, plant in enumerate(plants):
        if plant.share > 0:
            by_service[plant.service].append(n)
    links = [(slot, n) for slot, (s, _, _) in enumerate(rows) for n in by_service[s]]
    return Piece(
        no_nodes(),
        make_slots(
            user=[node for _, node, _ in rows],
            product=[first_product + s for s, _, _ in rows],
            need=[1 / base.x[node] for _, node, _ in rows],
            target=np.zeros(len(rows)),
            weight=[weight for _, _, weight in rows],
            shift=[share(pack.services[s].takeover, 0.0) for s, _, _ in rows],
        ),
        make_links(
            slot=[slot for slot, _ in links],
            supplier=[first_node + n for _, n in links],
            share=[plants[n].share for _, n in links],
            lead=np.zeros(len(links)),
        ),
    )


def _call_wires(
    base: Base, calls: list[_Call], nodes: Nodes, product: Mapping[str, int], first_node: int
) -> Piece:
    def label(call: _Call) -> int:
        return product[call.need.of] if call.need.of in product else int(base.industry[call.supplier])

    return Piece(
        no_nodes(),
        make_slots(
            user=[first_node + c.user for c in calls],
            product=[label(c) for c in calls],
            need=[c.amount / nodes.output[c.user] for c in calls],
            target=[c.need.buffer.to("day", 0.0) for c in calls],
            weight=[c.need.weight.to("1") for c in calls],
            shift=np.zeros(len(calls)),
        ),
        make_links(
            slot=np.arange(len(calls)),
            supplier=[c.supplier for c in calls],
            share=np.ones(len(calls)),
            lead=np.zeros(len(calls)),
        ),
    )


def _unknown_share(facility: Facility) -> Label:
    return Label(
        ja=f"{facility.label.ja}：担う割合が不明のため、モデルに入れていない。",
        en=f"{facility.label.en}: its share of the service is not known, so it is not in the model.",
    )


def _no_call(user: str, of: str) -> Label:
    return Label(
        ja=f"{user}：必要とする産業{of}の国内最終需要がなく、依存をモデルに入れていない。",
        en=f"{user}: industry {of}, which it needs, has no final demand at home; the need is not in the model.",
    )
