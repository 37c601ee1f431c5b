"""Which trade runs over what: the ways that closures stop, limits narrow and gates let through."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from kaname.cascade.disturbance import Gate
from kaname.cascade.remedies import Remedies
from kaname.errors import Problem
from kaname.network.build import Built
from kaname.network.routes import Closure as Rows
from kaname.network.tables import Floats, Ints, Kind
from kaname.pack.figures import share
from kaname.pack.model import Limit
from kaname.pack.scenarios import LimitEvent
from kaname.units import UNITS

Known = dict[tuple[frozenset[str], frozenset[str], float], "Stopped"]
"""What a closure of passages stops, by these, all that are closed beside them, and the share closed."""


@dataclass(frozen=True)
class Stopped:
    """What a closure of passages stops: its rows spread over supplier nodes."""

    node: Ints
    dest: Ints
    base: Floats
    extra: Floats
    size: Floats

    @classmethod
    def of(cls, built: Built, rows: Rows, extra: Floats, loss: float) -> Stopped:
        """For each pair of countries, the nodes of the origin whose trade sails, and how much of it is stopped.

        Extra days are rounded to whole days.
        """
        nodes, sea = built.network.nodes, built.routes.sea
        sailing = np.flatnonzero(sea > 0)
        sailing = sailing[np.argsort(nodes.country[sailing], kind="stable")]
        first = np.searchsorted(nodes.country[sailing], np.arange(len(built.network.countries) + 1))
        node, row, size = [], [], []
        for k, (origin, filter_) in enumerate(zip(rows.origin, rows.products, strict=True)):
            supplier = sailing[first[origin] : first[origin + 1]]
            if filter_ is not None:
                supplier = supplier[np.isin(nodes.product[supplier], sorted(filter_))]
            stopped = loss * rows.share[k] * sea[supplier]
            if rows.bypass:
                way_round = [rows.bypass.get((int(origin), int(p)), 0.0) for p in nodes.product[supplier]]
                stopped = stopped * (1 - np.array(way_round))
            node.append(supplier)
            row.append(np.full(len(supplier), k))
            size.append(stopped)
        of = np.concatenate([np.zeros(0, np.int64), *row]).astype(np.int64)
        return cls(
            node=np.concatenate([np.zeros(0, np.int32), *node]).astype(np.int32),
            dest=rows.dest[of],
            base=rows.base_days[of],
            extra=np.round(extra[of]),
            size=np.concatenate([np.zeros(0), *size]),
        )


def limited(built: Built, limit: LimitEvent | Limit, place: str) -> tuple[Ints, Floats] | Problem:
    """The links that a limit narrows, and the most that comes over each as a share of its usual flow.

    A limit on several ways together is divided as their trade usually is. Of a link only the part that runs through the
    named passages is limited. A problem where a limit that always stands is less than what is usual.
    """
    net = built.network
    links, slots = net.links, net.slots
    user = slots.user[links.slot]
    part = _part(built, limit, links.supplier, net.nodes.country[user])
    usual = links.share * slots.need[links.slot] * net.nodes.output[user]
    through = float(part @ usual)
    most = limit.most.to(limit.most.unit, np.inf)
    if UNITS[limit.most.unit] == "share":
        most = limit.most.to("1", np.inf)
    elif through > 0:
        if isinstance(limit, Limit) and most < through * (1 - 1e-9):
            told = f"usually {through:.4g} million USD a day come this way, more than the limit of {most:.4g}"
            return Problem(told, path=place)
        most /= through
    chosen = np.flatnonzero((part > 0) & np.isfinite(most)).astype(np.int32)
    return chosen, 1 - part[chosen] + part[chosen] * most


def _part(built: Built, limit: LimitEvent | Limit, supplier: Ints, country: Ints) -> Floats:
    """(links,) share of each link's flow that a limit is about."""
    net = built.network
    nodes, origin = net.nodes, net.nodes.country[supplier]
    found = (origin != country) & (nodes.kind[supplier] != Kind.FACILITY)
    for names, there in ((limit.origins, origin), (limit.destinations, country)):
        if names:
            found &= np.isin(there, [net.countries.index(c) for c in names if c in net.countries])
    found &= np.isin(nodes.product[supplier], _products(built, (*limit.goods, *limit.industries)))
    if not limit.passages:
        return np.asarray(found, np.float64)
    part = np.zeros(len(supplier))
    rows = built.routes.closure(frozenset(limit.passages))
    for k, filter_ in enumerate(rows.products):
        touched = found & (origin == rows.origin[k]) & (country == rows.dest[k])
        if filter_ is not None:
            touched &= np.isin(nodes.product[supplier], sorted(filter_))
        part[touched] = np.maximum(part[touched], rows.share[k])
    return np.asarray(part * built.routes.sea[supplier])


def _products(built: Built, names: Sequence[str]) -> list[int]:
    """Products named, with the goods that are part of them; all where none is named."""
    products = built.network.products
    wanted = {k for k, name in enumerate(products) if not names or name in names}
    return sorted(wanted | {good for good, parent in built.routes.parents.items() if parent in wanted})


def gates(built: Built, remedies: Remedies, cases: int) -> Iterator[Gate]:
    """Ports and airports: when they cannot work, home's trade by sea or air is cut with them."""
    net, routes = built.network, built.routes
    home = net.countries.index(net.home)
    for service in built.pack.services:
        if service.gate is None or service.id not in net.products:
            continue
        facilities = np.flatnonzero(net.nodes.product == net.products.index(service.id)).astype(np.int32)
        way = routes.sea if service.gate == "sea" else routes.air
        abroad = np.flatnonzero((way > 0) & ~net.is_home)
        ours = np.flatnonzero((way > 0) & net.is_home)
        others = np.array(sorted(set(routes.destinations) - {home}), np.int32)
        nodes = np.concatenate([abroad, np.repeat(ours, len(others))]).astype(np.int32)
        countries = np.concatenate([np.full(len(abroad), home), np.tile(others, len(ours))]).astype(np.int32)
        output = net.nodes.output[facilities]
        takeover = min(1.0, share(service.takeover, 0.0) + remedies.takeover(service.id))
        yield Gate(
            service.id,
            facilities,
            output / output.sum(),
            np.full(cases, takeover),
            nodes,
            countries,
            way[nodes].astype(np.float64),
        )
