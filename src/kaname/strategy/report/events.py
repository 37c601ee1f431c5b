"""The events of a scenario in words, with the severity that is assumed (floor 6)."""

from __future__ import annotations

from typing import Final

from kaname.labels import number as written
from kaname.pack.figures import Figure
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
from kaname.strategy.report.blocks import Fold, Prose, Table, column
from kaname.strategy.report.names import Book
from kaname.strategy.report.words import Words, each, listed, same, say, share, shared

MANY: Final = 6
"""More names than this are counted instead."""


def severity(scenario: Scenario, book: Book) -> Fold:
    """How severe each event is assumed to be, with the range, and what it rests on."""
    rows = []
    for event in scenario.events:
        size = _size(event)
        rows.append(
            (
                what(event, book),
                figure(size),
                figure(event.duration),
                recovery(event),
                _note(size, event.duration),
            )
        )
    head = (
        column("event", wide=True),
        column("severity", "number"),
        column("duration", "number"),
        column("recovery", "short"),
        column("reason", wide=True),
    )
    evidence = listed(same(_title(source, book)) for source in scenario.evidence)
    told = say("severity_sources", digest=book.digest(scenario.digest), evidence=evidence)
    return Fold(say("severity_title"), (Table(head, tuple(rows)), Prose((told,), "small")), count=len(rows))


def _size(event: Event) -> Figure:
    """The figure that says how much."""
    match event:
        case DemandEvent():
            return event.change
        case LimitEvent():
            return event.most
        case RebuildEvent():
            return event.damage
        case _:
            return event.loss


def _title(source: str, book: Book) -> str:
    found = next((s for s in book.pack.sources if s.id == source), None)
    return source if found is None else found.title


def _note(*figures: Figure) -> Words:
    return same(" / ".join(dict.fromkeys(f.note or f.why or "" for f in figures if f.note or f.why)) or "—")


def figure(found: Figure | None) -> Words:
    """A figure with its range and unit."""
    if found is None or found.value is None:
        return shared("text.empty")
    if found.unit == "1":
        low, high = (share(v) for v in (found.low, found.high))
        return _ranged(share(found.value), low, high, found)
    return each(lambda lang: _plain(found, lang))


def _ranged(value: Words, low: Words, high: Words, found: Figure) -> Words:
    if found.low is None or found.high is None or found.low == found.high:
        return value
    return Words(f"{value.ja}（{low.ja}〜{high.ja}）", f"{value.en} ({low.en}–{high.en})")


def _plain(found: Figure, lang: str) -> str:
    def one(value: float) -> str:
        return (
            written(value, 0 if value == round(value) else 2).rstrip("0").rstrip(".")
            if value % 1
            else written(value)
        )

    unit = _UNITS.get(found.unit, same(f" {found.unit}"))[lang]
    value = f"{one(found.value or 0.0)}{unit}"
    if found.low is None or found.high is None or found.low == found.high:
        return value
    low, high = one(found.low), one(found.high)
    return f"{value}（{low}〜{high}）" if lang == "ja" else f"{value} ({low}–{high})"


_UNITS: Final = {"day": Words("日", " d"), "hour": Words("時間", " h"), "week": Words("週", " weeks")}


def recovery(event: Event) -> Words:
    """How what was lost comes back."""
    if event.recovery is None:
        return say("recovery_none")
    return say(f"recovery_{event.recovery.shape}", days=figure(event.recovery.duration))


def what(event: Event, book: Book) -> Words:  # noqa: PLR0911 - one line an event
    """What an event takes from whom."""
    match event:
        case CapacityEvent():
            return say("event_capacity", what=_targets(event, book))
        case PassageEvent():
            return say("event_passage", what=listed(book.of("passages", p) for p in event.passages))
        case TradeEvent():
            names = _few([*_named("goods", event.goods, book), *_named("industries", event.industries, book)])
            origins = listed(book.country(c) for c in event.origins) if event.origins else say("everywhere")
            return say("event_trade", origins=origins, what=names or say("everything"))
        case LimitEvent():
            kinds = ("passages", "goods", "industries")
            names = _few([name for kind in kinds for name in _named(kind, getattr(event, kind), book)])
            places = _few([book.country(c) for c in (*event.origins, *event.destinations)])
            return say("event_limit", what=names or places or say("everything"))
        case RebuildEvent():
            return say("event_rebuild", what=listed(book.of("industries", w.industry) for w in event.work))
        case DemandEvent():
            names = _few(
                [*_named("industries", event.industries, book), *_named("services", event.services, book)]
            )
            return say("event_demand", what=names or say("everything"))
        case StockEvent():
            names = _few([*_named("goods", event.goods, book), *_named("industries", event.industries, book)])
            return say("event_stock", what=names or say("everything"))


def _targets(event: CapacityEvent, book: Book) -> Words:
    kinds = ("facilities", "services", "industries", "goods")
    names = [name for kind in kinds for name in _named(kind, getattr(event, kind), book)]
    where = [book.of("areas", area) for area in event.areas] + [book.country(c) for c in event.countries]
    found = _few(names) or say("everything")
    if not where:
        return found
    places = listed(where)
    return Words(f"{found.ja}（{places.ja}）", f"{found.en} ({places.en})")


def _named(kind: str, ids: tuple[str, ...], book: Book) -> list[Words]:
    return [book.of(kind, name) for name in ids]


def _few(names: list[Words]) -> Words | None:
    if not names:
        return None
    if len(names) <= MANY:
        return listed(names)
    return say("and_more", names=listed(names[: MANY - 1]), n=same(len(names) - MANY + 1))
