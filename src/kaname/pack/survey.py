"""What a sound pack still leaves open: findings, not errors."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from kaname.labels import LANGUAGES, amount, span, text
from kaname.pack.coverage import coverage
from kaname.pack.document import Path
from kaname.pack.draft import Site, sites
from kaname.pack.figures import Confidence, Figure, Label
from kaname.pack.model import Pack
from kaname.pack.places import Place, Places
from kaname.pack.reach import answers, facilities_of
from kaname.pack.scenarios import CapacityEvent


class FindingKind(StrEnum):
    """What is open."""

    EMPTY_FIGURE = "empty-figure"
    ASSUMPTION = "assumption"
    NO_OWNER = "no-owner"
    NO_DEADLINE = "no-deadline"
    NO_LEGAL_BASIS = "no-legal-basis"
    STATUS_UNKNOWN = "status-unknown"
    UNCITED = "uncited"
    NO_MEASURE = "no-measure"
    UNANSWERED = "unanswered"
    ONE_SIDED = "one-sided"
    NO_TRADE_DATA = "no-trade-data"
    SHARED_CODE = "shared-code"
    UNDECIDED = "undecided"
    NO_PLACE = "no-place"
    NO_AREA = "no-area"
    NO_CAPACITY = "no-capacity"
    NO_FACILITY = "no-facility"
    UNUSED = "unused"
    REACHES_NOTHING = "reaches-nothing"
    NO_DATA = "no-data"
    NO_STRATEGY = "no-strategy"
    NO_REVIEW = "no-review"
    JUDGED_LINK = "judged-link"
    SOURCE_NOT_OPENED = "source-not-opened"

    def name_in(self, lang: str) -> str:
        """Its name for people."""
        return text(f"check.kind_{self.value}", lang)


@dataclass(frozen=True, slots=True)
class Finding:
    """One point left open: what, about which entry of which list, and where it is written."""

    kind: FindingKind
    list: str
    """The list of the pack (``goods``)."""
    subject: str
    """Id of the entry (``lng``)."""
    message: Label
    place: Place


STRATEGIES: Final = ("intellectual_property", "standards", "platform")
"""The ways to keep a lead that IN-2 asks a strategy for."""
OUTLOOK_ONLY: Final = frozenset(
    ("demand_uses", "outlooks", "supply_cases", "winter_weeks", "published_outlooks", "employment")
)
"""Lists of the pack that ``kaname outlook`` alone reads: no scenario and no edition rests on them."""
_WHO: Final = ("industry", "country", "of", "origin", "use", "fuel", "facility", "area")
"""Fields that tell one of several users, origins, needs or bypasses from another."""


@dataclass(frozen=True, slots=True)
class _Open:
    """A finding before its place is looked up."""

    kind: FindingKind
    path: Path
    message: Label


def _open(kind: FindingKind, path: Path, key: str, **values: object) -> _Open:
    """``values`` that are labels are put in in each language."""
    said = {
        lang: text(
            f"check.{key}", lang, **{k: v[lang] if isinstance(v, Label) else v for k, v in values.items()}
        )
        for lang in LANGUAGES
    }
    return _Open(kind, path, Label(**said))


def survey(pack: Pack, places: Places | None = None) -> tuple[Finding, ...]:
    """Everything that the pack leaves open, kind by kind, each kind in the order written.

    ``places`` (of ``reader.load``) gives findings their file and line; without it only the path is known.
    """
    where = places or Places()
    rules = (
        _figures,
        _measures,
        _digest,
        _scenarios,
        _goods,
        _facilities,
        _services,
        _strengths,
        _sources,
        _judged,
    )
    found = [one for rule in rules for one in rule(pack)]
    order = {kind: index for index, kind in enumerate(FindingKind)}
    found.sort(key=lambda one: order[one.kind])
    return tuple(
        Finding(one.kind, str(one.path[0]), _subject(pack, one.path), one.message, where.place(one.path))
        for one in found
    )


def _subject(pack: Pack, path: Path) -> str:
    return str(getattr(pack, str(path[0]))[path[1]].id)


def _sources(pack: Pack) -> Iterator[_Open]:
    for index, source in enumerate(pack.sources):
        if not source.opened:
            path = ("sources", index, "opened")
            yield _open(FindingKind.SOURCE_NOT_OPENED, path, "source_not_opened", publisher=source.publisher)


def _judged(pack: Pack) -> Iterator[_Open]:
    for index, measure in enumerate(pack.measures):
        for place, scenario in enumerate(measure.judged):
            path = ("measures", index, "judged", place)
            label = next((s.label for s in pack.scenarios if s.id == scenario), scenario)
            yield _open(FindingKind.JUDGED_LINK, path, "judged_link", scenario=label)


def _figures(pack: Pack) -> Iterator[_Open]:
    for site in sites(pack):
        figure = site.value
        if not isinstance(figure, Figure):
            continue
        if figure.value is None:
            name = _field(site)
            yield _open(FindingKind.EMPTY_FIGURE, site.path, "empty_figure", field=name, why=figure.why or "")
        elif figure.confidence is Confidence.ASSUMPTION:
            yield _assumption(site, figure.value, figure)


def _field(site: Site) -> Label:
    """The name of a figure's field for people, and which of several it is."""
    said = {}
    for lang in LANGUAGES:
        name = text(f"field.{site.name}", lang)
        who = next((w for key in _WHO if isinstance(w := getattr(site.holder, key, None), str)), None)
        match site.path[2:]:
            case ("events" | "effects" as group, int(index), *rest):
                if rest[0] == "recovery":
                    name = text("field.of_recovery", lang, field=name)
                elif len(rest) > 1 and who:
                    name = text("field.of_user", lang, field=name, who=who)
                name = text(f"field.of_{group[:-1]}", lang, field=name, n=index + 1)
            case (_, int(_), _) if who:
                name = text("field.of_user", lang, field=name, who=who)
            case (_, int(index), _):
                name = text("field.of_number", lang, field=name, n=index + 1)
        said[lang] = name
    return Label.model_validate(said)


def _assumption(site: Site, value: float, figure: Figure) -> _Open:
    written, ends = {}, {}
    for lang in LANGUAGES:
        written[lang] = amount(value, figure.unit, lang)
        if figure.low is None and figure.high is None:
            ends[lang] = text("check.no_range", lang)
        else:
            low, high = (value if end is None else end for end in (figure.low, figure.high))
            ends[lang] = span(low, high, figure.unit, lang)
    return _open(
        FindingKind.ASSUMPTION,
        site.path,
        "assumption",
        field=_field(site),
        value=Label.model_validate(written),
        range=Label.model_validate(ends),
        note=figure.note or "",
    )


def _measures(pack: Pack) -> Iterator[_Open]:
    """FR-10: a measure has an owner and a deadline; and a legal basis, or none needed."""
    for index, measure in enumerate(pack.measures):
        path: Path = ("measures", index)
        if not measure.owner:
            yield _open(FindingKind.NO_OWNER, path, "no_owner")
        if measure.lacks_deadline:
            yield _open(FindingKind.NO_DEADLINE, path, "no_deadline")
        if not measure.legal_basis and not measure.no_legal_basis_needed:
            yield _open(FindingKind.NO_LEGAL_BASIS, path, "no_legal_basis")
        if measure.status == "unknown":
            yield _open(FindingKind.STATUS_UNKNOWN, path, "status_unknown")


def _digest(pack: Pack) -> Iterator[_Open]:
    for index, cover in enumerate(coverage(pack)):
        path: Path = ("digest", index)
        reason = cover.item.reason
        if not cover.cited:
            key = "uncited_reason" if reason else "uncited"
            yield _open(FindingKind.UNCITED, path, key, reason=reason)
        elif cover.item.asks == "action" and not cover.by("measures"):
            key = "no_measure_reason" if reason else "no_measure"
            yield _open(FindingKind.NO_MEASURE, path, key, reason=reason)


def _scenarios(pack: Pack) -> Iterator[_Open]:
    kind, found = {m.id: m.kind for m in pack.measures}, answers(pack)
    for index, scenario in enumerate(pack.scenarios):
        path: Path = ("scenarios", index)
        kinds = {kind[a.measure] for a in found if a.subject == scenario.id}
        if not kinds:
            yield _open(FindingKind.UNANSWERED, path, "unanswered")
        elif len(kinds) == 1:
            yield _open(FindingKind.ONE_SIDED, path, f"only_{kinds.pop()}")
        for place, event in enumerate(scenario.events):
            if not isinstance(event, CapacityEvent) or not (event.services and event.areas):
                continue
            if not facilities_of(pack, event.services, event.areas):
                at = (*path, "events", place)
                yield _open(FindingKind.REACHES_NOTHING, at, "reaches_nothing", n=place + 1)


def _goods(pack: Pack) -> Iterator[_Open]:
    holders: dict[str, str] = {}
    for index, good in enumerate(pack.goods):
        path: Path = ("goods", index)
        if not good.hs and not good.origins:
            yield _open(FindingKind.NO_TRADE_DATA, path, "no_trade_data")
        if good.status == "undecided":
            yield _open(FindingKind.UNDECIDED, path, "undecided")
        for place, code in enumerate(good.hs):
            if code in holders:
                at = (*path, "hs", place)
                yield _open(FindingKind.SHARED_CODE, at, "shared_code", code=code, other=holders[code])
            holders.setdefault(code, good.id)


def _facilities(pack: Pack) -> Iterator[_Open]:
    for index, facility in enumerate(pack.facilities):
        path: Path = ("facilities", index)
        if facility.joins is None and (facility.lat is None or facility.lon is None):
            yield _open(FindingKind.NO_PLACE, path, "no_place")
        if facility.joins is None and facility.area is None:
            yield _open(FindingKind.NO_AREA, path, "no_area")
        if facility.capacity is None:
            yield _open(FindingKind.NO_CAPACITY, path, "no_capacity")


def _services(pack: Pack) -> Iterator[_Open]:
    served = {facility.service for facility in pack.facilities}
    needed = {need.of for facility in pack.facilities for need in facility.needs}
    for index, service in enumerate(pack.services):
        path: Path = ("services", index)
        if service.id not in served:
            yield _open(FindingKind.NO_FACILITY, path, "no_facility")
        wanted = any(f.id in needed for f in pack.facilities if f.service == service.id)
        if not (service.users or service.people or service.gate or wanted):
            yield _open(FindingKind.UNUSED, path, "unused")


def _strengths(pack: Pack) -> Iterator[_Open]:
    """IN-1, IN-2: a strength rests on data, has strategies to keep it, an owner, and a day to look again."""
    for index, strength in enumerate(pack.strengths):
        path: Path = ("strengths", index)
        if not (strength.hs or (strength.share is not None and strength.share.known)):
            yield _open(FindingKind.NO_DATA, path, "no_data")
        missing = [name for name in STRATEGIES if getattr(strength, name) is None]
        if missing:
            said = {
                lang: ", ".join(text(f"strengths.{name}", lang) for name in missing) for lang in LANGUAGES
            }
            yield _open(FindingKind.NO_STRATEGY, path, "no_strategy", names=Label.model_validate(said))
        if strength.owner is None:
            yield _open(FindingKind.NO_OWNER, path, "no_owner")
        if strength.review is None:
            yield _open(FindingKind.NO_REVIEW, path, "no_review")
