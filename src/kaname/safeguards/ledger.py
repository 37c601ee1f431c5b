"""A register that only grows: one JSON line a record, each bound to the line before it by its hash.

A line is ``{"at", "hash", "prev", "record", "seq"}``; ``hash`` is the SHA-256 of the line without it, so a changed,
moved or lost line breaks the chain. A small file beside it (``NAME.head``) tells where the register ends, so that lines
lost at the end are found too. Both files can be read and written by their owner alone, and a record is on the disk
(fsync) before ``append`` returns.

The chain finds mistakes and tampering by those who do not rewrite all of it. Against those who would, keep the last
hash somewhere else and give it to ``verify``.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from kaname.errors import InputProblems, Problem, problem

if sys.platform != "win32":
    import fcntl

START: Final = "0" * 64
"""What the first line has in place of the hash of a line before it."""
_FIELDS: Final = {"at", "hash", "prev", "record", "seq"}
_MODE: Final = 0o600


@dataclass(frozen=True)
class Entry:
    """One line of a register: its number from 1, when it was written (UTC), what it says, and the chain."""

    seq: int
    at: str
    record: Mapping[str, Any]
    prev: str
    hash: str


def append(path: Path, record: Mapping[str, Any], now: datetime | None = None) -> Entry:
    """Add ``record`` to the register at ``path``, which is made if it is not there, and return its line.

    ``InputProblems`` where the register does not end as it did when last written, or the record is not plain JSON;
    nothing is written then. Half a line that a crash left behind is kept with the new line, as ``torn`` of its record.
    """
    if "torn" in record:
        raise problem("'torn' is kept for what a crash left behind", str(path))
    when = (now or datetime.now(UTC)).astimezone(UTC).isoformat(timespec="seconds")
    _dumped(record, path)
    with _held(path) as file:
        last, end, torn = _tail(path, file)
        whole = {**record, "torn": torn} if torn else dict(record)
        body = {"at": when, "prev": last.hash, "record": whole, "seq": last.seq + 1}
        entry = Entry(last.seq + 1, when, whole, last.hash, _hash(body, path))
        os.lseek(file, end, os.SEEK_SET)
        _write(file, _dumped({**body, "hash": entry.hash}, path) + b"\n")
        os.ftruncate(file, os.lseek(file, 0, os.SEEK_CUR))
        os.fsync(file)
        _set_head(path, entry.seq, entry.hash)
    return entry


def read(path: Path) -> tuple[Entry, ...]:
    """All lines of a register, the oldest first; none where there is no register yet.

    ``InputProblems`` with every line that was changed, moved or lost.
    """
    entries, problems = _checked(path)
    if problems:
        raise InputProblems(problems)
    return entries


def verify(path: Path, head: str | None = None) -> tuple[Problem, ...]:
    """What is wrong with a register: lines changed, moved or lost, or a file that others can read.

    ``head`` is a hash noted elsewhere earlier, which must still be that of one of its lines.
    """
    entries, found = _checked(path)
    if path.exists() and sys.platform != "win32" and path.stat().st_mode & 0o077:
        found.append(Problem("others than its owner can read this register", str(path)))
    if head is not None and head not in {START, *(e.hash for e in entries)}:
        found.append(Problem(f"no line has the hash {head[:12]}… that was noted for it", str(path)))
    return tuple(found)


def _checked(path: Path) -> tuple[tuple[Entry, ...], list[Problem]]:
    """The lines that are sound in themselves, and everything wrong with the file."""
    told = _head(path)
    if not path.exists():
        lost = (
            [Problem(f"the register is gone; it had {told[0]} lines", str(path))] if told and told[0] else []
        )
        return (), lost
    entries: list[Entry] = []
    problems: list[Problem] = []
    before = (0, START)
    for number, line in enumerate(path.read_bytes().splitlines(keepends=True), 1):
        entry = _entry(line)
        if isinstance(entry, str):
            problems.append(Problem(entry, str(path), number))
            before = (-1, "")
            continue
        if before[0] >= 0 and (entry.seq, entry.prev) != (before[0] + 1, before[1]):
            fault = f"line {entry.seq} follows line {before[0]}: lines between were lost, moved or added"
            problems.append(Problem(fault, str(path), number))
        before = (entry.seq, entry.hash)
        entries.append(entry)
    problems.extend(_ends_well(path, entries, told))
    return tuple(entries), problems


def _ends_well(path: Path, entries: list[Entry], told: tuple[int, str] | None) -> Iterator[Problem]:
    """Whether the end is the one in the head file, or one line past it (a crash between the two writes)."""
    if told is None:
        yield Problem(
            f"{_head_path(path).name} is missing: lines lost at the end would not be seen", str(path)
        )
        return
    ends = entries[-1] if entries else Entry(0, "", {}, "", START)
    if told not in {(ends.seq, ends.hash), (ends.seq - 1, ends.prev)}:
        yield Problem(f"ends at line {ends.seq}, not as it did when line {told[0]} was written", str(path))


def _entry(line: bytes) -> Entry | str:
    """A line read and held against its own hash, or what is wrong with it."""
    if not line.endswith(b"\n"):
        return "half a line, left by a crash"
    try:
        held = json.loads(line)
    except (ValueError, RecursionError):
        return "not a line of JSON"
    if not isinstance(held, dict) or set(held) != _FIELDS or not isinstance(held["record"], dict):
        return "not a line of a register"
    body = {name: held[name] for name in _FIELDS - {"hash"}}
    if type(held["seq"]) is not int or not all(isinstance(held[n], str) for n in ("at", "prev", "hash")):
        return "not a line of a register"
    if hashlib.sha256(_plain(body)).hexdigest() != held["hash"] or _plain(held) + b"\n" != line:
        return "changed since it was written"
    return Entry(held["seq"], held["at"], held["record"], held["prev"], held["hash"])


def _plain(value: Mapping[str, Any]) -> bytes:
    """JSON in one form only: sorted, no spaces, UTF-8; lone surrogates are escaped."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return text.encode("utf-8", "backslashreplace")


def _dumped(value: Mapping[str, Any], path: Path) -> bytes:
    try:
        return _plain(value)
    except (TypeError, ValueError, RecursionError) as fault:
        raise problem(f"a record of plain JSON is needed: {fault}", str(path)) from None


def _hash(body: Mapping[str, Any], path: Path) -> str:
    return hashlib.sha256(_dumped(body, path)).hexdigest()


@contextmanager
def _held(path: Path) -> Iterator[int]:
    """The register open for this process alone, readable by its owner alone."""
    path.parent.mkdir(parents=True, exist_ok=True)
    file = os.open(path, os.O_RDWR | os.O_CREAT, _MODE)
    try:
        if sys.platform != "win32":
            fcntl.flock(file, fcntl.LOCK_EX)
            os.fchmod(file, _MODE)
        yield file
    finally:
        os.close(file)


def _tail(path: Path, file: int) -> tuple[Entry, int, str]:
    """The last whole line, where it ends, and half a line after it if a crash left one."""
    size = os.fstat(file).st_size
    told = _head(path)
    if size == 0:
        if told not in {None, (0, START)}:
            raise problem(f"empty, but line {told[0] if told else 0} was written to it", str(path))
        _set_head(path, 0, START)
        return Entry(0, "", {}, "", START), 0, ""
    with os.fdopen(os.dup(file), "rb") as stream:
        stream.seek(0)
        lines = _last_lines(stream.read() if size < 1 << 16 else _from_end(stream, size))
    last = _entry(lines[0]) if lines[0] else Entry(0, "", {}, "", START)
    if isinstance(last, str):
        raise problem(f"the last line: {last}", str(path))
    wrong = list(_ends_well(path, [last] if last.seq else [], told))
    if wrong:
        raise InputProblems(wrong)
    return last, size - len(lines[1]), lines[1].decode("utf-8", "replace")


def _from_end(stream: Any, size: int) -> bytes:
    """As much of the end as holds the last whole line."""
    reach = 1 << 16
    while True:
        stream.seek(max(0, size - reach))
        held: bytes = stream.read()
        if held.count(b"\n") > 1 or reach >= size:
            return held
        reach *= 4


def _last_lines(held: bytes) -> tuple[bytes, bytes]:
    """The last whole line and what stands after it."""
    whole, newline, torn = held.rpartition(b"\n")
    return (whole.rpartition(b"\n")[2] + newline if newline else b""), torn


def _write(file: int, data: bytes) -> None:
    while data:
        data = data[os.write(file, data) :]


def _head_path(path: Path) -> Path:
    return path.with_name(path.name + ".head")


def _head(path: Path) -> tuple[int, str] | None:
    """Number and hash of the line that was written last, as the head file has them."""
    try:
        held = json.loads(_head_path(path).read_bytes())
        return int(held["seq"]), str(held["hash"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _set_head(path: Path, seq: int, hash_: str) -> None:
    """Written whole or not at all."""
    place = _head_path(path)
    draft = place.with_name(f"{place.name}.{os.getpid()}.tmp")
    file = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _MODE)
    try:
        _write(file, _plain({"hash": hash_, "seq": seq}) + b"\n")
        os.fsync(file)
    finally:
        os.close(file)
    draft.replace(place)
    if sys.platform != "win32":
        folder = os.open(place.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
