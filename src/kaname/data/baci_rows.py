"""The rows of BACI's files, checked one block at a time: what is mended, noted, or cannot be used (floor 1).

Nothing is dropped unseen: every row is kept, or told with its line. ``MENDED`` and ``NOTED`` rows are kept.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import IO, Final

import polars as pl

from kaname.errors import Problem, problem

UNSPECIFIED: Final = "9999AA"
"""What CEPII's lists call commodities not specified by kind."""
CODE: Final = rf"^((0[1-9]|[1-9]\d)\d{{4}}|{UNSPECIFIED})$"
"""A product's code: chapters begin with 01, so a code can have lost one leading zero and no more."""
COLUMNS: Final = ("t", "i", "j", "k", "v", "q")
MENDED: Final = {
    "leading-zero": "product code that lost its leading zeros, given back",
    "thousands": "thousands separators taken out of value or quantity",
}
NOTED: Final = {
    "no-quantity": "quantity not known (NA or empty): null",
    "zero-value": "value of zero: counts as no trade",
    "own-trade": "exporter and importer are one: counts as no trade",
    "former-code": "former and present code of one country: summed",
}
REFUSED: Final = {
    "cells": "row of too few or too many cells",
    "year": "another year than the file's, or none",
    "exporter": "exporter is not in the country list",
    "importer": "importer is not in the country list",
    "code": "product is no six-digit code, nor one that lost its leading zero",
    "vintage": "product is not a code of the file's nomenclature (another HS vintage?)",
    "value": "value is not a number",
    "value-negative": "value is negative",
    "quantity": "quantity is neither a number nor NA",
    "quantity-negative": "quantity is negative",
    "duplicate": "same exporter, importer and product more than once",
}
KINDS: Final = {**MENDED, **NOTED, **REFUSED}
NO_ROWS: Final = pl.DataFrame(
    schema={"line": pl.UInt32, **dict.fromkeys(COLUMNS, pl.String), "raw": pl.String}
)
NO_ROWS_KEPT: Final = pl.DataFrame(
    schema={
        "line": pl.UInt32,
        **dict.fromkeys(("i", "j"), pl.Int64),
        "hs6": pl.String,
        **dict.fromkeys(("v", "q"), pl.Float64),
    }
)
NO_KINDS: Final = pl.DataFrame(schema={"line": pl.UInt32, "kind": pl.String})
SHOWN: Final = 20
"""Lines named of each kind in each file; further ones are counted."""
_SEPARATORS: Final = r"[,' \x{a0}\x{202f}]"
"""Commas, apostrophes, spaces, and the spaces that do not break a line."""
_GROUPED: Final = rf"^[+-]?\d{{1,3}}({_SEPARATORS}\d{{3}})+(\.\d+)?$"


@dataclass(frozen=True)
class Known:
    """What a row is held against: the file's year, BACI's country numbers, and the nomenclature's codes (None: any)."""

    year: int
    countries: Mapping[int, str]
    products: Sequence[str] | None


def blocks(stream: IO[bytes], size: int = 1 << 25) -> Iterator[bytes]:
    """A file in whole lines, about ``size`` bytes at a time."""
    rest = b""
    while piece := stream.read(size):
        cut = piece.rfind(b"\n") + 1
        if cut:
            yield rest + piece[:cut]
            rest = piece[cut:]
        else:
            rest += piece
    if rest:
        yield rest


def header(line: bytes, file: str) -> int:
    """Number of cells of a row. Raises ``InputProblems`` where the first line does not name ``COLUMNS`` in order."""
    names = [
        cell.strip().strip('"').lower() for cell in line.decode("utf-8-sig", "replace").strip().split(",")
    ]
    if tuple(names) != COLUMNS:
        raise problem(f"the first line is {','.join(names)!r}; expected {','.join(COLUMNS)}", file, 1)
    return len(names)


def as_text(raw: bytes, first_line: int) -> pl.DataFrame:
    """Rows as stripped text in ``COLUMNS``, with ``line``, and ``raw`` (the row as written) where it has other than six
    cells."""
    regular = b'"' not in raw and raw.count(b",") == (len(COLUMNS) - 1) * (
        raw.count(b"\n") + (not raw.endswith(b"\n"))
    )
    if regular:
        frame = pl.read_csv(
            io.BytesIO(raw),
            has_header=False,
            new_columns=list(COLUMNS),
            infer_schema=False,
            encoding="utf8-lossy",
            quote_char=None,
        ).with_columns(raw=pl.lit(None, pl.String))
        frame = frame.with_row_index("line", first_line)
    else:
        frame = _row_by_row(raw, first_line)
    padded = any(mark in raw for mark in (b" ", b"\t", b"\r"))
    cells = pl.col(COLUMNS).str.strip_chars() if padded else pl.col(COLUMNS)
    return frame.with_columns(cells, pl.col("line").cast(pl.UInt32))


def _row_by_row(raw: bytes, first_line: int) -> pl.DataFrame:
    """For blocks with quotes, or with rows of too few or too many cells."""
    rows: list[tuple[object, ...]] = []
    for n, line in enumerate(raw.decode("utf-8", "replace").splitlines()):
        cells = next(csv.reader([line]), [])
        if len(cells) == len(COLUMNS):
            rows.append((first_line + n, *cells, None))
        else:
            rows.append((first_line + n, *[None] * len(COLUMNS), line))
    return pl.DataFrame(rows, NO_ROWS.schema, orient="row")


def checked(text: pl.DataFrame, known: Known) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Rows as numbers, and what is to be told of them.

    The first frame: line, i, j (BACI's numbers), hs6, v, q. The second: line, kind; a row may have several
    kinds, and is in the first frame exactly if none of them is ``REFUSED``.
    """
    rows = _numbers(text)
    tests = _tests(known)
    bad = pl.any_horizontal(test for kind, test in tests.items() if kind in REFUSED)
    masks = rows.lazy().select(bad=bad, **tests).collect()
    told = [NO_KINDS]
    for kind in tests:
        mask = masks[kind] if kind in REFUSED else masks[kind] & ~masks["bad"]
        if mask.any():
            told.append(pl.DataFrame({"line": rows["line"].filter(mask)}).with_columns(kind=pl.lit(kind)))
    usable = rows.select("line", "i", "j", "hs6", "v", "q")
    return usable.filter(~masks["bad"]) if masks["bad"].any() else usable, pl.concat(told)


def _numbers(text: pl.DataFrame) -> pl.DataFrame:
    """Cells as numbers, null where they are none; ``unknown``: no quantity is given; ``thousands``: separators taken
    out."""
    unknown = pl.col("q").is_null() | pl.col("q").is_in(["NA", ""])
    rows = (
        text.lazy()
        .with_columns(
            pl.col("t", "i", "j").cast(pl.Int64, strict=False),
            number_v=pl.col("v").cast(pl.Float64, strict=False),
            number_q=pl.when(~unknown).then("q").cast(pl.Float64, strict=False),
            hs6=pl.col("k").str.zfill(6),
            short=pl.col("k").str.len_chars() < 6,
            unknown=unknown,
            thousands=pl.lit(value=False),
        )
        .collect()
    )
    odd = rows["number_v"].is_null() | (rows["number_q"].is_null() & ~rows["unknown"])
    if odd.any():
        rows = pl.concat([rows.filter(~odd), _ungrouped(rows.filter(odd))])
    return rows.drop("v", "q").rename({"number_v": "v", "number_q": "q"})


def _ungrouped(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows with a cell that is no number: numbers after all where only thousands were set apart."""
    grouped = {c: pl.col(c).str.contains(_GROUPED).fill_null(value=False) for c in ("v", "q")}
    plain = {
        f"number_{c}": pl.when(test)
        .then(pl.col(c).str.replace_all(_SEPARATORS, "").cast(pl.Float64, strict=False))
        .otherwise(pl.col(f"number_{c}"))
        for c, test in grouped.items()
    }
    return rows.with_columns(**plain, thousands=grouped["v"] | grouped["q"])


def _tests(known: Known) -> dict[str, pl.Expr]:
    """When a row is of a kind. A row that is no row is nothing else."""
    whole = pl.col("raw").is_null()
    number = {c: pl.col(c).is_finite().fill_null(value=False) for c in ("v", "q")}
    here = {c: pl.col(c).is_in(list(known.countries)).fill_null(value=False) for c in ("i", "j")}
    code = pl.col("hs6").str.contains(CODE).fill_null(value=False)
    tests = {
        "leading-zero": code & pl.col("short"),
        "thousands": pl.col("thousands"),
        "no-quantity": pl.col("unknown"),
        "zero-value": pl.col("v") == 0,
        "own-trade": pl.col("i") == pl.col("j"),
        "year": (pl.col("t") != known.year).fill_null(value=True),
        "exporter": ~here["i"],
        "importer": ~here["j"],
        "code": ~code,
        "value": ~number["v"],
        "value-negative": number["v"] & (pl.col("v") < 0),
        "quantity": ~number["q"] & ~pl.col("unknown"),
        "quantity-negative": number["q"] & (pl.col("q") < 0),
    }
    if known.products is not None:
        tests["vintage"] = code & ~pl.col("hs6").is_in(list(known.products))
    return {
        "cells": ~whole,
        **{kind: whole & test.fill_null(value=False) for kind, test in tests.items()},
    }


@dataclass(frozen=True)
class Found:
    """How many rows of a kind there were, and the lines of the first of them."""

    rows: int
    lines: tuple[int, ...] = ()


def counts(told: pl.DataFrame) -> dict[str, Found]:
    """What is told of rows (line, kind), by kind in the order of ``KINDS``."""
    sums = told.sort("line").group_by("kind").agg(pl.len(), pl.col("line").head(SHOWN))
    found = {kind: Found(rows, tuple(lines)) for kind, rows, lines in sums.iter_rows()}
    return {kind: found[kind] for kind in KINDS if kind in found}


def refusals(refused: pl.DataFrame, file: str) -> Iterator[Problem]:
    """Rows that cannot be used (line, kind) as problems."""
    for kind, found in counts(refused).items():
        for line in found.lines:
            yield Problem(REFUSED[kind], file, line)
        if found.rows > len(found.lines):
            yield Problem(f"{REFUSED[kind]}: {found.rows - len(found.lines)} more rows", file)
