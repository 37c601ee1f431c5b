"""Where every embedded file comes from: publisher, year, licence, attribution, hash (floor 1)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from kaname.errors import InputProblems, Problem, problem

LIST = "sources.yaml"
NEEDED = ("id", "title", "publisher", "year", "licence", "url", "attribution", "files", "unit")


@dataclass(frozen=True)
class Source:
    """One published source and the files of the pack that were made from it.

    ``id`` is what the adapters carry as ``source``; ``url`` is text, never fetched; ``note`` says what was done
    to the data on the way, and what to be careful of.
    """

    id: str
    title: str
    publisher: str
    year: int
    licence: str
    url: str
    attribution: str
    files: tuple[str, ...]
    unit: str
    note: str = ""


@dataclass(frozen=True)
class EmbeddedFile:
    """One file of the pack's data folder: name, size in bytes, SHA-256, and the id of its source."""

    name: str
    size: int
    sha256: str
    source: str


def read_sources(folder: Path) -> tuple[Source, ...]:
    """The sources of the data folder, in the order of ``sources.yaml``.

    Raises :class:`~kaname.errors.InputProblems` for every field that lacks or has the wrong type, ids that appear
    twice, files that two sources claim or that do not exist.
    """
    path = folder / LIST
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeError, yaml.YAMLError) as error:
        raise problem(f"cannot be read as YAML: {error}", str(path)) from error
    entries = document.get("sources") if isinstance(document, dict) else None
    if not isinstance(entries, list):
        raise problem("expected a list under `sources`", str(path), path="$.sources")
    found = list(_problems(entries, folder, str(path)))
    if found:
        raise InputProblems(found)
    return tuple(Source(**{**e, "files": tuple(e["files"]), "note": str(e.get("note", ""))}) for e in entries)


def _problems(entries: list[Any], folder: Path, file: str) -> Iterator[Problem]:
    ids: set[str] = set()
    claimed: dict[str, str] = {}
    for n, entry in enumerate(entries):
        place = f"$.sources[{n}]"
        if not isinstance(entry, dict):
            yield Problem("expected a mapping", file, path=place)
            continue
        for name in NEEDED:
            kind = {"year": int, "files": list}.get(name, str)
            if not isinstance(entry.get(name), kind):
                yield Problem(f"`{name}` is missing or is not {kind.__name__}", file, path=f"{place}.{name}")
        for name in sorted(set(entry) - {*NEEDED, "note"}):
            yield Problem(f"unknown field `{name}`", file, path=f"{place}.{name}")
        identity = str(entry.get("id"))
        if identity in ids:
            yield Problem(f"id {identity!r} appears twice", file, path=place)
        ids.add(identity)
        files = entry.get("files")
        for name in files if isinstance(files, list) else []:
            if name in claimed:
                yield Problem(
                    f"file {name!r} already belongs to {claimed[name]!r}", file, path=f"{place}.files"
                )
            if not (folder / str(name)).is_file():
                yield Problem(f"file {name!r} does not exist", file, path=f"{place}.files")
            claimed[name] = identity


def embedded_files(folder: Path) -> tuple[EmbeddedFile, ...]:
    """Every file of the data folder with its hash, by name; a file no source claims has ``source`` ``""``."""
    owner = {name: s.id for s in read_sources(folder) for name in s.files}
    files = sorted(p for p in folder.iterdir() if p.is_file() and p.suffix != ".py" and p.name != LIST)
    return tuple(
        EmbeddedFile(
            p.name, p.stat().st_size, hashlib.sha256(p.read_bytes()).hexdigest(), owner.get(p.name, "")
        )
        for p in files
    )
