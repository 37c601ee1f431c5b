"""Published methods of finding dependence in trade, one small file each.

A new method is a new file with a :class:`~kaname.autonomy.methods.base.Method` in it, named in ``METHODS``.
"""

from __future__ import annotations

from collections.abc import Sequence

from kaname.autonomy.methods.base import WHY, Basis, Criterion, Given, Method, evidence, judge
from kaname.autonomy.methods.cabinet_office import CABINET_OFFICE
from kaname.autonomy.methods.distance import DISTANCE
from kaname.autonomy.methods.ec_2021 import EC_2021
from kaname.autonomy.methods.geodep import GEODEP
from kaname.autonomy.methods.korniyenko_2017 import KORNIYENKO_2017
from kaname.autonomy.methods.meti import METI
from kaname.autonomy.methods.single_point import SINGLE_POINT
from kaname.autonomy.methods.stability import STABILITY
from kaname.errors import InputProblems, Problem

METHODS: tuple[Method, ...] = (
    EC_2021,
    GEODEP,
    CABINET_OFFICE,
    METI,
    STABILITY,
    DISTANCE,
    SINGLE_POINT,
    KORNIYENKO_2017,
)
"""All methods, in the order in which tables show them."""

__all__ = ["METHODS", "WHY", "Basis", "Criterion", "Given", "Method", "chosen", "evidence", "judge"]


def chosen(methods: Sequence[Method | str] | None) -> tuple[Method, ...]:
    """The methods meant: ids or methods; ``None`` or ``"all"`` is all. ``InputProblems`` names every unknown id."""
    known = {m.id: m for m in METHODS}
    wanted: Sequence[Method | str] = METHODS if methods is None or "all" in methods else methods
    unknown = [m for m in wanted if isinstance(m, str) and m not in known]
    if unknown:
        raise InputProblems(
            Problem(f"unknown method {name!r}; there are all, {', '.join(known)}") for name in unknown
        )
    return tuple(dict.fromkeys(known[m] if isinstance(m, str) else m for m in wanted))
