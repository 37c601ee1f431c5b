"""Classic ARIO equals BoARIO: both orders, all kinds of events, to 1e-9 over a year, on a small and a larger table."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from kaname.cascade.classic import Recovery, Settings, Trace, simulate
from kaname.cascade.trace import INPUT, Record
from kaname.data.tables import InterCountryTable
from kaname.errors import InputProblems
from tests.cascade.classic.peer import Peer, Strike, drawn, run, small

pytest.importorskip("boario", reason="BoARIO, the outside oracle, is not installed")
pytest.importorskip("pymrio", reason="pymrio, which BoARIO needs, is not installed")

pytestmark = pytest.mark.filterwarnings("ignore")
DAYS = 365


def region(table: InterCountryTable, number: int, share: float) -> dict[str, float]:
    """A share of every node of a region."""
    return {f"{table.regions[number]}:{i}": share for i in table.industries}


def capital(table: InterCountryTable, share: dict[str, float], decimals: int = 6) -> dict[str, float]:
    """These shares of capital, four times value added, in money."""
    known = dict(zip(table.nodes, table.value_added, strict=True))
    return {node: round(4 * known[node] * part, decimals) for node, part in share.items()}


def equal(
    table: InterCountryTable, strikes: list[Strike], settings: Settings, days: int = DAYS
) -> tuple[Trace, Peer]:
    peer = run(table, strikes, settings, days)
    ours = simulate(
        table, [[s.ours() for s in strikes]], settings, days, Record(nodes=True, stocks=False), threads=1
    )
    assert ours.output is not None
    assert ours.demand is not None
    assert ours.able is not None
    assert ours.stretch is not None
    np.testing.assert_allclose(ours.able[:, :, 0], peer.able, atol=1e-9)
    np.testing.assert_allclose(ours.output[:, :, 0], peer.output, rtol=1e-9)
    np.testing.assert_allclose(ours.demand[:, :, 0], peer.demand, rtol=1e-9)
    np.testing.assert_allclose(ours.built[:, 0], peer.built.sum(axis=1), rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(ours.unmet[:, 0], peer.unmet.sum(axis=1), rtol=1e-7, atol=1e-6)
    assert ours.output.min() < 0.99 * table.x.min() / 365 or (peer.output[-1] != peer.output[0]).any()
    return ours, peer


BOTH = pytest.mark.parametrize("orders", ["alternative", "fixed"])


@BOTH
def test_capacity_lost(orders: str) -> None:
    table = small()
    strike = Strike(
        "arbitrary", region(table, 0, 0.2), 5, 20, {"recovery_tau": 10, "ours": Recovery("linear", 10)}
    )
    equal(table, [strike], Settings(orders=orders))  # type: ignore[arg-type]


@BOTH
def test_capital_destroyed_that_recovers_twice(orders: str) -> None:
    table = small()
    first = capital(table, region(table, 1, 0.3), decimals=-1)
    second = capital(table, region(table, 1, 0.1) | region(table, 4, 0.5), decimals=-1)
    strikes = [
        Strike("recovery", first, 3, 10, {"recovery_tau": 50, "ours": Recovery("linear", 50)}),
        Strike("recovery", second, 30, 5, {"recovery_tau": 20, "ours": Recovery("linear", 20)}),
    ]
    equal(table, strikes, Settings(orders=orders))  # type: ignore[arg-type]


@BOTH
def test_three_rebuilding_events(orders: str) -> None:
    table = small()
    builders = {"construction": 0.7, "manufactoring": 0.3}
    strikes = [
        Strike("rebuild", capital(table, {"reg1:food": 0.3, "reg2:mining": 0.1}), 3, 2,
               {"rebuild_tau": 30, "rebuilding_sectors": builders, "rebuilding_factor": 0.9}),
        Strike("rebuild", capital(table, {"reg1:food": 0.1, "reg3:trade": 0.02}), 10, 20,
               {"rebuild_tau": 60, "rebuilding_sectors": {"construction": 1.0}}),
        Strike("rebuild", capital(table, region(table, 5, 0.01)), 100, 1,
               {"rebuild_tau": 100, "rebuilding_sectors": builders}),
    ]  # fmt: skip
    ours, _ = equal(table, strikes, Settings(orders=orders))  # type: ignore[arg-type]
    assert ours.built.sum() > 0


@BOTH
def test_inputs_limit_where_stocks_are_short(orders: str) -> None:
    """Stocks by industry, one of them endless, other paces: what stops output is then the lack of inputs."""
    table = small()
    days = dict(zip(table.industries, (3, 5, 8, 4, 12, 20, 30, float("inf")), strict=True))
    settings = Settings(
        orders=orders,  # type: ignore[arg-type]
        psi=0.9,
        stretch_max=1.1,
        stretch_days=100,
        stock_days=days,
        restock_days={i: 2.0 + k for k, i in enumerate(table.industries)},
        spirals=True,
    )
    strike = Strike(
        "arbitrary", region(table, 3, 0.6), 2, 40, {"recovery_tau": 5, "ours": Recovery("linear", 5)}
    )
    equal(table, [strike], settings, days=120)
    assert (run_limits(table, strike, settings) == INPUT).any()


@pytest.mark.parametrize("shape", ["convex", "concave"])
def test_shapes_of_recovery(shape: str) -> None:
    """BoARIO keeps six digits of a share lost; so do the shares handed to ours."""
    table = small()
    course = Recovery(shape, 12).after(np.arange(1.0, 60))
    ours = Recovery(left=tuple(np.round(0.4 * course, 6) / 0.4))
    name = {"convex": "convexe", "concave": "concave"}[shape]
    more = {"recovery_tau": 12, "recovery_function": name, "ours": ours}
    equal(table, [Strike("arbitrary", region(table, 2, 0.4), 3, 4, more)], Settings(), days=100)


@BOTH
@pytest.mark.parametrize("kind", ["arbitrary", "recovery", "rebuild"])
@pytest.mark.parametrize(
    ("regions", "days"), [(5, 60), pytest.param(30, DAYS, marks=pytest.mark.slow)], ids=["150", "900"]
)
def test_drawn_tables(orders: str, kind: str, regions: int, days: int) -> None:
    """150 nodes, and 900 over a year."""
    table = drawn(regions, 30, seed=7)
    if kind == "arbitrary":
        more = {"recovery_tau": 20, "ours": Recovery("linear", 20)}
        strike = Strike(kind, region(table, 3, 0.2), 2, 30, more)
    elif kind == "recovery":
        more = {"recovery_tau": 20, "ours": Recovery("linear", 20)}
        strike = Strike(kind, capital(table, region(table, 3, 0.2), decimals=-1), 2, 20, more)
    else:
        more = {"rebuild_tau": 90, "rebuilding_sectors": {"s04": 0.6, "s11": 0.4}}
        struck = {
            node: part for node, part in region(table, 3, 0.2).items() if builds(table, node, ("s04", "s11"))
        }
        strike = Strike(kind, capital(table, struck), 2, 10, more)
    equal(table, [strike], Settings(orders=orders), days)  # type: ignore[arg-type]


def test_the_peer_collapses_where_ours_refuses() -> None:
    """Stocks of five days, restocked in sixty: BoARIO ends in a world that makes nothing, without a word."""
    table = small()
    settings = Settings(stock_days=5, restock_days=60, spirals=True)
    strike = Strike(
        "arbitrary", region(table, 0, 0.2), 5, 20, {"recovery_tau": 10, "ours": Recovery("linear", 10)}
    )
    peer = run(table, [strike], settings, DAYS)
    ours = simulate(table, [[strike.ours()]], settings, DAYS)
    assert ours.output is not None
    usual = table.x / 365
    np.testing.assert_allclose(ours.output[:, :, 0] / usual, peer.output / usual, atol=1e-9)
    assert peer.output[-1].sum() < 1e-6 * usual.sum()
    with pytest.raises(InputProblems, match="spiral") as told:
        simulate(table, [[strike.ours()]], replace(settings, spirals=False), DAYS)
    assert len(told.value.problems) == len(table.industries)


def run_limits(table: InterCountryTable, strike: Strike, settings: Settings) -> NDArray[np.int8]:
    limit = simulate(table, [[strike.ours()]], settings, 120).limit
    assert limit is not None
    return limit


def builds(table: InterCountryTable, node: str, industries: tuple[str, ...]) -> bool:
    """Whether ``node`` buys of all these industries."""
    column = table.Z[:, table.nodes.index(node)].reshape(len(table.regions), -1).sum(axis=0)
    return all(column[table.industries.index(i)] > 0 for i in industries)
