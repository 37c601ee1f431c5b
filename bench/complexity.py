"""Economic complexity of a year, 220 countries x 5,000 products, beside two published packages."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import numpy as np

from bench.harness import Missing, Row, Work, seconds
from kaname.indispensability.complexity import complexity

COUNTRIES, PRODUCTS = 220, 5_000
GOAL = 60.0


def exports(countries: int = COUNTRIES, products: int = PRODUCTS, seed: int = 0) -> np.ndarray[Any, Any]:
    """Nested, as real exports are: able countries do much, and what few can do."""
    rng = np.random.default_rng(seed)
    able, hard = rng.normal(0, 1.5, (countries, 1)), rng.normal(0, 1.5, (1, products))
    some = rng.random((countries, products)) < 1 / (1 + np.exp(hard - able))
    values = np.where(some, rng.lognormal(0, 2, (countries, products)) * np.exp(able), 0.0)
    values[:, values.sum(axis=0) == 0] += 1.0
    values[values.sum(axis=1) == 0] += 1.0
    return values


def run() -> Iterator[Row]:
    """Each peer once: half a minute each; ours five times before and after, the median."""
    x = exports()
    countries, products = tuple(map(str, range(COUNTRIES))), tuple(map(str, range(PRODUCTS)))
    ours = seconds(lambda: complexity(x, countries, products))
    found = complexity(x, countries, products)
    what = f"{COUNTRIES} x {PRODUCTS}: RCA, ECI, PCI, density, outlook index and gain; peer "
    for name, peer in (("ecomplexity", _ecomplexity), ("econcomplex", _econcomplex)):
        try:
            label = f"{name} {version(name)}"
        except PackageNotFoundError as error:
            raise Missing(f"{name} (extra bench)") from error
        took, eci = peer(x, countries, products)
        again = seconds(lambda: complexity(x, countries, products))
        error = float(np.abs(found.eci - eci).max())
        yield Row(
            "complexity",
            what + label,
            (ours + again) / 2,
            took,
            "s",
            GOAL,
            note=f"largest difference of ECI {error:.1e}",
        )


def _ecomplexity(x: Any, countries: tuple[str, ...], products: tuple[str, ...]) -> tuple[float, Any]:
    import pandas as pd  # noqa: PLC0415
    from ecomplexity import ecomplexity  # noqa: PLC0415

    long = pd.DataFrame(
        {
            "t": 2023,
            "c": np.repeat(countries, len(products)),
            "p": np.tile(products, len(countries)),
            "v": x.ravel(),
        }
    )
    kept: dict[str, Any] = {}

    def work() -> None:
        columns = {"time": "t", "loc": "c", "prod": "p", "val": "v"}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            kept["out"] = ecomplexity(long, columns, check_logsupermodularity=False, verbose=False)

    took = seconds(work, runs=1, warmup=0)
    by_country = kept["out"].groupby("c")["eci"].first()
    return took, by_country.loc[list(countries)].to_numpy()


def _econcomplex(x: Any, countries: tuple[str, ...], products: tuple[str, ...]) -> tuple[float, Any]:
    from econcomplex.complexity import eci_pci  # noqa: PLC0415

    kept: dict[str, Any] = {}

    def work() -> None:
        kept["out"] = eci_pci(x)

    del countries, products
    took = seconds(work, runs=1, warmup=0)
    eci = np.asarray(kept["out"][0], dtype=float)
    return took, (eci - eci.mean()) / eci.std()


WORKS = [Work("complexity", run)]
