"""Everything that must hold between the parts of a pack, in one list of small rules."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from kaname.errors import Problem
from kaname.pack import (
    areas,
    legal_checks,
    missions,
    outlook,
    power_tables,
    ranges,
    references,
    risks,
    tables,
)
from kaname.pack.draft import Draft

RULES: Final[tuple[Callable[[Draft], Iterable[Problem]], ...]] = (
    references.duplicates,
    references.dangling,
    references.loops,
    references.structure,
    areas.rules,
    missions.rules,
    risks.rules,
    outlook.rules,
    ranges.figures,
    ranges.sums,
    ranges.dates,
    ranges.codes,
    *legal_checks.CHECKS,
)


def check(draft: Draft) -> tuple[tables.Tables, tuple[Problem, ...]]:
    """The tables of the pack, and all that breaks a rule in what could be read of it."""
    found = [problem for rule in RULES for problem in rule(draft)]
    read, wrong = tables.read(draft)
    beside = (*areas.prefectures(draft, read.frames), *power_tables.rules(draft, read.frames))
    return read, (*found, *wrong, *beside)
