"""The command line at the foot of a screen: digits and Enter do everything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from rich.cells import cell_len
from rich.text import Text
from textual.events import Click, Key
from textual.geometry import Size
from textual.message import Message
from textual.widget import Widget

from tui.commands import Command

_MOST_DIGITS: Final = 2
_MOST_LINES: Final = 4
"""Of commands; the prompt may stand below them."""
_LEAST_COLUMNS: Final = 20
_GAP: Final = "  "


@dataclass(frozen=True, slots=True)
class _Piece:
    """A command and where it stands."""

    command: Command
    line: int
    start: int
    end: int


class CommandLine(Widget, can_focus=True):
    """What can be done here, and the digits typed so far."""

    DEFAULT_CSS: ClassVar[str] = """
    CommandLine { height: auto; max-height: 5; }
    """

    class Chosen(Message):
        """A person chose a command."""

        def __init__(self, command: Command) -> None:
            self.command = command
            super().__init__()

    class Unknown(Message):
        """The digits name no command."""

        def __init__(self, digits: str) -> None:
            self.digits = digits
            super().__init__()

    class Typed(Message):
        """Other digits stand there; Enter has not been pressed."""

        def __init__(self, digits: str) -> None:
            self.digits = digits
            super().__init__()

    class Emptied(Message):
        """The last digit was rubbed out."""

    def __init__(self, prompt: str, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._prompt = prompt
        self._commands: tuple[Command, ...] = ()
        self._labels: dict[str, str] = {}
        self.digits = ""

    def set_commands(self, commands: Sequence[Command], labels: dict[str, str]) -> None:
        """Offer these; *labels* are their names by digits."""
        self._commands = tuple(commands)
        self._labels = labels
        self.refresh(layout=True)

    def feed(self, digit: str) -> None:
        """A digit was typed."""
        if len(self.digits) < _MOST_DIGITS:
            self.digits += digit
            self.post_message(self.Typed(self.digits))
        self.refresh()

    def take_back(self) -> bool:
        """Rub the last digit out; whether there was one."""
        had = bool(self.digits)
        self.digits = self.digits[:-1]
        self.refresh()
        if had:
            self.post_message(self.Typed(self.digits))
        if had and not self.digits:
            self.post_message(self.Emptied())
        return had

    def clear(self) -> bool:
        """Forget the digits; whether there were any."""
        had = bool(self.digits)
        self.digits = ""
        self.refresh()
        if had:
            self.post_message(self.Typed(""))
            self.post_message(self.Emptied())
        return had

    def forget(self) -> None:
        """Forget the digits; where the keys go is said by who calls."""
        self.digits = ""
        self.refresh()

    def enter(self) -> bool:
        """Do what the digits say; whether any were typed."""
        if not self.digits:
            return False
        digits, self.digits = self.digits, ""
        self.refresh()
        for command in self._commands:
            if command.digits == digits:
                self.post_message(self.Chosen(command))
                return True
        self.post_message(self.Unknown(digits))
        return True

    def on_key(self, event: Key) -> None:
        """Digits, Enter and the way back, where this line has the focus."""
        character = event.character or ""
        if character.isdecimal() and len(character) == 1:
            self.feed(str(int(character)))
            event.stop()
        elif (event.key == "enter" and self.enter()) or (
            event.key == "backspace" and self.take_back()
        ):
            event.stop()

    def on_click(self, event: Click) -> None:
        """A command under the mouse."""
        for piece in self._laid(self._room()):
            if piece.line == event.y and piece.start <= event.x < piece.end:
                self.clear()
                self.post_message(self.Chosen(piece.command))
                return

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """As many lines as commands and prompt need; the prompt is always seen."""
        del container, viewport
        return self._prompt_line(self._laid(width), width) + 1

    def render(self) -> Text:
        """Numbered names in as many lines as they need, then the digits typed."""
        width = self._room()
        pieces = self._laid(width)
        text = Text(no_wrap=True, overflow="crop")
        line = 0
        for piece in pieces:
            if piece.line > line:
                text.append("\n")
                line = piece.line
            text.append(piece.command.digits, "bold")
            text.append(f" {self._labels.get(piece.command.digits, '')}{_GAP}")
        if self._prompt_line(pieces, width) > line:
            text.append("\n")
        text.append(f"{self._prompt}{self.digits}")
        if self.has_focus:
            text.append("_", "blink")
        elif self.digits:
            text.append("_")
        return text

    def _room(self) -> int:
        return max(_LEAST_COLUMNS, self.size.width or self.app.size.width)

    def _laid(self, width: int) -> list[_Piece]:
        """Where each command stands; those for which there is no line are left out."""
        pieces: list[_Piece] = []
        line = column = 0
        for command in self._commands:
            if not command.is_listed:
                continue
            label = self._labels.get(command.digits, "")
            wide = cell_len(f"{command.digits} {label}")
            if column and column + wide > width:
                line, column = line + 1, 0
            if line >= _MOST_LINES:
                break
            pieces.append(_Piece(command, line, column, column + wide))
            column += wide + len(_GAP)
        return pieces

    def _prompt_line(self, pieces: Sequence[_Piece], width: int) -> int:
        """Behind the last command, or below where it does not fit."""
        if not pieces:
            return 0
        last = pieces[-1]
        wide = cell_len(self._prompt) + _MOST_DIGITS + 1
        fits = last.end + len(_GAP) + wide <= width
        return last.line if fits else last.line + 1
