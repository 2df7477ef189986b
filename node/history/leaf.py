"""The leaf of a record: one hash over its confirmed survivors (docs/protocol.md).

::

    leaf    = BLAKE2b-256("dangyi/leaf/1" 00 ‖ scope ‖ record ‖ created ‖ entry *)
    scope   = fonds, 8 bytes ‖ compartment, u32
    record  = log, 16 bytes ‖ n, u64
    created = u8, 1 where the create is admitted
    entry   = field, u32 ‖ u8 0 ‖ count, u32 ‖ (log ‖ n ‖ value) *      a field
            | field, u32 ‖ u8 1 ‖ count, u32 ‖ (log ‖ n ‖ position, u32 ‖ value) *
    value   = BLAKE2b-128(canonical value, person "dangyi-value")

Integers are big-endian. Entries stand by field, a field before a list of the same
number; dots by log, n and position. A copy counts without the value it resolves to; a
withdrawal is ``(5, reason, ((field, ((log, n), …)), …))`` with log ids.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from functools import lru_cache
from hashlib import blake2b
from typing import Final

from node.history.effects import WITHDRAWN, DotNo, ElementNo, is_copy
from node.history.survivors import RecordState
from protocol.canonical import pack
from protocol.identity import Scope
from protocol.operations import EXISTENCE_FIELD, Elements, Value

LogOf = Callable[[int], bytes]
"""The LogId of a log_no."""

BUCKETS: Final = 4096

_LEAF_TAG: Final = b"dangyi/leaf/1\0"
_RECORD_TAG: Final = b"dangyi/record/1\0"
_PERSON: Final = b"dangyi-value"
_ENTRY: Final = struct.Struct(">IBI")
_NUMBER: Final = struct.Struct(">Q")
_PLACE: Final = struct.Struct(">I")
_SHORT_TEXT: Final = 16
_SHORT_CACHE: Final = 16_384
_FIELD: Final = 0
_LIST: Final = 1


def record_bytes(log: bytes, n: int) -> bytes:
    """The record's identity, 24 bytes."""
    return log + _NUMBER.pack(n)


def bucket_of(record: bytes) -> int:
    """The first 12 bits of the hash of a record's identity."""
    found = blake2b(_RECORD_TAG + record, digest_size=32).digest()
    return (found[0] << 4) | (found[1] >> 4)


def value_digest(value: Value) -> bytes:
    """What stands for a value in a leaf, 16 bytes."""
    kind = type(value)
    if kind is int or (kind is str and len(value) <= _SHORT_TEXT):  # type: ignore[arg-type]
        return _short_digest(value)
    return _digest(value)


def _digest(value: Value) -> bytes:
    return blake2b(pack(value), digest_size=16, person=_PERSON).digest()


_short_digest = lru_cache(maxsize=_SHORT_CACHE)(_digest)
"""Years, terms, offices and names come again and again."""


def birth_leaf(
    scope: Scope,
    record: bytes,
    values: Sequence[tuple[int, Value]],
    lists: Sequence[Elements],
) -> bytes:
    """The leaf of a record of which only the create is known; fields rise."""
    parts = [_head(scope, record, is_created=True)]
    for field, value in values:
        parts += (_single(field), record, value_digest(value))
    if lists:
        parts = [parts[0], *_merged(record, parts[1:], values, lists)]
    return blake2b(b"".join(parts), digest_size=32).digest()


def _merged(
    record: bytes,
    singles: Sequence[bytes],
    values: Sequence[tuple[int, Value]],
    lists: Sequence[Elements],
) -> list[bytes]:
    """Entries of fields and of lists in one order, by field, then kind."""
    entries = [
        (field, _FIELD, b"".join(singles[3 * at : 3 * at + 3]))
        for at, (field, _) in enumerate(values)
    ]
    place = 0
    for part in lists:
        items = [_ENTRY.pack(part.field, _LIST, len(part.values))]
        for value in part.values:
            items += (record, _PLACE.pack(place), value_digest(value))
            place += 1
        if part.values:
            entries.append((part.field, _LIST, b"".join(items)))
    entries.sort()
    return [entry for _, _, entry in entries]


@lru_cache(maxsize=_SHORT_CACHE)
def _single(field: int) -> bytes:
    """The head of a field's entry that has one survivor."""
    return _ENTRY.pack(field, _FIELD, 1)


def leaf_of(scope: Scope, record: bytes, state: RecordState, log_of: LogOf) -> bytes:
    """The leaf of a record; empty where nothing of it is confirmed."""
    if not state.has_confirmed:
        return b""
    parts = [_head(scope, record, is_created=state.is_created)]
    for field in sorted(set(state.live) | set(state.elements)):
        live = state.live.get(field)
        if live:
            parts.append(_field_entry(field, live, log_of))
        elements = state.elements.get(field)
        if elements:
            parts.append(_list_entry(field, elements, log_of))
    return blake2b(b"".join(parts), digest_size=32).digest()


def _head(scope: Scope, record: bytes, *, is_created: bool) -> bytes:
    return b"".join(
        (
            _LEAF_TAG,
            scope.fonds,
            _PLACE.pack(scope.compartment),
            record,
            b"\1" if is_created else b"\0",
        )
    )


def _field_entry(field: int, live: dict[DotNo, Value], log_of: LogOf) -> bytes:
    if len(live) == 1:
        (((log_no, n), value),) = live.items()
        digest = _counted(field, value, log_of)
        return _single(field) + log_of(log_no) + _NUMBER.pack(n) + digest
    items = sorted(
        (record_bytes(log_of(log_no), n), _counted(field, value, log_of))
        for (log_no, n), value in live.items()
    )
    return _ENTRY.pack(field, _FIELD, len(items)) + b"".join(
        dot + digest for dot, digest in items
    )


def _list_entry(field: int, elements: dict[ElementNo, Value], log_of: LogOf) -> bytes:
    items = sorted(
        (record_bytes(log_of(log_no), n) + _PLACE.pack(place), value_digest(value))
        for (log_no, n, place), value in elements.items()
    )
    return _ENTRY.pack(field, _LIST, len(items)) + b"".join(
        key + digest for key, digest in items
    )


def _counted(field: int, value: Value, log_of: LogOf) -> bytes:
    """The digest of a value as the log has it, not as this machine keeps it."""
    if type(value) is not tuple:
        return value_digest(value)
    if field == EXISTENCE_FIELD:
        return value_digest(_with_log_ids(value, log_of))
    return value_digest(value[:3] if is_copy(value) else value)


def _with_log_ids(value: Value, log_of: LogOf) -> Value:
    if not isinstance(value, tuple) or value[0] != WITHDRAWN:
        return value
    found: list[Value] = []
    seen = value[2]
    for entry in seen if isinstance(seen, tuple) else ():
        match entry:
            case (int(field), tuple(dots)):
                names: list[tuple[bytes, int]] = []
                for dot in dots:
                    match dot:
                        case (int(log_no), int(n)):
                            names.append((log_of(log_no), n))
                        case _:
                            continue
                found.append((field, tuple(sorted(names))))
            case _:
                continue
    return (WITHDRAWN, value[1], tuple(found))
