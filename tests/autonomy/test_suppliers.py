"""Suppliers of the pack's goods: several codes summed, the trend, and stated origins where trade has none."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest

import kaname
from kaname.autonomy.dependence import dependence
from kaname.autonomy.suppliers import good_suppliers, goods_dependence
from kaname.data.baci import SCHEMA, TradeTable, read_embedded
from kaname.errors import InputProblems
from kaname.pack.model import Good

EMBEDDED = Path(kaname.__file__).parent / "packs" / "japan" / "data"


def fig(value: float, unit: str) -> dict[str, Any]:
    return {
        "value": value,
        "unit": unit,
        "year": 2023,
        "confidence": "assumption",
        "note": "made for the test",
    }


def good(name: str, *hs: str, **origins: float | None) -> Good:
    def stated(share: float | None) -> dict[str, Any]:
        return {"unit": "1", "why": "not published"} if share is None else fig(share, "1")

    return Good.model_validate(
        {
            "id": name,
            "label": {"ja": "品", "en": "good"},
            "hs": hs,
            "parent": "C24B",
            "users": [{"industry": "C26", "weight": fig(1, "1")}],
            "stock": fig(30, "day"),
            "origins": [{"country": c, "share": stated(s)} for c, s in origins.items()],
            "status": "depend",
        }
    )


TRADE = TradeTable(
    pl.DataFrame(
        [
            (2021, "BBB", "AAA", "100000", 80_000.0, 8.0),
            (2021, "CCC", "AAA", "100000", 20_000.0, 2.0),
            (2023, "BBB", "AAA", "100000", 30_000.0, 3.0),
            (2023, "BBB", "AAA", "200000", 30_000.0, None),
            (2023, "DDD", "AAA", "200000", 40_000.0, 5.0),
            (2023, "AAA", "BBB", "200000", 10_000.0, 1.0),
            (2023, "BBB", "CCC", "300000", 1.0, 1.0),
        ],
        SCHEMA,
        orient="row",
    )
)


class TestSuppliers:
    def test_codes_are_summed_and_the_trend_told(self) -> None:
        found = good_suppliers(TRADE, good("ore", "100000", "200000", "777777"), "AAA", 2023)
        assert (found.basis, found.codes, found.missing) == ("trade", ("100000", "200000"), ("777777",))
        assert found.first_year == 2021
        rows = {r["origin"]: r for r in found.frame.to_dicts()}
        assert list(rows) == ["BBB", "DDD", "CCC"]  # largest first
        assert rows["BBB"]["share"] == pytest.approx(0.6)
        assert rows["BBB"]["change"] == pytest.approx(0.6 - 0.8)
        assert (rows["DDD"]["first_share"], rows["DDD"]["change"]) == (0.0, pytest.approx(0.4))
        # an origin that fell to nothing stays in sight
        assert (rows["CCC"]["value"], rows["CCC"]["share"], rows["CCC"]["change"]) == (
            0.0,
            0.0,
            pytest.approx(-0.2),
        )
        assert found.by_year.select("year", "largest_origin").rows() == [(2021, "BBB"), (2023, "BBB")]
        assert found.by_year["hhi"].to_list() == pytest.approx([0.8**2 + 0.2**2, 0.6**2 + 0.4**2])
        # of 100 million, the 30 of one row have no quantity
        assert found.by_year["quantity_missing"].to_list() == pytest.approx([0.0, 0.3])
        assert found.history.select("year", "origin").rows() == [
            (2021, "BBB"),
            (2021, "CCC"),
            (2023, "BBB"),
            (2023, "DDD"),
        ]

    def test_span_ends_with_the_year(self) -> None:
        found = good_suppliers(TRADE, good("ore", "100000"), "AAA", 2023, span=2)
        assert found.first_year == 2023
        assert good_suppliers(TRADE, good("ore", "100000"), "AAA", 2021).frame["share"].to_list() == [
            0.8,
            0.2,
        ]

    def test_one_code_is_the_product(self) -> None:
        one = goods_dependence(TRADE, [good("ore", "100000")], "AAA", 2023).frame.drop(
            "good", "basis", "codes_missing"
        )
        other = dependence(TRADE, "AAA", 2023, products=["100000"]).frame.drop("hs6")
        same = pl.exclude("^.*_z$")  # the good itself is one more product to compare with
        assert one.select(same).equals(other.select(same))

    def test_two_goods_may_share_a_code(self) -> None:
        found = goods_dependence(
            TRADE, [good("a", "100000"), good("b", "100000", "200000")], "AAA", 2023
        ).frame
        assert found["imports"].to_list() == pytest.approx([30.0, 100.0])

    def test_stated_origins_stand_in(self) -> None:
        stated = good("magnets", "850511", BBB=0.8, CCC=0.2)
        found = good_suppliers(TRADE, stated, "AAA", 2023)
        assert (found.basis, found.missing, found.first_year) == ("pack", ("850511",), None)
        assert found.frame.select("origin", "share", "value").rows() == [
            ("BBB", 0.8, None),
            ("CCC", 0.2, None),
        ]
        assert found.by_year.is_empty()
        one = goods_dependence(TRADE, [stated, good("ore", "100000")], "AAA", 2023).frame.row(0, named=True)
        assert (one["good"], one["basis"], one["codes_missing"]) == ("magnets", "pack", 1)
        assert (one["largest_origin"], one["largest_share"]) == ("BBB", 0.8)
        assert one["hhi"] == pytest.approx(0.68)
        assert (one["cabinet_office"], one["cabinet_office_why"]) == (True, None)
        assert (one["ec_2021"], one["ec_2021_why"]) == (None, "no-figure")
        assert (one["geodep"], one["geodep_why"]) == (None, "no-figure")

    def test_stated_origins_stand_in_where_nothing_was_imported(self) -> None:
        stated = good("x", "300000", BBB=0.9)
        assert good_suppliers(TRADE, stated, "AAA", 2023).basis == "pack"
        one = goods_dependence(TRADE, [stated], "AAA", 2023).frame.row(0, named=True)
        assert (one["basis"], one["cabinet_office"], one["hhi"]) == (
            "pack",
            True,
            None,
        )  # a tenth is not stated

    def test_an_unstated_rest_may_hide_a_larger_origin(self) -> None:
        frame = goods_dependence(TRADE, [good("x", BBB=0.3, CCC=0.2), good("y", BBB=None)], "AAA", 2023).frame
        assert frame["largest_share"].to_list() == [None, None]
        assert frame["cabinet_office_why"].to_list() == ["no-figure", "not-in-data"]
        assert frame["basis"].to_list() == ["pack", "none"]

    def test_neither(self) -> None:
        found = good_suppliers(TRADE, good("x", "777777"), "AAA", 2023)
        assert (found.basis, found.frame.height, found.history.height) == ("none", 0, 0)
        bare = goods_dependence(TRADE, [good("x", "300000")], "AAA", 2023).frame.row(0, named=True)
        assert (bare["basis"], bare["imports"], bare["ec_2021_why"]) == ("trade", 0.0, "no-imports")

    def test_year_not_held(self) -> None:
        with pytest.raises(InputProblems, match="2021, 2023"):
            good_suppliers(TRADE, good("ore", "100000"), "AAA", 2022)
        with pytest.raises(InputProblems, match="2021, 2023"):
            goods_dependence(TRADE, [good("ore", "100000")], "AAA", 2022)

    def test_no_goods(self) -> None:
        assert goods_dependence(TRADE, [], "AAA", 2023).frame.is_empty()


def test_embedded_five_years() -> None:
    table = read_embedded(EMBEDDED)
    found = good_suppliers(table, good("graphite", "250410", "250490"), "JPN", 2024)
    assert found.by_year["year"].to_list() == [2020, 2021, 2022, 2023, 2024]
    assert found.by_year["largest_origin"].unique().to_list() == ["CHN"]
    assert found.frame["share"].sum() == pytest.approx(1.0)
    assert found.frame["first_share"].sum() == pytest.approx(1.0)
    one = goods_dependence(table, [good("g", "250410")], "JPN", 2023).frame
    assert one["largest_share"].item() == pytest.approx(0.895, abs=0.001)
