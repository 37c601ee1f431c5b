"""Whether the laws answer the risks (LG-1): which law covers which risk of which industry, and what has no legal
basis (floor 6).

The table of covers is what the pack's author could find; a cell without a law means that the pack knows of none,
which is said.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

import polars as pl

from kaname.pack.legal import LawCover
from kaname.pack.model import Law, Pack

RISKS: Final = ("cyber", "disaster", "supply-chain", "infiltration", "leak")
"""Kinds of risk: the three of the scenarios, foreign influence on an operator, and leaks of technology or data."""
RECENT: Final = 2021
"""Laws of this year or later count from the first day named in ``in_force``; older ones from the year of their
number."""


@dataclass(frozen=True)
class Gap:
    """A scenario or measure and its legal basis on the day; ``open``: what of it no law answers."""

    kind: str
    id: str
    basis: tuple[str, ...]
    open: tuple[str, ...]
    needless: bool = False
    """A measure that is said to need no law."""

    @property
    def none(self) -> bool:
        """Whether nothing in force carries it."""
        return not self.basis and not self.needless


@dataclass(frozen=True)
class LawReview:
    """Covers by industry and risk, and the gaps of scenarios and measures, on one day."""

    asof: date
    covers: tuple[tuple[str, str, tuple[LawCover, ...]], ...]
    """Infrastructure, risk, covers in force."""
    scenarios: tuple[Gap, ...]
    measures: tuple[Gap, ...]
    coming: tuple[LawCover, ...]

    @property
    def without(self) -> tuple[Gap, ...]:
        """What needs a new legal basis: scenarios with an unanswered risk, measures whose law is not there."""
        return tuple(gap for gap in (*self.scenarios, *self.measures) if gap.none or gap.open)

    def frame(self) -> pl.DataFrame:
        """Every scenario and measure: kind, id, basis, open, none."""
        rows = [
            (g.kind, g.id, ", ".join(g.basis), ", ".join(g.open), g.none)
            for g in (*self.scenarios, *self.measures)
        ]
        return pl.DataFrame(rows, schema=["kind", "id", "basis", "open", "none"], orient="row")


def law_review(pack: Pack, asof: date) -> LawReview:
    """The table and the gaps on ``asof``."""
    live = [cover for cover in pack.law_covers if cover.in_force.holds(asof)]
    table = tuple((i.id, risk, tuple(_of(live, i.id, risk))) for i in pack.infrastructures for risk in RISKS)
    held = {(infrastructure, risk): covers for infrastructure, risk, covers in table}
    laws = {law.id: law for law in pack.laws}
    scenarios = []
    for scenario in pack.scenarios:
        pairs = [
            (i, risk) for i in scenario.infrastructures for risk in (scenario.common or ("supply-chain",))
        ]
        basis = tuple(dict.fromkeys(cover.law for pair in pairs for cover in held.get(pair, ())))
        open_ = tuple(f"{i}/{risk}" for i, risk in pairs if not held.get((i, risk)))
        scenarios.append(Gap("scenario", scenario.id, basis, open_))
    measures = []
    for measure in pack.measures:
        there = tuple(name for name in measure.legal_basis if begun(laws[name], asof))
        lacks = tuple(name for name in measure.legal_basis if name not in there)
        measures.append(
            Gap("measure", measure.id, there, () if there else lacks, measure.no_legal_basis_needed)
        )
    coming = tuple(
        c for c in pack.law_covers if not c.in_force.holds(asof) and (c.in_force.to or asof) >= asof
    )
    return LawReview(asof, table, tuple(scenarios), tuple(measures), coming)


def closed(before: LawReview, after: LawReview) -> tuple[str, ...]:
    """Ids of the scenarios and measures that were without a basis before and are not after."""
    then = {(gap.kind, gap.id) for gap in before.without}
    now = {(gap.kind, gap.id) for gap in after.without}
    return tuple(id_ for _, id_ in sorted(then - now))


def begun(law: Law, asof: date) -> bool:
    """Whether a law is there on a day: by the first day that ``in_force`` names, or, for an older law, by the year
    of its number."""
    days = re.findall(r"\d{4}-\d{2}-\d{2}", law.in_force or "")
    year = re.match(r"(\d{4})", law.number or "")
    if days and (year is None or int(year[1]) >= RECENT):
        return date.fromisoformat(min(days)) <= asof
    return year is not None and int(year[1]) <= asof.year


def _of(covers: Iterable[LawCover], infrastructure: str, risk: str) -> Iterable[LawCover]:
    return (cover for cover in covers if infrastructure in cover.infrastructures and risk in cover.risks)
