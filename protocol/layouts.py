"""Which kind and which fields each operation of a body has.

A layout is an array: the kind; then of a create its plain fields f, in rising order,
and its list fields as -1 - f, in rising order of f; of a set, add or remove its
fields in rising order; of other kinds nothing. A body lists its layouts in the order
of their first operation, then gives each operation the index of its layout, one byte
each; where there is one layout the indexes are empty (docs/protocol.md, Layouts).
"""

from __future__ import annotations

from collections.abc import Sequence
from operator import itemgetter
from typing import Final

from protocol.columns import take_array, take_integer
from protocol.errors import FrameTooLarge, LocalProtocolError, MalformedFrame
from protocol.limits import BODY_CELLS, FIELD_NUMBER_LIMIT, KIND_LIMIT, SET_OPERATIONS
from protocol.operations import (
    Add,
    Claim,
    Create,
    Kind,
    Link,
    Operation,
    Redact,
    Remove,
    Resolve,
    Restore,
    Set,
    Unknown,
    Withdraw,
)

Layout = tuple[int, ...]

KIND_OF: Final[dict[type[Operation], int]] = {
    Create: 1,
    Set: 2,
    Add: 3,
    Remove: 4,
    Withdraw: 5,
    Restore: 6,
    Resolve: 7,
    Link: 8,
    Claim: 9,
    Redact: 10,
}
"""The kind of each class of operations."""
_field_of: Final = itemgetter(0)
_COLUMNAR: Final = frozenset({1, 2, 3, 4})
_ADD: Final = int(Kind.ADD)
_CREATE: Final = int(Kind.CREATE)
_SET: Final = int(Kind.SET)
_REMOVE: Final = int(Kind.REMOVE)


def kind_of(operation: Operation) -> int:
    """The number of the operation's kind."""
    if isinstance(operation, Unknown):
        return operation.kind
    return KIND_OF[type(operation)]


def layout_of(operation: Operation) -> Layout:
    """The layout of *operation*."""
    if isinstance(operation, Create):
        plain = map(_field_of, operation.values)
        return (_CREATE, *plain, *[~part.field for part in operation.lists])
    if isinstance(operation, Set):
        return (_SET, *[write.field for write in operation.writes])
    if isinstance(operation, Add):
        return (_ADD, *[part.field for part in operation.lists])
    if isinstance(operation, Remove):
        return (_REMOVE, *[part.field for part in operation.removals])
    return (kind_of(operation),)


class Layouts:
    """The layouts of the operations of one body."""

    def __init__(self, listed: tuple[Layout, ...], indexes: bytes) -> None:
        """*indexes* gives each operation its place in *listed*."""
        self.listed = listed
        self.indexes = indexes

    @property
    def coded(self) -> tuple[tuple[Layout, ...], bytes]:
        """The two items that stand in a body."""
        return self.listed, b"" if len(self.listed) == 1 else self.indexes

    def kinds(self) -> list[int]:
        """The kinds, rising."""
        return sorted({layout[0] for layout in self.listed})

    def columns(self, kind: int) -> dict[int, int]:
        """How many operations of *kind* have each field; plain fields first."""
        counts: dict[int, int] = {}
        for index, layout in enumerate(self.listed):
            if layout[0] == kind:
                rows = self.indexes.count(index)
                for number in layout[1:]:
                    counts[number] = counts.get(number, 0) + rows
        plain = sorted(number for number in counts if number >= 0)
        lists = sorted((number for number in counts if number < 0), reverse=True)
        return {number: counts[number] for number in plain + lists}

    def places(self, kind: int) -> list[int]:
        """The places of the operations of *kind*."""
        own = {i for i, layout in enumerate(self.listed) if layout[0] == kind}
        return [place for place, index in enumerate(self.indexes) if index in own]


def encode_layouts(operations: Sequence[Operation]) -> Layouts:
    """The layouts of *operations*.

    Raises:
        LocalProtocolError: fields are not in order.
    """
    places: dict[Layout, int] = {}
    indexes = bytes(
        [places.setdefault(layout_of(each), len(places)) for each in operations]
    )
    for layout in places:
        _check_order(layout)
    return Layouts(tuple(places), indexes)


def decode_layouts(listed: object, coded: object, count: int) -> Layouts:
    """The layouts of the *count* operations of a body.

    Raises:
        MalformedFrame: a number is no kind's or field's, or there is no such layout.
        FrameTooLarge: the operations have too many cells together.
    """
    layouts = tuple(take_array(layout) for layout in take_array(listed))
    for layout in layouts:
        take_integer(layout[0] if layout else None, KIND_LIMIT, 1)
        lowest = -1 - FIELD_NUMBER_LIMIT if layout[0] == _CREATE else 0
        for number in layout[1:]:
            take_integer(number, FIELD_NUMBER_LIMIT, lowest)
        if len(layout) > 1 and layout[0] not in _COLUMNAR:
            raise MalformedFrame
    if type(coded) is not bytes or not layouts or len(layouts) > SET_OPERATIONS:
        raise MalformedFrame
    indexes = coded or bytes(count)
    if len(indexes) != count or {*indexes} != {*range(len(layouts))}:
        raise MalformedFrame
    if sum(len(layouts[index]) for index in indexes) > BODY_CELLS:
        raise FrameTooLarge
    return Layouts(layouts, indexes)


def _check_order(layout: Layout) -> None:
    last = -1
    is_list = False
    for number in layout[1:]:
        if number < 0 and not is_list:
            is_list, last = True, -1
        field = ~number if is_list else number
        if not last < field <= FIELD_NUMBER_LIMIT:
            message = "fields stand in rising order, each once"
            raise LocalProtocolError(message)
        last = field
