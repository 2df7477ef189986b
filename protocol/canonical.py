"""Canonical encoding: one value, one sequence of bytes (docs/protocol.md, Encoding).

Two laws:

- What decodes here encodes again to the same bytes, or it is refused.
- Memory stays in proportion to the bytes that arrived, whatever lengths they claim.

A value is nil, a truth value, an integer, text, bytes, or an array (a tuple) of
values. There are no maps, floats or extension types. Text is kept as typed: no
normal form is asked for.
"""

from __future__ import annotations

from typing import Any, Final, NoReturn

import msgpack

from protocol.errors import (
    FrameTooLarge,
    LocalProtocolError,
    MalformedFrame,
    NotCanonical,
)
from protocol.limits import ARRAY_LIMIT, DEPTH_LIMIT

Canonical = None | bool | int | str | bytes | tuple["Canonical", ...]

_QUICK_ARRAY_LIMIT: Final = 4096
"""msgpack makes room for the claimed length of each of 1,024 open arrays at once:
4,096 places keep that under 33 MB. Longer arrays are looked at first."""
_SCALARS: Final = frozenset({type(None), bool, int, str, bytes})


def encode(value: Canonical, *, depth: int = DEPTH_LIMIT) -> bytes:
    """The canonical bytes of *value*.

    Raises:
        LocalProtocolError: it holds what the encoding does not know, or is too deep.
    """
    check_value(value, depth)
    return pack(value)


def pack(value: Any) -> bytes:  # noqa: ANN401
    """The canonical bytes of a value whose types were already checked.

    Raises:
        LocalProtocolError: a text has lone surrogates, or an integer over 64 bits.
    """
    try:
        packed: bytes = msgpack.packb(value, use_bin_type=True)
    except (ValueError, OverflowError, TypeError) as error:
        message = f"not encodable: {error}"
        raise LocalProtocolError(message) from error
    return packed


def decode(data: bytes, *, depth: int = DEPTH_LIMIT) -> Canonical:
    """The value whose canonical bytes are *data*.

    Raises:
        MalformedFrame: the bytes are cut, run on, or hold a forbidden type.
        FrameTooLarge: an array is too long or too deep.
        NotCanonical: the value has a shorter form.
    """
    value: Canonical = unpack(data)
    try:
        check_value(value, depth)
    except LocalProtocolError as error:
        raise FrameTooLarge(str(error)) from error
    if pack(value) != data:
        raise NotCanonical
    return value


def unpack(data: bytes) -> Any:  # noqa: ANN401
    """The value of *data*, not yet checked for depth, floats or the shortest form.

    For readers that look at the type of everything they take, and encode again.

    Raises:
        MalformedFrame: the bytes are cut, run on, or hold a map or extension type.
        FrameTooLarge: an array is too long or too deep.
    """
    try:
        return _unpack(data, _QUICK_ARRAY_LIMIT)
    except ValueError:
        check_shape(data)
    try:
        return _unpack(data, ARRAY_LIMIT)
    except ValueError as error:
        raise MalformedFrame(str(error)) from error


def _unpack(data: bytes, array_limit: int) -> Any:  # noqa: ANN401
    return msgpack.unpackb(
        data,
        use_list=False,
        raw=False,
        max_array_len=array_limit,
        max_map_len=0,
        max_ext_len=0,
        object_hook=_refuse_map,
        ext_hook=_refuse_extension,
    )


def first_item_bytes(data: bytes) -> int:
    """How many bytes the item at the beginning of *data* takes.

    Raises:
        MalformedFrame: *data* ends before the item does.
    """
    unpacker = msgpack.Unpacker(max_buffer_size=max(1, len(data)))
    unpacker.feed(data)
    try:
        unpacker.skip()
    except (msgpack.OutOfData, ValueError) as error:
        raise MalformedFrame from error
    return int(unpacker.tell())


def check_value(value: object, depth: int = DEPTH_LIMIT) -> None:
    """Return if *value* may be encoded and has at most *depth* levels of arrays.

    Raises:
        LocalProtocolError: it may not.
    """
    kind = type(value)
    if kind in _SCALARS:
        return
    if kind is not tuple:
        message = f"{kind.__name__} has no canonical form"
        raise LocalProtocolError(message)
    if depth == 0:
        message = "arrays are nested too deeply"
        raise LocalProtocolError(message)
    members: Any = value
    for member in members:
        if type(member) not in _SCALARS:
            check_value(member, depth - 1)


def check_shape(data: bytes, *, depth: int = DEPTH_LIMIT) -> None:
    """Walk over *data* without making values; return if its shape is allowed.

    Raises:
        MalformedFrame: the bytes are cut, run on, or hold a forbidden type.
        FrameTooLarge: an array is too long or too deep.
    """
    end = len(data)
    position = 0
    open_arrays: list[int] = []
    while True:
        if position >= end:
            raise MalformedFrame
        size, members = _head(data, position)
        position += size
        if open_arrays:
            open_arrays[-1] -= 1
        if members is not None:
            if len(open_arrays) == depth or members > ARRAY_LIMIT:
                raise FrameTooLarge
            open_arrays.append(members)
        while open_arrays and open_arrays[-1] == 0:
            open_arrays.pop()
        if not open_arrays:
            break
    if position != end:
        raise MalformedFrame


_FIXED_SIZES: Final = {
    0xC0: 1, 0xC2: 1, 0xC3: 1, 0xCC: 2, 0xCD: 3, 0xCE: 5, 0xCF: 9,
    0xD0: 2, 0xD1: 3, 0xD2: 5, 0xD3: 9,
}  # fmt: skip
_LENGTH_SIZES: Final = {0xC4: 1, 0xC5: 2, 0xC6: 4, 0xD9: 1, 0xDA: 2, 0xDB: 4}


def _head(data: bytes, position: int) -> tuple[int, int | None]:
    """Size of the item at *position*; of an array its head, and its length."""
    first = data[position]
    if first <= 0x7F or first >= 0xE0:
        return 1, None
    if 0x90 <= first <= 0x9F:
        return 1, first & 0x0F
    if 0xA0 <= first <= 0xBF:
        return 1 + (first & 0x1F), None
    if first in _FIXED_SIZES:
        return _FIXED_SIZES[first], None
    if first in _LENGTH_SIZES:
        width = _LENGTH_SIZES[first]
        length = int.from_bytes(data[position + 1 : position + 1 + width], "big")
        return 1 + width + length, None
    if first in {0xDC, 0xDD}:
        width = 2 if first == 0xDC else 4
        return 1 + width, int.from_bytes(
            data[position + 1 : position + 1 + width], "big"
        )
    raise MalformedFrame


def _refuse_map(_found: object) -> NoReturn:
    message = "maps are not part of the encoding"
    raise MalformedFrame(message)


def _refuse_extension(_code: int, _data: bytes) -> NoReturn:
    message = "extension types are not part of the encoding"
    raise MalformedFrame(message)
