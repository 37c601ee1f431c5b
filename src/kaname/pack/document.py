"""One YAML file as a tree that knows its lines.

Scalars stay the text that was written, and the schema decides what they mean: ``NO`` stays a country, ``01`` a
prefecture, ``250410`` a customs code, ``2026.1`` an edition and ``2026-11-23`` a date, where YAML 1.1 would
have guessed false, 1, a number, a number and a timestamp. Only a plain ``null``, ``~`` or nothing is empty.

The tree is built from the parser's events without recursion, so that no input, however deep or cyclic, can
end otherwise than in a tree or in problems.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import yaml

from kaname.errors import Problem

Step = str | int
Path = tuple[Step, ...]

DEEPEST: Final = 40
"""Levels of nesting that a pack file may have; the schemas need nine."""
LARGEST: Final = 1_000_000
"""Values that a file may hold once its aliases are written out."""

_LOADER: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_EMPTY: Final = frozenset({"", "~", "null", "Null", "NULL"})


@dataclass(frozen=True, slots=True)
class Node:
    """A value of the file, the line it starts on and, for a mapping, the line of each key."""

    line: int
    value: str | dict[str, Node] | list[Node] | None
    keys: dict[str, int] = field(default_factory=dict)
    size: int = 1
    quoted: bool = False
    """Whether a scalar stands in quotes: then it was meant as text."""

    def at(self, path: Sequence[Step]) -> tuple[int, Path]:
        """Line of ``path`` below this node, and how much of the path is there to point at.

        A member of a mapping is where its key is; what is missing is where its parent is.
        """
        node, line, found = self, self.line, 0
        for step in path:
            inside = node.value
            if isinstance(inside, dict) and isinstance(step, str) and step in inside:
                line, node = node.keys[step], inside[step]
            elif isinstance(inside, list) and isinstance(step, int) and step < len(inside):
                node = inside[step]
                line = node.line
            else:
                break
            found += 1
        return line, tuple(path[:found])

    def plain(self) -> Any:
        """The bare dicts, lists and texts."""
        if isinstance(self.value, dict):
            return {key: node.plain() for key, node in self.value.items()}
        if isinstance(self.value, list):
            return [node.plain() for node in self.value]
        return self.value


def shown(path: Sequence[Step]) -> str:
    """A path as people read it: ``$.goods[3].stock.value``."""
    return "$" + "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)


@dataclass(slots=True)
class _Frame:
    """A collection that is still open."""

    line: int
    anchor: str | None
    items: list[Node] | None
    members: dict[str, Node]
    keys: dict[str, int]
    key: str | None = None
    size: int = 1

    @property
    def step(self) -> Step:
        """Where the next value goes."""
        return len(self.items) if self.items is not None else str(self.key)


class _Builder:
    """Turns events into a tree; notes what it cannot take and goes on."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []
        self.root: Node | None = None
        self.open: list[_Frame] = []
        self.anchors: dict[str, Node] = {}
        self.documents = 0

    def note(self, message: str, line: int) -> None:
        path = [frame.step for frame in self.open if frame.items is not None or frame.key is not None]
        self.problems.append(Problem(message, self.file, line, shown(path) if path else ""))

    def feed(self, event: Any) -> bool:
        """Take one event; whether to go on."""
        line = event.start_mark.line + 1
        if isinstance(event, yaml.DocumentStartEvent):
            self.documents += 1
            if self.documents > 1:
                self.note("a second YAML document ('---') begins; a pack file is one document", line)
                return False
        elif isinstance(event, yaml.ScalarEvent):
            self.scalar(event, line)
        elif isinstance(event, yaml.AliasEvent):
            self.alias(event, line)
        elif isinstance(event, yaml.CollectionStartEvent):
            return self.start(event, line)
        elif isinstance(event, yaml.CollectionEndEvent):
            self.end()
        return True

    def scalar(self, event: Any, line: int) -> None:
        """A plain or quoted value: the next key, or the value of the last; ``~``, ``null`` and nothing are None."""
        self.tag(event, line)
        plain = event.style in (None, "")
        value = None if plain and event.value in _EMPTY else event.value
        if self.wants_key():
            self.name(event.value, line)
            return
        self.put(Node(line, value, quoted=not plain), event.anchor)

    def alias(self, event: Any, line: int) -> None:
        """``*name``: what was written after ``&name`` before; noted, and read as None, where nothing was."""
        node = self.anchors.get(event.anchor)
        if node is None:
            self.note(f"alias *{event.anchor} stands for nothing written before it", line)
            node = Node(line, None)
        if self.wants_key():
            self.note("a key must be plain text", line)
            self.name(f"*{event.anchor}", line)
            return
        self.put(node, None)

    def start(self, event: Any, line: int) -> bool:
        """The begin of a list or mapping; False, and nothing more is read, where it stands as a key or too deep."""
        self.tag(event, line)
        if self.wants_key():
            self.note("a key must be plain text", line)
            return False
        if len(self.open) >= DEEPEST:
            self.problems.append(Problem(f"nested deeper than {DEEPEST} levels", self.file, line))
            return False
        items: list[Node] | None = [] if isinstance(event, yaml.SequenceStartEvent) else None
        self.open.append(_Frame(line, event.anchor, items, {}, {}))
        return True

    def end(self) -> None:
        frame = self.open.pop()
        value = frame.members if frame.items is None else frame.items
        self.put(Node(frame.line, value, frame.keys, frame.size), frame.anchor)

    def tag(self, event: Any, line: int) -> None:
        if event.tag is not None and event.tag != "!":
            self.note(f"tag {event.tag} is not read; leave it out", line)

    def wants_key(self) -> bool:
        return bool(self.open) and self.open[-1].items is None and self.open[-1].key is None

    def name(self, key: str, line: int) -> None:
        frame = self.open[-1]
        frame.key = key
        if key in frame.keys:
            self.note(f"key {key!r} is written twice (first in line {frame.keys[key]})", line)
        else:
            frame.keys[key] = line

    def put(self, node: Node, anchor: str | None) -> None:
        """Give a whole value its place: the root, the next of the list, or the value of the last key (of a key written
        twice the first value counts). ``anchor`` keeps it for aliases."""
        if anchor is not None:
            self.anchors[anchor] = node
        if not self.open:
            self.root = node
            return
        frame = self.open[-1]
        frame.size += node.size
        if frame.items is not None:
            frame.items.append(node)
        elif frame.key is not None:
            frame.members.setdefault(frame.key, node)
            frame.key = None


def parse(text: str, file: str) -> tuple[Node | None, tuple[Problem, ...]]:
    """The tree of a YAML text and what is wrong with it; no tree if it cannot be used at all."""
    builder = _Builder(file)
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            if not builder.feed(event):
                return None, tuple(builder.problems)
    except yaml.YAMLError as error:
        return None, (*builder.problems, _told(error, text, file))
    root = builder.root
    if root is not None and root.size > LARGEST:
        return None, (*builder.problems, Problem(f"holds more than {LARGEST:,} values", file))
    return root, tuple(builder.problems)


def _told(error: yaml.YAMLError, text: str, file: str) -> Problem:
    """A parser's complaint with its line."""
    if isinstance(error, yaml.MarkedYAMLError):
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        where = ""
        if error.context:
            begun = f" that begins in line {error.context_mark.line + 1}" if error.context_mark else ""
            where = f" ({error.context}{begun})"
        return Problem(f"not readable as YAML: {error.problem or 'unknown fault'}{where}", file, line)
    position = getattr(error, "position", None)
    line = text.count("\n", 0, position) + 1 if isinstance(position, int) else 0
    reason = getattr(error, "reason", None) or "unknown fault"
    return Problem(f"not readable as YAML: {reason}", file, line)
