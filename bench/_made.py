"""Made tables of real size: a year of world trade as large and as uneven as BACI's."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

COUNTRIES = 226
PRODUCTS = 5_000
ROWS = 11_000_000


@dataclass(frozen=True)
class Made:
    """Rows sorted by product, importer and exporter; value in thousand USD, quantity in tonnes (NaN: unknown)."""

    product: NDArray[np.uint16]
    importer: NDArray[np.uint16]
    exporter: NDArray[np.uint16]
    value: NDArray[np.float64]
    quantity: NDArray[np.float64]
    products: tuple[str, ...]
    countries: tuple[str, ...]


def year(rows: int = ROWS, products: int = PRODUCTS, countries: int = COUNTRIES, seed: int = 0) -> Made:
    """About ``rows`` rows: pairs are drawn by the size of both countries, how many by product; values lognormal."""
    rng = np.random.default_rng(seed)
    size = np.sort(rng.lognormal(0, 2.2, countries))[::-1]
    weight = (size[:, None] * size[None, :]) ** 0.55
    np.fill_diagonal(weight, 0)
    pairs = np.flatnonzero(weight)
    weight = weight.ravel()[pairs]
    wanted = rng.lognormal(0, 0.9, products)
    wanted = np.minimum((wanted / wanted.sum() * rows * 1.02).astype(int) + 2, 2 * len(pairs) // 3)
    drawn = [np.sort(pairs[_draw(rng, weight, n)]) for n in wanted]
    pair = np.concatenate(drawn)
    value = np.round(rng.lognormal(2, 2.6, len(pair)), 3) + 0.001
    quantity = np.round(value * rng.lognormal(0, 1, len(pair)), 3)
    quantity[rng.random(len(pair)) < 0.05] = np.nan
    return Made(
        np.repeat(np.arange(products, dtype=np.uint16), [len(d) for d in drawn]),
        (pair // countries).astype(np.uint16),
        (pair % countries).astype(np.uint16),
        value,
        quantity,
        _codes(products),
        _labels(countries),
    )


def _draw(rng: Any, weight: NDArray[np.float64], n: int) -> NDArray[np.int64]:
    """``n`` places without repetition, in proportion to their weight (exponential keys)."""
    key = rng.standard_exponential(len(weight), dtype=np.float32) / weight
    return np.argpartition(key, n)[:n]


def _codes(n: int) -> tuple[str, ...]:
    """Six digits, the first ones with a leading zero, as in the Harmonized System."""
    return tuple(f"{10_000 + 190 * k:06d}" for k in range(n))


def _labels(n: int) -> tuple[str, ...]:
    """Three letters in order; JPN is among them."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    every = [a + b + c for a in letters for b in letters for c in letters]
    chosen = {every[k * len(every) // n] for k in range(n - 1)} | {"JPN"}
    return tuple(sorted(chosen))


def write_baci(path: Path, years: Iterable[tuple[int, Made]]) -> Path:
    """A zip as CEPII lays it out: rows by exporter, importer and product, three decimals, NA for no quantity."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for year_, made in years:
            with archive.open(f"BACI_HS92_Y{year_}_V202501.csv", "w", force_zip64=True) as stream:
                stream.write(b"t,i,j,k,v,q\n")
                for part in _as_published(year_, made).iter_slices(1_000_000):
                    text = io.BytesIO()
                    part.write_csv(text, include_header=False, float_precision=3, null_value="NA")
                    stream.write(text.getvalue())
        listed = "".join(f"{n},{c},,{c}\n" for n, c in zip(_numbers(made), made.countries, strict=True))
        archive.writestr(
            "country_codes_V202501.csv", "country_code,country_name,country_iso2,country_iso3\n" + listed
        )
        codes = "".join(f"{code},good {code}\n" for code in made.products)
        archive.writestr("product_codes_HS92_V202501.csv", "code,description\n" + codes)
    return path


def _numbers(made: Made) -> list[int]:
    return [4 + 3 * n for n in range(len(made.countries))]


def _as_published(year_: int, made: Made) -> pl.DataFrame:
    numbers = pl.Series(_numbers(made), dtype=pl.Int32)
    return pl.DataFrame(
        {
            "t": pl.Series([year_], dtype=pl.Int32).new_from_index(0, len(made.value)),
            "i": numbers.gather(made.exporter),
            "j": numbers.gather(made.importer),
            "k": pl.Series(made.products).gather(made.product),
            "v": made.value,
            "q": pl.Series(made.quantity).fill_nan(None),
        }
    ).sort("i", "j", "k")
