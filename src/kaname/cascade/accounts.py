"""Loss, shortfall and what bound an output, out of one step's figures. Arrays are (nodes,) or (nodes, cases)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kaname.cascade.plan import Plan
from kaname.cascade.trace import CAPACITY, DEMAND, INPUT, NOTHING, SLIP
from kaname.network.tables import Floats, Ints

NEGLIGIBLE = 1e-12
"""Orders below this share of baseline output count as none."""


def losses(p: Plan, left: Floats, x: Floats) -> dict[str, NDArray[np.generic]]:
    """Value added not produced, million USD a day; *direct* is what events take from the node itself."""
    nodes, home = p.network.nodes, p.network.is_home
    value = _column(nodes.value_added, x)
    lost = value * (1 - x / _column(nodes.output, x))
    ours = lost[home]
    itself = np.minimum(value[home] * (1 - left[home]), np.maximum(0, ours))
    return {
        "home_loss": ours.sum(axis=0),
        "world_loss": lost.sum(axis=0),
        "country_loss": p.of_country @ np.maximum(lost, 0),
        "direct_home_loss": itself.sum(axis=0),
        "loss": ours.astype(np.float32),
        "direct": itself.astype(np.float32),
    }


def shortfall(
    p: Plan, demand: Floats, people: Floats, takers: Floats, fill_use: Floats, fill_restock: Floats
) -> NDArray[np.float32]:
    """Share of normal final demand not met, home nodes; facilities' taken-over work counts as met."""
    nodes = p.network.nodes
    home = p.network.is_home
    served = fill_use[home]
    if people.any():
        kinds = np.unique(nodes.product[people.any(axis=1) if people.ndim > 1 else people > 0])
        saved = np.zeros_like(fill_use)
        for product in kinds:
            group = nodes.product == product
            saved[group] = (takers[group] * fill_restock[group]).sum(axis=0)
        served = served + (people * saved)[home]
    wanted = _column((p.final > NEGLIGIBLE * nodes.output)[home], fill_use)
    short = np.where(wanted, demand[home] * (1 - np.minimum(1, served)), 0.0)
    return np.asarray(short.astype(np.float32))


def limits(p: Plan, asked: Floats, make: Floats, x: Floats, binding: Ints) -> dict[str, NDArray[np.generic]]:
    """What bound each output below its baseline: ``asked`` is use and restock demand together."""
    below = x < _column(p.network.nodes.output, x) * (1 - SLIP)
    by_input = (binding >= 0) & (x < make * (1 - SLIP))
    by_capacity = make < asked * (1 - SLIP)
    code = np.where(by_input, INPUT, np.where(by_capacity, CAPACITY, DEMAND))
    code = np.where(below, code, NOTHING).astype(np.int8)
    return {"limit": code, "slot": np.where(code == INPUT, binding, -1).astype(np.int32)}


def _column(values: NDArray[np.generic], like: Floats) -> Floats:
    """``values`` (nodes,) made to fit (nodes,) or (nodes, cases)."""
    return np.asarray(values if like.ndim == 1 else values[:, None])
