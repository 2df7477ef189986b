"""Extracts: signed for one reader, in one form, in parts that stand alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.canonical import encode
from protocol.errors import (
    BadSignature,
    FrameTooLarge,
    LocalProtocolError,
    NotCanonical,
    RemoteProtocolError,
)
from protocol.exchange_limits import (
    EXTRACT_CONTENT_LIMIT_BYTES,
    EXTRACT_FIELDS_LIMIT,
    EXTRACT_PARTS_LIMIT,
    EXTRACT_ROWS_LIMIT,
    EXTRACTS_LIMIT,
    FRAME_PLAIN_LIMIT_BYTES,
)
from protocol.extract_rows import ExtractRow, ExtractTable, decode_rows, encode_rows
from protocol.extracts import (
    ExtractHead,
    ExtractKind,
    ExtractPart,
    Held,
    decode_extract,
    decode_held,
    encode_extract,
    encode_held,
    part_id,
    sign_head,
    sign_part,
    verify_extract,
)
from protocol.identity import Dot
from protocol.items import encode_item
from protocol.messages import ExtractItem
from protocol.operations import Tag, Value
from protocol.signing import public_key
from tests.protocol import exchange_strategies as some
from tests.support.vectors import vectors

HUB = b"h" * 32
HUB_KEY = public_key(HUB)
READER, OTHER = public_key(b"r" * 32), public_key(b"o" * 32)
ID = b"agreemnt"
LOG, LOG_2 = b"L" * 16, b"M" * 16
TABLE = ExtractTable(
    (3, 10, 11, 13, 15),
    (
        ExtractRow(
            Dot(LOG, 7),
            (3, "0073-WS·2020-Y-0001", "防汛通知", (3, "水利局", "农业局"), 2020),
        ),
        ExtractRow(
            Dot(LOG, 8), (3, "0073-WS·2020-Y-0002", "抗旱通知", None, 2020)
        ),
        ExtractRow(Dot(LOG_2, 1), (3, "0073-WS·2020-Y-0003", "会议记录", None, 2020)),
    ),
)  # fmt: skip
CONTENT = encode_rows(TABLE)
PART = sign_part(ExtractPart(ID, CONTENT), READER, HUB)
HEAD = sign_head(
    ExtractHead(
        extract=ID,
        kind=ExtractKind.CATALOGUE,
        serial=1_790_000_000,
        until=1_800_000_000,
        made_at=1_790_000_000,
        hub="科左中旗档案馆",
        fonds="0073",
        title="科左中旗水利局",
        parts=(part_id(CONTENT),),
    ),
    READER,
    HUB,
)
ENDED = sign_head(replace(HEAD, serial=1_790_000_001, until=0, parts=()), READER, HUB)
HELD = (Held(ID, 1_790_000_000), Held(b"another!", 0, 1_790_000_005, 41))


def test_extracts_are_their_golden_vectors(pytestconfig: pytest.Config) -> None:
    made = {
        "hub's seed": HUB,
        "reader's key": READER,
        "content": CONTENT,
        "part": encode_extract(PART),
        "head": encode_extract(HEAD),
        "ended": encode_extract(ENDED),
        "held": encode_held(HELD),
    }
    stored = vectors(pytestconfig, "v1/extracts.txt", made)
    assert stored == made
    assert decode_rows(stored["content"]) == TABLE
    assert decode_extract(stored["part"]) == PART
    assert decode_extract(stored["head"]) == HEAD
    assert decode_extract(stored["ended"]) == ENDED
    assert decode_held(stored["held"]) == HELD


values: st.SearchStrategy[Value] = st.one_of(
    st.none(),
    st.integers(-(2**40), 2**40),
    some.names,
    st.lists(some.names, min_size=1, max_size=3).map(
        lambda texts: (int(Tag.GROUP), *texts)
    ),
)


@st.composite
def tables(draw: st.DrawFn) -> ExtractTable:
    fields = tuple(sorted(draw(st.sets(st.integers(0, 65_535), max_size=4))))
    dots = st.builds(Dot, some.sized(16), some.numbers)
    return ExtractTable(
        fields,
        tuple(
            ExtractRow(draw(dots), tuple(draw(values) for _ in fields))
            for _ in range(draw(st.integers(1, 6)))
        ),
    )


@given(tables())
def test_rows_read_as_they_were_written(table: ExtractTable) -> None:
    content = encode_rows(table)
    assert decode_rows(content) == table


@given(st.data())
def test_spoilt_content_is_refused_or_another_whole_table(
    data: st.DataObject,
) -> None:
    spoilt = bytearray(CONTENT)
    place = data.draw(st.integers(0, len(spoilt) - 1))
    spoilt[place] = data.draw(st.integers(0, 255))
    try:
        table = decode_rows(bytes(spoilt))
    except RemoteProtocolError:
        return
    assert encode_rows(table) == bytes(spoilt)


@given(st.binary(max_size=80))
def test_any_bytes_are_refused_or_canonical(data: bytes) -> None:
    for read, write in (
        (decode_extract, encode_extract),
        (decode_held, encode_held),
        (decode_rows, encode_rows),
    ):
        check_one(read, write, data)


def check_one(
    read: Callable[[bytes], object], write: Callable[..., bytes], data: bytes
) -> None:
    try:
        found = read(data)
    except RemoteProtocolError:
        return
    assert write(found) == data


@pytest.mark.parametrize("whole", [PART, HEAD, ENDED])
def test_a_cut_or_longer_one_is_refused(whole: ExtractHead | ExtractPart) -> None:
    data = encode_extract(whole)
    for length in range(len(data)):
        with pytest.raises(RemoteProtocolError):
            decode_extract(data[:length])
    with pytest.raises(RemoteProtocolError):
        decode_extract(data + b"\0")


def test_what_is_signed_for_one_room_means_nothing_at_another() -> None:
    for each in (PART, HEAD, ENDED):
        verify_extract(each, READER, HUB_KEY)
        with pytest.raises(BadSignature):
            verify_extract(each, OTHER, HUB_KEY)
        with pytest.raises(BadSignature):
            verify_extract(each, READER, OTHER)


def test_nothing_of_a_head_or_part_can_be_changed() -> None:
    for changed in (
        replace(HEAD, extract=b"another!"),
        replace(HEAD, kind=2),
        replace(HEAD, serial=HEAD.serial + 1),
        replace(HEAD, until=HEAD.until + 1),
        replace(HEAD, made_at=0),
        replace(HEAD, hub="别的馆"),
        replace(HEAD, fonds="0074"),
        replace(HEAD, title=""),
        replace(HEAD, parts=()),
        replace(PART, extract=b"another!"),
        replace(PART, content=CONTENT + b"\0"),
        replace(PART, signature=HEAD.signature),
    ):
        with pytest.raises(BadSignature):
            verify_extract(changed, READER, HUB_KEY)


def test_a_form_of_another_version_and_a_part_named_twice_are_refused() -> None:
    with pytest.raises(RemoteProtocolError):
        decode_extract(encode((3, ID, CONTENT, PART.signature)))
    with pytest.raises(RemoteProtocolError):
        decode_extract(encode_extract(replace(HEAD, parts=HEAD.parts * 2)))
    with pytest.raises(RemoteProtocolError):
        decode_extract(encode_extract(replace(HEAD, parts=(b"short",))))


def test_content_that_is_not_in_its_one_form_is_refused() -> None:
    table = ExtractTable((11,), tuple(ExtractRow(Dot(LOG, n), ("同",)) for n in (1, 2)))
    content = encode_rows(table)
    assert decode_rows(content) == table
    loose = encode((2, (LOG,), 0, 1, (11,), (("同", "同"),), None))
    with pytest.raises(NotCanonical):
        decode_rows(loose)
    for fields in ((11, 11), (12, 11)):
        with pytest.raises(RemoteProtocolError):
            decode_rows(encode((1, (LOG,), 0, 1, fields, (("a",), ("b",)), None)))


def rows_of(count: int) -> tuple[ExtractRow, ...]:
    return tuple(ExtractRow(Dot(LOG, n), ("题名",)) for n in range(1, count + 1))


def test_rows_at_their_limit_and_above() -> None:
    at_limit = ExtractTable((11,), rows_of(EXTRACT_ROWS_LIMIT))
    assert decode_rows(encode_rows(at_limit)) == at_limit
    for rows in ((), rows_of(EXTRACT_ROWS_LIMIT + 1)):
        with pytest.raises(LocalProtocolError):
            encode_rows(ExtractTable((11,), rows))
    count = EXTRACT_ROWS_LIMIT + 1
    above = encode((count, (LOG,), 0, 1, (11,), (("题名",),), None))
    with pytest.raises(RemoteProtocolError):
        decode_rows(above)


def test_fields_at_their_limit_and_above() -> None:
    def table(count: int) -> ExtractTable:
        row = ExtractRow(Dot(LOG, 1), (0,) * count)
        return ExtractTable(tuple(range(count)), (row,))

    at_limit = table(EXTRACT_FIELDS_LIMIT)
    assert decode_rows(encode_rows(at_limit)) == at_limit
    with pytest.raises(LocalProtocolError):
        encode_rows(table(EXTRACT_FIELDS_LIMIT + 1))


def test_content_at_its_limit_and_above() -> None:
    part = ExtractPart(ID, bytes(EXTRACT_CONTENT_LIMIT_BYTES), bytes(64))
    data = encode_extract(part)
    assert decode_extract(data) == part
    assert len(encode_item(ExtractItem(data))) <= FRAME_PLAIN_LIMIT_BYTES
    above = replace(part, content=bytes(EXTRACT_CONTENT_LIMIT_BYTES + 1))
    with pytest.raises(FrameTooLarge):
        decode_extract(encode_extract(above))
    with pytest.raises(FrameTooLarge):
        decode_rows(above.content)
    huge = ExtractRow(Dot(LOG, 1), ("a" * EXTRACT_CONTENT_LIMIT_BYTES,))
    with pytest.raises(LocalProtocolError):
        encode_rows(ExtractTable((11,), (huge,)))


def test_parts_of_a_head_at_their_limit_and_above() -> None:
    ids = tuple(n.to_bytes(8, "big") for n in range(EXTRACT_PARTS_LIMIT + 1))
    at_limit = replace(HEAD, parts=ids[:-1])
    data = encode_extract(at_limit)
    assert decode_extract(data) == at_limit
    assert len(encode_item(ExtractItem(data))) <= FRAME_PLAIN_LIMIT_BYTES
    with pytest.raises(FrameTooLarge):
        decode_extract(encode_extract(replace(HEAD, parts=ids)))


def test_extracts_held_at_their_limit_and_above() -> None:
    def held(count: int) -> tuple[Held, ...]:
        return tuple(Held(n.to_bytes(8, "big"), 1) for n in range(count))

    assert decode_held(encode_held(held(EXTRACTS_LIMIT))) == held(EXTRACTS_LIMIT)
    with pytest.raises(FrameTooLarge):
        decode_held(encode_held(held(EXTRACTS_LIMIT + 1)))
