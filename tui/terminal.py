"""The terminal that the desk is drawn on: taken, asked, and given back as it was.

Laws:

- The screen goes to the terminal of standard output, and nothing else does: what
  libraries write to standard error meanwhile is held back and given out at the end.
- Keys that are typed while the desk opens are kept and handed on.
- Whatever ends the desk, the terminal is left as it was found.

Imports no Textual, so that a terminal can be asked before anything is loaded.
"""

from __future__ import annotations

import os
import select
import sys
import tempfile
import termios
import tty
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import IO, Final, cast

from node.clock import elapsed
from tui.width import Drawn, question, read_answer

ANSWER_SECONDS: Final = 0.6
"""A terminal at the end of a slow line gets this long, less what else takes time."""
_MOST_TYPED_BYTES: Final = 4096
_MOST_ASIDE_BYTES: Final = 64 * 1024
_TAKE: Final = b"\x1b[?1049h\x1b[2J\x1b[H"
_GIVE_BACK: Final = (
    b"\x1b[?2004l\x1b[?7h\x1b[?2048l\x1b[?1000l\x1b[?1003l\x1b[?1015l\x1b[?1006l"
    b"\x1b[?1016l\x1b[?1004l\x1b[<u\x1b[0m\x1b[?1049l\x1b[?25h"
)


class Screen:
    """Text for the terminal; once the line is cut it swallows what is written."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._waiting: list[str] = []
        self.is_cut = False

    def write(self, text: str) -> int:
        """Hold *text* until the next flush."""
        self._waiting.append(text)
        return len(text)

    def flush(self) -> None:
        """Hand everything to the terminal."""
        data = "".join(self._waiting).encode("utf-8", "replace")
        self._waiting.clear()
        self.send(data)

    def send(self, data: bytes) -> None:
        """Hand *data* to the terminal, all of it."""
        rest = memoryview(data)
        while rest and not self.is_cut:
            try:
                rest = rest[os.write(self._descriptor, rest) :]
            except BlockingIOError:
                select.select([], [self._descriptor], [])
            except OSError:
                self.is_cut = True

    def isatty(self) -> bool:
        """Whether it is a terminal: always."""
        return True

    def fileno(self) -> int:
        """The descriptor of the terminal."""
        return self._descriptor


class Terminal:
    """The terminal while the desk has it."""

    def __init__(self, screen: Screen, keyboard: int, size: os.terminal_size) -> None:
        self.screen = screen
        self.keyboard = keyboard
        self.size = size
        self._found = termios.tcgetattr(keyboard)
        self.typed = b""
        """What was typed before the desk could read it."""
        self.is_given_back = False
        """The program has left its screen by itself."""
        self._asked_at: float | None = None

    def ask(self) -> None:
        """Ask for the width of characters; the answer may come while others work."""
        self._asked_at = elapsed()
        self.screen.send(question())

    def answer(self) -> Drawn | None:
        """What the terminal said; nothing where it has not answered in time."""
        if self._asked_at is None:
            return None
        received = b""
        while len(received) < _MOST_TYPED_BYTES:
            left = self._asked_at + ANSWER_SECONDS - elapsed()
            if not select.select([self.keyboard], [], [], max(0.0, left))[0]:
                break
            try:
                piece = os.read(self.keyboard, 1024)
            except OSError:
                break
            if not piece:
                break
            received += piece
            drawn, self.typed = read_answer(received)
            if drawn is not None:
                return drawn
        _, self.typed = read_answer(received)
        return None

    def give_back(self) -> None:
        """Leave it as it was found."""
        if not self.is_given_back:
            self.screen.send(_GIVE_BACK)
        with suppress(termios.error):
            termios.tcsetattr(self.keyboard, termios.TCSADRAIN, self._found)

    def say(self, text: str) -> None:
        """A word while nothing else can be drawn yet, in the middle of the screen."""
        row = max(1, self.size.lines // 2)
        column = max(1, (self.size.columns - 2 * len(text)) // 2)
        shown = f"\x1b7\x1b[{row};1H\x1b[2K\x1b[{row};{column}H{text}\x1b8"
        self.screen.send(shown.encode("utf-8", "replace"))


@contextmanager
def taken() -> Iterator[Terminal]:
    """Have the terminal of standard input and output, for as long as the desk runs."""
    keyboard = sys.stdin.fileno()
    descriptor = os.dup(sys.stdout.fileno())
    terminal = Terminal(Screen(descriptor), keyboard, os.get_terminal_size(descriptor))
    try:
        with _errors_aside():
            try:
                tty.setcbreak(keyboard, termios.TCSANOW)
                terminal.screen.send(_TAKE)
                yield terminal
            finally:
                terminal.give_back()
    finally:
        os.close(descriptor)


@contextmanager
def _errors_aside() -> Iterator[None]:
    """Standard error goes to a file, and what it holds comes out at the end."""
    number = sys.stderr.fileno()
    sys.stderr.flush()
    kept = os.dup(number)
    with tempfile.TemporaryFile() as aside:
        os.dup2(aside.fileno(), number)
        try:
            yield
        finally:
            sys.stderr.flush()
            os.dup2(kept, number)
            os.close(kept)
            _give_out(cast("IO[bytes]", aside))


def _give_out(aside: IO[bytes]) -> None:
    size_bytes = aside.seek(0, os.SEEK_END)
    if size_bytes:
        aside.seek(max(0, size_bytes - _MOST_ASIDE_BYTES))
        with suppress(OSError):
            sys.stderr.write(aside.read().decode("utf-8", "replace"))
            sys.stderr.flush()
