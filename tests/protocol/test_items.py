"""Items of frames: one or several, of every kind, known and unknown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.canonical import encode
from protocol.errors import LocalProtocolError, MalformedFrame, RemoteProtocolError
from protocol.exchange_limits import REASON_LIMIT_BYTES, RUNS_LIMIT
from protocol.identity import Scope
from protocol.items import (
    FEED_BRANCH_SET,
    JOINED,
    JOINED_LIMIT_BYTES,
    RESULTS,
    decode_item,
    decode_items,
    encode_item,
    join_items,
)
from protocol.messages import (
    ExtractItem,
    ExtractsHeld,
    FeedOpening,
    FeedSet,
    FeedStubs,
    Item,
    Result,
    Results,
    SetItem,
    UnknownItem,
    Verdict,
)
from tests.protocol import exchange_strategies as some
from tests.protocol.test_message_codecs import CERTIFICATE, LIST, WIRE_KEY
from tests.support.vectors import vectors

SCOPES = (Scope(b"common-0", 0), Scope(b"fonds-01", 0), Scope(b"fonds-01", 1))
ITEMS: dict[str, Item] = {
    "set": SetItem(b"a set as it travels"),
    "feed-set": FeedSet(SCOPES[1], b"a set as it travels"),
    "feed-set-of-branch": FeedSet(SCOPES[1], b"a set as it travels", b"B" * 16),
    "feed-stubs": FeedStubs(SCOPES[2], 118, 4),
    "feed-opening": FeedOpening(SCOPES[0], 2, 1, 1, 4711, b"C" * 32),
    "results": Results(
        130,
        (
            Result(118, 2, Verdict.APPLIED),
            Result(120, 1, Verdict.QUARANTINED, "scope"),
            Result(121, 200, Verdict.DUPLICATE),
        ),
    ),
    "trust-list": LIST,
    "certificate": CERTIFICATE,
    "box-key": WIRE_KEY,
    "unknown": UnknownItem(99, b"of a later version"),
}
each_item = pytest.mark.parametrize("item", ITEMS.values(), ids=ITEMS)


def test_items_are_their_golden_vectors(pytestconfig: pytest.Config) -> None:
    encoded = {name: encode_item(item, SCOPES) for name, item in ITEMS.items()}
    encoded["joined"] = join_items([encoded["results"], encoded["feed-stubs"]])
    stored = vectors(pytestconfig, "v1/items.txt", encoded)
    assert stored == encoded
    for name, item in ITEMS.items():
        assert decode_item(stored[name], SCOPES) == item
    joined = (ITEMS["results"], ITEMS["feed-stubs"])
    assert decode_items(stored["joined"], SCOPES) == joined


@given(some.items(SCOPES))
def test_what_is_encoded_decodes_to_the_same(item: Item) -> None:
    data = encode_item(item, SCOPES)
    assert decode_item(data, SCOPES) == item
    assert decode_items(data, SCOPES) == (item,)
    assert encode_item(decode_item(data, SCOPES), SCOPES) == data


@given(st.lists(some.items(SCOPES), max_size=5))
def test_several_items_share_a_frame(items: list[Item]) -> None:
    plain = join_items([encode_item(item, SCOPES) for item in items])
    assert decode_items(plain, SCOPES) == tuple(items)


@each_item
def test_an_item_that_is_cut_is_refused_unless_it_ends_in_open_bytes(
    item: Item,
) -> None:
    whole = encode_item(item, SCOPES)
    for length in range(len(whole)):
        try:
            other = decode_item(whole[:length], SCOPES)
        except RemoteProtocolError:
            continue
        assert isinstance(
            other, (SetItem, FeedSet, ExtractItem, ExtractsHeld, UnknownItem)
        )
        assert other != item


def test_joined_items_that_are_cut_are_refused() -> None:
    whole = join_items([encode_item(item, SCOPES) for item in ITEMS.values()])
    ends = {1}
    for item in ITEMS.values():
        ends.add(max(ends) + 2 + len(encode_item(item, SCOPES)))
    for length in range(1, len(whole)):
        if length in ends:
            assert len(decode_items(whole[:length], SCOPES)) < len(ITEMS)
        else:
            with pytest.raises(RemoteProtocolError):
                decode_items(whole[:length], SCOPES)


@given(st.binary(max_size=200))
def test_any_bytes_are_refused_or_canonical(data: bytes) -> None:
    try:
        item = decode_item(data, SCOPES)
    except RemoteProtocolError:
        return
    assert encode_item(item, SCOPES) == data


@pytest.mark.parametrize("data", [b"", b"\0", b"\0text", bytes((JOINED,))])
def test_a_frame_without_an_item_is_refused(data: bytes) -> None:
    with pytest.raises(MalformedFrame):
        decode_item(data, SCOPES)


def test_joined_items_are_not_joined_again() -> None:
    joined = join_items([b"\x01a", b"\x01b"])
    with pytest.raises(LocalProtocolError):
        join_items([joined, b"\x01c"])
    nested = bytes((JOINED,)) + len(joined).to_bytes(2, "big") + joined
    with pytest.raises(MalformedFrame):
        decode_items(nested, SCOPES)


def test_a_joined_item_at_its_limit_and_above() -> None:
    longest = b"\x01" + bytes(JOINED_LIMIT_BYTES - 1)
    items = decode_items(join_items([longest, b"\x01a"]), SCOPES)
    assert items == (SetItem(longest[1:]), SetItem(b"a"))
    with pytest.raises(LocalProtocolError):
        join_items([longest + b"\0", b"\x01a"])
    with pytest.raises(LocalProtocolError):
        join_items([b"", b"\x01a"])


@pytest.mark.parametrize("kind", [2, 3, 4, 5])
def test_a_scope_that_the_hello_does_not_name_is_refused(kind: int) -> None:
    for index in (len(SCOPES), 65_535):
        with pytest.raises(MalformedFrame):
            decode_item(bytes((kind,)) + index.to_bytes(2, "big") + b"rest", SCOPES)
    with pytest.raises(MalformedFrame):
        decode_item(bytes((kind, 0)), SCOPES)
    with pytest.raises(LocalProtocolError):
        encode_item(FeedStubs(Scope(b"unnamed!", 0), 1, 1), SCOPES)


def test_a_set_of_a_branch_names_its_branch() -> None:
    with pytest.raises(MalformedFrame):
        decode_item(bytes((FEED_BRANCH_SET, 0, 0)) + b"B" * 15, SCOPES)


def test_runs_of_results_at_their_limit_and_above() -> None:
    run = Result(1, 1, Verdict.APPLIED)
    at_limit = Results(1, (run,) * RUNS_LIMIT)
    assert decode_item(encode_item(at_limit)) == at_limit
    with pytest.raises(RemoteProtocolError):
        decode_item(encode_item(Results(1, (run,) * (RUNS_LIMIT + 1))))


def test_a_reason_at_its_limit_and_above() -> None:
    at_limit = Results(1, (Result(1, 1, 5, "r" * REASON_LIMIT_BYTES),))
    assert decode_item(encode_item(at_limit)) == at_limit
    above = Results(1, (Result(1, 1, 5, "r" * (REASON_LIMIT_BYTES + 1)),))
    with pytest.raises(LocalProtocolError):
        encode_item(above)
    row = (1, 1, 5, "r" * (REASON_LIMIT_BYTES + 1))
    with pytest.raises(RemoteProtocolError):
        decode_item(bytes((RESULTS,)) + encode((1, (row,))))


def test_an_empty_reason_is_left_out() -> None:
    for row in ((1, 1, 5, ""), (1, 1, 5, "r", 0), (0, 1, 5), (1, 0, 5), (1, 1, 0)):
        with pytest.raises(RemoteProtocolError):
            decode_item(bytes((RESULTS,)) + encode((1, (row,))))
