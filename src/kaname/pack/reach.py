"""Which measures answer which scenarios and which weak supplies: the rule, written once.

A measure answers a scenario if the scenario stands in its ``answers``, or if one of its effects *reaches* what the
scenario hits. What a scenario hits (:func:`hit_by`) is one step, never a chain:

- what its events name: goods, industries' products, facilities, services, passages;
- the service of a facility that is hit, and the facilities of a service that is hit;
- the goods that are part of a product that is hit (``parent``);
- the goods and products that come through a passage, as far as the pack says (bypasses, exposures) or the caller
  adds from the network's routes (``through``);
- all goods and products that go by sea (by air), where a port (an airport: a service with a ``gate``) is hit, and
  all that are shipped, where trade stops without further limit.

What users of these goods and services lose in turn does not count: everything would answer everything.

An effect reaches it where it could work in the model: a stock, reserve, substitute or spare capacity if the supply
of the same good or product is hit; buying elsewhere if also one of the origins left is among those hit; hardening
if an event takes capacity at home from the same; faster repair likewise, or if the same passage closes; a
bypass if the passage closes; a takeover if the service is hit; a buffer if its facility needs another facility or
a home industry that is hit.

Without ``through`` this sees what is written, as ``kaname check`` does; the register adds the network's routes.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Literal

from kaname.pack.figures import share
from kaname.pack.measures import (
    BufferEffect,
    BypassEffect,
    DiversifyEffect,
    Effect,
    HardenEffect,
    ReleaseEffect,
    RepairEffect,
    SpareEffect,
    StockEffect,
    SubstituteEffect,
    TakeoverEffect,
)
from kaname.pack.model import Good, Industry, Pack
from kaname.pack.scenarios import (
    CapacityEvent,
    DemandEvent,
    Event,
    LimitEvent,
    PassageEvent,
    RebuildEvent,
    Scenario,
    StockEvent,
    TradeEvent,
)

Origins = frozenset[str] | None
"""Countries whose supply is hit; ``None`` = any."""
NOWHERE: Origins = frozenset()
Through = Mapping[str, Mapping[str, Collection[str]]]
"""Passage -> good or industry -> countries from which home gets it by that passage."""
GATED = 0.1
"""A good of which less than this share goes by sea (by air) is not counted among what a port (an airport) stops."""


@dataclass
class _Draft:
    """A ``Hit`` while it is put together."""

    supply: dict[str, Origins] = field(default_factory=dict)
    weakened: set[str] = field(default_factory=set)
    facilities: set[str] = field(default_factory=set)
    services: set[str] = field(default_factory=set)
    passages: set[str] = field(default_factory=set)

    def short(self, names: Collection[str], origins: Origins) -> None:
        """The supply of goods or products from ``origins`` is hit."""
        for name in names:
            before = self.supply.get(name, NOWHERE)
            self.supply[name] = None if before is None or origins is None else before | origins


@dataclass(frozen=True)
class Hit:
    """What goes wrong, by name.

    ``supply``: goods and industries (their products) that come short, and from which origins; ``weakened``:
    home industries that an event takes capacity from; ``facilities``, ``services``, ``passages``.
    """

    supply: Mapping[str, Origins]
    weakened: frozenset[str] = frozenset()
    facilities: frozenset[str] = frozenset()
    services: frozenset[str] = frozenset()
    passages: frozenset[str] = frozenset()


@dataclass(frozen=True, order=True)
class Answer:
    """Measure ``measure`` answers ``subject`` (a scenario or a good): it says so, or an effect reaches it."""

    subject: str
    measure: str
    how: Literal["listed", "effect"]
    effects: tuple[str, ...] = ()
    """Kinds of the effects that reach it."""


def facilities_of(pack: Pack, services: Collection[str], areas: Collection[str] = ()) -> tuple[str, ...]:
    """Facilities of some services, within some areas if any are given (an intertie is in both its areas)."""
    return tuple(
        facility.id
        for facility in pack.facilities
        if facility.service in services
        and (not areas or facility.area in areas or any(end in areas for end in facility.joins or ()))
    )


def hit_by(pack: Pack, scenario: Scenario, through: Through | None = None) -> Hit:
    """What ``scenario`` hits, by the rule above."""
    draft = _Draft()
    for event in scenario.events:
        _name(pack, event, draft)
    _pass(pack, draft, through or {})
    kinds = {f.id: f.service for f in pack.facilities}
    draft.services |= {kinds[f] for f in draft.facilities if f in kinds}
    for good in pack.goods:
        if good.parent in draft.supply:
            draft.short((good.id,), draft.supply[good.parent])
    for gate in {s.gate for s in pack.services if s.gate and s.id in draft.services}:
        draft.short(_shipped(pack, gate), None)
    return Hit(
        draft.supply,
        frozenset(draft.weakened),
        frozenset(draft.facilities),
        frozenset(draft.services),
        frozenset(draft.passages),
    )


def weak_supply(good: str, origin: str) -> Hit:
    """The supply of ``good`` from ``origin`` is hit: a vulnerability."""
    return Hit({good: frozenset({origin})})


def reaches(pack: Pack, effect: Effect, hit: Hit) -> bool:  # noqa: PLR0911 - one line an effect
    """Whether ``effect`` could work against ``hit``."""
    match effect:
        case StockEffect() | SubstituteEffect():
            return any(name in hit.supply for name in (*effect.goods, *effect.industries))
        case ReleaseEffect():
            return any(good in hit.supply for good in effect.goods)
        case DiversifyEffect():
            return any(_left(hit.supply.get(good, NOWHERE), effect.away_from) for good in effect.goods)
        case SpareEffect():
            same = {f.service for f in pack.facilities if f.id in effect.facilities}
            supplied = any(name in hit.supply for name in (*effect.goods, *effect.industries))
            return supplied or not same.isdisjoint(hit.services)
        case HardenEffect() | RepairEffect():
            passages = effect.passages if isinstance(effect, RepairEffect) else ()
            return (
                not hit.weakened.isdisjoint(effect.industries)
                or not hit.facilities.isdisjoint(effect.facilities)
                or not hit.facilities.isdisjoint(facilities_of(pack, effect.services))
                or not hit.services.isdisjoint(effect.services)
                or not hit.passages.isdisjoint(passages)
            )
        case BypassEffect():
            return not hit.passages.isdisjoint(effect.passages)
        case TakeoverEffect():
            return not hit.services.isdisjoint(effect.services)
        case BufferEffect():
            held = {*effect.facilities, *facilities_of(pack, effect.services)}
            needs = {need.of for f in pack.facilities if f.id in held for need in f.needs}
            return not needs.isdisjoint(hit.facilities | hit.weakened)


def answers(pack: Pack, through: Through | None = None) -> tuple[Answer, ...]:
    """Every measure that answers a scenario of the pack, in order of scenario and measure."""
    found = []
    for scenario in pack.scenarios:
        hit = hit_by(pack, scenario, through)
        for measure in pack.measures:
            kinds = tuple(dict.fromkeys(e.kind for e in measure.effects if reaches(pack, e, hit)))
            if scenario.id in measure.answers:
                found.append(Answer(scenario.id, measure.id, "listed", kinds))
            elif kinds:
                found.append(Answer(scenario.id, measure.id, "effect", kinds))
    return tuple(found)


def answers_to_supply(pack: Pack, good: str, origin: str) -> tuple[Answer, ...]:
    """The measures with an effect that helps when the supply of ``good`` from ``origin`` stops."""
    hit = weak_supply(good, origin)
    kinds = {
        m.id: tuple(dict.fromkeys(e.kind for e in m.effects if reaches(pack, e, hit))) for m in pack.measures
    }
    return tuple(Answer(good, measure, "effect", found) for measure, found in kinds.items() if found)


def _left(hit: Origins, away_from: Collection[str]) -> bool:
    return hit is None or not hit.isdisjoint(away_from)


def _shipped(pack: Pack, gate: Literal["sea", "air"] | None = None) -> tuple[str, ...]:
    """Goods and products that cross borders as cargo; with ``gate``, those of which a part worth naming goes that
    way. What does not sail flies; what the pack tells no share of sails."""

    def goes(part: Good | Industry) -> bool:
        sea = share(part.sea, 1.0)
        return gate is None or (sea if gate == "sea" else 1 - sea) >= GATED

    products = tuple(i.id for i in pack.industries if i.kind == "good" and goes(i))
    return products + tuple(g.id for g in pack.goods if goes(g))


def _name(pack: Pack, event: Event, draft: _Draft) -> None:
    """What an event names."""
    match event:
        case CapacityEvent():
            where = frozenset(event.countries or (pack.home,))
            draft.short((*event.goods, *event.industries), where)
            if pack.home in where:
                draft.weakened |= set(event.industries)
            draft.facilities |= {*event.facilities, *facilities_of(pack, event.services, event.areas)}
            draft.services |= set(event.services)
        case PassageEvent():
            draft.passages |= set(event.passages)
        case TradeEvent():
            _trade(pack, event, draft)
        case LimitEvent():
            draft.passages |= set(event.passages)
            if event.origins or event.destinations or event.goods or event.industries:
                _trade(pack, event, draft)
        case RebuildEvent():
            if not event.countries or pack.home in event.countries:
                draft.short([work.industry for work in event.work], None)
        case DemandEvent():
            home = not event.countries or pack.home in event.countries
            if home and (event.change.value or 0.0) > 0:
                draft.short(event.industries, None)
                draft.services |= set(event.services)
        case StockEvent():
            draft.short((*event.goods, *event.industries), None)


def _trade(pack: Pack, event: TradeEvent | LimitEvent, draft: _Draft) -> None:
    if event.destinations and pack.home not in event.destinations:
        return
    names = (*event.goods, *event.industries) or _shipped(pack)
    draft.short(names, frozenset(event.origins) if event.origins else None)


def _pass(pack: Pack, draft: _Draft, through: Through) -> None:
    """What comes through the passages that are hit."""
    for passage in pack.passages:
        if passage.id not in draft.passages:
            continue
        for bypass in passage.bypasses:
            draft.short(bypass.goods, frozenset({bypass.origin}))
        for exposure in passage.exposures:
            draft.short(exposure.industries, None)
        for name, origins in through.get(passage.id, {}).items():
            draft.short((name,), frozenset(origins))
