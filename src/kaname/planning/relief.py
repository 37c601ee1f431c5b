"""Relief: what measures change in each scenario's loss: prevention and resolution side by side, and each alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import polars as pl

from kaname.cascade.run import run_many
from kaname.cascade.settings import Settings
from kaname.cascade.shocks import Case
from kaname.network.build import Built
from kaname.pack.measures import Measure
from kaname.pack.scenarios import Scenario

Tick = Callable[[float], None]


def relief(
    built: Built,
    scenarios: Sequence[Scenario],
    measures: Sequence[Measure],
    none: Mapping[str, float],
    settings: Settings,
    days: int,
    tick: Tick | None = None,
) -> pl.DataFrame:
    """Loss of each scenario with no measures, with all prevention, all resolution, and both.

    ``none``: each scenario's loss over these days without measures. Columns scenario, none, prevention, resolution,
    both (million USD at home).
    """
    acting = tuple(m for m in measures if m.effects)
    sets = {
        "prevention": tuple(m for m in acting if m.kind == "prevention"),
        "resolution": tuple(m for m in acting if m.kind == "resolution"),
        "both": acting,
    }
    cases = [Case(((s, 0.0),), chosen, f"{s.id} {name}") for name, chosen in sets.items() for s in scenarios]
    lost = [run.total_loss for run in run_many(built, cases, days, settings, tick=tick)]
    count = len(scenarios)
    columns = {name: lost[k * count : (k + 1) * count] for k, name in enumerate(sets)}
    names = [s.id for s in scenarios]
    return pl.DataFrame({"scenario": names, "none": [none[name] for name in names], **columns}).sort(
        "none", descending=True
    )


def alone(
    built: Built,
    answers: Iterable[tuple[Measure, Scenario]],
    without: Mapping[str, float],
    settings: Settings,
    days: int,
    tick: Tick | None = None,
) -> pl.DataFrame:
    """Each measure by itself in each scenario that it is meant for: measure, scenario, without, with_measure, saved.

    ``without``: each scenario's loss over these days without measures.
    """
    wanted = sorted(answers, key=lambda pair: (pair[0].id, pair[1].id))
    cases = [Case(((s, 0.0),), (m,), f"{s.id} with {m.id}") for m, s in wanted]
    lost = [run.total_loss for run in run_many(built, cases, days, settings, tick=tick)]
    rows = [
        (m.id, s.id, without[s.id], loss, without[s.id] - loss)
        for (m, s), loss in zip(wanted, lost, strict=True)
    ]
    numbers = dict.fromkeys(("without", "with_measure", "saved"), pl.Float64)
    frame = pl.DataFrame(rows, {"measure": pl.String, "scenario": pl.String, **numbers}, orient="row")
    return frame.sort("saved", "measure", "scenario", descending=[True, False, False])
