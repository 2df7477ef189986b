"""撤销: what this person saved last, and taking it back.

For each of the last twenty saves it says what taking it back would come to, before it
is done. Nothing is taken back by one key alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.widgets import Static

from node.catalogue.act_recovery import Undone
from node.catalogue.acts import Act
from tui.commands import Command
from tui.display import drawable, time_text
from tui.jobs import JobKind, JobState, Report
from tui.messages import CatalogueChanged, JobChanged
from tui.screens.asking import Choice, Option
from tui.screens.desk_screen import DeskScreen
from tui.widgets.ledger import Column, Ledger, Line

_YES = "yes"
_NO = "no"
_SIGNS: Final = {"open": "", "undone": "-", "never": "×"}


class UndoScreen(DeskScreen):
    """The last saves of this person."""

    TITLE_KEY: ClassVar[str] = "undo.title"
    HELP_KEY: ClassVar[str] = "undo"

    def __init__(self) -> None:
        super().__init__()
        self._acts: Sequence[Act] = ()
        self._told: set[int] = set()
        """Jobs whose end has been told."""

    def body(self) -> ComposeResult:
        """The saves, and what would happen to the current one."""
        yield Ledger(
            (
                Column(self.say("undo.number"), 4, is_right=True),
                Column(self.say("undo.time"), 16),
                Column(self.say("undo.what"), 10),
                Column(self.say("undo.about"), 20, share=1),
                Column(self.say("undo.amount"), 6, is_right=True),
                Column(self.say("undo.state"), 8, rank=1),
            ),
            id="acts",
            empty=self.say("undo.none"),
        )
        yield Static("", id="undo-outcome", markup=False)

    def on_mount(self) -> None:
        """Look them up."""
        super().on_mount()
        self.query_one("#acts").focus()
        self.run_worker(self._load(), group="load", exclusive=True)

    def commands(self) -> Sequence[Command]:
        """The current one, or any by its number in the list."""
        current = self.query_one("#acts", Ledger).current
        by_number = (
            Command(
                str(place + 1),
                "undo.take_back_enter",
                partial(self._ask, place),
                is_listed=place == current and act.can_undo,
            )
            for place, act in enumerate(self._acts)
        )
        return (
            *by_number,
            Command("0", "undo.back", self.step_back),
        )

    async def on_ledger_opened(self, event: Ledger.Opened) -> None:
        """Enter on a save."""
        event.stop()
        self._ask(event.row)

    def on_ledger_moved(self, event: Ledger.Moved) -> None:
        """What would happen."""
        event.stop()
        self._show_outcome()
        self.renew_commands()

    def on_catalogue_changed(self) -> None:
        """Somebody saved."""
        self.run_worker(self._load(), group="load", exclusive=True)

    def on_job_changed(self, event: JobChanged) -> None:
        """Taking back goes on in the background, and ends."""
        job = event.job
        if job.kind is not JobKind.UNDO or id(job) in self._told:
            return
        match job.state:
            case JobState.RUNNING:
                if job.total:
                    text = self.say("undo.steps", done=job.done, total=job.total)
                    self.tell(text)
            case JobState.FAILED:
                self._told.add(id(job))
                if job.error is not None:
                    self.tell_error(job.error)
            case JobState.STOPPED:
                self._told.add(id(job))
            case JobState.DONE:
                self._told.add(id(job))
                if isinstance(job.result, Undone):
                    self._tell_done(job.about, job.result)
                for screen in self.app.screen_stack:
                    screen.post_message(CatalogueChanged())

    def _tell_done(self, about: str, done: Undone) -> None:
        key = "undo.done_kept" if done.kept else "undo.done"
        self.tell(self.say(key, about=about, records=done.records, kept=done.kept))

    async def _load(self) -> None:
        try:
            self._acts = await self.desk.acts.last()
        except self.desk_app.known_errors as error:
            self.tell_error(error)
            return
        ledger = self.query_one("#acts", Ledger)
        ledger.show(len(self._acts), self._fetch, keep_place=True)
        self.renew_commands()
        self._show_outcome()

    async def _fetch(self, start: int, count: int) -> Sequence[Line]:
        return [
            Line(
                str(act.act_no),
                (
                    str(start + place + 1),
                    time_text(act.time),
                    self.say(f"undo.kind.{act.kind}"),
                    self._about(act),
                    str(act.records),
                    self.say(f"undo.state_of.{_state(act)}"),
                ),
                sign=_SIGNS[_state(act)],
            )
            for place, act in enumerate(self._acts[start : start + count])
        ]

    def _about(self, act: Act) -> str:
        return drawable(act.title, self._named)

    def _named(self, letters: int) -> str:
        return self.say("shell.mongolian", letters=letters)

    def _show_outcome(self) -> None:
        ledger = self.query_one("#acts", Ledger)
        place = ledger.current
        text = ""
        if place < len(self._acts):
            text = self._outcome(self._acts[place])
        self.query_one("#undo-outcome", Static).update(text)

    def _outcome(self, act: Act) -> str:
        """What taking it back would come to, or why it cannot be done."""
        if not act.can_undo:
            return self.say(f"undo.why_not.{act.why_not}")
        return self.say(f"undo.outcome.{act.kind}", records=act.records)

    def _ask(self, place: int) -> None:
        """Nothing is taken back by one key alone."""
        act = self._acts[place]
        self.query_one("#acts", Ledger).go_to(place)
        if act.can_undo:
            self.run_worker(self._confirmed(act), group="ask", exclusive=True)
        else:
            self.tell(self._outcome(act), is_fault=True)

    async def _confirmed(self, act: Act) -> None:
        title = self.say(
            "undo.ask", what=self.say(f"undo.kind.{act.kind}"), about=self._about(act)
        )
        options = (
            Option(_YES, self.say("undo.take_back")),
            Option(_NO, self.say("undo.leave")),
        )
        question = Choice(title, options, (self._outcome(act),))
        if await self.app.push_screen_wait(question) != _YES:
            return

        async def work(report: Report) -> object:
            return await self.desk.acts.undo(
                act.act_no, lambda done, total: report(done, total, {})
            )

        self.desk_app.jobs.start(JobKind.UNDO, self._about(act), work)


def _state(act: Act) -> str:
    """Whether it can be taken back, is already, or cannot be."""
    if act.can_undo:
        return "open"
    return "undone" if act.is_undone else "never"
