"""Power cuts, cut lines, a desk that is told to end: nothing typed is lost."""

from __future__ import annotations

import re
import signal
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from tests.journeys.seats import (
    SAVED,
    WORDS,
    find,
    leave,
    line_of,
    new_room,
    open_change,
    open_entry,
    seated,
)
from tests.journeys.stations import Station
from tests.support.terminal import Terminal

pytestmark = [pytest.mark.journey, pytest.mark.timeout(120)]

DURABLE_SECONDS = 1.0
"""Within this, what was typed is on the disk."""
TITLE = "录到一半停了电的通知"
FILED = 400


@pytest.fixture
def room(tmp_path: Path) -> Station:
    return new_room(tmp_path)


def power_cut(terminal: Terminal) -> None:
    """A second after the last key."""
    terminal.settle(DURABLE_SECONDS)
    terminal.kill()


def line_cut(terminal: Terminal) -> None:
    """At once: the desk hears it and writes down what it has."""
    terminal.hang_up()
    assert terminal.end() != 0


def told_to_end(terminal: Terminal) -> None:
    terminal.process.send_signal(signal.SIGTERM)
    assert terminal.end() == 128 + signal.SIGTERM
    assert "Traceback" not in terminal.text


@pytest.mark.parametrize("end", [power_cut, line_cut, told_to_end])
def test_what_was_being_typed_is_offered_again(
    room: Station, end: Callable[[Terminal], None]
) -> None:
    with seated(room) as terminal:
        open_entry(terminal)
        terminal.type(f"2020\rY\rBGS\r库政发[2020]12号\r{TITLE}")
        terminal.until(lambda _: line_of(terminal, "题名") == TITLE)
        end(terminal)
    assert room.ask("search", "level=item")["total"] == 0
    with seated(room) as terminal:
        terminal.until("1 件没录完")
        terminal.press("1", "enter")
        terminal.until(WORDS.say("entry.draft.title"))
        assert TITLE in terminal.text
        terminal.press("1", "enter")
        terminal.until(lambda _: line_of(terminal, "题名") == TITLE)
        assert line_of(terminal, "文号") == "库政发〔2020〕12号"
        assert line_of(terminal, "机构(问题)") == "BGS"
        terminal.press("f2")
        terminal.until(SAVED)
        assert leave(terminal) == 0
    found = room.ask("search", "level=item")
    assert [each["fields"]["title"] for each in found["results"]] == [TITLE]
    with seated(room) as terminal:
        assert "没录完" not in terminal.text


def test_a_change_that_was_being_typed_is_offered_again(room: Station) -> None:
    record = room.ask("add", "题名=原题名", "年度=2020")["id"]
    with seated(room) as terminal:
        open_change(terminal, "原题名")
        terminal.type(",改了一半")
        terminal.until("原题名,改了一半")
        power_cut(terminal)
    assert room.ask("show", record)["fields"]["title"] == "原题名"
    with seated(room) as terminal:
        find(terminal, "原题名")
        terminal.press("f4")
        terminal.until(WORDS.say("entry.draft.title"))
        terminal.press("1", "enter")
        terminal.until("原题名,改了一半")
        terminal.press("f2")
        terminal.until(WORDS.say("search.title"))
    assert room.ask("show", record)["fields"]["title"] == "原题名,改了一半"


@pytest.mark.parametrize("is_begun", [False, True])
def test_kill_9_in_the_middle_of_filing_is_finished_or_never_begun(
    room: Station, tmp_path: Path, is_begun: bool
) -> None:
    book = tmp_path / "list.xlsx"
    write_group(book)
    room.run("import", str(book))
    with seated(room) as terminal:
        terminal.press("4", "enter")
        terminal.until("BGS")
        terminal.press("enter")
        terminal.until("-BGS-0001")
        terminal.press("f2")
        terminal.until(WORDS.say("filing.confirm_field"))
        terminal.type(f"{FILED:04d}\r")
        wanted = f"正在归档:第 {'[1-9]' if is_begun else '0'}|已归档 {FILED} 件"
        terminal.until(lambda text: re.search(wanted, text) is not None)
        terminal.kill()
    with seated(room) as again:
        if is_begun:
            again.until(lambda _: line_of(again, "待著录").endswith("没有"))
    found = room.ask("search", "level=item", "--limit", "1000")["results"]
    codes = sorted(each["code"] or "" for each in found)
    whole = [f"0001-WS·2020-D30-BGS-{n:04d}" for n in range(1, FILED + 1)]
    assert codes == whole or (codes == [""] * FILED and not is_begun)
    states = {each["fields"].get("state", "draft") for each in found}
    assert states == ({"filed"} if codes == whole else {"draft"})
    assert room.ask("verify", "--rebuild")["is_whole"] is True


def write_group(path: Path) -> None:
    """One group that takes a second to file."""
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    assert sheet is not None
    sheet.append(
        ["文号", "责任者", "题名", "日期", "页数", "保管期限", "年度", "机构(问题)"]
    )
    for n in range(1, FILED + 1):
        sheet.append(
            [
                f"库政发[2020]{n}号",
                "库伦旗人民政府",
                f"关于第{n}次检查的通知",
                f"2020{1 + n % 12:02d}{1 + n % 28:02d}",
                3,
                "D30",
                2020,
                "BGS",
            ]
        )
    workbook.save(path)
