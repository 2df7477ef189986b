"""Draws the desk on the terminal that was taken, and reads its keys.

Differs from Textual's own driver in four things: it draws on the terminal that it is
given, bytes that are no UTF-8 do not end the program, Esc and a key that came in one
piece are two keys, and a line that was cut lets the desk put everything away.
"""

from __future__ import annotations

import os
import select
from codecs import getincrementaldecoder
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, ClassVar, Final, Protocol, cast

from textual._parser import ParseError
from textual._xterm_parser import XTermParser
from textual.drivers.linux_driver import LinuxDriver
from textual.message import Message

from tui.terminal import Terminal

if TYPE_CHECKING:
    from textual.app import App

_READ_BYTES: Final = 4096
_TICK_SECONDS: Final = 0.1
_ESCAPE: Final = "\x1b"
_BEGINNINGS: Final = "[O]PX^_" + _ESCAPE
"""What may stand behind Esc in a sequence that a terminal sends."""
_PASTE: Final = _ESCAPE + "[200~"
_PASTE_END: Final = _ESCAPE + "[201~"


class Hearer(Protocol):
    """Who is told that the line was cut."""

    def line_cut(self) -> None:
        """The terminal is gone."""


class Keyboard:
    """Makes keys of the bytes that a terminal sends.

    The desk knows no chords: what a slow line brings together with Esc, and what a
    quick hand types behind it, is the next key.
    """

    def __init__(self, *, debug: bool = False) -> None:
        self._decode = getincrementaldecoder("utf-8")("replace").decode
        self._parser = XTermParser(debug)
        self._is_behind_escape = False
        self._last = ""
        self._is_pasting = False

    def keys(self, data: bytes) -> Iterator[Message]:
        """What *data* says, with what was left of the data before."""
        text = self._decode(data)
        start = 0
        for place, character in enumerate(text):
            if self._is_behind_escape and character not in _BEGINNINGS:
                yield from self._fed(text[start:place])
                yield from self._escape()
                start = place
            self._note(character)
        yield from self._fed(text[start:])

    def tick(self) -> Iterable[Message]:
        """Esc, once nothing came behind it for a while."""
        return self._parser.tick()

    def end(self) -> None:
        """No more bytes come."""
        try:
            for _ in self._parser.feed(""):
                pass
        except (EOFError, ParseError):
            pass

    def _note(self, character: str) -> None:
        """Within pasted text Esc is no key."""
        self._last = (self._last + character)[-len(_PASTE) :]
        if self._last in (_PASTE, _PASTE_END):
            self._is_pasting = self._last == _PASTE
        self._is_behind_escape = character == _ESCAPE and not self._is_pasting

    def _fed(self, text: str) -> Iterable[Message]:
        return self._parser.feed(text) if text else ()

    def _escape(self) -> Iterable[Message]:
        """The Esc that the parser still waits behind is a key."""
        if self._parser._timeout_time is None:  # noqa: SLF001 (it has said so already)
            return ()
        self._parser._timeout_time = 0.0  # noqa: SLF001
        return self._parser.tick()


class DeskDriver(LinuxDriver):
    """The driver of the desk."""

    terminal: ClassVar[Terminal]

    def __init__(
        self,
        app: App[object],
        *,
        debug: bool = False,
        mouse: bool = True,
        size: tuple[int, int] | None = None,
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        self._file = self.terminal.screen  # type: ignore[assignment]
        self.fileno = self.terminal.keyboard

    def _get_terminal_size(self) -> tuple[int, int]:
        try:
            size = os.get_terminal_size(self.terminal.screen.fileno())
        except OSError:
            size = self.terminal.size
        return size.columns or 80, size.lines or 24

    def stop_application_mode(self) -> None:
        """Leave the screen as it was found."""
        super().stop_application_mode()
        self.terminal.is_given_back = True

    def run_input_thread(self) -> None:
        """Keys, until the program ends or the line is cut."""
        keyboard = Keyboard(debug=self._debug)
        data = self.terminal.typed
        self.terminal.typed = b""
        try:
            while not self.exit_event.is_set():
                for message in keyboard.keys(data):
                    self.process_message(message)
                for message in keyboard.tick():
                    self.process_message(message)
                data = self._read()
        except OSError:
            self._app.call_later(cast("Hearer", self._app).line_cut)
        finally:
            keyboard.end()

    def _read(self) -> bytes:
        """What was typed within a tick.

        Raises:
            OSError: the terminal is gone.
        """
        if not select.select([self.fileno], [], [], _TICK_SECONDS)[0]:
            return b""
        data = os.read(self.fileno, _READ_BYTES)
        if not data:
            message = "the terminal is gone"
            raise OSError(message)
        return data


def on_terminal(terminal: Terminal) -> type[DeskDriver]:
    """The driver for that terminal, as Textual wants it: a class."""
    return type("DeskDriver", (DeskDriver,), {"terminal": terminal})
