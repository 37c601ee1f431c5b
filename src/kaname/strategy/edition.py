"""Write an edition: tables, report, manifest; whole or not at all.

An edition is a folder: ``report.html``, ``tables/*.csv`` and ``*.parquet``, ``manifest.json``. It is built beside
its place and moved there at the end, so a full disk or Ctrl-C leaves the last good edition as it was. Tables and
report hold no clock; the time of writing stands in the manifest only.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
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
    may_stand(out)
    building = None
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        building = Path(tempfile.mkdtemp(prefix=f".{out.name}.", dir=out.parent))
        files = _fill(building, edition)
        building.chmod(0o755)
        if out.exists():
            out.rename(previous)
        building.rename(out)
    except BaseException as fault:
        if building is not None:
            shutil.rmtree(building, ignore_errors=True)
        _heal(out, previous)
        if isinstance(fault, OSError) and fault.errno is not None:
            raise OSError(fault.errno, fault.strerror, str(out)) from fault
        raise
    shutil.rmtree(previous, ignore_errors=True)
    return files


def may_stand(out: Path) -> None:
    """Raise ``InputProblems`` where no edition can be written at ``out``: to be asked before the work is done."""
    if out.exists() and (not out.is_dir() or (any(out.iterdir()) and not (out / MANIFEST).exists())):
        raise problem("this place holds something else than an edition; name another with --out", str(out))
    above = next(folder for folder in out.absolute().parents if folder.exists())
    if not above.is_dir():
        raise problem(f"no folder can be made here: {above} is a file", str(out))
    if not os.access(above, os.W_OK | os.X_OK):
        raise problem(f"nothing may be written in {above}", str(out))


def _heal(out: Path, previous: Path) -> None:
    """Bring back the last good edition if a run was killed between its two moves; after both it is in the way.

    Where somebody else's things stand at ``out`` it is the only good one, and stays.
    """
    if (out / MANIFEST).exists():
        shutil.rmtree(previous, ignore_errors=True)
    elif previous.exists() and (not out.exists() or (out.is_dir() and not any(out.iterdir()))):
        previous.rename(out)


def _fill(folder: Path, edition: Edition) -> dict[str, str]:
    tables = folder / "tables"
    tables.mkdir()
    for name, frame in edition.tables.items():
        # Python writes the bytes: a full disk is then told with its reason and place
        (tables / f"{name}.csv").write_bytes(frame.write_csv(float_precision=6).encode())
        whole = io.BytesIO()
        frame.write_parquet(whole, compression="zstd", statistics=False)
        (tables / f"{name}.parquet").write_bytes(whole.getvalue())
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
