"""Values side by side: columns where there is room, differences in sight and marked."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from rich.text import Text
from textual.app import App, ComposeResult

from tui.differing import difference
from tui.widgets.sides import SideColumn, Sides

BASE = "关于做好2020年防汛工作的通知"
FIRST = "关于做好2020年防汛抗旱工作的通知"
SECOND = "关于做好2021年防汛工作的通知"


class _Shelf(App[None]):
    def compose(self) -> ComposeResult:
        yield Sides()


@asynccontextmanager
async def sides(columns: Sequence[SideColumn], width: int) -> AsyncIterator[Sides]:
    app = _Shelf()
    async with app.run_test(size=(width, 24)) as pilot:
        shown = app.query_one(Sides)
        shown.show(columns)
        await pilot.pause()
        yield shown


def three() -> list[SideColumn]:
    return [
        SideColumn("基准", BASE),
        SideColumn("甲", FIRST, difference(BASE, FIRST).second, ("乌兰 甲室",)),
        SideColumn("乙", SECOND, difference(BASE, SECOND).second, ("张敏 乙室",)),
    ]


def marked(shown: Text) -> list[str]:
    return [shown.plain[span.start : span.end] for span in shown.spans if span.end]


async def test_three_values_stand_side_by_side_in_eighty_columns() -> None:
    async with sides(three(), 80) as shown:
        lines = shown.render().plain.splitlines()
        assert [title in lines[0] for title in ("基准", "甲", "乙")] == [True] * 3
        assert "乌兰 甲室" in lines[-1]
        assert "张敏 乙室" in lines[-1]
        assert all(len(line) <= 80 for line in lines)
        assert shown.size.height == len(lines)
        pieces = marked(shown.render())
        assert "抗旱" in pieces
        assert "1" in pieces


async def test_a_narrow_window_has_them_below_each_other() -> None:
    async with sides(three(), 40) as shown:
        lines = shown.render().plain.splitlines()
        assert lines[0] == "基准"
        assert "乙" in [line.strip() for line in lines]


async def test_of_a_long_text_the_difference_is_in_sight() -> None:
    text = "一" * 300 + "乙方改了这里" + "二" * 300
    columns = [
        SideColumn("甲", text, ((300, 306),)),
        SideColumn("乙", "一" * 600, ()),
    ]
    async with sides(columns, 80) as shown:
        drawn = shown.render().plain
        assert "乙方改了这里" in drawn
        assert "…一" in drawn
        assert len(drawn.splitlines()) <= 6
