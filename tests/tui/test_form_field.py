"""A field of a form: every letter stays, the caret stands where the eye expects it."""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from textual.events import Click, Paste
from textual.geometry import Offset

from tests.support.desks import keys, settled, shown, typed
from tests.support.real_data import real_data_folder
from tests.support.sample_screen import field_of, sample, screen_of
from tui.display import drawn_alike
from tui.widgets.form_field import as_typed, half_width
from tui.widgets.line_editor import LineEditor
from tui.widgets.wrapping import column_of, line_of, place_at, wrapped

LETTERS = st.text(
    st.one_of(
        st.sampled_from("关于印发〔2024〕号·“”…—①é ab1　"),
        st.sampled_from("ᠮᠣᠩᠭᠣᠯ\u180e\u180b\u200d\u0301\ufe0f👨👩\u202e\x00\t\n"),
        st.characters(),
    ),
    max_size=60,
)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("insert"), LETTERS),
        st.sampled_from(
            [("rub_left", ""), ("rub_right", ""), ("left", ""), ("right", "")]
        ),
    ),
    max_size=30,
)


@given(STEPS)
def test_a_caret_never_leaves_the_text_nor_stands_inside_a_letter(
    steps: list[tuple[str, str]],
) -> None:
    editor = LineEditor()
    for name, letters in steps:
        before = editor.text
        match name:
            case "insert":
                editor.insert(letters)
                assert len(editor.text) == len(before) + len(letters)
            case "rub_left":
                editor.rub_left()
                assert len(editor.text) <= len(before)
            case "rub_right":
                editor.rub_right()
                assert len(editor.text) <= len(before)
            case "left":
                editor.caret = editor.left_of(editor.caret)
            case _:
                editor.caret = editor.right_of(editor.caret)
        assert 0 <= editor.caret <= len(editor.text)
        if 0 < editor.caret < len(editor.text):
            at = editor.text[editor.caret]
            assert not unicodedata.category(at).startswith("M")


@given(LETTERS, LETTERS)
def test_what_is_typed_and_rubbed_out_leaves_what_was_there(
    before: str, letters: str
) -> None:
    editor = LineEditor(before, len(before))
    editor.insert(letters)
    while len(editor.text) > len(before):
        editor.rub_left()
    assert before.startswith(editor.text)


@given(LETTERS, st.integers(2, 40))
def test_lines_follow_each_other_and_fit(text: str, columns: int) -> None:
    drawn = drawn_alike(text)
    assert len(drawn) == len(text)
    lines = wrapped(drawn, columns)
    assert lines[0][0] == 0
    assert lines[-1][1] == len(text)
    assert all(a[1] == b[0] for a, b in pairwise(lines))
    assert all(cell_len(drawn[start:end]) <= columns for start, end in lines)


@given(LETTERS, st.integers(2, 40))
def test_every_place_is_found_again_by_its_line_and_column(
    text: str, columns: int
) -> None:
    drawn = drawn_alike(text)
    lines = wrapped(drawn, columns)
    for place in range(len(text) + 1):
        line = line_of(lines, place)
        column = column_of(drawn, lines, place)
        assert 0 <= column <= columns
        found = place_at(drawn, lines, line, column)
        assert column_of(drawn, lines, found) == column or cell_len(drawn[place:]) == 0


@given(st.text())
def test_what_is_pasted_is_one_line_without_controls(piece: str) -> None:
    line = as_typed(piece)
    assert not re.search("[\x00-\x1f\x7f-\x9f\u2028\u2029]", line)
    kept = re.sub("[\x00-\x20\x7f-\x9f\u2028\u2029]", "", piece)
    assert line.replace(" ", "") == kept


def test_codes_are_taken_in_half_width() -> None:
    assert half_width("０００１-ＷＳ·２０２４") == "0001-WS·2024"


async def test_a_burst_of_composed_characters_arrives_whole() -> None:
    """An input method commits many characters at once."""
    text = "关于印发《科尔沁区二〇二四年防汛抗旱工作实施方案》的通知" * 6
    async with sample() as pilot:
        await typed(pilot, text)
        assert field_of(pilot).text == text
        assert screen_of(pilot).changes[-1] == text
        assert "".join(line.strip() for line in shown(pilot)[1:8]).startswith("*题名")


async def test_text_that_is_pasted_over_lines_becomes_one_line() -> None:
    async with sample() as pilot:
        field_of(pilot).post_message(Paste("第一行\r第二行\r\n第三行\n\x1b[31m红"))
        await settled(pilot)
        assert field_of(pilot).text == "第一行 第二行 第三行 [31m红"


async def test_a_field_that_is_full_says_what_did_not_go_in() -> None:
    async with sample() as pilot:
        field = field_of(pilot)
        field.post_message(Paste("字" * 20_010))
        await settled(pilot)
        assert len(field.text) == 20_000
        assert any("10 个字没有放进去" in line for line in shown(pilot))


async def test_enter_and_the_arrows_go_from_field_to_field_to_the_commands() -> None:
    async with sample() as pilot:
        await keys(pilot, "enter")
        assert field_of(pilot, "date").has_focus
        await keys(pilot, "up")
        assert field_of(pilot).has_focus
        await keys(pilot, "enter", "enter")
        assert pilot.app.screen.query_one("#commands").has_focus


async def test_digits_and_letters_in_a_field_are_text_and_f_keys_are_commands() -> None:
    async with sample() as pilot:
        await typed(pilot, "12ab")
        await keys(pilot, "f2")
        assert field_of(pilot).text == "12ab"
        assert screen_of(pilot).done == ["1"]


async def test_the_cursor_of_the_terminal_stands_at_the_caret() -> None:
    """The window of an input method opens beside it."""
    async with sample() as pilot:
        await typed(pilot, "防汛“a")
        assert pilot.app.cursor_position == Offset(14 + 4 + 1 + 1, 1)
        await keys(pilot, "home")
        assert pilot.app.cursor_position == Offset(14, 1)


async def test_up_and_down_walk_the_lines_of_a_long_text_by_columns() -> None:
    async with sample() as pilot:
        await typed(pilot, "字" * 40)
        field = field_of(pilot)
        await keys(pilot, "up")
        assert field.editor.caret == 8
        await keys(pilot, "down", "down")
        assert field_of(pilot, "date").has_focus


async def test_the_mouse_puts_the_caret_where_it_points() -> None:
    async with sample() as pilot:
        await typed(pilot, "防汛方案")
        await pilot.click("#field-title", offset=(14 + 4, 0))
        await settled(pilot)
        await typed(pilot, "抗旱")
        assert field_of(pilot).text == "防汛抗旱方案"


async def test_a_window_of_forty_columns_shows_and_keeps_everything() -> None:
    async with sample(size=(40, 12)) as pilot:
        await typed(pilot, "关于做好防汛工作的通知" * 4)
        await pilot.resize_terminal(12, 4)
        await settled(pilot)
        await pilot.resize_terminal(80, 24)
        await settled(pilot)
        assert field_of(pilot).text == "关于做好防汛工作的通知" * 4
        assert any("关于做好" in line for line in shown(pilot))


async def test_what_was_offered_is_typed_over_or_accepted() -> None:
    async with sample() as pilot:
        field = field_of(pilot)
        field.offer("旗政府")
        await typed(pilot, "区委")
        assert field.text == "区委"


MONGOLIAN = "ᠮᠣᠩᠭᠣᠯ ᠬᠡᠯᠡ\u180eᠨᠢ"


@pytest.mark.parametrize("letter", ["\u3000", "\u202f", "\u180e", "\ue815", "𠮷"])
async def test_letters_that_python_calls_unprintable_are_typed(letter: str) -> None:
    """Wide blank, narrow blank, vowel separator, a rare character of a private font."""
    async with sample() as pilot:
        await typed(pilot, f"王{letter}某")
        assert field_of(pilot).text == f"王{letter}某"


async def test_mongolian_is_kept_letter_by_letter_and_drawn_as_signs() -> None:
    async with sample() as pilot:
        await typed(pilot, MONGOLIAN)
        assert field_of(pilot).text == MONGOLIAN
        assert not any("\u1820" <= c <= "\u18aa" for line in shown(pilot) for c in line)
        await keys(pilot, *["backspace"] * 40)
        assert field_of(pilot).text == ""


def naughty() -> list[str]:
    folder = real_data_folder()
    if folder is None:
        return []
    found = []
    for path in sorted(folder.glob("naughty_strings/*.txt")):
        lines = path.read_text("utf-8", "surrogateescape").splitlines()
        found += [line for line in lines if line and not line.startswith("#")]
    return found


@pytest.mark.realdata
@pytest.mark.skipif(not naughty(), reason="no naughty strings beside the repository")
async def test_naughty_strings_are_kept_and_break_no_line() -> None:
    async with sample() as pilot:
        field = field_of(pilot)
        for text in naughty():
            field.put("")
            field.type_in(text)
            assert field.text == as_typed(text)
            width = field.size.width
            for y in range(max(1, field.size.height)):
                assert field.render_line(y).cell_length == width


async def test_a_click_message_on_a_line_that_is_gone_does_no_harm() -> None:
    async with sample() as pilot:
        field = field_of(pilot)
        field.on_click(Click(field, 3, 9, 0, 0, 1, False, False, False))
        assert field.editor.caret == 0
