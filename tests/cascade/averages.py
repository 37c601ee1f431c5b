"""The embedded inter-country table as a network by one plain rule, without pack, goods and facilities.

Goods above 1% of a user's cost and power above 0.3% are critical and stop it; other industries' products carry demand
only. Goods are held for 30 days, power not at all; nobody changes supplier or works longer.
"""

from __future__ import annotations

import numpy as np

from kaname.data.tables import InterCountryTable
from kaname.network.tables import Kind, Links, Network, Nodes, Slots

POWER = "D"


def averages(table: InterCountryTable, stock: float = 30.0) -> Network:
    keep = np.flatnonzero(table.x > 0)
    Z = table.Z[np.ix_(keep, keep)] / 365
    final = np.maximum(0, table.f[keep]) / 365
    x = Z.sum(axis=1) + final
    n, industries = len(keep), len(table.industries)
    region, industry = keep // industries, keep % industries
    good = np.array([name[0] in "ABC" for name in table.industries])
    cell = np.zeros((industries, n))
    np.add.at(cell, industry, Z)
    part = cell / x
    tracked = np.where(good[:, None], part > 0.01, False)
    power = table.industries.index(POWER)
    tracked[power] = part[power] > 0.003
    tracked[industry, np.arange(n)] = False
    product, user = np.nonzero(tracked)
    use = cell[product, user]
    makers = [np.flatnonzero(industry == k) for k in range(industries)]
    slot = np.concatenate([np.full(len(makers[k]), s) for s, k in enumerate(product)])
    supplier = np.concatenate([makers[k] for k in product])
    share = Z[supplier, user[slot]] / use[slot]
    flow = np.where(tracked[industry], 0.0, Z)
    sold = share > 0
    return Network(
        home="JPN",
        countries=table.regions,
        products=table.industries,
        nodes=Nodes(
            id=tuple(table.nodes[k] for k in keep),
            kind=np.full(n, Kind.INDUSTRY, np.int8),
            country=region.astype(np.int32),
            area=("",) * n,
            product=industry.astype(np.int32),
            output=x,
            value_added=np.maximum(0, x - Z.sum(axis=0)),
            final=final,
            slack=np.zeros(n),
        ),
        slots=Slots(
            user=user.astype(np.int32),
            product=product.astype(np.int32),
            need=use / x[user],
            target=np.where(product == power, 0.0, stock),
            weight=np.ones(len(product)),
            shift=np.zeros(len(product)),
        ),
        links=Links(
            slot=slot[sold].astype(np.int32),
            supplier=supplier[sold].astype(np.int32),
            share=share[sold],
            lead=np.zeros(int(sold.sum()), np.int32),
        ),
        flow=flow,
    )
