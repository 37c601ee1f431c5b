"""Works and patents in three layouts, and who leads."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from kaname.data.countries import read_embedded
from kaname.data.research import SCHEMA, Research, Taxonomy, read_research
from kaname.errors import InputProblems
from kaname.indispensability.technologies import leads
from kaname.nation import Nation

ROOT = Path(__file__).parents[2]
KNOWN = read_embedded(ROOT / "src" / "kaname" / "packs" / "japan" / "data")
TAXONOMY = Taxonomy(
    {"quantum": "quantum", "量子情報科学": "quantum", "quantum information": "quantum", "ai": "ai"},
    {"G06N 10": "quantum", "G06N 3": "ai", "G06N": "ai"},
)


def read(tmp_path: Path, text: str) -> Research:
    path = tmp_path / "works.csv"
    path.write_text(text, encoding="utf-8")
    return read_research(path, TAXONOMY, KNOWN)


def cell(found: Research, technology: str, country: str, year: int) -> tuple[float, float]:
    row = found.frame.filter(technology=technology, country=country, year=year).row(0, named=True)
    return row["works"], row["most_cited"]


OPENALEX = (
    "id,doi,display_name,publication_year,cited_by_count,authorships.countries,primary_topic.display_name\n"
    + "".join(f"W{n},,Title {n},2023,{n},US,Quantum Information\n" for n in range(18))
    + 'W18,,"A title, with a comma",2023,100,JP|US,Quantum Information\n'
    + "W19,,Title,2023,99,CN|JP|JP,量子情報科学\n"
    + "W20,,No country,2023,5,,quantum\n"
    + "W21,,Of another field,2023,5,JP,Botany\n"
)


def test_openalex_works_count_in_parts(tmp_path: Path) -> None:
    found = read(tmp_path, OPENALEX)
    assert (found.layout, found.works, found.abroad, found.unsorted) == ("openalex", 22, 1, 1)
    # 21 works of the field and year: a tenth is 2.1 works: W18, W19 and a tenth of W17
    assert cell(found, "quantum", "USA", 2023) == (pytest.approx(18.5), pytest.approx(0.5 + 0.1))
    assert cell(found, "quantum", "JPN", 2023) == (pytest.approx(1.0), pytest.approx(1.0))
    assert cell(found, "quantum", "CHN", 2023) == (pytest.approx(0.5), pytest.approx(0.5))


def test_a_tenth_is_a_tenth_whatever_ties(tmp_path: Path) -> None:
    head = "id,publication_year,cited_by_count,authorships.institutions.country_code,technology\n"
    rows = "".join(f"W{n},2020,{n % 2},JP,ai\n" for n in range(30))
    found = read(tmp_path, head + rows)
    assert found.frame["most_cited"].sum() == pytest.approx(3.0)


PATSTAT = (
    "docdb_family_id,earliest_filing_year,person_ctry_code,ipc_class_symbol,nb_citing_docdb_fam\n"
    "1,2020,JP,G06N  10/00,7\n1,2020,US,G06N  10/00,7\n1,2020,JP,G06N   3/08,7\n"
    "2,2020,CN,G06N   7/00,0\n3,2020,KR,A01B   1/00,0\n"
)


def test_patstat_families_by_class(tmp_path: Path) -> None:
    found = read(tmp_path, PATSTAT)
    assert (found.layout, found.works, found.unsorted) == ("patstat", 3, 1)
    assert cell(found, "quantum", "JPN", 2020)[0] == pytest.approx(0.5)
    assert cell(found, "ai", "JPN", 2020)[0] == pytest.approx(1.0)  # the longest beginning decides
    assert cell(found, "ai", "CHN", 2020)[0] == pytest.approx(1.0)


def test_counted_tables(tmp_path: Path) -> None:
    found = read(
        tmp_path, "technology,country,year,works,most_cited\nquantum,JPN,2022,10,2\nquantum,US,2022,30,\n"
    )
    assert found.layout == "counted"
    assert cell(found, "quantum", "USA", 2022) == (30.0, None)


@pytest.mark.parametrize(
    ("text", "message", "line"),
    [
        ("a,b\n1,2\n", "none of the layouts", 1),
        ("technology,country,year,works\n", "no rows", 0),
        ("technology,country,year,works\nmagic,JPN,2022,1\n", "no technology 'magic'", 2),
        ("technology,country,year,works\nai,Japan,2022,1\n", "unknown country 'Japan'", 2),
        ("technology,country,year,works\nai,JPN,2022,-1\n", "works must be at least 0", 2),
        ("technology,country,year,works\nai,JPN,last,1\n", "year 'last' is not a number", 2),
        ("technology,country,year,works\nai,JPN,2022,1\nai,JP,2022,1\n", "given twice", 3),
        ("technology,country,year,works,most_cited\nai,JPN,2022,1,2\n", "more than works", 2),
        ("id,publication_year,cited_by_count\nW1,2020,1\n", "no column tells the countries", 1),
    ],
)
def test_bad_files(tmp_path: Path, text: str, message: str, line: int) -> None:
    with pytest.raises(InputProblems, match=message) as caught:
        read(tmp_path, text)
    assert min(p.line for p in caught.value.problems) == line


def table(*rows: tuple[str, str, int, float, float | None]) -> pl.DataFrame:
    return pl.DataFrame(rows, SCHEMA, orient="row")


def test_who_leads_by_how_much() -> None:
    found = leads(
        table(
            ("ai", "CHN", 2021, 20.0, None),
            ("ai", "USA", 2021, 30.0, None),
            ("ai", "CHN", 2022, 60.0, 8.0),
            ("ai", "USA", 2022, 20.0, 2.0),
            ("ai", "JPN", 2022, 20.0, None),
            ("ai", "JPN", 2010, 900.0, 90.0),  # before the span
        ),
        "JPN",
    )
    assert (found.first, found.last) == (2018, 2022)
    works, cited = found.frame.to_dicts()
    assert (works["leader"], works["second"], works["home_rank"]) == ("CHN", "USA", 3)
    assert works["leader_share"] == pytest.approx(80 / 150)
    assert (works["gap"], works["lead"]) == (pytest.approx(30 / 150), pytest.approx(80 / 50))
    assert works["hhi"] == pytest.approx((80**2 + 50**2 + 20**2) / 150**2)
    assert (works["held"], works["widening"], works["risk"]) == (1, True, "low")
    assert (cited["measure"], cited["lead"], cited["risk"]) == ("most_cited", pytest.approx(4.0), "high")
    assert (cited["home_share"], cited["home_rank"]) == (0.0, None)


def test_without_a_second_the_lead_is_without_bound() -> None:
    (one,) = leads(table(("ai", "CHN", 2022, 1.0, None)), "JPN").frame.to_dicts()
    assert (one["lead"], one["second"], one["gap"], one["risk"]) == (float("inf"), None, 1.0, "high")


def test_the_taxonomy_of_the_pack(japan: Nation) -> None:
    held = japan.pack.technologies
    assert sum("report-2021" in t.lists for t in held) == 10
    assert sum("k-program" in t.lists for t in held) == 20
    assert japan.taxonomy.of_name("量子情報科学") == "quantum"
    assert japan.taxonomy.of_name("Quantum Information Science") == "quantum"
    assert japan.taxonomy.of_class("G06N  10/20") == "quantum"
    assert japan.taxonomy.of_class("A01B") is None
    others = [i for i in japan.pack.investments if i.country != "JPN"]
    assert {i.yen.source for i in others} == {"seed-2021"}
    assert sum(i.yen.to("trillion JPY") for i in others if i.country == "USA") == pytest.approx(44.6)
