"""What events take away, brought up to date where their strength moves: flat arrays and one compiled loop."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from kaname.cascade.compiling import compiled
from kaname.cascade.disturbance import Pairs, Shocks
from kaname.network.tables import Flags, Floats, Ints


@dataclass(frozen=True)
class Moving:
    """Events of one kind: event ``e`` takes ``profile[t, e] * size[k]`` of ``rows[k]`` in its case, for ``k`` from
    ``first[e]`` to ``first[e + 1]``.
    """

    case: Ints
    profile: Floats
    first: Ints
    rows: Ints
    size: Floats

    @classmethod
    def of(cls, events: Iterable[tuple[int, Floats, Ints, Floats]], steps: int) -> Moving:
        """``events``: case, profile by step, rows and sizes of each; there may be none."""
        every = list(events)
        lengths = [len(rows) for _, _, rows, _ in every]
        return cls(
            case=np.array([case for case, *_ in every], np.int32),
            profile=np.stack([e[1] for e in every], axis=1) if every else np.zeros((steps, 0)),
            first=np.concatenate([[0], np.cumsum(lengths, dtype=np.int32)]).astype(np.int32),
            rows=np.concatenate([np.zeros(0, np.int32), *(e[2] for e in every)]).astype(np.int32),
            size=np.concatenate([np.zeros(0), *(e[3] for e in every)]),
        )

    def update(self, t: int, values: Floats) -> tuple[Flags, Flags]:
        """Set ``values`` (rows, cases) in the cases where any strength differs from the step before.

        ``values`` is what all events together leave, 1 = all. Gives the rows set (rows,) and the cases set (cases,).
        """
        rows, cases = np.zeros(len(values), np.bool_), np.zeros(values.shape[1], np.bool_)
        now = self.profile[t]
        moved = now != (self.profile[t - 1] if t else 0.0)
        if moved.any():
            cases[self.case[moved]] = True
            take_away(self.case, self.first, self.rows, self.size, now, values, rows, cases)
        return rows, cases


def cuts(shocks: Shocks) -> Moving:
    """Capacity of nodes."""
    return Moving.of(((c.case, c.profile, c.nodes, c.size) for c in shocks.cuts), shocks.steps)


def closures(shocks: Shocks, pairs: Pairs) -> Moving:
    """Ways of pairs."""
    both = zip(shocks.closures, pairs.of_closure, strict=True)
    return Moving.of(((c.case, c.profile, rows, c.size) for c, rows in both), shocks.steps)


def swings(shocks: Shocks) -> Moving:
    """Final demand of nodes."""
    return Moving.of(((s.case, s.profile, s.nodes, -s.change) for s in shocks.swings), shocks.steps)


@compiled
def take_away(
    case: Any, first: Any, rows: Any, size: Any, now: Any, values: Any, touched: Any, moving: Any
) -> None:
    """``values`` as all events of the ``moving`` cases leave them; a row may stand in one event more than once."""
    for e in range(len(case)):
        b = case[e]
        if moving[b]:
            for k in range(first[e], first[e + 1]):
                values[rows[k], b] = 1.0
                touched[rows[k]] = True
    for e in range(len(case)):
        b = case[e]
        if moving[b] and now[e] != 0.0:
            for k in range(first[e], first[e + 1]):
                values[rows[k], b] *= max(0.0, 1.0 - now[e] * size[k])
