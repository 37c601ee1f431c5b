"""Strengths on a small world worked out by hand, and on the embedded trade."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

import kaname
from kaname.autonomy.dependence import dependents
from kaname.data.baci import SCHEMA, TradeTable, read_embedded
from kaname.errors import InputProblems
from kaname.indispensability.strengths import Rules, strengths

EMBEDDED = Path(kaname.__file__).parent / "packs" / "japan" / "data"


def world(*rows: tuple[int, str, str, float]) -> TradeTable:
    """year, exporter, product, value (thousand USD); all is bought by ZZZ."""
    full = [(year, who, "ZZZ", code, value, None) for year, who, code, value in rows]
    return TradeTable(pl.DataFrame(full, SCHEMA, orient="row"))


SMALL = world(
    # AAA does everything, BBB two things, CCC one; 300000 is done by AAA alone
    *[(2023, "AAA", code, value) for code, value in (("100000", 10.0), ("200000", 30.0), ("300000", 60.0))],
    *[(2023, "BBB", code, value) for code, value in (("100000", 60.0), ("200000", 40.0))],
    (2023, "CCC", "100000", 100.0),
    (2023, "DDD", "100000", 50.0),
    (2023, "DDD", "200000", 50.0),
    *[(2018, who, code, 40.0) for who in ("AAA", "BBB") for code in ("100000", "200000", "300000")],
)


def row(found: pl.DataFrame, hs6: str) -> dict[str, object]:
    return found.row(by_predicate=pl.col("hs6") == hs6, named=True)


def test_by_hand() -> None:
    found = strengths(SMALL, "AAA", 2023)
    assert (found.since, found.goods) == (2018, 3)
    one = row(found.frame, "200000")
    assert one["exports"] == pytest.approx(0.03)  # million USD
    assert one["world_share"] == pytest.approx(30 / 120)
    assert (one["rank"], one["leader"]) == (3, "DDD")
    assert one["leader_share"] == pytest.approx(50 / 120)
    assert one["world_hhi"] == pytest.approx((30**2 + 40**2 + 50**2) / 120**2)
    assert one["exporters"] == pytest.approx(120**2 / (30**2 + 40**2 + 50**2))
    # AAA: .3 of its exports are this; the world: 120 of 400
    assert one["rca"] == pytest.approx(0.3 / (120 / 400))
    assert one["growth"] == pytest.approx((120 / 80) ** 0.2 - 1)
    assert found.market == pytest.approx((400 / 240) ** 0.2 - 1)


def test_present_and_few() -> None:
    found = strengths(SMALL, "AAA", 2023)
    alone = row(found.frame, "300000")
    assert (alone["world_share"], alone["rank"], alone["exporters"]) == (1.0, 1, pytest.approx(1.0))
    assert (alone["present"], alone["few"], alone["potential"]) == (True, True, False)
    common = row(found.frame, "100000")
    assert (common["present"], common["few"]) == (False, False)
    assert found.frame["hs6"][0] == "300000"  # largest share first


def test_potential_is_near_complex_and_growing() -> None:
    lenient = Rules(near=0.0, complex=-9.0, years=5)
    found = strengths(SMALL, "BBB", 2023, lenient)
    # 300000 shrank (80 to 60), 100000 grew faster than all (80 to 220) but BBB does it already or not
    assert row(found.frame, "300000")["potential"] is False
    for one in found.frame.filter("potential").to_dicts():
        assert one["rca"] < 1
        assert one["growth"] > found.market
    assert strengths(SMALL, "BBB", 2023, Rules(complex=99.0)).frame["potential"].sum() == 0


def test_without_an_earlier_year_growth_is_not_known_and_does_not_decide() -> None:
    found = strengths(SMALL, "BBB", 2023, Rules(years=2, near=0.0, complex=-9.0))
    assert (found.since, found.market) == (None, None)
    assert found.frame["growth"].null_count() == 3
    assert found.frame["potential"].any()


def test_the_share_is_the_one_that_dependents_tell() -> None:
    trade = read_embedded(EMBEDDED)
    found = strengths(trade, "JPN", 2023)
    other = dependents(trade, "JPN", 2023).unique("hs6").select("hs6", told="world_share")
    both = found.frame.join(other, on="hs6")
    assert both.height > 30
    assert both["world_share"].to_list() == pytest.approx(both["told"].to_list())
    assert found.eci["rank"].to_list() == list(range(1, found.eci.height + 1))


def test_what_the_data_do_not_hold() -> None:
    with pytest.raises(InputProblems, match="no trade data for 1999"):
        strengths(SMALL, "AAA", 1999)
    with pytest.raises(InputProblems, match="exports nothing"):
        strengths(SMALL, "XXX", 2023)
    with pytest.raises(InputProblems, match="at least three"):
        strengths(world((2023, "AAA", "100000", 1.0), (2023, "BBB", "100000", 1.0)), "AAA", 2023)
