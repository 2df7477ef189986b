"""导入: the imports of this machine; taken back from here, or their rows mended."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.events import ScreenResume

from tui.commands import Command
from tui.display import drawable
from tui.jobs import JobKind, JobState, Report
from tui.messages import CatalogueChanged, JobChanged
from tui.port.imports import PastImport
from tui.screens.desk_screen import DeskScreen
from tui.screens.importing import time_text
from tui.widgets.ledger import Column, Ledger, Line


class ImportPastScreen(DeskScreen):
    """Imports, the newest first."""

    TITLE_KEY: ClassVar[str] = "importing.past_title"
    HELP_KEY: ClassVar[str] = "importing"

    def __init__(self) -> None:
        super().__init__()
        self._past: Sequence[PastImport] = ()
        self._asked: int = 0
        """The import that a person was asked about before it is taken back."""

    def body(self) -> ComposeResult:
        """One line for each."""
        yield Ledger(
            (
                Column(self.say("importing.batch"), 4, is_right=True),
                Column(self.say("importing.name"), 20, share=1),
                Column(self.say("importing.when"), 16, rank=2),
                Column(self.say("importing.who"), 8, rank=1),
                Column(self.say("importing.added"), 6, is_right=True),
                Column(self.say("importing.updated"), 6, is_right=True, rank=3),
                Column(self.say("importing.waits"), 6, is_right=True),
                Column(self.say("importing.state"), 8),
            ),
            id="past",
            empty=self.say("importing.none_past"),
        )

    def on_mount(self) -> None:
        """Fetch them."""
        super().on_mount()
        self.query_one("#past").focus()
        self.run_worker(self._renew(), group="past", exclusive=True)

    def commands(self) -> Sequence[Command]:
        """Mend rows, take back."""
        current = self._current
        found = []
        if current is not None and current.waiting and not current.is_undone:
            found.append(Command("1", "importing.mend", self._mend))
        if current is not None and not current.is_undone:
            found.append(Command("2", "importing.undo", self._ask))
        if self._asked:
            found.append(Command("9", "importing.undo_now", self._undo))
        return (*found, Command("0", "importing.back", self.step_back))

    async def on_ledger_opened(self, event: Ledger.Opened) -> None:
        """Enter on an import shows the rows that wait."""
        event.stop()
        await self._mend()

    def on_ledger_moved(self, event: Ledger.Moved) -> None:
        """Another import: the question is withdrawn."""
        event.stop()
        if self._asked:
            self._asked = 0
            self.tell("")
        self.renew_commands()

    def on_screen_resume(self, _event: ScreenResume) -> None:
        """Back: rows may have been mended."""
        self.run_worker(self._renew(), group="past", exclusive=True)

    def on_job_changed(self, event: JobChanged) -> None:
        """An import was taken back, or came to its end."""
        job = event.job
        if job.kind is JobKind.UNDO and job.state is JobState.RUNNING and job.total:
            at = self.say("importing.undoing_at", done=job.done, total=job.total)
            self.tell(at)
        if job.state is JobState.RUNNING or job.kind not in (
            JobKind.IMPORT,
            JobKind.UNDO,
        ):
            return
        self.run_worker(self._renew(), group="past", exclusive=True)
        if job.kind is JobKind.UNDO and job.state is JobState.DONE:
            self.tell(self.say("importing.undone", count=job.result))
            self.app.screen.post_message(CatalogueChanged())
        elif job.kind is JobKind.UNDO and job.error is not None:
            self.tell_error(job.error)

    @property
    def _current(self) -> PastImport | None:
        place = self.query_one("#past", Ledger).current if self.is_mounted else 0
        return self._past[place] if place < len(self._past) else None

    async def _renew(self) -> None:
        self._past = await self.desk.imports.past()
        lines = [self._line(each) for each in self._past]

        async def fetch(start: int, count: int) -> Sequence[Line]:
            return lines[start : start + count]

        ledger = self.query_one("#past", Ledger)
        ledger.show(len(lines), fetch, keep_place=bool(ledger.size_rows))
        self.renew_commands()

    def _line(self, each: PastImport) -> Line:
        state = "undone_state" if each.is_undone else "done_state"
        return Line(
            str(each.batch),
            (
                str(each.batch),
                self._drawn(each.file),
                time_text(each.time),
                self._drawn(each.who),
                str(each.added),
                str(each.updated),
                str(each.waiting or ""),
                self.say(f"importing.{state}"),
            ),
        )

    async def _mend(self) -> None:
        current = self._current
        if current is not None and current.waiting and not current.is_undone:
            await self.desk_app.open("import_waiting", current.batch)

    def _ask(self) -> None:
        current = self._current
        if current is None:
            return
        self._asked = current.batch
        count = current.added + current.updated
        self.tell(self.say("importing.ask_undo", batch=current.batch, count=count))
        self.renew_commands()

    def _undo(self) -> None:
        batch, self._asked = self._asked, 0
        desk = self.desk
        self.renew_commands()
        if not batch:
            return

        async def work(report: Report) -> object:
            def progress(done: int, total: int) -> None:
                report(done, total, {})

            return await desk.imports.undo(batch, progress)

        self.tell(self.say("importing.undoing", batch=batch))
        self.desk_app.jobs.start(JobKind.UNDO, str(batch), work)

    def _drawn(self, text: str) -> str:
        return drawable(text, lambda n: self.say("shell.mongolian", letters=n))
