"""Whether everything that a pack points at is there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from kaname.errors import Problem
from kaname.pack.draft import LISTS, Draft, Site, declared, sites
from kaname.pack.faults import suggestion
from kaname.pack.model import Facility
from kaname.straits import NAMES

COUNTRIES: Final = "countries"
_COUNTRY: Final = re.compile(r"^[A-Z]{3}$")

TARGETS: Final[Mapping[str, tuple[str, ...]]] = {
    "Figure.source": ("sources",),
    "Law.source": ("sources",),
    "Column.source": ("sources",),
    "Infrastructure.industries": ("industries",),
    "Infrastructure.digest": ("digest",),
    "Split.industries": ("industries",),
    "Fuel.good": ("goods",),
    "Fuel.terminals": ("services",),
    "Fuel.industry": ("industries",),
    "Split.service": ("services",),
    "GoodUser.industry": ("industries",),
    "Origin.country": (COUNTRIES,),
    "Good.parent": ("industries",),
    "Good.digest": ("digest",),
    "ServiceUser.industry": ("industries",),
    "Service.infrastructure": ("infrastructures",),
    "Service.digest": ("digest",),
    "Need.of": ("facilities", "industries"),
    "Facility.service": ("services",),
    "Facility.area": ("areas",),
    "Facility.joins": ("areas",),
    "Bypass.origin": (COUNTRIES,),
    "Bypass.goods": ("goods",),
    "Exposure.industries": ("industries",),
    "Scenario.digest": ("digest",),
    "Scenario.infrastructures": ("infrastructures",),
    "Rest.of": ("facilities", "industries", "goods", "assets"),
    "Asset.area": ("areas",),
    "Asset.evidence": ("sources",),
    "Capability.assets": ("facilities", "assets", "industries", "goods", "missions"),
    "Capability.service": ("services",),
    "Mission.digest": ("digest",),
    "Mission.infrastructures": ("infrastructures",),
    "Risk.digest": ("digest",),
    "Risk.scenarios": ("scenarios",),
    "Chapter.scenario": ("scenarios",),
    "Storyline.digest": ("digest",),
    "Struck.area": ("areas",),
    "Scenario.evidence": ("sources",),
    "CapacityEvent.industries": ("industries",),
    "CapacityEvent.countries": (COUNTRIES,),
    "CapacityEvent.goods": ("goods",),
    "CapacityEvent.facilities": ("facilities",),
    "CapacityEvent.services": ("services",),
    "CapacityEvent.areas": ("areas",),
    "PassageEvent.passages": ("passages",),
    "TradeEvent.origins": (COUNTRIES,),
    "TradeEvent.destinations": (COUNTRIES,),
    "TradeEvent.goods": ("goods",),
    "TradeEvent.industries": ("industries",),
    "LimitEvent.passages": ("passages",),
    "LimitEvent.origins": (COUNTRIES,),
    "LimitEvent.destinations": (COUNTRIES,),
    "LimitEvent.goods": ("goods",),
    "LimitEvent.industries": ("industries",),
    "Limit.passages": ("passages",),
    "Limit.origins": (COUNTRIES,),
    "Limit.destinations": (COUNTRIES,),
    "Limit.goods": ("goods",),
    "Limit.industries": ("industries",),
    "Priority.industries": ("industries",),
    "Priority.services": ("services",),
    "Priority.source": ("sources",),
    "Work.industry": ("industries",),
    "RebuildEvent.countries": (COUNTRIES,),
    "DemandEvent.industries": ("industries",),
    "DemandEvent.countries": (COUNTRIES,),
    "DemandEvent.services": ("services",),
    "StockEvent.goods": ("goods",),
    "StockEvent.industries": ("industries",),
    "StockEffect.goods": ("goods",),
    "StockEffect.industries": ("industries",),
    "ReleaseEffect.goods": ("goods",),
    "SubstituteEffect.goods": ("goods",),
    "SubstituteEffect.industries": ("industries",),
    "DiversifyEffect.goods": ("goods",),
    "DiversifyEffect.away_from": (COUNTRIES,),
    "SpareEffect.industries": ("industries",),
    "SpareEffect.facilities": ("facilities",),
    "SpareEffect.goods": ("goods",),
    "HardenEffect.industries": ("industries",),
    "HardenEffect.facilities": ("facilities",),
    "HardenEffect.services": ("services",),
    "RepairEffect.industries": ("industries",),
    "RepairEffect.facilities": ("facilities",),
    "RepairEffect.services": ("services",),
    "RepairEffect.passages": ("passages",),
    "BypassEffect.passages": ("passages",),
    "TakeoverEffect.services": ("services",),
    "BufferEffect.facilities": ("facilities",),
    "BufferEffect.services": ("services",),
    "Measure.digest": ("digest",),
    "Measure.owner": ("owners",),
    "Measure.deadline_source": ("sources",),
    "Measure.status_source": ("sources",),
    "Measure.legal_basis": ("laws",),
    "Measure.answers": ("scenarios",),
    "Measure.judged": ("scenarios",),
    "Cite.law": ("laws",),
    "Condition.param": ("legal_values",),
    "Condition.list": ("legal_lists",),
    "Dated.same_as": ("legal_values",),
    "Rule.authority": ("owners",),
    "Expectation.fires": ("rules",),
    "Expectation.missing": ("facts",),
    "Expectation.coming": ("rules",),
    "Expectation.advice": ("rules",),
    "LawCover.law": ("laws",),
    "LawCover.infrastructures": ("infrastructures",),
    "Evidence.source": ("sources",),
    "Rival.country": (COUNTRIES,),
    "Strategy.source": ("sources",),
    "Strength.digest": ("digest",),
    "Strength.infrastructure": ("infrastructures",),
    "Strength.technologies": ("technologies",),
    "Strength.measures": ("measures",),
    "Strength.owner": ("owners",),
    "Technology.digest": ("digest",),
    "Technology.source": ("sources",),
    "Technology.industries": ("industries",),
    "Technology.within": ("technologies",),
    "Investment.country": (COUNTRIES,),
    "Investment.technologies": ("technologies",),
    "AreaShare.area": ("areas",),
    "DemandUse.digest": ("digest",),
    "UsePath.use": ("demand_uses",),
    "Outlook.digest": ("digest",),
    "Capacity.fuel": ("fuels",),
    "TieUpgrade.facility": ("facilities",),
    "WinterWeek.areas": ("areas",),
    "PublishedOutlook.source": ("sources",),
    "PublishedOutlook.use": ("demand_uses",),
    "PublishedOutlook.area": ("areas",),
    "EmploymentGroup.industries": ("industries",),
    "RepairWork.services": ("services",),
    "RepairWork.industries": ("industries",),
    "RepairWork.facilities": ("facilities",),
    "SupplyNeed.of": ("supplies",),
    "Supply.stands_for": ("services",),
}
"""Field by field, the lists of the pack one of which must hold the id; ``countries`` is the pattern of ISO 3166-1."""

SINGULAR: Final[Mapping[str, str]] = {
    "sources": "source",
    "digest": "digest item",
    "owners": "owner",
    "laws": "law",
    "infrastructures": "strategic infrastructure industry",
    "industries": "industry",
    "areas": "area",
    "tables": "table",
    "splits": "split",
    "fuels": "fuel",
    "goods": "good",
    "products": "product",
    "services": "service",
    "facilities": "facility",
    "passages": "passage",
    "limits": "limit",
    "priorities": "priority class",
    "parameters": "parameter",
    "assets": "asset",
    "missions": "mission",
    "scenarios": "scenario",
    "storylines": "storyline",
    "supplies": "supply",
    "repair_works": "repair work",
    "risks": "risk",
    "measures": "measure",
    "kinds": "kind of case",
    "facts": "fact",
    "legal_values": "legal value",
    "legal_lists": "legal list",
    "rules": "rule",
    "contradictions": "contradiction",
    "examples": "example",
    "signatures": "signature",
    "law_covers": "cover of a law",
    "technologies": "technology",
    "strengths": "strength",
    "investments": "investment",
    "demand_uses": "use of electricity",
    "outlooks": "outlook",
    "supply_cases": "supply case",
    "winter_weeks": "winter week",
    "published_outlooks": "published outlook",
    "employment": "group of workers",
}


def duplicates(draft: Draft) -> Iterator[Problem]:
    """Ids used twice in one list, and facilities called like an industry (``needs`` could mean either)."""
    for name in LISTS:
        first: dict[str, int] = {}
        for index, part in enumerate(getattr(draft.pack, name)):
            if part.id in first:
                before = draft.places.place((name, first[part.id], "id"))
                message = (
                    f"{SINGULAR[name]} {part.id!r} is defined twice (first at {before.file}:{before.line})"
                )
                yield draft.places.problem(message, (name, index, "id"))
            else:
                first[part.id] = index
    industries = draft.ids("industries")
    for index, facility in enumerate(draft.pack.facilities):
        if facility.id in industries:
            message = f"facility {facility.id!r} has the id of an industry"
            yield draft.places.problem(message, ("facilities", index, "id"))


def dangling(draft: Draft) -> Iterator[Problem]:
    """Ids that no entry of the pack has."""
    known = {name: draft.ids(name) for name in LISTS}
    for site in sites(draft.pack):
        targets = TARGETS.get(declared(type(site.holder), site.name))
        if targets is None or site.value is None:
            continue
        many = isinstance(site.value, tuple)
        for index, wanted in enumerate(site.value if isinstance(site.value, tuple) else (site.value,)):
            message = _missing(str(wanted), targets, known, draft.doubtful_ids)
            if message:
                yield draft.places.problem(message, (*site.path, index) if many else site.path)
        if isinstance(site.value, tuple) and site.name != "joins":
            yield from _repeated(draft, site, site.value)


def _repeated(draft: Draft, site: Site, wanted: tuple[object, ...]) -> Iterator[Problem]:
    for index, one in enumerate(wanted):
        if one in wanted[:index]:
            yield draft.places.problem(f"{one!r} is listed twice", (*site.path, index))


def _missing(
    wanted: str, targets: tuple[str, ...], known: Mapping[str, frozenset[str]], doubtful: frozenset[str]
) -> str:
    """What to say of an id that is not there; nothing if it is."""
    if targets == (COUNTRIES,):
        fits = _COUNTRY.match(wanted)
        return "" if fits else f"{wanted!r} is not a country (three capital letters, ISO 3166-1 alpha-3)"
    ids = frozenset().union(*(known[name] for name in targets))
    if wanted in ids or wanted in doubtful:
        return ""
    return f"no {' or '.join(SINGULAR[name] for name in targets)} {wanted!r}" + suggestion(wanted, ids)


ESSENTIAL: Final = 0.5
"""An industry waits for a service, in a circle of needs, where this share or more of it stops without."""


def loops(draft: Draft) -> Iterator[Problem]:
    """Facilities that need each other with no buffer between, directly or through the industries that their services
    serve (power needs gas needs power): none could ever start."""
    bare = {f.id: [n.of for n in f.needs if _stops_at_once(f, n.of)] for f in draft.pack.facilities}
    for service in draft.pack.services:
        makers = [f.id for f in draft.pack.facilities if f.service == service.id]
        for user in service.users:
            if (user.weight.value or 0.0) and user.weight.to("1") >= ESSENTIAL:
                bare.setdefault(user.industry, []).extend(makers)
    index = {facility.id: place for place, facility in enumerate(draft.pack.facilities)}
    told: set[frozenset[str]] = set()
    for start, place in index.items():
        ring = _ring(start, bare)
        if ring and frozenset(ring) not in told:
            told.add(frozenset(ring))
            message = f"needs go in a circle without a buffer: {' -> '.join((*ring, ring[0]))}"
            yield draft.places.problem(message, ("facilities", place, "needs"))


def _stops_at_once(facility: Facility, of: str) -> bool:
    return any(
        need.of == of and not need.buffer.value and (need.weight.value is None or need.weight.value > 0)
        for need in facility.needs
    )


def _ring(start: str, graph: Mapping[str, list[str]]) -> tuple[str, ...]:
    """A shortest way from ``start`` back to itself, or nothing."""
    ways: list[tuple[str, ...]] = [(start,)]
    seen: set[str] = set()
    for way in ways:
        for following in graph.get(way[-1], ()):
            if following == start:
                return way
            if following in graph and following not in seen:
                seen.add(following)
                ways.append((*way, following))
    return ()


def structure(draft: Draft) -> Iterator[Problem]:
    """Areas, interties and gates that cannot be as written."""
    yield from _prefectures(draft)
    yield from _interties(draft)
    yield from _gates(draft)
    yield from _routes(draft)
    yield from _aimless(draft)


def _prefectures(draft: Draft) -> Iterator[Problem]:
    first: dict[str, str] = {}
    for index, area in enumerate(draft.pack.areas):
        for place, code in enumerate(area.prefectures):
            path = ("areas", index, "prefectures", place)
            if not re.fullmatch(r"\d\d", code):
                yield draft.places.problem(f"{code!r} is not the two-digit code of a prefecture", path)
            elif code in first:
                message = f"prefecture {code} is already in area {first[code]!r}"
                yield draft.places.problem(message, path)
            first.setdefault(code, area.id)


def _interties(draft: Draft) -> Iterator[Problem]:
    """Interties that join nothing, and facilities in no area of a pack that has areas."""
    for index, facility in enumerate(draft.pack.facilities):
        tie = facility.kind == "intertie"
        if tie and facility.joins is None:
            message = f"intertie {facility.id!r} does not say which areas it joins (field 'joins')"
            yield draft.places.problem(message, ("facilities", index))
        elif facility.joins is not None and facility.joins[0] == facility.joins[1]:
            message = f"intertie {facility.id!r} joins {facility.joins[0]!r} to itself"
            yield draft.places.problem(message, ("facilities", index, "joins"))
        if facility.area is None and draft.pack.areas:
            message = f"facility {facility.id!r} stands in no area (field 'area')"
            yield draft.places.problem(message, ("facilities", index))


def _routes(draft: Draft) -> Iterator[Problem]:
    for index, passage in enumerate(draft.pack.passages):
        if passage.route is not None and passage.route not in NAMES:
            message = f"no sea route knows passage {passage.route!r}" + suggestion(passage.route, NAMES)
            yield draft.places.problem(message, ("passages", index, "route"))


def _gates(draft: Draft) -> Iterator[Problem]:
    """One service is the gate of the sea, one of the air: two would count the same trade twice."""
    first: dict[str, str] = {}
    served = {facility.service for facility in draft.pack.facilities}
    for index, service in enumerate(draft.pack.services):
        if service.gate is None:
            continue
        path = ("services", index, "gate")
        if service.gate in first:
            message = f"{first[service.gate]!r} is already the {service.gate} gate"
            yield draft.places.problem(message, path)
        first.setdefault(service.gate, service.id)
        if draft.whole and service.id not in served:
            yield draft.places.problem(f"the {service.gate} gate {service.id!r} has no facility", path)


AIMS: Final[Mapping[str, tuple[str, ...]]] = {
    "CapacityEvent": ("industries", "goods", "facilities", "services"),
    "TradeEvent": ("origins", "destinations"),
    "LimitEvent": ("passages", "origins", "destinations", "goods", "industries"),
    "DemandEvent": ("industries", "services"),
    "StockEvent": ("goods", "industries"),
    "StockEffect": ("goods", "industries"),
    "SubstituteEffect": ("goods", "industries"),
    "SpareEffect": ("industries", "facilities", "goods"),
    "HardenEffect": ("industries", "facilities", "services"),
    "RepairEffect": ("industries", "facilities", "services", "passages"),
    "BufferEffect": ("facilities", "services"),
}
"""Events and effects that would act on nothing if all of these were empty."""


def _aimless(draft: Draft) -> Iterator[Problem]:
    for index, limit in enumerate(draft.pack.limits):
        if not any(getattr(limit, aim) for aim in AIMS["LimitEvent"]):
            message = f"limit {limit.id!r} is on nothing: give {' or '.join(AIMS['LimitEvent'])}"
            yield draft.places.problem(message, ("limits", index))
    for name, inner in (("scenarios", "events"), ("measures", "effects")):
        for index, part in enumerate(getattr(draft.pack, name)):
            for place, one in enumerate(getattr(part, inner)):
                aims = AIMS.get(type(one).__name__, ())
                if aims and not any(getattr(one, aim) for aim in aims):
                    message = f"{inner[:-1]} of kind {one.kind!r} acts on nothing: give {' or '.join(aims)}"
                    yield draft.places.problem(message, (name, index, inner, place))
