"""What measures change about events while they last: hardening, repair, bypasses, releases of reserves.

Measures combine: two that each halve a loss leave a quarter. Prevention that changes the network itself (stocks,
suppliers, spare capacity) is in ``kaname.network.adapt``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from kaname.cascade.disturbance import Release
from kaname.network.build import Built
from kaname.network.tables import Flags, Floats, Ints, Kind, Network
from kaname.pack.measures import (
    BypassEffect,
    Effect,
    HardenEffect,
    Measure,
    ReleaseEffect,
    RepairEffect,
    TakeoverEffect,
)


class Remedies:
    """The effects of some measures, ready to be asked."""

    def __init__(self, built: Built, measures: Sequence[Measure]) -> None:
        self._built = built
        self._effects: list[tuple[str, Effect]] = [(m.id, e) for m in measures for e in m.effects]
        self._service_of = {f.id: f.service for f in built.pack.facilities}

    def _touches(self, effect: HardenEffect | RepairEffect, nodes: Ints) -> Flags:
        """Which nodes the effect names: home's industries, facilities, or all facilities of a service."""
        network = self._built.network
        table = network.nodes
        touched = np.zeros(len(nodes), np.bool_)
        for position, node in enumerate(nodes):
            name = table.id[node]
            if table.kind[node] == Kind.FACILITY:
                service = self._service_of.get(name, name.partition("/")[0])
                touched[position] = name in effect.facilities or service in effect.services
            elif table.kind[node] == Kind.INDUSTRY and network.is_home[node]:
                touched[position] = network.products[table.product[node]] in effect.industries
        return touched

    def left_by_hardening(self, nodes: Ints) -> Floats:
        """(nodes,) factor on the loss of capacity."""
        left = np.ones(len(nodes))
        for _, effect in self._effects:
            if isinstance(effect, HardenEffect):
                left[self._touches(effect, nodes)] *= 1 - effect.share.to("1", 0.0)
        return left

    def repaired(self, nodes: Ints) -> Iterator[tuple[tuple[float, float], Flags]]:
        """Groups of nodes by (day from which repair is faster, how many times as fast)."""
        after, slow = np.full(len(nodes), np.inf), np.ones(len(nodes))
        for _, effect in self._effects:
            if isinstance(effect, RepairEffect):
                touched = self._touches(effect, nodes)
                after[touched] = np.minimum(after[touched], effect.after.to("day", 0.0))
                slow[touched] *= 1 - effect.share.to("1", 0.0)
        keys = sorted({(float(a), float(s)) for a, s in zip(after, slow, strict=True)})
        for day, left in keys:
            yield (day, 1 / max(left, 1e-6)), (after == day) & (slow == left)

    def cleared(self, passages: Sequence[str]) -> tuple[float, float]:
        """Day from which passages are cleared faster, and how many times as fast."""
        after, slow = np.inf, 1.0
        for _, effect in self._effects:
            if isinstance(effect, RepairEffect) and set(effect.passages) & set(passages):
                after = min(after, effect.after.to("day", 0.0))
                slow *= 1 - effect.share.to("1", 0.0)
        return after, 1 / max(slow, 1e-6)

    def bypass(self, passages: Sequence[str], since: Floats) -> Floats:
        """Share that gets round, at days ``since`` the closure."""
        barred = np.ones(since.shape)
        for _, effect in self._effects:
            if isinstance(effect, BypassEffect) and set(effect.passages) & set(passages):
                barred *= np.where(since >= effect.after.to("day", 0.0), 1 - effect.share.to("1", 0.0), 1.0)
        return np.asarray(1 - barred)

    def takeover(self, service: str) -> float:
        """Share of lost work that others take over, added by measures."""
        effects = (e for _, e in self._effects if isinstance(e, TakeoverEffect) and service in e.services)
        return sum(e.share.to("1", 0.0) for e in effects)

    def releases(self, case: int, first: float, steps: int, dt: float) -> Iterator[Release]:
        """Reserves let out, counted from the day the first scenario strikes."""
        for measure, effect in self._effects:
            if isinstance(effect, ReleaseEffect):
                step = round((first + effect.after.to("day", 0.0)) / dt)
                slots = home_slots(self._built.network, effect.goods)
                if step < steps and len(slots):
                    rate, days = effect.rate.to("1", 0.0), effect.days.to("day", 0.0)
                    yield Release(case, measure, step, slots, days, rate)


def home_slots(net: Network, products: Sequence[str]) -> Ints:
    """Slots with a stock that home's users have on these products."""
    wanted = [k for k, name in enumerate(net.products) if name in set(products)]
    user = net.slots.user
    chosen = np.isin(net.slots.product, wanted) & net.is_home[user] & (net.slots.target > 0)
    return np.flatnonzero(chosen & (net.nodes.kind[user] != Kind.GOOD)).astype(np.int32)
