"""导入: what taking the workbook in would do, then doing it, then what became of it.

The import goes on in the background when the screen is left; coming back shows how far
it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum
from pathlib import Path
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.widgets import Static

from tui.commands import Command
from tui.display import drawable
from tui.jobs import Job, JobKind, JobState, Report
from tui.messages import CatalogueChanged, JobChanged
from tui.port.failures import ChildFailed
from tui.port.imports import AbsentFonds, Choices, Outcome, RefusedReason
from tui.screens.desk_screen import DeskScreen
from tui.screens.fonds_opening import open_fonds
from tui.widgets.ledger import Column, Ledger, Line

_FONDS_NAMED: Final = 5
_ABSENT_FONDS: Final = "unknown-fonds"
_ADVICE: Final = ("title-missing", "fonds-not-named")
"""Reasons that a column taken for another may have; each has an advice."""


class Phase(Enum):
    """How far it is."""

    TRYING = 1
    TRIED = 2
    RUNNING = 3
    DONE = 4
    STOPPED = 5
    FAILED = 6


class ImportRunScreen(DeskScreen):
    """The import of one workbook; without a path, the one that runs or ran last."""

    TITLE_KEY: ClassVar[str] = "importing.run_title"
    HELP_KEY: ClassVar[str] = "importing"

    def __init__(
        self, path: Path | None = None, choices: Choices | None = None
    ) -> None:
        super().__init__()
        self._path = path
        self._choices: Choices = choices or {}
        self._phase = Phase.TRYING
        self._outcome: Outcome | None = None

    def title_text(self) -> str:
        """Which file."""
        job = self._job
        name = self._path.name if self._path is not None else job.about if job else ""
        return self.say("importing.run_title", file=self._drawn(name))

    def body(self) -> ComposeResult:
        """The amounts, and why rows are refused."""
        yield Static("", id="amounts", markup=False)
        yield Ledger(
            (
                Column(self.say("importing.rows"), 6, is_right=True),
                Column(self.say("importing.heading"), 12, rank=1),
                Column(self.say("importing.reason"), 30, share=1),
            ),
            id="reasons",
        )

    def on_mount(self) -> None:
        """Try it out, or show what goes on."""
        super().on_mount()
        self.query_one("#reasons").focus()
        if self._path is None:
            self._follow()
        else:
            self._say_amounts(self.say("importing.trying"))
            self.run_worker(self._try_out(), group="try", exclusive=True)

    def commands(self) -> Sequence[Command]:
        """What can be done now."""
        found: list[Command] = []
        outcome = self._outcome
        match self._phase:
            case Phase.TRIED if outcome is not None and outcome.rows > outcome.refused:
                found.append(Command("1", "importing.take", self._take, "f2"))
            case Phase.RUNNING:
                found.append(Command("1", "importing.stop", self._stop))
            case Phase.DONE if outcome is not None and outcome.refused:
                found.append(Command("1", "importing.mend", self._mend))
            case Phase.STOPPED | Phase.FAILED if self._path is not None:
                found.append(Command("1", "importing.take", self._take, "f2"))
            case _:
                pass
        if self._phase is Phase.DONE:
            found.append(Command("2", "importing.past", self._show_past))
        if self._absent is not None and self._phase in (Phase.TRIED, Phase.DONE):
            name = self.say(
                "importing.open_fonds_named", code=self._drawn(self._absent.code)
            )
            found.append(Command("3", "fonds.open", self._ask_fonds, name=name))
        return (*found, Command("0", "importing.back", self.step_back))

    def on_job_changed(self, event: JobChanged) -> None:
        """The import moved on."""
        if event.job.kind is JobKind.IMPORT and self._phase is Phase.RUNNING:
            self._follow()

    @property
    def _job(self) -> Job | None:
        return self.desk_app.jobs.get(JobKind.IMPORT)

    async def _try_out(self) -> None:
        if self._path is None:
            return

        def progress(done: int, total: int) -> None:
            self._say_amounts(self.say("importing.trying_at", done=done, total=total))

        imports = self.desk.imports
        try:
            outcome = await imports.try_out(self._path, self._choices, progress)
        except self.desk_app.known_errors as error:
            self._turn(Phase.FAILED, None)
            self._fail(error)
            return
        self._turn(Phase.TRIED, outcome)
        is_empty = outcome.rows <= outcome.refused
        self.tell(self._advice(outcome) if is_empty else self.say("importing.tried"))

    def _advice(self, outcome: Outcome) -> str:
        """What to do where no row can be taken in: by the most frequent reason."""
        reason = outcome.reasons[0].reason if outcome.reasons else ""
        if reason == _ABSENT_FONDS and self._absent is not None:
            code = self._drawn(self._absent.code)
            return self.say("importing.nothing_absent", code=code)
        key = reason if reason in _ADVICE else "other"
        return self.say(f"importing.nothing_of.{key}")

    @property
    def _absent(self) -> AbsentFonds | None:
        """The fonds that is opened first."""
        outcome = self._outcome
        return outcome.absent_fonds[0] if outcome and outcome.absent_fonds else None

    def _ask_fonds(self) -> None:
        self.run_worker(self._fonds_opened(), group="ask", exclusive=True)

    async def _fonds_opened(self) -> None:
        """Open the fonds, and try out again."""
        absent = self._absent
        code = await open_fonds(self, absent.code, absent.title) if absent else ""
        if not code:
            return
        if self._path is None:
            self.tell(self.say("importing.import_again", code=code))
            return
        self._turn(Phase.TRYING, None)
        self.run_worker(self._try_out(), group="try", exclusive=True)

    def _take(self) -> None:
        path = self._path
        if path is None:
            return
        desk, choices, language = self.desk, self._choices, self.words.language

        async def work(report: Report) -> object:
            def progress(done: int, total: int) -> None:
                report(done, total, {})

            return await desk.imports.take(path, choices, language, progress)

        running = self._job
        if running is not None and running.state is JobState.RUNNING:
            self.tell(self.say("importing.busy"), is_fault=True)
            return
        self._phase = Phase.RUNNING
        self.desk_app.jobs.start(JobKind.IMPORT, path.name, work)
        self._follow()

    def _follow(self) -> None:
        """Show what the job says."""
        job = self._job
        if job is None:
            self.tell(self.say("importing.none_running"))
            return
        self.renew_title()
        match job.state:
            case JobState.RUNNING:
                key = "running_at" if job.total else "running_read"
                text = self.say(f"importing.{key}", done=job.done, total=job.total)
                self._say_amounts(text)
                self._turn(Phase.RUNNING, self._outcome)
                self.tell(self.say("importing.in_background"))
            case JobState.DONE if isinstance(job.result, Outcome):
                self._turn(Phase.DONE, job.result)
                key = "taken_refused" if job.result.refused else "taken"
                self.tell(self.say(f"importing.{key}", refused=job.result.refused))
                self.app.screen.post_message(CatalogueChanged())
            case JobState.STOPPED:
                self._say_amounts("")
                self._turn(Phase.STOPPED, None)
                self.tell(self.say("importing.stopped"))
            case _:
                self._turn(Phase.FAILED, None)
                if job.error is not None:
                    self._fail(job.error)

    def _fail(self, error: Exception) -> None:
        """Why it could not be done: in a line, and in full above."""
        self._say_amounts(self._drawn(self.desk_app.error_text(_short(error))))
        self.tell_error(_short(error))

    def _turn(self, phase: Phase, outcome: Outcome | None) -> None:
        is_other = (phase, outcome) != (self._phase, self._outcome)
        self._phase, self._outcome = phase, outcome
        if phase in (Phase.TRIED, Phase.DONE) and outcome is not None:
            self._say_amounts(self._amounts(outcome))
        if is_other or phase is not Phase.RUNNING:
            self._show_reasons(() if outcome is None else outcome.reasons)
        self.renew_commands()

    def _amounts(self, outcome: Outcome) -> str:
        numbers: Mapping[str, object] = {
            "batch": outcome.batch,
            "rows": outcome.rows,
            "added": outcome.added,
            "updated": outcome.updated,
            "unchanged": outcome.unchanged,
            "refused": outcome.refused,
        }
        lines = [
            self.say(f"importing.{'done' if outcome.batch else 'would'}", **numbers)
        ]
        if outcome.opened_fonds:
            opened = outcome.opened_fonds
            fonds = self._drawn(self.words.join(opened[:_FONDS_NAMED]))
            key = "opened_many" if len(opened) > _FONDS_NAMED else "opened_fonds"
            lines.append(self.say(f"importing.{key}", fonds=fonds, count=len(opened)))
        if outcome.absent_fonds:
            named = outcome.absent_fonds[:_FONDS_NAMED]
            fonds = self._drawn(
                self.words.join(f"{each.code} {each.title}".strip() for each in named)
            )
            rows = sum(each.rows for each in outcome.absent_fonds)
            many = len(outcome.absent_fonds) > _FONDS_NAMED
            key = "absent_many" if many else "absent_fonds"
            lines.append(self.say(f"importing.{key}", fonds=fonds, rows=rows))
        if outcome.batch and outcome.refused_file:
            path = self._drawn(outcome.refused_file)
            lines.append(self.say("importing.refused_file", path=path))
        return "\n".join(lines)

    def _say_amounts(self, text: str) -> None:
        self.query_one("#amounts", Static).update(text)

    def _show_reasons(self, reasons: Sequence[RefusedReason]) -> None:
        lines = [
            Line(
                str(place),
                (
                    str(each.rows),
                    self._drawn(each.heading),
                    self.reason_text(each.reason, each.heading),
                ),
            )
            for place, each in enumerate(reasons)
        ]

        async def fetch(start: int, count: int) -> Sequence[Line]:
            return lines[start : start + count]

        self.query_one("#reasons", Ledger).show(len(lines), fetch, keep_place=True)

    def reason_text(self, reason: str, heading: str) -> str:
        """Why rows are refused, in a few words."""
        short = self.words.find(f"importing.why.{reason}")
        if short:
            return short
        return self.words.find(f"refusal.{reason}", field=heading) or reason

    async def _mend(self) -> None:
        if self._outcome is not None:
            await self.desk_app.open("import_waiting", self._outcome.batch)

    async def _show_past(self) -> None:
        await self.desk_app.open("import_past")

    def _stop(self) -> None:
        job = self._job
        if job is not None and job.state is JobState.RUNNING:
            self._say_amounts(self.say("importing.stopping"))
            job.stop()

    def _drawn(self, text: str) -> str:
        return drawable(text, lambda n: self.say("shell.mongolian", letters=n))


def _short(error: Exception) -> Exception:
    return error.shorter() if isinstance(error, ChildFailed) else error
