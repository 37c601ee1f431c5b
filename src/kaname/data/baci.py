"""BACI: bilateral trade by product, reconciled by CEPII (floor 1).

Gaulier, G. and Zignago, S. (2010), "BACI: International Trade Database at the Product-Level", CEPII working
paper 2010-23. Value in thousand USD, quantity in tonnes; one row a year, exporter, importer and HS product.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import polars as pl

from kaname.data.baci_rows import CODE
from kaname.data.frames import read_table
from kaname.data.trade_year import TradeYear, trade_year
from kaname.errors import InputProblems, Problem, problem

SOURCE = "cepii-baci-hs92"
SCHEMA = {
    "year": pl.Int16,
    "exporter": pl.String,
    "importer": pl.String,
    "hs6": pl.String,
    "value_kusd": pl.Float64,
    "quantity_t": pl.Float64,
}
KEY = ("year", "hs6", "exporter", "importer")
SHOWN = 20
"""Bad rows listed one by one in each file; further ones are counted."""

OTHER_ASIA = 490
"""BACI's code 490, "Other Asia, not elsewhere specified" (label S19), is where the United Nations' trade
statistics report Taiwan: it is read as TWN. Other codes that are no country (697: R20, "Europe EFTA, nes")
keep BACI's own label, and a code without any label becomes ``M`` and its number."""

TRADE_NAME = re.compile(r"BACI_(HS\d\d)_Y(\d{4})_V(\w+)\.csv$", re.IGNORECASE)
_COUNTRY_NAME = re.compile(r"country_codes_V(\w+)\.csv$", re.IGNORECASE)


class Trade(Protocol):
    """Bilateral trade that can be asked for parts of itself: in memory, or in files too large for it."""

    @property
    def vintage(self) -> str:
        """Nomenclature of the codes: HS92, HS17 ..."""

    @property
    def source(self) -> str:
        """Where it comes from (an id of the catalogue)."""

    @property
    def years(self) -> tuple[int, ...]:
        """Years covered, ascending."""

    @property
    def products(self) -> tuple[str, ...]:
        """HS codes present, ascending."""

    @property
    def countries(self) -> tuple[str, ...]:
        """Exporters and importers, ascending."""

    def select(
        self,
        *,
        years: Collection[int] | None = None,
        products: Collection[str] | None = None,
        exporters: Collection[str] | None = None,
        importers: Collection[str] | None = None,
    ) -> TradeTable:
        """The rows that fit every condition given, in memory."""

    def year(self, year: int) -> TradeYear:
        """A whole year as arrays."""


@dataclass(frozen=True, eq=False)
class TradeTable:
    """Bilateral trade, one row a year, product, exporter and importer.

    ``frame`` has the columns of ``SCHEMA``: year; exporter and importer (ISO 3166-1 alpha-3, or BACI's own
    label for what is no country); hs6 (six digits, text, in the nomenclature ``vintage``); value_kusd
    (thousand USD); quantity_t (tonnes, null where BACI has none).
    """

    frame: pl.DataFrame
    vintage: str = "HS92"
    source: str = SOURCE

    @property
    def years(self) -> tuple[int, ...]:
        """Years covered, ascending."""
        return tuple(sorted(self.frame["year"].unique().to_list()))

    @property
    def products(self) -> tuple[str, ...]:
        """HS codes present, ascending."""
        return tuple(sorted(self.frame["hs6"].unique().to_list()))

    @property
    def countries(self) -> tuple[str, ...]:
        """Exporters and importers, ascending."""
        return tuple(sorted({*self.frame["exporter"].unique(), *self.frame["importer"].unique()}))

    def select(
        self,
        *,
        years: Collection[int] | None = None,
        products: Collection[str] | None = None,
        exporters: Collection[str] | None = None,
        importers: Collection[str] | None = None,
    ) -> TradeTable:
        """The rows that fit every condition given."""
        wanted = {"year": years, "hs6": products, "exporter": exporters, "importer": importers}
        tests = [pl.col(c).is_in(list(values)) for c, values in wanted.items() if values is not None]
        return TradeTable(self.frame.filter(tests) if tests else self.frame, self.vintage, self.source)

    def year(self, year: int) -> TradeYear:
        """A whole year as arrays; rows of one product, importer and exporter are summed."""
        value, quantity = pl.col("value_kusd") / 1000, pl.col("quantity_t")
        rows = self.frame.filter(pl.col("year") == year).rename({"hs6": "product"})
        sums = rows.group_by("product", "importer", "exporter", maintain_order=True).agg(
            value=value.sum(),
            quantity_t=pl.when(quantity.is_not_null().any()).then(quantity.sum()),
            known=value.filter(quantity.is_not_null()).sum(),
        )
        return trade_year(year, sums)


def read_embedded(folder: Path) -> TradeTable:
    """The trade carried by a pack, ``trade.parquet``."""
    return TradeTable(read_table(folder / "trade.parquet", SCHEMA))


def read_history(folder: Path) -> TradeTable | None:
    """Trade over many more years in a few products, ``trade_long.parquet``; None where the pack carries none."""
    path = folder / "trade_long.parquet"
    return TradeTable(read_table(path, SCHEMA)) if path.exists() else None


def read_zip(
    path: Path, products: Collection[str] | None = None, years: Collection[int] | None = None
) -> TradeTable:
    """CEPII's own zip (``BACI_HS92_V202501.zip``): every year in it, or ``years``; every product, or
    ``products``.

    Inside lie ``BACI_HS92_Y2022_V202501.csv`` (columns t, i, j, k, v, q), ``country_codes_V202501.csv`` and
    product names. Codes that lost their leading zeros are mended; a quantity of ``NA`` is null. Rows that
    BACI's former and present codes of one country share are summed, the quantity being null if one of them
    is.

    Raises :class:`~kaname.errors.InputProblems`: damaged zip, files of two vintages, columns that lack, and
    each bad row with file and line.
    """
    file = str(path)
    try:
        with zipfile.ZipFile(path) as archive:
            trade, codes, vintage = members(archive.namelist(), file, years)
            labels = country_labels(archive.read(codes), f"{file}:{codes}")
            frames: list[pl.DataFrame] = []
            found: list[Problem] = []
            for year, name in trade:
                try:
                    frames.append(_year(archive.read(name), f"{file}:{name}", year, labels, products))
                except InputProblems as error:
                    found.extend(error.problems)
    except (OSError, zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise problem(f"damaged or no zip file: {error}", file) from error
    if found:
        raise InputProblems(found)
    return TradeTable(pl.concat(frames).sort(KEY), vintage, f"cepii-baci-{vintage.lower()}")


def members(
    names: list[str], file: str, years: Collection[int] | None
) -> tuple[list[tuple[int, str]], str, str]:
    """(year, member) of each trade file, the country file, and the nomenclature."""
    trade = [(m, n) for n in names if (m := TRADE_NAME.search(n))]
    countries = [(m, n) for n in names if (m := _COUNTRY_NAME.search(n))]
    found = []
    if not trade:
        found.append(Problem("no BACI_HS.._Y...._V......csv inside", file))
    if len(countries) != 1:
        found.append(Problem(f"expected one country_codes_V......csv inside, found {len(countries)}", file))
    kinds = sorted({m[1].upper() for m, _ in trade})
    editions = sorted({m[3] for m, _ in trade} | {m[1] for m, _ in countries})
    if len(kinds) > 1:
        found.append(Problem(f"mixed nomenclatures {', '.join(kinds)}", file))
    if len(editions) > 1:
        found.append(Problem(f"mixed editions {', '.join('V' + e for e in editions)}", file))
    wanted = sorted((int(m[2]), n) for m, n in trade if years is None or int(m[2]) in years)
    held = [y for y, _ in wanted]
    found += [
        Problem(f"year {y} appears twice", file) for y in sorted({y for y in held if held.count(y) > 1})
    ]
    found += [Problem(f"year {y} is not inside", file) for y in sorted(set(years or ()) - set(held))]
    if found:
        raise InputProblems(found)
    return wanted, countries[0][1], kinds[0]


def text_table(raw: bytes, columns: Collection[str], file: str) -> pl.DataFrame:
    """All cells as stripped text, plus ``line``, the line in the file."""
    try:
        frame = pl.read_csv(io.BytesIO(raw), infer_schema=False, encoding="utf8-lossy", row_index_name="line")
    except pl.exceptions.PolarsError as error:
        raise problem(f"cannot be read as CSV: {error}", file) from error
    frame = frame.rename({c: c.strip().lower() for c in frame.columns})
    missing = sorted(set(columns) - set(frame.columns))
    if missing:
        raise InputProblems(Problem(f"column {c!r} is missing", file, 1) for c in missing)
    return frame.select(pl.col("line") + 2, pl.col(columns).str.strip_chars())


def country_labels(raw: bytes, file: str) -> dict[int, str]:
    """BACI code to label (see ``OTHER_ASIA``)."""
    frame = text_table(raw, ("country_code", "country_iso3"), file)
    codes = frame["country_code"].cast(pl.Int64, strict=False).to_list()
    bad = [
        Problem("country code is not a number", file, frame["line"][n])
        for n, c in enumerate(codes)
        if c is None
    ]
    if bad:
        raise InputProblems(bad)
    labels = {}
    for code, iso3 in zip(codes, frame["country_iso3"], strict=True):
        labels[code] = iso3 if iso3 and len(iso3) == 3 and iso3.isalnum() else f"M{code}"
    if OTHER_ASIA in labels:
        labels[OTHER_ASIA] = "TWN"
    return labels


def _year(
    raw: bytes, file: str, year: int, labels: dict[int, str], products: Collection[str] | None
) -> pl.DataFrame:
    """One trade file, checked, in the columns of ``SCHEMA``."""
    text = text_table(raw, ("t", "i", "j", "k", "v", "q"), file)
    rows = text.with_columns(
        pl.col("t", "i", "j").cast(pl.Int64, strict=False),
        pl.col("v").cast(pl.Float64, strict=False),
        hs6=pl.col("k").str.zfill(6),
        quantity=pl.col("q").cast(pl.Float64, strict=False),
    )
    found = list(_row_problems(rows, file, year, labels))
    if found:
        raise InputProblems(found)
    if products is not None:
        rows = rows.filter(pl.col("hs6").is_in(list(products)))
    table = rows.select(
        year=pl.col("t").cast(pl.Int16),
        exporter=pl.col("i").replace_strict(labels, return_dtype=pl.String),
        importer=pl.col("j").replace_strict(labels, return_dtype=pl.String),
        hs6="hs6",
        value_kusd="v",
        quantity_t="quantity",
    )
    if table.select(KEY).is_duplicated().any():
        whole = pl.when(pl.col("quantity_t").is_null().any()).then(None).otherwise(pl.col("quantity_t").sum())
        table = table.group_by(KEY).agg(pl.col("value_kusd").sum(), whole.alias("quantity_t"))
    return table.select(list(SCHEMA))


def _row_problems(rows: pl.DataFrame, file: str, year: int, labels: dict[int, str]) -> Iterator[Problem]:
    known = list(labels)
    no_quantity = pl.col("q").is_null() | pl.col("q").is_in(["NA", ""])
    tests = {
        f"year is not {year}": pl.col("t").is_null() | (pl.col("t") != year),
        "exporter is not in the country list": pl.col("i").is_null() | ~pl.col("i").is_in(known),
        "importer is not in the country list": pl.col("j").is_null() | ~pl.col("j").is_in(known),
        "product is not a code of up to six digits": ~pl.col("hs6").str.contains(CODE).fill_null(False),
        "value is not a positive number": ~(pl.col("v").is_finite() & (pl.col("v") >= 0)).fill_null(False),
        "quantity is neither a number nor NA": ~no_quantity
        & ~(pl.col("quantity").is_finite() & (pl.col("quantity") >= 0)).fill_null(False),
        "same exporter, importer and product twice": pl.struct("i", "j", "hs6").is_duplicated(),
    }
    for message, test in tests.items():
        lines = rows.filter(test)["line"]
        for line in lines.head(SHOWN):
            yield Problem(message, file, line)
        if len(lines) > SHOWN:
            yield Problem(f"{message}: {len(lines) - SHOWN} more rows", file)
