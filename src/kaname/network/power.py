"""The power system by area: what can be made of which fuel, what is used when, and what the interties carry.

Demand by area is the nation's, by what the power industry delivers in each area of the divided network: the balance
and the cascade speak of one delivery. Capacities come from the pack's table ``power-areas``, hours from
``power-hours``, interties from its facilities.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from kaname.errors import InputProblems, Problem
from kaname.network.balance import Day
from kaname.network.tables import Floats, Ints, Network
from kaname.pack.model import Facility, Pack
from kaname.pack.power_tables import AREAS, HOURS

POWER = "D"
INTERTIE = "intertie"
HOURS_OF_YEAR = 8760.0
CLASSES = ("protected", "ordinary", "response")
"""Classes of load, in the order in which they are served; ``response`` stands back by agreement."""


@dataclass(frozen=True)
class Season:
    """A kind of day: hours of each kind, load over the year's mean, sun."""

    hours: Floats
    load: Floats
    sun: Floats
    kinds: tuple[str, ...]


@dataclass(frozen=True)
class System:
    """A nation's power system. A areas, F fuels in the order in which they are burnt, K directed ties."""

    areas: tuple[str, ...]
    fuels: tuple[str, ...]
    goods: tuple[str | None, ...]
    """The critical good, or the industry, that each fuel is; None = needs none."""
    terminals: tuple[str | None, ...]
    """The service of facilities that each fuel is unloaded by; None = none is named."""
    stock: Floats
    """(F,) days of normal use held; infinite where no fuel is needed."""
    part: Floats
    """(F,) share of the power industry's output that stops without the fuel: what plants burn of it over a year, also
    where a usual day of a season needs none (oil)."""
    mean: Floats
    """(A,) MW, the year's mean."""
    capacity: Floats
    """(A, F) MW that can run on a usual day."""
    sunny: tuple[bool, ...]
    seasons: Mapping[str, Season]
    ties: tuple[str, ...]
    """Facility of each tie; both directions of one stand apart."""
    source: Ints
    target: Ints
    limit: Floats
    pump: Floats
    pump_hours: float
    efficiency: float
    shares: Floats
    """(C,) share of load in each class."""
    ration: float
    """Days of stock at which a fuel is rationed."""

    @classmethod
    def of(cls, pack: Pack, tables: Mapping[str, pl.DataFrame], network: Network) -> System:
        """The system of a pack on a network divided by area.

        Raises :class:`~kaname.errors.InputProblems` for what the pack does not say, all at once.
        """
        _check(pack, tables)
        areas = tuple(a.id for a in pack.areas)
        delivered = np.array([_delivered(network, pack.home, a) for a in areas])
        capacity = _columns(tables[AREAS], "area", areas, tuple(f.id for f in pack.fuels))
        ties, source, target, limit = _ties(pack, areas)
        protected, response = (pack.parameter(f"load-{name}", "1") for name in ("protected", "response"))
        year = pack.parameter("power-demand", "MWh")
        return cls(
            areas=areas,
            fuels=tuple(f.id for f in pack.fuels),
            goods=tuple(f.good or f.industry for f in pack.fuels),
            terminals=tuple(f.terminals for f in pack.fuels),
            stock=np.array([_stock(pack, f.good, f.industry) for f in pack.fuels]),
            part=np.array([_part(network, f.good or f.industry) for f in pack.fuels]),
            mean=year / HOURS_OF_YEAR * delivered / delivered.sum(),
            capacity=capacity * [f.availability.to("1", 1.0) for f in pack.fuels],
            sunny=tuple(f.sun for f in pack.fuels),
            seasons=_seasons(pack, tables[HOURS]),
            ties=ties,
            source=source,
            target=target,
            limit=limit,
            pump=_columns(tables[AREAS], "area", areas, ("pumped",))[:, 0],
            pump_hours=pack.parameter("pump-hours", "hour"),
            efficiency=pack.parameter("pump-efficiency", "1"),
            shares=np.array([protected, 1 - protected - response, response]),
            ration=pack.parameter("fuel-ration-days", "day"),
        )

    @property
    def room(self) -> Floats:
        """(A,) MWh that storage gives when full."""
        return self.pump * self.pump_hours

    def day(
        self,
        season: str,
        *,
        fuel: Floats | None = None,
        plants: Floats | None = None,
        ties: Floats | None = None,
        load: Floats | None = None,
        stored: Floats | None = None,
    ) -> Day:
        """A day of a season. ``fuel`` (A, F) MWh at hand (default: no limit), ``plants`` (A, F), ``ties`` (K,) and
        ``load`` (A,) shares of normal (default 1), ``stored`` (A,) MWh at the start (default: full)."""
        if season not in self.seasons:
            known = ", ".join(self.seasons)
            raise InputProblems([Problem(f"no season {season!r}: one of {known}", path="season")])
        kind = self.seasons[season]
        shine = np.array([kind.sun if s else np.ones_like(kind.sun) for s in self.sunny])
        capacity = self.capacity if plants is None else self.capacity * plants
        asked = self.mean if load is None else self.mean * load
        return Day(
            hours=kind.hours,
            demand=asked[:, None, None] * kind.load[:, None] * self.shares,
            capacity=capacity[:, :, None] * shine,
            fuel=np.full(self.capacity.shape, np.inf) if fuel is None else fuel,
            source=self.source,
            target=self.target,
            limit=self.limit if ties is None else self.limit * ties,
            pump=self.pump,
            room=self.room,
            stored=self.room if stored is None else np.minimum(stored, self.room),
            efficiency=self.efficiency,
        )


def _delivered(network: Network, home: str, area: str) -> float:
    node = network.index.get(f"{home}-{area}:{POWER}")
    return 0.0 if node is None else float(network.nodes.output[node])


def _part(network: Network, product: str | None) -> float:
    """The weight of a fuel at home's power industry; 0 where the network does not follow it."""
    if product is None or product not in network.products or POWER not in network.products:
        return 0.0
    number, power = network.products.index(product), network.products.index(POWER)
    slots, nodes = network.slots, network.nodes
    power_user = (nodes.product[slots.user] == power) & network.is_home[slots.user]
    mine = np.flatnonzero((slots.product == number) & power_user)
    use = slots.need[mine] * nodes.output[slots.user[mine]]
    return float(slots.weight[mine] @ use / use.sum()) if use.sum() > 0 else 0.0


def _check(pack: Pack, tables: Mapping[str, pl.DataFrame]) -> None:
    faults = [
        Problem(f"the pack has no table {name!r}: it has no power system", path="tables")
        for name in (AREAS, HOURS)
        if name not in tables
    ]
    if not pack.fuels:
        faults.append(Problem("the pack names no fuels: it has no power system", path="fuels"))
    if AREAS in tables:
        columns = tables[AREAS].columns
        faults += [
            Problem(f"no column {name!r} in table {AREAS!r}", path="fuels")
            for name in (*(f.id for f in pack.fuels), "pumped")
            if name not in columns
        ]
        known = set(tables[AREAS][tables[AREAS].columns[0]].to_list())
        faults += [
            Problem(f"area {a.id!r} is not in table {AREAS!r}", path="areas")
            for a in pack.areas
            if a.id not in known
        ]
    needed = (
        "power-demand",
        "pump-hours",
        "pump-efficiency",
        "load-protected",
        "load-response",
        "fuel-ration-days",
    )
    known = {p.id for p in pack.parameters}
    faults += [
        Problem(f"parameter {name!r} is missing", path="parameters") for name in needed if name not in known
    ]
    if faults:
        raise InputProblems(faults)


def _columns(frame: pl.DataFrame, key: str, rows: tuple[str, ...], names: tuple[str, ...]) -> Floats:
    """Cells by row and column; empty ones count as nothing."""
    place = {name: n for n, name in enumerate(frame[key].to_list())}
    values = frame.select(pl.col(names).fill_null(0.0)).to_numpy().astype(np.float64)
    return np.asarray(values[[place[r] for r in rows]])


def _stock(pack: Pack, good: str | None, industry: str | None) -> float:
    if good is not None:
        return next(g.stock.to("day", 0.0) for g in pack.goods if g.id == good)
    if industry is not None:
        figure = next(i.stock for i in pack.industries if i.id == industry)
        return 0.0 if figure is None else figure.to("day", 0.0)
    return float("inf")


def _seasons(pack: Pack, frame: pl.DataFrame) -> dict[str, Season]:
    found = {}
    for name in dict.fromkeys(kind.partition("-")[0] for kind in frame["kind"]):
        rows = frame.filter(pl.col("kind").str.starts_with(f"{name}-"))
        length, load, sun = (rows[c].to_numpy() for c in ("length", "load", "sun"))
        level = pack.parameter(f"power-{name}", "1")
        # loads are over the mean of their own day
        mean = float(load @ length / length.sum())
        kinds = tuple(kind.partition("-")[2] for kind in rows["kind"])
        found[name] = Season(length * 24 / length.sum(), load / mean * level, sun, kinds)
    return found


def _ties(pack: Pack, areas: tuple[str, ...]) -> tuple[tuple[str, ...], Ints, Ints, Floats]:
    """Each intertie with a known capacity, both ways."""
    place = {name: n for n, name in enumerate(areas)}
    rows = []
    for facility in pack.facilities:
        if facility.kind != INTERTIE or facility.joins is None or not _known(facility):
            continue
        first, second = facility.joins
        out = facility.capacity.to("MW") if facility.capacity is not None else 0.0
        back = out if facility.back is None else facility.back.to("MW", out)
        rows += [
            (facility.id, place[first], place[second], out),
            (facility.id, place[second], place[first], back),
        ]
    names, source, target, limit = list(zip(*rows, strict=True)) or [()] * 4
    return tuple(names), np.array(source, np.int32), np.array(target, np.int32), np.array(limit, np.float64)


def _known(facility: Facility) -> bool:
    return facility.capacity is not None and facility.capacity.known
