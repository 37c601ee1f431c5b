"""One file with everything that the issue names as bad: each kind told apart, counted, with its line; nothing lost."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from kaname.data import baci
from kaname.data.add_baci import add_baci
from kaname.data.baci_rows import MENDED, NOTED, REFUSED
from kaname.data.countries import Countries, Country
from kaname.data.hsnames import HsNames
from kaname.data.usertables import read_production
from kaname.errors import InputProblems

from .baci_zip import write_zip

GOOD = {
    2: "2023,156,392,250410,1234.567,800.1",
    3: "2023,156,392,10121,12.0,NA",  # a leading zero lost, no quantity
    4: '2023,490,392,250410,"1,234.5","2,000"',  # thousands separators
    5: "2023,392,490,010121,1 234,1",  # of another kind
    6: "2023,392,156,250410,3,",  # no quantity
    7: "2023,56,392,250410,1,1",
    8: "2023,58,392,250410,2,1",  # the same country's former number
    9: "2023,392,392,282520,1,1",  # trade with oneself
}
BAD = {
    10: ("2023,156,392,854231,5.0,1", "vintage"),
    11: ("2023,156,490,2504,7,1", "code"),  # a heading, not a code that lost two zeros
    12: ("2023,490,392,282520,1,234.5,1", "cells"),  # a separator without quotes
    13: ("2023,999,392,250410,3,1", "exporter"),
    14: ("2023,156,777,250410,3,1", "importer"),
    15: ("2023,156,392,282520,-3,1", "value-negative"),
    16: ("2023,392,156,282520,3,-1", "quantity-negative"),
    17: ("2023,56,392,282520,3,abc", "quantity"),
    18: ("2023,58,156,282520,,1", "value"),
    19: ("2022,56,156,250410,7,1", "year"),
    20: ("2023,392,56,282520,7,1", "duplicate"),
    21: ("2023,392,56,282520,7,1", "duplicate"),
}
LINES = [*GOOD.values(), *(row for row, _ in BAD.values())]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return write_zip(tmp_path / "BACI.zip", {2023: "\n".join(["t,i,j,k,v,q", *LINES]) + "\n"})


def test_added_or_read_every_bad_row_is_told_with_its_line(path: Path, tmp_path: Path) -> None:
    wanted = sorted((line, REFUSED[kind]) for line, (_, kind) in BAD.items())
    for read in (lambda: add_baci(path, tmp_path / "home"), lambda: baci.read_zip(path)):
        with pytest.raises(InputProblems) as caught:
            read()
        assert sorted((p.line, p.message) for p in caught.value.problems) == wanted


def test_set_aside_as_written_and_the_rest_kept(path: Path, tmp_path: Path) -> None:
    added = add_baci(path, tmp_path / "home", set_aside=True)
    (year,) = added.years
    left = pl.read_csv(added.folder / "2023.set-aside.csv", infer_schema=False)
    assert {(int(n), row, kind) for n, row, kind in left.select("line", "row", "kind").iter_rows()} == {
        (line, row, kind) for line, (row, kind) in BAD.items()
    }
    kept = {kind: found.lines for kind, found in year.found.items() if kind in (*MENDED, *NOTED)}
    assert kept == {
        "leading-zero": (3,),
        "thousands": (4, 5),
        "no-quantity": (3, 6),
        "own-trade": (9,),
        "former-code": (7, 8),
    }
    assert year.read == len(LINES) == year.rows + len(BAD) + 1  # one, since two rows of Belgium are summed


def test_without_bad_rows_both_ways_give_one_table(tmp_path: Path) -> None:
    text = "\n".join(["t,i,j,k,v,q", *GOOD.values()]) + "\n"
    path = write_zip(tmp_path / "BACI.zip", {2023: text})
    table = baci.read_zip(path).frame.sort("hs6", "importer", "exporter")
    folder = add_baci(path, tmp_path / "home").folder
    stored = pl.read_parquet(folder / "2023.parquet").cast(dict(table.schema))
    assert stored.equals(table)
    assert 1234.0 in table["value_kusd"].to_list()


def test_rows_of_too_few_cells_do_not_hide_what_else_is_wrong(tmp_path: Path) -> None:
    table = tmp_path / "production.csv"
    rows = [
        "250410,JPN",
        "25041,JPN,2023,1",
        "250410,XXX,2023,1",
        '250410,JPN,2023,"1,000"',
        '250410,JPN,2022,"1,5"',
    ]
    table.write_text("\n".join(["hs6,country,year,production_t", *rows]) + "\n", encoding="utf-8")
    known = Countries({"JPN": Country("JPN", 392, "Japan", "日本", None)})
    with pytest.raises(InputProblems) as caught:
        read_production(table, HsNames({"HS92": {"250410": "graphite"}}), known)
    said = {p.line: p.message for p in caught.value.problems}
    assert said[2] == "row with too few or too many cells"
    assert "not a code of HS92" in said[3]
    assert "unknown country" in said[4]
    assert said[5] == "'1,000' has a thousands separator; write 1000"
    assert said[6] == "'1,5' is not a number"  # a decimal comma: nobody can say that 15 was meant
