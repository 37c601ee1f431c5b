"""A nation's network, layer by layer: goods out of the averages, industries, facilities, routes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from kaname.data.baci import Trade
from kaname.data.tables import InterCountryTable
from kaname.errors import InputProblems, Problem
from kaname.network.facilities import FacilityLayer, facility_layer
from kaname.network.floor import DEFAULT, LINK_FLOOR, floor_notes, unfollowed
from kaname.network.goods import Account, GoodsLayer, Provenance, Terms, goods_layer
from kaname.network.industries import SLACK_DEFAULTS, Dependence, dependence, industry_layer, parameter
from kaname.network.parts import YEAR, Base, by_product, join_nodes, join_wires
from kaname.network.priority import priority
from kaname.network.routes import RouteTable, SeaRoutes, Voyages
from kaname.network.supply import Supply, supplies
from kaname.network.tables import Network
from kaname.network.takings import Caps
from kaname.pack.figures import Label
from kaname.pack.model import Pack


@dataclass(frozen=True, eq=False)
class Built:
    """A network with what is needed to disturb and to explain it."""

    network: Network
    routes: SeaRoutes
    notes: tuple[Label, ...]
    """What was capped, left out or assumed."""
    provenance: dict[str, Provenance]
    """For each good's node, where its figures are from."""
    accounts: tuple[Account, ...]
    """For each good and region, the value carried and where it was taken from."""
    table_source: str
    table_year: int
    pack: Pack
    """What the network was built from: scenarios are read against it."""


def build(
    pack: Pack,
    table: InterCountryTable,
    trade: Trade | None = None,
    routes: RouteTable | None = None,
    region_of: Mapping[str, str] | None = None,
) -> Built:
    """The network of ``pack`` on an inter-country table.

    ``trade`` gives the suppliers of goods (without it only those with cited origins are followed), ``routes`` days
    at sea and passages (without it nothing is at sea), ``region_of`` the table's region of each country (countries
    that are regions themselves need no entry).

    Raises :class:`~kaname.errors.InputProblems` where pack and table do not fit together.
    """
    _check(pack, table)
    base = Base.of(table)
    how = dependence(pack, base.industries)
    places = {**(region_of or {}), **{r: r for r in base.regions}}
    voyages = Voyages.of(pack, routes)
    floor = parameter(pack, LINK_FLOOR, "1", DEFAULT)
    held, notes = supplies(pack, base, trade, places, floor)
    goods = _goods(pack, base, how=how, held=held, places=places, voyages=voyages)
    industries, flow = industry_layer(goods.base, how, floor, pack.home, before=base.cells)
    left_out = floor_notes(floor, unfollowed(goods.base, how, industries.slots, pack.home))
    services = facility_layer(
        pack,
        goods.base,
        first_node=len(base) + len(goods.piece.nodes),
        first_product=len(base.industries) + len(pack.goods),
    )
    nodes = join_nodes(
        [replace(industries.nodes, final=services.final), goods.piece.nodes, services.piece.nodes]
    )
    slots, links = by_product(nodes, *join_wires([industries, goods.piece, services.piece]))
    products = (*base.industries, *(g.id for g in pack.goods), *services.products)
    nodes = replace(nodes, priority=priority(pack, products, nodes, slots, links))
    network = Network(
        home=pack.home,
        countries=goods.countries,
        products=products,
        nodes=nodes,
        slots=slots,
        links=links,
        flow=flow,
    )
    return Built(
        network=network,
        routes=_sea_routes(pack, network, how=how, goods=goods, services=services, voyages=voyages),
        notes=(*notes, *services.notes, *_general_notes(pack, goods), *left_out),
        provenance=goods.provenance,
        accounts=goods.accounts,
        table_source=table.source,
        table_year=table.year,
        pack=pack,
    )


def _check(pack: Pack, table: InterCountryTable) -> None:
    """Home in the table; no two products of one name."""
    faults = []
    if pack.home not in table.regions:
        faults.append(Problem(f"home {pack.home!r} is not a region of the table", path="home"))
    names = [*table.industries, *(g.id for g in pack.goods), *(s.id for s in pack.services)]
    names += [f.id for f in pack.facilities]
    faults += [
        Problem(f"{name!r} names two products of the network", path=name)
        for name, count in sorted(Counter(names).items())
        if count > 1
    ]
    if faults:
        raise InputProblems(faults)


def _goods(
    pack: Pack,
    base: Base,
    *,
    how: Dependence,
    held: Sequence[Supply],
    places: Mapping[str, str],
    voyages: Voyages,
) -> GoodsLayer:
    terms = Terms(
        home=pack.home,
        region_of=places,
        goods=pack.goods,
        how=how,
        voyages=voyages,
        first_product=len(base.industries),
        slack=parameter(pack, "slack-origins", "1", SLACK_DEFAULTS["slack-origins"]),
        caps=Caps(
            outside=parameter(pack, "outside-cap", "1", 0.5),
            mismatch=parameter(pack, "mismatch-cap", "1", 0.1),
        ),
    )
    return goods_layer(base, held, terms)


def _sea_routes(
    pack: Pack,
    network: Network,
    *,
    how: Dependence,
    goods: GoodsLayer,
    services: FacilityLayer,
    voyages: Voyages,
) -> SeaRoutes:
    nodes, n = network.nodes, network.industries
    storable = np.array([_is_good(pack, name) for name in network.products[: len(how.sea)]])
    none = np.zeros(len(services.piece.nodes))
    sea = np.concatenate([how.sea[nodes.product[:n]], goods.sea, none])
    air = np.concatenate([np.where(storable, 1 - how.sea, 0.0)[nodes.product[:n]], 1 - goods.sea, none])
    number = {name: k for k, name in enumerate(network.products)}
    return SeaRoutes(
        home=network.countries.index(pack.home),
        countries=network.countries,
        sea=sea,
        air=air,
        passages={p.id: p for p in pack.passages},
        number=number,
        parents={number[g.id]: number[g.parent] for g in pack.goods if g.parent in number},
        voyages=voyages,
        destinations=tuple(range(len(goods.base.regions))),
    )


def _is_good(pack: Pack, industry: str) -> bool:
    return any(i.id == industry and i.kind == "good" for i in pack.industries)


def _general_notes(pack: Pack, goods: GoodsLayer) -> list[Label]:
    """How much of the goods was found in the table, what was capped, what was assumed."""
    home = [a for a in goods.accounts if a.region == pack.home]
    if not home:
        return []
    count = len({a.good for a in home})
    value, inside = (
        sum(amounts) * YEAR / 1e3
        for amounts in ([a.value for a in home], [a.inside + a.pooled for a in home])
    )
    notes = [
        Label(
            ja=f"重要物資{count}品目の国内利用、年{value * 10:,.0f}億ドルを産業の平均から分けて追跡した。"
            f"うち{inside * 10:,.0f}億ドルは産業連関表の取引から、"
            "残りは表の外からの輸入とみて利用産業の付加価値から差し引いた。",
            en=f"{count} goods, {value:,.1f} billion USD a year of use at home, are followed apart from the industry "
            f"averages: {inside:,.1f} billion was taken out of flows of the input-output table, the rest out of the "
            "users' value added, as imports from outside the table.",
        ),
        Label(
            ja="輸出国を産地とみなす（再輸出も輸出国の物とする）。国外の利用産業は、日本より産出額当たりの輸入が少なければ、"
            "その比率だけ依存度を下げた。在庫日数は日本と同じと仮定した。",
            en="The exporter counts as the origin, re-exports included. Users abroad depend on a good less than home "
            "in proportion as they import less of it per unit of output; their stocks in days are assumed as at home.",
        ),
    ]
    capped = sum(a.capped for a in goods.accounts) * YEAR / 1e3
    if capped > 0.05:
        notes.append(
            Label(
                ja=f"産業連関表と利用産業の付加価値に収まらない輸入額、年{capped * 10:,.0f}億ドル（全地域）を"
                "切り捨てた。供給国の割合は変えていない。",
                en=f"Imports of {capped:,.1f} billion USD a year (all regions) did not fit into "
                "the table and the users' value added and were left out; shares of suppliers are unchanged.",
            )
        )
    unknown = [g.label for g in pack.goods if g.domestic is None and g.id in {a.good for a in home}]
    if unknown:
        notes.append(
            Label(
                ja=f"国内生産の割合が空欄の物資は国内生産なしとした：{'、'.join(u.ja for u in unknown)}。",
                en=f"Taken as not made at home, since the pack gives no share: {', '.join(u.en for u in unknown)}.",
            )
        )
    return notes
