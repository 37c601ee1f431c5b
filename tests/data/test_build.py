"""The build tool makes the embedded files again."""

import sys
from pathlib import Path

import numpy as np
import polars as pl
import pytest

ROOT = Path(__file__).parents[2]
EMBEDDED = ROOT / "src" / "kaname" / "packs" / "japan" / "data"
DATA = ROOT.parent / "shared" / "data"

pytestmark = pytest.mark.skipif(
    not DATA.is_dir(), reason="the source files are not beside the repository (../shared/data)"
)


def same(made: Path, held: Path) -> bool:
    """Equal contents: bytes may differ between versions of Polars, sums in the last bit between machines."""
    if made.suffix == ".parquet":
        return pl.read_parquet(made).equals(pl.read_parquet(held))
    if made.suffix == ".npz":
        with np.load(made) as a, np.load(held) as b:
            numbers = all(np.allclose(a[k], b[k], rtol=2.0**-10) for k in ("Z", "x", "f", "year"))
            return numbers and all(list(a[k]) == list(b[k]) for k in ("regions", "industries"))
    return made.read_bytes() == held.read_bytes()


@pytest.fixture(autouse=True)
def _tools_on_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [str(ROOT / "tools"), *sys.path])


def test_trade_and_facts_are_reproduced(tmp_path: Path) -> None:
    from build_facts import build_countries, build_hs_names, build_mining, build_stability
    from build_trade import build_trade

    source = DATA / "baci_hs92_raw_materials_1995_2024.parquet"
    build_trade(source, DATA / "baci_country_codes.csv", tmp_path / "trade.parquet")
    build_countries(DATA, tmp_path / "countries.csv")
    build_mining(DATA, tmp_path / "mining.parquet", tmp_path / "mining_hs.csv")
    build_stability(DATA, tmp_path / "stability.parquet")
    build_hs_names(DATA, tmp_path / "hs_names.parquet")
    made = sorted(p.name for p in tmp_path.iterdir())
    assert len(made) == 6
    for name in made:
        assert same(tmp_path / name, EMBEDDED / name), name


@pytest.mark.slow
def test_table_and_routes_are_reproduced(tmp_path: Path) -> None:
    pytest.importorskip("searoute", reason="searoute (extra `build`) is not installed")
    from build_icio import build_icio
    from build_routes import build_routes

    build_icio(DATA / "oecd_icio_2022_80x50.npz", tmp_path / "icio_2022.npz")
    build_routes(tmp_path / "ports.csv", tmp_path / "routes.parquet")
    for name in ("icio_2022.npz", "ports.csv", "routes.parquet"):
        assert same(tmp_path / name, EMBEDDED / name), name


def test_ring_that_crosses_the_antimeridian_is_cut() -> None:
    from build_geo import area, cut_at_antimeridian

    ring = [(170.0, 60.0), (-170.0, 60.0), (-170.0, 70.0), (170.0, 70.0), (170.0, 60.0)]
    parts = cut_at_antimeridian(ring)
    assert len(parts) == 2
    assert sum(abs(area(p)) for p in parts) == pytest.approx(200.0)
    assert all(abs(lon) <= 180 for p in parts for lon, _ in p)


def test_ring_round_the_pole_is_closed_through_it() -> None:
    from build_geo import area, cut_at_antimeridian

    ring = [(float(lon), -70.0) for lon in (-180, -90, 0, 90, 180)]
    parts = cut_at_antimeridian(ring)
    assert sum(abs(area(p)) for p in parts) == pytest.approx(360.0 * 20)


def test_mantissa_rounding_is_within_its_bound() -> None:
    import numpy as np

    from build_icio import MANTISSA_BITS, keep_mantissa

    values = np.random.default_rng(0).lognormal(0, 5, 10_000)
    error = np.abs(keep_mantissa(values) / values - 1)
    assert error.max() <= 2.0 ** -(MANTISSA_BITS + 1) * 1.001
    assert error.max() > 2.0 ** -(MANTISSA_BITS + 2)
