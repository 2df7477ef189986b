"""导入: rows that were refused, and the way from each to the form that mends it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.events import ScreenResume
from textual.widgets import Static

from tui.commands import Command
from tui.display import drawable
from tui.port.entries import Draft, DraftKind
from tui.port.imports import Waiting
from tui.screens.desk_screen import DeskScreen
from tui.screens.importing import FIRST_NUMBER
from tui.widgets.ledger import Column, Ledger, Line

_TITLE: Final = "title"
_BARRED: Final = "secret-refused"


class ImportWaitingScreen(DeskScreen):
    """The refused rows of one import."""

    TITLE_KEY: ClassVar[str] = "importing.waiting_title"
    HELP_KEY: ClassVar[str] = "importing"

    def __init__(self, batch: int) -> None:
        super().__init__()
        self._batch = batch
        self._rows: Sequence[Waiting] = ()
        self._is_loaded = False

    def title_text(self) -> str:
        """Which import."""
        return self.say("importing.waiting_title", batch=self._batch)

    def body(self) -> ComposeResult:
        """The rows above, the current one in full below."""
        yield Ledger(
            (
                Column(self.say("importing.number"), 4, is_right=True),
                Column(self.say("importing.sheet"), 8, rank=2),
                Column(self.say("importing.row"), 6, is_right=True),
                Column(self.say("importing.row_title"), 20, share=2),
                Column(self.say("importing.reason"), 20, share=2),
            ),
            id="waiting",
            empty=self.say("importing.none_waiting"),
        )
        yield Static("", id="row", markup=False)

    def on_mount(self) -> None:
        """Fetch the rows."""
        super().on_mount()
        self.query_one("#waiting").focus()
        self.run_worker(self._renew(), group="waiting", exclusive=True)

    def commands(self) -> Sequence[Command]:
        """Mend, leave, the rows by number."""
        found = []
        if self._rows:
            found = [
                Command("1", "importing.mend_row", self._mend_current, "f9"),
                Command("2", "importing.leave_row", self._leave),
            ]
        found += [
            Command(
                str(FIRST_NUMBER + place),
                "importing.mend_row",
                self._mender(place),
                is_listed=False,
            )
            for place in range(min(len(self._rows), 99 - FIRST_NUMBER + 1))
        ]
        return (*found, Command("0", "importing.back", self.step_back))

    async def on_ledger_opened(self, event: Ledger.Opened) -> None:
        """Enter on a row opens its form."""
        event.stop()
        await self._mend(event.row)

    def on_ledger_moved(self, event: Ledger.Moved) -> None:
        """The current row in full."""
        event.stop()
        self._show_current()

    def on_screen_resume(self, _event: ScreenResume) -> None:
        """Back from a form: the row may be mended."""
        if self._is_loaded:
            self.run_worker(self._renew(), group="waiting", exclusive=True)

    async def _renew(self) -> None:
        before = len(self._rows)
        try:
            self._rows = await self.desk.imports.waiting(self._batch)
        except self.desk_app.known_errors as error:
            self._rows = ()
            self.tell_error(error)
            return
        lines = [self._line(place, row) for place, row in enumerate(self._rows)]

        async def fetch(start: int, count: int) -> Sequence[Line]:
            return lines[start : start + count]

        ledger = self.query_one("#waiting", Ledger)
        ledger.show(len(lines), fetch, keep_place=self._is_loaded)
        mended = before - len(self._rows)
        self._is_loaded = True
        if not self._rows:
            self.tell(self.say("importing.none_waiting"))
        elif mended > 0:
            self.tell(self.say("importing.mended", left=len(self._rows)))
        else:
            self.tell(self.say("importing.waiting", count=len(self._rows)))
        self._show_current()
        self.renew_commands()

    def _line(self, place: int, row: Waiting) -> Line:
        return Line(
            str(row.row),
            (
                str(FIRST_NUMBER + place),
                self._drawn(row.sheet),
                str(row.number),
                self._drawn(row.typed.get(_TITLE, "")),
                self._drawn(self._why(row)),
            ),
        )

    def _why(self, row: Waiting) -> str:
        if not row.reason:
            return self.say("importing.why_unknown")
        fields = {"field": row.heading, "found": row.found, "offer": row.offer}
        return self.words.find(f"refusal.{row.reason}", **fields) or row.reason

    def _show_current(self) -> None:
        place = self.query_one("#waiting", Ledger).current
        text = ""
        if place < len(self._rows):
            row = self._rows[place]
            cells = "  ".join(f"{heading}:{cell}" for heading, cell in row.cells)
            text = f"{self._why(row)}\n{cells}"
        self.query_one("#row", Static).update(self._drawn_lines(text))

    async def _mend_current(self) -> None:
        await self._mend(self.query_one("#waiting", Ledger).current)

    def _mender(self, place: int) -> Callable[[], Awaitable[None]]:
        return lambda: self._mend(place)

    async def _mend(self, place: int) -> None:
        if place >= len(self._rows):
            return
        row = self._rows[place]
        if row.reason == _BARRED:
            self.tell(self._why(row), is_fault=True)
        elif row.record:
            await self.desk_app.open("entry", record_id=row.record)
        else:
            await self.desk_app.open("entry", draft=self._draft(row))

    def _draft(self, row: Waiting) -> Draft:
        """The form that the row's cells fill."""
        return Draft(
            kind=DraftKind.REFUSED_ROW,
            typed=dict(row.typed),
            fonds=row.fonds,
            level=row.level,
            extra={
                "batch": row.batch,
                "row": row.row,
                "fault_field": row.field,
                "fault": self._why(row),
            },
        )

    async def _leave(self) -> None:
        place = self.query_one("#waiting", Ledger).current
        if place < len(self._rows):
            row = self._rows[place]
            await self.desk.imports.leave(row.batch, row.row)
            await self._renew()
            self.tell(self.say("importing.left", row=row.number))

    def _drawn(self, text: str) -> str:
        return drawable(text, lambda n: self.say("shell.mongolian", letters=n))

    def _drawn_lines(self, text: str) -> str:
        return "\n".join(self._drawn(line) for line in text.split("\n"))
