"""Opens the desk: the terminal, the machine, the program.

The terminal is asked how wide it draws before anything is loaded, and it is given back
as it was, whatever ends the desk: a person, an error, a signal, a line that was cut.
What was typed is kept first.
"""

from __future__ import annotations

import asyncio
import importlib
import os
import signal
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from node.clock import SystemClock
from node.home import Home
from protocol.operations import Actor
from sync.cli.call import Call
from sync.cli.parser import UsageError
from sync.words.catalogue import Words
from tui.deadline import Deadline
from tui.desk.settings_file import SettingsFile
from tui.terminal import Terminal, taken
from tui.width import Drawn, adopt

if TYPE_CHECKING:
    from textual.driver import Driver

    from tui.app import DeskApp
    from tui.desk.machine_desk import MachineDesk
    from tui.port.founding import Founding

Progress = Callable[[int, int], None]
_SIGNALS: Final = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)
_BY_SIGNAL: Final = 128
_FAULT: Final = 1
FAULTS_NAME: Final = "desk-faults.log"
_MOST_FAULT_BYTES: Final = 256 * 1024
_TEXTUAL_SETTINGS: Final = {
    "TEXTUAL_DISABLE_KITTY_KEY": "1",
    "TEXTUAL_SMOOTH_SCROLL": "0",
    "TEXTUAL_ANIMATIONS": "none",
}
"""Keys as every terminal and input method sends them, the mouse by columns, at once."""


async def desk(call: Call) -> int:
    """Open the desk of the call's home until the person leaves.

    Raises:
        UsageError: there is no terminal to draw on.
    """
    if call.options.is_web:
        from tui.web import serve  # noqa: PLC0415 (few desks are looked at from afar)

        return await serve(call)
    os.environ.update(_TEXTUAL_SETTINGS)
    if _is_in_browser():
        ended = await _run(call, None)
    else:
        _require_terminal()
        with taken() as terminal:
            terminal.ask()
            ended = await _run(call, terminal)
    if ended.unkept:
        call.paper.note(ended.unkept)
    if ended.fault is None:
        return ended.status
    call.paper.note(call.words.say("desk.fault", path=str(_written(call, ended.fault))))
    return _FAULT


@dataclass(frozen=True, slots=True)
class _Ended:
    """How the desk ended."""

    status: int
    fault: Exception | None
    unkept: str
    """Why something that was typed could not be kept; mostly empty."""


def _is_in_browser() -> bool:
    """Whether a browser's server started this process and hands it keys."""
    return os.environ.get("TEXTUAL_DRIVER", "").endswith(":WebDriver")


def _require_terminal() -> None:
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError(key="usage.desk_terminal")
    encoding = sys.stdout.encoding
    if encoding.lower().replace("-", "") != "utf8":
        raise UsageError(key="usage.desk_encoding", found=encoding)


async def _run(call: Call, terminal: Terminal | None) -> _Ended:
    """Open the machine while the program is being loaded, then hand over."""
    home = Home(call.desk_home)
    kept = SettingsFile(home.path)
    person = call.options.person or kept.last_person or call.actor.name
    settings = kept.of(person)
    language = call.options.lang or settings.language or call.words.language
    if terminal is not None:
        terminal.say(call.words.say("desk.opening"))
    progress = _progress(call, terminal)
    opening = (
        asyncio.create_task(_opened(home, person, progress)) if home.is_made else None
    )
    program = await asyncio.to_thread(importlib.import_module, "tui.app")
    port = None if opening is None else await opening
    probed = None if terminal is None else terminal.answer()
    adopt(Drawn.chosen(settings.width, probed))
    app: DeskApp = program.DeskApp(
        port,
        Words.load(language, program.WORDS_FOLDER),
        first=_first(port),
        settings=settings,
        keeper=kept,
        probed=probed,
        founding=None if port is not None else _founding(home),
        driver_class=_driver(terminal),
    )
    try:
        with _signals(app, Deadline(terminal, home.path / FAULTS_NAME)):
            status = await app.run_async()
        unkept = "" if app.unkept is None else app.error_text(app.unkept)
        return _Ended(_FAULT if status is None else status, app.fault, unkept)
    finally:
        await app.close_desk()


def _first(desk: MachineDesk | None) -> tuple[str, ...]:
    """What stands on the screen first; at a hub the queue, above all other work."""
    if desk is None:
        return ("first_run",)
    return ("home", "queue") if desk.is_hub else ("home",)


async def _opened(home: Home, person: str, progress: Progress) -> MachineDesk:
    from node.machine import Machine  # noqa: PLC0415 (a first run opens none)
    from tui.desk.machine_desk import MachineDesk  # noqa: PLC0415

    return MachineDesk(await Machine.open(home, progress=progress), Actor(person))


def _progress(call: Call, terminal: Terminal | None) -> Progress:
    """Says how far an upgrade of the room's rows is, before there is a screen."""

    def tell(done: int, total: int) -> None:
        if terminal is not None:
            terminal.say(call.words.say("desk.upgrading", done=done, total=total))

    return tell


@contextmanager
def _signals(app: DeskApp, deadline: Deadline) -> Iterator[None]:
    """Told to end, the desk puts everything away first, if that does not take for ever.

    The loop hears of a signal through a descriptor of its own; the handler proper runs
    wherever the program is, and sets the deadline.
    """
    loop = asyncio.get_running_loop()
    for number in _SIGNALS:
        loop.add_signal_handler(number, app.put_away, _BY_SIGNAL + number)
        signal.signal(number, lambda told, _: deadline.arm(_BY_SIGNAL + told))
        signal.siginterrupt(number, False)  # noqa: FBT003
    try:
        yield
    finally:
        deadline.disarm()
        for number in _SIGNALS:
            loop.remove_signal_handler(number)


def _founding(home: Home) -> Founding:
    from tui.desk.founding import MachineFounding  # noqa: PLC0415 (the first run's)

    return MachineFounding(home.path)


def _driver(terminal: Terminal | None) -> type[Driver]:
    """What draws: on a terminal, or for a browser."""
    if terminal is None:
        from tui.browser_driver import BrowserDriver  # noqa: PLC0415 (loads Textual)

        return BrowserDriver
    from tui.driver import on_terminal  # noqa: PLC0415 (loads Textual)

    return on_terminal(terminal)


def _written(call: Call, fault: Exception) -> Path:
    """The file that tells what ended the desk; for the technician."""
    folder = call.desk_home if call.desk_home.is_dir() else Path.home()
    path = folder / FAULTS_NAME
    cause = getattr(fault, "error", fault)
    told = "".join(traceback.format_exception(cause or fault))
    try:
        if path.is_file() and path.stat().st_size > _MOST_FAULT_BYTES:
            path.replace(path.with_name(path.name + ".old"))
        with path.open("a", encoding="utf-8", errors="backslashreplace") as file:
            file.write(f"{SystemClock().now()} dangyi\n{told}\n")
    except OSError:
        call.paper.note(told)
    return path
