"""What helps beside crews, on top of a plan: releases of stock, emergency production, generators, other measures.

Each is run by itself with the plan's order. A release is tried in several places and on several days, always the same
amount; generators one place at a time, and then the best places together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

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
}
LATER = (0.0, 30.0, 60.0)
"""Days by which a release is tried later than it could begin at the earliest."""
POWERED = 0.0
"""Day from which a generator runs: what it carries has a buffer of its own until it is there."""


Again = Callable[[Ground], Schedule]
"""Sends the same crews in the same order on another ground."""


@dataclass(frozen=True)
class Trial:
    """One aid in one place from one day on, ready to run."""

    aid: str
    kind: str
    place: str
    day: float | None
    built: Built
    shocks: Shocks


def aids(judge: Judge, again: Again, sets: dict[str, int]) -> pl.DataFrame:
    """aid, kind (measure, release, set), place (empty: everywhere), day, loss, saved (million USD), most saved first.

    ``sets``: supplies that are placed, and how many there are.
    """
    plan = again(judge.ground)
    bare = judge.shocks(plan)
    tried = [Trial("", "", "", None, judge.ground.built, bare)]
    tried += _measures(judge, again)
    places = {name: list(_sets(judge.ground, bare, name)) for name, count in sets.items() if count > 0}
    tried += [trial for name in places for trial in places[name]]
    lost = losses_on([(t.built, t.shocks) for t in tried], judge.ground.settings)
    base = float(lost[0])
    rows: dict[str, tuple[object, ...]] = {}
    for trial, loss in sorted(zip(tried[1:], lost[1:], strict=True), key=lambda pair: pair[1]):
        if trial.kind != "set":
            row = (trial.aid, trial.kind, trial.place, trial.day, float(loss), base - float(loss))
            rows.setdefault(trial.aid, row)
    for name, found in places.items():
        by_loss = {
            t.place: float(x) for t, x in zip(tried, lost, strict=True) if t.kind == "set" and t.aid == name
        }
        best = sorted(by_loss, key=lambda p: (by_loss[p], p))[: sets[name]]
        chosen = [t for t in found if t.place in best and by_loss[t.place] < base]
        for t in sorted(chosen, key=lambda t: by_loss[t.place]):
            loss = by_loss[t.place]
            rows[f"{name} {t.place}"] = (name, "set", t.place, t.day, loss, base - loss)
    frame = pl.DataFrame(list(rows.values()), SCHEMA, orient="row")
    return frame.sort("saved", "aid", "place", descending=[True, False, False])


def _measures(judge: Judge, again: Again) -> Iterator[Trial]:
    """Every measure of resolution that acts on what the scenarios hit and is not in force already."""
    of = judge.ground
    struck = {s.id for s, _ in of.case.scenarios}
    there = {m.id for m in of.case.measures}
    meant = {a.measure for a in answers(of.built.pack) if a.subject in struck and a.how == "effect"}
    days = round(of.shocks.steps * of.shocks.dt)
    for measure in of.built.pack.measures:
        if measure.kind != "resolution" or measure.id in there or measure.id not in meant:
            continue
        built = prevent(of.built, (measure,))
        case = replace(of.case, measures=(*of.case.measures, measure))
        other = Judge(ground(built, case, days, of.settings), judge.samples)
        shocks = other.shocks(again(other.ground))
        own = [r for r in shocks.releases if r.measure == measure.id]
        if own:
            yield from _releases(other, shocks, measure, own)
        else:
            yield Trial(measure.id, "measure", "", None, built, shocks)


def _releases(judge: Judge, shocks: Shocks, measure: Measure, own: Sequence[Release]) -> Iterator[Trial]:
    """The same amount everywhere, or in one struck area first; as soon as can be, or later."""
    of = judge.ground
    network = of.built.network
    use = network.slots.need * network.nodes.output[network.slots.user]
    others = tuple(r for r in shocks.releases if r.measure != measure.id)
    area_of = np.array(network.nodes.area)
    areas = sorted({t.area for t in of.things if t.area})
    for late in LATER:
        step = round(late / shocks.dt)
        for area in ("", *areas):
            changed = []
            for r in own:
                here = r.slots if not area else r.slots[area_of[network.slots.user[r.slots]] == area]
                if len(here) and r.step + step < shocks.steps:
                    more = float(use[r.slots].sum() / use[here].sum())
                    changed.append(
                        replace(r, step=r.step + step, slots=here, days=r.days * more, rate=r.rate * more)
                    )
            if changed:
                day = min(r.step for r in changed) * shocks.dt
                yield Trial(
                    measure.id, "release", area, day, of.built, replace(shocks, releases=(*others, *changed))
                )


def _sets(of: Ground, bare: Shocks, supply: str) -> Iterator[Trial]:
    """One set at each facility with a buffer that what is struck would feed."""
    network, pack = of.built.network, of.built.pack
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
    for slot in slots:
        name = network.nodes.id[users[slot]]
        days = bare.steps * bare.dt
        only: Ints = np.array([slot], np.int32)
        release = Release(0, supply, round(POWERED / bare.dt), only, days, 1.0)
        yield Trial(supply, "set", name, POWERED, of.built, replace(bare, releases=(*bare.releases, release)))
