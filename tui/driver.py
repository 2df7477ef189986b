"""Draws the desk on the terminal that was taken, and reads its keys.

Differs from Textual's own driver in three things: it draws on the terminal that it is
given, bytes that are no UTF-8 do not end the program, and a line that was cut lets the
desk put everything away.
"""

from __future__ import annotations

import os
import select
from codecs import getincrementaldecoder
from typing import TYPE_CHECKING, ClassVar, Final, Protocol, cast

from textual._parser import ParseError
from textual._xterm_parser import XTermParser
from textual.drivers.linux_driver import LinuxDriver

from tui.terminal import Terminal

if TYPE_CHECKING:
    from textual.app import App

_READ_BYTES: Final = 4096
_TICK_SECONDS: Final = 0.1


class Hearer(Protocol):
    """Who is told that the line was cut."""

    def line_cut(self) -> None:
        """The terminal is gone."""


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
        decode = getincrementaldecoder("utf-8")("replace").decode
        parser = XTermParser(self._debug)
        data = self.terminal.typed
        self.terminal.typed = b""
        try:
            while not self.exit_event.is_set():
                if data:
                    for message in parser.feed(decode(data)):
                        self.process_message(message)
                for message in parser.tick():
                    self.process_message(message)
                data = self._read()
        except OSError:
            self._app.call_later(cast("Hearer", self._app).line_cut)
        finally:
            try:
                for _ in parser.feed(""):
                    pass
            except (EOFError, ParseError):
                pass

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
