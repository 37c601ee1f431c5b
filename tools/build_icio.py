"""Reduce the OECD inter-country input-output table of 2022 to 30 regions x 50 industries.

The carrier table is 80 countries x 50 industries, sector-major (row = sector * 80 + country), in current
million USD. Here it becomes region-major (node = region * 50 + industry): 26 countries stay as they are, the
other 54 are summed into four groups.

To keep the file small, flows are stored as float32 with ``MANTISSA_BITS`` bits of fraction (relative error at
most 2**-(MANTISSA_BITS + 1) per flow) and flows below ``SMALLEST_FLOW`` as zero. What the rounding moves is
put into final demand, so that output keeps its published value and ``x == Z.sum(1) + f`` holds exactly as
stored.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

YEAR = 2022
MANTISSA_BITS = 10
SMALLEST_FLOW = 1e-4  # million USD, that is 100 USD a year

_KEPT = """
    JPN CHN USA KOR TWN DEU AUS SAU ARE IDN MYS THA VNM IND RUS SGP PHL CAN GBR FRA ITA NLD BRA CHL MEX ZAF
"""
_GROUPED = """
    XEU: AUT BEL BGR BLR CHE CYP CZE DNK ESP EST FIN GRC HRV HUN IRL ISL LTU LUX LVA MLT NOR POL PRT ROU SVK
         SVN SWE TUR UKR
    XAS: BGD BRN HKG KAZ KHM LAO MMR NZL PAK
    XAM: ARG COL CRI PER
    XAF: AGO CIV CMR COD EGY ISR JOR MAR NGA SEN STP TUN
"""


def _read_groups(text: str) -> dict[str, list[str]]:
    groups: dict[str, list[str]] = {}
    for word in text.split():
        if word.endswith(":"):
            groups[word[:-1]] = []
        else:
            groups[list(groups)[-1]].append(word)
    return groups


KEPT = _KEPT.split()
GROUPS = _read_groups(_GROUPED)
REGIONS = [*KEPT, *GROUPS]
REGION_OF = {c: c for c in KEPT} | {c: g for g, members in GROUPS.items() for c in members}

FloatArray = NDArray[np.float64]


def read_carrier(path: Path) -> tuple[FloatArray, FloatArray, FloatArray, list[str], list[str]]:
    """The full table as (Z, x, f, countries, sectors), sector-major, million USD, float64."""
    with np.load(path, allow_pickle=False) as npz:
        Z, x, f = (np.asarray(npz[k], dtype=np.float64) for k in ("Z", "x", "f"))
        return Z, x, f, [str(c) for c in npz["countries"]], [str(s) for s in npz["sectors"]]


def reduce_regions(
    Z: FloatArray, x: FloatArray, f: FloatArray, countries: list[str], sectors: list[str]
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Sum countries into ``REGIONS`` and turn sector-major into region-major."""
    unknown = sorted(set(countries) ^ set(REGION_OF))
    if unknown:
        raise SystemExit(f"countries of the table and of the grouping differ: {' '.join(unknown)}")
    n_c, n_s, n_r = len(countries), len(sectors), len(REGIONS)
    member = np.zeros((n_r, n_c))
    member[[REGIONS.index(REGION_OF[c]) for c in countries], range(n_c)] = 1.0
    blocks = Z.reshape(n_s, n_c, n_s, n_c)
    reduced = np.einsum("rc,scue,qe->rsqu", member, blocks, member, optimize=True).reshape(
        n_r * n_s, n_r * n_s
    )
    return reduced, (member @ x.reshape(n_s, n_c).T).ravel(), (member @ f.reshape(n_s, n_c).T).ravel()


def keep_mantissa(values: FloatArray, bits: int = MANTISSA_BITS) -> NDArray[np.float32]:
    """Non-negative values rounded to the nearest float32 with ``bits`` bits of fraction."""
    drop = 23 - bits
    raw = values.astype(np.float32).view(np.uint32)
    return (((raw + np.uint32(1 << (drop - 1))) >> drop) << drop).view(np.float32)


def build_icio(source: Path, target: Path) -> None:
    """Write ``icio_<year>.npz``: Z (float32), f, x (float64), regions, industries, year."""
    Z, x, f, countries, sectors = read_carrier(source)
    Z, x, f = reduce_regions(Z, x, f, countries, sectors)
    stored = keep_mantissa(Z)
    stored[Z < SMALLEST_FLOW] = 0.0
    sold = stored.sum(axis=1, dtype=np.float64)
    final = np.maximum(x - sold, 0.0)
    output = sold + final
    moved = float(np.abs(output - x).max())
    if moved > 1e-6 * float(x.max()) or (output - stored.sum(axis=0, dtype=np.float64)).min() < 0:
        raise SystemExit(f"rounding moved output by {moved} million USD, or made a value added negative")
    np.savez_compressed(
        target,
        Z=stored,
        f=final,
        x=output,
        regions=np.array(REGIONS),
        industries=np.array(sectors),
        year=YEAR,
    )
