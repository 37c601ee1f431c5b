"""What a run of classic ARIO hands back. Names are those of the default engine's trace where they mean the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kaname.cascade.trace import CAPACITY, DEMAND, INPUT, NOTHING, SLIP, Record
from kaname.network.tables import Floats


@dataclass(frozen=True)
class Trace:
    """The course of B cases over T days on a table of N nodes; money is the table's, a day."""

    world_loss: Floats
    """(T, B) value added not produced, all regions; what some nodes gain is set against it."""
    country_loss: Floats
    """(T, R, B) what the nodes of each region that lose, lose; gains of others are not set against it."""
    unmet: Floats
    """(T, B) final demand not met."""
    built: Floats
    """(T, B) output that went into rebuilding."""
    output: Floats | None = None
    """(T, N, B)"""
    demand: Floats | None = None
    """(T, N, B) orders, final demand and rebuilding together."""
    fill: Floats | None = None
    """(T, N, B) share of demand met."""
    able: Floats | None = None
    """(T, N, B) share of capacity that events leave."""
    stretch: Floats | None = None
    """(T, N, B) over-capacity alpha."""
    shortfall: NDArray[np.float32] | None = None
    """(T, N, B) share of final demand not met."""
    limit: NDArray[np.int8] | None = None
    """(T, N, B) what bound an output below its baseline: NOTHING, CAPACITY, INPUT or DEMAND."""
    stock: Floats | None = None
    """(T, S, N, B) what each node holds of each industry's product at the end of the day."""

    @property
    def total_loss(self) -> Floats:
        """(B,) value added not produced over the run, the table's money."""
        return np.asarray(self.world_loss.sum(axis=0))


def joined(parts: Sequence[Trace]) -> Trace:
    """Traces of several batches of cases as one."""
    if len(parts) == 1:
        return parts[0]
    names = [f.name for f in fields(Trace) if getattr(parts[0], f.name) is not None]
    return Trace(**{name: np.concatenate([getattr(p, name) for p in parts], axis=-1) for name in names})


def limits(x: Floats, could: Floats, cap: Floats, demand: Floats) -> NDArray[np.int8]:
    """What bound each output; all as shares of usual output."""
    code = np.where(cap < demand * (1 - SLIP), CAPACITY, DEMAND)
    code = np.where(x < could * (1 - SLIP), INPUT, code)
    return np.asarray(np.where(x < 1 - SLIP, code, NOTHING).astype(np.int8))


class Keeper:
    """Collects the days of one batch, node by node in the table's order where ``record`` asks for it."""

    def __init__(self, record: Record, days: int, order: NDArray[Any]) -> None:
        self.record, self.days = record, days
        self.place = np.argsort(order)
        self.kept: dict[str, NDArray[Any]] = {}

    def keep(self, t: int, sums: dict[str, NDArray[Any]], nodes: dict[str, NDArray[Any]]) -> None:
        """Keep day ``t``: ``sums`` as they are, ``nodes`` (..., N, B) put into the table's order."""
        if self.record.nodes:
            sums = sums | {name: values[self.place] for name, values in nodes.items()}
        for name, values in sums.items():
            if name not in self.kept:
                self.kept[name] = np.zeros((self.days, *values.shape), values.dtype)
            self.kept[name][t] = values

    def keep_stock(self, t: int, stock: NDArray[Any]) -> None:
        """Keep the stocks (S, N, B) of day ``t``."""
        if "stock" not in self.kept:
            self.kept["stock"] = np.zeros((self.days, *stock.shape))
        self.kept["stock"][t] = stock[:, self.place]

    def trace(self) -> Trace:
        """All that was kept."""
        return Trace(**self.kept)
