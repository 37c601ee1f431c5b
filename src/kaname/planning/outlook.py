"""Tomorrow's electricity (EN-3, IC-9, EN-8; floor 5).

Demand by outlook and area with ranges, beside what others have published; whether supply meets it in the weeks of
winter; what a pessimistic future would need; what it means for industry and work.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from kaname.autonomy.power import system_of
from kaname.data.tables import InterCountryTable
from kaname.errors import InputProblems, Problem
from kaname.network.build import Built
from kaname.network.power import System
from kaname.pack.model import Pack
from kaname.pack.outlook import PublishedOutlook
from kaname.planning.adequacy import Headroom, Needs
from kaname.planning.demand import Demand, base_year, demand, ranged
from kaname.planning.effects import effects_rows, mix
from kaname.planning.states import States
from kaname.planning.trials import (
    ENOUGH,
    Bench,
    clearing,
    drawn,
    first_year,
    headrooms,
    plants_drawn,
    shedding,
)

if TYPE_CHECKING:
    import xarray as xr

TRIALS = 24
"""Draws by which the worst week of each outlook, case and year is tried, at most."""
Tick = Callable[[str, float], None]


@dataclass(frozen=True, eq=False)
class Projection:
    """What ``nation.outlook`` answers. Energy in TWh a year; low, middle and high are the 5, 50 and 95% quantiles of
    the draws, ``value`` the answer at the stated figures."""

    years: tuple[int, ...]
    base_year: int
    draws: int
    seed: int
    demand: xr.Dataset
    """``energy`` (state, outlook, year, use, area), the first state being the stated values; ``base`` (use, area)."""
    totals: pl.DataFrame
    """outlook, year, value, low, middle, high, base"""
    areas: pl.DataFrame
    """The same by area, with growth: a year since the base year."""
    uses: pl.DataFrame
    """The same by use."""
    published: pl.DataFrame
    """What others say, with its trust, and for each outlook our range in the same year, of the same thing."""
    weeks: pl.DataFrame
    """outlook, supply, year, week, headroom; low, middle, high for the worst week; least (of grids that stand alone
    too); short (areas); first_year"""
    shed: pl.DataFrame
    """By area in the worst week of each outlook, case and year that sheds: share of firm demand, MW, MWh, and value
    added (million USD) if all users of an area are cut alike."""
    needs: pl.DataFrame
    """Pessimistic outlooks in the last year: outlook, supply, way, item, place, value, unit, low, high"""
    effects: pl.DataFrame
    """outlook, supply, year, item, value"""
    industries: pl.DataFrame
    """outlook, supply, year, industry, output, value_added (million USD), persons"""

    def breaks(self, outlook: str, supply: str) -> tuple[str, int] | None:
        """The week that sheds load first, and the year; None if none does. Of several in one year the tightest."""
        rows = self.weeks.filter(
            (pl.col("outlook") == outlook) & (pl.col("supply") == supply) & pl.col("first_year").is_not_null()
        )
        if rows.is_empty():
            return None
        first = rows.sort("first_year", "headroom").row(0, named=True)
        return first["week"], first["first_year"]

    def tightest(self, outlook: str, supply: str, year: int) -> tuple[str, float]:
        """The week with the least headroom in a year, and its headroom."""
        rows = self.weeks.filter(
            (pl.col("outlook") == outlook) & (pl.col("supply") == supply) & (pl.col("year") == year)
        )
        row = rows.sort("headroom").row(0, named=True)
        return row["week"], row["headroom"]

    def frames(self) -> dict[str, pl.DataFrame]:
        """Every table by name."""
        names = ("totals", "areas", "uses", "published", "weeks", "shed", "needs", "effects", "industries")
        return {name: getattr(self, name) for name in names}


def check_asked(pack: Pack, years: Sequence[int], draws: int) -> None:
    """Raise every problem of what is asked at once."""
    faults = []
    if not pack.outlooks or not pack.supply_cases or not pack.winter_weeks:
        faults.append(Problem("the pack has no outlooks, supply cases or winter weeks", path="outlooks"))
    else:
        first, last = base_year(pack), min(max(p.year for p in o.paths) for o in pack.outlooks)
        faults += [
            Problem(f"the outlooks run from {first + 1} to {last}, not to {year}", path=str(year))
            for year in years
            if not first < year <= last
        ]
    faults += [
        Problem("this year is asked for twice", path=str(year))
        for n, year in enumerate(years)
        if year in years[:n]
    ]
    if not years:
        faults.append(Problem("name at least one year", path="years"))
    if draws < 1:
        faults.append(Problem(f"a range needs at least one draw, not {draws}", path="draws"))
    if faults:
        raise InputProblems(faults)


def project(
    built: Built,
    tables: Mapping[str, pl.DataFrame],
    table: InterCountryTable,
    years: Sequence[int],
    *,
    draws: int = 1000,
    seed: int = 0,
    tick: Tick | None = None,
) -> Projection:
    """Demand, adequacy, needs and effects in ``years`` (in their order) on a network divided by area.

    Raises :class:`~kaname.errors.InputProblems` for years outside the pack's, no year, or no draw.
    """
    pack = built.pack
    check_asked(pack, years, draws)
    tell: Tick = tick or (lambda _what, _share: None)
    asked = tuple(sorted(years))
    system = system_of(built, tables)
    states = States.of(pack, draws, seed)
    found = demand(pack, tables, system, states, asked)
    tell("demand", 0.05)
    bench = Bench(pack, tables, system, states.first(TRIALS))
    part = found.energy[: TRIALS + 1]
    tried = Demand(
        found.outlooks, asked, found.uses, found.areas, found.base_year, found.base[: TRIALS + 1], part
    )
    weeks, shed = _weeks(bench, tried, built, tell)
    needed = _needs(bench, tried, weeks, tell)
    effect, industries = _effects(bench, tried, table)
    tell("done", 1.0)
    return Projection(
        years=asked,
        base_year=found.base_year,
        draws=draws,
        seed=seed,
        demand=_dataset(found),
        totals=_ranges(found, "total"),
        areas=_ranges(found, "area"),
        uses=_ranges(found, "use"),
        published=_published(pack, tables, system, states),
        weeks=weeks,
        shed=shed,
        needs=needed,
        effects=effect,
        industries=industries,
    )


def _dataset(found: Demand) -> xr.Dataset:
    import xarray as xr  # noqa: PLC0415 - a quarter of what starting would take, and few ask for it

    return xr.Dataset(
        {
            "energy": (("state", "outlook", "year", "use", "area"), found.energy, {"unit": "TWh a year"}),
            "base": (("use", "area"), found.base[0], {"unit": "TWh a year", "year": found.base_year}),
        },
        coords={
            "outlook": list(found.outlooks),
            "year": list(found.years),
            "use": list(found.uses),
            "area": list(found.areas),
        },
    )


def _ranges(found: Demand, by: str) -> pl.DataFrame:
    """Ranges of the nation, by area or by use."""
    axis = {"total": (1, 2), "area": (1,), "use": (2,)}[by]
    names = {"total": ("",), "area": found.areas, "use": found.uses}[by]
    base = found.base.sum(axis=axis).reshape(len(found.base), -1)
    rows = []
    for outlook in found.outlooks:
        for year in found.years:
            values = found.at(outlook, year).sum(axis=axis).reshape(len(found.base), -1)
            for n, name in enumerate(names):
                value, low, middle, high = ranged(values[:, n])
                then = float(base[0, n])
                growth = (value / then) ** (1 / (year - found.base_year)) - 1 if then > 0 else None
                rows.append((outlook, year, name, then, value, low, middle, high, growth))
    columns = ["outlook", "year", by, "base", "value", "low", "middle", "high", "growth"]
    frame = pl.DataFrame(rows, columns, orient="row")
    return frame.drop("total") if by == "total" else frame


def _published(
    pack: Pack, tables: Mapping[str, pl.DataFrame], system: System, states: States
) -> pl.DataFrame:
    """Each published figure in TWh or as it is, with the range of each outlook in its year where they compare."""
    last = min(max(p.year for p in o.paths) for o in pack.outlooks)
    start = base_year(pack)
    wanted = sorted({r.figure.year or 0 for r in pack.published_outlooks} & set(range(start + 1, last + 1)))
    found = demand(pack, tables, system, states, wanted)
    rows = []
    for row in pack.published_outlooks:
        unit = {"energy": "TWh", "power": "GW"}.get(_dimension(row), "1")
        low, high = (None if e is None else e for e in (row.figure.low, row.figure.high))
        told: dict[str, Any] = {
            "id": row.id,
            "year": row.figure.year,
            "metric": row.metric,
            "use": row.use,
            "area": row.area,
            "scope": row.scope,
            "published": row.published,
            "source": row.source,
            "trust": row.trust,
            "value": row.figure.to(unit),
            "low": low,
            "high": high,
            "unit": unit,
            "assumption_ja": None if row.assumption is None else row.assumption.ja,
            "assumption_en": None if row.assumption is None else row.assumption.en,
        }
        ours = _ours(row, found)
        for outlook, pair in ours.items():
            told |= {f"{outlook}_low": pair[0], f"{outlook}_high": pair[1]}
        # a figure that is a range agrees where the ranges meet
        value = row.figure.to(unit)
        least, most = (value if end is None else end for end in (low, high))
        told["inside"] = [
            o for o, (a, b) in ours.items() if a is not None and b is not None and a <= most and least <= b
        ]
        rows.append(told)
    return pl.DataFrame(rows, infer_schema_length=None)


def _dimension(row: PublishedOutlook) -> str:
    return {"electricity": "energy", "increase": "energy", "peak": "power", "shortage": "power"}.get(
        row.metric, ""
    )


def _ours(row: PublishedOutlook, found: Demand) -> dict[str, tuple[float | None, float | None]]:
    """Our range of each outlook for what a published figure is of; nothing where we have no such thing."""
    year = row.figure.year or 0
    comparable = row.metric in {"electricity", "increase", "growth"} and row.concerns is None
    if row.scope != "home" or year not in found.years or not comparable:
        return dict.fromkeys(found.outlooks, (None, None))
    uses = slice(None) if row.use is None else slice(u := found.uses.index(row.use), u + 1)
    areas = slice(None) if row.area is None else slice(a := found.areas.index(row.area), a + 1)
    base = found.base[:, uses, areas].sum(axis=(1, 2))
    got: dict[str, tuple[float | None, float | None]] = {}
    for outlook in found.outlooks:
        values = found.at(outlook, year)[:, uses, areas].sum(axis=(1, 2))
        if row.metric == "increase":
            values -= base
        elif row.metric == "growth":
            values = (values / base) ** (1 / (year - found.base_year)) - 1
        _, low, _, high = ranged(values)
        got[outlook] = (low, high)
    return got


def _weeks(bench: Bench, found: Demand, built: Built, tell: Tick) -> tuple[pl.DataFrame, pl.DataFrame]:
    pack, done = bench.pack, 0
    steps = len(found.outlooks) * len(pack.supply_cases) * len(found.years)

    def tick() -> None:
        nonlocal done
        done += 1
        tell("weeks", 0.05 + 0.3 * done / steps)

    got = headrooms(bench, found, tick)
    weeks = {w.id: w for w in pack.winter_weeks}
    bound = {o.id: o.bound for o in pack.outlooks}
    rows, shed, done = [], [], 0
    for outlook in found.outlooks:
        for case in pack.supply_cases:
            first = {
                w: first_year(
                    bench,
                    outlook,
                    case,
                    weeks[w],
                    {y: got[outlook, case.id, y, w].factor for y in found.years},
                )
                for w in weeks
            }
            for year in found.years:
                here = {w: got[outlook, case.id, year, w] for w in weeks}
                worst = min(here, key=lambda w: here[w].factor)
                tries = 0 if bound[outlook] else TRIALS
                spread = drawn(bench, found, outlook, case, year, weeks[worst], tries)
                for w, room in here.items():
                    at = spread if w == worst else (None, None, None)
                    rows.append((outlook, case.id, year, w, *_room(room, found), *at, first[w]))
                if here[worst].least < ENOUGH:
                    lost = shedding(bench.system, bench.week(case, year, weeks[worst], found, outlook, 0))
                    shed.append(_lost(built, lost, outlook, case.id, year, worst))
                done += 1
                tell("weeks", 0.35 + 0.35 * done / steps)
    columns = [
        "outlook",
        "supply",
        "year",
        "week",
        "headroom",
        "least",
        "short",
        "low",
        "middle",
        "high",
        "first_year",
    ]
    empty = pl.DataFrame(
        schema={"outlook": pl.String, "supply": pl.String, "year": pl.Int64, "week": pl.String}
    )
    return pl.DataFrame(rows, columns, orient="row", infer_schema_length=None), pl.concat(
        shed
    ) if shed else empty


def _room(room: Headroom, found: Demand) -> tuple[float, float, list[str]]:
    return room.factor, room.least, [a for a, short in zip(found.areas, room.short, strict=True) if short]


def _lost(built: Built, lost: pl.DataFrame, outlook: str, case: str, year: int, worst: str) -> pl.DataFrame:
    """With the value added of a week that is in the dark if all users of an area are cut alike, million USD."""
    network = built.network
    made = dict.fromkeys(lost["area"].to_list(), 0.0)
    for node in np.flatnonzero(network.is_home):
        area = network.nodes.area[node]
        if area in made:
            made[area] += float(network.nodes.value_added[node])
    tag = [*_tag(outlook, case, year), pl.lit(worst).alias("week")]
    dark = [7 * made[area] * share for area, share in lost.select("area", "share").iter_rows()]
    return lost.select(*tag, pl.all()).with_columns(pl.Series("value_added", dark))


def _needs(bench: Bench, found: Demand, weeks: pl.DataFrame, tell: Tick) -> pl.DataFrame:
    """Needs of the pessimistic outlooks in the last year."""
    year, rows = max(found.years), []
    asked = [o.id for o in bench.pack.outlooks if o.pessimistic and not o.bound]
    for n, outlook in enumerate(asked):
        for m, case in enumerate(bench.pack.supply_cases):
            here = weeks.filter(
                (pl.col("outlook") == outlook) & (pl.col("supply") == case.id) & (pl.col("year") == year)
            ).sort("headroom")
            wanted = next(w for w in bench.pack.winter_weeks if w.id == here["week"][0])
            cleared, shares = clearing(bench, found, outlook, case, year)
            drawn_plants = plants_drawn(bench, found, outlook, case, year, wanted, TRIALS)
            low, high = (float(q) / 1e3 for q in np.quantile(drawn_plants, (0.05, 0.95)))
            for way, need in cleared.items():
                ends = (low, high) if way == "plants" else (None, None)
                rows += [(outlook, case.id, year, way, *row) for row in _items(need, bench.system, ends)]
            rows += [
                (outlook, case.id, year, way, "share", "", v, "1", None, None) for way, v in shares.items()
            ]
            share = (n + (m + 1) / len(bench.pack.supply_cases)) / len(asked)
            tell("needs", 0.7 + 0.25 * share)
    columns = ["outlook", "supply", "year", "way", "item", "place", "value", "unit", "low", "high"]
    return pl.DataFrame(rows, columns, orient="row", infer_schema_length=None)


def _items(
    need: Needs, system: System, ends: tuple[float | None, float | None]
) -> list[tuple[str, str, float, str, float | None, float | None]]:
    """Totals (place "") and parts of a need, GW and GWh."""
    rows: list[tuple[str, str, float, str, float | None, float | None]] = [
        ("plants", "", float(need.plants.sum()) / 1e3, "GW", *ends)
    ]
    rows += [
        ("plants", a, v / 1e3, "GW", None, None)
        for a, v in zip(system.areas, need.plants.tolist(), strict=True)
    ]
    rows += [
        ("ties", f"{system.areas[s]}>{system.areas[t]}", v / 1e3, "GW", None, None)
        for s, t, v in zip(system.source, system.target, need.ties.tolist(), strict=True)
        if v > 0.5
    ]
    if need.store.sum() > 0.5:
        rows.append(("storage", "", float(need.store.sum()) / 1e3, "GWh", None, None))
        rows.append(("storage-power", "", float(need.power.sum()) / 1e3, "GW", None, None))
    return rows


def _effects(bench: Bench, found: Demand, table: InterCountryTable) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Energy shares, and what they mean for industry and work, at the stated values."""
    pack, (today, _) = bench.pack, mix(bench.system)
    total = sum(today.values())
    rows: list[tuple[str, str, int, str, float]] = [
        ("", "", found.base_year, f"share_{fuel}", made / total) for fuel, made in today.items()
    ]
    frames = []
    for outlook in found.outlooks:
        for case in pack.supply_cases:
            for year in found.years:
                energy = found.at(outlook, year)[0]
                later, served = mix(bench.later(case, year, energy))
                sold = served * energy.sum() / found.base[0].sum()
                figures, frame = effects_rows(pack, table, today, later, float(sold))
                figures["served"] = served
                rows += [(outlook, case.id, year, item, value) for item, value in figures.items()]
                frames.append(frame.select(*_tag(outlook, case.id, year), pl.all()))
    return pl.DataFrame(rows, ["outlook", "supply", "year", "item", "value"], orient="row"), pl.concat(frames)


def _tag(outlook: str, supply: str, year: int) -> list[pl.Expr]:
    return [
        pl.lit(outlook).alias("outlook"),
        pl.lit(supply).alias("supply"),
        pl.lit(year, pl.Int64).alias("year"),
    ]
