"""The last five years of BACI trade in 74 raw materials, and rare earths since 1995; countries as ISO 3166-1 alpha-3."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from kaname.data.baci import OTHER_ASIA

FIRST_YEAR = 2020
RARE_EARTHS = ("280530", "284610", "284690")
"""Metals, cerium compounds, other compounds: the codes of which the pack carries every year."""


def country_labels(codes: Path) -> pl.DataFrame:
    """BACI code -> label (see ``kaname.data.baci.OTHER_ASIA``), one row a code: code, label,
    name_en."""
    raw = pl.read_csv(codes, encoding="utf8")
    return raw.select(
        code=pl.col("country_code").cast(pl.Int16),
        label=pl.when(pl.col("country_code") == OTHER_ASIA)
        .then(pl.lit("TWN"))
        .otherwise(pl.col("country_iso3")),
        name_en=pl.col("country_name").map_elements(mend_encoding, return_dtype=pl.String),
    ).sort("code")


def mend_encoding(text: str) -> str:
    """Undo the double encoding of a few names in the carrier ("TÃ¼rkiye")."""
    try:
        return text.encode("cp1252").decode("utf8")
    except UnicodeError:
        return text


def build_trade(source: Path, codes: Path, target: Path) -> None:
    """Write ``trade.parquet``: year, exporter, importer, hs6, value_kusd, quantity_t."""
    _write(pl.read_parquet(source).filter(pl.col("t") >= FIRST_YEAR), codes, target)


def build_history(source: Path, codes: Path, target: Path) -> None:
    """Write ``trade_long.parquet``: the same of rare earths, all years from 1995."""
    _write(pl.read_parquet(source).filter(pl.col("k").is_in(RARE_EARTHS)), codes, target)


def _write(rows: pl.DataFrame, codes: Path, target: Path) -> None:
    label = country_labels(codes)
    known = dict(zip(label["code"], label["label"], strict=True))
    missing = (set(rows["i"]) | set(rows["j"])) - set(known)
    if missing:
        raise SystemExit(f"BACI codes without a label: {sorted(missing)}")
    table = rows.select(
        year=pl.col("t").cast(pl.Int16),
        exporter=pl.col("i").replace_strict(known, return_dtype=pl.String),
        importer=pl.col("j").replace_strict(known, return_dtype=pl.String),
        hs6=pl.col("k"),
        value_kusd=pl.col("v"),
        quantity_t=pl.col("q"),
    ).sort("year", "hs6", "exporter", "importer")
    if table.select("year", "hs6", "exporter", "importer").is_duplicated().any():
        raise SystemExit("two BACI codes fell on one country in the same year")
    if table.height != rows.height:
        raise SystemExit("rows were lost")
    table.write_parquet(target, compression="zstd", compression_level=19, statistics=False)
