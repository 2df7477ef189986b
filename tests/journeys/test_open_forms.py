"""An exchange brings another room's edit under an open form: told, chosen, kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.desks import at_desk, keys, until
from tests.support.wired_desks import CODE, ROOM, wired_desk
from tui.screens.entry import EntryScreen

pytestmark = [pytest.mark.journey, pytest.mark.timeout(180)]

OTHER = "第二档案室"


async def test_what_arrives_under_an_open_form_is_a_choice(tmp_path: Path) -> None:
    async with wired_desk(tmp_path) as wired:
        desk, room = wired.desk, wired.machine.home.path
        record = await desk.entries.add(
            CODE, {"title": "原题名", "year": "2020"}, level="item", draft_no=0
        )
        await wired.tell(room, "sync")
        other = await wired.neighbour(OTHER)
        async with at_desk(desk, first="home") as pilot:
            await pilot.app.open("entry", record_id=record.id)  # type: ignore[attr-defined]
            await until(pilot, "原题名")
            screen = pilot.app.screen
            assert isinstance(screen, EntryScreen)
            await until(pilot, lambda: screen._is_ready)
            screen._form_widget.field("title").replace_with("本室题名")
            await wired.tell(other, "set", record.id, "题名=外室题名", "--as", "张敏")
            await wired.tell(other, "sync")
            await wired.tell(room, "sync")
            await until(pilot, f"张敏 在 {OTHER} 改了题名:外室题名")
            assert screen._texts()["title"] == "本室题名"
            await keys(pilot, "f2")
            await until(pilot, f"张敏 在 {OTHER} 也改了题名")
            await keys(pilot, "3", "enter")
            await until(pilot, "他的:外室题名")
            await keys(pilot, "3", "enter")
            await until(pilot, "今日工作")
            await wired.tell(room, "sync")
            await pilot.app.open("record", record.id)  # type: ignore[attr-defined]
            await until(pilot, "有分歧待裁 1 处")
            await until(pilot, f"本室题名(乌兰,{ROOM}")
            await until(pilot, f"外室题名(张敏,{OTHER}")
            await until(pilot, "中心已收 #")
