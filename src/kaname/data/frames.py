"""Reading small tables with their columns checked (floor 1, shared by the adapters)."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

import polars as pl

from kaname.errors import InputProblems, Problem, problem


def read_table(path: Path, schema: Mapping[str, type[pl.DataType]]) -> pl.DataFrame:
    """A Parquet file that has exactly the columns and types of ``schema``."""
    try:
        frame = pl.read_parquet(path)
    except (OSError, pl.exceptions.PolarsError) as error:
        raise problem(f"cannot be read as Parquet: {error}", str(path)) from error
    if dict(frame.schema) != dict(schema):
        wanted = ", ".join(f"{n} ({t.__name__})" for n, t in schema.items())
        held = ", ".join(f"{n} ({t})" for n, t in frame.schema.items())
        raise problem(f"columns are {held}; expected {wanted}", str(path))
    return frame


RAGGED = "row with too few or too many cells"


def is_ragged(row: Mapping[str, str]) -> bool:
    """Whether a row of :func:`read_records` has not one cell for each column."""
    return (
        None in row or None in row.values()
    )  # so `csv` tells of cells without a column, and the other way round


def read_records(
    path: Path, columns: Sequence[str], *, whole: bool = True
) -> list[tuple[int, dict[str, str]]]:
    """The rows of a UTF-8 CSV file with a header, each with its line number; all cells as text.

    Rows of too few or too many cells are a problem; unless they need not be ``whole``, for a caller who tells them
    together with what else is wrong (:func:`is_ragged`).
    """
    file = str(path)
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.DictReader(stream, strict=True)
            missing = [c for c in columns if c not in (reader.fieldnames or [])]
            if missing:
                raise InputProblems(Problem(f"column {c!r} is missing", file, 1) for c in missing)
            rows = [(reader.line_num, row) for row in reader]
    except FileNotFoundError as error:
        raise problem("no such file", file) from error
    except (OSError, UnicodeError, csv.Error) as error:
        raise problem(f"cannot be read as CSV: {error}", file) from error
    ragged = [line for line, row in rows if is_ragged(row)]
    if ragged and whole:
        raise InputProblems(Problem(RAGGED, file, line) for line in ragged)
    return rows
