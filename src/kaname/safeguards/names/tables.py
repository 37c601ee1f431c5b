"""Rows of a CSV or plain-text list, one at a time, in bounded memory."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Final

from kaname.errors import problem
from kaname.safeguards.names.lists import Reading

LONGEST_LINE: Final = 1 << 20
LONGEST_FIELD: Final = 1 << 17
"""What Python's CSV reader takes for one field."""
MOST_LINES_OF_A_ROW: Final = 200
_SEARCHED: Final = 30
"""Rows in which the headings are looked for."""


def lines(reading: Reading) -> Iterator[str]:
    """Lines of text; a line longer than ``LONGEST_LINE`` is refused before it fills the memory."""
    encoding = "utf-8-sig" if reading.encoding == "utf-8" else reading.encoding
    wrapped = io.TextIOWrapper(reading.stream, encoding=encoding, newline="")
    try:
        number = 0
        while line := wrapped.readline(LONGEST_LINE):
            number += 1
            if len(line) >= LONGEST_LINE and not line.endswith(("\n", "\r")):
                raise problem(f"a line of more than {LONGEST_LINE:,} characters", str(reading.path), number)
            yield line
    finally:
        with suppress(ValueError):  # the file may be closed before this generator is
            wrapped.detach()


def rows(reading: Reading) -> Iterator[tuple[int, list[str]]]:
    """Rows of a CSV with the line on which each ends, empty ones left out; unreadable ones are noted as bad."""
    reader = csv.reader(lines(reading), strict=True)
    while True:
        start = reader.line_num + 1
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as fault:
            reading.bad.add(f"not readable as CSV ({fault})", start, max(start, reader.line_num))
            continue
        if reader.line_num - start >= MOST_LINES_OF_A_ROW:
            reading.bad.add("a quotation mark that never closes", start, reader.line_num)
        elif any(cell.strip(" \x1a\t") for cell in row):
            yield start, [" ".join(cell.split()) if "\n" not in cell else cell.strip() for cell in row]


def headed(
    reading: Reading, columns: Mapping[str, Sequence[str]], needed: Sequence[str]
) -> Iterator[tuple[int, dict[str, str]]]:
    """Rows of a table with headings, as ``{column: cell}``; the headings may follow some lines of title.

    ``columns``: our name of a column to the headings it goes under. A row of another length than the headings is bad.
    """
    known = {_plain(h): ours for ours, theirs in columns.items() for h in (ours, *theirs)}
    names: list[str | None] = []
    seen: list[str] = []
    for number, row in rows(reading):
        if not names:
            found = [known.get(_plain(cell)) for cell in row]
            if set(needed) <= set(found):
                twice = sorted({n for n in found if n is not None and found.count(n) > 1})
                if twice:
                    raise problem(f"more than one column for {', '.join(twice)}", str(reading.path), number)
                names = found
            seen = seen or row
            if not names and number > _SEARCHED:
                break
            continue
        if len(row) != len(names):
            extra = len(row) > len(names) and not any(row[len(names) :])
            if not extra:
                reading.bad.add(f"not {len(names)} columns, as the headings have", number)
                continue
        yield number, {name: cell for name, cell in zip(names, row, strict=False) if name}
    if not names:
        wanted = ", ".join(f"{name} ({'/'.join(columns[name])})" for name in needed)
        had = ", ".join(cell[:40] for cell in seen[:20]) or "nothing"
        raise problem(f"no row of headings with {wanted}; the first row has: {had}", str(reading.path), 1)


def _plain(heading: str) -> str:
    kept = unicodedata.normalize("NFKC", heading).casefold()
    return "".join(char for char in kept if char.isalnum())
