"""Political stability and absence of violence, a year and country (floor 1).

Kaufmann, D., Kraay, A. and Mastruzzi, M. (2010), "The Worldwide Governance Indicators: Methodology and Analytical
Issues", World Bank Policy Research Working Paper 5430.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from kaname.data.frames import read_table

SOURCE = "wgi-political-stability"
SCHEMA = {"iso3": pl.String, "year": pl.Int16, "estimate": pl.Float32}


@dataclass(frozen=True, eq=False)
class StabilityTable:
    """``frame`` with the columns of ``SCHEMA``; the estimate runs from about -2.5 (weak) to 2.5 (strong)."""

    frame: pl.DataFrame
    source: str = SOURCE

    def latest(self, year: int | None = None) -> dict[str, tuple[int, float]]:
        """Each country's newest (year, estimate), not after ``year`` where one is given."""
        rows = self.frame if year is None else self.frame.filter(pl.col("year") <= year)
        rows = rows.sort("iso3", "year").unique("iso3", keep="last", maintain_order=True)
        return {c: (int(y), float(e)) for c, y, e in rows.iter_rows()}


def read_embedded(folder: Path) -> StabilityTable:
    """The table carried by a pack, ``stability.parquet``."""
    return StabilityTable(read_table(folder / "stability.parquet", SCHEMA))
