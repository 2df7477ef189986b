"""暂存待查: what the hub took and set aside, why, and which records it touches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.widgets import Static

from tui.commands import Command
from tui.display import drawable
from tui.messages import CatalogueChanged
from tui.port.exchanges import SetAside, Touched
from tui.screens.desk_screen import DeskScreen
from tui.status_lines import moment_text, reason_text
from tui.widgets.ledger import Column, Ledger, Line


class AsideScreen(DeskScreen):
    """One row for each record of each set; what to do stands under them."""

    TITLE_KEY: ClassVar[str] = "carriage.set.title"
    HELP_KEY: ClassVar[str] = "carriage"

    def __init__(self) -> None:
        super().__init__()
        self._rows: list[tuple[SetAside, Touched | None]] = []
        self._now = 0

    def body(self) -> ComposeResult:
        """The records, then the set of the current one."""
        yield Ledger(
            (
                Column(self.say("carriage.set.word"), 10),
                Column(self.say("carriage.set.reason"), 18, share=1),
                Column(self.say("carriage.set.code"), 18, is_cut_left=True, rank=1),
                Column(self.say("carriage.set.record"), 14, share=2),
                Column(self.say("carriage.set.who"), 8, rank=2),
                Column(self.say("carriage.set.sealed"), 12, rank=3),
            ),
            id="sets",
            empty=self.say("carriage.set.none"),
        )
        yield Static("", id="set", markup=False)

    def on_mount(self) -> None:
        """Fetch what is set aside."""
        super().on_mount()
        self.query_one("#sets").focus()

    def on_screen_resume(self) -> None:
        """Opened, or back from a record."""
        self._renew()

    def on_catalogue_changed(self, _event: CatalogueChanged) -> None:
        """An exchange may have released something."""
        self._renew()

    def commands(self) -> Sequence[Command]:
        """Only the way back."""
        return (Command("0", "carriage.back", self.step_back),)

    async def on_ledger_opened(self, event: Ledger.Opened) -> None:
        """Enter on a record."""
        event.stop()
        _, touched = self._rows[event.row]
        if touched is not None and touched.is_here:
            await self.desk_app.open("record", touched.id)

    def on_ledger_moved(self, event: Ledger.Moved) -> None:
        """Another row: its set."""
        event.stop()
        self._show_set(event.row)

    def _renew(self) -> None:
        if self.is_mounted:
            self.put_on(self._read, group="read")

    async def _read(self) -> None:
        try:
            sets = await self.desk.exchanges.aside()
            self._now = (await self.desk.facts.all()).now
        except self.desk_app.known_errors as error:
            self.tell_error(error)
            return
        self._rows = [
            (each, touched) for each in sets for touched in each.records or (None,)
        ]
        lines = [self._line(n, *row) for n, row in enumerate(self._rows)]

        async def fetch(start: int, count: int) -> Sequence[Line]:
            return lines[start : start + count]

        ledger = self.query_one("#sets", Ledger)
        ledger.show(len(lines), fetch, keep_place=True)
        self._show_set(ledger.current)
        records = sum(len(each.records) for each in sets)
        total = self.say("carriage.set.total", sets=len(sets), records=records)
        self.tell(total if sets else "")

    def _line(self, number: int, held: SetAside, touched: Touched | None) -> Line:
        title = self.say("carriage.set.empty_record")
        return Line(
            str(number),
            (
                self.say(f"carriage.word.{held.word}"),
                reason_text(held.reason, self.words) if held.reason else "",
                "" if touched is None else touched.code,
                title if touched is None else self._drawn(touched.title),
                self._drawn(self.words.join(held.people)),
                moment_text(held.sealed_at, self._now, self.words),
            ),
            sign="!",
        )

    def _show_set(self, row: int) -> None:
        """What is known of the set, and what to do."""
        text = ""
        if row < len(self._rows):
            held, _ = self._rows[row]
            key = "facts" if held.receipt else "facts_no_receipt"
            told = self.say(
                f"carriage.set.{key}",
                machine=self._drawn(held.machine),
                seq=held.seq,
                operations=held.operations,
                receipt=held.receipt,
            )
            known = self.words.find(f"carriage.step.{held.reason}")
            why = self.say(
                "carriage.set.why",
                word=self.say(f"carriage.word.{held.word}"),
                reason=reason_text(held.reason, self.words),
                step=known or self.say("carriage.step.other"),
            )
            text = f"{told}\n{why}"
        self.query_one("#set", Static).update(text)

    def _drawn(self, text: str) -> str:
        return drawable(text, lambda n: self.say("shell.mongolian", letters=n))
