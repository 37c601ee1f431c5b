"""OECD Inter-Country Input-Output tables: the embedded reduction and the official CSV (floor 1).

Official layout (OECD ICIO, editions of 2021 and later): a square-headed CSV. Its first column holds row
labels, its header column labels. Rows and columns ``JPN_C26`` are producers; columns ``JPN_HFCE``,
``JPN_NPISH``, ``JPN_GGFC``, ``JPN_GFCF``, ``JPN_INVNT``, ``JPN_DPABR`` final demand; the last column ``OUT``
output. Rows ``TLS`` (taxes less subsidies), ``VA`` (value added) and ``OUT`` close the columns. The extended
edition splits China (CN1, CN2) and Mexico (MX1, MX2) by kind of firm; they are folded back. Current million
USD.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl

from kaname.data.tables import FloatArray, InterCountryTable, checked_table
from kaname.errors import InputProblems, Problem, problem

SOURCE = "oecd-icio-2022"
UNIT = "million USD"

FINAL_DEMAND = frozenset({"HFCE", "NPISH", "GGFC", "GFCF", "INVNT", "DPABR", "P33", "NONRES", "FD"})
OUTPUT = frozenset({"OUT", "TOTAL", "OUTPUT"})
BELOW_PRODUCERS = frozenset({"TLS", "TXS", "TAXSUB", "VA", "VALU"}) | OUTPUT
FOLDED = {"CN1": "CHN", "CN2": "CHN", "MX1": "MEX", "MX2": "MEX"}
CSV_TOLERANCE = 1e-4
"""How far a published output may differ from the sum of the published sales, as a share of output."""


def read_embedded(folder: Path) -> InterCountryTable:
    """The table carried by a pack: the one ``icio_<year>.npz`` in ``folder``, 30 regions x 50 industries.

    Raises :class:`~kaname.errors.InputProblems` where the file is missing, cannot be read, or does not
    balance.
    """
    files = sorted(folder.glob("icio_*.npz"))
    if len(files) != 1:
        raise problem(f"expected one icio_<year>.npz, found {len(files)}", str(folder))
    try:
        with np.load(files[0], allow_pickle=False) as npz:
            parts = {name: npz[name] for name in ("Z", "x", "f", "regions", "industries", "year")}
    except (OSError, ValueError, KeyError, EOFError, TypeError, zipfile.BadZipFile, zlib.error) as error:
        raise problem(f"cannot be read as an embedded table: {error}", str(files[0])) from error
    return checked_table(
        regions=[str(r) for r in parts["regions"]],
        industries=[str(s) for s in parts["industries"]],
        Z=parts["Z"],
        x=parts["x"],
        f=parts["f"],
        year=int(parts["year"]),
        unit=UNIT,
        source=SOURCE,
        file=str(files[0]),
    )


def read_oecd_csv(path: Path, year: int | None = None) -> InterCountryTable:
    """An official OECD ICIO CSV (``2022_SML.csv``, ``2020.csv``), any edition in the layout above.

    ``year`` is read from the file name where it is not given. Final demand is summed over its columns.
    Output is rebuilt as the sum of sales, after checking that the published one agrees to ``CSV_TOLERANCE``;
    the sums of the extended edition hold for the folded countries.

    Raises :class:`~kaname.errors.InputProblems` with line and column of every bad cell or label.
    """
    file = str(path)
    if year is None:
        year = _year_in_name(path)
    frame = _read_cells(path)
    labels, columns = frame.to_series(0).to_list(), frame.columns[1:]
    found = list(_label_problems(labels, columns, file))
    if found:
        raise InputProblems(found)
    rows = [i for i, label in enumerate(labels) if _is_producer(label)]
    numbers = frame.select(columns).to_numpy()[rows]
    final = [j for j, c in enumerate(columns) if "_" in c and c.split("_", 1)[1] in FINAL_DEMAND]
    output = next(j for j, c in enumerate(columns) if c in OUTPUT)
    names = [labels[i] for i in rows]
    order = [columns.index(n) for n in names]
    Z, f, published = numbers[:, order], numbers[:, final].sum(axis=1), numbers[:, output]
    x = Z.sum(axis=1) + f
    gaps = np.abs(x - published) > CSV_TOLERANCE * np.maximum(np.abs(published), 1.0)
    if gaps.any():
        text = "published output {:g} differs from the sum of sales {:g}"
        where = np.flatnonzero(gaps)
        raise InputProblems(
            Problem(text.format(published[i], x[i]), file, rows[i] + 2, names[i]) for i in where
        )
    return _fold(names, Z, f, year, file)


def _year_in_name(path: Path) -> int:
    years = re.findall(r"(?<!\d)(?:19|20)\d\d(?!\d)", path.stem)
    if len(set(years)) != 1:
        raise problem("the year cannot be read from the file name: pass year=", str(path))
    return int(years[0])


def _is_producer(label: str | None) -> bool:
    if not label or "_" not in label:
        return False
    industry = label.split("_", 1)[1]
    return industry not in FINAL_DEMAND and industry not in BELOW_PRODUCERS


def _read_cells(path: Path) -> pl.DataFrame:
    """First column text, all others numbers; empty cells are a problem, as is anything that is no number."""
    file = str(path)
    try:
        with path.open(encoding="utf-8-sig") as stream:
            header = [name.strip().strip('"') for name in stream.readline().rstrip("\r\n").split(",")]
        if len(header) < 2:
            raise problem("no header row of labels", file, 1)
        double = sorted({n for n in header if header.count(n) > 1})
        if double:
            raise InputProblems(Problem(f"column {n!r} appears twice", file, 1) for n in double)
        text = pl.read_csv(path, has_header=False, skip_rows=1, new_columns=header, infer_schema=False)
    except (OSError, UnicodeError, pl.exceptions.PolarsError) as error:
        raise problem(f"cannot be read as CSV: {error}", file) from error
    if text.width != len(header):
        raise problem(f"{len(header)} labels but {text.width} columns", file, 1)
    numeric = header[1:]
    cells = text.with_columns(pl.col(numeric).str.strip_chars().cast(pl.Float64, strict=False))
    bad = [
        Problem(f"{text[name][int(i)]!r} is not a number", file, int(i) + 2, name)
        for name in numeric
        for i in cells[name].is_null().arg_true()
    ]
    if bad:
        raise InputProblems(bad)
    return cells


def _label_problems(labels: list[str | None], columns: list[str], file: str) -> Iterator[Problem]:
    rows = [label for label in labels if _is_producer(label)]
    for i, label in enumerate(labels):
        if not label:
            yield Problem("row without a label", file, i + 2)
        elif not _is_producer(label) and label.split("_", 1)[-1] not in BELOW_PRODUCERS:
            yield Problem(f"row label {label!r} is neither a producer nor TLS, VA or OUT", file, i + 2)
        elif labels.index(label) != i:
            yield Problem(f"row {label!r} appears twice", file, i + 2)
    producers = {c for c in columns if _is_producer(c)}
    for label in sorted({str(r) for r in rows} ^ producers):
        where = "as a column but not as a row" if label in producers else "as a row but not as a column"
        yield Problem(f"producer {label!r} stands {where}", file, 1, label)
    if not any(c in OUTPUT for c in columns):
        yield Problem("no output column (OUT or TOTAL)", file, 1)
    if not any(c.split("_", 1)[-1] in FINAL_DEMAND for c in columns):
        yield Problem("no final-demand column (such as JPN_HFCE)", file, 1)
    if not rows:
        yield Problem("no producer row (such as JPN_A01)", file)


def _fold(names: list[str], Z: FloatArray, f: FloatArray, year: int, file: str) -> InterCountryTable:
    """Sum the split countries and lay the nodes out region-major, in order of first appearance."""
    pairs = [(FOLDED.get(r, r), s) for r, s in (n.split("_", 1) for n in names)]
    regions = list(dict.fromkeys(r for r, _ in pairs))
    industries = list(dict.fromkeys(s for _, s in pairs))
    n = len(regions) * len(industries)
    place = np.array([regions.index(r) * len(industries) + industries.index(s) for r, s in pairs])
    missing = sorted(set(range(n)) - set(place.tolist()))
    if missing:
        raise InputProblems(
            Problem(f"{regions[i // len(industries)]} has no row for {industries[i % len(industries)]}", file)
            for i in missing
        )
    rows = np.zeros((n, len(names)))
    np.add.at(rows, place, Z)
    folded = np.zeros((n, n))
    np.add.at(folded.T, place, rows.T)
    final = np.bincount(place, weights=f, minlength=n).astype(np.float64)
    return checked_table(
        regions=regions,
        industries=industries,
        Z=folded,
        x=folded.sum(axis=1) + final,
        f=final,
        year=year,
        unit=UNIT,
        source="oecd-icio",
        file=file,
    )
