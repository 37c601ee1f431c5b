"""Who works where and when: crews sent to things in an order, and the course that each thing's loss then takes.

Whenever a crew is free it goes to the first thing in the order that has room for it, and stays until its stage is done.
A thing takes as many crews as work on it at the usual pace, and goes on with fewer, the slower (a list schedule of
malleable tasks: Graham 1969, Drozdowski 1996). Moving takes days. One order therefore is one schedule.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from kaname.cascade.compiling import compiled, inlined
from kaname.network.tables import Floats, Ints
from kaname.planning.things import Thing

LIST, NEAREST, EVEN = 0, 1, 2
"""Which free thing a free crew goes to: the first of the order, the nearest, the one with the fewest of its crews."""
NEVER = 1e9
Longs = NDArray[np.int64]
STAGES = 2
EPS = 1e-9


@dataclass(frozen=True)
class Yard:
    """Everything that dispatching needs, as arrays. A *unit* is one stage of one thing: ``2 * thing + stage``."""

    things: tuple[Thing, ...]
    work: Floats
    """(units,) crew-days."""
    most: Longs
    """(units,) crews that find room."""
    release: Floats
    """(units,) day from which it can be worked on."""
    place: Longs
    """(units,) area, -1 = nowhere in particular."""
    base: Longs
    """(crews,) area of each crew at the start."""
    travel: Floats
    """(areas, areas) days between areas."""
    needs: Longs
    """(units, supplies)."""
    supply: Longs
    """(supplies,) how many there are."""
    spent: NDArray[np.bool_]
    """(supplies,) whether use uses it up."""
    supplies: tuple[str, ...]
    first: NDArray[np.bool_]
    """(units,) those that go before all others, whatever the order."""

    @property
    def crews(self) -> int:
        """How many crews there are."""
        return len(self.base)


def yard(
    things: tuple[Thing, ...],
    areas: tuple[str, ...],
    base: Ints,
    travel: Floats,
    supplies: Mapping[str, tuple[int, bool]],
    first: Collection[str] = (),
) -> Yard:
    """``base``: area of each crew; ``supplies``: how many of each and whether use uses it up; ``first``: what goes
    before all else."""
    number = {area: k for k, area in enumerate(areas)}
    known = tuple(sorted(supplies))
    needs = np.array([[t.needs.get(s, 0) for s in known] for t in things], np.int64)
    stages = np.array([(t.first, t.length - t.first) for t in things]).ravel()
    most = np.repeat([t.crews for t in things], STAGES).astype(np.int64)
    return Yard(
        things=things,
        work=stages * most,
        most=most,
        release=np.repeat([t.course.start for t in things], STAGES),
        place=np.repeat([number.get(t.area, -1) for t in things], STAGES).astype(np.int64),
        base=np.asarray(base, np.int64),
        travel=travel if len(areas) else np.zeros((1, 1)),
        needs=np.repeat(needs.reshape(len(things), len(known)), STAGES, axis=0),
        supply=np.array([supplies[s][0] for s in known], np.int64),
        spent=np.array([supplies[s][1] for s in known], np.bool_),
        supplies=known,
        first=np.repeat([any(map(t.called, first)) for t in things], STAGES),
    )


@dataclass(frozen=True)
class Schedule:
    """Who works where and when."""

    yard: Yard
    crew: Longs
    """(stints,) crew of each stint: one crew at one unit."""
    unit: Longs
    start: Floats
    """Day it begins to work there, after its way."""
    end: Floats
    done: Floats
    """(units,) day on which each is done; ``NEVER`` where it is not."""

    def at_work(self, day: float) -> int:
        """Crews at work at a moment."""
        return int(((self.start <= day) & (day < self.end)).sum())


@dataclass(frozen=True)
class Order:
    """What makes a schedule."""

    units: Ints
    """From first to last; the second stage of a thing waits for its first."""
    caps: Floats
    """(things,) share of its usual crews that each gets before the next is served; what is left over goes round again,
    up to the usual. Less than 1 divides the crews among several."""
    how: int = LIST
    """Where crews go by distance or evenness ``units`` settle ties."""

    @classmethod
    def of(cls, units: Any, how: int = LIST) -> Order:
        """Each thing all its crews before the next is served."""
        return cls(np.asarray(units, np.int32), np.ones(len(units) // STAGES), how)

    @classmethod
    def whole(cls, things: Any, how: int = LIST) -> Order:
        """Each thing whole before the next."""
        first = STAGES * np.asarray(things)
        return cls.of(np.stack([first, first + 1], axis=1).ravel(), how)

    @property
    def key(self) -> bytes:
        """Equal for equal orders."""
        return self.units.tobytes() + self.caps.tobytes() + bytes([self.how])


def dispatch(yard: Yard, order: Order) -> Schedule:
    """Send the crews by ``order``."""
    first = order.units[np.argsort(~yard.first[order.units], kind="stable")]
    caps = np.ceil(np.repeat(order.caps, STAGES) * yard.most - EPS).astype(np.int64)
    units, crews, room = len(yard.work), yard.crews, int(yard.most.max())
    site = _Site(
        first.astype(np.int64),
        yard.work,
        yard.most,
        np.maximum(caps, 1),
        yard.release,
        yard.place,
        yard.travel,
        yard.needs,
        yard.spent,
        yard.first,
    )
    going = _Going(
        left=yard.supply.copy(),
        at=yard.base.copy(),
        busy=np.full(crews, -1),
        since=np.zeros(crews),
        done=np.full(units, NEVER),
        over=np.full(units, NEVER),
        count=np.zeros(units, np.int64),
        starts=np.zeros((units, room)),
        closed=np.zeros(units, np.bool_),
    )
    stints = _Stints(*(np.zeros(units * room, kind) for kind in (np.int64, np.int64, np.float64, np.float64)))
    kept = _work_through(site, going, stints, order.how)
    crew, unit, start, end = (column[:kept] for column in stints)
    return Schedule(yard, crew, unit, start, end, going.done)


class _Site(NamedTuple):
    """What does not change: as in ``Yard``."""

    order: Any
    work: Any
    most: Any
    cap: Any
    release: Any
    place: Any
    travel: Any
    needs: Any
    spent: Any
    first: Any


class _Going(NamedTuple):
    """How things stand."""

    left: Any
    """(supplies,) free."""
    at: Any
    """(crews,) area where each is, or is going."""
    busy: Any
    """(crews,) unit, -1 = free."""
    since: Any
    """(crews,) day on which it begins, or began, there."""
    done: Any
    """(units,) day, NEVER while it is not done."""
    over: Any
    """(units,) day on which it will be done with the crews it has."""
    count: Any
    """(units,) crews there or on their way."""
    starts: Any
    """(units, room) days on which they begin."""
    closed: Any
    """(units,) too nearly done for any crew to get there now."""


class _Stints(NamedTuple):
    crew: Any
    unit: Any
    start: Any
    end: Any


@inlined
def _open(s: Any, g: Any, u: int, now: float, room: int) -> bool:
    """Whether a unit takes one more crew: it has been struck, is not done, has room, and what it needs is there."""
    if g.closed[u] or s.release[u] > now + EPS or g.done[u] <= now + EPS or g.count[u] >= room:
        return False
    if u % STAGES == 1 and g.done[u - 1] > now + EPS:
        return False
    if g.count[u] == 0:
        for k in range(len(g.left)):
            if s.needs[u, k] > g.left[k] and not (s.spent[k] and u % STAGES == 1):
                return False
    return True


@inlined
def _nearest(s: Any, g: Any, u: int) -> Any:
    """The free crew that is nearest to a unit, -1 = none, and how many days away."""
    near, far = -1, np.inf
    for c in range(len(g.busy)):
        if g.busy[c] < 0:
            way = 0.0 if s.place[u] < 0 else s.travel[g.at[c], s.place[u]]
            if way < far:
                near, far = c, way
    return near, far


@compiled
def _choose(s: Any, g: Any, now: float, rule: int, begin: int) -> Any:
    """Of the units that take one more crew, the first by the rule, and the nearest free crew, -1 = none; and where to
    go on looking at the same moment: by the order of a list, what has taken no crew takes none later in the moment.

    Positions run through the order twice: up to each unit's cap, then up to its room.
    """
    n = len(s.order)
    best, who, key = -1, -1, np.inf
    for k in range(begin, 2 * n):
        if k == n and best >= 0:
            break
        u = s.order[k % n]
        if not _open(s, g, u, now, s.cap[u] if k < n else s.most[u]):
            continue
        near, far = _nearest(s, g, u)
        if near < 0:
            return -1, -1, k
        if now + far >= g.over[u] - EPS:
            g.closed[u] = True
            continue
        if rule == LIST:
            return u, near, k
        value = far if rule == NEAREST else g.count[u] / s.most[u]
        value -= NEVER if s.first[u] else 0.0
        if value < key - EPS:
            best, who, key = u, near, value
    return best, who, 0


@inlined
def _send(s: Any, g: Any, u: int, c: int, now: float) -> None:
    """One crew to a unit, which takes what it needs when the first comes."""
    if g.count[u] == 0:
        for k in range(len(g.left)):
            if not (s.spent[k] and u % STAGES == 1):
                g.left[k] -= s.needs[u, k]
    g.since[c] = now
    if s.place[u] >= 0:
        g.since[c] += s.travel[g.at[c], s.place[u]]
        g.at[c] = s.place[u]
    g.busy[c] = u
    g.starts[u, g.count[u]] = g.since[c]
    g.count[u] += 1
    # the moment at which those who begin at ``starts`` have done the work
    begin, total = np.sort(g.starts[u, : g.count[u]]), 0.0
    for k in range(len(begin)):
        total += begin[k]
        g.over[u] = (s.work[u] + total) / (k + 1)
        if k + 1 < len(begin) and g.over[u] <= begin[k + 1]:
            break


@inlined
def _finish(s: Any, g: Any, u: int, stints: Any, kept: int) -> int:
    """A unit is done: its crews are free where they are, and so is what it held."""
    g.done[u] = g.over[u]
    for k in range(len(g.left)):
        if not s.spent[k]:
            g.left[k] += s.needs[u, k]
    for c in range(len(g.busy)):
        if g.busy[c] == u:
            g.busy[c] = -1
            if g.since[c] < g.over[u] - EPS:
                stints.crew[kept], stints.unit[kept] = c, u
                stints.start[kept], stints.end[kept] = g.since[c], g.over[u]
                kept += 1
    return kept


@compiled
def _work_through(s: Any, g: Any, stints: Any, rule: int) -> int:
    """From one moment at which something changes to the next, until nothing is left; the number of stints."""
    kept, now = 0, 0.0
    while now < np.inf:
        g.closed[:] = False
        u, c, place = _choose(s, g, now, rule, 0)
        while u >= 0:
            _send(s, g, u, c, now)
            u, c, place = _choose(s, g, now, rule, place)
        following = np.inf
        for u in range(len(s.work)):
            if g.count[u] > 0 and g.done[u] == NEVER:
                following = min(following, g.over[u])
            if s.release[u] > now + EPS:
                following = min(following, s.release[u])
        now = following
        for u in range(len(s.work)):
            if g.count[u] > 0 and g.done[u] == NEVER and g.over[u] <= now + EPS:
                kept = _finish(s, g, u, stints, kept)
    return kept


@dataclass(frozen=True)
class Clock:
    """How finely courses are read: ``samples`` points in each of ``steps`` steps of ``dt`` days."""

    steps: int
    dt: float
    samples: int = 12


def profiles(schedule: Schedule, clock: Clock) -> Floats:
    """(things, steps) share of each thing's loss that is still missing, by a schedule."""
    things = schedule.yard.things
    courses = [t.course for t in things]
    back = np.array([c.recovery.duration.to("day") if c.recovery else 0.0 for c in courses])
    bent = np.array([c.recovery is not None and c.recovery.shape == "exponential" for c in courses])
    return np.asarray(
        _profiles(
            clock.steps,
            clock.dt,
            clock.samples,
            np.array([c.start for c in courses]),
            np.array([c.duration for c in courses]),
            back,
            bent,
            np.array([t.faster[0] for t in things]),
            np.array([t.faster[1] for t in things]),
            np.array([t.length for t in things]),
            np.array([float(t.crews) for t in things]),
            schedule.unit,
            schedule.start,
            schedule.end,
            schedule.done,
        )
    )


@compiled
def _missing(w: float, duration: float, back: float, bent: bool, after: float, pace: float) -> float:
    """Share of a loss still missing after ``w`` days of work at the usual pace: the course of ``shocks.Course``."""
    since = w if w <= after else after + (w - after) * pace
    past = since - duration
    if past < 0:
        return 1.0
    if not bent:
        return max(0.0, 1 - past / back)
    return np.exp(-3 * past / back) if past < 2.5 * back else 0.0


@compiled
def _done_by(day: float, mine: Any, begin: Any, end: Any) -> float:
    """Crew-days done by a day in some stints."""
    total = 0.0
    for k in mine:
        if day > begin[k]:
            total += min(day, end[k]) - begin[k]
    return total


@compiled
def _profiles(
    steps: int,
    dt: float,
    samples: int,
    start: Any,
    duration: Any,
    back: Any,
    bent: Any,
    after: Any,
    pace: Any,
    length: Any,
    most: Any,
    unit: Any,
    begin: Any,
    end: Any,
    done: Any,
) -> Any:
    found = np.zeros((len(start), steps))
    for j in range(len(start)):
        mine = np.flatnonzero(unit // STAGES == j)
        ready = done[STAGES * j + STAGES - 1]
        for t in range(int(start[j] / dt), steps):
            total = 0.0
            for q in range(samples):
                day = (t + (q + 0.5) / samples) * dt
                if day >= start[j]:
                    late = day >= ready
                    # what is left when the crews have gone comes back by itself
                    w = length[j] + day - ready if late else _done_by(day, mine, begin, end) / most[j]
                    total += _missing(w, duration[j], back[j], bent[j], after[j], pace[j])
            found[j, t] = total / samples
            if total == 0.0 and t * dt > start[j]:
                break
    return found
