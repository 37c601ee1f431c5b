"""Every kind of list is read as published; what is not whole, not safe or not such a list is refused with its place."""

from __future__ import annotations

import hashlib
import tracemalloc
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kaname.errors import InputProblems
from kaname.safeguards.names import lists
from kaname.safeguards.names.formats import KINDS
from kaname.safeguards.names.lists import load

from .made import DAY, LISTS


def refused(path: Path, kind: str, day: date | None = DAY) -> str:
    with pytest.raises(InputProblems) as told:
        load(path, kind, day)
    assert all(p.file for p in told.value.problems)
    return str(told.value)


def written(folder: Path, text: str | bytes, name: str = "list.csv") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
    return path


def test_ofac_xml_with_its_day_hash_and_aliases() -> None:
    found = load(LISTS / "sdn.xml", "ofac-xml")
    assert found.edition == date(2026, 11, 2)
    assert found.sha256 == hashlib.sha256((LISTS / "sdn.xml").read_bytes()).hexdigest()
    assert [e.names for e in found.entries] == [
        ("VOLGIN RADIO WORKS", "VRW", "FACTORY 417 & SONS"),
        ("Ivo TESTOVIC",),
        ("SEA OF PAPER",),
    ]
    first = found.entries[0]
    assert (first.id, first.sort, first.country) == ("90001", "entity", "Nowhereland")
    assert dict(first.said)["program"] == "MADE-UP, TEST"


def test_ofac_csv_takes_its_aliases_from_the_file_beside(tmp_path: Path) -> None:
    found = load(LISTS / "ofac" / "sdn.csv", "ofac-csv", DAY)
    assert [e.names for e in found.entries] == [
        ("VOLGIN RADIO WORKS", "VRW"),
        ("Ivo TESTOVIC", "Ivan TESTOVICH"),
        ("PAPER TRADING CO., LTD.",),
    ]
    assert [name for name, _ in found.beside] == ["alt.csv"]
    alone = load(written(tmp_path, (LISTS / "ofac" / "sdn.csv").read_bytes(), "sdn.csv"), "ofac-csv", DAY)
    assert alone.sha256 == found.sha256
    assert alone.identity != found.identity
    assert "aliases were not read" in alone.notes[0]


def test_us_consolidated_list() -> None:
    found = load(LISTS / "csl.csv", "us-csl", DAY)
    assert found.entries[0].names == (
        "Institute of Applied Lacquer Physics", "IALP", "応用漆物理研究所", "应用漆物理研究所",
    )  # fmt: skip
    assert found.entries[0].country == "XX"
    assert dict(found.entries[1].said)["program"] == "TEST"


def test_un_list_joins_the_parts_of_names() -> None:
    found = load(LISTS / "un.xml", "un-xml")
    assert found.edition == date(2026, 10, 8)
    assert found.entries[0].names == ("IVO PETAR TESTOVIC", "Иво Тестовић", "Ivan Testov")
    assert [(e.id, e.sort, e.country) for e in found.entries] == [
        ("XXi.001", "individual", "Nowhereland"),
        ("XXe.001", "entity", "Nowhereland"),
    ]


def test_end_users_in_both_layouts_and_encodings() -> None:
    old = load(LISTS / "enduser-2024.csv", "meti", date(2024, 2, 1))
    new = load(LISTS / "enduser-2025.csv", "meti", DAY)
    assert old.entries[0].names == ("Volgin Radio Works", "VRW", "Volgin Radio")
    assert dict(old.entries[1].said) == {"wmd": "C, N"}
    assert dict(new.entries[1].said) == {"wmd": "M", "conventional": "○"}
    assert new.entries[2].names == ("Institute of Applied Lacquer Physics", "応用漆物理研究所")


def test_notices_as_table_and_as_plain_text() -> None:
    table = load(LISTS / "notice.csv", "notice", DAY)
    plain = load(LISTS / "notice.txt", "notice", DAY)
    assert table.entries[0].names == ("ヴォルギン無線工場株式会社", "Volgin Radio Works JSC", "VRW")
    assert [e.names for e in plain.entries] == [
        ("ヴォルギン無線工場", "Volgin Radio Works"),
        ("応用漆物理研究所", "Institute of Applied Lacquer Physics"),
        ("Paper Sea Shipping (Holdings) Ltd",),
    ]
    assert [e.row for e in plain.entries] == [2, 3, 4]


def test_spaces_of_all_widths_and_unseen_marks_are_no_fault(tmp_path: Path) -> None:
    path = written(tmp_path, "紙海　海運\u200b\nPaper\u00a0Sea\u00ad Works\nVolgin - Radio\n", "n.txt")
    assert [e.names[0] for e in load(path, "notice", DAY).entries] == [
        "紙海 海運",
        "Paper Sea Works",
        "Volgin - Radio",
    ]
    table = written(tmp_path, '名称,別名\n"紙海\n海運","・Paper - Sea\n・PSW"\n')
    assert load(table, "notice", DAY).entries[0].names == ("紙海 海運", "Paper - Sea", "PSW")


def test_a_list_without_its_day_is_refused() -> None:
    assert "of which day it is" in refused(LISTS / "enduser-2024.csv", "meti", None)
    assert "says it is of 2026-11-02, not 2025-10-09" in refused(LISTS / "sdn.xml", "ofac-xml")


def test_an_unknown_kind_and_a_missing_file() -> None:
    assert "no kind of list 'sdn'" in refused(LISTS / "sdn.xml", "sdn")
    assert "cannot be read" in refused(LISTS / "nowhere.xml", "un-xml")


def test_another_kind_of_list_is_told() -> None:
    assert "its root is <CONSOLIDATED_LIST>, not <sdnList>" in refused(LISTS / "un.xml", "ofac-xml", None)
    assert "no row of headings" in refused(LISTS / "notice.csv", "meti")
    assert "not the twelve columns" in refused(LISTS / "notice.csv", "ofac-csv")


def test_all_bad_rows_are_counted_and_told_by_number(tmp_path: Path) -> None:
    head = "No.,国名,企業名,別名,懸念区分\n"
    rows = "1,X,Good,,M\n2,X,Bad,,Q\n3,X,Bad too,,Z\n4,X\n5,X,,,M\n1,X,Twice,,M\n7,X,Fine,,B\n"
    path = written(tmp_path, head + rows)
    said = refused(path, "meti")
    assert "not among B, C, M, N: 2 rows: 3-4" in said
    assert "not 5 columns, as the headings have: row 5" in said
    assert "no name: row 6" in said
    assert "number '1' stood before, in row 2: row 7" in said
    went_on = load(path, "meti", DAY, go_on=True)
    assert [e.names[0] for e in went_on.entries] == ["Good", "Fine"]
    assert len(went_on.unread) == 4


def test_a_quotation_mark_that_never_closes_swallows_nothing_silently(tmp_path: Path) -> None:
    rows = "".join(f"{i},X,Name {i},,M\n" for i in range(2, 400))
    path = written(tmp_path, f'No.,国名,企業名,別名,懸念区分\n1,X,"Open,,M\n{rows}')
    said = refused(path, "meti")
    assert "2-400" in said


def test_xml_that_says_it_has_more_records_is_not_whole(tmp_path: Path) -> None:
    text = (LISTS / "sdn.xml").read_text("utf-8")
    assert "says it has 4 records, but 3" in refused(
        written(tmp_path, text.replace("<Record_Count>3", "<Record_Count>4"), "a.xml"), "ofac-xml", None
    )
    cut = written(tmp_path, text[: len(text) // 2], "b.xml")
    assert "is not whole or not XML" in refused(cut, "ofac-xml", None)


BOMB = """<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;&lol;&lol;&lol;&lol;">
<!ENTITY lol3 "&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;">]>
<sdnList><sdnEntry><uid>1</uid><lastName>&lol3;</lastName></sdnEntry></sdnList>"""
OUTSIDE = """<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]>
<sdnList><sdnEntry><uid>1</uid><lastName>&x;</lastName></sdnEntry></sdnList>"""


@pytest.mark.parametrize("text", [BOMB, OUTSIDE, "<!DOCTYPE sdnList><sdnList/>"])
def test_bombs_and_outside_entities_are_refused(tmp_path: Path, text: str) -> None:
    assert "can be a bomb" in refused(written(tmp_path, text, "bomb.xml"), "ofac-xml")


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("<sdnEntry>" + "<a>" * 100 + "</a>" * 100 + "</sdnEntry>", "elements more than 40 deep"),
        ("<sdnEntry><lastName>" + "x" * 3_000_000 + "</lastName></sdnEntry>", "a record of more than"),
        ("<!--" + "x" * 3_000_000 + "-->", "a tag of more than"),
        ('<sdnEntry a="' + "x" * 3_000_000 + '"/>', "a tag of more than"),
    ],
)
def test_what_would_fill_the_memory_is_refused(tmp_path: Path, body: str, why: str) -> None:
    assert why in refused(written(tmp_path, f"<sdnList>{body}</sdnList>", "large.xml"), "ofac-xml")


def test_a_line_without_end_is_refused(tmp_path: Path) -> None:
    assert "a line of more than" in refused(written(tmp_path, "x" * 3_000_000, "long.txt"), "notice")


def test_memory_grows_with_the_names_not_with_the_file(tmp_path: Path) -> None:
    filler = "<sdnEntry><uid>{}</uid><lastName>A B</lastName><junk>" + "x" * 20_000 + "</junk></sdnEntry>"
    path = tmp_path / "large.xml"
    with path.open("w") as file:
        file.write("<sdnList>")
        for i in range(1_500):
            file.write(filler.format(i))
        file.write("</sdnList>")
    tracemalloc.start()
    found = load(path, "ofac-xml", DAY)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(found.entries) == 1_500
    assert path.stat().st_size > 30_000_000
    assert peak < 8_000_000


def test_a_list_that_does_not_fit_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lists, "MOST_ENTRIES", 2)
    assert "holds more than 2 entries" in refused(LISTS / "notice.txt", "notice")


def test_text_in_no_encoding_is_told_by_line(tmp_path: Path) -> None:
    said = refused(written(tmp_path, b"Volgin\nRadio \x81\xff\n", "x.txt"), "notice")
    assert "utf-8 (line 2)" in said
    assert "cp932 (line 2)" in said


def test_utf_16_as_spreadsheets_write_it(tmp_path: Path) -> None:
    text = (LISTS / "notice.csv").read_text("utf-8")
    found = load(written(tmp_path, text.encode("utf-16")), "notice", DAY)
    assert found.entries[1].names[0] == "応用漆物理研究所"


FILES = {
    "ofac-xml": "sdn.xml", "ofac-csv": "ofac/sdn.csv", "us-csl": "csl.csv",
    "un-xml": "un.xml", "meti": "enduser-2024.csv", "notice": "notice.csv",
}  # fmt: skip


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), kind=st.sampled_from(sorted(KINDS)))
def test_damaged_lists_are_read_or_refused_never_a_fault(
    tmp_path: Path, data: st.DataObject, kind: str
) -> None:
    source = LISTS / FILES[kind]
    held = bytearray(source.read_bytes())
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(held) - 1))
        what = data.draw(st.sampled_from(["flip", "drop", "add", "cut", "twice"]))
        if what == "flip":
            held[at] = data.draw(st.integers(0, 255))
        elif what == "drop":
            del held[at : at + data.draw(st.integers(1, 40))]
        elif what == "add":
            held[at:at] = data.draw(st.binary(max_size=20))
        elif what == "cut":
            held = held[: at + 1]
        else:
            held[at:at] = held[at : at + 200]
        held = held or bytearray(b"x")
    path = tmp_path / source.name
    path.write_bytes(bytes(held))
    for go_on in (False, True):
        try:
            found = load(path, kind, None if kind.endswith("xml") else DAY, go_on=go_on)
        except InputProblems as told:
            assert all(p.message and p.file for p in told.problems)
        else:
            assert all(e.names and e.names[0] for e in found.entries)
            assert len({e.id for e in found.entries}) == len(found.entries)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(names=st.lists(st.text(min_size=1, max_size=40), max_size=12))
def test_any_names_written_one_a_line_come_back(tmp_path: Path, names: list[str]) -> None:
    path = written(
        tmp_path, "\n".join(n.replace("\n", " ") for n in names).encode("utf-8", "replace"), "n.txt"
    )
    try:
        found = load(path, "notice", DAY, go_on=True)
    except InputProblems:
        return
    assert len(found.entries) <= len(names) + sum(n.count("\r") for n in names)
