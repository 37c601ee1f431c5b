"""What was published beside what came out, and the verdict, by one rule for all events."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from bench.history.schema import Event, Fact

Verdict = Literal["wrong", "order", "right"]
WORDS: Mapping[Verdict, tuple[str, str]] = {
    "wrong": ("誤り", "wrong"),
    "order": ("順序と時期のみ正しい", "right in order and timing only"),
    "right": ("正しい", "right"),
}
NEAR = 1e-9


@dataclass(frozen=True)
class Judged:
    """One published fact and the run beside it."""

    fact: Fact
    model: float
    """As stated."""
    other: float
    """Of an order, the second reading."""
    low: float
    high: float
    """Range of the draws."""
    holds: bool
    nothing: bool
    """Whether it would hold if nothing happened: then it tests little."""


def published(fact: Fact) -> tuple[float, float]:
    """The two ends of what was published; the same for a single figure."""
    if fact.low is not None and fact.high is not None:
        return fact.low, fact.high
    value = math.nan if fact.value is None else fact.value
    return value, value


def judge(
    event: Event,
    model: Mapping[str, float],
    other: Mapping[str, float],
    spread: Mapping[str, tuple[float, float, float]],
    nothing: Mapping[str, float],
) -> list[Judged]:
    """Every fact of an event. ``other`` has the second readings of orders, ``nothing`` the readings where nothing
    happens."""
    found = []
    for fact in event.facts:
        value, second = model[fact.id], other.get(fact.id, math.nan)
        low, _, high = spread.get(fact.id, (math.nan,) * 3)
        idle = nothing[fact.id]
        found.append(
            Judged(
                fact,
                value,
                second,
                low,
                high,
                _holds(fact, value, second, (low, high)),
                _holds(fact, idle, idle, (idle, idle)),
            )
        )
    return found


def _holds(fact: Fact, value: float, second: float, ends: tuple[float, float]) -> bool:
    low, high = published(fact)
    if fact.kind == "order" and fact.than is not None:
        return value < second - NEAR
    if fact.kind == "size":
        return math.isfinite(ends[0]) and ends[0] <= high + NEAR and ends[1] >= low - NEAR
    return low - fact.within - NEAR <= value <= high + fact.within + NEAR


def verdict(judged: Sequence[Judged]) -> Verdict:
    """Right where every published figure lies in the range of the draws and every order and time agrees.

    Right in order and timing only where those agree and a figure does not; else wrong.
    """
    sizes = [j.holds for j in judged if j.fact.kind in ("size", "data")]
    orders = [j.holds for j in judged if j.fact.kind in ("order", "timing")]
    if all(sizes) and all(orders):
        return "right"
    return "order" if orders and all(orders) else "wrong"
