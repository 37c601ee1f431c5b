"""Settings of the cascade: how producers behave. The pack states them; a user may change them."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from numbers import Real
from typing import Any, Final, Literal, Self, get_args

from kaname.errors import InputProblems, Problem
from kaname.pack.model import Pack

Rationing = Literal["proportional", "priority"]

_SHARES: Final = ("psi", "even_share")
_MAY_BE_0: Final = ("overfill", "surge", "fleet_effect", "rest", *_SHARES)
_OWN: Final = ("dt", "classic", "tolerance", "passes", "rest", "rationing")
"""What a pack does not state: how a run is made, not how producers are."""


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
    psi: float = 0.0
    """Share of the target stock under which a user draws less from it, in proportion, to spare what is left (psi of the
    adaptive regional input-output model: Hallegatte 2014); 0 = it draws all it can until the stock is gone."""
    rationing: Rationing = "proportional"
    """Who gets what there is too little of: all in proportion to what they ask, or one class after the other
    (``Nodes.priority``), in proportion within a class, until the last event is over: see ``even_share``."""
    even_share: float = 0.5
    """With classes, the share of what there is that goes to all in proportion; only the rest goes class by class. At 0
    those served last feed those served first no longer, and a small loss may stop nearly everything. Once nothing of
    the events is left, recovery included, all goes in proportion: priority is a rule for an emergency, and where
    suppliers and users starve each other by class it would keep them down for good."""
    classic: bool = False
    """Classic ARIO (Hallegatte 2008): one tier of orders, following throttled output. For comparison only: it
    spirals where stocks are shorter than ``restock_days``."""
    tolerance: float = 1e-6
    """Passes within a step end when no output moves by more than this share."""
    rest: float = 2e-6
    """A case is over once losses stay within this share of normal value added (see ``rest``); 0 = never."""
    passes: int = 200
    """Most passes within a step."""

    def __post_init__(self) -> None:
        faults = []
        for field in fields(self):
            fault = _fault(field.name, getattr(self, field.name))
            if fault:
                faults.append(Problem(f"{field.name} {fault}", path="settings"))
        if self.classic and (self.psi != 0 or self.rationing != "proportional"):
            faults.append(Problem("the classic setting knows neither psi nor priority", path="settings"))
        if faults:
            raise InputProblems(faults)

    @property
    def frame(self) -> tuple[object, ...]:
        """What cases that run side by side must have in common: how time is cut and passes end."""
        return self.dt, self.classic, self.rationing, self.tolerance, self.passes, self.rest

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
        names = (field.name for field in fields(cls))
        return {name.replace("_", "-"): name for name in names if name not in _OWN}


def _fault(name: str, value: object) -> str:
    """What is wrong with the value of a setting, or nothing."""
    if name == "rationing":
        known = get_args(Rationing)
        return "" if value in known else f"must be one of {', '.join(known)}, not {value!r}"
    if name == "classic":
        return "" if isinstance(value, bool) else f"must be true or false, not {value!r}"
    return _wrong_number(name, value)


def _wrong_number(name: str, value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, Real) or not math.isfinite(value):
        return "is not a finite number"
    number = float(value)
    if name == "passes" and number != int(number):
        return "must be a whole number"
    if name in _SHARES and not 0 <= number <= 1:
        return f"must be a share from 0 to 1, not {number:g}"
    if name in _MAY_BE_0:
        return "must not be negative" if number < 0 else ""
    return "" if number > 0 else "must be above 0"
