"""The first day: checked while typed, back without loss, a hub now or later."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot

from node.home import Home
from protocol.invitation import encode_invitation
from protocol.messages import Invitation
from sync.words.catalogue import Words
from tests.support.desks import keys, settled, shown, typed
from tui.app import WORDS_FOLDER, DeskApp
from tui.desk.founding import MachineFounding
from tui.desk.settings_file import SettingsFile

INVITATION = encode_invitation(
    Invitation(b"i" * 16, b"s" * 16, b"h" * 32, "http://127.0.0.1:9")
)
UNPLACED = encode_invitation(Invitation(b"i" * 16, b"s" * 16, b"h" * 32, ""))


@asynccontextmanager
async def first_day(folder: Path) -> AsyncIterator[Pilot[int]]:
    app = DeskApp(
        None,
        Words.load("zh", WORDS_FOLDER),
        first="first_run",
        founding=MachineFounding(folder),
    )
    try:
        async with app.run_test(size=(80, 24)) as pilot:
            await settled(pilot)
            yield pilot
    finally:
        await app.close_desk()


async def fill(pilot: Pilot[int], *texts: str) -> None:
    for text in texts:
        await typed(pilot, text)
        await keys(pilot, "enter")


def text_of(pilot: Pilot[int]) -> str:
    return "\n".join(shown(pilot))


async def test_a_room_is_made_in_three_pages(tmp_path: Path) -> None:
    home = tmp_path / "dangyi"
    async with first_day(home) as pilot:
        await keys(pilot, "1", "enter")
        await fill(pilot, "保康镇档案室", "乌兰", "0101", "保康镇人民政府")
        await keys(pilot, "1", "enter")
        assert "请核对" in text_of(pilot)
        assert not Home(home).is_made
        await keys(pilot, "f2")
        await settled(pilot)
        app = pilot.app
        assert isinstance(app, DeskApp)
        assert (app.desk.room, app.desk.person) == ("保康镇档案室", "乌兰")
        assert Home(home).is_made
        assert SettingsFile(home).last_person == "乌兰"


async def test_going_back_keeps_what_was_typed(tmp_path: Path) -> None:
    async with first_day(tmp_path / "dangyi") as pilot:
        await keys(pilot, "1", "enter")
        await fill(pilot, "保康镇档案室", "乌兰")
        await keys(pilot, "escape")
        assert "欢迎" in text_of(pilot)
        await keys(pilot, "1", "enter")
        assert "保康镇档案室" in text_of(pilot)
        assert "乌兰" in text_of(pilot)


@pytest.mark.parametrize(
    ("texts", "sentence"),
    [
        (("", "乌兰", "0101", "保康镇"), "请填档案室名称"),
        (("室", "", "0101", "保康镇"), "请填您的姓名"),
        (("室", "乌兰", " ", "保康镇"), "请填全宗号"),
        (("室", "乌兰", "0101", ""), "请填全宗名称"),
        (("室" * 100, "乌兰", "0101", "保康镇"), "太长"),
    ],
)
async def test_what_is_missing_is_said_and_nothing_is_made(
    tmp_path: Path, texts: tuple[str, ...], sentence: str
) -> None:
    async with first_day(tmp_path / "dangyi") as pilot:
        await keys(pilot, "1", "enter")
        await fill(pilot, *texts)
        await keys(pilot, "1", "enter")
        assert sentence in text_of(pilot)
        assert "请核对" not in text_of(pilot)


async def test_a_name_is_checked_while_it_is_typed(tmp_path: Path) -> None:
    async with first_day(tmp_path / "dangyi") as pilot:
        await keys(pilot, "1", "enter")
        await typed(pilot, "室" * 90)
        assert "太长" in text_of(pilot)
        await keys(pilot, *["backspace"] * 10)
        assert "太长" not in text_of(pilot)


async def test_a_hub_that_does_not_answer_leaves_the_room_to_be_used(
    tmp_path: Path,
) -> None:
    home = tmp_path / "dangyi"
    async with first_day(home) as pilot:
        await keys(pilot, "2", "enter")
        await typed(pilot, INVITATION[:40])
        assert "邀请码还不全" in text_of(pilot)
        await typed(pilot, INVITATION[40:])
        assert "邀请码还不全" not in text_of(pilot)
        await keys(pilot, "enter", "enter")
        await fill(pilot, "保康镇档案室", "乌兰", "0101", "保康镇人民政府")
        await keys(pilot, "1", "enter", "1", "enter")
        await settled(pilot)
        assert "还没有加入中心" in text_of(pilot)
        assert "[peer-unreachable]" in text_of(pilot)
        assert Home(home).is_made


async def test_an_invitation_without_an_address_asks_for_one(tmp_path: Path) -> None:
    async with first_day(tmp_path / "dangyi") as pilot:
        await keys(pilot, "2", "enter")
        await fill(pilot, UNPLACED, "", "室", "乌兰", "0101", "保康镇")
        await keys(pilot, "1", "enter")
        assert "没有写中心地址" in text_of(pilot)


async def test_the_language_can_be_changed_before_anything_else(tmp_path: Path) -> None:
    async with first_day(tmp_path / "dangyi") as pilot:
        await keys(pilot, "4", "enter")
        assert "Welcome" in text_of(pilot)
        await keys(pilot, "4", "enter")
        assert "欢迎" in text_of(pilot)


async def test_help_is_there_before_a_machine_is_and_undo_says_why_not(
    tmp_path: Path,
) -> None:
    async with first_day(tmp_path / "dangyi") as pilot:
        await keys(pilot, "1", "enter", "f1")
        assert "【第一次打开】" in text_of(pilot)
        await keys(pilot, "5", "enter")
        assert "先把这台机器建好" in text_of(pilot)
        await keys(pilot, "escape", "f6")
        assert "先把这台机器建好" in text_of(pilot)
        assert "档案室名称" in text_of(pilot)


async def test_a_name_is_no_fonds_code(tmp_path: Path) -> None:
    async with first_day(tmp_path / "dangyi") as pilot:
        await keys(pilot, "1", "enter")
        await fill(pilot, "保康镇档案室", "乌兰")
        await typed(pilot, "乌")
        assert "1 到 4 位数字" in text_of(pilot)
        await keys(pilot, "backspace")
        await typed(pilot, "X043")
        assert "1 到 4 位数字" not in text_of(pilot)


async def test_from_the_commands_the_arrows_lead_back_into_the_form(
    tmp_path: Path,
) -> None:
    async with first_day(tmp_path / "dangyi") as pilot:
        await keys(pilot, "1", "enter", "up")
        assert pilot.app.focused is pilot.app.screen.query_one("#commands")
        await keys(pilot, "7", "down")
        await typed(pilot, "室")
        assert "请选:7" not in text_of(pilot)
        await keys(pilot, "up", "up")
        await typed(pilot, "全宗")
        await keys(pilot, "enter", "down")
        focused = pilot.app.focused
        assert focused is not None
        assert focused.name == "room"


async def test_digits_that_were_begun_stay_behind(tmp_path: Path) -> None:
    async with first_day(tmp_path / "dangyi") as pilot:
        await keys(pilot, "1", "enter")
        await fill(pilot, "保康镇档案室", "乌兰", "0101", "保康镇人民政府")
        await keys(pilot, "7", "f2")
        assert "请核对" in text_of(pilot)
        assert "请选:7" not in text_of(pilot)
