"""Holds by hand on a small world; one function for both directions; the embedded table of Japan."""

from __future__ import annotations

from functools import cache

import polars as pl
import pytest

from kaname.cascade.settings import Settings
from kaname.indispensability.holds import holds
from kaname.indispensability.leverage import (
    FELT,
    Leverage,
    Stop,
    bound,
    case_of,
    leverage,
    loss_in,
    losses,
    stopped,
)
from kaname.network.build import Built, build
from tests.network import small


@cache
def world() -> Built:
    document = small.document(
        goods=[
            small.good(
                substitutes=[
                    {
                        "label": small.label("scrap"),
                        "share": small.assumed(0.1),
                        "delay": small.assumed(45, "day"),
                    },
                    {
                        "label": small.label("late"),
                        "share": small.assumed(0.5),
                        "delay": small.assumed(400, "day"),
                    },
                ]
            )
        ]
    )
    return build(small.Pack.model_validate(document), small.table(), small.trade(small.TRADE))


@cache
def found() -> Leverage:
    return leverage(world(), Settings(), stop=90, days=90)


class TestHolds:
    def test_share_stock_and_what_is_at_stake_by_hand(self) -> None:
        held = holds(world(), 90, shift_days=30.0, surge=1.0)
        row = held.row(
            by_predicate=(pl.col("seller") == "AAA")
            & (pl.col("buyer") == "HOM")
            & (pl.col("product") == "ore"),
            named=True,
        )
        net = world().network
        slot = next(
            s
            for s in range(len(net.slots))
            if net.products[net.slots.product[s]] == "ore" and net.nodes.id[net.slots.user[s]] == "HOM:MAK"
        )
        span = slice(net.indptr[slot], net.indptr[slot + 1])
        share = sum(
            float(net.links.share[k])
            for k in range(span.start, span.stop)
            if net.nodes.id[net.links.supplier[k]] == "AAA/ore"
        )
        assert row["share"] == pytest.approx(share)
        assert row["covered"] == pytest.approx(net.slots.target[slot] / share)
        user = net.slots.user[slot]
        lost = net.slots.weight[slot] * net.nodes.value_added[user] * share
        assert row["at_stake"] == pytest.approx(lost * (90 - net.slots.target[slot] / share))
        # others may take a quarter, but no more than they sell already; scrap a tenth; the late substitute nothing
        moved = min(0.25, (1 - share) / share)
        assert row["replaceable"] == pytest.approx(moved + 0.1)
        assert row["replace_days"] == 45.0

    def test_a_stop_that_stocks_outlast_puts_nothing_at_stake(self) -> None:
        short = holds(world(), 5, shift_days=30.0, surge=1.0)
        assert short["at_stake"].to_list() == [0.0] * short.height

    def test_home_is_on_one_side(self) -> None:
        held = holds(world(), 90, 30.0, 1.0)
        assert ((held["seller"] == "HOM") != (held["buyer"] == "HOM")).all()
        assert held["share"].is_between(0, 1).all()

    def test_an_industry_takes_in_its_goods(self) -> None:
        held = holds(world(), 90, 30.0, 1.0).filter(seller="AAA", buyer="HOM")
        by = dict(held.select("product", "at_stake").rows())
        assert by["MIN"] >= by["ore"] > 0


class TestBothDirections:
    def test_every_loss_is_that_of_losses(self) -> None:
        rows = found().products.filter(pl.col("product") == "ore").rows(named=True)
        assert rows
        for row in rows:
            ours, theirs = losses(
                world(),
                Settings(),
                [Stop(row["partner"], "HOM", "ore"), Stop("HOM", row["partner"], "ore")],
                90,
                90,
            )
            assert (row["our_loss"], row["our_felt"]) == (pytest.approx(ours.amount), ours.felt)
            assert row["their_loss"] == pytest.approx(theirs.amount, abs=1e-9)
            assert row["net"] == pytest.approx(theirs.amount - ours.amount)

    def test_what_is_left_out_costs_nothing_before_its_stock_ends(self) -> None:
        held = holds(world(), 90, 30.0, 1.0)
        spared = held.filter(pl.col("at_stake") == 0, pl.col("product").is_in(["MIN", "MAK"])).head(6)
        stops = [Stop(*row) for row in spared.select("seller", "buyer", "product").rows()]
        whole = found().frame["our_loss"].max()
        assert isinstance(whole, float)
        for one in losses(world(), Settings(), stops, 90, 90):
            assert one.amount < 0.02 * whole

    def test_partners_are_all_there(self) -> None:
        assert set(found().frame["partner"]) == {"AAA", "BBB"}
        frame = found().frame
        assert frame["net"].to_list() == pytest.approx((frame["their_loss"] - frame["our_loss"]).to_list())

    def test_a_country_outside_the_table_can_hold_us_too(self) -> None:
        ore = found().products.filter(pl.col("product") == "ore")
        assert "OUT" in holds(world(), 400, 30.0, 1.0).filter(product="ore", buyer="HOM")["seller"].to_list()
        assert set(ore["partner"]) <= {"AAA", "BBB", "OUT"}

    def test_felt_is_the_first_day_above_the_line(self) -> None:
        from kaname.cascade.run import run

        net = world().network
        one = run(bound(world()), case_of(Stop("AAA", "HOM", "ore"), 90), 90, Settings())
        daily = one.trace.country_loss[:, net.countries.index("HOM"), 0]
        normal = float(net.nodes.value_added[net.is_home].sum())
        felt = loss_in(one, "HOM").felt
        assert felt is not None
        assert daily[felt] > FELT * normal
        assert (daily[:felt] <= FELT * normal).all()
        # orders of those who refill their stocks stir a little before, but nothing in earnest until the stock ends
        covered = (
            holds(world(), 90, 30.0, 1.0).filter(seller="AAA", buyer="HOM", product="ore")["covered"].item()
        )
        assert daily[: int(covered) - 1].max() < 0.05 * daily.max()

    def test_a_stop_names_what_stops(self) -> None:
        one = stopped(Stop("AAA", "HOM", "ore"), 30)
        event = one.events[0]
        assert (one.id, event.origins, event.destinations) == ("stop-AAA-HOM-ore", ("AAA",), ("HOM",))  # type: ignore[union-attr]
