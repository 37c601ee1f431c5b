"""Measure how far derivatives by weights, bypasses and shares of facilities are from two runs: the figures that
``docs/howto/straits.md`` states.

Run from the root of the repository: ``PYTHONPATH=src:. python tools/measure_slopes.py``. Some minutes: every
figure changed is a network of its own.
"""

from __future__ import annotations

from collections.abc import Iterator

from tests.autonomy.test_influence import _changed

import kaname as kn
from kaname.autonomy.slopes import Slopes
from kaname.cascade.sensitivities import derivatives
from kaname.pack.draft import Site, sites
from kaname.pack.figures import Figure
from kaname.pack.model import Facility

DAYS = 90
"""As ``kaname check --assumptions`` looks."""
ASKED = {
    "weight": ("hormuz-closure", "substations-cyber", "card-outage"),
    "share of a facility": ("substations-cyber", "card-outage", "ix-datacentre-tokyo", "port-cyber"),
    "bypass": ("hormuz-closure",),
}
MOST = 8
"""Figures measured of a kind in a scenario: those worth most over half their range."""
STEP = 0.01


def kind_of(site: Site) -> str | None:
    """Which of the three a figure is."""
    if site.name == "weight":
        return "weight"
    if site.name == "share" and site.subject == "facilities" and len(site.path) == 3:
        return "share of a facility"
    return "bypass" if site.name == "share" and site.subject == "passages" else None


def measured(nation: kn.Nation, scenario: str, kind: str) -> Iterator[tuple[str, float, float]]:
    """Figure, slope by derivatives, slope by two runs (million USD for a whole share), the foremost figures."""
    run = nation.stress(scenario, days=DAYS)
    slopes, found = Slopes(run, derivatives(run)), []
    for site in sites(nation.pack):
        figure = site.value
        if kind_of(site) != kind or not isinstance(figure, Figure) or not figure.value:
            continue
        slope = slopes.of(getattr(nation.pack, site.subject)[site.path[1]], site)
        if slope:
            wide = (figure.high or 0) - (figure.low or 0) if figure.high is not None else figure.value
            found.append((abs(slope) * wide, slope, site, figure))
    for _, slope, site, figure in sorted(found, key=lambda one: -one[0])[:MOST]:
        value, step = figure.to("1"), STEP * figure.to("1")
        part = getattr(nation.pack, site.subject)[site.path[1]]
        # shares of a service may be whole already: they are only lowered
        moved = [value - step] if isinstance(part, Facility) else [value - step, value + step]
        slopes_by_runs = [
            (run.total_loss - _lost(nation, site, figure, x, scenario)) / (value - x)
            for x in moved
            if 0 <= x <= 1
        ]
        # at a kink of the loss, the derivative is that of one side
        nearest = min(slopes_by_runs, key=lambda x: abs(x - slope))
        yield f"{part.id} {'.'.join(map(str, site.path[2:]))}", slope, nearest


def _lost(nation: kn.Nation, site: Site, figure: Figure, value: float, scenario: str) -> float:
    """The loss with a figure at another value."""
    other = figure.model_copy(update={"value": value, "unit": "1", "low": None, "high": None})
    changed = nation.with_pack(_changed(nation.pack, site.path, other))
    return changed.stress(scenario, days=DAYS).total_loss


def main() -> None:
    """Print every figure, and the worst of each kind."""
    nation = kn.open("japan")
    for kind, scenarios in ASKED.items():
        off = []
        for scenario in scenarios:
            for name, slope, runs in measured(nation, scenario, kind):
                off.append(abs(slope / runs - 1) if runs else float("inf"))
                print(
                    f"{kind:20} {scenario:18} {name:40} {slope:12.4g} {runs:12.4g} off {off[-1]:.2%}",
                    flush=True,
                )
        print(
            f"{kind}: {len(off)} figures, median off {sorted(off)[len(off) // 2]:.2%}, worst {max(off):.2%}\n",
            flush=True,
        )


if __name__ == "__main__":
    main()
