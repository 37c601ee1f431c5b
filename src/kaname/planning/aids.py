"""What helps beside crews, on top of a plan: releases of stock, emergency production, generators, other measures.

Each is run by itself with the plan's order, and then one after the other together, those first that save most alone:
what two of them both would save is saved once. A release is tried in several places and on several days, always the
same amount; generators one place at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import polars as pl

from kaname.cascade.disturbance import Release, Shocks
from kaname.network.adapt import prevent
from kaname.network.build import Built
from kaname.network.tables import Ints, Kind
from kaname.pack.measures import Measure
from kaname.pack.reach import answers
from kaname.planning.dispatch import Schedule
from kaname.planning.judge import Judge, losses_on
from kaname.planning.things import Ground, ground

SCHEMA = {
    "aid": pl.String,
    "kind": pl.String,
    "place": pl.String,
    "day": pl.Float64,
    "loss": pl.Float64,
    "saved": pl.Float64,
    "together": pl.Float64,
}
LATER = (0.0, 30.0, 60.0)
"""Days by which a release is tried later than it could begin at the earliest."""
POWERED = 0.0
"""Day from which a generator runs: what it carries has a buffer of its own until it is there."""

Again = Callable[[Ground], Schedule]
"""Sends the same crews in the same order on another ground."""


@dataclass(frozen=True)
class Pick:
    """One aid: a measure, a release of a measure in an area and so many days late, or a set at a facility."""

    aid: str
    kind: str
    place: str = ""
    """Empty: everywhere."""
    late: float = 0.0


@dataclass(frozen=True)
class Field:
    """The plan, and what becomes of it with aids."""

    judge: Judge
    """Of the plan without aids."""
    again: Again
    known: dict[tuple[str, ...], tuple[Built, Shocks]] = field(default_factory=dict)
    """What strikes with some measures, worked out already."""

    def measured(self, names: tuple[str, ...]) -> tuple[Built, Shocks]:
        """The network and what strikes where crews work by the plan and these measures are in force, too."""
        if names not in self.known:
            of, there = self.judge.ground, self.judge.ground.built.pack.by_id["measures"]
            more: list[Measure] = [there[n] for n in names]  # type: ignore[misc]
            built = prevent(of.built, more)
            days = round(of.shocks.steps * of.shocks.dt)
            case = replace(of.case, measures=(*of.case.measures, *more))
            other = Judge(ground(built, case, days, of.settings), self.judge.samples) if more else self.judge
            self.known[names] = built, other.shocks(self.again(other.ground))
        return self.known[names]

    def staged(self, picks: Sequence[Pick]) -> tuple[Built, Shocks]:
        """The same with all of ``picks``."""
        built, shocks = self.measured(tuple(sorted({p.aid for p in picks if p.kind != "set"})))
        for pick in picks:
            if pick.kind == "release":
                shocks = _moved(built, shocks, pick)
            elif pick.kind == "set":
                slots = _fed(self.judge.ground, built, pick.aid)[pick.place]
                days = shocks.steps * shocks.dt
                more = Release(0, pick.aid, round(POWERED / shocks.dt), slots, days, 1.0)
                shocks = replace(shocks, releases=(*shocks.releases, more))
        return built, shocks

    def day(self, pick: Pick) -> float | None:
        """From when it acts; none where that is the measure's own matter."""
        if pick.kind == "set":
            return POWERED
        own = [r.step for r in self.staged([pick])[1].releases if r.measure == pick.aid]
        return min(own) * self.judge.ground.shocks.dt if own else None


def aids(judge: Judge, again: Again, sets: dict[str, int]) -> pl.DataFrame:
    """aid, kind (measure, release, set), place (empty: everywhere), day, loss, saved (million USD), most saved first;
    ``together``: what it and all above it save, all in force; empty where it saves nothing alone.

    ``sets``: supplies that are placed, and how many there are.
    """
    field = Field(judge, again)
    picks = [*_measures(field)]
    for name, count in sets.items():
        if count > 0:
            picks += [Pick(name, "set", place) for place in _fed(judge.ground, judge.ground.built, name)]
    tried = [field.staged([]), *(field.staged([p]) for p in picks)]
    lost = losses_on(tried, judge.ground.settings)
    base, alone = float(lost[0]), dict(zip(picks, lost[1:].tolist(), strict=True))
    best = sorted(_best(alone, sets, base), key=lambda p: (alone[p], p.aid, p.place))
    help_ = [p for p in best if alone[p] < base]
    upto = [field.staged(help_[: k + 1]) for k in range(1, len(help_))]
    joint = losses_on(upto, judge.ground.settings).tolist() if upto else []
    together = {p: base - x for p, x in zip(help_, [*(alone[p] for p in help_[:1]), *joint], strict=True)}
    rows = [(p.aid, p.kind, p.place, field.day(p), alone[p], base - alone[p], together.get(p)) for p in best]
    return pl.DataFrame(rows, SCHEMA, orient="row")


def _best(alone: dict[Pick, float], sets: dict[str, int], base: float) -> Iterator[Pick]:
    """The best place and day of each measure, and of sets as many places that save as there are sets."""
    ranked = sorted(alone, key=lambda p: (alone[p], p.place, p.late))
    for name in dict.fromkeys(p.aid for p in ranked):
        own = [p for p in ranked if p.aid == name]
        if own[0].kind == "set":
            yield from [p for p in own if alone[p] < base][: sets[name]]
        else:
            yield own[0]


def _measures(field: Field) -> Iterator[Pick]:
    """Every measure of resolution that acts on what the scenarios hit and is not in force already; of a release, every
    place and day."""
    of = field.judge.ground
    struck = {s.id for s, _ in of.case.scenarios}
    there = {m.id for m in of.case.measures}
    meant = {a.measure for a in answers(of.built.pack) if a.subject in struck and a.how == "effect"}
    areas = sorted({t.area for t in of.things if t.area})
    for measure in of.built.pack.measures:
        if measure.kind != "resolution" or measure.id in there or measure.id not in meant:
            continue
        built, shocks = field.measured((measure.id,))
        if not any(r.measure == measure.id for r in shocks.releases):
            yield Pick(measure.id, "measure")
            continue
        for late in LATER:
            for area in ("", *areas):
                pick = Pick(measure.id, "release", area, late)
                if any(r.measure == measure.id for r in _moved(built, shocks, pick).releases):
                    yield pick


def _moved(built: Built, shocks: Shocks, pick: Pick) -> Shocks:
    """A measure's releases later, and all of them in one area."""
    network = built.network
    use = network.slots.need * network.nodes.output[network.slots.user]
    area_of, step = np.array(network.nodes.area), round(pick.late / shocks.dt)
    changed = []
    for r in shocks.releases:
        if r.measure != pick.aid:
            changed.append(r)
            continue
        here = r.slots if not pick.place else r.slots[area_of[network.slots.user[r.slots]] == pick.place]
        if len(here) and r.step + step < shocks.steps:
            more = float(use[r.slots].sum() / use[here].sum())
            changed.append(replace(r, step=r.step + step, slots=here, days=r.days * more, rate=r.rate * more))
    return replace(shocks, releases=tuple(changed))


def _fed(of: Ground, built: Built, supply: str) -> dict[str, Ints]:
    """Facilities with a buffer that what is struck would feed, and the slots of it that one set carries."""
    network, pack = built.network, built.pack
    stands_for = next(s.stands_for for s in pack.supplies if s.id == supply)
    makers = {f.id for f in pack.facilities if f.service == stands_for}
    fed = {t.facility for t in of.things if t.facility in makers}
    products = [k for k, name in enumerate(network.products) if name in fed]
    users = network.slots.user
    slots = np.flatnonzero(
        np.isin(network.slots.product, products)
        & (network.slots.target > 0)
        & (network.nodes.kind[users] == Kind.FACILITY)
    )
    return {
        network.nodes.id[user]: np.asarray(slots[users[slots] == user], np.int32)
        for user in dict.fromkeys(users[slots].tolist())
    }
