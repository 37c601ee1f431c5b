"""What a simulation hands back, and what is asked of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from kaname.network.tables import Floats, Ints

NOTHING, CAPACITY, INPUT, DEMAND = 0, 1, 2, 3
"""What bound an output below its baseline."""

Precision = Literal["double", "flows", "single"]
"""``double`` for the record. To search and compare: with ``flows``, what untracked flows carry beyond the baseline is
summed in single precision (total losses of 54 scenarios differed by less than 1e-6 of themselves); with ``single``,
open shares of ways are kept so as well (1e-5)."""
SLIP = 1e-9
"""Outputs within this share of the baseline count as undisturbed."""


@dataclass(frozen=True)
class Record:
    """What to keep. The sums by day are always kept."""

    nodes: bool = True
    """Output, demand, fill, what bound it: every node, every step (single runs)."""
    light: bool = False
    """Those of nodes in single precision: half the memory."""
    stocks: bool = False
    """Stock, transit, arrivals, shipments: every slot, every step (audits on small networks)."""


@dataclass(frozen=True)
class Trace:
    """The course of B cases over T steps. Rates are per day."""

    home: Ints
    """Nodes of the home country, in the order of ``loss`` and ``shortfall``."""
    home_loss: Floats
    """(T, B) value added not produced at home, million USD a day."""
    world_loss: Floats
    """(T, B) the same, home and abroad."""
    country_loss: Floats
    """(T, C, B) what the nodes of each country that lose, lose; gains of others are not set against it."""
    direct_home_loss: Floats
    """(T, B) part of ``home_loss`` that the capacity events take themselves."""
    loss: NDArray[np.float32]
    """(T, H, B) value added not produced by home node."""
    direct: NDArray[np.float32]
    """(T, H, B) part of ``loss`` that capacity events take from the node itself."""
    shortfall: NDArray[np.float32]
    """(T, H, B) share of final demand not met by home node."""
    output: Floats | None = None
    """(T, N, B)"""
    demand: Floats | None = None
    """(T, N, B) use demand U."""
    fill: Floats | None = None
    """(T, N, B) share of use demand met."""
    limit: NDArray[np.int8] | None = None
    """(T, N, B) NOTHING, CAPACITY, INPUT or DEMAND."""
    slot: Ints | None = None
    """(T, N, B) binding slot where ``limit`` is INPUT, else -1."""
    gates: Floats | None = None
    """(T, G, B) share of each gate's work that is lost."""
    able: Floats | None = None
    """(T, N, B) 1 - delta, the share of capacity that events leave."""
    stock: Floats | None = None
    """(T, S, B) stock at the end of the step."""
    transit: Floats | None = None
    """(T, S, B) at sea at the end of the step."""
    arrived: Floats | None = None
    """(T, S, B) arrivals of storables during the step, per day, reserves left out."""
    shipped: Floats | None = None
    """(T, N, B) what left each supplier over links, per day."""
