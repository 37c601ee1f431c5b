"""Serving by class ends with the emergency: after it all share in proportion, and all comes back."""

from __future__ import annotations

import numpy as np
import pytest

from kaname.cascade import kernel, reference
from kaname.cascade.settings import Settings
from kaname.cascade.trace import Record
from tests.cascade.networks import random_network
from tests.cascade.test_kernel_equals_reference import TIGHT, assert_equal, with_classes
from tests.cascade.test_stability import recovered, shocks


@pytest.mark.parametrize(("slack", "days"), [(0.2, 42), (0.0, 120)])
@pytest.mark.parametrize("seed", [102, 128])
def test_those_who_starve_each_other_by_class_come_back(seed: int, slack: float, days: int) -> None:
    """The two of 250 random networks that stayed at half of their output or less, for good, with goods at sea: who is
    served last supplies who is served first, and a small lack of a product is a large one for its last class."""
    network = with_classes(random_network(seed, slack=slack), seed)
    hit = shocks(network, [0.3, 0.7, 1.0], seed, days=220)
    trace = kernel.simulate(network, hit, Settings(rationing="priority", rest=0.0))
    assert recovered(network, trace) <= days


def test_both_engines_lift_the_rule_on_the_same_day() -> None:
    """While goods that were not sent are missed, long after the event: the rule makes a difference all that time."""
    network = with_classes(random_network(128), 128)
    hit = shocks(network, [0.7, 1.0], 128, days=75)
    how = Settings(rationing="priority", rest=0.0, tolerance=TIGHT.tolerance, passes=TIGHT.passes)
    every = Record(nodes=True, stocks=True)
    fast = kernel.simulate(network, hit, how, every)
    assert_equal(network, fast, reference.simulate(network, hit, how, every))
    assert fast.output is not None
    late = (fast.output[48] / network.nodes.output[:, None]).min(axis=0)
    assert (late < 0.99).any(), "nothing was short any more when the rule was lifted"
    assert np.isfinite(fast.world_loss).all()
