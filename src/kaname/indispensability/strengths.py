"""Where a country is strong in trade, and where it could be: good by good, from one table of exports (floor 4).

World share and its concentration; who is few among few; revealed comparative advantage, complexity, density and outlook
gain of :mod:`kaname.indispensability.complexity`; growth of the world's trade. Thresholds are data (:class:`Rules`):
conventions where a source is named, choices where it is not.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from kaname.data.baci import Trade
from kaname.data.concentration import exports_by_country
from kaname.errors import InputProblems, Problem
from kaname.indispensability.complexity import Complexity, complexity

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Rules:
    """When a good counts as a strength.

    *Present*: comparative advantage (Balassa's 1) and a share of world exports. *Few among few*: a share, and as few
    exporters as the inverse of the world's concentration tells (5 equal ones: HHI .2). *Potential*: not yet done, near
    what is done (upper part of the goods not done, by density), more complex than the mean country's exports, and
    traded more from year to year than all goods together, over ``years``.
    """

    advantage: float = 1.0
    share: float = 0.1
    few_share: float = 0.2
    few_exporters: float = 5.0
    near: float = 0.75
    complex: float = 0.0
    years: int = 5


RULES = Rules()


@dataclass(frozen=True)
class Strengths:
    """Goods of a country's exports in ``year``, largest world share first.

    ``frame``: hs6; exports, world (million USD); world_share; rank (1: largest exporter); leader, leader_share;
    world_hhi; exporters (1 / world_hhi); rca; pci; density; gain (outlook gain); growth (of world trade a year
    since ``since``; null where the good was not traded then or there is no earlier year); present, few,
    potential. A good that the country does not export has exports 0. ``market``: growth of all goods together.
    ``eci``: country, eci, rank of all.
    """

    home: str
    year: int
    since: int | None
    rules: Rules
    frame: pl.DataFrame
    eci: pl.DataFrame
    market: float | None
    source: str

    @property
    def goods(self) -> int:
        """How many goods the table holds: complexity means little where they are few, or of one kind."""
        return self.frame.height


def strengths(trade: Trade, home: str, year: int, rules: Rules = RULES) -> Strengths:
    """Strengths of ``home``, present and potential.

    Raises :class:`~kaname.errors.InputProblems` for a year or country that the data do not hold, and for a table too
    small for complexity.
    """
    if year not in trade.years:
        held = ", ".join(map(str, trade.years))
        raise InputProblems([Problem(f"no trade data for {year}; the years there are: {held or 'none'}")])
    now = trade.year(year)
    exports = exports_by_country(now).T
    if home not in now.countries or not exports[now.countries.index(home)].any():
        raise InputProblems([Problem(f"{home!r} exports nothing in {year} (three-letter codes are used)")])
    try:
        found = complexity(exports, now.countries, now.products, rules.advantage)
    except ValueError as error:
        raise InputProblems([Problem(str(error))]) from error
    since = min((y for y in trade.years if year - rules.years <= y < year), default=None)
    then = None if since is None else _world(trade, since)
    market = (
        None if then is None else _growth(float(found.exports.sum()), sum(then.values()), year - (since or 0))
    )
    frame = _goods(found, home, then, year - (since or year)).pipe(_flags, rules, market)
    eci = pl.DataFrame({"country": found.countries, "eci": found.eci}).sort("eci", descending=True)
    return Strengths(home, year, since, rules, frame, eci.with_row_index("rank", 1), market, trade.source)


def _world(trade: Trade, year: int) -> dict[str, float]:
    """World exports of each good, million USD."""
    held = trade.year(year)
    return dict(zip(held.products, exports_by_country(held).sum(axis=1).tolist(), strict=True))


def _growth(now: float, then: float, years: int) -> float | None:
    return (now / then) ** (1 / years) - 1 if then > 0 else None


def _goods(found: Complexity, home: str, then: dict[str, float] | None, years: int) -> pl.DataFrame:
    """One row a good, without the flags."""
    me = found.countries.index(home)
    world = found.exports.sum(axis=0)
    share = found.exports / world
    lead = share.argmax(axis=0)
    spread = (share**2).sum(axis=0)
    mine = share[me]
    growth = [
        None if then is None else _growth(float(value), then.get(code, 0.0), years)
        for code, value in zip(found.products, world, strict=True)
    ]
    return pl.DataFrame(
        {
            "hs6": found.products,
            "exports": found.exports[me],
            "world": world,
            "world_share": mine,
            "rank": pl.Series(1 + (share > mine).sum(axis=0), dtype=pl.Int64),
            "leader": [found.countries[c] for c in lead],
            "leader_share": share.max(axis=0),
            "world_hhi": spread,
            "exporters": 1 / spread,
            "rca": found.rca[me],
            "pci": found.pci,
            "density": found.density[me],
            "gain": found.cog[me],
            "growth": pl.Series(growth, dtype=pl.Float64),
        }
    )


def _flags(frame: pl.DataFrame, rules: Rules, market: float | None) -> pl.DataFrame:
    """present, few, potential by ``rules``; sorted."""
    done = pl.col("rca") >= rules.advantage
    bar = frame.filter(~done)["density"].quantile(rules.near, "linear")
    near = pl.col("density") >= (bar if bar is not None else 1.0)
    grows = pl.col("growth") > market if market is not None else pl.lit(value=True)
    return frame.with_columns(
        present=done & (pl.col("world_share") >= rules.share),
        few=(pl.col("world_share") >= rules.few_share) & (pl.col("exporters") <= rules.few_exporters),
        potential=(~done & near & (pl.col("pci") > rules.complex) & grows).fill_null(value=False),
    ).sort("world_share", "hs6", descending=[True, False])
