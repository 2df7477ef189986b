"""新到: what others' change-sets brought since somebody looked here last."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult

from node.catalogue.record import title_of
from tui.commands import Command
from tui.display import drawable
from tui.port.facts import Delivered
from tui.screens.desk_screen import DeskScreen
from tui.status_lines import moment_text
from tui.widgets.ledger import Column, Ledger, Line


class ArrivalsScreen(DeskScreen):
    """Records that came; leaving the screen means that they were looked at."""

    TITLE_KEY: ClassVar[str] = "home.arrivals.title"
    HELP_KEY: ClassVar[str] = "arrivals"

    def __init__(self) -> None:
        super().__init__()
        self._mark: int | None = None

    def body(self) -> ComposeResult:
        """One row for each record."""
        yield Ledger(
            (
                Column(self.say("home.arrivals.code"), 20, is_cut_left=True, rank=1),
                Column(self.say("home.arrivals.record"), 16, share=1),
                Column(self.say("home.arrivals.what"), 4),
                Column(self.say("home.arrivals.who"), 8),
                Column(self.say("home.arrivals.machine"), 10, rank=2),
                Column(self.say("home.arrivals.time"), 16, rank=3),
            ),
            id="records",
            empty=self.say("home.arrivals.none"),
        )

    def on_mount(self) -> None:
        """Fetch what came."""
        super().on_mount()
        self.query_one("#records").focus()
        self.put_on(self._open, group="open")

    def commands(self) -> Sequence[Command]:
        """Only the way back."""
        return (Command("0", "home.arrivals.back", self.step_back),)

    async def step_back(self) -> None:
        """What was shown counts as looked at."""
        if self._mark is not None:
            await self.desk.facts.seen(self._mark)
        await super().step_back()

    async def on_ledger_opened(self, event: Ledger.Opened) -> None:
        """Enter on a record."""
        event.stop()
        await self.desk_app.open("record", event.line.id)

    async def _open(self) -> None:
        try:
            facts = await self.desk.facts.all()
            found = await self.desk.facts.delivered()
        except self.desk_app.known_errors as error:
            self.tell_error(error)
            return
        self._mark = facts.delivery.mark
        lines = [self._line(each, facts.now) for each in found]

        async def fetch(start: int, count: int) -> Sequence[Line]:
            return lines[start : start + count]

        self.query_one("#records", Ledger).show(len(lines), fetch)
        if found:
            self.tell(self.say("home.arrivals.total", count=len(found)))

    def _line(self, each: Delivered, now: int) -> Line:
        what = "new" if each.is_new else "changed"
        return Line(
            each.record.id,
            (
                each.record.code or "",
                self._drawn(title_of(each.record)),
                self.say(f"home.arrivals.{what}"),
                self._drawn(each.who),
                self._drawn(each.machine),
                moment_text(each.time, now, self.words),
            ),
            sign="!" if each.record.open_fields else "",
        )

    def _drawn(self, text: str) -> str:
        return drawable(text, lambda n: self.say("shell.mongolian", letters=n))
