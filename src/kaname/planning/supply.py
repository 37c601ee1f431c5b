"""The power system of a later year, and its weeks of winter (EN-1, EN-3; floor 5).

Plants, interties and storage of a supply case in place of today's; what a case does not name stays. A week is seven
like days of the balance, storage full at the start: ``network.balance`` solves it as one long day.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from kaname.network.balance import Day
from kaname.network.power import System
from kaname.network.tables import Floats
from kaname.pack.figures import Figure
from kaname.pack.model import Pack
from kaname.pack.outlook import Capacity, SupplyCase, WinterWeek
from kaname.planning.states import States

DAYS = 7
WINTER = "winter"
"""Season of the balance whose hours the weeks have."""


@dataclass(frozen=True, eq=False)
class Supply:
    """What stands in one case and year, in every state. R states, A areas, F fuels, K directed ties."""

    installed: Floats
    """(R, A, F) MW"""
    availability: Floats
    """(R, F) share that can run on a usual day."""
    limit: Floats
    """(R, K) MW"""
    pump: Floats
    """(R, A) MW of storage."""
    hours: Floats
    """(R,) that storage runs when full."""

    def system(self, base: System, row: int, mean: Floats) -> System:
        """The system of one state, with demand of ``mean`` (A,) MW over the year."""
        return replace(
            base,
            mean=mean,
            capacity=self.installed[row] * self.availability[row],
            limit=self.limit[row],
            pump=self.pump[row],
            pump_hours=float(self.hours[row]),
        )


def supply(
    pack: Pack, base: System, case: SupplyCase | None, year: int, start: int, states: States
) -> Supply:
    """Supply of a case in a year; None: as today. Between the years of the case in straight lines."""
    rows = len(states)
    available = np.stack(
        [states.of_figure(f"fuel.{f.id}.availability", f.availability, "1") for f in pack.fuels], axis=1
    )
    stated = np.array([f.availability.to("1", 1.0) for f in pack.fuels])
    today = np.divide(base.capacity, stated, out=np.zeros_like(base.capacity), where=stated > 0)
    installed = np.repeat(today[None], rows, axis=0)
    limit = np.repeat(base.limit[None], rows, axis=0)
    pump, hours = np.repeat(base.pump[None], rows, axis=0), np.full(rows, base.pump_hours)
    if case is None:
        return Supply(installed, available, limit, pump, hours)
    for f, fuel in enumerate(base.fuels):
        points = [(start, installed[:, :, f])]
        for row in sorted((c for c in case.capacities if c.fuel == fuel), key=lambda c: c.year):
            points.append((row.year, _standing(row, base, today[:, f], states)))
        installed[:, :, f] = _between(points, year)
    for k, tie in enumerate(base.ties):
        forth = base.ties.index(tie) == k
        points = [(start, limit[:, k])]
        for up in sorted((t for t in case.ties if t.facility == tie), key=lambda t: t.year):
            figure = up.capacity if forth or up.back is None else up.back
            points.append((up.year, states.of_figure(f"tie.{tie}", figure, "MW")))
        limit[:, k] = _between(points, year)
    share = base.pump / base.pump.sum() if base.pump.sum() > 0 else base.mean / base.mean.sum()
    power, run = [(start, pump.sum(axis=1))], [(start, hours)]
    for store in sorted(case.storage, key=lambda s: s.year):
        power.append((store.year, states.of_figure("storage.power", store.power, "MW")))
        run.append((store.year, states.of_figure("storage.hours", store.hours, "hour")))
    return Supply(installed, available, limit, _between(power, year)[:, None] * share, _between(run, year))


def _standing(row: Capacity, base: System, today: Floats, states: States) -> Floats:
    """(R, A) MW of a fuel: the nation's total where the pack puts it, else as today's stand."""
    total = states.of_figure(f"fuel.{row.fuel}.total", row.total, "MW")
    if not row.places:
        here = today / today.sum() if today.sum() > 0 else base.mean / base.mean.sum()
        return np.asarray(total[:, None] * here)
    where = np.zeros((len(states), len(base.areas)))
    for place in row.places:
        name = f"fuel.{row.fuel}.in.{place.area}"
        where[:, base.areas.index(place.area)] = states.of_figure(name, place.share, "1")
    return np.asarray(total[:, None] * where / where.sum(axis=1, keepdims=True))


def _between(points: Sequence[tuple[int, Floats]], year: int) -> Floats:
    """A value in a year, in straight lines between years; after the last as in the last."""
    if year >= points[-1][0]:
        return points[-1][1]
    after = next(n for n, (when, _) in enumerate(points) if when >= year)
    if not after:
        return points[0][1]
    (first, early), (last, late) = points[after - 1], points[after]
    part = (year - first) / (last - first)
    return np.asarray((1 - part) * early + part * late)


@dataclass(frozen=True, eq=False)
class Load:
    """Demand of a year as the weeks see it, mean MW over the year by area."""

    shaped: Floats
    """(A,) what follows the season and hours of demand in all."""
    wintry: Floats
    """(A,) what has a winter of its own, at the level of a usual winter day."""
    flat: Floats
    """(A,) what runs evenly."""


def load(pack: Pack, base: Floats, energy: Floats, row: int, states: States, twh: float) -> Load:
    """The load of one state: ``base`` and ``energy`` (U, A) TWh of the base year and of the year."""
    shaped = np.zeros(base.shape[1])
    wintry, flat = np.zeros_like(shaped), np.zeros_like(shaped)
    for u, use in enumerate(pack.demand_uses):
        if not use.flat and use.winter is None:
            shaped += energy[u]
            continue
        kept = np.minimum(energy[u], base[u])
        shaped += kept
        if use.flat:
            flat += energy[u] - kept
        elif use.winter is not None:
            level = states.of_figure(f"use.{use.id}.winter", use.winter, "1")[row]
            wintry += level * (energy[u] - kept)
    return Load(shaped / twh, wintry / twh, flat / twh)


def week(pack: Pack, system: System, wanted: WinterWeek, load_: Load, row: int, states: States) -> Day:
    """A week of winter in one state: seven days of a :class:`~kaname.network.balance.Day` end to end."""
    season = system.seasons[WINTER]
    usual = float(season.load @ season.hours / season.hours.sum())
    shape = season.load / usual
    level = _drawn(states, "week.load", wanted.load)[row]
    mean = load_.shaped * level + load_.wintry * level / usual
    demand = mean[:, None] * shape + load_.flat[:, None]
    wind, sun = (_drawn(states, f"week.{n}", getattr(wanted, n))[row] for n in ("wind", "sun"))
    there = np.array([not wanted.areas or area in wanted.areas for area in system.areas])
    capacity = np.repeat(system.capacity[:, :, None], len(season.hours), axis=2)
    for f, fuel in enumerate(pack.fuels):
        if fuel.sun:
            capacity[:, f] *= season.sun * np.where(there, sun, 1.0)[:, None]
        if fuel.wind:
            # the week says what share of all that stands generates, in place of the yearly mean
            mean = states.of_figure(f"fuel.{fuel.id}.availability", fuel.availability, "1")[row]
            capacity[:, f] *= np.where(there, wind / mean if mean > 0 else 0.0, 1.0)[:, None]
    return Day(
        hours=np.tile(season.hours, DAYS),
        demand=np.tile(demand[:, :, None] * system.shares, (1, DAYS, 1)),
        capacity=np.tile(capacity, (1, 1, DAYS)),
        fuel=np.full(system.capacity.shape, np.inf),
        source=system.source,
        target=system.target,
        limit=system.limit,
        pump=system.pump,
        room=system.room,
        stored=system.room,
        efficiency=system.efficiency,
    )


def _drawn(states: States, name: str, figure: Figure) -> Floats:
    return states.of_figure(name, figure, "1")
