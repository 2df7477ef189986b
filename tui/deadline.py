"""Told to end, the desk ends: in its own way, or without it after a while.

Its own way needs the program's loop. Where that hangs, a thread gives the terminal
back, writes down where every thread stood, and ends the process.
"""

from __future__ import annotations

import faulthandler
import os
import threading
from contextlib import suppress
from pathlib import Path
from typing import Final

from tui.terminal import Terminal

ENDING_SECONDS: Final = 40.0
"""Longer than a store may be busy while what was typed is kept."""


class Deadline:
    """Ends the process some time after it was told to end, unless it has ended."""

    def __init__(self, terminal: Terminal | None, faults: Path) -> None:
        self._terminal = terminal
        self._faults = faults
        self._timer: threading.Timer | None = None

    def arm(self, status: int) -> None:
        """The process was told to end with *status*; the first word counts."""
        if self._timer is None:
            self._timer = threading.Timer(ENDING_SECONDS, self._end, [status])
            self._timer.daemon = True
            self._timer.start()

    def disarm(self) -> None:
        """The program has ended in its own way."""
        if self._timer is not None:
            self._timer.cancel()

    def _end(self, status: int) -> None:
        with suppress(OSError), self._faults.open("a", encoding="utf-8") as file:
            file.write("told to end, and the program's loop hung\n")
            file.flush()
            faulthandler.dump_traceback(file)
        if self._terminal is not None:
            self._terminal.give_back()
        os._exit(status)
