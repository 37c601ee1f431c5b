"""The kinds of list, each read from the columns or elements in which it is published."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Final

from kaname.errors import problem
from kaname.safeguards.names.lists import LONGEST_NAME, Bad, Entry, Loader, Reading, surveyed
from kaname.safeguards.names.tables import headed, lines, rows
from kaname.safeguards.names.trees import Node, records

_EMPTY_OFAC: Final = "-0-"


def _said(**columns: str) -> tuple[tuple[str, str], ...]:
    return tuple((name, value) for name, value in columns.items() if value)


def _distinct(*names: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for name in names if name))


def _day(text: str, *patterns: str) -> date | None:
    for pattern in patterns:
        try:
            return datetime.strptime(text.strip(), pattern).date()
        except ValueError:
            continue
    return None


# --- OFAC, XML


def ofac_xml(reading: Reading) -> Iterator[Entry]:
    """SDN.XML: publication date and record count, then ``sdnEntry`` with its ``akaList``."""
    told: int | None = None
    count = 0
    for number, node in records(reading, "sdnList", ("publshInformation", "sdnEntry")):
        if node.tag == "publshInformation":
            reading.edition = _day(node.first("Publish_Date"), "%m/%d/%Y", "%Y-%m-%d")
            told = int(node.first("Record_Count")) if node.first("Record_Count").isdecimal() else None
        elif node.tag == "sdnEntry":
            count += 1
            yield Entry(
                node.first("uid") or f"row {count}",
                _distinct(_person(node), *map(_person, node.all("akaList/aka"))),
                count,
                node.first("sdnType").lower(),
                ", ".join(_distinct(*(c.text for c in node.all("addressList/address/country")))),
                _said(
                    program=", ".join(p.text for p in node.all("programList/program")),
                    title=node.first("title"),
                    remarks=node.first("remarks"),
                ),
            )
        del number
    if told is not None and told != count:
        raise problem(
            f"says it has {told} records, but {count} were found: it is not whole", str(reading.path)
        )


def _person(node: Node) -> str:
    return " ".join(_distinct(node.first("firstName"), node.first("lastName")))


# --- OFAC, CSV


def ofac_csv(reading: Reading) -> Iterator[Entry]:
    """SDN.CSV: twelve columns without headings, ``-0-`` for nothing; aliases from ``alt.csv`` beside it."""
    aliases = _aliases(reading)
    seen: set[str] = set()
    for number, row in rows(reading):
        cells = ["" if cell == _EMPTY_OFAC else cell for cell in row]
        if len(cells) != 12 or not cells[0].isdecimal():
            reading.bad.add("not the twelve columns of the SDN list, the first a number", number)
            continue
        seen.add(cells[0])
        sort = cells[2].lower() or "entity"
        yield Entry(
            cells[0],
            _distinct(*(_turned(name, sort) for name in (cells[1], *aliases.get(cells[0], ())))),
            number,
            sort,
            cells[9],
            _said(program=cells[3], title=cells[4], remarks=cells[11]),
        )
    lost = sorted(set(aliases) - seen, key=int)
    if lost:
        reading.notes.append(
            f"alt.csv has names of {len(lost)} entries that the list has not: {', '.join(lost[:5])}"
        )


def _turned(name: str, sort: str) -> str:
    """A person's ``SURNAME, Given`` as ``Given SURNAME``; other names as they are."""
    last, comma, first = name.partition(", ")
    return f"{first} {last}" if comma and sort == "individual" else name


def _aliases(reading: Reading) -> dict[str, list[str]]:
    """``ent_num, alt_num, alt_type, alt_name, alt_remarks`` of the file beside, bad rows noted with its name."""
    beside = [p for p in reading.path.parent.iterdir() if p.name.lower() == "alt.csv"]
    if not beside or reading.path.name.lower() == "alt.csv":
        reading.notes.append("no alt.csv beside the list: aliases were not read")
        return {}
    found: dict[str, list[str]] = {}
    with beside[0].open("rb") as stream:
        digest, encoding = surveyed(stream, str(beside[0]), ("utf-8", "cp1252"))
        reading.beside.append((beside[0].name, digest))
        stream.seek(0)
        other = Reading(beside[0], stream, Bad(str(beside[0])), encoding)
        for number, row in rows(other):
            if len(row) != 5 or not row[0].isdecimal() or row[3] in {"", _EMPTY_OFAC}:
                other.bad.add("not the five columns of the aliases", number)
            else:
                found.setdefault(row[0], []).append(row[3])
    for fault, runs in other.bad.rows.items():
        for first, last in runs:
            reading.bad.add(f"{beside[0].name}: {fault}", first, last)
    return found


# --- US consolidated screening list, CSV

_CSL: Final[Mapping[str, tuple[str, ...]]] = {
    "_id": (), "source": (), "entity_number": (), "type": (), "programs": (), "name": (), "title": (),
    "addresses": (), "license_requirement": (), "remarks": (), "alt_names": (), "start_date": (), "end_date": (),
}  # fmt: skip


def us_csl(reading: Reading) -> Iterator[Entry]:
    """The consolidated screening list: headings as published, aliases in ``alt_names``, parted by semicolons."""
    for number, row in headed(reading, _CSL, ("source", "name", "alt_names")):
        sort = row.get("type", "").lower()
        names = (row["name"], *(alias.strip() for alias in row["alt_names"].split(";")))
        yield Entry(
            row.get("_id") or row.get("entity_number") or f"row {number}",
            _distinct(*(_turned(name, sort) for name in names)),
            number,
            sort,
            _last_word(row.get("addresses", "")),
            _said(
                list=row["source"],
                program=row.get("programs", ""),
                licence=row.get("license_requirement", ""),
                until=row.get("end_date", ""),
                remarks=row.get("remarks", ""),
            ),
        )


def _last_word(addresses: str) -> str:
    """The country codes at the ends of addresses."""
    return ", ".join(_distinct(*(a.rpartition(",")[2].strip() for a in addresses.split(";"))))


# --- UN, XML


def un_xml(reading: Reading) -> Iterator[Entry]:
    """The Security Council's list: individuals and entities, their aliases, their names in original script."""
    count = 0
    for _, node in records(reading, "CONSOLIDATED_LIST", ("INDIVIDUAL", "ENTITY")):
        if node.tag == "CONSOLIDATED_LIST":
            reading.edition = _day(node.attributes.get("dateGenerated", "")[:10], "%Y-%m-%d")
            continue
        count += 1
        alias = f"{node.tag}_ALIAS/ALIAS_NAME"
        parts = (node.first(f"{order}_NAME") for order in ("FIRST", "SECOND", "THIRD", "FOURTH"))
        main = " ".join(part for part in parts if part)
        country = [*node.all("NATIONALITY/VALUE"), *node.all(f"{node.tag}_ADDRESS/COUNTRY")]
        yield Entry(
            node.first("REFERENCE_NUMBER") or node.first("DATAID") or f"row {count}",
            _distinct(main, node.first("NAME_ORIGINAL_SCRIPT"), *(a.text for a in node.all(alias))),
            count,
            node.tag.lower(),
            ", ".join(_distinct(*(c.text for c in country))),
            _said(
                program=node.first("UN_LIST_TYPE"),
                listed=node.first("LISTED_ON"),
                remarks=node.first("COMMENTS1"),
            ),
        )


# --- METI, foreign end users

_METI: Final[Mapping[str, tuple[str, ...]]] = {
    "no": ("No.", "番号"),
    "country": ("国名、地域名", "国名・地域名", "国・地域", "国名", "Country or Region", "Country/Region"),
    "name": (
        "企業名、組織名",
        "企業名・組織名",
        "企業・組織名",
        "企業名",
        "名称",
        "Company or Organization",
        "Name",
    ),
    "aka": ("別名", "Also Known As", "Alias", "Aliases"),
    "wmd": ("懸念区分", "大量破壊兵器", "WMD", "Type of WMD", "WMD type"),
    "conventional": ("通常兵器", "Conventional", "Conventional weapons"),
}
_WMD: Final = {"B", "C", "M", "N"}


def meti(reading: Reading) -> Iterator[Entry]:
    """Foreign end users: number, country, name, aliases, type of weapon of mass destruction, conventional weapons."""
    numbers: list[int] = []
    for number, row in headed(reading, _METI, ("no", "country", "name", "aka", "wmd")):
        letters = set(re.findall(r"\w+", row["wmd"].upper()))
        if not letters <= _WMD:
            reading.bad.add("a type of weapon that is not among B, C, M, N", number)
            continue
        if row["no"].isdecimal():
            numbers.append(int(row["no"]))
        yield Entry(
            row["no"] or f"row {number}",
            _distinct(row["name"], *_parted(row["aka"])),
            number,
            "",
            row["country"],
            _said(wmd=", ".join(sorted(letters)), conventional=row.get("conventional", "")),
        )
    missing = sorted(set(range(1, max(numbers, default=0) + 1)) - set(numbers))
    if missing and len(missing) <= len(numbers):
        reading.notes.append(f"numbers missing from 1 to {max(numbers)}: {', '.join(map(str, missing[:20]))}")


def _parted(aliases: str) -> list[str]:
    """Aliases parted by bullets, lines or semicolons; a middle dot between kana joins a name."""
    parts = re.split(r"[;；\n\r●•▪]|(?:^|\s)[・･]\s*", aliases)
    return [part.strip(" \t-・,、") for part in parts if part.strip(" \t-・,、")]


# --- notices of ministries

_NOTICE: Final[Mapping[str, tuple[str, ...]]] = {
    "no": ("No.", "番号", "id", "number"),
    "name": ("名称", "氏名", "組織名", "名称・氏名", "日本語名", "name_ja", "団体名"),
    "name_en": ("英語名", "英文名", "英文名称", "English", "English name", "name (English)"),
    "aka": ("別名", "別称", "aliases", "also known as", "alias"),
    "country": ("国", "国名", "国・地域", "国籍"),
    "remarks": ("備考", "根拠", "note", "notes"),
}
_NUMBERED: Final = re.compile(
    r"^\s*(?:[（(]\s*[\d一二三四五六七八九十百]{1,5}\s*[)）]|\d{1,5}\s*[.．、)）]|[①-⑳・●•]|[-*]\s)\s*"
)
_IN_BRACKETS: Final = re.compile(r"^(.*?)\s*[（(]([^（()）]*[A-Za-z]{2}[^（()）]*)[)）]\s*$")


def notice(reading: Reading) -> Iterator[Entry]:
    """A ministry's notice: a CSV with headings, or plain text with a name a line."""
    if reading.path.suffix.lower() in {".csv", ".tsv"}:
        for number, row in headed(reading, _NOTICE, ("name",)):
            yield Entry(
                row.get("no") or f"row {number}",
                _distinct(row["name"], row.get("name_en", ""), *_parted(row.get("aka", ""))),
                number,
                "",
                row.get("country", ""),
                _said(remarks=row.get("remarks", "")),
            )
        return
    for number, line in enumerate(lines(reading), 1):
        said = _NUMBERED.sub("", line.strip("\ufeff \t\r\n\x1a\u3000"))
        if said and not said.startswith("#"):
            yield Entry(f"line {number}", _names_of(said), number)


def _names_of(line: str) -> tuple[str, ...]:
    """Names parted by tabs; one in another script in brackets at the end is a name of its own."""
    names = [part.strip() for part in line.split("\t")]
    bracketed = _IN_BRACKETS.match(names[0]) if len(names[0]) <= LONGEST_NAME else None
    if bracketed and bracketed[1] and not re.search(r"[A-Za-z]{3}", bracketed[1]):
        return _distinct(bracketed[1], bracketed[2].strip(), *names[1:])
    return _distinct(*names)


KINDS: Final[Mapping[str, tuple[Loader, tuple[str, ...]]]] = {
    "ofac-xml": (ofac_xml, ()),
    "ofac-csv": (ofac_csv, ("utf-8", "cp1252")),
    "us-csl": (us_csl, ("utf-8",)),
    "un-xml": (un_xml, ()),
    "meti": (meti, ("utf-8", "cp932")),
    "notice": (notice, ("utf-8", "cp932")),
}
"""Kind to how it is read and in which encodings it comes, the first that fits; XML says itself."""
