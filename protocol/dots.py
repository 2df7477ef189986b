"""Dots inside a body: a log by its index, a record by its distance from the last.

A body lists the logs other than its writer's in the order of their first use; they
have the indexes 1, 2, …, and the writer's own has 0 (docs/protocol.md, Dots).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Final

from protocol.columns import (
    decode_integers,
    encode_integers,
    take_array,
    take_bytes,
    take_integer,
)
from protocol.errors import FrameTooLarge, LocalProtocolError, MalformedFrame
from protocol.identity import LOG_ID_BYTES, Dot
from protocol.limits import BODY_CELLS, COUNT_LIMIT

_BIRTH: Final = 0
"""Code of names that are the record's birth dot alone."""


class LogWriter:
    """The logs that a body refers to, in the order of their first use."""

    def __init__(self, own: bytes) -> None:
        """The log *own* writes the body; its index is 0."""
        self._indexes: dict[bytes, int] = {}
        self._own = own
        self.index(own)

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

    def records(self, records: Sequence[Dot]) -> tuple[Any, Any, Any]:
        """Three items: indexes of logs, the first n, distances of the others.

        A distance is from the last record of the same log, else from the first n.
        """
        if not records:
            return 0, 0, 0
        first = records[0].n
        indexes: list[int] = []
        distances: list[int] = []
        last: dict[int, int] = {}
        for log, n in records:
            index = self.index(log)
            indexes.append(index)
            distances.append(n - last.get(index, first))
            last[index] = n
        return encode_integers(indexes), first, encode_integers(distances[1:])

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
        self._dots_read = 0

    def log(self, index: object) -> bytes:
        """The log of an index."""
        if type(index) is not int or not 0 <= index < len(self._logs):
            raise MalformedFrame
        return self._logs[index]

    def dot(self, index: object, n: object) -> Dot:
        """The dot of an index and a number."""
        return Dot(self.log(index), take_integer(n, lowest=1))

    def records(self, items: Sequence[object], count: int) -> list[Dot]:
        """The *count* records of the three items."""
        if not count:
            return []
        indexes = decode_integers(items[0], count)
        first = take_integer(items[1])
        distances = (0, *decode_integers(items[2], count - 1))
        records = []
        last: dict[int, int] = {}
        for index, distance in zip(indexes, distances, strict=True):
            n = last[index] = last.get(index, first) + distance
            if not 0 < n <= COUNT_LIMIT:
                raise MalformedFrame
            records.append(Dot(self.log(index), n))
        return records

    def dots(self, coded: object) -> tuple[Dot, ...]:
        """The dots of (index, n, index, n, …)."""
        flat = take_array(coded)
        if len(flat) % 2:
            raise MalformedFrame
        self._dots_read += len(flat) // 2
        if self._dots_read > BODY_CELLS:
            raise FrameTooLarge
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
