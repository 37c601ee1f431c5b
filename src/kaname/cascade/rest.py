"""When a case has come to rest, its course is over: what follows is the baseline, exactly.

A case is at rest once nothing of its shocks is left to come and the losses of home and of the world have stayed
within ``Settings.rest`` of normal value added for ``CALM`` steps. What is cut off is the slow tail of restocking; its
loss is at most ``rest`` of normal a day. The rule looks at one case only, so a batch gives what each gives alone.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from kaname.cascade.compiling import compiled
from kaname.cascade.disturbance import Closure, Cut, Limit, Rebuild, Release, Shocks, StockLoss, Swing
from kaname.cascade.plan import Plan
from kaname.cascade.trace import NOTHING, Trace
from kaname.network.tables import Floats, Ints

CALM = 5


def ends(shocks: Shocks) -> Ints:
    """(cases,) the first step from which on nothing of a case's shocks is left to come."""
    last = np.zeros(len(shocks.cases), np.int32)
    courses: list[Cut | Closure | Swing | Rebuild | Limit]
    courses = [*shocks.cuts, *shocks.closures, *shocks.swings, *shocks.rebuilds]
    for event in (*courses, *(limit for limit in shocks.limits if limit.origin >= 0)):
        active = np.flatnonzero(event.profile)
        if len(active):
            last[event.case] = max(last[event.case], active[-1] + 1)
    sudden: tuple[StockLoss | Release, ...] = (*shocks.stock_losses, *shocks.releases)
    for once in sudden:
        last[once.case] = max(last[once.case], once.step + 1)
    return last


def resting(p: Plan, over: Ints, home: Floats, world: Floats, rest: float) -> Ints:
    """(cases,) the step from which on each case is at rest; the number of steps where it is not.

    ``home``, ``world``: (steps so far, cases) losses a day.
    """
    if len(home) < CALM:
        return np.full(home.shape[1], len(home), np.int32)
    value = p.network.nodes.value_added
    calm = np.abs(home) <= rest * value[p.network.is_home].sum()
    calm &= np.abs(world) <= rest * value.sum()
    # what was not sent is missed when it would have arrived, and again by those who wait for what is made of it
    calm &= np.arange(len(home))[:, None] >= over[None, :] + 2 * (p.ring - 1)
    streak = np.ones((len(home) - CALM + 1, home.shape[1]), np.bool_)
    for k in range(CALM):
        streak &= calm[k : k + len(streak)]
    first = streak.argmax(axis=0) + CALM
    return np.where(streak.any(axis=0), first, len(home)).astype(np.int32)


def at_rest(trace: Trace, p: Plan, over: Ints, rest: float, steps: int) -> Trace:
    """``trace`` over ``steps`` steps with every case's course after its rest set to the baseline.

    ``trace`` may be shorter, if all its cases are at rest by its end; what it holds of a case after its rest is nothing
    to go by.
    """
    since = resting(p, over, trace.home_loss, trace.world_loss, rest)
    baseline = {"fill": 1.0, "able": 1.0, "limit": NOTHING, "slot": -1}
    parts = {}
    for name, values in vars(trace).items():
        if values is None or name == "home":
            continue
        whole = np.ascontiguousarray(values)
        if len(values) < steps:
            whole = np.empty((steps, *values.shape[1:]), values.dtype)
            whole[: len(values)] = values
        rows = whole.reshape(steps, -1, whole.shape[-1])
        usual = np.full(rows.shape[1], baseline.get(name, 0), whole.dtype)
        if name in ("output", "demand"):
            usual[:] = p.network.nodes.output
        lie_still(rows, since, usual)
        parts[name] = whole
    return replace(trace, **parts)


@compiled
def lie_still(values: Any, since: Any, usual: Any) -> None:
    """Set ``values`` (steps, rows, cases) of each case to what is ``usual`` (rows,) from the step ``since`` on."""
    for t in range(since.min(), len(values)):
        for r in range(len(usual)):
            for b in range(len(since)):
                values[t, r, b] = usual[r] if t >= since[b] else values[t, r, b]
