"""Write an edition: tables, report, manifest; whole or not at all.

An edition is a folder: ``report.html``, ``tables/*.csv`` and ``*.parquet``, ``manifest.json``. It is built beside
its place and moved there at the end, so a full disk or Ctrl-C leaves the last good edition as it was. Tables and
report hold no clock; the time of writing stands in the manifest only.
"""

from __future__ import annotations

import hashlib
import json
import platform
import shutil
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any, Final

import polars as pl

from kaname.errors import problem

MANIFEST: Final = "manifest.json"
PARTS: Final = ("numpy", "numba", "scipy", "polars", "xarray", "pydantic")


@dataclass(frozen=True)
class Edition:
    """What goes into the folder."""

    tables: Mapping[str, pl.DataFrame]
    report: str
    """The whole report, one HTML page."""
    inputs: Mapping[str, str]
    """SHA-256 of every file that was read, by its name within the pack."""
    settings: Mapping[str, Any]
    """What was asked: pack, days, date, parameters."""


def digest(data: bytes) -> str:
    """SHA-256, in hex."""
    return hashlib.sha256(data).hexdigest()


def write(edition: Edition, out: Path) -> dict[str, str]:
    """Put the edition at ``out``; gives SHA-256 by file, as in the manifest.

    Raises ``InputProblems`` where ``out`` holds something that is not an edition: nothing of anybody else's is
    overwritten.
    """
    out = out.absolute()
    previous = out.with_name(f".{out.name}.previous")
    _heal(out, previous)
    if out.exists() and (not out.is_dir() or (any(out.iterdir()) and not (out / MANIFEST).exists())):
        raise problem("this place holds something else than an edition; name another with --out", str(out))
    out.parent.mkdir(parents=True, exist_ok=True)
    building = Path(tempfile.mkdtemp(prefix=f".{out.name}.", dir=out.parent))
    try:
        files = _fill(building, edition)
        building.chmod(0o755)
        if out.exists():
            out.rename(previous)
        building.rename(out)
    except BaseException:
        shutil.rmtree(building, ignore_errors=True)
        _heal(out, previous)
        raise
    shutil.rmtree(previous, ignore_errors=True)
    return files


def _heal(out: Path, previous: Path) -> None:
    """Bring back the last good edition if a former run was killed between its two moves."""
    if previous.exists() and not out.exists():
        previous.rename(out)


def _fill(folder: Path, edition: Edition) -> dict[str, str]:
    tables = folder / "tables"
    tables.mkdir()
    for name, frame in edition.tables.items():
        frame.write_csv(tables / f"{name}.csv", float_precision=6)
        frame.write_parquet(tables / f"{name}.parquet", compression="zstd", statistics=False)
    (folder / "report.html").write_text(edition.report, encoding="utf-8", newline="\n")
    paths = sorted(p for p in folder.rglob("*") if p.is_file())
    files = {p.relative_to(folder).as_posix(): digest(p.read_bytes()) for p in paths}
    manifest = {
        "kaname": metadata.version("kaname"),
        "written": datetime.now(UTC).isoformat(timespec="seconds"),
        "settings": dict(edition.settings),
        "inputs": dict(sorted(edition.inputs.items())),
        "files": files,
        "machine": {
            "python": platform.python_version(),
            "system": f"{sys.platform} {platform.machine()}",
            **{name: metadata.version(name) for name in PARTS},
        },
    }
    text = json.dumps(manifest, indent=1, ensure_ascii=False, sort_keys=True)
    (folder / MANIFEST).write_text(text + "\n", encoding="utf-8")
    return files
