"""Whether the figures and dates of a pack can be what their fields say."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from kaname.errors import Problem
from kaname.pack.document import Path
from kaname.pack.draft import Draft, declared, sites
from kaname.pack.figures import Confidence, Figure
from kaname.pack.scenarios import RebuildEvent, Recovery
from kaname.units import DIMENSIONS, UNITS, convert


@dataclass(frozen=True, slots=True)
class Span:
    """What a figure may be: its dimensions (none = any), and the bounds of its value in ``unit``."""

    dimensions: tuple[str, ...]
    unit: str = ""
    lowest: float = -math.inf
    highest: float = math.inf
    above: bool = False
    """Whether ``lowest`` itself is too low."""


SHARE: Final = Span(("share",), "1", 0, 1)
RATIO: Final = Span(("share",), "1", 0)
CHANGE: Final = Span(("share",), "1", -1)
SPELL: Final = Span(("time",), "day", 0, above=True)
STOCK: Final = Span(("time",), "day", 0)
CARRIED: Final = Span(("share", "money a day"), "", 0)
ANY: Final = Span(())
POSITIVE: Final = Span((), "", 0)

SPANS: Final[Mapping[str, Span]] = {
    "Industry.stock": STOCK,
    "Industry.critical_from": SHARE,
    "Industry.weight": SHARE,
    "Industry.substitution": SHARE,
    "Industry.sea": SHARE,
    "Area.frequency": POSITIVE,
    "RepairWork.crews": POSITIVE,
    "SupplyNeed.count": POSITIVE,
    "Supply.count": POSITIVE,
    "Fuel.availability": RATIO,
    "Split.unlisted": SHARE,
    "Split.spread": SHARE,
    "GoodUser.weight": SHARE,
    "GoodUser.share": SHARE,
    "GoodUser.buffer": STOCK,
    "Origin.share": SHARE,
    "Substitute.share": SHARE,
    "Substitute.delay": STOCK,
    "Good.stock": STOCK,
    "Good.reserve": STOCK,
    "Good.domestic": SHARE,
    "Good.substitution": SHARE,
    "Good.sea": SHARE,
    "ServiceUser.weight": SHARE,
    "Service.takeover": SHARE,
    "Need.weight": SHARE,
    "Need.buffer": STOCK,
    "Facility.share": SHARE,
    "Facility.capacity": POSITIVE,
    "Facility.back": POSITIVE,
    "Facility.containers": SHARE,
    "Facility.transshipped": SHARE,
    "Facility.repair": SPELL,
    "Bypass.share": SHARE,
    "Exposure.share": SHARE,
    "Passage.transits": POSITIVE,
    "Parameter.figure": ANY,
    "Rest.buffer": STOCK,
    "Asset.switch_over": STOCK,
    "Asset.capacity": POSITIVE,
    "Capability.keep": SHARE,
    "Struck.intensity": SHARE,
    "Quake.magnitude": Span(("energy of a magnitude",), "Mw", 0, 10),
    "Quake.depth": Span(("distance",), "km", 0),
    "Recovery.duration": STOCK,
    "_Event.duration": SPELL,
    "CapacityEvent.loss": SHARE,
    "PassageEvent.loss": SHARE,
    "TradeEvent.loss": SHARE,
    "DemandEvent.change": CHANGE,
    "StockEvent.loss": SHARE,
    "LimitEvent.most": CARRIED,
    "Limit.most": CARRIED,
    "RebuildEvent.damage": Span(("money", "money (yen)"), "", 0),
    "Work.share": SHARE,
    "StockEffect.days": SPELL,
    "ReleaseEffect.days": SPELL,
    "ReleaseEffect.after": STOCK,
    "ReleaseEffect.rate": SHARE,
    "SubstituteEffect.share": SHARE,
    "DiversifyEffect.share": SHARE,
    "SpareEffect.share": RATIO,
    "HardenEffect.share": SHARE,
    "RepairEffect.share": SHARE,
    "RepairEffect.after": STOCK,
    "BypassEffect.share": SHARE,
    "BypassEffect.after": STOCK,
    "TakeoverEffect.share": SHARE,
    "BufferEffect.days": SPELL,
    "Measure.cost": Span(("money", "money (yen)"), "", 0),
    "Strength.share": SHARE,
    "Rival.share": SHARE,
    "Investment.amount": Span(("money", "money (yen)"), "", 0),
    "Investment.yen": Span(("money (yen)",), "", 0),
    "AreaShare.share": SHARE,
    "DemandUse.base": SHARE,
    "DemandUse.winter": RATIO,
    "UsePath.activity": RATIO,
    "UsePath.total": Span(("energy",), "TWh", 0),
    "UsePath.saving": SHARE,
    "Capacity.total": Span(("power",), "MW", 0),
    "TieUpgrade.capacity": Span(("power",), "MW", 0),
    "TieUpgrade.back": Span(("power",), "MW", 0),
    "Storage.power": Span(("power",), "MW", 0),
    "Storage.hours": Span(("time",), "hour", 0, above=True),
    "WinterWeek.load": Span(("share",), "1", 0, above=True),
    "WinterWeek.wind": SHARE,
    "WinterWeek.sun": RATIO,
    "PublishedOutlook.figure": ANY,
    "EmploymentGroup.persons": Span(("people",), "person", 0),
}
"""What every figure of the schemas may be."""

SLACK: Final = 1e-9
"""By how much a sum of shares may miss 1 for rounding."""


def figures(draft: Draft) -> Iterator[Problem]:
    """Units of another dimension than the field's, values and ranges outside what the field can be."""
    for site in sites(draft.pack):
        if not isinstance(site.value, Figure):
            continue
        span = SPANS.get(declared(type(site.holder), site.name), ANY)
        figure = site.value
        if span.dimensions and UNITS[figure.unit] not in span.dimensions:
            units = ", ".join(unit for name in span.dimensions for unit in DIMENSIONS[name])
            message = f"{site.name!r} cannot be in {figure.unit!r}, expected one of {units}"
            yield draft.places.problem(message, (*site.path, "unit"))
            continue
        for name in ("value", "low", "high"):
            value = getattr(figure, name)
            if value is not None:
                message = _outside(site.name, value, figure.unit, span)
                if message:
                    yield draft.places.problem(message, (*site.path, name))
    yield from _recoveries(draft)
    yield from _limits(draft)


def _outside(name: str, value: float, unit: str, span: Span) -> str:
    """Why a value cannot be, or nothing."""
    if not math.isfinite(value):
        return f"{name!r} is not a finite number"
    there = convert(value, unit, span.unit) if span.unit else value
    written = f"{value:g} {unit}" if unit != "1" else f"{value:g}"
    if there < 0 <= span.lowest:
        return f"{name!r} is negative: {written}"
    if there < span.lowest or (span.above and there == span.lowest):
        bound = "more than" if span.above else "at least"
        return f"{name!r} must be {bound} {span.lowest:g}, not {written}"
    if there > span.highest + SLACK:
        return f"{name!r} must be at most {span.highest:g}, not {written}"
    return ""


def _recoveries(draft: Draft) -> Iterator[Problem]:
    """A recovery that is not a step takes time."""
    for site in sites(draft.pack):
        recovery = site.value
        if isinstance(recovery, Recovery) and recovery.shape != "step" and recovery.duration.value == 0:
            message = f"a {recovery.shape} recovery needs a duration of more than 0"
            yield draft.places.problem(message, (*site.path, "duration", "value"))


def _limits(draft: Draft) -> Iterator[Problem]:
    """What stands at all times bears what is usual."""
    for index, limit in enumerate(draft.pack.limits):
        most = limit.most
        if most.known and UNITS[most.unit] == "share" and most.to("1") < 1:
            message = f"'most' must be at least 1, the usual flow, not {most.to('1'):g}"
            yield draft.places.problem(message, ("limits", index, "most", "value"))


def _rebuilding(draft: Draft) -> Iterator[Problem]:
    """Work that sums to more than the damage; damage in yen without a rate."""
    for index, scenario in enumerate(draft.pack.scenarios):
        for place, event in enumerate(scenario.events):
            if not isinstance(event, RebuildEvent):
                continue
            at: Path = ("scenarios", index, "events", place)
            shares = [((*at, "work", i, "share"), work.share) for i, work in enumerate(event.work)]
            yield from _over(draft, "shares of the work", shares)
            yield from _twice(
                draft, "industry", [((*at, "work", i), work.industry) for i, work in enumerate(event.work)]
            )
            rate = "yen-per-usd" in draft.ids("parameters")
            if UNITS[event.damage.unit] == "money (yen)" and not rate:
                message = "damage in yen needs the parameter 'yen-per-usd'"
                yield draft.places.problem(message, (*at, "damage", "unit"))


def _priorities(draft: Draft) -> Iterator[Problem]:
    """Nobody is in two classes."""
    for name in ("industries", "services"):
        named = [
            (("priorities", index, name, place), one)
            for index, priority in enumerate(draft.pack.priorities)
            for place, one in enumerate(getattr(priority, name))
        ]
        yield from _twice(draft, name, named)


def sums(draft: Draft) -> Iterator[Problem]:
    """Shares of one whole that come to more than 1, and what is named twice."""
    pack = draft.pack
    yield from _rebuilding(draft)
    yield from _priorities(draft)
    by_service: dict[str, list[tuple[Path, Figure]]] = defaultdict(list)
    for index, facility in enumerate(pack.facilities):
        by_service[facility.service].append((("facilities", index, "share"), facility.share))
    for service, shares in by_service.items():
        yield from _over(draft, f"shares of the facilities of service {service!r}", shares)
    for index, good in enumerate(pack.goods):
        at: Path = ("goods", index)
        origins = [((*at, "origins", i, "share"), origin.share) for i, origin in enumerate(good.origins)]
        yield from _over(draft, f"shares of the origins of good {good.id!r}", origins)
        users = [((*at, "users", i, "share"), u.share) for i, u in enumerate(good.users) if u.share]
        yield from _over(draft, f"shares of the users of good {good.id!r}", users)
        yield from _twice(
            draft, "origin", [((*at, "origins", i), o.country) for i, o in enumerate(good.origins)]
        )
        yield from _twice(draft, "user", [((*at, "users", i), u.industry) for i, u in enumerate(good.users)])
    for index, industry in enumerate(pack.industries):
        others = [
            (("industries", index, "exceptions", i), u.industry) for i, u in enumerate(industry.exceptions)
        ]
        yield from _twice(draft, "exception", others)
    for index, using in enumerate(pack.services):
        named = [(("services", index, "users", i), user.industry) for i, user in enumerate(using.users)]
        yield from _twice(draft, "user", named)
    for index, strength in enumerate(pack.strengths):
        parts: list[tuple[Path, Figure]] = [
            (("strengths", index, "rivals", i, "share"), rival.share)
            for i, rival in enumerate(strength.rivals)
            if rival.share
        ]
        if strength.share:
            parts.append((("strengths", index, "share"), strength.share))
        yield from _over(draft, f"shares of home and rivals of strength {strength.id!r}", parts)
    for index, investment in enumerate(pack.investments):
        if investment.first and investment.last and investment.first > investment.last:
            message = f"the first year {investment.first} comes after the last, {investment.last}"
            yield draft.places.problem(message, ("investments", index, "first"))


def _over(draft: Draft, what: str, shares: list[tuple[Path, Figure]]) -> Iterator[Problem]:
    """A problem at the last of the shares if they sum to more than 1."""
    known = [(path, f.to("1")) for path, f in shares if f.known and UNITS[f.unit] == "share"]
    total = math.fsum(value for _, value in known)
    if total > 1 + SLACK:
        yield draft.places.problem(f"{what} sum to {total:.6g}, more than 1", known[-1][0])


def _twice(draft: Draft, what: str, named: Iterable[tuple[Path, str]]) -> Iterator[Problem]:
    seen: set[str] = set()
    for path, name in named:
        if name in seen:
            yield draft.places.problem(f"{what} {name!r} is listed twice", path)
        seen.add(name)


_WHOLE: Final = re.compile(r"^\d{4}-\d{2}-\d{2}$")
_DAY: Final = re.compile(r"\d{4}-\d{1,2}-\d{1,2}")
_PART: Final = re.compile(r"^\d{4}(-\d{2}(-\d{2})?)?$")


def dates(draft: Draft) -> Iterator[Problem]:
    """Dates that are none.

    A designation may be known to the year or month only; a law may come into force in stages, told in words, in
    which every day must be one of the calendar.
    """
    asof = getattr(draft.pack, "asof", None)
    if asof is not None and not _is_date(asof, _WHOLE):
        yield draft.places.problem(f"{asof!r} is not a date (YYYY-MM-DD)", ("asof",))
    for index, law in enumerate(draft.pack.laws):
        for day in _DAY.findall(law.in_force or ""):
            if not _is_date(day, _WHOLE):
                yield draft.places.problem(f"{day!r} is not a date (YYYY-MM-DD)", ("laws", index, "in_force"))
    for index, good in enumerate(draft.pack.goods):
        if good.designated is not None and not _is_date(good.designated, _PART):
            message = f"{good.designated!r} is not a date (YYYY, YYYY-MM or YYYY-MM-DD)"
            yield draft.places.problem(message, ("goods", index, "designated"))
    yield from _deadlines(draft)
    yield from _reviews(draft)


def _deadlines(draft: Draft) -> Iterator[Problem]:
    """A bare number would be taken for seconds since 1970 by the schema: only a date written as one will do."""
    for index, measure in enumerate(draft.pack.measures):
        if measure.deadline is None:
            continue
        written = draft.places.lists["measures"][index].node.plain().get("deadline")
        if written is not None and not _is_date(str(written).strip(), _WHOLE):
            message = f"{written!r} is not a date (YYYY-MM-DD)"
            yield draft.places.problem(message, ("measures", index, "deadline"))


def _reviews(draft: Draft) -> Iterator[Problem]:
    """As with deadlines."""
    for index, entry in enumerate(draft.places.lists["strengths"]):
        written = entry.node.plain().get("review")
        if written is not None and not _is_date(str(written).strip(), _WHOLE):
            message = f"{written!r} is not a date (YYYY-MM-DD)"
            yield draft.places.problem(message, ("strengths", index, "review"))


def _is_date(text: str, form: re.Pattern[str]) -> bool:
    if not form.match(text):
        return False
    try:
        date.fromisoformat((text + "-01-01")[:10])
    except ValueError:
        return False
    return True


def codes(draft: Draft) -> Iterator[Problem]:
    """Customs codes of six digits, and the declarations of tables."""
    for name in ("goods", "strengths"):
        for index, part in enumerate(getattr(draft.pack, name)):
            for place, code in enumerate(part.hs):
                if not re.fullmatch(r"\d{6}", code):
                    message = f"{code!r} is not a six-digit HS code"
                    yield draft.places.problem(message, (name, index, "hs", place))
                elif name == "goods" and code in part.hs[:place]:
                    yield draft.places.problem(f"{code!r} is listed twice", (name, index, "hs", place))
    levels = [level.value for level in Confidence]
    for index, table in enumerate(draft.pack.tables):
        for place, column in enumerate(table.columns):
            path: Path = ("tables", index, "columns", place)
            if column.unit not in UNITS:
                yield draft.places.problem(f"unknown unit {column.unit!r}", (*path, "unit"))
            if column.confidence not in levels:
                message = f"expected one of {', '.join(levels)}, found {column.confidence!r}"
                yield draft.places.problem(message, (*path, "confidence"))
            assumed = column.confidence == Confidence.ASSUMPTION
            if assumed and not column.note:
                yield draft.places.problem("an assumption needs its reason (field 'note')", path)
            if not assumed and not column.source:
                yield draft.places.problem("a figure needs a source", path)
