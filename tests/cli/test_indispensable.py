"""``kaname data``, ``strengths`` and ``technologies`` as a user meets them."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from pathlib import Path

import pytest
from tests.cli.conftest import Asked

from kaname.cli import indispensable
from kaname.data.home import VARIABLE
from kaname.nation import Nation

ROWS = "t,i,j,k,v,q\n2023,156,392,250410,1234.5,800\n2023,392,156,282520,10,NA\n2023,56,392,10121,3,1\n"
COUNTRIES = """\
country_code,country_name,country_iso2,country_iso3
56,Belgium,BE,BEL
156,China,CN,CHN
392,Japan,JP,JPN
"""


@pytest.fixture
def ask(asked: Asked, monkeypatch: pytest.MonkeyPatch, japan: Nation) -> Asked:
    monkeypatch.setattr(indispensable, "open_nation", lambda pack="japan": japan)
    return asked


def zipped(path: Path, rows: str = ROWS) -> Path:

    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("BACI_HS92_Y2023_V202501.csv", rows)
        archive.writestr("country_codes_V202501.csv", COUNTRIES)
    return path


class TestData:
    def test_add_then_list(self, ask: Asked, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv(VARIABLE, str(tmp_path / "home"))
        path = zipped(tmp_path / "a.zip")
        code, out, err = ask("data", "add", "baci", str(path), "--lang", "en")
        assert (code, err) == (0, "")
        assert re.search(r"2023 +3 +3 +1 ", out)
        assert "lost its leading zeros (given back): 1 rows (lines 4)" in out
        code, out, _ = ask("data", "add", "baci", str(path), "--lang", "ja")
        assert code == 0
        assert "取り込み済み" in out
        code, out, _ = ask("data", "list", "--format", "json")
        (row,) = json.loads(out)
        assert (row["table"], row["edition"], row["years"], row["missing"], row["rows"]) == (
            "BACI HS92",
            "V202501",
            1,
            0,
            3,
        )

    def test_elsewhere_says_how_to_use_it(self, ask: Asked, tmp_path: Path) -> None:
        path = zipped(tmp_path / "a.zip")
        code, _, err = ask("data", "add", "baci", str(path), "--into", str(tmp_path / "x"), "--lang", "en")
        assert code == 0
        assert VARIABLE in err
        assert ask("data", "list", "--lang", "en")[1].startswith("The data folder")
        assert "V202501" in ask("data", "list", "--from", str(tmp_path / "x"))[1]

    def test_bad_rows_exit_2_or_are_set_aside(self, ask: Asked, tmp_path: Path) -> None:
        path = zipped(tmp_path / "a.zip", ROWS + "2023,999,392,250410,1,1\n2023,156,392,250410,-1,1\n")
        words = ("data", "add", "baci", str(path), "--into", str(tmp_path / "x"), "--lang", "en")
        code, out, err = ask(*words)
        assert (code, out) == (2, "")
        assert [line.split(" @ ")[0] for line in err.splitlines()] == [
            "exporter is not in the country list",
            "value is negative",
        ]
        code, out, _ = ask(*words, "--set-aside")
        assert code == 0
        assert "exporter not in the country list: 1 rows (lines 5)" in out
        assert (tmp_path / "x" / "baci" / "HS92-V202501" / "2023.set-aside.csv").is_file()

    @pytest.mark.parametrize("years", ["2023-2021", "soon", "2023-"])
    def test_years(self, ask: Asked, tmp_path: Path, years: str) -> None:
        path = zipped(tmp_path / "a.zip")
        code, _, err = ask("data", "add", "baci", str(path), "--years", years, "--into", str(tmp_path / "x"))
        wrong = years != "2023-"
        assert code == (2 if wrong else 0)
        assert ("must be written" in err) == wrong


class TestStrengths:
    @pytest.mark.parametrize("lang", ["ja", "en"])
    def test_on_screen(self, ask: Asked, lang: str, japan: Nation) -> None:
        code, out, _ = ask("strengths", "--lang", lang, "--top", "3")
        assert code == 0
        assert "280480" in out
        for strength in japan.pack.strengths[:3]:
            assert strength.label[lang] in out

    def test_json_is_the_frame(self, ask: Asked, japan: Nation) -> None:
        rows = json.loads(ask("strengths", "--format", "json")[1])
        assert len(rows) == japan.strengths().goods
        few = json.loads(ask("strengths", "--part", "few", "--format", "json")[1])
        assert [r["hs6"] for r in few] == [r["hs6"] for r in rows if r["few"]]

    def test_the_register(self, ask: Asked, japan: Nation) -> None:
        out = ask("strengths", "--part", "register", "--format", "csv", "--lang", "en")[1]
        rows = list(csv.DictReader(io.StringIO(out)))
        assert [r["id"] for r in rows] == [s.id for s in japan.pack.strengths]
        ships = next(r for r in rows if r["id"] == "st-ships")
        assert (float(ships["share"]), ships["measured"]) == (0.2, "")

    def test_a_year_that_is_not_there(self, ask: Asked) -> None:
        code, _, err = ask("strengths", "--year", "1850")
        assert code == 2
        assert "no trade data for 1850" in err


class TestTechnologies:
    @pytest.mark.parametrize("lang", ["ja", "en"])
    def test_taxonomy_and_investments(self, ask: Asked, lang: str, japan: Nation) -> None:
        code, out, _ = ask("technologies", "--lang", lang)
        assert code == 0
        flat = re.sub(r"\s+", "", out)
        for one in japan.pack.technologies:
            assert one.id in flat
        assert ("174 billion USD" if lang == "en" else "1,740億ドル") in out

    def test_who_leads(self, ask: Asked, tmp_path: Path) -> None:
        path = tmp_path / "works.csv"
        path.write_text("technology,country,year,works\nquantum,CN,2023,30\nquantum,JPN,2023,10\n")
        code, out, _ = ask("technologies", "--works", str(path), "--lang", "en")
        assert code == 0
        assert re.search(r"Quantum information science +works or patents +40\.0 +China +75%", out)
        (row,) = json.loads(ask("technologies", "--works", str(path), "--format", "json")[1])
        assert (row["risk"], row["home_rank"]) == ("high", 2)

    def test_bad_file_and_years(self, ask: Asked, tmp_path: Path) -> None:
        path = tmp_path / "works.csv"
        path.write_text("technology,country,year,works\nmagic,CN,2023,30\nquantum,CN,2023,-1\n")
        code, out, err = ask("technologies", "--works", str(path))
        assert (code, out) == (2, "")
        assert len(err.splitlines()) == 2
        assert ask("technologies", "--works", str(path), "--years", "0")[0] == 2


@pytest.mark.parametrize("words", [("data", "add"), ("data", "list"), ("strengths",), ("technologies",)])
def test_help_has_an_example(ask: Asked, words: tuple[str, ...]) -> None:
    code, out, _ = ask(*words, "--help")
    assert code == 0
    assert "Example:" in out
