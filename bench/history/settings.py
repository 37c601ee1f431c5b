"""The same event under other models: classic ARIO, Leontief, inoperability. All on the event's own table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from bench.history import course
from bench.history.course import Course
from bench.history.stage import Stage
from kaname.cascade import classic, static
from kaname.cascade.run import Run
from kaname.cascade.trace import Record
from kaname.data.tables import InterCountryTable
from kaname.network.tables import Floats
from kaname.pack.figures import Label

OTHERS = "OTH"
Places = NDArray[np.intp]
FELT = 1e-9


@dataclass(frozen=True, eq=False)
class Answer:
    """What one model says."""

    name: str
    label: Label
    course: Course
    abroad: float
    """Billion USD lost abroad."""


def compare(stage: Stage, made: Run) -> list[Answer]:
    """Ours, classic ARIO, Leontief, inoperability."""
    parents = {g.id: g.parent for g in stage.pack.goods}
    ours = course.of_run(made, stage.event.date)
    cut, closed = course.lost_shares(made, stage.table.nodes, parents)
    lost = np.minimum(cut + closed, 1.0)
    found = [
        Answer(
            "ours",
            Label(ja="本モデル（既定）", en="Kaname, default"),
            ours,
            (made.world_loss - made.total_loss) / 1e3,
        )
    ]
    found.append(_classic(stage, ours, lost))
    small, folded = _folded(stage.table, lost, _named(stage))
    for name, label, ratio in (
        (
            "leontief",
            Label(ja="レオンチェフ", en="Leontief (demand of what is struck falls)"),
            _leontief(small, folded),
        ),
        ("inoperability", Label(ja="不稼働（IIM）", en="Inoperability (IIM)"), _inoperability(small, folded)),
    ):
        found.append(_answer(name, label, stage, ours, small, ratio))
    return found


def _named(stage: Stage) -> set[str]:
    """Regions that the event, its facts and its home name; the others are added up for the static models."""
    names = {stage.event.ground.home}
    for shock in stage.event.shocks:
        names |= {*shock.countries, *shock.origins, *shock.destinations}
    for fact in stage.event.facts:
        names |= {fact.reading.country or stage.event.ground.home}
    return names & set(stage.table.regions)


def _classic(stage: Stage, ours: Course, lost: Floats) -> Answer:
    """Losses day by day as capacity of the producers struck. Stocks, stretching and restocking are those of BoARIO."""
    table, days = stage.table, len(lost)
    felt = np.flatnonzero(lost.max(axis=0) > FELT)
    parts = [*_first(table, lost, felt), *_later(table, lost, felt)]
    trace = classic.simulate(table, [parts], classic.Settings(), days, Record(nodes=True))
    assert trace.output is not None
    normal = np.where(table.x > 0, table.x, 1.0) / 365
    ratio = np.where(table.x > 0, trace.output[:, :, 0] / normal, 1.0)
    label = Label(ja="古典ARIO（BoARIOの既定値）", en="Classic ARIO (BoARIO's defaults)")
    return _answer("classic", label, stage, ours, table, ratio)


def _first(table: InterCountryTable, lost: Floats, felt: Places) -> list[classic.Event]:
    first = {table.nodes[n]: float(lost[0, n]) for n in felt if lost[0, n] > 0}
    return [classic.CapacityLoss(first, 0, 1)] if first else []


def _later(table: InterCountryTable, lost: Floats, felt: Places) -> list[classic.Event]:
    """Nodes with one course share an event; a course is told in parts of its strongest day."""
    found: dict[tuple[float, ...], dict[str, float]] = {}
    for n in felt:
        top = float(lost[1:, n].max(initial=0.0))
        if top > 0:
            course_ = tuple(np.round(lost[1:, n] / top, 9).tolist())
            found.setdefault(course_, {})[table.nodes[n]] = top
    events: list[classic.Event] = []
    for left, nodes in found.items():
        day = int(np.argmax(np.array(left) > 0)) + 1
        rest = left[day:]
        scale = left[day - 1]
        share = {name: min(1.0, top * scale) for name, top in nodes.items()}
        healing = classic.Recovery(left=tuple(min(1.0, v / scale) for v in rest)) if any(rest) else None
        events.append(classic.CapacityLoss(share, day, 1, healing))
    return events


def _folded(table: InterCountryTable, lost: Floats, keep: set[str]) -> tuple[InterCountryTable, Floats]:
    """The table with the regions that nobody names added up, and the losses with it (weighted by output)."""
    small = table.aggregate(regions={r: OTHERS for r in table.regions if r not in keep})
    regions = {r: (r if r in keep else OTHERS) for r in table.regions}
    place = {name: n for n, name in enumerate(small.nodes)}
    of = np.array([place[f"{regions[r]}:{s}"] for r in table.regions for s in table.industries])
    amount = np.zeros((len(lost), len(small.nodes)))
    np.add.at(amount.T, of, (lost * table.x).T)
    return small, amount / np.where(small.x > 0, small.x, 1.0)


def _leontief(table: InterCountryTable, lost: Floats) -> Floats:
    """(days, nodes) output where final demand for what is struck falls by the share lost (Leontief 1936)."""
    inverse = static.leontief(static.coefficients(table.Z, table.x))
    less = (lost * np.maximum(table.f, 0.0)) @ inverse.T
    return np.asarray(1 - np.minimum(less / np.where(table.x > 0, table.x, 1.0), 1.0))


def _inoperability(table: InterCountryTable, lost: Floats) -> Floats:
    """(days, nodes) output under inoperability each day (Haimes and Jiang 2001).

    Below 1 it adds up, so one inverse serves all days.
    """
    A = static.interdependency(table.Z, table.x)
    q = lost @ static.leontief(A).T
    over = np.flatnonzero((q > 1).any(axis=1))
    for day in over:
        q[day] = static.inoperability(A, lost[day])
    return np.asarray(1 - q)


def _answer(
    name: str, label: Label, stage: Stage, ours: Course, table: InterCountryTable, ratio: Floats
) -> Answer:
    country = np.repeat(np.array(table.regions), len(table.industries))
    product = np.tile(np.array(table.industries), len(table.regions))
    made = replace(
        ours,
        ratio=ratio.astype(np.float32),
        value=table.value_added / 365,
        country=country,
        product=product,
        area=np.full(len(country), ""),
    )
    abroad = float(made.losses(~made.at_home).sum()) / 1e3
    return Answer(name, label, made, abroad)


def rows(stage: Stage, answers: list[Answer]) -> list[Mapping[str, float]]:
    """For each model: loss at home and abroad (billion USD), the deepest day (%), and every fact's reading."""
    found: list[Mapping[str, float]] = []
    for answer in answers:
        made = answer.course
        daily = made.home_daily / made.normal
        areas = answer.name != "ours"
        readings = {
            f.id: float("nan")
            if areas and (f.reading.areas or f.reading.without)
            else course.measure(f.reading, made, stage)
            for f in stage.event.facts
            if f.kind in ("size", "timing")
        }
        deepest = int(np.argmax(daily)) if daily.max(initial=0.0) > 0 else -1
        found.append(
            {
                "home": made.home_loss / 1e3,
                "abroad": answer.abroad,
                "depth": 100 * float(daily.max(initial=0.0)),
                "day": float(deepest),
                **readings,
            }
        )
    return found
