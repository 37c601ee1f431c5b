"""Which assumptions an answer hangs on: found by the run's derivatives, then run at both ends and left out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import polars as pl

from bench.history.runs import Change
from bench.history.schema import OF_NETWORK
from bench.history.stage import Stage, label_of, parameter_of
from kaname.cascade.adjoint import gradients
from kaname.cascade.disturbance import Pairs
from kaname.cascade.run import Run, run_many
from kaname.cascade.sensitivities import first_order
from kaname.cascade.shocks import Case, compile_cases
from kaname.network.build import Built
from kaname.pack.figures import Figure, Label
from kaname.units import UNITS

POINT = 0.01
LITTLE = 0.01
"""Part of its range by which an input is moved for a derivative."""
SOUGHT = 4
"""Assumptions that are run at both ends, the foremost by derivative times range."""
FEW = 4
"""Goods of an event whose stocks are run as well: where a stock just outlasts the stop, no derivative tells."""
MOST = 3
LEAST = 0.005
"""Assumptions that move the loss by less than this part of it over their range are not told."""
POWER = ("D", "c17")


@dataclass(frozen=True)
class Assumption:
    """One thing assumed, and the loss (billion USD at home) at either end of its range and without it."""

    label: Label
    stated: str
    low: float
    high: float
    neutral: Label
    """What stands in its place when it is left out."""
    without: float


Job = tuple[Built, Case]


@dataclass(frozen=True)
class _Candidate:
    label: Label
    figure: Figure
    unit: str
    slope: float
    """Million USD for one unit."""
    neutral: float
    words: Label
    at: Callable[[float], Job]
    id: str = ""
    """Of an input."""

    @property
    def swing(self) -> float:
        """First-order change of the loss over the range, million USD."""
        return abs(self.slope) * _width(self.figure, self.unit)


def foremost(stage: Stage, made: Run, changes: Sequence[Change] = ()) -> list[Assumption]:
    """The three that move the loss most between the ends of their ranges; each is left out in a run of its own.

    Of the pack's figures those are tried that derivatives put first; of the event's inputs all whose ends are in
    ``changes``, or else those that derivatives put first.
    """
    # the event's own sizes and times are asked of its inputs below, not of the many parts these were made into
    rows = replace(made, case=replace(made.case, scenarios=())).sensitivities()
    own = {g.id for g in stage.pack.goods} if len(stage.pack.goods) <= FEW else set()
    stocks, others = list(_stocks(stage, rows, own)), [*_shifts(stage, rows), *_spare(stage, rows)]
    ends = {c.name: c.loss for c in changes}
    inputs = list(_inputs(stage, made))
    known = sorted([*stocks, *others, *(c for c in inputs if not _seen(c, ends))], key=_first)
    mine = {f"days of stock of {label_of(stage, good).en.lower()}" for good in own}
    taken = [c for n, c in enumerate(known) if n < SOUGHT or c.label.en in mine]
    found = _losses(stage, [c.at(end) for c in taken for end in (_low(c), _high(c))])
    base = made.total_loss / 1e3
    told = list(zip(taken, found[::2], found[1::2], strict=True))
    told += [
        (c, ends.get(f"{c.id}:low", base), ends.get(f"{c.id}:high", base)) for c in inputs if _seen(c, ends)
    ]

    def swing(row: tuple[_Candidate, float, float]) -> float:
        return max(row[1], row[2], base) - min(row[1], row[2], base)

    told = [row for row in told if swing(row) > LEAST * abs(base)]
    told = sorted(told, key=lambda row: (-swing(row), row[0].label.en))[:MOST]
    without = _losses(stage, [c.at(c.neutral) for c, _, _ in told])
    return [
        Assumption(c.label, shown(c.figure), low, high, c.words, gone)
        for (c, low, high), gone in zip(told, without, strict=True)
    ]


def _seen(c: _Candidate, ends: Mapping[str, float]) -> bool:
    return f"{c.id}:low" in ends or f"{c.id}:high" in ends


def _first(c: _Candidate) -> tuple[float, str]:
    return -c.swing, c.label.en


def shown(figure: Figure) -> str:
    """A figure with its range and unit."""
    ends = "" if figure.low is None or figure.high is None else f" ({figure.low:g} to {figure.high:g})"
    unit = "" if figure.unit == "1" else f" {figure.unit}{'s' if figure.unit == 'day' else ''}"
    return f"{figure.value:g}{ends}{unit}"


def _losses(stage: Stage, jobs: Sequence[Job]) -> list[float]:
    """Billion USD at home; jobs on one network run side by side."""
    found: dict[int, float] = {}
    for built in {id(b): b for b, _ in jobs}.values():
        mine = [n for n, (b, _) in enumerate(jobs) if b is built]
        runs = run_many(built, [jobs[n][1] for n in mine], stage.event.days, stage.settings)
        found |= {n: run.total_loss / 1e3 for n, run in zip(mine, runs, strict=True)}
    return [found[n] for n in range(len(jobs))]


def _scaled(figure: Figure, value: float | None, unit: str) -> float:
    return 0.0 if value is None else figure.model_copy(update={"value": value}).to(unit)


def _low(c: _Candidate) -> float:
    return _scaled(c.figure, c.figure.low, c.unit)


def _high(c: _Candidate) -> float:
    return _scaled(c.figure, c.figure.high, c.unit)


def _width(figure: Figure | None, unit: str) -> float:
    if figure is None or figure.value is None or figure.low is None or figure.high is None:
        return 0.0
    return _scaled(figure, figure.high, unit) - _scaled(figure, figure.low, unit)


def _by(rows: pl.DataFrame, kind: str, column: str) -> Mapping[str, float]:
    """Million USD saved for one unit, summed by a column."""
    mine = rows.filter(pl.col("kind") == kind)
    sums = mine.group_by(column, maintain_order=True).agg(pl.col("saved").sum()).sort(column)
    return {str(name): float(value) for name, value in sums.iter_rows()}


def _part(stage: Stage, product: str, field: str) -> Figure | None:
    """A figure of the industry or good that a product is of."""
    known = {**stage.pack.by_id["industries"], **stage.pack.by_id["goods"]}
    found: Figure | None = getattr(known.get(product), field, None)
    return found


def _with_slots(stage: Stage, product: str, field: str, value: float) -> Job:
    network = stage.built.network
    mine = network.slots.product == network.products.index(product)
    new = np.where(mine & (network.slots.target > 0), value, getattr(network.slots, field))
    built = replace(stage.built, network=replace(network, slots=replace(network.slots, **{field: new})))
    return built, stage.case()


def _stocks(stage: Stage, rows: pl.DataFrame, own: set[str]) -> Iterator[_Candidate]:
    slopes = {
        **dict.fromkeys(sorted(own & set(stage.built.network.products)), 0.0),
        **_by(rows, "stock", "input"),
    }
    for product, saved in slopes.items():
        figure = _part(stage, product, "stock")
        if figure is not None and _width(figure, "day") > 0:
            name = label_of(stage, product)
            label = Label(ja=f"{name.ja}の在庫日数", en=f"days of stock of {name.en.lower()}")
            at = partial(_with_slots, stage, product, "target")
            yield _Candidate(
                label, figure, "day", saved, 1.0, Label(ja="在庫1日", en="a stock of one day"), at
            )


def _shifts(stage: Stage, rows: pl.DataFrame) -> Iterator[_Candidate]:
    for product, saved in _by(rows, "shift", "input").items():
        figure = _part(stage, product, "substitution")
        if figure is not None and _width(figure, "1") > 0:
            name = label_of(stage, product)
            label = Label(
                ja=f"{name.ja}の調達先の移りやすさ",
                en=f"share of {name.en.lower()} that can be had elsewhere",
            )
            at = partial(_with_slots, stage, product, "shift")
            yield _Candidate(label, figure, "1", saved / POINT, 0.0, Label(ja="移れない", en="none"), at)


def _spare(stage: Stage, rows: pl.DataFrame) -> Iterator[_Candidate]:
    """Spare capacity by class, as the pack states it."""
    network = stage.built.network
    storable = {i.id: i.storable for i in stage.pack.industries}

    def class_of(product: str) -> str:
        if product in POWER:
            return "slack-power"
        if product in storable:
            return "slack-goods" if storable[product] else "slack-services"
        return "slack-origins"

    classes = np.array([class_of(network.products[p]) for p in network.nodes.product])
    of_node = dict(zip(network.nodes.id, classes.tolist(), strict=True))
    sums: dict[str, float] = {}
    for node, saved in _by(rows, "spare", "subject").items():
        sums[of_node[node]] = sums.get(of_node[node], 0.0) + saved

    def at(name: str, value: float) -> Job:
        nodes = replace(network.nodes, slack=np.where(classes == name, value, network.nodes.slack))
        return replace(stage.built, network=replace(network, nodes=nodes)), stage.case()

    known = {p.id: p for p in stage.pack.parameters}
    for name, saved in sorted(sums.items()):
        # where none is stated there is nothing to leave out
        if name in known and known[name].figure.value and _width(known[name].figure, "1") > 0:
            label = Label(ja=known[name].label.ja, en=_lower(known[name].label.en))
            words = Label(ja="増産余地なし", en="none")
            yield _Candidate(label, known[name].figure, "1", saved / POINT, 0.0, words, partial(at, name))


def _inputs(stage: Stage, made: Run) -> Iterator[_Candidate]:
    """Sizes and times of the event itself: each input a little smaller, along the same backward sweep."""
    network = made.built.network
    found, pairs = gradients(network, made.shocks, made.settings), Pairs.of(network, made.shocks)

    def with_value(path: str, figure: Figure, unit: str, value: float) -> Stage:
        one = _scaled(figure, 1.0, unit)
        return stage.drawn({path: value / one}, rebuild=False)

    def job(path: str, figure: Figure, unit: str, value: float) -> Job:
        return stage.built, with_value(path, figure, unit, value).case()

    for parameter in stage.event.inputs:
        figure = parameter.figure
        unit = "day" if UNITS[figure.unit] == "time" else "1"
        width = _width(figure, unit)
        if width <= 0 or figure.value is None or parameter.id.startswith(OF_NETWORK):
            continue
        path, step = f"parameters.{parameter_of(parameter.id)}.figure", width * LITTLE
        less = with_value(path, figure, unit, figure.to(unit) - step)
        shocks = compile_cases(made.built, [less.case()], stage.event.days, made.settings)
        slope = -first_order(network, found, pairs, made.shocks, shocks) / step
        label = Label(ja=parameter.label.ja, en=_lower(parameter.label.en))
        words = Label(ja="1日", en="one day") if unit == "day" else Label(ja="なし", en="none of it")
        neutral = 1.0 if unit == "day" else 0.0
        at = partial(job, path, figure, unit)
        yield _Candidate(label, figure, unit, slope, neutral, words, at, parameter.id)


def _lower(text: str) -> str:
    return f"{text[0].lower()}{text[1:]}"
