"""Power by area and day under a case: fuel from the goods of the network, load shed, and what that does to the nation.

The cascade says what arrives of each fuel (a closed strait, a lost supplier), what terminals can unload and how much
power is wanted; the balance of each day says what can be served of it; what is shed goes back to the cascade as lost
delivery of the area's grid, and from there to ports and refineries and the next day's fuel (``settle``: until nothing
moves). In these runs the power industry waits for no fuel of its own accord: the fuel speaks through the balance, once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from kaname.cascade import kernel
from kaname.cascade.disturbance import Cut, Origin, Shocks
from kaname.cascade.run import Run
from kaname.cascade.settings import Settings
from kaname.cascade.shocks import Case, compile_cases
from kaname.cascade.trace import Record, Trace
from kaname.network.adapt import prevent
from kaname.network.balance import Balance, balance
from kaname.network.build import Built
from kaname.network.power import CLASSES, POWER, System
from kaname.network.tables import Flags, Floats, Network

AMPLE = 1e4
"""Days of fuel added while arrivals are counted, so that none is used that is not there: orders go by what is missing,
and stay as they are."""
UNTIED = 1e-9
"""Weight of a fuel at the power industry where the balance speaks for it."""
AGREED = 0.01
"""Passes between balance and cascade end when no day's shedding moves by more than this share of an area's load."""
SWAPPED = 0.1
"""Part of a fuel's arrivals that companies hand on to plants which idle on a usual day."""
NOTHING = 1e-6
"""Shedding below this share is the rounding of the programme."""
PASSES = 6
"""Most such passes."""
BLACKOUT = "power-balance"
"""What explanations call the loss that the balance finds."""


@dataclass(frozen=True)
class PowerPath:
    """Power day by day. T days, A areas, F fuels, K ties, C classes of load; energy in MWh a day."""

    system: System
    season: str
    demand: Floats
    """(T, A) what is wanted: of a usual day, less what stopped users do not ask for, more where demand rises."""
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
    spare: Floats
    """(T, F) what plants could still have made of the fuel at hand, the nation together."""
    arrivals: Floats
    """(T, F) share of normal."""

    @property
    def tightest(self) -> int:
        """The day on which the least could still have been made, over what is wanted."""
        return int((self.spare.sum(axis=1) / self.demand.sum(axis=1)).argmin())

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
    built: Built,
    case: Case,
    days: int,
    settings: Settings,
    system: System,
    season: str,
    shed: Floats | None = None,
) -> PowerPath:
    """Power day by day under ``case``, on a network divided by area; ``shed`` (days, areas): what an earlier pass shed.

    Fuel stocks are those of the power industry in the pack, in days of what a usual day of the season burns. Below the
    system's days of rationing no more is burnt than arrives and an even part of what is left.
    """
    adapted = _untied(prevent(built, case.measures), system, more=AMPLE)
    daily = replace(settings, dt=1.0)
    events = compile_cases(adapted, [case], days, daily)
    shocks = events if shed is None else _with_shed(adapted.network, events, system, shed)
    trace = kernel.simulate(adapted.network, shocks, daily, Record(nodes=True, stocks=True))
    assert trace.stock is not None and trace.output is not None
    network = adapted.network
    stock, output = trace.stock[:, :, 0], trace.output[:, :, 0]
    arrivals = np.stack([_arrivals(network, good, stock, output) for good in system.goods], axis=1)
    return _walk(system, season, arrivals, _left(network, system, events, trace))


@dataclass(frozen=True)
class Left:
    """Shares of normal that the case leaves, by day."""

    wanted: Floats
    """(T, A) what is asked of the area's power industry."""
    load: Floats
    """(T, A) what the area's grid can carry."""
    ties: Floats
    plants: Floats
    """(T, A, F) what terminals let through to the plants of each fuel."""


def _left(network: Network, system: System, events: Shocks, trace: Trace) -> Left:
    assert trace.output is not None and trace.demand is not None
    able = _able(events, len(network.nodes))
    wanted = np.ones((events.steps, len(system.areas)))
    for a, area in enumerate(system.areas):
        node = network.index.get(f"{network.home}-{area}:{POWER}")
        if node is not None:
            wanted[:, a] = trace.demand[:, node, 0] / network.nodes.output[node]
    whole = left_of(network, system, able)
    return Left(wanted, whole.load, whole.ties, _plants(network, system, trace.output[:, :, 0]))


def _able(events: Shocks, nodes: int) -> Floats:
    """(T, N) what the events themselves leave of each node."""
    return np.stack([events.capacity_left(step, nodes)[:, 0] for step in range(events.steps)])


def left_of(network: Network, system: System, able: Floats) -> Left:
    """What struck grids, interties and terminals leave, out of what nodes are able to do (T, N)."""

    def share(name: str) -> Floats:
        return able[:, network.index[name]] if name in network.index else np.ones(len(able))

    here = {network.nodes.area[n]: n for n in grids(network)}
    load = np.stack(
        [able[:, here[a]] if a in here else np.ones(len(able)) for a in system.areas],
        axis=1,
    )
    ties = np.stack([share(name) for name in system.ties], axis=1) if system.ties else np.ones((len(able), 0))
    return Left(np.ones_like(load), load, ties, _plants(network, system, able * network.nodes.output))


def _plants(network: Network, system: System, output: Floats) -> Floats:
    """(T, A, F) level of each area's named terminals of a fuel, weighted by what they carry; 1 where it has none."""
    found = np.ones((len(output), len(system.areas), len(system.fuels)))
    for f, service in enumerate(system.terminals):
        if service is None or service not in network.products:
            continue
        makers = np.flatnonzero(network.nodes.product == network.products.index(service))
        for a, area in enumerate(system.areas):
            mine = [int(n) for n in makers if network.nodes.area[n] == area]
            usual = network.nodes.output[mine].sum()
            if usual > 0:
                found[:, a, f] = np.minimum(output[:, mine].sum(axis=1) / usual, 1.0)
    return found


def grids(network: Network) -> list[int]:
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


def _walk(system: System, season: str, arrivals: Floats, left: Left) -> PowerPath:
    """One balance a day, the stocks of fuel and water carried on."""
    usual = _usual(system, season)
    needs = np.isfinite(system.stock)
    full = np.where(needs, np.where(needs, system.stock, 0.0) * usual, np.inf)
    held = full
    stored = system.room
    rows: dict[str, list[Floats]] = {
        name: [] for name in ("demand", "asked", "served", "burnt", "flow", "stock", "spare")
    }
    remembered: dict[bytes, Balance] = {}
    for day in range(len(arrivals)):
        here = np.where(needs, held + arrivals[day] * usual, np.inf)
        scarce = needs & (here < system.ration * usual)
        fuel = np.where(scarce, np.minimum(here, arrivals[day] * usual + held / system.ration), np.inf)
        wanted = left.wanted[day]
        shares = {"load": wanted * left.load[day], "ties": left.ties[day], "plants": left.plants[day]}
        asked = system.day(season, fuel=fuel, stored=stored, **shares)
        key = b"".join(x.tobytes() for x in (fuel, *shares.values(), stored.round(3)))
        if key not in remembered:
            remembered[key] = balance(asked)
        found = remembered[key]
        burnt = found.burnt.sum(axis=2)
        # tanks hold no more than at the start: what is not burnt is not ordered again
        held = np.where(needs, np.clip(here - burnt, 0.0, full), np.inf)
        stored = found.stored
        day_length = asked.hours[:, None]
        rows["asked"].append((asked.demand * day_length).sum(axis=(1, 2)))
        rows["demand"].append((system.day(season, load=wanted).demand * day_length).sum(axis=(1, 2)))
        rows["served"].append(found.served.sum(axis=1))
        rows["burnt"].append(burnt)
        could = np.minimum((asked.capacity * asked.hours).sum(axis=2), fuel)
        rows["spare"].append(np.maximum(could - burnt, 0.0).sum(axis=0))
        rows["flow"].append(found.flow.sum(axis=1))
        rows["stock"].append(_days_left(held.sum(axis=0), usual.sum(axis=0), needs))
    found_rows = {name: np.stack(values) for name, values in rows.items()}
    return PowerPath(system, season, arrivals=arrivals, **found_rows)


def _usual(system: System, season: str) -> Floats:
    """(A, F) MWh of each fuel for which a day's arrivals are meant: what a usual day of the season burns, or, of a fuel
    that it hardly needs (oil), the fuel's part of the year. Mostly where it is burnt, a little wherever plants are."""
    burnt = normal(system, season).burnt.sum(axis=2)
    total = np.maximum(burnt.sum(axis=0), system.part * burnt.sum())
    spread = system.capacity / np.maximum(system.capacity.sum(axis=0), 1e-9)
    mine = burnt + (total - burnt.sum(axis=0)) * spread
    return np.asarray((1 - SWAPPED) * mine + SWAPPED * total * spread)


def _days_left(held: Floats, usual: Floats, needs: Flags) -> Floats:
    """Stock in days of usual use; infinite where none is needed or none is used."""
    used = needs & (usual > 1e-6 * usual.sum())
    return np.where(used, np.where(used, held, 0.0) / np.where(used, usual, 1.0), np.inf)


def felt(built: Built, case: Case, days: int, settings: Settings, path: PowerPath) -> Run:
    """The cascade again, with what the balance sheds as lost delivery of each area's grid."""
    adapted = _untied(prevent(built, case.measures), path.system)
    events = compile_cases(adapted, [case], days, settings)
    shed = _with_shed(adapted.network, events, path.system, path.shed)
    trace = kernel.simulate(adapted.network, shed, settings, Record(nodes=True))
    return Run(adapted, case, shed, trace, settings)


def _with_shed(network: Network, shocks: Shocks, system: System, shed: Floats) -> Shocks:
    """``shocks`` and, on top, the ``shed`` share of each area's delivery by day."""
    steps = np.minimum((np.arange(shocks.steps) * shocks.dt).astype(int), len(shed) - 1)
    place, last = {name: n for n, name in enumerate(system.areas)}, len(shocks.origins)
    cuts = [
        Cut(0, last, shed[steps, place[network.nodes.area[n]]], np.array([n], np.int32), np.ones(1))
        for n in grids(network)
        if network.nodes.area[n] in place
    ]
    return replace(
        shocks,
        cuts=(*shocks.cuts, *cuts),
        origins=(*shocks.origins, Origin(BLACKOUT, 0, "capacity", (BLACKOUT,))),
    )


@dataclass(frozen=True)
class Settled:
    """Power and cascade in agreement: the shedding that the run feels is what the balance finds on it."""

    path: PowerPath
    moved: tuple[float, ...]
    """For each pass after the first, by how much (share of an area's load, at most) the shedding of any day moved."""

    @property
    def agreed(self) -> bool:
        """Whether the last pass moved no day's shedding by more than :data:`AGREED`."""
        return not self.moved or self.moved[-1] <= AGREED


def settle(
    built: Built,
    case: Case,
    days: int,
    settings: Settings,
    system: System,
    season: str,
    passes: int = PASSES,
) -> Settled:
    """Power under ``case``, passed between balance and cascade until the shedding stays.

    Power shed stops refineries and terminals, which cut the fuel of later days, and users, who want less. At most
    ``passes``.
    """
    path = power_path(built, case, days, settings, system, season)
    moved: list[float] = []
    shed = path.shed
    while shed.max() > NOTHING and len(moved) + 1 < passes:
        path = power_path(built, case, days, settings, system, season, shed)
        moved.append(float(np.abs(path.shed - shed).max()))
        if moved[-1] <= AGREED:
            break
        shed = (path.shed + shed) / 2 if len(moved) > 1 else path.shed
    return Settled(path, tuple(moved))


def _untied(built: Built, system: System, more: float = 0.0) -> Built:
    """The power industry at home stops by itself for no fuel that the balance follows; ``more`` days of each."""
    network = built.network
    told = (*system.goods, *system.terminals)
    fuels = [network.products.index(g) for g in told if g is not None and g in network.products]
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
