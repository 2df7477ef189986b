"""The first-run guide: five pages, one thing on each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.events import Key

from tui.commands import Command
from tui.screens.desk_screen import DeskScreen
from tui.widgets.command_line import CommandLine
from tui.widgets.page import Page

PAGES: Final = 5


class GuideScreen(DeskScreen):
    """Five pages: what it is, keys, saving, reporting, where help is."""

    TITLE_KEY: ClassVar[str] = "guide.title"
    HELP_KEY: ClassVar[str] = "guide"

    def __init__(self) -> None:
        super().__init__()
        self._page = 1

    def title_text(self) -> str:
        """Which of the pages it is."""
        return self.say("guide.page_title", page=self._page, pages=PAGES)

    def body(self) -> ComposeResult:
        """One page."""
        yield Page(self._text(), id="page")

    def on_mount(self) -> None:
        """Ready for Enter."""
        super().on_mount()
        self.query_one("#page").focus()

    def commands(self) -> Sequence[Command]:
        """On, back, out."""
        is_last = self._page == PAGES
        return (
            Command("1", "guide.end" if is_last else "guide.next", self._next),
            Command("2", "guide.before", self._before),
            Command("5", "help.practice", self._practise),
            Command("0", "help.back", self.step_back),
        )

    async def on_key(self, event: Key) -> None:
        """Enter alone turns the page; all other keys do what they always do."""
        line = self.query_one("#commands", CommandLine)
        if event.key == "enter" and not line.digits:
            event.stop()
            event.prevent_default()
            await self._next()

    def _text(self) -> str:
        return self.say(f"guide.page{self._page}")

    async def _next(self) -> None:
        if self._page == PAGES:
            await self.step_back()
        else:
            self._turn(self._page + 1)

    def _before(self) -> None:
        self._turn(max(1, self._page - 1))

    def _turn(self, page: int) -> None:
        self._page = page
        self.query_one("#page", Page).show(self._text())
        self.renew_title()
        self.renew_commands()

    async def _practise(self) -> None:
        if not self.desk_app.is_practising:
            await self.desk_app.open("practice")
