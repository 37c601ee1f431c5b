"""The embedded table against the full one, and the official CSV layout."""

from pathlib import Path

import numpy as np
import pytest

from kaname.data import icio
from kaname.data.tables import FloatArray, InterCountryTable
from kaname.errors import InputProblems

ROOT = Path(__file__).parents[2]
EMBEDDED = ROOT / "src" / "kaname" / "packs" / "japan" / "data"
FULL = ROOT.parent / "shared" / "data" / "oecd_icio_2022_80x50.npz"


@pytest.fixture(scope="module")
def table() -> InterCountryTable:
    return icio.read_embedded(EMBEDDED)


def multipliers(Z: FloatArray, x: FloatArray) -> FloatArray:
    """Column sums of the Leontief inverse, by its power series."""
    share = np.divide(1.0, x, out=np.zeros_like(x), where=x > 0)
    total = step = np.ones_like(x)
    while step.max() > 1e-10:
        step = (step @ Z) * share
        total = total + step
    return total


def test_shape_and_balance(table: InterCountryTable) -> None:
    assert len(table.regions) == 30
    assert len(table.industries) == 50
    assert table.year == 2022
    sales = table.Z.sum(axis=1) + table.f
    assert np.abs(table.x - sales).max() <= 1e-9 * table.x.max()
    assert np.abs(table.x - sales)[table.x > 0] == pytest.approx(0.0, abs=1e-9 * table.x[table.x > 0].min())
    assert table.value_added.min() >= 0


def test_japans_size_is_plausible(table: InterCountryTable) -> None:
    """Japan's gross domestic product of 2022 was about 4.2 trillion USD."""
    gdp = table.value_added[table.of_region("JPN")].sum()
    assert 3.9e6 < gdp < 4.6e6


@pytest.mark.skipif(
    not FULL.is_file(), reason="the full OECD table is not beside the repository (../shared/data)"
)
def test_multipliers_of_japan_match_the_full_table(table: InterCountryTable) -> None:
    with np.load(FULL) as npz:
        Z, x, f = (npz[k].astype(np.float64) for k in ("Z", "x", "f"))
        japan = np.arange(len(npz["sectors"])) * len(npz["countries"]) + list(npz["countries"]).index("JPN")
        assert list(table.industries) == list(npz["sectors"])
    full = multipliers(Z, x)[japan]
    reduced = multipliers(table.Z, table.x)[table.of_region("JPN")]
    assert np.abs(reduced / full - 1).max() < 0.002
    assert table.x[table.of_region("JPN")] == pytest.approx(x[japan], rel=1e-9)
    assert table.x.sum() == pytest.approx(x.sum(), rel=1e-9)
    assert table.f.sum() == pytest.approx(f.sum(), rel=1e-4)


EXTENDED = """\
V1,JPN_A01,JPN_C26,CN1_A01,CN1_C26,CN2_A01,CN2_C26,JPN_HFCE,JPN_INVNT,CHN_HFCE,CHN_INVNT,OUT
JPN_A01,1,2,0,1,0,0,10,-1,2,0,15
JPN_C26,3,20,0,4,0,9,50,4,10,0,100
CN1_A01,0,1,5,2,0,0,1,0,20,1,30
CN1_C26,0,6,1,30,1,8,20,0,44,0,110
CN2_A01,0,0,0,1,2,1,0,0,6,0,10
CN2_C26,1,5,0,10,0,20,40,0,4,0,80
TLS,0.5,1,0.5,2,0.2,1,3,0,4,0,
VA,9.5,65,23.5,60,6.8,41,,,,,
OUT,15,100,30,110,10,80,124,3,90,1,
"""


def write(folder: Path, text: str, name: str = "2022_SML.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def filled(text: str) -> str:
    """Official files fill every cell."""
    return text.replace(",,,,,", ",0,0,0,0,0").replace("4,0,\n", "4,0,0\n").replace("90,1,\n", "90,1,0\n")


def test_official_layout_is_folded_and_balanced(tmp_path: Path) -> None:
    t = icio.read_oecd_csv(write(tmp_path, filled(EXTENDED)))
    assert t.nodes == ("JPN:A01", "JPN:C26", "CHN:A01", "CHN:C26")
    assert t.year == 2022
    assert t.x == pytest.approx([15, 100, 40, 190])
    assert t.f == pytest.approx([11, 64, 28, 108])
    assert t.Z[t.index("CHN", "C26"), t.index("CHN", "C26")] == 30 + 8 + 10 + 20
    assert t.Z[t.index("JPN", "C26"), t.index("CHN", "C26")] == 13
    assert t.value_added == pytest.approx([10, 66, 31, 104])


def test_order_of_rows_and_columns_may_differ(tmp_path: Path) -> None:
    lines = filled(EXTENDED).splitlines()
    shuffled = [lines[0], lines[2], lines[1], *lines[3:]]
    t = icio.read_oecd_csv(write(tmp_path, "\n".join(shuffled)))
    assert t.nodes[:2] == ("JPN:C26", "JPN:A01")
    assert t.Z[0, 1] == 3


def test_total_as_output_label_and_quoted_header(tmp_path: Path) -> None:
    text = (
        filled(EXTENDED)
        .replace(",OUT\n", ',"TOTAL"\n')
        .replace("\nOUT,", "\nOUTPUT,")
        .replace("\nVA,", "\nVALU,")
    )
    assert icio.read_oecd_csv(write(tmp_path, text, "ICIO2021_2018.csv"), year=2018).year == 2018


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (("JPN_C26,3,20", "JPN_C26,x,20"), "'x' is not a number @ {}:3 JPN_A01"),
        (("JPN_C26,3,20", "JPN_C26,,20"), "None is not a number @ {}:3 JPN_A01"),
        (
            (",10,0,100\n", ",10,0,90\n"),
            "published output 90 differs from the sum of sales 100 @ {}:3 JPN_C26",
        ),
        (("\nCN2_A01,", "\nCN2_A02,"), "producer 'CN2_A01' stands as a column but not as a row"),
        (("\nTLS,", "\nTAXES,"), "row label 'TAXES' is neither a producer nor TLS, VA or OUT @ {}:8"),
        ((",OUT\n", ",SUM\n"), "no output column"),
        (("CN1_A01,CN1_C26", "CN1_A01,CN1_A01"), "column 'CN1_A01' appears twice @ {}:1"),
    ],
)
def test_bad_official_files(tmp_path: Path, change: tuple[str, str], expected: str) -> None:
    path = write(tmp_path, filled(EXTENDED).replace(*change, 1))
    with pytest.raises(InputProblems) as caught:
        icio.read_oecd_csv(path)
    assert expected.format(path) in str(caught.value)


def test_two_bad_cells_are_told_together(tmp_path: Path) -> None:
    text = filled(EXTENDED).replace("JPN_C26,3,", "JPN_C26,x,").replace("CN1_C26,0,", "CN1_C26,y,")
    with pytest.raises(InputProblems) as caught:
        icio.read_oecd_csv(write(tmp_path, text))
    assert [p.line for p in caught.value.problems] == [3, 5]


def test_year_must_be_known(tmp_path: Path) -> None:
    with pytest.raises(InputProblems, match="year"):
        icio.read_oecd_csv(write(tmp_path, filled(EXTENDED), "icio.csv"))


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 cut off", b"not a zip at all", b"\x93NUMPY\x01\x00"])
def test_damaged_embedded_table(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "icio_2022.npz").write_bytes(content)
    with pytest.raises(InputProblems, match="cannot be read"):
        icio.read_embedded(tmp_path)


def test_missing_embedded_table(tmp_path: Path) -> None:
    with pytest.raises(InputProblems, match="found 0"):
        icio.read_embedded(tmp_path)
