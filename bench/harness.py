"""How works are measured: ours and the peer in turn, in one run, medians; one row of figures a work.

A file of this folder that has a list ``WORKS`` takes part. A work's ``run`` gives its rows; nothing is typed in by
hand but a peer's quoted figure, which is marked as such with where it comes from.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import platform
import resource
import statistics
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "results.json"


@dataclass(frozen=True)
class Row:
    """One figure beside its peer. ``ratio`` is how many times better ours is (peer / ours)."""

    work: str
    what: str
    """What exactly was measured, and the peer by name and version."""
    ours: float
    peer: float | None
    unit: str
    goal: float | None = None
    """The ratio to reach, or the most that ``ours`` may be where there is no peer."""
    peer_quoted: str = ""
    """Where a peer's figure that was not measured here comes from; empty: measured in this run."""
    memory_mb: float | None = None
    """Peak resident memory of ours, of a process of its own."""
    note: str = ""
    """Error against the peer, share of the machine's limit, and the like: computed, never typed in."""

    @property
    def ratio(self) -> float | None:
        """How many times better than the peer; ``None`` without one."""
        return self.peer / self.ours if self.peer is not None else None


@dataclass(frozen=True)
class Work:
    """A thing to measure; ``run`` gives its rows and raises ``Missing`` where a peer it cannot do without is absent."""

    name: str
    run: Callable[[], Iterable[Row]]


class Missing(Exception):  # noqa: N818
    """What the work needs is not installed or not there."""


def seconds(function: Callable[[], Any], runs: int = 5, warmup: int = 1) -> float:
    """Median wall time of ``function`` in seconds."""
    for _ in range(warmup):
        function()
    return statistics.median(_once(function) for _ in range(runs))


def in_turn(
    ours: Callable[[], Any], peer: Callable[[], Any], runs: int = 5, warmup: int = 1
) -> tuple[float, float]:
    """Median wall times of two functions that take turns, so that a slow spell of the machine strikes both."""
    for _ in range(warmup):
        ours(), peer()
    pairs = [(_once(ours), _once(peer)) for _ in range(runs)]
    return statistics.median(a for a, _ in pairs), statistics.median(b for _, b in pairs)


def _once(function: Callable[[], Any]) -> float:
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


def alone(function: Callable[..., Any], *arguments: Any) -> tuple[Any, float]:
    """What ``function`` (of a module's top level) returns in a fresh process, and the peak memory there in MB."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_with_peak, (function, arguments))


def _with_peak(function: Callable[..., Any], arguments: tuple[Any, ...]) -> tuple[Any, float]:
    result = function(*arguments)
    return result, _peak()


def _peak() -> float:
    """Peak resident memory of this process in MB.

    Linux' figure for the address space now in use, as ``ru_maxrss`` still counts that of the process it came from.
    """
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def machine() -> str:
    """The machine in a line: cores, processor, Python."""
    known = Path("/proc/cpuinfo")
    lines = known.read_text().splitlines() if known.exists() else []
    model = next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), "")
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return f"{cores} cores, {model or platform.machine()}, Python {platform.python_version()}"


def keep(rows: Iterable[Row]) -> None:
    """Put rows into ``results.json`` in the place of those of the same works."""
    new = [{**asdict(row), "ratio": row.ratio, "machine": machine()} for row in rows]
    old = json.loads(RESULTS.read_text()) if RESULTS.exists() else []
    names = {row["work"] for row in new}
    merged = sorted([r for r in old if r["work"] not in names] + new, key=lambda r: (r["work"], r["what"]))
    draft = RESULTS.with_suffix(".tmp")
    draft.write_text(json.dumps(merged, indent=1, ensure_ascii=False) + "\n")
    draft.replace(RESULTS)
