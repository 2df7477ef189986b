"""The tables of the frequent kinds: create, set, add and remove, in columns.

A table is one array (docs/protocol.md, Tables): its kind, its number of rows and its
column of n, which protocol/body.py reads, then the items that are made and read
here. Records stand in two columns, the index of their log and their n as the
distance from the last record of the same log.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import Any

from protocol.columns import (
    LogReader,
    LogWriter,
    ValueReader,
    ValueWriter,
    decode_integers,
    encode_integers,
    take_array,
    take_integer,
)
from protocol.errors import FrameTooLarge, LocalProtocolError, MalformedFrame
from protocol.identity import Dot, Element
from protocol.limits import BODY_CELLS, COUNT_LIMIT, POSITION_LIMIT
from protocol.operations import (
    Actor,
    Add,
    Create,
    Elements,
    Removal,
    Remove,
    Set,
    Value,
    Write,
)
from protocol.shapes import column_counts, decode_shapes, encode_shapes

Head = tuple[int, Actor, int]
"""Number, actor and time of an operation."""


def encode_creates(creates: Sequence[Create], texts: ValueWriter) -> tuple[Any, ...]:
    """The items of a table of creates."""
    shapes, indexes = encode_shapes(
        [
            (*[f for f, _ in each.values], *[~part.field for part in each.lists])
            for each in creates
        ]
    )
    plain: dict[int, list[Value]] = {}
    lists: dict[int, list[tuple[Value, ...]]] = {}
    for number in column_counts(shapes, indexes):
        if number >= 0:
            plain[number] = []
        else:
            lists[~number] = []
    for each in creates:
        for number, value in each.values:
            plain[number].append(value)
        for part in each.lists:
            lists[part.field].append(part.values)
    items: list[Any] = [shapes, indexes]
    items += map(texts.column, plain.values())
    for column in lists.values():
        items += _encode_lists(column, texts)
    return tuple(items)


def decode_creates(
    heads: Sequence[Head], items: tuple[Any, ...], texts: ValueReader
) -> Iterator[Create]:
    """The creates of a table."""
    reader = _TableReader(items, len(heads), texts)
    shapes, indexes = reader.shapes()
    columns: dict[int, Callable[[], Any]] = {}
    for number, count in column_counts(shapes, indexes).items():
        column = reader.values(count) if number >= 0 else reader.lists(~number, count)
        columns[number] = iter(column).__next__
    reader.finish()
    rows = [
        (
            [(number, columns[number]) for number in shape if number >= 0],
            [columns[number] for number in shape if number < 0],
        )
        for shape in shapes
    ]
    for head, index in zip(heads, indexes, strict=True):
        plain, lists = rows[index]
        yield Create(
            *head,
            tuple([(number, value()) for number, value in plain]),
            tuple([part() for part in lists]),
        )


def encode_sets(
    sets: Sequence[Set], logs: LogWriter, texts: ValueWriter
) -> tuple[Any, ...]:
    """The items of a table of sets."""
    items = _encode_records([each.record for each in sets], logs)
    shapes, indexes = encode_shapes(
        [tuple([write.field for write in each.writes]) for each in sets]
    )
    counts = column_counts(shapes, indexes)
    values: dict[int, list[Value]] = {number: [] for number in counts}
    names: dict[int, list[object]] = {number: [] for number in counts}
    for each in sets:
        for write in each.writes:
            values[write.field].append(write.value)
            names[write.field].append(logs.names(each.n, each.record, write.names))
    items += (shapes, indexes)
    for number, column in values.items():
        items += (texts.column(column), _encode_names(names[number]))
    return tuple(items)


def decode_sets(
    heads: Sequence[Head], items: tuple[Any, ...], logs: LogReader, texts: ValueReader
) -> Iterator[Set]:
    """The sets of a table."""
    reader = _TableReader(items, len(heads), texts)
    records = reader.records(logs)
    shapes, indexes = reader.shapes()
    columns: dict[int, Iterator[tuple[Value, object]]] = {}
    for number, count in column_counts(shapes, indexes).items():
        columns[take_integer(number)] = zip(
            reader.values(count), reader.names(count), strict=True
        )
    reader.finish()
    for head, record, index in zip(heads, records, indexes, strict=True):
        writes = []
        for number in shapes[index]:
            value, coded = next(columns[number])
            writes.append(Write(number, value, logs.names(head[0], record, coded)))
        yield Set(*head, record, tuple(writes))


def encode_adds(
    adds: Sequence[Add], logs: LogWriter, texts: ValueWriter
) -> tuple[Any, ...]:
    """The items of a table of adds."""
    items = _encode_records([each.record for each in adds], logs)
    shapes, indexes = encode_shapes(
        [tuple([part.field for part in each.lists]) for each in adds]
    )
    columns: dict[int, list[tuple[Value, ...]]] = {
        number: [] for number in column_counts(shapes, indexes)
    }
    for each in adds:
        for part in each.lists:
            columns[part.field].append(part.values)
    items += (shapes, indexes)
    for column in columns.values():
        items += _encode_lists(column, texts)
    return tuple(items)


def decode_adds(
    heads: Sequence[Head], items: tuple[Any, ...], logs: LogReader, texts: ValueReader
) -> Iterator[Add]:
    """The adds of a table."""
    reader = _TableReader(items, len(heads), texts)
    records = reader.records(logs)
    shapes, indexes = reader.shapes()
    columns = {
        number: iter(reader.lists(take_integer(number), count))
        for number, count in column_counts(shapes, indexes).items()
    }
    reader.finish()
    for head, record, index in zip(heads, records, indexes, strict=True):
        lists = tuple([next(columns[number]) for number in shapes[index]])
        yield Add(*head, record, lists)


def encode_removes(removes: Sequence[Remove], logs: LogWriter) -> tuple[Any, ...]:
    """The items of a table of removes."""
    items = _encode_records([each.record for each in removes], logs)
    shapes, indexes = encode_shapes(
        [tuple([part.field for part in each.removals]) for each in removes]
    )
    columns: dict[int, list[object]] = {
        number: [] for number in column_counts(shapes, indexes)
    }
    for each in removes:
        for part in each.removals:
            columns[part.field].append(_encode_removal(part, each, logs))
    items += (shapes, indexes, *(tuple(column) for column in columns.values()))
    return tuple(items)


def decode_removes(
    heads: Sequence[Head], items: tuple[Any, ...], logs: LogReader
) -> Iterator[Remove]:
    """The removes of a table."""
    reader = _TableReader(items, len(heads))
    records = reader.records(logs)
    shapes, indexes = reader.shapes()
    columns = {
        take_integer(number): iter(reader.array(count))
        for number, count in column_counts(shapes, indexes).items()
    }
    reader.finish()
    for head, record, index in zip(heads, records, indexes, strict=True):
        removals = [
            Removal(number, _decode_removal(next(columns[number]), head, record, logs))
            for number in shapes[index]
        ]
        yield Remove(*head, record, tuple(removals))


def _encode_removal(part: Removal, remove: Remove, logs: LogWriter) -> object:
    """A position of the birth dot's elements, or (names, position, …)."""
    elements = part.elements
    if any(a >= b for a, b in pairwise(elements)):
        message = "elements are sorted, each once"
        raise LocalProtocolError(message)
    if len(elements) == 1 and elements[0].dot == remove.record:
        return elements[0].position
    coded: list[object] = []
    for dot, position in elements:
        coded += (logs.names(remove.n, remove.record, (dot,)), position)
    return tuple(coded)


def _decode_removal(
    coded: object, head: Head, record: Dot, logs: LogReader
) -> tuple[Element, ...]:
    if type(coded) is int:
        return (Element(record, take_integer(coded, POSITION_LIMIT)),)
    flat = take_array(coded)
    if len(flat) % 2:
        raise MalformedFrame
    elements = []
    for place in range(0, len(flat), 2):
        dots = logs.names(head[0], record, flat[place])
        if len(dots) != 1:
            raise MalformedFrame
        position = take_integer(flat[place + 1], POSITION_LIMIT)
        elements.append(Element(dots[0], position))
    return tuple(elements)


def _encode_records(records: Sequence[Dot], logs: LogWriter) -> list[Any]:
    indexes: list[int] = []
    distances: list[int] = []
    last: dict[int, int] = {}
    for log, n in records:
        index = logs.index(log)
        indexes.append(index)
        distances.append(n - last.get(index, 0))
        last[index] = n
    return [encode_integers(indexes), encode_integers(distances)]


def _encode_names(coded: list[object]) -> object:
    """0 where every write names the birth dot alone, else the column."""
    if coded.count(0) == len(coded):
        return 0
    return tuple(coded)


def _encode_lists(
    column: list[tuple[Value, ...]], texts: ValueWriter
) -> tuple[Any, Any]:
    """Two items: the lengths, and all elements in one column."""
    elements = [value for values in column for value in values]
    lengths = encode_integers([len(values) for values in column])
    return lengths, texts.column(elements) if elements else ()


class _TableReader:
    """Takes the items of a table one after another."""

    def __init__(
        self, items: tuple[Any, ...], rows: int, texts: ValueReader | None = None
    ) -> None:
        self._items = iter(items)
        self._rows = rows
        self._texts = texts or ValueReader(())

    def _next(self) -> object:
        for item in self._items:
            found: object = item
            return found
        raise MalformedFrame

    def finish(self) -> None:
        """Return if nothing is left."""
        for _ in self._items:
            raise MalformedFrame

    def shapes(self) -> tuple[tuple[tuple[int, ...], ...], bytes]:
        """The shapes and the index of each row's."""
        return decode_shapes(self._next(), self._next(), self._rows)

    def records(self, logs: LogReader) -> list[Dot]:
        """The record of each row."""
        indexes = decode_integers(self._next(), self._rows)
        distances = decode_integers(self._next(), self._rows)
        records = []
        last: dict[int, int] = {}
        for index, distance in zip(indexes, distances, strict=True):
            n = last[index] = last.get(index, 0) + distance
            if not 0 < n <= COUNT_LIMIT:
                raise MalformedFrame
            records.append(Dot(logs.log(index), n))
        return records

    def values(self, count: int) -> Sequence[Value]:
        """A column of *count* values."""
        return self._texts.column(self._next(), count)

    def array(self, count: int) -> tuple[Any, ...]:
        """A column of *count* items of any form."""
        found = take_array(self._next())
        if len(found) != count:
            raise MalformedFrame
        return found

    def names(self, count: int) -> Sequence[object]:
        """A column of *count* coded names."""
        found = self._next()
        if type(found) is int:
            return (take_integer(found, 0),) * count
        names = take_array(found)
        if len(names) != count:
            raise MalformedFrame
        return names

    def lists(self, field: int, count: int) -> list[Elements]:
        """A column of *count* lists of the list field *field*."""
        lengths = decode_integers(self._next(), count)
        if count and min(lengths) < 0:
            raise MalformedFrame
        total = sum(lengths)
        if total > BODY_CELLS:
            raise FrameTooLarge
        coded = self._next()
        elements = (
            tuple(self._texts.column(coded, total)) if total else take_array(coded)
        )
        if not total and elements:
            raise MalformedFrame
        lists = []
        start = 0
        for length in lengths:
            lists.append(Elements(field, elements[start : start + length]))
            start += length
        return lists
