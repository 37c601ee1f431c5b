"""How concentrated the imports of every country in every product are: one walk over sorted rows (floor 1).

What each column means is told in ``kaname.autonomy.shares.indicators``, which hands on to here; there is no other place
where these figures are made.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any, Final

import numpy as np
import polars as pl
from numba import njit
from numpy.typing import NDArray

from kaname.data.trade_year import TradeYear

NOTABLE: Final = 0.01
"""Suppliers above this share of imports are counted apart."""
NOBODY: Final = np.iinfo(np.uint16).max
"""Stands for no country."""

BY_VALUE: Final = (
    "imports",
    "exports",
    "hhi",
    "largest_share",
    "outside_share",
    "outside_hhi",
    "outside_ratio",
    "world_hhi",
    "import_export_ratio",
)
BY_QUANTITY: Final = ("imports_t", "quantity_missing", "hhi_quantity", "largest_share_quantity")
COUNTS: Final = ("suppliers", "suppliers_above_1pct", "largest_origin", "largest_origin_quantity")
UNKNOWABLE: Final = frozenset({"imports_t", "hhi_quantity", "largest_share_quantity", "outside_hhi"})


def concentration(
    year: TradeYear,
    inside: frozenset[str] = frozenset(),
    importers: frozenset[str] | None = None,
    *,
    quantities: bool = True,
) -> pl.DataFrame:
    """One row a product and importer that imports it, in that order; the columns of
    ``kaname.autonomy.shares.indicators`` but ``year``. ``importers``: only these (``None``: all).
    Without ``quantities`` the columns by tonnes are left out.
    """
    wanted = np.ones(len(year.countries), np.bool_) if importers is None else year.places(importers)
    groups = np.zeros(len(year.products), np.int64)
    over_products(year, lambda a, b: _count(a, b, year.start, year.importer, wanted, groups))
    first = np.concatenate(([0], np.cumsum(groups)))
    total = int(first[-1])
    who = np.empty((2, total), np.uint16)
    names = BY_VALUE + BY_QUANTITY if quantities else BY_VALUE
    figures = np.empty((len(names), total))
    counts = np.empty((len(COUNTS), total), np.int32)
    outside = np.where(year.places(inside), 0.0, 1.0)
    tonnes = (year.quantity, year.known) if quantities else (None, None)

    def work(a: int, b: int) -> None:
        _sum(a, b, *_rows(year), *tonnes, outside, wanted, first, who, figures, counts)
        _divide(dict(zip(names, figures[:, first[a] : first[b]], strict=True)))

    over_products(year, work)
    return _frame(year, who, dict(zip(names, figures, strict=True)), counts)


def _divide(f: dict[str, NDArray[np.float64]]) -> None:
    """Sums into shares, in place. Rows come with the sum of squares where a concentration is to stand, the largest
    amount for the largest share, and the covered value for what is missing."""
    bought, sold, abroad = f["imports"], f["exports"], f["outside_share"]
    with np.errstate(divide="ignore", invalid="ignore"):
        f["hhi"] /= bought * bought
        f["largest_share"] /= bought
        f["outside_hhi"] /= abroad * abroad  # NaN where nothing comes from outside
        np.divide(bought, sold, out=f["import_export_ratio"])
        np.divide(abroad, sold, out=f["outside_ratio"])
        f["outside_ratio"][abroad == 0] = 0.0
        f["outside_share"] /= bought
        if "imports_t" in f:
            tonnes = f["imports_t"]
            f["hhi_quantity"] /= tonnes * tonnes
            unknown = f["largest_share_quantity"] < 0
            f["largest_share_quantity"] /= tonnes
            f["largest_share_quantity"][unknown | (tonnes == 0)] = np.nan
            f["imports_t"][unknown] = np.nan
            f["quantity_missing"][:] = np.clip(1 - f["quantity_missing"] / bought, 0, 1)


def exports_by_country(year: TradeYear) -> NDArray[np.float64]:
    """Exports of each product (rows, as ``year.products``) by each country (columns), million USD."""
    found = np.zeros((len(year.products), len(year.countries)))
    over_products(year, lambda a, b: _sell(a, b, *_rows(year), found))
    return found


def _rows(year: TradeYear) -> tuple[NDArray[Any], ...]:
    return year.start, year.importer, year.exporter, year.value


def over_products(year: TradeYear, work: Any) -> None:
    """``work(first, last)`` over all products, in parts of equal size on as many threads as there are cores."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    parts = min(4 * cores, 1 + year.rows // 100_000)
    cuts = np.searchsorted(year.start, np.linspace(0, year.rows, parts + 1)[1:-1])
    bounds = [0, *(int(c) for c in cuts), len(year.products)]
    pairs = [(a, b) for a, b in pairwise(bounds) if b > a]
    if len(pairs) <= 1:
        for a, b in pairs:
            work(a, b)
        return
    with ThreadPoolExecutor(cores) as pool:
        list(pool.map(lambda pair: work(*pair), pairs))


def _frame(
    year: TradeYear,
    who: NDArray[np.uint16],
    figures: dict[str, NDArray[np.float64]],
    counts: NDArray[np.int32],
) -> pl.DataFrame:
    """As a frame, without importers that bought nothing after all."""
    names = pl.Series(year.countries, dtype=pl.String)
    columns: dict[str, pl.Series] = {
        "product": pl.Series(year.products, dtype=pl.String).gather(who[0]),
        "importer": names.gather(who[1]),
    }
    for name, row in zip(COUNTS, counts, strict=True):
        if name not in ("largest_origin", "largest_origin_quantity"):
            columns[name] = pl.Series(row).cast(pl.Int64)
        elif name == "largest_origin" or "imports_t" in figures:
            columns[name] = names.gather(pl.Series(row).replace(NOBODY, None))
    for name, values in figures.items():
        figure = pl.Series(values)
        columns[name] = figure.fill_nan(None) if name in UNKNOWABLE else figure
    frame = pl.DataFrame(columns)
    return frame if bool(np.all(counts[0])) else frame.filter(pl.col("suppliers") > 0)


def _compiled(function: Any) -> Any:
    """Without the interpreter lock, so that parts of the products run on threads."""
    return njit(nogil=True, cache=True, error_model="numpy")(function)


@_compiled
def _count(first: int, last: int, start: Any, importer: Any, wanted: Any, groups: Any) -> None:
    """How many importers each product has, if all their rows count for something."""
    for p in range(first, last):
        n = 0
        if start[p + 1] > start[p]:
            n += wanted[importer[start[p]]]
        for r in range(start[p] + 1, start[p + 1]):
            n += (importer[r] != importer[r - 1]) & wanted[importer[r]]
        groups[p] = n


@_compiled
def _sell(first: int, last: int, start: Any, importer: Any, exporter: Any, value: Any, sold: Any) -> None:
    """What each country sells of each product."""
    for p in range(first, last):
        for r in range(start[p], start[p + 1]):
            if value[r] > 0.0 and importer[r] != exporter[r]:
                sold[p, exporter[r]] += value[r]


@_compiled
def _sum(
    first: int,
    last: int,
    start: Any,
    importer: Any,
    exporter: Any,
    value: Any,
    quantity: Any,
    known: Any,
    outside: Any,
    wanted: Any,
    group: Any,
    who: Any,
    figures: Any,
    counts: Any,
) -> None:
    """The sums of each importer of the products ``first`` to ``last``, where their ratios are to stand."""
    sold = np.empty(len(outside))
    for p in range(first, last):
        sold[:] = 0.0
        for r in range(start[p], start[p + 1]):
            if value[r] > 0.0 and importer[r] != exporter[r]:
                sold[exporter[r]] += value[r]
        spread = (sold * sold).sum() / sold.sum() ** 2
        g, r, end = group[p], start[p], start[p + 1]
        while r < end:
            i = importer[r]
            bought, square, abroad, square_out, top = 0.0, 0.0, 0.0, 0.0, 0.0
            tonnes, square_t, covered, top_t = 0.0, 0.0, 0.0, -1.0
            suppliers, k = 0, r
            while k < end and importer[k] == i:
                e = exporter[k]
                v = value[k] if e != i else 0.0
                some = v > 0.0
                out = outside[e] * v
                suppliers += some
                bought += v
                square += v * v
                abroad += out
                square_out += out * out
                top = max(top, v)
                if quantity is not None:
                    q = quantity[k] if some and quantity[k] == quantity[k] else -1.0  # NaN is not itself
                    t = max(q, 0.0)
                    tonnes += t
                    square_t += t * t
                    covered += known[k] if some else 0.0
                    top_t = max(top_t, q)
                k += 1
            if wanted[i]:
                best, best_t, notable, mark = NOBODY, NOBODY, 0, NOTABLE * bought
                for j in range(k - 1, r - 1, -1):  # backwards: of equals, the first by name
                    if exporter[j] != i and value[j] > 0.0:
                        notable += value[j] > mark
                        best = exporter[j] if value[j] == top else best
                        if quantity is not None:
                            best_t = exporter[j] if quantity[j] == top_t else best_t
                who[0, g], who[1, g] = p, i
                counts[0, g], counts[1, g], counts[2, g] = suppliers, notable, best
                figures[0, g], figures[1, g], figures[2, g], figures[3, g] = bought, sold[i], square, top
                figures[4, g], figures[5, g], figures[7, g] = abroad, square_out, spread
                if quantity is not None:
                    counts[3, g] = best_t if tonnes > 0.0 else NOBODY
                    figures[9, g], figures[10, g], figures[11, g], figures[12, g] = (
                        tonnes,
                        covered,
                        square_t,
                        top_t,
                    )
                g += 1
            r = k
