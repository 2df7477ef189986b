"""A ledger of half a million rows: only what is in sight is fetched and drawn."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.style import Style

from tests.support.desks import keys, settled, shown
from tests.support.sample_screen import ROWS, ledger_of, sample, screen_of
from tui.port.settings import Settings, Spacing
from tui.widgets.ledger import MOST_WINDOWS, WINDOW_ROWS
from tui.widgets.ledger_cells import (
    Column,
    Line,
    cell_segments,
    first_line,
    fitted_widths,
    second_line,
)

TEXT = st.text(st.one_of(st.sampled_from("关于“文件”…·①ab1 "), st.characters()))
PLAIN = (Style(), Style())


@given(TEXT, st.integers(1, 40), st.booleans(), st.booleans())
def test_a_cell_is_exactly_as_wide_as_its_column(
    text: str, width: int, is_right: bool, is_cut_left: bool
) -> None:
    text = "".join(each for each in text if cell_len(each) > 0)
    column = Column("题名", width, is_right=is_right, is_cut_left=is_cut_left)
    segments = cell_segments(text, width, column, PLAIN, ((0, 2), (1, 30)))
    assert sum(cell_len(part.text) for part in segments) == width


@given(TEXT, st.integers(1, 40))
def test_two_lines_hold_the_text_without_a_gap(text: str, width: int) -> None:
    columns = (Column("题名", 4, share=1), Column("日期", 8))
    line = Line("1", (text, "20240101"), hits=(((0, len(text)),),))
    first = first_line(line, columns, (width, 8))
    second, hits = second_line(line, columns, (width, 8))
    assert first[0] + second[0] == text
    assert cell_len(first[0]) <= max(width, 2)
    assert second[1] == ""
    assert all(0 <= a < b <= len(second[0]) for a, b in hits[0])


@given(
    st.lists(st.tuples(st.integers(1, 20), st.integers(0, 3), st.integers(0, 3))),
    st.integers(10, 120),
)
def test_columns_fit_or_only_those_that_must_stay_are_left(
    made: list[tuple[int, int, int]], width: int
) -> None:
    columns = [Column("", wide, share=share, rank=rank) for wide, share, rank in made]
    widths = fitted_widths(columns, width)
    assert len(widths) == len(columns)
    stays = [c for c, got in zip(columns, widths, strict=True) if got]
    if any(column.rank for column in stays):
        assert sum(got + 1 for got in widths if got) <= width


async def test_only_windows_in_sight_are_fetched() -> None:
    async with sample() as pilot:
        ledger_of(pilot).focus()
        await keys(pilot, "end")
        assert ledger_of(pilot).current == ROWS - 1
        assert screen_of(pilot).fetched == [0, ROWS - WINDOW_ROWS]
        assert any("第499999号" in line for line in shown(pilot))
        await keys(pilot, "home", "pagedown")
        neighbours = {0, WINDOW_ROWS, ROWS - WINDOW_ROWS}
        assert set(screen_of(pilot).fetched) <= neighbours


async def test_leafing_keeps_few_windows_however_far_one_goes() -> None:
    async with sample() as pilot:
        ledger = ledger_of(pilot)
        for row in range(0, ROWS, ROWS // 40):
            ledger.go_to(row)
            await settled(pilot)
        assert len(ledger._windows) <= MOST_WINDOWS
        assert ledger.current_line is not None


async def test_enter_opens_the_current_row_and_space_marks() -> None:
    async with sample() as pilot:
        ledger_of(pilot).focus()
        await keys(pilot, "down", "space", "space", "enter")
        assert list(ledger_of(pilot).marks) == ["1", "2"]
        assert screen_of(pilot).opened == ["3"]


async def test_digits_on_a_ledger_are_commands() -> None:
    async with sample() as pilot:
        ledger_of(pilot).focus()
        await keys(pilot, "1", "2", "enter")
        assert screen_of(pilot).done == ["12"]
        assert ledger_of(pilot).has_focus
        assert screen_of(pilot).opened == []


async def test_the_mouse_chooses_and_a_second_click_opens() -> None:
    async with sample() as pilot:
        await pilot.click("#ledger", offset=(10, 5))
        assert ledger_of(pilot).current == 3
        await pilot.click("#ledger", offset=(10, 5), times=2)
        await settled(pilot)
        assert screen_of(pilot).opened == ["3"]


async def test_rows_that_cannot_be_fetched_end_nothing() -> None:
    async with sample() as pilot:
        screen_of(pilot).failure = OSError(5, "Input/output error")
        ledger_of(pilot).focus()
        await keys(pilot, "end")
        assert any("[file]" in line for line in shown(pilot))
        screen_of(pilot).failure = None
        await keys(pilot, "up")
        assert any("第499998号" in line for line in shown(pilot))


async def test_what_is_read_anew_is_drawn_as_before_until_it_is_there() -> None:
    async with sample() as pilot:
        ledger = ledger_of(pilot)
        before = shown(pilot)
        ledger.show(ROWS, screen_of(pilot).fetch, keep_place=True)
        assert shown(pilot) == before
        await settled(pilot)
        assert shown(pilot) == before


async def test_large_spacing_gives_each_row_two_lines() -> None:
    async with sample(settings=Settings(spacing=Spacing.LARGE)) as pilot:
        lines = [n for n, line in enumerate(shown(pilot)) if "20200101" in line]
        assert len(lines) > 4
        assert {b - a for a, b in pairwise(lines)} == {2}


@pytest.mark.parametrize("size", [(40, 12), (20, 6), (160, 50), (9, 3)])
async def test_a_window_of_any_size_draws_lines_of_its_width(
    size: tuple[int, int],
) -> None:
    async with sample(size=size) as pilot:
        ledger = ledger_of(pilot)
        await keys(pilot, "end", "up")
        for y in range(ledger.size.height):
            assert ledger.render_line(y).cell_length == ledger.size.width


async def test_an_empty_ledger_answers_every_key() -> None:
    async with sample() as pilot:
        ledger = ledger_of(pilot)
        ledger.show(0, screen_of(pilot).fetch)
        ledger.focus()
        await keys(pilot, "end", "up", "pagedown", "space", "enter", "home")
        assert ledger.current == 0
        assert screen_of(pilot).opened == []
