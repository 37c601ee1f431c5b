"""Settings of classic ARIO: how producers order, refill and stretch in the models of Hallegatte and of Guan."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from kaname.data.tables import InterCountryTable
from kaname.errors import InputProblems, Problem
from kaname.network.tables import Floats

By = float | Mapping[str, float]
"""One figure for all industries, or one for each by its name."""

NEEDED = 1e-5 / 365


@dataclass(frozen=True)
class Settings:
    """Parameters of classic ARIO; the defaults are those of BoARIO. Times in days."""

    orders: Literal["alternative", "fixed"] = "alternative"
    """Orders go to suppliers by their usual shares (``fixed``: Hallegatte 2013), or by these times what each can
    make now against what it used to (``alternative``: Guan et al. 2020)."""
    psi: float = 0.8
    """Output falls once a stock is below this share of what its goal would be."""
    stretch_base: float = 1.0
    stretch_max: float = 1.25
    """Over-capacity: at rest, and at most (alpha)."""
    stretch_days: float = 365.0
    """Time over which scarcity brings a producer to its most (tau alpha)."""
    stock_days: By = 90.0
    """How long each input lasts, by the industry that makes it; ``inf`` = it never limits. Below 2 counts as 2."""
    restock_days: By = 60.0
    """Time over which a missing stock is ordered again (tau)."""
    capital: By = 4.0
    """Productive capital per value added of a year."""
    year: float = 365.0
    """Steps in the year that the table covers."""
    still: float = 1e-5
    """BoARIO's rule: stocks stay as they are while all that arrives is what is used, and nothing is restocked while
    every stock is at its goal, within this share. 0 = never."""
    least_need: float = NEEDED
    """BoARIO's rule: an input of which a unit of output takes no more than this does not limit."""
    relaxes: bool = False
    """Whether over-capacity goes back to its base wherever nothing is scarce, as published (Hallegatte 2013). Without,
    it only falls as demand falls, as BoARIO 0.7 does whatever its manual says."""
    spirals: bool = False
    """Run even where stocks last less long than their restocking, which is known to end in collapse."""
    precision: Literal["double", "single"] = "double"
    """Single for search: a table half the size, twice as many figures at a time."""

    def __post_init__(self) -> None:
        faults = list(_faults(self))
        if faults:
            raise InputProblems(faults)

    def by_industry(self, name: str, industries: Sequence[str]) -> Floats:
        """The figure ``name`` for each industry; ``InputProblems`` where one is missing or unknown."""
        value = getattr(self, name)
        if not isinstance(value, Mapping):
            return np.full(len(industries), float(value))
        wrong = [f"no {name} for {i!r}" for i in industries if i not in value]
        wrong += [f"{name} names {i!r}, which is not in the table" for i in value if i not in industries]
        if wrong:
            raise InputProblems([Problem(text, path=f"settings.{name}") for text in wrong])
        return np.array([float(value[i]) for i in industries])

    def check(self, table: InterCountryTable) -> None:
        """Refuse stocks that last less long than their restocking: orders, output and stocks then fall together.

        BoARIO runs on without a word, to a world that makes nothing. Raises ``InputProblems`` naming every industry.
        """
        stock, restock = self.days(table)
        if not self.spirals:
            short = np.flatnonzero(stock < restock)
            if len(short):
                raise InputProblems(
                    Problem(
                        f"classic orders spiral: stock lasts {stock[k]:g} days, restocking takes {restock[k]:g}",
                        path=table.industries[k],
                    )
                    for k in short.tolist()
                )

    def days(self, table: InterCountryTable) -> tuple[Floats, Floats]:
        """``stock_days`` and ``restock_days`` for each industry."""
        stock, restock = (self.by_industry(n, table.industries) for n in ("stock_days", "restock_days"))
        return np.maximum(stock, 2.0), restock


def _faults(settings: Settings) -> Iterator[Problem]:
    def fault(name: str, text: str) -> Problem:
        return Problem(f"{name} {text}", path="settings")

    for name in (
        "psi",
        "stretch_base",
        "stretch_max",
        "stretch_days",
        "stock_days",
        "restock_days",
        "capital",
        "year",
    ):
        value = getattr(settings, name)
        for figure in value.values() if isinstance(value, Mapping) else (value,):
            if math.isnan(figure) or figure <= 0 or (math.isinf(figure) and name != "stock_days"):
                yield fault(name, f"must be a number above 0, not {figure}")
    for name in ("still", "least_need"):
        value = getattr(settings, name)
        if not 0 <= value < 1:
            yield fault(name, f"must lie in 0..1, not {value}")
    if settings.psi > 1:
        yield fault("psi", "must not be above 1")
    if settings.stretch_max < settings.stretch_base:
        yield fault("stretch_max", "must not be below stretch_base")
    for name, known in (("orders", ("alternative", "fixed")), ("precision", ("double", "single"))):
        if getattr(settings, name) not in known:
            yield fault(name, f"is one of {', '.join(known)}, not {getattr(settings, name)!r}")
