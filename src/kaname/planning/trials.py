"""Weeks of winter under every outlook, supply case and year: headroom, first year of breaking, needs (floor 5)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from kaname.network.balance import Day, balance
from kaname.network.power import CLASSES, System
from kaname.network.tables import Floats
from kaname.pack.model import Pack
from kaname.pack.outlook import SupplyCase, WinterWeek
from kaname.planning.adequacy import Headroom, Means, Needs, firm, headroom, needs, unbound
from kaname.planning.demand import RANGE, TWH, Demand, base_year, demand
from kaname.planning.states import States
from kaname.planning.supply import Supply, load, supply, week

ENOUGH = 1 - 1e-9
"""A headroom below this sheds load."""
PLANTS: frozenset[Means] = frozenset({"plants"})


@dataclass(frozen=True, eq=False)
class Bench:
    """What weeks are tried on: the pack, today's system, and all states."""

    pack: Pack
    tables: Mapping[str, pl.DataFrame]
    system: System
    states: States
    supplies: dict[tuple[str, int], Supply] = field(default_factory=dict)
    """Supplies already worked out, by case and year."""
    demands: dict[int, Demand] = field(default_factory=dict)
    """Demand at the stated values already worked out, by year."""

    def stated(self, year: int) -> Demand:
        """Demand of a year at the stated values."""
        if year not in self.demands:
            stated = self.states.first(0)
            self.demands[year] = demand(self.pack, self.tables, self.system, stated, [year])
        return self.demands[year]

    def supply(self, case: SupplyCase, year: int) -> Supply:
        """What stands in a case and year."""
        key = case.id, year
        if key not in self.supplies:
            start = base_year(self.pack)
            self.supplies[key] = supply(self.pack, self.system, case, year, start, self.states)
        return self.supplies[key]

    def later(self, case: SupplyCase, year: int, energy: Floats, row: int = 0) -> System:
        """The system of one state; ``energy`` (U, A) TWh."""
        return self.supply(case, year).system(self.system, row, energy.sum(axis=0) / TWH)

    def week(
        self, case: SupplyCase, year: int, wanted: WinterWeek, found: Demand, outlook: str, row: int
    ) -> Day:
        """One week of one state."""
        energy = found.at(outlook, year)[row]
        seen = load(self.pack, found.base[row], energy, row, self.states, TWH)
        return week(self.pack, self.later(case, year, energy, row), wanted, seen, row, self.states)


def headrooms(
    bench: Bench, found: Demand, tick: Callable[[], None]
) -> dict[tuple[str, str, int, str], Headroom]:
    """Headroom at the stated values, by outlook, case, year and week."""
    got = {}
    for outlook in found.outlooks:
        for case in bench.pack.supply_cases:
            for year in found.years:
                for wanted in bench.pack.winter_weeks:
                    day = bench.week(case, year, wanted, found, outlook, 0)
                    got[outlook, case.id, year, wanted.id] = headroom(day)
                tick()
    return got


def first_year(
    bench: Bench, outlook: str, case: SupplyCase, wanted: WinterWeek, known: Mapping[int, float]
) -> int | None:
    """The first year in which a week sheds load at the stated values; None if in none of the ``known`` years it does.

    By halving between the years known: a week that breaks, mends and breaks again between two of them is taken as one.
    """
    broken = [year for year in sorted(known) if known[year] < ENOUGH]
    if not broken:
        return None
    late = broken[0]
    early = max((year for year in known if year < late), default=base_year(bench.pack))
    while late - early > 1:
        middle = (early + late) // 2
        factor = headroom(bench.week(case, middle, wanted, bench.stated(middle), outlook, 0)).factor
        early, late = (early, middle) if factor < ENOUGH else (middle, late)
    return late


def drawn(
    bench: Bench, found: Demand, outlook: str, case: SupplyCase, year: int, wanted: WinterWeek, count: int
) -> tuple[float, float, float] | tuple[None, None, None]:
    """Low, middle and high headroom of a week over the first ``count`` draws; nothing where there are none."""
    rows = range(1, min(count, len(bench.states) - 1) + 1)
    factors = [headroom(bench.week(case, year, wanted, found, outlook, row)).factor for row in rows]
    if not factors:
        return None, None, None
    low, middle, high = (float(q) for q in np.quantile(factors, RANGE))
    return low, middle, high


def shedding(system: System, day: Day) -> pl.DataFrame:
    """By area: the share of firm demand shed over a week, and the most MW at once."""
    served = balance(day).served[:, :, : len(CLASSES) - 1].sum(axis=2)
    wanted = firm(day)
    lacking = np.maximum(wanted - served, 0.0)
    return pl.DataFrame(
        {
            "area": list(system.areas),
            "share": (lacking.sum(axis=1) / np.maximum(wanted.sum(axis=1), 1e-12)).tolist(),
            "most_mw": (lacking / day.hours).max(axis=1).tolist(),
            "energy_mwh": lacking.sum(axis=1).tolist(),
        }
    )


def clearing(
    bench: Bench, found: Demand, outlook: str, case: SupplyCase, year: int
) -> tuple[dict[str, Needs], dict[str, float]]:
    """What clears shedding in every week of a year at the stated values, by the way of clearing; and shares.

    Ways: ``plants`` alone; ``storage`` alone; ``ties`` alone, where they can; ``reserve``: plants that leave the pack's
    reserve besides; ``response``: plants, where as much load stands back as the range of ``load-response`` allows.
    Shares: ``ties_alone``, the least headroom with interties as large as one likes; ``response_alone``, how much of
    firm load would have to stand back.
    """
    weeks = [bench.week(case, year, w, found, outlook, 0) for w in bench.pack.winter_weeks]
    got = {"plants": needs(weeks, PLANTS), "storage": needs(weeks, frozenset({"storage"}))}
    free = min(headroom(unbound(week)).least for week in weeks)
    if free >= 1:
        got["ties"] = needs(weeks, frozenset({"ties"}))
    parameters = {p.id: p.figure for p in bench.pack.parameters}
    if "outlook-reserve" in parameters:
        got["reserve"] = needs(weeks, PLANTS, 1 + parameters["outlook-reserve"].to("1"))
    response = parameters["load-response"]
    if response.high is not None:
        got["response"] = needs(weeks, PLANTS, (1 - response.high) / (1 - response.to("1")))
    alone = max(0.0, 1 - min(headroom(week).least for week in weeks))
    return got, {"ties_alone": min(headroom(unbound(w)).factor for w in weeks), "response_alone": alone}


def plants_drawn(
    bench: Bench, found: Demand, outlook: str, case: SupplyCase, year: int, wanted: WinterWeek, count: int
) -> Sequence[float]:
    """MW of plants that clear one week, draw by draw."""
    rows = range(1, min(count, len(bench.states) - 1) + 1)
    return [
        float(needs([bench.week(case, year, wanted, found, outlook, row)], PLANTS).plants.sum())
        for row in rows
    ]
