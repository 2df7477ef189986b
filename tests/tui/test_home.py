"""今日工作: the facts are those of the store, and stay so while things change."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from textual.pilot import Pilot

from node.catalogue.drafts import Draft, DraftKind
from node.home import Home
from node.machine import Machine
from tests.support.desks import CLERK, at_desk, keys, room_desk, settled, shown
from tests.support.processes import dangyi
from tests.support.wired_desks import CODE, WiredDesk, wired_desk
from tui.screens import home
from tui.widgets.fact_rows import FactRows
from tui.widgets.menu import Menu

_ANYWHERE = (
    "home", "carriage", "carriage_aside", "arrivals", "my_values", "queue",
    "decisions", "rooms",
)  # fmt: skip


def page(pilot: Pilot[int]) -> str:
    return "\n".join(shown(pilot))


def fact(pilot: Pilot[int], label: str) -> str:
    """The fact with that label."""
    for each in pilot.app.screen.query_one(FactRows).facts:
        if each.label == label:
            return each.text
    return ""


async def test_a_new_room_says_what_is_so(tmp_path: Path) -> None:
    async with room_desk(tmp_path) as desk, at_desk(desk) as pilot:
        await settled(pilot)
        assert fact(pilot, "待著录").startswith("没有")
        assert fact(pilot, "未上报").startswith("1 条改动")
        assert fact(pilot, "中心") == "还没有加入中心"
        assert fact(pilot, "上次上报") == "还没有上报过"
        assert "还没有和中心对过" in fact(pilot, "时钟")
        assert "全宗 1 个,案卷 0 卷,文件 0 件" in page(pilot)
        assert "0 退出" in page(pilot)


async def test_own_saves_and_those_of_another_process_are_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(home, "LOOK_SECONDS", 0.1)
    async with room_desk(tmp_path) as desk, at_desk(desk) as pilot:
        await settled(pilot)
        assert fact(pilot, "待归档") == "没有"
        await asyncio.to_thread(
            dangyi, tmp_path, "add", "题名=关于修路的请示", "--as", "张敏"
        )
        async with asyncio.timeout(20):
            while "1 件待归档" not in page(pilot):
                await pilot.pause(0.05)
        assert "文件 1 件" in page(pilot)


async def test_what_is_not_finished_waits_for_its_person(tmp_path: Path) -> None:
    async with room_desk(tmp_path) as desk:
        drafts = desk._machine.catalogue.drafts
        typed = {"title": "关于召开会议的通知"}
        await drafts.keep(CLERK, Draft(DraftKind.ENTRY, typed, fonds=CODE))
        async with at_desk(desk) as pilot:
            await settled(pilot)
            assert fact(pilot, "待著录").startswith("1 件没录完")
            assert "1 件没录完,可以接着录" in page(pilot)


async def test_what_came_from_elsewhere_is_told_until_it_is_looked_at(
    tmp_path: Path,
) -> None:
    async with wired_desk(tmp_path) as wired, at_desk(wired.desk) as pilot:
        await settled(pilot)
        await wired.tell(wired.machine.home.path, "sync")
        await wired.neighbour("乙室", "关于抗旱的通知", "关于防汛的通知")
        await wired.tell(wired.machine.home.path, "sync")
        await keys(pilot, "6", "enter")
        await keys(pilot, "escape")
        assert fact(pilot, "新到") == "乙室 2 件"
        await keys(pilot, "8", "enter")
        said = page(pilot)
        assert "关于抗旱的通知" in said
        assert "张敏" in said
        assert "新件" in said
        await keys(pilot, "0", "enter")
        assert fact(pilot, "新到") == ""


async def test_a_disagreement_is_counted_and_can_be_opened(tmp_path: Path) -> None:
    async with wired_desk(tmp_path) as wired:
        await _disagree(wired)
        async with at_desk(wired.desk) as pilot:
            await settled(pilot)
            assert fact(pilot, "我的值") == "待裁 1"
            await keys(pilot, "7", "enter")
            said = page(pilot)
            assert "待裁" in said
            assert "关于修路的请" in said
            await keys(pilot, "enter")
            assert "本室写的:关于修路的请示" in page(pilot)
            await keys(pilot, "escape", "5", "enter")
            await keys(pilot, "enter")
            said = page(pilot)
            assert "关于修桥的请示" in said.replace("\n", "")
            assert "由中心裁定" in said
            assert "取甲" not in said


async def test_a_wrong_clock_is_told(tmp_path: Path) -> None:
    async with wired_desk(tmp_path) as wired:
        await wired.tell(wired.machine.home.path, "sync")
        wired.machine.clock = _Stopped()
        async with at_desk(wired.desk) as pilot:
            await settled(pilot)
            assert fact(pilot, "时钟").startswith("不可信")
            assert "!时钟" in page(pilot)


async def test_arrows_and_enter_do_what_digits_do(tmp_path: Path) -> None:
    async with room_desk(tmp_path) as desk, at_desk(desk) as pilot:
        await settled(pilot)
        menu = pilot.app.screen.query_one(Menu)
        assert menu.has_focus
        await keys(pilot, "down", "down", "down", "down", "down", "enter")
        assert shown(pilot)[0].strip().startswith("上报")
        await keys(pilot, "escape")
        assert shown(pilot)[0].strip().startswith("今日工作")


@pytest.mark.parametrize("size", [(40, 24), (40, 10), (30, 8), (132, 43)])
@pytest.mark.parametrize("language", ["zh", "en"])
async def test_any_window_will_do(
    tmp_path: Path, size: tuple[int, int], language: str
) -> None:
    async with room_desk(tmp_path) as desk:
        for first in _ANYWHERE:
            async with at_desk(
                desk, first=first, size=size, language=language
            ) as pilot:
                await settled(pilot)
                assert shown(pilot)[0].strip()
                await keys(pilot, "down", "up", "pagedown")


async def test_a_hub_says_that_rooms_come_to_it(tmp_path: Path) -> None:
    machine = await Machine.init_hub(Home(tmp_path), "旗档案馆")
    await machine.close()
    async with room_desk(tmp_path) as desk, at_desk(desk) as pilot:
        await settled(pilot)
        assert fact(pilot, "中心") == "本机就是中心"
        assert fact(pilot, "待裁队列") == "没有"
        await keys(pilot, "6", "enter")
        assert "各室来上报" in page(pilot)
        assert "现在上报" not in page(pilot)


class _Stopped:
    """A clock whose battery is empty."""

    def now(self) -> int:
        return 1_000


async def _disagree(wired: WiredDesk) -> None:
    """Two machines change one title without knowing of each other."""
    room, other = wired.machine, wired.folder / "乙室"
    record = await room.catalogue.add(CLERK, CODE, {"title": "关于修理的请示"})
    await wired.tell(room.home.path, "sync")
    await wired.neighbour("乙室")
    await wired.tell(other, "set", record.id, "题名=关于修桥的请示", "--as", "张敏")
    await room.catalogue.set(CLERK, record.id, {"title": "关于修路的请示"})
    await wired.tell(other, "sync")
    await wired.tell(room.home.path, "sync")
