"""上报: one key, progress while it goes, a cut in the middle, the ledger, set aside."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from textual.pilot import Pilot

from node.ledger import COURIER
from node.machine import Machine
from sync.window import Window, choose_window
from tests.support import county
from tests.support.desks import at_desk, keys, room_desk, settled, shown, typed
from tests.support.wired_desks import CODE, wired_desk
from tui.app import DeskApp
from tui.jobs import JobKind, JobState

pytestmark = pytest.mark.journey


async def until(pilot: Pilot[int], is_so: Callable[[], bool]) -> None:
    """Let the program run until something is so."""
    async with asyncio.timeout(30):
        while not is_so():
            await pilot.pause(0.02)


def page(pilot: Pilot[int]) -> str:
    return "\n".join(shown(pilot))


def sent(pilot: Pilot[int]) -> int:
    """How many sets the screen says have gone up."""
    told = re.search(r"已送 第 (\d+)/", page(pilot))
    return 0 if told is None else int(told[1])


def job_state(pilot: Pilot[int]) -> JobState | None:
    app = pilot.app
    assert isinstance(app, DeskApp)
    job = app.jobs.get(JobKind.EXCHANGE)
    return None if job is None else job.state


async def ended(pilot: Pilot[int]) -> None:
    await until(pilot, lambda: job_state(pilot) not in (None, JobState.RUNNING))
    await settled(pilot)


async def fill(machine: Machine, count: int) -> None:
    """Entries that were typed here."""
    before = county.FONDS
    county.FONDS = CODE
    try:
        await county.fill(machine, count)
    finally:
        county.FONDS = before


async def test_one_key_exchanges_and_the_screen_says_what_came_of_it(
    tmp_path: Path,
) -> None:
    async with wired_desk(tmp_path) as wired, at_desk(wired.desk) as pilot:
        await wired.machine.catalogue.add(
            wired.desk._actor, CODE, {"title": "关于做好防汛工作的通知"}
        )
        await keys(pilot, "6", "enter")
        await settled(pilot)
        assert "还没有中心的回执" in page(pilot)
        assert "2 条改动" in page(pilot)
        await keys(pilot, "1", "enter")
        await ended(pilot)
        said = page(pilot)
        assert "上报完毕:送出 2 个" in said
        assert "未上报  没有,都上报了" in said
        assert "中心已收 #" in said
        assert "报完" in said
        assert "中心已收 2 个" in said, "the answer of the current line"
        await keys(pilot, "escape")
        assert "没有,都上报了" in page(pilot)
        assert "报完" in page(pilot)


async def test_progress_is_live_and_a_cut_costs_no_more_than_a_moment(
    tmp_path: Path,
) -> None:
    async with wired_desk(tmp_path, rate_bits=160_000) as wired:
        await fill(wired.machine, 2_000)
        async with at_desk(wired.desk) as pilot:
            await keys(pilot, "6", "enter")
            await keys(pilot, "f2")
            await until(pilot, lambda: sent(pilot) >= 2)
            assert "/共 11 个" in page(pilot)
            assert "正在送出" in page(pilot)
            assert "1 停下" in page(pilot)
            wired.link.cut()
            # Work goes on elsewhere while the exchange tries again.
            await keys(pilot, "escape")
            await until(pilot, lambda: "正在上报" in shown(pilot)[0])
            await keys(pilot, "6", "enter")
            await until(pilot, lambda: "还要" in page(pilot))
            await ended(pilot)
            said = page(pilot)
            assert wired.link.cuts_made == 1
            assert "上报完毕:送出 11 个" in said
            assert "未上报  没有,都上报了" in said


async def test_a_person_stops_it_and_the_next_one_goes_on(tmp_path: Path) -> None:
    async with wired_desk(tmp_path, rate_bits=96_000) as wired:
        await fill(wired.machine, 1_500)
        async with at_desk(wired.desk, first="carriage") as pilot:
            await settled(pilot)
            await keys(pilot, "1", "enter")
            await until(pilot, lambda: sent(pilot) >= 2)
            await keys(pilot, "1", "enter")
            await ended(pilot)
            assert "停下了。已经到的,两边都存下了" in page(pilot)
            assert "人为停下" in page(pilot)
            await keys(pilot, "1", "enter")
            await ended(pilot)
            assert "没有,都上报了" in page(pilot)


async def test_a_hub_that_is_not_there_is_told_in_one_sentence(tmp_path: Path) -> None:
    async with (
        wired_desk(tmp_path) as wired,
        at_desk(wired.desk, first="carriage") as pilot,
    ):
        await settled(pilot)
        wired.link.is_down = True
        await keys(pilot, "1", "enter")
        await ended(pilot)
        said = page(pilot)
        assert "线路断了" in said or "找不到中心" in said
        assert "再报一次" in said or "网络通了再试" in said, "and what to do"
        assert "!今天" in said.replace(" ", ""), "the line of the ledger warns"
        wired.link.is_down = False
        await keys(pilot, "1", "enter")
        await ended(pilot)
        assert "报完" in page(pilot)


async def test_what_is_set_aside_says_why_and_which_records(tmp_path: Path) -> None:
    async with wired_desk(tmp_path) as wired:
        actor = wired.desk._actor
        await wired.machine.catalogue.open_fonds(actor, "0099", "没有授权的全宗")
        values = {"title": "关于修路的请示", "code": "0099-WS·2021-Y-0001"}
        await wired.machine.catalogue.add(actor, "0099", values)
        async with at_desk(wired.desk, first="carriage") as pilot:
            await settled(pilot)
            await keys(pilot, "1", "enter")
            await ended(pilot)
            assert "暂存待查" in page(pilot)
            await keys(pilot, "2", "enter")
            await settled(pilot)
            said = page(pilot)
            assert "暂存待查:不在这台机器可以写的全宗之内。" in said
            assert "关于修路的请示" in said
            assert "请中心把这个全宗授权给本机" in said
            assert "回执 #" in said


async def test_a_stick_carries_what_the_wire_cannot(tmp_path: Path) -> None:
    stick = tmp_path / "U盘"
    stick.mkdir()
    async with (
        wired_desk(tmp_path) as wired,
        at_desk(wired.desk, first="carriage") as pilot,
    ):
        await settled(pilot)
        path, sets = await wired.desk.exchanges.write_bundle(stick, "zh")
        assert path.parent == stick
        assert path.exists()
        assert sets == 1
        again, _ = await wired.desk.exchanges.write_bundle(stick, "zh")
        assert again != path, "a bundle is never written over"
        bundles = await wired.desk.exchanges.bundles(stick)
        assert {each.path for each in bundles} == {path, again}
        lines = await wired.desk.exchanges.ledger(5)
        assert lines[0].carrier == COURIER
        assert lines[0].answer.file == str(again)


async def test_sticks_are_chosen_by_digits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    async with (
        wired_desk(tmp_path) as wired,
        at_desk(wired.desk, first="carriage") as pilot,
    ):
        await settled(pilot)
        await pilot.press("3", "enter")
        await until(pilot, lambda: "数据包写到哪里" in page(pilot))
        places = await wired.desk.exchanges.sticks()
        home = [each.path for each in places].index(tmp_path) + 1
        await pilot.press(*str(home), "enter")
        await until(pilot, lambda: "已装盘" in page(pilot))
        await settled(pilot)
        assert list(tmp_path.glob("*.dangyi"))
        await pilot.press("4", "enter")
        await until(pilot, lambda: "数据包在哪里" in page(pilot))
        await pilot.press(*str(home), "enter")
        await until(pilot, lambda: "读哪一个" in page(pilot))
        await pilot.press("1", "enter")
        # It is for the hub, not for this room.
        await until(pilot, lambda: "不是给这台机器的" in page(pilot))


async def test_the_hour_is_typed_and_kept(tmp_path: Path) -> None:
    async with (
        wired_desk(tmp_path) as wired,
        at_desk(wired.desk, first="carriage") as pilot,
    ):
        await settled(pilot)
        await pilot.press("5", "enter")
        await until(pilot, lambda: "每天几点" in page(pilot))
        await pilot.press(*"1730", "enter")
        await until(pilot, lambda: "以后每天 17:30" in page(pilot))
        await settled(pilot)
        assert "每天 17:30" in page(pilot)
        assert await wired.desk.exchanges.window() == "17:30"
        assert not await wired.desk.exchanges.choose_window("25:00")
        facts = await wired.desk.facts.all()
        assert facts.next_window > facts.now


async def test_the_hour_that_has_passed_starts_an_exchange(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.screens.home.WINDOW_SECONDS", 0.05)
    async with wired_desk(tmp_path) as wired:
        await wired.machine.store.write(lambda rows: choose_window(rows, Window(0)))
        async with at_desk(wired.desk) as pilot:
            await ended(pilot)
            lines = await wired.desk.exchanges.ledger(5)
            assert [line.outcome for line in lines] == ["done"]
            assert not await wired.desk.exchanges.is_due()


async def test_a_room_that_never_joined_is_told_so(tmp_path: Path) -> None:
    async with room_desk(tmp_path) as desk, at_desk(desk, first="carriage") as pilot:
        await settled(pilot)
        assert "还没有加入中心" in page(pilot)
        await keys(pilot, "1", "enter")
        await ended(pilot)
        assert "向中心要邀请码" in page(pilot)
        await typed(pilot, "7")
        await keys(pilot, "enter")
        assert "这里没有 7 这一项" in page(pilot)
