"""States of what the outlook's ranges leave open: the stated values, and draws (floor 5).

One number between 0 and 1 for each figure of a kind (the saving of households, the share of Tokyo in data centres,
the availability of coal): the same in every outlook, supply case and year, so that a draw is one coherent world and
what differs between outlooks is not noise. Values follow the triangular distribution of
:class:`kaname.cascade.draws.Factor`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from kaname.cascade.draws import Factor, uniform
from kaname.network.tables import Floats
from kaname.pack.figures import Figure
from kaname.pack.model import Pack
from kaname.units import convert


@dataclass(frozen=True)
class States:
    """Row 0 is the stated values; rows 1 to ``draws`` are drawn."""

    names: tuple[str, ...]
    u: Floats
    """(draws + 1, names) quantiles; the first row is not a number: the stated values."""

    @classmethod
    def of(cls, pack: Pack, draws: int, seed: int) -> States:
        """The stated values and ``draws`` draws of a pack."""
        names = tuple(dict.fromkeys(_names(pack)))
        stated = np.full((1, len(names)), np.nan)
        return cls(names, np.concatenate([stated, uniform(len(names), draws, seed)]))

    def __len__(self) -> int:
        return len(self.u)

    @cached_property
    def _place(self) -> dict[str, int]:
        return {name: n for n, name in enumerate(self.names)}

    def first(self, count: int) -> States:
        """The stated values and the first ``count`` draws."""
        return States(self.names, self.u[: count + 1])

    def of_figure(self, name: str, figure: Figure, unit: str) -> Floats:
        """(draws + 1,) values of a figure in ``unit``; one without a range is the same in all."""
        value = figure.to(unit, 0.0)
        if figure.low is None and figure.high is None:
            return np.full(len(self), value)
        low, high = (
            value if end is None else convert(end, figure.unit, unit) for end in (figure.low, figure.high)
        )
        u = self.u[:, self._place[name]]
        drawn = Factor(name, low, value, high, unit).at(np.nan_to_num(u, nan=0.5))
        return np.where(np.isnan(u), value, drawn)


def _names(pack: Pack) -> Iterator[str]:
    for use in pack.demand_uses:
        yield from (f"use.{use.id}.{field}" for field in ("base", "winter", "activity", "total", "saving"))
        yield from (f"use.{use.id}.in.{place.area}" for place in use.places)
    for fuel in pack.fuels:
        yield from (f"fuel.{fuel.id}.{field}" for field in ("availability", "total"))
        for case in pack.supply_cases:
            for row in case.capacities:
                yield from (f"fuel.{row.fuel}.in.{place.area}" for place in row.places)
    for case in pack.supply_cases:
        yield from (f"tie.{tie.facility}" for tie in case.ties)
    yield from ("storage.power", "storage.hours", "week.load", "week.wind", "week.sun")
