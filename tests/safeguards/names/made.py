"""Made-up lists shared by these tests."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from kaname.safeguards.names.lists import Entry, NameList

LISTS = Path(__file__).parent / "lists"
DAY = date(2025, 10, 9)


def a_list(*names: str | tuple[str, ...], day: date = DAY, sha: str = "a") -> NameList:
    """A list of entries numbered from 1, each with its names."""
    entries = tuple(
        Entry(str(i), (n,) if isinstance(n, str) else n, i, country="Nowhereland")
        for i, n in enumerate(names, 1)
    )
    return NameList("notice", "made-up.txt", day, sha * 64, entries)
