"""What strikes a run of classic ARIO: capacity lost, capital destroyed, capital destroyed and built again."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from kaname.data.tables import InterCountryTable
from kaname.errors import Problem
from kaname.network.tables import Floats


@dataclass(frozen=True)
class Recovery:
    """How what was lost comes back: the share still lost ``k`` days after the loss has begun to heal.

    linear ``1 - k/days``; convex ``(1 - 1/days)^(4k)``, fast at first; concave ``1 / (1 + (2k/days)^p)``, an S with
    its half at ``days/2`` and ``p`` such that a millionth of ``1/days`` is back after one day (Koks et al. 2016, 2019).
    ``left`` states the shares day by day instead.
    """

    shape: str = "linear"
    days: float = 1.0
    left: tuple[float, ...] = ()

    def after(self, k: Floats) -> Floats:
        """Share still lost after ``k`` >= 1 days."""
        if self.left:
            course = np.append(np.asarray(self.left, float), 0.0)
            return np.asarray(course[np.minimum(k.astype(int) - 1, len(self.left))])
        if self.shape == "linear":
            return np.maximum(0.0, 1 - k / self.days)
        if self.shape == "convex":
            return np.asarray((1 - 1 / self.days) ** (4 * k))
        power = math.log(self.days / 1e-6) / math.log(self.days / 2)
        return np.asarray(1 / (1 + (2 * k / self.days) ** power))

    def faults(self, place: str) -> Iterator[Problem]:
        """What is wrong with it."""
        if self.left:
            if not all(0 <= share <= 1 for share in self.left):
                yield Problem("shares left must lie in 0..1", path=place)
        elif self.shape not in ("linear", "convex", "concave"):
            yield Problem(f"no recovery {self.shape!r}: linear, convex or concave", path=place)
        elif not self.days >= 1 or (self.shape == "concave" and self.days <= 2) or math.isinf(self.days):
            yield Problem(f"a {self.shape} recovery cannot take {self.days} days", path=place)


@dataclass(frozen=True)
class CapacityLoss:
    """A share of what nodes can make is lost: whole for ``duration`` days from day ``start``, then it recovers."""

    loss: Mapping[str, float]
    """Share lost of each node named, ``region:industry``."""
    start: int = 1
    duration: int = 1
    recovery: Recovery | None = None


@dataclass(frozen=True)
class CapitalLoss:
    """Capital is destroyed, and with it that share of capacity; it comes back by itself."""

    damage: Mapping[str, float]
    """Capital destroyed at each node named, in the money of the table."""
    start: int = 1
    duration: int = 1
    recovery: Recovery | None = None


@dataclass(frozen=True)
class Rebuild:
    """Capital is destroyed, and comes back as fast as the rebuilding industries deliver what is ordered for it.

    From ``delay`` days after ``start`` a ``days``-th of what is still to be built is ordered each day, on top of all
    other demand and rationed with it.
    """

    damage: Mapping[str, float]
    sectors: Mapping[str, float]
    """Industries that rebuild, with the share each builds. Regions take part as they supply the node struck."""
    start: int = 1
    delay: int = 1
    days: float = 60.0
    factor: float = 1.0
    """Money of rebuilding per money of damage."""


Event = CapacityLoss | CapitalLoss | Rebuild


def faults(event: Event, table: InterCountryTable, days: int, place: str) -> Iterator[Problem]:
    """Everything wrong with ``event`` on ``table``."""
    amounts = event.loss if isinstance(event, CapacityLoss) else event.damage
    if not amounts:
        yield Problem("an event that strikes nothing", path=place)
    known = set(table.nodes)
    for node, amount in amounts.items():
        if node not in known:
            yield Problem(f"no node {node!r} in the table", path=place)
        if not math.isfinite(amount) or amount < 0:
            yield Problem(f"a loss must be a number, 0 or above, not {amount}", path=f"{place}[{node}]")
        elif isinstance(event, CapacityLoss) and amount > 1:
            yield Problem(f"a share lost above 1: {amount:g}", path=f"{place}[{node}]")
    if not 0 <= event.start < days:
        yield Problem(f"starts on day {event.start}; the run has days 0 to {days - 1}", path=place)
    if isinstance(event, Rebuild):
        yield from _rebuilding(event, table, place)
        return
    if event.duration < 1:
        yield Problem(f"must last a day or more, not {event.duration}", path=place)
    if event.recovery is not None:
        yield from event.recovery.faults(f"{place}.recovery")


def _rebuilding(event: Rebuild, table: InterCountryTable, place: str) -> Iterator[Problem]:
    for industry, share in event.sectors.items():
        if industry not in table.industries:
            yield Problem(f"no industry {industry!r} in the table", path=f"{place}.sectors")
        if not math.isfinite(share) or share < 0:
            yield Problem(f"a share must be 0 or above, not {share}", path=f"{place}.sectors")
    if abs(sum(event.sectors.values()) - 1) > 1e-9:
        yield Problem("shares of the rebuilding industries must sum to 1", path=f"{place}.sectors")
    for name in ("days", "factor"):
        value = getattr(event, name)
        if not math.isfinite(value) or value <= 0:
            yield Problem(f"{name} must be above 0, not {value}", path=place)
    if event.days < 1:
        yield Problem("a step orders no more than is to be built: days must be 1 or more", path=place)
    if event.delay < 0:
        yield Problem(f"delay must be 0 or above, not {event.delay}", path=place)
