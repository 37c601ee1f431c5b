"""What some methods read beside the trade table: each part is another source, and each may be missing (floor 4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

import polars as pl

from kaname.data.mining import MiningTable
from kaname.data.stability import StabilityTable
from kaname.pack.model import Good

PRODUCTION = {"year": pl.Int64, "product": pl.String, "importer": pl.String, "production_t": pl.Float64}


@dataclass(frozen=True)
class Beside:
    """Tables beside the trade table; ``None`` or empty is "not given", which a method that needs it says.

    ``production``: year, product, importer (who produces), production_t (tonnes). ``domestic``: share of home's use
    of a product that is made at home, as the pack states it, and the year it is of. ``distance``: importer, exporter,
    distance (0 near .. 1 far), and year where the table has years. ``human_capital``: year, exporter, human_capital
    (an index above 0).
    """

    stability: StabilityTable | None = None
    production: pl.DataFrame | None = None
    domestic: Mapping[str, tuple[float, int]] = field(default_factory=lambda: MappingProxyType({}))
    distance: pl.DataFrame | None = None
    human_capital: pl.DataFrame | None = None
    home: str = ""
    """Whose ``domestic`` shares these are."""

    def holds(self, name: str) -> bool:
        """Whether the table ``name`` was given."""
        part = getattr(self, name)
        return part is not None and (not isinstance(part, Mapping) or bool(part))


NOTHING = Beside()
GROSS = frozenset(
    {
        *("Baryte", "Bauxite", "Bentonite", "Coking Coal", "Diatomite", "Feldspar", "Fluorspar"),
        *("Gypsum and Anhydrite", "Magnesite", "Petroleum", "Zircon"),
    }
)
"""Minerals whose production is counted in gross weight, as their trade is, and that are traded under one code: only
of these can production and trade be added. Of the others the table counts content (Fe, Cr2O3 ...) or the code is
shared."""


def mined(table: MiningTable) -> pl.DataFrame:
    """Production of the ``GROSS`` minerals by HS code, in the columns of ``PRODUCTION``.

    A country that the table does not list for a mineral has no row: it is not taken to produce nothing.
    """
    codes = {m: table.hs6(m, main_only=False) for m in table.minerals if m in GROSS}
    single = {mineral: found[0] for mineral, found in codes.items() if len(found) == 1}
    return table.frame.filter(pl.col("mineral").is_in(list(single)), pl.col("unit") == "t").select(
        pl.col("year").cast(pl.Int64),
        product=pl.col("mineral").replace_strict(single, return_dtype=pl.String),
        importer="iso3",
        production_t="production",
    )


def made_at_home(goods: Sequence[Good]) -> dict[str, tuple[float, int]]:
    """Share of home use made at home and its year, by good and by each of its codes, where the pack states it."""
    found: dict[str, tuple[float, int]] = {}
    for good in goods:
        figure = good.domestic
        if figure is not None and figure.known and figure.year is not None:
            found |= dict.fromkeys((good.id, *good.hs), (figure.to("1"), figure.year))
    return found
