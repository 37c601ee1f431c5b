"""Words in both languages at once, as the page carries them, and how figures are put into words (floor 6).

A page holds every text twice and shows one: ``Words`` is the pair. It writes itself as HTML (``__html__``), escaped,
and as ``{"ja": ..., "en": ...}`` in the data of charts; where both are the same it is written once.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date as Date  # noqa: N812
from functools import reduce
from typing import Final

from markupsafe import Markup, escape

from kaname import labels
from kaname.labels import Lang

SHARED: Final = 24
"""An ending of at least so many letters is shared."""


_ENTITY: Final = re.compile(r"&#?\w*$")
"""The begin of an entity that is cut."""


def _ending(a: str, b: str) -> int:
    """How many letters two escaped texts share at their end, entities whole; 0 if few."""
    pairs = enumerate(zip(reversed(a), reversed(b), strict=False))
    same = next((n for n, (x, y) in pairs if x != y), min(len(a), len(b)))
    if any(_ENTITY.search(text[: len(text) - same]) for text in (a, b)):
        same -= a[len(a) - same :].find(";") + 1
    return same if same >= SHARED else 0


@dataclass(frozen=True)
class Words:
    """One text in Japanese and English; plain, or ``Markup`` where it holds elements."""

    ja: str
    en: str

    def __getitem__(self, lang: str) -> str:
        return self.ja if lang == "ja" else self.en

    def __html__(self) -> str:
        if self.ja == self.en:
            return str(escape(self.ja))
        ja, en = str(escape(self.ja)), str(escape(self.en))
        # what both end with is written once: notes are often in one language only
        end = 0 if isinstance(self.ja, Markup) else _ending(ja, en)
        ja, en, rest = ja[: len(ja) - end], en[: len(en) - end], ja[len(ja) - end :]
        return f"<span lang=ja>{ja}</span><span lang=en>{en}</span>{rest}"

    def __add__(self, other: Words | str) -> Words:
        more = same(other)
        return Words(self.ja + more.ja, self.en + more.en)

    def data(self) -> str | dict[str, str]:
        """As charts carry it."""
        return self.ja if self.ja == self.en else {"ja": self.ja, "en": self.en}


@dataclass(frozen=True)
class Lines:
    """Words one below the other."""

    of: tuple[Words, ...]

    def __html__(self) -> str:
        return "<br>".join(words.__html__() for words in self.of)


_MONTHS: Final = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
NOTHING: Final = Words(labels.NOTHING, labels.NOTHING)
"""Where there is no figure."""


def same(value: object) -> Words:
    """``value`` as words; what is not ``Words`` is the same in both languages."""
    if isinstance(value, Words):
        return value
    text = value if isinstance(value, str) else str(value)
    return Words(text, text)


def each(make: Callable[[Lang], str]) -> Words:
    """Words made by a function of the language."""
    return Words(make("ja"), make("en"))


def say(key: str, **values: object) -> Words:
    """The text ``report.<key>``, its names in braces filled in with words of the same language."""
    return shared(f"report.{key}", **values)


def shared(key: str, **values: object) -> Words:
    """A text of any part of the catalogue."""
    return each(lambda lang: _fill(labels.catalogue()[key][lang], lang, values))


def _fill(template: str, lang: str, values: Mapping[str, object]) -> str:
    """Braces filled in; the whole is markup, with everything escaped, if any value is."""
    filled = {name: value[lang] if isinstance(value, Words) else str(value) for name, value in values.items()}
    if any(isinstance(value, Markup) for value in filled.values()):
        return Markup(template).format(**filled)
    return template.format(**filled)


def strong(value: Words) -> Words:
    """Set off, as the figures within sentences are."""
    return each(lambda lang: Markup("<b>{}</b>").format(value[lang]))


def listed(items: Iterable[Words]) -> Words:
    """One after the other: ``A、B、C`` and ``A, B, C``."""
    found = list(items)
    if not found:
        return shared("text.none")
    return reduce(lambda a, b: _joined(a, Words("、", ", "), b), found)


def _joined(a: Words, between: Words, b: Words) -> Words:
    def one(lang: str) -> str:
        parts = (a[lang], between[lang], b[lang])
        if any(isinstance(part, Markup) for part in parts):
            return Markup("").join(parts)
        return "".join(parts)

    return each(one)


def unknown(value: float | None) -> bool:
    """Whether there is no number."""
    return value is None or math.isnan(value) or math.isinf(value)


def number(value: float | None, digits: int = 0) -> Words:
    """A number with so many decimals."""
    return NOTHING if unknown(value) else same(labels.number(value, digits))


def share(value: float | None, figures: int = 2) -> Words:
    """A share of 1 in per cent, to two significant figures: ``0.34%``, ``5.2%``, ``52%``; what is whole is ``100%``."""
    return same(labels.share(value, figures))


_UNITS: Final[Mapping[str, tuple[tuple[float, str], ...]]] = {
    "en": ((1e6, "text.trillion_usd"), (1e3, "text.billion_usd"), (1.0, "text.million_usd")),
    "ja": ((1e6, "text.trillion_usd"), (1e2, "text.billion_usd"), (1e-2, "text.million_usd")),
}
"""Money in million USD is divided by these: Japanese counts in 10^4, 10^8 and 10^12."""


def _unit(size: float, lang: str, figures: int) -> tuple[float, str]:
    """The unit for an amount; one that rounds up into the next is written in it."""
    grown = size * (1 + 0.5 * 10.0**-figures)
    return next((row for row in _UNITS[lang] if grown >= row[0]), _UNITS[lang][-1])


def money(million_usd: float | None, figures: int = 3) -> Words:
    """An amount given in million USD, in the units in which each language counts."""
    if million_usd is None or unknown(million_usd):
        return NOTHING
    if million_usd == 0:
        return same("0")

    def one(lang: Lang) -> str:
        factor, key = _unit(abs(million_usd), lang, figures)
        amount = labels.significant(million_usd / factor, figures).replace("-", "−")
        return labels.text(key, lang, amount=amount)

    return each(one)


def span(low: float | None, high: float | None, figures: int = 2) -> Words:
    """A range of money, ``12–31 billion USD``, both ends in the unit of the upper."""
    if low is None or high is None or unknown(low) or unknown(high):
        return NOTHING

    def one(lang: Lang) -> str:
        """Both ends in the unit that the larger one takes; ends that read the same stand once."""
        factor, key = _unit(max(abs(low), abs(high)), lang, figures)
        # the lower end is not given to more decimals than the upper
        places = max(0, figures - 1 - math.floor(math.log10(abs(high / factor)))) if high else 0
        ends = [labels.significant(high / factor, figures)]
        near = labels.significant(low / factor, figures)
        if abs(low / factor) < 1:
            near = labels.number(low / factor, max(places, 1))
            near = near if near.strip("-0.") else "0"
        ends.insert(0, near)
        told = [end.replace("-", "−") for end in dict.fromkeys(ends)]
        # a dash beside a minus sign would be read as another
        between = "〜" if lang == "ja" else " to " if "−" in "".join(told) else "–"
        return labels.text(key, lang, amount=between.join(told))

    return each(one)


def brief(million_usd: float) -> Words:
    """An amount to one figure for the legend of a chart: ``$20 bn`` in English."""
    factor, key = _unit(abs(million_usd), "en", 1)
    unit = {"text.trillion_usd": "tn", "text.billion_usd": "bn"}.get(key, "m")
    sign, amount = ("−" if million_usd < 0 else ""), labels.significant(abs(million_usd) / factor, 1)
    return Words(money(million_usd, 1).ja, f"{sign}${amount} {unit}")


def days(value: float | None, digits: int = 0) -> Words:
    """A length of time."""
    return NOTHING if unknown(value) else each(lambda lang: labels.days(value, lang, digits))


def day(value: float | None) -> Words:
    """A day of a run."""
    return NOTHING if value is None or unknown(value) else each(lambda lang: labels.day(int(value), lang))


def when(date: Date | None) -> Words:
    """A date, as each language writes it."""
    if date is None:
        return NOTHING
    return Words(
        f"{date.year}年{date.month}月{date.day}日", f"{date.day} {_MONTHS[date.month - 1]} {date.year}"
    )


def inner(words: Words) -> Words:
    """A name within an English sentence: without its capital, unless it is an abbreviation."""
    en = words.en
    return (
        words if len(en) < 2 or en[1].isupper() or en[1] == "-" else Words(words.ja, en[0].lower() + en[1:])
    )


def short(text: str, most: int = 64) -> str:
    """The beginning of a long name, whole words."""
    return text if len(text) <= most else text[:most].rsplit(" ", 1)[0].rstrip(",:;") + " …"


def signed(words: Words, value: float | None) -> Words:
    """With a plus sign before what is above zero."""
    return Words(f"+{words.ja}", f"+{words.en}") if value is not None and value > 0 else words
