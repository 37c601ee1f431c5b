"""Settings of the cascade: how producers behave. The pack states them; a user may change them."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from typing import Any, Self

from kaname.errors import InputProblems, Problem
from kaname.pack.model import Pack


@dataclass(frozen=True)
class Settings:
    """How producers order, refill, shift and stretch. Times in days; none depends on the scenario."""

    dt: float = 1.0
    """Length of a step."""
    restock_days: float = 30.0
    """Time over which a missing stock is ordered again (tau)."""
    overfill: float = 0.5
    """How far above its target a stock may grow (share of the target) while its user stands still."""
    shift_days: float = 30.0
    """Time a user takes to move its orders to other suppliers, and back."""
    surge: float = 1.0
    """The most by which orders moved to a supplier may exceed its old share (1 = it may double)."""
    slack_days: float = 30.0
    """Time over which producers stretch to their full over-capacity, and relax again."""
    notice_days: float = 3.0
    """Time over which users notice that a supplier does not deliver (exponential mean of its fill)."""
    fleet_effect: float = 1.0
    """How much of the fleet's loss through longer voyages is felt (1 = all: no idle ships; 0 = none)."""
    classic: bool = False
    """Classic ARIO (Hallegatte 2008): one tier of orders, following throttled output. For comparison only: it
    spirals where stocks are shorter than ``restock_days``."""
    tolerance: float = 1e-6
    """Passes within a step end when no output moves by more than this share."""
    rest: float = 1e-5
    """A case is over once losses stay within this share of normal value added (see ``rest``); 0 = never."""
    passes: int = 200
    """Most passes within a step."""

    def __post_init__(self) -> None:
        faults = []
        for field in fields(self):
            value = getattr(self, field.name)
            if not math.isfinite(value):
                faults.append(Problem(f"{field.name} is not a finite number", path="settings"))
            elif field.name in ("overfill", "surge", "fleet_effect", "rest"):
                if value < 0:
                    faults.append(Problem(f"{field.name} must not be negative", path="settings"))
            elif field.name != "classic" and value <= 0:
                faults.append(Problem(f"{field.name} must be above 0", path="settings"))
        if faults:
            raise InputProblems(faults)

    @property
    def frame(self) -> tuple[object, ...]:
        """What cases that run side by side must have in common: how time is cut and passes end."""
        return self.dt, self.classic, self.tolerance, self.passes, self.rest

    @classmethod
    def of(cls, pack: Pack, **changes: Any) -> Self:
        """The pack's parameters (``restock-days``, ``overfill``, ...), the defaults for those it does not state.

        ``changes`` go first. A parameter's value is read in days or as a share.
        """
        known = pack.by_id["parameters"]
        stated: dict[str, Any] = {}
        for parameter, name in cls.stated().items():
            if parameter in known:
                stated[name] = pack.parameter(parameter, "day" if name.endswith("_days") else "1")
        return cls(**{**stated, **changes})

    @classmethod
    def stated(cls) -> dict[str, str]:
        """Parameters that a pack may state, with the names of their fields here."""
        own = ("dt", "classic", "tolerance", "passes", "rest")
        return {field.name.replace("_", "-"): field.name for field in fields(cls) if field.name not in own}
