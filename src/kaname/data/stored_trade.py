"""Trade tables that users brought, as ``kaname data add`` laid them down: a file a year (floor 1).

``<data home>/baci/HS92-V202501/2023.parquet`` holds a year in the columns of :data:`kaname.data.baci.SCHEMA`, countries
and products enumerated, sorted by product, importer and exporter; ``2023.json`` beside it tells where the year comes
from and what was found in it, and is written last: a year without it is not there.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import polars as pl

from kaname.data.baci import SCHEMA, TradeTable
from kaname.data.baci_rows import Found
from kaname.data.home import data_home
from kaname.data.trade_year import TradeYear, trade_year
from kaname.errors import problem

FORMAT: Final = 1
FOLDER: Final = "baci"


@dataclass(frozen=True)
class StoredYear:
    """What is told of a stored year.

    ``member``: the file in the zip, its ``crc`` and ``sha256``; ``read``: rows in it; ``rows``: rows kept; ``found``:
    by kind, what was mended, noted or set aside (see :mod:`kaname.data.add_baci`); ``of``: the years that were to be
    added together with it.
    """

    year: int
    vintage: str
    edition: str
    member: str
    crc: int
    sha256: str
    read: int
    rows: int
    products: int
    of: tuple[int, ...]
    found: Mapping[str, Found] = field(default_factory=dict)
    format: int = FORMAT

    def as_json(self) -> str:
        """As text, for the file beside the table."""
        return json.dumps(asdict(self), indent=1, ensure_ascii=False) + "\n"


def read_year(path: Path) -> StoredYear | None:
    """What a ``2023.json`` tells; None where it is of another format or its table is not there."""
    try:
        told: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise problem(f"cannot be read: {error}", str(path)) from error
    if not isinstance(told, dict) or told.get("format") != FORMAT or not table_of(path).is_file():
        return None
    kinds = {kind: Found(one["rows"], tuple(one["lines"])) for kind, one in told["found"].items()}
    return StoredYear(**{**told, "of": tuple(told["of"]), "found": kinds})


def table_of(path: Path) -> Path:
    """The table beside a ``2023.json``."""
    return path.with_suffix(".parquet")


@dataclass(frozen=True, eq=False)
class StoredTrade:
    """All years of one edition of a table, read when asked for: a :class:`kaname.data.baci.Trade`."""

    folder: Path
    held: Mapping[int, StoredYear]

    @property
    def vintage(self) -> str:
        """Nomenclature of the codes."""
        return next(iter(self.held.values())).vintage

    @property
    def edition(self) -> str:
        """CEPII's name of the edition, as in ``V202501``."""
        return next(iter(self.held.values())).edition

    @property
    def source(self) -> str:
        """Id of the source."""
        return f"cepii-baci-{self.vintage.lower()}"

    @property
    def title(self) -> str:
        """What to cite: publisher, table, edition, years."""
        return f"CEPII, BACI, {self.vintage}, {self.edition}, all products, {self.years[0]}-{self.years[-1]}"

    @property
    def years(self) -> tuple[int, ...]:
        """Years that are there, ascending."""
        return tuple(sorted(self.held))

    @property
    def missing(self) -> tuple[int, ...]:
        """Years that were to be added and are not there: the adding was stopped, or a year had problems."""
        return tuple(sorted({y for one in self.held.values() for y in one.of} - set(self.held)))

    @cached_property
    def products(self) -> tuple[str, ...]:
        """HS codes of the table, ascending."""
        return self._labels("hs6")

    @cached_property
    def countries(self) -> tuple[str, ...]:
        """Exporters and importers, ascending."""
        return tuple(sorted({*self._labels("exporter"), *self._labels("importer")}))

    @property
    def inputs(self) -> dict[str, str]:
        """SHA-256 of the published file of each year."""
        return {f"{FOLDER}/{self.folder.name}/{year}": self.held[year].sha256 for year in self.years}

    def path(self, year: int) -> Path:
        """The table of a year."""
        return self.folder / f"{year}.parquet"

    def select(
        self,
        *,
        years: Collection[int] | None = None,
        products: Collection[str] | None = None,
        exporters: Collection[str] | None = None,
        importers: Collection[str] | None = None,
    ) -> TradeTable:
        """The rows that fit every condition given; only these are held in memory."""
        wanted = {"hs6": products, "exporter": exporters, "importer": importers}
        chosen = [y for y in self.years if years is None or y in set(years)]
        parts = [_rows(self.path(y), wanted) for y in chosen]
        return TradeTable(pl.concat([pl.DataFrame(schema=SCHEMA), *parts]), self.vintage, self.source)

    def year(self, year: int) -> TradeYear:
        """A whole year as arrays."""
        frame = _read(self.path(year), ("hs6", "importer", "exporter", "value_kusd", "quantity_t"))
        named = frame.rename({"hs6": "product", "value_kusd": "value"})
        return trade_year(year, named.with_columns(pl.col("value") / 1000), ordered=True)

    def _labels(self, column: str) -> tuple[str, ...]:
        held: set[str] = set()
        for year in self.years:
            kind = pl.read_parquet_schema(self.path(year))[column]
            held.update(kind.categories if isinstance(kind, pl.Enum) else ())
        return tuple(sorted(held))


def _read(path: Path, columns: Collection[str]) -> pl.DataFrame:
    try:
        return pl.read_parquet(path, columns=list(columns))
    except (OSError, pl.exceptions.PolarsError) as error:
        raise problem(f"cannot be read as Parquet: {error}", str(path)) from error


def _rows(path: Path, wanted: Mapping[str, Collection[str] | None]) -> pl.DataFrame:
    """The rows of a year with only these products, exporters, importers (None: all), countries and codes as text."""
    try:
        kinds = pl.read_parquet_schema(path)
        tests = [
            pl.col(name).is_in([v for v in values if v in set(kind.categories)])
            for name, values in wanted.items()
            if values is not None and isinstance(kind := kinds[name], pl.Enum)
        ]
        rows = pl.scan_parquet(path).filter(tests) if tests else pl.scan_parquet(path)
        return rows.select(pl.col(name).cast(kind) for name, kind in SCHEMA.items()).collect()
    except (OSError, pl.exceptions.PolarsError) as error:
        raise problem(f"cannot be read as Parquet: {error}", str(path)) from error


def stored_trade(home: Path | None = None) -> tuple[StoredTrade, ...]:
    """Every table in the data folder, by nomenclature and edition. Raises ``InputProblems`` for damaged notes."""
    root = (home or data_home()) / FOLDER
    found = []
    for folder in sorted(p for p in root.glob("*") if p.is_dir()):
        years = (read_year(path) for path in sorted(folder.glob("[0-9][0-9][0-9][0-9].json")))
        held = {one.year: one for one in years if one is not None}
        if held:
            found.append(StoredTrade(folder, held))
    return tuple(found)


def best_trade(vintage: str, year: int, home: Path | None = None) -> StoredTrade | None:
    """The latest whole table in a nomenclature that holds a year; None where there is none."""
    fits = [t for t in stored_trade(home) if t.vintage == vintage and year in t.years and not t.missing]
    return max(fits, key=lambda t: t.edition, default=None)
