"""The methods that read more than one importer's shares: by hand, by quantity, with and without the user's tables."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from kaname.autonomy.beside import Beside, made_at_home, mined
from kaname.autonomy.dependence import both_bases, dependence, dependents
from kaname.autonomy.kmedian import k_median
from kaname.autonomy.methods.korniyenko_2017 import FEWEST
from kaname.autonomy.worldnet import network_figures
from kaname.data.baci import SCHEMA, TradeTable
from kaname.data.mining import SCHEMA as MINING
from kaname.data.mining import MineralCode, MiningTable
from kaname.data.stability import SCHEMA as STABILITY
from kaname.data.stability import StabilityTable
from kaname.data.trade_year import trade_year

Row = tuple[int, str, str, str, float, float | None]


def trade(*rows: Row) -> TradeTable:
    """year, exporter, importer, hs6, value (thousand USD), quantity (t)."""
    return TradeTable(pl.DataFrame(rows, SCHEMA, orient="row"))


# AAA buys 60 from BBB, 40 from CCC, in tonnes 20 and 80, and sells 10 (5 t)
ONE = trade(
    (2023, "BBB", "AAA", "250410", 60_000.0, 20.0),
    (2023, "CCC", "AAA", "250410", 40_000.0, 80.0),
    (2023, "AAA", "DDD", "250410", 10_000.0, 5.0),
)


def row(method: str, beside: Beside, table: TradeTable = ONE, by: str = "value") -> dict[str, object]:
    found = dependence(table, "AAA", 2023, [method], beside=beside, by=by)  # type: ignore[arg-type]
    return found.frame.row(by_predicate=pl.col("hs6") == "250410", named=True)


def wgi(**estimates: float) -> StabilityTable:
    rows = [(country, 2021, value) for country, value in estimates.items()]
    return StabilityTable(pl.DataFrame(rows, STABILITY, orient="row"))


class TestStability:
    def test_by_hand(self) -> None:
        # BBB at -2.5 weighs 2, CCC at 0 weighs 1
        one = row("stability", Beside(stability=wgi(BBB=-2.5, CCC=0.0)))
        assert one["hhi_stability"] == pytest.approx(0.6**2 * 2 + 0.4**2)
        assert one["stability"] is True

    def test_stable_suppliers_count_for_nothing(self) -> None:
        one = row("stability", Beside(stability=wgi(BBB=2.5, CCC=2.5)))
        assert (one["hhi_stability"], one["stability"]) == (pytest.approx(0.0), False)

    def test_unknown_suppliers_are_not_guessed(self) -> None:
        one = row("stability", Beside(stability=wgi(BBB=0.0)))
        assert one["stability_unknown"] == pytest.approx(0.4)
        assert (one["stability"], one["stability_why"]) == (None, "no-figure")

    def test_without_the_table_it_says_so(self) -> None:
        one = row("stability", Beside())
        assert (one["stability"], one["stability_why"]) == (None, "no-table")

    def test_estimates_of_later_years_are_not_used(self) -> None:
        table = StabilityTable(
            pl.DataFrame([("BBB", 2024, -2.5), ("CCC", 2024, -2.5)], STABILITY, orient="row")
        )
        assert row("stability", Beside(stability=table))["stability"] is None


class TestDistance:
    def distances(self, **by: float) -> Beside:
        rows = [("AAA", partner, value) for partner, value in by.items()]
        return Beside(distance=pl.DataFrame(rows, ["importer", "exporter", "distance"], orient="row"))

    def test_by_hand(self) -> None:
        one = row("distance", self.distances(BBB=1.0, CCC=0.25))
        assert one["distance_share"] == pytest.approx(0.6 + 0.1)
        assert one["distance"] is True

    def test_years(self) -> None:
        rows = [
            ("AAA", "BBB", 2020, 0.2),
            ("AAA", "BBB", 2022, 0.9),
            ("AAA", "BBB", 2024, 0.0),
            ("AAA", "CCC", 2023, 0.0),
        ]
        table = pl.DataFrame(rows, ["importer", "exporter", "year", "distance"], orient="row")
        assert row("distance", Beside(distance=table))["distance_share"] == pytest.approx(0.6 * 0.9)

    def test_unknown_and_absent(self) -> None:
        assert row("distance", self.distances(BBB=1.0))["distance_why"] == "no-figure"
        assert row("distance", Beside())["distance_why"] == "no-table"


class TestMeti:
    def made(self, tonnes: float) -> Beside:
        rows = [(2023, "250410", "AAA", tonnes)]
        return Beside(
            production=pl.DataFrame(rows, ["year", "product", "importer", "production_t"], orient="row")
        )

    def test_by_hand(self) -> None:
        # use: 25 made + 100 imported - 5 exported = 120 t, of which imports are 100
        one = row("meti", self.made(25.0))
        assert one["import_ratio"] == pytest.approx(100 / 120)
        assert one["use_share"] == pytest.approx(0.6 * 100 / 120)
        assert one["meti"] is True
        by_tonnes = row("meti", self.made(25.0), by="quantity")
        assert by_tonnes["use_share"] == pytest.approx(0.8 * 100 / 120)

    def test_much_made_at_home(self) -> None:
        assert row("meti", self.made(900.0))["meti"] is False

    def test_share_that_the_pack_states(self) -> None:
        stated = Beside(domestic={"250410": (0.5, 2022)}, home="AAA")
        assert row("meti", stated)["use_share"] == pytest.approx(0.3)
        old = Beside(domestic={"250410": (0.5, 2010)}, home="AAA")
        assert row("meti", old)["meti_why"] == "no-figure"
        others = Beside(domestic={"250410": (0.5, 2022)}, home="BBB")
        assert row("meti", others)["meti_why"] == "no-figure"

    def test_nothing_is_invented_where_production_is_not_known(self) -> None:
        assert row("meti", Beside())["meti_why"] == "no-figure"

    def test_only_minerals_counted_in_gross_weight_under_one_code(self) -> None:
        rows = [("Fluorspar", "AAA", 2023, 7.0, "t"), ("Copper", "AAA", 2023, 7.0, "t")]
        codes = (
            MineralCode("Fluorspar", "extraction", "252922", True),
            MineralCode("Copper", "", "260300", True),
        )
        found = mined(MiningTable(pl.DataFrame(rows, MINING, orient="row"), codes))
        assert found.rows() == [(2023, "252922", "AAA", 7.0)]


class TestSinglePoint:
    def test_by_hand(self) -> None:
        # BBB sells 90 of the world's 110; CCC and DDD get nearly all from it, EEE gets nothing from it
        table = trade(
            (2023, "BBB", "CCC", "250410", 50.0, None),
            (2023, "BBB", "DDD", "250410", 40.0, None),
            (2023, "CCC", "DDD", "250410", 10.0, None),
            (2023, "CCC", "EEE", "250410", 10.0, None),
            (2023, "AAA", "EEE", "250410", 1.0, None),
            (2023, "CCC", "AAA", "250410", 1.0, None),
        )
        one = row("single_point", Beside(), table)
        assert one["world_largest_exporter"] == "BBB"
        assert one["world_largest_share"] == pytest.approx(90 / 112)
        assert one["world_held"] == pytest.approx(100 / 112)
        assert one["single_point"] is True

    def test_a_world_of_equals(self) -> None:
        table = trade(*[(2023, e, "AAA", "250410", 1.0, None) for e in ("BBB", "CCC", "DDD")])
        assert row("single_point", Beside(), table)["single_point"] is False


def plain_clustering(weights: np.ndarray) -> float:  # type: ignore[type-arg]
    """Fagiolo (2007), written as in the paper."""
    w = np.cbrt(weights / weights.max())
    a = (weights > 0).astype(float)
    cube = np.linalg.matrix_power(w + w.T, 3)
    total = (a + a.T).sum(axis=1)
    mutual = (a * a.T).sum(axis=1)
    could = 2 * (total * (total - 1) - 2 * mutual)
    return float(np.mean([c / d if d > 0 else 0.0 for c, d in zip(np.diag(cube), could, strict=True)]))


def plain_diameter(weights: np.ndarray) -> float:  # type: ignore[type-arg]
    near = (weights > 0) | (weights.T > 0)
    n = len(near)
    best = (0, 0)
    for root in range(n):
        distance = {root: 0}
        layer = [root]
        while layer:
            layer = [
                int(k)
                for i in layer
                for k in np.flatnonzero(near[i])
                if k not in distance and not distance.update({int(k): distance[i] + 1})
            ]
        far = max(distance.values())
        best = max(best, (len(distance), far))
    return float(best[1])


def figures_of(frame: pl.DataFrame) -> pl.DataFrame:
    return network_figures(trade_year(2023, frame.with_columns(quantity_t=pl.lit(None, pl.Float64))))


class TestNetwork:
    def test_a_ring_of_three_by_hand(self) -> None:
        # a directed ring: each node could close 2 triangles (of 2 links out or in), and closes one of them
        rows = [("p", "A", "B", 8.0), ("p", "B", "C", 8.0), ("p", "C", "A", 8.0)]
        found = figures_of(pl.DataFrame(rows, ["product", "exporter", "importer", "value"], orient="row"))
        one = found.row(0, named=True)
        assert one["out_degree_sd"] == pytest.approx(0.0)
        assert one["clustering"] == pytest.approx(0.5)
        assert one["diameter"] == 1.0

    def test_a_star_by_hand(self) -> None:
        rows = [("p", "A", c, 1.0) for c in "BCDE"]
        one = figures_of(pl.DataFrame(rows, ["product", "exporter", "importer", "value"], orient="row")).row(
            0, named=True
        )
        assert one["out_degree_sd"] == pytest.approx(float(np.std([1, 0, 0, 0, 0])))
        assert (one["clustering"], one["diameter"], one["clustering_diameter"]) == (0.0, 2.0, 0.0)

    @settings(max_examples=40, deadline=None)
    @given(st.integers(0, 100_000))
    def test_against_the_formulas_written_out(self, seed: int) -> None:
        rng = np.random.default_rng(seed)
        n = int(rng.integers(2, 80))
        weights = rng.lognormal(0, 2, (n, n)) * (rng.random((n, n)) < rng.uniform(0.02, 0.6))
        np.fill_diagonal(weights, 0.0)
        if not weights.any():
            return
        used = np.flatnonzero(weights.any(axis=0) | weights.any(axis=1))
        weights = weights[np.ix_(used, used)]
        out, into = np.nonzero(weights)
        frame = pl.DataFrame(
            {
                "product": ["p"] * len(out),
                "exporter": [f"{k:03d}" for k in out],
                "importer": [f"{k:03d}" for k in into],
                "value": weights[out, into],
            }
        )
        one = figures_of(frame).row(0, named=True)
        assert one["clustering"] == pytest.approx(plain_clustering(weights), abs=1e-12)
        assert one["diameter"] == plain_diameter(weights)
        assert one["out_degree_sd"] == pytest.approx(np.std(weights.sum(axis=1) / weights.sum()))


def many(products: int = FEWEST + 4) -> TradeTable:
    """Products from one seller (the first five) to many."""
    rng = np.random.default_rng(1)
    countries = [f"{a}{a}{a}" for a in "ABCDEFGHIJ"]
    rows: list[Row] = []
    for p in range(products):
        sellers = countries[1:2] if p < 5 else countries[1 : 4 + p % 6]
        for seller in sellers:
            for buyer in countries:
                if buyer != seller:
                    rows.append((2023, seller, buyer, f"{250000 + p}", float(rng.uniform(1, 3)), 1.0))
    return trade(*rows)


class TestKorniyenko:
    def test_products_of_one_seller_are_the_most_fragile(self) -> None:
        found = dependence(many(), "AAA", 2023, ["korniyenko_2017"]).frame
        assert found.filter("korniyenko_2017")["hs6"].to_list() == [f"{250000 + p}" for p in range(5)]
        assert found["fragility_parts"].unique().to_list() == [2]
        assert found["human_capital_sd"].null_count() == found.height

    def test_with_the_table_of_human_capital(self) -> None:
        rows = [(f"{a}{a}{a}", 2019, 1.0 + n / 3) for n, a in enumerate("ABCDEFGHIJ")]
        rows += [("BBB", 2024, 99.0)]  # later than the year asked for
        table = pl.DataFrame(rows, ["exporter", "year", "human_capital"], orient="row")
        found = dependence(many(), "AAA", 2023, ["korniyenko_2017"], beside=Beside(human_capital=table)).frame
        assert found["fragility_parts"].unique().to_list() == [3]
        one = found.row(by_predicate=pl.col("hs6") == "250006", named=True)
        sellers = [1.0 + n / 3 for n in range(1, 4)]
        assert one["human_capital_sd"] == pytest.approx(np.std(sellers))
        assert found.row(0, named=True)["human_capital_sd"] is None  # one seller has no spread
        assert found.row(0, named=True)["korniyenko_2017_why"] == "no-figure"

    def test_scores_are_of_all_products_even_if_one_is_asked_for(self) -> None:
        table = many()
        one = dependence(table, "AAA", 2023, ["korniyenko_2017"], products=["250002"]).frame
        all_ = dependence(table, "AAA", 2023, ["korniyenko_2017"]).frame.filter(hs6="250002")
        assert one.equals(all_)

    def test_too_few_products_to_compare(self) -> None:
        found = dependence(many(FEWEST - 1), "AAA", 2023, ["korniyenko_2017"]).frame
        assert found["korniyenko_2017_why"].unique().to_list() == ["no-figure"]

    def test_by_quantity_it_judges_the_network_of_tonnes(self) -> None:
        plain = many()
        tonnes = np.random.default_rng(2).uniform(1, 9, plain.frame.height)
        table = replace(plain, frame=plain.frame.with_columns(quantity_t=tonnes))
        swapped = replace(
            table, frame=table.frame.with_columns(value_kusd="quantity_t", quantity_t="value_kusd")
        )
        measures = ["hs6", "out_degree_sd", "clustering_diameter", "fragility_group", "korniyenko_2017"]
        by_tonnes = dependence(table, "AAA", 2023, ["korniyenko_2017"], by="quantity").frame.select(measures)
        assert_frame_equal(
            by_tonnes, dependence(swapped, "AAA", 2023, ["korniyenko_2017"]).frame.select(measures)
        )
        assert by_tonnes["fragility_group"].n_unique() > 1
        by_value = dependence(table, "AAA", 2023, ["korniyenko_2017"]).frame
        assert not by_tonnes["out_degree_sd"].equals(by_value["out_degree_sd"])

    def test_asked_for_one_product_by_quantity_it_compares_with_all(self) -> None:
        table = many()
        one = dependence(table, "AAA", 2023, ["korniyenko_2017"], products=["250002"], by="quantity").frame
        every = dependence(table, "AAA", 2023, ["korniyenko_2017"], by="quantity").frame
        assert one.equals(every.filter(hs6="250002"))


class TestKMedian:
    def test_four_heaps(self) -> None:
        rng = np.random.default_rng(5)
        middles = np.array([[0.0, 0.0], [10.0, 0.0], [0.0, 10.0], [20.0, 20.0]])
        points = np.repeat(middles, 25, axis=0) + rng.uniform(-1, 1, (100, 2))
        labels, centres = k_median(points, 4)
        assert [len(set(labels[25 * g : 25 * g + 25])) for g in range(4)] == [1, 1, 1, 1]
        assert labels[75] == 3  # the largest first coordinate last
        for g in range(4):
            assert centres[g] == pytest.approx(np.median(points[labels == g], axis=0))

    @settings(max_examples=25, deadline=None)
    @given(st.integers(0, 10_000), st.integers(1, 30))
    def test_each_point_is_with_its_nearest_centre_and_the_same_twice(self, seed: int, n: int) -> None:
        points = np.random.default_rng(seed).normal(size=(n, 3)).round(1)
        labels, centres = k_median(points, 4)
        away = np.abs(points[:, None] - centres[None]).sum(axis=2)
        assert (away[np.arange(n), labels] <= away.min(axis=1) + 1e-12).all()
        assert (k_median(points, 4)[0] == labels).all()
        assert (np.diff(centres[:, 0]) >= 0).all()

    def test_fewer_points_than_groups(self) -> None:
        labels, centres = k_median(np.zeros((5, 2)), 4)
        assert set(labels) == {0}
        assert len(centres) == 1


class TestQuantity:
    def test_value_and_quantity_can_differ(self) -> None:
        found = both_bases(ONE, "AAA", 2023, ["cabinet_office", "ec_2021"]).frame
        one = found.row(by_predicate=pl.col("hs6") == "250410", named=True)
        assert (one["largest_origin"], one["cabinet_office"]) == ("BBB", True)
        assert one["cabinet_office_quantity"] is True  # CCC, with 80%
        # HHI by value .52, by quantity .68; imports to exports 10 and 20
        assert (one["ec_2021"], one["ec_2021_quantity"]) == (True, True)
        by_tonnes = dependence(ONE, "AAA", 2023, ["cabinet_office"], by="quantity").frame.row(0, named=True)
        assert (by_tonnes["largest_origin"], by_tonnes["largest_share"]) == ("CCC", pytest.approx(0.8))
        assert by_tonnes["imports"] == pytest.approx(100.0)  # tonnes

    def test_too_little_of_it_is_known(self) -> None:
        table = trade(
            (2023, "BBB", "AAA", "250410", 80.0, 1.0),
            (2023, "CCC", "AAA", "250410", 20.0, None),
            (2023, "BBB", "AAA", "250490", 80.0, None),
        )
        found = dependence(table, "AAA", 2023, ["cabinet_office"], by="quantity").frame
        assert found["cabinet_office"].to_list() == [None, None]
        assert found["cabinet_office_why"].to_list() == ["no-quantity", "no-quantity"]
        assert found["quantity_missing"].to_list() == pytest.approx([0.2, 1.0])

    def test_counts_tell_how_often(self) -> None:
        table = trade(
            (2023, "BBB", "AAA", "250410", 60.0, 40.0),
            (2023, "CCC", "AAA", "250410", 20.0, 30.0),
            (2023, "DDD", "AAA", "250410", 20.0, 30.0),
        )
        counts = both_bases(table, "AAA", 2023, ["cabinet_office"]).counts.row(0, named=True)
        assert (counts["flagged"], counts["flagged_quantity"], counts["differ"]) == (1, 0, 1)


class TestTurnedRound:
    def test_both_directions_tell_the_same_by_every_method(self) -> None:
        table, beside = many(), Beside(stability=wgi(**{f"{a}{a}{a}": -1.0 for a in "ABCDEFGHIJ"}))
        ours = dependents(table, "BBB", 2023, beside=beside).filter(pl.col("partner") == "AAA")
        theirs = dependence(table, "AAA", 2023, beside=beside).frame
        for method in ("stability", "single_point", "korniyenko_2017"):
            flagged = theirs.filter(pl.col(method), pl.col("largest_origin") == "BBB")["hs6"].to_list()
            assert ours.filter(pl.col(method))["hs6"].to_list() == flagged
            assert flagged


def test_shares_made_at_home_come_from_the_pack(japan: object) -> None:
    pack = japan.pack  # type: ignore[attr-defined]
    found = made_at_home(pack.goods)
    assert found["rare-earths"] == found["284690"] == (0.05, 2026)
    assert all(0 <= share <= 1 and not math.isnan(share) for share, _ in found.values())
