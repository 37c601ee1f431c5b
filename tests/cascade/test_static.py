"""Golden values 1 to 3: Leontief, inoperability, dynamic inoperability."""

from __future__ import annotations

import numpy as np
import pytest

from kaname.cascade.static import (
    allocations,
    coefficients,
    dynamic_inoperability,
    ghosh,
    inoperability,
    interdependency,
    leontief,
    resilience,
)
from kaname.errors import InputProblems

Z = np.array([[150.0, 500], [200, 100]])
X = np.array([1000.0, 2000])


def test_leontief_of_miller_and_blair() -> None:
    A = coefficients(Z, X)
    np.testing.assert_allclose(A, [[0.15, 0.25], [0.20, 0.05]], atol=1e-15)
    L = leontief(A)
    np.testing.assert_allclose(L, [[1.25412541, 0.330033], [0.2640264, 1.12211221]], atol=5e-9)
    np.testing.assert_allclose(L @ [600, 1500], [1247.525, 1841.584], atol=5e-4)


def test_ghosh_gives_back_output() -> None:
    added = X - Z.sum(axis=0)
    np.testing.assert_allclose(added @ ghosh(allocations(Z, X)), X, rtol=1e-12)


def test_interdependency_divides_by_the_seller() -> None:
    np.testing.assert_allclose(interdependency(Z, X), Z / X[:, None])
    A = coefficients(Z, X)
    np.testing.assert_allclose(interdependency(Z, X), np.diag(1 / X) @ A @ np.diag(X))


def test_inoperability_of_two() -> None:
    q = inoperability(np.array([[0, 0.8], [0.2, 0]]), np.array([0, 0.6]))
    np.testing.assert_allclose(q, [0.571, 0.714], atol=5e-4)


def test_inoperability_of_four_is_clipped_at_one() -> None:
    A = np.array([[0, 0.9, 0, 0], [0.4, 0, 0, 0], [1, 0.8, 0, 0], [1, 0.9, 0, 0]])
    q = inoperability(A, np.array([0, 0.5, 0, 0]))
    np.testing.assert_allclose(q, [0.703, 0.781, 1, 1], atol=5e-4)


def test_a_node_wholly_down_pushes_no_further() -> None:
    q = inoperability(np.array([[0, 0.0], [0.5, 0]]), np.array([1.0, 0]))
    np.testing.assert_allclose(q, [1, 0.5])
    loop = inoperability(np.array([[0, 1.2], [1.1, 0]]), np.array([0.1, 0]))
    np.testing.assert_allclose(loop, [1, 1])


def test_dynamic_inoperability_converges() -> None:
    A, c = np.array([[0.15, 0.5], [0.1, 0.05]]), np.array([0, 0.1])
    course = dynamic_inoperability(A, np.array([0.2, 0.2]), np.tile(c, (2000, 1)))
    np.testing.assert_allclose(course.path[-1], [0.0660066, 0.1122112], atol=5e-8)


def test_dynamic_inoperability_of_a_passing_shock() -> None:
    A, c = np.array([[0.15, 0.5], [0.1, 0.05]]), np.zeros((100, 2))
    c[:30, 1] = 0.1
    course = dynamic_inoperability(A, np.array([0.2, 0.2]), c)
    # given to five digits, cut off rather than rounded
    np.testing.assert_allclose(course.total, [1.98014, 3.36632], atol=1e-5)


def test_rates_of_recovery() -> None:
    rates = resilience(np.array([[0.2, 0.0], [0.0, 0.0]]), 0.01, np.array([10.0, 20.0]))
    np.testing.assert_allclose(rates, [-np.log(0.01) / 8, -np.log(0.01) / 20])


@pytest.mark.parametrize(
    "call",
    [
        lambda: leontief(np.ones((2, 3))),
        lambda: leontief(np.array([[np.nan]])),
        lambda: leontief(np.array([[1.5]])),
        lambda: inoperability(np.zeros((1, 1)), np.array([1.5])),
        lambda: coefficients(Z, np.array([1.0])),
        lambda: resilience(np.zeros((1, 1)), 0, np.array([1.0])),
    ],
)
def test_bad_input_is_told(call) -> None:
    with pytest.raises(InputProblems):
        call()
