"""One whole exchange: made, sent in any pieces, read; and its hex in the document."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.changeset import (
    SET_TAG,
    ChangeSet,
    decode_operations,
    from_wire,
    seal_set,
    to_wire,
    verify_set,
)
from protocol.envelope import (
    ADDRESS_BYTES,
    HEAD_BYTES,
    EnvelopeKind,
    EnvelopeReader,
    EnvelopeWriter,
    box_key_hash,
)
from protocol.frames import FrameReader, FrameWriter
from protocol.identity import Dot, Scope, log_id
from protocol.items import decode_items, encode_item
from protocol.messages import (
    Checkpoint,
    FeedStubs,
    Hello,
    Item,
    ScopeHead,
    ScopePlace,
    SetItem,
)
from protocol.openings import open_checkpoint, open_hello, seal_checkpoint, seal_hello
from protocol.operations import Actor, Operation, Set, Write
from protocol.signing import box_public_key, public_key, sign
from tests.support.vectors import vectors

ROOM, HUB, BOX, SECRET = b"r" * 32, b"h" * 32, b"b" * 32, bytes(range(32))
FRESH = bytes(range(100, 124))
ROOM_KEY, HUB_KEY, BOX_KEY = public_key(ROOM), public_key(HUB), box_public_key(BOX)
LOG = log_id(ROOM_KEY, b"N" * 16)
COMMON, FONDS = Scope(b"common-0", 0), Scope(b"fonds-01", 0)
SCOPES = (COMMON, FONDS)
RECORD = Dot(LOG, 804)
EDIT = Set(
    n=20_113,
    actor=Actor("王芳"),
    made_at=1_763_799_000,
    record=RECORD,
    writes=(Write(11, "关于印发防汛抗旱工作方案的通知", (RECORD,)),),
)


def sealed(operations: tuple[Operation, ...] = (EDIT,)) -> ChangeSet:
    return seal_set(
        log=LOG,
        seq=121,
        prev=b"p" * 32,
        scope=FONDS,
        operations=operations,
        sign=lambda header: sign(ROOM, SET_TAG, header),
        cursor_epoch=1,
        cursor_place=1204,
    )


CHANGE_SET = sealed()
HELLO = Hello(
    log=LOG,
    exchange=300,
    head_seq=121,
    head_hash=CHANGE_SET.hash,
    scopes=(
        ScopePlace(COMMON, 1, 1, tag=b"c" * 8),
        ScopePlace(FONDS, 1, 1204, tag=b"f" * 8),
    ),
    verdicts=120,
    trust_serial=5,
    wire_serial=1_763_600_000,
    courier_serial=1_763_600_001,
    accepts_bytes=524_288,
    clock=1_763_800_000,
)


def request() -> tuple[EnvelopeWriter, dict[str, bytes]]:
    up = EnvelopeWriter.to_receiver(EnvelopeKind.EXCHANGE, BOX_KEY, SECRET)
    item = encode_item(SetItem(to_wire(CHANGE_SET, with_prev=True)))
    return up, {
        "P": up.head[:11],
        "E": up.head[11:ADDRESS_BYTES],
        "stream header up": up.head[ADDRESS_BYTES:],
        "message 0 up, hello": up.push(seal_hello(HELLO, up.binding, HUB_KEY, ROOM)),
        "message 1 up, the set": up.push(FrameWriter().write(item)),
        "end mark up": up.finish(),
    }


def answer(reader: EnvelopeReader, hello_hash: bytes) -> dict[str, bytes]:
    down = reader.answer_writer(FRESH)
    head = ScopeHead(FONDS, 1, 1205, b"c" * 32, 1205, b"d" * 32)
    checkpoint = Checkpoint(
        1_763_800_001, (head,), 121, CHANGE_SET.hash, 812, hello_hash
    )
    plain = encode_item(FeedStubs(FONDS, 121, 1), SCOPES)
    return {
        "stream header down": down.head,
        "message 0 down, checkpoint": down.push(seal_checkpoint(checkpoint, HUB)),
        "message 1 down, stub": down.push(FrameWriter().write(plain)),
        "end mark down": down.finish(),
    }


def opened(request_bytes: bytes) -> tuple[EnvelopeReader, list[bytes]]:
    reader = EnvelopeReader({box_key_hash(BOX_KEY): BOX}.get)
    return reader, reader.feed(request_bytes)


def items_of(frames: list[bytes]) -> list[Item]:
    reader = FrameReader()
    return [
        item for frame in frames for item in decode_items(reader.read(frame), SCOPES)
    ]


def test_the_exchange_is_read_from_its_golden_vector(
    pytestconfig: pytest.Config,
) -> None:
    """Compressed bytes may differ between encoders; what is read may not."""
    up, asked = request()
    reader, messages = opened(b"".join(asked.values()))
    made = {
        "room's seed": ROOM,
        "hub's seed": HUB,
        "hub's X25519 private key": BOX,
        "secret K": SECRET,
        **asked,
        **answer(reader, open_hello(messages[0]).hash),
    }
    stored = vectors(pytestconfig, "v1/exchange.txt", made)
    sent = b"".join(stored[name] for name in asked)
    reader, messages = opened(sent)
    assert reader.is_final
    hello = open_hello(messages[0])
    hello.verify(ROOM_KEY, reader.binding, HUB_KEY)
    assert hello.hello == HELLO
    (item,) = items_of(messages[1:])
    assert isinstance(item, SetItem)
    arrived = from_wire(item.wire, prev=None)
    verify_set(arrived, ROOM_KEY)
    assert arrived.hash == CHANGE_SET.hash
    assert decode_operations(arrived).operations == (EDIT,)
    told = stored["stream header down"] + b"".join(
        stored[name] for name in stored if name.endswith(" down") or " down," in name
    ).removeprefix(stored["stream header down"])
    back = up.answer_reader()
    checkpoint, *frames = back.feed(told)
    assert back.is_final
    assert open_checkpoint(checkpoint, HUB_KEY).hello_hash == hello.hash
    assert items_of(frames) == [FeedStubs(FONDS, 121, 1)]


def test_one_edit_takes_no_more_than_its_share() -> None:
    """1,050 bytes with both HTTP heads, which take 120."""
    _up, asked = request()
    reader, messages = opened(b"".join(asked.values()))
    told = answer(reader, open_hello(messages[0]).hash)
    assert sum(map(len, asked.values())) + sum(map(len, told.values())) <= 880


def test_an_idle_exchange_takes_no_more_than_its_share() -> None:
    """700 bytes with both HTTP heads, which take 120."""
    up = EnvelopeWriter.to_receiver(EnvelopeKind.EXCHANGE, BOX_KEY, SECRET)
    hello = seal_hello(HELLO, up.binding, HUB_KEY, ROOM)
    asked = up.head + up.push(hello) + up.finish()
    reader, messages = opened(asked)
    down = reader.answer_writer(FRESH)
    checkpoint = Checkpoint(
        1_763_800_001, (), 121, CHANGE_SET.hash, 812, open_hello(messages[0]).hash
    )
    told = down.head + down.push(seal_checkpoint(checkpoint, HUB)) + down.finish()
    assert len(asked) + len(told) <= 580


@given(cuts=st.lists(st.integers(0, 2000), max_size=5))
def test_a_request_is_read_from_any_pieces(cuts: list[int]) -> None:
    _up, asked = request()
    whole = b"".join(asked.values())
    reader = EnvelopeReader({box_key_hash(BOX_KEY): BOX}.get)
    messages: list[bytes] = []
    start = 0
    for end in [*sorted(min(cut, len(whole)) for cut in cuts), len(whole)]:
        messages += reader.feed(whole[start:end])
        start = end
    assert reader.is_final
    assert len(items_of(messages[1:])) == 1


def test_a_request_cut_anywhere_keeps_its_whole_messages() -> None:
    _up, asked = request()
    whole = b"".join(asked.values())
    hello_end = HEAD_BYTES + len(asked["message 0 up, hello"])
    set_end = hello_end + len(asked["message 1 up, the set"])
    for length in range(len(whole)):
        reader, messages = opened(whole[:length])
        assert len(messages) == (length >= hello_end) + (length >= set_end)
        assert not reader.is_final
