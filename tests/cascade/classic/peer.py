"""BoARIO as an outside oracle: the same table and events run there and here. A test that uses it skips without it."""

from __future__ import annotations

import logging
import warnings
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from kaname.cascade.classic import CapacityLoss, CapitalLoss, Event, Rebuild, Settings
from kaname.data.tables import InterCountryTable, checked_table
from kaname.network.tables import Floats

MILLION = 10**6


@dataclass
class Peer:
    """What BoARIO made of it, (days, nodes) each, in the table's order of nodes."""

    output: Floats
    demand: Floats
    able: Floats
    stretch: Floats
    stock: Floats
    """(sectors, nodes) at the end."""
    built: Floats
    unmet: Floats


@dataclass
class Strike:
    """An event in BoARIO's words; ``ours`` says the same in ours."""

    kind: str
    impact: dict[str, float]
    occurrence: int
    duration: int
    more: dict[str, Any] = field(default_factory=dict)

    def ours(self) -> Event:
        """BoARIO strikes capacity a step after ``occurrence``, capital at once, and holds both two steps longer than
        ``duration``; rebuilding starts ``duration`` steps after.
        """
        whole = self.duration + 2
        if self.kind == "arbitrary":
            return CapacityLoss(self.impact, self.occurrence + 1, whole, self.more.get("ours"))
        if self.kind == "recovery":
            return CapitalLoss(self.impact, self.occurrence, whole, self.more.get("ours"))
        of = self.more
        return Rebuild(
            self.impact, of["rebuilding_sectors"], self.occurrence, self.duration, of["rebuild_tau"],
            of.get("rebuilding_factor", 1.0),
        )  # fmt: skip


def small() -> InterCountryTable:
    """pymrio's test table: 6 regions, 8 sectors."""
    import pymrio

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        system = pymrio.load_test()
    Z = system.Z.sort_index(axis=0).sort_index(axis=1)
    regions, sectors = (list(Z.index.unique(level)) for level in (0, 1))
    flows, final = Z.to_numpy(float), system.Y.reindex(Z.index).to_numpy(float).sum(axis=1)
    return checked_table(
        regions=regions, industries=sectors, Z=flows, x=flows.sum(axis=1) + final, f=final, year=2000,
        unit="million EUR", source="pymrio test table",
    )  # fmt: skip


def drawn(regions: int, sectors: int, seed: int) -> InterCountryTable:
    """A random balanced table with strong home trade, some flows missing, sizes far apart."""
    rng = np.random.default_rng(seed)
    n = regions * sectors
    home = np.kron(np.eye(regions), np.ones((sectors, sectors)))
    flows = rng.lognormal(0, 2, (n, n)) * (0.02 + home) * (rng.random((n, n)) > 0.2)
    size = rng.lognormal(16, 1.2, n)
    flows *= rng.uniform(0.3, 0.6, n) * size / flows.sum(axis=0)
    final = np.maximum(size - flows.sum(axis=1), 0.05 * size)
    output = flows.sum(axis=1) + final
    return checked_table(
        regions=[f"r{k:02d}" for k in range(regions)], industries=[f"s{k:02d}" for k in range(sectors)], Z=flows,
        x=output, f=final, year=2000, unit="million EUR", source="drawn",
    )  # fmt: skip


def run(table: InterCountryTable, strikes: list[Strike], settings: Settings, days: int) -> Peer:
    """Run BoARIO."""
    from boario import event
    from boario.simulation import Simulation

    model = model_of(table, settings)
    simulation = Simulation(model, n_temporal_units_to_sim=days, register_stocks=False)
    for strike in strikes:
        more = {k: v for k, v in strike.more.items() if k != "ours"}
        if strike.kind != "arbitrary":
            more["event_monetary_factor"] = MILLION
        impact = pd.Series(list(strike.impact.values()), index=_index(strike.impact))
        simulation.add_event(
            event.from_series(
                impact, event_type=strike.kind, occurrence=strike.occurrence, duration=strike.duration, **more
            )
        )
    able = np.ones((days, len(table.x)))
    for t in range(days):
        simulation.next_step()
        able[t] = 1 - model.prod_cap_delta_tot
    records = simulation
    demand = records.intermediate_demand + records.final_demand + records.rebuild_demand
    return Peer(
        output=records.production_realised.to_numpy(float),
        demand=demand.to_numpy(float),
        able=able,
        stretch=records.overproduction.to_numpy(float),
        stock=np.asarray(model.inputs_stock, float),
        built=records.rebuild_prod.to_numpy(float),
        unmet=records.final_demand_unmet.to_numpy(float),
    )


def model_of(table: InterCountryTable, settings: Settings) -> Any:
    """BoARIO's model of ``table`` under ``settings``."""
    import pymrio
    from boario.extended_models import ARIOPsiModel

    logging.getLogger("boario").disabled = True
    rows = _index(table.nodes)
    households = pd.MultiIndex.from_product([table.regions, ["households"]], names=["region", "category"])
    taken = np.zeros((len(rows), len(households)))
    taken[np.arange(len(rows)), np.arange(len(rows)) // len(table.industries)] = table.f
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        system = pymrio.IOSystem(
            Z=pd.DataFrame(table.Z, rows, rows),
            Y=pd.DataFrame(taken, rows, households),
            x=pd.DataFrame({"indout": table.x}, rows),
        )
        system.A = pymrio.calc_A(system.Z, system.x)
        stock = settings.by_industry("stock_days", table.industries)
        restock = settings.by_industry("restock_days", table.industries)
        return ARIOPsiModel(
            system,
            order_type="alt" if settings.orders == "alternative" else "noalt",
            alpha_base=settings.stretch_base,
            alpha_max=settings.stretch_max,
            alpha_tau=settings.stretch_days,
            psi_param=settings.psi,
            inventory_dict=dict(zip(table.industries, stock, strict=True)),
            inventory_restoration_tau=dict(zip(table.industries, restock, strict=True)),
            productive_capital_to_VA_dict=dict(
                zip(table.industries, settings.by_industry("capital", table.industries), strict=True)
            ),
        )


def _index(names: Any) -> pd.MultiIndex:
    return pd.MultiIndex.from_tuples([tuple(n.split(":")) for n in names], names=["region", "sector"])
