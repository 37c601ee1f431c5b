"""The compiled kernel gives what the plain equations give, for several cases at once and for any kind of shock."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kaname.cascade import kernel, reference
from kaname.cascade.disturbance import (
    Closure,
    Cut,
    Gate,
    Limit,
    Rebuild,
    Release,
    Shocks,
    StockLoss,
    Swing,
)
from kaname.cascade.settings import Settings
from kaname.cascade.shocks import compile_cases
from kaname.cascade.trace import SLIP, Precision, Record, Trace
from kaname.nation import Nation
from kaname.network.tables import Floats, Ints, Kind, Network
from tests.cascade.networks import chain, random_network

STEPS = 36
EVERYTHING = Record(nodes=True, stocks=True)
# stopped at 1e-8, a pass more or less in a near-tie would show; settled to the last digits it does not
TIGHT = Settings(tolerance=1e-13, passes=20000)


def profile(rng: np.random.Generator, steps: int = STEPS) -> Floats:
    """Nothing, then full, then ebbing."""
    start, length, ebb = rng.integers(0, steps // 2), rng.integers(1, steps // 2), rng.integers(1, 10)
    t = np.arange(steps)
    return np.where(t < start, 0.0, np.clip(1 - (t - start - length) / ebb, 0, 1))


def some(rng: np.random.Generator, count: int, most: int) -> Ints:
    return rng.choice(count, min(count, int(rng.integers(1, most + 1))), replace=False).astype(np.int32)


def sizes(rng: np.random.Generator, count: int) -> Floats:
    """Of any size, now and then all."""
    return np.where(rng.random(count) < 0.2, 1.0, rng.uniform(0, 1, count))


def pairs(rng: np.random.Generator, network: Network, most: int = 6) -> tuple[Ints, Ints]:
    nodes = some(rng, len(network.nodes), most)
    return nodes, rng.integers(0, len(network.countries), len(nodes)).astype(np.int32)


def random_shocks(network: Network, seed: int, kinds: frozenset[str], cases: int, dt: float = 1.0) -> Shocks:
    """For each case one to two shocks of each kind; gates are the same in all, as they are the network's."""
    rng = np.random.default_rng(seed)
    n, s = len(network.nodes), len(network.slots)
    found: dict[str, list[object]] = {
        name: [] for name in ("cuts", "closures", "swings", "losses", "releases", "limits", "rebuilds")
    }
    for case in range(cases):
        for _ in range(int(rng.integers(1, 3))):
            nodes, slots = some(rng, n, 3), some(rng, s, 4)
            if "cuts" in kinds:
                found["cuts"].append(Cut(case, 0, profile(rng), nodes, sizes(rng, len(nodes))))
            if "closures" in kinds:
                at, into = pairs(rng, network)
                found["closures"].append(Closure(case, 0, profile(rng), at, into, sizes(rng, len(at))))
            if "swings" in kinds:
                change = rng.uniform(-1.2, 0.6, len(nodes))
                found["swings"].append(Swing(case, 0, profile(rng), nodes, change))
            step = int(rng.integers(0, STEPS))
            if "losses" in kinds:
                found["losses"].append(StockLoss(case, 0, step, slots, sizes(rng, len(slots))))
            if "releases" in kinds:
                found["releases"].append(
                    Release(case, "r", step, slots, rng.uniform(1, 20), rng.uniform(0.1, 1))
                )
            if "limits" in kinds:
                links = some_links(rng, network)
                # of any size: shut, narrow, with room to spare
                most = rng.choice([0.0, 0.3, 0.9, 1.0, 1.02, 1.5], len(links))
                found["limits"].append(Limit(case, 0, profile(rng), links, most))
            if "rebuilds" in kinds:
                amount = network.nodes.output[nodes] * rng.uniform(0, 0.5, len(nodes))
                found["rebuilds"].append(Rebuild(case, 0, profile(rng), nodes, amount))
    return Shocks(
        STEPS,
        dt,
        tuple(map(str, range(cases))),
        cuts=tuple(found["cuts"]),
        closures=tuple(found["closures"]),
        swings=tuple(found["swings"]),
        limits=tuple(found["limits"]),
        rebuilds=tuple(found["rebuilds"]),
        stock_losses=tuple(found["losses"]),
        releases=tuple(found["releases"]),
        gates=(gate(network, rng, cases),) if "gates" in kinds else (),
    )


def some_links(rng: np.random.Generator, network: Network) -> Ints:
    """Some links that may be limited: not those of facilities."""
    free = np.flatnonzero(network.nodes.kind[network.links.supplier] != Kind.FACILITY)
    return np.sort(rng.permutation(free)[: int(rng.integers(1, 8))]).astype(np.int32)


def gate(network: Network, rng: np.random.Generator, cases: int) -> Gate:
    facilities = np.flatnonzero(network.nodes.kind == Kind.FACILITY).astype(np.int32)
    if not len(facilities):
        facilities = np.zeros(1, np.int32)
    share = rng.dirichlet(np.ones(len(facilities)))
    at, into = pairs(rng, network)
    return Gate("hub", facilities, share, rng.uniform(0, 0.5, cases), at, into, sizes(rng, len(at)))


def with_classes(network: Network, seed: int, most: int = 3) -> Network:
    """Producers in up to ``most`` classes of priority."""
    rank = np.random.default_rng(seed).integers(1, most + 1, len(network.nodes)).astype(np.int32)
    return replace(network, nodes=replace(network.nodes, priority=rank))


def with_more_services(network: Network, seed: int) -> Network:
    """A third of the stocks taken away: services of several suppliers, which may take over from each other."""
    target = network.slots.target * (np.random.default_rng(seed).random(len(network.slots)) > 1 / 3)
    return replace(network, slots=replace(network.slots, target=target))


def assert_equal(network: Network, fast: Trace, plain: Trace) -> None:
    """To 1e-9 of the size of each thing; what bound an output wherever it is no tie."""
    size = {
        "output": network.nodes.output,
        "demand": network.nodes.output,
        # what refills a stock is the small rest of a supplier's output and carries the rounding of the whole
        "stock": np.maximum(
            np.maximum(network.slots.target, 1)
            * network.slots.need
            * network.nodes.output[network.slots.user],
            1e-5,
        ),
        "loss": np.maximum(network.nodes.value_added[plain.home], 1e-3),
    }
    size["transit"] = size["stock"]
    world = network.nodes.value_added.sum()
    assert fast.home.tolist() == plain.home.tolist()
    for field in fields(Trace):
        a, b = getattr(fast, field.name), getattr(plain, field.name)
        if field.name in ("home", "arrived", "shipped", "slot", "limit"):
            continue
        assert a.shape == b.shape, field.name
        scale = size.get(field.name, np.float64(1.0))
        if field.name.endswith("_loss"):
            scale = world
        # loss and shortfall are kept in single precision
        atol = 2e-7 if a.dtype == np.float32 else 1e-9
        difference = np.abs(a.astype(float) - b) / (scale[:, None] if np.ndim(scale) else scale)
        assert difference.max(initial=0) <= atol, (field.name, difference.max())
    assert fast.output is not None
    assert fast.limit is not None and plain.limit is not None
    # at the very edge of "below its baseline" rounding decides
    clear = np.abs(1 - fast.output / network.nodes.output[:, None] - SLIP) > 1e-11
    assert (fast.limit == plain.limit)[clear].mean() > 0.999


KINDS = ("cuts", "closures", "swings", "losses", "releases", "gates", "limits", "rebuilds")


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(
    seed=st.integers(0, 10_000),
    kinds=st.frozensets(st.sampled_from(KINDS), min_size=1),
    cases=st.integers(1, 4),
    shift=st.booleans(),
    leads=st.booleans(),
    facilities=st.booleans(),
    services=st.booleans(),
    classic=st.booleans(),
    psi=st.sampled_from([0.0, 0.0, 0.5, 0.8, 1.0]),
    priority=st.booleans(),
)
def test_kernel_equals_reference(
    seed: int,
    kinds: frozenset[str],
    cases: int,
    shift: bool,
    leads: bool,
    facilities: bool,
    services: bool,
    classic: bool,
    psi: float,
    priority: bool,
) -> None:
    network = random_network(seed, shift=shift, leads=leads, facilities=facilities)
    network = with_classes(network, seed) if priority else network
    network = with_more_services(network, seed) if services else network
    shocks = random_shocks(network, seed, kinds, cases)
    how = replace(TIGHT, classic=True) if classic else replace(TIGHT, psi=psi)
    how = replace(how, rationing="priority") if priority and not classic else how
    fast = kernel.simulate(network, shocks, how, EVERYTHING)
    assert_equal(network, fast, reference.simulate(network, shocks, how, EVERYTHING))


@pytest.mark.parametrize("dt", [0.25, 0.5])
def test_kernel_equals_reference_at_shorter_steps(dt: float) -> None:
    network = random_network(7)
    shocks = random_shocks(network, 7, frozenset(KINDS), 3, dt)
    how = replace(TIGHT, dt=dt)
    fast = kernel.simulate(network, shocks, how, EVERYTHING)
    assert_equal(network, fast, reference.simulate(network, shocks, how, EVERYTHING))


def test_the_shocks_move_what_is_compared() -> None:
    """The comparison would mean little if nothing happened in it."""
    network = random_network(3)
    trace = kernel.simulate(network, random_shocks(network, 3, frozenset(KINDS), 4), TIGHT, EVERYTHING)
    assert trace.output is not None and trace.fill is not None and trace.gates is not None
    assert (trace.home_loss.sum(axis=0) > 0).all()
    assert trace.shortfall.max() > 0.01 and trace.fill.min() < 0.9 and trace.gates.max() > 0
    assert trace.limit is not None and set(np.unique(trace.limit)) == {0, 1, 2, 3}


@pytest.mark.parametrize("seed", range(4))
def test_a_case_gives_alone_what_it_gives_among_others(seed: int) -> None:
    network = random_network(seed)
    shocks = random_shocks(network, seed, frozenset(KINDS), 5)
    together = kernel.simulate(network, shocks, Settings(), EVERYTHING)
    for case in range(5):
        alone = kernel.simulate(network, shocks.part([case]), Settings(), EVERYTHING)
        for name in ("output", "fill", "stock", "transit", "home_loss"):
            got, want = getattr(together, name)[..., case], getattr(alone, name)[..., 0]
            np.testing.assert_allclose(got, want, rtol=1e-12, atol=1e-12, err_msg=name)


@pytest.mark.parametrize("network", [chain(), chain(lead=7, shift=0.5), random_network(1), random_network(2)])
def test_without_a_shock_nothing_moves(network: Network) -> None:
    trace = kernel.simulate(network, Shocks(200, 1.0, ("calm", "calm too")), Settings(), EVERYTHING)
    assert trace.output is not None and trace.stock is not None
    still = network.nodes.output[:, None]
    np.testing.assert_allclose(trace.output, np.broadcast_to(still, trace.output.shape), rtol=1e-12)
    slots = network.slots
    target = slots.target * slots.need * network.nodes.output[slots.user]
    stock = np.broadcast_to(target[:, None], trace.stock.shape)
    np.testing.assert_allclose(trace.stock, stock, rtol=1e-12)
    assert np.abs(trace.world_loss).max() <= 1e-12 * network.nodes.value_added.sum()
    assert trace.shortfall.max() == 0


def test_kernel_equals_reference_on_a_wide_network() -> None:
    """A hundred nodes and more cases: many suppliers a slot, sparse disturbances among much that is not."""
    network = with_more_services(random_network(11, countries=8, products=12), 11)
    shocks = random_shocks(network, 11, frozenset(KINDS), 6)
    fast = kernel.simulate(network, shocks, TIGHT, EVERYTHING)
    assert_equal(network, fast, reference.simulate(network, shocks, TIGHT, EVERYTHING))


def test_cases_may_differ_in_stock_shift_and_slack() -> None:
    """Networks of one structure run side by side and give what each gives alone, by either implementation."""
    network = with_more_services(random_network(5, facilities=True), 5)
    shocks = random_shocks(network, 5, frozenset(KINDS), 4)
    nodes, slots = network.nodes, network.slots
    variants = [
        network,
        replace(network, slots=replace(slots, target=slots.target * 2)),
        replace(network, slots=replace(slots, shift=np.clip(slots.shift + 0.3, 0, 1))),
        replace(network, nodes=replace(nodes, slack=nodes.slack + 0.1)),
    ]
    together = kernel.simulate(network, shocks, TIGHT, EVERYTHING, variants=variants)
    for case, variant in enumerate(variants):
        alone = reference.simulate(variant, shocks.part([case]), TIGHT, EVERYTHING)
        assert together.output is not None and alone.output is not None
        scale = network.nodes.output[:, None]
        difference = np.abs(together.output[..., case : case + 1] - alone.output) / scale
        assert difference.max() <= 1e-9, case
    assert len(set(together.home_loss.sum(axis=0).tolist())) == 4
    with pytest.raises(ValueError, match="structure"):
        other = replace(network, slots=replace(slots, target=slots.target * 0))
        kernel.simulate(network, shocks, TIGHT, variants=[network, network, network, other])


def test_a_case_that_is_over_leaves_the_batch_as_it_would_end_alone() -> None:
    """Short and long cases side by side: the batch narrows, and each gives what it gives alone."""
    network = random_network(2, shift=True, leads=True)
    node = np.array([0], np.int32)
    steps = 500

    def cut(case: int, length: int) -> Cut:
        return Cut(case, 0, np.where(np.arange(steps) < length, 1.0, 0.0), node, np.array([0.6]))

    lengths = [3, 5, 8, 300]
    shocks = Shocks(steps, 1.0, tuple("abcd"), cuts=tuple(cut(k, days) for k, days in enumerate(lengths)))
    together = kernel.simulate(network, shocks, Settings(), Record(nodes=True))
    lasted = [int(np.flatnonzero(together.world_loss[:, case])[-1]) for case in range(4)]
    assert lasted[0] < lasted[2] < 300 < lasted[3]
    for case in range(4):
        alone = kernel.simulate(network, shocks.part([case]), Settings(), Record(nodes=True))
        for name in ("output", "fill", "demand", "able", "home_loss", "loss", "limit"):
            got, want = getattr(together, name)[..., case], getattr(alone, name)[..., 0]
            np.testing.assert_allclose(got, want, rtol=1e-9, atol=1e-9, err_msg=name)


PRECISIONS: tuple[Precision, ...] = ("double", "flows", "single")


def test_searching_in_single_precision_keeps_total_losses(japan: Nation) -> None:
    names = ["hormuz-closure", "nankai-trough", "hub-port-stop", "settlement-outage", "malacca-closure"]
    shocks = compile_cases(japan.built, [japan.case(name) for name in names], 120, japan.settings)
    exact, *lighter = (
        kernel.simulate(japan.network, shocks, japan.settings, Record(nodes=False), precision=precision)
        for precision in PRECISIONS
    )
    for light, error in zip(lighter, (1e-6, 1e-5), strict=True):
        for field in ("home_loss", "world_loss"):
            a, b = getattr(exact, field).sum(axis=0), getattr(light, field).sum(axis=0)
            assert b == pytest.approx(a, rel=error)
            assert (a != b).any(), "it was not searched in single precision at all"
