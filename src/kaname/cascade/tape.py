"""One case's course with everything that a step used, so that derivatives can walk it back (see ``adjoint``).

A tape holds about 80,000 numbers a step on the embedded network: some 230 MB a year. Arrays that did not change since
the step before are shared.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kaname.cascade.batch import Batch, start
from kaname.cascade.disturbance import Shocks
from kaname.cascade.kernel import adapt, produce, stock_events
from kaname.cascade.settings import Settings
from kaname.errors import InputProblems, Problem
from kaname.network.tables import Floats, Network

BEFORE = ("stock", "transit", "moved", "use", "restock", "x_before", "able", "stretch", "trust")
"""State that a step starts from."""
DURING = (
    "left", "base", "caps", "want", "able", "opened", "eased", "use", "restock", "make", "make_use", "x",
    "fill_use", "fill_restock", "binding", "orders", "refill",
)  # fmt: skip
"""What the step made of it."""


class Step(NamedTuple):
    """One step of one case."""

    before: dict[str, Floats]
    during: dict[str, Floats]
    arriving: Floats
    """(rows with leads,) what came in from the sea."""
    stock: Floats
    """(slots,) after stock events."""
    factor: Floats
    lost: Floats
    """(gates,) share of each gate's work lost."""
    reserve: tuple[Floats, ...]
    """What was left of each release before the step."""
    rebuilt: Floats
    """What was asked for rebuilding of the rows of ``Batch.rebuilding``."""


@dataclass(frozen=True)
class Tape:
    """The course of one case, ready to be walked back."""

    batch: Batch
    """Constants of the run; its working arrays stand at the end."""
    steps: tuple[Step, ...]


def record(network: Network, shocks: Shocks, settings: Settings) -> Tape:
    """Run the one case of ``shocks`` and keep all its steps.

    Raises :class:`~kaname.errors.InputProblems` for more cases than one and for what the backward sweep does not know:
    the classic setting, rationing by priority and limits on links.
    """
    faults = []
    if len(shocks.cases) != 1:
        faults.append(Problem(f"a tape holds one case, not {len(shocks.cases)}", path="shocks"))
    if settings.classic:
        faults.append(
            Problem(
                "derivatives are not known for the classic setting: run without classic",
                path="settings.classic",
            )
        )
    if settings.rationing != "proportional":
        message = (
            "derivatives are not known where classes are served in turn: ask with rationing=proportional, "
        )
        message += "or compare two runs (kaname stress)"
        faults.append(Problem(message, path="settings.rationing"))
    if shocks.limits:
        message = "derivatives are not known where limits on ways stand: compare two runs (kaname stress)"
        faults.append(Problem(message, path="shocks.limits"))
    if faults:
        raise InputProblems(faults)
    batch = start([network], shocks, settings)
    steps: list[Step] = []
    for t in range(shocks.steps):
        steps.append(_step(batch, t, steps[-1] if steps else None))
    return Tape(batch, tuple(steps))


def _step(batch: Batch, t: int, last: Step | None) -> Step:
    f = batch.f
    before = {name: _flat(getattr(f, name)) for name in BEFORE}
    reserve = tuple(values.copy() for values in batch.reserve)
    arriving = f.ring[:, t % batch.p.ring, 0].copy()
    stock_events(batch, t)
    stock = _kept(f.stock, before["stock"])
    produce(batch, t)
    during = {name: _kept(getattr(f, name), last and last.during[name]) for name in DURING}
    rebuilt = batch.rebuilding.asked[:, 0].copy() if batch.rebuilding else np.zeros(0)
    lost, factor = batch.lost[:, 0].copy(), _kept(batch.factor, last and last.factor)
    adapt(batch)
    return Step(before, during, arriving, stock, factor, lost, reserve, rebuilt)


def _flat(values: NDArray[np.generic]) -> Floats:
    return np.array(values[:, 0])


def _kept(values: NDArray[np.generic], last: Floats | None) -> Floats:
    now = values[:, 0]
    return last if last is not None and (now == last).all() else np.array(now)
