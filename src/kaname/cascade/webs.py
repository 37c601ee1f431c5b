"""Who hands a loss on to whom: a firm network, or a nation's own, as ``contagion`` takes it."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from kaname.cascade.contagion import Indices, Web
from kaname.errors import InputProblems, problem
from kaname.network.firms import ESSENTIAL, IRRELEVANT, Firms, essential_faults
from kaname.network.tables import Floats, Ints, Network

Production = Literal["leontief", "linear"]
Replacement = Literal["market", "none"]


@dataclass(frozen=True)
class Exposure:
    """A network ready to be asked what the failure of a node costs."""

    id: tuple[str, ...]
    place: Ints
    """(nodes,) row of each node in ``web``, whose nodes stand by their number of links: the busiest close together."""
    web: Web
    measures: tuple[str, ...]
    """Names of the rows of ``web.weights``; each sums to 1 over the nodes."""
    replacement: Replacement
    """market: customers replace a supplier as far as others in its market are left (Diem et al. 2022); none: never."""

    def __len__(self) -> int:
        return len(self.id)

    @property
    def slots(self) -> int:
        """How many inputs can stop a user."""
        w = self.web
        return int(w.down_slot.max(initial=0)) + 1

    def fingerprint(self) -> str:
        """SHA-256 of all that a result depends on."""
        found = sha256(self.replacement.encode())
        for part in (*self.web, self.place, *(name.encode() for name in self.id)):
            found.update(part if isinstance(part, bytes) else np.ascontiguousarray(part).tobytes())
        return found.hexdigest()


def of_firms(
    firms: Firms,
    *,
    production: Production = "leontief",
    essential: NDArray[np.int8] | None = None,
    replacement: Replacement = "market",
) -> Exposure:
    """A firm network as Diem, Borsos, Reisch, Kertesz and Thurner (2022) see it.

    ``linear``: a firm makes less in proportion to the value of all inputs that are missing. ``leontief``: it makes no
    more than its scarcest essential input allows, an input being all that comes from one sector; of what is not
    essential it loses the share this has in the value of its inputs. ``essential`` is (sectors, sectors) of
    IRRELEVANT, SOME, ESSENTIAL, row the input's sector; ``None``: all are essential. What is irrelevant stops nobody
    and is left out of the value of inputs. Losses count by sales: to firms, or all where ``firms.output`` is known.
    """
    _known(production, ("leontief", "linear"), "production")
    _known(replacement, ("market", "none"), "replacement")
    faults = essential_faults(essential, len(firms.sectors))
    if faults:
        raise InputProblems(faults)
    other = firms.supplier != firms.buyer
    supplier, buyer, volume = firms.supplier[other], firms.buyer[other], firms.volume[other]
    n, sectors = len(firms), len(firms.sectors)
    klass = np.full(len(volume), ESSENTIAL, np.int8)
    if production == "linear":
        klass[:] = ESSENTIAL - 1
    elif essential is not None:
        klass = essential[firms.sector[supplier], firms.sector[buyer]]
    counts = klass != IRRELEVANT
    # the slot of an essential input is (buyer, sector); all others of a buyer share one
    key = buyer.astype(np.int64) * (sectors + 1) + np.where(
        klass == ESSENTIAL, firms.sector[supplier], sectors
    )
    keys, slot = np.unique(key[counts], return_inverse=True)
    supplies, uses, worth = supplier[counts], buyer[counts], volume[counts]
    whole = np.bincount(slot, worth, minlength=len(keys))
    inputs = np.bincount(uses, worth, minlength=n)
    part = worth / np.where(klass[counts] == ESSENTIAL, whole[slot], inputs[uses])
    sales = firms.sold if firms.output is None else firms.output
    sold = np.where(firms.sold > 0, np.maximum(sales, firms.sold), 1.0)
    if not sales.sum() > 0:
        raise problem("no firm sells anything", path="firms")
    return _exposure(
        firms.id,
        (supplies, slot, uses, part),
        (buyer, supplier, volume / sold[supplier]),
        firms.sector,
        firms.sold,
        {"sales": sales / sales.sum()},
        replacement,
    )


def of_network(network: Network, replacement: Replacement = "market") -> Exposure:
    """The nation's own network, without stocks and days: what stays away for good, if nothing is done.

    A slot stops its user by its weight; what is in ``flow`` stops nobody, and both carry demand. Final demand stays. A
    market is a product; of what cannot be stored, in one country. Losses count by value added, of home and of the
    world.
    """
    _known(replacement, ("market", "none"), "replacement")
    nodes, slots, links = network.nodes, network.slots, network.links
    part = links.share * slots.weight[links.slot]
    bites = part > 0
    use = (slots.need * nodes.output[slots.user])[links.slot] * links.share
    seller, user = np.nonzero(network.flow)
    supplier = np.concatenate([links.supplier, seller]).astype(np.int32)
    buyer = np.concatenate([slots.user[links.slot], user]).astype(np.int32)
    volume = np.concatenate([use, network.flow[seller, user]])
    bound = np.zeros(len(nodes), np.bool_)
    bound[links.supplier[slots.target[links.slot] == 0]] = True
    market = np.where(bound, nodes.product * len(network.countries) + nodes.country, -1 - nodes.product)
    home = np.where(network.is_home, nodes.value_added, 0.0)
    return _exposure(
        nodes.id,
        (links.supplier[bites], links.slot[bites], slots.user[links.slot][bites], part[bites]),
        (buyer, supplier, volume / nodes.output[supplier]),
        np.unique(market, return_inverse=True)[1].astype(np.int32),
        nodes.output,
        {"home": home / home.sum(), "world": nodes.value_added / nodes.value_added.sum()},
        replacement,
    )


def _exposure(
    names: tuple[str, ...],
    down: tuple[Ints, NDArray[np.integer], Ints, Floats],
    up: tuple[Ints, Ints, Floats],
    market: Ints,
    size: Floats,
    weights: dict[str, Floats],
    replacement: Replacement,
) -> Exposure:
    """``down``: supplier, slot, user, part; ``up``: buyer, supplier, part. Nodes by their number of links."""
    n = len(names)
    count = np.bincount(down[0], minlength=n) + np.bincount(up[0], minlength=n)
    order = np.argsort(-count, kind="stable")
    place = np.empty(n, np.int32)
    place[order] = np.arange(n)
    supplier, slot, user, part = place[down[0]], down[1], place[down[2]], down[3]
    # by supplier, then user: neighbours in the list are neighbours in memory
    first = np.lexsort((user, supplier))
    buyer, seller = place[up[0]], place[up[1]]
    back = np.lexsort((seller, buyer))
    single = len(np.unique(slot)) == len(np.unique(user))
    web = Web(
        down_ptr=_pointer(supplier, n),
        down_slot=_u(slot[:0] if single else slot[first]),
        down_user=_u(user[first]),
        down_part=np.ascontiguousarray(part[first], np.float64),
        up_ptr=_pointer(buyer, n),
        up_node=_u(seller[back]),
        up_part=np.ascontiguousarray(up[2][back], np.float64),
        market=_u(market[order]),
        size=np.ascontiguousarray(size[order], np.float64),
        market_size=np.asarray(np.bincount(market, size), np.float64),
        weights=np.ascontiguousarray(np.stack(list(weights.values()))[:, order], np.float64),
    )
    return Exposure(names, place, web, tuple(weights), replacement)


def _pointer(keys: Ints, count: int) -> Indices:
    pointer = np.zeros(count + 1, np.int64)
    np.cumsum(np.bincount(keys, minlength=count), out=pointer[1:])
    return _u(pointer)


def _known(value: str, names: tuple[str, ...], what: str) -> None:
    if value not in names:
        raise problem(f"{what} must be one of {', '.join(names)}, not {value!r}", path=what)


def _u(values: NDArray[np.integer]) -> Indices:
    return np.ascontiguousarray(values, np.uint32)
