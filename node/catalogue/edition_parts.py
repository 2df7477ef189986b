"""What the parts of an extract hold: rows of the records that an agreement shows.

Records stand in order of their dots and are divided where a dot says so, so a change in
one place changes one part. What may not be shown to others is left out here, once and
for all: secret markings, 不予公开, what is closed, sensitive personal information.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from node.catalogue.agreement_words import Agreement
from node.catalogue.fields import CATEGORY, LEVEL
from node.catalogue.pack import Pack
from node.catalogue.reading import dot_of, state_of
from node.catalogue.record import Shown, shown_fields
from node.catalogue.secrecy import is_secret
from node.catalogue.shown import values_shown
from node.catalogue.values import shown_value
from node.store.extract_port import Candidate
from node.store.port import Rows
from node.store.row_types import RecordRow
from protocol.errors import LocalProtocolError
from protocol.exchange_limits import EXTRACT_ROWS_LIMIT
from protocol.extract_rows import ExtractRow, ExtractTable, encode_rows
from protocol.extracts import PART_ID_BYTES, part_id
from protocol.identity import digest_128
from protocol.operations import Tag, Value

LONGEST: Final = 1000
"""Characters of one value that are shown; the rest ends in an ellipsis."""
_HELD_BACK: Final = {
    "disclosure": frozenset({"不予公开"}),
    "open_status": frozenset({"控制", "延期开放"}),
    "pi_flag": frozenset({"敏感"}),
}
"""Values that keep a record from other rooms, where the pack has the field."""
_SPREAD: Final = 0x9E3779B1
_ONE_IN: Final = 7
"""A part ends behind one dot in 2**7."""
_PIECE_MARK: Final = b"\x5a\xa5"
_PIECE_LEAST: Final = 16 * 1024
_PIECE_MOST: Final = 128 * 1024


class Stretch(NamedTuple):
    """Records that make a part, and the stamp of all that it is made of."""

    stamp: bytes
    record_nos: tuple[int, ...]


def stretches(
    found: Sequence[Candidate], basis: bytes, *, is_last: bool
) -> tuple[list[Stretch], list[Candidate]]:
    """Divide records in order of their dots, and those that wait for what follows.

    *basis*: what parts depend on beside their records. Behind the last none waits.
    """
    whole: list[Stretch] = []
    part: list[Candidate] = []
    for each in found:
        part.append(each)
        if _ends(each.n) or len(part) == EXTRACT_ROWS_LIMIT:
            whole.append(_stretch(part, basis))
            part = []
    if part and is_last:
        whole.append(_stretch(part, basis))
        part = []
    return whole, part


def _ends(n: int) -> bool:
    return ((n * _SPREAD) & 0xFFFFFFFF) >> (32 - _ONE_IN) == 0


def _stretch(part: Sequence[Candidate], basis: bytes) -> Stretch:
    seen = [
        each.log_no.to_bytes(8, "big") + each.n.to_bytes(8, "big") + each.leaf
        for each in part
    ]
    stamp = digest_128("dangyi/stretch/1", basis, *seen)
    return Stretch(stamp, tuple(each.record_no for each in part))


def parts_of(
    rows: Rows, agreement: Agreement, stretch: Stretch, pack: Pack
) -> list[tuple[bytes, bytes]]:
    """The parts (id, content) that the records of a stretch make; seldom more than one.

    None where nothing of it may be shown.
    """
    known = rows.records.rows(stretch.record_nos)
    found = [
        _row(rows, known[number], agreement.fields, pack)
        for number in stretch.record_nos
        if number in known
    ]
    shown = [row for row in found if row is not None]
    return [
        (part_id(content), content) for content in _contents(agreement.fields, shown)
    ]


def pieces_of(data: bytes) -> list[tuple[bytes, bytes]]:
    """Parts (id, content) of one long sequence of bytes, divided where it says so."""
    found: list[tuple[bytes, bytes]] = []
    times: dict[bytes, int] = {}
    start = 0
    while start < len(data):
        end = data.find(_PIECE_MARK, start + _PIECE_LEAST, start + _PIECE_MOST)
        end = min(len(data), start + _PIECE_MOST) if end < 0 else end + 2
        piece = data[start:end]
        times[piece] = times.get(piece, -1) + 1
        content = times[piece].to_bytes(2, "big") + piece
        found.append((part_id(content), content))
        start = end
    return found


def ids_of(parts: bytes) -> list[bytes]:
    """The ids of parts that stand joined in a head."""
    return [
        parts[start : start + PART_ID_BYTES]
        for start in range(0, len(parts), PART_ID_BYTES)
    ]


def joined(contents: Sequence[bytes]) -> bytes:
    """The bytes that were divided into these pieces."""
    return b"".join(content[2:] for content in contents)


def _contents(fields: tuple[int, ...], shown: Sequence[ExtractRow]) -> list[bytes]:
    if not shown:
        return []
    try:
        return [encode_rows(ExtractTable(fields, tuple(shown)))]
    except LocalProtocolError:
        if len(shown) == 1:
            return []
    middle = len(shown) // 2
    return _contents(fields, shown[:middle]) + _contents(fields, shown[middle:])


def _row(
    rows: Rows, row: RecordRow, fields: tuple[int, ...], pack: Pack
) -> ExtractRow | None:
    """What is shown of a record; None where it is kept from others."""
    values = values_shown(rows, row, state_of(row), pack)
    if _is_held_back(values, pack):
        return None
    shown = shown_fields(values, pack)
    cells = tuple(_cell(number, values, shown, pack) for number in fields)
    return ExtractRow(dot_of(rows, row), cells)


def _is_held_back(values: Mapping[int, Sequence[Value]], pack: Pack) -> bool:
    """Whether any value that stands, shown or not, keeps the record from others."""
    for number, found in values.items():
        if any(is_secret(number, value) for value in found):
            return True
        field = pack.by_number.get(number)
        closed = None if field is None else _HELD_BACK.get(field.name)
        if closed and any(shown_value(value) in closed for value in found):
            return True
    return False


def _cell(
    number: int,
    values: Mapping[int, Sequence[Value]],
    shown: Mapping[str, Shown],
    pack: Pack,
) -> Value:
    if number in (LEVEL, CATEGORY):
        found = values.get(number)
        plain = found[0] if found else None
        if isinstance(plain, str):
            return clipped(plain)
        return plain if isinstance(plain, int) else None
    field = pack.by_number.get(number)
    value = None if field is None else shown.get(field.name)
    match value:
        case None | int():
            return value
        case str():
            return clipped(value)
        case _:
            return (int(Tag.GROUP), *_clipped_list(value))


def clipped(text: str, most: int = LONGEST) -> str:
    """*text*, of which no more than *most* characters are shown."""
    return text if len(text) <= most else text[: most - 1] + "…"


def _clipped_list(texts: Sequence[str]) -> list[str]:
    kept: list[str] = []
    left = LONGEST
    for text in texts:
        if left <= 0:
            break
        kept.append(clipped(text, left))
        left -= len(text)
    return kept
