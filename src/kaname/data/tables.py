"""The inter-country input-output table: frozen, checked, region-major (floor 1)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from kaname.errors import InputProblems, Problem

FloatArray = NDArray[np.float64]

BALANCE_TOLERANCE = 1e-6
"""Largest |x - (Z.sum(1) + f)| accepted, as a share of the greater of 1 and x, in the table's unit."""

NEGATIVE_TOLERANCE = 1e-9
"""Negative flows down to this share of the largest output are rounding and become zero; beyond it they are a
problem, since a flow of goods that a producer waits for cannot be negative. Final demand may be negative
(stock changes, a rest-of-the-world residual) and stays as it is."""


@dataclass(frozen=True, eq=False)
class InterCountryTable:
    """Who sells what to whom among R regions x S industries in one year.

    ``Z[i, j]`` (R*S, R*S) is what node i sells to node j as an input, ``x`` (R*S,) output, ``f`` (R*S,) what
    is sold to final users and to places outside the table; all in ``unit``. Node i is region ``i // S``,
    industry ``i % S``. The accounts hold: ``x == Z.sum(1) + f``.

    Build one with :func:`checked_table`, which tells every problem at once.
    """

    regions: tuple[str, ...]
    industries: tuple[str, ...]
    Z: FloatArray
    x: FloatArray
    f: FloatArray
    year: int
    unit: str
    source: str

    @cached_property
    def nodes(self) -> tuple[str, ...]:
        """Node names in order, ``"JPN:C26"``."""
        return tuple(f"{r}:{s}" for r in self.regions for s in self.industries)

    @cached_property
    def value_added(self) -> FloatArray:
        """``x - Z.sum(0)`` (R*S,): wages, profit, taxes, and inputs bought outside the table."""
        value: FloatArray = self.x - self.Z.sum(axis=0)
        value.setflags(write=False)
        return value

    def index(self, region: str, industry: str) -> int:
        """Position of a node; ``KeyError`` names what is unknown."""
        if region not in self.regions:
            raise KeyError(f"region {region!r} is not in the table")
        if industry not in self.industries:
            raise KeyError(f"industry {industry!r} is not in the table")
        return self.regions.index(region) * len(self.industries) + self.industries.index(industry)

    def of_region(self, region: str) -> slice:
        """The nodes of one region, as a slice into ``x``, ``f`` and both axes of ``Z``."""
        start = self.index(region, self.industries[0])
        return slice(start, start + len(self.industries))

    def aggregate(
        self, regions: Mapping[str, str] | None = None, industries: Mapping[str, str] | None = None
    ) -> InterCountryTable:
        """Sum regions and industries into groups; names not in a mapping stay as they are.

        Groups stand where their first member stood. Totals of ``Z``, ``x``, ``f`` and value added are kept.
        """
        new_r, of_r = _groups(self.regions, regions or {})
        new_s, of_s = _groups(self.industries, industries or {})
        target = (of_r[:, None] * len(new_s) + of_s[None, :]).ravel()
        order = np.argsort(target, kind="stable")
        starts = np.searchsorted(target[order], np.arange(len(new_r) * len(new_s)))
        by_row = np.add.reduceat(self.Z[order], starts, axis=0)
        return checked_table(
            regions=new_r,
            industries=new_s,
            Z=np.add.reduceat(by_row[:, order], starts, axis=1),
            x=np.add.reduceat(self.x[order], starts),
            f=np.add.reduceat(self.f[order], starts),
            year=self.year,
            unit=self.unit,
            source=self.source,
        )


def _groups(names: Sequence[str], mapping: Mapping[str, str]) -> tuple[tuple[str, ...], NDArray[np.intp]]:
    """New names in order of first appearance, and the new position of each old name."""
    unknown = sorted(set(mapping) - set(names))
    if unknown:
        raise InputProblems([Problem(f"cannot group {name!r}: not in the table") for name in unknown])
    new = list(dict.fromkeys(mapping.get(n, n) for n in names))
    return tuple(new), np.array([new.index(mapping.get(n, n)) for n in names], dtype=np.intp)


def checked_table(
    *,
    regions: Sequence[str],
    industries: Sequence[str],
    Z: FloatArray,
    x: FloatArray,
    f: FloatArray,
    year: int,
    unit: str,
    source: str,
    file: str = "",
) -> InterCountryTable:
    """A frozen table, or :class:`~kaname.errors.InputProblems` with every problem found.

    Checked: shapes, double names, figures that are no number, negative flows and outputs (see
    ``NEGATIVE_TOLERANCE``), the balance of each row, inputs worth more than output, regions without output.
    """
    Z, x, f = (np.array(a, dtype=np.float64) for a in (Z, x, f))
    found = [Problem(text, file) for text in _shape_problems(regions, industries, Z, x, f)]
    if found:
        raise InputProblems(found)
    nodes = [f"{r}:{s}" for r in regions for s in industries]
    found = [Problem(text, file, path=path) for text, path in _value_problems(regions, nodes, Z, x, f)]
    if found:
        raise InputProblems(found)
    np.maximum(Z, 0.0, out=Z)
    for a in (Z, x, f):
        a.setflags(write=False)
    return InterCountryTable(tuple(regions), tuple(industries), Z, x, f, year, unit, source)


def _shape_problems(
    regions: Sequence[str], industries: Sequence[str], Z: FloatArray, x: FloatArray, f: FloatArray
) -> Iterator[str]:
    n = len(regions) * len(industries)
    if n == 0:
        yield "the table has no region or no industry"
    for kind, names in (("region", regions), ("industry", industries)):
        for name in sorted({n for n in names if list(names).count(n) > 1}):
            yield f"{kind} {name!r} appears twice"
    for name, array, shape in (("Z", Z, (n, n)), ("x", x, (n,)), ("f", f, (n,))):
        if array.shape != shape:
            yield f"{name} has shape {array.shape}, expected {shape}"


def _value_problems(
    regions: Sequence[str], nodes: Sequence[str], Z: FloatArray, x: FloatArray, f: FloatArray
) -> Iterator[tuple[str, str]]:
    """Pairs of message and place. Stops at figures that are no number: the rest would only echo them."""
    bad = [(nodes[i], nodes[j]) for i, j in np.argwhere(~np.isfinite(Z)).tolist()]
    bad_nodes = [nodes[i] for i in np.flatnonzero(~np.isfinite(x) | ~np.isfinite(f)).tolist()]
    for a, b in bad:
        yield "flow is not a number", f"{a} -> {b}"
    for a in bad_nodes:
        yield "output or final demand is not a number", a
    if bad or bad_nodes:
        return
    floor = -NEGATIVE_TOLERANCE * max(float(x.max()), 1.0)
    for i, j in np.argwhere(floor > Z).tolist():
        yield f"negative flow {Z[i, j]:g}", f"{nodes[i]} -> {nodes[j]}"
    for i in np.flatnonzero(x < 0).tolist():
        yield f"negative output {x[i]:g}", nodes[i]
    scale = np.maximum(np.abs(x), 1.0)
    gap = x - Z.sum(axis=1) - f
    for i in np.flatnonzero(np.abs(gap) > BALANCE_TOLERANCE * scale).tolist():
        yield f"output {x[i]:g} differs from sales {x[i] - gap[i]:g}", nodes[i]
    short = x - Z.sum(axis=0)
    for i in np.flatnonzero(short < -BALANCE_TOLERANCE * scale).tolist():
        yield f"inputs {x[i] - short[i]:g} exceed output {x[i]:g}", nodes[i]
    output = x.reshape(len(regions), -1).sum(axis=1)
    for r in np.flatnonzero(output <= 0).tolist():
        yield "region without any output", regions[r]
