"""What is rebuilt in a batch: what is planned for the day, and what is still owed of the days before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from kaname.cascade.disturbance import Shocks
from kaname.cascade.settings import Settings
from kaname.network.tables import Floats, Ints


@dataclass
class Rebuilding:
    """Work of rebuilding asked of some nodes, (rows, cases)."""

    rows: Ints
    """Nodes that any case asks."""
    planned: Floats
    owed: Floats
    asked: Floats
    pace: Floats
    """(cases,) share of what is owed that is asked again in a day."""

    @classmethod
    def of(cls, shocks: Shocks, settings: Sequence[Settings]) -> Rebuilding | None:
        """What ``shocks`` ask for; None where nothing is rebuilt."""
        if not shocks.rebuilds:
            return None
        rows = np.unique(np.concatenate([rebuild.nodes for rebuild in shocks.rebuilds])).astype(np.int32)
        nothing = np.zeros((len(rows), len(shocks.cases)))
        pace = np.array([1 / max(s.restock_days, s.dt) for s in settings])
        return cls(rows, nothing, nothing.copy(), nothing, pace)

    def ask(self, shocks: Shocks, step: int) -> Floats:
        """What is asked of ``rows`` at a step, units a day."""
        self.planned = np.zeros_like(self.owed)
        for rebuild in shocks.rebuilds:
            if rebuild.profile[step]:
                place = np.searchsorted(self.rows, rebuild.nodes)
                np.add.at(self.planned[:, rebuild.case], place, rebuild.profile[step] * rebuild.amount)
        self.asked = self.planned + self.owed * self.pace
        return self.asked

    def meet(self, fill: Floats, dt: float) -> None:
        """``fill``: share of what was asked that the nodes deliver; the rest stays owed."""
        self.owed += (self.planned - self.asked * fill) * dt

    def narrowed(self, cases: Ints) -> Rebuilding:
        """These cases only."""
        parts = {
            name: np.ascontiguousarray(getattr(self, name)[..., cases])
            for name in ("planned", "owed", "asked", "pace")
        }
        return replace(self, **parts)
