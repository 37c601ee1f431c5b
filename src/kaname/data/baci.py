"""BACI: bilateral trade by product, reconciled by CEPII (floor 1).

Gaulier, G. and Zignago, S. (2010), "BACI: International Trade Database at the Product-Level", CEPII working
paper 2010-23. Value in thousand USD, quantity in tonnes; one row a year, exporter, importer and HS product.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import IO, Protocol

import polars as pl

from kaname.data.baci_rows import (
    NO_KINDS,
    NO_ROWS_KEPT,
    REFUSED,
    Known,
    as_text,
    blocks,
    checked,
    header,
    refusals,
)
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
_PRODUCTS = "product_codes_"

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

    @cached_property
    def years(self) -> tuple[int, ...]:
        """Years covered, ascending."""
        return tuple(sorted(self.frame["year"].unique().to_list()))

    @cached_property
    def products(self) -> tuple[str, ...]:
        """HS codes present, ascending."""
        return tuple(sorted(self.frame["hs6"].unique().to_list()))

    @cached_property
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
    """CEPII's own zip (``BACI_HS92_V202501.zip``) in memory: every year in it, or ``years``; every product, or
    ``products``. For all products of several years see :func:`kaname.data.add_baci.add_baci`.

    Inside lie ``BACI_HS92_Y2022_V202501.csv`` (columns t, i, j, k, v, q), ``country_codes_V202501.csv`` and
    ``product_codes_HS92_V202501.csv``. Rows are checked and mended as there (:mod:`kaname.data.baci_rows`). Rows that
    BACI's former and present codes of one country share are summed, the quantity being null if one of them is.

    Raises :class:`~kaname.errors.InputProblems`: damaged zip, files of two vintages, and each bad row, wanted or not,
    with file and line.
    """
    file = str(path)
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            trade, codes, vintage = members(names, file, years)
            labels = country_labels(archive.read(codes), f"{file}:{codes}")
            listed = product_codes(archive, file)
            frames: list[pl.DataFrame] = []
            found: list[Problem] = []
            for year, name in trade:
                try:
                    with archive.open(name) as stream:
                        frames.append(_year(stream, f"{file}:{name}", Known(year, labels, listed), products))
                except InputProblems as error:
                    found.extend(error.problems)
    except FileNotFoundError as error:
        raise problem("no such file", file) from error
    except (OSError, EOFError, zlib.error, zipfile.BadZipFile) as error:
        raise problem(f"damaged or truncated, or no zip file: {error}", file) from error
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


def product_codes(archive: zipfile.ZipFile, file: str) -> tuple[str, ...] | None:
    """The codes of the nomenclature as the zip lists them; None where it has no list."""
    name = next((n for n in archive.namelist() if Path(n).name.startswith(_PRODUCTS)), None)
    if name is None:
        return None
    frame = text_table(archive.read(name), ("code",), f"{file}:{name}")
    return tuple(frame["code"].drop_nulls().str.zfill(6).unique().sort().to_list())


def _year(stream: IO[bytes], file: str, known: Known, products: Collection[str] | None) -> pl.DataFrame:
    """One trade file, checked, in the columns of ``SCHEMA``."""
    header(stream.readline(), file)
    parts, kinds, line = [NO_ROWS_KEPT], [NO_KINDS], 2
    wanted = None if products is None else sorted(products)
    for block in blocks(stream):
        text = as_text(block, line)
        rows, told = checked(text, known)
        parts.append(rows if wanted is None else rows.filter(pl.col("hs6").is_in(wanted)))
        kinds.append(told.filter(pl.col("kind").is_in(list(REFUSED))))
        line += text.height
    rows = pl.concat(parts)
    double = rows.filter(pl.struct("i", "j", "hs6").is_duplicated())
    kinds.append(double.select("line", kind=pl.lit("duplicate")))
    found = list(refusals(pl.concat(kinds), file))
    if found:
        raise InputProblems(found)
    table = rows.select(
        year=pl.lit(known.year, pl.Int16),
        exporter=pl.col("i").replace_strict(known.countries, return_dtype=pl.String),
        importer=pl.col("j").replace_strict(known.countries, return_dtype=pl.String),
        hs6="hs6",
        value_kusd="v",
        quantity_t="q",
    )
    if table.select(KEY).is_duplicated().any():
        whole = pl.when(pl.col("quantity_t").is_null().any()).then(None).otherwise(pl.col("quantity_t").sum())
        table = table.group_by(KEY).agg(pl.col("value_kusd").sum(), whole.alias("quantity_t"))
    return table.select(list(SCHEMA))
