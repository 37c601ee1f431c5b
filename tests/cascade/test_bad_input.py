"""What the cascade and its static relatives refuse, and the rules for what they accept."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from kaname.cascade import kernel, reference
from kaname.cascade.disturbance import Closure, Cut, Release, Shocks, StockLoss, Swing
from kaname.cascade.settings import Settings
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
from tests.cascade.networks import chain

Z, X = np.array([[150.0, 500], [200, 100]]), np.array([1000.0, 2000])
A = np.array([[0.15, 0.5], [0.1, 0.05]])
OF_TABLES: list[Callable[[np.ndarray, np.ndarray], object]] = [coefficients, allocations, interdependency]


@pytest.mark.parametrize("of", OF_TABLES)
@pytest.mark.parametrize(
    ("table", "output", "told"),
    [
        (np.array([[1, np.nan], [0, 1]]), X, "no number"),
        (np.array([[1, -1.0], [0, 1]]), X, "negative"),
        (Z, np.array([1000, np.inf]), "output must be one number"),
        (Z, np.array([-1000.0, 2000]), "output must be one number"),
        (Z[:, :1], X, "square"),
        (Z, np.array([600.0, 2000]), "industry 0 sells more than it makes: 650 of 600"),
        (Z, np.array([1000.0, 550]), "industry 1 uses more than it makes: 600 of 550"),
        (Z, np.array([1000.0, 0]), "industry 1"),
    ],
)
def test_tables_that_are_refused(
    of: Callable[[np.ndarray, np.ndarray], object], table: np.ndarray, output: np.ndarray, told: str
) -> None:
    with pytest.raises(InputProblems, match=told):
        of(table, output)


@pytest.mark.parametrize("of", OF_TABLES)
def test_an_empty_region_has_coefficients_of_0(of: Callable[[np.ndarray, np.ndarray], np.ndarray]) -> None:
    table = np.zeros((3, 3))
    table[:2, :2] = Z
    found = of(table, np.array([*X, 0.0]))
    np.testing.assert_array_equal(found[2], 0)
    np.testing.assert_array_equal(found[:, 2], 0)
    np.testing.assert_array_equal(found[:2, :2], of(Z, X))
    np.testing.assert_array_equal((leontief(found) if of is coefficients else ghosh(found))[2], [0, 0, 1])


@pytest.mark.parametrize(
    "call",
    [
        lambda: inoperability(A, np.array([0.1])),
        lambda: inoperability(A, np.array([0.1, np.nan])),
        lambda: dynamic_inoperability(A, np.array([0.2, np.nan]), np.zeros((3, 2))),
        lambda: dynamic_inoperability(A, np.array([0.2]), np.zeros((3, 2))),
        lambda: dynamic_inoperability(A, np.array([0.2, 0.2]), np.zeros((0, 2))),
        lambda: dynamic_inoperability(A, np.array([0.2, 0.2]), np.zeros((3, 1))),
        lambda: dynamic_inoperability(A, np.array([0.2, 0.2]), np.zeros((3, 2)), np.array([0.1, 1.2])),
        lambda: dynamic_inoperability(A, np.array([0.2, 0.2]), np.zeros((3, 2)), np.array([0.1])),
        lambda: resilience(A, 0.1, np.array([1.0])),
        lambda: resilience(A, 0.1, np.array([1.0, np.nan])),
        lambda: leontief(np.array([[0.6, 0.5], [0.5, 0.6]])),
    ],
)
def test_shocks_and_rates_that_are_refused(call: Callable[[], object]) -> None:
    with pytest.raises(InputProblems):
        call()


ONE, OFF, PART = np.array([0], np.int32), np.array([0, 99], np.int32), np.array([0.5, 0.5])
FULL = np.ones(4)


@pytest.mark.parametrize("simulate", [kernel.simulate, reference.simulate])
@pytest.mark.parametrize(
    ("shocks", "told"),
    [
        ({"cuts": (Cut(0, 0, FULL, OFF, PART),)}, "no node 99"),
        ({"cuts": (Cut(0, 0, FULL, np.array([-1], np.int32), PART[:1]),)}, "no node -1"),
        ({"cuts": (Cut(3, 0, FULL, ONE, PART[:1]),)}, "no case 3"),
        ({"swings": (Swing(0, 0, FULL, OFF, PART),)}, "no node 99"),
        ({"closures": (Closure(0, 0, FULL, ONE, np.array([9], np.int32), PART[:1]),)}, "no country 9"),
        ({"stock_losses": (StockLoss(0, 0, 1, OFF, PART),)}, "no slot 99"),
        ({"releases": (Release(0, "r", 1, OFF, 1.0, 1.0),)}, "no slot 99"),
    ],
)
def test_a_shock_on_what_is_not_there(
    simulate: Callable[..., object], shocks: dict[str, tuple[object, ...]], told: str
) -> None:
    with pytest.raises(InputProblems, match=told):
        simulate(chain(), Shocks(4, 1.0, ("a",), **shocks), Settings())  # type: ignore[arg-type]


@pytest.mark.parametrize(("steps", "dt"), [(0, 1.0), (-1, 1.0), (3, 0.0), (3, -1.0)])
def test_a_run_of_no_days(steps: int, dt: float) -> None:
    with pytest.raises(InputProblems, match="at least one step"):
        Shocks(steps, dt, ("a",))
