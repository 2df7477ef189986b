"""A program in a terminal of its own: keys go in, the screen is read back.

A pty and a terminal emulator in memory; what the emulator shows is what a person would
see.
"""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import termios
import time
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any, Final

import pyte
from pyte import screens

from tests.support.forks import Forked

KEYS: Final[Mapping[str, str]] = {
    "enter": "\r",
    "esc": "\x1b",
    "up": "\x1b[A",
    "down": "\x1b[B",
    "right": "\x1b[C",
    "left": "\x1b[D",
    "home": "\x1b[H",
    "end": "\x1b[F",
    "pageup": "\x1b[5~",
    "pagedown": "\x1b[6~",
    "backspace": "\x7f",
    "f1": "\x1bOP",
    "f2": "\x1bOQ",
    "f3": "\x1bOR",
    "f4": "\x1bOS",
    "f5": "\x1b[15~",
    "f6": "\x1b[17~",
    "f7": "\x1b[18~",
    "f8": "\x1b[19~",
    "f9": "\x1b[20~",
}
_STEP_SECONDS: Final = 0.02
_TAKE: Final = 'line=$1; shift; exec "$@" <"$line" >"$line" 2>&1'
"""Opened by the first process of a session, the terminal is its own: it hears the
keys, the new size, and that the line was cut."""
_WHOLE_FRAMES_ASKED: Final = b"\x1b[?2026$p"
_WHOLE_FRAMES: Final = "\x1b[?2026;2$y"
"""The answer: this terminal shows a drawing once it is whole."""
_DRAWING: Final = 2026 << 5
_KEYS_AS_EVER: Final = b"\x1b[<u"
"""Nothing for this terminal to do; the emulator would draw its last letter."""
_PIECE_BYTES: Final = 65_536
_LINE_BYTES: Final = 1024
"""So much a terminal takes in one piece from whoever types."""


class NotShown(Exception):
    """What was waited for did not come on the screen; holds the screen's lines."""


class _Screen(pyte.Screen):
    """A screen that answers questions about itself."""

    def __init__(
        self,
        columns: int,
        rows: int,
        answer: Callable[[str], None],
        *,
        is_wide: bool = False,
    ) -> None:
        self._answer = answer
        self._is_wide = is_wide
        super().__init__(columns, rows)

    def write_process_input(self, data: str) -> None:
        self._answer(data)

    def draw(self, data: str) -> None:
        """Draw as a terminal does whose characters of open width take two columns."""
        with _wide_characters() if self._is_wide else _as_they_are():
            super().draw(data)

    def line(self, row: int) -> str:
        """One line; of a wide character that was half overwritten nothing is left."""
        cells = self.buffer[row]
        return "".join(cells[column].data for column in range(self.columns)).rstrip()


def _wide_width(character: str) -> int:
    is_open = unicodedata.east_asian_width(character) == "A"
    return 2 if is_open else int(_narrow_width(character))


_narrow_width: Final[Callable[[str], int]] = screens.wcwidth


@contextmanager
def _wide_characters() -> Iterator[None]:
    screens.wcwidth = _wide_width
    try:
        yield
    finally:
        screens.wcwidth = _narrow_width


@contextmanager
def _as_they_are() -> Iterator[None]:
    yield


class Terminal:
    """One program in one terminal."""

    def __init__(
        self,
        command: Sequence[str],
        environment: Mapping[str, str],
        *,
        columns: int = 80,
        rows: int = 24,
        is_wide: bool = False,
        is_forked: bool = False,
    ) -> None:
        """*is_forked*: it begins where Python has read the program."""
        self.screen = _Screen(columns, rows, self._answer, is_wide=is_wide)
        self._stream = pyte.ByteStream(self.screen)
        self.keys_sent = 0
        """Control keys sent so far: everything but typed text."""
        master, slave = pty.openpty()
        _set_size(slave, columns, rows)
        self.process = _start(
            command,
            os.ttyname(slave),
            {**environment, "TERM": "xterm-256color", "COLORTERM": "truecolor"},
            is_forked=is_forked,
        )
        os.close(slave)
        self._master = master
        self._is_open = True

    def _answer(self, text: str) -> None:
        self.send(text.encode())

    def press(self, *names: str) -> None:
        """Control keys by name; single digits count as control keys too."""
        for name in names:
            self.keys_sent += 1
            self.send(KEYS.get(name, name).encode())

    def type(self, text: str) -> None:
        """Text, as an input method commits it: one piece of UTF-8."""
        self.send(text.encode())

    def send(self, data: bytes) -> None:
        """Bytes as they are; what the program draws meanwhile is taken in."""
        rest = data
        while rest:
            _, ready, _ = select.select([], [self._master], [], _STEP_SECONDS)
            if ready:
                rest = rest[os.write(self._master, rest[:_LINE_BYTES]) :]
            else:
                self.read(_STEP_SECONDS)

    def resize(self, columns: int, rows: int) -> None:
        """Make the window larger or smaller; the program is told by its system."""
        self.screen.resize(rows, columns)
        _set_size(self._master, columns, rows)

    @property
    def lines(self) -> list[str]:
        """What stands on the screen."""
        return [self.screen.line(row) for row in range(self.screen.lines)]

    @property
    def text(self) -> str:
        """The screen as one text."""
        return "\n".join(self.lines)

    def read(self, seconds: float) -> bool:
        """Take in what the program draws within *seconds*; whether anything came."""
        if not self._is_open:
            return False
        ready, _, _ = select.select([self._master], [], [], seconds)
        if not ready:
            return False
        try:
            data = os.read(self._master, _PIECE_BYTES)
        except OSError:
            return False
        self._stream.feed(data.replace(_KEYS_AS_EVER, b""))
        if _WHOLE_FRAMES_ASKED in data:
            self._answer(_WHOLE_FRAMES)
        return bool(data)

    @property
    def is_drawn(self) -> bool:
        """Whether the screen is whole: no drawing is under way."""
        return _DRAWING not in self.screen.mode

    def until(
        self, wanted: str | Callable[[str], bool], seconds: float = 20.0
    ) -> float:
        """Wait until *wanted* is on the screen; the seconds that it took.

        Raises:
            NotShown: it did not come.
        """
        is_there = (lambda text: wanted in text) if isinstance(wanted, str) else wanted
        begun = time.monotonic()
        while not (self.is_drawn and is_there(self.text)):
            left = seconds - (time.monotonic() - begun)
            if left <= 0 or (self.process.poll() is not None and not self.read(0)):
                raise NotShown(f"{wanted}\n{self.text}")
            self.read(min(left, _STEP_SECONDS))
        return time.monotonic() - begun

    def settle(self, seconds: float = 0.15) -> None:
        """Take in what is drawn until nothing came for *seconds*."""
        while self.read(seconds):
            pass

    def kill(self) -> None:
        """End the program at once, as a power cut does."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def hang_up(self) -> None:
        """Cut the line: the terminal is gone, and the system says so."""
        if self._is_open:
            self._is_open = False
            os.close(self._master)

    def end(self, seconds: float = 20.0) -> int:
        """Wait until the program has ended by itself; its exit status.

        Raises:
            NotShown: it goes on.
        """
        begun = time.monotonic()
        while self.process.poll() is None:
            left = seconds - (time.monotonic() - begun)
            if left <= 0:
                raise NotShown(f"it goes on\n{self.text}")
            if self._is_open:
                self.read(_STEP_SECONDS)
            else:
                with suppress(subprocess.TimeoutExpired):
                    self.process.wait(left)
        while self._is_open and self.read(0):
            pass
        return self.process.returncode

    def close(self) -> int:
        """End the program if it still runs; its exit status."""
        if self.process.poll() is None:
            self.kill()
        self.hang_up()
        return self.process.wait()


def _start(
    command: Sequence[str], line: str, environment: dict[str, str], *, is_forked: bool
) -> subprocess.Popen[Any]:
    if is_forked:
        return Forked(command, tty=line, env=environment)
    return subprocess.Popen(
        ["sh", "-c", _TAKE, "sh", line, *command],
        env=environment,
        start_new_session=True,
        close_fds=True,
    )


def _set_size(descriptor: int, columns: int, rows: int) -> None:
    fcntl.ioctl(
        descriptor, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0)
    )
