"""How the kernel's loops are compiled and called."""

from __future__ import annotations

import inspect
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Any

from numba import njit
from threadpoolctl import threadpool_limits

from kaname.cascade.wiring import Fields, Wiring


def compiled(function: Any) -> Any:
    """Numba's ``njit``, cached on disk, without the interpreter lock so that batches run on threads."""
    return njit(nogil=True, cache=True, error_model="numpy")(function)


def summing(function: Any) -> Any:
    """As ``compiled``, where sums may be taken in any order: several terms at a time."""
    return njit(nogil=True, cache=True, error_model="numpy", fastmath={"reassoc"})(function)


def inlined(function: Any) -> Any:
    """A part of a compiled loop, written into the loops that call it.

    A call would count references to every array handed over, each time: more than the work itself where cases are few.
    """
    return njit(nogil=True, inline="always", error_model="numpy")(function)


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


_LOCK = threading.Lock()
_LIMITS: list[threadpool_limits] = []
"""The limit in force, and one entry more for each block that holds it."""


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """BLAS on one thread as long as any such block is open in the process.

    Cases run on threads of their own; threads inside BLAS get in their way, and how many there are decides the last
    digits of a sum. OpenBLAS heeds this from the main thread only, so whoever hands work to threads opens it first.
    """
    with _LOCK:
        _LIMITS.append(_LIMITS[0] if _LIMITS else threadpool_limits(1, user_api="blas"))
    try:
        yield
    finally:
        with _LOCK:
            limit = _LIMITS.pop()
            if not _LIMITS:
                limit.restore_original_limits()
