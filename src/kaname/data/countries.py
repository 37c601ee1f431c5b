"""Names and codes of countries (floor 1)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from kaname.data.frames import read_records
from kaname.errors import InputProblems, Problem

SOURCE = "cepii-baci-hs92"
COLUMNS = ("iso3", "code", "name_en", "name_ja", "icio_region")


@dataclass(frozen=True)
class Country:
    """One country, area or group.

    ``iso3`` is the ISO 3166-1 alpha-3 code, or the label of what has none (R20, XEU); ``code`` BACI's number, None
    where BACI has none; ``icio_region`` the region of the embedded input-output table that holds it, None where
    the table leaves it out (QAT, KWT, IRQ, IRN ...).
    """

    iso3: str
    code: int | None
    name_en: str
    name_ja: str
    icio_region: str | None


@dataclass(frozen=True, eq=False)
class Countries:
    """All countries by code."""

    by_iso3: dict[str, Country] = field(repr=False)
    source: str = SOURCE

    def __iter__(self) -> Iterator[Country]:
        return iter(self.by_iso3.values())

    def __len__(self) -> int:
        return len(self.by_iso3)

    def __contains__(self, iso3: object) -> bool:
        return iso3 in self.by_iso3

    def __getitem__(self, iso3: str) -> Country:
        return self.by_iso3[iso3]

    def name(self, iso3: str, lang: str = "en") -> str:
        """The name in ``lang`` ("en" or "ja"); the code itself where it is unknown."""
        country = self.by_iso3.get(iso3)
        if country is None:
            return iso3
        return country.name_ja if lang == "ja" else country.name_en


def read_embedded(folder: Path) -> Countries:
    """The countries carried by a pack, ``countries.csv``."""
    path = folder / "countries.csv"
    found: list[Problem] = []
    held: dict[str, Country] = {}
    for line, row in read_records(path, COLUMNS):
        iso3, code = row["iso3"], row["code"]
        if iso3 in held:
            found.append(Problem(f"country {iso3!r} appears twice", str(path), line))
        if code and not code.isdecimal():
            found.append(Problem(f"code {code!r} is not a number", str(path), line))
            continue
        if not (iso3 and row["name_en"] and row["name_ja"]):
            found.append(Problem("code or name is empty", str(path), line))
        number = int(code) if code else None
        held[iso3] = Country(iso3, number, row["name_en"], row["name_ja"], row["icio_region"] or None)
    if found:
        raise InputProblems(found)
    return Countries(held)
