"""Compiled loops: facilities that serve people take over each other's work, as ``accounts.Taken`` states it."""

from __future__ import annotations

from typing import Any

import numpy as np

from kaname.cascade.accounts import Taken
from kaname.cascade.compiling import compiled
from kaname.cascade.plan import Plan
from kaname.network.tables import Floats


def take_over(p: Plan, shift: Floats, able: Floats, factor: Floats) -> Taken:
    """What facilities take over at a step, by case: ``shift``, ``able`` and ``factor`` are (nodes, cases)."""
    rows, cases = p.serving, able.shape[1]
    if not any_out(rows, shift, able):
        nothing = np.zeros((0, cases))
        return Taken(rows[:0], nothing, nothing, nothing)
    people, part, work = (np.empty((len(rows), cases)) for _ in range(3))
    share_work(rows, p.service, p.services, p.final, shift, able, factor, people, part, work)
    return Taken(rows, people, part, work)


def met_by_others(p: Plan, taken: Taken, fill_restock: Floats) -> Floats:
    """(rows of ``taken``, cases) share of final demand met by others; ``fill_restock`` by seat."""
    met = np.empty(taken.part.shape)
    if len(met):
        sum_met(p.people[taken.rows], p.service, p.services, taken.people, taken.part, fill_restock, met)
    return met


@compiled
def any_out(rows: Any, shift: Any, able: Any) -> bool:
    """Whether any of these facilities is out whose work others take over."""
    for i in rows:
        for b in range(able.shape[1]):
            if able[i, b] < 1.0 and shift[i, b] > 0.0:
                return True
    return False


@compiled
def share_work(
    rows: Any,
    service: Any,
    services: int,
    final: Any,
    shift: Any,
    able: Any,
    factor: Any,
    people: Any,
    part: Any,
    work: Any,
) -> None:
    """The lost work of each service, shared out among its facilities by what they can do."""
    cases = able.shape[1]
    strength, pool = np.zeros((services, cases)), np.zeros((services, cases))
    for r in range(len(rows)):
        i, g = rows[r], service[r]
        for b in range(cases):
            people[r, b] = shift[i, b] * (1.0 - able[i, b])
            part[r, b] = final[i] * able[i, b]
        for b in range(cases):
            strength[g, b] += part[r, b]
            pool[g, b] += people[r, b] * final[i] * factor[i, b]
    for r in range(len(rows)):
        g = service[r]
        for b in range(cases):
            part[r, b] = part[r, b] / strength[g, b] if strength[g, b] > 0.0 else 0.0
            work[r, b] = part[r, b] * pool[g, b]


@compiled
def sum_met(
    seats: Any, service: Any, services: int, people: Any, part: Any, fill_restock: Any, met: Any
) -> None:
    """Of each service what is done of the work taken over; each facility's people get as much of what they miss."""
    cases = met.shape[1]
    done = np.zeros((services, cases))
    for r in range(len(seats)):
        for b in range(cases):
            done[service[r], b] += part[r, b] * fill_restock[seats[r], b]
    for r in range(len(seats)):
        for b in range(cases):
            met[r, b] = people[r, b] * done[service[r], b]
