"""Texts joined into columns, with marks for texts that follow from others."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.errors import FrameTooLarge, LocalProtocolError, MalformedFrame
from protocol.limits import WIDE_LIMIT_BYTES
from protocol.text_columns import (
    decode_wide,
    encode_wide,
    is_wide,
    join_texts,
    split_narrow,
    split_texts,
)
from tests.protocol.operation_strategies import texts

MARKED: list[tuple[list[str | None], str]] = [
    (["甲"], "甲"),
    (["甲", "乙"], "甲\n乙"),
    (["甲", "甲", "甲"], "甲\n\x1c\n\x1c"),
    (["0001", "0002", "0003"], "0001\n\x1f\n\x1f"),
    (["0009", "0010"], "0009\n\x1f"),
    (["0099", "0100"], "0099\n\x1f"),
    (["9", "10"], "9\n10"),
    (["99", "00"], "99\n00"),
    (["0001", "0003"], "0001\n0003"),
    (["0002", "0001"], "0002\n0001"),
    (["A-1-009", "A-2-001", "A-2-002"], "A-1-009\n\x1e\n\x1f"),
    (["1-1", "2-1"], "1-1\n\x1e"),
    (["9-1", "10-1"], "9-1\n10-1"),
    (["1年", "2年"], "1年\n2年"),
    (["０001", "０002"], "０001\n\x1f"),
    (["1" * 12 + "9", "1" * 11 + "20"], "1" * 12 + "9\n\x1f"),
    (["9" * 12, "1" + "0" * 11], "9" * 12 + "\n1" + "0" * 11),
    ([None, "a", None, None], "\x1d\na\n\x1d\n\x1d"),
    (["", "", "a"], "\n\na"),
    (["1", None, "2"], "1\n\x1d\n2"),
]
RESERVED = ["a\nb", "\x1c", "\x1d", "\x1e", "a\x1f"]


@pytest.mark.parametrize(("column", "joined"), MARKED)
def test_the_table_joins_and_splits(column: list[str | None], joined: str) -> None:
    found = join_texts(column)
    assert found is not None
    assert found[0] == joined
    assert list(split_texts(split_narrow(joined), 999)[0]) == column


@pytest.mark.parametrize("text", RESERVED)
def test_texts_with_reserved_characters_are_not_joined(text: str) -> None:
    assert join_texts([text]) is None
    assert join_texts(["a", text, None]) is None


@given(st.lists(st.one_of(st.none(), texts), min_size=1, max_size=12))
def test_columns_come_back(column: list[str | None]) -> None:
    found = join_texts(column)
    if found is None:
        assert any(text and any(c in text for c in "\n\x1c\x1d\x1e\x1f")
                   for text in column)  # fmt: skip
    else:
        assert list(split_texts(split_narrow(found[0]), 999)[0]) == column


@given(st.lists(st.from_regex(r"[a-]{0,2}[09]{1,3}-?[019]{1,10}", fullmatch=True),
                min_size=2, max_size=6))  # fmt: skip
def test_columns_of_numbers_come_back(column: list[str | None]) -> None:
    found = join_texts(column)
    assert found is not None
    assert list(split_texts(split_narrow(found[0]), 999)[0]) == column


@pytest.mark.parametrize(
    "joined",
    ["\x1c", "\x1f", "\x1d\n\x1f", "a\n\x1f", "9\n\x1f", "1\n\x1e", "9-1\n\x1e"],
)
def test_a_mark_that_stands_for_nothing_is_refused(joined: str) -> None:
    with pytest.raises(MalformedFrame):
        split_texts(split_narrow(joined), 999)


@given(st.lists(st.one_of(st.none(), texts), min_size=1, max_size=12))
def test_marks_stand_for_so_many_characters(column: list[str | None]) -> None:
    found = join_texts(column)
    if found is None:
        return
    joined, repeated = found
    assert split_texts(split_narrow(joined), repeated + 7) == (column, 7)
    if repeated:
        with pytest.raises(FrameTooLarge):
            split_texts(split_narrow(joined), repeated - 1)


def test_chinese_is_wide_and_numbers_are_narrow() -> None:
    assert is_wide("关于")
    assert is_wide("国发〔1973〕70号")
    assert not is_wide("0001-2-0001")
    assert not is_wide("WS·2020·D10·0001")
    assert not is_wide("")


def test_a_large_column_is_wide_only_where_that_is_not_longer() -> None:
    mixed = "a" * 5 + "关" * 5
    assert is_wide("a" * 4 + "关" * 4)
    assert is_wide(mixed * (WIDE_LIMIT_BYTES // 20))
    assert len((mixed * 900).encode()) > WIDE_LIMIT_BYTES
    longer = "a" * 6 + "关" * 5
    assert is_wide(longer)
    assert not is_wide(longer * 900)


def test_wide_columns_stand_behind_one_another() -> None:
    coded = encode_wide(["甲\n乙", "𠀀"])
    assert coded.hex() == "7532000a4e59000ad840dc00"
    assert decode_wide(coded) == ["甲", "乙", "𠀀"]


@pytest.mark.parametrize("found", [b"", b"\x75", b"\xd8\x40", b"\xdc\x00\x00a", "a", 1])
def test_wide_columns_that_are_not_utf_16_are_refused(found: object) -> None:
    with pytest.raises(MalformedFrame):
        decode_wide(found)


def test_lone_surrogates_are_our_own_mistake() -> None:
    with pytest.raises(LocalProtocolError):
        is_wide("\ud800")
