"""What holds of classic ARIO without a peer: rest, batches, precision, units, order of regions, recovery, bad input."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import kaname
from kaname.cascade.classic import (
    CapacityLoss,
    CapitalLoss,
    Event,
    Rebuild,
    Recovery,
    Settings,
    Trace,
    simulate,
)
from kaname.cascade.trace import CAPACITY, DEMAND, NOTHING, Record
from kaname.data import icio
from kaname.data.tables import InterCountryTable, checked_table
from kaname.errors import InputProblems
from tests.cascade.classic.peer import drawn

TABLE = drawn(4, 5, seed=1)
ORDERS = pytest.mark.parametrize("orders", ["alternative", "fixed"])


def hit(region: int = 1, share: float = 0.3, start: int = 2, days: int = 20) -> Event:
    return CapacityLoss(
        {f"r{region:02d}:{i}": share for i in TABLE.industries}, start, days, Recovery("linear", 5)
    )


def rebuilding(share: float = 0.05) -> Event:
    value = dict(zip(TABLE.nodes, TABLE.value_added, strict=True))
    builders = [i for i in TABLE.industries if _bought_everywhere(i)][:2]
    damage = {f"r02:{i}": share * 4 * value[f"r02:{i}"] for i in TABLE.industries}
    return Rebuild(damage, dict.fromkeys(builders, 1 / len(builders)), start=3, delay=2, days=20)


def _bought_everywhere(industry: str) -> bool:
    return bool((TABLE.Z[TABLE.industries.index(industry) :: len(TABLE.industries)].sum(axis=0) > 0).all())


def whole(trace: Trace, name: str) -> np.ndarray:
    values = getattr(trace, name)
    assert values is not None
    return np.asarray(values)


@ORDERS
def test_without_a_loss_nothing_moves(orders: str) -> None:
    for still in (0.0, 1e-5):
        trace = simulate(TABLE, [[hit(share=0.0)]], Settings(orders=orders, still=still), 50)  # type: ignore[arg-type]
        np.testing.assert_allclose(
            whole(trace, "output")[:, :, 0], np.tile(TABLE.x / 365, (50, 1)), rtol=1e-12
        )
        assert (whole(trace, "limit") == NOTHING).all()
        assert np.abs(trace.total_loss).max() < 1e-9 * TABLE.x.sum()


@ORDERS
def test_a_batch_gives_what_each_gives_alone(orders: str) -> None:
    cases = [[hit()], [rebuilding()], [hit(0, 0.9), rebuilding(0.01)], [hit(3, 0.01, 10, 3)]]
    for still in (0.0, 1e-5):
        how = Settings(orders=orders, still=still)  # type: ignore[arg-type]
        together = simulate(TABLE, cases, how, 80, Record(nodes=True, stocks=True))
        for k, case in enumerate(cases):
            alone = simulate(TABLE, [case], how, 80, Record(nodes=True, stocks=True), threads=1)
            for name in ("output", "demand", "stock", "stretch", "country_loss", "built", "unmet"):
                one = whole(alone, name)[..., 0]
                scale = max(1e-12, np.abs(one).max())
                np.testing.assert_allclose(whole(together, name)[..., k] / scale, one / scale, atol=1e-9)


def test_more_cases_than_lanes() -> None:
    cases = [[hit(k % 4, 0.1 + 0.01 * k)] for k in range(35)]
    together = simulate(TABLE, cases, Settings(), 30).total_loss
    for k in (0, 31, 32, 34):
        np.testing.assert_allclose(
            together[k], simulate(TABLE, [cases[k]], Settings(), 30).total_loss[0], rtol=1e-9
        )


def test_threads_do_not_matter_and_steps_are_told() -> None:
    table, cases = drawn(10, 60, seed=3), [[CapacityLoss({"r01:s02": 0.5, "r04:s00": 0.9})]]
    told: list[int] = []
    one = simulate(table, cases, Settings(), 12, threads=1, tick=told.append)
    assert told == list(range(1, 13))
    for threads in (2, 3):
        assert np.array_equal(
            whole(simulate(table, cases, Settings(), 12, threads=threads), "output"), whole(one, "output")
        )
    with pytest.raises(InputProblems, match="a thread"):
        simulate(table, cases, threads=0)


@ORDERS
def test_single_precision_is_good_enough_to_search(orders: str) -> None:
    cases = [[hit()], [rebuilding()]]
    exact = simulate(TABLE, cases, Settings(orders=orders), 200).total_loss  # type: ignore[arg-type]
    search = Settings(orders=orders, precision="single", still=0)  # type: ignore[arg-type]
    np.testing.assert_allclose(simulate(TABLE, cases, search, 200).total_loss, exact, rtol=1e-4)
    np.testing.assert_allclose(simulate(TABLE, cases[:1], search, 200).total_loss, exact[:1], rtol=1e-4)


@given(scale=st.sampled_from([1e-3, 7.0, 1e6]), seed=st.integers(0, 5))
@settings(max_examples=8, deadline=None)
def test_money_scales_and_the_order_of_regions_does_not_matter(scale: float, seed: int) -> None:
    base = Settings(still=0)
    trace = simulate(TABLE, [[hit(), rebuilding()]], base, 40)
    order = np.random.default_rng(seed).permutation(len(TABLE.regions))
    nodes = (order[:, None] * len(TABLE.industries) + np.arange(len(TABLE.industries))).ravel()
    other = checked_table(
        regions=[TABLE.regions[k] for k in order], industries=TABLE.industries, Z=TABLE.Z[np.ix_(nodes, nodes)] * scale,
        x=TABLE.x[nodes] * scale, f=TABLE.f[nodes] * scale, year=2000, unit="other", source="drawn",
    )  # fmt: skip
    built = rebuilding()
    assert isinstance(built, Rebuild)
    scaled = replace(built, damage={node: damage * scale for node, damage in built.damage.items()})
    there = simulate(other, [[hit(), scaled]], base, 40)
    np.testing.assert_allclose(whole(there, "output") / scale, whole(trace, "output")[:, nodes], rtol=1e-9)
    np.testing.assert_allclose(there.total_loss / scale, trace.total_loss, rtol=1e-9)


@given(share=st.floats(0, 1), region=st.integers(0, 3), orders=st.sampled_from(["alternative", "fixed"]))
@settings(max_examples=15, deadline=None)
def test_nothing_is_negative_and_all_that_is_made_is_delivered(
    share: float, region: int, orders: str
) -> None:
    how = Settings(orders=orders, still=0)  # type: ignore[arg-type]
    trace = simulate(TABLE, [[hit(region, share), rebuilding()]], how, 60, Record(nodes=True, stocks=True))
    output, fill, stock = (whole(trace, name)[..., 0] for name in ("output", "fill", "stock"))
    assert output.min() >= 0
    assert stock.min() >= 0
    assert fill.min() >= 0
    assert fill.max() <= 1 + 1e-12
    # what is made goes to final users, to rebuilding or into stocks, from which it is used
    final = (TABLE.f / 365 * fill).sum(axis=1)
    use = TABLE.Z.sum(axis=0) / np.where(TABLE.x > 0, TABLE.x, 1)
    stocks = stock.sum(axis=(1, 2))
    usual = 90 * TABLE.Z.sum() / 365
    grown = np.diff(np.concatenate([[usual], stocks]))
    np.testing.assert_allclose(
        output.sum(axis=1), final + trace.built[:, 0] + (output * use).sum(axis=1) + grown, rtol=1e-9
    )


def test_output_comes_back() -> None:
    trace = simulate(TABLE, [[hit()]], Settings(still=0, relaxes=True), 730)
    output = whole(trace, "output")[:, :, 0].sum(axis=1) * 365 / TABLE.x.sum()
    assert output.min() < 0.98
    assert abs(output[-1] - 1) < 1e-4


def test_what_bound_an_output_is_told() -> None:
    trace = simulate(TABLE, [[hit()]], Settings(), 10)
    limit = whole(trace, "limit")[3, :, 0].reshape(4, 5)
    assert (limit[1] == CAPACITY).all()
    assert set(np.unique(limit)) <= {NOTHING, CAPACITY, DEMAND}


def test_capital_lost_is_a_share_of_capital() -> None:
    node = TABLE.nodes[7]
    value = dict(zip(TABLE.nodes, TABLE.value_added, strict=True))[node]
    loss = CapitalLoss({node: 0.25 * 3 * value}, 1, 3)
    able = whole(simulate(TABLE, [[loss]], Settings(capital=3.0), 6), "able")[:, 7, 0]
    np.testing.assert_allclose(able, [1, 0.75, 0.75, 0.75, 1, 1])


def test_losses_of_capacity_strike_what_is_left_and_capital_adds_up() -> None:
    node = TABLE.nodes[7]
    capital = 4 * dict(zip(TABLE.nodes, TABLE.value_added, strict=True))[node]
    events = [
        CapacityLoss({node: 0.5}, 1, 1),
        CapacityLoss({node: 0.2}, 1, 1),
        CapitalLoss({node: 0.1 * capital}, 1, 1),
        CapitalLoss({node: 0.2 * capital}, 1, 1),
    ]
    able = whole(simulate(TABLE, [events], Settings(), 3), "able")[1, 7, 0]
    np.testing.assert_allclose(able, 0.5 * 0.8 * 0.7)


def test_idle_nodes_and_nodes_without_suppliers_take_no_harm() -> None:
    Z, f = TABLE.Z.copy(), TABLE.f.copy()
    Z[3], Z[:, 3], f[3] = 0, 0, 0  # makes nothing
    Z[:, 8] = 0  # buys nothing
    Z[:, 12], Z[12] = 0, 0  # sells to final users only, buys nothing
    table = checked_table(
        regions=TABLE.regions, industries=TABLE.industries, Z=Z, x=Z.sum(axis=1) + f + Z.sum(axis=0), year=2000,
        f=f + Z.sum(axis=0), unit="", source="",
    )  # fmt: skip
    for cases in ([[hit(0)]], [[hit(0)], [hit(1)]]):
        trace = simulate(table, cases, Settings(), 40, Record(nodes=True))
        output = whole(trace, "output")
        assert np.isfinite(output).all()
        assert (output[:, 3] == 0).all()
        assert trace.total_loss.min() > 0


def test_suppliers_that_all_stop_are_not_ordered_from() -> None:
    stop = CapacityLoss({f"{r}:s02": 1.0 for r in TABLE.regions}, 1, 5)
    for cases in ([[stop]], [[stop], [hit()]]):
        trace = simulate(TABLE, cases, Settings(), 30, Record(nodes=True))
        output = whole(trace, "output")[:, 2::5, 0]
        assert (output[1:6] == 0).all()
        assert np.isfinite(whole(trace, "demand")).all()
        assert output[-1].min() > 0


def test_power_as_a_stock_is_either_bridged_or_ends_the_world() -> None:
    """On the embedded table; what docs/classic.md tells."""
    table = icio.read_embedded(Path(kaname.__file__).parent / "packs/japan/data")
    cut: list[Event] = [CapacityLoss({"JPN:D": 0.3}, start=5, duration=10)]
    long = simulate(table, [cut], Settings(), 365)
    np.testing.assert_allclose(long.total_loss, 1168, rtol=0.05)
    stock = dict.fromkeys(table.industries, 30.0) | {"D": 2.0}
    restock = dict.fromkeys(table.industries, 30.0) | {"D": 15.0}
    short = Settings(stock_days=stock, restock_days=restock)
    with pytest.raises(InputProblems, match="spiral") as told:
        simulate(table, [cut], short, 365)
    assert [p.path for p in told.value.problems] == ["D"]
    end = whole(simulate(table, [cut], replace(short, spirals=True), 365), "output")[-1].sum() * 365
    assert end < 0.01 * table.x.sum()


def test_every_bad_event_is_told_at_once() -> None:
    events: list[Event] = [
        CapacityLoss({"r09:s00": 0.1, "r00:s00": 1.5, "r00:s01": float("nan")}),
        CapacityLoss({"r00:s00": 0.1}, start=50),
        CapacityLoss({"r00:s00": 0.1}, duration=0, recovery=Recovery("round", 5)),
        CapacityLoss({}),
        CapitalLoss({"r00:s00": 1e12}),
        Rebuild({"r00:s00": 1.0}, {"s00": 0.5, "nobody": 0.1}, days=0.0),
    ]
    with pytest.raises(InputProblems) as told:
        simulate(TABLE, [events], Settings(), 30)
    text = str(told.value)
    for part in ("'r09:s00'", "above 1", "nan", "day 50", "last a day", "'round'", "strikes nothing", "exceeds what",
                 "'nobody'", "sum to 1", "days must be above 0"):  # fmt: skip
        assert part in text


@pytest.mark.parametrize("days", [0, -3])
def test_a_run_needs_days(days: int) -> None:
    with pytest.raises(InputProblems, match="at least one day"):
        simulate(TABLE, [[hit(start=0)]], Settings(), days)
    with pytest.raises(InputProblems, match="no case"):
        simulate(TABLE, [], Settings(), 10)


def test_who_rebuilds_must_be_known() -> None:
    Z = TABLE.Z.copy()
    Z[0::5, 6] = 0
    f = TABLE.f + TABLE.Z.sum(axis=1) - Z.sum(axis=1)
    table = checked_table(
        regions=TABLE.regions, industries=TABLE.industries, Z=Z, x=TABLE.x, f=f, year=2000, unit="", source=""
    )
    with pytest.raises(InputProblems, match="buys nothing of s00"):
        simulate(table, [[Rebuild({"r01:s01": 1.0}, {"s00": 1.0})]], Settings(), 10)


def test_every_bad_setting_is_told_at_once() -> None:
    with pytest.raises(InputProblems) as told:
        Settings(psi=1.2, stretch_max=0.5, stock_days=-1, still=2, orders="some", precision="half")  # type: ignore[arg-type]
    assert len(told.value.problems) == 6
    with pytest.raises(InputProblems, match="no stock_days for 's01'"):
        simulate(TABLE, [[hit()]], Settings(stock_days={"s00": 90}), 10)
    with pytest.raises(InputProblems) as both:
        simulate(TABLE, [[CapacityLoss({"nowhere": 1.0})]], Settings(stock_days=5), 10, threads=0)
    assert len(both.value.problems) == 1 + 1 + len(TABLE.industries)


def test_a_table_that_does_not_balance_is_refused() -> None:
    Z, x = TABLE.Z.copy(), TABLE.x.copy()
    Z[0, 1], Z[2, 3], x[4] = np.nan, -5 * x.max(), x[4] * 2

    def table(flows: np.ndarray, output: np.ndarray) -> InterCountryTable:
        return checked_table(
            regions=TABLE.regions, industries=TABLE.industries, Z=flows, x=output, f=TABLE.f, year=2000, unit="",
            source="",
        )  # fmt: skip

    with pytest.raises(InputProblems, match="not a number"):
        table(Z, x)
    Z[0, 1] = TABLE.Z[0, 1]
    with pytest.raises(InputProblems) as told:
        table(Z, x)
    assert "negative flow" in str(told.value)
    assert "differs from sales" in str(told.value)
