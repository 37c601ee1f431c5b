"""Reading the tables that come with the package: what every command waits for before it begins."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import kaname
from bench.harness import Row, Work, seconds
from kaname.data import baci, icio, routes

DATA = Path(kaname.__file__).parent / "packs" / "japan" / "data"
READ = (
    ("industries (icio)", icio.read_embedded, 0.5),
    ("trade (baci)", baci.read_embedded, 0.3),
    ("sea routes", routes.read_embedded, 0.5),
)
"""What is read, how, and the most seconds it may take."""


def run() -> Iterator[Row]:
    """Each table, from disk."""
    for name, read, most in READ:
        took = seconds(partial(read, DATA))
        yield Row("embedded", f"reading an embedded table: {name}", took, None, "s", most)


WORKS = [Work("embedded", run)]
