"""裁定记录: what was decided, newest first, and taking a decision back (撤销裁定)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import ClassVar, Final

from textual.app import ComposeResult

from tui.commands import Command
from tui.messages import CatalogueChanged
from tui.port.tickets import DecisionView
from tui.screens.asking import Choice, Option
from tui.screens.errands import ErrandScreen
from tui.screens.signing_in import signed_in
from tui.status_lines import moment_text
from tui.ticket_lines import TicketLines
from tui.widgets.cell_lines import CellLines
from tui.widgets.ledger import Column, Ledger, Line

_MOST: Final = 200
"""So many decisions can be looked at here; each record tells its own."""
_YES: Final = "yes"
_NO: Final = "no"


class DecisionsScreen(ErrandScreen):
    """The last decisions."""

    TITLE_KEY: ClassVar[str] = "decisions.title"
    HELP_KEY: ClassVar[str] = "decisions"

    def __init__(self) -> None:
        super().__init__()
        self._decisions: Sequence[DecisionView] = ()

    def body(self) -> ComposeResult:
        """One line a decision; the current one whole."""
        yield Ledger(
            (
                Column(self.say("decisions.time"), 12),
                Column(self.say("decisions.who"), 8, rank=2),
                Column(self.say("decisions.code"), 14, is_cut_left=True, rank=1),
                Column(self.say("decisions.record"), 12, share=2),
                Column(self.say("decisions.field"), 8),
                Column(self.say("decisions.value"), 12, share=2),
                Column(self.say("decisions.state"), 6),
            ),
            id="decisions",
            empty=self.say("decisions.none"),
        )
        yield CellLines(most_lines=3, id="decision")

    def on_mount(self) -> None:
        """The lines take the keys."""
        self.query_one("#decisions").focus()

    def on_screen_resume(self) -> None:
        """Opened, or back from a record."""
        if self.is_free:
            self.go(self._read)

    def on_catalogue_changed(self, _event: CatalogueChanged) -> None:
        """Something was decided or taken back."""
        if self.is_free:
            self.go(self._read)

    def commands(self) -> Sequence[Command]:
        """What can be done with the current one."""
        found = []
        current = self._current
        if current is not None:
            if current.is_standing and self.desk.tickets.can_decide:
                found.append(Command("1", "decisions.undo", self._ask_undo))
            found.append(Command("2", "decisions.open", self._open_record))
        return (*found, Command("0", "decisions.back", self.step_back))

    def on_ledger_opened(self, event: Ledger.Opened) -> None:
        """Enter on a decision asks whether it shall be taken back."""
        event.stop()
        self._ask_undo()

    def on_ledger_moved(self, event: Ledger.Moved) -> None:
        """Another one."""
        event.stop()
        self._show_current()
        self.renew_commands()

    @property
    def _current(self) -> DecisionView | None:
        place = self.query_one("#decisions", Ledger).current
        return self._decisions[place] if place < len(self._decisions) else None

    async def _read(self) -> None:
        self._decisions = await self.desk.tickets.decided(0, _MOST)
        ledger = self.query_one("#decisions", Ledger)
        ledger.show(len(self._decisions), self._fetch, keep_place=True)
        self._show_current()
        self.renew_commands()

    async def _fetch(self, start: int, count: int) -> Sequence[Line]:
        return [self._line(each) for each in self._decisions[start : start + count]]

    def _line(self, decision: DecisionView) -> Line:
        lines = self._lines()
        state = "standing" if decision.is_standing else "gone"
        return Line(
            decision.id,
            (
                moment_text(decision.time, lines.now, self.words),
                lines.drawn(decision.who),
                decision.code,
                lines.drawn(decision.title),
                lines.field(decision.field),
                lines.decided_value(decision),
                self.say(f"decisions.state_of.{state}"),
            ),
            sign="" if decision.is_standing else "-",
        )

    def _show_current(self) -> None:
        current = self._current
        text = "" if current is None else self._lines().decision(current)
        self.query_one("#decision", CellLines).update(text)

    def _lines(self) -> TicketLines:
        now = self.desk.tickets.now()
        return TicketLines(self.desk.pack, self.words, now, self.size.width)

    def _ask_undo(self) -> None:
        current = self._current
        if current is None:
            return
        if not self.desk.tickets.can_decide:
            self.tell(self.say("ticket.read_only"))
        elif current.is_standing:
            self.go(partial(self._undo, current))
        else:
            self.tell(self.say("decisions.gone"), is_fault=True)

    async def _undo(self, decision: DecisionView) -> None:
        """Nothing is taken back by one key alone."""
        options = (
            Option(_YES, self.say("decisions.undo")),
            Option(_NO, self.say("decisions.leave")),
        )
        lines = (self._lines().decision(decision), self.say("decisions.outcome"))
        question = Choice(self.say("decisions.ask"), options, lines)
        if await self.questions.answered(question) != _YES:
            return
        if not await signed_in(self, self.questions):
            return
        done = await self.desk.tickets.undo(decision.id)
        key = "decisions.done_kept" if done.kept else "decisions.done"
        await self._read()
        for screen in self.app.screen_stack:
            if screen is not self:
                screen.post_message(CatalogueChanged())
        self.tell(self.say(key, records=done.records, kept=done.kept))

    async def _open_record(self) -> None:
        current = self._current
        if current is not None:
            await self.desk_app.open("record", current.record)
