"""待改盖章: papers that bear another code than their record, and the slip of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.widgets import Static

from node.catalogue.restamping import Restamp
from tui.commands import Command
from tui.display import drawable
from tui.screens.desk_screen import DeskScreen
from tui.widgets.ledger import Column, Ledger, Line


class RestampingScreen(DeskScreen):
    """A line for each paper; the reason of the one under the bar."""

    TITLE_KEY: ClassVar[str] = "restamping.title"
    HELP_KEY: ClassVar[str] = "restamping"

    def __init__(self) -> None:
        super().__init__()
        self._papers: Sequence[Restamp] = ()

    def body(self) -> ComposeResult:
        """The papers."""
        yield Ledger(
            (
                Column(self.say("restamping.former"), 26, is_cut_left=True),
                Column(self.say("restamping.code"), 26, is_cut_left=True),
                Column(self.say("restamping.item_title"), 12, share=1),
            ),
            id="papers",
            empty=self.say("restamping.none"),
        )
        yield Static("", id="restamping-reason", markup=False)

    def on_mount(self) -> None:
        """Read the papers."""
        super().on_mount()
        self.query_one("#papers").focus()
        self.put_on(self._read, group="read")

    def commands(self) -> Sequence[Command]:
        """Print the slip, mark one, mark all."""
        return (
            Command("1", "restamping.print", self._print, "f7"),
            Command("2", "restamping.done_one", self._done_one),
            Command("3", "restamping.done_all", self._done_all),
            Command("0", "filing.back", self.step_back),
        )

    def on_ledger_moved(self, event: Ledger.Moved) -> None:
        """Why the code under the bar was changed, and by whom."""
        event.stop()
        if event.row < len(self._papers):
            paper = self._papers[event.row]
            told = (paper.reason, paper.who, paper.machine)
            text = "  ".join(self._drawn(each) for each in told if each)
            self.query_one("#restamping-reason", Static).update(text)

    async def on_ledger_opened(self, event: Ledger.Opened) -> None:
        """Look at the item."""
        event.stop()
        await self.desk_app.open("record", event.line.id)

    async def _read(self) -> None:
        try:
            self._papers = await self.desk.filings.restamps()
        except self.desk_app.known_errors as error:
            self.tell_error(error)
            return
        lines = [
            Line(each.record, (each.former, each.code, self._drawn(each.title)))
            for each in self._papers
        ]

        async def fetch(start: int, count: int) -> Sequence[Line]:
            return lines[start : start + count]

        self.query_one("#papers", Ledger).show(len(lines), fetch)

    def _print(self) -> None:
        self.put_on(self._printed, group="print")

    async def _printed(self) -> None:
        if not self._papers:
            self.tell(self.say("restamping.none"))
            return
        self.tell(self.say("restamping.printing"))
        filings = self.desk.filings
        path = filings.slip_path(self.say("restamping.file_name"))
        try:
            await filings.print_slip(self._papers, path, self.words.sentences)
        except self.desk_app.known_errors as error:
            self.tell_error(error)
            return
        self.tell(self.say("restamping.printed", path=str(path)))

    async def _done_one(self) -> None:
        row = self.query_one("#papers", Ledger).current
        if row < len(self._papers):
            await self._done([self._papers[row].record])

    async def _done_all(self) -> None:
        await self._done([each.record for each in self._papers])

    async def _done(self, records: Sequence[str]) -> None:
        try:
            count = await self.desk.filings.restamped(records)
        except self.desk_app.known_errors as error:
            self.tell_error(error)
            return
        await self._read()
        self.tell(self.say("restamping.marked", count=count))

    def _drawn(self, text: str) -> str:
        return drawable(text, lambda n: self.say("shell.mongolian", letters=n))
