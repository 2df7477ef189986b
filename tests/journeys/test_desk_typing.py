"""How text reaches the desk: composed, in bursts, byte by byte, in small windows."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from tests.journeys.seats import (
    SAVED,
    leave,
    line_of,
    new_room,
    open_entry,
    seated,
    sit_down,
)
from tests.journeys.stations import Station
from tests.support.terminal import Terminal

pytestmark = [pytest.mark.journey, pytest.mark.timeout(120)]

COMPOSED = "关于进一步做好全旗防汛抗旱、森林草原防灭火和地质灾害防治工作的紧急通知"
RARE = "𠮷勒𪚥·ᠬᠦᠷᠢᠶ᠎ᠡ ᠬᠣᠰᠢᠭᠤ é ＡＢ“试”—…★"
AHEAD = 12
SAVE = "\x1bOQ"


@pytest.fixture
def room(tmp_path: Path) -> Station:
    return new_room(tmp_path)


def titles(room: Station) -> list[str]:
    """Titles of all items, as they are stored."""
    found = room.ask("search", "level=item", "--limit", "100")
    return [each["fields"]["title"] for each in found["results"]]


def to_title(terminal: Terminal) -> None:
    """The cursor to the title of a new item, with all that saving asks for."""
    terminal.type("2020")
    terminal.press("down", "down", "down", "down")


def test_text_comes_whole_however_its_bytes_come(room: Station) -> None:
    """In one composed burst, and byte by byte with a drawing between."""
    with seated(room) as terminal:
        open_entry(terminal)
        to_title(terminal)
        terminal.type(COMPOSED)
        terminal.until(lambda text: COMPOSED in "".join(text.split()))
        terminal.press("f2")
        terminal.until(SAVED)
        terminal.press("down", "down", "down")
        for place in range(len(sent := RARE.encode())):
            terminal.send(sent[place : place + 1])
            terminal.read(0)
        terminal.until("—…★")
        terminal.press("f2")
        terminal.until(f"{SAVED},已保存本机:《𠮷勒")
        assert leave(terminal) == 0
    assert titles(room) == [COMPOSED, RARE]


def test_digits_and_brackets_of_an_input_method_are_what_was_meant(
    room: Station,
) -> None:
    with seated(room) as terminal:
        open_entry(terminal)
        terminal.type("２０２０\r永久\rbgs\r库政发【２０２０】１２号\r全角数字\r")
        terminal.type("库伦旗人民政府\r２０２００６０１\r８")
        terminal.press("f2")
        terminal.until(SAVED)
    (record,) = room.ask("search", "level=item")["results"]
    fields = record["fields"]
    assert fields["doc_no"] == "库政发〔2020〕12号"
    assert (fields["year"], fields["pages"]) == (2020, 8)
    assert (fields["date"], fields["retention_code"]) == ("20200601", "Y")
    assert fields["org_code"] == "BGS"


def test_records_typed_ahead_in_one_piece_are_the_records_they_say(
    room: Station,
) -> None:
    wanted = [f"关于第{n}次防汛检查的通知" for n in range(1, AHEAD + 1)]
    typed = "".join(
        f"库政发[2020]{n}号\r{title}\r库伦旗人民政府\r202006{n:02d}\r{n}{SAVE}"
        for n, title in enumerate(wanted, 1)
    )
    with seated(room) as terminal:
        terminal.type(f"1\r2020\rY\rBGS\r{typed}\x1b0\r")
        assert terminal.end(60) == 0
    assert sorted(titles(room)) == sorted(wanted)


@pytest.mark.parametrize(("columns", "rows"), [(40, 24), (20, 5)])
def test_a_window_too_small_for_a_form_still_takes_one(
    room: Station, columns: int, rows: int
) -> None:
    with closing(sit_down(room, columns=columns, rows=rows)) as terminal:
        terminal.until("今日工作")
        terminal.press("1", "enter")
        terminal.until("著录·")
        to_title(terminal)
        terminal.type(COMPOSED)
        if rows > 5:
            terminal.until(lambda text: COMPOSED in "".join(text.split()))
        terminal.press("f2")
        terminal.until(SAVED)
        for key in ("f3", "esc", "esc", "f1", "esc"):
            terminal.press(key)
            terminal.settle()
        assert terminal.process.poll() is None
    assert titles(room) == [COMPOSED]


def test_the_window_changes_while_one_types(room: Station) -> None:
    sizes = [(40, 12), (20, 5), (132, 50), (1, 1), (60, 20), (80, 24)]
    pieces = ["关于窗口", "忽大忽小", "照样录入", "一个字", "也不能", "丢的通知"]
    with seated(room) as terminal:
        open_entry(terminal)
        to_title(terminal)
        for (columns, rows), piece in zip(sizes, pieces, strict=True):
            terminal.resize(columns, rows)
            terminal.type(piece)
            terminal.settle()
        terminal.until(lambda _: line_of(terminal, "题名") == "".join(pieces))
        terminal.press("f2")
        terminal.until(SAVED)
        assert leave(terminal) == 0
    assert titles(room) == ["".join(pieces)]
