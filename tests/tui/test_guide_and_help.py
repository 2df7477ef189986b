"""The guide and F1: what a newcomer reads first."""

from __future__ import annotations

from pathlib import Path

from tests.support.desks import at_desk, keys, room_desk, shown


async def test_enter_turns_the_five_pages_and_then_leads_home(tmp_path: Path) -> None:
    async with room_desk(tmp_path) as desk, at_desk(desk) as pilot:
        await pilot.app.open("guide")  # type: ignore[attr-defined]
        await keys(pilot)
        for page in range(1, 6):
            assert f"第{page}页" in shown(pilot)[0]
            await keys(pilot, "enter")
        assert "今日工作" in shown(pilot)[0]


async def test_digits_in_the_guide_count_once(tmp_path: Path) -> None:
    async with room_desk(tmp_path) as desk, at_desk(desk) as pilot:
        await pilot.app.open("guide")  # type: ignore[attr-defined]
        await keys(pilot, "1", "enter")
        assert "第2页" in shown(pilot)[0]
        await keys(pilot, "2", "enter")
        assert "第1页" in shown(pilot)[0]
        await keys(pilot, "0", "enter")
        assert "今日工作" in shown(pilot)[0]


async def test_f1_in_a_form_quotes_the_rule_of_the_current_field(
    tmp_path: Path,
) -> None:
    async with room_desk(tmp_path) as desk, at_desk(desk, first="entry") as pilot:
        await keys(pilot, "f1")
        text = "\n".join(shown(pilot))
        assert "【年度】" in text
        assert "DA/T 22-2015" in text
        assert "例:2020" in text


async def test_f1_of_a_list_says_what_the_screen_is_for(tmp_path: Path) -> None:
    async with room_desk(tmp_path) as desk, at_desk(desk, first="filing") as pilot:
        await keys(pilot, "f1")
        assert "【整理归档】" in "\n".join(shown(pilot))
        await keys(pilot, "escape")
        assert "整理归档" in shown(pilot)[0]


async def test_enter_typed_before_the_desk_stood_counts_as_enter(
    tmp_path: Path,
) -> None:
    """A terminal in its own mode hands Enter over as a newline."""
    async with room_desk(tmp_path) as desk, at_desk(desk) as pilot:
        await keys(pilot, "4", "ctrl+j")
        assert "整理归档" in shown(pilot)[0]
