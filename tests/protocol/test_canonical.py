"""One value, one sequence of bytes; and no memory for lengths that are only claimed."""

from __future__ import annotations

from typing import Any

import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.canonical import check_shape, decode, encode, first_item_bytes, unpack
from protocol.errors import (
    FrameTooLarge,
    LocalProtocolError,
    MalformedFrame,
    NotCanonical,
    RemoteProtocolError,
)
from protocol.limits import ARRAY_LIMIT, DEPTH_LIMIT

TABLE: list[tuple[Any, str]] = [
    (None, "c0"),
    (False, "c2"),
    (True, "c3"),
    (0, "00"),
    (127, "7f"),
    (128, "cc80"),
    (255, "ccff"),
    (256, "cd0100"),
    (65_535, "cdffff"),
    (65_536, "ce00010000"),
    (2**31 - 1, "ce7fffffff"),
    (2**31, "ce80000000"),
    (2**32 - 1, "ceffffffff"),
    (2**32, "cf0000000100000000"),
    (2**53, "cf0020000000000000"),
    (2**63 - 1, "cf7fffffffffffffff"),
    (2**64 - 1, "cfffffffffffffffff"),
    (-1, "ff"),
    (-32, "e0"),
    (-33, "d0df"),
    (-129, "d1ff7f"),
    (-(2**63), "d38000000000000000"),
    ("", "a0"),
    ("档", "a3e6a1a3"),
    ("\0", "a100"),
    ("é", "a2c3a9"),
    ("e\u0301", "a365cc81"),
    ("x" * 32, "d920" + "78" * 32),
    (b"", "c400"),
    (b"\xff", "c401ff"),
    ((), "90"),
    ((1, ("a", b"b"), None), "9301" + "92" + "a161" + "c40162" + "c0"),
    ((0,) * 16, "dc0010" + "00" * 16),
]
each_row = pytest.mark.parametrize(("value", "coded"), TABLE, ids=[c for _, c in TABLE])
canonical_values: st.SearchStrategy[Any] = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(2**63), 2**64 - 1),
        st.text(st.characters(exclude_categories=["Cs"])),
        st.binary(),
    ),
    lambda inner: st.lists(inner, max_size=5).map(tuple),
    max_leaves=20,
)


def nested(depth: int) -> Any:
    value: Any = ()
    for _ in range(depth - 1):
        value = (value,)
    return value


@each_row
def test_the_table_encodes(value: Any, coded: str) -> None:
    assert encode(value).hex() == coded


@each_row
def test_the_table_decodes(value: Any, coded: str) -> None:
    assert decode(bytes.fromhex(coded)) == value


@each_row
def test_bytes_cut_anywhere_are_refused(value: Any, coded: str) -> None:
    data = bytes.fromhex(coded)
    for end in range(len(data)):
        with pytest.raises(MalformedFrame):
            decode(data[:end])


@each_row
def test_trailing_bytes_are_refused(value: Any, coded: str) -> None:
    with pytest.raises(MalformedFrame):
        decode(bytes.fromhex(coded) + b"\x00")


@given(canonical_values)
def test_values_come_back(value: Any) -> None:
    try:
        data = encode(value)
    except LocalProtocolError:
        return
    assert decode(data) == value
    check_shape(data)
    assert first_item_bytes(data + b"and more") == len(data)


@given(st.binary(max_size=40))
def test_what_decodes_encodes_to_the_same_bytes(data: bytes) -> None:
    try:
        value = decode(data)
    except RemoteProtocolError:
        return
    assert encode(value) == data


@pytest.mark.parametrize(
    "coded",
    ["cc01", "cd0001", "ce00000001", "cf0000000000000001", "d001", "d9016b", "c50000",
     "dc0000", "dd00000000", "da00016b", "db000000016b", "d3ffffffffffffffff"],
)  # fmt: skip
def test_a_longer_form_is_not_canonical(coded: str) -> None:
    with pytest.raises(NotCanonical):
        decode(bytes.fromhex(coded))


@pytest.mark.parametrize(
    "coded",
    ["80", "8101c0", "de0000", "df00000000", "ca00000000", "cb0000000000000000",
     "c70000", "c70001", "d40000", "d6ff00000000", "c1", "a1ff", "a3eda080",
     "91ca00000000", "9180", "91d40000"],
)  # fmt: skip
def test_forbidden_types_are_refused(coded: str) -> None:
    """Maps, floats, extensions, and text that is not UTF-8."""
    with pytest.raises(RemoteProtocolError):
        decode(bytes.fromhex(coded))


@pytest.mark.parametrize(
    "value", [1.0, {}, [], {1: 2}, (1, [2]), 2**64, -(2**63) - 1, "\ud800", ((1.5,),)]
)
def test_values_without_a_form_are_our_own_mistake(value: Any) -> None:
    with pytest.raises(LocalProtocolError):
        encode(value)


def test_depth_at_the_limit_and_past_it() -> None:
    assert decode(encode(nested(DEPTH_LIMIT))) == nested(DEPTH_LIMIT)
    with pytest.raises(LocalProtocolError):
        encode(nested(DEPTH_LIMIT + 1))
    with pytest.raises(FrameTooLarge):
        decode(b"\x91" * DEPTH_LIMIT + b"\x90")
    with pytest.raises(FrameTooLarge):
        decode(b"\x91" * 5_000 + b"\x90")
    with pytest.raises(FrameTooLarge):
        check_shape(b"\x91" * DEPTH_LIMIT + b"\x90")


def test_length_at_the_limit_and_past_it() -> None:
    at_the_limit = (None,) * ARRAY_LIMIT
    assert unpack(encode(at_the_limit)) == at_the_limit
    with pytest.raises(FrameTooLarge):
        unpack(msgpack.packb([None] * (ARRAY_LIMIT + 1)))


def test_an_array_behind_the_quick_limit_is_looked_at_first() -> None:
    inner = (None,) * 5_000
    assert decode(encode((inner, inner))) == (inner, inner)
    with pytest.raises(MalformedFrame):
        decode(encode((inner, inner))[:-1])


@pytest.mark.parametrize("coded", ["", "91", "a5"])
def test_the_size_of_a_cut_item_is_not_known(coded: str) -> None:
    with pytest.raises(MalformedFrame):
        first_item_bytes(bytes.fromhex(coded))
