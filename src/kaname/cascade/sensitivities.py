"""What one more day of stock, one more point of spare capacity or one day less of an event is worth in a run.

All from one backward sweep (``adjoint``): first-order values, exact for small changes. A kink may lie within a day or a
point: what the whole day or point saves is asked of runs (``steps``).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from kaname.cascade.adjoint import Gradients, gradients
from kaname.cascade.disturbance import Closure, Cut, Pairs, Shocks
from kaname.cascade.shocks import Case, compile_cases
from kaname.network.tables import Floats, Network
from kaname.pack.figures import Figure
from kaname.pack.scenarios import Scenario

if TYPE_CHECKING:
    from kaname.cascade.run import Run

SCHEMA = {
    "kind": pl.String,
    "subject": pl.String,
    "input": pl.String,
    "country": pl.String,
    "unit": pl.String,
    "saved": pl.Float64,
    "saved_yen": pl.Float64,
}
POINT = 0.01
"""A point of a share."""


def derivatives(run: Run) -> Gradients:
    """The derivatives of a run's loss at home; one run forward and one back."""
    return gradients(run.built.network, run.shocks, run.settings)


def sensitivities(run: Run, found: Gradients | None = None) -> pl.DataFrame:
    """What would have made the run's loss smaller or larger, largest first.

    Columns: kind (``stock``: one more day held; ``spare``: one more point of over-capacity; ``shift``: one more point
    of a lost supply that can be had elsewhere; ``event-size``: a point less taken away; ``event-time``: a day shorter;
    ``event-recovery``: a day faster back), subject (the node, or the event), input, country, unit (day or point), saved
    (million USD at home for that one unit; below 0 it would cost) and saved_yen (billion JPY; empty where the pack
    states no ``yen-per-usd``).

    ``found``: the run's :func:`derivatives`, where they are at hand. Raises ``InputProblems`` for the classic setting.
    """
    found = found or derivatives(run)
    rows = [row for row in (*_units(run, found), *_events(run, found)) if row[-1] != 0.0]
    frame = pl.DataFrame([(*row, None) for row in rows], SCHEMA, orient="row")
    return frame.with_columns(saved_yen=in_yen(run, "saved")).sort(
        pl.col("saved").abs(), "kind", "subject", "input", descending=[True, False, False, False]
    )


Row = tuple[str, str, str | None, str | None, str, float]
UNIT = {"stock": "day", "spare": "point", "shift": "point"}


def per_unit(run: Run, found: Gradients) -> dict[str, Floats]:
    """What one unit more would save to first order, million USD: by ``stock`` and ``shift`` of each slot, ``spare`` of
    each node."""
    net = run.built.network
    a_day = net.slots.need * net.nodes.output[net.slots.user]
    return {"stock": -found.target * a_day, "spare": -found.slack * POINT, "shift": -found.shift * POINT}


def called(network: Network, kind: str, place: int) -> tuple[str, str | None, str]:
    """Subject, input and country of a node (``spare``) or slot."""
    nodes, slots = network.nodes, network.slots
    node = place if kind == "spare" else int(slots.user[place])
    input_ = None if kind == "spare" else network.products[slots.product[place]]
    return nodes.id[node], input_, network.countries[nodes.country[node]]


def _units(run: Run, found: Gradients) -> Iterator[Row]:
    for kind, saved in per_unit(run, found).items():
        for place in np.flatnonzero(saved):
            yield kind, *called(run.built.network, kind, int(place)), UNIT[kind], float(saved[place])


@dataclass(frozen=True)
class Smaller:
    """A run's case with one event a unit smaller, shorter or sooner over."""

    kind: str
    subject: str
    """Scenario and position of the event."""
    event: str
    """Kind of the event."""
    unit: str
    case: Case


def smaller(run: Run) -> Iterator[Smaller]:
    """Each event of the run a unit smaller, shorter, sooner over, where it can be."""
    for number, (scenario, _) in enumerate(run.case.scenarios):
        for place, event in enumerate(scenario.events):
            for kind, unit, other in _smaller(event):
                case = _with_event(run.case, number, place, other)
                yield Smaller(kind, f"{scenario.id}[{place}]", event.kind, unit, case)


def _events(run: Run, found: Gradients) -> Iterator[Row]:
    """The same gradients along another course of the shocks."""
    pairs = Pairs.of(run.built.network, run.shocks)
    for other in smaller(run):
        shocks = compile_cases(run.built, [other.case], run.days, run.settings)
        changed = first_order(run.built.network, found, pairs, run.shocks, shocks)
        yield other.kind, other.subject, other.event, None, other.unit, -changed


def first_order(network: Network, found: Gradients, pairs: Pairs, shocks: Shocks, other: Shocks) -> float:
    """About how much the loss changes when ``other`` strikes in the place of ``shocks``, million USD.

    Counts what the two take of capacity and of trade; ``pairs`` are those of ``shocks``.
    """
    n, theirs = len(network.nodes), Pairs.of(network, other)
    place = _found_in(pairs, theirs, n)
    changed = 0.0
    for t in range(shocks.steps):
        if _same(shocks.cuts, other.cuts, t) and _same(shocks.closures, other.closures, t):
            continue
        left = other.capacity_left(t, n)[:, 0] - shocks.capacity_left(t, n)[:, 0]
        opened = pairs.open(shocks, t)[:, 0]
        otherwise = np.ones_like(opened)
        otherwise[place[place >= 0]] = theirs.open(other, t)[place >= 0, 0]
        changed += float(found.left[t] @ left) + float(found.opened[t] @ (otherwise - opened))
    return changed


def _same(events: Sequence[Cut | Closure], others: Sequence[Cut | Closure], t: int) -> bool:
    """Whether two lists of events take the same away at a step."""
    if len(events) != len(others):
        return False
    return all(
        a.profile[t] == b.profile[t] and (a.profile[t] == 0 or np.array_equal(a.size, b.size))
        for a, b in zip(events, others, strict=True)
    )


def _found_in(pairs: Pairs, theirs: Pairs, nodes: int) -> Any:
    """Where each of ``theirs`` stands among ``pairs``, -1 = nowhere."""
    known = pairs.country.astype(np.int64) * nodes + pairs.node
    wanted = theirs.country.astype(np.int64) * nodes + theirs.node
    if not len(known):
        return np.full(len(wanted), -1)
    place = np.minimum(np.searchsorted(known, wanted), len(known) - 1)
    return np.where(known[place] == wanted, place, -1)


def _smaller(event: Any) -> Iterator[tuple[str, str, Any]]:
    loss, recovery = getattr(event, "loss", None), event.recovery
    if event.kind in ("capacity", "passage", "trade"):
        if isinstance(loss, Figure) and loss.known and loss.to("1") >= POINT:
            yield "event-size", "point", event.model_copy(update={"loss": _less(loss, POINT, "1")})
        if event.duration.known and event.duration.to("day") >= 1:
            yield "event-time", "day", event.model_copy(update={"duration": _less(event.duration, 1, "day")})
        if recovery is not None and recovery.duration.known and recovery.duration.to("day") > 1:
            faster = recovery.model_copy(update={"duration": _less(recovery.duration, 1, "day")})
            yield "event-recovery", "day", event.model_copy(update={"recovery": faster})


def _less(figure: Figure, amount: float, unit: str) -> Figure:
    return figure.model_copy(
        update={"value": figure.to(unit) - amount, "unit": unit, "low": None, "high": None}
    )


def _with_event(case: Case, scenario: int, place: int, event: Any) -> Case:
    old, day = case.scenarios[scenario]
    events = (*old.events[:place], event, *old.events[place + 1 :])
    new: Scenario = old.model_copy(update={"events": events})
    scenarios = (*case.scenarios[:scenario], (new, day), *case.scenarios[scenario + 1 :])
    return replace(case, scenarios=scenarios)


def in_yen(run: Run, saved: str) -> pl.Expr:
    """A column of million USD in billion JPY; empty where the pack states no ``yen-per-usd``."""
    pack = run.built.pack
    known = "yen-per-usd" in pack.by_id["parameters"]
    rate = pack.parameter("yen-per-usd", "JPY/USD") if known else None
    return pl.col(saved) * pl.lit(rate, pl.Float64) / 1e3
