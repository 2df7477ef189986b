"""Every message of an exchange: there and back, cut, hostile, at its limits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.boxkeys import decode_statement, encode_statement
from protocol.canonical import Canonical, decode, encode
from protocol.checkpoint_codec import (
    decode_bundle_head,
    decode_checkpoint,
    encode_bundle_head,
    encode_checkpoint,
)
from protocol.errors import (
    FrameTooLarge,
    LocalProtocolError,
    MalformedFrame,
    RemoteProtocolError,
)
from protocol.exchange_limits import (
    ALIASES_LIMIT,
    COMPARTMENT_LIMIT,
    COUNT_LIMIT,
    FONDS_LIMIT,
    FORKS_LIMIT,
    NAME_LIMIT_BYTES,
    SCOPES_LIMIT,
    TITLE_LIMIT_BYTES,
    TRUST_ENTRIES_LIMIT,
)
from protocol.hello_codec import decode_hello, encode_hello
from protocol.identity import Scope
from protocol.joining_codec import decode_join, encode_join
from protocol.limits import ALIAS_RUNS
from protocol.messages import (
    AliasRun,
    Birth,
    BoxKeyStatement,
    BundleHead,
    Certificate,
    Checkpoint,
    Fork,
    GrantedScope,
    Hello,
    JoinStatement,
    OwnFonds,
    Parent,
    ScopeHead,
    ScopePlace,
    Span,
    TrustEntry,
    TrustList,
)
from protocol.trust_codec import (
    decode_certificate,
    decode_trust_entry,
    decode_trust_list,
    encode_certificate,
    encode_trust_entry,
    encode_trust_list,
)
from tests.protocol import exchange_strategies as some
from tests.support.vectors import vectors

LOG, NONCE, FORKED = b"L" * 16, b"N" * 16, b"F" * 32
KEY, HASH, SIGNATURE = b"K" * 32, b"H" * 32, b"S" * 64
FONDS = Scope(b"fonds-01", 0)
STAFF = Scope(b"fonds-01", 1)
PLACE = ScopePlace(FONDS, 1, 1204, 1300, HASH[:8])
BIRTH = Birth(KEY, NONCE, Parent(b"P" * 16, 7, HASH, 1400), (AliasRun(1390, 11, 1),))
HELLO = Hello(LOG, 300, 121, HASH, (PLACE,), 100, 5, 1, 2, 524_288, 1_763_800_000)
HEAD = ScopeHead(FONDS, 1, 1204, HASH, 1204, b"D" * 32)
CHECKPOINT = Checkpoint(1_763_800_001, (HEAD,), 121, HASH, 812, b"h" * 16)
SPAN = Span(FONDS, 1, 1200, HASH, 1204, FORKED)
GRANT = GrantedScope(FONDS, (Scope(b"alias-01", 0),))
FORK = Fork(9, HASH, FORKED, 801)
ENTRY = TrustEntry(
    serial=5,
    log=LOG,
    public_key=KEY,
    nonce=NONCE,
    name="库伦旗档案室",
    scopes=(GRANT, GrantedScope(STAFF)),
    state=2,
    cut_seq=8,
    cut_hash=HASH,
    forks=(FORK,),
)
LIST = TrustList(5, HASH, SIGNATURE, (ENTRY,))
CERTIFICATE = Certificate(
    KEY, "库伦旗档案室", "库伦旗", (GRANT,), 1, 5, 1_763_000_000, SIGNATURE
)
WIRE_KEY = BoxKeyStatement(KEY, 1, 1_763_000_000, HASH, 1_764_209_600, SIGNATURE)
COURIER_KEY = BoxKeyStatement(KEY, 2, 1_763_000_000, FORKED, 1_797_560_000, SIGNATURE)
OWN = OwnFonds(FONDS, "0001", "库伦旗人民政府")
JOIN = JoinStatement(
    b"I" * 16, KEY, NONCE, "库伦旗档案室", WIRE_KEY, COURIER_KEY, (OWN,)
)


class Codec(NamedTuple):
    """One message: both ways, an example, and anything of its kind."""

    encode: Callable[[Any], bytes]
    decode: Callable[[bytes], Any]
    example: Any
    anything: st.SearchStrategy[Any]


CODECS = {
    "hello": Codec(encode_hello, decode_hello, HELLO, some.hellos),
    "hello-plain": Codec(
        encode_hello, decode_hello, replace(HELLO, is_plain=True), some.hellos
    ),
    "hello-birth": Codec(
        encode_hello, decode_hello, replace(HELLO, birth=BIRTH), some.hellos
    ),
    "checkpoint": Codec(
        encode_checkpoint, decode_checkpoint, CHECKPOINT, some.checkpoints
    ),
    "bundle-head": Codec(
        encode_bundle_head,
        decode_bundle_head,
        BundleHead(LOG, (SPAN,), CHECKPOINT),
        some.bundle_heads,
    ),
    "trust-entry": Codec(
        encode_trust_entry, decode_trust_entry, ENTRY, some.trust_entries()
    ),
    "trust-list": Codec(encode_trust_list, decode_trust_list, LIST, some.trust_lists),
    "certificate": Codec(
        encode_certificate, decode_certificate, CERTIFICATE, some.certificates
    ),
    "box-key": Codec(encode_statement, decode_statement, WIRE_KEY, some.statements),
    "join": Codec(encode_join, decode_join, JOIN, some.joins),
}
each_codec = pytest.mark.parametrize("codec", CODECS.values(), ids=CODECS)


def test_messages_are_their_golden_vectors(pytestconfig: pytest.Config) -> None:
    encoded = {name: codec.encode(codec.example) for name, codec in CODECS.items()}
    stored = vectors(pytestconfig, "v1/messages.txt", encoded)
    assert stored == encoded
    for name, codec in CODECS.items():
        assert codec.decode(stored[name]) == codec.example


@each_codec
@given(data=st.data())
def test_what_is_encoded_decodes_to_the_same(codec: Codec, data: st.DataObject) -> None:
    message = data.draw(codec.anything)
    assert codec.decode(codec.encode(message)) == message


@each_codec
def test_a_message_that_is_cut_anywhere_is_refused(codec: Codec) -> None:
    whole = codec.encode(codec.example)
    for length in range(len(whole)):
        with pytest.raises(RemoteProtocolError):
            codec.decode(whole[:length])


@each_codec
def test_a_message_with_a_tail_is_refused(codec: Codec) -> None:
    whole = codec.encode(codec.example)
    for tail in (b"\0", b"\xc0", whole):
        with pytest.raises(RemoteProtocolError):
            codec.decode(whole + tail)


@each_codec
def test_a_changed_byte_gives_another_message_or_none(codec: Codec) -> None:
    whole = codec.encode(codec.example)
    for place in range(len(whole)):
        for change in (0x01, 0x80, 0xFF):
            changed = bytearray(whole)
            changed[place] ^= change
            try:
                message = codec.decode(bytes(changed))
            except RemoteProtocolError:
                continue
            assert message != codec.example
            assert codec.encode(message) == bytes(changed)


@each_codec
@given(data=st.binary(max_size=200))
def test_any_bytes_are_refused_or_canonical(codec: Codec, data: bytes) -> None:
    try:
        message = codec.decode(data)
    except RemoteProtocolError:
        return
    assert codec.encode(message) == data


@each_codec
def test_an_array_with_any_element_of_another_type_is_refused(codec: Codec) -> None:
    row = decode(codec.encode(codec.example))
    assert isinstance(row, tuple)
    for place in range(len(row)):
        for other in (None, True, -1, 2**53, "", b"", "text", ((),), b"x" * 33):
            if type(other) is type(row[place]) and not isinstance(other, int):
                continue
            changed = encode((*row[:place], other, *row[place + 1 :]))
            with pytest.raises(RemoteProtocolError):
                codec.decode(changed)


@each_codec
def test_arrays_of_another_length_are_refused(codec: Codec) -> None:
    row = decode(codec.encode(codec.example))
    assert isinstance(row, tuple)
    for other in ((), (*row, None), (*row, 0, 0, 0), 7, "text", None):
        with pytest.raises(RemoteProtocolError):
            codec.decode(encode(other))


def test_a_hello_has_one_form_only() -> None:
    row = decode(encode_hello(HELLO))
    assert isinstance(row, tuple)
    for spare in ((0,), (0, None), (1, None)):
        with pytest.raises(RemoteProtocolError):
            decode_hello(encode((*row, *spare)))


LIMITED: dict[str, tuple[Codec, Callable[[int], Any], int]] = {
    "scopes of a hello": (
        CODECS["hello"],
        lambda count: replace(HELLO, scopes=(PLACE,) * count),
        SCOPES_LIMIT,
    ),
    "aliases of a birth": (
        CODECS["hello"],
        lambda count: replace(
            HELLO, birth=replace(BIRTH, aliases=BIRTH.aliases * count)
        ),
        ALIAS_RUNS,
    ),
    "scopes of a checkpoint": (
        CODECS["checkpoint"],
        lambda count: replace(CHECKPOINT, scopes=(HEAD,) * count),
        SCOPES_LIMIT,
    ),
    "spans of a bundle": (
        CODECS["bundle-head"],
        lambda count: BundleHead(LOG, (SPAN,) * count, CHECKPOINT),
        SCOPES_LIMIT,
    ),
    "scopes of an entry": (
        CODECS["trust-entry"],
        lambda count: replace(ENTRY, scopes=(GRANT,) * count),
        SCOPES_LIMIT,
    ),
    "aliases of a scope": (
        CODECS["trust-entry"],
        lambda count: replace(ENTRY, scopes=(GrantedScope(FONDS, (STAFF,) * count),)),
        ALIASES_LIMIT,
    ),
    "forks of an entry": (
        CODECS["trust-entry"],
        lambda count: replace(ENTRY, forks=(FORK,) * count),
        FORKS_LIMIT,
    ),
    "entries of a list": (
        CODECS["trust-list"],
        lambda count: replace(LIST, entries=(ENTRY,) * count),
        TRUST_ENTRIES_LIMIT,
    ),
    "name in bytes": (
        CODECS["trust-entry"],
        lambda count: replace(ENTRY, name="a" * count),
        NAME_LIMIT_BYTES,
    ),
    "name in bytes, not in characters": (
        CODECS["certificate"],
        lambda count: replace(
            CERTIFICATE, site="旗" * (count // 3) + "a" * (count % 3)
        ),
        NAME_LIMIT_BYTES,
    ),
    "fonds of a join": (
        CODECS["join"],
        lambda count: replace(JOIN, fonds=(OWN,) * count),
        FONDS_LIMIT,
    ),
    "title of a fonds": (
        CODECS["join"],
        lambda count: replace(JOIN, fonds=(replace(OWN, title="t" * count),)),
        TITLE_LIMIT_BYTES,
    ),
    "compartment": (
        CODECS["hello"],
        lambda count: replace(
            HELLO, scopes=(ScopePlace(Scope(FONDS.fonds, count), 1, 0),)
        ),
        COMPARTMENT_LIMIT,
    ),
    "number": (
        CODECS["hello"],
        lambda count: replace(HELLO, clock=count),
        COUNT_LIMIT,
    ),
}


@pytest.mark.parametrize(
    ("codec", "build", "limit"), LIMITED.values(), ids=list(LIMITED)
)
def test_a_limit_is_reached_and_not_passed(
    codec: Codec, build: Callable[[int], Any], limit: int
) -> None:
    at_limit = build(limit)
    assert codec.decode(codec.encode(at_limit)) == at_limit
    with pytest.raises((FrameTooLarge, MalformedFrame, LocalProtocolError)):
        codec.decode(codec.encode(build(limit + 1)))


@pytest.mark.parametrize(
    "name", ["name in bytes", "name in bytes, not in characters", "title of a fonds"]
)
def test_a_text_past_its_limit_is_neither_written_nor_read(name: str) -> None:
    codec, build, limit = LIMITED[name]
    with pytest.raises(LocalProtocolError):
        codec.encode(build(limit + 1))
    with pytest.raises(FrameTooLarge):
        codec.decode(
            encode(longer(decode(codec.encode(build(limit))), limit_bytes=limit))
        )


def longer(value: Canonical, *, limit_bytes: int) -> Canonical:
    """The same array, every text in it that has *limit_bytes* one longer."""
    if isinstance(value, tuple):
        return tuple(longer(member, limit_bytes=limit_bytes) for member in value)
    if isinstance(value, str) and len(value.encode()) == limit_bytes:
        return value + "a"
    return value


def test_a_digest_stands_only_where_the_feed_reaches_the_head() -> None:
    for head in (
        replace(HEAD, place=1203),
        replace(HEAD, place=1205, digest=b""),
    ):
        data = encode_checkpoint(replace(CHECKPOINT, scopes=(head,)))
        with pytest.raises(MalformedFrame):
            decode_checkpoint(data)


@pytest.mark.parametrize(
    ("place", "tag"),
    [(0, b"t" * 8), (1, b""), (1, b"t" * 7), (1, b"t" * 9), (0, b"t")],
)
def test_a_chain_tag_has_its_size_and_stands_above_place_0_only(
    place: int, tag: bytes
) -> None:
    hello = replace(HELLO, scopes=(ScopePlace(FONDS, 1, place, 0, tag),))
    with pytest.raises(MalformedFrame):
        decode_hello(encode_hello(hello))


def test_a_cut_has_a_number_and_a_hash() -> None:
    for entry in (replace(ENTRY, cut_hash=b""), replace(ENTRY, cut_seq=0)):
        with pytest.raises(MalformedFrame):
            decode_trust_entry(encode_trust_entry(entry))


def test_an_idle_hello_of_one_fonds_and_the_common_scope_is_small() -> None:
    hello = Hello(
        log=LOG,
        exchange=5000,
        head_seq=5000,
        head_hash=HASH,
        scopes=(
            ScopePlace(FONDS, 1, 60_000, tag=HASH[:8]),
            ScopePlace(STAFF, 1, 1, tag=HASH[:8]),
        ),
        verdicts=5000,
        trust_serial=200,
        wire_serial=1_763_000_000,
        courier_serial=1_763_000_000,
        accepts_bytes=524_288,
        clock=1_763_800_000,
    )
    assert len(encode_hello(hello)) <= 140
