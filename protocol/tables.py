"""The operations of one kind, as columns (docs/protocol.md, Tables).

Create, set, add and remove stand in a column or two for each field; other kinds in
one array of rows. What is not in here (number, who, when, the record, which fields)
stands once for all operations of a body.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise, repeat
from typing import Any, Final

from protocol.canonical import pack, unpack
from protocol.columns import (
    ValueReader,
    ValueWriter,
    decode_integers,
    encode_integers,
    take_array,
    take_integer,
    take_unknown_row,
)
from protocol.dots import LogReader, LogWriter
from protocol.errors import FrameTooLarge, LocalProtocolError, MalformedFrame
from protocol.identity import Dot, Element
from protocol.layouts import KIND_OF
from protocol.limits import BODY_CELLS, POSITION_LIMIT
from protocol.operation_rows import decode_row, encode_row
from protocol.operations import (
    Actor,
    Add,
    Create,
    Elements,
    Kind,
    Operation,
    Removal,
    Remove,
    Set,
    Unknown,
    Value,
    Write,
)

Head = tuple[int, Actor, int]
"""Number, actor and time of an operation."""
_KNOWN: Final = frozenset(KIND_OF.values())


class TableWriter:
    """Writes the columns of one body."""

    def __init__(self, logs: LogWriter) -> None:
        """Dots are coded by *logs*."""
        self._logs = logs
        self._texts = ValueWriter()

    @property
    def tail(self) -> bytes | None:
        """What stands behind all columns."""
        return self._texts.tail

    def table(self, kind: int, rows: list[Any], fields: Sequence[int]) -> list[Any]:
        """The items of the operations *rows*, which have *fields* between them."""
        match kind:
            case Kind.CREATE:
                return self._creates(rows, fields)
            case Kind.SET:
                return self._sets(rows, fields)
            case Kind.ADD:
                columns: dict[int, list[tuple[Value, ...]]] = {f: [] for f in fields}
                for each in rows:
                    for part in each.lists:
                        columns[part.field].append(part.values)
                return [item for each in columns.values() for item in self._lists(each)]
            case Kind.REMOVE:
                return self._removes(rows, fields)
            case _ if kind in _KNOWN:
                return [tuple([encode_row(each, self._logs) for each in rows])]
            case _:
                return [tuple([unpack(each.payload) for each in rows])]

    def _creates(self, creates: list[Create], fields: Sequence[int]) -> list[Any]:
        plain: dict[int, list[Value]] = {f: [] for f in fields if f >= 0}
        lists: dict[int, list[tuple[Value, ...]]] = {~f: [] for f in fields if f < 0}
        appends = {number: column.append for number, column in plain.items()}
        for each in creates:
            for number, value in each.values:
                appends[number](value)
            for part in each.lists:
                lists[part.field].append(part.values)
        items = list(map(self._texts.column, plain.values()))
        for column in lists.values():
            items += self._lists(column)
        return items

    def _sets(self, sets: list[Set], fields: Sequence[int]) -> list[Any]:
        values: dict[int, list[Value]] = {f: [] for f in fields}
        names: dict[int, list[object]] = {f: [] for f in fields}
        coded = self._logs.names
        for each in sets:
            for write in each.writes:
                values[write.field].append(write.value)
                names[write.field].append(coded(each.n, each.record, write.names))
        items: list[Any] = []
        for number, column in values.items():
            items += (self._texts.column(column), _encode_codes(names[number]))
        return items

    def _lists(self, column: list[tuple[Value, ...]]) -> tuple[Any, Any]:
        """Two items: the lengths, and all elements in one column."""
        elements = [value for values in column for value in values]
        lengths = encode_integers([len(values) for values in column])
        return lengths, self._texts.column(elements) if elements else ()

    def _removes(self, removes: list[Remove], fields: Sequence[int]) -> list[Any]:
        columns: dict[int, list[object]] = {number: [] for number in fields}
        for each in removes:
            for part in each.removals:
                columns[part.field].append(self._removal(part, each))
        return [_encode_codes(column) for column in columns.values()]

    def _removal(self, part: Removal, remove: Remove) -> object:
        """A position among the birth dot's elements, or (names, position, …)."""
        elements = part.elements
        if any(a >= b for a, b in pairwise(elements)):
            message = "elements are sorted, each once"
            raise LocalProtocolError(message)
        if len(elements) == 1 and elements[0].dot == remove.record:
            return elements[0].position
        coded: list[object] = []
        for dot, position in elements:
            coded += (self._logs.names(remove.n, remove.record, (dot,)), position)
        return tuple(coded)


class TableReader:
    """Takes the columns of one body, one after another."""

    def __init__(self, items: Sequence[object], tail: object, logs: LogReader) -> None:
        """From *items* and what stands behind them; dots are read by *logs*."""
        self._items = iter(items)
        self._texts = ValueReader(tail)
        self._logs = logs
        self._elements_left = BODY_CELLS

    def finish(self) -> None:
        """Return if nothing is left."""
        for _ in self._items:
            raise MalformedFrame
        self._texts.finish()

    def table(
        self,
        kind: int,
        heads: Sequence[Head],
        records: Sequence[Dot],
        layouts: Sequence[Sequence[int]],
        fields: dict[int, int],
    ) -> Iterator[Operation]:
        """The operations of *kind*.

        Each has its head, its fields (*layouts*) and, unless it is a create, its
        record; *fields* says how many operations have each field.
        """
        match kind:
            case Kind.CREATE:
                return self._creates(heads, layouts, fields)
            case Kind.SET:
                return self._sets(heads, records, layouts, fields)
            case Kind.ADD:
                return self._adds(heads, records, layouts, fields)
            case Kind.REMOVE:
                return self._removes(heads, records, layouts, fields)
            case _:
                return self._rows(kind, heads, records)

    def _creates(
        self,
        heads: Sequence[Head],
        layouts: Sequence[Sequence[int]],
        fields: dict[int, int],
    ) -> Iterator[Create]:
        columns: dict[int, Callable[[], Any]] = {}
        for number, count in fields.items():
            if number >= 0:
                pairs = zip(repeat(number, count), self._values(count), strict=True)
                columns[number] = pairs.__next__
            else:
                columns[number] = iter(self._lists(~number, count)).__next__
        takers: dict[Sequence[int], Any] = {}
        for (n, actor, made_at), layout in zip(heads, layouts, strict=True):
            if layout not in takers:
                takers[layout] = (
                    [columns[number] for number in layout if number >= 0],
                    [columns[number] for number in layout if number < 0],
                )
            plain, lists = takers[layout]
            values = tuple([take() for take in plain])
            yield Create(n, actor, made_at, values, tuple([take() for take in lists]))

    def _sets(
        self,
        heads: Sequence[Head],
        records: Sequence[Dot],
        layouts: Sequence[Sequence[int]],
        fields: dict[int, int],
    ) -> Iterator[Set]:
        names = self._logs.names
        columns: dict[int, Iterator[tuple[Value, object]]] = {}
        for number, count in fields.items():
            columns[number] = zip(self._values(count), self._codes(count), strict=True)
        for head, record, layout in zip(heads, records, layouts, strict=True):
            writes = []
            for number in layout:
                value, coded = next(columns[number])
                writes.append(Write(number, value, names(head[0], record, coded)))
            yield Set(*head, record, tuple(writes))

    def _adds(
        self,
        heads: Sequence[Head],
        records: Sequence[Dot],
        layouts: Sequence[Sequence[int]],
        fields: dict[int, int],
    ) -> Iterator[Add]:
        columns = {f: iter(self._lists(f, count)) for f, count in fields.items()}
        for head, record, layout in zip(heads, records, layouts, strict=True):
            yield Add(*head, record, tuple([next(columns[f]) for f in layout]))

    def _removes(
        self,
        heads: Sequence[Head],
        records: Sequence[Dot],
        layouts: Sequence[Sequence[int]],
        fields: dict[int, int],
    ) -> Iterator[Remove]:
        columns = {f: iter(self._codes(count)) for f, count in fields.items()}
        for head, record, layout in zip(heads, records, layouts, strict=True):
            removals = [
                Removal(f, self._elements(next(columns[f]), head, record))
                for f in layout
            ]
            yield Remove(*head, record, tuple(removals))

    def _rows(
        self, kind: int, heads: Sequence[Head], records: Sequence[Dot]
    ) -> Iterator[Operation]:
        rows = take_array(self._next())
        if kind in _KNOWN:
            for head, record, row in _together(heads, records, rows):
                yield decode_row(kind, head, record, row, self._logs)
        else:
            for head, _record, row in _together(heads, records, rows):
                yield Unknown(*head, kind, pack(take_unknown_row(row)))

    def _elements(self, coded: object, head: Head, record: Dot) -> tuple[Element, ...]:
        if type(coded) is int:
            return (Element(record, take_integer(coded, POSITION_LIMIT)),)
        flat = take_array(coded)
        if len(flat) % 2:
            raise MalformedFrame
        elements = []
        for place in range(0, len(flat), 2):
            dots = self._logs.names(head[0], record, flat[place])
            if len(dots) != 1:
                raise MalformedFrame
            position = take_integer(flat[place + 1], POSITION_LIMIT)
            elements.append(Element(dots[0], position))
        return tuple(elements)

    def _next(self) -> object:
        for item in self._items:
            found: object = item
            return found
        raise MalformedFrame

    def _values(self, count: int) -> Sequence[Value]:
        return self._texts.column(self._next(), count)

    def _codes(self, count: int) -> Sequence[object]:
        found = self._next()
        if type(found) is not tuple:
            return decode_integers(found, count)
        if len(found) != count:
            raise MalformedFrame
        return found

    def _lists(self, field: int, count: int) -> list[Elements]:
        lengths = decode_integers(self._next(), count)
        if min(lengths) < 0:
            raise MalformedFrame
        total = sum(lengths)
        self._elements_left -= total
        if self._elements_left < 0:
            raise FrameTooLarge
        coded = self._next()
        elements = tuple(self._texts.column(coded, total)) if total else ()
        if not total and coded != ():
            raise MalformedFrame
        lists = []
        start = 0
        for length in lengths:
            lists.append(Elements(field, elements[start : start + length]))
            start += length
        return lists


def _encode_codes(codes: list[Any]) -> object:
    """A column of integers; an array where one of them is an array."""
    if {int}.issuperset(map(type, codes)):
        return encode_integers(codes)
    return tuple(codes)


def _together(
    heads: Sequence[Head], records: Sequence[Dot], rows: Sequence[Any]
) -> Iterator[tuple[Head, Dot, Any]]:
    if len(rows) != len(heads):
        raise MalformedFrame
    return zip(heads, records, rows, strict=True)
