"""Where each part of a pack was written: the way back from a value to file, line and path."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from kaname.errors import Problem
from kaname.pack.document import Node, Path, shown


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A spot in the text: file as the user named it, line from 1 (0 = the file), path inside the file."""

    file: str = ""
    line: int = 0
    path: str = ""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return " ".join(part for part in (place, self.path) if part)


@dataclass(frozen=True, slots=True)
class Entry:
    """One value of a file: the whole of it, or one entry of one of its lists."""

    file: str
    path: Path
    node: Node
    line: int

    def place(self, path: Path = ()) -> Place:
        """Where ``path`` below this entry is; for what is missing, the line of the nearest that is there."""
        line, found = self.node.at(path)
        return Place(self.file, line if found else self.line, shown(self.path + path))


@dataclass(frozen=True)
class Places:
    """From a path in the joined pack, ``("goods", 3, "stock")``, to its place in the files.

    ``lists`` holds the entries of each list in the order of the pack; ``fields`` the other fields.
    """

    lists: Mapping[str, tuple[Entry, ...]] = field(default_factory=dict)
    fields: Mapping[str, Entry] = field(default_factory=dict)
    root: str = ""
    """File that stands for the pack as a whole (``pack.yaml``)."""

    def place(self, path: Path) -> Place:
        """The place of a path."""
        match path:
            case (str(name), int(index), *rest) if index < len(self.lists.get(name, ())):
                return self.lists[name][index].place(tuple(rest))
            case (str(name), *rest) if name in self.fields:
                return self.fields[name].place(tuple(rest))
        return Place(self.root, 0, shown(path))

    def problem(self, message: str, path: Path) -> Problem:
        """A problem at a path."""
        place = self.place(path)
        return Problem(message, place.file, place.line, place.path)
