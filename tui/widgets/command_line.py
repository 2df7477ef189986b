"""The command line at the foot of a screen: digits and Enter do everything."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.cells import cell_len
from rich.text import Text
from textual.events import Key
from textual.message import Message
from textual.widget import Widget

from tui.commands import Command

_MOST_DIGITS = 2


class CommandLine(Widget, can_focus=True):
    """What can be done here, and the digits typed so far."""

    DEFAULT_CSS: ClassVar[str] = """
    CommandLine { height: auto; max-height: 3; }
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
        self.refresh()

    def take_back(self) -> bool:
        """Rub the last digit out; whether there was one."""
        had = bool(self.digits)
        self.digits = self.digits[:-1]
        self.refresh()
        if had and not self.digits:
            self.post_message(self.Emptied())
        return had

    def clear(self) -> bool:
        """Forget the digits; whether there were any."""
        had = bool(self.digits)
        self.digits = ""
        self.refresh()
        if had:
            self.post_message(self.Emptied())
        return had

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

    def render(self) -> Text:
        """Numbered names in as many lines as they need, then the digits typed."""
        width = max(20, self.size.width or self.app.size.width)
        text = Text(no_wrap=True, overflow="crop")
        column = 0
        parts = [
            (c.digits, self._labels.get(c.digits, ""))
            for c in self._commands
            if c.is_listed
        ]
        for digits, label in parts:
            piece = f"{digits} {label}"
            wide = cell_len(piece) + 2
            if column and column + wide > width:
                text.append("\n")
                column = 0
            text.append(digits, "bold")
            text.append(f" {label}  ")
            column += wide
        prompt = f"{self._prompt}{self.digits}"
        if column + cell_len(prompt) + 1 > width:
            text.append("\n")
        text.append(prompt)
        text.append(
            "_" if self.has_focus or self.digits else "",
            "blink" if self.has_focus else "",
        )
        return text
