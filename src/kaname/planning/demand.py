"""Demand for electricity by outlook, year, use and area, in every state (EN-3, IC-9; floor 5).

Base year: the power balance's own demand by area is met exactly, and so are the shares of uses; where each use is comes
from figures of prefectures, made to meet both by proportional fitting (Deming and Stephan 1940). Later years: what is
done, times the base year's, or a total; less what is saved each year. What a use adds goes where the pack says it goes;
what it loses, it loses everywhere alike.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from kaname.network.areas import column_shares, frame_of
from kaname.network.power import HOURS_OF_YEAR, System
from kaname.network.tables import Floats
from kaname.pack.model import Pack
from kaname.pack.outlook import BASE, DemandUse, Outlook, UsePath
from kaname.planning.states import States

TWH = HOURS_OF_YEAR / 1e6
"""TWh a year of a mean MW."""
ROUNDS, CLOSE = 5_000, 1e-13
RANGE = (0.05, 0.5, 0.95)
"""Quantiles of draws that are shown: low, middle, high."""


@dataclass(frozen=True, eq=False)
class Demand:
    """Electricity, TWh a year. S outlooks, Y years, U uses, A areas, R states (the first is the stated values)."""

    outlooks: tuple[str, ...]
    years: tuple[int, ...]
    uses: tuple[str, ...]
    areas: tuple[str, ...]
    base_year: int
    base: Floats
    """(R, U, A) in the base year."""
    energy: Floats
    """(R, S, Y, U, A)"""

    def at(self, outlook: str, year: int) -> Floats:
        """(R, U, A) of one outlook in one year."""
        return np.asarray(self.energy[:, self.outlooks.index(outlook), self.years.index(year)])


def base_year(pack: Pack) -> int:
    """The year of the balance's demand."""
    return next(p.figure.year or 0 for p in pack.parameters if p.id == BASE)


def demand(
    pack: Pack, tables: Mapping[str, pl.DataFrame], system: System, states: States, years: Sequence[int]
) -> Demand:
    """Demand in ``years``, which must lie between the base year and the last year of every outlook.

    Between the years that an outlook names everything grows or shrinks at one rate.
    """
    start = base_year(pack)
    where = _where(pack, tables, system, states)
    base = _base(pack, system, states, where)
    energy = np.empty((len(states), len(pack.outlooks), len(years), *base.shape[1:]))
    for u, use in enumerate(pack.demand_uses):
        held = base[:, u]
        whole = held.sum(axis=1)
        # what a use by columns adds goes where it is already
        added = held / whole[:, None] if not use.places and (whole > 0).all() else where[:, u]
        for s, outlook in enumerate(pack.outlooks):
            for y, year in enumerate(years):
                energy[:, s, y, u] = _spread(_total(use, outlook, year, start, whole, states), held, added)
    return Demand(
        outlooks=tuple(o.id for o in pack.outlooks),
        years=tuple(years),
        uses=tuple(u.id for u in pack.demand_uses),
        areas=system.areas,
        base_year=start,
        base=base,
        energy=energy,
    )


def _where(pack: Pack, tables: Mapping[str, pl.DataFrame], system: System, states: States) -> Floats:
    """(R, U, A) shares of each use by area as the pack tells them, before they are made to fit the base year."""
    frame = frame_of(tables)
    found = np.zeros((len(states), len(pack.demand_uses), len(system.areas)))
    for u, use in enumerate(pack.demand_uses):
        if use.columns:
            found[:, u] = column_shares(pack, frame, use.columns)
        for place in use.places:
            name = f"use.{use.id}.in.{place.area}"
            found[:, u, system.areas.index(place.area)] = states.of_figure(name, place.share, "1")
    return np.asarray(found / found.sum(axis=2, keepdims=True))


def _base(pack: Pack, system: System, states: States, where: Floats) -> Floats:
    """(R, U, A) uses of the base year: sums over uses are the balance's demand, sums over areas the uses' shares."""
    by_area = system.mean * TWH
    share = np.stack([states.of_figure(f"use.{u.id}.base", u.base, "1") for u in pack.demand_uses], axis=1)
    share /= share.sum(axis=1, keepdims=True)
    return fitted(where, share * by_area.sum(), by_area)


def fitted(prior: Floats, rows: Floats, columns: Floats) -> Floats:
    """(R, U, A) made from ``prior`` with sums over areas ``rows`` (R, U) and over uses ``columns`` (A,)."""
    # a floor lets an area where no use is known still have its demand
    value = np.maximum(prior, 1e-9) * rows[:, :, None]
    for _ in range(ROUNDS):
        value *= _ratio(rows, value.sum(axis=2))[:, :, None]
        there = value.sum(axis=1)
        off = np.abs(there - columns).max()
        value *= _ratio(np.broadcast_to(columns, there.shape), there)[:, None, :]
        if off <= CLOSE * columns.sum():
            break
    return np.asarray(value)


def _ratio(wanted: Floats, there: Floats) -> Floats:
    return np.divide(wanted, there, out=np.zeros_like(there), where=there > 0)


def _total(use: DemandUse, outlook: Outlook, year: int, start: int, base: Floats, states: States) -> Floats:
    """(R,) electricity of a use in a year."""
    paths = sorted((p for p in outlook.paths if p.use == use.id), key=lambda p: p.year)
    after = next(n for n, p in enumerate(paths) if p.year >= year)
    late = paths[after]
    early = paths[after - 1] if after else None
    first = early.year if early else start
    part = (year - first) / (late.year - first)
    begun, ended = _done(use, early, base, states), _done(use, late, base, states)
    left = _left(use, early, start, states), _left(use, late, start, states)
    return between(begun, ended, part) * between(*left, part)


def between(early: Floats, late: Floats, part: float) -> Floats:
    """A part of the way from one value to another at one rate of growth; in a straight line from or to nothing."""
    both = (early > 0) & (late > 0)
    logs = [np.log(np.where(both, value, 1.0)) for value in (early, late)]
    return np.where(both, np.exp((1 - part) * logs[0] + part * logs[1]), (1 - part) * early + part * late)


def _done(use: DemandUse, path: UsePath | None, base: Floats, states: States) -> Floats:
    """(R,) what would be used if nothing were saved."""
    if path is None:
        return base
    if path.activity is not None:
        return base * states.of_figure(f"use.{use.id}.activity", path.activity, "1")
    assert path.total is not None
    return states.of_figure(f"use.{use.id}.total", path.total, "TWh")


def _left(use: DemandUse, path: UsePath | None, start: int, states: States) -> Floats:
    """(R,) what saving leaves of it."""
    if path is None or path.saving is None:
        return np.ones(len(states))
    saved = states.of_figure(f"use.{use.id}.saving", path.saving, "1")
    return np.asarray(np.maximum(1 - saved, 1e-6) ** (path.year - start))


def _spread(total: Floats, base: Floats, added: Floats) -> Floats:
    """(R, A) a total over areas: what is above the base year by ``added``, all else as in the base year."""
    whole = base.sum(axis=1)
    kept = np.minimum(total, whole)
    scale = np.divide(kept, whole, out=np.zeros_like(whole), where=whole > 0)
    return np.asarray(base * scale[:, None] + (total - kept)[:, None] * added)


def ranged(values: Floats) -> tuple[float, float, float, float]:
    """Stated value, and low, middle and high of the draws, of (R,) values."""
    drawn = values[1:] if len(values) > 1 else values
    low, middle, high = (float(q) for q in np.quantile(drawn, RANGE))
    return float(values[0]), low, middle, high
