"""Reads a pack from its files, or tells everything that is wrong with it at once."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from importlib.resources import files
from pathlib import Path as File
from typing import Any, Final, get_args

import polars as pl
from pydantic import ValidationError

from kaname.errors import InputProblems, Problem, problem
from kaname.pack import checks, faults
from kaname.pack.document import Node, parse, shown
from kaname.pack.draft import FIELDS, LISTS, Draft
from kaname.pack.figures import Part
from kaname.pack.model import Pack
from kaname.pack.places import Entry, Places

ROOT: Final = "pack.yaml"
INCLUDE: Final = "include"
_ID: Final = re.compile(r"\bid:\s*[\"']?([A-Za-z0-9][A-Za-z0-9_.-]*)")


@dataclass(frozen=True)
class Reading:
    """A pack that holds together, with what reading it showed.

    ``places`` leads from a path in the pack to file and line; ``folder`` is where its files lie; ``files`` is
    the SHA-256 of every file read, by the name shown to the user; ``tables`` the CSV tables by id.
    """

    pack: Pack
    places: Places
    folder: File
    files: Mapping[str, str]
    tables: Mapping[str, pl.DataFrame]

    @property
    def data(self) -> File:
        """The folder of the pack's embedded data."""
        return self.folder / self.pack.data


def embedded() -> tuple[str, ...]:
    """Names of the packs that come with the package."""
    root = File(str(files("kaname"))) / "packs"
    return tuple(sorted(folder.parent.name for folder in root.glob(f"*/{ROOT}")))


def _is(question: Callable[[], bool]) -> bool:
    """Whether a path is something; a name that cannot be a path is nothing."""
    try:
        return question()
    except (OSError, ValueError):
        return False


def locate(path: File | str) -> tuple[File, str]:
    """Folder of a pack, and the name under which its files are shown.

    A bare name such as ``japan`` is an embedded pack; all else is a folder or the path of a ``pack.yaml``. Raises
    ``InputProblems`` if there is none.
    """
    name = str(path)
    if name in embedded():
        return File(str(files("kaname"))) / "packs" / name, name
    folder = File(path)
    if folder.name == ROOT and _is(folder.is_file):
        return folder.parent, str(folder.parent)
    if _is(folder.is_dir):
        if (folder / ROOT).is_file():
            return folder, str(folder)
        raise problem(f"the folder holds no {ROOT}", name)
    raise problem(f"no such pack: neither a folder nor one of the embedded ({', '.join(embedded())})", name)


@dataclass(frozen=True)
class _Document:
    """A file of the pack as read."""

    shown: str
    root: bool
    node: Node | None
    text: str


@dataclass
class _Gathering:
    """Files met while following ``include``."""

    folder: File
    name: str
    documents: list[_Document] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    hashes: dict[str, str] = field(default_factory=dict)
    where: dict[File, str] = field(default_factory=dict)
    absent: bool = False
    """Whether an included file is not there."""

    def shown(self, file: str) -> str:
        return os.path.normpath(File(self.name) / file).replace(os.sep, "/")

    def read(self, file: str, chain: tuple[str, ...] = ()) -> None:
        """Read one file and what it includes; ``chain`` is the way from ``pack.yaml`` to it."""
        name = self.shown(file)
        try:
            raw = (self.folder / file).read_bytes()
            text = raw.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = raw.count(b"\n", 0, error.start) + 1
            self.problems.append(Problem("not written in UTF-8", name, line))
            return
        except OSError as error:
            self.problems.append(Problem(f"cannot be read: {error.strerror}", name))
            return
        self.hashes[name] = hashlib.sha256(raw).hexdigest()
        node, found = parse(text, name)
        self.problems += found
        if node is not None and not isinstance(node.value, dict):
            if node.value is not None:
                self.problems.append(Problem("expected a mapping of fields of the pack", name, node.line))
            node = None
        self.documents.append(_Document(name, not chain, node, text))
        if node is not None and isinstance(node.value, dict) and INCLUDE in node.value:
            self.follow(file, node.value[INCLUDE], (*chain, file))

    def follow(self, file: str, wanted: Node, chain: tuple[str, ...]) -> None:
        """Read the files of an ``include``."""
        name = self.shown(file)
        listed = wanted.value if isinstance(wanted.value, list) else [wanted]
        for index, item in enumerate(listed):
            path = shown((INCLUDE, index) if isinstance(wanted.value, list) else (INCLUDE,))
            if not isinstance(item.value, str):
                self.problems.append(Problem("expected the name of a file", name, item.line, path))
                continue
            target = os.path.normpath(File(file).parent / item.value)
            message = self.refusal(item.value, target, chain)
            if message:
                self.problems.append(Problem(message, name, item.line, path))
                continue
            self.where[(self.folder / target).resolve()] = f"{name}:{item.line}"
            self.read(target, chain)

    def refusal(self, written: str, target: str, chain: tuple[str, ...]) -> str:
        """Why a file is not to be included, or nothing."""
        try:
            full = (self.folder / target).resolve()
            there = full.is_file()
        except (OSError, ValueError):
            return f"{written!r} cannot be the name of a file"
        steps = [(self.folder / step).resolve() for step in chain]
        if File(written).is_absolute():
            return f"{written!r} is an absolute path; included files are named relative to this one"
        if full in steps:
            ring = [*chain[steps.index(full) :], target]
            return f"cyclic include: {' -> '.join(ring)}"
        if full in self.where:
            return f"{written!r} is already included at {self.where[full]}"
        if not there:
            self.absent = True
            # stems, since every name is alike in its ending
            beside = {path.stem for path in full.parent.glob("*.yaml")} if full.parent.is_dir() else set()
            return f"included file {written!r} does not exist" + faults.suggestion(full.stem, beside)
        return ""


@dataclass
class _Joining:
    """The fields of all files put together: fields by name, and for each list its entries."""

    fields: dict[str, Entry] = field(default_factory=dict)
    lists: dict[str, list[Entry]] = field(default_factory=lambda: {name: [] for name in LISTS})
    problems: list[Problem] = field(default_factory=list)

    def add(self, document: _Document) -> None:
        """Take the fields of one file."""
        node = document.node
        if node is None or not isinstance(node.value, dict):
            return
        for name, inner in node.value.items():
            line = node.keys[name]
            if name == INCLUDE:
                continue
            if name in LISTS:
                self.extend(document, name, inner, line)
            elif name not in FIELDS:
                known = (*FIELDS, *LISTS, INCLUDE)
                message = f"unknown field {name!r}" + faults.suggestion(name, known)
                self.problems.append(Problem(message, document.shown, line, shown((name,))))
            elif not document.root:
                message = f"field {name!r} belongs in {ROOT} only"
                self.problems.append(Problem(message, document.shown, line, shown((name,))))
            else:
                self.fields[name] = Entry(document.shown, (name,), inner, line)

    def extend(self, document: _Document, name: str, inner: Node, line: int) -> None:
        """Take the entries of a list."""
        if isinstance(inner.value, list):
            self.lists[name] += [
                Entry(document.shown, (name, index), item, item.line)
                for index, item in enumerate(inner.value)
            ]
        elif inner.value is not None:
            message = "expected a list"
            self.problems.append(Problem(message, document.shown, line, shown((name,))))


def _model_of(name: str) -> type[Part]:
    """The schema of the entries of a list."""
    model: type[Part] = get_args(Pack.model_fields[name].annotation)[0]
    return model


def _entry(model: type[Part], entry: Entry) -> tuple[Part | None, tuple[Problem, ...]]:
    """An entry as its schema has it; if only unknown fields stand in the way, what it is without them."""
    raw = entry.node.plain()
    try:
        return model.model_validate(raw), ()
    except ValidationError as error:
        found = faults.problems(entry, model, raw, error)
        for path in faults.extras(model, error):
            _remove(raw, path)
    try:
        return model.model_validate(raw), found
    except ValidationError as error:
        return None, tuple(dict.fromkeys((*found, *faults.problems(entry, model, raw, error))))


def _remove(raw: Any, path: tuple[str | int, ...]) -> None:
    for step in path[:-1]:
        raw = raw[step]
    raw.pop(path[-1], None)


def _fields(joined: _Joining, root: str) -> tuple[dict[str, Any], tuple[Problem, ...]]:
    """The fields of ``pack.yaml`` as the schema has them."""
    raw = {name: entry.node.plain() for name, entry in joined.fields.items()}
    lists: dict[str, tuple[Part, ...]] = dict.fromkeys(LISTS, ())
    try:
        pack = Pack.model_validate({**raw, **lists})
    except ValidationError as error:
        found, failed = [], set()
        for path, message in faults.faults(Pack, raw, error):
            failed.add(path[0])
            entry = joined.fields.get(str(path[0]))
            place = entry.place(path[1:]) if entry else None
            at = (place.file, place.line, place.path) if place else (root, 0, shown(path))
            found.append(Problem(message, *at))
        sound = {name: one for name, one in raw.items() if isinstance(one, str) and name not in failed}
        return sound, tuple(found)
    return {name: getattr(pack, name) for name in FIELDS}, ()


def _draft(gathered: _Gathering, joined: _Joining) -> tuple[Draft, tuple[Problem, ...]]:
    """Every entry through its schema: what passes, and every problem."""
    root = gathered.shown(ROOT)
    fields, told = _fields(joined, root)
    found = [*gathered.problems, *joined.problems, *told]
    parts: dict[str, tuple[Part, ...]] = {}
    kept: dict[str, tuple[Entry, ...]] = {}
    refused: dict[str, frozenset[str]] = {}
    for name, entries in joined.lists.items():
        read = [(entry, *_entry(_model_of(name), entry)) for entry in entries]
        found += [told for _, _, problems in read for told in problems]
        parts[name] = tuple(part for _, part, _ in read if part is not None)
        kept[name] = tuple(entry for entry, part, _ in read if part is not None)
        refused[name] = frozenset(
            str(node.value["id"].value)
            for entry, part, _ in read
            if part is None and isinstance((node := entry.node).value, dict) and "id" in node.value
        )
    unreadable = (document.text for document in gathered.documents if document.node is None)
    doubtful = frozenset(found_id for text in unreadable for found_id in _ID.findall(text))
    pack = Pack.model_construct(**{**fields, **parts})
    places = Places(kept, joined.fields, root)
    return Draft(pack, places, gathered.folder, refused, doubtful, whole=not found), tuple(found)


def _once_each(problems: tuple[Problem, ...]) -> tuple[Problem, ...]:
    """The first place of each message, and at how many others it stands: what an absent file defined is missed at
    so many places that the other problems would be lost among them."""
    same: dict[str, list[Problem]] = {}
    for one in sorted(problems, key=lambda p: (p.file, p.line, p.path)):
        same.setdefault(one.message, []).append(one)
    return tuple(
        replace(places[0], message=f"{message} (and at {len(places) - 1} more places)")
        if places[1:]
        else places[0]
        for message, places in same.items()
    )


def load(path: File | str) -> Reading:
    """Read a pack with the places of its parts.

    ``path``: a folder with ``pack.yaml``, that file, or the name of an embedded pack. Raises ``InputProblems`` with
    everything that is wrong, each with file, line and path.
    """
    folder, name = locate(path)
    gathered = _Gathering(folder, name)
    gathered.where[(folder / ROOT).resolve()] = ROOT
    gathered.read(ROOT)
    joined = _Joining()
    for document in gathered.documents:
        joined.add(document)
    draft, found = _draft(gathered, joined)
    tables, wrong = checks.check(draft)
    everything = tuple(dict.fromkeys((*found, *wrong)))
    if gathered.absent:
        everything = _once_each(everything)
    if everything:
        raise InputProblems(everything)
    hashes = dict(sorted({**gathered.hashes, **tables.hashes}.items()))
    return Reading(draft.pack, draft.places, folder, hashes, tables.frames)


def read(path: File | str) -> Pack:
    """The pack at ``path`` (see ``load``)."""
    return load(path).pack
