"""Networks that works run on, made from a seed; ``README.md`` says how and why so."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kaname.network.firms import ESSENTIAL, IRRELEVANT, SOME, Firms

SECTORS = 615
"""As many as in the runs of the quoted peers."""


def made_firms(count: int, links: int, seed: int = 1, sectors: int = SECTORS) -> Firms:
    """``count`` firms with about ``links`` links: sizes, degrees and volumes with heavy tails."""
    rng = np.random.default_rng(seed)
    # number of firms by sector: Zipf; every sector has some
    weight = 1 / np.arange(1, sectors + 1) ** 0.8
    sector = np.concatenate(
        [np.arange(sectors), rng.choice(sectors, count - sectors, p=weight / weight.sum())]
    )
    sector = rng.permutation(sector)
    # what a firm sells and buys goes with its size, which has a Pareto tail
    size = rng.pareto(1.3, count) + 0.1
    sells = size * rng.lognormal(0, 0.8, count)
    buys = size**0.8 * rng.lognormal(0, 0.6, count)
    supplier = rng.choice(count, links, p=sells / sells.sum())
    buyer = rng.choice(count, links, p=buys / buys.sum())
    # every firm has a supplier or a customer
    idle = np.setdiff1d(np.arange(count), np.concatenate([supplier, buyer]))
    supplier = np.concatenate([supplier, rng.choice(count, len(idle), p=sells / sells.sum())])
    buyer = np.concatenate([buyer, idle])
    keep = supplier != buyer
    pairs = np.unique(supplier[keep].astype(np.int64) * count + buyer[keep])
    supplier, buyer = (pairs // count).astype(np.int32), (pairs % count).astype(np.int32)
    volume = np.sqrt(size[supplier] * size[buyer]) * rng.lognormal(0, 1, len(supplier))
    apart = np.unique(np.concatenate([supplier, buyer]))
    number = np.cumsum(np.isin(np.arange(count), apart)) - 1
    return Firms.of(number[supplier], number[buyer], volume / 365, sector[apart])


def essential_inputs(sectors: int = SECTORS, seed: int = 2) -> NDArray[np.int8]:
    """Which inputs sectors cannot do without, in the shares of published ratings: 14% essential, 10% of some use."""
    rng = np.random.default_rng(seed)
    table = rng.choice([IRRELEVANT, SOME, ESSENTIAL], (sectors, sectors), p=[0.76, 0.10, 0.14]).astype(
        np.int8
    )
    np.fill_diagonal(table, ESSENTIAL)
    return table
