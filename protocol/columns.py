"""The columns that a body is made of (docs/protocol.md, Body).

A column has one coding for its values, the shortest of two or three, so that a
body has one form only. Writers check what they are given (`LocalProtocolError`),
readers check the type and the count of everything they take (`RemoteProtocolError`)
before they make room for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Final

from protocol.errors import FrameTooLarge, LocalProtocolError, MalformedFrame
from protocol.identity import LOG_ID_BYTES, Dot
from protocol.limits import (
    BODY_CELLS,
    COUNT_LIMIT,
    FIELD_NUMBER_LIMIT,
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
_BIRTH: Final = 0
"""Code of names that are the record's birth dot alone."""


# Integers: one integer stands for a column in which all are equal.


def encode_integers(numbers: Sequence[int]) -> int | tuple[int, ...]:
    """The coding of a column of integers, of which there is at least one."""
    first = numbers[0]
    if numbers[-1] == first and numbers.count(first) == len(numbers):
        return first
    return tuple(numbers)


def decode_integers(coded: object, count: int) -> Sequence[int]:
    """The *count* integers of a coded column."""
    if type(coded) is int:
        return (coded,) * count
    numbers = take_array(coded)
    if len(numbers) != count or (count and set(map(type, numbers)) != {int}):
        raise MalformedFrame
    return numbers


# Values: joined where all are texts; else an array, of one where all are equal.


class ValueWriter:
    """Codes the columns of values of one body."""

    def __init__(self) -> None:
        """No column yet."""
        self._wide: list[str] = []

    def column(self, values: Sequence[Value]) -> object:
        """The coding of a column of values, of which there is at least one."""
        kinds = set(map(type, values))
        if not kinds <= _PLAIN:
            for value in values:
                check_field_value(value)
        first = values[0]
        count = len(values)
        if count > 1 and values[-1] == first and values.count(first) == count:
            return (first,)
        if str in kinds and kinds <= _TEXTS:
            texts: Any = values
            joined = join_texts(texts)
            if joined is not None:
                if not is_wide(joined):
                    return joined
                self._wide.append(joined)
                return None
        return tuple(values)

    @property
    def tail(self) -> tuple[bytes, ...]:
        """What stands behind the tables: the wide columns, if there are any."""
        return (encode_wide(self._wide),) if self._wide else ()


class ValueReader:
    """Reads the columns of values of one body."""

    def __init__(self, tail: Sequence[object]) -> None:
        """From the items behind the tables."""
        self._wide = decode_wide(tail[0]) if tail else []
        self._read = 0

    def column(self, coded: object, count: int) -> Sequence[Value]:
        """The *count* values of a coded column."""
        if type(coded) is tuple:
            return _decode_array(coded, count)
        if type(coded) is str:
            parts = split_narrow(coded)
        elif coded is None:
            parts = self._wide[self._read : self._read + count]
            self._read += count
        else:
            raise MalformedFrame
        if len(parts) != count:
            raise MalformedFrame
        return split_texts(parts)

    def finish(self) -> None:
        """Return if all wide columns were read."""
        if self._read != len(self._wide):
            raise MalformedFrame


def _decode_array(values: tuple[Any, ...], count: int) -> Sequence[Value]:
    if not _PLAIN.issuperset(map(type, values)):
        for value in values:
            take_field_value(value)
    if len(values) == count:
        return values
    if len(values) != 1:
        raise MalformedFrame
    return values * count


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


def take_field(found: object) -> int:
    """*found*, if it is the number of a field."""
    return take_integer(found, FIELD_NUMBER_LIMIT)


# Dots: a log by its place in the body's list, 0 for the writer's own.


class LogWriter:
    """The logs that a body refers to, in the order of their first use."""

    def __init__(self, own: bytes) -> None:
        """The log *own* writes the body; its index is 0."""
        if len(own) != LOG_ID_BYTES:
            message = "a log id has 16 bytes"
            raise LocalProtocolError(message)
        self._indexes = {own: 0}
        self._own = own

    @property
    def others(self) -> tuple[bytes, ...]:
        """The logs with the indexes 1, 2, …."""
        return tuple(self._indexes)[1:]

    def index(self, log: bytes) -> int:
        """The index of *log*, a new one at its first use."""
        index = self._indexes.get(log)
        if index is None:
            if len(log) != LOG_ID_BYTES:
                message = "a log id has 16 bytes"
                raise LocalProtocolError(message)
            index = self._indexes[log] = len(self._indexes)
        return index

    def dots(self, dots: Sequence[Dot]) -> tuple[int, ...]:
        """A list of dots as (index, n, index, n, …)."""
        if len(dots) > 1 and any(a >= b for a, b in pairwise(dots)):
            message = "dots are sorted, each once"
            raise LocalProtocolError(message)
        coded: list[int] = []
        for log, n in dots:
            coded.append(self.index(log))
            coded.append(n)
        return tuple(coded)

    def names(self, n: int, record: Dot, names: tuple[Dot, ...]) -> object:
        """The names of a write of operation *n*: 0, a distance, or a list of dots."""
        if len(names) == 1:
            name = names[0]
            if name == record:
                return _BIRTH
            if name.log == self._own and name.n < n:
                return n - name.n
        return self.dots(names)


class LogReader:
    """The logs that a body refers to, as it lists them."""

    def __init__(self, own: bytes, others: object) -> None:
        """Of the writer *own* and the coded list *others*."""
        logs = [take_bytes(log, LOG_ID_BYTES) for log in take_array(others)]
        self._logs = (own, *logs)
        self._own = own

    def log(self, index: object) -> bytes:
        """The log of an index."""
        if type(index) is not int or not 0 <= index < len(self._logs):
            raise MalformedFrame
        return self._logs[index]

    def dot(self, index: object, n: object) -> Dot:
        """The dot of an index and a number."""
        return Dot(self.log(index), take_integer(n, lowest=1))

    def dots(self, coded: object) -> tuple[Dot, ...]:
        """The dots of (index, n, index, n, …)."""
        flat = take_array(coded)
        if len(flat) % 2 or len(flat) > 2 * BODY_CELLS:
            raise MalformedFrame
        return tuple(
            self.dot(flat[place], flat[place + 1]) for place in range(0, len(flat), 2)
        )

    def names(self, n: int, record: Dot, coded: object) -> tuple[Dot, ...]:
        """The names that are coded for a write of operation *n*."""
        if type(coded) is int:
            if coded == _BIRTH:
                return (record,)
            if not 0 < coded < n:
                raise MalformedFrame
            return (Dot(self._own, n - coded),)
        return self.dots(coded)
