"""Dependence on small tables worked out by hand, against a plain-Python oracle, and on the embedded trade."""

from __future__ import annotations

import math
from collections import defaultdict
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import kaname
from kaname.autonomy.dependence import Dependence, dependence, dependents
from kaname.autonomy.methods import METHODS, WHY, Criterion, Method
from kaname.autonomy.shares import flows, indicators, shares
from kaname.data.baci import SCHEMA, TradeTable, read_embedded
from kaname.errors import InputProblems
from kaname.pack.figures import Label

EMBEDDED = Path(kaname.__file__).parent / "packs" / "japan" / "data"
Row = tuple[int, str, str, str, float, float | None]
FIRST = ("ec_2021", "geodep", "cabinet_office")
"""Methods that read the trade table alone and judge each product by itself."""


def trade(*rows: Row) -> TradeTable:
    """year, exporter, importer, hs6, value (thousand USD), quantity (t)."""
    return TradeTable(pl.DataFrame(rows, SCHEMA, orient="row"))


def both_years(*rows: tuple[str, str, str, float, float | None]) -> list[Row]:
    return [(year, *row) for year in (2022, 2023) for row in rows]


SMALL = trade(
    *both_years(
        # AAA buys 60 + 30 + 10 and sells 20; a third of the quantity is not known by value
        ("BBB", "AAA", "100000", 60_000.0, 600.0),
        ("CCC", "AAA", "100000", 30_000.0, None),
        ("DDD", "AAA", "100000", 10_000.0, 200.0),
        ("AAA", "BBB", "100000", 20_000.0, 100.0),
        # AAA takes no part in this
        ("BBB", "CCC", "200000", 5_000.0, 5.0),
        # two equal suppliers, no exports
        ("CCC", "AAA", "300000", 50_000.0, 1.0),
        ("BBB", "AAA", "300000", 50_000.0, 3.0),
    )
)


def row(found: Dependence, hs6: str) -> dict[str, object]:
    return found.frame.row(by_predicate=pl.col("hs6") == hs6, named=True)


class TestByHand:
    def test_indicators(self) -> None:
        one = row(dependence(SMALL, "AAA", 2023), "100000")
        assert one["imports"] == pytest.approx(100.0)  # million USD
        assert one["exports"] == pytest.approx(20.0)
        assert one["suppliers"] == 3
        assert one["hhi"] == pytest.approx(0.6**2 + 0.3**2 + 0.1**2)  # .46
        assert (one["largest_origin"], one["largest_share"]) == ("BBB", pytest.approx(0.6))
        assert one["outside_share"] == 1.0
        assert one["import_export_ratio"] == pytest.approx(5.0)
        # the world sells 60 + 30 + 10 + 20 = 120
        assert one["world_hhi"] == pytest.approx((60**2 + 30**2 + 10**2 + 20**2) / 120**2)

    def test_quantity_and_what_is_missing_of_it(self) -> None:
        one = row(dependence(SMALL, "AAA", 2023), "100000")
        assert one["imports_t"] == 800.0
        assert one["hhi_quantity"] == pytest.approx(0.75**2 + 0.25**2)
        assert one["largest_share_quantity"] == pytest.approx(0.75)
        assert one["quantity_missing"] == pytest.approx(0.3)
        two = row(dependence(SMALL, "AAA", 2023), "300000")
        assert (two["largest_origin"], two["largest_origin_quantity"]) == ("BBB", "BBB")
        assert two["hhi_quantity"] == pytest.approx(0.75**2 + 0.25**2)
        assert two["hhi"] == pytest.approx(0.5)

    def test_no_quantity_at_all_is_null_and_not_zero(self) -> None:
        bare = trade((2023, "BBB", "AAA", "100000", 1.0, None))
        one = row(dependence(bare, "AAA", 2023), "100000")
        assert one["quantity_missing"] == 1.0
        for name in ("imports_t", "hhi_quantity", "largest_origin_quantity", "largest_share_quantity"):
            assert one[name] is None

    def test_flags(self) -> None:
        found = dependence(SMALL, "AAA", 2023)
        # HHI .46 > .4, all outside, 100/20 > 1; world HHI .347 is not > .4; largest .6 >= .5
        assert [row(found, "100000")[m] for m in FIRST] == [True, False, True]
        # HHI .5, world HHI .5, nothing exported, in both years; the largest has just half
        assert [row(found, "300000")[m] for m in FIRST] == [True, True, True]
        assert row(found, "300000")["import_export_ratio"] == math.inf

    def test_countries_inside(self) -> None:
        found = dependence(SMALL, "AAA", 2023, inside=frozenset({"BBB"}))
        one = row(found, "100000")
        assert one["outside_hhi"] == pytest.approx(0.75**2 + 0.25**2)
        assert one["outside_share"] == pytest.approx(0.4)
        assert one["outside_ratio"] == pytest.approx(2.0)
        assert one["ec_2021"] is False  # CDI2 fails
        assert one["cabinet_office"] is True  # takes all origins alike
        cdi = found.evidence.filter(hs6="100000", method="ec_2021").select("criterion", "met").rows()
        assert cdi == [("CDI1", True), ("CDI2", False), ("CDI3", True)]

    def test_all_inside_is_no_dependence_and_not_unknown(self) -> None:
        found = dependence(SMALL, "AAA", 2023, inside=frozenset({"BBB", "CCC", "DDD"}))
        one = row(found, "100000")
        assert (one["outside_hhi"], one["outside_share"], one["outside_ratio"]) == (None, 0.0, 0.0)
        assert one["ec_2021"] is False

    def test_without_imports_not_judged(self) -> None:
        one = row(dependence(SMALL, "AAA", 2023), "200000")
        assert one["imports"] == 0.0
        assert one["world_hhi"] == pytest.approx(1.0)
        for method in METHODS:
            assert one[method.id] is None
        for method in (*FIRST, "meti", "single_point", "korniyenko_2017"):
            assert one[f"{method}_why"] == "no-imports"
        assert (one["stability_why"], one["distance_why"]) == ("no-table", "no-table")

    def test_counts_agreement_and_disagreement(self) -> None:
        found = dependence(SMALL, "AAA", 2023, FIRST)
        counts = {r["method"]: r for r in found.counts.to_dicts()}
        assert [(counts[m]["flagged"], counts[m]["not_flagged"], counts[m]["not_judged"]) for m in FIRST] == [
            (2, 0, 1),
            (1, 1, 1),
            (2, 0, 1),
        ]
        assert counts["geodep"]["imports_flagged"] == pytest.approx(0.5)
        pair = found.agreement.row(
            by_predicate=(pl.col("a") == "ec_2021") & (pl.col("b") == "geodep"), named=True
        )
        assert pair == {
            "a": "ec_2021",
            "b": "geodep",
            "both": 1,
            "only_a": 1,
            "only_b": 0,
            "neither": 0,
            "not_judged": 1,
            "jaccard": 0.5,
        }
        assert found.disagreement["hs6"].to_list() == ["100000"]


class TestYears:
    """GeoDep asks for two of three years."""

    def lasting(self, *met: bool | None) -> tuple[object, object]:
        """Flag and reason for 2023, the criteria holding, not holding, or nothing imported, in 2021, 2022, 2023."""
        rows: list[Row] = []
        for year, holds in zip((2021, 2022, 2023)[-len(met) :], met, strict=True):
            rows.append((year, "BBB", "CCC", "999999", 1.0, None))
            rows += [(year, "BBB", "AAA", "100000", 10.0, None)] if holds is not None else []
            if holds is False:  # exports as large as imports: the ratio is not above 1
                rows += [(year, "AAA", "BBB", "100000", 10.0, None)]
        one = row(dependence(trade(*rows), "AAA", 2023), "100000")
        return one["geodep"], one["geodep_why"]

    def test_two_of_three(self) -> None:
        assert self.lasting(True, False, True) == (True, None)
        assert self.lasting(True, True, False) == (True, None)
        assert self.lasting(False, False, True) == (False, None)
        assert self.lasting(False, True, False) == (False, None)

    def test_years_that_are_not_in_the_data(self) -> None:
        assert self.lasting(True) == (None, "years-missing")
        assert self.lasting(False) == (None, "years-missing")  # the two before could both hold
        assert self.lasting(True, True) == (True, None)  # the third cannot change it
        assert self.lasting(False, True) == (None, "years-missing")
        assert self.lasting(False, False) == (False, None)

    def test_a_year_without_imports_is_a_year_that_does_not_hold(self) -> None:
        assert self.lasting(None, True, True) == (True, None)
        assert self.lasting(None, None, True) == (False, None)
        assert self.lasting(True, True, None) == (None, "no-imports")


class TestCriteria:
    @pytest.mark.parametrize(
        ("value", "over", "at_least"), [(0.4, False, True), (0.41, True, True), (0.39, False, False)]
    )
    def test_strict_and_not_strict(self, value: float, over: bool, at_least: bool) -> None:
        frame = pl.DataFrame({"hhi": [value]})
        label = Label(ja="集中度", en="concentration")
        assert frame.select(Criterion("c", "hhi", ">", 0.4, label).met).item() is over
        assert frame.select(Criterion("c", "hhi", ">=", 0.4, label).met).item() is at_least

    def test_one_criterion_that_fails_decides_even_if_another_is_unknown(self) -> None:
        label = Label(ja="試験", en="test")
        method = Method(
            "m", label, "here", (Criterion("a", "x", ">", 1, label), Criterion("b", "y", ">", 1, label))
        )
        frame = pl.DataFrame({"x": [0.0, 2.0, 2.0], "y": [None, None, 2.0]})
        assert frame.select(method.met).to_series().to_list() == [False, None, True]

    def test_every_method_says_where_it_is_from(self) -> None:
        more = ["meti", "stability", "distance", "single_point", "korniyenko_2017"]
        assert [m.id for m in METHODS] == [*FIRST, *more]
        assert all(m.reference for m in METHODS)
        thresholds = {c.id: (c.relation, c.threshold) for m in METHODS for c in m.criteria}
        assert thresholds == {
            "CDI1": (">", 0.4),
            "CDI2": (">", 0.5),
            "CDI3": (">", 1.0),
            "imports": (">", 0.4),
            "world": (">", 0.4),
            "ratio": (">", 1.0),
            "largest": (">=", 0.5),
            "use": (">=", 0.5),
            "weighted": (">", 0.4),
            "distance": (">=", 0.5),
            "exporter": (">=", 0.5),
            "held": (">=", 0.5),
            "group": (">=", 4.0),
        }


class TestAsked:
    def test_everything_that_is_not_held_at_once(self) -> None:
        with pytest.raises(InputProblems) as caught:
            dependence(SMALL, "ZZZ", 1999, inside=frozenset({"YYY"}), products=["123456", "100000"])
        text = [p.message for p in caught.value.problems]
        assert len(text) == 4
        assert any("1999" in t and "2022, 2023" in t for t in text)
        assert any("'ZZZ'" in t for t in text)
        assert any("'YYY'" in t for t in text)
        assert any("'123456'" in t and "HS92" in t for t in text)

    def test_unknown_methods(self) -> None:
        with pytest.raises(InputProblems, match="cabinet_office"):
            dependence(SMALL, "AAA", 2023, methods=["metti"])

    def test_some_methods_and_some_products(self) -> None:
        found = dependence(SMALL, "AAA", 2023, ["cabinet_office"], products=["300000"])
        assert found.frame["hs6"].to_list() == ["300000"]
        assert "ec_2021" not in found.frame.columns
        assert found.agreement.is_empty()

    def test_dependents_asks_the_same(self) -> None:
        with pytest.raises(InputProblems, match="2022, 2023"):
            dependents(SMALL, "AAA", 2030)


class TestTurnedRound:
    def test_who_depends_on_us(self) -> None:
        found = dependents(SMALL, "BBB", 2023)
        assert found.select("hs6", "partner").rows() == [
            ("100000", "AAA"),
            ("200000", "CCC"),
            ("300000", "AAA"),
        ]
        first = found.row(0, named=True)
        assert first["share_from_home"] == pytest.approx(0.6)
        assert first["from_home"] == pytest.approx(60.0)
        assert first["imports"] == pytest.approx(100.0)
        assert first["world_share"] == pytest.approx(0.5)
        assert first["largest"] is True
        assert first["cabinet_office"] is True

    def test_not_the_largest_is_not_flagged(self) -> None:
        found = dependents(SMALL, "CCC", 2023)
        assert found["largest"].to_list() == [False, False]  # 30% of one, and second by name of two equals
        for method in METHODS:
            assert found[method.id].to_list() == [False, False]

    def test_nobody_buys(self) -> None:
        found = dependents(trade((2023, "BBB", "AAA", "100000", 1.0, 1.0)), "AAA", 2023)
        assert found.is_empty()
        assert {"hs6", "partner", "share_from_home", "ec_2021"} <= set(found.columns)


COUNTRY = st.sampled_from(["AAA", "BBB", "CCC", "DDD"])
ROWS = st.dictionaries(
    st.tuples(st.sampled_from([2021, 2022, 2023]), COUNTRY, COUNTRY, st.sampled_from(["100000", "200000"])),
    st.tuples(st.integers(1, 9), st.none() | st.integers(1, 9)),
    min_size=1,
    max_size=30,
)
quick = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def table_of(rows: dict[tuple[int, str, str, str], tuple[int, int | None]]) -> TradeTable:
    fixed: list[Row] = [(2023, "AAA", "BBB", "999999", 1.0, None), (2023, "BBB", "AAA", "999999", 1.0, None)]
    own = [
        (*key, float(v), None if q is None else float(q)) for key, (v, q) in rows.items() if key[1] != key[2]
    ]
    return trade(*own, *fixed)


class TestProperties:
    @quick
    @given(ROWS)
    def test_against_plain_python(
        self, rows: dict[tuple[int, str, str, str], tuple[int, int | None]]
    ) -> None:
        table = table_of(rows)
        bought: dict[str, dict[str, float]] = defaultdict(dict)
        sold: dict[str, float] = defaultdict(float)
        for year, exporter, importer, hs6, value, _ in table.frame.rows():
            if year == 2023 and importer == "AAA":
                bought[hs6][exporter] = value
            if year == 2023 and exporter == "AAA":
                sold[hs6] += value
        for one in dependence(table, "AAA", 2023, ["ec_2021", "cabinet_office"]).frame.to_dicts():
            by = bought[one["hs6"]]
            total = sum(by.values())
            assert one["imports"] == pytest.approx(total / 1000)
            assert one["exports"] == pytest.approx(sold[one["hs6"]] / 1000)
            if not by:
                assert one["hhi"] is None and one["ec_2021"] is None
                continue
            hhi = sum((v / total) ** 2 for v in by.values())
            assert one["hhi"] == pytest.approx(hhi)
            assert one["largest_share"] == pytest.approx(max(by.values()) / total)
            assert one["cabinet_office"] is (2 * max(by.values()) >= total)
            if abs(hhi - 0.4) > 1e-9:  # a tie in whole numbers may fall either way in binary
                assert one["ec_2021"] is (hhi > 0.4 and total > sold[one["hs6"]])

    @quick
    @given(ROWS)
    def test_shares_sum_to_one_and_hhi_is_between_its_bounds(
        self, rows: dict[tuple[int, str, str, str], tuple[int, int | None]]
    ) -> None:
        flow = flows(table_of(rows), (2021, 2022, 2023))
        sums = shares(flow).group_by("year", "product", "importer").agg(pl.col("share", "share_t").sum())
        assert sums["share"].to_list() == pytest.approx([1.0] * sums.height)
        assert all(s == pytest.approx(1.0) or s == 0.0 for s in sums["share_t"])  # 0: no quantity known
        for one in indicators(flow).to_dicts():
            assert 1 / one["suppliers"] - 1e-12 <= one["hhi"] <= 1 + 1e-12
            assert one["largest_share"] ** 2 - 1e-12 <= one["hhi"] <= one["largest_share"] + 1e-12
            assert 0 <= one["quantity_missing"] <= 1

    @quick
    @given(ROWS, st.randoms(use_true_random=False))
    def test_order_of_rows_is_irrelevant(
        self, rows: dict[tuple[int, str, str, str], tuple[int, int | None]], chance: object
    ) -> None:
        table = table_of(rows)
        order = list(range(table.frame.height))
        chance.shuffle(order)  # type: ignore[attr-defined]
        mixed = TradeTable(table.frame[order])
        assert dependence(mixed, "AAA", 2023).frame.equals(dependence(table, "AAA", 2023).frame)
        assert dependents(mixed, "AAA", 2023).equals(dependents(table, "AAA", 2023))

    @quick
    @given(ROWS)
    def test_scale_is_irrelevant(self, rows: dict[tuple[int, str, str, str], tuple[int, int | None]]) -> None:
        table = table_of(rows)
        larger = TradeTable(table.frame.with_columns(pl.col("value_kusd") * 1024, pl.col("quantity_t") * 8))
        amounts = ("imports", "exports", "imports_t")
        one, other = (dependence(t, "AAA", 2023).frame for t in (table, larger))
        assert one.drop(amounts).equals(other.drop(amounts))
        assert other["imports"].to_list() == pytest.approx([v * 1024 for v in one["imports"]])

    @quick
    @given(ROWS)
    def test_both_directions_tell_the_same(
        self, rows: dict[tuple[int, str, str, str], tuple[int, int | None]]
    ) -> None:
        table = table_of(rows)
        countries = sorted(set(table.frame["exporter"]) | set(table.frame["importer"]))
        theirs, ours = set(), set()
        for home in countries:
            own, others = dependence(table, home, 2023).frame, dependents(table, home, 2023)
            for m in METHODS:
                flagged = own.filter(pl.col(m.id)).select("hs6", "largest_origin").rows()
                theirs |= {(m.id, home, hs6, origin) for hs6, origin in flagged}
                sold = others.filter(pl.col(m.id)).select("partner", "hs6").rows()
                ours |= {(m.id, partner, hs6, home) for partner, hs6 in sold}
        assert theirs == ours


@pytest.fixture(scope="module")
def baci() -> TradeTable:
    return read_embedded(EMBEDDED)


class TestEmbedded:
    def test_golden_6(self, baci: TradeTable) -> None:
        found = dependence(baci, "JPN", 2023)
        graphite, lithium = row(found, "250410"), row(found, "282520")
        assert (graphite["largest_origin"], round(float(str(graphite["largest_share"])), 2)) == ("CHN", 0.9)
        assert round(float(str(graphite["hhi"])), 2) == 0.80
        assert (lithium["largest_origin"], round(float(str(lithium["largest_share"])), 2)) == ("CHN", 0.86)
        assert round(float(str(lithium["hhi"])), 2) == 0.76

    def test_japan_2023(self, baci: TradeTable) -> None:
        found = dependence(baci, "JPN", 2023, FIRST)
        assert found.frame.height == len(baci.products) == 71
        flagged = dict(found.counts.select("method", "flagged").rows())
        assert flagged == {"ec_2021": 31, "geodep": 8, "cabinet_office": 51}
        assert found.disagreement.height == 44
        assert found.frame.filter(pl.col("imports") == 0)["hs6"].to_list() == ["252400", "261210"]

    def test_any_country_and_both_directions(self, baci: TradeTable) -> None:
        germany = dependence(baci, "DEU", 2023)
        on_china = germany.frame.filter(pl.col("cabinet_office"), pl.col("largest_origin") == "CHN")
        ours = dependents(baci, "CHN", 2023).filter(pl.col("cabinet_office"), pl.col("partner") == "DEU")
        assert on_china.height >= 3
        assert on_china["hs6"].to_list() == ours["hs6"].to_list()
        assert on_china["largest_share"].to_list() == pytest.approx(ours["share_from_home"].to_list())

    def test_first_year_has_too_few_before_it(self, baci: TradeTable) -> None:
        found = dependence(baci, "JPN", baci.years[0]).frame
        assert found["geodep"].null_count() == found.height
        assert set(found["geodep_why"]) == {"years-missing", "no-imports"} <= set(WHY)

    def test_every_country_of_the_world(self, baci: TradeTable) -> None:
        table = indicators(flows(baci, (2023,)))
        assert table["importer"].n_unique() > 200
