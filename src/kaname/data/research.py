"""Works and patents that users bring, counted by technology, country and year (floor 1).

Three layouts are told apart by their first line:

- *counted*: technology, country, year, works, and most_cited where it is known (works among the most cited tenth);
- *OpenAlex*: a row a work, with id, publication_year, cited_by_count, the countries of its authors
  (``authorships.countries`` or ``authorships.institutions.country_code``, set apart by ``|``), and what it is about:
  ``technology``, or a topic's name that the caller assigns;
- *PATSTAT*: a row a patent family, inventor's or applicant's country and class, as a query over tables 201, 206, 207
  and 209 gives it: docdb_family_id, earliest_filing_year, person_ctry_code, nb_citing_docdb_fam, and technology or
  ipc_class_symbol.

A work of several countries counts for each in equal parts, and so does one of several technologies whole in each. The
most cited tenth is that of each technology and year (Waltman and Schreiber 2013: works that tie at the border count in
part, so that it is a tenth exactly).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import polars as pl

from kaname.data.countries import Countries
from kaname.data.frames import RAGGED, is_ragged, read_records
from kaname.data.iso2 import ISO3
from kaname.errors import InputProblems, Problem, problem

Layout = Literal["counted", "openalex", "patstat"]
SCHEMA: Final = {
    "technology": pl.String,
    "country": pl.String,
    "year": pl.Int64,
    "works": pl.Float64,
    "most_cited": pl.Float64,
}
TENTH: Final = 0.1
SHOWN: Final = 20
_COUNTRIES: Final = ("authorships.countries", "authorships.institutions.country_code", "person_ctry_code")
_TOPICS: Final = ("technology", "primary_topic.display_name", "primary_topic.id", "ipc_class_symbol")
_LAYOUTS: Final[Mapping[Layout, tuple[str, ...]]] = {
    "counted": ("technology", "country", "year", "works"),
    "openalex": ("id", "publication_year", "cited_by_count"),
    "patstat": ("docdb_family_id", "earliest_filing_year", "person_ctry_code", "nb_citing_docdb_fam"),
}


@dataclass(frozen=True)
class Research:
    """``frame`` in the columns of ``SCHEMA``, most_cited null where it is not known; ``layout`` and ``file`` it came
    from; ``works``: rows or works counted; ``abroad``: works left out because no country is given; ``unsorted``: works
    left out because they belong to no technology of the taxonomy."""

    frame: pl.DataFrame
    layout: Layout
    file: str
    works: int
    abroad: int
    unsorted: int


@dataclass(frozen=True)
class Taxonomy:
    """What a file's words for technologies mean: ids, names in any language, and beginnings of patent classes."""

    names: Mapping[str, str]
    classes: Mapping[str, str]

    def of_name(self, written: str) -> str | None:
        """The technology of a name, whatever its capitals."""
        return self.names.get(written.strip().casefold())

    def of_class(self, symbol: str) -> str | None:
        """The technology of a patent class, by its longest known beginning; spaces do not count."""
        plain = symbol.replace(" ", "")
        fits = [start for start in self.classes if plain.startswith(start.replace(" ", ""))]
        return self.classes[max(fits, key=len)] if fits else None


def read_research(path: Path, taxonomy: Taxonomy, known: Countries) -> Research:
    """A file in one of the three layouts.

    Raises :class:`~kaname.errors.InputProblems`: a layout that is none of them, unknown countries, years and numbers
    that are none, negative counts, a row given twice, each with its line.
    """
    layout = _layout(path)
    faults = _Faults(str(path))
    rows = []
    for line, row in read_records(path, _LAYOUTS[layout], whole=False):
        if is_ragged(row):
            faults.add(RAGGED, RAGGED, line)
        else:
            rows.append((line, row))
    if not rows and not faults.problems:
        raise problem("no rows", str(path))
    if layout == "counted":
        found = _counted(rows, taxonomy, known, faults)
    else:
        found = _weighed(_single(rows, layout, taxonomy, known, faults))
    if faults.problems:
        raise InputProblems(faults.told())
    return Research(found.frame, layout, str(path), found.works, found.abroad, found.unsorted)


def _layout(path: Path) -> Layout:
    try:
        with path.open(encoding="utf-8-sig") as stream:
            head = [name.strip().strip('"') for name in stream.readline().split(",")]
    except FileNotFoundError as error:
        raise problem("no such file", str(path)) from error
    except (OSError, UnicodeError) as error:
        raise problem(f"cannot be read as CSV: {error}", str(path)) from error
    for layout, needed in _LAYOUTS.items():
        if set(needed) <= set(head):
            return layout
    wanted = "; ".join(f"{layout}: {', '.join(needed)}" for layout, needed in _LAYOUTS.items())
    raise problem(f"the columns are those of none of the layouts ({wanted})", str(path), 1)


class _Faults:
    """Problems by kind; the first of each kind are told one by one."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: dict[str, list[Problem]] = {}

    def add(self, kind: str, message: str, line: int) -> None:
        self.problems.setdefault(kind, []).append(Problem(message, self.file, line))

    def told(self) -> Iterator[Problem]:
        for kind, found in self.problems.items():
            yield from found[:SHOWN]
            if len(found) > SHOWN:
                yield Problem(f"{kind}: {len(found) - SHOWN} more rows", self.file)

    def number(
        self, row: Mapping[str, str], column: str, line: int, kind: Callable[[str], float]
    ) -> float | None:
        """A number of at least 0, or None with a problem."""
        try:
            value = kind(row[column].strip())
        except ValueError:
            self.add(f"{column} is no number", f"{column} {row[column]!r} is not a number", line)
            return None
        if not 0 <= value < float("inf"):
            self.add(f"{column} out of range", f"{column} must be at least 0, not {row[column]}", line)
            return None
        return value

    def country(self, written: str, known: Countries, line: int) -> str | None:
        code = written.strip().upper()
        code = ISO3.get(code, code)
        if code not in known and code not in ISO3.values():
            self.add("unknown country", f"unknown country {written.strip()!r}", line)
            return None
        return code


@dataclass(frozen=True)
class _Found:
    frame: pl.DataFrame
    works: int
    abroad: int
    unsorted: int


def _counted(
    rows: Sequence[tuple[int, dict[str, str]]], taxonomy: Taxonomy, known: Countries, faults: _Faults
) -> _Found:
    kept: list[tuple[object, ...]] = []
    seen: dict[tuple[object, ...], int] = {}
    for line, row in rows:
        technology = taxonomy.of_name(row["technology"])
        if technology is None:
            faults.add("unknown technology", f"no technology {row['technology']!r} in the pack", line)
        country = faults.country(row["country"], known, line)
        year = faults.number(row, "year", line, int)
        works = faults.number(row, "works", line, float)
        most = faults.number(row, "most_cited", line, float) if row.get("most_cited", "").strip() else None
        if most is not None and works is not None and most > works:
            faults.add("more than all", f"most_cited {most:g} is more than works {works:g}", line)
        key = (technology, country, year)
        if None not in key and key in seen:
            faults.add("given twice", f"given twice (first in line {seen[key]})", line)
        seen.setdefault(key, line)
        kept.append((*key, works, most))
    if faults.problems:
        return _Found(pl.DataFrame(schema=SCHEMA), 0, 0, 0)
    return _Found(
        pl.DataFrame(kept, SCHEMA, orient="row").sort("technology", "year", "country"), len(kept), 0, 0
    )


def _single(
    rows: Sequence[tuple[int, dict[str, str]]],
    layout: Layout,
    taxonomy: Taxonomy,
    known: Countries,
    faults: _Faults,
) -> pl.DataFrame:
    """work, technology (null: none), country (null: none given), year, cited: a row a combination, each once."""
    ident, year, cited = (
        ("id", "publication_year", "cited_by_count")
        if layout == "openalex"
        else ("docdb_family_id", "earliest_filing_year", "nb_citing_docdb_fam")
    )
    where = next((c for c in _COUNTRIES if c in rows[0][1]), None)
    about = next((c for c in _TOPICS if c in rows[0][1]), None)
    for name, held, needed in (("countries", where, _COUNTRIES), ("technology", about, _TOPICS)):
        if held is None:
            faults.add(name, f"no column tells the {name}: {' or '.join(needed)}", 1)
    if where is None or about is None:
        return pl.DataFrame(schema={"work": pl.String})
    sort = taxonomy.of_class if about == "ipc_class_symbol" else taxonomy.of_name
    kept = []
    for line, row in rows:
        when, count = faults.number(row, year, line, int), faults.number(row, cited, line, float)
        places = [faults.country(c, known, line) for c in row[where].split("|") if c.strip()]
        fields = [sort(part) for part in row[about].split("|") if part.strip()]
        for place in places or [None]:
            for field in fields or [None]:
                kept.append((row[ident].strip(), field, place, when, count))
    schema = {
        "work": pl.String,
        "technology": pl.String,
        "country": pl.String,
        "year": pl.Int64,
        "cited": pl.Float64,
    }
    return pl.DataFrame(kept, schema, orient="row").unique(maintain_order=True)


def _weighed(single: pl.DataFrame) -> _Found:
    """Counts by technology, country and year, in parts for works of several countries."""
    if "technology" not in single.columns:
        return _Found(pl.DataFrame(schema=SCHEMA), 0, 0, 0)
    works = single["work"].n_unique()
    sorted_ = single.filter(pl.col("technology").is_not_null())
    placed = sorted_.filter(pl.col("country").is_not_null())
    key = ["technology", "year", "work"]
    once = sorted_.select(*key, "cited").group_by(key).agg(pl.col("cited").max())
    tenth = once.with_columns(top=_tenth()).select(*key, "top")
    parts = placed.select(*key, "country").unique().with_columns(part=1 / pl.len().over(key))
    frame = (
        parts.join(tenth, on=key)
        .group_by("technology", "country", "year")
        .agg(works=pl.col("part").sum(), most_cited=(pl.col("part") * pl.col("top")).sum())
        .select(list(SCHEMA))
        .sort("technology", "year", "country")
    )
    return _Found(
        frame,
        works,
        sorted_["work"].n_unique() - placed["work"].n_unique(),
        works - sorted_["work"].n_unique(),
    )


def _tenth() -> pl.Expr:
    """What part of a work is in the most cited tenth of its technology and year: 1, 0, or a part at the border."""
    group = ["technology", "year"]
    cited, all_ = pl.col("cited"), pl.len().over(group)
    above = cited.rank("min", descending=True).over(group) - 1  # works cited more
    tied = pl.len().over([*group, "cited"])
    return ((TENTH * all_ - above) / tied).clip(0.0, 1.0)
