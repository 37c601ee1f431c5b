"""``python -m bench [NAME ...]``: measure all works, or these; print the table; keep it in ``results.json``."""

from __future__ import annotations

import importlib
import pkgutil
import sys

import bench
from bench.harness import Missing, Row, Work, keep, machine


def works() -> list[Work]:
    """All works of this folder, by name."""
    names = [m.name for m in pkgutil.iter_modules(bench.__path__) if not m.name.startswith("_")]
    modules = [importlib.import_module(f"bench.{name}") for name in names if name != "harness"]
    return sorted((w for module in modules for w in getattr(module, "WORKS", ())), key=lambda w: w.name)


def line(row: Row) -> str:
    """A row of the table."""
    peer = "" if row.peer is None else f"{row.peer:.4g}{' (quoted)' if row.peer_quoted else ''}"
    ratio = "" if row.ratio is None else f"{row.ratio:.1f}x"
    goal = "" if row.goal is None else f"{row.goal:g}{'' if row.ratio is None else 'x'}"
    memory = "" if row.memory_mb is None else f"{row.memory_mb:.0f} MB"
    cells = (row.work, row.what, f"{row.ours:.4g}", peer, ratio, goal, row.unit, memory, row.note)
    return f"| {' | '.join(cells)} |"


def main(wanted: list[str]) -> int:
    """Measure; exit 2 where a name is unknown."""
    known = {work.name: work for work in works()}
    unknown = [name for name in wanted if name not in known]
    if unknown:
        print(f"no work {', '.join(unknown)}; there are: {', '.join(known)}", file=sys.stderr)
        return 2
    print(f"# {machine()}\n")
    print(
        "| work | what | ours | peer | ratio | goal | unit | memory | note |\n|---|---|---|---|---|---|---|---|---|"
    )
    for name in wanted or known:
        try:
            rows = list(known[name].run())
        except Missing as why:
            print(f"| {name} | not measured: {why} |||||||")
            continue
        for row in rows:
            print(line(row), flush=True)
        keep(rows)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
