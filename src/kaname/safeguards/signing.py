"""What a person must sign off, and with which stamp."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from kaname.pack.figures import Part
from kaname.pack.legal import SIGNED, Graded, stamp
from kaname.safeguards import words
from kaname.safeguards.book import Book


@dataclass(frozen=True)
class Waiting:
    """A record that carries grade M or S3 or a mere lead, and is not signed: or was signed before it changed."""

    record: str
    grades: str
    state: Literal["unsigned", "stale"]
    stamp: str


def waiting(book: Book) -> tuple[Waiting, ...]:
    """Every record that waits for a signature, in the pack's order."""
    signed = {signature.of for signature in book.pack.signatures}
    found = []
    for name in SIGNED:
        for part in getattr(book.pack, name):
            record = f"{name}/{part.id}"
            weak = sorted(
                {one.grade.value if one.grade and one.grade.weak else "L" for one in graded(part) if one.weak}
            )
            if weak and record not in book.signed:
                state: Literal["unsigned", "stale"] = "stale" if record in signed else "unsigned"
                found.append(Waiting(record, ", ".join(weak), state, stamp(part)))
    return tuple(found)


def to_fill_in(found: Sequence[Waiting]) -> str:
    """The signatures that are waited for as YAML, to be filled in: by whom, on which day, which text was read."""
    lines = (
        f'  - {{id: {one.record.replace("/", "-")}, of: {one.record}, text: {one.stamp}, by: "", on: "", read: ""}}\n'
        for one in found
    )
    return "signatures:\n" + "".join(lines)


def name(book: Book, one: Waiting, lang: str) -> str:
    """The record's name for people."""
    return words.record(book, one.record, lang)


def graded(part: Part) -> Iterator[Graded]:
    """Everything in a record that carries a grade."""
    if isinstance(part, Graded):
        yield part
    for field in type(part).model_fields:
        value = getattr(part, field)
        parts: Iterable[object] = value if isinstance(value, tuple) else (value,)
        for inner in parts:
            if isinstance(inner, Part):
                yield from graded(inner)
