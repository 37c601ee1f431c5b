"""Every text that programs print, in Japanese and English, and how numbers are written in both (floor 0).

The texts are in ``texts/*.yaml``, one file for each part of the program: the entry ``total`` of ``stress.yaml`` has the
key ``stress.total``. An entry is ``{ja: ..., en: ...}``; names in braces are filled in by ``text``.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Final, Literal

import yaml

Lang = Literal["ja", "en"]
LANGUAGES: Final[tuple[Lang, ...]] = ("ja", "en")
NOTHING: Final = "—"
"""Shown where there is no number."""

_LOADER: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@cache
def catalogue() -> Mapping[str, Mapping[str, str]]:
    """All texts: key -> language -> text.

    Raises ``ValueError`` naming every entry that is not exactly one Japanese and one English text: a fault of the
    program, which the tests find.
    """
    texts: dict[str, Mapping[str, str]] = {}
    wrong: list[str] = []
    for file in sorted(files("kaname").joinpath("texts").iterdir(), key=lambda file: file.name):
        if not file.name.endswith(".yaml"):
            continue
        part = file.name.removesuffix(".yaml")
        for name, entry in (yaml.load(file.read_text("utf-8"), Loader=_LOADER) or {}).items():
            key = f"{part}.{name}"
            if not _whole(entry):
                wrong.append(key)
            else:
                texts[key] = MappingProxyType(entry)
    if wrong:
        raise ValueError(f"texts without exactly one Japanese and one English text: {', '.join(wrong)}")
    return MappingProxyType(texts)


def _whole(entry: object) -> bool:
    return (
        isinstance(entry, dict)
        and set(entry) == set(LANGUAGES)
        and all(isinstance(value, str) and value.strip() for value in entry.values())
    )


def text(key: str, lang: str, **values: object) -> str:
    """The text of ``key`` in ``lang`` ("ja" or "en"), its names in braces filled in from ``values``.

    ``KeyError`` for a key, language or value that is missing.
    """
    return catalogue()[key][lang].format(**values)


def both(key: str, **values: object) -> dict[str, str]:
    """The text in each language: ``{"ja": ..., "en": ...}``."""
    return {lang: text(key, lang, **values) for lang in LANGUAGES}


def _none(value: float | None) -> bool:
    return value is None or math.isnan(value)


def number(value: float | None, digits: int = 0) -> str:
    """A number with thousands set off by commas: ``12,345``; no number (None, NaN) is a dash.

    >>> number(12345.678, 1)
    '12,345.7'
    """
    if value is None or math.isnan(value):
        return NOTHING
    written = f"{value:,.{digits}f}"
    return written.removeprefix("-") if float(written.replace(",", "")) == 0 else written


def significant(value: float | None, figures: int = 3) -> str:
    """A number to ``figures`` significant figures, never in powers of ten: ``28.4``, ``1,230``, ``0.00512``.

    >>> significant(1234.5), significant(0.0051234)
    ('1,230', '0.00512')
    """
    if value is None or math.isnan(value) or math.isinf(value) or value == 0:
        return number(value)
    places = figures - 1 - math.floor(math.log10(abs(value)))
    rounded = round(value, places)
    return number(rounded, max(0, figures - 1 - math.floor(math.log10(abs(rounded)))))


def percent(share: float | None, digits: int = 1) -> str:
    """A share of 1 in per cent.

    >>> percent(0.1234)
    '12.3%'
    """
    return NOTHING if _none(share) else f"{number(100 * (share or 0.0), digits)}%"


def share(value: float | None, figures: int = 2) -> str:
    """A share of 1 in per cent, to so many significant figures; what is whole is 100%.

    >>> share(0.00342), share(0.0523), share(0.5234), share(0.9996)
    ('0.34%', '5.2%', '52%', '100%')
    """
    if value is None or not math.isfinite(value):
        return NOTHING
    if abs(value) < 0.00005:
        return "0%" if value == 0 else "<0.01%"
    return f"{significant(100 * value, 3 if abs(value) > 0.995 else figures)}%"


_MONEY: Final[Mapping[str, tuple[tuple[float, str], ...]]] = {
    "en": ((1e6, "text.trillion_usd"), (1e3, "text.billion_usd"), (1.0, "text.million_usd")),
    "ja": ((1e6, "text.trillion_usd"), (1e2, "text.billion_usd"), (1.0, "text.million_usd")),
}


_SIZES: Final[Mapping[str, float]] = {"thousand": 1e3, "million": 1e6, "billion": 1e9}
_MYRIADS: Final = ((1e12, "兆"), (1e8, "億"), (1e4, "万"))


A_DOLLAR = 1e-6
"""In million USD; less than half of it is the rounding of a sum."""


def money(million_usd: float | None, lang: str) -> str:
    """An amount given in million USD, in the unit in which each language counts.

    >>> money(28_400, "en"), money(28_400, "ja")
    ('28.4 billion USD', '284億ドル')
    """
    if million_usd is None or math.isnan(million_usd):
        return NOTHING
    if abs(million_usd) < A_DOLLAR / 2:
        million_usd = 0.0
    table = _MONEY[lang]
    # an amount that rounds up into the next unit is shown in it: 1.00 billion, not 1,000 million
    size = abs(million_usd) * 1.0005
    factor, key = next((row for row in table if size >= row[0]), table[-1])
    scale = 100.0 if lang == "ja" and key == "text.million_usd" else 1.0
    return text(key, lang, amount=significant(million_usd / factor * scale))


def amount(value: float | None, unit: str, lang: str) -> str:
    """A figure as it stands, with its unit (one of ``kaname.units``).

    Japanese counts money in 10^4, 10^8 and 10^12.

    >>> amount(30, "day", "en"), amount(1, "day", "en"), amount(1278, "thousand person", "ja")
    ('30 days', '1 day', '1,278千人')
    >>> amount(174, "billion USD", "ja")
    '1,740億ドル'
    """
    if value is None or math.isnan(value):
        return NOTHING
    size, _, currency = unit.partition(" ")
    if lang == "ja" and size in _SIZES and currency in ("USD", "JPY"):
        whole = value * _SIZES[size]
        factor, mark = next((row for row in _MYRIADS if abs(whole) >= row[0]), (1.0, ""))
        return text(f"unit.{currency}", lang, amount=f"{whole / factor:,.10g}{mark}")
    one = f"unit.one {unit}"
    key = one if value == 1 and one in catalogue() else f"unit.{unit}"
    return text(key, lang, amount=f"{value:,.10g}")


def span(low: float, high: float, unit: str, lang: str) -> str:
    """A range of figures with their unit.

    >>> span(7, 60, "day", "en"), span(7, 60, "day", "ja")
    ('7 to 60 days', '7～60日')
    """
    ends = text("unit.range", lang, low=f"{low:,.10g}", high=f"{high:,.10g}")
    return text(f"unit.{unit}", lang, amount=ends)


def days(value: float | None, lang: str, digits: int = 0) -> str:
    """A length of time.

    >>> days(1, "en"), days(12, "en"), days(12, "ja")
    ('1 day', '12 days', '12日')
    """
    if value is None or math.isnan(value):
        return NOTHING
    written = number(value, digits)
    return text("text.one_day" if written == "1" else "text.days", lang, amount=written)


def day(value: int, lang: str) -> str:
    """A day of a run, day 0 being the first.

    >>> day(12, "en"), day(12, "ja")
    ('day 12', '12日目')
    """
    return text("text.day", lang, amount=value)
