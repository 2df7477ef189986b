"""A list from which one thing is chosen: by number and Enter, or with the arrows."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from textual.app import ComposeResult

from tui.commands import Command
from tui.display import drawable
from tui.screens.desk_screen import DeskScreen
from tui.widgets.ledger import Column, Ledger, Line

_MOST_BY_DIGITS: Final = 99

Chosen = Callable[[str], Awaitable[None] | None]


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing to choose."""

    value: str
    label: str
    note: str = ""
    """What stands behind it: how many there are, what it means."""


class ChoosingScreen(DeskScreen):
    """Shows choices, tells which was chosen, and is gone."""

    HELP_KEY: ClassVar[str] = "choosing"

    def __init__(
        self,
        title: str,
        choices: Sequence[Choice],
        chosen: Chosen,
        *,
        current: str | None = None,
        note_title: str = "",
    ) -> None:
        super().__init__()
        self._title = title
        self._choices = tuple(choices)
        self._chosen = chosen
        self._current = current
        self._note_title = note_title

    def title_text(self) -> str:
        """What is to be chosen."""
        return self._title

    def body(self) -> ComposeResult:
        """Number, name, and what is known of it."""
        yield Ledger(
            (
                Column(self.say("choosing.number"), 4, is_right=True),
                Column(self.say("choosing.name"), 24, share=3),
                Column(self._note_title, 12, share=1, rank=1),
            ),
            id="choices",
            empty=self.say("choosing.none"),
        )

    def on_mount(self) -> None:
        """The present choice is the current one."""
        ledger = self.query_one("#choices", Ledger)
        ledger.show(len(self._choices), self._fetch)
        values = [choice.value for choice in self._choices]
        if self._current in values:
            ledger.go_to(values.index(self._current))
        ledger.focus()

    def commands(self) -> Sequence[Command]:
        """Each choice by its number."""
        return (
            *(
                Command(
                    str(n + 1), "choosing.choose", self._chooser(n), is_listed=False
                )
                for n in range(min(len(self._choices), _MOST_BY_DIGITS))
            ),
            Command("0", "choosing.back", self.step_back),
        )

    async def on_ledger_opened(self, event: Ledger.Opened) -> None:
        """Enter on a choice."""
        event.stop()
        await self._choose(event.row)

    def _chooser(self, place: int) -> Callable[[], Awaitable[None]]:
        return lambda: self._choose(place)

    async def _choose(self, place: int) -> None:
        value = self._choices[place].value
        self.app.call_later(self._chosen, value)
        await self.desk_app.go_back()

    async def _fetch(self, start: int, count: int) -> Sequence[Line]:
        shown = self._choices[start : start + count]
        return [
            Line(
                choice.value,
                (
                    str(start + place + 1),
                    drawable(choice.label, self._named),
                    drawable(choice.note, self._named),
                ),
                sign="›" if choice.value == self._current else "",
            )
            for place, choice in enumerate(shown)
        ]

    def _named(self, letters: int) -> str:
        return self.say("shell.mongolian", letters=letters)
