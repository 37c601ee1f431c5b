"""Records of an XML list, one at a time: no entities, no document types, nothing that grows without bound."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from kaname.errors import problem
from kaname.safeguards.names.lists import Reading

_CHUNK: Final = 1 << 16
DEEPEST: Final = 40
LARGEST_RECORD: Final = 1 << 21
LARGEST_TAG: Final = 1 << 20
"""Bytes without an event: one endless tag, attribute or comment."""


@dataclass
class Node:
    """An element without its name's namespace."""

    tag: str
    attributes: Mapping[str, str] = field(default_factory=dict)
    parts: list[str] = field(default_factory=list)
    children: list[Node] = field(default_factory=list)

    @property
    def text(self) -> str:
        """Its text, spaces made single."""
        return " ".join("".join(self.parts).split())

    def all(self, path: str) -> list[Node]:
        """Elements at ``path`` (``akaList/aka``) below this one."""
        found = [self]
        for tag in path.split("/"):
            found = [child for node in found for child in node.children if child.tag == tag]
        return found

    def first(self, path: str) -> str:
        """Text of the first element at ``path`` that has one; empty where there is none."""
        return next((node.text for node in self.all(path) if node.text), "")


class _TooLargeError(ValueError):
    """A part of the file is larger than any record of a list."""


class _Builder:
    """Builds the wanted records and forgets all else."""

    def __init__(self, wanted: Sequence[str]) -> None:
        self.wanted = frozenset(wanted)
        self.open: list[Node] = []
        self.done: list[tuple[int, Node]] = []
        self.rooted = ""
        self.depth = 0
        self.size = 0
        self.events = 0
        self.count = 0

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """An element begins: kept if it is wanted or inside a wanted one, its namespace taken off.

        Raises ``_TooLargeError`` for elements nested too deep or a record that grows too large.
        """
        self.events += 1
        self.depth += 1
        if self.depth > DEEPEST:
            raise _TooLargeError(f"elements more than {DEEPEST} deep")
        node = Node(tag.rpartition("}")[2], dict(attributes))
        if not self.rooted:
            self.rooted = node.tag
            self.done.append((0, node))
        if self.open or node.tag in self.wanted:
            self._grow(len(tag) + sum(len(a) + len(b) for a, b in attributes.items()) + 64)
            if self.open:
                self.open[-1].children.append(node)
            self.open.append(node)

    def data(self, text: str) -> None:
        self.events += 1
        if self.open:
            self._grow(len(text))
            self.open[-1].parts.append(text)

    def end(self, tag: str) -> None:
        """An element ends; a wanted one that lies in no other is done, and numbered."""
        self.events += 1
        self.depth -= 1
        if self.open:
            node = self.open.pop()
            if not self.open:
                self.count += 1
                self.done.append((self.count, node))
                self.size = 0

    def _grow(self, more: int) -> None:
        self.size += more
        if self.size > LARGEST_RECORD:
            raise _TooLargeError(f"a record of more than {LARGEST_RECORD:,} characters")


def records(reading: Reading, root: str, wanted: Sequence[str]) -> Iterator[tuple[int, Node]]:
    """Elements named in ``wanted`` of a document whose root is ``root``, numbered from 1 in their order; before them
    the root alone (with its attributes), as number 0."""
    builder = _Builder(wanted)
    parser: Any = DefusedXMLParser(
        target=builder, forbid_dtd=True, forbid_entities=True, forbid_external=True
    )
    quiet = 0
    try:
        while chunk := reading.stream.read(_CHUNK):
            before = builder.events
            parser.feed(chunk)
            quiet = 0 if builder.events > before else quiet + len(chunk)
            if quiet > LARGEST_TAG:
                raise _TooLargeError(f"a tag of more than {LARGEST_TAG:,} bytes")
            _check_root(builder, root, reading)
            yield from builder.done
            builder.done.clear()
        parser.close()
    except ParseError as fault:
        line = getattr(fault, "position", (0, 0))[0]
        raise problem(f"is not whole or not XML: {fault}", str(reading.path), line) from None
    except DefusedXmlException as fault:
        what = "a document type or entities, which no list needs and which can be a bomb"
        raise problem(
            f"has {what} ({type(fault).__name__})", str(reading.path), parser.parser.CurrentLineNumber
        ) from None
    except (_TooLargeError, LookupError, UnicodeError, ValueError) as fault:
        raise problem(f"refused: {fault}", str(reading.path), parser.parser.CurrentLineNumber) from None
    _check_root(builder, root, reading)
    yield from builder.done


def _check_root(builder: _Builder, root: str, reading: Reading) -> None:
    if builder.rooted and builder.rooted != root:
        raise problem(
            f"its root is <{builder.rooted[:60]}>, not <{root}>: another kind of list?", str(reading.path)
        )
