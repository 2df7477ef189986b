"""Reading a decoded array, element by element, trusting none of it.

Every codec of an exchange reads its arrays through here, so a wrong type, size,
order or number of elements is one typed error (docs/protocol.md, Canonical encoding).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from protocol.canonical import decode
from protocol.errors import FrameTooLarge, LocalProtocolError, MalformedFrame
from protocol.exchange_limits import (
    COMPARTMENT_LIMIT,
    COUNT_LIMIT,
    NAME_LIMIT_BYTES,
)
from protocol.identity import FONDS_ID_BYTES, Scope

T = TypeVar("T")


class RowReader:
    """The elements of one array, taken in order."""

    def __init__(self, row: object, what: str) -> None:
        if not isinstance(row, tuple):
            message = f"{what} is not an array"
            raise MalformedFrame(message)
        self._row = row
        self._next = 0
        self._what = what

    @property
    def left(self) -> int:
        """How many elements have not been taken."""
        return len(self._row) - self._next

    @property
    def taken(self) -> int:
        """How many elements have been taken."""
        return self._next

    def take(self) -> object:
        """The next element, whatever it is."""
        if not self.left:
            message = f"{self._what} has too few elements"
            raise MalformedFrame(message)
        self._next += 1
        value: object = self._row[self._next - 1]
        return value

    def number(self, limit: int = COUNT_LIMIT, *, least: int = 0) -> int:
        """An integer from *least* to *limit*."""
        value = self.take()
        if not isinstance(value, int) or isinstance(value, bool):
            raise MalformedFrame(self._wrong("an integer"))
        if not least <= value <= limit:
            raise MalformedFrame(self._wrong(f"an integer from {least} to {limit}"))
        return value

    def fixed(self, *sizes: int) -> bytes:
        """Bytes of one of the *sizes*."""
        value = self.take()
        if not isinstance(value, bytes) or len(value) not in sizes:
            raise MalformedFrame(self._wrong(f"bytes of size {sizes}"))
        return value

    def blob(self, limit_bytes: int) -> bytes:
        """Bytes, at most *limit_bytes* of them."""
        value = self.take()
        if not isinstance(value, bytes):
            raise MalformedFrame(self._wrong("bytes"))
        if len(value) > limit_bytes:
            message = f"{self._what}: {len(value)} bytes where {limit_bytes} may stand"
            raise FrameTooLarge(message)
        return value

    def text(self, limit_bytes: int = NAME_LIMIT_BYTES) -> str:
        """Text of at most *limit_bytes* in UTF-8."""
        value = self.take()
        if not isinstance(value, str):
            raise MalformedFrame(self._wrong("text"))
        if len(value.encode()) > limit_bytes:
            message = f"{self._what}: text above {limit_bytes} bytes"
            raise FrameTooLarge(message)
        return value

    def rows(self, read: Callable[[object], T], limit: int) -> tuple[T, ...]:
        """An array of at most *limit* elements, each read by *read*."""
        value = self.take()
        if not isinstance(value, tuple):
            raise MalformedFrame(self._wrong("an array"))
        if len(value) > limit:
            message = f"{self._what}: {len(value)} elements where {limit} may stand"
            raise FrameTooLarge(message)
        return tuple(read(element) for element in value)

    def scope(self) -> Scope:
        """Fonds and compartment, as two elements of this array."""
        return Scope(self.fixed(FONDS_ID_BYTES), self.number(COMPARTMENT_LIMIT))

    def end(self) -> None:
        """Nothing may be left."""
        if self.left:
            message = f"{self._what} has {self.left} elements too many"
            raise MalformedFrame(message)

    def _wrong(self, expected: str) -> str:
        return f"{self._what}, element {self._next}: not {expected}"


def read_row(data: bytes, what: str) -> RowReader:
    """The one canonical array that *data* is.

    Raises:
        RemoteProtocolError: it is not canonical, or not an array.
    """
    return RowReader(decode(data), what)


def bounded(text: str, limit_bytes: int = NAME_LIMIT_BYTES) -> str:
    """*text* on its way into an array: what a reader would refuse is not written.

    Raises:
        LocalProtocolError: it has more than *limit_bytes* in UTF-8.
    """
    if len(text.encode()) > limit_bytes:
        message = f"text above {limit_bytes} bytes"
        raise LocalProtocolError(message)
    return text


def read_scope(row: object) -> Scope:
    """A scope that stands as an array of its own."""
    reader = RowReader(row, "scope")
    scope = reader.scope()
    reader.end()
    return scope


def scope_rows(scopes: tuple[Scope, ...]) -> tuple[tuple[bytes, int], ...]:
    """Scopes as arrays of their own."""
    return tuple((scope.fonds, scope.compartment) for scope in scopes)
