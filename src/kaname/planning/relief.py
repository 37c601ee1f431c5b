"""Relief: what measures change in each scenario's loss: prevention and resolution side by side, and each alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import polars as pl

from kaname.cascade.pool import Pool
from kaname.cascade.run import run_many
from kaname.cascade.settings import Settings
from kaname.cascade.shocks import Case
from kaname.network.build import Built
from kaname.pack.measures import Measure
from kaname.pack.scenarios import Scenario

Tick = Callable[[float], None]
NOISE = 1e-6
"""Changes of a loss below this share of it are none: sums in single precision cannot tell (``trace.Precision``)."""


@dataclass(frozen=True)
class Relief:
    """What measures save, million USD at home."""

    together: pl.DataFrame
    """scenario, none, prevention, resolution, both: loss with no measures, with all of a kind, and with all."""
    alone: pl.DataFrame
    """measure, scenario, without, with_measure, saved: each measure by itself in each scenario that it is meant for."""


def relief(
    built: Built,
    scenarios: Sequence[Scenario],
    none: Mapping[str, float],
    measures: Sequence[Measure],
    answers: Iterable[tuple[Measure, Scenario]],
    settings: Settings,
    days: int,
    tick: Tick | None = None,
    felt: Mapping[str, float] = MappingProxyType({}),
    pool: Pool | None = None,
) -> Relief:
    """Run each scenario with all prevention, all resolution and both, and with each measure meant for it alone.

    ``none``: loss of each scenario over the same days without measures. ``answers``: the measures to try alone.
    """
    acting = tuple(m for m in measures if m.effects)
    sets = {
        "prevention": tuple(m for m in acting if m.kind == "prevention"),
        "resolution": tuple(m for m in acting if m.kind == "resolution"),
        "both": acting,
    }
    wanted = sorted(answers, key=lambda pair: (pair[0].id, pair[1].id))
    asked = [(s, chosen, f"{s.id} {name}") for name, chosen in sets.items() for s in scenarios]
    asked += [(s, (m,), f"{s.id} with {m.id}") for m, s in wanted]
    cases = [Case(((s, 0.0),), chosen, label, felt=felt.get(s.id, 0.0)) for s, chosen, label in asked]
    runs = run_many(built, cases, days, settings, precision="flows", tick=tick, pool=pool)
    lost = [
        bare if abs(run.total_loss - bare) <= NOISE * abs(bare) else run.total_loss
        for run, bare in ((run, none[s.id]) for run, (s, *_) in zip(runs, asked, strict=True))
    ]
    count, names = len(scenarios), [s.id for s in scenarios]
    columns = {name: lost[k * count : (k + 1) * count] for k, name in enumerate(sets)}
    rows = [
        (m.id, s.id, none[s.id], loss, none[s.id] - loss)
        for (m, s), loss in zip(wanted, lost[len(sets) * count :], strict=True)
    ]
    numbers = dict.fromkeys(("without", "with_measure", "saved"), pl.Float64)
    return Relief(
        together=pl.DataFrame({"scenario": names, "none": [none[n] for n in names], **columns}).sort(
            "none", "scenario", descending=[True, False]
        ),
        alone=pl.DataFrame(rows, {"measure": pl.String, "scenario": pl.String, **numbers}, orient="row").sort(
            "saved", "measure", "scenario", descending=[True, False, False]
        ),
    )
