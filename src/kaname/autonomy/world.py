"""Trade behind one question: whole years as arrays, and the rows in which some countries take part (floor 4).

A table in memory is summed once, as :func:`kaname.autonomy.shares.flows` tells. A table too large for memory is read a
year at a time; of its rows only those of the countries asked about are ever made into a frame.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import polars as pl
from numpy.typing import NDArray

from kaname.autonomy.shares import COLUMNS, flows, in_tonnes
from kaname.data.baci import Trade
from kaname.data.concentration import concentration, exports_by_country
from kaname.data.stored_trade import StoredTrade
from kaname.data.trade_year import TradeYear, trade_year

PARTS = 500
"""Of a stored table, so many products are read as rows; more of them as whole years."""


@dataclass(eq=False)
class World:
    """``trade`` in some ``years`` and products: codes (None: all), or goods that sum several codes."""

    trade: Trade
    years: tuple[int, ...]
    products: Mapping[str, Collection[str]] | Collection[str] | None = None
    _flow: pl.DataFrame | None = None
    _years: dict[int, TradeYear] = field(default_factory=dict)
    _tonnes: dict[int, TradeYear] = field(default_factory=dict)
    _indicators: dict[tuple[frozenset[str], frozenset[str], bool], pl.DataFrame] = field(default_factory=dict)

    @property
    def whole(self) -> bool:
        """Whether years are read whole, for being too many rows to be made into a frame."""
        some = self.products is not None and (
            isinstance(self.products, Mapping) or len(self.products) <= PARTS
        )
        return isinstance(self.trade, StoredTrade) and not some

    def year(self, year: int, *, tonnes: bool = False) -> TradeYear:
        """All countries in one year, by value or by tonnes."""
        if year not in self._years:
            if self.whole:
                held = self.trade.year(year)
                self._years[year] = held if self.products is None else held.only(set(self.products))
            else:
                self._years[year] = trade_year(year, self.flow.filter(pl.col("year") == year))
        if tonnes and year not in self._tonnes:
            self._tonnes[year] = self._years[year].in_tonnes()
        return self._tonnes[year] if tonnes else self._years[year]

    def rows(self, countries: Collection[str], *, tonnes: bool = False) -> pl.DataFrame:
        """Trade, as :func:`~kaname.autonomy.shares.flows` gives it, in which ``countries`` buy or sell; more where the
        table is small."""
        if not self.whole:
            return in_tonnes(self.flow) if tonnes else self.flow

        def wanted(year: TradeYear) -> NDArray[np.bool_]:
            marked = np.zeros(year.rows, np.bool_)
            for place in np.flatnonzero(year.places(frozenset(countries))).astype(np.uint16):
                marked |= (year.importer == place) | (year.exporter == place)
            return marked

        return self._part(wanted, tonnes)

    def pairs(self, pairs: pl.DataFrame) -> pl.DataFrame:
        """The same for ``pairs`` (product, importer): what they buy, and what they sell of it; more where the table is
        small."""
        if not self.whole:
            return self.flow

        def wanted(year: TradeYear) -> NDArray[np.bool_]:
            grid = np.zeros((len(year.products), len(year.countries)), np.bool_)
            at = [{name: n for n, name in enumerate(names)} for names in (year.products, year.countries)]
            for product, country in pairs.select("product", "importer").iter_rows():
                if product in at[0] and country in at[1]:
                    grid[at[0][product], at[1][country]] = True
            place = np.repeat(np.arange(len(year.products)), np.diff(year.start))
            return np.asarray(grid[place, year.importer] | grid[place, year.exporter])

        return self._part(wanted, tonnes=False)

    def _part(self, wanted: Callable[[TradeYear], NDArray[np.bool_]], tonnes: bool) -> pl.DataFrame:
        """Rows that are marked, from whole years."""
        parts = []
        for y in self.years:
            year = self.year(y, tonnes=tonnes)
            traded = (year.value > 0) & (year.importer != year.exporter)
            kept = np.flatnonzero(wanted(year) & traded)
            product = np.searchsorted(year.start, kept, side="right") - 1
            names = pl.Series(year.countries, dtype=pl.String)
            parts.append(
                pl.DataFrame(
                    {
                        "year": pl.Series(np.full(len(kept), y, np.int16)),
                        "product": pl.Series(year.products, dtype=pl.String).gather(product),
                        "importer": names.gather(year.importer[kept]),
                        "exporter": names.gather(year.exporter[kept]),
                        "value": year.value[kept],
                        "quantity_t": pl.Series(year.quantity[kept]).fill_nan(None),
                        "known": year.known[kept],
                    }
                )
            )
        return pl.concat(parts)

    @property
    def flow(self) -> pl.DataFrame:
        """All rows, summed; only where the table is not read whole."""
        if self._flow is None:
            if isinstance(self.products, Mapping):
                self._flow = flows(self.trade, self.years, self.products)
            else:
                self._flow = flows(self.trade.select(years=self.years, products=self.products), self.years)
        return self._flow

    def indicators(
        self, importers: Collection[str], inside: frozenset[str] = frozenset(), *, tonnes: bool = False
    ) -> pl.DataFrame:
        """:func:`~kaname.autonomy.shares.indicators` of every year; made once."""
        asked = frozenset(importers), inside, tonnes
        if asked not in self._indicators:
            found = [
                concentration(self.year(y, tonnes=tonnes), inside, asked[0]).select(
                    pl.lit(y, dtype=pl.Int16).alias("year"), *COLUMNS
                )
                for y in self.years
            ]
            self._indicators[asked] = pl.concat(found)
        return self._indicators[asked]

    def sold(self, home: str, *, tonnes: bool = False) -> pl.DataFrame:
        """year, product, exports (of ``home``, null where it sells none), world_share (of it), world_hhi (of all
        exporters): every product that anyone trades in the year."""
        return pl.concat([_sold(self.year(y, tonnes=tonnes), home) for y in self.years])


def _sold(year: TradeYear, home: str) -> pl.DataFrame:
    exports = exports_by_country(year)
    world = exports.sum(axis=1)
    traded = np.flatnonzero(world)
    own = exports[:, year.countries.index(home)] if home in year.countries else np.zeros(len(world))
    spread = (exports[traded] ** 2).sum(axis=1) / world[traded] ** 2
    names: Sequence[str] = [year.products[p] for p in traded]
    return pl.DataFrame(
        {
            "year": pl.Series([year.year] * len(traded), dtype=pl.Int16),
            "product": pl.Series(names, dtype=pl.String),
            "exports": pl.Series(own[traded]).replace(0.0, None),
            "world_share": own[traded] / world[traded],
            "world_hhi": spread,
        }
    )
