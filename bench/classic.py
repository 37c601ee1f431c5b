"""Classic ARIO on a dense table of 77 regions by 45 industries, beside BoARIO on the same table and events.

The table is drawn with a fixed seed: sizes of regions and industries log-normal, nine tenths of what is bought bought
at home, the rest from all others with log-normal weights, and final demand that closes the accounts. BoARIO is timed
over a few steps (its steps cost the same from the first to the last), ours over whole runs; both per step.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from importlib import import_module
from importlib.metadata import version
from typing import Any

import numpy as np
import pandas as pd
from numba import njit

from bench.harness import Missing, Row, Work, alone, in_turn, seconds
from kaname.cascade import kernel
from kaname.cascade.classic import CapacityLoss, Event, Rebuild, Recovery, Settings, simulate
from kaname.cascade.disturbance import Cut, Shocks
from kaname.cascade.settings import Settings as Engine
from kaname.cascade.trace import Record
from kaname.data.tables import InterCountryTable, checked_table
from kaname.network.tables import Links, Network, Nodes, Slots

REGIONS, INDUSTRIES, DAYS, CASES = 77, 45, 365, 64
NODES = REGIONS * INDUSTRIES
TURNS = 3
SUMS = Record(nodes=False)


@cache
def table(seed: int = 7) -> InterCountryTable:
    """The drawn table, money of a year."""
    draw = np.random.default_rng(seed)
    size = np.exp(draw.normal(0, 1.5, REGIONS)[:, None] + draw.normal(0, 1.0, (REGIONS, INDUSTRIES))) * 1e5
    size = size.ravel()
    flows = draw.lognormal(0, 1.5, (NODES, NODES))
    flows *= np.repeat(size.reshape(REGIONS, -1).sum(axis=1), INDUSTRIES)[:, None]
    recipe = draw.lognormal(0, 1.5, (INDUSTRIES, NODES))
    for r in range(REGIONS):
        home = slice(r * INDUSTRIES, (r + 1) * INDUSTRIES)
        columns = flows[:, home].reshape(REGIONS, INDUSTRIES, INDUSTRIES)
        abroad = columns.sum(axis=0) - columns[r]
        columns *= 0.1 / abroad
        columns[r] = 0.9
    flows.reshape(REGIONS, INDUSTRIES, NODES)[:] *= recipe
    flows *= draw.uniform(0.3, 0.6, NODES) * size / flows.sum(axis=0)
    final = np.maximum(size - flows.sum(axis=1), 0.05 * size)
    output = flows.sum(axis=1) + final
    regions, industries = ([f"{k}{i:02d}" for i in range(c)] for k, c in (("r", REGIONS), ("s", INDUSTRIES)))
    return checked_table(
        regions=regions,
        industries=industries,
        Z=flows,
        x=output,
        f=final,
        year=2000,
        unit="million",
        source="drawn",
    )


def loss(region: int, share: float = 0.2) -> list[Event]:
    """A region loses a share of its capacity for 62 days."""
    names = {f"r{region:02d}:s{i:02d}": share for i in range(INDUSTRIES)}
    return [CapacityLoss(names, 2, 62, Recovery("linear", 1))]


def rebuilding() -> list[Event]:
    """Three regions lose a twentieth of their capital on days 1 to 3, and build it again."""
    of = table()
    value = dict(zip(of.nodes, of.value_added, strict=True))
    return [
        Rebuild(
            {f"r{r:02d}:{i}": 0.05 * 4 * value[f"r{r:02d}:{i}"] for i in of.industries},
            {"s04": 0.7, "s11": 0.3},
            start,
            1,
            90,
        )
        for start, r in enumerate((3, 20, 41), 1)
    ]


def ours(cases: list[list[Event]], settings: Settings, days: int = DAYS) -> Any:
    """Total loss of each case."""
    return simulate(table(), cases, settings, days, SUMS).total_loss


def boario(events: list[Event]) -> Any:
    """A simulation of BoARIO's, not yet begun."""
    try:
        pymrio, make, models, simulations = map(
            import_module, ("pymrio", "boario.event", "boario.extended_models", "boario.simulation")
        )
    except ImportError as why:
        raise Missing(f"BoARIO or what it needs is not installed ({why})") from why
    warnings.simplefilter("ignore")
    of = table()
    rows, taken = _index(of.nodes), np.zeros((NODES, REGIONS))
    taken[np.arange(NODES), np.arange(NODES) // INDUSTRIES] = of.f
    households = pd.MultiIndex.from_product([of.regions, ["households"]], names=["region", "category"])
    system = pymrio.IOSystem(
        Z=pd.DataFrame(of.Z, rows, rows),
        Y=pd.DataFrame(taken, rows, households),
        x=pd.DataFrame({"x": of.x}, rows),
    )
    system.x.columns = ["indout"]
    system.A = pymrio.calc_A(system.Z, system.x)
    model = models.ARIOPsiModel(system, order_type="alt")
    simulation = simulations.Simulation(model, n_temporal_units_to_sim=DAYS)
    for e in events:
        if isinstance(e, CapacityLoss):
            how = {
                "event_type": "arbitrary",
                "occurrence": e.start - 1,
                "duration": e.duration - 2,
                "recovery_tau": 1,
            }
            impact = e.loss
        else:
            assert isinstance(e, Rebuild)
            how = {
                "event_type": "rebuild",
                "occurrence": e.start,
                "duration": e.delay,
                "rebuild_tau": round(e.days),
            }
            how |= {"rebuilding_sectors": dict(e.sectors), "event_monetary_factor": 10**6}
            impact = e.damage
        simulation.add_event(make.from_series(pd.Series(list(impact.values()), index=_index(impact)), **how))
    return simulation


def steps(simulation: Any, count: int) -> Callable[[], None]:
    """The next ``count`` steps."""

    def run() -> None:
        for _ in range(count):
            simulation.next_step()

    return run


def one() -> Iterator[Row]:
    """One scenario, double."""
    peer, count = boario(loss(3)), 10
    mine, theirs = in_turn(lambda: ours([loss(3)], Settings()), steps(peer, count), TURNS)
    ran = (TURNS + 1) * count
    off = np.abs(_output(loss(3), ran) / peer.production_realised.to_numpy(float)[:ran] - 1).max()
    read = 8 * NODES**2 / (mine / DAYS) / 1e9
    what = f"{DAYS} daily steps, {NODES} nodes dense, one scenario, double; {_peer()}, alternative orders, {ran} steps"
    _, memory = alone(_alone, "one")
    _, peer_memory = alone(_alone_peer, "one", 3)
    yield Row(
        "classic-one", what, mine / DAYS * 1e3, theirs / count * 1e3, "ms a step", 50, memory_mb=memory,
        note=f"outputs differ by {off:.1e} at most; reads the table at {read:.1f} GB/s, {read / _bandwidth():.0%} of "
        "what two threads read here",
    )  # fmt: skip
    yield Row("classic-one", "peak memory, the table's reading included", memory, peer_memory, "MB")


def many() -> Iterator[Row]:
    """64 scenarios at once, single precision."""
    days, count = 60, 10
    cases = [loss(k, share) for k in range(CASES // 2) for share in (0.2, 0.5)]
    search, peer = Settings(precision="single", still=0), boario(cases[6])
    mine, theirs = in_turn(lambda: ours(cases, search, days), steps(peer, count), TURNS)
    picked = (6, 7, 41)
    exact = np.concatenate([ours([cases[k]], Settings()) for k in picked])
    off = np.abs(ours(cases, search)[list(picked)] / exact - 1).max()
    # three products of the table with as many columns as cases: what is filled, what is weighed, what is ordered
    rate = 3 * 2 * NODES**2 * CASES / (mine / days) / 1e9
    yield Row(
        "classic-many",
        f"the same, {CASES} scenarios at once, single precision, over {days} steps; {_peer()} one at a time",
        mine / days / CASES * 1e3,
        theirs / count * 1e3,
        "ms a scenario and step",
        300,
        note=f"total loss over {DAYS} days off by {off:.1e} against double; {rate:.0f} GFLOP/s, "
        f"{rate / _sgemm():.0%} of sgemm on two threads here",
    )


def rebuild() -> Iterator[Row]:
    """Three rebuilding events at once."""
    peer, count = boario(rebuilding()), 2
    steps(peer, 5)()
    mine, theirs = in_turn(lambda: ours([rebuilding()], Settings()), steps(peer, count), TURNS, warmup=0)
    ran = 5 + TURNS * count
    off = np.abs(_output(rebuilding(), ran) / peer.production_realised.to_numpy(float)[:ran] - 1).max()
    _, memory = alone(_alone, "three")
    _, peer_memory = alone(_alone_peer, "three", 6)
    yield Row(
        "classic-rebuild",
        f"three rebuilding events at once, {DAYS} daily steps, {NODES} nodes, double; {_peer()}, {ran} steps",
        mine / DAYS * 1e3, theirs / count * 1e3, "ms a step", 300, memory_mb=memory,
        note=f"outputs differ by {off:.1e} at most",
    )  # fmt: skip
    yield Row("classic-rebuild", "peak memory, the table's reading included", memory, peer_memory, "MB")


def _peer() -> str:
    return f"BoARIO {version('boario')}"


def default() -> Iterator[Row]:
    """The default model on the same table, beside the classic one."""
    network = default_network()
    profile = (np.abs(np.arange(DAYS) - 32.5) < 31).astype(float)
    region = np.flatnonzero(network.nodes.country == 3).astype(np.int32)
    shocks = Shocks(DAYS, 1.0, ("",), cuts=(Cut(0, 0, profile, region, np.full(len(region), 0.2)),))
    how = Engine(rest=0.0)
    mine, classic = in_turn(
        lambda: kernel.simulate(network, shocks, how, SUMS), lambda: ours([loss(3)], Settings()), TURNS
    )
    _, memory = alone(_alone_default)
    slots, links = len(network.slots), len(network.links)
    yield Row(
        "classic-default",
        f"the default model on the same table and loss ({slots:,} inputs tracked over {links:,} links, the rest as "
        "flows), one case, double; peer: our classic setting",
        mine / DAYS * 1e3, classic / DAYS * 1e3, "ms a step", 0.5, memory_mb=memory,
    )  # fmt: skip


def default_network() -> Network:
    """The table as the default model sees it: inputs above a hundredth of output tracked, suppliers above half a
    hundredth of an input as links, an industry's own product not waited for, the rest as flows.
    """
    of = table()
    kind = np.arange(NODES) % INDUSTRIES
    needs = of.Z.reshape(REGIONS, INDUSTRIES, NODES).sum(axis=0) / of.x
    tracked = (needs >= 0.01) & (np.arange(INDUSTRIES)[:, None] != kind)
    flow, slots, links = of.Z / 365, [], []
    for user in range(NODES):
        for made in np.flatnonzero(tracked[:, user]):
            column = flow[made::INDUSTRIES, user]
            large = np.flatnonzero(column >= 0.005 * column.sum())
            part, suppliers = column[large].sum(), large * INDUSTRIES + made
            links += [(len(slots), i, v / part, 0) for i, v in zip(suppliers, column[large], strict=True)]
            slots.append((user, made, part / of.x[user] * 365))
            column[large] = 0
    user, made, need = (np.array(column) for column in zip(*slots, strict=True))
    slot, supplier, share, lead = (np.array(column) for column in zip(*links, strict=True))
    whole = np.ones(len(need))
    nodes = Nodes(
        id=of.nodes, kind=np.zeros(NODES, np.int8), country=(np.arange(NODES) // INDUSTRIES).astype(np.int32),
        area=("",) * NODES, product=kind.astype(np.int32), output=of.x / 365, value_added=of.value_added / 365,
        final=of.f / 365, slack=np.full(NODES, 0.25),
    )  # fmt: skip
    return Network(
        home=of.regions[3], countries=of.regions, products=of.industries, nodes=nodes, flow=flow,
        slots=Slots(user.astype(np.int32), made.astype(np.int32), need, 90 * whole, whole, 0.3 * whole),
        links=Links(slot.astype(np.int32), supplier.astype(np.int32), share, lead.astype(np.int32)),
    )  # fmt: skip


def _alone_default() -> None:
    network = default_network()
    shocks = Shocks(
        20, 1.0, ("",), cuts=(Cut(0, 0, np.ones(20), np.arange(45, dtype=np.int32), np.full(45, 0.2)),)
    )
    kernel.simulate(network, shocks, Engine(rest=0.0), SUMS)


def _alone(kind: str) -> None:
    ours([loss(3) if kind == "one" else rebuilding()], Settings(), 30)


def _alone_peer(kind: str, count: int) -> None:
    steps(boario(loss(3) if kind == "one" else rebuilding()), count)()


def _output(events: list[Event], days: int) -> Any:
    output = simulate(table(), [events], Settings(), days).output
    assert output is not None
    return output[:, :, 0]


def _index(names: Any) -> pd.MultiIndex:
    return pd.MultiIndex.from_tuples([tuple(n.split(":")) for n in names], names=["region", "sector"])


@njit(nogil=True, fastmath=True)  # type: ignore[untyped-decorator]
def _total(values: Any) -> float:
    total = 0.0
    for k in range(values.size):
        total += values[k]
    return total


@cache
def _bandwidth() -> float:
    """GB/s at which two threads read a table of this size."""
    halves = np.array_split(table().Z.ravel(), 2)
    with ThreadPoolExecutor(2) as pool:
        return 8 * NODES**2 / seconds(lambda: list(pool.map(_total, halves)), 15) / 1e9


@cache
def _sgemm() -> float:
    """GFLOP/s of products of single-precision matrices on two threads, one BLAS thread each."""
    a = np.random.default_rng(0).random((2048, 2048), np.float32)
    with ThreadPoolExecutor(2) as pool:
        return 2 * 2 * 2048**3 / seconds(lambda: list(pool.map(a.__matmul__, (a, a))), 7) / 1e9


WORKS = [
    Work("classic-one", one),
    Work("classic-many", many),
    Work("classic-rebuild", rebuild),
    Work("classic-default", default),
]
