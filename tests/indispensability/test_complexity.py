"""Complexity against the matrices written out, and against two published packages where they are installed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from kaname.indispensability.complexity import Complexity, complexity

Floats = NDArray[np.float64]


def made(countries: int, products: int, seed: int = 0) -> Floats:
    """Exports that are nested, as real ones are: able countries do much, and what few can do."""
    rng = np.random.default_rng(seed)
    able, hard = rng.normal(0, 1.5, (countries, 1)), rng.normal(0, 1.5, (1, products))
    some = rng.random((countries, products)) < 1 / (1 + np.exp(hard - able))
    exports = np.where(some, rng.lognormal(0, 2, (countries, products)) * np.exp(able), 0.0)
    exports[:, exports.sum(axis=0) == 0] += 1.0
    exports[exports.sum(axis=1) == 0] += 1.0
    return np.asarray(exports)


def found(exports: Floats) -> Complexity:
    names = (
        tuple(f"C{n:03d}" for n in range(exports.shape[0])),
        tuple(f"{n:06d}" for n in range(exports.shape[1])),
    )
    return complexity(exports, *names)


def written_out(one: Complexity) -> tuple[Floats, Floats, Floats, Floats]:
    """Proximity, density, outlook index and gain (up to scale) by their definitions."""
    m = one.does.astype(float)
    both, ubiquity = m.T @ m, m.sum(axis=0)
    near = np.minimum(both / ubiquity, (both / ubiquity).T)
    density = m @ (near / near.sum(axis=0))
    kp = one.pci
    gain = (1 - m) * ((1 - m) @ (near * (kp / near.sum(axis=1))[:, None]))
    return near, density, (density * (1 - m) * kp).sum(axis=1), gain


@settings(deadline=None, max_examples=25)
@given(st.integers(5, 30), st.integers(5, 60), st.integers(0, 10_000))
def test_equals_the_matrices_written_out(countries: int, products: int, seed: int) -> None:
    try:
        one = found(made(countries, products, seed))
    except ValueError:
        assume(False)  # no pattern in so small a table
    near, density, _, _ = written_out(one)
    assert one.density == pytest.approx(density, abs=1e-12)
    for place in (0, len(one.products) - 1):
        assert one.proximity(one.products[place]) == pytest.approx(near[place], abs=1e-12)
    m = one.does / one.diversity[:, None]
    assert m @ one.pci == pytest.approx(one.eci, abs=1e-6 * max(1.0, float(np.abs(one.pci).max())))
    assert (one.eci.mean(), one.eci.std()) == (pytest.approx(0, abs=1e-9), pytest.approx(1))


def test_equals_ecomplexity() -> None:
    ecomplexity = pytest.importorskip("ecomplexity", reason="ecomplexity (extra `bench`) is not installed")
    import pandas as pd

    exports = made(60, 300)
    one = found(exports)
    long = pd.DataFrame(
        [
            (2023, c, p, exports[i, j])
            for i, c in enumerate(one.countries)
            for j, p in enumerate(one.products)
        ],
        columns=["year", "country", "product", "value"],
    )
    columns = {"time": "year", "loc": "country", "prod": "product", "val": "value"}
    theirs = ecomplexity.ecomplexity(long, columns, check_logsupermodularity=False, verbose=False)
    theirs = theirs.sort_values(["country", "product"])
    shape = exports.shape

    def grid(name: str) -> Floats:
        return np.asarray(theirs[name].to_numpy(dtype=float).reshape(shape))

    assert one.rca == pytest.approx(grid("rca"), abs=1e-9)
    assert one.eci == pytest.approx(grid("eci")[:, 0], abs=1e-9)
    assert one.pci == pytest.approx(grid("pci")[0], abs=1e-9)
    assert one.density == pytest.approx(grid("density"), abs=1e-9)
    assert one.coi == pytest.approx(grid("coi")[:, 0], abs=1e-9)
    assert one.cog == pytest.approx(grid("cog"), abs=1e-9)


def test_orders_countries_as_econcomplex_does() -> None:
    econcomplex = pytest.importorskip("econcomplex", reason="econcomplex (extra `bench`) is not installed")
    from econcomplex.complexity import eci_pci

    del econcomplex
    one = found(made(60, 300))
    eci, _ = eci_pci(one.exports)
    theirs = np.asarray(eci)
    assert np.corrcoef(one.eci, theirs)[0, 1] == pytest.approx(1.0, abs=1e-9)


def test_what_trades_nothing_is_left_out() -> None:
    exports = made(10, 20)
    exports[3], exports[:, 7] = 0, 0
    one = found(exports)
    assert (len(one.countries), len(one.products)) == (9, 19)
    assert "C003" not in one.countries
    assert "000007" not in one.products


def test_too_small_a_table_is_refused() -> None:
    with pytest.raises(ValueError, match="at least three"):
        found(made(2, 10))


def test_a_table_without_a_pattern_is_refused() -> None:
    with pytest.raises(ValueError, match="no meaning"):
        found(np.ones((5, 5)))


def test_the_order_of_countries_and_products_does_not_matter() -> None:
    exports = made(20, 40)
    rng = np.random.default_rng(1)
    rows, columns = rng.permutation(20), rng.permutation(40)
    plain, mixed = found(exports), found(exports[np.ix_(rows, columns)])
    assert mixed.eci == pytest.approx(plain.eci[rows], abs=1e-9)
    assert mixed.density == pytest.approx(plain.density[np.ix_(rows, columns)], abs=1e-12)
    assert mixed.cog == pytest.approx(plain.cog[np.ix_(rows, columns)], abs=1e-9)
