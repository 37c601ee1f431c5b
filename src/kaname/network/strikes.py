"""Where a scenario strikes: what it takes of each service in each area, by the facilities that stand there (floor 2).

Nothing is estimated: losses are those that the scenario states, weighted by the shares of the nation's service that
the pack gives its facilities. What has no place at home (straits, trade, demand, industries of the whole nation) is
named apart.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Final

import polars as pl

from kaname.pack.model import Facility, Pack
from kaname.pack.reach import facilities_of
from kaname.pack.scenarios import CapacityEvent, Scenario

SCHEMA: Final = {"scenario": pl.String, "area": pl.String, "service": pl.String, "lost": pl.Float64}
INDUSTRIES: Final = "industries"
"""Stands for the service where a scenario says how hard industries of an area are struck beside others."""
EVERYWHERE: Final = ("industries", "passage", "trade", "demand", "stock", "limit", "rebuild")
"""Kinds of events that strike no place of their own, in the order in which they are named."""


def strikes(pack: Pack, scenario: Scenario) -> pl.DataFrame:
    """scenario, area, service, lost: share of what the area's facilities carry of the service that is lost at worst,
    several events on one facility combined as a facility left by each. ``INDUSTRIES``: the intensity stated
    (``struck``), relative to the hardest."""
    left: dict[str, float] = defaultdict(lambda: 1.0)
    for event in scenario.events:
        if isinstance(event, CapacityEvent):
            for facility in {*event.facilities, *facilities_of(pack, event.services, event.areas)}:
                left[facility] *= 1 - event.loss.to("1", 0.0)
    rows = [
        (scenario.id, s.area, INDUSTRIES, s.intensity.to("1", 0.0))
        for s in scenario.struck
        if s.intensity.to("1", 0.0) > 0
    ]
    for area in pack.areas:
        for service in pack.services:
            here = [f for f in pack.facilities if f.service == service.id and area.id in _areas(f)]
            lost = _mean(here, left)
            if lost > 0:
                rows.append((scenario.id, area.id, service.id, lost))
    return pl.DataFrame(rows, SCHEMA, orient="row")


def everywhere(scenario: Scenario) -> tuple[str, ...]:
    """Kinds of events that strike no single area; industries count where the scenario does not say where."""
    found: set[str] = {e.kind for e in scenario.events if e.kind != "capacity"}
    loose = any(isinstance(e, CapacityEvent) and (e.industries or e.goods) for e in scenario.events)
    if loose and not scenario.struck:
        found.add("industries")
    return tuple(kind for kind in EVERYWHERE if kind in found)


def hardest(pack: Pack) -> pl.DataFrame:
    """scenario, area, lost: the service (or the industries) hit hardest, of every scenario that strikes an area."""
    every = pl.concat([pl.DataFrame(schema=SCHEMA), *(strikes(pack, s) for s in pack.scenarios)])
    return every.group_by("scenario", "area", maintain_order=True).agg(pl.col("lost").max())


def _areas(facility: Facility) -> tuple[str, ...]:
    return facility.joins or ((facility.area,) if facility.area else ())


def _mean(here: list[Facility], left: dict[str, float]) -> float:
    """Share lost, by shares of the service; facilities of unknown share count only where none is known."""
    weights = [f.share.to("1", 0.0) for f in here]
    if not sum(weights):
        weights = [1.0] * len(here)
    whole = sum(weights)
    if not whole:
        return 0.0
    return (
        sum(w * (1 - left[f.id] if f.id in left else 0.0) for w, f in zip(weights, here, strict=True)) / whole
    )
