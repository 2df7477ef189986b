"""The desk as a person at a terminal meets it: keys in, the drawn screen out.

The real program in a terminal of its own, a room of half a million records, and for
the typing an import of a workbook that runs beside. Timed from the key to the moment
when what it must draw stands on the screen.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.corpus import Entry, entries, one_fonds
from bench.figures import Figure, percentile
from bench.importing import write_workbook
from bench.large_room import make_large_room
from bench.stations import Station, peak_of
from sync.words.catalogue import Words
from tests.support.terminal import Terminal
from tui.app import WORDS_FOLDER

RECORDS = 500_000
IMPORTED = 39_369
STARTS = 5
LETTERS = 60
QUERIES = 40
PAGES = 60
LETTER = "龘"
_LONG_TITLE = 12
WORDS = Words.load("zh", WORDS_FOLDER)


async def bench_desk(folder: Path, sized: Callable[[int], int]) -> list[Figure]:
    """First screen, typing, searching, leafing, memory, keys."""
    records = sized(RECORDS)
    prepared = os.environ.get("DANGYI_BENCH_ROOM")
    home = folder / "room"
    if prepared:
        await asyncio.to_thread(shutil.copytree, prepared, home)
    else:
        await make_large_room(home, records)
    books = folder / "books"
    books.mkdir()
    book = books / "list.xlsx"
    await asyncio.to_thread(write_workbook, book, entries(sized(IMPORTED)))
    wanted = one_fonds(min(records, 2_000))
    return await asyncio.to_thread(_measure, home, book, wanted, records)


def _measure(home: Path, book: Path, wanted: list[Entry], records: int) -> list[Figure]:
    shown = f"{records:,} records"
    figures = [_first_screen(home, shown)]
    with desk(home) as terminal:
        figures.append(_searching(terminal, wanted, shown))
    with desk(home) as terminal:
        figures.append(_leafing(terminal, shown))
        peak = peak_of(terminal.process.pid) / 1e6
    with desk(home) as terminal:
        figures += _typing(terminal, home, book, shown)
        peak = max(peak, peak_of(terminal.process.pid) / 1e6)
    figures.append(
        Figure(
            f"memory of the desk, {shown}",
            peak,
            "MB",
            at_most=150,
            counted="highest resident size of the desk's process over leafing, and over"
            " typing with an import beside",
        )
    )
    return figures


@contextmanager
def desk(home: Path) -> Iterator[Terminal]:
    """The program in a terminal, on its first screen."""
    terminal = Terminal(
        [sys.executable, "-P", "-m", "tui", "--home", str(home), "--as", "其其格"],
        {**os.environ, "LANG": "zh_CN.UTF-8"},
    )
    try:
        terminal.until(WORDS.say("home.title"))
        terminal.settle()
        yield terminal
    finally:
        terminal.close()


def _first_screen(home: Path, shown: str) -> Figure:
    taken = []
    for _ in range(STARTS):
        began = time.perf_counter()
        with desk(home):
            taken.append(time.perf_counter() - began)
    return Figure(
        f"first screen of the desk, {shown}",
        percentile(taken, 0.5),
        "s",
        at_most=1.0,
        counted=f"from the process's start to the drawn screen, middle of {STARTS};"
        f" longest {max(taken):.2f} s",
    )


def _typing(terminal: Terminal, home: Path, book: Path, shown: str) -> list[Figure]:
    """Letters into the title, while another process imports; then into the search."""
    importing = subprocess.Popen(
        Station(home).command("import", str(book)),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    found = []
    try:
        for where, open_it in (("entry", _open_entry), ("search", _open_search)):
            open_it(terminal)
            taken = [_letter(terminal) for _ in range(LETTERS)]
            beside = "running" if importing.poll() is None else "over before the end"
            found.append(
                Figure(
                    f"key to drawn character in {where}, p95, {shown}",
                    1000 * percentile(taken, 0.95),
                    "ms",
                    at_most=50,
                    counted=f"{LETTERS} letters, the import beside {beside}; middle"
                    f" {1000 * percentile(taken, 0.5):.0f},"
                    f" longest {1000 * max(taken):.0f} ms",
                )
            )
            terminal.press("esc")
            terminal.settle()
            _leave_draft(terminal)
    finally:
        importing.terminate()
        importing.wait()
    return found


def _letter(terminal: Terminal) -> float:
    """One letter more; seconds until it is drawn."""
    before = terminal.text.count(LETTER)
    began = time.perf_counter()
    terminal.type(LETTER)
    terminal.until(lambda text: text.count(LETTER) > before)
    taken = time.perf_counter() - began
    terminal.settle(0.03)
    return taken


def _open_entry(terminal: Terminal) -> None:
    terminal.press("1", "enter")
    terminal.until(lambda text: text.lstrip().startswith(WORDS.say("entry.title")))
    terminal.settle()
    for _ in range(4):
        terminal.press("enter")
    terminal.settle()


def _leave_draft(terminal: Terminal) -> None:
    """A form that holds text asks whether to keep it."""
    if WORDS.say("home.title") not in terminal.lines[0]:
        terminal.press("2", "enter")
        terminal.settle()


def _open_search(terminal: Terminal) -> None:
    terminal.press("f3")
    terminal.until(WORDS.say("search.title"))
    terminal.settle()


def _searching(terminal: Terminal, wanted: list[Entry], shown: str) -> Figure:
    """Words from titles; from the last key to the first results."""
    _open_search(terminal)
    taken = []
    for word in _words(wanted):
        began = time.perf_counter()
        terminal.type(word)
        terminal.until(lambda text, word=word: _has_hits(text, word))  # type: ignore[misc]
        taken.append(time.perf_counter() - began)
        terminal.settle(0.2)
        for _ in word:
            terminal.press("backspace")
        terminal.settle(0.3)
    return Figure(
        f"first results after the last key, p95, {shown}",
        1000 * percentile(taken, 0.95),
        "ms",
        at_most=150,
        counted=f"{len(taken)} words of 2 to 4 characters from titles, each as an input"
        " method commits it, with the pause that waits for more keys; middle"
        f" {1000 * percentile(taken, 0.5):.0f},"
        f" longest {1000 * max(taken):.0f} ms",
    )


def _words(wanted: list[Entry]) -> list[str]:
    """Pieces of two to four characters, spread over the titles."""
    titles = [each.title for each in wanted if len(each.title) > _LONG_TITLE]
    step = max(1, len(titles) // QUERIES)
    found = []
    for place, title in enumerate(titles[::step][:QUERIES]):
        start = place * 7 % (len(title) - 4)
        word = title[start : start + 2 + place % 3]
        if word == "".join(word.split()) and word.isalnum():
            found.append(word)
    return found


def _has_hits(text: str, word: str) -> bool:
    """Whether a line below the query holds the word."""
    return sum(1 for line in text.split("\n") if word in line) > 1


def _leafing(terminal: Terminal, shown: str) -> Figure:
    """Pages of the whole fonds."""
    terminal.press("2", "enter")
    terminal.until(lambda text: WORDS.say("home.title") not in text.split("\n")[0])
    terminal.settle()
    _to_whole_list(terminal)
    taken = []
    for _ in range(PAGES):
        before = terminal.lines[4:18]
        began = time.perf_counter()
        terminal.press("pagedown")
        terminal.until(
            lambda _text, before=before: _is_new_page(terminal.lines[4:18], before)  # type: ignore[misc]
        )
        taken.append(time.perf_counter() - began)
        terminal.settle(0.05)
    return Figure(
        f"page down in browse, p95, {shown}",
        1000 * percentile(taken, 0.95),
        "ms",
        at_most=50,
        counted=f"{PAGES} pages, every row drawn; middle"
        f" {1000 * percentile(taken, 0.5):.0f}, longest {1000 * max(taken):.0f} ms",
    )


def _is_new_page(lines: list[str], before: list[str]) -> bool:
    is_whole = not any(line.strip() == "…" for line in lines)
    return is_whole and all(a != b for a, b in zip(lines, before, strict=True))


def _to_whole_list(terminal: Terminal) -> None:
    """All items of the fonds in one list."""
    terminal.press("f9")
    terminal.until(lambda text: "1 0001-" in text)
    terminal.settle(0.5)
