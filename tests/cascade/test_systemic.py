"""The index of every node: the golden network, the paper's equations written out, bounds, resuming, bad input."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kaname.cascade import systemic as module
from kaname.cascade.foremost import foremost
from kaname.cascade.systemic import Systemic, drawn, fail_sets, systemic
from kaname.cascade.webs import of_firms, of_network
from kaname.errors import InputProblems
from kaname.network.firms import ESSENTIAL, IRRELEVANT, SOME, Firms
from kaname.network.tables import Floats
from tests.cascade.firm_networks import random_firms
from tests.cascade.networks import chain, random_network

EXAMPLE = Path(__file__).parents[2] / "../shared/data/esri_example"


def golden() -> Firms:
    supplier = np.array([2, 2, 7, 9, 3, 6, 10, 9, 7, 8]) - 1
    buyer = np.array([1, 3, 4, 5, 7, 7, 7, 10, 11, 11]) - 1
    return Firms.of(supplier, buyer, np.ones(10), [1, 2, 1, 3, 4, 2, 4, 1, 2, 3, 5])


def paper(firms: Firms, kinds: np.ndarray, market: bool, tolerance: float = 0.01) -> Floats:
    """(firms,) the index as the paper has it, with dense matrices. ``kinds`` by (supplier, buyer)."""
    n = len(firms)
    W = np.zeros((n, n))
    np.add.at(W, (firms.supplier, firms.buyer), firms.volume)
    np.fill_diagonal(W, 0)
    sold = W.sum(axis=1)
    same = firms.sector[:, None] == firms.sector[None, :]
    essential, some = W * (kinds == ESSENTIAL), W * (kinds == SOME)
    by_sector = same.astype(float) @ essential
    D1 = np.divide(essential, by_sector, out=np.zeros((n, n)), where=by_sector > 0)
    inputs = (essential + some).sum(axis=0)
    D2 = np.divide(some, inputs[None, :], out=np.zeros((n, n)), where=inputs[None, :] > 0)
    U = np.divide(W, sold[:, None], out=np.zeros((n, n)), where=sold[:, None] > 0)
    found = np.zeros(n)
    for failing in range(n):
        psi = np.ones(n)
        psi[failing] = 0
        down, up = psi.copy(), psi.copy()
        while True:
            left = same @ (sold * down)
            sigma = (
                np.minimum(1, np.divide(sold, left, out=np.ones(n), where=left > 0)) if market else np.ones(n)
            )
            missing = sigma * (1 - down)
            worst = np.zeros(n)
            for sector in range(len(firms.sectors)):
                worst = np.maximum(worst, (missing * (firms.sector == sector)) @ D1)
            new_down = np.minimum(psi, 1 - np.maximum(worst, missing @ D2))
            new_up = np.minimum(psi, 1 - U @ (1 - up))
            grew = max((down - new_down).max(), (up - new_up).max())
            down, up = new_down, new_up
            if grew <= tolerance:
                break
        found[failing] = sold @ (1 - np.minimum(down, up)) / sold.sum()
    return found


def test_golden_network() -> None:
    found = systemic(of_firms(golden(), production="linear", replacement="none"))
    known = [0.1, 0.3667, 0.2667, 0.35, 0.1, 0.1667, 0.7, 0.1, 0.3667, 0.2667, 0.45]
    np.testing.assert_allclose(found.index(), known, atol=5e-5)
    assert found.frame["node"][0] == "6"


@settings(max_examples=30, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(
    seed=st.integers(0, 10_000),
    market=st.booleans(),
    production=st.sampled_from(["linear", "leontief", "classes"]),
    tolerance=st.sampled_from([0.01, 1e-3]),
)
def test_the_paper_s_equations(seed: int, market: bool, production: str, tolerance: float) -> None:
    firms = random_firms(seed, 20, 45, output=False)
    count = len(firms.sectors)
    table = np.random.default_rng(seed).integers(0, 3, (count, count)).astype(np.int8)
    kinds = {
        "linear": np.full((20, 20), SOME),
        "leontief": np.full((20, 20), ESSENTIAL),
        "classes": table[firms.sector[:, None], firms.sector[None, :]],
    }[production]
    exposure = of_firms(
        firms,
        production="linear" if production == "linear" else "leontief",
        essential=table if production == "classes" else None,
        replacement="market" if market else "none",
    )
    found = systemic(exposure, tolerance=tolerance)
    # a round more or less where a loss grows by the tolerance itself, to the last digit
    np.testing.assert_allclose(found.index(), paper(firms, kinds, market, tolerance), rtol=0, atol=1e-12)


@pytest.mark.skipif(not EXAMPLE.exists(), reason="the example networks of ../shared/data are not here")
@pytest.mark.parametrize("name", ["erdos_reny_101_213", "scale_free_101_4000"])
def test_example_networks(name: str) -> None:
    """Published example networks with published essential inputs (two-digit industries)."""
    W = pl.read_csv(EXAMPLE / f"example_net_{name}.csv").to_numpy()
    sector = pl.read_csv(EXAMPLE / "industry_vector.csv")["industry_id"].to_numpy()
    ratings = pl.read_csv(EXAMPLE / "ess_mat_n2_ihs.csv", infer_schema_length=0)
    rows = [ratings[:, 0].to_list().index(code) for code in ("01", "47", "10", "46")]
    table = ratings[:, 1:].to_numpy().astype(np.int8)[np.ix_(rows, rows)]
    supplier, buyer = np.nonzero(W)
    used = np.unique(np.concatenate([supplier, buyer]))
    firms = Firms.of(
        np.searchsorted(used, supplier), np.searchsorted(used, buyer), W[supplier, buyer], sector[used]
    )
    kinds = table[firms.sector[:, None], firms.sector[None, :]]
    found = systemic(of_firms(firms, essential=table))
    np.testing.assert_allclose(found.index(), paper(firms, kinds, True), atol=1e-12)
    assert len(np.unique(found.index().round(9))) > 20


@pytest.mark.parametrize("seed", range(6))
def test_order_of_firms_and_unit_of_volumes_do_not_matter(seed: int) -> None:
    firms = random_firms(seed)
    order = np.random.default_rng(seed).permutation(len(firms))
    place = np.argsort(order)
    turned = Firms(
        tuple(firms.id[i] for i in order),
        firms.sector[order],
        firms.sectors,
        place[firms.supplier].astype(np.int32),
        place[firms.buyer].astype(np.int32),
        firms.volume * 1000,
        None if firms.output is None else firms.output[order] * 1000,
    )
    plain, other = systemic(of_firms(firms)), systemic(of_firms(turned))
    np.testing.assert_allclose(other.index(), plain.index()[order], atol=1e-12)


@settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 10_000), market=st.booleans(), size=st.integers(1, 6))
def test_more_failures_never_lose_less(seed: int, market: bool, size: int) -> None:
    """What ``foremost`` rests on; and no index is below what the node counts itself, or above 1."""
    exposure = of_firms(random_firms(seed), replacement="market" if market else "none")
    alone = systemic(exposure, tolerance=1e-9).index()
    group = drawn(exposure, size, seed)
    together = fail_sets(exposure, [group], tolerance=1e-9)[0][0, 0, 2]
    assert together >= alone[group].max() - 1e-9
    own = exposure.web.weights[0, exposure.place]
    assert (alone >= own - 1e-12).all() and (alone <= 1 + 1e-12).all()


@pytest.mark.parametrize("seed", range(5))
def test_foremost_finds_what_all_runs_find(seed: int) -> None:
    exposure = of_firms(random_firms(seed, 1200, 3600, 30))
    everything = systemic(exposure)
    best = foremost(exposure, 15)
    values = np.sort(everything.index())[::-1]
    np.testing.assert_allclose(np.sort(best.top.index())[::-1], values[:15], atol=1e-12)
    assert values[15] <= best.below + 1e-12 <= values[14] + 2e-12
    assert best.runs < len(exposure)


def test_network_of_a_nation() -> None:
    """A supplier nobody can replace costs its users; a supplier of the same product abroad takes over its share."""
    network = chain()
    alone = systemic(of_network(network, "none"))
    frame = alone.frame
    assert set(frame["node"]) == set(network.nodes.id)
    value = {name: i for i, name in enumerate(network.nodes.id)}
    home = network.nodes.value_added * network.is_home
    mill = frame.filter(pl.col("node") == "HOM:mill")
    # the shop needs the mill, so both stop
    assert mill["index"][0] >= (home[value["HOM:mill"]] + home[value["HOM:shop"]]) / home.sum() - 1e-12
    helped = systemic(of_network(network, "market"))
    ore = value["HOM:ore"]
    assert helped.found[ore, 0, 0] < alone.found[ore, 0, 0]


@pytest.mark.parametrize("seed", range(3))
def test_what_is_critical_without_a_stock_bounds_the_index_from_below(seed: int) -> None:
    """Any user whose only supplier of a critical input fails stops with it."""
    network = random_network(seed)
    found = systemic(of_network(network, "none"))
    slots, links = network.slots, network.links
    home = network.nodes.value_added * network.is_home / (network.nodes.value_added * network.is_home).sum()
    sole = np.flatnonzero((links.share == 1) & (slots.weight[links.slot] == 1))
    assert len(sole)
    for link in sole:
        supplier, user = links.supplier[link], slots.user[links.slot[link]]
        assert found.index()[supplier] >= home[supplier] + home[user] - 1e-12


def test_a_stopped_work_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    exposure = of_firms(random_firms(2, 600, 1500))
    whole = systemic(exposure)
    store, told = tmp_path / "index.npz", []

    def stop(share: float) -> None:
        told.append(share)
        if len(told) == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        systemic(exposure, store=store, progress=stop)
    with np.load(store) as kept:
        assert 0 < kept["done"].sum() < len(exposure)
    ran: list[int] = []
    plain = module._fail_each
    monkeypatch.setattr(module, "_fail_each", lambda *a: ran.append(len(a[2])) or plain(*a))
    again = systemic(exposure, store=store)
    np.testing.assert_array_equal(again.found, whole.found)
    assert 0 < sum(ran) < len(exposure)
    ran.clear()
    systemic(exposure, store=store)
    assert not ran
    assert [p.name for p in tmp_path.iterdir()] == ["index.npz"]


def test_a_store_of_something_else_is_refused(tmp_path: Path) -> None:
    exposure = of_firms(random_firms(2))
    store = tmp_path / "index.npz"
    systemic(exposure, store=store)
    with pytest.raises(InputProblems, match="another network"):
        systemic(exposure, store=store, tolerance=0.02)
    with pytest.raises(InputProblems, match="another network"):
        systemic(replace(exposure, replacement="none"), store=store)
    store.write_bytes(b"no results")
    with pytest.raises(InputProblems, match="not a file of systemic results"):
        systemic(exposure, store=store)


def test_bad_input_is_told() -> None:
    exposure = of_network(chain())
    with pytest.raises(InputProblems, match="did you mean 'HOM:mill'") as told:
        systemic(exposure, ["HOM:mil", "nobody"])
    assert len(told.value.problems) == 2
    for call in (
        lambda: systemic(exposure, np.array([99])),
        lambda: systemic(exposure, tolerance=0),
        lambda: foremost(exposure, 0),
        lambda: drawn(exposure, 0),
        lambda: of_firms(golden(), production="cobb-douglas"),  # type: ignore[arg-type]
        lambda: of_firms(golden(), essential=np.zeros((2, 2), np.int8)),
    ):
        with pytest.raises(InputProblems):
            call()


def test_share_above_a_level_with_its_bounds() -> None:
    exposure = of_firms(random_firms(4, 2000, 6000, 20))
    everything = systemic(exposure).index()
    part: Systemic = systemic(exposure, drawn(exposure, 400, 1))
    level = float(np.quantile(everything, 0.9))
    share, low, high = part.above(level)
    assert low <= 0.1 <= high and low <= share <= high and high - low < 0.1
    assert part.above(2.0)[0] == 0 and part.above(2.0)[2] < 0.01
    assert part.above(-1.0)[0] == 1 and part.above(-1.0)[1] > 0.99


def test_irrelevant_inputs_stop_nobody_but_lose_demand() -> None:
    firms = Firms.of([0, 1], [1, 2], [1.0, 2.0], [0, 1, 2])
    table = np.full((3, 3), IRRELEVANT, np.int8)
    found = systemic(of_firms(firms, essential=table, replacement="none"))
    np.testing.assert_allclose(found.found[:, 0, 0], [1 / 3, 2 / 3, 0])
    np.testing.assert_allclose(found.found[:, 0, 1], [1 / 3, 1, 1])
