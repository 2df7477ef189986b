"""Rows of a catalogue extract: shown values in columns (docs/protocol.md, Extracts).

The columns are coded as in the body of a change-set, so neighbours that are alike cost
next to nothing. A row is no operation and has no names: it says what was shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from protocol.canonical import pack, unpack
from protocol.columns import (
    ValueReader,
    ValueWriter,
    decode_integers,
    encode_integers,
    take_array,
    take_bytes,
    take_field,
    take_integer,
)
from protocol.errors import (
    FrameTooLarge,
    LocalProtocolError,
    MalformedFrame,
    NotCanonical,
)
from protocol.exchange_limits import (
    EXTRACT_CONTENT_LIMIT_BYTES,
    EXTRACT_FIELDS_LIMIT,
    EXTRACT_ROWS_LIMIT,
)
from protocol.identity import LOG_ID_BYTES, Dot
from protocol.limits import COUNT_LIMIT
from protocol.operations import Value

_ITEMS = 7


class ExtractRow(NamedTuple):
    """One record as it was shown."""

    record: Dot
    values: tuple[Value, ...]
    """One for each field of the table; nil where nothing is shown."""


class ExtractTable(NamedTuple):
    """Rows of one part."""

    fields: tuple[int, ...]
    """Rising."""
    rows: tuple[ExtractRow, ...]


def encode_rows(table: ExtractTable) -> bytes:
    """The content of a part with these rows, of which there is at least one.

    Raises:
        LocalProtocolError: there are too many, or they take too many bytes.
    """
    rows, fields = table.rows, table.fields
    if not 0 < len(rows) <= EXTRACT_ROWS_LIMIT or len(fields) > EXTRACT_FIELDS_LIMIT:
        message = f"{len(rows)} rows of {len(fields)} fields in one part"
        raise LocalProtocolError(message)
    logs = list(dict.fromkeys(row.record.log for row in rows))
    numbers = [row.record.n for row in rows]
    writer = ValueWriter()
    columns = [
        writer.column([row.values[place] for row in rows])
        for place in range(len(fields))
    ]
    content = pack(
        (
            len(rows),
            tuple(logs),
            encode_integers([logs.index(row.record.log) for row in rows]),
            encode_integers(_steps(numbers)),
            fields,
            tuple(columns),
            writer.tail,
        )
    )
    if len(content) > EXTRACT_CONTENT_LIMIT_BYTES:
        message = f"a part of {len(content)} bytes"
        raise LocalProtocolError(message)
    return content


def decode_rows(content: bytes) -> ExtractTable:
    """The rows that *content* is.

    Raises:
        RemoteProtocolError: it is none, or not in its one form.
    """
    table = read_rows(content)
    try:
        again = encode_rows(table)
    except LocalProtocolError as error:
        raise MalformedFrame(str(error)) from error
    if again != content:
        raise NotCanonical
    return table


def read_rows(content: bytes) -> ExtractTable:
    """The same of content that was decoded before, and so is in its one form.

    Raises:
        RemoteProtocolError: it is no table.
    """
    if len(content) > EXTRACT_CONTENT_LIMIT_BYTES:
        raise FrameTooLarge
    items = take_array(unpack(content))
    if len(items) != _ITEMS:
        raise MalformedFrame
    count = take_integer(items[0], EXTRACT_ROWS_LIMIT, 1)
    logs = [take_bytes(each, LOG_ID_BYTES) for each in take_array(items[1])]
    places = decode_integers(items[2], count)
    steps = decode_integers(items[3], count)
    fields = tuple(take_field(each) for each in take_array(items[4]))
    coded = take_array(items[5])
    if len(fields) > EXTRACT_FIELDS_LIMIT or len(coded) != len(fields):
        raise MalformedFrame
    if any(later <= earlier for earlier, later in pairwise(fields)):
        raise MalformedFrame
    reader = ValueReader(items[6])
    columns = [reader.column(each, count) for each in coded]
    reader.finish()
    return ExtractTable(fields, _rows(logs, places, steps, columns, count))


def _rows(
    logs: Sequence[bytes],
    places: Sequence[int],
    steps: Sequence[int],
    columns: Sequence[Sequence[Any]],
    count: int,
) -> tuple[ExtractRow, ...]:
    rows: list[ExtractRow] = []
    n = 0
    values = zip(*columns, strict=True) if columns else iter([()] * count)
    for place, step, found in zip(places, steps, values, strict=True):
        n += step
        if not 0 <= place < len(logs) or not 1 <= n <= COUNT_LIMIT:
            raise MalformedFrame
        rows.append(ExtractRow(Dot(logs[place], n), tuple(found)))
    return tuple(rows)


def _steps(numbers: Sequence[int]) -> list[int]:
    """The first number, and the distance of each other from the one before."""
    return [n - before for before, n in zip((0, *numbers), numbers, strict=False)]
