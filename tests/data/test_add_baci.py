"""``data add baci``: what is kept, mended, told and refused; stopped and taken up again; and a year of real size."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import zipfile
from pathlib import Path

import polars as pl
import pytest
from bench import _made
from polars.testing import assert_frame_equal

from kaname.autonomy.shares import COLUMNS, flows, indicators
from kaname.data import add_baci as adding
from kaname.data.add_baci import add_baci
from kaname.data.baci import SCHEMA, read_zip
from kaname.data.baci_rows import KINDS, MENDED, NOTED, REFUSED
from kaname.data.concentration import concentration
from kaname.data.home import VARIABLE, data_home
from kaname.data.stored_trade import StoredTrade, best_trade, stored_trade
from kaname.errors import InputProblems

from .baci_zip import PRODUCTS, ROWS, write_zip

HEAD = "t,i,j,k,v,q\n"


def stored(home: Path) -> StoredTrade:
    (found,) = stored_trade(home)
    return found


def test_years_are_laid_down_as_the_zip_has_them(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "BACI.zip", {2022: ROWS, 2023: ROWS})
    added = add_baci(path, tmp_path / "home")
    assert added.folder == tmp_path / "home" / "baci" / "HS92-V202501"
    trade = stored(tmp_path / "home")
    assert (trade.years, trade.missing, trade.vintage, trade.edition) == ((2022, 2023), (), "HS92", "V202501")
    assert trade.products == ("010121", "250410", "282520")
    assert trade.countries == ("BEL", "CHN", "JPN", "TWN")
    whole = trade.select().frame
    assert whole.schema == pl.Schema(SCHEMA)
    key = ["year", "hs6", "importer", "exporter"]
    assert_frame_equal(whole, read_zip(path).frame.sort(key))
    assert whole.filter(hs6="010121")["quantity_t"].null_count() == 2


def test_commodities_not_specified_by_kind_are_a_product(tmp_path: Path) -> None:
    rows = ROWS + "{year},156,392,9999AA,5.000,NA\n"
    path = write_zip(tmp_path / "BACI_HS92_V202501.zip", {2023: rows}, PRODUCTS + "9999AA,Not specified\n")
    add_baci(path, tmp_path)
    (stored,) = stored_trade(tmp_path)
    assert "9999AA" in stored.products
    assert "9999AA" in read_zip(path).products


def test_parts_are_read_without_the_rest(tmp_path: Path) -> None:
    add_baci(write_zip(tmp_path / "a.zip", {2022: ROWS, 2023: ROWS}), tmp_path / "home")
    trade = stored(tmp_path / "home")
    assert trade.select(years=[2023], products=["250410"]).frame.height == 2
    assert trade.select(exporters=["CHN"], importers=["JPN"]).frame["year"].to_list() == [2022, 2023]
    assert trade.select(products=["999999"]).frame.is_empty()
    assert trade.select(importers=[]).frame.is_empty()
    assert trade.select(years=[1999]).frame.schema == pl.Schema(SCHEMA)


def test_the_figures_are_those_of_the_table_in_memory(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "a.zip", {2023: ROWS})
    add_baci(path, tmp_path / "home")
    found = concentration(stored(tmp_path / "home").year(2023)).select(COLUMNS)
    assert_frame_equal(found, indicators(flows(read_zip(path), (2023,))).drop("year"))


BAD = {
    "year": "2021,156,392,250410,1,1",
    "exporter": "2023,7,392,250410,1,1",
    "importer": "2023,156,x,250410,1,1",
    "code": "2023,156,392,25041A,1,1",
    "vintage": "2023,156,392,854231,1,1",
    "value": "2023,156,392,250410,much,1",
    "value-negative": "2023,156,392,250410,-1,1",
    "quantity": "2023,156,392,250410,1,many",
    "quantity-negative": "2023,156,392,250410,1,-0.5",
    "cells": "2023,156,392,250410,1,234.5,1",
}


@pytest.mark.parametrize("kind", BAD)
def test_each_kind_of_bad_row_is_told_apart(tmp_path: Path, kind: str) -> None:
    path = write_zip(tmp_path / "a.zip", {2023: ROWS + BAD[kind] + "\n"})
    with pytest.raises(InputProblems) as caught:
        add_baci(path, tmp_path / "home")
    (told,) = caught.value.problems
    assert (told.message, told.line) == (REFUSED[kind], 6)
    assert told.file == f"{path}:BACI_HS92_Y2023_V202501.csv"
    assert stored_trade(tmp_path / "home") == ()
    assert [p.name for p in (tmp_path / "home").rglob("*") if p.is_file()] == []


def test_every_bad_row_of_every_year_is_told_at_once(tmp_path: Path) -> None:
    text = ROWS + "\n".join(BAD.values()) + "\n"
    path = write_zip(tmp_path / "a.zip", {2022: ROWS, 2023: text, 2024: "t,i,j,k,v\n1,2,3,4,5\n"})
    with pytest.raises(InputProblems) as caught:
        add_baci(path, tmp_path / "home")
    told = caught.value.problems
    assert {p.message for p in told if p.line > 1} == {REFUSED[kind] for kind in BAD}
    assert sorted(p.line for p in told if p.line > 1) == list(range(6, 16))
    assert any("expected t,i,j,k,v,q" in p.message for p in told)
    assert stored(tmp_path / "home").years == (2022,)  # a year without problems is kept, whole
    assert stored(tmp_path / "home").missing == (2023, 2024)
    assert best_trade("HS92", 2022, tmp_path / "home") is None  # but is no whole table


def test_what_cannot_be_used_is_set_aside_as_written(tmp_path: Path) -> None:
    text = ROWS + "\n".join(BAD.values()) + "\n"
    added = add_baci(write_zip(tmp_path / "a.zip", {2023: text}), tmp_path / "home", set_aside=True)
    (year,) = added.years
    assert (year.read, year.rows) == (14, 4)
    assert {k: f.rows for k, f in year.found.items() if k in REFUSED} == dict.fromkeys(BAD, 1)
    left = pl.read_csv(added.folder / "2023.set-aside.csv", infer_schema=False)
    assert dict(left.select("kind", "row").iter_rows()) == BAD
    assert left.filter(kind="cells").row(0, named=True)["line"] == "15"


def test_what_is_mended_and_noted_is_counted_with_its_lines(tmp_path: Path) -> None:
    text = (
        HEAD
        + "2023,156,392,10121,12.0,NA\n"  # 2: leading zero lost, no quantity
        + '2023,156,392,250410,"1,234.5","2,000"\n'  # 3: thousands
        + "2023,156,392,282520,0,1\n"  # 4: no value
        + "2023,392,392,250410,5,\n"  # 5: own trade, no quantity
        + "2023,56,392,250410,3,1\n2023,58,392,250410,4,2\n"  # 6, 7: Belgium twice over
    )
    added = add_baci(write_zip(tmp_path / "a.zip", {2023: text}), tmp_path / "home")
    (year,) = added.years
    assert {k: f.lines for k, f in year.found.items()} == {
        "leading-zero": (2,),
        "thousands": (3,),
        "no-quantity": (2, 5),
        "zero-value": (4,),
        "own-trade": (5,),
        "former-code": (6, 7),
    }
    assert set(KINDS) == {*MENDED, *NOTED, *REFUSED}
    rows = {(r["exporter"], r["hs6"]): r for r in stored(tmp_path / "home").select().frame.to_dicts()}
    assert rows["CHN", "010121"]["quantity_t"] is None
    assert (rows["CHN", "250410"]["value_kusd"], rows["CHN", "250410"]["quantity_t"]) == (1234.5, 2000.0)
    assert (rows["BEL", "250410"]["value_kusd"], rows["BEL", "250410"]["quantity_t"]) == (7.0, 3.0)
    assert (year.read, year.rows) == (6, 5)


def test_doubled_rows_are_all_told_since_none_is_known_to_be_right(tmp_path: Path) -> None:
    text = ROWS + "2023,156,392,250410,9,9\n"
    path = write_zip(tmp_path / "a.zip", {2023: text})
    with pytest.raises(InputProblems) as caught:
        add_baci(path, tmp_path / "home")
    assert [(p.message, p.line) for p in caught.value.problems] == [
        (REFUSED["duplicate"], 2),
        (REFUSED["duplicate"], 6),
    ]
    added = add_baci(path, tmp_path / "home", set_aside=True)
    assert added.years[0].rows == 3
    left = pl.read_csv(added.folder / "2023.set-aside.csv", infer_schema=False)
    assert left["line"].to_list() == ["2", "6"]
    assert left["row"].to_list() == [text.splitlines()[n].replace("{year}", "2023") for n in (1, 5)]


def test_many_bad_rows_are_counted(tmp_path: Path) -> None:
    text = HEAD + "".join(f"2023,156,392,{n + 10000:06d},x,1\n" for n in range(50))
    path = write_zip(tmp_path / "a.zip", {2023: text}, products="")
    with pytest.raises(InputProblems, match="value is not a number: 30 more rows"):
        add_baci(path, tmp_path / "home")


def test_a_block_may_end_anywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_zip(tmp_path / "a.zip", {2023: ROWS.rstrip("\n") + "\n" + '2023,56,156,250410,"1,000",1'})
    plain = add_baci(path, tmp_path / "one")
    for size in (7, 40, 64):
        blocks = adding.blocks
        monkeypatch.setattr(adding, "blocks", lambda stream, size=size, blocks=blocks: blocks(stream, size))
        small = add_baci(path, tmp_path / f"size{size}")
        assert small.years == plain.years
        assert_frame_equal(
            stored(tmp_path / f"size{size}").select().frame, stored(tmp_path / "one").select().frame
        )


def test_only_the_years_asked_for_and_more_later(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "a.zip", {2021: ROWS, 2022: ROWS, 2023: ROWS})
    add_baci(path, tmp_path / "home", years=[2023])
    assert (stored(tmp_path / "home").years, stored(tmp_path / "home").missing) == ((2023,), ())
    again = add_baci(path, tmp_path / "home")
    assert again.before == {2023}
    assert stored(tmp_path / "home").years == (2021, 2022, 2023)
    with pytest.raises(InputProblems, match="year 2019 is not inside"):
        add_baci(path, tmp_path / "home", years=[2019])


def test_another_zip_of_the_same_edition_replaces_the_years_that_differ(tmp_path: Path) -> None:
    add_baci(write_zip(tmp_path / "a.zip", {2022: ROWS, 2023: ROWS}), tmp_path / "home")
    other = write_zip(tmp_path / "b.zip", {2022: ROWS, 2023: ROWS.replace("1234.567", "1000")})
    assert add_baci(other, tmp_path / "home").before == {2022}
    held = stored(tmp_path / "home").select(years=[2023], exporters=["CHN"]).frame
    assert held["value_kusd"].item() == 1000.0


def test_an_adding_that_was_stopped_goes_on_where_it_was(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "a.zip", {2021: ROWS, 2022: ROWS, 2023: ROWS})

    def stop(year: int, share: float) -> None:
        if year == 2022:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        add_baci(path, tmp_path / "home", progress=stop)
    folder = tmp_path / "home" / "baci" / "HS92-V202501"
    assert sorted(p.name for p in folder.iterdir()) == ["2021.json", "2021.parquet"]
    assert stored(tmp_path / "home").missing == (2022, 2023)
    seen = []
    added = add_baci(path, tmp_path / "home", progress=lambda year, share: seen.append((year, share)))
    assert added.before == {2021}
    assert stored(tmp_path / "home").missing == ()
    assert {year for year, _ in seen} == {2022, 2023}
    assert seen[-1][1] == pytest.approx(1.0, abs=0.2)


def test_killed_while_writing_leaves_no_half_year(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "a.zip", {2022: ROWS, 2023: ROWS})
    code = (
        "import os, signal, sys\nfrom pathlib import Path\nfrom kaname.data import add_baci as a\n"
        "plain = a._moved\n"
        "def killed(target, write):\n"
        "    if target.name == '2023.json':\n"
        "        target.with_name('.kaname-1-2023.parquet').write_bytes(b'half')\n"
        "        os.kill(os.getpid(), signal.SIGKILL)\n"
        "    plain(target, write)\n"
        "a._moved = killed\n"
        "a.add_baci(Path(sys.argv[1]), Path(sys.argv[2]))\n"
    )
    home = tmp_path / "home"
    ended = subprocess.run([sys.executable, "-c", code, str(path), str(home)], env=os.environ, check=False)
    assert ended.returncode == -signal.SIGKILL
    assert stored(home).years == (2022,)
    assert add_baci(path, home).before == {2022}
    assert stored(home).years == (2022, 2023)
    assert not list(home.rglob(".kaname-*"))


@pytest.mark.parametrize("keep", [0.3, 0.9])
def test_truncated_zip(tmp_path: Path, keep: float) -> None:
    path = write_zip(tmp_path / "a.zip", {2023: ROWS})
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * keep)])
    with pytest.raises(InputProblems, match="truncated"):
        add_baci(path, tmp_path / "home")


def test_one_damaged_year_in_the_zip(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "a.zip", {2022: ROWS, 2023: ROWS})
    with zipfile.ZipFile(path) as archive:
        start = archive.getinfo("BACI_HS92_Y2023_V202501.csv").header_offset
    raw = bytearray(path.read_bytes())
    raw[start + 70 : start + 80] = bytes(10)
    path.write_bytes(bytes(raw))
    with pytest.raises(InputProblems, match=r"damaged: .*Y2023"):
        add_baci(path, tmp_path / "home")
    assert stored(tmp_path / "home").years == (2022,)


def test_no_such_file_and_no_zip(tmp_path: Path) -> None:
    with pytest.raises(InputProblems, match="no such file"):
        add_baci(tmp_path / "none.zip", tmp_path / "home")
    (tmp_path / "text.zip").write_text("t,i,j,k,v,q")
    with pytest.raises(InputProblems, match="no zip file"):
        add_baci(tmp_path / "text.zip", tmp_path / "home")


def test_the_latest_whole_edition_is_the_best(tmp_path: Path) -> None:
    home = tmp_path / "home"
    add_baci(write_zip(tmp_path / "a.zip", {2023: ROWS}), home)
    newer = tmp_path / "b.zip"
    write_zip(newer, {2023: ROWS})
    with zipfile.ZipFile(newer) as archive:
        texts = {name.replace("V202501", "V202601"): archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(newer, "w") as archive:
        for name, text in texts.items():
            archive.writestr(name, text)
    add_baci(newer, home)
    assert [t.edition for t in stored_trade(home)] == ["V202501", "V202601"]
    best = best_trade("HS92", 2023, home)
    assert best is not None
    assert best.edition == "V202601"
    assert best_trade("HS92", 2019, home) is None
    assert best_trade("HS17", 2023, home) is None


def test_where_the_data_folder_is(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    assert data_home() == tmp_path
    monkeypatch.delenv(VARIABLE)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "share"))
    assert data_home() == tmp_path / "share" / "kaname"
    monkeypatch.delenv("XDG_DATA_HOME")
    assert data_home().parts[-3:] == (".local", "share", "kaname")


def test_a_damaged_note_is_told(tmp_path: Path) -> None:
    added = add_baci(write_zip(tmp_path / "a.zip", {2023: ROWS}), tmp_path / "home")
    (added.folder / "2023.json").write_text("{")
    with pytest.raises(InputProblems, match="cannot be read"):
        stored_trade(tmp_path / "home")


@pytest.mark.slow
def test_a_year_of_real_size(tmp_path: Path) -> None:
    made = _made.year()
    path = _made.write_baci(tmp_path / "BACI_HS92_V202501.zip", [(2023, made)])
    (year,) = add_baci(path, tmp_path / "home").years
    assert year.read == year.rows == len(made.value) > 10_000_000
    assert year.found["no-quantity"].rows == int(pl.Series(made.quantity).is_nan().sum())
    trade = stored(tmp_path / "home")
    assert (len(trade.products), len(trade.countries)) == (_made.PRODUCTS, _made.COUNTRIES)
    held = trade.year(2023)
    assert held.value.sum() * 1000 == pytest.approx(made.value.sum(), rel=1e-9)
    japan = trade.select(importers=["JPN"]).frame
    mine = made.importer == made.countries.index("JPN")
    assert japan.height == int(mine.sum())
    assert japan["value_kusd"].sum() == pytest.approx(made.value[mine].sum(), rel=1e-9)
