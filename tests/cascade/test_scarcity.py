"""What is short: stocks that are spared, ways that carry no more than so much, classes served in turn, rebuilding."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaname.cascade import kernel, reference
from kaname.cascade.disturbance import Closure, Cut, Limit, Rebuild, Shocks, StockLoss
from kaname.cascade.settings import Settings
from kaname.cascade.trace import Record, Trace
from kaname.errors import InputProblems
from kaname.network.tables import Floats, Kind, Network
from tests.cascade.networks import Draft, chain, random_network
from tests.cascade.test_kernel_equals_reference import with_classes
from tests.cascade.test_stability import END, SEEDS, days_lost, profile, recovered, shocks, some

Simulate = Callable[..., Trace]
BOTH = pytest.mark.parametrize("simulate", [kernel.simulate, reference.simulate])
WHOLE = Record(nodes=True, stocks=True)


def level(network: Network, trace: Trace, name: str) -> Floats:
    assert trace.output is not None
    node = network.index[name]
    return np.asarray(trace.output[:, node, 0] / network.nodes.output[node])


def ore_stops(network: Network, days: int = 80) -> Shocks:
    ore = np.array([network.index["HOM:ore"], network.index["ABR:ore"]], np.int32)
    return Shocks(days, 1.0, ("x",), cuts=(Cut(0, 0, profile(days), ore, np.ones(2)),))


@BOTH
def test_a_spared_stock_lasts_longer_and_feeds_less(simulate: Simulate) -> None:
    """Ten days of ore and no more to come: from psi of it on a day's use is 1 / (10 psi) of what is left."""
    network = chain(days=10)
    trace = simulate(network, ore_stops(network), Settings(psi=0.5), Record())
    made = level(network, trace, "HOM:mill")
    np.testing.assert_allclose(
        made[:10], 1
    )  # five days of full use take the stock down to half, from day 5 on
    np.testing.assert_allclose(made[10:20], 0.8 ** np.arange(10), rtol=1e-6)
    usual = simulate(network, ore_stops(network), Settings(), Record())
    assert level(network, usual, "HOM:mill")[16] == pytest.approx(0, abs=1e-12)


def test_a_threshold_within_a_step_changes_nothing() -> None:
    network = chain(days=10)
    usual = kernel.simulate(network, ore_stops(network), Settings())
    spared = kernel.simulate(network, ore_stops(network), Settings(psi=0.1))
    np.testing.assert_array_equal(spared.home_loss, usual.home_loss)


@some
@given(SEEDS, st.sampled_from([0.5, 0.8, 1.0]))
def test_all_is_back_where_stocks_are_spared(seed: int, psi: float) -> None:
    """The classic reading of psi, in which what arrives counts as stock, never comes back on most of these networks."""
    network = random_network(seed, shift=False, leads=False)
    hit = shocks(network, [0.3, 0.7, 1.0], seed)
    spared = kernel.simulate(network, hit, Settings(psi=psi))
    assert recovered(network, spared) <= 14
    usual = kernel.simulate(network, hit, Settings())
    assert (days_lost(network, spared) <= 1.3 * days_lost(network, usual) + 1).all()


def limited(network: Network, most: float, days: int = 120, cuts: tuple[Cut, ...] = ()) -> Shocks:
    """The mill's ore from abroad comes over a way that carries ``most`` of what is usual."""
    link = np.flatnonzero(network.links.supplier == network.index["ABR:ore"]).astype(np.int32)
    limit = Limit(0, 0, profile(days), link, np.full(len(link), most))
    return Shocks(days, 1.0, ("x",), limits=(limit,), cuts=cuts)


def sent(network: Network, trace: Trace) -> Floats:
    """What leaves the mine abroad, of what usually does."""
    assert trace.shipped is not None
    return np.asarray(
        trace.shipped[:, network.index["ABR:ore"], 0] / trace.shipped[0, network.index["ABR:ore"], 0]
    )


@pytest.mark.parametrize("most", [0.0, 0.4, 1.0, 1.2])
@pytest.mark.parametrize("lead", [0, 6])
def test_no_more_comes_over_a_link_than_its_limit(most: float, lead: int) -> None:
    network = chain(days=12, lead=lead)
    slots = network.slots_of(network.index["HOM:mill"])[:1].astype(np.int32)
    hit = replace(limited(network, most), stock_losses=(StockLoss(0, 0, 20, slots, np.full(1, 0.5)),))
    trace = reference.simulate(network, hit, Settings(), WHOLE)
    flow = sent(network, trace)
    assert flow[5:END].max() <= most + 1e-9
    if 0 < most <= 1:
        assert flow[21:END].max() == pytest.approx(most, rel=1e-6), "all that the way carries is used"
    assert flow[END:].max() > 1.05, "then the way is free"


def test_a_limit_takes_nothing_of_orders_that_fit() -> None:
    """A user who asks for half may get it over a way that carries half: a closure by half would halve it again."""
    network = chain(days=12)
    mill = Cut(0, 0, profile(120), np.array([network.index["HOM:mill"]], np.int32), np.array([0.5]))
    trace = reference.simulate(network, limited(network, 0.5, cuts=(mill,)), Settings(), WHOLE)
    assert trace.stock is not None
    slot = int(network.slots_of(network.index["HOM:mill"])[0])
    assert (trace.stock[5:END, slot, 0] >= trace.stock[4, slot, 0] * (1 - 1e-9)).all()


@BOTH
def test_a_limit_of_what_is_usual_disturbs_nothing(simulate: Simulate) -> None:
    network = chain(days=12, lead=3, shift=0.5)
    trace = simulate(network, limited(network, 1.0), Settings(), WHOLE)
    np.testing.assert_allclose(trace.output[:, :, 0] / network.nodes.output, 1, rtol=1e-12)  # type: ignore[index]


def test_a_wider_way_never_costs_more_and_a_wide_one_is_none() -> None:
    network = chain(days=4)
    lost = [
        float(kernel.simulate(network, limited(network, most), Settings()).home_loss.sum())
        for most in (0.0, 0.25, 0.5, 0.75, 0.99, 1.0, 50.0)
    ]
    # refilling what little is missing of a stock makes work: a gain of some thousandths of the loss
    assert (np.diff(lost) <= 2e-3 * lost[0]).all()
    assert lost[0] > lost[1] > lost[2] > lost[3] > 0
    assert lost[-1] == pytest.approx(0, abs=1e-9)


def test_a_limit_ebbs_with_its_event() -> None:
    hit = Shocks(
        4,
        1.0,
        ("x",),
        limits=(Limit(0, 0, np.array([1, 0.5, 0.25, 0]), np.array([3], np.int32), np.array([0.2])),),
    )
    most = [float(hit.most(t, hit.limited)[0, 0]) for t in range(4)]
    assert most == [0.2, 1.2, 3.2, np.inf]


@BOTH
def test_no_limit_on_the_services_of_facilities(simulate: Simulate) -> None:
    network = random_network(3)
    hub = np.flatnonzero(network.nodes.kind[network.links.supplier] == Kind.FACILITY)[:1].astype(np.int32)
    hit = Shocks(3, 1.0, ("x",), limits=(Limit(0, 0, np.ones(3), hub, np.ones(1)),))
    with pytest.raises(InputProblems, match="no limit can be set on what facility 'hub-0' serves"):
        simulate(network, hit, Settings())


def market(priority: list[int] | None) -> Network:
    """A grid at half its capacity, a hospital, a factory, and people who buy of all."""
    draft = Draft()
    grid = draft.node("HOM:grid", "HOM", "grid", 10)
    for name in ("hospital", "factory"):
        draft.slot(draft.node(f"HOM:{name}", "HOM", name, 20), 0.5, {grid: 1}, 0)
    network = draft.build("HOM")
    rank = None if priority is None else np.array(priority, np.int32)
    return replace(network, nodes=replace(network.nodes, priority=rank))


def half_grid(network: Network) -> Shocks:
    grid = np.array([network.index["HOM:grid"]], np.int32)
    return Shocks(30, 1.0, ("x",), cuts=(Cut(0, 0, np.ones(30), grid, np.array([0.5])),))


@BOTH
def test_the_first_class_is_served_first(simulate: Simulate) -> None:
    """10 for people, 10 for the hospital, 10 for the factory; 15 are left."""
    network = market([2, 1, 3])
    how = Settings(rationing="priority", even_share=0.0)
    trace = simulate(network, half_grid(network), how, Record())
    assert level(network, trace, "HOM:hospital")[-1] == pytest.approx(1)
    # power is in the second class, and so are the people who use it; the factory gets what they leave
    assert level(network, trace, "HOM:factory")[-1] == pytest.approx(0, abs=1e-6)
    even = simulate(network, half_grid(network), Settings(), Record())
    assert level(network, even, "HOM:hospital")[-1] == pytest.approx(0.5, rel=1e-5)
    assert level(network, even, "HOM:factory")[-1] == pytest.approx(0.5, rel=1e-5)


@BOTH
def test_people_give_way_to_producers_where_nothing_else_is_said(simulate: Simulate) -> None:
    """15 of 30 are left: 10 and 5 for the users in proportion ... none of which people get before them."""
    network = market(None)
    trace = simulate(network, half_grid(network), Settings(rationing="priority", even_share=0.0), Record())
    for name in ("HOM:hospital", "HOM:factory"):
        assert level(network, trace, name)[-1] == pytest.approx(0.75, rel=1e-5)
    assert trace.shortfall[-1, network.index["HOM:grid"], 0] == pytest.approx(1)


@BOTH
def test_part_goes_out_in_proportion(simulate: Simulate) -> None:
    """Half of the 15 in proportion, 2.5 for each of three; then the hospital 7.5: it is served whole."""
    network = market([3, 1, 3])
    trace = simulate(network, half_grid(network), Settings(rationing="priority", even_share=0.5), Record())
    assert level(network, trace, "HOM:hospital")[-1] == pytest.approx(1)
    assert level(network, trace, "HOM:factory")[-1] == pytest.approx(0.25, rel=1e-5)


@some
@given(SEEDS)
def test_what_is_given_out_by_class_is_what_there_is(seed: int) -> None:
    network = with_classes(random_network(seed), seed)
    hit = shocks(network, [0.6], seed, days=60)
    trace = reference.simulate(network, hit, Settings(rationing="priority"), WHOLE)
    assert trace.shipped is not None and trace.output is not None
    assert (trace.shipped <= trace.output * (1 + 1e-9) + 1e-9).all()
    assert trace.fill is not None and trace.fill.min() >= 0 and trace.fill.max() <= 1 + 1e-12


@pytest.mark.parametrize("seed", range(12))
def test_all_is_back_where_classes_are_served_in_turn(seed: int) -> None:
    network = with_classes(random_network(seed, shift=False, leads=False), seed)
    hit = shocks(network, [0.3, 0.7, 1.0], seed)
    assert recovered(network, kernel.simulate(network, hit, Settings(rationing="priority"))) <= 20


def rebuilt(network: Network, amount: float, cuts: tuple[Cut, ...] = (), days: int = 400) -> Shocks:
    """Twenty days of work for the shop."""
    shop = np.array([network.index["HOM:shop"]], np.int32)
    work = Rebuild(0, 0, (np.arange(days) < 20).astype(float), shop, np.array([amount]))
    return Shocks(days, 1.0, ("x",), rebuilds=(work,), cuts=cuts)


@BOTH
def test_what_is_rebuilt_is_made_beside_the_rest(simulate: Simulate) -> None:
    network = chain()
    shop = network.index["HOM:shop"]
    network = replace(network, nodes=replace(network.nodes, slack=np.full(len(network.nodes), 0.5)))
    trace = simulate(network, rebuilt(network, 6.0), Settings(slack_days=1.0, rest=0.0), Record())
    assert trace.output is not None
    more = float((trace.output[:, shop, 0] - network.nodes.output[shop]).sum())
    place = np.flatnonzero(trace.home == shop)[0]
    unmet = float(trace.shortfall[:, place, 0].sum() * network.nodes.final[shop])
    assert 0 < unmet < 10, "people wait too while the shop has not yet stretched; they do not ask again"
    assert more + unmet == pytest.approx(20 * 6.0, rel=1e-2), (
        "the work is done to the last, no more and no less"
    )
    assert trace.home_loss.sum() < 0


@BOTH
def test_what_cannot_be_delivered_stays_owed(simulate: Simulate) -> None:
    """A shop at its limit serves people and rebuilding in proportion; the rest of the work comes later."""
    network = chain()
    shop = network.index["HOM:shop"]
    slack = np.where(np.arange(len(network.nodes)) == shop, 0.02, 0.5)
    network = replace(network, nodes=replace(network.nodes, slack=slack))
    trace = simulate(network, rebuilt(network, 6.0), Settings(slack_days=1.0, rest=0.0), Record())
    assert trace.output is not None
    more = trace.output[:, shop, 0] / network.nodes.output[shop] - 1
    assert more.max() <= 0.02 + 1e-9
    assert more[25:60].min() > 0.0005, "it goes on long after the work was planned to be done"
    assert abs(more[-1]) < 1e-3


def test_a_run_with_any_of_these_is_not_one_for_the_firm_engine() -> None:
    """Loops for a million firms know none of them: such runs are made by the kernel, with the same results."""
    from kaname.cascade import sparse
    from tests.cascade.firm_networks import random_firm_network

    network = random_firm_network(3, size=20)
    tight = Settings(tolerance=1e-13, passes=2000)
    plain = Shocks(5, 1.0, ("x",))
    links = Shocks(5, 1.0, ("x",), limits=(Limit(0, 0, np.ones(5), np.zeros(1, np.int32), np.ones(1)),))
    work = Shocks(5, 1.0, ("x",), rebuilds=(Rebuild(0, 0, np.ones(5), np.zeros(1, np.int32), np.ones(1)),))
    assert sparse.fits(network, plain, Settings(), Record())
    for hit, how in [
        (plain, replace(tight, psi=0.5)),
        (plain, replace(tight, rationing="priority")),
        (links, tight),
        (work, tight),
    ]:
        assert not sparse.fits(network, hit, how, Record())
        fast, slow = (f(network, hit, how, Record()) for f in (kernel.simulate, reference.simulate))
        np.testing.assert_allclose(fast.world_loss, slow.world_loss, atol=1e-9)


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"psi": 1.5}, ["psi must be a share from 0 to 1, not 1.5 @ settings"]),
        ({"psi": float("nan")}, ["psi is not a finite number @ settings"]),
        ({"even_share": -0.1}, ["even_share must be a share from 0 to 1, not -0.1 @ settings"]),
        ({"rationing": "first"}, ["rationing must be one of proportional, priority, not 'first' @ settings"]),
        ({"passes": 1.5}, ["passes must be a whole number @ settings"]),
        ({"classic": "yes"}, ["classic must be true or false, not 'yes' @ settings"]),
        (
            {"classic": True, "psi": 0.5, "dt": 0.0},
            [
                "dt must be above 0 @ settings",
                "the classic setting knows neither psi nor priority @ settings",
            ],
        ),
    ],
)
def test_settings_that_are_refused(values: dict[str, object], told: list[str]) -> None:
    with pytest.raises(InputProblems) as found:
        Settings(**values)  # type: ignore[arg-type]
    assert [str(p) for p in found.value.problems] == told


def test_a_way_a_little_shut_costs_a_little() -> None:
    """Refilling orders over a way partly shut fall away by and by, not all at once, also where stocks are low."""
    network = chain(days=12)
    mill = network.slots_of(network.index["HOM:mill"])[:1].astype(np.int32)
    abroad, home = np.array([network.index["ABR:ore"]], np.int32), np.zeros(1, np.int32)
    sizes = [0.0, 1e-4, 1e-3, 1e-2, 0.05, 0.1, 0.2]
    hit = Shocks(
        120,
        1.0,
        tuple(map(str, sizes)),
        closures=tuple(Closure(b, 0, profile(120), abroad, home, np.array([z])) for b, z in enumerate(sizes)),
        stock_losses=tuple(StockLoss(b, 0, 3, mill, np.full(1, 0.9)) for b in range(len(sizes))),
    )
    lost = days_lost(network, kernel.simulate(network, hit, Settings(rest=0.0)))
    steps = np.diff(lost) / np.diff(sizes)
    assert np.abs(steps).max() <= 2 * np.abs(steps[-2:]).max() + 1, "no size of closure makes the loss jump"
