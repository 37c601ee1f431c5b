"""Firm networks from CSV: who sells how much to whom, each firm's sector, which inputs sectors cannot do without."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from kaname.errors import InputProblems, Problem, problem
from kaname.network.firms import ESSENTIAL, IRRELEVANT, SOME, TOLD, Firms


def read_firms(links: Path, firms: Path) -> Firms:
    """``links``: supplier, buyer, volume; ``firms``: firm, sector, and output where known (all sales).

    Raises ``InputProblems`` with every line that is wrong.
    """
    nodes = _table(firms, ("firm", "sector"))
    sold = _table(links, ("supplier", "buyer", "volume"))
    faults = _wrong(nodes["firm"].is_duplicated(), "a firm is listed twice", firms)
    for name in ("firm", "sector"):
        faults += _wrong(nodes[name].is_null(), f"no {name}", firms)
    known = pl.DataFrame({"name": nodes["firm"], "place": np.arange(nodes.height, dtype=np.int32)})
    known = known.unique("name", keep="first")
    places = {}
    for name in ("supplier", "buyer"):
        place = sold.select(name=pl.col(name)).join(known, on="name", how="left", maintain_order="left")[
            "place"
        ]
        faults += _wrong(place.is_null(), f"this {name} is not in {firms.name}", links)
        places[name] = place
    volume = _numbers(sold["volume"])
    faults += _wrong(~(volume.is_finite() & (volume > 0)), "a volume must be a number above 0", links)
    output = None
    if "output" in nodes.columns:
        output = _numbers(nodes["output"])
        faults += _wrong(
            ~(output.is_finite() & (output >= 0)), "an output must be a number, 0 or above", firms
        )
    if faults:
        raise InputProblems(faults)
    sectors, sector = np.unique(nodes["sector"].to_numpy().astype(str), return_inverse=True)
    return Firms(
        id=tuple(nodes["firm"].to_list()),
        sector=sector.astype(np.int32),
        sectors=tuple(sectors.tolist()),
        supplier=places["supplier"].to_numpy().astype(np.int32),
        buyer=places["buyer"].to_numpy().astype(np.int32),
        volume=volume.to_numpy(),
        output=None if output is None else output.to_numpy(),
    )


def read_essential(file: Path, sectors: tuple[str, ...]) -> NDArray[np.int8]:
    """A table of 0 (irrelevant), 1 (of some use), 2 (essential): row the input's sector, column the user's.

    Its first column and its heading name sectors; it must have all of ``sectors`` and may have more.
    """
    table = _table(file, ())
    rows, columns = table[:, 0].to_list(), table.columns[1:]
    faults = [
        Problem(f"no {where} for sector {name!r}", file=str(file))
        for where, there in (("row", rows), ("column", columns))
        for name in sorted(set(sectors) - set(there))[:TOLD]
    ]
    if faults:
        raise InputProblems(faults)
    at = [rows.index(name) for name in sectors]
    values = table.select(sectors)[at]
    known = [str(k) for k in (IRRELEVANT, SOME, ESSENTIAL)]
    for name in sectors:
        bad = ~values[name].str.strip_chars().is_in(known).fill_null(value=False)
        faults += [
            Problem(f"sector {name!r}: must be 0, 1 or 2", file=str(file), line=at[k] + 2)
            for k in np.flatnonzero(bad.to_numpy())[:TOLD]
        ]
    if faults:
        raise InputProblems(faults)
    return values.select(pl.all().str.strip_chars().cast(pl.Int8)).to_numpy().astype(np.int8)


def _table(file: Path, columns: tuple[str, ...]) -> pl.DataFrame:
    """A CSV as text."""
    try:
        table = pl.read_csv(file, infer_schema=False)
    except OSError as fault:
        raise problem(f"cannot be read: {fault.strerror or fault}", file=str(file)) from fault
    except pl.exceptions.PolarsError as fault:
        raise problem(f"is no CSV: {str(fault).splitlines()[0]}", file=str(file)) from fault
    missing = [name for name in columns if name not in table.columns]
    if missing:
        raise InputProblems([Problem(f"has no column {name!r}", file=str(file), line=1) for name in missing])
    if not table.height:
        raise problem("has no rows", file=str(file))
    return table


def _numbers(texts: pl.Series) -> pl.Series:
    """NaN for what is no number."""
    return texts.str.strip_chars().cast(pl.Float64, strict=False).fill_null(float("nan"))


def _wrong(bad: pl.Series, message: str, file: Path) -> list[Problem]:
    lines = np.flatnonzero(bad.to_numpy()) + 2
    found = [Problem(message, file=str(file), line=int(line)) for line in lines[:TOLD]]
    if len(lines) > TOLD:
        found.append(Problem(f"{message}: {len(lines) - TOLD} more lines", file=str(file)))
    return found
