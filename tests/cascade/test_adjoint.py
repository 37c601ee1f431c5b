"""The backward sweep against central differences of the kernel, on random networks under every kind of shock."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from kaname.cascade import kernel
from kaname.cascade.adjoint import Gradients, gradients
from kaname.cascade.disturbance import Shocks
from kaname.cascade.settings import Settings
from kaname.cascade.trace import Record
from kaname.errors import InputProblems
from kaname.nation import Nation
from kaname.network.tables import Network
from tests.cascade.networks import random_network
from tests.cascade.test_kernel_equals_reference import random_shocks, with_more_services

TIGHT = Settings(tolerance=1e-14, passes=4000, rest=0.0)
STEP = 1e-6
EVERYTHING = frozenset(["cuts", "closures", "swings", "losses", "releases", "gates", "rebuilds"])

Perturbed = Callable[[float], tuple[Network, Shocks]]


def loss(network: Network, shocks: Shocks, settings: Settings = TIGHT) -> float:
    return float(kernel.simulate(network, shocks, settings, Record(nodes=False)).home_loss.sum())


def of_slots(network: Network, shocks: Shocks, name: str, slot: int) -> Perturbed:
    def moved(by: float) -> tuple[Network, Shocks]:
        values = getattr(network.slots, name).copy()
        values[slot] += by
        return replace(network, slots=replace(network.slots, **{name: values})), shocks

    return moved


def of_slack(network: Network, shocks: Shocks, node: int) -> Perturbed:
    def moved(by: float) -> tuple[Network, Shocks]:
        slack = network.nodes.slack.copy()
        slack[node] += by
        return replace(network, nodes=replace(network.nodes, slack=slack)), shocks

    return moved


def of_cut(network: Network, shocks: Shocks, number: int) -> Perturbed:
    def moved(by: float) -> tuple[Network, Shocks]:
        cuts = list(shocks.cuts)
        cuts[number] = replace(cuts[number], size=cuts[number].size + by)
        return network, replace(shocks, cuts=tuple(cuts))

    return moved


def by_cut(network: Network, shocks: Shocks, found: Gradients, number: int) -> float:
    """Derivative by the size of one cut, from those by capacity left on each day."""
    cut, others = shocks.cuts[number], np.ones((shocks.steps, len(network.nodes)))
    for other in shocks.cuts:
        if other is not cut:
            for node, size in zip(other.nodes, other.size, strict=True):
                others[:, node] *= 1 - other.profile * size
    days = found.left[:, cut.nodes] * others[:, cut.nodes]
    return -float((days * cut.profile[:, None]).sum())


def derivatives(network: Network, shocks: Shocks, found: Gradients) -> Iterator[tuple[str, float, Perturbed]]:
    """Some of all derivatives, with the change each stands for; those at the very end of a range are left out."""
    rng = np.random.default_rng(len(network.slots))
    slots, use = network.slots, network.slots.need * network.nodes.output[network.slots.user]
    inner = {
        "target": slots.target > 0,
        "shift": (slots.shift > 1e-3) & (slots.shift < 1 - 1e-3),
        "weight": slots.weight < 1 - 1e-3,
    }
    for name, chosen in inner.items():
        for slot in rng.permutation(np.flatnonzero(chosen))[:6]:
            scale = use[slot] if name == "target" else 1.0
            told = float(getattr(found, name)[slot] * scale)
            yield f"{name} {slot}", told, of_slots(network, shocks, name, int(slot))
    for node in rng.permutation(np.flatnonzero(network.nodes.slack > 1e-3))[:6]:
        yield f"slack {node}", float(found.slack[node]), of_slack(network, shocks, int(node))
    for number, cut in enumerate(shocks.cuts):
        if cut.size.min() > 1e-3 and cut.size.max() < 0.999:
            yield f"cut {number}", by_cut(network, shocks, found, number), of_cut(network, shocks, number)


@pytest.mark.parametrize("psi", [0.0, 0.8])
@pytest.mark.parametrize("kinds", [frozenset(["cuts"]), frozenset(["closures"]), EVERYTHING], ids=len)
@pytest.mark.parametrize("seed", range(5))
def test_the_backward_sweep_agrees_with_central_differences(
    seed: int, kinds: frozenset[str], psi: float
) -> None:
    network = with_more_services(random_network(seed), seed)
    shocks = random_shocks(network, seed, kinds, 1)
    how = replace(TIGHT, psi=psi)
    found = gradients(network, shocks, how)
    whole = loss(network, shocks, how)
    assert found.loss == pytest.approx(whole, rel=1e-9)
    checked = 0
    for name, told, moved in derivatives(network, shocks, found):
        up = (loss(*moved(STEP), how) - whole) / STEP
        down = (whole - loss(*moved(-STEP), how)) / STEP
        size = max(abs(up), abs(down), 1e-3 * abs(whole), 1e-6)
        # at a kink the two sides differ, and the sweep tells one of them
        assert min(up, down) - 2e-3 * size <= told <= max(up, down) + 2e-3 * size, (name, told, up, down)
        checked += abs(told) > 1e-9
    assert checked, "nothing in this run depended on anything"


def test_only_single_cases_of_the_default_model_are_walked_back() -> None:
    network = random_network(1)
    two = random_shocks(network, 1, frozenset(["cuts"]), 2)
    with pytest.raises(InputProblems, match="one case"):
        gradients(network, two, TIGHT)
    with pytest.raises(InputProblems, match="classic"):
        gradients(network, two.part([0]), replace(TIGHT, classic=True))
    limited = random_shocks(network, 1, frozenset(["limits"]), 1)
    with pytest.raises(InputProblems) as told:
        gradients(network, limited, replace(TIGHT, rationing="priority"))
    assert [p.path for p in told.value.problems] == ["settings.rationing", "shocks.limits"]


def test_a_day_of_crude_is_worth_what_a_run_with_it_says(japan: Nation) -> None:
    run = japan.stress("hormuz-closure", days=150)
    crude = (pl.col("kind") == "stock") & (pl.col("subject") == "JPN:C19") & (pl.col("input") == "crude")
    worth = run.sensitivities().row(by_predicate=crude, named=True)
    network = run.built.network
    target = network.slots.target.copy()
    slot = next(
        s
        for s in network.slots_of(network.index["JPN:C19"])
        if network.products[network.slots.product[s]] == "crude"
    )
    target[slot] += 0.01
    more = replace(network, slots=replace(network.slots, target=target))
    exact = replace(run.settings, rest=0.0)
    base, held = (kernel.simulate(n, run.shocks, exact, Record(nodes=False)) for n in (network, more))
    assert worth["saved"] == pytest.approx(float((base.home_loss - held.home_loss).sum()) / 0.01, rel=0.02)
    assert worth["saved_yen"] == pytest.approx(worth["saved"] * 131.5 / 1e3)
