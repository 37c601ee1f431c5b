"""Small balanced networks for tests: random ones, and a few made by hand."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from kaname.network.tables import Kind, Links, Network, Nodes, Slots


@dataclass
class Draft:
    """A network being written: nodes first, then inputs; ``build`` finds the outputs that balance."""

    ids: list[str] = field(default_factory=list)
    kinds: list[int] = field(default_factory=list)
    countries: list[str] = field(default_factory=list)
    products: list[str] = field(default_factory=list)
    final: list[float] = field(default_factory=list)
    slack: list[float] = field(default_factory=list)
    flow: list[tuple[int, int, float]] = field(default_factory=list)
    slots: list[tuple[int, str, float, float, float, float]] = field(default_factory=list)
    links: list[list[tuple[int, float, int]]] = field(default_factory=list)

    def node(
        self, name: str, country: str, product: str, final: float, kind: int = 0, slack: float = 0
    ) -> int:
        for values, value in (
            (self.ids, name),
            (self.kinds, kind),
            (self.countries, country),
            (self.products, product),
            (self.final, final),
            (self.slack, slack),
        ):
            values.append(value)
        return len(self.ids) - 1

    def sell(self, i: int, j: int, coefficient: float) -> None:
        """An input that stops nobody: ``coefficient`` of i's product per unit of j."""
        self.flow.append((i, j, coefficient))

    def slot(
        self,
        user: int,
        need: float,
        suppliers: dict[int, float],
        days: float,
        weight: float = 1.0,
        shift: float = 0.0,
        lead: int = 0,
    ) -> None:
        """A tracked input of ``user``, ``suppliers`` with their shares."""
        self.slots.append((user, self.products[next(iter(suppliers))], need, days, weight, shift))
        whole = sum(suppliers.values())
        self.links.append([(i, share / whole, lead) for i, share in suppliers.items()])

    def build(self, home: str, scale: float = 1.0) -> Network:
        n = len(self.ids)
        use = np.zeros((n, n))
        flow = np.zeros((n, n))
        for i, j, a in self.flow:
            flow[i, j] += a
        for (user, _, need, *_), suppliers in zip(self.slots, self.links, strict=True):
            for i, share, _ in suppliers:
                use[i, user] += need * share
        final = np.array(self.final) * scale
        output = np.linalg.solve(np.eye(n) - use - flow, final)
        kind = np.array(self.kinds, np.int8)
        count = int((kind == Kind.INDUSTRY).sum())
        assert (kind[:count] == Kind.INDUSTRY).all()
        added = output * (1 - (use + flow).sum(axis=0))
        countries = tuple(dict.fromkeys(self.countries))
        products = tuple(dict.fromkeys(self.products))
        s = np.array([[a, c, d, e, f] for a, _, c, d, e, f in self.slots]).reshape(-1, 5)
        k = [(slot, *link) for slot, links in enumerate(self.links) for link in links]
        return Network(
            home=home,
            countries=countries,
            products=products,
            nodes=Nodes(
                id=tuple(self.ids),
                kind=kind,
                country=np.array([countries.index(c) for c in self.countries], np.int32),
                area=("",) * n,
                product=np.array([products.index(p) for p in self.products], np.int32),
                output=output,
                value_added=np.where(kind == Kind.INDUSTRY, added, 0.0),
                final=final,
                slack=np.array(self.slack, float),
            ),
            slots=Slots(
                user=s[:, 0].astype(np.int32),
                product=np.array([products.index(x[1]) for x in self.slots], np.int32),
                need=s[:, 1],
                target=s[:, 2],
                weight=s[:, 3],
                shift=s[:, 4],
            ),
            links=Links(
                slot=np.array([x[0] for x in k], np.int32),
                supplier=np.array([x[1] for x in k], np.int32),
                share=np.array([x[2] for x in k], float),
                lead=np.array([x[3] for x in k], np.int32),
            ),
            flow=(flow * output)[:count, :count],
        )


def chain(days: float = 10, weight: float = 1, shift: float = 0, lead: int = 0) -> Network:
    """HOM:mill needs ore of HOM and ABR; HOM:shop needs what the mill makes; a grid serves both at once."""
    d = Draft()
    ore_h, ore_a = d.node("HOM:ore", "HOM", "ore", 5, slack=0.5), d.node("ABR:ore", "ABR", "ore", 20, slack=1)
    mill = d.node("HOM:mill", "HOM", "mill", 30)
    shop = d.node("HOM:shop", "HOM", "shop", 60)
    grid = d.node("HOM:grid", "HOM", "grid", 10)
    d.slot(mill, 0.3, {ore_h: 0.25, ore_a: 0.75}, days, weight, shift, lead)
    d.slot(shop, 0.4, {mill: 1}, days)
    for user in (mill, shop):
        d.slot(user, 0.1, {grid: 1}, 0)
    d.sell(shop, grid, 0.05)
    return d.build("HOM")


def random_network(
    seed: int,
    *,
    countries: int = 3,
    products: int = 4,
    facilities: bool = True,
    shift: bool = True,
    leads: bool = True,
    slack: float = 0.2,
    scale: float = 1.0,
    stock: float = 1.0,
) -> Network:
    """A random balanced network with stocks, services, substitution, leads, a goods channel and facilities."""
    rng = np.random.default_rng(seed)
    d = Draft()
    names = [f"C{c}" for c in range(countries)]
    makes = [f"P{p}" for p in range(products)]
    at = {
        (c, p): d.node(f"{c}:{p}", c, p, float(rng.uniform(1, 10)), slack=slack) for c in names for p in makes
    }
    for (c, p), user in at.items():
        others = [q for q in makes if q != p]
        for q in rng.permutation(others)[: int(rng.integers(1, len(others) + 1))]:
            shares = rng.dirichlet(np.ones(countries))
            suppliers = {at[o, q]: float(s) for o, s in zip(names, shares, strict=True) if s > 0.02}
            service = q == makes[-1]
            d.slot(
                user,
                float(rng.uniform(0.02, 0.15)),
                {at[c, q]: 1.0} if service else suppliers,
                0.0 if service else float(rng.uniform(2, 20)) * stock,
                float(rng.choice([1.0, 1.0, 0.5])),
                float(rng.uniform(0, 1)) if shift else 0.0,
            )
        for other in rng.permutation(list(at.values()))[:3]:
            if other != user:
                d.sell(int(other), user, float(rng.uniform(0, 0.05)))
    channels = [d.node(f"{c}/good", c, "good", 0.0, Kind.GOOD) for c in names[1:]]
    for c, channel in zip(names[1:], channels, strict=True):
        d.slot(channel, 1.0, {at[c, makes[0]]: 1.0}, 0.0)
    shares = {
        channel: float(s) for channel, s in zip(channels, rng.dirichlet(np.ones(len(channels))), strict=True)
    }
    days, move = 15.0 * stock, float(rng.uniform(0, 1)) if shift else 0.0
    d.slot(at["C0", makes[1]], 0.05, shares, days, 1.0, move, 5 if leads else 0)
    if facilities:
        take = float(rng.uniform(0, 0.6))
        group = [
            d.node(f"hub-{k}", "C0", "hub", share, Kind.FACILITY, take) for k, share in enumerate((0.6, 0.4))
        ]
        for p in makes[:-1]:
            user = at["C0", p]
            d.slot(user, 0.001, {group[0]: 0.6, group[1]: 0.4}, 0.0, 0.8, take)
        d.slot(group[0], 1e-6, {at["C0", makes[-1]]: 1.0}, 0.25, 1.0)
    return d.build("C0", scale)
