"""Layer 1: what is tracked, what is not, and that the accounts stand."""

import numpy as np
import pytest

from kaname.errors import InputProblems
from kaname.network.build import build
from kaname.network.tables import Kind, Network

from . import small


@pytest.fixture(scope="module")
def network() -> Network:
    return build(small.pack(), small.table()).network


def slot(network: Network, user: str, product: str) -> int:
    found = [
        s
        for s in network.slots_of(network.index[user])
        if network.products[network.slots.product[s]] == product
    ]
    assert len(found) == 1, found
    return int(found[0])


def inputs(network: Network, user: str) -> dict[str, float]:
    slots = network.slots_of(network.index[user])
    return {network.products[network.slots.product[s]]: float(network.slots.need[s]) for s in slots}


def test_the_accounts_balance(network: Network) -> None:
    assert np.abs(network.imbalance).max() < 1e-12
    assert set(network.nodes.kind) == {Kind.INDUSTRY}


def test_only_inputs_above_their_threshold_are_tracked_and_never_ones_own(network: Network) -> None:
    # SRV buys 2% of MAK (threshold 3%) and nothing else that may stop it but power at .4%
    assert inputs(network, "HOM:SRV") == pytest.approx({"D": 0.004})
    assert set(inputs(network, "HOM:MAK")) == {"MIN", "D"}
    # D buys 10% of itself
    assert set(inputs(network, "HOM:D")) == {"MIN", "MAK"}


def test_small_suppliers_abroad_go_to_flow_with_their_value() -> None:
    floor = {"id": "link-floor", "label": small.label("floor"), "figure": small.assumed(0.15)}
    network = build(small.pack(parameters=[floor]), small.table()).network

    def suppliers(user: str) -> list[str]:
        s = slot(network, user, "MAK")
        return [
            network.nodes.id[i] for i in network.links.supplier[network.indptr[s] : network.indptr[s + 1]]
        ]

    assert suppliers("HOM:D") == ["HOM:MAK", "AAA:MAK", "BBB:MAK"], "all of home's are followed"
    assert network.slots.need[slot(network, "HOM:D", "MAK")] == pytest.approx(0.05)
    assert network.flow[network.index["BBB:MAK"], network.index["HOM:D"]] == 0
    assert suppliers("AAA:D") == ["HOM:MAK", "AAA:MAK"], "BBB brings a tenth"
    assert network.slots.need[slot(network, "AAA:D", "MAK")] == pytest.approx(0.05 * 0.9)
    row, column = network.index["BBB:MAK"], network.index["AAA:D"]
    assert network.flow[row, column] == pytest.approx(0.05 * 0.1 * network.nodes.output[column])


def test_of_a_service_only_the_supply_at_hand_is_tracked() -> None:
    Z, x, f = small.flows()
    home, abroad, user = 2, 6, 1  # HOM:D, AAA:D, HOM:MAK
    moved = 0.25 * Z[home, user]
    Z[home, user] -= moved
    Z[abroad, user] += moved
    f[home] += moved
    f[abroad] -= moved
    table = small.checked_table(
        regions=small.REGIONS, industries=small.INDUSTRIES, Z=Z, x=x, f=f, year=2022, unit="", source=""
    )
    network = build(small.pack(), table).network
    assert inputs(network, "HOM:MAK")["D"] == pytest.approx(0.75 * 0.04)
    s = slot(network, "HOM:MAK", "D")
    assert network.links.supplier[network.indptr[s] : network.indptr[s + 1]].tolist() == [home]
    assert network.flow[abroad, user] == pytest.approx(moved / 365)


def test_value_is_neither_lost_nor_made(network: Network) -> None:
    Z, x, f = small.flows()
    use = network.slots.need * network.nodes.output[network.slots.user]
    bought = network.flow.sum(axis=0) + np.bincount(network.slots.user, use, len(x))
    assert bought == pytest.approx(Z.sum(axis=0) / 365)
    assert network.nodes.value_added == pytest.approx((x - Z.sum(axis=0)) / 365)
    assert network.nodes.final == pytest.approx(f / 365)


def test_stock_weight_and_slack_come_from_the_product(network: Network) -> None:
    ore, power = slot(network, "HOM:MAK", "MIN"), slot(network, "HOM:MAK", "D")
    assert (network.slots.target[ore], network.slots.target[power]) == (30, 0)
    assert (network.slots.weight[ore], network.slots.shift[ore]) == (1, 0.2)
    slack = network.nodes.slack
    assert [slack[network.index[f"HOM:{i}"]] for i in small.INDUSTRIES] == [0.1, 0.1, 0.0, 0.05]


def test_an_exception_changes_one_users_weight_everywhere() -> None:
    document = small.document()
    document["industries"][0]["exceptions"] = [{"industry": "D", "weight": small.assumed(0.3)}]
    document["industries"][2]["exceptions"] = [{"industry": "SRV", "weight": small.assumed(0)}]
    network = build(type(small.pack()).model_validate(document), small.table()).network
    assert network.slots.weight[slot(network, "HOM:D", "MIN")] == 0.3
    assert network.slots.weight[slot(network, "BBB:D", "MIN")] == 0.3
    assert network.slots.weight[slot(network, "HOM:MAK", "MIN")] == 1
    assert inputs(network, "HOM:SRV") == {}


def test_industries_that_make_nothing_are_left_out() -> None:
    Z, x, f = small.flows()
    gone = small.REGIONS.index("BBB") * 4 + small.INDUSTRIES.index("MAK")
    f = f + Z[:, gone]
    Z[:, gone] = 0
    f[gone], x[gone] = 0, 0
    Z[gone] = 0
    table = small.checked_table(
        regions=small.REGIONS, industries=small.INDUSTRIES, Z=Z, x=x, f=f, year=2022, unit="", source=""
    )
    network = build(small.pack(), table).network
    assert len(network.nodes) == 11
    assert "BBB:MAK" not in network.index
    assert np.abs(network.imbalance).max() < 1e-12


def test_every_industry_that_the_pack_lacks_is_named() -> None:
    document = small.document()
    document["industries"] = document["industries"][:2]
    with pytest.raises(InputProblems) as caught:
        build(type(small.pack()).model_validate(document), small.table())
    assert [p.message for p in caught.value.problems] == [
        "industry 'D' of the table is not in the pack",
        "industry 'SRV' of the table is not in the pack",
    ]


def test_a_home_outside_the_table_and_doubled_names_are_told_at_once() -> None:
    with pytest.raises(InputProblems) as caught:
        build(small.pack(home="NIX", goods=[small.good(id="MIN")]), small.table())
    assert len(caught.value.problems) == 2
