"""The envelope: opened by its receiver only, whole or cut, never wrong."""

from __future__ import annotations

import json
from itertools import pairwise

import nacl.bindings
import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.envelope import (
    ADDRESS_BYTES,
    HEAD_BYTES,
    LENGTH_BYTES,
    OVERHEAD_BYTES,
    STREAM_HEADER_BYTES,
    EnvelopeKind,
    EnvelopeReader,
    EnvelopeWriter,
    MessageReader,
    Secrets,
    box_key_hash,
    probe,
    sealed_hash,
)
from protocol.errors import (
    BadSignature,
    FrameTooLarge,
    LocalProtocolError,
    MalformedFrame,
    RemoteProtocolError,
    UnknownBoxKey,
    UnsupportedVersion,
)
from protocol.exchange_limits import MESSAGE_LIMIT_BYTES
from protocol.signing import box_public_key
from tests.protocol.published_vectors import published
from tests.support.vectors import vectors

PRIVATE = b"b" * 32
PUBLIC = box_public_key(PRIVATE)
SECRET = bytes(range(32))
FRESH = bytes(range(100, 124))
KEYS = {box_key_hash(PUBLIC): PRIVATE}
MESSAGES = [b"message 0", b"a frame", b"\0" * 300, b"x"]


def writer(
    kind: EnvelopeKind = EnvelopeKind.EXCHANGE, secret: bytes = SECRET
) -> EnvelopeWriter:
    return EnvelopeWriter.to_receiver(kind, PUBLIC, secret)


def enveloped(messages: list[bytes], envelope: EnvelopeWriter) -> bytes:
    pushed = b"".join(envelope.push(message) for message in messages)
    return envelope.head + pushed + envelope.finish()


def reader() -> EnvelopeReader:
    return EnvelopeReader(KEYS.get)


WHOLE = enveloped(MESSAGES, writer())


@pytest.mark.parametrize("kind", EnvelopeKind)
def test_what_is_put_in_comes_out(kind: EnvelopeKind) -> None:
    up = writer(kind)
    inside = reader()
    assert inside.feed(enveloped(MESSAGES, up)) == MESSAGES
    assert inside.is_final
    assert inside.is_between_messages
    assert inside.kind is kind
    assert inside.binding == up.binding
    down = inside.answer_writer(FRESH)
    answer = up.answer_reader()
    assert answer.feed(enveloped(MESSAGES, down)) == MESSAGES
    assert answer.is_final
    assert answer.binding == up.binding


def test_the_envelope_is_its_golden_vector(pytestconfig: pytest.Config) -> None:
    up = writer()
    down = EnvelopeReader(KEYS.get)
    down.feed(up.head)
    answer = down.answer_writer(FRESH)
    pieces = {
        "receiver's private key": PRIVATE,
        "receiver's X25519 key": PUBLIC,
        "secret K": SECRET,
        "P": up.head[:11],
        "E": up.head[11:ADDRESS_BYTES],
        "stream header up": up.head[ADDRESS_BYTES:],
        "binding": up.binding,
        "k_up": up.secrets.key_up,
        "k_down": up.secrets.key_down,
        "message 0 up": up.push(b"message 0"),
        "message 1 up": up.push(b"a frame"),
        "end mark up": up.finish(),
        "stream header down": answer.head,
        "message 0 down": answer.push(b"checkpoint"),
        "end mark down": answer.finish(),
    }
    stored = vectors(pytestconfig, "v1/envelope.txt", pieces)
    assert stored == pieces


def test_the_vector_is_what_libsodium_itself_makes_and_opens() -> None:
    up = writer()
    sealed = up.head[11:ADDRESS_BYTES]
    opened = nacl.bindings.crypto_box_seal_open(sealed, PUBLIC, PRIVATE)
    assert opened == SECRET
    by_libsodium = nacl.bindings.crypto_box_seal(SECRET, PUBLIC)
    head = up.head[:11] + by_libsodium
    inside = reader()
    inside.feed(head)
    assert inside.secrets.address == head


def test_messages_arrive_byte_by_byte() -> None:
    inside = reader()
    arrived = [
        message
        for place in range(len(WHOLE))
        for message in inside.feed(WHOLE[place : place + 1])
    ]
    assert arrived == MESSAGES
    assert inside.is_final


@given(cuts=st.lists(st.integers(0, len(WHOLE)), max_size=6))
def test_messages_arrive_in_any_pieces(cuts: list[int]) -> None:
    inside = reader()
    bounds = [0, *sorted(cuts), len(WHOLE)]
    arrived = [
        message
        for start, end in pairwise(bounds)
        for message in inside.feed(WHOLE[start:end])
    ]
    assert arrived == MESSAGES


def test_a_stream_cut_anywhere_gives_all_whole_messages_and_no_end() -> None:
    ends = [HEAD_BYTES]
    for message in MESSAGES:
        ends.append(ends[-1] + LENGTH_BYTES + OVERHEAD_BYTES + len(message))
    for length in range(len(WHOLE)):
        inside = reader()
        arrived = inside.feed(WHOLE[:length])
        assert arrived == MESSAGES[: sum(end <= length for end in ends[1:])]
        assert not inside.is_final
        if length >= HEAD_BYTES:
            assert inside.is_between_messages == (length in ends)


def test_a_changed_byte_anywhere_is_found() -> None:
    for place in range(len(WHOLE)):
        changed = bytearray(WHOLE)
        changed[place] ^= 1
        inside = reader()
        arrived: list[bytes] = []
        try:
            arrived = inside.feed(bytes(changed))
            inside.feed(b"")
        except RemoteProtocolError:
            pass
        assert arrived == MESSAGES[: len(arrived)]
        assert len(arrived) < len(MESSAGES) or not inside.is_final


def test_bytes_after_the_end_mark_are_refused_after_the_messages() -> None:
    inside = reader()
    assert inside.feed(WHOLE + b"\0") == MESSAGES
    with pytest.raises(MalformedFrame):
        inside.feed(b"")
    inside = reader()
    inside.feed(WHOLE)
    assert inside.feed(b"") == []
    with pytest.raises(MalformedFrame):
        inside.feed(b"\0")


def test_after_a_fault_nothing_more_is_given() -> None:
    inside = reader()
    good = writer()
    first, second = good.push(b"first"), good.push(b"second")
    assert inside.feed(good.head + first) == [b"first"]
    broken = bytearray(second)
    broken[-1] ^= 1
    with pytest.raises(BadSignature):
        inside.feed(bytes(broken))
    with pytest.raises(BadSignature):
        inside.feed(second)


def test_messages_cannot_be_dropped_swapped_or_repeated() -> None:
    up = writer()
    one, two, end = up.push(b"one"), up.push(b"two"), up.finish()
    for body in (two, one + end, one + one, two + one, one + two + two, end):
        inside = reader()
        arrived: list[bytes] = []
        with pytest.raises(BadSignature):
            arrived = inside.feed(up.head + body)
            inside.feed(b"")
        assert b"two" not in arrived or arrived == [b"one", b"two"]


def test_a_message_of_one_envelope_is_no_message_of_another() -> None:
    other = writer(secret=b"o" * 32)
    inside = reader()
    with pytest.raises(BadSignature):
        inside.feed(writer().head + other.push(b"one"))


def test_the_head_is_bound_to_message_0_in_both_directions() -> None:
    up = writer()
    inside = reader()
    inside.feed(up.head)
    other = reader()
    other.feed(writer(secret=b"o" * 32).head)
    foreign = other.answer_writer(FRESH)
    with pytest.raises(BadSignature):
        up.answer_reader().feed(foreign.head + foreign.push(b"checkpoint"))


def test_a_request_is_not_its_own_answer() -> None:
    up = writer()
    body = enveloped(MESSAGES, up)
    with pytest.raises(BadSignature):
        up.answer_reader().feed(body[ADDRESS_BYTES:])


def test_two_answers_to_one_request_share_no_stream() -> None:
    up = writer()
    inside = reader()
    inside.feed(up.head)
    first = inside.answer_writer(FRESH).push(b"same text")
    second = inside.answer_writer(bytes(24)).push(b"same text")
    assert first != second


def test_an_unknown_key_is_named_and_the_notice_can_be_made() -> None:
    inside = EnvelopeReader(lambda _name: None)
    for place in range(ADDRESS_BYTES - 1):
        assert inside.feed(WHOLE[place : place + 1]) == []
    with pytest.raises(UnknownBoxKey, match=box_key_hash(PUBLIC).hex()):
        inside.feed(WHOLE[ADDRESS_BYTES - 1 :])
    assert inside.envelope_hash == sealed_hash(writer().secrets.address)
    assert not inside.is_open
    with pytest.raises(LocalProtocolError):
        inside.answer_writer(FRESH)


def test_a_probe_is_a_head_that_nobody_can_open() -> None:
    head = probe(EnvelopeKind.JOIN, SECRET)
    assert len(head) == HEAD_BYTES
    with pytest.raises(UnknownBoxKey):
        reader().feed(head)


@pytest.mark.parametrize(
    ("place", "value"), [(0, 0), (0, 2), (1, 0), (1, 2), (2, 0), (2, 5), (2, 255)]
)
def test_another_version_suite_or_kind_is_refused_at_once(
    place: int, value: int
) -> None:
    head = bytearray(WHOLE[: place + 1])
    head[place] = value
    with pytest.raises(UnsupportedVersion):
        reader().feed(bytes(head))


def test_a_wrong_key_for_the_hash_does_not_open() -> None:
    inside = EnvelopeReader(lambda _name: b"z" * 32)
    with pytest.raises(BadSignature):
        inside.feed(WHOLE)


def test_the_longest_message_passes_and_one_more_byte_does_not() -> None:
    up = writer()
    longest = bytes(MESSAGE_LIMIT_BYTES)
    inside = reader()
    assert inside.feed(up.head + up.push(longest)) == [longest]
    with pytest.raises(LocalProtocolError):
        up.push(longest + b"\0")
    above = (MESSAGE_LIMIT_BYTES + OVERHEAD_BYTES + 1).to_bytes(LENGTH_BYTES, "big")
    with pytest.raises(FrameTooLarge):
        inside.feed(above)


@pytest.mark.parametrize("length", [0, OVERHEAD_BYTES - 1])
def test_a_message_shorter_than_its_authenticator_is_refused(length: int) -> None:
    with pytest.raises(MalformedFrame):
        reader().feed(writer().head + length.to_bytes(LENGTH_BYTES, "big"))


@pytest.mark.parametrize(
    ("message", "tag"),
    [(b"", 0), (b"", 1), (b"", 2), (b"text", 0), (b"text", 2), (b"text", 3)],
)
def test_only_the_end_mark_is_empty_and_only_it_is_final(
    message: bytes, tag: int
) -> None:
    up = writer()
    state = nacl.bindings.crypto_secretstream_xchacha20poly1305_state()
    nacl.bindings.crypto_secretstream_xchacha20poly1305_init_pull(
        state, up.head[ADDRESS_BYTES:], up.secrets.key_up
    )
    sealed = nacl.bindings.crypto_secretstream_xchacha20poly1305_push(
        state, message, up.secrets.address, tag
    )
    inside = reader()
    with pytest.raises(MalformedFrame):
        inside.feed(up.head + len(sealed).to_bytes(LENGTH_BYTES, "big") + sealed)


def test_a_writer_keeps_its_own_laws() -> None:
    up = writer()
    with pytest.raises(LocalProtocolError):
        up.push(b"")
    with pytest.raises(LocalProtocolError):
        up.push(b"text", is_final=True)
    up.finish()
    with pytest.raises(LocalProtocolError):
        up.push(b"after the end")
    for box_key, secret in ((PUBLIC, b"short"), (b"short", SECRET)):
        with pytest.raises(LocalProtocolError):
            EnvelopeWriter.to_receiver(EnvelopeKind.EXCHANGE, box_key, secret)
    inside = reader()
    inside.feed(up.head)
    with pytest.raises(LocalProtocolError):
        inside.answer_writer(b"short")


def test_nothing_can_be_written_to_a_key_of_small_order() -> None:
    with pytest.raises(BadSignature):
        EnvelopeWriter.to_receiver(EnvelopeKind.EXCHANGE, bytes(32), SECRET)


def test_secrets_do_not_show_in_a_log() -> None:
    secrets = writer().secrets
    assert secrets.key_up.hex() not in repr(secrets)
    assert repr(secrets.key_up) not in repr(secrets)


@pytest.mark.realdata
def test_secretstream_of_the_published_vectors() -> None:
    """Our reader takes the published streams as far as our tags allow."""
    streams = json.loads(
        published("pynacl_secretstream-test-vectors.json").read_text("ascii")
    )
    assert len(streams) == 3
    for stream in streams:
        key, header = bytes.fromhex(stream["key"]), bytes.fromhex(stream["header"])
        chunk = stream["chunks"][0]
        data = bytes.fromhex(chunk["ad"]) if chunk["ad"] else b""
        secrets = Secrets(EnvelopeKind.EXCHANGE, data, b"", key, key)
        inside = MessageReader(secrets, key)
        assert len(header) == STREAM_HEADER_BYTES
        sealed = bytes.fromhex(chunk["ciphertext"])
        framed = header + len(sealed).to_bytes(LENGTH_BYTES, "big") + sealed
        message = bytes.fromhex(chunk["message"])
        if (chunk["tag"], bool(message)) == (1, True):
            assert inside.feed(framed) == [message]
        else:
            with pytest.raises(MalformedFrame):
                inside.feed(framed)
        changed = bytearray(framed)
        changed[-1] ^= 1
        with pytest.raises(BadSignature):
            MessageReader(secrets, key).feed(bytes(changed))
        again = EnvelopeWriter(secrets, key, header)
        if chunk["tag"] == 1:
            assert again.push(message) == framed[STREAM_HEADER_BYTES:]


def test_memory_follows_what_arrives_not_what_is_claimed() -> None:
    inside = reader()
    claimed = (MESSAGE_LIMIT_BYTES + OVERHEAD_BYTES).to_bytes(LENGTH_BYTES, "big")
    assert inside.feed(writer().head + claimed) == []
    assert len(inside._opened()._buffer) == LENGTH_BYTES
