"""What the six-digit codes of the Harmonized System mean (floor 1)."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from kaname.data.frames import read_table

SOURCE = "hs-names"
SCHEMA = {"vintage": pl.String, "hs6": pl.String, "description": pl.String}


@dataclass(frozen=True, eq=False)
class HsNames:
    """Descriptions (English) by vintage and code."""

    names: dict[str, dict[str, str]] = field(repr=False)
    source: str = SOURCE

    @property
    def vintages(self) -> tuple[str, ...]:
        """The nomenclatures held, ascending."""
        return tuple(sorted(self.names))

    def describe(self, hs6: str, vintage: str = "HS92") -> str | None:
        """The description of a code in a vintage, None where the vintage has no such code."""
        return self.names.get(vintage, {}).get(hs6)


def read_embedded(folder: Path) -> HsNames:
    """The names carried by a pack, ``hs_names.parquet`` (HS92, the nomenclature of the trade table, and HS2022)."""
    frame = read_table(folder / "hs_names.parquet", SCHEMA)
    names: dict[str, dict[str, str]] = {}
    for vintage, hs6, description in frame.iter_rows():
        names.setdefault(vintage, {})[hs6] = description
    return HsNames(names)
