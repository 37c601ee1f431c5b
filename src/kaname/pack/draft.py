"""What could be read of a pack, whether or not all of it: what the checks look at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path as File

from kaname.pack.document import Path
from kaname.pack.figures import Figure, Part
from kaname.pack.model import Pack
from kaname.pack.places import Places

LISTS: tuple[str, ...] = tuple(
    name for name, field in Pack.model_fields.items() if str(field.annotation).startswith("tuple")
)
"""The fields of ``Pack`` that are lists and may be spread over files."""
FIELDS: tuple[str, ...] = tuple(name for name in Pack.model_fields if name not in LISTS)
"""Its other fields, which stand in ``pack.yaml`` only."""


@dataclass(frozen=True)
class Draft:
    """The entries that fit their schemas, and the ids of those that did not.

    ``pack`` lacks what could not be read; its lists are parallel to ``places.lists``. ``other_ids`` are the ids, by
    list, of entries that were refused; ``doubtful_ids`` those seen in files that are not YAML: a reference to
    them is not called dangling, for it will stand once the entry is mended.
    """

    pack: Pack
    places: Places
    folder: File
    other_ids: Mapping[str, frozenset[str]] = field(default_factory=dict)
    doubtful_ids: frozenset[str] = frozenset()
    whole: bool = True
    """Whether every file and entry was read: checks of sums and gaps make sense only then."""

    def ids(self, name: str) -> frozenset[str]:
        """Every id of a list of the pack, of refused entries too."""
        return frozenset(part.id for part in getattr(self.pack, name)) | self.other_ids.get(name, frozenset())


@dataclass(frozen=True, slots=True)
class Site:
    """A field of some part of the pack: the top-level entry it is in, the part that holds it, its value."""

    path: Path
    holder: Part
    name: str
    value: object

    @property
    def subject(self) -> str:
        """The list of the pack that it is in."""
        return str(self.path[0])


@cache
def declared(cls: type[Part], name: str) -> str:
    """Where a field was first declared, ``Class.field``: rules are written once for inherited fields."""
    for base in reversed(cls.__mro__):
        if name in getattr(base, "__annotations__", {}):
            return f"{base.__name__}.{name}"
    raise KeyError(f"{cls.__name__}.{name}")


def sites(pack: Pack) -> Iterator[Site]:
    """Every field of every part below the pack's own, depth first, in the order written."""
    for name in FIELDS + LISTS:
        value = getattr(pack, name, None)
        yield from _inside((name,), value)


def _inside(path: Path, value: object) -> Iterator[Site]:
    if isinstance(value, tuple):
        for index, item in enumerate(value):
            yield from _inside((*path, index), item)
    elif isinstance(value, Part):
        for name, schema in type(value).model_fields.items():
            inner = getattr(value, name)
            here = (*path, schema.alias or name)
            yield Site(here, value, name, inner)
            if not isinstance(inner, str | Figure):
                yield from _inside(here, inner)
            elif isinstance(inner, Figure):
                yield Site((*here, "source"), inner, "source", inner.source)
