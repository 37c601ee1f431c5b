"""CSV files of figures beside the YAML, held against what the pack declares of them."""

from __future__ import annotations

import csv
import hashlib
import io
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path as File

import polars as pl

from kaname.errors import InputProblems, Problem
from kaname.pack.draft import Draft
from kaname.pack.model import Table


@dataclass(frozen=True)
class Tables:
    """The tables of a pack by id, and the SHA-256 of each file by the name shown."""

    frames: Mapping[str, pl.DataFrame] = field(default_factory=dict)
    hashes: Mapping[str, str] = field(default_factory=dict)


def read(draft: Draft) -> tuple[Tables, tuple[Problem, ...]]:
    """Every table that the pack declares, and what is wrong with them."""
    frames: dict[str, pl.DataFrame] = {}
    hashes: dict[str, str] = {}
    found: list[Problem] = []
    for index, table in enumerate(draft.pack.tables):
        place = draft.places.place(("tables", index, "file"))
        shown = str(File(place.file).parent / table.file)
        try:
            raw = (draft.folder / table.file).read_bytes()
            frames[table.id] = parse(raw, table, shown)
            hashes[shown] = hashlib.sha256(raw).hexdigest()
        except FileNotFoundError:
            found.append(Problem(f"file {table.file!r} does not exist", place.file, place.line, place.path))
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else "not the name of a file"
            found.append(
                Problem(f"{table.file!r} cannot be read: {reason}", place.file, place.line, place.path)
            )
        except InputProblems as error:
            found += error.problems
    return Tables(frames, hashes), tuple(found)


def parse(raw: bytes, table: Table, file: str) -> pl.DataFrame:
    """A table: the key as text, the declared columns as numbers (empty cells null), other columns as text.

    Raises ``InputProblems`` with every problem, each with its line: a column that lacks, one that holds figures
    but is not declared, rows too long or short, an empty or repeated key, a cell that is no finite number.
    """
    try:
        rows, lines = _rows(raw.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        bad = raw.count(b"\n", 0, error.start) + 1
        raise InputProblems([Problem("not written in UTF-8", file, bad)]) from error
    except csv.Error as error:
        raise InputProblems([Problem(f"not readable as CSV: {error}", file)]) from error
    found = list(_shape(rows, lines, table, file))
    if found:
        raise InputProblems(found)
    head = [name.strip() for name in rows[0]]
    text = pl.DataFrame(rows[1:], schema=dict.fromkeys(head, pl.String), orient="row")
    text = text.with_columns(pl.all().str.strip_chars().replace("", None))
    declared = [column.name for column in table.columns]
    frame = text.with_columns(pl.col(declared).cast(pl.Float64, strict=False))
    found = list(_cells(text, frame, lines[1:], table, file))
    if found:
        raise InputProblems(found)
    return frame


def _rows(text: str) -> tuple[list[list[str]], list[int]]:
    """The rows and the line that each begins on; lines without anything are none."""
    rows, lines = [], []
    reader = csv.reader(io.StringIO(text), strict=True)
    begun = 1
    for row in reader:
        if row:
            rows.append(row)
            lines.append(begun)
        begun = reader.line_num + 1
    return rows, lines


def _shape(rows: list[list[str]], lines: list[int], table: Table, file: str) -> Iterator[Problem]:
    """Columns and lengths of rows."""
    if not rows:
        yield Problem("the table is empty", file)
        return
    head = [name.strip() for name in rows[0]]
    for name in sorted({name for name in head if head.count(name) > 1}):
        yield Problem(f"column {name!r} stands twice", file, 1)
    for name in (table.key, *(column.name for column in table.columns)):
        if name not in head:
            yield Problem(f"column {name!r} is missing", file, 1)
    for row, line in zip(rows[1:], lines[1:], strict=True):
        if len(row) != len(head):
            yield Problem(f"expected {len(head)} cells, found {len(row)}", file, line)
    declared = {table.key, *(column.name for column in table.columns)}
    for place, name in enumerate(head):
        if name not in declared and any(_number(row[place]) for row in rows[1:] if len(row) == len(head)):
            yield Problem(f"column {name!r} holds figures but is not declared", file, 1)


def _number(cell: str) -> bool:
    try:
        return math.isfinite(float(cell))
    except ValueError:
        return False


def _cells(
    text: pl.DataFrame, frame: pl.DataFrame, lines: list[int], table: Table, file: str
) -> Iterator[Problem]:
    """Keys and numbers."""
    first: dict[str, int] = {}
    for key, line in zip(text[table.key], lines, strict=True):
        if key is None:
            yield Problem(f"key {table.key!r} is empty", file, line)
        elif key in first:
            yield Problem(f"key {key!r} is written twice (first in line {first[key]})", file, line)
        else:
            first[key] = line
    for column in table.columns:
        cells = zip(text[column.name], frame[column.name], lines, strict=True)
        for written, value, line in cells:
            if written is not None and (value is None or not math.isfinite(value)):
                yield Problem(f"{written!r} in column {column.name!r} is not a number", file, line)
