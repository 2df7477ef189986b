"""The hour at which a room reports by itself."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from node.history.registers import HUB_KEY
from node.home import Home
from node.machine import HUB_ADDRESS, Machine
from node.store.port import Rows
from sync.window import Window, choose_window, is_due, parse_window, window_of


def at(day: int, hour: int, minute: int = 0) -> int:
    return int(datetime(2026, 11, day, hour, minute).astimezone().timestamp())


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("1730", "17:30"),
        ("17:30", "17:30"),
        ("9.05", "09:05"),
        ("905", "09:05"),
        ("１７：３０", "17:30"),
        (" 0000 ", "00:00"),
        ("2359", "23:59"),
    ],
)
def test_an_hour_is_read_however_it_is_typed(text: str, told: str) -> None:
    window = parse_window(text)
    assert window is not None
    assert window.text == told


@pytest.mark.parametrize("text", ["", "2400", "1760", "17", "下午", "17:3", "12345"])
def test_what_is_no_hour_is_none(text: str) -> None:
    assert parse_window(text) is None


def test_the_next_and_the_last_moment() -> None:
    window = Window(17 * 60 + 30)
    assert window.next_after(at(20, 9)) == at(20, 17, 30)
    assert window.next_after(at(20, 17, 30)) == at(21, 17, 30)
    assert window.last_before(at(20, 9)) == at(19, 17, 30)
    assert window.last_before(at(20, 17, 30)) == at(20, 17, 30)


async def test_an_hour_that_was_missed_is_made_good_once(tmp_path: Path) -> None:
    machine = await Machine.init_room(Home(tmp_path / "room"), "甲", {"1": "一"})

    async def asked(now: int) -> bool:
        return await machine.store.read(lambda rows: is_due(rows, now))

    def begin(rows: Rows) -> None:
        rows.exchanges.begin("wire", None, at(20, 18))

    def join(rows: Rows) -> None:
        rows.settings.put(HUB_KEY, b"k" * 32)
        rows.settings.put(HUB_ADDRESS, "http://127.0.0.1:1")

    try:
        assert not await asked(at(20, 18)), "no hour was chosen"
        await machine.store.write(lambda rows: choose_window(rows, Window(17 * 60)))
        assert not await asked(at(20, 18)), "it has not joined a hub"
        await machine.store.write(join)
        assert await asked(at(20, 18))
        await machine.store.write(begin)
        assert not await asked(at(20, 18) + 1)
        assert not await asked(at(21, 16, 59))
        assert await asked(at(21, 17))
        await machine.store.write(lambda rows: choose_window(rows, None))
        assert await machine.store.read(window_of) is None
        assert not await asked(at(21, 17))
    finally:
        await machine.close()
