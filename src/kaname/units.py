"""Units that figures may carry, and how they convert (floor 0).

A unit belongs to a *dimension*; within one, ``factor`` converts to the dimension's first unit. Money is
never converted between years or currencies.
"""

from __future__ import annotations

from typing import Final

from kaname.errors import problem

DIMENSIONS: Final[dict[str, dict[str, float]]] = {
    "share": {"1": 1.0, "%": 0.01},
    "time": {"day": 1.0, "hour": 1 / 24, "year": 365.0},
    "money": {"million USD": 1.0, "billion USD": 1e3, "thousand USD": 1e-3, "USD": 1e-6},
    "money a day": {"million USD/day": 1.0},
    "money (yen)": {"billion JPY": 1.0, "million JPY": 1e-3, "trillion JPY": 1e3, "JPY": 1e-9},
    "exchange rate": {"JPY/USD": 1.0},
    "power": {"MW": 1.0, "GW": 1e3, "kW": 1e-3},
    "energy": {"GWh": 1.0, "TWh": 1e3, "MWh": 1e-3},
    "mass": {"t": 1.0, "kt": 1e3, "Mt": 1e6, "kg": 1e-3},
    "volume": {"kL": 1.0, "million kL": 1e6, "barrel": 0.158987, "million barrel": 158987.0},
    "flow of oil": {"million barrel/day": 1.0},
    "flow of gas": {"Mt/year": 1.0, "billion m3/year": 0.735},
    "people": {"person": 1.0, "thousand person": 1e3},
    "beds": {"bed": 1.0},
    "distance": {"km": 1.0, "nautical mile": 1.852},
    "land": {"km2": 1.0},
    "angle": {"degree": 1.0},
    "data rate": {"Gbps": 1.0, "Tbps": 1e3},
    "containers": {"TEU/year": 1.0, "million TEU/year": 1e6},
    "passengers": {"passenger/year": 1.0, "million passenger/year": 1e6},
    "count": {"count": 1.0, "count/day": 1.0, "count/year": 1 / 365},
    "mass per year": {"t/year": 1.0, "kt/year": 1e3},
    "tonnage": {"million GT/year": 1.0},
    "energy of a magnitude": {"Mw": 1.0},
}

UNITS: Final[dict[str, str]] = {unit: dim for dim, units in DIMENSIONS.items() for unit in units}


def convert(value: float, unit: str, to: str) -> float:
    """``value`` in ``unit`` expressed in ``to``.

    >>> round(convert(36, "hour", "day"), 3)
    1.5

    Raises ``InputProblems`` for an unknown unit or two units of different dimensions.
    """
    if unit not in UNITS or to not in UNITS:
        raise problem(f"unknown unit {unit if unit not in UNITS else to!r}")
    if UNITS[unit] != UNITS[to]:
        raise problem(f"{unit!r} is {UNITS[unit]}, {to!r} is {UNITS[to]}: they do not convert")
    table = DIMENSIONS[UNITS[unit]]
    return value * table[unit] / table[to]
