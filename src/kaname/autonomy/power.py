"""Power by area and day under a case: fuel from the goods of the network, load shed, and what that does to the nation.

The cascade says what arrives of each fuel (a closed strait, a lost supplier); the balance of each day says what can be
served of it; what is shed goes back to the cascade as lost delivery of the area's grid. In that second run the power
industry waits for no fuel of its own accord: the fuel speaks through the balance, once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from kaname.cascade import kernel
from kaname.cascade.disturbance import Cut, Origin
from kaname.cascade.run import Run
from kaname.cascade.settings import Settings
from kaname.cascade.shocks import Case, compile_cases
from kaname.cascade.trace import Record
from kaname.network.adapt import prevent
from kaname.network.areas import by_area
from kaname.network.balance import Balance, Day, balance
from kaname.network.build import Built
from kaname.network.power import CLASSES, POWER, System
from kaname.network.tables import Flags, Floats, Network
from kaname.pack.reach import hit_by

AMPLE = 1e4
"""Days of fuel added while arrivals are counted, so that none is used that is not there: orders go by what is missing,
and stay as they are."""
UNTIED = 1e-9
"""Weight of a fuel at the power industry where the balance speaks for it."""
BLACKOUT = "power-balance"
"""What explanations call the loss that the balance finds."""


@dataclass(frozen=True)
class PowerPath:
    """Power day by day. T days, A areas, F fuels, K ties, C classes of load; energy in MWh a day."""

    system: System
    season: str
    demand: Floats
    """(T, A) normal demand."""
    asked: Floats
    """(T, A) what the area's grid can deliver: demand less what a struck grid cannot carry."""
    served: Floats
    """(T, A, C)"""
    burnt: Floats
    """(T, A, F)"""
    flow: Floats
    """(T, K) out of the first area into the second."""
    stock: Floats
    """(T, F) days of normal use left at the end of the day, the nation together; infinite where none is needed."""
    arrivals: Floats
    """(T, F) share of normal."""

    @property
    def shed(self) -> Floats:
        """(T, A) share of load shed beyond what stands back by agreement, of what the grid could deliver."""
        firm = self.asked * (1 - self.system.shares[CLASSES.index("response")])
        got = self.served[:, :, :-1].sum(axis=2)
        part = np.divide(got, firm, out=np.ones_like(got), where=firm > 0)
        return np.asarray(np.clip(1 - part, 0.0, 1.0))

    def frame(self) -> pl.DataFrame:
        """By day and area: demand, deliverable, served, shed (MWh), and its share."""
        days, areas = self.demand.shape
        served = self.served.sum(axis=2)
        return pl.DataFrame(
            {
                "day": np.repeat(np.arange(days), areas),
                "area": list(self.system.areas) * days,
                "demand": self.demand.reshape(-1),
                "deliverable": self.asked.reshape(-1),
                "served": served.reshape(-1),
                "unserved": (self.demand - served).reshape(-1).clip(min=0),
                "shed": self.shed.reshape(-1),
            }
        )

    def fuels(self) -> pl.DataFrame:
        """By day and fuel: generated (MWh), arrivals (share of normal), days of stock left (null: none needed)."""
        days, count = self.stock.shape
        return pl.DataFrame(
            {
                "day": np.repeat(np.arange(days), count),
                "fuel": list(self.system.fuels) * days,
                "generated": self.burnt.sum(axis=1).reshape(-1),
                "arrivals": self.arrivals.reshape(-1),
                "stock_days": [float(v) if np.isfinite(v) else None for v in self.stock.reshape(-1)],
            }
        )


def normal(system: System, season: str) -> Balance:
    """A usual day of a season, storage full at the start."""
    return balance(system.day(season))


def power_path(
    built: Built, case: Case, days: int, settings: Settings, system: System, season: str
) -> PowerPath:
    """Power day by day under ``case``, on a network divided by area.

    Fuel stocks are those of the power industry in the pack, in days of what a usual day of the season burns. Below the
    system's days of rationing no more is burnt than arrives and an even part of what is left.
    """
    adapted = _untied(prevent(built, case.measures), system, more=AMPLE)
    daily = replace(settings, dt=1.0)
    shocks = compile_cases(adapted, [case], days, daily)
    trace = kernel.simulate(adapted.network, shocks, daily, Record(nodes=True, stocks=True))
    assert trace.stock is not None and trace.output is not None and trace.able is not None
    network = adapted.network
    stock, output = trace.stock[:, :, 0], trace.output[:, :, 0]
    arrivals = np.stack([_arrivals(network, good, stock, output) for good in system.goods], axis=1)
    return _walk(system, season, arrivals, _left(network, system, trace.able[:, :, 0]))


@dataclass(frozen=True)
class _Left:
    """Shares of normal that the case leaves, by day."""

    load: Floats
    ties: Floats


def _left(network: Network, system: System, able: Floats) -> _Left:
    def share(name: str) -> Floats:
        return able[:, network.index[name]] if name in network.index else np.ones(len(able))

    grids = {network.nodes.area[n]: n for n in _grids(network)}
    load = np.stack(
        [able[:, grids[a]] if a in grids else np.ones(len(able)) for a in system.areas],
        axis=1,
    )
    ties = np.stack([share(name) for name in system.ties], axis=1) if system.ties else np.ones((len(able), 0))
    return _Left(load, ties)


def _grids(network: Network) -> list[int]:
    """Facilities that deliver power, one an area."""
    if "grid" not in network.products:
        return []
    product = network.products.index("grid")
    return [int(n) for n in np.flatnonzero(network.nodes.product == product) if network.nodes.area[n]]


def _arrivals(network: Network, product: str | None, stock: Floats, output: Floats) -> Floats:
    """(T,) what arrives of a fuel at the power industry, over normal use; of a home industry, what it makes."""
    days = len(output)
    if product is None or product not in network.products:
        return np.ones(days)
    number, power = network.products.index(product), network.products.index(POWER)
    slots, nodes = network.slots, network.nodes
    ours = network.is_home[slots.user] & (slots.target > 0)
    mine = np.flatnonzero((slots.product == number) & (nodes.product[slots.user] == power) & ours)
    if not len(mine):
        makers = np.flatnonzero((nodes.product == number) & network.is_home)
        usual = nodes.output[makers].sum()
        return output[:, makers].sum(axis=1) / usual if usual > 0 else np.ones(days)
    use = slots.need[mine] * nodes.output[slots.user[mine]]
    before = np.vstack([slots.target[mine] * use, stock[:-1, mine]])
    came = stock[:, mine] - before + slots.need[mine] * output[:, slots.user[mine]]
    return np.asarray(np.maximum(came.sum(axis=1) / use.sum(), 0.0))


def _walk(system: System, season: str, arrivals: Floats, left: _Left) -> PowerPath:
    """One balance a day, the stocks of fuel and water carried on."""
    usual = normal(system, season).burnt.sum(axis=2)
    needs = np.isfinite(system.stock)
    held = np.where(needs, np.where(needs, system.stock, 0.0) * usual, np.inf)
    stored = system.room
    rows: dict[str, list[Floats]] = {
        name: [] for name in ("demand", "asked", "served", "burnt", "flow", "stock")
    }
    remembered: dict[bytes, Balance] = {}
    for day in range(len(arrivals)):
        here = np.where(needs, held + arrivals[day] * usual, np.inf)
        scarce = needs & (here < system.ration * usual)
        fuel = np.where(scarce, np.minimum(here, arrivals[day] * usual + held / system.ration), np.inf)
        asked = system.day(season, fuel=fuel, load=left.load[day], ties=left.ties[day], stored=stored)
        key = b"".join(x.tobytes() for x in (fuel, left.load[day], left.ties[day], stored.round(3)))
        if key not in remembered:
            remembered[key] = balance(asked)
        found = remembered[key]
        burnt = found.burnt.sum(axis=2)
        held = np.where(needs, np.maximum(here - burnt, 0.0), np.inf)
        stored = found.stored
        day_length = asked.hours[:, None]
        rows["asked"].append((asked.demand * day_length).sum(axis=(1, 2)))
        rows["demand"].append((system.day(season).demand * day_length).sum(axis=(1, 2)))
        rows["served"].append(found.served.sum(axis=1))
        rows["burnt"].append(burnt)
        rows["flow"].append(found.flow.sum(axis=1))
        rows["stock"].append(_days_left(held.sum(axis=0), usual.sum(axis=0), needs))
    found_rows = {name: np.stack(values) for name, values in rows.items()}
    return PowerPath(system, season, arrivals=arrivals, **found_rows)


def _days_left(held: Floats, usual: Floats, needs: Flags) -> Floats:
    """Stock in days of usual use; infinite where none is needed or none is used."""
    used = needs & (usual > 1e-6 * usual.sum())
    return np.where(used, np.where(used, held, 0.0) / np.where(used, usual, 1.0), np.inf)


def felt(built: Built, case: Case, days: int, settings: Settings, path: PowerPath) -> Run:
    """The cascade again, with what the balance sheds as lost delivery of each area's grid."""
    adapted = _untied(prevent(built, case.measures), path.system)
    network = adapted.network
    shocks = compile_cases(adapted, [case], days, settings)
    steps = np.minimum((np.arange(shocks.steps) * shocks.dt).astype(int), len(path.shed) - 1)
    place, last = {name: n for n, name in enumerate(path.system.areas)}, len(shocks.origins)
    cuts = [
        Cut(0, last, path.shed[steps, place[network.nodes.area[n]]], np.array([n], np.int32), np.ones(1))
        for n in _grids(network)
        if network.nodes.area[n] in place
    ]
    shed = replace(
        shocks,
        cuts=(*shocks.cuts, *cuts),
        origins=(*shocks.origins, Origin(BLACKOUT, 0, "capacity", (BLACKOUT,))),
    )
    trace = kernel.simulate(network, shed, settings, Record(nodes=True))
    return Run(adapted, case, shed, trace, settings)


def _untied(built: Built, system: System, more: float = 0.0) -> Built:
    """The power industry at home stops by itself for no fuel that the balance follows; ``more`` days of each."""
    network = built.network
    fuels = [network.products.index(g) for g in system.goods if g is not None and g in network.products]
    power = network.products.index(POWER)
    user = network.slots.user
    mine = (
        np.isin(network.slots.product, fuels) & (network.nodes.product[user] == power) & network.is_home[user]
    )
    held = network.slots.target
    slots = replace(
        network.slots,
        weight=np.where(mine, UNTIED, network.slots.weight),
        target=np.where(mine & (held > 0), held + more, held),
    )
    return replace(built, network=replace(network, slots=slots))


Tables = Mapping[str, pl.DataFrame]


def system_of(built: Built, tables: Tables) -> System:
    """The power system of a divided network's pack."""
    return System.of(built.pack, tables, built.network)


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
    struck = system.day(season, load=left.load[0], ties=left.ties[0])
    usual = system.day(season)
    rows = [
        *_of_day("usual", season, "", system, usual, usual),
        *_of_day("struck", season, name, system, struck, usual),
    ]
    return pl.DataFrame(rows, BALANCES, orient="row")


def _worst_day(divided: Built, settings: Settings, system: System) -> tuple[str, _Left]:
    """The scenario whose first day leaves the least of the nation's delivery, and what it leaves."""
    found: list[tuple[float, str, _Left]] = []
    names = {divided.network.nodes.id[n] for n in _grids(divided.network)} | set(system.ties)
    for scenario in divided.pack.scenarios:
        if not names & hit_by(divided.pack, scenario).facilities:
            continue
        shocks = compile_cases(divided, [Case(((scenario, 0.0),))], 1, replace(settings, dt=1.0))
        left = _left(divided.network, system, shocks.capacity_left(0, len(divided.network.nodes)).T)
        found.append((float(left.load[0] @ system.mean), scenario.id, left))
    if not found:
        return "", _Left(np.ones((1, len(system.areas))), np.ones((1, len(system.ties))))
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
