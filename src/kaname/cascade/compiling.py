"""How the kernel's loops are compiled and called."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from functools import cache
from typing import Any

from numba import njit

from kaname.cascade.wiring import Fields, Wiring


def compiled(function: Any) -> Any:
    """Numba's ``njit``, cached on disk, without the interpreter lock so that batches run on threads."""
    return njit(nogil=True, cache=True, error_model="numpy")(function)


def apply(function: Any, w: Wiring, f: Fields, **extra: Any) -> None:
    """Call a compiled loop: each argument is taken by its name from ``extra``, ``f`` or ``w``.

    Handing over single arrays rather than the tuples halves the time to compile and saves counting references inside
    loops.
    """
    function(
        *(extra[name] if name in extra else getattr(f if own else w, name) for name, own in _names(function))
    )


def call(function: Any, values: Mapping[str, Any]) -> Any:
    """Call a compiled loop: each argument is taken by its name from ``values``."""
    return function(*(values[name] for name, _ in _names(function)))


@cache
def _names(function: Any) -> tuple[tuple[str, bool], ...]:
    parameters = inspect.signature(function.py_func).parameters
    return tuple((name, name in Fields._fields) for name in parameters)
