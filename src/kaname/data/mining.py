"""Mine production by mineral and country, and the trade codes of each mineral (floor 1)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from kaname.data.frames import read_records, read_table
from kaname.errors import InputProblems, Problem

SOURCE = "world-mining-data"
SCHEMA = {
    "mineral": pl.String,
    "iso3": pl.String,
    "year": pl.Int16,
    "production": pl.Float64,
    "unit": pl.String,
}


@dataclass(frozen=True)
class MineralCode:
    """One HS 1992 code under which a mineral is traded.

    ``stage`` is where in the chain it stands ("extraction", "processing", "" = not stated); ``main`` is false for codes
    that only complete the main one.
    """

    mineral: str
    stage: str
    hs6: str
    main: bool


@dataclass(frozen=True, eq=False)
class MiningTable:
    """Production a year: ``frame`` with the columns of ``SCHEMA``; each mineral has one ``unit`` (t, kg, carat,
    million m3).
    """

    frame: pl.DataFrame
    codes: tuple[MineralCode, ...]
    source: str = SOURCE

    @property
    def minerals(self) -> tuple[str, ...]:
        """Names of the minerals, ascending."""
        return tuple(sorted(self.frame["mineral"].unique().to_list()))

    def hs6(self, mineral: str, main_only: bool = True) -> tuple[str, ...]:
        """The HS 1992 codes of a mineral, main code first; empty where none is known."""
        return tuple(c.hs6 for c in self.codes if c.mineral == mineral and (c.main or not main_only))

    def shares(self, mineral: str, year: int) -> dict[str, float]:
        """Each country's share of world production, largest first; empty where nothing is recorded."""
        rows = self.frame.filter((pl.col("mineral") == mineral) & (pl.col("year") == year))
        total = float(rows["production"].sum())
        if total <= 0:
            return {}
        rows = rows.filter(pl.col("production") > 0).sort(["production", "iso3"], descending=[True, False])
        return {c: float(p) / total for c, p in rows.select("iso3", "production").iter_rows()}


def read_embedded(folder: Path) -> MiningTable:
    """The table carried by a pack: ``mining.parquet`` and ``mining_hs.csv``."""
    path = folder / "mining_hs.csv"
    rows = read_records(path, ("mineral", "stage", "hs6", "role"))
    bad = [
        Problem(f"{row['hs6']!r} is not a six-digit code", str(path), line)
        for line, row in rows
        if not (row["hs6"].isdecimal() and len(row["hs6"]) == 6)
    ]
    if bad:
        raise InputProblems(bad)
    codes = tuple(MineralCode(r["mineral"], r["stage"], r["hs6"], r["role"] == "main") for _, r in rows)
    return MiningTable(read_table(folder / "mining.parquet", SCHEMA), codes)
