"""One good on one sheet says what the other tables say; and the tables of ties."""

from __future__ import annotations

from itertools import pairwise

import polars as pl
import pytest

from kaname.autonomy.dependence import dependence
from kaname.autonomy.suppliers import good_suppliers
from kaname.data.baci import SCHEMA, TradeTable
from kaname.data.headings import SPANS, maker
from kaname.errors import InputProblems
from kaname.indispensability.leverage import Stop, losses
from kaname.nation import Nation
from kaname.pack.reach import answers_to_supply
from kaname.strategy.areas import Layer, stacked
from kaname.strategy.goodsheet import STOP, Sheet, named_passages
from kaname.strategy.ties import (
    good_exposure,
    longest,
    method_table,
    through_table,
    through_years,
    with_holds,
    without_echoes,
)


@pytest.fixture(scope="module")
def rare_earths(japan: Nation) -> Sheet:
    return japan.sheet("rare-earths")


class TestSheet:
    def test_suppliers_are_those_of_the_goods_table(self, japan: Nation, rare_earths: Sheet) -> None:
        good = japan.goods["rare-earths"]
        other = good_suppliers(japan.trade, good, "JPN", 2023).frame
        assert rare_earths.suppliers.select(other.columns).equals(other)
        china = rare_earths.suppliers.row(0, named=True)
        assert (china["origin"], china["passages"]) == ("CHN", "")
        france = rare_earths.suppliers.row(by_predicate=pl.col("origin") == "FRA", named=True)
        assert france["passages"].split(", ")[:2] == ["gibraltar", "suez"]
        assert named_passages(rare_earths.suppliers)[0] == "malacca"

    def test_the_stop_is_that_of_leverage(self, japan: Nation, rare_earths: Sheet) -> None:
        halt = rare_earths.halt
        assert halt is not None
        (loss,) = losses(japan.built, japan.settings, [Stop("CHN", "JPN", "rare-earths")], STOP, STOP)
        assert halt.kept.amount == pytest.approx(loss.amount, rel=1e-9)
        assert halt.kept.felt == loss.felt
        assert 0 < halt.turned.amount <= halt.kept.amount
        first = halt.stops.row(0, named=True)
        assert first["node"] == "JPN:C29"
        assert first["day"] >= (halt.kept.felt or 0)
        assert first["level"] < 0.9

    def test_measures_are_those_of_the_register(self, japan: Nation, rare_earths: Sheet) -> None:
        assert rare_earths.measures == tuple(
            a.measure for a in answers_to_supply(japan.pack, "rare-earths", "CHN")
        )

    def test_verdicts_of_a_code_are_those_of_depend(self, japan: Nation) -> None:
        sheet = japan.sheet("250410")
        row = japan.dependence(2023).frame.row(by_predicate=pl.col("hs6") == "250410", named=True)
        for method, flag, quantity in sheet.verdicts.select("method", "flag", "flag_quantity").rows():
            assert (row[method], row[f"{method}_quantity"]) == (flag, quantity)
        assert sheet.good is not None and sheet.good.id == "graphite"
        assert sheet.imports == row["imports"]

    def test_the_course_is_over_the_longest_data(self, rare_earths: Sheet) -> None:
        assert rare_earths.years == (1995, 2023)
        ec = rare_earths.verdicts.row(by_predicate=pl.col("method") == "ec_2021", named=True)
        assert ec["years_judged"] == 29
        assert ec["entries"] + ec["exits"] > 2

    def test_a_code_that_no_good_holds(self, japan: Nation) -> None:
        sheet = japan.sheet("252400")
        assert (sheet.good, sheet.halt, sheet.measures, sheet.imports) == (None, None, (), 0.0)

    def test_a_good_that_the_trade_data_do_not_hold(self, japan: Nation) -> None:
        sheet = japan.sheet("permanent-magnets")
        assert sheet.through.is_empty()
        assert sheet.suppliers["origin"].to_list()[0] == "CHN"
        assert sheet.halt is not None

    @pytest.mark.parametrize("asked", ["rare-earth", "28469", "123456"])
    def test_what_is_neither(self, japan: Nation, asked: str) -> None:
        with pytest.raises(InputProblems):
            japan.sheet(asked)


class TestTies:
    def test_methods_against_the_year_before(self, japan: Nation) -> None:
        found = japan.dependence(2023, ["cabinet_office"])
        row = method_table(found, japan.trade, japan.beside).row(0, named=True)
        now = set(found.frame.filter("cabinet_office")["hs6"])
        last = dependence(japan.trade, "JPN", 2022, ["cabinet_office"]).frame
        before = set(last.filter("cabinet_office")["hs6"])
        judged = set(last.drop_nulls("cabinet_office")["hs6"])
        assert row["flagged"] == len(now) == 51
        assert row["entered"] == len((now - before) & judged)
        still = set(found.frame.drop_nulls("cabinet_office")["hs6"])
        assert row["left"] == len((before - now) & still)

    def test_through_is_the_exposure_of_the_good(self, japan: Nation) -> None:
        good = japan.goods["rare-earths"]
        table = through_table(japan.trade, [good], "JPN", 2023)
        china = table.row(by_predicate=pl.col("country") == "CHN", named=True)
        found = good_exposure(japan.trade, good.hs, 2023)
        assert found is not None
        j, s = found.countries.index("JPN"), found.countries.index("CHN")
        assert china["through"] == found.through[j, s]
        share = good_suppliers(japan.trade, good, "JPN", 2023).frame.row(0, named=True)["share"]
        assert china["direct"] == pytest.approx(share)  # nothing is made at home that trade can see
        assert table.row(by_predicate=pl.col("country") == "MMR", named=True)["through"] > 0.4

    def test_years_and_carriers(self, japan: Nation) -> None:
        frame, carriers = through_years(
            japan.trade, ("284690",), "JPN", "CHN", japan.trade.years, tonnes=False
        )
        for year, direct, through, indirect in frame.rows():
            assert indirect == pytest.approx(through - direct)
            assert carriers.filter(year=year)["share"].sum() == pytest.approx(indirect)

    def test_the_longest_table(self, japan: Nation) -> None:
        assert longest(japan.trade, japan.history, ("284690",)) is japan.history
        assert longest(japan.trade, japan.history, ("284690", "250410")) is japan.trade
        assert longest(japan.trade, None, ("284690",)) is japan.trade

    def test_industries_that_only_echo_their_goods_are_left_out(self, japan: Nation) -> None:
        names = ["partner", "product", "their_loss", "our_loss"]
        rows = [
            ("CHN", "graphite", 0.0, 9.5),
            ("CHN", "B08", 0.0, 10.0),
            ("CHN", "C20", 0.0, 10.0),
            ("AUS", "B08", 0.0, 10.0),
        ]
        frame = pl.DataFrame(rows, names, orient="row")
        kept = without_echoes(frame, japan.pack).select("partner", "product").rows()
        assert kept == [("CHN", "graphite"), ("CHN", "C20"), ("AUS", "B08")]

    def test_for_how_long_buyers_could_do_without(self, japan: Nation) -> None:
        codes = ["284690", "284690", "850300", "262100"]
        buyers = pl.DataFrame(
            {"hs6": codes, "partner": ["PHL", "QAT", "KOR", "KOR"], "share_from_home": [0.6, 0.5, 0.3, 0.9]}
        )
        products = pl.DataFrame(
            {
                "partner": ["PHL"],
                "product": ["rare-earths"],
                "their_covered": [96.0],
                "their_felt": [133],
                "their_replaceable": [0.25],
            }
        )
        found = with_holds(buyers, products, japan.pack)
        assert found.select("good", "covered", "felt").rows() == [
            ("rare-earths", 96.0, 133),
            ("rare-earths", None, None),
            (None, None, None),
            (None, None, None),
        ]
        goods, industries = japan.goods["rare-earths"], {i.id: i for i in japan.pack.industries}
        usual, machines = goods.stock.to("day"), industries["C27"].stock
        assert machines is not None
        assert found["lasts"].to_list() == [
            pytest.approx(usual / 0.6),
            pytest.approx(usual / 0.5),
            pytest.approx(machines.to("day") / 0.3),
            None,
        ]

    def test_every_code_of_the_nomenclature_has_an_industry(self, japan: Nation) -> None:
        industries = {i.id for i in japan.pack.industries}
        made = {code: maker(code) for code in japan.names.names["HS92"]}
        assert {code[:4] for code, industry in made.items() if industry is None} == {"2621", "9999"}
        assert set(made.values()) - {None} <= industries
        assert all(first <= last for first, last, _ in SPANS)
        assert all(before[1] < after[0] for before, after in pairwise(SPANS))

    def test_a_product_without_any_trade(self) -> None:
        empty = TradeTable(pl.DataFrame(schema=SCHEMA))
        assert good_exposure(empty, ("250410",), 2023) is None


class TestChart:
    LAYERS = (Layer("direct <b>", [0.8, 0.5]), Layer("by way of France", [0.1, 0.2]))

    def test_well_formed_and_the_same_twice(self) -> None:
        from defusedxml.ElementTree import fromstring

        made = [stacked([2010, 2012], self.LAYERS, "A & B", "Source: C", "in all") for _ in range(2)]
        assert made[0] == made[1]
        words = "".join(fromstring(made[0]).itertext())
        for part in ("A & B", "direct <b> 50%", "by way of France 20%", "in all 70%", "2010", "2012"):
            assert part in words

    def test_names_do_not_lie_on_one_another(self) -> None:
        import re

        layers = [Layer(f"n{k}", [0.01]) for k in range(6)]
        places = [
            float(y)
            for y in re.findall(
                r'y="([\d.]+)" fill="#\w+" font-weight="600">', stacked([2020], layers, "t", "s", "all")
            )
        ]
        assert all(b - a >= 18 for a, b in pairwise(places))
