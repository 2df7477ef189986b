"""整理归档, the check: what keeps a group from being filed, and what else was found."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.widgets import Static

from node.catalogue.arrangement import Arrangement
from node.catalogue.checks import Finding
from sync.cli.values import field_label
from tui.commands import Command
from tui.display import drawable
from tui.screens.desk_screen import DeskScreen
from tui.widgets.ledger import Column, Ledger, Line


class FindingsScreen(DeskScreen):
    """One line for each finding; Enter mends the item."""

    TITLE_KEY: ClassVar[str] = "filing.findings"
    HELP_KEY: ClassVar[str] = "filing"

    def __init__(self, arrangement: Arrangement, findings: Sequence[Finding]) -> None:
        super().__init__()
        self._findings = tuple(findings)
        self._items = {line.record.id: line for line in arrangement.lines}

    def body(self) -> ComposeResult:
        """Findings, what blocks first."""
        yield Ledger(
            (
                Column(self.say("filing.must"), 6),
                Column(self.say("filing.place"), 4, is_right=True),
                Column(self.say("filing.what"), 30, share=1),
                Column(self.say("filing.item_title"), 20, share=1, rank=1),
            ),
            id="findings",
        )
        yield Static("", id="finding", markup=False)

    def on_mount(self) -> None:
        """Show them."""
        super().on_mount()
        lines = [self._line(place, each) for place, each in enumerate(self._findings)]

        async def fetch(start: int, count: int) -> Sequence[Line]:
            return lines[start : start + count]

        ledger = self.query_one("#findings", Ledger)
        ledger.show(len(lines), fetch)
        ledger.focus()
        blocking = sum(1 for finding in self._findings if finding.is_blocking)
        if blocking:
            self.tell(self.say("filing.blocked", count=blocking), is_fault=True)
        else:
            self.tell(self.say("filing.not_blocked"))

    def commands(self) -> Sequence[Command]:
        """Mend, back."""
        return (
            Command("1", "filing.mend", self._mend),
            Command("0", "filing.back", self.step_back),
        )

    def on_ledger_moved(self, event: Ledger.Moved) -> None:
        """The finding under the bar, whole."""
        event.stop()
        if event.row < len(self._findings):
            finding = self._findings[event.row]
            item = self._items.get(finding.record)
            title = "" if item is None else str(item.record.fields.get("title", ""))
            text = f"{self._sentence(finding)}  {title}".rstrip()
            self.query_one("#finding", Static).update(drawable(text, self._mongolian))

    async def on_ledger_opened(self, event: Ledger.Opened) -> None:
        """Mend the item."""
        event.stop()
        await self._mend()

    async def _mend(self) -> None:
        row = self.query_one("#findings", Ledger).current
        if row >= len(self._findings):
            return
        finding = self._findings[row]
        if not finding.record:
            self.tell(self.say("filing.of_the_group"))
            return
        await self.desk_app.open("entry", record_id=finding.record)

    def _line(self, place: int, finding: Finding) -> Line:
        item = self._items.get(finding.record)
        text = self._sentence(finding)
        title = "" if item is None else str(item.record.fields.get("title", ""))
        must = "filing.must_mend" if finding.is_blocking else "filing.may_stay"
        return Line(
            str(place),
            (
                self.say(must),
                "" if item is None else str(item.place),
                drawable(text, self._mongolian),
                drawable(title, self._mongolian),
            ),
            "!" if finding.is_blocking else "",
        )

    def _sentence(self, finding: Finding) -> str:
        field = self.desk.pack.by_name.get(finding.field)
        return self.say(
            f"filing.found.{finding.rule}",
            field=field_label(finding.field, self.desk.pack, self.words)
            if field is not None
            else finding.field,
            found=finding.found,
        )

    def _mongolian(self, letters: int) -> str:
        return self.say("shell.mongolian", letters=letters)
