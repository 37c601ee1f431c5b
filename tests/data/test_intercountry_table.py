"""The frozen table: accounts, look-up, aggregation, and every problem at once."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kaname.data.tables import InterCountryTable, checked_table
from kaname.errors import InputProblems

Z = np.array(
    [[150.0, 500.0, 0.0, 1.0], [200.0, 100.0, 2.0, 3.0], [0.0, 4.0, 5.0, 6.0], [7.0, 8.0, 9.0, 10.0]]
)
F = np.array([600.0, 1500.0, 80.0, -2.0])


def table(**changes: object) -> InterCountryTable:
    parts: dict[str, object] = {
        "regions": ["JPN", "CHN"],
        "industries": ["A", "B"],
        "Z": Z,
        "x": Z.sum(axis=1) + F,
        "f": F,
        "year": 2022,
        "unit": "million USD",
        "source": "test",
    }
    return checked_table(**(parts | changes))  # type: ignore[arg-type]


def test_nodes_and_accounts() -> None:
    t = table()
    assert t.nodes == ("JPN:A", "JPN:B", "CHN:A", "CHN:B")
    assert t.index("CHN", "A") == 2
    assert t.of_region("CHN") == slice(2, 4)
    assert t.value_added == pytest.approx(t.x - Z.sum(axis=0))
    with pytest.raises(KeyError, match="USA"):
        t.index("USA", "A")


def test_nothing_can_be_changed() -> None:
    t = table()
    with pytest.raises(dataclasses.FrozenInstanceError):
        t.year = 2023  # type: ignore[misc]
    for array in (t.Z, t.x, t.f, t.value_added):
        with pytest.raises(ValueError, match="read-only"):
            array.flat[0] = 1.0


def test_aggregate_by_hand() -> None:
    t = table().aggregate(industries={"A": "AB", "B": "AB"})
    assert t.industries == ("AB",)
    np.testing.assert_allclose(t.Z, [[950.0, 6.0], [19.0, 30.0]])
    assert t.f == pytest.approx(np.array([2100.0, 78.0]))


@settings(max_examples=30, deadline=None)
@given(st.lists(st.sampled_from(["p", "q"]), min_size=4, max_size=4), st.integers(0, 2**31))
def test_aggregation_keeps_totals(groups: list[str], seed: int) -> None:
    rng = np.random.default_rng(seed)
    Z = rng.random((12, 12))
    f = rng.random(12) * 20
    x = Z.sum(axis=1) + f
    x += np.maximum(Z.sum(axis=0) - x, 0)
    t = table(regions=list("abcd"), industries=list("rst"), Z=Z, x=x, f=x - Z.sum(axis=1))
    small = t.aggregate(regions=dict(zip("abcd", groups, strict=True)), industries={"t": "r"})
    assert small.Z.sum() == pytest.approx(t.Z.sum())
    assert small.x == pytest.approx(small.Z.sum(axis=1) + small.f)
    assert small.value_added.sum() == pytest.approx(t.value_added.sum())
    first = [i for i, g in enumerate(groups) if g == groups[0]]
    r_and_t = [3 * i + k for i in first for k in (0, 2)]
    assert small.x[0] == pytest.approx(t.x[r_and_t].sum())
    assert small.Z[0, 0] == pytest.approx(t.Z[np.ix_(r_and_t, r_and_t)].sum())


def test_every_problem_is_told_at_once() -> None:
    bad = Z.copy()
    bad[0, 1] = -5.0
    bad[2:, :] = 0.0
    bad[:, 2:] = 0.0
    with pytest.raises(InputProblems) as caught:
        table(
            Z=bad, x=np.array([1000.0, 1800.0, 0.0, 0.0]), f=np.array([600.0, 1500.0, 0.0, 0.0]), file="t.npz"
        )
    text = str(caught.value)
    assert "negative flow -5 @ t.npz JPN:A -> JPN:B" in text
    assert "output 1000 differs from sales 745 @ t.npz JPN:A" in text
    assert "region without any output @ t.npz CHN" in text


def test_no_numbers_and_wrong_shapes() -> None:
    bad = Z.copy()
    bad[1, 0] = np.nan
    with pytest.raises(InputProblems, match="flow is not a number @ JPN:B -> JPN:A"):
        table(Z=bad)
    with pytest.raises(InputProblems) as caught:
        table(Z=Z[:3], regions=["JPN", "JPN"])
    assert len(caught.value.problems) == 2


def test_inputs_above_output_are_a_problem() -> None:
    with pytest.raises(InputProblems, match="exceed output"):
        table(
            f=np.array([-600.0, 1500.0, 80.0, -2.0]), x=Z.sum(axis=1) + np.array([-600.0, 1500.0, 80.0, -2.0])
        )


def test_rounding_below_zero_becomes_zero() -> None:
    tiny = Z.copy()
    tiny[0, 2] = -1e-9
    t = table(Z=tiny)
    assert t.Z.min() == 0.0


def test_unknown_group() -> None:
    with pytest.raises(InputProblems, match="'DEU'"):
        table().aggregate(regions={"DEU": "EU"})
