"""Build what the Japan pack carries: ``python tools/build_japan.py [DATA] [--only NAME ...]``.

DATA is the folder of source files (default ``../shared/data`` beside the repository). Needs the extra
``build`` and, for country outlines, ``npm``. Each product is one function; running twice gives the same bytes.
About 15 seconds. Sources, licences and attributions are in
``src/kaname/packs/japan/data/sources.yaml``; ``SOURCES.md`` is written from it.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from pathlib import Path

from build_facts import build_countries, build_hs_names, build_mining, build_stability, countries
from build_geo import build_prefectures, build_world
from build_icio import build_icio
from build_routes import build_routes
from build_sources import build_sources
from build_trade import build_history, build_trade

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "src" / "kaname" / "packs" / "japan" / "data"
SIZE_LIMIT = 12_000_000

Product = Callable[[Path], None]


def icio(data: Path) -> None:
    build_icio(data / "oecd_icio_2022_80x50.npz", TARGET / "icio_2022.npz")


def trade(data: Path) -> None:
    source = data / "baci_hs92_raw_materials_1995_2024.parquet"
    build_trade(source, data / "baci_country_codes.csv", TARGET / "trade.parquet")
    build_history(source, data / "baci_country_codes.csv", TARGET / "trade_long.parquet")


def facts(data: Path) -> None:
    build_countries(data, TARGET / "countries.csv")
    build_mining(data, TARGET / "mining.parquet", TARGET / "mining_hs.csv")
    build_stability(data, TARGET / "stability.parquet")
    build_hs_names(data, TARGET / "hs_names.parquet")


def routes(data: Path) -> None:
    build_routes(TARGET / "ports.csv", TARGET / "routes.parquet")


def outlines(data: Path) -> None:
    build_world(countries(data), TARGET / "world_110m.geojson")
    build_prefectures(TARGET / "japan_prefectures.geojson")


def sources(data: Path) -> None:
    build_sources(TARGET, ROOT / "SOURCES.md")


PRODUCTS: dict[str, Product] = {
    "icio": icio,
    "trade": trade,
    "facts": facts,
    "routes": routes,
    "outlines": outlines,
    "sources": sources,
}


def main() -> None:
    """Build the files asked for, and refuse a folder that is too large."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("data", nargs="?", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("--only", nargs="+", choices=sorted(PRODUCTS), default=list(PRODUCTS))
    args = parser.parse_args()
    TARGET.mkdir(parents=True, exist_ok=True)
    for name in args.only:
        start = time.perf_counter()
        PRODUCTS[name](args.data)
        print(f"{name}: {time.perf_counter() - start:.1f} s")
    total = sum(p.stat().st_size for p in TARGET.iterdir() if p.is_file())
    print(f"{total / 1e6:.2f} MB in {TARGET.relative_to(ROOT)}")
    if total > SIZE_LIMIT:
        raise SystemExit(f"more than {SIZE_LIMIT / 1e6:.0f} MB")


if __name__ == "__main__":
    main()
