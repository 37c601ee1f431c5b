"""The systemic risk index of firms: what one firm's cascade takes, all firms, and the foremost of very many."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Literal

from bench.harness import Row, Work, alone
from bench.networks import essential_inputs, made_firms
from kaname.cascade.foremost import foremost
from kaname.cascade.systemic import drawn, systemic
from kaname.cascade.webs import Exposure, Production, of_firms

QUOTED = "R + C++ reference (fastcascade), measured earlier on 2 cores; not installable beside this"
PEER = {10_000: 320.0, 100_000: 1300.0}
"""ms a firm."""
LINKS = 5.7
"""A firm, as in the runs of the quoted peer."""


def exposure(count: int, production: Production = "leontief") -> Exposure:
    firms = made_firms(count, round(LINKS * count))
    table = essential_inputs(len(firms.sectors)) if production == "leontief" else None
    return of_firms(firms, production=production, essential=table)


def index(count: int, sample: int, production: Production) -> tuple[float, float, float, float]:
    """Wall and processor time a firm (ms, the latter by thread), mean index, rounds a firm."""
    e = exposure(count, production)
    systemic(e, drawn(e, 130, 1))
    start, used = time.perf_counter(), time.process_time()
    found = systemic(e, drawn(e, sample, 2))
    n = len(found.nodes)
    wall, own = time.perf_counter() - start, (time.process_time() - used) / 2
    return wall / n * 1e3, own / n * 1e3, float(found.index().mean()), float(found.rounds.mean())


def best(count: int, top: int) -> tuple[float, int, float, float]:
    """Seconds, runs, index of the last of the foremost, what the others stay below."""
    e = exposure(count)
    systemic(e, drawn(e, 130, 1))
    start = time.perf_counter()
    found = foremost(e, top)
    return time.perf_counter() - start, found.runs, float(found.top.index()[-1]), found.below


def _row(work: str, count: int, sample: int, production: Literal["leontief", "linear"]) -> Row:
    (wall, own, mean, rounds), memory = alone(index, count, sample, production)
    # the quoted peer runs on rated inputs; it says nothing of linear production
    peer = PEER.get(count) if production == "leontief" else None
    which = "all" if sample >= count else f"{sample:,} drawn"
    return Row(
        work=work,
        what=f"systemic index of {which} of {count:,} firms, {round(LINKS * count):,} links, {production}",
        ours=wall,
        peer=peer,
        unit="ms/firm",
        goal=1300 if (count, production) == (100_000, "leontief") else None,
        peer_quoted=QUOTED if peer is not None else "",
        memory_mb=memory,
        note=f"processor time {own:.3g} ms a firm and thread; {rounds:.3g} rounds; mean index {mean:.3g}",
    )


def run() -> Iterable[Row]:
    yield _row("systemic", 10_000, 10_000, "leontief")
    yield _row("systemic", 100_000, 5_000, "leontief")
    yield _row("systemic", 100_000, 5_000, "linear")
    yield _row("systemic", 1_000_000, 1_000, "leontief")


def run_all() -> Iterable[Row]:
    yield _row("systemic-all", 100_000, 100_000, "leontief")


def run_foremost() -> Iterable[Row]:
    """A row for each size: no peer bounds the rest."""
    for count in (100_000, 1_000_000):
        (seconds, runs, last, below), memory = alone(best, count, 20)
        yield Row(
            work="systemic-foremost",
            what=f"the 20 firms of {count:,} with the largest index, bounded",
            ours=seconds,
            peer=None,
            unit="s",
            memory_mb=memory,
            note=f"{runs:,} cascades; the twentieth has {last:.4g}, all others at most {below:.4g}",
        )


WORKS = [Work("systemic", run), Work("systemic-all", run_all), Work("systemic-foremost", run_foremost)]
