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
from collections.abc import Callable, Mapping, Sequence
from typing import Final

import pyte

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
_PIECE_BYTES: Final = 65_536


class NotShown(Exception):
    """What was waited for did not come on the screen; holds the screen's lines."""


class _Screen(pyte.Screen):
    """A screen that answers questions about itself."""

    def __init__(self, columns: int, rows: int, answer: Callable[[str], None]) -> None:
        self._answer = answer
        super().__init__(columns, rows)

    def write_process_input(self, data: str) -> None:
        self._answer(data)


class Terminal:
    """One program in one terminal."""

    def __init__(
        self,
        command: Sequence[str],
        environment: Mapping[str, str],
        *,
        columns: int = 80,
        rows: int = 24,
    ) -> None:
        self.screen = _Screen(columns, rows, self._answer)
        self._stream = pyte.ByteStream(self.screen)
        self.keys_sent = 0
        """Control keys sent so far: everything but typed text."""
        master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.process = subprocess.Popen(
            command,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env={**environment, "TERM": "xterm-256color", "COLORTERM": "truecolor"},
            start_new_session=True,
            close_fds=True,
        )
        os.close(slave)
        self._master = master

    def _answer(self, text: str) -> None:
        os.write(self._master, text.encode())

    def press(self, *names: str) -> None:
        """Control keys by name; single digits count as control keys too."""
        for name in names:
            self.keys_sent += 1
            os.write(self._master, KEYS.get(name, name).encode())

    def type(self, text: str) -> None:
        """Text, as an input method commits it: one piece of UTF-8."""
        os.write(self._master, text.encode())

    def send(self, data: bytes) -> None:
        """Bytes as they are."""
        os.write(self._master, data)

    @property
    def lines(self) -> list[str]:
        """What stands on the screen."""
        return [line.rstrip() for line in self.screen.display]

    @property
    def text(self) -> str:
        """The screen as one text."""
        return "\n".join(self.lines)

    def read(self, seconds: float) -> bool:
        """Take in what the program draws within *seconds*; whether anything came."""
        ready, _, _ = select.select([self._master], [], [], seconds)
        if not ready:
            return False
        try:
            data = os.read(self._master, _PIECE_BYTES)
        except OSError:
            return False
        self._stream.feed(data)
        return bool(data)

    def until(
        self, wanted: str | Callable[[str], bool], seconds: float = 20.0
    ) -> float:
        """Wait until *wanted* is on the screen; the seconds that it took.

        Raises:
            NotShown: it did not come.
        """
        is_there = (lambda text: wanted in text) if isinstance(wanted, str) else wanted
        begun = time.monotonic()
        while not is_there(self.text):
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

    def close(self) -> int:
        """End the program if it still runs; its exit status."""
        if self.process.poll() is None:
            self.kill()
        os.close(self._master)
        return self.process.wait()
