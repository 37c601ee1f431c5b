"""Layer 5: which trade sails, how long it takes, and what a closed passage does to it.

Countries are numbered as in ``Network.countries``. Straits and canals are found on the sea routes themselves;
hubs, fleets and straits that the sea-route network does not name are stated by the pack as *exposures*: the
share of home's sea trade in some products that runs through them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Protocol

import numpy as np

from kaname.errors import InputProblems, Problem
from kaname.network.industries import parameter
from kaname.network.tables import Flags, Floats, Ints
from kaname.pack.model import Pack, Passage

KNOT = 1.852 * 24
"""Kilometres a day at one knot."""


class Leg(Protocol):
    """A sea route: ``km`` (None = no route) and the passages in the order of travel."""

    @property
    def km(self) -> float | None:
        """Length."""

    @property
    def passages(self) -> tuple[str, ...]:
        """Names in the sea-route network."""


class RouteTable(Protocol):
    """Whatever knows sea routes; ``kaname.data.routes.Routes`` does."""

    def lookup(self, origin: str, dest: str, closed: frozenset[str] = frozenset()) -> Leg | None:
        """The shortest route with these passages closed; None where the pair is not known."""


class NoRoutes:
    """Knows no route: for networks whose trade does not sail."""

    def lookup(self, origin: str, dest: str, closed: frozenset[str] = frozenset()) -> Leg | None:
        """Never a route."""
        return None


@dataclass(frozen=True, eq=False)
class Voyages:
    """How long ships take."""

    table: RouteTable
    knots: float = 14.0
    port_days: float = 4.0
    """Days in the two ports."""
    detour_days: float = 3.0
    """Way round a strait that the sea-route network does not name."""

    @classmethod
    def of(cls, pack: Pack, table: RouteTable | None) -> Voyages:
        """Speed, port time and detour from the pack's parameters."""
        return cls(
            table if table is not None else NoRoutes(),
            knots=parameter(pack, "knots", "count", 14.0),
            port_days=parameter(pack, "port-days", "day", 4.0),
            detour_days=parameter(pack, "detour-days", "day", 3.0),
        )

    def days(self, km: float) -> float:
        """A voyage with its time in the two ports."""
        return km / (KNOT * self.knots) + self.port_days

    def between(self, origin: str, dest: str) -> float:
        """Days from loading to unloading; 0 inside a country or where no route is known."""
        found = None if origin == dest else self.table.lookup(origin, dest)
        return self.days(found.km) if found is not None and found.km is not None else 0.0


@dataclass(frozen=True)
class Closure:
    """What closing some passages touches: parallel arrays, one row a pair of countries (and filter)."""

    origin: Ints
    dest: Ints
    base_days: Floats
    """Days of the usual voyage; 0 where it is not known."""
    extra_days: Floats
    """Days that the way round takes more; NaN = there is none."""
    share: Floats
    """Share of the pair's sea trade that runs through what is closed (1 on a route)."""
    products: tuple[frozenset[int] | None, ...]
    """Products touched, by number in ``Network.products``; None = all."""
    bypass: dict[tuple[int, int], float]
    """(origin, product) -> share that gets round what is closed by pipeline."""

    def __len__(self) -> int:
        return len(self.origin)


@dataclass(frozen=True, eq=False)
class SeaRoutes:
    """The network's sea trade. ``sea`` has one entry a node: the share of its trade abroad that sails."""

    home: int
    countries: tuple[str, ...]
    sea: Floats
    air: Floats
    """Share of each node's trade abroad that flies: what does not sail, for goods; 0 for services."""
    passages: dict[str, Passage]
    number: dict[str, int]
    """Products by name."""
    parents: dict[int, int]
    """Good -> the industry's product that it is part of."""
    voyages: Voyages
    destinations: tuple[int, ...]
    """Countries that users stand in."""

    def lead_days(self, origin: str, dest: str) -> float:
        """Days from loading to unloading; 0 inside a country or where no route is known."""
        return self.voyages.between(origin, dest)

    @cached_property
    def usual(self) -> dict[tuple[int, int], tuple[float, tuple[str, ...]]]:
        """(origin, dest) -> days and passages of the usual route, for every pair that has one."""
        found = {}
        for o, origin in enumerate(self.countries):
            for d in self.destinations:
                leg = self.voyages.table.lookup(origin, self.countries[d]) if o != d else None
                if leg is not None and leg.km is not None:
                    found[o, d] = (self.voyages.days(leg.km), leg.passages)
        return found

    def closure(self, closed: frozenset[str]) -> Closure:
        """What closing these passages of the pack touches.

        Raises :class:`~kaname.errors.InputProblems` for an id that is no passage of the pack.
        """
        unknown = sorted(closed - set(self.passages))
        if unknown:
            raise InputProblems(Problem(f"no such passage: {p!r}", path="passages") for p in unknown)
        return _closure(self, closed)

    def _closure(self, closed: frozenset[str]) -> Closure:
        which = [self.passages[p] for p in sorted(closed)]
        rows = [*self._on_routes(which), *self._exposed(which)]
        columns = list(zip(*rows, strict=True)) or [()] * 6
        return Closure(
            origin=np.array(columns[0], np.int32),
            dest=np.array(columns[1], np.int32),
            base_days=np.array(columns[2], np.float64),
            extra_days=np.array(columns[3], np.float64),
            share=np.array(columns[4], np.float64),
            products=tuple(columns[5]),
            bypass=self._bypasses(which),
        )

    def through(self, passage: str) -> Flags:
        """(countries,) origins whose usual route to home runs through this passage of the pack."""
        name = self.passages[passage].route
        way = [self.usual.get((o, self.home), (0.0, ()))[1] for o in range(len(self.countries))]
        return np.array([name in passages for passages in way], dtype=np.bool_)

    def _on_routes(self, which: Sequence[Passage]) -> Iterator[Row]:
        shut = frozenset(p.route for p in which if p.route)
        for (o, d), (days, passages) in self.usual.items():
            if shut.isdisjoint(passages):
                continue
            left = self.voyages.table.lookup(self.countries[o], self.countries[d], shut)
            extra = np.nan if left is None or left.km is None else self.voyages.days(left.km) - days
            yield o, d, days, extra, 1.0, None

    def _exposed(self, which: Sequence[Passage]) -> Iterator[Row]:
        """Rows for both directions of home's trade; a hub or fleet has no other way in time."""
        for passage in which:
            extra = self.voyages.detour_days if passage.kind in ("strait", "canal") else np.nan
            for exposure in passage.exposures:
                part = exposure.share.to("1", 0.0)
                named = {self.number[i] for i in exposure.industries if i in self.number}
                touched = frozenset(named | {g for g, parent in self.parents.items() if parent in named})
                if part <= 0 or not touched:
                    continue
                for o in range(len(self.countries)):
                    if o != self.home:
                        days = self.usual.get((o, self.home), (0.0, ()))[0]
                        yield o, self.home, days, extra, part, touched
                for d in self.destinations:
                    if d != self.home:
                        days = self.usual.get((self.home, d), (0.0, ()))[0]
                        yield self.home, d, days, extra, part, touched

    def _bypasses(self, which: Sequence[Passage]) -> dict[tuple[int, int], float]:
        """Share of each origin's goods that gets round what is closed.

        Where two of the closed passages bar the way, each by itself, the smaller of their bypasses counts; one that
        ships can sail round bars nothing (the few days more of the bypassing cargo are not counted).
        """
        place = {name: i for i, name in enumerate(self.countries)}
        shares = {p.id: dict(_bypass_shares(p, place, self.number)) for p in which}
        found: dict[tuple[int, int], float] = {}
        for origin, good in sorted({key for held in shares.values() for key in held}):
            barred = [p for p in which if self._bars(p, origin)]
            found[origin, good] = min((shares[p.id].get((origin, good), 0.0) for p in barred), default=0.0)
        return found

    def _bars(self, passage: Passage, origin: int) -> bool:
        """Whether closing this passage alone leaves no way from the origin to home."""
        if passage.route not in self.usual.get((origin, self.home), (0.0, ()))[1]:
            return False
        shut = frozenset({passage.route} if passage.route else ())
        left = self.voyages.table.lookup(self.countries[origin], self.countries[self.home], shut)
        return left is None or left.km is None


@lru_cache(maxsize=512)
def _closure(routes: SeaRoutes, closed: frozenset[str]) -> Closure:
    """Looked up once: many cases close the same."""
    return routes._closure(closed)


Row = tuple[int, int, float, float, float, frozenset[int] | None]


def _bypass_shares(
    passage: Passage, place: dict[str, int], number: dict[str, int]
) -> Iterator[tuple[tuple[int, int], float]]:
    for bypass in passage.bypasses:
        for good in bypass.goods:
            if bypass.origin in place and good in number:
                yield (place[bypass.origin], number[good]), bypass.share.to("1", 0.0)


def through_passages(
    pack: Pack, table: RouteTable, origins: Mapping[str, Collection[str]]
) -> dict[str, dict[str, set[str]]]:
    """What home gets by each passage that the sea routes name.

    ``origins``: for each good (or industry) the countries that it comes from; leave out the trifling ones.
    """
    named = {p.route: p.id for p in pack.passages if p.route}
    found: dict[str, dict[str, set[str]]] = {}
    for name, countries in origins.items():
        for origin in countries:
            leg = None if origin == pack.home else table.lookup(origin, pack.home)
            for route in () if leg is None else leg.passages:
                if route in named:
                    found.setdefault(named[route], {}).setdefault(name, set()).add(origin)
    return found
