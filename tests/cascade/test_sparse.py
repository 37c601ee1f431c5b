"""The loops for one case on a sparse network give what the plain equations and the batch kernel give."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kaname.cascade import kernel, reference, sparse
from kaname.cascade.disturbance import Cut, Shocks
from kaname.cascade.settings import Settings
from kaname.cascade.trace import SLIP, Record, Trace
from kaname.network.firms import Firms, Terms, firm_network
from kaname.network.tables import Network
from tests.cascade.firm_networks import random_firm_network, random_firms
from tests.cascade.networks import chain, random_network
from tests.cascade.test_kernel_equals_reference import STEPS, random_shocks

# stopped early, the two would stop at different places
TIGHT = Settings(tolerance=1e-14, passes=5000)
NODES = Record(nodes=True)
KINDS = ("cuts", "swings", "losses", "releases")


def assert_same(network: Network, fast: Trace, plain: Trace) -> None:
    """To 1e-9 of each node's output, and of all value added."""
    size = {"output": network.nodes.output, "demand": network.nodes.output}
    size["loss"] = np.maximum(network.nodes.value_added[plain.home], 1e-3)
    world = network.nodes.value_added.sum()
    for field in fields(Trace):
        a, b = getattr(fast, field.name), getattr(plain, field.name)
        if b is None or field.name in ("home", "slot", "limit"):
            continue
        assert a.shape == b.shape, field.name
        scale = world if field.name.endswith("_loss") else size.get(field.name, np.ones(1))
        atol = 2e-7 if a.dtype == np.float32 else 1e-9
        difference = np.abs(a.astype(float) - b) / (scale[:, None] if np.ndim(scale) else scale)
        assert difference.max(initial=0) <= atol, (field.name, difference.max())
    assert fast.output is not None and fast.limit is not None and plain.limit is not None
    clear = np.abs(1 - fast.output / network.nodes.output[:, None] - SLIP) > 1e-11
    assert (fast.limit == plain.limit)[clear].mean() > 0.999


@settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(
    seed=st.integers(0, 10_000),
    kinds=st.frozensets(st.sampled_from(KINDS), min_size=1),
    shift=st.sampled_from([0.0, 0.3, 1.0]),
    slack=st.sampled_from([0.0, 0.3]),
    services=st.booleans(),
    classes=st.booleans(),
    dt=st.sampled_from([1.0, 0.5]),
)
def test_sparse_equals_reference(
    seed: int, kinds: frozenset[str], shift: float, slack: float, services: bool, classes: bool, dt: float
) -> None:
    network = random_firm_network(seed, shift=shift, slack=slack, services=services, classes=classes)
    shocks = random_shocks(network, seed, kinds, 1, dt)
    how = replace(TIGHT, dt=dt)
    assert sparse.fits(network, shocks, how, NODES)
    fast = kernel.simulate(network, shocks, how, NODES)
    assert_same(network, fast, reference.simulate(network, shocks, how, NODES))


def test_sparse_equals_the_batch_kernel_on_more_firms() -> None:
    network = random_firm_network(3, shift=0.5, size=1500)
    shocks = random_shocks(network, 3, frozenset(KINDS), 2)
    batch = kernel.simulate(network, shocks, TIGHT, NODES)
    assert (batch.home_loss.sum(axis=0) > 0).all()
    for case in range(2):
        alone = kernel.simulate(network, shocks.part([case]), TIGHT, NODES)
        parts = {
            f.name: getattr(batch, f.name)[..., case : case + 1]
            for f in fields(Trace)
            if f.name != "home" and getattr(batch, f.name) is not None
        }
        assert_same(network, alone, replace(batch, **parts))


@pytest.mark.parametrize("shift", [0.0, 0.5])
def test_without_a_shock_no_firm_moves(shift: float) -> None:
    network = random_firm_network(5, shift=shift)
    trace = kernel.simulate(network, Shocks(100, 1.0, ("calm",)), Settings(rest=0), NODES)
    assert trace.output is not None
    np.testing.assert_allclose(trace.output[..., 0], np.tile(network.nodes.output, (100, 1)), rtol=1e-12)
    assert np.abs(trace.world_loss).max() <= 1e-12 * network.nodes.value_added.sum()


def test_firms_recover_once_the_event_is_over() -> None:
    network = random_firm_network(8, shift=0.0)
    profile = (np.arange(300) < 10).astype(float)
    cut = Cut(0, 0, profile, np.arange(5, dtype=np.int32), np.full(5, 0.9))
    trace = kernel.simulate(network, Shocks(300, 1.0, ("a",), cuts=(cut,)), Settings(), NODES)
    assert trace.output is not None
    assert trace.output[5].sum() < 0.99 * network.nodes.output.sum()
    assert trace.output[-1].sum() > 0.999 * network.nodes.output.sum()


def test_what_does_not_fit_goes_to_the_batch_kernel() -> None:
    firms, shocks = random_firm_network(1), Shocks(STEPS, 1.0, ("a",))
    assert sparse.fits(firms, shocks, Settings(), NODES)
    assert not sparse.fits(firms, Shocks(STEPS, 1.0, ("a", "b")), Settings(), NODES)
    assert not sparse.fits(firms, shocks, Settings(classic=True), NODES)
    assert not sparse.fits(firms, shocks, Settings(), Record(stocks=True))
    assert not sparse.fits(chain(), shocks, Settings(), NODES)
    assert not sparse.fits(random_network(1), shocks, Settings(), NODES)


@pytest.mark.parametrize("shift", [0.0, 0.5])
def test_suppliers_out_of_reach_of_the_cache_count_as_well(
    shift: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sparse, "NEAR", 7)
    network = random_firm_network(11, shift=shift, size=200)
    shocks = random_shocks(network, 11, frozenset(KINDS), 1)
    assert_same(
        network,
        kernel.simulate(network, shocks, TIGHT, NODES),
        reference.simulate(network, shocks, TIGHT, NODES),
    )


@settings(max_examples=10, deadline=None, derandomize=True)
@given(seed=st.integers(0, 10_000), shift=st.sampled_from([0.0, 0.5]))
def test_the_order_of_firms_does_not_matter(seed: int, shift: float) -> None:
    firms = random_firms(seed, 60, 240)
    place = np.random.default_rng(seed).permutation(len(firms)).astype(np.int32)
    back = np.argsort(place)
    moved = Firms(
        id=tuple(firms.id[i] for i in back.tolist()),
        sector=firms.sector[back],
        sectors=firms.sectors,
        supplier=place[firms.supplier],
        buyer=place[firms.buyer],
        volume=firms.volume,
        output=None if firms.output is None else firms.output[back],
    )
    courses = []
    for these in (firms, moved):
        network = firm_network(these, Terms(5.0, shift=shift))
        hit = np.array([network.nodes.id.index(str(i)) for i in (0, 3, 7)], np.int32)
        shocks = Shocks(40, 1.0, ("a",), cuts=(Cut(0, 0, (np.arange(40) < 8.0) * 1.0, hit, np.full(3, 0.7)),))
        trace = kernel.simulate(network, shocks, TIGHT, NODES)
        assert trace.output is not None
        made = dict(zip(network.nodes.id, (trace.output[..., 0] / network.nodes.output).T, strict=True))
        courses.append(np.array([made[name] for name in sorted(made)]))
    assert courses[0].min() < 0.9
    np.testing.assert_allclose(courses[1], courses[0], rtol=0, atol=1e-9)
