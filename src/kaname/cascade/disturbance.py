"""Shocks as arrays: what is taken away from which producer, link, demand or stock, by case and step.

A *case* is one run: some scenarios from their days on, under some measures. Several shocks on the same thing
combine as ``1 - prod(1 - profile * size)``: two events that each take half leave a quarter.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np

from kaname.errors import InputProblems, Problem
from kaname.network.tables import Floats, Ints, Network


@dataclass(frozen=True)
class Origin:
    """Where a shock comes from: an event of a scenario, for explanations."""

    scenario: str
    event: int
    """Position in the scenario's list of events."""
    kind: str
    """capacity, passage, trade, demand, stock, limit, rebuild."""
    names: tuple[str, ...] = ()
    """What the event names: passages, facilities, goods, ..."""


@dataclass(frozen=True)
class Cut:
    """Producers lose ``profile[t] * size`` of their capacity."""

    case: int
    origin: int
    profile: Floats
    nodes: Ints
    size: Floats


@dataclass(frozen=True)
class Closure:
    """Trade of ``nodes[k]`` into ``countries[k]`` is cut by ``profile[t] * size[k]``."""

    case: int
    origin: int
    profile: Floats
    nodes: Ints
    countries: Ints
    size: Floats


@dataclass(frozen=True)
class Swing:
    """Final demand of ``nodes`` is multiplied by ``1 + profile[t] * change`` (never below 0)."""

    case: int
    origin: int
    profile: Floats
    nodes: Ints
    change: Floats


@dataclass(frozen=True)
class Rebuild:
    """What was destroyed is built again: ``profile[t] * amount`` a day is asked of ``nodes`` beside final demand.

    What they cannot deliver at once stays owed and is asked again.
    """

    case: int
    origin: int
    profile: Floats
    nodes: Ints
    amount: Floats
    """Units a day while the profile is 1."""


@dataclass(frozen=True)
class Limit:
    """No more than ``most[k]`` of its usual flow comes over each of ``links``; more as the event ebbs.

    Where the profile is 1 the limit is ``most``, where it is ``p`` it is ``most + (1 - p) / p``, where it is 0 there is
    none. ``most`` may be above 1: a way with room to spare.
    """

    case: int
    origin: int
    """-1 = the pack's own: it stands for all time, and no case waits for its end."""
    profile: Floats
    links: Ints
    most: Floats


@dataclass(frozen=True)
class StockLoss:
    """A share ``size`` of the stock of ``slots`` is gone at ``step``."""

    case: int
    origin: int
    step: int
    slots: Ints
    size: Floats


@dataclass(frozen=True)
class Release:
    """From ``step`` on, a reserve of ``days`` of normal use refills the stock of ``slots``.

    Only what the stock lacks goes out, at most ``rate`` of normal use a day.
    """

    case: int
    measure: str
    step: int
    slots: Ints
    days: float
    rate: float


@dataclass(frozen=True)
class Gate:
    """Facilities through which home's trade passes (ports, airports).

    When they cannot work, trade ``nodes[k] -> countries[k]`` is cut by ``size[k] * lost``, ``lost`` the share of their
    work that is neither done nor taken over.
    """

    service: str
    facilities: Ints
    share: Floats
    """Share of the service's work done by each facility; sums to 1."""
    takeover: Floats
    """(cases,) share of the work not done that others take over."""
    nodes: Ints
    countries: Ints
    size: Floats

    def lost(self, able: Floats) -> Floats:
        """(cases,) out of what nodes are able to do (nodes, cases)."""
        return np.asarray((1 - self.takeover) * (self.share @ (1 - able[self.facilities])))


_OF_EVENTS = ("cuts", "closures", "swings", "stock_losses", "rebuilds", "limits")


@dataclass(frozen=True)
class Shocks:
    """Everything that disturbs ``len(cases)`` runs over ``steps`` steps of ``dt`` days."""

    steps: int
    dt: float
    cases: tuple[str, ...]
    cuts: tuple[Cut, ...] = ()
    closures: tuple[Closure, ...] = ()
    swings: tuple[Swing, ...] = ()
    stock_losses: tuple[StockLoss, ...] = ()
    rebuilds: tuple[Rebuild, ...] = ()
    limits: tuple[Limit, ...] = ()
    releases: tuple[Release, ...] = ()
    gates: tuple[Gate, ...] = ()
    origins: tuple[Origin, ...] = ()
    notes: tuple[str, ...] = field(default=())

    def __post_init__(self) -> None:
        faults = []
        if self.steps <= 0 or not self.dt > 0:
            faults.append(Problem("a run needs at least one step of positive length", path="shocks"))
        events: list[Cut | Closure | Swing | Rebuild | Limit]
        events = [*self.cuts, *self.closures, *self.swings, *self.rebuilds, *self.limits]
        for event in events:
            if event.profile.shape != (self.steps,) or not np.isfinite(event.profile).all():
                faults.append(Problem("a profile is not one finite number a step", path="shocks"))
        sizes = [c.size for c in self.cuts] + [c.size for c in self.closures]
        sizes += [c.size for c in self.stock_losses]
        if any(not np.isfinite(s).all() or (s < 0).any() or (s > 1).any() for s in sizes):
            faults.append(Problem("a loss is outside 0..1", path="shocks"))
        if any(not np.isfinite(s.change).all() for s in self.swings):
            faults.append(Problem("a change of demand is not a finite number", path="shocks"))
        amounts = [r.amount for r in self.rebuilds] + [e.most for e in self.limits]
        if any(not np.isfinite(a).all() or (a < 0).any() for a in amounts):
            faults.append(Problem("an amount to rebuild or a limit is no number of 0 or more", path="shocks"))
        if faults:
            raise InputProblems(faults)

    def part(self, cases: Sequence[int]) -> Shocks:
        """Only these cases, renumbered."""
        number = {case: k for k, case in enumerate(cases)}

        def of_these(events: Sequence[Any]) -> list[Any]:
            return [replace(e, case=number[e.case]) for e in events if e.case in number]

        parts: dict[str, Any] = {
            name: tuple(of_these(getattr(self, name))) for name in (*_OF_EVENTS, "releases")
        }
        return replace(
            self,
            cases=tuple(self.cases[c] for c in cases),
            gates=tuple(replace(g, takeover=g.takeover[list(cases)]) for g in self.gates),
            **parts,
        )

    @staticmethod
    def joined(parts: Sequence[Shocks]) -> Shocks:
        """The cases of all parts side by side. The parts know the same gates; their takeover may differ."""
        case, origin = 0, 0
        moved: dict[str, list[Any]] = {name: [] for name in (*_OF_EVENTS, "releases")}
        for part in parts:
            for name in _OF_EVENTS:
                moved[name] += [
                    replace(e, case=e.case + case, origin=e.origin + origin if e.origin >= 0 else -1)
                    for e in getattr(part, name)
                ]
            moved["releases"] += [replace(e, case=e.case + case) for e in part.releases]
            case, origin = case + len(part.cases), origin + len(part.origins)
        whole: dict[str, Any] = {name: tuple(events) for name, events in moved.items()}
        together = zip(*(part.gates for part in parts), strict=True)
        return replace(
            parts[0],
            cases=tuple(label for part in parts for label in part.cases),
            origins=tuple(o for part in parts for o in part.origins),
            gates=tuple(
                replace(same[0], takeover=np.concatenate([g.takeover for g in same])) for same in together
            ),
            **whole,
        )

    def capacity_left(self, step: int, nodes: int) -> Floats:
        """``1 - delta`` (nodes, cases)."""
        left = np.ones((nodes, len(self.cases)))
        for cut in self.cuts:
            if cut.profile[step]:
                left[cut.nodes, cut.case] *= 1 - cut.profile[step] * cut.size
        return left

    def demand(self, step: int, nodes: int) -> Floats:
        """Factor on final demand (nodes, cases)."""
        factor = np.ones((nodes, len(self.cases)))
        for swing in self.swings:
            if swing.profile[step]:
                factor[swing.nodes, swing.case] *= np.maximum(0, 1 + swing.profile[step] * swing.change)
        return factor

    def rebuilt(self, step: int, nodes: int) -> Floats:
        """What is planned to be rebuilt, units a day (nodes, cases)."""
        planned = np.zeros((nodes, len(self.cases)))
        for rebuild in self.rebuilds:
            if rebuild.profile[step]:
                np.add.at(planned[:, rebuild.case], rebuild.nodes, rebuild.profile[step] * rebuild.amount)
        return planned

    @cached_property
    def limited(self) -> Ints:
        """Links that any case limits, in order."""
        found = [limit.links for limit in self.limits]
        return np.unique(np.concatenate([np.zeros(0, np.int32), *found])).astype(np.int32)

    def most(self, step: int, links: Ints) -> Floats:
        """(links, cases) the most that comes over each of ``links``, as a share of its usual flow; infinite = no limit.

        ``links``: those of ``limited``, or more, in order.
        """
        found = np.full((len(links), len(self.cases)), np.inf)
        for limit in self.limits:
            part = float(limit.profile[step])
            if part > 0:
                rows = np.searchsorted(links, limit.links)
                np.minimum.at(found[:, limit.case], rows, limit.most + (1 - part) / part)
        return found

    def moving(self, step: int, kind: str) -> list[int]:
        """Cases of which a profile of ``cuts``, ``closures`` or ``swings`` differs from the step before."""
        events: tuple[Cut | Closure | Swing, ...] = getattr(self, kind)
        return sorted({e.case for e in events if e.profile[step] != (e.profile[step - 1] if step else 0.0)})


@dataclass(frozen=True)
class Pairs:
    """The pairs (supplier, country of use) that shocks may close, and how to find links and events in them."""

    node: Ints
    country: Ints
    of_link: Ints
    """(links,) pair of each link, -1 = never closed."""
    of_closure: tuple[Ints, ...]
    """For each closure of the shocks, the pair of each of its entries."""
    of_gate: tuple[Ints, ...]

    @classmethod
    def of(cls, network: Network, shocks: Shocks) -> Pairs:
        """Collect the pairs of all closures and gates."""
        # by country first: links follow their users, and users of one country then find their pairs close together
        wide = len(network.nodes)
        of: list[Closure | Gate] = [*shocks.closures, *shocks.gates]
        sets = [c.countries.astype(np.int64) * wide + c.nodes for c in of]
        keys = np.unique(np.concatenate(sets)) if sets else np.empty(0, np.int64)
        link = network.nodes.country[network.slots.user[network.links.slot]].astype(np.int64) * wide
        link += network.links.supplier
        place = np.searchsorted(keys, link)
        found = np.zeros(len(link), bool)
        if len(keys):
            found = keys[np.minimum(place, len(keys) - 1)] == link
        rows = [np.searchsorted(keys, s).astype(np.int32) for s in sets]
        n = len(shocks.closures)
        return cls(
            node=(keys % wide).astype(np.int32),
            country=(keys // wide).astype(np.int32),
            of_link=np.where(found, place, -1).astype(np.int32),
            of_closure=tuple(rows[:n]),
            of_gate=tuple(rows[n:]),
        )

    def part(self, shocks: Shocks, cases: Sequence[int]) -> Pairs:
        """The same pairs, with the closures of some cases only (as ``shocks.part(cases)`` has them)."""
        known = set(cases)
        of_closure = zip(shocks.closures, self.of_closure, strict=True)
        return self.keeping([rows for c, rows in of_closure if c.case in known])

    def keeping(self, of_closure: Sequence[Ints]) -> Pairs:
        """The same pairs, with these of the closures only."""
        return replace(self, of_closure=tuple(of_closure))

    def open(self, shocks: Shocks, step: int) -> Floats:
        """Share of each pair's trade that closures leave open (pairs, cases); gates come on top."""
        left = np.ones((len(self.node), len(shocks.cases)))
        for closure, rows in zip(shocks.closures, self.of_closure, strict=True):
            if closure.profile[step]:
                # two entries of one event on one pair combine too
                np.multiply.at(left[:, closure.case], rows, 1 - closure.profile[step] * closure.size)
        return left

    def through_gates(self, shocks: Shocks, left: Floats, lost: Floats) -> Floats:
        """``left`` (pairs, cases) further cut where gates have ``lost`` (gates, cases) of their work."""
        for gate, rows, gone in zip(shocks.gates, self.of_gate, lost, strict=True):
            if gone.any():
                left = left.copy()
                left[rows] *= 1 - gate.size[:, None] * gone[None, :]
        return left
