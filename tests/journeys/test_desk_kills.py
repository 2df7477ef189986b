"""The light goes out while a clerk types: what was typed is offered again."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

import pytest

from node.home import Home
from node.machine import Machine
from tests.support.desks import CLERK, FONDS
from tests.support.terminal import Terminal

pytestmark = [pytest.mark.journey, pytest.mark.timeout(120)]

_STARTED = "from tui.main import main; raise SystemExit(main())"
_DURABLE_SECONDS = 1.0
"""Within this, what was typed is on the disk."""


async def make(folder: Path) -> None:
    machine = await Machine.init_room(Home(folder), "科尔沁街道档案室", FONDS)
    await machine.close()


async def titles(folder: Path) -> list[str]:
    machine = await Machine.open(Home(folder))
    try:
        rows = machine.catalogue.export_rows(CLERK)
        return [str(record.fields["title"]) async for record in rows]
    finally:
        await machine.close()


def start(folder: Path) -> Terminal:
    room = ("--home", str(folder), "--as", CLERK.name)
    environment = {**os.environ, "LANG": "C.UTF-8", "PYTHONPATH": str(Path.cwd())}
    return Terminal([sys.executable, "-P", "-c", _STARTED, *room], environment)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    asyncio.run(make(tmp_path / "room"))
    return tmp_path / "room"


def test_kill_9_in_the_middle_of_entry_loses_no_letter(folder: Path) -> None:
    desk = start(folder)
    try:
        desk.until("1  著录")
        desk.press("1", "enter")
        desk.until("著录·新件")
        desk.type("2020\rY\rBGS\r库政发[2020]12号\r录到一半停了电的通知")
        desk.until("录到一半停了电的通知")
        desk.settle(_DURABLE_SECONDS)
        desk.kill()
    finally:
        desk.close()

    again = start(folder)
    try:
        again.until("1  著录")
        again.press("1", "enter")
        again.until("上次没录完,接着录?")
        again.press("1", "enter")
        again.until("录到一半停了电的通知")
        again.until("库政发〔2020〕12号")
        again.press("f2")
        again.until("已存盘")
        again.press("esc")
        again.until("今日工作")
    finally:
        again.close()
    assert asyncio.run(titles(folder)) == ["录到一半停了电的通知"]


def test_a_mornings_keys_in_one_piece_make_the_records_they_say(folder: Path) -> None:
    """Typing ahead over a slow line: two whole records arrive at once."""
    save = "\x1bOQ"
    desk = start(folder)
    try:
        desk.until("1  著录")
        desk.type(
            "1\r2020\rY\rBGS\r库政发[2020]12号\r防汛通知\r库伦旗人民政府\r20200601\r8"
            f"{save}库政发[2020]13号\r防火通知\r\r20200602\r9{save}"
        )
        desk.until("《防火通知》")
    finally:
        desk.close()
    assert asyncio.run(titles(folder)) == ["防汛通知", "防火通知"]
