"""Facts, tests, citations and time limits in words, in either language."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from functools import cache
from importlib.resources import files
from itertools import groupby
from pathlib import Path
from typing import Final

from kaname.data.countries import Countries, read_embedded
from kaname.labels import text
from kaname.pack.figures import Label
from kaname.pack.legal import ASOF, MONTHS, Cite, Condition, Deadline, Rule
from kaname.pack.stated import Value
from kaname.safeguards.book import Book
from kaname.safeguards.logic import Leaf, Weak, unique
from kaname.safeguards.questions import NO_CODE
from kaname.safeguards.screen import Reason


def fact(book: Book, name: str, lang: str) -> str:
    """The name of a fact."""
    return text("safeguards.asof", lang) if name == ASOF else book.facts[name].label[lang]


def facts(book: Book, names: tuple[str, ...], lang: str) -> str:
    """The names of facts, joined."""
    return text("safeguards.join_facts", lang).join(fact(book, name, lang) for name in names)


def value(book: Book, name: str, held: object, lang: str) -> str:
    """A value of a fact as people say it."""
    if isinstance(held, bool):
        return text("safeguards.yes" if held else "safeguards.no", lang)
    if isinstance(held, date):
        return held.isoformat()
    if isinstance(held, tuple):
        return text("safeguards.join", lang).join(str(one) for one in held)
    known = book.facts.get(name)
    if known and known.kind == "country":
        return _names_of_countries().name(str(held), lang)
    if isinstance(held, float):
        return _number(held, known.unit if known else None, lang)
    found = next((c.label[lang] for c in known.choices if c.id == held), None) if known else None
    return found or str(held)


@cache
def _names_of_countries() -> Countries:
    """The names of all countries, as the package carries them for every pack."""
    return read_embedded(Path(str(files("kaname"))) / "packs" / "japan" / "data")


def samples(
    book: Book, name: str, some: Sequence[Value], every: Sequence[Value], asof: date, lang: str
) -> str:
    """Which values of a fact some samples of it stand for, ``every`` being all of them in order."""
    known = book.facts[name]
    join = text("safeguards.or", lang)
    if known.kind in ("number", "date"):
        return join.join(_spans(book, name, some, every, lang))
    if known.kind == "country":
        lists = [
            one for one in book.pack.legal_lists if any(m.id in some for m in one.members if m.holds(asof))
        ]
        named = [text("safeguards.test_in", lang, against=one.label[lang]) for one in lists]
        return join.join(named) or text("safeguards.other_value", lang)
    if known.kind == "codes":
        codes = [str(one[0]) for one in some if isinstance(one, tuple) and one[0] != NO_CODE]
        return join.join(codes[:3]) or text("safeguards.other_value", lang)
    return join.join(value(book, name, one, lang) for one in some)


def _spans(book: Book, name: str, some: Sequence[Value], every: Sequence[Value], lang: str) -> Iterator[str]:
    """Runs of neighbouring samples, each as ``from``, ``below``, ``from - below`` or one value alone."""
    order = [index for index, one in enumerate(every) if one in some]
    for _, run in groupby(enumerate(order), key=lambda pair: pair[1] - pair[0]):
        places = [place for _, place in run]
        first, last = places[0], places[-1]
        low = text("safeguards.test_at_least", lang, against=value(book, name, every[first], lang))
        high = ""
        if last + 1 < len(every):
            high = text("safeguards.test_less_than", lang, against=value(book, name, every[last + 1], lang))
        if first == 0:
            yield high or text("safeguards.any_value", lang)
        else:
            yield low if not high else text("safeguards.both_ends", lang, low=low, high=high)


_GROUPED: Final = 10_000
"""From here on figures are written in groups of three; a year or 2000 m² is not."""


def _number(held: float, unit: Label | None, lang: str) -> str:
    gap = "" if unit is None or lang == "ja" or unit.en == "%" else " "
    figure = f"{held:.10g}" if abs(held) < _GROUPED else f"{held:,.10g}"
    return f"{figure}{gap}{unit[lang] if unit else ''}"


def leaf(book: Book, one: Leaf, lang: str) -> str:
    """A test as it came out: the fact, its value, and how that stands to what it was held against, where the value
    alone does not say it."""
    said = {"fact": fact(book, one.fact, lang), "value": value(book, one.fact, one.value, lang)}
    test = _test(book, one, lang)
    if test is None:
        line = text("safeguards.because_fact", lang, **said)
    else:
        line = text("safeguards.because_met", lang, test=test, **said)
    return text("safeguards.derived", lang, leaf=line) if one.derived else line


def under_none(book: Book, one: Leaf, lang: str) -> str:
    """That the symbols of a case lie under none of the places they were held against."""
    said = value(book, one.fact, one.value, lang)
    return text("safeguards.under_none", lang, fact=fact(book, one.fact, lang), value=said)


_OTHERWISE: Final = {
    "at_least": "less_than",
    "less_than": "at_least",
    "more_than": "at_most",
    "at_most": "more_than",
    "before": "on_or_after",
    "on_or_after": "before",
}
"""How a test is said that came out false."""


def _test(book: Book, one: Leaf, lang: str) -> str | None:
    """What a fact was held against; nothing where its value says it already."""
    if one.op in ("is", "in") and not one.source:
        return None
    op = one.op if one.truth else _OTHERWISE.get(one.op, f"not_{one.op}")
    if one.source in book.lists:
        return text(f"safeguards.test_{op}", lang, against=book.lists[one.source].label[lang])
    against = text("safeguards.join", lang).join(_against(book, one, item, lang) for item in one.against)
    test = text(f"safeguards.test_{op}", lang, against=against)
    if one.source in book.values:
        return text("safeguards.test_source", lang, source=book.values[one.source].label[lang], test=test)
    return test


def _against(book: Book, one: Leaf, item: str, lang: str) -> str:
    if one.op in MONTHS:
        return item
    if isinstance(one.value, float):
        return value(book, one.fact, float(item), lang)
    return value(book, one.fact, item, lang)


def cite(book: Book, one: Cite, lang: str) -> str:
    """A citation with its grade, its confidence and who has checked it."""
    law = next(law for law in book.pack.laws if law.id == one.law)
    gap = "" if lang == "ja" else " "
    checked = (
        text("safeguards.checked", lang, on=one.checked_on or "", by=one.checked_by)
        if one.checked_by
        else text("safeguards.unchecked", lang)
    )
    article = _article(one.article, lang) if one.article else ""
    return text(
        "safeguards.cite", lang, law=law.label[lang], article=gap + article if article else "",
        grade=one.grade.value, confidence=one.confidence, checked=checked,
    )  # fmt: skip


_PROVISION: Final = re.compile(r"(\d+)((?:-\d+)*)(?:\((\d+)\))?(?:\(([ivx]+)\))?")
_WITHIN: Final = re.compile(r"(?:\((\d+)\))?(?:\(([ivx]+)\))?")
_ITEMS: Final = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5, "vi": 6, "vii": 7, "viii": 8, "ix": 9, "x": 10}


def _article(written: str, lang: str) -> str:
    """A provision: ``別表第3 / table 3`` is written for each language; ``27-2``, ``26(1)(iii)`` are articles,
    paragraphs and items, which Japanese writes out."""
    japanese, slash, english = written.partition(" / ")
    if slash:
        return japanese if lang == "ja" else english
    if lang != "ja":
        return f"art. {written}"
    said = ["・".join(_provisions(group)) for group in re.split(r"; ", written)]
    return "、".join(said) if all(said) else f"（{written}）"


def _provisions(group: str) -> list[str]:
    """The provisions of one group, ``27(1), (2)`` or ``12, 15``; none where one is not understood."""
    said: list[str] = []
    for part in group.split(", "):
        found = _PROVISION.fullmatch(part.strip())
        within = _WITHIN.fullmatch(part.strip()) if said else None
        if found:
            said.append(_provision(found))
        elif within and part:
            said.append(_below(within[1], within[2]))
        else:
            return []
    return said


def _below(paragraph: str | None, item: str | None) -> str:
    said = f"第{paragraph}項" if paragraph else ""
    return said + (f"第{_ITEMS.get(item, item)}号" if item else "")


def _provision(found: re.Match[str]) -> str:
    article, branches, paragraph, item = found.groups()
    said = f"第{article}条" + "".join(f"の{branch}" for branch in branches.split("-")[1:])
    return said + _below(paragraph, item)


def deadline(book: Book, one: Deadline, lang: str) -> str:
    """A time limit."""
    start = one.start[lang]
    if one.days is not None:
        said = text("safeguards.deadline_days", lang, start=start, days=one.days)
    elif one.months is not None:
        said = text("safeguards.deadline_months", lang, start=start, months=one.months)
    else:
        said = text("safeguards.deadline_when", lang, start=start)
    said += text("safeguards.standstill", lang) if one.standstill else ""
    return said + (text("safeguards.deadline_graded", lang, grade=one.grade.value) if one.grade else "")


def record(book: Book, name: str, lang: str) -> str:
    """The name of a record that may be signed."""
    group, _, wanted = name.partition("/")
    found = book.pack.by_id[group][wanted]
    label: Label = found.title if isinstance(found, Rule) else found.label  # type: ignore[attr-defined]
    return label[lang]


def weak(book: Book, one: Weak, lang: str) -> str:
    """What waits for a signature."""
    key = "why_grade" if one.grade in ("M", "S3") else "why_lead"
    part = text(f"safeguards.part_{one.part}", lang, record=record(book, one.record, lang))
    return text(f"safeguards.{key}", lang, part=part, grade=one.grade)


def reason(book: Book, one: Reason, lang: str) -> str:
    """Why a person must decide."""
    if one.weak is not None:
        return weak(book, one.weak, lang)
    rule = next((rule for rule in book.pack.rules if rule.id == one.rule), None)
    return text(
        f"safeguards.why_{one.kind}",
        lang,
        rule=rule.title[lang] if rule else "",
        reason=rule.reason[lang] if rule else "",
        facts=facts(book, unique(one.facts), lang),
        day=one.day.isoformat() if one.day else "",
    )


def condition_facts(condition: Condition) -> tuple[str, ...]:
    """The facts that a condition tests, in order."""
    own = (condition.fact,) if condition.fact else ()
    parts = (*condition.all, *condition.any, *((condition.not_,) if condition.not_ else ()))
    return unique((*own, *(name for part in parts for name in condition_facts(part))))


def plain(held: Value | object) -> object:
    """A value as JSON has it."""
    if isinstance(held, date):
        return held.isoformat()
    return list(held) if isinstance(held, tuple) else held
