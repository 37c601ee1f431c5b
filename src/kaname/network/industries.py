"""Layer 1: industries of the inter-country table, and which of their inputs can stop them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kaname.errors import InputProblems, Problem
from kaname.network.parts import Base, Piece, followed, make_links, make_slots
from kaname.network.tables import Flags, Floats, Kind, Nodes
from kaname.pack.model import Industry, Pack

SLACK_DEFAULTS = {"slack-goods": 0.1, "slack-services": 0.05, "slack-power": 0.0, "slack-origins": 0.1}
POWER = "D"
BUILDERS = "F"
"""Construction is a service that builds equipment in."""
MOST = 0.5
"""Share of an input from which critical goods stand for the whole of it: the rest then is what two sources disagree
about, with a stock of its own that nobody holds."""


@dataclass(frozen=True)
class Dependence:
    """How users depend on each product: one entry per industry of the table."""

    critical_from: Floats
    """Share of a user's output value from which the input is tracked; infinite = never."""
    weight: Floats
    """(products, users) share of the user's output that stops without the product."""
    target: Floats
    """Days of stock at users; 0 = not storable."""
    held: Floats
    """(products, users) the same by user, where some run longer without (battery, generator)."""
    shift: Floats
    sea: Floats
    """Share of trade between countries that goes by sea."""
    slack: Floats


def parameter(pack: Pack, name: str, unit: str, default: float) -> float:
    """A parameter of the pack, or ``default`` where the pack does not state it or leaves it empty."""
    found = next((p for p in pack.parameters if p.id == name), None)
    return default if found is None else found.figure.to(unit, default)


def dependence(pack: Pack, industries: tuple[str, ...]) -> Dependence:
    """The pack's industries in the order of the table.

    Raises :class:`~kaname.errors.InputProblems` for every industry of the table that the pack lacks.
    """
    known = {entry.id: entry for entry in pack.industries}
    missing = [i for i in industries if i not in known]
    if missing:
        raise InputProblems(
            Problem(f"industry {i!r} of the table is not in the pack", path="industries") for i in missing
        )
    rows = [_row(pack, known[i]) for i in industries]
    from_, weight, target, *others = (
        np.array(column, dtype=np.float64) for column in zip(*rows, strict=True)
    )
    weights = np.repeat(weight[:, None], len(industries), axis=1)
    held = np.repeat(target[:, None], len(industries), axis=1)
    tools = np.array([known[i].equipment for i in industries])
    keepers = np.array([known[i].kind == "service" or i.startswith("B") for i in industries])
    keepers &= np.array(industries) != BUILDERS
    cap = parameter(pack, "equipment-weight", "1", 1.0)
    weights = np.where(np.outer(tools, keepers), np.minimum(weights, cap), weights)
    for k, entry in enumerate(known[i] for i in industries):
        for user in entry.exceptions:
            if user.industry in industries:
                place = industries.index(user.industry)
                weights[k, place] = user.weight.to("1", weight[k])
                held[k, place] = held[k, place] if user.buffer is None else user.buffer.to("day", target[k])
    return Dependence(from_, weights, target, held, *others)


def _row(pack: Pack, industry: Industry) -> tuple[float, ...]:
    never = float("inf")
    from_ = never if industry.critical_from is None else industry.critical_from.to("1", never)
    weight = 1.0 if industry.weight is None else industry.weight.to("1", 1.0)
    days = 0.0 if industry.stock is None or not industry.storable else industry.stock.to("day", 0.0)
    shift = 0.0 if industry.substitution is None else industry.substitution.to("1", 0.0)
    sea_default = 1.0 if industry.kind == "good" else 0.0
    sea = sea_default if industry.sea is None else industry.sea.to("1", sea_default)
    name = "slack-goods" if industry.storable else "slack-services"
    name = "slack-power" if industry.id == POWER else name
    slack = parameter(pack, name, "1", SLACK_DEFAULTS[name])
    return (from_, weight, days, shift, sea, slack)


def industry_nodes(base: Base, how: Dependence) -> Nodes:
    """The producers of the table. Output, value added and final demand in million USD a day."""
    return Nodes(
        id=base.ids,
        kind=np.full(len(base), Kind.INDUSTRY, np.int8),
        country=base.region,
        area=("",) * len(base),
        product=base.industry,
        output=base.x,
        value_added=base.value_added,
        final=base.f,
        slack=how.slack[base.industry],
    )


def near(base: Base, how: Dependence) -> Flags:
    """(n, n) whether what the row sells can stop the column: all that is stored, services of the user's own region."""
    stored = (how.target[base.industry] > 0)[:, None]
    return np.asarray(stored | (base.region[:, None] == base.region))


def industry_layer(
    base: Base, how: Dependence, floor: float, home: str, before: Floats | None = None
) -> tuple[Piece, Floats]:
    """Tracked inputs as slots and links; everything else as ``flow`` (n, n).

    An input is tracked where it makes up more than ``critical_from`` of the user's output value and is not the
    user's own product. Of what cannot be stored only the supply of the user's own region counts: a service is made
    where it is used, and what a table books as bought abroad stops nobody within the day. Abroad, the smallest
    suppliers of an input, up to ``floor`` of it together, go to ``flow`` with their value: the slot's need shrinks by
    as much, so nothing is lost. ``before``
    (industries, n) is what users bought of each product until critical goods were taken out: where those were most
    of it, the rest is not tracked beside them.
    """
    reach = near(base, how)
    of_product = (np.arange(len(base.industries))[:, None] == base.industry).astype(np.float64)
    cost = (of_product @ np.where(reach, base.Z, 0.0)) / base.x
    weight = how.weight[:, base.industry]
    own = np.arange(len(cost))[:, None] == base.industry
    tracked = (cost > how.critical_from[:, None]) & ~own & (weight > 0)
    if before is not None:
        tracked &= base.cells > (1 - MOST) * before
    user, product = np.nonzero(tracked.T)
    number = np.full(tracked.shape, -1, np.int64)
    number[product, user] = np.arange(len(user))
    of_cell = number[base.industry]  # (n, n): slot that each flow would feed, -1 = none
    kept = reach & (of_cell >= 0) & (base.Z > 0)
    abroad = base.region != base.regions.index(home)
    kept[:, abroad] &= followed(np.where(kept, base.Z, 0.0)[:, abroad], base.industry, floor)
    supplier, buyer = np.nonzero(kept)
    slot, value = of_cell[supplier, buyer], base.Z[supplier, buyer]
    total = np.bincount(slot, value, minlength=len(user))
    slots = make_slots(
        user=user,
        product=product,
        need=total / base.x[user],
        target=how.held[:, base.industry][product, user],
        weight=weight[product, user],
        shift=how.shift[product],
    )
    links = make_links(slot=slot, supplier=supplier, share=value / total[slot], lead=np.zeros(len(slot)))
    return Piece(industry_nodes(base, how), slots, links), np.where(kept, 0.0, base.Z)
