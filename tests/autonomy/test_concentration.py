"""The walk over sorted rows equals plain group-bys: on made tables, on odd ones, and on the embedded trade."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from bench import _made
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

import kaname
from kaname.autonomy.shares import exports, flows, indicators
from kaname.data.baci import SCHEMA, TradeTable, read_embedded
from kaname.data.concentration import concentration, exports_by_country
from kaname.data.trade_year import trade_year

from .plain_indicators import plain_indicators

EMBEDDED = Path(kaname.__file__).parent / "packs" / "japan" / "data"
NAMES = ("AAA", "BBB", "CCC", "DDD", "EEE")

row = st.tuples(
    st.sampled_from([2022, 2023]),
    st.sampled_from(NAMES),
    st.sampled_from(NAMES),
    st.sampled_from(["010101", "100000", "999999"]),
    st.integers(0, 50).map(float),
    st.one_of(st.none(), st.integers(0, 20).map(float)),
)
tables = st.lists(row, max_size=40, unique_by=lambda r: r[:4]).map(
    lambda rows: TradeTable(pl.DataFrame(rows, SCHEMA, orient="row"))
)


@settings(deadline=None, max_examples=150)
@given(
    tables,
    st.frozensets(st.sampled_from(NAMES), max_size=5),
    st.one_of(st.none(), st.lists(st.sampled_from(NAMES), unique=True)),
)
def test_equals_plain_group_bys(trade: TradeTable, inside: frozenset[str], buyers: list[str] | None) -> None:
    flow = flows(trade, (2022, 2023))
    assert_frame_equal(
        indicators(flow, buyers, inside), plain_indicators(flow, buyers, inside), rel_tol=1e-12, abs_tol=1e-12
    )


def test_equals_plain_group_bys_on_the_embedded_trade(japan: object) -> None:
    flow = flows(read_embedded(EMBEDDED), (2022, 2023))
    inside = frozenset({"JPN", "AUS", "USA"})
    assert_frame_equal(
        indicators(flow, None, inside), plain_indicators(flow, None, inside), rel_tol=1e-10, abs_tol=1e-12
    )


def test_goods_of_several_codes_whose_quantity_is_known_in_part() -> None:
    rows = [
        (2023, "BBB", "AAA", "100000", 4.0, 2.0),
        (2023, "BBB", "AAA", "200000", 6.0, None),
        (2023, "CCC", "AAA", "200000", 5.0, 1.0),
    ]
    flow = flows(
        TradeTable(pl.DataFrame(rows, SCHEMA, orient="row")), (2023,), {"good": ["100000", "200000"]}
    )
    found = indicators(flow)
    assert_frame_equal(found, plain_indicators(flow), rel_tol=1e-12)
    assert found["quantity_missing"].item() == pytest.approx(6 / 15)


def made_frame(made: _made.Made) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "year": pl.Series(np.full(len(made.value), 2023, np.int16)),
            "product": pl.Series(made.products).gather(made.product),
            "importer": pl.Series(made.countries).gather(made.importer),
            "exporter": pl.Series(made.countries).gather(made.exporter),
            "value": made.value / 1000,
            "quantity_t": pl.Series(made.quantity).fill_nan(None),
        }
    )


def test_many_parts_on_many_threads_and_rows_in_any_order() -> None:
    flow = made_frame(_made.year(rows=400_000, products=300, countries=120)).with_columns(
        known=pl.when(pl.col("quantity_t").is_not_null()).then("value").otherwise(0.0)
    )
    plain = plain_indicators(flow, None, frozenset({"JPN"}))
    assert plain.height > 10_000
    shuffled = flow.sample(fraction=1.0, shuffle=True, seed=1)
    for rows in (flow, shuffled):
        assert_frame_equal(indicators(rows, None, frozenset({"JPN"})), plain, rel_tol=1e-10, abs_tol=1e-12)


def test_without_quantities_the_rest_is_the_same() -> None:
    year = trade_year(2023, made_frame(_made.year(rows=20_000, products=50, countries=40)))
    whole, bare = concentration(year), concentration(year, quantities=False)
    assert_frame_equal(bare, whole.select(bare.columns))
    assert not any("quantity" in name or name.endswith("_t") for name in bare.columns)


def test_exports_by_country_are_those_of_the_table() -> None:
    frame = made_frame(_made.year(rows=20_000, products=50, countries=40))
    year = trade_year(2023, frame)
    grid = exports_by_country(year)
    for product, exporter, value in exports(frame).select("product", "exporter", "exports").iter_rows():
        assert grid[year.products.index(product), year.countries.index(exporter)] == pytest.approx(value)
    assert grid.sum() == pytest.approx(frame["value"].sum())


def test_a_country_that_is_no_category_of_the_table() -> None:
    year = trade_year(2023, made_frame(_made.year(rows=2_000, products=5, countries=30)))
    assert concentration(year, importers=frozenset({"???"})).is_empty()
