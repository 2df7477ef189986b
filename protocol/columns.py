"""The columns that a body is made of (docs/protocol.md, Body).

A column has one coding for its values, the shortest of two or three, so that a
body has one form only. Writers check what they are given (`LocalProtocolError`),
readers check the type and the count of everything they take (`RemoteProtocolError`)
before they make room for it.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Any, Final

from protocol.canonical import check_value
from protocol.errors import FrameTooLarge, LocalProtocolError, MalformedFrame
from protocol.limits import (
    COUNT_LIMIT,
    FIELD_NUMBER_LIMIT,
    REPEATED_CHARACTERS,
    UNKNOWN_DEPTH_LIMIT,
    VALUE_DEPTH_LIMIT,
)
from protocol.operations import Value
from protocol.text_columns import (
    decode_wide,
    encode_wide,
    is_wide,
    join_texts,
    split_narrow,
    split_texts,
)

_PLAIN: Final = frozenset({type(None), int, str, bytes})
_TEXTS: Final = frozenset({type(None), str})
_WIDTHS: Final = (("b", 1 << 7), ("h", 1 << 15), ("i", 1 << 31), ("q", 1 << 63))
_FORMS: Final = {1: "b", 2: "h", 4: "i", 8: "q"}


# Integers: one where all are equal, else 1, 2, 4 or 8 bytes each.


def encode_integers(numbers: Sequence[int]) -> int | bytes:
    """The coding of a column of integers; 0 of an empty one."""
    if not numbers:
        return 0
    lowest, highest = min(numbers), max(numbers)
    if lowest == highest:
        return lowest
    for form, limit in _WIDTHS:
        if -limit <= lowest and highest < limit:
            return struct.pack(f">{len(numbers)}{form}", *numbers)
    message = "an integer of more than 64 bits"
    raise LocalProtocolError(message)


def decode_integers(coded: object, count: int) -> Sequence[int]:
    """The *count* integers of a coded column."""
    if type(coded) is int:
        return (coded,) * count
    if type(coded) is not bytes or not count or len(coded) % count:
        raise MalformedFrame
    form = _FORMS.get(len(coded) // count)
    if form is None:
        raise MalformedFrame
    return struct.unpack(f">{count}{form}", coded)


# Values: joined where all are texts; else an array, of one where all are equal.


class ValueWriter:
    """Codes the columns of values of one body."""

    def __init__(self) -> None:
        """No column yet."""
        self._wide: list[str] = []
        self._room = REPEATED_CHARACTERS

    def column(self, values: Sequence[Value]) -> object:
        """The coding of a column of values, of which there is at least one."""
        kinds = set(map(type, values))
        if not kinds <= _PLAIN:
            for value in values:
                check_field_value(value)
        first = values[0]
        count = len(values)
        if count > 1 and values[-1] == first and values.count(first) == count:
            self._spend((count - 1) * _weight(first))
            return (first,)
        if str in kinds and kinds <= _TEXTS:
            texts: Any = values
            found = join_texts(texts)
            if found is not None:
                joined, repeated = found
                self._spend(repeated)
                if not is_wide(joined):
                    return joined
                self._wide.append(joined)
                return None
        return tuple(values)

    def _spend(self, characters: int) -> None:
        self._room -= characters
        if self._room < 0:
            message = "too many repeated values for one body"
            raise LocalProtocolError(message)

    @property
    def tail(self) -> bytes | None:
        """What stands behind all columns: the wide ones, if there are any."""
        return encode_wide(self._wide) if self._wide else None


class ValueReader:
    """Reads the columns of values of one body."""

    def __init__(self, tail: object) -> None:
        """From what stands behind all columns."""
        self._wide = [] if tail is None else decode_wide(tail)
        self._read = 0
        self._room = REPEATED_CHARACTERS

    def column(self, coded: object, count: int) -> Sequence[Value]:
        """The *count* values of a coded column."""
        if type(coded) is tuple:
            return self._array(coded, count)
        if type(coded) is str:
            parts = split_narrow(coded)
        elif coded is None:
            parts = self._wide[self._read : self._read + count]
            self._read += count
        else:
            raise MalformedFrame
        if len(parts) != count:
            raise MalformedFrame
        texts, self._room = split_texts(parts, self._room)
        return texts

    def _array(self, values: tuple[Any, ...], count: int) -> Sequence[Value]:
        take_field_values(values)
        if len(values) == count:
            return values
        if len(values) != 1:
            raise MalformedFrame
        self._room -= (count - 1) * _weight(values[0])
        if self._room < 0:
            raise FrameTooLarge
        return values * count

    def finish(self) -> None:
        """Return if all wide columns were read."""
        if self._read != len(self._wide):
            raise MalformedFrame


def _weight(value: Value) -> int:
    """Characters or bytes of a value; 1 of any other."""
    if isinstance(value, tuple):
        return 1 + sum(map(_weight, value))
    return len(value) if isinstance(value, str | bytes) else 1


def check_field_value(value: object) -> None:
    """Return if *value* may be the value of a field.

    Raises:
        LocalProtocolError: it may not.
    """
    kind = type(value)
    if kind in _PLAIN:
        return
    if not isinstance(value, tuple) or not value or type(value[0]) is not int:
        message = f"{kind.__name__} is not a value of a field"
        raise LocalProtocolError(message)
    _check_members(value, VALUE_DEPTH_LIMIT)


def _check_members(members: tuple[object, ...], depth: int) -> None:
    """Truth values are left out: 1 and true would be equal, but not their bytes."""
    for member in members:
        kind = type(member)
        if kind in _PLAIN:
            continue
        if not isinstance(member, tuple) or depth == 1:
            message = f"{kind.__name__} cannot stand in a value, or lies too deep"
            raise LocalProtocolError(message)
        _check_members(member, depth - 1)


def take_field_value(found: object) -> Value:
    """*found*, if it may be the value of a field.

    Raises:
        MalformedFrame: it may not.
    """
    try:
        check_field_value(found)
    except LocalProtocolError as error:
        raise MalformedFrame(str(error)) from error
    value: Any = found
    return value  # type: ignore[no-any-return]


def take_field_values(found: tuple[Any, ...]) -> None:
    """Return if all in *found* may be values of a field.

    Raises:
        MalformedFrame: one may not.
    """
    if not _PLAIN.issuperset(map(type, found)):
        for value in found:
            take_field_value(value)


# Single items.


def take_array(found: object) -> tuple[Any, ...]:
    """*found*, if it is an array.

    Raises:
        MalformedFrame: it is not.
    """
    if type(found) is not tuple:
        raise MalformedFrame
    return found


def take_integer(found: object, highest: int = COUNT_LIMIT, lowest: int = 0) -> int:
    """*found*, if it is an integer from *lowest* to *highest*.

    Raises:
        MalformedFrame: it is not.
    """
    if type(found) is not int or not lowest <= found <= highest:
        raise MalformedFrame
    return found


def take_text(found: object, limit_bytes: int) -> str:
    """*found*, if it is text of at most *limit_bytes*.

    Raises:
        MalformedFrame: it is not text.
        FrameTooLarge: it is longer.
    """
    if type(found) is not str:
        raise MalformedFrame
    if len(found) * 3 > limit_bytes and len(found.encode()) > limit_bytes:
        raise FrameTooLarge
    return found


def take_bytes(found: object, size: int) -> bytes:
    """*found*, if it is *size* bytes.

    Raises:
        MalformedFrame: it is not.
    """
    if type(found) is not bytes or len(found) != size:
        raise MalformedFrame
    return found


def take_unknown_row(found: object) -> Any:  # noqa: ANN401
    """*found*, if it may be the row of an operation of an unknown kind.

    Raises:
        MalformedFrame: it holds a type that the encoding does not know, or is too deep.
    """
    try:
        check_value(found, UNKNOWN_DEPTH_LIMIT)
    except LocalProtocolError as error:
        raise MalformedFrame(str(error)) from error
    return found


def take_field(found: object) -> int:
    """*found*, if it is the number of a field."""
    return take_integer(found, FIELD_NUMBER_LIMIT)
