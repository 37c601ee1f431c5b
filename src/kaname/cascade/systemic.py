"""What the failure of a single node costs all: the Economic Systemic Risk Index of every node.

Diem, Borsos, Reisch, Kertesz and Thurner (2022), "Quantifying firm-level economic systemic risk from nation-wide
supply networks", Scientific Reports 12, 7719. A node fails; its customers lack an input and make less, its suppliers
lack demand and make less, theirs in turn. The index is the share of all output that is lost in the end, each node
counting the worse of the two. Written from the paper's equations, see ``docs/systemic.md``.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from difflib import get_close_matches
from hashlib import sha256
from pathlib import Path
from queue import SimpleQueue
from zipfile import BadZipFile

import numpy as np
import polars as pl
from numpy.typing import NDArray

from kaname.cascade.contagion import Desk, desk, fail
from kaname.cascade.webs import Exposure
from kaname.errors import InputProblems, Problem, problem
from kaname.network.tables import Flags, Floats, Ints

TOLERANCE = 0.01
"""A cascade ends once no node's loss grows by more than this in a round: the paper's epsilon."""
MOST = 100_000
"""Most rounds; a cascade ends far before."""
THREADS = 2
CHUNK = 64
"""Nodes a thread takes at a time."""
SAVE = 10.0
"""Seconds between two writings of what is done."""
DOWN, UP, BOTH = 0, 1, 2

Progress = Callable[[float], None]


@dataclass(frozen=True)
class Systemic:
    """The index of some nodes, or of all."""

    exposure: Exposure
    nodes: Ints
    """Positions in ``exposure.id``."""
    found: Floats
    """(nodes, measures, 3) share lost by missing inputs, by missing demand, and by the worse of both at each node."""
    rounds: Ints
    tolerance: float

    def index(self, measure: int = 0) -> Floats:
        """(nodes,) the index by one of ``exposure.measures``."""
        return np.asarray(self.found[:, measure, BOTH])

    @property
    def frame(self) -> pl.DataFrame:
        """Nodes, largest index first: node, own, index, downstream, upstream (by each measure), rounds.

        ``own`` is what the node itself counts; ``index`` less ``own`` is what others lose with it.
        """
        e = self.exposure
        rows = e.place[self.nodes]
        columns: dict[str, object] = {"node": [e.id[i] for i in self.nodes.tolist()]}
        for m, name in enumerate(e.measures):
            after = "" if m == 0 else f"_{name}"
            columns |= {
                f"own{after}": e.web.weights[m, rows],
                f"index{after}": self.found[:, m, BOTH],
                f"downstream{after}": self.found[:, m, DOWN],
                f"upstream{after}": self.found[:, m, UP],
            }
        columns["rounds"] = self.rounds
        return pl.DataFrame(columns).sort(["index", "node"], descending=[True, False])

    def above(self, level: float, measure: int = 0) -> tuple[float, float, float]:
        """Share of nodes whose index is above ``level``: what is found, and its 95% bounds (Clopper, Pearson 1934).

        For nodes drawn at random (see :func:`drawn`); the bounds are those for a sample from many.
        """
        from scipy.stats import beta  # noqa: PLC0415 - a second to load, for those who sample

        n = len(self.nodes)
        k = int((self.index(measure) > level).sum())
        low = float(beta.ppf(0.025, k, n - k + 1)) if k else 0.0
        high = float(beta.ppf(0.975, k + 1, n - k)) if k < n else 1.0
        return k / n, low, high


def systemic(
    exposure: Exposure,
    nodes: Sequence[str] | Ints | None = None,
    *,
    tolerance: float = TOLERANCE,
    store: Path | None = None,
    progress: Progress | None = None,
) -> Systemic:
    """The index of these nodes (names, or positions; all if ``None``), on two threads.

    What is done is kept in ``store`` every ten seconds and when the work is stopped; asked again with the same file
    it goes on from there. Raises ``InputProblems`` for unknown nodes, a tolerance outside (0, 1), and a store that
    holds something else.
    """
    chosen = _positions(exposure, nodes)
    if not 0 < tolerance < 1:
        raise problem(f"the tolerance must lie between 0 and 1, not {tolerance:g}", path="tolerance")
    work = _Work.start(exposure, chosen, tolerance, store)
    failing = exposure.place[chosen].astype(np.uint32)
    todo = np.flatnonzero(~work.done)
    chunks = [todo[k : k + CHUNK] for k in range(0, len(todo), CHUNK)]
    desks = _desks(exposure)
    pool = ThreadPoolExecutor(THREADS)
    try:
        tasks = {pool.submit(_fail_each, exposure, desks, failing[part], tolerance): part for part in chunks}
        for task in as_completed(tasks):
            work.take(tasks[task], *task.result())
            if progress:
                progress(work.done.mean())
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
        work.save()
    return Systemic(exposure, chosen, work.found, work.rounds, tolerance)


def drawn(exposure: Exposure, size: int, seed: int = 0) -> Ints:
    """Positions of ``size`` nodes drawn at random, each at most once; all where there are no more."""
    if size <= 0:
        raise problem("draw at least one node", path="size")
    count = min(size, len(exposure))
    return np.sort(np.random.default_rng(seed).choice(len(exposure), count, replace=False)).astype(np.int32)


def fail_sets(
    exposure: Exposure, sets: Sequence[Ints], *, tolerance: float = TOLERANCE, least: int = 0
) -> tuple[Floats, Ints]:
    """The same where the nodes of each set fail together: (sets, measures, 3), and the rounds it took.

    ``least``: rounds that are made at any rate.
    """
    desks = _desks(exposure)
    parts = [sets[k : k + CHUNK] for k in range(0, len(sets), CHUNK)]
    with ThreadPoolExecutor(THREADS) as pool:
        done = list(pool.map(lambda part: _fail(exposure, desks, part, tolerance, least), parts))
    found = [np.zeros((0, len(exposure.measures), 3)), *(f for f, _ in done)]
    return np.concatenate(found), np.concatenate([np.zeros(0, np.int32), *(r for _, r in done)])


def _fail_each(
    exposure: Exposure, desks: SimpleQueue[Desk], failing: NDArray[np.uint32], tolerance: float
) -> tuple[Floats, Ints]:
    return _run(exposure, desks, failing, np.arange(len(failing) + 1), tolerance, 0)


def _fail(
    exposure: Exposure, desks: SimpleQueue[Desk], sets: Sequence[Ints], tolerance: float, least: int
) -> tuple[Floats, Ints]:
    pointer = np.cumsum([0, *(len(s) for s in sets)])
    together = exposure.place[np.concatenate(sets)].astype(np.uint32)
    return _run(exposure, desks, together, pointer, tolerance, least)


def _run(
    exposure: Exposure,
    desks: SimpleQueue[Desk],
    failing: NDArray[np.uint32],
    pointer: NDArray[np.int64],
    tolerance: float,
    least: int,
) -> tuple[Floats, Ints]:
    count = len(pointer) - 1
    found, rounds = np.zeros((count, len(exposure.measures), 3)), np.zeros(count, np.int32)
    own = desks.get()
    replaces = exposure.replacement == "market"
    fail(exposure.web, own, failing, pointer, 0, count, replaces, tolerance, least, MOST, found, rounds)
    desks.put(own)
    return found, rounds


def _desks(exposure: Exposure) -> SimpleQueue[Desk]:
    desks: SimpleQueue[Desk] = SimpleQueue()
    for _ in range(THREADS):
        desks.put(desk(len(exposure), exposure.slots, len(exposure.web.market_size)))
    return desks


def _positions(exposure: Exposure, nodes: Sequence[str] | Ints | None) -> Ints:
    n = len(exposure)
    if nodes is None:
        return np.arange(n, dtype=np.int32)
    if isinstance(nodes, np.ndarray):
        bad: Flags = (nodes < 0) | (nodes >= n)
        if bad.any():
            raise InputProblems(
                [Problem(f"there are nodes 0 to {n - 1}, not {i}", path="nodes") for i in nodes[bad][:20]]
            )
        return nodes.astype(np.int32)
    known = {name: i for i, name in enumerate(exposure.id)}
    unknown = [name for name in nodes if name not in known]
    if unknown:
        raise InputProblems(_unknown(unknown, known))
    return np.array([known[name] for name in nodes], np.int32)


def _unknown(names: Iterable[str], known: Iterable[str]) -> list[Problem]:
    every = list(known)
    near = {name: get_close_matches(name, every, n=1) if len(every) < 10_000 else [] for name in names}
    hints = {name: f" (did you mean {found[0]!r}?)" if found else "" for name, found in near.items()}
    return [Problem(f"no node {name!r} in the network{hint}", path="nodes") for name, hint in hints.items()]


@dataclass
class _Work:
    """What is done, and where it is kept."""

    key: str
    store: Path | None
    done: Flags
    found: Floats
    rounds: Ints
    saved: float

    @classmethod
    def start(cls, exposure: Exposure, nodes: Ints, tolerance: float, store: Path | None) -> _Work:
        """From nothing, or from what ``store`` holds."""
        shape = (len(nodes), len(exposure.measures), 3)
        empty = np.zeros(len(nodes), np.bool_), np.zeros(shape), np.zeros(len(nodes), np.int32)
        if store is None:
            return cls("", None, *empty, time.monotonic())
        key = sha256(f"{exposure.fingerprint()} {tolerance!r}".encode() + nodes.tobytes()).hexdigest()
        if not store.exists():
            return cls(key, store, *empty, time.monotonic())
        try:
            with np.load(store, allow_pickle=False) as kept:
                same, found = str(kept["key"]) == key, (kept["done"], kept["found"], kept["rounds"])
        except (OSError, ValueError, KeyError, BadZipFile) as fault:
            raise problem("this is not a file of systemic results", file=str(store)) from fault
        if not same:
            raise problem(
                "this file holds results of another network, setting or choice of nodes", file=str(store)
            )
        return cls(key, store, *found, time.monotonic())

    def take(self, rows: NDArray[np.int64], found: Floats, rounds: Ints) -> None:
        """Results of some rows; now and then all is saved."""
        self.found[rows], self.rounds[rows], self.done[rows] = found, rounds, True
        if time.monotonic() - self.saved > SAVE:
            self.save()

    def save(self) -> None:
        """Write all that is done, whole or not at all."""
        self.saved = time.monotonic()
        if self.store is None:
            return
        draft = self.store.with_name(f"{self.store.name}.{os.getpid()}.tmp")
        with draft.open("wb") as file:
            np.savez(file, key=self.key, done=self.done, found=self.found, rounds=self.rounds)
        draft.replace(self.store)
