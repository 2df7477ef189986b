"""The operator's desk as an operator meets it: keys in, the drawn screen out.

The real program in a terminal at a hub with ten thousand tickets. Timed from the key to
the moment when what it must draw stands on the screen, rows included.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from bench.author import Author
from bench.corpus import one_fonds
from bench.figures import Figure, percentile
from bench.stations import Station, joined_room, serving
from bench.tickets import FONDS, TICKETS, corrections, take
from node.home import Home
from node.machine import Machine
from sync.words.catalogue import Words
from tests.support.terminal import Terminal
from tui.app import WORDS_FOLDER

TIMES = 40
DECIDED = 30
FIRST_ROW = 5
WORDS = Words.load("zh", WORDS_FOLDER)


async def bench_queue(folder: Path, sized: Callable[[int], int]) -> list[Figure]:
    """Opening, filtering and leafing; deciding, with the keys counted."""
    hub = Station(folder / "hub")
    await hub.run("init", "--hub", "--name", "中心")
    async with serving(hub) as door:
        stations = [
            await joined_room(folder / name, hub, door, FONDS, name)
            for name in ("甲", "乙")
        ]
        for station in stations:
            await station.run("sync")
    first, second = [await Author.of_room(Home(each.home)) for each in stations]
    count = sized(TICKETS)
    machine = await Machine.open(Home(hub.home))
    try:
        await take(machine, first, first.creations(one_fonds(count)))
        records = list(first.made)
        births = [record for record, _ in records]
        for author, word in ((first, "(甲改)"), (second, "(乙改)")):
            edits = corrections(author, records, births, word)
            await take(machine, author, list(author.sealed(edits)))
    finally:
        await machine.close()
    return await asyncio.to_thread(_measure, hub.home, count)


def _measure(home: Path, count: int) -> list[Figure]:
    terminal = Terminal(
        [sys.executable, "-P", "-m", "tui", "--home", str(home), "--as", "裁定员"],
        {**os.environ, "LANG": "zh_CN.UTF-8"},
    )
    shown = f"{count:,} tickets"
    try:
        terminal.until(lambda _: _has_rows(terminal))
        terminal.settle()
        opened = [_open(terminal) for _ in range(TIMES)]
        filtered = [_filter(terminal) for _ in range(TIMES)]
        leafed = [_page(terminal) for _ in range(TIMES)]
        times, keys = _decide(terminal)
    finally:
        terminal.close()
    return [
        _figure(f"queue at the desk: open, p95, {shown}", opened),
        _figure(f"queue at the desk: filter, p95, {shown}", filtered),
        _figure(f"queue at the desk: page down, p95, {shown}", leafed),
        *(
            _figure(f"ticket at the desk: {what}, p95, {shown}", taken, at_most=None)
            for what, taken in times.items()
        ),
        Figure(
            "keys per ordinary ticket",
            keys,
            "keys",
            at_most=3,
            counted=f"{DECIDED} tickets in turn, opening the first one counted",
        ),
    ]


def _figure(what: str, taken: Sequence[float], at_most: float | None = 100) -> Figure:
    return Figure(
        what,
        1000 * percentile(taken, 0.95),
        "ms",
        at_most=at_most,
        counted=f"{len(taken)} times, from the key to the drawn rows; middle"
        f" {1000 * percentile(taken, 0.5):.0f}, longest {1000 * max(taken):.0f} ms",
    )


def _has_rows(terminal: Terminal) -> bool:
    """Whether the queue stands there with its first rows."""
    title = terminal.lines[0].strip().startswith(WORDS.say("queue.title"))
    row = terminal.lines[FIRST_ROW].strip()
    return title and row not in ("", "…")


def _open(terminal: Terminal) -> float:
    terminal.press("esc")
    terminal.until(WORDS.say("home.title"))
    terminal.settle()
    terminal.press("7")
    terminal.settle()
    terminal.press("enter")
    return terminal.until(lambda _: _has_rows(terminal))


def _filter(terminal: Terminal) -> float:
    """To one class; then back to all, which is not timed."""
    _choose(terminal, "2")
    kind = WORDS.say("ticket.class.field")
    seconds = terminal.until(
        lambda _: f"类别:{kind}" in terminal.text and _has_rows(terminal)
    )
    terminal.settle()
    _choose(terminal, "1")
    terminal.until(lambda _: "类别:全部" in terminal.text and _has_rows(terminal))
    terminal.settle()
    return seconds


def _choose(terminal: Terminal, digit: str) -> None:
    terminal.press("5", "enter")
    terminal.until(lambda _: not _has_rows(terminal))
    terminal.settle()
    terminal.press(digit)
    terminal.settle()
    terminal.press("enter")


def _page(terminal: Terminal) -> float:
    before = terminal.lines[FIRST_ROW]
    terminal.press("pagedown")
    seconds = terminal.until(
        lambda _: _has_rows(terminal) and terminal.lines[FIRST_ROW] != before
    )
    terminal.settle()
    return seconds


def _decide(terminal: Terminal) -> tuple[dict[str, list[float]], float]:
    """Times of opening, previewing and deciding; keys for each ticket."""
    times: dict[str, list[float]] = {"open": [], "preview": [], "decide": []}
    terminal.press("home")
    terminal.settle()
    terminal.keys_sent = 0
    terminal.press("enter")
    times["open"].append(terminal.until("取甲"))
    for place in range(DECIDED):
        terminal.settle()
        before = terminal.lines[1]
        terminal.press("12"[place % 2])
        times["preview"].append(terminal.until(WORDS.say("ticket.confirm")))
        terminal.settle()
        terminal.press("enter")
        times["decide"].append(
            terminal.until(lambda _, before=before: terminal.lines[1] != before)  # type: ignore[misc]
        )
    return times, terminal.keys_sent / DECIDED
