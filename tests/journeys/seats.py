"""A clerk's seat: the real desk in a terminal of its own, at a station of a journey."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sync.words.catalogue import Words
from tests.journeys.stations import Station, environment, free_port
from tests.support.terminal import Terminal
from tui.app import WORDS_FOLDER

WORDS = Words.load("zh", WORDS_FOLDER)
PROGRAM = (sys.executable, "-P", "-m", "tui")
ROOM = "科尔沁街道档案室"
FONDS = "0001=科尔沁街道办事处"
HOME_TITLE = WORDS.say("home.title")
SAVED = "已存盘"
FIRST_BUDGET = 14
NEXT_BUDGET = 9
FILING_BUDGET = 10


@dataclass(frozen=True, slots=True)
class Paper:
    """What a clerk reads off one paper and types."""

    doc_no: str
    title: str
    creators: str
    date: str
    pages: str


def new_room(folder: Path) -> Station:
    """A room with one fonds that has joined nothing."""
    room = Station(folder / "room")
    room.run("init", "--name", ROOM, "--fonds", FONDS)
    return room


@contextmanager
def joined_room(folder: Path) -> Iterator[tuple[Station, Station]]:
    """A room that has joined a hub which listens."""
    hub, room = Station(folder / "hub", "馆员"), new_room(folder)
    port = free_port()
    hub.run("init", "--hub", "--name", "旗档案馆")
    with hub.open_door(port) as address:
        invited = hub.ask(
            "invite", "--name", ROOM, "--fonds", FONDS, "--address", address
        )
        room.run("join", invited["invitation"])
        yield hub, room


def sit_down(
    station: Station, *, columns: int = 80, rows: int = 24, is_wide: bool = False
) -> Terminal:
    """The program, started; nothing is waited for."""
    options = ["--home", str(station.home), "--as", station.person]
    return Terminal(
        [*PROGRAM, *options, "--lang", station.lang],
        environment(),
        columns=columns,
        rows=rows,
        is_wide=is_wide,
        is_forked=True,
    )


@contextmanager
def seated(
    station: Station, *, columns: int = 80, rows: int = 24, is_wide: bool = False
) -> Iterator[Terminal]:
    """The desk on its first screen, with its facts; ended if it still runs."""
    terminal = sit_down(station, columns=columns, rows=rows, is_wide=is_wide)
    try:
        terminal.until(is_at_home)
        yield terminal
    finally:
        terminal.close()


def is_at_home(text: str) -> bool:
    """Whether the first screen stands there with its facts."""
    return HOME_TITLE in text and WORDS.say("home.fact.pending") in text


def title_of(terminal: Terminal) -> str:
    """The title of the screen, without whose desk it is and what runs beside."""
    return terminal.lines[0].strip().partition("  ")[0]


def step_back(terminal: Terminal) -> str:
    """One screen back; the title of that one."""
    before = title_of(terminal)
    terminal.press("esc")
    terminal.until(lambda _: title_of(terminal) != before)
    return title_of(terminal)


def go_home(terminal: Terminal) -> None:
    """Step back until the first screen stands there."""
    while title_of(terminal) != HOME_TITLE:
        step_back(terminal)
    terminal.until(is_at_home)


def open_entry(terminal: Terminal) -> None:
    """From the first screen to a new item."""
    terminal.press("1", "enter")
    terminal.until(WORDS.say("entry.kind.entry"))


def find(terminal: Terminal, words: str) -> None:
    """The search with its first hit."""
    terminal.press("f3")
    terminal.until(WORDS.say("search.title"))
    terminal.type(words)
    terminal.until(lambda text: "找到 1 件" in text)


def open_change(terminal: Terminal, words: str) -> None:
    """The form of the only hit, the cursor behind its title."""
    find(terminal, words)
    terminal.press("f4")
    terminal.until(WORDS.say("entry.kind.change"))
    terminal.until(lambda _: line_of(terminal, "题名") == words)
    terminal.press("down", "down", "down", "down", "end")


def line_of(terminal: Terminal, label: str) -> str:
    """What stands behind *label*; empty where the label is not on the screen."""
    for line in terminal.lines:
        name, found, text = line.partition(label)
        if found and not name.strip(" *!"):
            return text.strip()
    return ""


def leave(terminal: Terminal) -> int:
    """Leave the program by its own way out; its exit status."""
    go_home(terminal)
    terminal.press("0", "enter")
    return terminal.end()
