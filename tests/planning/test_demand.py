"""Demand by use and area: it is the balance's own in the base year, its parts are the whole, saving never adds."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kaname.autonomy.power import system_of
from kaname.nation import Nation
from kaname.network.power import System
from kaname.pack.figures import Figure
from kaname.pack.model import Pack
from kaname.planning.adequacy import headroom
from kaname.planning.demand import TWH, Demand, between, demand, fitted
from kaname.planning.states import States
from kaname.planning.supply import Load, load, supply, week

SHARED = Path(__file__).parents[2] / ".." / "shared" / "data"
OUTLOOKS = SHARED / "datacentre_power_outlooks_japan.csv"
OCCTO = SHARED / "occto_area_demand_supply_halfhourly_2026.parquet"


@pytest.fixture(scope="module")
def divided(japan: Nation) -> Nation:
    return japan.by_area()


@pytest.fixture(scope="module")
def system(divided: Nation) -> System:
    return system_of(divided.built, divided.reading.tables)


def of(nation: Nation, system: System, pack: Pack, draws: int = 30, seed: int = 1) -> Demand:
    states = States.of(pack, draws, seed)
    return demand(pack, nation.reading.tables, system, states, [2030, 2037, 2050])


@pytest.fixture(scope="module")
def found(divided: Nation, system: System) -> Demand:
    return of(divided, system, divided.pack)


def test_the_base_year_is_the_balances_own(found: Demand, system: System, divided: Nation) -> None:
    """One number: by area in every state, and the nation's in all."""
    assert found.base.sum(axis=1) == pytest.approx(np.broadcast_to(system.mean * TWH, (31, 10)), rel=1e-9)
    assert found.base[0].sum() == pytest.approx(divided.pack.parameter("power-demand", "TWh"), rel=1e-9)
    stated = [u.base.to("1") for u in divided.pack.demand_uses]
    assert found.base[0].sum(axis=1) / found.base[0].sum() == pytest.approx(stated, abs=1e-9)
    assert (found.base >= 0).all() and (found.energy >= 0).all()


@pytest.mark.skipif(not OCCTO.is_file(), reason="half-hourly records of the operators are not here")
def test_the_base_year_is_near_what_was_recorded(found: Demand) -> None:
    recorded = pl.read_parquet(OCCTO)["demand_mw"].mean()
    assert isinstance(recorded, float)
    # 155 days from spring to summer, ten areas together
    assert found.base[0].sum() / TWH == pytest.approx(10 * recorded, rel=0.03)


def test_where_a_use_goes_is_as_stated(found: Demand, divided: Nation) -> None:
    """What data centres add to the base year lies where the pack says, in every state."""
    n = found.uses.index("data-centres")
    use = divided.pack.demand_uses[n]
    added = found.at("growth", 2050)[:, n] - found.base[:, n]
    shares = added / added.sum(axis=1, keepdims=True)
    assert shares.sum(axis=1) == pytest.approx(np.ones(31))
    stated = {p.area: p.share.to("1") for p in use.places}
    assert shares[0] == pytest.approx([stated.get(a, 0.0) for a in found.areas], abs=1e-9)
    # in draws each stays within its range, made to sum to one
    tokyo = shares[1:, found.areas.index("TOKYO")]
    assert tokyo.min() > 0.4 and tokyo.max() < 0.8 and tokyo.std() > 0.01


def test_stated_totals_are_met(found: Demand, divided: Nation) -> None:
    for outlook in divided.pack.outlooks:
        for path in outlook.paths:
            if path.total is not None:
                got = found.at(outlook.id, path.year)[0, found.uses.index(path.use)].sum()
                assert got == pytest.approx(path.total.to("TWh"), rel=1e-9), (outlook.id, path)


def test_outlooks_stand_in_their_order(found: Demand) -> None:
    """The pessimistic one above the others, the bound above all, in each year at the stated values."""
    for year in found.years:
        totals = [found.at(o, year)[0].sum() for o in found.outlooks]
        assert totals == sorted(totals)


def test_between_two_years_growth_is_even(found: Demand, divided: Nation) -> None:
    n = found.uses.index("data-centres")
    a, b, c = (found.at("frozen", y)[0, n].sum() for y in found.years)
    assert (b / a) ** (1 / 7) == pytest.approx((c / b) ** (1 / 13), rel=1e-9)
    got = between(np.array([0.0, 4.0]), np.array([10.0, 9.0]), 0.5)
    assert got.tolist() == pytest.approx([5.0, 6.0])


def with_saving(pack: Pack, more: float) -> Pack:
    """The pack with so much more saved each year, wherever saving is stated."""

    def saved(figure: Figure | None) -> Figure | None:
        if figure is None:
            return None
        ends = {
            end: None if (v := getattr(figure, end)) is None else min(1.0, v + more)
            for end in ("value", "low", "high")
        }
        return figure.model_copy(update=ends)

    outlooks = tuple(
        o.model_copy(
            update={"paths": tuple(p.model_copy(update={"saving": saved(p.saving)}) for p in o.paths)}
        )
        for o in pack.outlooks
    )
    return pack.model_copy(update={"outlooks": outlooks})


@given(st.floats(0, 0.2), st.floats(0, 0.2))
@settings(max_examples=12, deadline=None)
def test_saving_more_never_raises_demand(divided: Nation, system: System, one: float, other: float) -> None:
    little, much = sorted((one, other))
    before = of(divided, system, with_saving(divided.pack, little), draws=5)
    after = of(divided, system, with_saving(divided.pack, much), draws=5)
    assert (after.energy <= before.energy * (1 + 1e-12)).all()


def test_a_seed_gives_the_same_bytes_and_first_draws_stay(divided: Nation, system: System) -> None:
    one, again = of(divided, system, divided.pack), of(divided, system, divided.pack)
    assert one.energy.tobytes() == again.energy.tobytes()
    more = of(divided, system, divided.pack, draws=60)
    assert np.array_equal(more.energy[:31], one.energy)
    other = of(divided, system, divided.pack, seed=2)
    assert np.array_equal(other.energy[0], one.energy[0]) and not np.allclose(
        other.energy[1:], one.energy[1:]
    )


@given(st.integers(0, 1000))
@settings(max_examples=20, deadline=None)
def test_fitting_meets_both_margins(seed: int) -> None:
    rng = np.random.default_rng(seed)
    prior = rng.uniform(0, 1, (3, 4, 6))
    columns = rng.uniform(1, 10, 6)
    rows = rng.uniform(0, 1, (3, 4))
    rows[:, 0] = 0.0  # a use that is not there yet
    rows *= columns.sum() / rows.sum(axis=1, keepdims=True)
    got = fitted(prior, rows, columns)
    assert got.sum(axis=2) == pytest.approx(rows, abs=1e-8)
    assert got.sum(axis=1) == pytest.approx(np.broadcast_to(columns, (3, 6)), abs=1e-8)


TRUST = {
    "secondary quote": "secondary-quote",
    "primary abstract": "primary-abstract",
    "news of primary": "news-of-primary",
    "derived": "derived",
    "AI-assisted news summary": "ai-news-summary",
}


@pytest.mark.skipif(not OUTLOOKS.is_file(), reason="the table of published outlooks is not here")
def test_every_published_outlook_is_carried_with_its_trust(divided: Nation) -> None:
    """Row by row: year, value, unit and how near to the publisher it was read."""
    unit = {"TWh": "TWh", "GW": "GW"}
    held = [
        (p.figure.year, p.figure.value, p.figure.unit, p.trust, p.scope)
        for p in divided.pack.published_outlooks
    ]
    with OUTLOOKS.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) >= 24
    for row in rows:
        scope = "world" if row["scope"].startswith("World") else "home"
        wanted = (int(row["year"]), float(row["value"]), unit[row["unit"]], TRUST[row["trust"]], scope)
        assert held.count(wanted) >= 1, row
        held.remove(wanted)


def test_a_week_has_its_own_wind_and_sun(divided: Nation, system: System) -> None:
    """In every state: the week's share of all wind that stands, and the week's part of a winter day's sun."""
    states = States.of(divided.pack, 3, 5)
    pack, case = divided.pack, divided.pack.supply_cases[0]
    stands = supply(pack, system, case, 2050, 2024, states)
    dark = next(w for w in pack.winter_weeks if w.id == "still-dark")
    east = next(w for w in pack.winter_weeks if w.id == "south-coast")
    wind, sun = system.fuels.index("wind"), system.fuels.index("solar")
    winter = system.seasons["winter"].sun
    none = Load(np.zeros(10), np.zeros(10), np.zeros(10))
    for row in range(len(states)):
        later = stands.system(system, row, system.mean)
        day = week(pack, later, dark, none, row, states)
        share = states.of_figure("week.wind", dark.wind, "1")[row]
        assert day.capacity[:, wind, 0] == pytest.approx(stands.installed[row, :, wind] * share)
        bright = states.of_figure("week.sun", dark.sun, "1")[row]
        usual = later.capacity[:, sun, None] * np.tile(winter, 7)
        assert day.capacity[:, sun] == pytest.approx(usual * bright)
        other = week(pack, later, east, none, row, states)
        kyushu = system.areas.index("KYUSHU")
        assert other.capacity[kyushu, wind, 0] == pytest.approx(later.capacity[kyushu, wind])
        assert (day.hours.sum(), day.stored.tolist()) == (168, day.room.tolist())


def test_supply_goes_in_straight_lines_and_keeps_what_is_not_named(divided: Nation, system: System) -> None:
    states = States.of(divided.pack, 0, 0)
    case = next(c for c in divided.pack.supply_cases if c.id == "aged")
    at = {y: supply(divided.pack, system, case, y, 2024, states) for y in (2030, 2035, 2040, 2050, 2060)}
    lng, hydro = system.fuels.index("lng"), system.fuels.index("hydro")
    total = {y: float(s.installed[0, :, lng].sum()) for y, s in at.items()}
    assert total[2050] == pytest.approx(45500) and total[2060] == total[2050]
    assert total[2035] == pytest.approx((total[2030] + total[2040]) / 2)
    hydro_now = system.capacity[:, hydro]
    assert at[2050].installed[0, :, hydro] * at[2050].availability[0, hydro] == pytest.approx(hydro_now)
    tie = [k for k, name in enumerate(system.ties) if name == "intertie-tohoku-tokyo"]
    assert at[2030].limit[0, tie].tolist() == [10280, 2360]
    assert at[2030].pump.sum() == pytest.approx(29500)


def test_today_holds_in_every_week_and_least_in_the_still_dark_and_cold_one(
    divided: Nation, system: System, found: Demand
) -> None:
    """No winter of late shed load: neither do today's plants with today's demand."""
    pack, states = divided.pack, States.of(divided.pack, 0, 0)
    today = supply(pack, system, None, 2024, 2024, states).system(system, 0, system.mean)
    assert today.capacity == pytest.approx(system.capacity)
    use = load(pack, found.base[0], found.base[0], 0, states, TWH)
    assert use.shaped == pytest.approx(system.mean) and not use.flat.any() and not use.wintry.any()
    factors = {w.id: headroom(week(pack, today, w, use, 0, states)).least for w in pack.winter_weeks}
    assert min(factors, key=lambda w: factors[w]) == "still-dark-cold"
    assert 1 < factors["still-dark-cold"] < 1.3
