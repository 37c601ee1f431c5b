"""Tables that users bring for single methods: production, political distance, human capital (floor 1).

Each is a UTF-8 CSV with a header. Every bad row is told with its line; nothing is dropped or mended silently: a code
that lost its leading zero, ``1,234`` for 1234, an unknown country, a negative or empty figure, a row given twice.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from kaname.data.countries import Countries
from kaname.data.frames import RAGGED, is_ragged, read_records
from kaname.data.hsnames import HsNames
from kaname.errors import InputProblems, Problem

SHOWN = 20
"""Bad rows of one kind listed one by one; further ones are counted."""
YEARS = range(1950, 2101)
_GROUPED = re.compile(r"[+-]?\d{1,3}([,' _\u00a0\u202f]\d{3})+(\.\d+)?")
_SEPARATORS = re.compile(r"[,' _\u00a0\u202f]")


def read_production(path: Path, names: HsNames, known: Countries, vintage: str = "HS92") -> pl.DataFrame:
    """Columns hs6, country, year, production_t (tonnes, 0 allowed): year, product, importer, production_t.

    A code that is not of ``vintage`` is a problem, and it is said of which nomenclature it is.
    """
    columns = {
        "hs6": lambda text: _code(text, names, vintage),
        "country": lambda text: _country(text, known),
        "year": _year,
        "production_t": lambda text: _number(text, low=0.0),
    }
    frame = _read(path, columns, key=("hs6", "country", "year"))
    return frame.select("year", "production_t", product="hs6", importer="country")


def read_distance(path: Path, known: Countries) -> pl.DataFrame:
    """Columns home, partner, distance (0 near .. 1 far), and year if it changes: importer, exporter, distance, year."""
    columns: dict[str, Reader] = {
        "home": lambda text: _country(text, known),
        "partner": lambda text: _country(text, known),
        "distance": lambda text: _number(text, low=0.0, high=1.0),
    }
    key: tuple[str, ...] = ("home", "partner")
    if _has(path, "year"):
        columns["year"] = _year
        key = (*key, "year")
    return _read(path, columns, key).rename({"home": "importer", "partner": "exporter"})


def read_human_capital(path: Path, known: Countries) -> pl.DataFrame:
    """Columns country, year, human_capital (an index above 0; the Penn World Table's countrycode, year, hc are read as
    they are): exporter, year, human_capital."""
    world_table = _has(path, "countrycode") and _has(path, "hc")
    country, index = ("countrycode", "hc") if world_table else ("country", "human_capital")
    columns = {
        country: lambda text: _country(text, known),
        "year": _year,
        index: lambda text: _number(text, low=0.0, strict=True),
    }
    frame = _read(path, columns, key=(country, "year"))
    return frame.rename({country: "exporter", index: "human_capital"}).select(
        "exporter", "year", "human_capital"
    )


class Wrong(ValueError):  # noqa: N818
    """What is wrong with a cell."""


Reader = Callable[[str], Any]


@dataclass
class _Faults:
    """Problems by kind, in order of line."""

    file: str
    by_kind: dict[str, list[Problem]] = field(default_factory=dict)

    def add(self, kind: str, message: str, line: int, column: str = "") -> None:
        self.by_kind.setdefault(kind, []).append(Problem(message, self.file, line, column))

    def told(self) -> Iterator[Problem]:
        for kind, found in self.by_kind.items():
            yield from found[:SHOWN]
            if len(found) > SHOWN:
                yield Problem(f"{kind}: {len(found) - SHOWN} more rows", self.file)


def _has(path: Path, column: str) -> bool:
    """Whether the header names a column; what cannot be read is told later."""
    try:
        with path.open(encoding="utf-8-sig") as stream:
            return column in [name.strip().strip('"') for name in stream.readline().split(",")]
    except (OSError, UnicodeError):
        return False


def _read(path: Path, columns: Mapping[str, Reader], key: Sequence[str]) -> pl.DataFrame:
    faults, rows, seen = _Faults(str(path)), [], dict[tuple[object, ...], int]()
    for line, record in read_records(path, tuple(columns), whole=False):
        row: dict[str, Any] = {}
        if is_ragged(record):
            faults.add(RAGGED, RAGGED, line)
            continue
        for name, read in columns.items():
            try:
                row[name] = read(record[name].strip())
            except Wrong as wrong:
                faults.add(f"{name}: {wrong.args[1]}", wrong.args[0], line, name)
        if all(name in row for name in key):
            identity = tuple(row[name] for name in key)
            if identity in seen:
                shown = ", ".join(map(str, identity))
                faults.add("row given twice", f"{shown} stands already in line {seen[identity]}", line)
            seen.setdefault(identity, line)
        if len(row) == len(columns):
            rows.append(row)
    problems = list(faults.told())
    if not rows and not problems:
        problems = [Problem("no rows", str(path))]
    if problems:
        raise InputProblems(problems)
    return pl.DataFrame(rows, infer_schema_length=None)


def _number(text: str, low: float, high: float = math.inf, *, strict: bool = False) -> float:
    if not text:
        raise Wrong("empty: leave the row out where the figure is not known", "empty")
    try:
        value = float(text)
    except ValueError:
        if _GROUPED.fullmatch(text):
            plain = _SEPARATORS.sub("", text)
            raise Wrong(f"{text!r} has a thousands separator; write {plain}", "thousands separator") from None
        raise Wrong(f"{text!r} is not a number", "not a number") from None
    if "_" in text or not math.isfinite(value):
        raise Wrong(f"{text!r} is not a number", "not a number")
    if value < low or (strict and value == low):
        raise Wrong(f"{text} must be {'above' if strict else 'at least'} {low:g}", "too small")
    if value > high:
        raise Wrong(f"{text} must be at most {high:g}", "too large")
    return value


def _year(text: str) -> int:
    if not (text.isdecimal() and int(text) in YEARS):
        raise Wrong(f"{text!r} is not a year", "not a year")
    return int(text)


def _country(text: str, known: Countries) -> str:
    if text not in known:
        raise Wrong(f"unknown country {text!r} (three-letter codes are used)", "unknown country")
    return text


def _code(text: str, names: HsNames, vintage: str) -> str:
    if names.describe(text, vintage) is not None:
        return text
    padded = text.zfill(6)
    if text.isdecimal() and len(text) < 6 and names.describe(padded, vintage) is not None:
        raise Wrong(f"{text!r} has lost its leading zero; write {padded}", "leading zero lost")
    other = [v for v in names.vintages if v != vintage and names.describe(text, v) is not None]
    if other:
        raise Wrong(f"{text!r} is a code of {other[0]}, not of {vintage}", f"not of {vintage}")
    raise Wrong(f"{text!r} is not a code of {vintage}", f"not of {vintage}")
