"""Tables that users bring: what is read, and every kind of bad row with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

import kaname
from kaname.data import countries, hsnames
from kaname.data.usertables import SHOWN, read_distance, read_human_capital, read_production
from kaname.errors import InputProblems

EMBEDDED = Path(kaname.__file__).parent / "packs" / "japan" / "data"
NAMES = hsnames.read_embedded(EMBEDDED)
KNOWN = countries.read_embedded(EMBEDDED)


def written(folder: Path, text: str) -> Path:
    path = folder / "table.csv"
    path.write_text(text, encoding="utf-8")
    return path


def problems(call: object, *arguments: object) -> list[tuple[int, str]]:
    with pytest.raises(InputProblems) as caught:
        call(*arguments)  # type: ignore[operator]
    assert all(p.file.endswith("table.csv") for p in caught.value.problems)
    return [(p.line, p.message) for p in caught.value.problems]


class TestProduction:
    def test_read(self, tmp_path: Path) -> None:
        path = written(tmp_path, "hs6,country,year,production_t\n250410,JPN,2023,12.5\n250410,CHN,2023,0\n")
        assert read_production(path, NAMES, KNOWN).rows() == [
            (2023, 12.5, "250410", "JPN"),
            (2023, 0.0, "250410", "CHN"),
        ]

    def test_every_kind_of_bad_row_is_told_apart_with_its_line(self, tmp_path: Path) -> None:
        lines = {
            '250410,JPN,2023,"1,234.5"': "'1,234.5' has a thousands separator; write 1234.5",
            "250410,JPN,2022,-3": "-3 must be at least 0",
            "250410,JPN,2021,": "empty: leave the row out where the figure is not known",
            "250410,JPN,2020,n/a": "'n/a' is not a number",
            "250410,JPN,2019,nan": "'nan' is not a number",
            "10121,JPN,2023,1": "'10121' has lost its leading zero; write 010121",
            "123456,JPN,2023,1": "'123456' is not a code of HS92",
            "250410,JAP,2023,1": "unknown country 'JAP' (three-letter codes are used)",
            "250410,JPN,23,1": "'23' is not a year",
            "250410,CHN,2023,1": "",
            "250410,CHN,2023,2": "250410, CHN, 2023 stands already in line 11",
        }
        code = next(c for c in NAMES.names["HS92"] if c.startswith("01"))
        text = "hs6,country,year,production_t\n" + "\n".join(lines).replace("10121", code[1:])
        found = problems(read_production, written(tmp_path, text), NAMES, KNOWN)
        wanted = [
            (n, message.replace("010121", code).replace("10121", code[1:]))
            for n, message in enumerate(lines.values(), start=2)
            if message
        ]
        assert found == wanted

    def test_a_code_of_another_nomenclature_is_said_to_be_one(self, tmp_path: Path) -> None:
        code = next(c for c in NAMES.names["HS2022"] if NAMES.describe(c) is None)
        path = written(tmp_path, f"hs6,country,year,production_t\n{code},JPN,2023,1\n")
        assert problems(read_production, path, NAMES, KNOWN) == [
            (2, f"'{code}' is a code of HS2022, not of HS92")
        ]

    def test_many_of_a_kind_are_counted(self, tmp_path: Path) -> None:
        rows = "\n".join(f"250410,JPN,{1990 + n % 30},-{n + 1}" for n in range(SHOWN + 5))
        found = problems(
            read_production, written(tmp_path, f"hs6,country,year,production_t\n{rows}\n"), NAMES, KNOWN
        )
        assert len(found) == SHOWN + 1
        assert found[0] == (0, "production_t: too small: 5 more rows")

    def test_columns_that_lack_and_no_rows(self, tmp_path: Path) -> None:
        assert problems(read_production, written(tmp_path, "hs6,year\n"), NAMES, KNOWN) == [
            (1, "column 'country' is missing"),
            (1, "column 'production_t' is missing"),
        ]
        path = written(tmp_path, "hs6,country,year,production_t\n")
        assert problems(read_production, path, NAMES, KNOWN) == [(0, "no rows")]

    def test_no_file(self, tmp_path: Path) -> None:
        assert "no such file" in problems(read_production, tmp_path / "table.csv", NAMES, KNOWN)[0][1]


class TestDistance:
    def test_with_and_without_years(self, tmp_path: Path) -> None:
        plain = read_distance(written(tmp_path, "home,partner,distance\nJPN,CHN,0.9\n"), KNOWN)
        assert plain.to_dicts() == [{"importer": "JPN", "exporter": "CHN", "distance": 0.9}]
        dated = read_distance(written(tmp_path, "home,partner,year,distance\nJPN,CHN,2020,1\n"), KNOWN)
        assert dated.to_dicts() == [{"importer": "JPN", "exporter": "CHN", "distance": 1.0, "year": 2020}]

    def test_a_row_given_twice_is_told_even_where_its_figure_is_wrong(self, tmp_path: Path) -> None:
        path = written(tmp_path, "home,partner,distance\nJPN,CHN,1.7\nJPN,CHN,0.2\n")
        assert (3, "JPN, CHN stands already in line 2") in problems(read_distance, path, KNOWN)

    def test_out_of_scale(self, tmp_path: Path) -> None:
        path = written(tmp_path, "home,partner,distance\nJPN,CHN,1.2\nJPN,USA,-0.1\n")
        assert problems(read_distance, path, KNOWN) == [
            (2, "1.2 must be at most 1"),
            (3, "-0.1 must be at least 0"),
        ]


class TestHumanCapital:
    def test_own_columns_and_those_of_the_penn_world_table(self, tmp_path: Path) -> None:
        own = read_human_capital(written(tmp_path, "country,year,human_capital\nJPN,2019,3.6\n"), KNOWN)
        theirs = read_human_capital(written(tmp_path, "countrycode,year,hc,pop\nJPN,2019,3.6,126\n"), KNOWN)
        assert own.equals(theirs)
        assert own.rows() == [("JPN", 2019, 3.6)]

    def test_zero_is_no_index(self, tmp_path: Path) -> None:
        path = written(tmp_path, "country,year,human_capital\nJPN,2019,0\n")
        assert problems(read_human_capital, path, KNOWN) == [(2, "0 must be above 0")]
