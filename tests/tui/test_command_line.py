"""Digits and Enter do everything, from every place and in every width."""

from __future__ import annotations

import pytest

from tests.support.desks import keys, settled, shown, typed
from tests.support.sample_screen import field_of, ledger_of, sample, screen_of
from tui.widgets.command_line import CommandLine


def line_of_commands(lines: list[str]) -> str:
    return next(line for line in reversed(lines) if line.strip())


async def test_full_width_digits_are_digits() -> None:
    """An input method that was left in full width writes １ for 1."""
    async with sample() as pilot:
        ledger_of(pilot).focus()
        await typed(pilot, "１２")
        assert "请选:12" in line_of_commands(shown(pilot))
        await keys(pilot, "enter")
        assert screen_of(pilot).done == ["12"]


async def test_letters_are_never_commands() -> None:
    async with sample() as pilot:
        ledger_of(pilot).focus()
        await typed(pilot, "abq防汛")
        await keys(pilot, "enter")
        assert screen_of(pilot).done == []


async def test_digits_that_mean_nothing_are_told() -> None:
    async with sample() as pilot:
        ledger_of(pilot).focus()
        await keys(pilot, "7", "enter")
        assert screen_of(pilot).done == []
        assert any("没有 7 这一项" in line for line in shown(pilot))
        assert ledger_of(pilot).has_focus


async def test_esc_forgets_digits_before_it_steps_back() -> None:
    async with sample() as pilot:
        ledger_of(pilot).focus()
        await keys(pilot, "1", "escape")
        assert screen_of(pilot).done == []
        await keys(pilot, "escape")
        assert screen_of(pilot).done == ["back"]


async def test_backspace_takes_a_digit_back() -> None:
    async with sample() as pilot:
        ledger_of(pilot).focus()
        await keys(pilot, "1", "2", "backspace", "enter")
        assert screen_of(pilot).done == ["1"]


async def test_the_chords_of_the_library_do_nothing() -> None:
    async with sample() as pilot:
        await typed(pilot, "防汛")
        await keys(pilot, "ctrl+q", "ctrl+c", "ctrl+p", "ctrl+z")
        assert pilot.app.is_running
        assert field_of(pilot).text == "防汛"


async def test_a_command_answers_the_mouse() -> None:
    async with sample() as pilot:
        line = pilot.app.screen.query_one("#commands", CommandLine)
        row = shown(pilot)[line.region.y]
        column = len(row[: row.index("12")].encode("gbk"))
        await pilot.click("#commands", offset=(column, 0))
        await settled(pilot)
        assert screen_of(pilot).done == ["12"]


@pytest.mark.parametrize("columns", [80, 40, 30, 20])
async def test_the_prompt_is_always_seen(columns: int) -> None:
    async with sample(size=(columns, 24)) as pilot:
        ledger_of(pilot).focus()
        await keys(pilot, "1")
        assert any("请选:1" in line for line in shown(pilot))
