"""The same answers from a table in files, read a year at a time, as from one in memory."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from bench import _made
from polars.testing import assert_frame_equal

from kaname.autonomy.beside import Beside
from kaname.autonomy.dependence import both_bases, dependence, dependents
from kaname.autonomy.history import history
from kaname.autonomy.shares import flows, indicators
from kaname.autonomy.suppliers import goods_dependence
from kaname.autonomy.world import World
from kaname.data.add_baci import add_baci
from kaname.data.baci import TradeTable, read_zip
from kaname.data.stored_trade import StoredTrade, stored_trade
from kaname.nation import Nation

HOME = "JPN"


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[StoredTrade, TradeTable]]:
    """Three years of sixty products, in files and in memory."""
    folder: Path = tmp_path_factory.mktemp("made")
    years = [(y, _made.year(rows=12_000, products=60, countries=40, seed=y)) for y in (2021, 2022, 2023)]
    path = _made.write_baci(folder / "BACI_HS92_V202501.zip", years)
    add_baci(path, folder)
    (stored,) = stored_trade(folder)
    yield stored, read_zip(path)


def same(a: pl.DataFrame, b: pl.DataFrame) -> None:
    assert a.height > 0
    assert_frame_equal(a, b, rel_tol=1e-9, abs_tol=1e-12)


def test_dependence_by_all_methods(both: tuple[StoredTrade, TradeTable], japan: Nation) -> None:
    files, memory = both
    beside = Beside(stability=japan.beside.stability)
    found = [both_bases(t, HOME, 2023, beside=beside) for t in (files, memory)]
    same(found[0].frame, found[1].frame)
    same(found[0].evidence, found[1].evidence)
    assert found[0].frame["ec_2021"].any()


def test_dependence_with_countries_inside(both: tuple[StoredTrade, TradeTable]) -> None:
    inside = frozenset(both[0].countries[:10])
    same(*(dependence(t, HOME, 2023, ["ec_2021"], inside=inside).frame for t in both))


def test_dependents(both: tuple[StoredTrade, TradeTable], japan: Nation) -> None:
    beside = Beside(stability=japan.beside.stability)
    same(*(dependents(t, HOME, 2023, beside=beside) for t in both))


def test_history(both: tuple[StoredTrade, TradeTable]) -> None:
    same(*(history(t, HOME, methods=["geodep", "cabinet_office"]) for t in both))


def test_goods_are_read_without_the_rest(both: tuple[StoredTrade, TradeTable], japan: Nation) -> None:
    good = japan.pack.goods[0].model_copy(update={"hs": both[0].products[:3]})
    same(*(goods_dependence(t, [good], HOME, 2023, ["ec_2021"]).frame for t in both))


def test_some_products_are_read_as_rows(both: tuple[StoredTrade, TradeTable]) -> None:
    codes = both[0].products[:2]
    assert World(both[0], (2023,)).whole
    assert not World(both[0], (2023,), codes).whole
    assert not World(both[1], (2023,)).whole
    same(*(dependence(t, HOME, 2023, ["geodep"], products=codes).frame for t in both))


def test_rows_of_some_countries_and_pairs(both: tuple[StoredTrade, TradeTable]) -> None:
    files, memory = both
    world = World(files, (2022, 2023))
    whole = flows(memory, (2022, 2023))
    key = ["year", "product", "importer", "exporter"]
    ours = whole.filter((pl.col("importer") == HOME) | (pl.col("exporter") == HOME))
    same(world.rows((HOME,)).sort(key), ours.sort(key))
    pair = ours.filter(importer=HOME).select("product", "importer").unique().head(5)
    bought = whole.join(pair, on=["product", "importer"], how="semi")
    held = world.pairs(pair)
    same(held.filter(pl.col("importer") == HOME).sort(key), bought.sort(key))
    same(world.indicators((HOME,)), indicators(whole, (HOME,)))


def test_a_year_of_some_products(both: tuple[StoredTrade, TradeTable]) -> None:
    year = both[0].year(2023)
    some = year.only(set(year.products[3:7]))
    assert some.products == year.products[3:7]
    assert some.value.sum() == pytest.approx(year.value[year.start[3] : year.start[7]].sum())
    assert year.only(set(year.products)) is year
    tonnes = year.in_tonnes()
    assert tonnes.value.sum() == pytest.approx(both[1].frame.filter(year=2023)["quantity_t"].sum())
