"""Small firm networks drawn at random."""

from __future__ import annotations

import numpy as np

from kaname.network.firms import ESSENTIAL, SOME, Firms, Terms, firm_network
from kaname.network.tables import Network


def random_firms(
    seed: int, count: int = 40, links: int = 120, sectors: int = 6, output: bool = True
) -> Firms:
    """Firms of which some only sell and some only buy; a few links come twice, a few firms sell to themselves."""
    rng = np.random.default_rng(seed)
    size = rng.pareto(1.5, count) + 0.2
    supplier = rng.choice(count, links, p=size / size.sum())
    buyer = rng.integers(0, count, links)
    everyone = np.arange(count)
    supplier = np.concatenate([supplier, np.roll(everyone, 1), supplier[:3], everyone[:2]])
    buyer = np.concatenate([buyer, everyone, buyer[:3], everyone[:2]])
    volume = rng.lognormal(0, 1, len(supplier))
    sector = np.concatenate([np.arange(sectors), rng.integers(0, sectors, count - sectors)])
    plain = Firms.of(supplier, buyer, volume, sector)
    if not output:
        return plain
    return Firms.of(
        supplier, buyer, volume, sector, np.maximum(plain.sold, plain.bought) * rng.uniform(1.1, 2, count)
    )


def random_firm_network(
    seed: int,
    *,
    shift: float = 0.0,
    slack: float = 0.1,
    services: bool = True,
    classes: bool = True,
    size: int = 40,
) -> Network:
    """The same as the cascade takes them: stocks of a few days, services, inputs of all three classes."""
    rng = np.random.default_rng(seed)
    firms = random_firms(seed, size, 3 * size)
    count = len(firms.sectors)
    days = rng.uniform(1, 12, count)
    essential = np.full((count, count), ESSENTIAL, np.int8)
    if classes:
        essential = rng.integers(0, 3, (count, count)).astype(np.int8)
        np.fill_diagonal(essential, ESSENTIAL)
    if services:
        # firms that wait for each other's services within the day, all essential, settle too slowly to compare digits
        days[: count // 3] = 0.0
        essential[: count // 3] = np.minimum(essential[: count // 3], SOME)
    return firm_network(firms, Terms(days, essential, some=0.4, shift=shift, slack=slack))
