"""An operator's day: the queue, three keys a ticket, two desks, one decision undone."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.journeys.seats import WORDS, sit_down
from tests.journeys.stations import Station
from tests.support.contests import contested
from tests.support.terminal import Terminal

pytestmark = [pytest.mark.journey, pytest.mark.timeout(180)]

QUEUE = WORDS.say("queue.title")
BUDGET = 3
"""Keys for an ordinary ticket, opening it counted."""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return asyncio.run(contested(tmp_path, 7))


@contextmanager
def operating(home: Path, person: str) -> Iterator[Terminal]:
    """An operator's desk with the queue on it."""
    terminal = sit_down(Station(home, person))
    try:
        terminal.until(lambda text: QUEUE in text and "共 " in text)
        yield terminal
    finally:
        terminal.close()


def left(home: Path) -> int:
    return len(Station(home, "馆员").ask("conflicts", "list")["conflicts"])


def on_page(terminal: Terminal) -> str:
    """The number of the record on a ticket's page."""
    found = re.search(r"第(\d+)号", terminal.lines[1])
    return "" if found is None else found[1]


def open_first(terminal: Terminal) -> str:
    terminal.press("enter")
    terminal.until(lambda _: bool(on_page(terminal)) and "取甲" in terminal.text)
    return on_page(terminal)


def decide(terminal: Terminal, digit: str) -> None:
    """Decide the ticket on the page; wait for the next one, or for the queue."""
    before = on_page(terminal)
    terminal.press(digit)
    terminal.until("回车照此裁定")
    terminal.press("enter")
    terminal.until(lambda _: on_page(terminal) != before and "已裁定" in terminal.text)


def test_five_tickets_take_three_keys_each_and_one_is_taken_back(home: Path) -> None:
    assert left(home) == 7
    with operating(home, "张三") as terminal:
        assert "同字段分歧 7" in terminal.text
        open_first(terminal)
        assert re.search("甲 王秀英 [甲乙]室 +乙 王秀英 [甲乙]室", terminal.text)
        terminal.keys_sent = 1
        for place, digit in enumerate("12121", 1):
            decide(terminal, digit)
            assert terminal.keys_sent <= BUDGET
            assert terminal.keys_sent == (3 if place == 1 else 2)
            terminal.keys_sent = 0
        terminal.press("esc")
        terminal.until("共 2 件待裁")
        terminal.press("9", "enter")
        terminal.until(WORDS.say("decisions.title"))
        terminal.until("有效")
        terminal.press("enter")
        terminal.until(WORDS.say("decisions.ask"))
        terminal.press("1", "enter")
        terminal.until("已撤销裁定")
        terminal.until("已撤换")
        terminal.press("esc")
        terminal.until("共 3 件待裁")
        terminal.press("esc")
        terminal.until(WORDS.say("home.title"))
        terminal.until("3 件待裁")
    assert left(home) == 3


def test_two_desks_never_have_one_ticket(home: Path) -> None:
    with operating(home, "张三") as first, operating(home, "李四") as second:
        opened = open_first(first)
        second.until("张三")
        second.press("enter")
        second.until("张三 正在处理")
        assert "取甲" not in second.text
        second.press("1", "enter")
        second.until(WORDS.say("shell.unknown", digits="1"))
        second.press("8", "enter")
        second.until(lambda _: on_page(second) not in ("", opened))
        assert "取甲" in second.text
        decide(first, "1")
        assert on_page(first) not in (opened, on_page(second))
        # A desk that is killed holds nothing any more.
        taken = on_page(first)
        second.press("esc")
        second.until(lambda text: QUEUE in text and "张三" in text)
        first.kill()
        second.until(lambda text: "张三" not in text)
        second.press("home", "down", "enter")
        second.until(lambda _: on_page(second) == taken and "取甲" in second.text)
