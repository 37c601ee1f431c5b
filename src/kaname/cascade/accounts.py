"""Loss, shortfall and what bound an output, out of one step's figures. Arrays are (nodes,)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kaname.cascade.plan import Plan
from kaname.cascade.trace import CAPACITY, DEMAND, INPUT, NOTHING, SLIP
from kaname.network.tables import Floats, Ints


def losses(p: Plan, left: Floats, x: Floats) -> dict[str, NDArray[np.generic]]:
    """Value added not produced, million USD a day; *direct* is what events take from the node itself. (nodes,)"""
    nodes = p.network.nodes
    value = np.maximum(0, nodes.value_added)  # who adds none has none to lose
    lost = value - value / nodes.output * x
    ours = lost[p.home]
    itself = np.minimum(value[p.home] * (1 - left[p.home]), np.maximum(0, ours))
    return {
        "home_loss": ours.sum(),
        "world_loss": lost.sum(),
        "country_loss": np.bincount(nodes.country, np.maximum(0, lost), len(p.network.countries)),
        "direct_home_loss": itself.sum(),
        "loss": ours.astype(np.float32),
        "direct": itself.astype(np.float32),
    }


@dataclass(frozen=True)
class Taken:
    """What facilities serving people directly take over from each other: (rows,) or (rows, cases)."""

    rows: Ints
    people: Floats
    """Share of final demand that others are asked to take over."""
    part: Floats
    """Share of its service's taken-over work that is asked of the facility."""
    work: Floats
    """That work, in units of service a day."""

    @classmethod
    def of(cls, p: Plan, shift: Floats, able: Floats, factor: Floats) -> Taken:
        """``shift`` (nodes,) share of lost work that others take over; ``able`` and ``factor`` alike."""
        rows = p.serving
        lost, strength = shift[rows] * (1 - able[rows]), p.final[rows] * able[rows]
        whole, pool = (_by_service(p, amount) for amount in (strength, lost * p.final[rows] * factor[rows]))
        part = np.divide(strength, whole, out=np.zeros_like(strength), where=whole > 0)
        return cls(rows, lost, part, part * pool)

    def saved(self, p: Plan, met: Floats) -> Floats:
        """Share of final demand met by others, of whose work the share ``met`` is done (both as ``rows``)."""
        return self.people * _by_service(p, self.part * met)


def _by_service(p: Plan, amounts: Floats) -> Floats:
    """For each facility that serves people the sum over all of its service."""
    return np.asarray(np.bincount(p.service, amounts, p.services)[p.service])


def shortfall(
    p: Plan, demand: Floats, taken: Taken, fill_use: Floats, fill_restock: Floats
) -> NDArray[np.float32]:
    """Share of normal final demand not met, home nodes; facilities' taken-over work counts as met. (nodes,)"""
    served = fill_use.copy()
    served[taken.rows] += taken.saved(p, fill_restock[taken.rows])
    short = np.zeros(len(served))
    short[p.fed] = demand[p.fed] * (1 - np.minimum(1, served[p.fed]))
    return np.asarray(short[p.home].astype(np.float32))


def limits(p: Plan, asked: Floats, make: Floats, x: Floats, binding: Ints) -> dict[str, NDArray[np.generic]]:
    """What bound each output below its baseline: ``asked`` is use and restock demand together.

    An input binds where it takes more than fallen demand does: who is asked for three quarters and lacks a hundredth
    of its power makes less because it is asked for less.
    """
    usual = p.network.nodes.output
    below = x < usual * (1 - SLIP)
    by_input = (binding >= 0) & (x < make * (1 - SLIP)) & (np.minimum(make, asked) - x >= usual - asked)
    by_capacity = make < asked * (1 - SLIP)
    code = np.where(by_input, INPUT, np.where(by_capacity, CAPACITY, DEMAND))
    code = np.where(below, code, NOTHING).astype(np.int8)
    return {"limit": code, "slot": np.where(code == INPUT, binding, -1).astype(np.int32)}
