"""Lists of names that users bring: what one holds, and reading one from a file.

Kinds: ``ofac-xml`` and ``ofac-csv`` (SDN list; ``alt.csv`` beside it brings its aliases), ``us-csl`` (US
consolidated screening list, CSV), ``un-xml`` (Security Council consolidated list), ``meti`` (foreign end users,
CSV), ``notice`` (ministry notices, CSV or plain text). A list is read in one stream: memory grows with the names
kept, not with the file.
"""

from __future__ import annotations

import codecs
import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO, Final
from unicodedata import category

from kaname.errors import InputProblems, Problem, problem

MOST_ENTRIES: Final = 1_000_000
MOST_TEXT: Final = 256_000_000
"""Characters of names that a list may hold; what is larger is refused rather than half read."""
LONGEST_NAME: Final = 2_000
_BLOCK: Final = 1 << 20


@dataclass(frozen=True)
class Entry:
    """One person or body on a list: its number there, its names (the main one first), and what the list says of it.

    ``row`` is the row, record or line of the file, counted from 1. ``said`` holds the list's own columns that explain a
    hit: programme, type of weapon, remarks.
    """

    id: str
    names: tuple[str, ...]
    row: int
    sort: str = ""
    country: str = ""
    said: tuple[tuple[str, str], ...] = ()

    @property
    def digest(self) -> str:
        """A fingerprint of all that the list says of it, but for its number."""
        whole = repr((self.names, self.sort, self.country, self.said))
        return hashlib.sha256(whole.encode("utf-8", "backslashreplace")).hexdigest()


@dataclass(frozen=True)
class NameList:
    """A list as read: of which kind, from which file with which SHA-256, and of which day (its edition)."""

    kind: str
    file: str
    edition: date
    sha256: str
    entries: tuple[Entry, ...] = field(repr=False)
    beside: tuple[tuple[str, str], ...] = ()
    """Files read with it and their SHA-256 (OFAC's aliases)."""
    notes: tuple[str, ...] = ()
    unread: tuple[Problem, ...] = field(default=(), repr=False)
    """Rows left out because the user said to go on without them."""

    @property
    def identity(self) -> str:
        """One hash of all files that the list was read from: another one is another edition."""
        return hashlib.sha256(repr((self.kind, self.sha256, self.beside)).encode()).hexdigest()

    @property
    def label(self) -> str:
        """How the list is named where a hit is shown."""
        return f"{self.kind} {self.edition.isoformat()} ({self.sha256[:12]})"


@dataclass
class Bad:
    """Rows that cannot be used, by reason; all are counted, and told by number in runs (3, 7-9)."""

    file: str
    rows: dict[str, list[list[int]]] = field(default_factory=dict)
    count: int = 0
    runs: int = 0

    def add(self, reason: str, first: int, last: int | None = None) -> None:
        """Row ``first`` (to ``last``) cannot be used because of ``reason``. Too many: the file is not such a list."""
        self.count += 1
        runs = self.rows.setdefault(reason, [])
        if runs and runs[-1][1] >= first - 1:
            runs[-1][1] = max(runs[-1][1], last or first)
            return
        runs.append([first, last or first])
        self.runs += 1
        if self.runs > 10_000:
            raise problem(
                f"{self.count} rows cannot be used, the last because of: {reason}", self.file, first
            )

    def problems(self) -> tuple[Problem, ...]:
        """One problem a reason."""
        return tuple(
            Problem(f"{reason}: {_counted(runs)} {_told(runs)}", self.file, runs[0][0])
            for reason, runs in self.rows.items()
        )


def _counted(runs: Sequence[Sequence[int]]) -> str:
    n = sum(last - first + 1 for first, last in runs)
    return "row" if n == 1 else f"{n} rows:"


def _told(runs: Sequence[Sequence[int]]) -> str:
    return ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in runs)


@dataclass
class Reading:
    """A file being read: its bytes, the bad rows so far, and what the file says of itself."""

    path: Path
    stream: BinaryIO
    bad: Bad
    encoding: str = "utf-8"
    edition: date | None = None
    notes: list[str] = field(default_factory=list)
    beside: list[tuple[str, str]] = field(default_factory=list)


Loader = Callable[[Reading], Iterator[Entry]]


def load(path: Path | str, kind: str, edition: date | None = None, *, go_on: bool = False) -> NameList:
    """Read the list in ``path``.

    ``edition`` is the day of the list where the file does not say it itself. ``InputProblems`` with every bad row; with
    ``go_on`` bad rows are left out and kept in ``unread``, and only what makes the whole file unusable is raised.
    """
    from kaname.safeguards.names.formats import KINDS  # noqa: PLC0415 - formats builds on this module

    path = Path(path)
    if kind not in KINDS:
        raise problem(f"no kind of list '{kind}'; there are: {', '.join(KINDS)}", str(path))
    loader, encodings = KINDS[kind]
    try:
        with path.open("rb") as stream:
            before = os.fstat(stream.fileno())
            digest, encoding = surveyed(stream, str(path), encodings)
            stream.seek(0)
            reading = Reading(path, stream, Bad(str(path)), encoding)
            entries = tuple(_bounded(loader(reading), reading.bad))
            after = os.fstat(stream.fileno())
    except OSError as fault:
        raise problem(f"cannot be read: {fault.strerror}", str(path)) from None
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        raise problem("changed while it was read", str(path))
    found = NameList(kind, str(path), edition or date.min, digest, entries)
    found = replace(found, beside=tuple(reading.beside), notes=tuple(reading.notes))
    return _dated(found, reading, edition, go_on)


def _dated(found: NameList, reading: Reading, edition: date | None, go_on: bool) -> NameList:
    """The list with its day, or every problem."""
    problems = list(reading.bad.problems())
    fatal: list[Problem] = []
    if reading.edition and edition and reading.edition != edition:
        said = f"says it is of {reading.edition.isoformat()}, not {edition.isoformat()}"
        fatal.append(Problem(said, found.file))
    if not (reading.edition or edition):
        fatal.append(
            Problem("does not say of which day it is; add the day: FILE:kind@2026-01-31", found.file)
        )
    if not found.entries:
        fatal.append(Problem("no name on it could be read", found.file))
    if fatal or (problems and not go_on):
        raise InputProblems([*fatal, *problems])
    return replace(found, edition=reading.edition or edition or date.min, unread=tuple(problems))


def _bounded(entries: Iterator[Entry], bad: Bad) -> Iterator[Entry]:
    """Sound entries only, and no more than fit into memory."""
    ids: dict[str, int] = {}
    text = 0
    for n, entry in enumerate(entries, 1):
        size = sum(map(len, entry.names))
        if n > MOST_ENTRIES or text + size > MOST_TEXT:
            most = f"{MOST_ENTRIES:,} entries or {MOST_TEXT:,} characters of names"
            raise problem(f"holds more than {most}; split it", bad.file, entry.row)
        entry = _cleaned(entry)
        fault = _fault(entry, ids)
        if fault:
            bad.add(fault, entry.row)
            continue
        ids[entry.id] = entry.row
        text += size
        yield entry


def _cleaned(entry: Entry) -> Entry:
    """Names with spaces of all widths made single and without marks that nobody sees (zero-width, direction)."""
    names = (
        name if name.isascii() else "".join(c for c in name if category(c) != "Cf") for name in entry.names
    )
    return replace(
        entry, names=tuple(dict.fromkeys(n for n in (" ".join(name.split()) for name in names) if n))
    )


def _fault(entry: Entry, ids: dict[str, int]) -> str:
    if not entry.names:
        return "no name"
    if entry.id in ids:
        return f"number '{entry.id[:40]}' stood before, in row {ids[entry.id]}"
    if any(len(name) > LONGEST_NAME for name in entry.names):
        return f"a name of more than {LONGEST_NAME:,} characters"
    if any(not char.isprintable() for name in entry.names for char in name):
        return "a name with characters that cannot be printed"
    if not any(char.isalnum() for char in entry.names[0]):
        return "a name without letters"
    return ""


def surveyed(stream: BinaryIO, file: str, encodings: Sequence[str]) -> tuple[str, str]:
    """SHA-256 of the whole file, and the first of ``encodings`` in which all of it is text. XML names its own: none."""
    digest = hashlib.sha256()
    readers: dict[str, Any] = {name: codecs.getincrementaldecoder(name)() for name in encodings}
    wrong: dict[str, int] = {}
    line = 1
    first = True
    while block := stream.read(_BLOCK):
        if first and block[:2] in {codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE} and encodings:
            readers = {"utf-16": codecs.getincrementaldecoder("utf-16")()}
        first = False
        digest.update(block)
        for name in [n for n in readers if n not in wrong]:
            try:
                readers[name].decode(block)
            except UnicodeError as fault:
                wrong[name] = line + block.count(b"\n", 0, getattr(fault, "start", 0))
        line += block.count(b"\n")
    for name, reader in readers.items():
        if name not in wrong:
            try:
                reader.decode(b"", final=True)
            except UnicodeError:
                wrong[name] = line
    fit = next((name for name in readers if name not in wrong), "")
    if readers and not fit:
        told = ", ".join(f"{name} (line {at})" for name, at in wrong.items())
        raise problem(f"is not text in any of the encodings it may have: {told}", file)
    return digest.hexdigest(), fit or "utf-8"
