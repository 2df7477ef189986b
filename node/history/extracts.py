"""Extracts that a room holds: taken, shown when whole, dropped when they end.

Laws of this file (docs/protocol.md, Extracts):

1. What is not the hub's word to this machine is left out, alone: no extract stops an
   exchange.
2. An edition is shown when it is whole; until then the one before is.
3. An end is heard once and for all: an older head that comes late shows nothing again.
4. An extract is dropped by hub time, never by a clock of this machine.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Final, Protocol

from node.history.greeting import hub_time_of
from node.history.registers import hub_key_of
from node.store.extract_port import ExtractRow, RowTextOf
from node.store.port import Rows
from node.store.store import Store
from protocol.errors import RemoteProtocolError
from protocol.exchange_limits import EXTRACTS_LIMIT
from protocol.extract_rows import ExtractTable, decode_rows
from protocol.extracts import (
    ExtractHead,
    ExtractKind,
    ExtractPart,
    Held,
    decode_extract,
    encode_held,
    verify_extract,
)
from protocol.messages import ExtractItem, ExtractsHeld, Hello, Item
from protocol.operations import Tag, Value

HELD: Final = "extracts.held."
"""And a log in hexadecimal, at a hub: what its machine said last that it has."""
LEFT_OUT: Final = "extracts.left_out"
"""[how many, code of the last]: extract items that were not the hub's word to us."""
_LEVEL_FIELD: Final = 3
_HELD_BYTES: Final = EXTRACTS_LIMIT * 64
"""What is remembered of a room's words; nothing honest is longer."""
_KINDS: Final = frozenset(ExtractKind)
_LATEST: Final = 253_402_272_000
"""The year 9999 ends in Beijing; no calendar shows a later time."""


class ExtractSource(Protocol):
    """Where a hub's side of an exchange gets the extracts for a room."""

    def items(
        self, reader: bytes, held: bytes, left_bytes: int, *, is_live: bool
    ) -> AsyncIterator[Item]:
        """What the machine with the key *reader* has not yet.

        *held*: what it said last that it has, as it came; empty where it said nothing.
        *is_live*: it answers what is said from here, else it reads a bundle.
        """


def note_held(rows: Rows, hello: Hello, held: bytes) -> None:
    """Remember, at a hub, what a room has, for the next bundle to it."""
    if not held and not hello.accepts_bytes:
        return
    held = held[:_HELD_BYTES]
    if held != held_by(rows, hello.log):
        rows.settings.put(HELD + hello.log.hex(), held)


def held_by(rows: Rows, log: bytes) -> bytes:
    """What the machine of that log said last that it has; empty: nothing."""
    return bytes(rows.settings.get(HELD + log.hex()) or b"")


def take_extract(rows: Rows, item: ExtractItem) -> None:
    """Take a head or a part; what is not the hub's word to this machine is left out."""
    own = rows.logs.own()
    hub_key = hub_key_of(rows)
    if own is None or own.public_key is None or hub_key is None:
        return
    try:
        found = decode_extract(item.payload)
        verify_extract(found, own.public_key, hub_key)
        if isinstance(found, ExtractHead):
            _take_head(rows, found, item.payload)
        else:
            _take_part(rows, found)
    except RemoteProtocolError as error:
        count = (rows.settings.get(LEFT_OUT) or [0])[0]
        rows.settings.put(LEFT_OUT, [count + 1, error.code])


def head_of_row(data: bytes) -> ExtractHead | None:
    """The head that a row holds; None where it holds none."""
    found = decode_extract(data) if data else None
    return found if isinstance(found, ExtractHead) else None


def held_item(rows: Rows) -> ExtractsHeld | None:
    """What this room tells the hub that it has; None where it has nothing."""
    held = []
    for row in rows.extracts.all():
        coming = head_of_row(row.coming)
        if coming is not None:
            there = rows.extracts.part_ids(row.extract_no)
            count = next(
                (n for n, part in enumerate(coming.parts) if part not in there),
                len(coming.parts),
            )
            serial = row.serial if row.head else 0
            held.append(Held(row.extract, serial, row.coming_serial, count))
        elif row.head:
            held.append(Held(row.extract, row.serial))
    return ExtractsHeld(encode_held(held[:EXTRACTS_LIMIT])) if held else None


def missing_parts(rows: Rows) -> tuple[tuple[bytes, int, int], ...]:
    """Extracts of which parts are still to come: id, serial, how many."""
    return tuple(
        (row.extract, row.coming_serial, row.missing)
        for row in rows.extracts.all()
        if row.coming
    )


def extracts_shown(rows: Rows, now: int) -> list[tuple[ExtractRow, ExtractHead]]:
    """Extracts that may be shown at *now* by this machine's own clock."""
    found = []
    latest = max(now, hub_time_of(rows))
    for row in rows.extracts.all():
        head = head_of_row(row.head)
        if head is not None and head.until > latest:
            found.append((row, head))
    return found


async def tidy_extracts(store: Store) -> None:
    """Drop, in short steps, what has ended and what newer editions have replaced."""
    if await store.read(_is_untidy):
        while await store.write(_tidy_step):
            pass


def texts_of_table(rows: Rows, table: ExtractTable) -> list[RowTextOf]:
    """What is searched of each row of a table."""
    texts = []
    for row in table.rows:
        values: dict[int, Sequence[Value]] = {}
        level = 0
        for field, value in zip(table.fields, row.values, strict=True):
            members = members_of(value)
            if members:
                values[field] = members
            if field == _LEVEL_FIELD and isinstance(value, int):
                level = value
        text = rows.describe(values, 0)
        texts.append(RowTextOf(level, text.search_text, text.tokens))
    return texts


def members_of(value: Value) -> tuple[Value, ...]:
    """The values of a cell: of a list its members, of nil none."""
    if value is None:
        return ()
    if isinstance(value, tuple) and value[:1] == (int(Tag.GROUP),):
        return value[1:]
    return (value,)


def _take_head(rows: Rows, head: ExtractHead, data: bytes) -> None:
    known = rows.extracts.get(head.extract)
    if known is not None and head.serial <= max(known.serial, known.coming_serial):
        return
    if head.until == 0:
        _end(rows, known, head.extract, head.serial)
        return
    if head.kind not in _KINDS or head.until <= hub_time_of(rows):
        return
    if max(head.until, head.made_at) > _LATEST:
        return
    if known is None and len(rows.extracts.all()) >= 2 * EXTRACTS_LIMIT:
        return
    row = known or ExtractRow(0, head.extract, 0, b"")
    number = rows.extracts.put(row)
    missing = len(set(head.parts) - rows.extracts.part_ids(number))
    row = row._replace(
        extract_no=number, coming_serial=head.serial, coming=data, missing=missing
    )
    rows.extracts.put(row)
    rows.extracts.want(number, head.parts)
    if not missing:
        _show(rows, row)


def _take_part(rows: Rows, part: ExtractPart) -> None:
    row = rows.extracts.get(part.extract)
    coming = None if row is None else head_of_row(row.coming)
    if row is None or coming is None or part.id not in coming.parts:
        return
    if rows.extracts.has(row.extract_no, part.id):
        return
    texts: list[RowTextOf] = []
    if coming.kind == ExtractKind.CATALOGUE:
        texts = texts_of_table(rows, decode_rows(part.content))
    rows.extracts.add(row.extract_no, part.id, part.content, part.signature, texts)
    row = row._replace(missing=row.missing - 1)
    rows.extracts.put(row)
    if not row.missing:
        _show(rows, row)


def _show(rows: Rows, row: ExtractRow) -> None:
    """The edition that was coming is whole."""
    rows.extracts.put(
        row._replace(
            serial=row.coming_serial, head=row.coming, coming_serial=0, coming=b""
        )
    )
    rows.extracts.show(row.extract_no)


def _end(rows: Rows, known: ExtractRow | None, extract: bytes, serial: int) -> None:
    """Nothing is shown of it from now on; its rows go step by step."""
    number = rows.extracts.put(ExtractRow(0, extract, serial, b""))
    if known is not None:
        rows.extracts.hide(number)


def _has_expired(row: ExtractRow, hub_time: int) -> bool:
    heads = [head_of_row(data) for data in (row.head, row.coming)]
    return any(head is not None and head.until <= hub_time for head in heads)


def _is_untidy(rows: Rows) -> bool:
    hub_time = hub_time_of(rows)
    return rows.extracts.has_waste() or any(
        _has_expired(row, hub_time) for row in rows.extracts.all()
    )


def _tidy_step(rows: Rows) -> bool:
    hub_time = hub_time_of(rows)
    for row in rows.extracts.all():
        if not _has_expired(row, hub_time):
            continue
        coming = head_of_row(row.coming)
        if coming is None or coming.until <= hub_time:
            _end(rows, row, row.extract, max(row.serial, row.coming_serial))
        else:
            rows.extracts.put(row._replace(head=b""))
    return rows.extracts.drop_waste()
