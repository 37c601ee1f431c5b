"""What an update of a list changed: who came, who went, of whom it says something else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from kaname.errors import problem
from kaname.safeguards.names.lists import Entry, NameList
from kaname.safeguards.names.script import folded

What = Literal["came", "went", "changed", "renumbered"]


@dataclass(frozen=True)
class Change:
    """One entry that is not as it was. ``fields``: what differs (names, sort, country, said)."""

    what: What
    before: Entry | None
    after: Entry | None
    fields: tuple[str, ...] = ()


def changes(before: NameList, after: NameList) -> tuple[Change, ...]:
    """Changes from one edition to a later one of the same kind of list, in the order came, went, changed, renumbered.

    Entries are the same when their number is and they share a name; lists that number anew each year (METI) are
    followed by main name and country. ``InputProblems`` where the kinds differ or ``after`` is the older.
    """
    if before.kind != after.kind:
        raise problem(f"a list of kind {after.kind} does not follow one of kind {before.kind}", after.file)
    if after.edition < before.edition:
        raise problem(f"of {after.edition}, older than {before.file} of {before.edition}", after.file)
    old, new = _by_id(before), _by_id(after)
    kept = {i for i in old.keys() & new.keys() if _names(old[i]) & _names(new[i])}
    gone = {i: e for i, e in old.items() if i not in kept}
    come = {i: e for i, e in new.items() if i not in kept}
    where = {_main(e): i for i, e in gone.items()}
    moved = [(where[_main(e)], i) for i, e in come.items() if _main(e) in where]
    for o, n in moved:
        gone.pop(o, None)
        come.pop(n, None)
    found = [Change("came", None, e) for e in come.values()]
    found += [Change("went", e, None) for e in gone.values()]
    for i in (i for i in old if i in kept):
        fields = _differing(old[i], new[i])
        if fields:
            found.append(Change("changed", old[i], new[i], fields))
    for o, n in moved:
        fields = _differing(old[o], new[n])
        found.append(Change("changed" if fields else "renumbered", old[o], new[n], fields))
    order = ("came", "went", "changed", "renumbered")
    return tuple(sorted(found, key=lambda c: order.index(c.what)))


def _by_id(of: NameList) -> Mapping[str, Entry]:
    return {entry.id: entry for entry in of.entries}


def _names(entry: Entry) -> frozenset[str]:
    return frozenset(map(folded, entry.names))


def _main(entry: Entry) -> tuple[str, str]:
    return folded(entry.names[0]), folded(entry.country)


def _differing(a: Entry, b: Entry) -> tuple[str, ...]:
    pairs = (
        ("names", frozenset(a.names), frozenset(b.names)),
        ("sort", a.sort, b.sort),
        ("country", a.country, b.country),
        ("said", a.said, b.said),
    )
    return tuple(name for name, one, other in pairs if one != other)
