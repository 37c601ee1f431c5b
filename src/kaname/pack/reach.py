"""What events and effects act on, by name: which measures touch which scenarios.

This sees what is written, not what follows from it: whether a reserve of crude helps when a strait closes is
asked of the network. A measure whose help is indirect says so in ``answers``.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from kaname.pack.measures import Measure
from kaname.pack.model import Pack
from kaname.pack.scenarios import Scenario, TradeEvent

Target = tuple[str, str]
"""A list of the pack and an id of it."""

EVERYTHING: Final[Target] = ("goods", "*")
"""All trade: any good and any product."""

_NAMED: Final = ("goods", "industries", "facilities", "passages")


def facilities_of(pack: Pack, services: Collection[str], areas: Collection[str] = ()) -> tuple[str, ...]:
    """Facilities of some services, within some areas if any are given (an intertie is in both its areas)."""
    return tuple(
        facility.id
        for facility in pack.facilities
        if facility.service in services
        and (not areas or facility.area in areas or any(end in areas for end in facility.joins or ()))
    )


def touched(pack: Pack, part: object) -> frozenset[Target]:
    """What an event or an effect names; services stand for their facilities, products for the goods within."""
    found = {(name, one) for name in _NAMED for one in getattr(part, name, ())}
    services = getattr(part, "services", ())
    found |= {("services", one) for one in services}
    found |= {("facilities", one) for one in facilities_of(pack, services, getattr(part, "areas", ()))}
    products = {one for name, one in found if name == "industries"}
    found |= {("goods", good.id) for good in pack.goods if good.parent in products}
    if isinstance(part, TradeEvent) and not part.goods and not part.industries:
        found.add(EVERYTHING)
    return frozenset(found)


def _meet(of_event: frozenset[Target], of_effect: frozenset[Target]) -> bool:
    if EVERYTHING in of_event and any(name in ("goods", "industries") for name, _ in of_effect):
        return True
    return not of_event.isdisjoint(of_effect)


def answers(pack: Pack, scenario: Scenario) -> tuple[Measure, ...]:
    """The measures that answer a scenario: they say so, or an effect of theirs acts on what an event hits."""
    hit = [touched(pack, event) for event in scenario.events]
    return tuple(
        measure
        for measure in pack.measures
        if scenario.id in measure.answers
        or any(_meet(event, touched(pack, effect)) for effect in measure.effects for event in hit)
    )
