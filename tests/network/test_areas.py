"""The home country by area: shares from prefectures, trade between areas, and sums that stay what they were."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kaname.cascade.intensity import by_intensity
from kaname.cascade.run import run
from kaname.cascade.shocks import Case
from kaname.errors import InputProblems
from kaname.nation import Nation
from kaname.network.areas import by_area, distances, frame_of, shares
from kaname.network.gravity import gravity, near_first
from kaname.network.tables import Kind, Network


@pytest.fixture(scope="module")
def divided(japan: Nation) -> Nation:
    return japan.by_area()


def industries(network: Network, of: np.ndarray) -> np.ndarray:
    """Sums of ``of`` over the areas of each home industry, by product."""
    mine = network.is_home & (network.nodes.kind == Kind.INDUSTRY)
    return np.bincount(network.nodes.product[mine], of[mine], len(network.products))


def test_the_areas_sum_to_the_nation(japan: Nation, divided: Nation) -> None:
    whole, parts = japan.network, divided.network
    for column in ("output", "value_added", "final"):
        a = industries(whole, getattr(whole.nodes, column))
        b = industries(parts, getattr(parts.nodes, column))
        assert b == pytest.approx(a, rel=1e-9, abs=1e-9 * a.max()), column
    assert np.abs(parts.imbalance).max() < 1e-9
    assert len(parts.nodes) > len(whole.nodes) + 400


def test_what_home_buys_of_home_is_what_it_was(japan: Nation, divided: Nation) -> None:
    def table(network: Network) -> np.ndarray:
        """(products, products) home's purchases of home industries, tracked or not."""
        nodes, n = network.nodes, network.industries
        mine = network.is_home & (nodes.kind == Kind.INDUSTRY)
        found = np.zeros((len(network.products),) * 2)
        place = np.flatnonzero(mine[:n])
        np.add.at(
            found, np.ix_(nodes.product[place], nodes.product[place]), network.flow[np.ix_(place, place)]
        )
        slots, links = network.slots, network.links
        user = slots.user[links.slot]
        inner = mine[links.supplier] & mine[user]
        value = links.share * (slots.need * nodes.output[slots.user])[links.slot]
        np.add.at(found, (nodes.product[links.supplier[inner]], nodes.product[user[inner]]), value[inner])
        return found

    a, b = table(japan.network), table(divided.network)
    assert b == pytest.approx(a, rel=1e-9, abs=1e-9 * a.max())


def test_ids_name_the_area(divided: Nation) -> None:
    network = divided.network
    node = network.index["JPN-TOKYO:C26"]
    assert network.nodes.area[node] == "TOKYO"
    assert divided.name("JPN-TOKYO:C26", "ja").startswith("東京・")
    assert divided.name("JPN-TOKYO:C26", "en").startswith("Tokyo, ")
    assert not any(name.startswith("JPN:") for name in network.nodes.id)


def test_power_is_delivered_by_the_grid_of_the_area(divided: Nation) -> None:
    network = divided.network
    for area, grid in (("KYUSHU", "grid-kyushu"), ("TOKYO", "grid-tokyo")):
        slots = network.slots_of(network.index[f"JPN-{area}:D"])
        product = network.products.index("grid")
        (slot,) = (s for s in slots if network.slots.product[s] == product)
        links = slice(network.indptr[slot], network.indptr[slot + 1])
        assert [network.nodes.id[k] for k in network.links.supplier[links]] == [grid]
        (power,) = (
            s
            for s in network.slots_of(network.index[f"JPN-{area}:C26"])
            if network.products[network.slots.product[s]] == "D"
        )
        links = slice(network.indptr[power], network.indptr[power + 1])
        assert [network.nodes.id[k] for k in network.links.supplier[links]] == [f"JPN-{area}:D"]


def test_shares_come_from_prefectures(japan: Nation) -> None:
    found = shares(japan.pack, frame_of(japan.reading.tables))
    assert found.value.sum(axis=1) == pytest.approx(1)
    assert (found.low <= found.value).all() and (found.value <= found.high).all()
    beds = found.value[found.industries.index("Q"), found.areas.index("TOKYO")]
    assert beds == pytest.approx(399715 / 1507526, rel=0.02)  # the eight prefectures' beds over the nation's
    cars = found.value[found.industries.index("C29"), found.areas.index("CHUBU")]
    assert 0.45 < cars < 0.6
    farms = found.value[found.industries.index("A01")]
    assert farms[found.areas.index("HOKKAIDO")] > 0.1 and farms[found.areas.index("OKINAWA")] < 0.02


def test_a_member_of_the_ensemble_stays_in_the_ranges(japan: Nation) -> None:
    known = shares(japan.pack, frame_of(japan.reading.tables))
    one, other = (known.drawn(np.random.default_rng(seed)) for seed in (1, 2))
    assert one.value.sum(axis=1) == pytest.approx(1)
    assert not np.allclose(one.value, other.value)
    raw = known.value * (1 + known.spread[:, None]) / (1 - known.spread[:, None])
    assert (one.value <= raw + 1e-12).all()
    built = by_area(japan.built, japan.reading.tables, drawn=np.random.default_rng(3))
    assert np.abs(built.network.imbalance).max() < 1e-9


def test_distances_are_those_of_the_map(japan: Nation) -> None:
    found = distances(japan.pack, frame_of(japan.reading.tables))
    names = [a.id for a in japan.pack.areas]
    tokyo, kansai, okinawa = (names.index(n) for n in ("TOKYO", "KANSAI", "OKINAWA"))
    assert found == pytest.approx(found.T)
    assert 350 < found[tokyo, kansai] < 450
    assert 1400 < found[tokyo, okinawa] < 1650
    assert (np.diag(found) < 200).all()


@given(
    sold=st.lists(st.floats(0, 100), min_size=4, max_size=4),
    used=st.lists(st.floats(0, 100), min_size=4, max_size=4),
    elasticity=st.floats(0.2, 2),
)
@settings(max_examples=60, deadline=None)
def test_flows_meet_both_margins(sold: list[float], used: list[float], elasticity: float) -> None:
    a, b = np.array(sold), np.array(used)
    if a.sum() <= 1e-6 or b.sum() <= 1e-6:
        return
    b *= a.sum() / b.sum()
    x = np.arange(4.0)
    distance = np.abs(x[:, None] - x) * 100 + 50
    for rule in (gravity, near_first):
        flows = rule(a, b, distance, elasticity)
        assert (flows >= 0).all()
        assert flows.sum(axis=0) == pytest.approx(b, rel=1e-9, abs=1e-9 * a.sum())
        assert flows.sum(axis=1) == pytest.approx(a, rel=1e-9, abs=1e-9 * a.sum())
    near = near_first(a, b, distance, elasticity)
    assert np.diag(near) == pytest.approx(np.minimum(a, b), rel=1e-9, abs=1e-9)


def test_nearer_areas_trade_more() -> None:
    even = np.ones(3)
    distance = np.array([[50.0, 100, 1000], [100, 50, 1000], [1000, 1000, 50]])
    flows = gravity(even, even, distance, 0.9)
    assert flows[0, 0] > flows[0, 1] > flows[0, 2]


def test_margins_that_differ_are_refused() -> None:
    with pytest.raises(InputProblems, match="is not what they use"):
        gravity(np.ones(2), np.ones(2) * 2, np.ones((2, 2)), 1.0)


def test_nothing_moves_without_a_shock(divided: Nation) -> None:
    quiet = divided.pack.scenarios[0]
    calm = quiet.model_copy(
        update={
            "events": tuple(
                e.model_copy(update={"loss": e.loss.model_copy(update={"value": 0.0, "low": 0.0})})
                for e in quiet.events
            )
        }
    )
    found = run(divided.built, Case(((calm, 0.0),)), 20, divided.settings)
    assert np.abs(found.trace.world_loss).max() < 1e-6 * found.normal


def test_a_national_loss_falls_on_the_struck_areas(divided: Nation) -> None:
    network, scenario = divided.network, divided.scenarios["nankai-trough"]
    product = network.products.index("C28")
    nodes = np.flatnonzero((network.nodes.product == product) & network.is_home).astype(np.int32)
    lost = by_intensity(network, scenario, nodes, 0.2)
    output = network.nodes.output[nodes]
    assert lost @ output == pytest.approx(0.2 * output.sum(), rel=1e-12)
    by_name = dict(zip((network.nodes.area[n] for n in nodes), lost, strict=True))
    assert by_name["SHIKOKU"] > by_name["CHUBU"] > by_name["KANSAI"] > by_name["TOKYO"] > 0
    assert by_name["HOKKAIDO"] == 0
    whole = by_intensity(network, scenario, nodes, 0.9)
    assert whole.max() == pytest.approx(1) and whole @ output <= 0.9 * output.sum() + 1e-9


def test_without_areas_nothing_is_spread(japan: Nation) -> None:
    network, scenario = japan.network, japan.scenarios["nankai-trough"]
    nodes = np.array([network.index["JPN:C28"]], np.int32)
    assert by_intensity(network, scenario, nodes, 0.2).tolist() == [0.2]
