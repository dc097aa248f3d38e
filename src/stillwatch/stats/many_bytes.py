"""Eight or sixty-four bytes of a text at once, for kernels that would otherwise go byte by byte.

LLVM makes vector instructions of `mark_sixty_four`, which it does not of a loop over bytes.
"""

from typing import Any, Final

import numba as nb
from llvmlite import ir  # type: ignore[import-untyped] # llvmlite has no types
from numba.core import cgutils
from numba.extending import intrinsic

_BYTE: Final = ir.IntType(8)
_NUMBER: Final = ir.IntType(64)
_TWO: Final[Any] = nb.types.UniTuple(nb.uint64, 2)  # type: ignore[no-untyped-call] # numba's
_SIXTY_FOUR: Final = ir.VectorType(_BYTE, 64)


def _load_eight(_typing: Any, data: Any, i: Any) -> Any:  # noqa: ANN401 - as numba.extending wants it
    """data[i : i + 8] as a little-endian number; the caller sees to it that these bytes exist."""

    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:  # noqa: ANN401
        return builder.load(_place(context, builder, signature, arguments, _NUMBER), align=1)

    return nb.uint64(data, i), code


def _mark_sixty_four(_typing: Any, data: Any, i: Any) -> Any:  # noqa: ANN401 - as numba.extending wants it
    """Of data[i : i + 64], a bit for each ASCII letter, and a bit for each digit and each byte beyond ASCII.

    The caller sees to it that these bytes exist.
    """

    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:  # noqa: ANN401
        text = builder.load(_place(context, builder, signature, arguments, _SIXTY_FOUR), align=1)
        letter = _between(builder, builder.or_(text, _all(0x20)), "a", "z")
        beyond_ascii = builder.icmp_signed("<", text, _all(0))
        odd = builder.or_(_between(builder, text, "0", "9"), beyond_ascii)
        return cgutils.pack_struct(builder, [builder.bitcast(each, _NUMBER) for each in (letter, odd)])  # type: ignore[no-untyped-call] # numba's

    return _TWO(data, i), code


load_eight: Any = intrinsic(_load_eight)
mark_sixty_four: Any = intrinsic(_mark_sixty_four)


def _place(context: Any, builder: Any, signature: Any, arguments: Any, kind: Any) -> Any:  # noqa: ANN401
    """Where something of a kind stands in an array of bytes."""
    array = context.make_array(signature.args[0])(context, builder, arguments[0])
    return builder.bitcast(builder.gep(array.data, [arguments[1]]), kind.as_pointer())


def _all(value: int) -> Any:  # noqa: ANN401
    return ir.Constant(_SIXTY_FOUR, [value] * 64)


def _between(builder: Any, text: Any, low: str, high: str) -> Any:  # noqa: ANN401
    above = builder.sub(text, _all(ord(low)))
    return builder.icmp_unsigned("<=", above, _all(ord(high) - ord(low)))
