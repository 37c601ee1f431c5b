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

from kaname.cascade.disturbance import Closure, Cut, Gate, Origin, Release, Shocks, StockLoss, Swing
from kaname.cascade.intensity import by_intensity
from kaname.cascade.remedies import Remedies, home_slots
from kaname.cascade.settings import Settings
from kaname.errors import InputProblems, Problem, problem
from kaname.network.build import Built
from kaname.network.routes import Closure as Rows
from kaname.network.tables import Flags, Floats, Ints, Kind, Network
from kaname.pack.figures import share
from kaname.pack.measures import Measure
from kaname.pack.reach import facilities_of
from kaname.pack.scenarios import (
    CapacityEvent,
    DemandEvent,
    Event,
    PassageEvent,
    Recovery,
    Scenario,
    StockEvent,
    TradeEvent,
)

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

    Raises :class:`~kaname.errors.InputProblems` for a run of no days, or events that name what is not in the
    network.
    """
    if days <= 0:
        raise problem(f"a run needs at least one day, not {days}", path="days")
    clock, parts = Clock(round(days / settings.dt), settings.dt), []
    ways: Ways = {}
    for _, group in groupby(cases, key=lambda case: (case.measures, case.settings or settings)):
        alike = list(group)
        behave = alike[0].settings or settings
        maker = _Maker(built, clock, behave, Remedies(built, alike[0].measures), ways)
        for number, case in enumerate(alike):
            maker.add(number, case)
        parts.append(maker.shocks(tuple(case.label for case in alike)))
    return parts[0] if len(parts) == 1 else Shocks.joined(parts)


Ways = dict[tuple[frozenset[str], frozenset[str], float], "_Ways"]
"""What a closure of passages stops, by these, all that are closed beside them, and the share closed."""


class _Maker:
    """Collects the shocks of a batch."""

    def __init__(
        self, built: Built, clock: Clock, settings: Settings, remedies: Remedies, ways: Ways
    ) -> None:
        self.built, self.clock, self.settings, self.remedies = built, clock, settings, remedies
        self.ways = ways
        self.net: Network = built.network
        self.days = clock.days
        self.cuts: list[Cut] = []
        self.closures: list[Closure] = []
        self.swings: list[Swing] = []
        self.stock_losses: list[StockLoss] = []
        self.releases: list[Release] = []
        self.origins: list[Origin] = []
        self.faults: list[Problem] = []

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
            way = self.ways[own, closed, loss] = _Ways.of(self.built, rows, extra, loss)
        open_again = self.remedies.bypass(event.passages, self.days - course.start)
        after, pace = self.remedies.cleared(event.passages)
        strength = course.at(self.days, after, pace) * (1 - open_again)
        for detour in np.unique(way.extra[~np.isnan(way.extra)]):
            here = way.extra == detour
            waiting = (self.days - course.start) < detour
            self._close(case, (strength * waiting).mean(axis=1), way, here, way.size)
            tied = self.settings.fleet_effect * detour / np.maximum(way.base + detour, 1e-9)
            sailing = (strength * ~waiting).mean(axis=1)
            self._close(case, sailing, way, here & (way.base > 0), way.size * np.minimum(tied, 1))
        self._close(case, strength.mean(axis=1), way, np.isnan(way.extra), way.size)

    def _beside(self, rows: Rows, closed: frozenset[str], own: frozenset[str]) -> Floats:
        """Extra days where other passages are closed too: the way round one may lead through another.

        A pair that the others bar by themselves keeps its own detour here: that loss is theirs.
        """

        def routes(passages: frozenset[str]) -> dict[tuple[int, int], float]:
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

    def _close(self, case: int, profile: Floats, way: _Ways, which: Flags, size: Floats) -> None:
        if which.any() and profile.any():
            self.closures.append(
                Closure(case, self._origin, profile, way.node[which], way.dest[which], size[which])
            )

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


@dataclass(frozen=True)
class _Ways:
    """A closure's rows spread over supplier nodes."""

    node: Ints
    dest: Ints
    base: Floats
    extra: Floats
    size: Floats

    @classmethod
    def of(cls, built: Built, rows: Rows, extra: Floats, loss: float) -> _Ways:
        """For each pair of countries, the nodes of the origin whose trade sails, and how much of it is stopped.

        Extra days are rounded to whole days.
        """
        nodes, sea = built.network.nodes, built.routes.sea
        sailing = np.flatnonzero(sea > 0)
        sailing = sailing[np.argsort(nodes.country[sailing], kind="stable")]
        first = np.searchsorted(nodes.country[sailing], np.arange(len(built.network.countries) + 1))
        node, row, size = [], [], []
        for k, (origin, filter_) in enumerate(zip(rows.origin, rows.products, strict=True)):
            supplier = sailing[first[origin] : first[origin + 1]]
            if filter_ is not None:
                supplier = supplier[np.isin(nodes.product[supplier], sorted(filter_))]
            stopped = loss * rows.share[k] * sea[supplier]
            if rows.bypass:
                way_round = [rows.bypass.get((int(origin), int(p)), 0.0) for p in nodes.product[supplier]]
                stopped = stopped * (1 - np.array(way_round))
            node.append(supplier)
            row.append(np.full(len(supplier), k))
            size.append(stopped)
        of = np.concatenate([np.zeros(0, np.int64), *row]).astype(np.int64)
        return cls(
            node=np.concatenate([np.zeros(0, np.int32), *node]).astype(np.int32),
            dest=rows.dest[of],
            base=rows.base_days[of],
            extra=np.round(extra[of]),
            size=np.concatenate([np.zeros(0), *size]),
        )


def gates(built: Built, remedies: Remedies, cases: int) -> Iterator[Gate]:
    """Ports and airports: when they cannot work, home's trade by sea or air is cut with them."""
    net, routes = built.network, built.routes
    home = net.countries.index(net.home)
    for service in built.pack.services:
        if service.gate is None or service.id not in net.products:
            continue
        facilities = np.flatnonzero(net.nodes.product == net.products.index(service.id)).astype(np.int32)
        way = routes.sea if service.gate == "sea" else routes.air
        abroad = np.flatnonzero((way > 0) & ~net.is_home)
        ours = np.flatnonzero((way > 0) & net.is_home)
        others = np.array(sorted(set(routes.destinations) - {home}), np.int32)
        nodes = np.concatenate([abroad, np.repeat(ours, len(others))]).astype(np.int32)
        countries = np.concatenate([np.full(len(abroad), home), np.tile(others, len(ours))]).astype(np.int32)
        output = net.nodes.output[facilities]
        takeover = min(1.0, share(service.takeover, 0.0) + remedies.takeover(service.id))
        yield Gate(
            service.id,
            facilities,
            output / output.sum(),
            np.full(cases, takeover),
            nodes,
            countries,
            way[nodes].astype(np.float64),
        )


def named(event: Event) -> tuple[str, ...]:
    """What an event names, for explanations."""
    fields = ("passages", "facilities", "services", "goods", "industries", "origins", "countries", "areas")
    return tuple(name for field in fields for name in getattr(event, field, ()))
