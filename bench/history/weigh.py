"""Which assumptions an answer hangs on: from the run's derivatives, and what the answer is without them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import polars as pl

from bench.history import runs
from bench.history.schema import OF_NETWORK
from bench.history.stage import Stage, label_of, parameter_of
from kaname.cascade.adjoint import gradients
from kaname.cascade.disturbance import Pairs
from kaname.cascade.run import Run
from kaname.cascade.sensitivities import first_order
from kaname.cascade.shocks import compile_cases
from kaname.network.build import Built
from kaname.network.tables import Network
from kaname.pack.figures import Figure, Label
from kaname.units import UNITS

POINT = 0.01
LITTLE = 0.01
"""Part of its range by which an input is moved for a derivative."""
MOST = 3


@dataclass(frozen=True)
class Assumption:
    """One thing assumed: how far the loss moves over its range (first order), and the loss without it."""

    label: Label
    stated: str
    swing: float
    """Billion USD over the whole range, either way."""
    neutral: Label
    """What stands in its place when it is left out."""
    loss: float
    """Billion USD then."""


@dataclass(frozen=True)
class _Candidate:
    label: Label
    stated: str
    swing: float
    neutral: Label
    run: Callable[[], Run]


def foremost(stage: Stage, made: Run) -> list[Assumption]:
    """The three that matter most, by derivative times range; each then left out in a run of its own."""
    # the event's own sizes and times are asked of its inputs below, not of the many parts these were made into
    rows = replace(made, case=replace(made.case, scenarios=())).sensitivities()
    found = [*_stocks(stage, rows), *_shifts(stage, rows), *_spare(stage, rows), *_inputs(stage, made)]
    found.sort(key=lambda c: (-c.swing, c.label.en))
    return [Assumption(c.label, c.stated, c.swing, c.neutral, c.run().total_loss / 1e3) for c in found[:MOST]]


def _by(rows: pl.DataFrame, kind: str, column: str) -> Mapping[str, float]:
    """Million USD saved for one unit, summed by a column."""
    mine = rows.filter(pl.col("kind") == kind)
    sums = mine.group_by(column, maintain_order=True).agg(pl.col("saved").sum()).sort(column)
    return {str(name): float(value) for name, value in sums.iter_rows()}


def _width(figure: Figure | None, unit: str) -> float:
    if figure is None or figure.value is None or figure.low is None or figure.high is None:
        return 0.0
    scale = figure.to(unit) / figure.value if figure.value else 1.0
    return (figure.high - figure.low) * scale


def _shown(figure: Figure) -> str:
    ends = "" if figure.low is None else f" ({figure.low:g} to {figure.high:g})"
    unit = "" if figure.unit == "1" else f" {figure.unit}{'s' if figure.unit == 'day' else ''}"
    return f"{figure.value:g}{ends}{unit}"


def _part(stage: Stage, product: str, field: str) -> Figure | None:
    """A figure of the industry or good that a product is of."""
    known = {**stage.pack.by_id["industries"], **stage.pack.by_id["goods"]}
    found: Figure | None = getattr(known.get(product), field, None)
    return found


def _changed_slots(stage: Stage, product: str, field: str, value: float) -> Built:
    network: Network = stage.built.network
    mine = network.slots.product == network.products.index(product)
    old = getattr(network.slots, field)
    new = np.where(mine & (network.slots.target > 0), value, old)
    return replace(stage.built, network=replace(network, slots=replace(network.slots, **{field: new})))


def _stocks(stage: Stage, rows: pl.DataFrame) -> list[_Candidate]:
    found = []
    for product, saved in _by(rows, "stock", "input").items():
        figure = _part(stage, product, "stock")
        width = _width(figure, "day")
        if figure is not None and width > 0:
            name = label_of(stage, product)
            found.append(
                _Candidate(
                    Label(ja=f"{name.ja}の在庫日数", en=f"days of stock of {name.en.lower()}"),
                    _shown(figure),
                    abs(saved) * width / 1e3,
                    Label(ja="在庫1日", en="a stock of one day"),
                    partial(runs.play, stage, built=_changed_slots(stage, product, "target", 1.0)),
                )
            )
    return found


def _shifts(stage: Stage, rows: pl.DataFrame) -> list[_Candidate]:
    found = []
    for product, saved in _by(rows, "shift", "input").items():
        figure = _part(stage, product, "substitution")
        width = _width(figure, "1")
        if figure is not None and width > 0:
            name = label_of(stage, product)
            found.append(
                _Candidate(
                    Label(
                        ja=f"{name.ja}の調達先の移りやすさ",
                        en=f"how much of {name.en.lower()} can be had elsewhere",
                    ),
                    _shown(figure),
                    abs(saved) / POINT * width / 1e3,
                    Label(ja="移れない", en="none"),
                    partial(runs.play, stage, built=_changed_slots(stage, product, "shift", 0.0)),
                )
            )
    return found


def _spare(stage: Stage, rows: pl.DataFrame) -> list[_Candidate]:
    """Spare capacity by class, as the pack states it."""
    network = stage.built.network
    nodes = network.nodes
    kinds = {i.id: i for i in stage.pack.industries}
    power = {"D", "c17"}

    def class_of(product: str) -> str:
        if product in power:
            return "slack-power"
        if product in kinds:
            return "slack-goods" if kinds[product].storable else "slack-services"
        return "slack-origins"

    of_node = {name: class_of(network.products[p]) for name, p in zip(nodes.id, nodes.product, strict=True)}
    sums: dict[str, float] = {}
    for node, saved in _by(rows, "spare", "subject").items():
        sums[of_node[node]] = sums.get(of_node[node], 0.0) + saved
    found = []
    for name, saved in sorted(sums.items()):
        parameter = next((p for p in stage.pack.parameters if p.id == name), None)
        width = 0.0 if parameter is None else _width(parameter.figure, "1")
        if parameter is None or width <= 0 or not parameter.figure.value:
            continue  # none is stated: there is nothing to leave out
        mine = np.array([of_node[n] == name for n in nodes.id])
        bare = replace(nodes, slack=np.where(mine, 0.0, nodes.slack))
        built = replace(stage.built, network=replace(network, nodes=bare))
        found.append(
            _Candidate(
                parameter.label,
                _shown(parameter.figure),
                abs(saved) / POINT * width / 1e3,
                Label(ja="増産余地なし", en="none"),
                partial(runs.play, stage, built=built),
            )
        )
    return found


def _inputs(stage: Stage, made: Run) -> Iterator[_Candidate]:
    """Sizes and times of the event itself: each input a little smaller, along the same backward sweep."""
    network = made.built.network
    found, pairs = gradients(network, made.shocks, made.settings), Pairs.of(network, made.shocks)
    for parameter in stage.event.inputs:
        figure = parameter.figure
        unit = "day" if UNITS[figure.unit] == "time" else "1"
        width = _width(figure, unit)
        if width <= 0 or figure.value is None:
            continue
        step = width * LITTLE
        if parameter.id.startswith(OF_NETWORK):
            continue
        path = f"parameters.{parameter_of(parameter.id)}.figure"
        less = stage.drawn({path: figure.value * (1 - step / figure.to(unit))}, rebuild=False)
        shocks = compile_cases(made.built, [less.case()], stage.event.days, made.settings)
        saved = -first_order(network, found, pairs, made.shocks, shocks) / step
        if unit == "day":
            other = stage.drawn({path: figure.value / figure.to(unit)}, rebuild=False)
            neutral = Label(ja="1日", en="one day")
        else:
            other = stage.drawn({path: 0.0}, rebuild=False)
            neutral = Label(ja="なし", en="none of it")
        yield _Candidate(
            Label(ja=parameter.label.ja, en=f"{parameter.label.en[0].lower()}{parameter.label.en[1:]}"),
            _shown(figure),
            abs(saved) * width / 1e3,
            neutral,
            partial(runs.play, other),
        )
