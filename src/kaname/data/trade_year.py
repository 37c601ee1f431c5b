"""A year of trade as arrays: rows sorted by product, importer and exporter (floor 1).

A table of the whole world has eleven million rows a year. Sorted, with countries and products as numbers, one walk
over it answers what a table of texts needs a sort and a hash for.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

KEYS = ("product", "importer", "exporter")


@dataclass(frozen=True, eq=False)
class TradeYear:
    """Who buys what from whom in one year.

    ``products`` and ``countries`` are ascending, so that the order of numbers is that of names. Rows of product *p*
    are ``start[p]:start[p + 1]``; ``importer``, ``exporter`` (places in ``countries``) ascend within. ``value`` is in
    million USD; ``quantity`` in tonnes, NaN where it is not known; ``known`` the part of ``value`` that the quantity
    covers. A value of zero, and what a country sells itself, are rows that count for nothing.
    """

    year: int
    products: tuple[str, ...]
    countries: tuple[str, ...]
    start: NDArray[np.int64]
    importer: NDArray[np.uint16]
    exporter: NDArray[np.uint16]
    value: NDArray[np.float64]
    quantity: NDArray[np.float64]
    known: NDArray[np.float64]

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return len(self.value)

    def only(self, products: Collection[str]) -> TradeYear:
        """Its rows of these products."""
        kept = np.flatnonzero([p in products for p in self.products])
        if len(kept) == len(self.products):
            return self
        sizes = np.diff(self.start)[kept]
        ends = np.cumsum(sizes)
        first = np.repeat(self.start[kept] - (ends - sizes), sizes)
        rows = first + np.arange(len(first))
        return replace(
            self,
            products=tuple(self.products[p] for p in kept),
            start=np.concatenate(([0], ends)).astype(np.int64),
            importer=self.importer[rows],
            exporter=self.exporter[rows],
            value=self.value[rows],
            quantity=self.quantity[rows],
            known=self.known[rows],
        )

    def in_tonnes(self) -> TradeYear:
        """Tonnes in the place of money; what has no quantity counts for nothing."""
        tonnes = np.fmax(self.quantity, 0.0)  # of a number and NaN, the number
        return replace(self, value=tonnes, known=tonnes)

    def places(self, countries: Sequence[str] | frozenset[str]) -> NDArray[np.bool_]:
        """Which of ``countries`` (of this year) are among those named."""
        return np.array([c in countries for c in self.countries], dtype=np.bool_)


def trade_year(year: int, frame: pl.DataFrame, *, ordered: bool = False) -> TradeYear:
    """``frame`` as arrays.

    Columns: product, importer, exporter (text or enumerated); value (million USD); quantity_t (tonnes, null where
    unknown); optionally known (million USD; without it, the value where there is a quantity). Each product, importer
    and exporter at most once. Rows are sorted here if they are not yet (``ordered``: they are known to be).
    """
    countries = _labels(frame, "importer", "exporter")
    products = _labels(frame, "product")
    codes = {
        "product": _codes(frame["product"], products),
        "importer": _codes(frame["importer"], countries),
        "exporter": _codes(frame["exporter"], countries),
    }
    value = _floats(frame["value"])
    quantity = _floats(frame["quantity_t"])
    known = _floats(frame["known"]) if "known" in frame.columns else np.where(np.isnan(quantity), 0.0, value)
    if not ordered and not _sorted(*(codes[k] for k in KEYS)):
        order = np.lexsort(tuple(codes[k] for k in reversed(KEYS)))
        codes = {k: v[order] for k, v in codes.items()}
        value, quantity, known = value[order], quantity[order], known[order]
    start = np.searchsorted(codes["product"], np.arange(len(products) + 1, dtype=np.uint16))
    return TradeYear(
        year,
        products,
        countries,
        start.astype(np.int64),
        codes["importer"],
        codes["exporter"],
        value,
        quantity,
        known,
    )


def _labels(frame: pl.DataFrame, *columns: str) -> tuple[str, ...]:
    """All that the columns may hold, ascending: the categories where they are enumerated."""
    held: set[str] = set()
    for name in columns:
        kind = frame.schema[name]
        held.update(kind.categories if isinstance(kind, pl.Enum) else frame[name].unique())
    return tuple(sorted(held))


def _codes(column: pl.Series, labels: tuple[str, ...]) -> NDArray[np.uint16]:
    if len(labels) > np.iinfo(np.uint16).max:
        raise ValueError(f"more than {np.iinfo(np.uint16).max} different labels in column {column.name!r}")
    kind = column.dtype
    if isinstance(kind, pl.Enum):
        own = column.to_physical().to_numpy()
        if tuple(kind.categories) == labels:
            return own.astype(np.uint16, copy=False)
        places = np.searchsorted(np.array(labels), np.array(kind.categories))
        return np.asarray(places[own], dtype=np.uint16)
    own = column.cast(pl.Enum(labels)).to_physical().to_numpy()
    return own.astype(np.uint16, copy=False)


def _floats(column: pl.Series) -> NDArray[np.float64]:
    return column.cast(pl.Float64).fill_null(np.nan).to_numpy()


def _sorted(*keys: NDArray[Any]) -> bool:
    """Whether the rows ascend by the keys, the first before the second before the third."""
    joined = np.zeros(len(keys[0]), dtype=np.int64)
    for key in keys:
        joined <<= 16
        joined |= key
    return bool(np.all(joined[1:] >= joined[:-1]))
