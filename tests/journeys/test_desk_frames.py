"""What a clerk sees, line by line, on terminals of either width of ``·`` and ``★``.

The pictures are kept beside the tests of the screens (tests/support/snapshots.py);
times and sizes in them are blotted out.
"""

from __future__ import annotations

import re
from pathlib import Path

import openpyxl
import pytest

from tests.journeys.seats import (
    WORDS,
    go_home,
    line_of,
    new_room,
    open_entry,
    seated,
    title_of,
)
from tests.journeys.stations import Station
from tests.support.snapshots import same_as_kept
from tests.support.terminal import Terminal

pytestmark = [pytest.mark.journey, pytest.mark.timeout(120)]

HEADINGS = ("文号", "责任者", "题名", "日期", "页数", "保管期限", "年度", "机构(问题)")
ROWS = (
    ("库政发[2020]1号", "库伦旗人民政府", "关于印发《“十三五”防汛规划》的通知"),
    ("库政发[2020]2号", "库伦旗人民政府", "关于转发《防汛抗旱条例》——附件·表格的通知"),
    ("库办字[2020]3号", "库伦旗人民政府办公室", "关于做好防汛★值班工作的通知…"),
    (
        "库防指[2020]4号",
        "库伦旗防汛抗旱指挥部、库伦旗水利局、库伦旗应急管理局",
        "关于进一步做好全旗防汛抗旱、森林草原防灭火和地质灾害防治工作的紧急通知",
    ),
)
_BLOTTED = (
    (re.compile(r"\d\d:\d\d"), "00:00"),
    (re.compile(r"约 [\d.]+ \S?B"), "约 0 B"),
)


@pytest.fixture
def room(tmp_path: Path) -> Station:
    book = tmp_path / "list.xlsx"
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    assert sheet is not None
    sheet.append(HEADINGS)
    for n, row in enumerate(ROWS, 1):
        sheet.append([*row, f"202006{n:02d}", n, "D30", 2020, "BGS"])
    workbook.save(book)
    room = new_room(tmp_path)
    room.run("import", str(book))
    return room


@pytest.mark.parametrize("is_wide", [False, True], ids=["narrow", "wide"])
def test_the_screens_are_drawn_as_they_were(room: Station, is_wide: bool) -> None:
    differing: list[str] = []

    def look(name: str) -> None:
        terminal.settle()
        shown = f"{name}-{'wide' if is_wide else 'narrow'}"
        if not same_as_kept(shown, blotted(terminal)):
            differing.append(f"{shown}\n{terminal.text}")

    with seated(room, is_wide=is_wide) as terminal:
        look("home")
        open_entry(terminal)
        terminal.type("2020\rD30\rBGS\r库政发[2020]2号\r一份“新”文件\r")
        terminal.until(lambda _: line_of(terminal, "责任者") == "库伦旗人民政府")
        terminal.until("提醒")
        terminal.press("down", "down")
        look("entry")
        terminal.press("esc")
        terminal.until(WORDS.say("entry.leave.title"))
        look("entry-leaving")
        terminal.press("2", "enter")
        go_home(terminal)
        terminal.press("2", "enter")
        terminal.until("0001 科尔沁街道办事处")
        look("browse")
        leaf_down(terminal)
        look("listing")
        go_home(terminal)
        terminal.press("f3")
        terminal.until(WORDS.say("search.title"))
        terminal.type("防汛 条例")
        terminal.until("找到 1 件")
        terminal.until("附件·表格")
        look("search")
        go_home(terminal)
        terminal.press("4", "enter")
        terminal.until("BGS")
        look("filing")
        terminal.press("enter")
        terminal.until("-BGS-0004")
        look("arrangement")
    assert not differing, "\n".join(differing)


def blotted(terminal: Terminal) -> list[str]:
    """The screen without what changes from run to run."""
    lines = []
    for line in terminal.lines:
        for pattern, put in _BLOTTED:
            line = pattern.sub(put, line)  # noqa: PLW2901
        lines.append(line)
    return lines


def leaf_down(terminal: Terminal) -> None:
    """From step to step of the shelf, down to the list of items."""
    while "印发" not in terminal.text:
        before = title_of(terminal), terminal.lines[2:20]
        terminal.press("enter")
        terminal.until(
            lambda _, before=before: (
                (title_of(terminal), terminal.lines[2:20])  # type: ignore[misc]
                != before
            )
        )
        terminal.settle()
