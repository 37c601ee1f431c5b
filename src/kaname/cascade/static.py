"""Static relatives of the cascade on an input-output table: Leontief, Ghosh, inoperability.

``Z[i, j]`` is what i sells to j, ``x`` output, per any one period. All raise ``InputProblems`` for tables that are not
square, figures that are negative or no numbers, and shocks outside 0..1. An industry that makes nothing (an empty
region) has coefficients of 0; one that sells or uses more than it makes is refused: the table is out of balance.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kaname.errors import InputProblems, Problem, problem
from kaname.network.tables import Floats

SLACK = 1e-6
"""Share of output by which rounding may put a table out of balance."""


def coefficients(Z: Floats, x: Floats) -> Floats:
    """Technical coefficients ``a_ij = z_ij / x_j`` (Leontief 1936); 0 where j makes nothing."""
    Z, x = _checked(Z, x)
    return np.divide(Z, x[None, :], out=np.zeros_like(Z), where=x[None, :] > 0)


def allocations(Z: Floats, x: Floats) -> Floats:
    """Allocation coefficients ``b_ij = z_ij / x_i`` (Ghosh 1958); 0 where i makes nothing."""
    Z, x = _checked(Z, x)
    return np.divide(Z, x[:, None], out=np.zeros_like(Z), where=x[:, None] > 0)


def leontief(A: Floats) -> Floats:
    """Leontief inverse ``(I - A)^-1``; output for final demand f is ``leontief(A) @ f`` (Miller, Blair 2009, 2)."""
    A = _square(A)
    return _solve(A, np.eye(len(A)))


def ghosh(B: Floats) -> Floats:
    """Ghosh inverse ``(I - B)^-1``; output for value added v is ``v @ ghosh(B)`` (Miller, Blair 2009, 12)."""
    return leontief(B)


def interdependency(Z: Floats, x: Floats) -> Floats:
    """Interdependency matrix of inoperability ``A* = x^-1 A x``, that is ``z_ij / x_i``.

    The share of i's output that is not asked for when j stands still (Santos, Haimes 2004). It divides by the
    seller's output, not the buyer's.
    """
    return allocations(Z, x)


def inoperability(interdependence: Floats, shock: Floats) -> Floats:
    """Inoperability ``q = (I - A*)^-1 c*``, at most 1 (Haimes and Jiang 2001; Santos and Haimes 2004).

    A node that reaches 1 is wholly down and pushes no further: the least q with q = min(1, A* q + c*), found by
    holding such nodes at 1 and solving for the rest.
    """
    A, c = _square(interdependence), np.asarray(shock, float)
    _within(c, (len(A),))
    q = np.zeros(len(c))
    down = np.zeros(len(c), bool)
    while True:
        up = ~down
        q[down] = 1.0
        rest = c[up] + A[np.ix_(up, down)].sum(axis=1)
        # where the rest feeds itself without end there is no finite answer below 1
        if not _contracts(A[np.ix_(up, up)]):
            return _least(A, c)
        q[up] = _solve(A[np.ix_(up, up)], rest)
        new = down | (q > 1.0)
        if (new == down).all():
            return q
        down = new


@dataclass(frozen=True)
class Inoperability:
    """Course of dynamic inoperability."""

    path: Floats
    """(steps + 1, nodes), from the start."""
    total: Floats
    """(nodes,) sum over the steps: inoperability times duration."""


def resilience(interdependence: Floats, left: float, after: Floats) -> Floats:
    """Rates ``k_i = -ln(left) / (after_i (1 - a*_ii))``: inoperability falls to ``left`` in ``after_i`` steps.

    Lian and Haimes (2006).
    """
    own = 1 - np.diag(_square(interdependence))
    after = np.asarray(after, float)
    if not 0 < left < 1 or after.shape != own.shape or not (after > 0).all() or (own <= 0).any():
        raise problem("a recovery needs a remaining share in (0, 1) and a positive time for each node")
    return np.asarray(-np.log(left) / (after * own))


def dynamic_inoperability(
    interdependence: Floats, rates: Floats, shock: Floats, start: Floats | None = None
) -> Inoperability:
    """``q(t+1) = q + K (A* q + c*(t) - q)`` with ``shock`` (steps, nodes), kept within 0..1 (Lian, Haimes 2006)."""
    A, k = _square(interdependence), np.asarray(rates, float)
    shock = np.asarray(shock, float)
    if k.shape != (len(A),) or not ((k >= 0) & (k <= 1)).all():
        raise problem("rates must be one number in 0..1 a node")
    if shock.ndim != 2 or not len(shock):
        raise problem("the shock must be (steps, nodes), at least one step")
    _within(shock, (len(shock), len(A)))
    path = np.zeros((len(shock) + 1, len(A)))
    if start is not None:
        path[0] = _within(np.asarray(start, float), (len(A),))
    for t, c in enumerate(shock):
        path[t + 1] = np.clip(path[t] + k * (A @ path[t] + c - path[t]), 0, 1)
    return Inoperability(path, path[:-1].sum(axis=0))


def _checked(Z: Floats, x: Floats) -> tuple[Floats, Floats]:
    Z, x = _square(Z), np.asarray(x, float)
    if x.shape != (len(Z),) or not np.isfinite(x).all() or (x < 0).any():
        raise problem("output must be one number, 0 or above, a row of the table")
    faults = []
    for sums, does in (
        (Z.sum(axis=1), "sells more than it makes"),
        (Z.sum(axis=0), "uses more than it makes"),
    ):
        over = np.flatnonzero(sums > x * (1 + SLACK))
        faults += [Problem(f"industry {i} {does}: {sums[i]:g} of {x[i]:g}", path="table") for i in over[:20]]
    if faults:
        raise InputProblems(faults)
    return Z, x


def _square(A: Floats) -> Floats:
    A = np.asarray(A, float)
    faults = []
    if A.ndim != 2 or A.shape[0] != A.shape[1]:
        faults.append(Problem(f"a table must be square, not {A.shape}"))
    elif not np.isfinite(A).all() or (A < 0).any():
        faults.append(Problem("a table holds a negative figure or one that is no number"))
    if faults:
        raise InputProblems(faults)
    return A


def _within(shock: Floats, shape: tuple[int, ...]) -> Floats:
    if shock.shape != shape:
        raise problem(f"a shock must have the shape {shape}, not {shock.shape}")
    if not ((shock >= 0) & (shock <= 1)).all():
        raise problem("a shock lies outside 0..1")
    return shock


def _contracts(A: Floats) -> bool:
    """Whether the geometric series of ``A`` converges."""
    return len(A) == 0 or float(np.abs(np.linalg.eigvals(A)).max()) < 1 - 1e-12


def _solve(A: Floats, right: Floats) -> Floats:
    if not _contracts(A):
        raise problem("the table uses up more than it makes: no inverse")
    return np.asarray(np.linalg.solve(np.eye(len(A)) - A, right))


def _least(A: Floats, c: Floats) -> Floats:
    """The least q with ``q = min(1, A q + c)``, from below."""
    q = np.minimum(1, c)
    for _ in range(100_000):
        new = np.minimum(1, A @ q + c)
        if np.abs(new - q).max() < 1e-14:
            return new
        q = new
    return q
