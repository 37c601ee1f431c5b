"""Ask the processor to fetch memory ahead of its use, from compiled loops."""

from __future__ import annotations

from typing import Any

from llvmlite import ir  # type: ignore[import-untyped]
from numba.core import cgutils, types
from numba.extending import intrinsic

_BYTES, _INT = ir.IntType(8).as_pointer(), ir.IntType(32)


@intrinsic
def prefetch(context: Any, array: Any, index: Any) -> Any:
    """``prefetch(array, index)``: the cache line of ``array[index]`` will be read soon. A hint, never a fault.

    ``array`` must be one-dimensional and contiguous; ``index`` may lie outside.
    """

    def generate(target: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        data = target.make_array(signature.args[0])(target, builder, arguments[0]).data
        place = builder.bitcast(builder.gep(data, [arguments[1]]), _BYTES)
        kind = ir.FunctionType(ir.VoidType(), [_BYTES, _INT, _INT, _INT])
        call = cgutils.get_or_insert_function(builder.module, kind, "llvm.prefetch.p0")  # type: ignore[no-untyped-call]
        # to read, to keep for a while, data
        builder.call(call, [place, *(ir.Constant(_INT, value) for value in (0, 2, 1))])
        return target.get_dummy_value()

    return types.void(array, index), generate
