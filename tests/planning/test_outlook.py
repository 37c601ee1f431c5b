"""The whole answer on a part of the pack: what breaks, when, what is needed, what it means; what is asked wrongly."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from kaname.autonomy.power import system_of
from kaname.errors import InputProblems
from kaname.nation import Nation
from kaname.network.balance import balance
from kaname.network.build import Built
from kaname.planning import outlook
from kaname.planning.adequacy import headroom
from kaname.planning.effects import Home, burning, effects, mix, persons
from kaname.planning.outlook import Projection, project
from kaname.planning.states import States
from kaname.planning.trials import Bench

OUTLOOKS, WEEKS = ("central", "stalled", "frozen"), ("usual", "still", "still-dark-cold")


def part_of(built: Built) -> Built:
    """The same network with three outlooks, one supply case and three weeks."""
    pack = built.pack
    less = {
        "outlooks": tuple(o for o in pack.outlooks if o.id in OUTLOOKS),
        "supply_cases": tuple(c for c in pack.supply_cases if c.id == "aged"),
        "winter_weeks": tuple(w for w in pack.winter_weeks if w.id in WEEKS),
    }
    return replace(built, pack=pack.model_copy(update=less))


@pytest.fixture(scope="module")
def small(japan: Nation) -> Built:
    return part_of(japan.by_area().built)


def ask(japan: Nation, small: Built, seed: int = 0) -> Projection:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(outlook, "TRIALS", 4)
        tables = japan.reading.tables
        return project(small, tables, japan.table, [2050, 2030], draws=12, seed=seed)


@pytest.fixture(scope="module")
def found(japan: Nation, small: Built) -> Projection:
    return ask(japan, small)


def test_ranges_hold_together(found: Projection) -> None:
    assert found.years == (2030, 2050) and found.base_year == 2024
    for frame in (found.totals, found.areas, found.uses):
        assert (frame["low"] <= frame["middle"]).all() and (frame["middle"] <= frame["high"]).all()
    for by in (found.areas, found.uses):
        sums = by.group_by("outlook", "year", maintain_order=True).agg(pl.col("value", "base").sum())
        assert sums["value"].to_list() == pytest.approx(found.totals["value"].to_list(), rel=1e-9)
        assert sums["base"].to_list() == pytest.approx(found.totals["base"].to_list(), rel=1e-9)
    whole = found.demand["energy"].sel(outlook="central", year=2050).isel(state=0).sum()
    row = found.totals.filter((pl.col("outlook") == "central") & (pl.col("year") == 2050))
    assert float(whole) == pytest.approx(row["value"][0], rel=1e-12)


def test_the_still_dark_and_cold_week_breaks_first(found: Projection, japan: Nation, small: Built) -> None:
    """Wind and sun matter least when there are none; and the year told is the first that sheds."""
    week, year = found.breaks("central", "aged") or ("", 0)
    assert week == "still-dark-cold" and 2030 < year < 2050
    assert found.tightest("central", "aged", 2050)[0] == "still-dark-cold"
    tables = japan.reading.tables
    bench = Bench(small.pack, tables, system_of(small, tables), States.of(small.pack, 0, 0))
    case = small.pack.supply_cases[0]
    wanted = next(w for w in small.pack.winter_weeks if w.id == week)
    before, after = (
        headroom(bench.week(case, y, wanted, bench.stated(y), "central", 0)).factor for y in (year - 1, year)
    )
    assert after < 1 <= before


def test_what_a_week_lacks_is_what_the_balance_sheds(found: Projection, japan: Nation, small: Built) -> None:
    here = found.shed.filter((pl.col("outlook") == "stalled") & (pl.col("year") == 2050))
    tables = japan.reading.tables
    bench = Bench(small.pack, tables, system_of(small, tables), States.of(small.pack, 0, 0))
    wanted = next(w for w in small.pack.winter_weeks if w.id == here["week"][0])
    day = bench.week(small.pack.supply_cases[0], 2050, wanted, bench.stated(2050), "stalled", 0)
    firm = (day.demand[:, :, :-1].sum(axis=2) * day.hours).sum()
    served = balance(day).served[:, :, :-1].sum()
    assert here["energy_mwh"].sum() == pytest.approx(firm - served, rel=1e-6)
    assert here["share"].max() <= 1 and here["value_added"].sum() > 0


def test_needs_of_the_pessimistic_and_not_of_the_bound(found: Projection) -> None:
    assert set(found.needs["outlook"]) == {"stalled"} and set(found.needs["year"]) == {2050}
    total = {
        (r["way"], r["item"]): r for r in found.needs.filter(pl.col("place") == "").iter_rows(named=True)
    }
    plants = total["plants", "plants"]
    parts = found.needs.filter((pl.col("way") == "plants") & (pl.col("place") != ""))
    assert parts["value"].sum() == pytest.approx(plants["value"], rel=1e-9)
    assert plants["low"] <= plants["high"]
    assert total["response", "plants"]["value"] < plants["value"] < total["reserve", "plants"]["value"]
    lacking = found.shed.filter((pl.col("outlook") == "stalled") & (pl.col("year") == 2050))[
        "energy_mwh"
    ].sum()
    # all areas are short at every hour: storage must hold what the week lacks, or more where some is short first
    assert total["storage", "storage"]["value"] >= lacking / 1e3 * (1 - 1e-6)
    assert 0 < total["response_alone", "share"]["value"] < 1
    assert total["ties_alone", "share"]["value"] < 1


def test_published_figures_stand_beside_ours(found: Projection) -> None:
    row = {r["id"]: r for r in found.published.iter_rows(named=True)}
    occto = row["occto-2025-total-2034"]
    assert occto["central_low"] < occto["central_high"] and occto["trust"] == "news-of-primary"
    assert ("central" in occto["inside"]) == (occto["central_low"] <= 852.4 <= occto["central_high"])
    # what we have no like of is compared with nothing
    for name in ("jst-it-2050", "jst-world-2050", "occto-2025-peak-2034", "occto-shortage-high-2050"):
        assert row[name]["central_low"] is None and row[name]["inside"] == []
    # a published range meets ours or does not
    both = row["occto-scenarios-2050"]
    assert both["low"] == 950 and both["high"] == 1250
    assert ("stalled" in both["inside"]) == (both["stalled_low"] <= 1250)


def test_shares_of_energy_sum_to_one_and_work_follows_output(found: Projection) -> None:
    shares = found.effects.filter(pl.col("item").str.starts_with("share_"))
    sums = shares.group_by("outlook", "supply", "year").agg(pl.col("value").sum())
    assert sums["value"].to_list() == pytest.approx([1.0] * len(sums))
    one = found.industries.filter((pl.col("outlook") == "stalled") & (pl.col("year") == 2030))
    figures = dict(
        found.effects.filter((pl.col("outlook") == "stalled") & (pl.col("year") == 2030))
        .select("item", "value")
        .iter_rows()
    )
    assert one["value_added"].sum() == pytest.approx(figures["suppliers_value_added"], rel=1e-9)
    assert one["persons"].sum() == pytest.approx(figures["suppliers_persons"], rel=1e-9)
    # electricity itself is given from outside, and industries without a cited figure have no persons
    assert "D" not in one["industry"].to_list()
    assert one.filter(pl.col("industry") == "E")["persons"].to_list() == [None]


def test_nothing_changes_where_nothing_changes(japan: Nation) -> None:
    home = Home.of(japan.table, "JPN")
    work = persons(japan.pack, home)
    still = effects(home, work, 1.0, 1.0)
    assert np.abs(still["output"]).max() == 0 and still["fuel_abroad"] == 0
    more, twice = effects(home, work, 1.1, 1.0), effects(home, work, 1.2, 1.0)
    assert np.asarray(twice["output"]) == pytest.approx(2 * np.asarray(more["output"]))
    assert (np.asarray(more["output"]) >= -1e-9).all()
    # a Leontief round more than what is bought directly
    fuels = np.isin(home.industries, ("B05", "B06", "C19"))
    assert np.asarray(more["output"]).sum() > 0.1 * home.bought[~fuels].sum()
    assert burning(japan.pack) == {"coal", "lng", "oil"}


def test_the_mix_of_today_is_one(japan: Nation, small: Built) -> None:
    made, served = mix(system_of(small, japan.reading.tables))
    assert served == pytest.approx(1, abs=1e-6)
    assert sum(made.values()) == pytest.approx(
        805.9, rel=0.02
    )  # seasons average to one, storage loses a little


def test_the_same_seed_gives_the_same_answer(japan: Nation, small: Built, found: Projection) -> None:
    again = ask(japan, small)
    for name, frame in found.frames().items():
        assert frame.equals(again.frames()[name]), name


def test_all_that_is_asked_wrongly_is_told_at_once(japan: Nation) -> None:
    with pytest.raises(InputProblems) as told:
        japan.outlook(2030, 2030, 2051, 2024, draws=0)
    text = str(told.value)
    assert "not to 2051" in text and "not to 2024" in text and "asked for twice" in text and "not 0" in text
    with pytest.raises(InputProblems, match="at least one year"):
        japan.outlook()


def test_a_pack_without_outlooks_says_so(japan: Nation) -> None:
    bare = japan.with_pack(japan.pack.model_copy(update={"outlooks": ()}))
    with pytest.raises(InputProblems, match="no outlooks"):
        bare.outlook(2030)
