"""有分歧待裁: fields for which people wrote different values; each opens its record."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.widgets import Static

from sync.cli.values import field_label, value_text
from tui.commands import Command
from tui.display import drawable
from tui.messages import CatalogueChanged
from tui.port.facts import Ticket
from tui.screens.desk_screen import DeskScreen
from tui.widgets.ledger import Column, Ledger, Line


class UndecidedScreen(DeskScreen):
    """Every open field that a person has to decide."""

    TITLE_KEY: ClassVar[str] = "home.undecided.title"
    HELP_KEY: ClassVar[str] = "undecided"

    def __init__(self) -> None:
        super().__init__()
        self._tickets: Sequence[Ticket] = ()

    def body(self) -> ComposeResult:
        """One row for each field."""
        yield Ledger(
            (
                Column(self.say("home.undecided.code"), 18, is_cut_left=True, rank=1),
                Column(self.say("home.undecided.field"), 8),
                Column(self.say("home.undecided.record"), 14, share=1, rank=2),
                Column(self.say("home.undecided.values"), 16, share=1),
            ),
            id="fields",
            empty=self.say("home.undecided.none"),
        )
        yield Static("", id="sides", markup=False)

    def on_mount(self) -> None:
        """Fetch what is open."""
        super().on_mount()
        self.query_one("#fields").focus()

    def on_screen_resume(self) -> None:
        """Opened, or back from a record: something may have been decided."""
        self._renew()

    def on_catalogue_changed(self, _event: CatalogueChanged) -> None:
        """Records changed."""
        self._renew()

    def commands(self) -> Sequence[Command]:
        """Only the way back."""
        return (Command("0", "home.undecided.back", self.step_back),)

    async def on_ledger_opened(self, event: Ledger.Opened) -> None:
        """Enter on a field: its record."""
        event.stop()
        await self.desk_app.open("record", event.line.id.partition(" ")[0])

    def on_ledger_moved(self, event: Ledger.Moved) -> None:
        """Another field: what each wrote."""
        event.stop()
        self._show_sides(event.row)

    def _show_sides(self, row: int) -> None:
        here = self._tickets[row : row + 1]
        sides = [side for ticket in here for side in self._sides(ticket)]
        self.query_one("#sides", Static).update("\n".join(sides))

    def _sides(self, ticket: Ticket) -> list[str]:
        return [
            self.say(
                "home.undecided.side",
                who=self._drawn(side.who),
                value=self._drawn(value_text(side.value)),
            )
            for side in ticket.values
        ]

    def _renew(self) -> None:
        if self.is_mounted:
            self.put_on(self._read, group="read")

    async def _read(self) -> None:
        try:
            tickets = await self.desk.facts.undecided()
        except self.desk_app.known_errors as error:
            self.tell_error(error)
            return
        self._tickets = tickets
        lines = [self._line(ticket) for ticket in tickets]

        async def fetch(start: int, count: int) -> Sequence[Line]:
            return lines[start : start + count]

        ledger = self.query_one("#fields", Ledger)
        ledger.show(len(lines), fetch, keep_place=True)
        self._show_sides(ledger.current)
        self.tell(self.say("home.undecided.total", count=len(lines)) if lines else "")

    def _line(self, ticket: Ticket) -> Line:
        sides = self._sides(ticket)
        return Line(
            f"{ticket.record} {ticket.field}",
            (
                ticket.code or "",
                field_label(ticket.field, self.desk.pack, self.words),
                self._drawn(ticket.title or ""),
                self.say("home.undecided.against").join(sides),
            ),
            sign="!",
        )

    def _drawn(self, text: str) -> str:
        return drawable(text, lambda n: self.say("shell.mongolian", letters=n))
