"""Headers: the signed form, the travelling form, and what both refuse."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.canonical import pack, unpack
from protocol.errors import (
    FrameTooLarge,
    LocalProtocolError,
    RemoteProtocolError,
    UnsupportedVersion,
)
from protocol.header import (
    Header,
    decode_header,
    decode_travelling_header,
    encode_header,
    encode_travelling_header,
)
from protocol.identity import ZERO_HASH, Scope, log_id
from protocol.limits import ALIAS_RUNS, LOST_RUNS, SET_OPERATIONS
from protocol.messages import AliasRun, Birth, Parent

KEY, NONCE = b"k" * 32, b"n" * 16
LOG = log_id(KEY, NONCE)
COMMON = Header(
    log=LOG,
    seq=5,
    prev=b"p" * 32,
    first_n=41,
    count=3,
    scope=Scope(b"8 bytes.", 0),
    time_base=1_700_000_000,
    body_hash=b"b" * 32,
)
FULL = replace(
    COMMON,
    cursor_epoch=2,
    cursor_place=4711,
    schema=3,
    pack=12,
    group=7,
    more_follows=True,
    lost=((2, 3), (4, 4)),
    scope=Scope(b"8 bytes.", 1),
)
FIRST = replace(COMMON, seq=1, prev=ZERO_HASH, birth=Birth(KEY, NONCE))
REBORN = replace(
    FIRST,
    birth=Birth(KEY, NONCE, Parent(b"q" * 16, 9, b"h" * 32, 77), (AliasRun(70, 5, 1),)),
)
counts = st.one_of(st.integers(1, 300), st.integers(1, 2**53 - 1))


@st.composite
def headers(draw: st.DrawFn) -> Header:
    seq = draw(st.one_of(st.just(1), counts))
    group = draw(st.one_of(st.none(), st.integers(0, 2**51)))
    parent = draw(
        st.one_of(
            st.none(),
            st.builds(Parent, st.just(b"q" * 16), counts, st.just(b"h" * 32), counts),
        )
    )
    runs = st.lists(st.builds(AliasRun, counts, counts, counts), max_size=3)
    aliases = tuple(draw(runs)) if parent else ()
    lost = (
        ((1, draw(st.integers(1, seq - 1))),) if seq > 1 and draw(st.booleans()) else ()
    )
    return Header(
        log=LOG,
        seq=seq,
        prev=ZERO_HASH if seq == 1 else b"p" * 32,
        first_n=draw(counts),
        count=draw(st.integers(1, SET_OPERATIONS)),
        scope=Scope(b"8 bytes.", draw(st.integers(0, 255))),
        time_base=draw(st.integers(-(2**53) + 1, 2**53 - 1)),
        body_hash=b"b" * 32,
        cursor_epoch=draw(counts),
        cursor_place=draw(counts),
        schema=draw(counts),
        pack=draw(counts),
        group=group,
        more_follows=group is not None and draw(st.booleans()),
        lost=lost,
        birth=Birth(KEY, NONCE, parent, aliases) if seq == 1 else None,
    )


@given(headers())
def test_headers_come_back(header: Header) -> None:
    assert decode_header(encode_header(header)) == header
    travelling = encode_travelling_header(header)
    found = decode_travelling_header(travelling, header.prev, header.body_hash)
    assert found == header


@given(headers(), st.data())
def test_a_changed_byte_is_refused_or_another_header(
    header: Header, data: st.DataObject
) -> None:
    coded = bytearray(encode_header(header))
    place = data.draw(st.integers(0, len(coded) - 1))
    coded[place] = data.draw(st.integers(0, 255))
    try:
        found = decode_header(bytes(coded))
    except RemoteProtocolError:
        return
    assert encode_header(found) == coded


@pytest.mark.parametrize("header", [COMMON, FULL, FIRST, REBORN])
def test_headers_cut_anywhere_or_with_a_tail_are_refused(header: Header) -> None:
    coded = encode_header(header)
    for end in range(len(coded)):
        with pytest.raises(RemoteProtocolError):
            decode_header(coded[:end])
    with pytest.raises(RemoteProtocolError):
        decode_header(coded + b"\xc0")


def test_opaque_is_what_another_compartment_holds() -> None:
    assert not COMMON.is_opaque
    assert FULL.is_opaque


@pytest.mark.parametrize(
    "header",
    [
        replace(COMMON, log=b"short"),
        replace(COMMON, seq=0),
        replace(COMMON, seq=2**53),
        replace(COMMON, prev=b""),
        replace(COMMON, body_hash=b"b"),
        replace(COMMON, first_n=0),
        replace(COMMON, count=0),
        replace(COMMON, count=SET_OPERATIONS + 1),
        replace(COMMON, scope=Scope(b"7 bytes", 0)),
        replace(COMMON, scope=Scope(b"8 bytes.", 256)),
        replace(COMMON, seq=1),
        replace(COMMON, birth=Birth(KEY, NONCE)),
        replace(FIRST, prev=b"p" * 32),
        replace(FIRST, birth=Birth(KEY, b"m" * 16)),
        replace(FIRST, birth=Birth(KEY, NONCE, None, (AliasRun(1, 1, 1),))),
        replace(COMMON, lost=((3, 2),)),
        replace(COMMON, lost=((2, 5),)),
        replace(COMMON, lost=((2, 3), (3, 4))),
        replace(COMMON, more_follows=True),
        replace(COMMON, version=2),
        replace(COMMON, suite=2),
    ],
)
def test_headers_that_cannot_be_are_our_own_mistake(header: Header) -> None:
    with pytest.raises(LocalProtocolError):
        encode_header(header)


@pytest.mark.parametrize("place", [0, 1])
def test_another_version_or_suite_has_its_own_error(place: int) -> None:
    items = list(unpack(encode_header(COMMON)))
    items[place] = 2
    with pytest.raises(UnsupportedVersion):
        decode_header(pack(tuple(items)))


@pytest.mark.parametrize(
    "change",
    [
        lambda items: (*items[:12], None, *items[12:]),
        lambda items: (*items[:12], 2, None, *items[12:]),
        lambda items: (*items[:12], None, (), *items[12:]),
        lambda items: (*items[:12], 1, None, None, None, *items[12:]),
        lambda items: (*items[:11], *items[12:]),
        lambda items: (*items[:10], 1, *items[11:]),
        lambda items: (*items[:10], (1,), *items[11:]),
        lambda items: items[:2],
        lambda items: (),
    ],
)
def test_another_form_is_refused(change: Any) -> None:
    """Empty items at the end are left out; there is one form."""
    items = unpack(encode_header(COMMON))
    with pytest.raises(RemoteProtocolError):
        decode_header(pack(change(items)))


def test_runs_at_their_limits_and_past_them() -> None:
    gaps = tuple((seq, seq) for seq in range(1, 2 * LOST_RUNS + 2, 2))
    late = replace(COMMON, seq=2 * LOST_RUNS + 9)
    full = replace(late, lost=gaps[:LOST_RUNS])
    assert decode_header(encode_header(full)) == full
    with pytest.raises(LocalProtocolError):
        encode_header(replace(late, lost=gaps))
    runs = tuple(AliasRun(n, 1, n) for n in range(1, ALIAS_RUNS + 2))
    parent = Parent(b"q" * 16, 9, b"h" * 32, 77)
    born = replace(FIRST, birth=Birth(KEY, NONCE, parent, runs[:-1]))
    assert decode_header(encode_header(born)) == born
    with pytest.raises(LocalProtocolError):
        encode_header(replace(FIRST, birth=Birth(KEY, NONCE, parent, runs)))


def test_a_header_above_its_size_is_not_read() -> None:
    with pytest.raises(FrameTooLarge):
        decode_header(bytes(16 * 1024 + 1))
