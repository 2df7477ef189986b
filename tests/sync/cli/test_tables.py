"""Columns on a terminal."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sync.cli.tables import cells, cut, padded, pairs, shown, size_text, table, wrapped


def test_a_chinese_character_takes_two_cells_and_an_ambiguous_one_takes_one() -> None:
    assert cells("档号") == 4
    assert cells("WS·2019") == 7
    assert cells("e\u0301") == 1
    assert cells("\u1820\u180b") == 1


def test_text_is_cut_to_cells_and_the_cut_is_marked() -> None:
    assert cut("关于做好防汛工作的通知", 9) == "关于做好…"
    assert cut("关于", 4) == "关于"
    assert cells(cut("关于做好防汛", 8)) <= 8


def test_columns_stand_under_each_other() -> None:
    lines = table(("档号", "题名"), [("0001-1", "甲"), ("9", "防汛通知")], 80)
    assert lines == ["档号    题名", "0001-1  甲", "9       防汛通知"]


def test_the_widest_column_gives_way() -> None:
    lines = table(("编号", "题名"), [("K3Q7ZT-1204-M", "关于" * 60)], 60)
    assert all(cells(line) <= 60 for line in lines)
    assert "K3Q7ZT-1204-M" in lines[1]
    assert lines[1].endswith("…")


def test_no_control_character_reaches_the_terminal() -> None:
    hostile = "甲\x1b[2J\x07乙\u202e丙\n丁\x9b"
    assert not {"\x1b", "\x07", "\u202e", "\n", "\x9b"} & set(shown(hostile))
    assert "甲" in shown(hostile)


@given(st.text(max_size=60), st.integers(2, 40))
def test_any_text_fits_its_width(text: str, width: int) -> None:
    safe = shown(text)
    assert cells(cut(safe, width)) <= width
    assert cells(padded(cut(safe, width), width)) == width


@given(st.text(alphabet="关于,。、ab ", max_size=80), st.integers(10, 40))
def test_wrapping_loses_nothing_but_spaces(text: str, width: int) -> None:
    pieces = wrapped(text, width)
    assert "".join(pieces).replace(" ", "") == text.replace(" ", "")
    assert all(cells(piece) <= width for piece in pieces)


def test_labels_and_values_are_aligned() -> None:
    lines = pairs([("题名", "甲"), ("保管期限", "永久")], 80)
    assert lines == ["题名      甲", "保管期限  永久"]


def test_sizes_are_for_people() -> None:
    assert size_text(812) == "812 B"
    assert size_text(16_800) == "16.8 KB"
    assert size_text(1_240_000) == "1.2 MB"
