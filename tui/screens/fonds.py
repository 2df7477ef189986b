"""全宗: the fonds of this machine, and opening a new one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult

from tui.commands import Command
from tui.display import drawable
from tui.port.fonds import FondsLine
from tui.screens.desk_screen import DeskScreen
from tui.screens.fonds_opening import open_fonds
from tui.widgets.ledger import Column, Ledger, Line


class FondsScreen(DeskScreen):
    """Fonds by code."""

    TITLE_KEY: ClassVar[str] = "fonds.title"
    HELP_KEY: ClassVar[str] = "fonds"

    def body(self) -> ComposeResult:
        """One line for each."""
        yield Ledger(
            (
                Column(self.say("fonds.code"), 8),
                Column(self.say("fonds.name"), 24, share=1),
                Column(self.say("fonds.items"), 8, is_right=True),
                Column(self.say("fonds.state"), 14, rank=1),
            ),
            id="fonds",
            empty=self.say("fonds.none"),
        )

    def on_mount(self) -> None:
        """Fetch them."""
        super().on_mount()
        self.query_one("#fonds").focus()
        self.run_worker(self._load(), group="load", exclusive=True)

    def commands(self) -> Sequence[Command]:
        """A new one."""
        return (
            Command("1", "fonds.open", self._open),
            Command("0", "fonds.back", self.step_back),
        )

    def on_catalogue_changed(self) -> None:
        """Somebody saved."""
        self.run_worker(self._load(), group="load", exclusive=True)

    def _open(self) -> None:
        self.run_worker(self._opened(), group="ask", exclusive=True)

    async def _opened(self) -> None:
        code = await open_fonds(self)
        if code:
            await self._load()
            self.tell(self.say("fonds.opened", code=code))

    async def _load(self) -> None:
        try:
            found = await self.desk.fonds.all()
        except self.desk_app.known_errors as error:
            self.tell_error(error)
            return
        lines = [self._line(each) for each in found]

        async def fetch(start: int, count: int) -> Sequence[Line]:
            return lines[start : start + count]

        self.query_one("#fonds", Ledger).show(len(lines), fetch, keep_place=True)
        if any(each.needs_grant for each in found):
            self.tell(self.say("fonds.needs_grant"))

    def _line(self, each: FondsLine) -> Line:
        state = "needs_grant" if each.needs_grant else "here"
        return Line(
            each.code,
            (
                drawable(each.code, self._named),
                drawable(each.title, self._named),
                str(each.items),
                self.say(f"fonds.state_of.{state}"),
            ),
        )

    def _named(self, letters: int) -> str:
        return self.say("shell.mongolian", letters=letters)
