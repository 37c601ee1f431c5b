"""The power balance of a usual day and of the worst struck one, area by area (floor 4)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import polars as pl

from kaname.autonomy.power import Left, Tables, grids, left_of, system_of
from kaname.cascade.settings import Settings
from kaname.cascade.shocks import Case, compile_cases
from kaname.network.areas import by_area
from kaname.network.balance import Day, balance
from kaname.network.build import Built
from kaname.network.power import System
from kaname.pack.reach import hit_by

BALANCES = {
    "state": pl.String,
    "season": pl.String,
    "scenario": pl.String,
    "area": pl.String,
    "item": pl.String,
    "mw": pl.Float64,
}
"""Columns of :func:`balances`; item: a fuel, demand, in (net, over interties), drawn (from storage, net), lacking."""


def balances(built: Built, tables: Tables, settings: Settings, season: str) -> pl.DataFrame:
    """The power balance of a usual day, and of the first day of the scenario that takes most of the delivery of
    power, by area, in mean MW. Empty where the pack has no power system."""
    if not built.pack.fuels or not built.pack.areas:
        return pl.DataFrame(schema=BALANCES)
    divided = by_area(built, tables)
    system = system_of(divided, tables)
    name, left = _worst_day(divided, settings, system)
    struck = system.day(season, load=left.load[0], ties=left.ties[0], plants=left.plants[0])
    usual = system.day(season)
    rows = [
        *_of_day("usual", season, "", system, usual, usual),
        *_of_day("struck", season, name, system, struck, usual),
    ]
    return pl.DataFrame(rows, BALANCES, orient="row")


def _worst_day(divided: Built, settings: Settings, system: System) -> tuple[str, Left]:
    """The scenario whose first day leaves the least of the nation's delivery, and what it leaves."""
    found: list[tuple[float, str, Left]] = []
    names = {divided.network.nodes.id[n] for n in grids(divided.network)} | set(system.ties)
    for scenario in divided.pack.scenarios:
        if not names & hit_by(divided.pack, scenario).facilities:
            continue
        shocks = compile_cases(divided, [Case(((scenario, 0.0),))], 1, replace(settings, dt=1.0))
        left = left_of(divided.network, system, shocks.capacity_left(0, len(divided.network.nodes)).T)
        found.append((float(left.load[0] @ system.mean), scenario.id, left))
    if not found:
        whole = np.ones((1, len(divided.network.nodes)))
        return "", left_of(divided.network, system, whole)
    least = min(found, key=lambda one: (one[0], one[1]))
    return least[1], least[2]


def _of_day(
    state: str, season: str, scenario: str, system: System, day: Day, usual: Day
) -> Iterator[tuple[str, str, str, str, str, float]]:
    found, length = balance(day), float(day.hours.sum())
    net = np.zeros(len(system.areas))
    np.add.at(net, system.target, found.flow.sum(axis=1))
    np.add.at(net, system.source, -found.flow.sum(axis=1))
    wanted = (usual.demand * usual.hours[:, None]).sum(axis=(1, 2))
    items = {f: found.burnt[:, n].sum(axis=1) for n, f in enumerate(system.fuels)}
    items |= {"demand": wanted, "in": net, "drawn": (found.drawn - found.pumped).sum(axis=1)}
    items["lacking"] = np.maximum(wanted - found.served.sum(axis=(1, 2)), 0.0)
    for n, area in enumerate(system.areas):
        for item, energy in items.items():
            yield state, season, scenario, area, item, round(float(energy[n]) / length, 3)
