"""Where a long ensemble keeps what is done: a zarr folder that survives being stopped at any moment."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from kaname.errors import Unavailable, problem
from kaname.network.tables import Floats

NUMBERS = ("daily", "direct", "world")


@dataclass(frozen=True)
class Chunk:
    """The outcome of some draws; rows as the draws."""

    numbers: tuple[int, ...]
    daily: Floats
    """(draws, steps) loss at home, million USD a day; not a number where a draw failed."""
    direct: Floats
    """(draws,) million USD."""
    world: Floats
    """(draws,) million USD."""
    error: tuple[str, ...]
    """What went wrong, empty where nothing did."""


@dataclass(frozen=True)
class Store:
    """An open store. A chunk counts as done once its mark is there, which is written after all else."""

    folder: Path
    group: Any

    @classmethod
    def open(cls, folder: str | Path, key: str, draws: int, steps: int) -> Store:
        """The store in ``folder``, made if it is not there. ``key`` says what ensemble it is of.

        Raises ``InputProblems`` where another ensemble's results lie there, ``Unavailable`` without zarr.
        """
        try:
            import zarr  # noqa: PLC0415 - an extra
        except ImportError as why:
            raise Unavailable(f"a store needs the extra 'ensemble' (zarr): {why}") from why
        path = Path(folder)
        marks = path / "done"
        marks.mkdir(parents=True, exist_ok=True)
        group = zarr.open_group(str(path / "results.zarr"), mode="a")
        if group.attrs.get("key", key) != key or ("key" not in group.attrs and any(marks.iterdir())):
            raise problem(
                "holds the results of other draws, another pack or another version", file=str(folder)
            )
        if "key" not in group.attrs:
            for name in NUMBERS:
                shape, piece = ((draws, steps), (1, steps)) if name == "daily" else ((draws,), (1,))
                group.create_array(name, shape=shape, dtype="float64", chunks=piece, overwrite=True)
            group.attrs["key"] = key
        return cls(path, group)

    def done(self) -> list[int]:
        """Numbers of the chunks that are there."""
        return sorted(int(mark.stem) for mark in (self.folder / "done").glob("*.json"))

    def read(self, number: int, start: int) -> Chunk:
        """Chunk ``number``, whose first row is ``start``."""
        told = json.loads(self._mark(number).read_text("utf-8"))
        rows = slice(start, start + len(told["numbers"]))
        found = {name: np.asarray(self.group[name][rows]) for name in NUMBERS}
        return Chunk(numbers=tuple(told["numbers"]), error=tuple(told["error"]), **found)

    def write(self, number: int, start: int, chunk: Chunk) -> None:
        """Keep a chunk; the mark comes last and at once."""
        rows = slice(start, start + len(chunk.numbers))
        for name in NUMBERS:
            self.group[name][rows] = getattr(chunk, name)
        draft = self._mark(number).with_suffix(".tmp")
        draft.write_text(json.dumps({"numbers": chunk.numbers, "error": chunk.error}), "utf-8")
        draft.replace(self._mark(number))

    def _mark(self, number: int) -> Path:
        return self.folder / "done" / f"{number}.json"
