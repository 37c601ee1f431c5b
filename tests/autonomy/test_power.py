"""Power by area: a usual day, a day without fuel, and the way from a closed strait to the socket."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from kaname.autonomy.power import AGREED, BLACKOUT, PASSES, felt, normal, power_path, settle, system_of
from kaname.autonomy.power_days import balances
from kaname.cascade.shocks import Case
from kaname.errors import InputProblems
from kaname.nation import Nation
from kaname.network.balance import balance
from kaname.network.power import System
from kaname.pack.scenarios import Scenario

OCCTO = (
    Path(__file__).parents[2] / ".." / "shared" / "data" / "occto_area_demand_supply_halfhourly_2026.parquet"
)
SOURCES = OCCTO.with_name("occto_generation_by_source_area_daily.parquet")
TIES = OCCTO.with_name("occto_intertie_flow_halfhourly_2026.parquet")
NAMES = {
    "北海道": "HOKKAIDO",
    "東北": "TOHOKU",
    "東京": "TOKYO",
    "中部": "CHUBU",
    "北陸": "HOKURIKU",
    "関西": "KANSAI",
    "中国": "CHUGOKU",
    "四国": "SHIKOKU",
    "九州": "KYUSHU",
    "沖縄": "OKINAWA",
}
recorded = pytest.mark.skipif(not OCCTO.is_file(), reason="half-hourly records of the operators are not here")


@pytest.fixture(scope="module")
def divided(japan: Nation) -> Nation:
    return japan.by_area()


@pytest.fixture(scope="module")
def system(divided: Nation) -> System:
    return system_of(divided.built, divided.reading.tables)


def figure(value: float, unit: str) -> dict[str, object]:
    return {"value": value, "unit": unit, "year": 2026, "confidence": "assumption", "note": "made up"}


def stop(good: str, days: float, loss: float = 1.0) -> Scenario:
    """Nothing of a good comes into the country for so many days."""
    return Scenario.model_validate(
        {
            "id": f"no-{good}",
            "label": {"ja": "途絶", "en": "a stop"},
            "summary": {"ja": "途絶", "en": "a stop"},
            "digest": ["EN-9"],
            "infrastructures": ["energy"],
            "events": [
                {
                    "kind": "trade",
                    "goods": [good],
                    "destinations": ["JPN"],
                    "loss": figure(loss, "1"),
                    "duration": figure(days, "day"),
                }
            ],
        }
    )


@pytest.mark.parametrize("season", ["mild", "summer", "winter", "peak"])
def test_a_usual_day_sheds_nothing(system: System, season: str) -> None:
    day = system.day(season)
    found = normal(system, season)
    assert found.total == pytest.approx((day.demand * day.hours[:, None]).sum(), rel=1e-6)


def test_demand_is_the_nations_and_peaks_where_it_was_published(system: System) -> None:
    assert system.mean.sum() * 8.76e-3 == pytest.approx(805.9, rel=1e-6)
    peak = system.day("peak").demand.sum(axis=(0, 2)).max() / 1e3
    assert peak == pytest.approx(157.6, rel=0.01)


def test_interties_differ_by_direction(system: System) -> None:
    limit = {
        (system.areas[s], system.areas[t]): cap
        for s, t, cap in zip(system.source, system.target, system.limit, strict=True)
    }
    assert limit["TOHOKU", "TOKYO"] > 2 * limit["TOKYO", "TOHOKU"]
    assert limit["KYUSHU", "CHUGOKU"] > 5 * limit["CHUGOKU", "KYUSHU"]
    assert limit["TOKYO", "CHUBU"] == limit["CHUBU", "TOKYO"] == 2100  # the converters between 50 and 60 Hz
    assert not any("OKINAWA" in pair for pair in limit)


def test_the_converters_bind_when_the_east_is_short(system: System) -> None:
    plants = np.ones(system.capacity.shape)
    plants[system.areas.index("TOKYO")] = 0.3
    day = system.day("peak", plants=plants)
    found = balance(day)
    flow = {
        (system.areas[s], system.areas[t]): f
        for s, t, f in zip(system.source, system.target, found.flow.sum(axis=1), strict=True)
    }
    assert flow["CHUBU", "TOKYO"] == pytest.approx(2100 * 24, rel=1e-6)
    lacking = (day.demand * day.hours[:, None]).sum(axis=(1, 2)) - found.served.sum(axis=(1, 2))
    assert lacking[system.areas.index("TOKYO")] > 0
    assert lacking[system.areas.index("KYUSHU")] == pytest.approx(0, abs=1e-3)


def test_a_stop_of_lng_reaches_the_socket_once_stocks_are_out(divided: Nation, system: System) -> None:
    case = Case(((stop("lng", 120), 0.0),))
    path = power_path(divided.built, case, 90, divided.settings, system, "summer")
    fuel = path.fuels().filter(pl.col("fuel") == "lng")
    stock = fuel["stock_days"].to_numpy()
    # ships at sea still come in; after them the stock runs down
    assert stock[0] == pytest.approx(21, abs=0.1) and (np.diff(stock)[20:] < 1e-6).all() and stock[-1] < 3
    shed = path.shed.max(axis=1)
    assert shed[:15].max() == pytest.approx(0, abs=1e-6)
    assert shed[60:].max() > 0.05
    oil = path.fuels().filter(pl.col("fuel") == "oil")["generated"].to_numpy()
    assert oil[60:].mean() > oil[:5].mean()  # oil stands in before load is shed
    run = felt(divided.built, case, 90, divided.settings, path)
    first = int(np.flatnonzero(shed > 0.05)[0])
    assert run.home_daily[first + 5] > run.home_daily[max(first - 5, 0)]
    assert any(o.scenario == BLACKOUT for o in run.shocks.origins)
    area = path.system.areas[int(path.shed.sum(axis=0).argmax())]
    level = run.trace.output[-1, divided.network.index[f"JPN-{area}:G"], 0]  # type: ignore[index]
    assert level < 0.99 * divided.network.nodes.output[divided.network.index[f"JPN-{area}:G"]]


def test_balance_and_cascade_come_to_agree(divided: Nation, system: System) -> None:
    """Power shed stops refineries, which cut the oil of later days: one pass is not enough, three are."""
    case = Case(((stop("lng", 120), 0.0),))
    first = power_path(divided.built, case, 70, divided.settings, system, "summer")
    found = settle(divided.built, case, 70, divided.settings, system, "summer")
    assert found.agreed and 1 <= len(found.moved) < PASSES
    assert found.moved[0] > AGREED >= found.moved[-1]
    assert AGREED < np.abs(found.path.shed - first.shed).max() < 0.1
    assert found.path.arrivals[-1, system.fuels.index("oil")] < first.arrivals[-1, system.fuels.index("oil")]
    quiet = settle(
        divided.built, Case(((stop("lng", 1, loss=0.0), 0.0),)), 3, divided.settings, system, "mild"
    )
    assert quiet.moved == () and quiet.agreed  # nothing shed: one pass is enough


def test_oil_that_stands_by_has_no_more_than_comes(divided: Nation, system: System) -> None:
    """Idle plants must not burn what a closed strait keeps away."""
    both = Case(((stop("lng", 120), 0.0), (stop("crude", 120), 0.0)))
    one = Case(((stop("lng", 120), 0.0),))
    with_oil = power_path(divided.built, one, 110, divided.settings, system, "summer").fuels()
    without = power_path(divided.built, both, 110, divided.settings, system, "summer").fuels()

    def late(frame: pl.DataFrame) -> float:
        return float(frame.filter((pl.col("fuel") == "oil") & (pl.col("day") >= 95))["generated"].sum())

    assert late(without) < 0.8 * late(with_oil)


def test_plants_run_no_fuller_than_their_terminals(divided: Nation, system: System) -> None:
    path = power_path(divided.built, divided.case("nankai-trough"), 3, divided.settings, system, "summer")
    gas, chubu = system.fuels.index("lng"), system.areas.index("CHUBU")
    hours = system.seasons["summer"].hours.sum()
    assert path.burnt[0, chubu, gas] <= 0.5 * system.capacity[chubu, gas] * hours * 1.001


def test_a_quiet_case_sheds_nothing_and_costs_nothing(divided: Nation, system: System) -> None:
    case = Case(((stop("lng", 1, loss=0.0), 0.0),))
    path = power_path(divided.built, case, 5, divided.settings, system, "mild")
    assert path.shed.max() == pytest.approx(0, abs=1e-6)
    assert path.arrivals == pytest.approx(1, abs=1e-6)
    run = felt(divided.built, case, 5, divided.settings, path)
    assert abs(run.total_loss) < 1e-6 * run.normal


def test_a_struck_grid_cannot_deliver(divided: Nation, system: System) -> None:
    path = power_path(divided.built, divided.case("substations-cyber"), 8, divided.settings, system, "mild")
    tokyo = system.areas.index("TOKYO")
    lost = 1 - path.served.sum(axis=2) / path.demand
    assert lost[0, tokyo] == pytest.approx(0.5, abs=1e-6)
    assert lost[-1, tokyo] == pytest.approx(0, abs=1e-6)
    assert lost[:, system.areas.index("KYUSHU")].max() == pytest.approx(0, abs=1e-6)


def test_a_season_nobody_knows(system: System) -> None:
    with pytest.raises(InputProblems, match="no season 'spring'"):
        system.day("spring")


def test_a_pack_without_power_says_all_that_is_missing(divided: Nation) -> None:
    bare = divided.pack.model_copy(update={"fuels": (), "parameters": ()})
    with pytest.raises(InputProblems) as told:
        System.of(bare, {}, divided.network)
    text = str(told.value)
    assert "no table 'power-areas'" in text and "names no fuels" in text and "power-demand" in text


@recorded
def test_areas_use_their_recorded_shares(system: System) -> None:
    frame = pl.read_parquet(OCCTO).group_by("area").agg(pl.col("demand_mw").mean())
    seen = {NAMES[a]: v for a, v in frame.iter_rows()}
    total = sum(seen.values())
    for area, mean in zip(system.areas, system.mean / system.mean.sum(), strict=True):
        assert mean == pytest.approx(seen[area] / total, abs=0.025), area


@recorded
def test_a_normal_week_is_like_the_recorded_one(system: System) -> None:
    """A week of May against a mild day: level, shape of the day, fuels, and the way that power flows."""
    week = pl.col("date").is_between(pl.lit("2026-05-11"), pl.lit("2026-05-17"))
    demand = pl.read_parquet(OCCTO).filter(week).group_by("date", "slot").agg(pl.col("demand_mw").sum())
    mean = demand["demand_mw"].mean()
    assert isinstance(mean, float)
    day = system.day("mild")
    assert (day.demand.sum(axis=(0, 2)) * day.hours).sum() / 24 == pytest.approx(mean, rel=0.08)
    hour = demand.with_columns(hour=pl.col("slot") // 2).group_by("hour").agg(pl.col("demand_mw").mean())
    by_hour = dict(hour.iter_rows())
    spans = [(22, 30), (6, 10), (10, 16), (16, 22)]
    seen = [np.mean([by_hour[h % 24] for h in range(a, b)]) / mean for a, b in spans]
    load = day.demand.sum(axis=(0, 2))
    assert load / (load @ day.hours / 24) == pytest.approx(seen, abs=0.06)
    made = pl.read_parquet(SOURCES).filter(week).group_by("source").agg(pl.col("kwh").sum() / 1e6)
    seen_made = dict(made.iter_rows())
    thermal = seen_made["火力（石炭）"] + seen_made["火力（ガス）"]
    found = normal(system, "mild").burnt.sum(axis=(0, 2))
    coal, gas = found[system.fuels.index("coal")], found[system.fuels.index("lng")]
    assert coal / (coal + gas) == pytest.approx(seen_made["火力（石炭）"] / thermal, abs=0.15)
    flow = pl.read_parquet(TIES).filter(
        week & (pl.col("source_area") == "東北") & (pl.col("target_area") == "東京")
    )
    seen_flow = flow["flow_mw"].mean()
    model = normal(system, "mild").flow.sum(axis=1)
    tie = next(
        k
        for k, (s, t) in enumerate(zip(system.source, system.target, strict=True))
        if (system.areas[s], system.areas[t]) == ("TOHOKU", "TOKYO")
    )
    assert isinstance(seen_flow, float) and seen_flow > 0 and model[tie] > 0


@recorded
@pytest.mark.parametrize(
    ("fuel", "source", "most"), [("coal", "火力（石炭）", 0.2), ("lng", "火力（ガス）", 0.25)]
)
def test_capacity_stands_where_plants_were_recorded(
    system: System, divided: Nation, fuel: str, source: str, most: float
) -> None:
    """Shares of the areas against the highest output of each plant seen: half of the sum of differences is what stands
    in the wrong area."""
    plants = pl.read_parquet(OCCTO.with_name("occto_plants.parquet")).filter(pl.col("source") == source)
    seen = dict(plants.group_by("area").agg(pl.col("max_output_mw").sum()).iter_rows())
    total = sum(seen.values())
    table = divided.reading.tables["power-areas"]
    ours = dict(table.select("area", fuel).iter_rows())
    off = sum(abs(ours[NAMES[a]] / sum(ours.values()) - mw / total) for a, mw in seen.items())
    assert off < most


def test_balances_of_a_usual_and_a_struck_day(japan: Nation) -> None:
    found = balances(japan.built, japan.reading.tables, japan.settings, "peak")
    usual = found.filter(pl.col("state") == "usual")
    struck = found.filter(pl.col("state") == "struck")
    assert usual.filter(pl.col("item") == "lacking")["mw"].sum() == pytest.approx(0, abs=1)
    assert struck["scenario"][0] == "nankai-trough"
    lacking = dict(struck.filter(pl.col("item") == "lacking").select("area", "mw").iter_rows())
    demand = dict(usual.filter(pl.col("item") == "demand").select("area", "mw").iter_rows())
    assert lacking["CHUBU"] == pytest.approx(0.8 * demand["CHUBU"], rel=0.05)
    assert lacking["HOKKAIDO"] == pytest.approx(0, abs=1)
    for state in (usual, struck):  # what is made, traded and lacking is what is wanted, area by area
        parts = state.filter(pl.col("item") != "demand").group_by("area").agg(pl.col("mw").sum())
        for area, total in parts.iter_rows():
            assert total == pytest.approx(demand[area], abs=1), area
    bare = replace(japan.built, pack=japan.pack.model_copy(update={"fuels": ()}))
    assert balances(bare, {}, japan.settings, "peak").is_empty()
