"""F6: what was saved last, what taking it back comes to, and taking it back."""

from __future__ import annotations

import asyncio
from pathlib import Path

from textual.pilot import Pilot

from node.search.query import Query
from protocol.operations import Actor
from tests.support.desks import CLERK, at_desk, keys, room_desk, shown
from tui.app import DeskApp
from tui.desk.machine_desk import MachineDesk
from tui.jobs import JobKind

OTHER = Actor("其其格")


async def enter(desk: MachineDesk, title: str, actor: Actor = CLERK) -> str:
    made = await desk._machine.catalogue.add(
        actor, None, {"title": title}, at_desk=True
    )
    return made.id


async def titles(desk: MachineDesk) -> list[str]:
    page = await desk._machine.catalogue.search(CLERK, Query((), {}, limit=50))
    return sorted(str(each.fields["title"]) for each in page.results)


async def undone(pilot: Pilot[int]) -> None:
    app = pilot.app
    if not isinstance(app, DeskApp):
        raise TypeError(app)
    job = app.jobs.get(JobKind.UNDO)
    if job is not None and job.task is not None:
        await asyncio.wait_for(job.task, 20)
    await keys(pilot)


def text_of(pilot: Pilot[int]) -> str:
    return "\n".join(shown(pilot))


async def test_the_last_save_is_taken_back_in_four_keys(tmp_path: Path) -> None:
    async with room_desk(tmp_path) as desk:
        await enter(desk, "关于防汛的通知")
        await enter(desk, "关于防汛的通知(重复)")
        async with at_desk(desk) as pilot:
            await keys(pilot, "f6")
            assert "退出目录" in text_of(pilot)
            await keys(pilot, "1", "enter")
            assert "撤销这一次" in text_of(pilot)
            await keys(pilot, "enter")
            await undone(pilot)
            assert "已撤销" in text_of(pilot)
        assert await titles(desk) == ["关于防汛的通知"]


async def test_nothing_is_taken_back_without_being_asked(tmp_path: Path) -> None:
    async with room_desk(tmp_path) as desk:
        await enter(desk, "关于防汛的通知")
        async with at_desk(desk) as pilot:
            await keys(pilot, "f6", "enter", "escape", "enter", "2", "enter")
            assert "已撤销" not in text_of(pilot)
        assert await titles(desk) == ["关于防汛的通知"]


async def test_only_own_saves_are_offered(tmp_path: Path) -> None:
    async with room_desk(tmp_path) as desk:
        await enter(desk, "别人录的", OTHER)
        async with at_desk(desk) as pilot:
            await keys(pilot, "f6")
            assert "别人录的" not in text_of(pilot)
            assert "没有可撤销的" in text_of(pilot)
            await keys(pilot, "enter", "escape")
            assert "今日工作" in text_of(pilot)


async def test_what_somebody_changed_since_says_why_it_stays(tmp_path: Path) -> None:
    async with room_desk(tmp_path) as desk:
        record_id = await enter(desk, "关于防汛的通知")
        await desk._machine.catalogue.set(
            OTHER, record_id, {"pages": "9"}, at_desk=True
        )
        async with at_desk(desk) as pilot:
            await keys(pilot, "f6")
            assert "别人后来改过" in text_of(pilot)
            assert "不能撤" in text_of(pilot)
            assert "撤销(回车)" not in text_of(pilot)
            await keys(pilot, "1", "enter")
            assert "撤销这一次" not in text_of(pilot)
        assert await titles(desk) == ["关于防汛的通知"]


async def test_what_was_undone_cannot_be_undone_again(tmp_path: Path) -> None:
    async with room_desk(tmp_path) as desk:
        record_id = await enter(desk, "关于防汛的通知")
        await desk._machine.catalogue.set(
            CLERK, record_id, {"title": "关于抗旱的通知"}, at_desk=True
        )
        async with at_desk(desk) as pilot:
            await keys(pilot, "f6")
            assert "1 撤销(回车)" in text_of(pilot)
            await keys(pilot, "1", "enter", "1", "enter")
            await undone(pilot)
            row = next(line for line in shown(pilot) if "修改" in line)
            assert row.endswith("已撤销")
            assert await titles(desk) == ["关于防汛的通知"]
            await keys(pilot, "1", "enter")
            assert "已经撤销过了" in text_of(pilot)
