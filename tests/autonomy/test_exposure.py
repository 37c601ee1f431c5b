"""Hitting probabilities against power iteration, simulation and hand-worked tables; rare earths and the table of
2022."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

import kaname
from kaname.autonomy.exposure import exposure, hitting, hitting_groups, industry_exposure
from kaname.data.baci import read_history
from kaname.data.icio import read_embedded
from kaname.data.tables import checked_table
from kaname.strategy.ties import through_years

EMBEDDED = Path(kaname.__file__).parent / "packs" / "japan" / "data"
RARE_EARTHS = ("280530", "284610", "284690")
Floats = NDArray[np.float64]


def flow(*rows: tuple[str, str, float]) -> pl.DataFrame:
    return pl.DataFrame(rows, ["exporter", "importer", "value"], orient="row")


def iterated(steps: Floats, group: list[int], rounds: int = 20_000) -> Floats:
    """The least solution of h = P h with h = 1 on the group, by going on until nothing moves."""
    h = np.zeros(len(steps))
    h[group] = 1.0
    for _ in range(rounds):
        new = steps @ h
        new[group] = 1.0
        if np.abs(new - h).max() < 1e-15:
            break
        h = new
    return h


def pair(found: object, importer: str, source: str) -> tuple[float, float]:
    j, s = found.countries.index(importer), found.countries.index(source)  # type: ignore[attr-defined]
    return float(found.direct[j, s]), float(found.through[j, s])  # type: ignore[attr-defined]


class TestByHand:
    def test_a_chain_passes_on_in_proportion(self) -> None:
        # A makes 100 and sells 60 to B, 40 to C; B has nothing else and sells 30 to C
        found = exposure(flow(("A", "B", 60.0), ("A", "C", 40.0), ("B", "C", 30.0)))
        assert pair(found, "C", "A") == (pytest.approx(40 / 70), pytest.approx(1.0))
        assert pair(found, "C", "B") == (pytest.approx(30 / 70), pytest.approx(30 / 70))
        assert found.carriers("C", "A").rows() == [("A", pytest.approx(4 / 7)), ("B", pytest.approx(3 / 7))]

    def test_half_made_by_the_one_between(self) -> None:
        # B buys 30 from A and makes 30 more, which trade itself shows: it sells 60
        found = exposure(flow(("A", "B", 30.0), ("B", "C", 60.0)))
        assert pair(found, "C", "A") == (0.0, pytest.approx(0.5))

    def test_production_that_is_known_lowers_the_upper_end(self) -> None:
        rows = flow(("A", "B", 60.0), ("B", "C", 30.0))
        known = pl.DataFrame({"country": ["B"], "production": [60.0]})
        assert pair(exposure(rows), "C", "A") == (0.0, pytest.approx(1.0))
        assert pair(exposure(rows, known), "C", "A") == (0.0, pytest.approx(0.5))
        # what is sold cannot be less than what trade says was made
        little = pl.DataFrame({"country": ["A"], "production": [1.0]})
        assert exposure(rows, little).made.tolist() == exposure(rows).made.tolist()

    def test_goods_that_go_to_and_fro_are_counted_once(self) -> None:
        # B and C sell to each other; half of what each has comes from A through the other any number of times
        found = exposure(flow(("A", "B", 50.0), ("B", "C", 50.0), ("C", "B", 50.0)))
        assert pair(found, "C", "A") == (0.0, pytest.approx(1.0))
        assert pair(found, "B", "C") == (pytest.approx(0.5), pytest.approx(0.5))

    def test_a_good_that_circulates_and_is_made_nowhere(self) -> None:
        found = exposure(flow(("A", "B", 5.0), ("B", "A", 5.0), ("A", "C", 0.0)))
        assert pair(found, "A", "B") == (pytest.approx(1.0), 1.0)
        assert np.isfinite(found.through).all()


@st.composite
def chains(draw: st.DrawFn) -> Floats:
    """Rows that sum to 1 at most, with many zeros, so that closed rings turn up."""
    n = draw(st.integers(2, 6))
    cells = st.sampled_from([0, 0, 0, 1, 2, 5])
    weights = np.array([[draw(cells) for _ in range(n)] for _ in range(n)], float)
    np.fill_diagonal(weights, 0.0)
    ends = np.array([draw(st.sampled_from([0, 0, 1, 3])) for _ in range(n)], float)
    total = weights.sum(axis=1) + ends
    out: Floats = weights / np.where(total > 0, total, 1.0)[:, None]
    return out


quick = settings(max_examples=60, deadline=None)


class TestProperties:
    @quick
    @given(chains())
    def test_against_iteration(self, steps: Floats) -> None:
        found = hitting(steps)
        for s in range(len(steps)):
            assert found[:, s] == pytest.approx(iterated(steps, [s]), abs=1e-9)

    @quick
    @given(chains(), st.data())
    def test_groups_against_iteration(self, steps: Floats, data: st.DataObject) -> None:
        n = len(steps)
        group = sorted(data.draw(st.sets(st.integers(0, n - 1), min_size=1, max_size=n - 1)))
        found = hitting_groups(steps, [np.array(group), np.array([0])])
        assert found[:, 0] == pytest.approx(iterated(steps, group), abs=1e-9)
        assert found[:, 1] == pytest.approx(iterated(steps, [0]), abs=1e-9)

    @quick
    @given(chains())
    def test_between_direct_and_one_and_first_step(self, steps: Floats) -> None:
        found = hitting(steps)
        assert ((found >= steps - 1e-12) & (found <= 1)).all()
        after = steps @ found  # what is bought has been where its seller's goods have been
        np.fill_diagonal(after, 1.0)
        assert found == pytest.approx(after, abs=1e-9)

    @quick
    @given(st.integers(0, 10_000))
    def test_more_production_never_raises_an_exposure(self, seed: int) -> None:
        rng = np.random.default_rng(seed)
        names = list("ABCDE")
        rows = [(a, b, float(v)) for a in names for b in names if a != b and (v := rng.integers(0, 4)) > 0]
        if not rows:
            return
        base = exposure(flow(*rows))
        more = pl.DataFrame({"country": [names[seed % 5]], "production": [50.0]})
        assert (exposure(flow(*rows), more).through <= base.through + 1e-9).all()

    @quick
    @given(st.integers(0, 10_000))
    def test_carriers_sum_to_the_total(self, seed: int) -> None:
        rng = np.random.default_rng(seed)
        names = list("ABCD")
        rows = [
            (a, b, float(rng.integers(1, 9))) for a in names for b in names if a != b and rng.random() < 0.6
        ]
        if not rows:
            return
        found = exposure(flow(*rows))
        for importer in found.countries:
            for source in found.countries:
                if importer != source:
                    total = found.carriers(importer, source)["share"].sum()
                    assert total == pytest.approx(pair(found, importer, source)[1], abs=1e-9)


def test_against_simulated_walks() -> None:
    rng = np.random.default_rng(3)
    steps = rng.random((5, 5)) * (rng.random((5, 5)) < 0.7)
    np.fill_diagonal(steps, 0.0)
    steps /= steps.sum(axis=1, keepdims=True) / rng.uniform(0.5, 0.95, (5, 1))
    walks, met = 20_000, np.zeros((5, 5))
    for start in range(5):
        place = np.full(walks, start)
        been = np.zeros((walks, 5), bool)
        been[:, start] = True
        alive = np.ones(walks, bool)
        while alive.any():
            draw = rng.random(walks)
            cumulative = steps[place].cumsum(axis=1)
            next_place = (draw[:, None] >= cumulative).sum(axis=1)
            alive &= next_place < 5
            place = np.where(alive, np.minimum(next_place, 4), place)
            been[np.flatnonzero(alive), place[alive]] = True
        met[start] = been.mean(axis=0)
    assert hitting(steps) == pytest.approx(met, abs=0.015)


class TestIndustries:
    def test_two_regions_by_hand(self) -> None:
        # each region has one industry: of 100 made in A, 20 are bought from B; of 50 in B, 10 from A
        table = checked_table(
            regions=["A", "B"],
            industries=["X"],
            Z=np.array([[0.0, 10.0], [20.0, 0.0]]),
            x=np.array([100.0, 50.0]),
            f=np.array([90.0, 30.0]),
            year=2022,
            unit="million USD",
            source="by hand",
        )
        row = industry_exposure(table, "A").filter(industry="X").row(0, named=True)
        assert row["region"] == "B"
        assert row["direct"] == pytest.approx(0.2)
        assert row["through"] == pytest.approx(0.2)  # what comes back from A has passed B already
        # B's value added in A's output: .2 x .8 for each round trip of .2 x .2
        assert row["added"] == pytest.approx(0.2 * 0.8 / (1 - 0.2 * 0.2))

    def test_embedded_table(self) -> None:
        table = read_embedded(EMBEDDED)
        found = industry_exposure(table, "JPN")
        assert (found["through"] >= found["added"] - 1e-12).all()
        assert (found["through"] >= found["direct"] - 1e-12).all()
        assert found.filter(industry="").height == len(table.regions) - 1
        top = found.filter(industry="C19").sort("through", descending=True)["region"].to_list()[:3]
        assert set(top) == {"AUS", "ARE", "SAU"}
        own = found.group_by("industry").agg(pl.col("added").sum())
        assert (own["added"] < 1).all()

    def test_the_same_digits_on_any_number_of_threads(self) -> None:
        table = read_embedded(EMBEDDED)
        with threadpool_limits(1, user_api="blas"):
            one = industry_exposure(table, "JPN")
        with threadpool_limits(4, user_api="blas"):
            assert industry_exposure(table, "JPN").equals(one)

    def test_one_country_equals_a_solve_with_it_absorbing(self) -> None:
        table = read_embedded(EMBEDDED)
        steps = (table.Z / np.where(table.x > 0, table.x, 1.0)[None, :]).T
        inside = np.zeros(len(steps), bool)
        inside[table.of_region("CHN")] = True
        rest = ~inside
        enter = steps[np.ix_(rest, inside)].sum(axis=1)
        h = np.linalg.solve(np.eye(rest.sum()) - steps[np.ix_(rest, rest)], enter)
        mine = np.flatnonzero(rest).searchsorted(table.index("JPN", "C29"))
        found = industry_exposure(table, "JPN").filter(industry="C29", region="CHN")["through"].item()
        assert found == pytest.approx(h[mine], abs=1e-10)


class TestRareEarths:
    """The worked example of docs/howto/rare-earths.md: the figures there are these."""

    def test_direct_falls_while_part_returns_through_others(self) -> None:
        trade = read_history(EMBEDDED)
        assert trade is not None
        frame, carriers = through_years(trade, RARE_EARTHS, "JPN", "CHN", range(2008, 2014), tonnes=True)
        rounded = {y: (round(d, 3), round(t, 3)) for y, d, t, _ in frame.rows()}
        assert rounded == {
            2008: (0.887, 0.955),
            2009: (0.827, 0.949),
            2010: (0.785, 0.95),
            2011: (0.641, 0.855),
            2012: (0.537, 0.8),
            2013: (0.584, 0.774),
        }
        in_2012 = carriers.filter(year=2012).head(3).rows()
        assert [(c, round(s, 3)) for _, c, s in in_2012] == [("FRA", 0.13), ("VNM", 0.058), ("TWN", 0.017)]

    def test_the_long_table_is_the_short_one_further_back(self) -> None:
        from kaname.data.baci import read_embedded as read_trade

        long, short = read_history(EMBEDDED), read_trade(EMBEDDED)
        assert long is not None
        assert long.years[0] == 1995
        same = long.select(years=short.years).frame
        assert same.equals(short.select(products=RARE_EARTHS).frame)
