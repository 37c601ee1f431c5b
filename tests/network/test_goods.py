"""Layer 3: channels of critical goods, and that their value is counted once."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kaname.data.tables import checked_table
from kaname.network.build import Built, build
from kaname.network.tables import Kind, Network

from . import small


@pytest.fixture(scope="module")
def built() -> Built:
    return small.built()


def shares(network: Network, user: str, product: str = "ore") -> dict[str, float]:
    (s,) = [
        i
        for i in network.slots_of(network.index[user])
        if network.products[network.slots.product[i]] == product
    ]
    part = slice(network.indptr[s], network.indptr[s + 1])
    names = [network.nodes.id[i] for i in network.links.supplier[part]]
    return dict(zip(names, network.links.share[part].tolist(), strict=True))


def bought(network: Network) -> np.ndarray:
    """What each industry pays for all inputs, services of facilities left out."""
    n = network.industries
    use = network.slots.need * network.nodes.output[network.slots.user]
    of_facility = network.nodes.kind[network.links.supplier[network.indptr[:-1]]] == Kind.FACILITY
    ours = (network.slots.user < n) & ~of_facility
    return network.flow.sum(axis=0) + np.bincount(network.slots.user[ours], use[ours], n)


def test_the_accounts_balance(built: Built) -> None:
    assert np.abs(built.network.imbalance).max() < 1e-12


def test_every_users_inputs_and_value_added_sum_to_its_output(built: Built) -> None:
    network = built.network
    n = network.industries
    assert bought(network) + network.nodes.value_added[:n] == pytest.approx(
        network.nodes.output[:n], rel=1e-12
    )


def test_what_value_added_loses_is_what_came_from_outside(built: Built) -> None:
    _, x, _ = small.flows()
    lost = (x - small.flows()[0].sum(axis=0)).sum() / 365 - built.network.nodes.value_added.sum()
    assert lost == pytest.approx(sum(a.outside for a in built.accounts), rel=1e-9)
    # 5,000 from OUT and 10 from XYZ to home, 1,000 to AAA; all else fits into what the table holds
    assert lost * 365 == pytest.approx(6_010)


def test_output_and_demand_of_the_industries_stay(built: Built) -> None:
    _, x, f = small.flows()
    n = built.network.industries
    assert built.network.nodes.output[:n] == pytest.approx(x / 365)
    # a seller whose flow made up for another origin's lack sells as much to somebody unknown
    freed = built.network.nodes.final[:n].sum() - f.sum() / 365
    assert freed == pytest.approx(sum(a.pooled for a in built.accounts))


def test_suppliers_stand_in_the_proportion_of_trade(built: Built) -> None:
    found = shares(built.network, "HOM:MAK")
    assert list(found) == sorted(found)
    # of home every origin is followed, however small
    bought = {"AAA/ore": 20_000, "BBB/ore": 15_000, "OUT/ore": 5_000, "XYZ/ore": 10}
    assert found == pytest.approx({origin: value / 40_010 for origin, value in bought.items()})
    account = next(a for a in built.accounts if a.region == "HOM")
    assert account.value * 365 == pytest.approx(40_010)


def test_abroad_the_smallest_origins_are_left_out_and_the_rest_raised() -> None:
    rows = [*small.TRADE, ("XYZ", "BBB", 100.0), ("OUT", "BBB", 90.0)]
    # the two together bring more than three hundredths of BBB's 4,190: the smaller one alone does not
    found = shares(small.built(rows).network, "BBB:MAK")
    assert found == pytest.approx({"AAA/ore": 4_000 / 4_100, "XYZ/ore": 100 / 4_100})


def test_a_channel_buys_from_its_industry_what_was_taken_from_that_flow(built: Built) -> None:
    network = built.network
    channel = network.index["AAA/ore"]
    (s,) = network.slots_of(channel)
    assert (network.slots.target[s], network.slots.weight[s]) == (0, 1)
    assert shares(network, "AAA/ore", "MIN") == {"AAA:MIN": 1.0}
    Z, _, _ = small.flows()
    paid = network.slots.need[s] * network.nodes.output[channel] * 365
    base = {n: i for i, n in enumerate(f"{r}:{k}" for r in small.REGIONS for k in small.INDUSTRIES)}
    at_most = sum(Z[base["AAA:MIN"], base[f"{r}:MAK"]] for r in ("HOM", "BBB"))
    sold = 20_005 + 4_000
    assert paid == pytest.approx(min(sold, at_most), rel=1e-3)
    assert len(network.slots_of(network.index["OUT/ore"])) == 0


def test_countries_outside_the_table_follow_its_regions(built: Built) -> None:
    assert built.network.countries == ("HOM", "AAA", "BBB", "OUT", "XYZ")
    assert built.network.nodes.country[built.network.index["OUT/ore"]] == 3


def test_days_at_sea_are_stock_of_their_own(built: Built) -> None:
    network = built.network
    at = network.links.supplier == network.index["AAA/ore"]
    home = network.nodes.country[network.slots.user[network.links.slot]] == 0
    # ten days and four in the ports, for the nine tenths that sail; three days in the air for the rest
    assert set(network.links.lead[at & home]) == {round(0.9 * 14 + 0.1 * 3)}


def test_users_abroad_depend_as_they_import(built: Built) -> None:
    weight = {r: w for r in ("HOM", "AAA", "BBB") if (w := weight_of(built.network, f"{r}:MAK")) is not None}
    home = 40_010 / OUTPUT["HOM"]
    assert weight["HOM"] == 0.8
    assert weight["BBB"] == pytest.approx(0.8 * min(1, 4_000 / OUTPUT["BBB"] / home))
    assert weight["AAA"] == pytest.approx(0.8 * 1_000 / OUTPUT["AAA"] / home)


OUTPUT = {r: small.OUTPUT[r][1] * 365 for r in small.REGIONS}


def weight_of(network: Network, user: str) -> float | None:
    found = [
        s
        for s in network.slots_of(network.index[user])
        if network.products[network.slots.product[s]] == "ore"
    ]
    return float(network.slots.weight[found[0]]) if found else None


def test_what_goods_leave_of_an_input_is_not_tracked_beside_them(built: Built) -> None:
    # home's trade of 40,000 is a quarter of what MAK buys of MIN (146,000): the rest stays tracked
    names = {
        built.network.products[built.network.slots.product[s]]
        for s in built.network.slots_of(built.network.index["HOM:MAK"])
    }
    assert names == {"ore", "MIN", "D"}
    most = small.built([("AAA", "HOM", 90_000.0)]).network
    names = {most.products[most.slots.product[s]] for s in most.slots_of(most.index["HOM:MAK"])}
    assert names == {"ore", "D"}


def test_an_origin_whose_flow_is_too_small_draws_on_the_others_before_value_added() -> None:
    Z, _, _ = small.flows()
    held = Z[8, 1]  # BBB:MIN -> HOM:MAK
    assert held == pytest.approx(43_800)
    found = small.built([("BBB", "HOM", 60_000.0)])
    (account,) = found.accounts
    assert (account.inside * 365, account.pooled * 365) == pytest.approx((held, 60_000 - held))
    assert account.outside == pytest.approx(0, abs=1e-9)
    assert np.abs(found.network.imbalance).max() < 1e-12


@pytest.mark.parametrize(
    ("rows", "lost"),
    [
        ([("OUT", "HOM", 1e7)], 0.5),
        # AAA is in the table, which does not know of such sales
        ([("AAA", "HOM", 1e7)], 0.1),
    ],
)
def test_trade_beyond_all_belief_is_capped_and_told(rows: list[tuple[str, str, float]], lost: float) -> None:
    found = small.built(rows)
    Z, x, _ = small.flows()
    before = (x[1] - Z[:, 1].sum()) / 365
    after = found.network.nodes.value_added[found.network.index["HOM:MAK"]]
    assert after == pytest.approx((1 - lost) * before, rel=1e-6)
    assert found.accounts[0].capped > 0
    assert any("did not fit" in note.en for note in found.notes)
    assert np.abs(found.network.imbalance).max() < 1e-12


def test_a_cap_leaves_the_suppliers_shares() -> None:
    network = small.built([("OUT", "HOM", 1e7), ("AAA", "HOM", 1e7)]).network
    assert shares(network, "HOM:MAK") == pytest.approx({"AAA/ore": 0.5, "OUT/ore": 0.5})


def test_home_production_is_a_supplier_of_its_own() -> None:
    network = small.built(goods=[small.good(domestic=small.assumed(0.2))]).network
    found = shares(network, "HOM:MAK")
    assert found["HOM/ore"] == pytest.approx(0.2)
    assert found["AAA/ore"] == pytest.approx(0.8 * 20_000 / 40_010)
    assert network.nodes.output[network.index["HOM/ore"]] * 365 == pytest.approx(40_010 / 0.8 * 0.2)


def test_a_ready_substitute_lowers_the_weight_and_a_late_one_does_not() -> None:
    def weight(delay: float) -> float | None:
        other = {
            "label": small.label("x"),
            "share": small.assumed(0.25),
            "delay": small.assumed(delay, "day"),
        }
        return weight_of(small.built(goods=[small.good(substitutes=[other])]).network, "HOM:MAK")

    assert (weight(20), weight(21)) == pytest.approx((0.6, 0.8))


def test_goods_without_trade_data_use_cited_origins_and_a_stated_share() -> None:
    origin = {"country": "BBB", "share": small.assumed(0.6)}
    silent = small.good(id="gem", hs=["999999"], origins=[origin])
    share = {"id": "flow-share-gem", "label": small.label("gem"), "figure": small.assumed(0.1)}
    found = small.built(goods=[silent], parameters=[share])
    assert shares(found.network, "HOM:MAK", "gem") == pytest.approx({"AAA/gem": 0.4, "BBB/gem": 0.6})
    (account,) = found.accounts
    assert account.value == pytest.approx(0.1 * 0.2 * 2000)
    assert found.provenance["BBB/gem"].basis == "origins"
    assert np.abs(found.network.imbalance).max() < 1e-12


def test_a_good_of_unknown_value_stays_in_the_averages_and_is_told() -> None:
    found = small.built(goods=[small.good(hs=["999999"])])
    assert not found.accounts
    assert found.network.products == (*small.INDUSTRIES, "ore")
    assert any("stays within the industry averages" in note.en for note in found.notes)


def test_known_shares_of_users_hold_at_home() -> None:
    users = [
        {"industry": "MAK", "weight": small.assumed(0.5), "share": small.assumed(0.3)},
        {"industry": "D", "weight": small.assumed(0.5)},
    ]
    network = small.built(goods=[small.good(users=users)]).network
    use = network.slots.need * network.nodes.output[network.slots.user] * 365
    ore = {
        network.nodes.id[network.slots.user[s]]: use[s] for s in np.flatnonzero(network.slots.product == 4)
    }
    assert (ore["HOM:MAK"], ore["HOM:D"]) == pytest.approx((0.3 * 40_010, 0.7 * 40_010))


def test_two_goods_share_one_flow_without_counting_it_twice() -> None:
    other = small.good(id="gem", hs=["710239"])
    trade = small.trade([("AAA", "HOM", 70_000.0)])
    more = small.trade([("AAA", "HOM", 70_000.0)], hs6="710239")
    both = type(trade)(trade.frame.vstack(more.frame))
    network = build(small.pack(goods=[small.good(), other]), small.table(), both, small.Seas()).network
    n = network.industries
    assert np.abs(network.imbalance).max() < 1e-12
    assert bought(network) + network.nodes.value_added[:n] == pytest.approx(
        network.nodes.output[:n], rel=1e-12
    )


@settings(max_examples=40, deadline=None)
@given(
    amounts=st.lists(st.floats(0.5, 5e5), min_size=6, max_size=6),
    domestic=st.floats(0, 0.9),
    seed=st.integers(0, 2**16),
)
def test_any_table_and_trade_balance(amounts: list[float], domestic: float, seed: int) -> None:
    random = np.random.default_rng(seed)
    Z = random.gamma(0.5, 1000.0, (12, 12)) * (random.random((12, 12)) < 0.7)
    x = np.maximum(Z.sum(axis=1), Z.sum(axis=0)) * random.uniform(1.05, 3, 12) + 1
    table = checked_table(
        regions=small.REGIONS,
        industries=small.INDUSTRIES,
        Z=Z,
        x=x,
        f=x - Z.sum(axis=1),
        year=1,
        unit="",
        source="",
    )
    pairs = [("AAA", "HOM"), ("BBB", "HOM"), ("OUT", "HOM"), ("HOM", "AAA"), ("OUT", "BBB"), ("BBB", "AAA")]
    trade = small.trade([(*p, v) for p, v in zip(pairs, amounts, strict=True)])
    users = [{"industry": i, "weight": small.assumed(w)} for i, w in (("MAK", 0.9), ("D", 0.2), ("MIN", 0.4))]
    held = small.good(domestic=small.assumed(domestic), users=users)
    network = build(small.pack(goods=[held]), table, trade, small.Seas()).network
    n = network.industries
    assert np.abs(network.imbalance).max() < 1e-9
    assert (network.nodes.value_added >= -1e-9).all()
    assert bought(network) + network.nodes.value_added[:n] == pytest.approx(
        network.nodes.output[:n], rel=1e-9
    )
    assert network.nodes.output[:n] == pytest.approx(x / 365, rel=1e-12)
