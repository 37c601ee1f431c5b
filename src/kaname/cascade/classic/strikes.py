"""Events of many cases made into what each step needs: capacity left, and what rebuilding asks for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kaname.cascade.classic.events import CapacityLoss, CapitalLoss, Event, Rebuild, faults
from kaname.cascade.classic.layout import Layout
from kaname.cascade.classic.settings import Settings
from kaname.data.tables import InterCountryTable
from kaname.errors import InputProblems, Problem, wrong_days
from kaname.network.tables import Floats, Ints


@dataclass(frozen=True)
class Loss:
    """Capacity lost by one event: ``size`` of each node times the course."""

    case: int
    nodes: Ints
    size: Floats
    course: Floats
    """(days,)"""
    capital: bool
    """Losses of capital at one node add up; other losses strike what is left."""


@dataclass
class Site:
    """One rebuilding event under way. What is asked of a supplier falls by what it delivers, for all nodes struck
    alike; so ``left``, one figure a supplier, holds the state of the whole matrix.
    """

    case: int
    nodes: Ints
    capital: Floats
    suppliers: Ints
    share: Floats
    """(suppliers, nodes) damage to be built by each supplier."""
    left: Floats
    """(suppliers,) share of it still to be built."""
    start: int
    begin: int
    days: float
    factor: float

    @property
    def asked(self) -> Floats:
        """(suppliers,) what is asked for today, money."""
        return np.asarray(self.share.sum(axis=1) * self.factor * self.left / self.days)

    @property
    def lost(self) -> Floats:
        """(nodes,) share of capital still lost."""
        return np.asarray((self.left @ self.share) / self.capital)


class Strikes:
    """The events of some cases on one table; rebuilding is under way in it."""

    def __init__(
        self, table: InterCountryTable, found: Layout, cases: Sequence[Sequence[Event]], days: int
    ) -> None:
        position = np.argsort(found.order)
        number = {name: int(position[k]) for k, name in enumerate(table.nodes)}
        self.losses: list[Loss] = []
        self.sites: list[Site] = []
        self.shape = (len(found.order), len(cases))
        self.output = found.output
        for case, events in enumerate(cases):
            for event in events:
                amounts = event.loss if isinstance(event, CapacityLoss) else event.damage
                nodes = np.array([number[name] for name in amounts], np.int32)
                size = np.array(list(amounts.values()), float)
                if isinstance(event, Rebuild):
                    self.sites.append(_site(case, event, nodes, size, table, found))
                    continue
                capital = isinstance(event, CapitalLoss)
                size = size / found.capital[nodes] if capital else size
                self.losses.append(Loss(case, nodes, size, _course(event, days), capital))

    def able(self, t: int) -> Floats:
        """(N, cases) share of capacity that is left at step ``t``."""
        left, capital = np.ones(self.shape), np.zeros(self.shape)
        for loss in self.losses:
            lost = loss.size * loss.course[t]
            if loss.capital:
                capital[loss.nodes, loss.case] += lost
            else:
                left[loss.nodes, loss.case] *= 1 - lost
        for site in self.sites:
            if t >= site.start:
                capital[site.nodes, site.case] += site.lost
        return np.asarray(left * np.maximum(0.0, 1 - capital))

    def rebuilding(self, t: int) -> Floats:
        """(N, cases) what rebuilding asks of each node at step ``t``, a share of usual output."""
        asked = np.zeros(self.shape)
        for site in self.sites:
            if t >= site.begin:
                asked[site.suppliers, site.case] += site.asked / self.output[site.suppliers]
        return asked

    def build(self, t: int, fill: Floats) -> None:
        """Take off what was delivered at step ``t``, each node meeting ``fill`` (N, cases) of what it is asked."""
        for site in self.sites:
            if t >= site.begin:
                site.left *= 1 - fill[site.suppliers, site.case] / site.days


def check(table: InterCountryTable, settings: Settings, cases: Sequence[Sequence[Event]], days: int) -> None:
    """Raise ``InputProblems`` with everything wrong with the cases."""
    found = list(wrong_days(days))
    if not cases:
        found.append(Problem("no case to run", path="cases"))
    capital = dict(
        zip(
            table.nodes,
            table.value_added
            * np.tile(settings.by_industry("capital", table.industries), len(table.regions)),
            strict=True,
        )
    )
    for case, events in enumerate(cases):
        destroyed: dict[str, float] = {}
        for number, event in enumerate(events):
            place = f"cases[{case}].events[{number}]"
            found += faults(event, table, max(days, 1), place)
            if isinstance(event, CapacityLoss):
                continue
            for node, damage in event.damage.items():
                destroyed[node] = destroyed.get(node, 0.0) + damage
            if isinstance(event, Rebuild):
                found += _nobody_builds(event, table, place)
        for node, damage in destroyed.items():
            if node in capital and damage > capital[node] * (1 + 1e-12):
                text = f"capital destroyed {damage:g} exceeds what there is, {capital[node]:g}"
                found.append(Problem(text, path=f"cases[{case}], {node}"))
    if found:
        raise InputProblems(found)


def _nobody_builds(event: Rebuild, table: InterCountryTable, place: str) -> list[Problem]:
    known = {name: k for k, name in enumerate(table.nodes)}
    return [
        Problem(
            f"{node} buys nothing of {industry}: who would rebuild it is unknown", path=f"{place}.sectors"
        )
        for node in event.damage
        for industry, share in event.sectors.items()
        if share > 0
        and node in known
        and industry in table.industries
        and not table.Z[table.industries.index(industry) :: len(table.industries), known[node]].any()
    ]


def _course(event: CapacityLoss | CapitalLoss, days: int) -> Floats:
    """(days,) the event's strength: 1 while it lasts, then as it recovers."""
    since = np.arange(days) - event.start
    course = np.where((since >= 0) & (since < event.duration), 1.0, 0.0)
    healing = since >= event.duration
    if event.recovery is not None:
        course[healing] = event.recovery.after((since[healing] - event.duration + 1).astype(float))
    return course


def _site(
    case: int, event: Rebuild, nodes: Ints, damage: Floats, table: InterCountryTable, found: Layout
) -> Site:
    regions, (_, size) = len(table.regions), found.users
    industries = [table.industries.index(name) for name in event.sectors]
    suppliers = np.concatenate([np.arange(s * regions, (s + 1) * regions) for s in industries])
    share = np.concatenate(
        [
            found.share[nodes // size, s, :, nodes % size].T * weight * damage
            for s, weight in zip(industries, event.sectors.values(), strict=True)
        ]
    )
    taking = share.sum(axis=1) > 0
    return Site(
        case=case,
        nodes=nodes,
        capital=found.capital[nodes],
        suppliers=suppliers[taking].astype(np.int32),
        share=share[taking].astype(float),
        left=np.ones(int(taking.sum())),
        start=event.start,
        begin=event.start + event.delay,
        days=event.days,
        factor=event.factor,
    )
