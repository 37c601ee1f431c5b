"""Trade: the embedded slice against known figures, and CEPII's zip layout, good and bad."""

import zipfile
from pathlib import Path

import polars as pl
import pytest

from kaname.data import baci
from kaname.errors import InputProblems

ROOT = Path(__file__).parents[2]
EMBEDDED = ROOT / "src" / "kaname" / "packs" / "japan" / "data"
SOURCE = ROOT.parent / "shared" / "data" / "baci_hs92_raw_materials_1995_2024.parquet"

COUNTRIES = """\
country_code,country_name,country_iso2,country_iso3
56,Belgium,BE,BEL
58,Belgium-Luxembourg (...1998),BE,BEL
156,China,CN,CHN
392,Japan,JP,JPN
490,"Other Asia, nes",,S19
697,"Europe EFTA, nes",,R20
999,Nowhere,,
"""
ROWS = """\
t,i,j,k,v,q
2022,156,392,250410,     1234.567,      800.100
2022,490,392,10121,        12.000,           NA
2022,697,392,250410,        1.500,        0.250
2022,999,392,250410,        2.000,        0.500
2022,56,392,250410,         3.000,        1.000
2022,58,392,250410,         4.000,           NA
"""
PRODUCTS = "".join(f"{code},some\n" for code in ("010121", *range(250410, 250414)))


def pack(folder: Path, **members: str) -> Path:
    path = folder / "BACI_HS92_V202501.zip"
    names = {"rows": "BACI_HS92_Y2022_V202501.csv", "countries": "country_codes_V202501.csv"}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for key, text in ({"rows": ROWS, "countries": COUNTRIES} | members).items():
            if text:
                archive.writestr(names.get(key, key.replace("__", ".")), text)
        archive.writestr("product_codes_HS92_V202501.csv", "code,description\n" + PRODUCTS)
    return path


@pytest.mark.parametrize(("hs6", "share", "hhi"), [("250410", 0.90, 0.80), ("282520", 0.86, 0.76)])
def test_chinas_share_of_japans_imports_in_2023(hs6: str, share: float, hhi: float) -> None:
    trade = baci.read_embedded(EMBEDDED).select(years=[2023], products=[hs6], importers=["JPN"]).frame
    shares = trade.select("exporter", share=pl.col("value_kusd") / pl.col("value_kusd").sum())
    assert shares.filter(exporter="CHN")["share"].item() == pytest.approx(share, abs=0.005)
    assert (shares["share"] ** 2).sum() == pytest.approx(hhi, abs=0.005)


def test_embedded_slice() -> None:
    trade = baci.read_embedded(EMBEDDED)
    assert trade.years == (2020, 2021, 2022, 2023, 2024)
    assert not trade.frame.select(baci.KEY).is_duplicated().any()
    assert trade.frame["value_kusd"].min() > 0  # type: ignore[operator]
    assert trade.frame["quantity_t"].null_count() > 0
    assert "TWN" in set(trade.frame["exporter"])


@pytest.mark.skipif(
    not SOURCE.is_file(), reason="the BACI slice is not beside the repository (../shared/data)"
)
def test_no_trade_was_lost() -> None:
    held = baci.read_embedded(EMBEDDED).frame
    origin = pl.read_parquet(SOURCE).filter(pl.col("t") >= 2020)
    assert held.height == origin.height
    assert held["value_kusd"].sum() == pytest.approx(origin["v"].sum(), rel=1e-12)
    assert held["quantity_t"].null_count() == origin["q"].null_count()


def test_official_layout(tmp_path: Path) -> None:
    trade = baci.read_zip(pack(tmp_path))
    assert trade.source == "cepii-baci-hs92"
    assert trade.frame.schema == pl.Schema(baci.SCHEMA)
    rows = {(r["exporter"], r["hs6"]): (r["value_kusd"], r["quantity_t"]) for r in trade.frame.to_dicts()}
    assert rows == {
        ("CHN", "250410"): (1234.567, 800.1),
        ("TWN", "010121"): (12.0, None),
        ("R20", "250410"): (1.5, 0.25),
        ("M999", "250410"): (2.0, 0.5),
        ("BEL", "250410"): (7.0, None),
    }


def test_selected_products_and_years(tmp_path: Path) -> None:
    path = pack(tmp_path, BACI_HS92_Y2021_V202501__csv=ROWS.replace("2022,", "2021,"))
    assert baci.read_zip(path).years == (2021, 2022)
    assert baci.read_zip(path, products=["010121"], years=[2021]).frame.height == 1
    with pytest.raises(InputProblems, match="year 2019 is not inside"):
        baci.read_zip(path, years=[2019])


def test_every_bad_row_has_its_line(tmp_path: Path) -> None:
    bad = (
        "t,i,j,k,v,q\n"
        "2021,156,392,250410,1,1\n"  # 2: another year
        "2022,7,392,250410,1,1\n"  # 3: no such exporter
        "2022,156,x,250410,1,1\n"  # 4: no such importer
        "2022,156,392,25041A,1,1\n"  # 5: no code
        "2022,156,392,250411,-1,1\n"  # 6: negative value
        "2022,156,392,250412,1,many\n"  # 7: no quantity
        "2022,56,392,250413,1,1\n"  # 8 and 9: the same
        "2022,56,392,250413,2,1\n"
    )
    path = pack(tmp_path, rows=bad)
    with pytest.raises(InputProblems) as caught:
        baci.read_zip(path)
    assert [p.line for p in caught.value.problems] == [2, 3, 4, 5, 6, 7, 8, 9]
    assert all(p.file == f"{path}:BACI_HS92_Y2022_V202501.csv" for p in caught.value.problems)


def test_many_bad_rows_are_counted(tmp_path: Path) -> None:
    rows = "".join(f"2022,156,392,25041{n % 4},x,1\n" for n in range(50))
    with pytest.raises(InputProblems, match="30 more rows"):
        baci.read_zip(pack(tmp_path, rows="t,i,j,k,v,q\n" + rows))


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({"BACI_HS92_Y2021_V202401__csv": ROWS}, "mixed editions V202401, V202501"),
        ({"BACI_HS17_Y2021_V202501__csv": ROWS}, "mixed nomenclatures HS17, HS92"),
        ({"countries": ""}, "expected one country_codes"),
        ({"rows": ""}, "no BACI_HS"),
        ({"rows": "t,i,j,k,v\n2022,156,392,250410,1\n"}, "expected t,i,j,k,v,q"),
    ],
)
def test_wrong_contents(tmp_path: Path, members: dict[str, str], expected: str) -> None:
    with pytest.raises(InputProblems, match=expected):
        baci.read_zip(pack(tmp_path, **members))


def test_truncated_and_corrupt_zip(tmp_path: Path) -> None:
    path = pack(tmp_path)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(InputProblems, match="damaged"):
        baci.read_zip(path)
    path.write_bytes(whole[:60] + bytes(20) + whole[80:])
    with pytest.raises(InputProblems, match="damaged"):
        baci.read_zip(path)


def test_embedded_table_with_other_columns(tmp_path: Path) -> None:
    pl.DataFrame({"year": [2022]}).write_parquet(tmp_path / "trade.parquet")
    with pytest.raises(InputProblems, match="expected year"):
        baci.read_embedded(tmp_path)
    (tmp_path / "trade.parquet").write_bytes(b"PAR1")
    with pytest.raises(InputProblems, match="cannot be read"):
        baci.read_embedded(tmp_path)
