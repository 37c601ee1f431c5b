"""An event run: once as stated, many times as drawn, and with one thing changed at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np

from bench.history import course
from bench.history.course import Course
from bench.history.schema import OF_NETWORK
from bench.history.stage import Stage, changed_pack, parameter_of
from kaname.cascade.compiling import one_blas_thread
from kaname.cascade.draws import draws
from kaname.cascade.run import Run, run, run_each, run_many
from kaname.cascade.shocks import Case, compile_cases
from kaname.errors import InputProblems
from kaname.network.build import Built
from kaname.network.parts import make_links, make_slots
from kaname.network.tables import Flags, Floats, Network

AMONG = ("parameters", "industries", "goods")
"""Lists of the pack whose ranges are drawn from; the event's inputs are among its parameters."""
ELSEWHERE = ("outlook-", "crew-")
"""Parameters of these names are read by the outlook and by restoration alone: they must not change the draws."""
ENDS = (0.05, 0.5, 0.95)
SHORT_STOCKS = 0.1
"""Stocks of the experiment, as a part of those stated; no less than a day."""
CHUNK = 8
"""Cases recorded side by side."""

Tick = Callable[[str], None]


@dataclass(frozen=True, eq=False)
class Spread:
    """What the draws gave."""

    count: int
    factors: int
    facts: Mapping[str, tuple[float, float, float]]
    """By fact: low, middle, high end of the draws."""
    loss: tuple[float, float, float]
    """Billion USD at home."""
    charts: tuple[Mapping[str, tuple[float, float, float]], ...]
    """For each chart, by month or day."""
    failed: int = 0


def play(stage: Stage, case: Case | None = None, built: Built | None = None) -> Run:
    """One run, everything recorded."""
    return run(built or stage.built, case or stage.case(), stage.event.days, stage.settings)


def follow(stage: Stage, built: Built | None = None) -> tuple[Run, Course]:
    """The run of an event and its course; of a pair, each event alone as well."""
    made = play(stage, built=built)
    found = course.of_run(made, stage.event.date)
    if not stage.event.together:
        return made, found
    names = stage.built.network.countries
    alone = [stage.case(part=number) for number in (0, 1)]
    parts = [*run_many(built or stage.built, alone, stage.event.days, stage.settings), made]
    together = {name: tuple(part.loss_of(name) for part in parts) for name in names}
    return made, replace(found, together=together)


def read(stage: Stage, made: Course) -> dict[str, float]:
    """Every fact's reading of a course."""
    return {fact.id: course.measure(fact.reading, made, stage) for fact in stage.event.facts}


def chart_lines(stage: Stage, made: Course) -> tuple[dict[str, float], ...]:
    """The line of each chart: index by month, or home's loss by day in % of its normal value added."""
    found = []
    for chart in stage.event.charts:
        if chart.reading is not None:
            found.append(made.months(made.select(stage, chart.reading)))
        else:
            daily = 100 * made.home_daily / made.normal
            found.append({str(day): float(v) for day, v in enumerate(daily)})
    return tuple(found)


def spread(stage: Stage, count: int, seed: int, tick: Tick) -> Spread:
    """The event in ``count`` states of what its inputs and the pack leave open."""
    parameters = tuple(p for p in stage.pack.parameters if not p.id.startswith(ELSEWHERE))
    open_ = changed_pack(stage.pack, parameters=parameters)
    made = draws(open_, (), count, seed=seed, days=stage.event.days, among=AMONG)

    def one(number: int) -> tuple[dict[str, float], float, tuple[dict[str, float], ...]] | None:
        drawn = stage.drawn(made[number].values)
        try:
            found = follow(drawn)[1]
        except InputProblems:
            return None
        tick(f"{stage.event.id}: draw {number + 1} of {count}")
        return read(drawn, found), found.home_loss / 1e3, chart_lines(drawn, found)

    with one_blas_thread(), ThreadPoolExecutor(2) as pool:
        rows = [row for row in pool.map(one, range(count)) if row is not None]
    lines = tuple(
        {key: _ends([row[2][n][key] for row in rows]) for key in rows[0][2][n]}
        for n in range(len(stage.event.charts))
    )
    return Spread(
        count=count,
        factors=len(made[0].values),
        facts={fact.id: _ends([row[0][fact.id] for row in rows]) for fact in stage.event.facts},
        loss=_ends([row[1] for row in rows]),
        charts=lines,
        failed=count - len(rows),
    )


def _ends(values: Sequence[float]) -> tuple[float, float, float]:
    known = np.array([v for v in values if np.isfinite(v)])
    if not len(known):
        return (float("nan"),) * 3
    low, middle, high = np.quantile(known, ENDS)
    return float(low), float(middle), float(high)


@dataclass(frozen=True)
class Change:
    """One thing changed, and what the run then says."""

    name: str
    """``input:low``, ``input:high``, ``without:shock``, or the name of an experiment."""
    loss: float
    """Billion USD at home."""
    facts: Mapping[str, float]


def changed(stage: Stage, tick: Tick) -> list[Change]:
    """Every input at either end of its range, every shock left out, and the experiments; one at a time.

    Of a pair only the experiments: its inputs are varied where each of its events stands alone.
    """
    tick(f"{stage.event.id}: one thing changed at a time")
    names, cases, rebuilt = [], [], []
    for parameter in () if stage.event.together else stage.event.inputs:
        for side in ("low", "high"):
            end = getattr(parameter.figure, side)
            if end is not None and end != parameter.figure.value:
                anew = parameter.id.startswith(OF_NETWORK)
                other = stage.drawn({f"parameters.{parameter_of(parameter.id)}.figure": end}, rebuild=anew)
                if anew:
                    rebuilt.append((f"{parameter.id}:{side}", other.built))
                else:
                    names.append(f"{parameter.id}:{side}")
                    cases.append(other.case())
    if len(stage.event.shocks) > 1 and not stage.event.together:
        names += [f"without:{shock.id}" for shock in stage.event.shocks]
        cases += [stage.case(without=shock.id) for shock in stage.event.shocks]

    def of_course(found: Course) -> tuple[float, dict[str, float]]:
        return found.home_loss / 1e3, read(stage, found)

    def told(made: Run) -> tuple[float, dict[str, float]]:
        return of_course(course.of_run(made, stage.event.date))

    rows = run_each(stage.built, cases, stage.event.days, stage.settings, told, record=True, chunk=CHUNK)
    found = [Change(name, *row) for name, row in zip(names, rows, strict=True)]
    for name, built in (*rebuilt, *_experiments(stage)):
        found.append(Change(name, *of_course(follow(stage, built)[1])))
        tick(f"{stage.event.id}: {name}")
    return found


def _experiments(stage: Stage) -> Iterator[tuple[str, Built]]:
    short = with_stocks(stage.built, SHORT_STOCKS)
    yield "short-stocks", short
    if any(s.kind == "capacity" for s in stage.event.shocks):
        yield "irreplaceable", irreplaceable(stage, stage.built)
        yield "both", irreplaceable(stage, short)


def with_stocks(built: Built, factor: float) -> Built:
    """The same network with every stock at a share of what it was; nothing that is stored becomes not storable."""
    slots = built.network.slots
    target = np.where(slots.target > 0, np.maximum(slots.target * factor, 1.0), 0.0)
    return replace(built, network=replace(built.network, slots=replace(slots, target=target)))


def irreplaceable(stage: Stage, built: Built) -> Built:
    """The other end from an average: what a user buys of those struck is a part of its own.

    The same product from elsewhere is no help for it.

    Every slot with suppliers among those struck and others becomes two.
    """
    shocks = compile_cases(built, [stage.case()], stage.event.days, stage.settings)
    struck = np.zeros(len(built.network.nodes), bool)
    for cut in shocks.cuts:
        struck[cut.nodes[cut.size > 0]] = True
    return replace(built, network=apart(built.network, struck))


def apart(network: Network, struck: Flags) -> Network:
    """``network`` with slots split in two where ``struck`` (nodes,) and other suppliers feed one."""
    slots, links = network.slots, network.links
    mine = struck[links.supplier] & (slots.target > 0)[links.slot]
    part = np.zeros(len(slots))
    np.add.at(part, links.slot[mine], links.share[mine])
    split = np.flatnonzero((part > 0) & (part < 1 - 1e-9))
    number = np.full(len(slots), -1)
    number[split] = len(slots) + np.arange(len(split))
    moved = mine & (number[links.slot] >= 0)
    slot = np.where(moved, number[links.slot], links.slot)
    scale = np.where(moved, part[links.slot], np.where(number[links.slot] >= 0, 1 - part[links.slot], 1.0))
    need: Floats = slots.need.copy()
    need[split] *= 1 - part[split]
    names = ("user", "product", "target", "weight", "shift")
    columns = {n: np.concatenate([getattr(slots, n), getattr(slots, n)[split]]) for n in names}
    wide = make_slots(need=np.concatenate([need, slots.need[split] * part[split]]), **columns)
    new = make_links(slot=slot, supplier=links.supplier, share=links.share / scale, lead=links.lead)
    return replace(network, slots=wide, links=new)
