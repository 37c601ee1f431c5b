"""What the network knows of the goods and companies of a case: beside the legal answer, never part of it (floor 6).

Dependence is that of the tables of goods, the loss that of a run: one number everywhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from kaname.autonomy.shares import exports, flows
from kaname.autonomy.suppliers import good_suppliers
from kaname.cascade.run import Run, run
from kaname.cascade.settings import Settings
from kaname.cascade.shocks import Case
from kaname.data.baci import Trade
from kaname.network.build import Built
from kaname.network.routes import RouteTable, through_passages
from kaname.pack.figures import Confidence, Figure, Label, share
from kaname.pack.model import Good, Pack
from kaname.pack.scenarios import CapacityEvent, Scenario, TradeEvent
from kaname.safeguards.cases import Case as Screened
from kaname.safeguards.cases import Party

HYPOTHETICAL = "hypothetical: what if nothing of it came"
DAYS = 90
"""Days that supply stops, and that are looked at."""
TRIFLING = 0.05
"""An origin with a smaller share is left out of the passages."""


@dataclass(frozen=True)
class User:
    """An industry that cannot do without a good: the share of its output that stops, and the range of that share."""

    industry: str
    weight: float
    low: float
    high: float


@dataclass(frozen=True)
class Tie:
    """What is known of one good of a case.

    ``share``: of the largest origin in home's imports; ``world_share``: of home in the world's exports; both of
    ``year`` and none where the data do not hold it. ``loss``: home's value added lost while imports of it stop for
    ``days`` days, million USD; ``stops``: the industries that fall below 90% of normal then, with the first day.
    ``makers``: the companies of the case that make it at home, with the loss while they alone stop.
    """

    good: str
    origin: str | None
    share: float | None
    world_share: float | None
    year: int
    users: tuple[User, ...]
    passages: tuple[str, ...]
    days: int
    loss: float
    stops: tuple[tuple[str, int], ...]
    makers: tuple[Maker, ...]


@dataclass(frozen=True)
class Maker:
    """A company of the case that makes a good at home: its share of what is made at home, and the loss while it
    stops."""

    name: str
    public: bool
    home_share: float | None
    only: bool
    loss: float | None


@dataclass(frozen=True)
class Context:
    """The goods of a case that the network knows, and those it does not."""

    ties: tuple[Tie, ...]
    unknown: tuple[str, ...]


def context(
    case: Screened, pack: Pack, built: Built, trade: Trade, routes: RouteTable, settings: Settings
) -> Context:
    """What the network knows of a case.

    Goods are named by their id in the pack or by an HS code of six digits; technologies are looked up the same way.
    """
    wanted = [*case.goods, *case.technologies, *(name for party in case.parties for name in party.makes)]
    known: dict[str, Good] = {}
    unknown: list[str] = []
    for name in dict.fromkeys(wanted):
        found = _goods(pack, name)
        known |= {good.id: good for good in found}
        if not found:
            unknown.append(name)
    makers = [(good, party) for good in known.values() for party in case.parties if _makes(pack, party, good)]
    losses: dict[tuple[str, str], float] = {}
    for good, party in makers:
        if party.home_share and built_at_home(built, pack, good):
            stopping = _maker_stops(good, party.home_share)
            losses[good.id, party.name] = run(built, stopping, DAYS, settings).total_loss
    ties = []
    for good in known.values():
        mine = tuple(
            Maker(
                party.name,
                party.public,
                party.home_share,
                party.home_share == 1,
                losses.get((good.id, party.name)),
            )
            for one, party in makers
            if one is good
        )
        stopped = run(built, _imports_stop(pack, good), DAYS, settings)
        ties.append(_tie(good, pack, trade, routes, stopped, mine))
    return Context(tuple(ties), tuple(unknown))


def built_at_home(built: Built, pack: Pack, good: Good) -> bool:
    """Whether the network has a producer of the good at home."""
    return f"{pack.home}/{good.id}" in built.network.index


def _goods(pack: Pack, name: str) -> tuple[Good, ...]:
    code = re.sub(r"\D", "", name) if re.fullmatch(r"(HS\s*)?[\d.\s]+", name, re.IGNORECASE) else ""
    return tuple(good for good in pack.goods if good.id == name or (len(code) == 6 and code in good.hs))


def _makes(pack: Pack, party: Party, good: Good) -> bool:
    return any(good in _goods(pack, name) for name in party.makes)


def _assumed(value: float, unit: str) -> Figure:
    return Figure(value=value, unit=unit, year=2026, confidence=Confidence.ASSUMPTION, note=HYPOTHETICAL)


def _scenario(name: str, label: Label, event: TradeEvent | CapacityEvent) -> Case:
    scenario = Scenario(
        id=name, label=label, summary=label, digest=("SC-2",), infrastructures=("transport",), events=(event,)
    )
    return Case(((scenario, 0.0),), (), name)


def _imports_stop(pack: Pack, good: Good) -> Case:
    event = TradeEvent(
        kind="trade",
        loss=_assumed(1, "1"),
        duration=_assumed(DAYS, "day"),
        destinations=(pack.home,),
        goods=(good.id,),
    )
    label = Label(ja=f"{good.label.ja}の輸入の停止", en=f"Imports of {good.label.en} stop")
    return _scenario(f"stop-{good.id}", label, event)


def _maker_stops(good: Good, part: float) -> Case:
    event = CapacityEvent(
        kind="capacity", loss=_assumed(part, "1"), duration=_assumed(DAYS, "day"), goods=(good.id,)
    )
    label = Label(ja=f"{good.label.ja}の国内生産の停止", en=f"Home output of {good.label.en} stops")
    return _scenario(f"maker-{good.id}", label, event)


def _tie(
    good: Good, pack: Pack, trade: Trade, routes: RouteTable, stopped: Run, makers: tuple[Maker, ...]
) -> Tie:
    suppliers = good_suppliers(trade, good, pack.home, pack.trade_year)
    rows = suppliers.frame.filter(pl.col("share") > 0)
    origin, part = rows.select("origin", "share").row(0) if rows.height else (None, None)
    origins = rows.filter(pl.col("share") >= TRIFLING)["origin"].to_list()
    industries = {industry.id for industry in pack.industries}
    rows_of_stops = stopped.stops().filter(pl.col("kind") == "industry").select("node", "day").iter_rows()
    stops = {node: day for node, day in rows_of_stops if node.partition(":")[2] in industries}
    return Tie(
        good=good.id,
        origin=origin,
        share=part,
        world_share=_world_share(good, trade, pack),
        year=pack.trade_year,
        users=tuple(sorted(_users(good), key=lambda user: -user.weight)),
        passages=tuple(sorted(through_passages(pack, routes, {good.id: origins}))),
        days=DAYS,
        loss=stopped.total_loss,
        stops=tuple(stops.items()),
        makers=makers,
    )


def _users(good: Good) -> Iterable[User]:
    for user in good.users:
        weight = share(user.weight, 0.0)
        low, high = user.weight.low, user.weight.high
        scale = weight / user.weight.value if user.weight.value else 1.0
        yield User(
            user.industry,
            weight,
            weight if low is None else low * scale,
            weight if high is None else high * scale,
        )


def _world_share(good: Good, trade: Trade, pack: Pack) -> float | None:
    codes = tuple(code for code in good.hs if code in trade.products)
    if not codes or pack.trade_year not in trade.years:
        return None
    table = exports(flows(trade, (pack.trade_year,), {good.id: codes}))
    rows = table.filter(pl.col("exporter") == pack.home)
    return float(rows["world_share"][0]) if rows.height else 0.0


def as_dict(found: Context, public: bool = False) -> Mapping[str, Any]:
    """The same as JSON; ``public``: without the names of parties that are not marked public."""
    from dataclasses import asdict  # noqa: PLC0415

    said = asdict(found)
    for tie in said["ties"]:
        for maker in tie["makers"]:
            if public and not maker["public"]:
                maker["name"] = None
    return said
