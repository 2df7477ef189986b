"""Which fields each row of a table has (docs/protocol.md, Tables).

A shape is the array of the field numbers of a row: of plain fields f, in rising
order, then of list fields -1 - f, in rising order of f. A table lists its shapes in
the order of their first row, then gives each row the index of its shape, one byte a
row; where there is one shape the indexes are empty.
"""

from __future__ import annotations

from protocol.columns import take_array, take_integer
from protocol.errors import FrameTooLarge, LocalProtocolError, MalformedFrame
from protocol.limits import BODY_CELLS, FIELD_NUMBER_LIMIT

Shape = tuple[int, ...]


def encode_shapes(shapes: list[Shape]) -> tuple[tuple[Shape, ...], bytes]:
    """The coding of the shapes of the rows of a table."""
    first = shapes[0]
    if shapes.count(first) == len(shapes):
        check_shape_order(first)
        return (first,), b""
    indexes: dict[Shape, int] = {}
    coded = bytes([indexes.setdefault(shape, len(indexes)) for shape in shapes])
    for shape in indexes:
        check_shape_order(shape)
    return tuple(indexes), coded


def check_shape_order(shape: Shape) -> None:
    """Return if *shape* is one.

    Raises:
        LocalProtocolError: a number is no field's, or the order is another.
    """
    last = -1
    lists = False
    for number in shape:
        if number < 0 and not lists:
            lists, last = True, -1
        field = ~number if lists else number
        if not last < field <= FIELD_NUMBER_LIMIT or lists != (number < 0):
            message = "fields stand in rising order, each once"
            raise LocalProtocolError(message)
        last = field


def decode_shapes(
    listed: object, coded: object, count: int
) -> tuple[tuple[Shape, ...], bytes]:
    """The shapes of a table of *count* rows, and the index of each row's.

    Raises:
        MalformedFrame: a number is no field's, or there is no such shape.
        FrameTooLarge: the rows have too many cells together.
    """
    shapes = tuple(take_array(shape) for shape in take_array(listed))
    for shape in shapes:
        for number in shape:
            take_integer(number, FIELD_NUMBER_LIMIT, -1 - FIELD_NUMBER_LIMIT)
    if type(coded) is not bytes or not shapes:
        raise MalformedFrame
    indexes = coded or bytes(count)
    if len(indexes) != count or max(indexes) >= len(shapes):
        raise MalformedFrame
    if sum(len(shapes[index]) for index in indexes) > BODY_CELLS:
        raise FrameTooLarge
    return shapes, indexes


def column_counts(shapes: tuple[Shape, ...], indexes: bytes) -> dict[int, int]:
    """How many rows have each field, plain fields first, each in rising order."""
    counts: dict[int, int] = {}
    for index, shape in enumerate(shapes):
        rows = indexes.count(index)
        for number in shape:
            counts[number] = counts.get(number, 0) + rows
    plain = sorted(number for number in counts if number >= 0)
    lists = sorted((number for number in counts if number < 0), reverse=True)
    return {number: counts[number] for number in plain + lists}
