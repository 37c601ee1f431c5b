"""The daily cascade among firms: a step of one case on networks of up to a million firms."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterable

import numpy as np

from bench.harness import Row, Work, alone
from bench.networks import made_firms
from kaname.cascade import kernel
from kaname.cascade.disturbance import Cut, Shocks
from kaname.cascade.settings import Settings
from kaname.cascade.trace import Record
from kaname.network.firms import Terms, firm_network

QUOTED = "public C++ firm model (proNet), measured earlier on 2 cores; not installable beside this"
PEER = {10_000: 11.0, 100_000: 175.0, 1_000_000: 3280.0}
"""ms a step."""
STEPS = 30


def daily(count: int) -> tuple[float, float, float, int, int]:
    """Median wall time of a step, processor time of a step by thread (ms), share of output lost, slots, links."""
    network = firm_network(made_firms(count, 6 * count), Terms(15.0))
    rng = np.random.default_rng(0)
    hit = rng.choice(len(network.nodes), count // 100, replace=False).astype(np.int32)
    profile = (np.arange(STEPS) < 10).astype(float)
    shocks = Shocks(STEPS, 1.0, ("",), cuts=(Cut(0, 0, profile, hit, np.full(len(hit), 0.5)),))
    # the first two steps load the compiled loops
    at: list[float] = []
    used: list[float] = []

    def tick(_: int) -> None:
        at.append(time.perf_counter())
        used.append(time.process_time())

    trace = kernel.simulate(network, shocks, Settings(rest=0.0), Record(nodes=False), tick)
    lost = float(trace.world_loss.sum() / network.nodes.value_added.sum() / STEPS)
    wall = statistics.median(np.diff(at[1:])) * 1e3
    own = statistics.median(np.diff(used[1:])) / 2 * 1e3
    return wall, own, lost, len(network.slots), len(network.links)


def run() -> Iterable[Row]:
    """A row for each size, beside what was published of the peer."""
    for count, peer in PEER.items():
        alone(daily, 10_000)
        (wall, own, lost, slots, links), memory = alone(daily, count)
        yield Row(
            work="firms",
            what=f"a daily step, {count:,} firms, {links:,} links, {slots:,} inputs, one case, double",
            ours=wall,
            peer=peer,
            unit="ms/step",
            goal=40 if count == 1_000_000 else None,
            peer_quoted=QUOTED,
            memory_mb=memory,
            note=f"processor time {own:.3g} ms a thread ({peer / own:.3g}x); {lost:.2%} lost in {STEPS} days",
        )


WORKS = [Work("firms", run)]
