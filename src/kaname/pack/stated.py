"""What a text stands for as the value of a fact, or why it cannot be one."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from datetime import date
from typing import Final

from kaname.pack import ipc
from kaname.pack.faults import suggestion
from kaname.pack.legal import Fact

Value = bool | float | str | date | tuple[str, ...]
"""Yes or no; a number; a choice or a country; a day; codes."""

_YES: Final = {"yes": True, "true": True, "はい": True, "no": False, "false": False, "いいえ": False}
_NUMBER: Final = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")
EARLIEST: Final = date(1900, 1, 1)
LATEST: Final = date(2100, 12, 31)


def parse(fact: Fact, texts: Sequence[str]) -> Value:
    """The value; ``ValueError`` with the reason in plain words."""
    if fact.kind == "codes":
        if not texts:
            raise ValueError("expected at least one code")
        return tuple(ipc.spelled(text) for text in texts)
    if len(texts) != 1:
        raise ValueError(f"expected one value, found {len(texts)}")
    text = texts[0].strip()
    match fact.kind:
        case "yes_no":
            if text.lower() not in _YES:
                raise ValueError(f"expected yes or no, found {text!r}")
            return _YES[text.lower()]
        case "number":
            return _number(fact, text)
        case "date":
            return day(text)
        case "country":
            if not re.fullmatch(r"[A-Z]{3}", text):
                raise ValueError(f"{text!r} is not a country (three capital letters, ISO 3166-1 alpha-3)")
            return text
    known = [choice.id for choice in fact.choices]
    if text not in known:
        raise ValueError(f"expected one of {', '.join(known)}, found {text!r}" + suggestion(text, known))
    return text


def _number(fact: Fact, text: str) -> float:
    if not _NUMBER.fullmatch(text) or not math.isfinite(float(text)):
        raise ValueError(f"expected a number, found {text!r}")
    value = float(text)
    if fact.low is not None and value < fact.low:
        raise ValueError(f"expected {fact.low:g} or more, found {text}")
    if fact.high is not None and value > fact.high:
        raise ValueError(f"expected {fact.high:g} or less, found {text}")
    return value


def day(text: str) -> date:
    """A day of the calendar as it is written, YYYY-MM-DD."""
    try:
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            raise ValueError
        found = date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is not a day of the calendar (YYYY-MM-DD)") from None
    if not EARLIEST <= found <= LATEST:
        raise ValueError(f"{text!r} is not between {EARLIEST.year} and {LATEST.year}")
    return found
