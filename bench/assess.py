"""The main job as a user runs it: `kaname assess` on the embedded pack, start and writing included."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from bench.harness import Row, Work

RUNS = 3
MOST_SECONDS, MOST_MB = 60.0, 2000.0


def run() -> Iterator[Row]:
    """Whole runs, one after the other; loops are compiled at installation, or by a short run before."""
    with tempfile.TemporaryDirectory() as folder:
        _assess(Path(folder), days=2)
        runs = [_assess(Path(folder)) for _ in range(RUNS)]
    wall, busy, peak = (median(column) for column in zip(*runs, strict=True))
    every = ", ".join(f"{seconds:.1f}" for seconds, _, _ in runs)
    note = f"runs of {every} s; {busy:.0f} s of processor time, {busy / wall:.2f} of two cores' 2"
    yield Row(
        "assess",
        "the main job, `kaname assess`, wall",
        wall,
        None,
        "s",
        MOST_SECONDS,
        memory_mb=peak,
        note=note,
    )
    yield Row(
        "assess", "the main job, `kaname assess`, peak memory", peak, None, "MB", MOST_MB, memory_mb=peak
    )


def _assess(folder: Path, days: int = 365) -> tuple[float, float, float]:
    """Wall and processor seconds and peak MB of one run in a process of its own."""
    command = [sys.executable, "-c", "from kaname.cli import main; main()"]
    started = time.perf_counter()
    child = subprocess.Popen(
        [*command, "assess", "--out", str(folder / "out"), "--days", str(days)], stdout=subprocess.DEVNULL
    )
    _, status, used = os.wait4(child.pid, 0)
    if status:
        raise RuntimeError("the job failed")
    return time.perf_counter() - started, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


WORKS = [Work("assess", run)]
