"""What weights, shares and bypasses of the pack do to a run's loss, by its derivatives (floor 4).

A figure of the pack stands in many places of the network: the slope of the loss by it is the sum over these, each
times how much the place moves with the figure.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from kaname.cascade.adjoint import Gradients
from kaname.cascade.disturbance import Pairs
from kaname.cascade.run import Run
from kaname.cascade.sensitivities import POINT, first_order
from kaname.cascade.shocks import compile_cases
from kaname.cascade.trace import CAPACITY, INPUT
from kaname.network.tables import Flags, Ints
from kaname.pack.draft import Site
from kaname.pack.figures import Figure
from kaname.pack.model import Facility, Good, Industry, Parameter, Passage, Service
from kaname.pack.scenarios import PassageEvent

EQUIPMENT = "equipment-weight"
SAME = 1e-9


class Slopes:
    """Derivatives of a run's loss by figures of the pack, million USD for a whole share more."""

    def __init__(self, run: Run, found: Gradients) -> None:
        self.run, self.found = run, found
        self.network = run.built.network
        nodes = self.network.nodes
        self.made = np.array([self.network.products[p] for p in nodes.product])
        self.product = np.array([self.network.products[p] for p in self.network.slots.product])
        self.user = self.made[self.network.slots.user]

    def of(self, part: object, site: Site) -> float | None:
        """The slope by a figure; None where none is known."""
        figure = site.value
        if not isinstance(figure, Figure) or figure.value is None:
            return None
        if site.name == "weight":
            return self._weight(part, site, figure)
        if site.name == "share":
            return self._share(part, site, figure)
        if isinstance(part, Parameter) and part.id == EQUIPMENT:
            return self._capped(figure.to("1"))
        return None

    def _weight(self, part: object, site: Site, figure: Figure) -> float | None:
        match part:
            case Industry():
                return self._industry(part, site, figure)
            case Good() | Service():
                user = part.users[int(site.path[3])].industry
                return self._by_ratio((self.product == part.id) & (self.user == user), figure)
            case Facility() if part.id in self.network.index:
                called = self.product == part.needs[int(site.path[3])].of
                node = self.network.index[part.id]
                return self._by_ratio((self.network.slots.user == node) & called, figure)
        return None

    def _share(self, part: object, site: Site, figure: Figure) -> float | None:
        match part:
            case Good() if "substitutes" in site.path:
                return self._substitute(part)
            case Facility():
                return self._facility(part)
            case Passage():
                return self._passage(part, site, figure)
        return None

    def _by_ratio(self, mine: Flags, figure: Figure) -> float:
        """Weights of slots that are a figure times something that stays."""
        value = figure.to("1")
        if value <= 0:
            return float(self.found.weight[mine].sum())
        return float((self.found.weight[mine] * self.network.slots.weight[mine]).sum() / value)

    def _industry(self, part: Industry, site: Site, figure: Figure) -> float:
        mine = self.product == part.id
        others = {u.industry for u in part.exceptions}
        if len(site.path) > 3:
            return self._by_ratio(mine & (self.user == part.exceptions[int(site.path[3])].industry), figure)
        value = figure.to("1")
        default = np.abs(self.network.slots.weight - value) < SAME
        return self._by_ratio(mine & default & ~np.isin(self.user, sorted(others)), figure)

    def _capped(self, cap: float) -> float:
        """Equipment whose weight the parameter bounds."""
        tools = {i.id for i in self.run.built.pack.industries if i.equipment}
        mine = np.isin(self.product, sorted(tools)) & (np.abs(self.network.slots.weight - cap) < SAME)
        return float(self.found.weight[mine].sum())

    def _substitute(self, good: Good) -> float:
        """A share more of what stands in for a good takes as much off every user's weight."""
        home = self.network.is_home[self.network.slots.user] & (self.product == good.id)
        stated = {u.industry: u.weight.to("1", 0.0) for u in good.users}
        full = np.array([stated.get(user, 0.0) for user in self.user[home]])
        weight = self.network.slots.weight[home]
        ready = np.where(
            weight < full * (1 - SAME), full, 0.0
        )  # stand-ins that are too late take nothing off
        return -float((self.found.weight[home] * ready).sum())

    def _facility(self, part: Facility) -> float | None:
        """A share more for a facility, taken from the unnamed rest of its service.

        What is served changes by the difference of their levels; what that is worth on a day is read off the capacity
        of whichever facility of the service is worth most, per share of it.
        """
        node, nodes = self.network.index.get(part.id), self.network.nodes
        if node is None or self.run.trace.output is None:
            return None
        mine = np.flatnonzero(nodes.product == nodes.product[node]).astype(np.int32)
        if not self._short(mine):
            return 0.0  # who carries how much is all one while everything is carried
        level = self.run.trace.output[:, mine, 0] / nodes.output[mine]
        rest = np.flatnonzero(mine == self.network.index.get(f"{part.service}/rest", -1))
        elsewhere = level[:, rest[0]] if len(rest) else np.ones(len(level))
        worth = self.found.left[:, mine] / (nodes.output[mine] / nodes.output[mine].sum())
        best = worth[np.arange(len(worth)), np.abs(worth).argmax(axis=1)]
        return float(best @ (level[:, np.flatnonzero(mine == node)[0]] - elsewhere))

    def _short(self, nodes: Ints) -> bool:
        """Whether any of these nodes ever makes less than it is asked for."""
        limit = self.run.trace.limit
        return limit is None or bool(np.isin(limit[:, nodes, 0], (CAPACITY, INPUT)).any())

    def _passage(self, part: Passage, site: Site, figure: Figure) -> float | None:
        """A point more of a bypass or an exposure of a passage that the case closes, by the shocks it makes."""
        closed = {
            name
            for scenario, _ in self.run.case.scenarios
            for event in scenario.events
            if isinstance(event, PassageEvent)
            for name in event.passages
        }
        if part.id not in closed:
            return 0.0
        kind, place = str(site.path[2]), int(site.path[3])
        step = POINT if figure.to("1") + POINT <= 1 else -POINT
        moved = figure.model_copy(
            update={"value": figure.to("1") + step, "unit": "1", "low": None, "high": None}
        )
        rows = list(getattr(part, kind))
        rows[place] = rows[place].model_copy(update={"share": moved})
        built = self.run.built
        passages = {**built.routes.passages, part.id: part.model_copy(update={kind: tuple(rows)})}
        other = replace(built, routes=replace(built.routes, passages=passages))
        shocks = compile_cases(other, [self.run.case], self.run.days, self.run.settings)
        pairs = Pairs.of(self.network, self.run.shocks)
        return first_order(self.network, self.found, pairs, self.run.shocks, shocks) / step
