"""Scenarios and measures of the pack made into shocks: what is taken from which node, link, demand or stock.

An event's profile is 1 while it lasts and then falls as its recovery says; a step takes the profile's mean over the
step, so that half a day's event in steps of a day takes half as much. Several events on one thing combine as
``1 - prod(1 - profile * size)`` (see ``disturbance``).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from kaname.cascade.disturbance import (
    Closure,
    Cut,
    Limit,
    Origin,
    Rebuild,
    Release,
    Shocks,
    StockLoss,
    Swing,
)
from kaname.cascade.intensity import by_intensity
from kaname.cascade.remedies import Remedies, home_slots
from kaname.cascade.settings import Settings
from kaname.cascade.ways import Known, Stopped, gates, limited
from kaname.errors import InputProblems, Problem, wrong_days
from kaname.network.build import Built
from kaname.network.routes import Closure as Rows
from kaname.network.tables import Flags, Floats, Ints, Kind, Network
from kaname.pack.figures import share
from kaname.pack.measures import Measure
from kaname.pack.model import Limit as Standing
from kaname.pack.reach import facilities_of
from kaname.pack.scenarios import (
    CapacityEvent,
    DemandEvent,
    Event,
    LimitEvent,
    PassageEvent,
    RebuildEvent,
    Recovery,
    Scenario,
    StockEvent,
    TradeEvent,
)
from kaname.units import UNITS

Stop = tuple[Floats, Ints, Ints, Floats]
"""Profile, nodes, countries and size of a ``Closure``."""
SAMPLES = 48
"""Points at which an event's course is read within a step."""


@dataclass(frozen=True)
class Case:
    """One run to make: scenarios from their days on, under measures."""

    scenarios: tuple[tuple[Scenario, float], ...]
    measures: tuple[Measure, ...] = ()
    label: str = ""
    settings: Settings | None = None
    """How producers behave in this case; none: as in the others."""
    felt: float = 0.0
    """How far its course is felt, as a like one has shown (losses abroad). Cases felt alike share a batch, which then
    leaves alone what none of them touches; no result depends on it."""


@dataclass(frozen=True)
class Course:
    """How strongly an event acts over time: full for ``duration`` days from ``start``, then recovery."""

    start: float
    duration: float
    recovery: Recovery | None

    def at(self, days: Floats, after: float = np.inf, pace: float = 1.0) -> Floats:
        """Strength in 0..1 at these days. From ``after`` days past the start on, time runs ``pace`` times as fast."""
        since = days - self.start
        if np.isfinite(after):
            since = np.where(since > after, after + (since - after) * pace, since)
        strength = np.where((since >= 0) & (since < self.duration), 1.0, 0.0)
        if self.recovery is None or self.recovery.shape == "step":
            return strength
        length = self.recovery.duration.to("day")
        past = since - self.duration
        if length <= 0:
            return strength
        if self.recovery.shape == "linear":
            back = 1 - past / length
        else:  # exponential: a twentieth is left after ``duration``; what is left after 2.5 times that is nothing
            back = np.where(past < 2.5 * length, np.exp(-3 * past / length), 0.0)
        return np.where(past >= 0, np.clip(back, 0, 1), strength)

    @property
    def days(self) -> float:
        """Days at full strength that the whole course comes to, however long the run."""
        if self.recovery is None or self.recovery.shape == "step":
            return self.duration
        length = self.recovery.duration.to("day")
        tail = 1 / 2 if self.recovery.shape == "linear" else (1 - np.exp(-7.5)) / 3
        return float(self.duration + tail * max(length, 0.0))


@dataclass(frozen=True)
class Clock:
    """The steps of a run."""

    steps: int
    dt: float

    @property
    def days(self) -> Floats:
        """(steps, samples) the days at which each step is read."""
        inner = (np.arange(SAMPLES) + 0.5) / SAMPLES
        return np.asarray((np.arange(self.steps)[:, None] + inner) * self.dt)


def compile_cases(built: Built, cases: Sequence[Case], days: int, settings: Settings) -> Shocks:
    """The shocks of ``cases`` on ``built`` over ``days`` days, each case under its own measures.

    Raises :class:`~kaname.errors.InputProblems` for a run of no days or part of one, or events that name what is
    not in the network.
    """
    if wrong := list(wrong_days(days)):
        raise InputProblems(wrong)
    clock, parts = Clock(round(days / settings.dt), settings.dt), []
    ways: Known = {}
    for _, group in groupby(cases, key=lambda case: (case.measures, case.settings or settings)):
        alike = list(group)
        behave = alike[0].settings or settings
        maker = _Maker(built, clock, behave, Remedies(built, alike[0].measures), ways)
        for number, case in enumerate(alike):
            maker.add(number, case)
        parts.append(maker.shocks(tuple(case.label for case in alike)))
    return parts[0] if len(parts) == 1 else Shocks.joined(parts)


class _Maker:
    """Collects the shocks of a batch."""

    def __init__(
        self, built: Built, clock: Clock, settings: Settings, remedies: Remedies, ways: Known
    ) -> None:
        self.built, self.clock, self.settings, self.remedies = built, clock, settings, remedies
        self.ways = ways
        self.net: Network = built.network
        self.days = clock.days
        self.cuts: list[Cut] = []
        self.closures: list[Closure] = []
        self.swings: list[Swing] = []
        self.stock_losses: list[StockLoss] = []
        self.rebuilds: list[Rebuild] = []
        self.limits: list[Limit] = []
        self.releases: list[Release] = []
        self.origins: list[Origin] = []
        self.faults: list[Problem] = []
        self.stops: dict[tuple[object, ...], list[Stop]] = {}

    def shocks(self, labels: tuple[str, ...]) -> Shocks:
        """Everything collected; raises what was wrong."""
        if self.faults:
            raise InputProblems(dict.fromkeys(self.faults))
        return Shocks(
            steps=self.clock.steps,
            dt=self.clock.dt,
            cases=labels,
            cuts=tuple(self.cuts),
            closures=tuple(self.closures),
            swings=tuple(self.swings),
            stock_losses=tuple(self.stock_losses),
            rebuilds=tuple(self.rebuilds),
            limits=tuple(self.limits),
            releases=tuple(self.releases),
            gates=tuple(gates(self.built, self.remedies, len(labels))),
            origins=tuple(self.origins),
        )

    def add(self, case: int, what: Case) -> None:
        """Take up one case."""
        closed = frozenset(
            p
            for scenario, _ in what.scenarios
            for e in scenario.events
            if isinstance(e, PassageEvent)
            for p in e.passages
        )
        for scenario, day in what.scenarios:
            for number, event in enumerate(scenario.events):
                course = Course(day + event.start, event.duration.to("day", 0.0), event.recovery)
                self.origins.append(Origin(scenario.id, number, event.kind, named(event)))
                self._event(case, scenario, event, course, closed, f"{scenario.id}.events[{number}]")
        for number, limit in enumerate(self.built.pack.limits):
            whole = np.ones(self.clock.steps)
            self._limit(case, -1, whole, limit, f"limits[{number}]")
        first = min((day for _, day in what.scenarios), default=0.0)
        self.releases += self.remedies.releases(case, first, self.clock.steps, self.clock.dt)

    def _event(
        self, case: int, scenario: Scenario, event: Event, course: Course, closed: frozenset[str], place: str
    ) -> None:
        match event:
            case CapacityEvent():
                self._capacity(case, scenario, event, course, place)
            case PassageEvent():
                self._passage(case, event, course, closed)
            case TradeEvent():
                self._trade(case, event, course, place)
            case DemandEvent():
                nodes = self._nodes(event.industries, (), event.countries, place)
                nodes = np.union1d(nodes, self._of_services(event.services, ())).astype(np.int32)
                change = np.full(len(nodes), event.change.to("1", 0.0))
                self.swings.append(Swing(case, self._origin, self._profile(course), nodes, change))
            case LimitEvent():
                self._limit(case, self._origin, self._profile(course), event, place)
            case RebuildEvent():
                self._rebuild(case, event, course, place)
            case StockEvent():
                slots = home_slots(self.net, (*event.goods, *event.industries))
                size = by_intensity(self.net, scenario, self.net.slots.user[slots], share(event.loss, 0.0))
                step = int(course.start / self.clock.dt)
                if step < self.clock.steps:
                    self.stock_losses.append(StockLoss(case, self._origin, step, slots, size))

    @property
    def _origin(self) -> int:
        return len(self.origins) - 1

    def _profile(self, course: Course, after: float = np.inf, pace: float = 1.0) -> Floats:
        return np.asarray(course.at(self.days, after, pace).mean(axis=1))

    def _capacity(
        self, case: int, scenario: Scenario, event: CapacityEvent, course: Course, place: str
    ) -> None:
        nodes = self._nodes(event.industries, event.goods, event.countries, place)
        known = [f for f in event.facilities if self._known(f, place)]
        nodes = np.union1d(nodes, [self.net.index[f] for f in known])
        nodes = np.union1d(nodes, self._of_services(event.services, event.areas)).astype(np.int32)
        lost = by_intensity(self.net, scenario, nodes, share(event.loss, 0.0))
        size = lost * self.remedies.left_by_hardening(nodes)
        for (after, pace), group in self.remedies.repaired(nodes):
            profile = self._profile(course, after, pace)
            self.cuts.append(Cut(case, self._origin, profile, nodes[group], size[group]))

    def _limit(
        self, case: int, origin: int, profile: Floats, limit: LimitEvent | Standing, place: str
    ) -> None:
        found = limited(self.built, limit, place)
        if isinstance(found, Problem):
            self.faults.append(found)
        elif len(found[0]) and profile.any():
            self.limits.append(Limit(case, origin, profile, *found))

    def _rebuild(self, case: int, event: RebuildEvent, course: Course, place: str) -> None:
        """The damage spread over the event's course, and over the nodes of each industry by what they make."""
        pack, money = self.built.pack, event.damage
        yen = UNITS[money.unit] == "money (yen)"
        damage = money.to("billion JPY" if yen else "million USD", 0.0)
        if yen:
            damage *= 1e3 / pack.parameter("yen-per-usd", "JPY/USD")
        asked = np.zeros(len(self.net.nodes))
        for work in event.work:
            nodes = self._nodes([work.industry], (), event.countries, place)
            output = self.net.nodes.output[nodes]
            if len(nodes):
                asked[nodes] += damage * share(work.share, 0.0) / course.days * output / output.sum()
        nodes = np.flatnonzero(asked).astype(np.int32)
        if len(nodes):
            self.rebuilds.append(Rebuild(case, self._origin, self._profile(course), nodes, asked[nodes]))

    def _trade(self, case: int, event: TradeEvent, course: Course, place: str) -> None:
        countries = self.net.countries
        for name in (*event.origins, *event.destinations):
            if name not in countries:
                self.faults.append(Problem(f"no country {name!r} in the network", path=place))
        to = [c for c in countries if c in event.destinations] if event.destinations else None
        origins = [c for c in countries if c in event.origins] if event.origins else None
        origins = origins or [c for c in countries if c not in (to or ())]
        to = to or [c for c in countries if c not in origins]
        nodes = self._traded(event, {countries.index(c) for c in origins})
        buyers = np.array([countries.index(c) for c in to], np.int32)
        pairs = [(i, c) for i in nodes for c in buyers if self.net.nodes.country[i] != c]
        if pairs:
            suppliers, users = (np.array(column, np.int32) for column in zip(*pairs, strict=True))
            size = np.full(len(pairs), share(event.loss, 0.0))
            self.closures.append(Closure(case, self._origin, self._profile(course), suppliers, users, size))

    def _traded(self, event: TradeEvent, origins: set[int]) -> Ints:
        nodes, products = self.net.nodes, self.net.products
        inside = np.isin(nodes.country, sorted(origins)) & (nodes.kind != Kind.FACILITY)
        if event.goods or event.industries:
            wanted = {k for k, name in enumerate(products) if name in {*event.goods, *event.industries}}
            # an industry's product includes the goods that are followed apart from it
            wanted |= {good for good, parent in self.built.routes.parents.items() if parent in wanted}
            inside &= np.isin(nodes.product, sorted(wanted))
        return np.flatnonzero(inside).astype(np.int32)

    def _passage(self, case: int, event: PassageEvent, course: Course, closed: frozenset[str]) -> None:
        """Closed for good where there is no other way; else a gap, and then fewer voyages of a tied-up fleet."""
        own, loss = frozenset(event.passages), share(event.loss, 0.0)
        way = self.ways.get((own, closed, loss))
        if way is None:
            rows = self.built.routes.closure(own)
            extra = rows.extra_days if closed == own else self._beside(rows, closed, own)
            way = self.ways[own, closed, loss] = Stopped.of(self.built, rows, extra, loss)
        # pairs of scenarios bring the same event again and again
        key = (own, closed, loss, course)
        if key not in self.stops:
            self.stops[key] = list(self._stops(event, course, way))
        self.closures += [Closure(case, self._origin, *stop) for stop in self.stops[key]]

    def _stops(self, event: PassageEvent, course: Course, way: Stopped) -> Iterator[Stop]:
        open_again = self.remedies.bypass(event.passages, self.days - course.start)
        after, pace = self.remedies.cleared(event.passages)
        strength = course.at(self.days, after, pace) * (1 - open_again)
        for detour in np.unique(way.extra[~np.isnan(way.extra)]):
            here = way.extra == detour
            waiting = (self.days - course.start) < detour
            yield from _stop((strength * waiting).mean(axis=1), way, here, way.size)
            tied = self.settings.fleet_effect * detour / np.maximum(way.base + detour, 1e-9)
            sailing = (strength * ~waiting).mean(axis=1)
            yield from _stop(sailing, way, here & (way.base > 0), way.size * np.minimum(tied, 1))
        yield from _stop(strength.mean(axis=1), way, np.isnan(way.extra), way.size)

    def _beside(self, rows: Rows, closed: frozenset[str], own: frozenset[str]) -> Floats:
        """Extra days where other passages are closed too: the way round one may lead through another.

        A pair that the others bar by themselves keeps its own detour here: that loss is theirs.
        """

        def routes(passages: frozenset[str]) -> dict[tuple[int, int], float]:
            """Extra days of each pair of countries (origin, destination) that ships lose with these passages shut, not
            a number where no way is left. Rows for some products only are left out."""
            found = self.built.routes.closure(passages)
            return {
                (int(o), int(d)): float(days)
                for o, d, days, filter_ in zip(
                    found.origin, found.dest, found.extra_days, found.products, strict=True
                )
                if filter_ is None
            }

        together, others = routes(closed), routes(closed - own)
        extra = rows.extra_days.copy()
        for k, filter_ in enumerate(rows.products):
            pair = (int(rows.origin[k]), int(rows.dest[k]))
            if filter_ is None and not np.isnan(others.get(pair, 0.0)):
                extra[k] = together.get(pair, extra[k])
        return extra

    def _nodes(
        self, industries: Sequence[str], goods: Sequence[str], countries: Sequence[str], place: str
    ) -> Ints:
        """Nodes of industries and goods in the countries named, home if none is."""
        where = countries or (self.net.home,)
        for name in where:
            if name not in self.net.countries:
                self.faults.append(Problem(f"no country {name!r} in the network", path=place))
        # an industry that makes nothing in a country, or a good it does not sell, is not in the network
        nodes = self.net.nodes
        products = {name: k for k, name in enumerate(self.net.products)}
        inside = np.isin(
            nodes.country, [self.net.countries.index(c) for c in where if c in self.net.countries]
        )
        found = np.zeros(len(nodes), bool)
        for kind, names in ((Kind.INDUSTRY, industries), (Kind.GOOD, goods)):
            wanted = [products[name] for name in names if name in products]
            found |= (nodes.kind == kind) & np.isin(nodes.product, wanted)
        return np.flatnonzero(inside & found).astype(np.int32)

    def _of_services(self, services: Sequence[str], areas: Sequence[str]) -> Ints:
        wanted = [*facilities_of(self.built.pack, services, areas)]
        if not areas:
            wanted += [f"{s}/rest" for s in services]
        return np.array([self.net.index[f] for f in wanted if f in self.net.index], np.int32)

    def _known(self, name: str, place: str) -> bool:
        if name in self.net.index:
            return True
        self.faults.append(Problem(f"no node {name!r} in the network", path=place))
        return False


def _stop(profile: Floats, way: Stopped, which: Flags, size: Floats) -> Iterator[Stop]:
    if which.any() and profile.any():
        yield profile, way.node[which], way.dest[which], size[which]


def named(event: Event) -> tuple[str, ...]:
    """What an event names, for explanations."""
    fields = ("passages", "facilities", "services", "goods", "industries", "origins", "countries", "areas")
    return tuple(name for field in fields for name in getattr(event, field, ()))
