"""Small tables: mine production, political stability, HS names, countries."""

from __future__ import annotations

import csv
from pathlib import Path

import polars as pl

from build_icio import REGION_OF, REGIONS
from build_trade import country_labels
from country_names import NAMES_EN, NAMES_JA, NOT_IN_BACI

FORMER_CODES = (58, 280, 736)
"""BACI's codes of Belgium-Luxembourg, West Germany and Sudan before its division: the label stands elsewhere."""

MINING_NAMES = {
    "Bolivia": "BOL", "Bosnia-Herzegovina": "BIH", "Cape Verde": "CPV", "Christmas Island": "CXR",
    "Congo, D.R.": "COD", "Congo, Rep.": "COG", "Cote d'Ivoire": "CIV", "Dominican Republic": "DOM",
    "French Guiana": "GUF", "Korea, North": "PRK", "Korea, South": "KOR", "Kosovo": "XKX",
    "Solomon Islands": "SLB", "United States": "USA", "Vietnam": "VNM",
}  # fmt: skip
"""Names of World Mining Data that are not BACI's; the others match by themselves."""

STABILITY_LEFT_OUT = ("R20", "PUS", "GUY")
"""R20 and PUS are no countries; under GUY the carrier has two different series (one probably French Guiana's) that
cannot be told apart."""

ZSTD = 19


def countries(data: Path) -> list[dict[str, str]]:
    """One row a label: iso3, code (BACI), name_en, name_ja, icio_region ("" = not in the table)."""
    rows = []
    for code, label, name in country_labels(data / "baci_country_codes.csv").rows():
        if code not in FORMER_CODES:
            rows.append({"iso3": label, "code": str(code), "name_en": NAMES_EN.get(label, name)})
    rows += [{"iso3": k, "code": "", "name_en": v} for k, v in NOT_IN_BACI.items()]
    for row in rows:
        iso3 = row["iso3"]
        row["name_ja"] = NAMES_JA[iso3]
        row["icio_region"] = iso3 if iso3 in REGIONS else REGION_OF.get(iso3, "")
    if len({r["iso3"] for r in rows}) != len(rows):
        raise SystemExit("a country appears twice")
    return sorted(rows, key=lambda r: r["iso3"])


def build_countries(data: Path, target: Path) -> None:
    """Write ``countries.csv``."""
    _write_csv(target, countries(data))


def build_mining(data: Path, target: Path, hs_map: Path) -> None:
    """Write ``mining.parquet`` (mineral, iso3, year, production, unit) and the map to HS codes."""
    by_name = {r["name_en"]: r["iso3"] for r in countries(data)}
    raw = pl.read_parquet(data / "world_mining_production_2018_2024.parquet")
    iso3 = {n: MINING_NAMES.get(n) or by_name.get(n) for n in raw["country"].unique()}
    unknown = sorted(n for n, code in iso3.items() if code is None)
    if unknown:
        raise SystemExit(f"countries without a code: {'; '.join(unknown)}")
    table = raw.select(
        "mineral",
        iso3=pl.col("country").replace_strict(iso3, return_dtype=pl.String),
        year=pl.col("year").cast(pl.Int16),
        production="production",
        unit=pl.col("unit").replace({"metr. t": "t", "Mio m3": "million m3", "ct": "carat"}),
    ).sort("mineral", "iso3", "year")
    if table.select("mineral", "iso3", "year").is_duplicated().any():
        raise SystemExit("mine production: a country appears twice")
    table.write_parquet(target, compression="zstd", compression_level=ZSTD, statistics=False)
    _write_csv(hs_map, _hs_rows(data / "world_mining_hs_map.csv"))


def _hs_rows(source: Path) -> list[dict[str, str]]:
    """Mineral, stage, HS code and whether it is the main code; minerals without a code do not appear."""
    rows = []
    for record in pl.read_csv(source, infer_schema=False).iter_rows(named=True):
        stage = (record["Supply Chain Stage"] or "").lower()
        for role, column in (("main", "HS Code"), ("complementary", "HS Code - Complementary")):
            codes = [c.strip() for c in (record[column] or "").split(";")]
            rows += [
                {"mineral": record["Sheet_name"], "stage": stage, "hs6": c, "role": role}
                for c in codes
                if c.isdigit()
            ]
    return sorted(rows, key=lambda r: (r["mineral"], r["role"] != "main", r["hs6"]))


def build_stability(data: Path, target: Path) -> None:
    """Write ``stability.parquet``: iso3, year, estimate (about -2.5, unstable, to 2.5)."""
    raw = pl.read_parquet(data / "wgi_political_stability_1996_2024.parquet")
    table = (
        raw.select(
            iso3="Code",
            year=pl.col("year").cast(pl.Int16),
            estimate=pl.col("estimate").cast(pl.Float32),
        )
        .filter(~pl.col("iso3").is_in(STABILITY_LEFT_OUT))
        .sort("iso3", "year")
    )
    if table.select("iso3", "year").is_duplicated().any():
        raise SystemExit("political stability: a country appears twice in a year")
    table.write_parquet(target, compression="zstd", compression_level=ZSTD, statistics=False)


def build_hs_names(data: Path, target: Path) -> None:
    """Write ``hs_names.parquet``: vintage (HS92, HS2022), hs6, description."""
    old = pl.read_csv(data / "baci_hs92_product_codes.csv", infer_schema=False)
    new = pl.read_csv(data / "hs2022_codes.csv", infer_schema=False).filter(pl.col("level") == "6")
    table = pl.concat(
        [
            old.select(vintage=pl.lit("HS92"), hs6="code", description="description"),
            new.select(vintage=pl.lit("HS2022"), hs6="hscode", description="description"),
        ]
    ).sort("vintage", "hs6")
    table.write_parquet(target, compression="zstd", compression_level=ZSTD, statistics=False)


def _write_csv(target: Path, rows: list[dict[str, str]]) -> None:
    with target.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
