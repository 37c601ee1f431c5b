"""What another demand and another supply mean for industry and work, beside the shares of energy (EN-8; floor 5).

Electricity is taken as given from outside (Miller and Blair 2009, ch. 13.2): it sells what the outlook asks for and can
be served on usual days. So what it buys at home changes, and with that what its suppliers and their suppliers make
(Leontief on the home table without electricity). Fuels follow what thermal plants burn, all else what is sold. Work
follows output, where a figure of persons is cited. Prices, and what is built, play no part.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from kaname.cascade.static import coefficients, leontief
from kaname.data.tables import InterCountryTable
from kaname.network.balance import balance
from kaname.network.power import POWER, System
from kaname.network.tables import Floats
from kaname.pack.model import Pack

SEASONS = (("mild", 213), ("summer", 62), ("winter", 90))
"""Days of each kind of a year; their levels average to one."""
FUEL_INDUSTRIES = ("B05", "B06", "C19")
"""Coal, oil and gas, and what refineries make."""


@dataclass(frozen=True, eq=False)
class Home:
    """The home block of the inter-country table, million USD a year."""

    industries: tuple[str, ...]
    inverse: Floats
    """Leontief inverse without electricity."""
    bought: Floats
    """What electricity buys at home, by industry."""
    abroad: float
    """Fuels that it buys abroad, as the table has them."""
    value_added: Floats
    """Per unit of output."""
    output: Floats

    @classmethod
    def of(cls, table: InterCountryTable, home: str) -> Home:
        """The block of the country ``home``."""
        count, place = len(table.industries), table.regions.index(home)
        mine = slice(place * count, (place + 1) * count)
        power = table.industries.index(POWER)
        Z, x = table.Z[mine, mine].astype(np.float64), table.x[mine].astype(np.float64)
        A = coefficients(Z, x)
        A[power, :] = A[:, power] = 0.0
        fuels = [table.industries.index(i) for i in FUEL_INDUSTRIES if i in table.industries]
        column = table.Z[:, mine.start + power].reshape(-1, count).astype(np.float64)
        bought = Z[:, power].copy()
        bought[power] = 0.0
        inputs = table.Z[:, mine].sum(axis=0)
        return cls(
            industries=table.industries,
            inverse=leontief(A),
            bought=bought,
            abroad=float(np.delete(column, place, axis=0)[:, fuels].sum()),
            value_added=np.divide(x - inputs, x, out=np.zeros_like(x), where=x > 0),
            output=x,
        )


def mix(system: System) -> tuple[dict[str, float], float]:
    """TWh a year made of each fuel on usual days, what storage loses included; and the share of demand served."""
    made, served, asked = np.zeros(len(system.fuels)), 0.0, 0.0
    for season, days in SEASONS:
        day = system.day(season)
        found = balance(day)
        made += days * found.burnt.sum(axis=(0, 2)) / 1e6
        served += days * found.total
        asked += days * float((day.demand * day.hours[:, None]).sum())
    return dict(zip(system.fuels, made.tolist(), strict=True)), served / asked


def burning(pack: Pack) -> frozenset[str]:
    """Fuels that are burnt: a good or a home product whose maker is one of :data:`FUEL_INDUSTRIES`."""
    parents = {good.id: good.parent for good in pack.goods}
    return frozenset(
        fuel.id
        for fuel in pack.fuels
        if fuel.industry in FUEL_INDUSTRIES or parents.get(fuel.good or "") in FUEL_INDUSTRIES
    )


def persons(pack: Pack, home: Home) -> Floats:
    """(industries,) persons who work for a million USD of output; not a number where no figure is cited."""
    found = np.full(len(home.industries), np.nan)
    for group in pack.employment:
        rows = [home.industries.index(i) for i in group.industries]
        if group.persons.known and home.output[rows].sum() > 0:
            found[rows] = group.persons.to("person") / home.output[rows].sum()
    return found


def effects(home: Home, work: Floats, sold: float, burnt: float) -> dict[str, Floats | float]:
    """Changes against the base year where ``sold`` and ``burnt`` are electricity and thermal power over the base
    year's: output of each home industry but electricity, value added, persons (those cited), fuels bought abroad."""
    fuels = np.isin(home.industries, FUEL_INDUSTRIES)
    more = home.bought * np.where(fuels, burnt - 1, sold - 1)
    output = home.inverse @ more
    return {
        "output": output,
        "value_added": home.value_added * output,
        "persons": np.nan_to_num(work) * output,
        "fuel_abroad": home.abroad * (burnt - 1),
        "uncited": float(output[np.isnan(work)].sum() / output.sum()) if output.sum() else 0.0,
    }


def effects_rows(
    pack: Pack, table: InterCountryTable, today: Mapping[str, float], later: Mapping[str, float], sold: float
) -> tuple[dict[str, float], pl.DataFrame]:
    """The figures of one outlook, case and year, and its industries, most changed first."""
    home, burnt = Home.of(table, pack.home), burning(pack)
    before, after = (sum(made[f] for f in burnt) for made in (today, later))
    work = persons(pack, home)
    found = effects(home, work, sold, after / before if before else 1.0)
    total = sum(later.values())
    figures = {f"share_{fuel}": made / total for fuel, made in later.items()}
    figures |= {
        "thermal": after / total,
        "suppliers_value_added": float(np.sum(found["value_added"])),
        "suppliers_persons": float(np.sum(found["persons"])),
        "fuel_abroad": float(np.sum(found["fuel_abroad"])),
        "uncited": float(np.sum(found["uncited"])),
    }
    frame = pl.DataFrame(
        {
            "industry": list(home.industries),
            "output": found["output"],
            "value_added": found["value_added"],
            "persons": [
                None if np.isnan(w) else float(w * o)
                for w, o in zip(work, np.asarray(found["output"]), strict=True)
            ],
        }
    ).filter(pl.col("output").abs() > 0)
    return figures, frame.sort(pl.col("value_added").abs(), descending=True)
