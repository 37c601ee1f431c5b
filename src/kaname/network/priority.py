"""Who is served first where there is too little: the pack's priority classes on the network's nodes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from kaname.network.tables import Ints, Kind, Links, Nodes, Slots
from kaname.pack.model import Pack


def priority(pack: Pack, products: Sequence[str], nodes: Nodes, slots: Slots, links: Links) -> Ints | None:
    """(nodes,) class of each node as a user, 1 first; None where the pack states no classes.

    An industry is in one class in every country: a supplier abroad favours no nation. A good's channel is served as the
    first of those who buy through it.
    """
    if not pack.priorities:
        return None
    last = len(pack.priorities) + 1
    of_name = {
        name: number
        for number, held in enumerate(pack.priorities, 1)
        for name in (*held.industries, *held.services)
    }
    of_product = np.array([of_name.get(name, last) for name in products], np.int32)
    found = of_product[nodes.product]
    channel = nodes.kind[links.supplier] == Kind.GOOD
    goods = np.full(len(nodes), last, np.int32)
    np.minimum.at(goods, links.supplier[channel], found[slots.user[links.slot[channel]]])
    return np.asarray(np.where(nodes.kind == Kind.GOOD, goods, found), np.int32)
