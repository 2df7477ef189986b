"""A record's state as bytes, in one form only.

``(is_created, birth values, birth lists, live, absent, elements, gone, pending)``.
A field whose only value is the birth's and which waits for nothing, the usual case,
stands flat among the birth values; all else as ``field, [dot …]``. Two states are the
same when their bytes are.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgpack

from node.history.effects import (
    AddEffect,
    DotNo,
    Effect,
    ElementNo,
    RemovalEffect,
    WriteEffect,
)
from node.history.survivors import RecordState
from protocol.operations import Elements, Value


def pack_state(state: RecordState) -> bytes:
    """The bytes of *state*."""
    birth = state.birth
    values: list[Any] = []
    live: list[Any] = []
    for field in sorted(state.live):
        cell = state.live[field]
        if len(cell) == 1 and birth in cell:
            values += (field, cell[birth])
        else:
            live += (field, [(*dot, cell[dot]) for dot in sorted(cell)])
    lists: list[Any] = []
    elements: list[Any] = []
    for field in sorted(state.elements):
        present = sorted(state.elements[field].items())
        if _is_born(present, birth):
            first = present[0][0][2]
            lists += (field, (first, *(value for _, value in present)))
        else:
            elements += (field, [(*key, value) for key, value in present])
    return _packed(
        (
            int(state.is_created),
            values,
            lists,
            live,
            _flat(state.absent),
            elements,
            _flat(state.gone),
            [_effect_row(state.pending[dot]) for dot in sorted(state.pending)],
        )
    )


def pack_birth(values: Sequence[tuple[int, Value]], lists: Sequence[Elements]) -> bytes:
    """The bytes of a state that is the admitted create alone; its fields rise."""
    flat: list[Any] = []
    for pair in values:
        flat += pair
    runs: list[Any] = []
    place = 0
    for part in lists:
        if part.values:
            runs += (part.field, (place, *part.values))
        place += len(part.values)
    return _packed((1, flat, runs, (), (), (), (), ()))


def pack_pending_birth(
    birth: DotNo, values: Sequence[tuple[int, Value]], lists: Sequence[Elements]
) -> bytes:
    """The bytes of a state that is an own create, not admitted, alone."""
    writes = [(field, value, ()) for field, value in values]
    adds: list[tuple[int, int, Value]] = []
    for part in lists:
        for value in part.values:
            adds.append((part.field, len(adds), value))
    return _packed((0, (), (), (), (), (), (), ((*birth, 1, writes, adds, ()),)))


def unpack_state(birth: DotNo, data: bytes) -> RecordState:
    """The state whose bytes are *data*."""
    state = RecordState(birth)
    unpacked = msgpack.unpackb(data, use_list=False)
    created, values, lists, live, absent, elements, gone, pending = unpacked
    state.is_created = bool(created)
    for field, value in zip(values[::2], values[1::2], strict=True):
        state.live[field] = {birth: value}
    for field, run in zip(lists[::2], lists[1::2], strict=True):
        state.elements[field] = {
            (*birth, run[0] + step): value for step, value in enumerate(run[1:])
        }
    for field, cell in zip(live[::2], live[1::2], strict=True):
        state.live[field] = {(log_no, n): value for log_no, n, value in cell}
    for field, cell in zip(elements[::2], elements[1::2], strict=True):
        state.elements[field] = {(log, n, at): value for log, n, at, value in cell}
    for field, dots in zip(absent[::2], absent[1::2], strict=True):
        state.absent[field] = set(dots)
    for field, keys in zip(gone[::2], gone[1::2], strict=True):
        state.gone[field] = set(keys)
    for row in pending:
        effect = _effect_from(birth, row)
        state.pending[effect.dot] = effect
    return state


def _is_born(present: list[tuple[ElementNo, Value]], birth: DotNo) -> bool:
    first = present[0][0][2]
    return all(key == (*birth, first + step) for step, (key, _) in enumerate(present))


def _flat(cells: dict[int, set[Any]]) -> list[Any]:
    flat: list[Any] = []
    for field in sorted(cells):
        flat += (field, sorted(cells[field]))
    return flat


def _effect_row(effect: Effect) -> tuple[Any, ...]:
    return (*effect.dot, int(effect.is_create), *effect[3:])


def _effect_from(birth: DotNo, row: tuple[Any, ...]) -> Effect:
    log_no, n, is_create, writes, adds, removals = row
    return Effect(
        birth,
        (log_no, n),
        bool(is_create),
        tuple(WriteEffect(*write) for write in writes),
        tuple(AddEffect(*added) for added in adds),
        tuple(RemovalEffect(*removal) for removal in removals),
    )


def _packed(value: object) -> bytes:
    packed: bytes = msgpack.packb(value)
    return packed
