"""Where an event is played: its table, pack and network, and the case that it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

import numpy as np
import polars as pl

from bench.history import wiod
from bench.history.schema import OF_NETWORK, Event, Shock
from kaname.cascade.draws import with_values
from kaname.cascade.settings import Settings
from kaname.cascade.shocks import Case
from kaname.data import baci, countries, icio, routes
from kaname.data.baci import TradeTable
from kaname.data.tables import InterCountryTable
from kaname.errors import InputProblems, Problem
from kaname.network.areas import by_area
from kaname.network.build import Built, build
from kaname.network.routes import RouteTable
from kaname.pack.areas import TABLE
from kaname.pack.figures import Figure, Label
from kaname.pack.model import Pack, Parameter
from kaname.pack.reader import Reading as PackReading
from kaname.pack.reader import load
from kaname.pack.scenarios import (
    CapacityEvent,
    DemandEvent,
    PassageEvent,
    Recovery,
    Scenario,
    StockEvent,
    Struck,
    TradeEvent,
)
from kaname.pack.scenarios import Event as ScenarioEvent

DATA = Path(__file__).parents[3] / "shared" / "data"
"""Where tables that may not be shipped are looked for: beside the project."""
GROUPS = ("@goods", "@makers", "@services", "@power", "@all")


@dataclass(frozen=True, eq=False)
class Stage:
    """What an event is played on; ``pack`` carries its inputs among the parameters, so that draws reach them."""

    event: Event
    pack: Pack
    table: InterCountryTable
    trade: TradeTable | None
    history: TradeTable | None
    routes: RouteTable | None
    region_of: Mapping[str, str]
    frames: Mapping[str, pl.DataFrame]
    notes: tuple[str, ...] = ()
    _built: dict[str, Built] = field(default_factory=dict)

    @property
    def built(self) -> Built:
        """The network; built once."""
        if "one" not in self._built:
            whole = build(self.pack, self.table, self.trade, self.routes, self.region_of)
            self._built["one"] = by_area(whole, self.frames) if self.event.ground.areas else whole
        return self._built["one"]

    @property
    def settings(self) -> Settings:
        """How producers behave, as the pack says."""
        return Settings.of(self.pack)

    def drawn(self, values: Mapping[str, float], *, rebuild: bool = True) -> Stage:
        """The stage with other figures; ``rebuild`` unless only inputs and behaviour changed."""
        return replace(
            self, pack=with_values(self.pack, values), _built={} if rebuild else {"one": self.built}
        )

    @cached_property
    def groups(self) -> Mapping[str, tuple[str, ...]]:
        """Industries by group: goods (all that can be stored), makers (mines and factories), services, power, all."""
        kinds = {i.id: i.kind for i in self.pack.industries}
        goods = tuple(i for i, kind in kinds.items() if kind == "good")
        farms = {"A01", "A02", "A03", "c1"} | {i for i in kinds if i.startswith("farm")}
        power = {"D", "E", "c17"}
        return {
            "@power": tuple(i for i in kinds if i in {"D", "c17"}),
            "@goods": goods,
            "@makers": tuple(i for i in goods if i not in farms),
            "@services": tuple(i for i in kinds if i not in goods and i not in power),
            "@all": tuple(kinds),
        }

    def industries(self, names: Sequence[str]) -> tuple[str, ...]:
        """Names with groups written out."""
        found: list[str] = []
        for name in names:
            found += self.groups.get(name, (name,))
        return tuple(dict.fromkeys(found))

    def input(self, name: str, unit: str) -> float:
        """The value of an input of the event."""
        return self.pack.parameter(parameter_of(name), unit)

    def case(self, without: str = "", part: int | None = None) -> Case:
        """The event as the engine takes it; ``without``: one shock left out; ``part``: one event of a pair alone."""
        shocks = [s for s in self.event.shocks if s.id != without and part in (None, s.part)]
        parts = tuple((self._scenario(shock), 0.0) for shock in shocks)
        return Case(parts, label=self.event.id)

    def _scenario(self, shock: Shock) -> Scenario:
        struck = tuple(Struck(area=a, intensity=_figure(1.0, "1")) for a in shock.areas)
        return Scenario(
            id=shock.id,
            label=shock.label,
            summary=shock.label,
            digest=("FR-5",),
            infrastructures=("history",),
            events=tuple(self._events(shock)),
            struck=struck,
        )

    def _events(self, shock: Shock) -> list[ScenarioEvent]:
        size = self.input(shock.size, "1")
        healing = None
        if shock.healing is not None:
            healing = Recovery(
                shape=shock.healing.shape, duration=_figure(self.input(shock.healing.days, "day"), "day")
            )
        days = _figure(self.input(shock.days, "day"), "day")
        industries = self.industries(shock.industries)

        def capacity(loss: float, names: tuple[str, ...]) -> CapacityEvent:
            return CapacityEvent(
                kind="capacity", start=shock.start, duration=days, recovery=healing, loss=_figure(loss, "1"),
                industries=names, countries=shock.countries, goods=shock.goods,
            )  # fmt: skip

        if shock.kind == "capacity" and shock.areas:
            return [capacity(size * self.share(name, shock.areas), (name,)) for name in industries]
        if shock.kind == "capacity":
            return [capacity(size, industries)]
        if shock.kind == "trade":
            return [
                TradeEvent(
                    kind="trade", start=shock.start, duration=days, recovery=healing, loss=_figure(size, "1"),
                    origins=shock.origins, destinations=shock.destinations, goods=shock.goods, industries=industries,
                )
            ]  # fmt: skip
        if shock.kind == "passage":
            return [
                PassageEvent(
                    kind="passage", start=shock.start, duration=days, recovery=healing, loss=_figure(size, "1"),
                    passages=shock.passages,
                )
            ]  # fmt: skip
        if shock.kind == "stock":
            loss = _figure(size, "1")
            return [StockEvent(kind="stock", start=shock.start, duration=days, loss=loss, goods=shock.goods)]
        return [
            DemandEvent(
                kind="demand", start=shock.start, duration=days, recovery=healing, change=_figure(size, "1"),
                industries=industries, countries=shock.countries,
            )
        ]  # fmt: skip

    def share(self, industry: str, areas: Sequence[str]) -> float:
        """What these areas make of a home industry: a loss in them alone, as a share of the nation's."""
        network = self.built.network
        mine = np.array(
            [
                bool(home) and network.products[product] == industry
                for home, product in zip(network.is_home, network.nodes.product, strict=True)
            ]
        )
        there = mine & np.isin(np.array(network.nodes.area), list(areas))
        output = network.nodes.output
        return float(output[there].sum() / output[mine].sum()) if mine.any() else 0.0


def changed_pack(pack: Pack, **changes: object) -> Pack:
    """A pack with other fields, and no memory of what the old ones held."""
    other = pack.model_copy(update=changes)
    other.__dict__.pop("by_id", None)
    return other


def parameter_of(name: str) -> str:
    """The pack's parameter that carries an input."""
    return name if name.startswith(OF_NETWORK) else f"event-{name}"


def _figure(value: float, unit: str) -> Figure:
    """A figure that an input was made into; where it comes from is told where the input stands."""
    return Figure(value=value, unit=unit, year=2026, confidence="assumption", note="an input of the event")


def set_up(event: Event, data: Path = DATA) -> Stage:
    """The stage of an event. Raises ``InputProblems`` for a table that is missing, and for names that are not in it."""
    reading = load("japan")
    ground = event.ground
    inputs = tuple(p.model_copy(update={"id": parameter_of(p.id)}) for p in event.inputs)
    if ground.table == "wiod-2010":
        table, mended = wiod.read(data)
        base = wiod.pack(reading.pack)
        stage = _stage(event, reading, base, table, inputs)
        note = f"{mended} of {len(table.nodes)} rows of the table were mended (final demand below zero)."
        stage = replace(stage, notes=(note,))
    else:
        table = icio.read_embedded(reading.data)
        stage = _stage(event, reading, reading.pack, table, inputs)
    problems = list(_unknown(stage))
    if problems:
        raise InputProblems(problems)
    return stage


def _stage(
    event: Event, reading: PackReading, base: Pack, table: InterCountryTable, inputs: tuple[Parameter, ...]
) -> Stage:
    ground, folder = event.ground, reading.data
    history = baci.read_history(folder)
    embedded = baci.read_embedded(folder)
    trade = embedded if ground.trade_year is None or ground.trade_year in embedded.years else history
    known = countries.read_embedded(folder)
    everything = ground.goods == ("all",)
    goods = tuple(g for g in base.goods if everything or g.id in ground.goods)
    changes: dict[str, object] = {
        "home": ground.home,
        "goods": (*goods, *ground.own_goods),
        "parameters": (*base.parameters, *inputs),
        "trade_year": ground.trade_year or base.trade_year,
        "scenarios": (),
        "areas": ground.areas or base.areas,
    }
    if not everything:
        changes |= dict.fromkeys(("services", "facilities"), ())
    sails = ground.table == "icio-2022" and bool(changes["goods"])
    return Stage(
        event=event,
        pack=changed_pack(base, **changes),
        table=table,
        trade=trade if changes["goods"] else None,
        history=history,
        routes=routes.read_embedded(folder) if sails else None,
        region_of={c.iso3: c.icio_region for c in known if c.icio_region},
        frames={TABLE: reading.tables[TABLE]} if ground.areas else {},
    )


def _unknown(stage: Stage) -> list[Problem]:
    """Industries, countries, goods and passages of the event that the stage lacks."""
    event, file = stage.event, f"{stage.event.id}.yaml"
    industries = {*stage.table.industries, *GROUPS}
    goods = {g.id for g in stage.pack.goods}
    places = {*stage.table.regions, *stage.region_of}
    passages = {p.id for p in stage.pack.passages}
    found = [
        Problem(f"no good {g!r} in the pack", file, path="$.ground.goods")
        for g in event.ground.goods
        if g != "all" and g not in goods
    ]
    used: list[tuple[str, str, Sequence[str], set[str]]] = []
    for n, shock in enumerate(event.shocks):
        at = f"$.shocks[{n}]"
        used += [
            (at, "industry", shock.industries, industries),
            (at, "country", (*shock.countries, *shock.origins, *shock.destinations), places),
            (at, "good", shock.goods, goods),
            (at, "passage", shock.passages, passages),
        ]
    for n, fact in enumerate(event.facts):
        for what, reading in (("reading", fact.reading), ("than", fact.than)):
            if reading is not None:
                used.append((f"$.facts[{n}].{what}", "industry", reading.industries, industries))
                areas = {a.id for a in event.ground.areas}
                used.append((f"$.facts[{n}].{what}", "area", (*reading.areas, *reading.without), areas))
    for at, kind, names, known in used:
        found += [
            Problem(f"no {kind} {name!r} in the table", file, path=at) for name in names if name not in known
        ]
    return found


def label_of(stage: Stage, name: str) -> Label:
    """The label of an industry, good or area of the stage; the name itself where it has none."""
    known = {part.id: part.label for part in stage.pack.industries}
    known |= {part.id: part.label for part in stage.pack.goods}
    known |= {part.id: part.label for part in stage.event.ground.areas}
    return known.get(name, Label(ja=name, en=name))
