"""Outlines in the plane."""

from __future__ import annotations

from itertools import pairwise

import pytest

from kaname.data import geo
from kaname.strategy.report.home_map import STEP, _spaced
from kaname.strategy.report.maps import EDGE, _cut, _whole, equal_earth, world

from .fixture import GEO


def test_equal_earth_at_its_corners() -> None:
    """The published formula: y at the pole is 1.3173627591574, x half way round the equator 2.7066297."""
    assert equal_earth(150, 90)[1] == pytest.approx(1317.3627591574)
    assert equal_earth(150 + 180, 0)[0] == pytest.approx(2706.6297, abs=1e-3)
    assert equal_earth(150, 0) == pytest.approx((0, 0))


def test_a_ring_on_both_sides_of_the_edge_is_cut_in_two() -> None:
    ring = ((EDGE - 10, 0.0), (EDGE + 10, 0.0), (EDGE + 10, 5.0), (EDGE - 10, 5.0), (EDGE - 10, 0.0))
    east, west = _cut(ring)
    assert {x for x, _ in east} == {EDGE, EDGE + 10}
    assert {x for x, _ in west} == {EDGE + 350, EDGE + 360}
    assert east[0] == east[-1] and west[0] == west[-1]


def test_the_cut_at_the_antimeridian_is_closed() -> None:
    east = ((170.0, 60.0), (180.0, 60.0), (180.0, 70.0), (170.0, 70.0), (170.0, 60.0))
    west = ((-180.0, 70.0), (-180.0, 60.0), (-170.0, 60.0), (-170.0, 70.0), (-180.0, 70.0))
    (one,) = _whole([east, west])
    assert {x for x, _ in one} == {170.0, 180.0, 190.0}
    assert one[0] == one[-1]
    edges = list(pairwise(one))
    assert not [e for e in edges if e[0][0] == e[1][0] == 180.0]


def test_no_outline_jumps_across_the_map() -> None:
    for feature in world(geo.read_world(GEO).areas)["features"]:
        for polygon in feature["geometry"]["coordinates"]:
            for ring in polygon:
                assert all(abs(a[0] - b[0]) < 900 for a, b in pairwise(ring)), feature["properties"]
                assert all(-2800 < x < 2800 and -1400 < y < 1400 for x, y in ring)


def test_names_keep_a_line_apart_within_their_column() -> None:
    heights = _spaced([36.0, 35.9, 35.9, 30.0], 30.0, 40.0)
    assert all(a - b >= STEP - 1e-6 for a, b in pairwise(heights))
    crowded = _spaced([31.0] * 6, 30.5, 40.0)
    assert min(crowded) >= 30.5 and crowded == sorted(crowded, reverse=True)
