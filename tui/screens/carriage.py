"""上报: one key to exchange now, how far it is, and the ledger of past exchanges."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.widgets import Static

from node.ledger import COURIER, UNENDED
from sync.cli.tables import size_text
from tui.commands import Command
from tui.departure import is_exchanging, start_exchange
from tui.display import drawable
from tui.jobs import Job, JobKind, JobState
from tui.messages import CatalogueChanged, JobChanged
from tui.port.exchanges import Carried, Exchange, Stick
from tui.port.facts import Facts
from tui.screens.asking import Ask, Asked, Choice, Option
from tui.screens.desk_screen import DeskScreen
from tui.status_lines import (
    answer_text,
    moment_text,
    outcome_text,
    pending_text,
    progress_lines,
    receipt_text,
)
from tui.widgets.fact_rows import Fact, FactRows
from tui.widgets.ledger import Column, Ledger, Line

_MOST_LINES: Final = 2_000
"""So much of the ledger is shown; older lines stay in the store."""


class CarriageScreen(DeskScreen):
    """The exchange that goes on, and those that were."""

    TITLE_KEY: ClassVar[str] = "carriage.title"
    HELP_KEY: ClassVar[str] = "carriage"

    def __init__(self) -> None:
        super().__init__()
        self._facts: Facts | None = None
        self._lines: Sequence[Exchange] = ()
        self._told: Job | None = None
        """The ended job whose result was told."""
        self._followed: Job | None = None
        self._begun: Job | None = None
        """The running job whose line is shown."""
        self._is_read = asyncio.Event()

    def body(self) -> ComposeResult:
        """Facts, progress, the ledger, what was answered."""
        yield FactRows(id="facts")
        yield Static("", id="progress", markup=False)
        yield Ledger(
            (
                Column(self.say("carriage.ledger.time"), 16),
                Column(self.say("carriage.ledger.carrier"), 5, rank=4),
                Column(self.say("carriage.ledger.outcome"), 14, share=1),
                Column(self.say("carriage.ledger.sent"), 6, is_right=True, rank=2),
                Column(self.say("carriage.ledger.received"), 6, is_right=True, rank=1),
                Column(self.say("carriage.ledger.up"), 8, is_right=True, rank=5),
                Column(self.say("carriage.ledger.down"), 8, is_right=True, rank=6),
                Column(self.say("carriage.ledger.seconds"), 6, is_right=True, rank=7),
            ),
            id="ledger",
            empty=self.say("carriage.nothing_yet"),
        )
        yield Static("", id="answer", markup=False)

    def on_mount(self) -> None:
        """Show what goes on and what was."""
        super().on_mount()
        self.query_one("#ledger").focus()
        self._follow()

    def on_screen_resume(self) -> None:
        """Opened, or back from what is set aside."""
        self._renew()

    def commands(self) -> Sequence[Command]:
        """What can be done now."""
        facts = self._facts
        is_room = facts is not None and not facts.is_practice
        is_room = is_room and not self.desk.is_hub
        found: list[Command] = []
        if is_exchanging(self.desk_app):
            found.append(Command("1", "carriage.stop", self._stop))
        elif is_room:
            found.append(Command("1", "carriage.now", self._exchange, key="f2"))
        found.append(Command("2", "carriage.aside", self._show_aside))
        if is_room and facts is not None and not facts.standing.is_joined:
            found.append(Command("6", "carriage.join", self._join))
        if is_room:
            found += [
                Command("3", "carriage.write", self._write),
                Command("4", "carriage.read", self._read_bundle),
                Command("5", "carriage.hour", self._choose_hour),
            ]
        return (*found, Command("0", "carriage.back", self.step_back))

    async def at_rest(self) -> None:
        """What can be done is known once the facts are."""
        await self.read_in_time(self._is_read)

    def on_job_changed(self, event: JobChanged) -> None:
        """The exchange began, moved on or ended."""
        if event.job.kind is JobKind.EXCHANGE:
            self._follow()

    def on_catalogue_changed(self, _event: CatalogueChanged) -> None:
        """Records changed."""
        self._renew()

    def on_ledger_moved(self, event: Ledger.Moved) -> None:
        """Another line: what was answered."""
        event.stop()
        self._show_answer(event.row)

    async def _join(self) -> None:
        await self.desk_app.open("joining")

    def _exchange(self) -> None:
        start_exchange(self.desk_app)
        self._follow()

    def _stop(self) -> None:
        job = self.desk_app.jobs.get(JobKind.EXCHANGE)
        if job is not None and job.state is JobState.RUNNING:
            job.stop()
            self.tell(self.say("carriage.stopping"))

    def _follow(self) -> None:
        """Show what the job of exchanging says."""
        job = self.desk_app.jobs.get(JobKind.EXCHANGE)
        progress = self.query_one("#progress", Static)
        if job is not None and job.state is JobState.RUNNING:
            progress.update("\n".join(progress_lines(job.facts, self.words)))
            self._told = None
            if job is not self._followed:
                self._followed = job
                self.tell(self.say("carriage.running"))
            if job.facts and self._begun is not job:
                # Its line stands in the ledger now.
                self._begun = job
                self._renew()
        else:
            progress.update("")
            if job is not None and self._told is not job:
                self._told = job
                self._tell_end(job)
                self._renew()
        self.renew_title()
        self.renew_commands()

    def _tell_end(self, job: Job) -> None:
        """How it ended, in one sentence."""
        if job.state is JobState.STOPPED:
            self.tell(self.say("carriage.stopped"))
        elif job.error is not None:
            self.tell_error(job.error)
        elif isinstance(job.result, Carried):
            carried = job.result
            self.tell(
                self.say(
                    "carriage.done",
                    sent=carried.sent,
                    received=carried.received,
                    seconds=f"{carried.seconds:.1f}",
                )
            )

    def _renew(self) -> None:
        if self.is_mounted:
            self.put_on(self._read, group="read")

    async def _read(self) -> None:
        try:
            facts = await self.desk.facts.all()
            lines = await self.desk.exchanges.ledger(_MOST_LINES)
            hour = await self.desk.exchanges.window()
        except self.desk_app.known_errors as error:
            self.tell_error(error)
            return
        self._facts, self._lines = facts, lines
        self.query_one("#facts", FactRows).show(self._fact_rows(facts, hour))
        shown = [self._line(each, facts.now) for each in lines]

        async def fetch(start: int, count: int) -> Sequence[Line]:
            return shown[start : start + count]

        ledger = self.query_one("#ledger", Ledger)
        ledger.show(len(shown), fetch, keep_place=True)
        self._show_answer(ledger.current)
        self.renew_commands()
        self._is_read.set()

    def _fact_rows(self, facts: Facts, hour: str) -> list[Fact]:
        standing, words = facts.standing, self.words
        if facts.is_practice:
            practice = self.say("carriage.practice")
            return [Fact(self.say("carriage.fact.hub"), practice)]
        if standing.is_hub:
            waits = self.say("carriage.hub_waits")
            return [Fact(self.say("carriage.fact.hub"), waits)]
        key = "daily" if hour else "none"
        rows = [
            Fact(self.say("carriage.fact.hub"), standing.hub_address or "—"),
            Fact(
                self.say("carriage.fact.pending"),
                pending_text(standing, facts.now, words),
            ),
            Fact(
                self.say("carriage.fact.receipt"),
                receipt_text(standing, facts.now, words),
            ),
            Fact(
                self.say("carriage.fact.hour"),
                self.say(f"carriage.hour_fact.{key}", time=hour),
            ),
        ]
        if standing.quarantined:
            text = self.say("carriage.aside_fact.sets", count=standing.quarantined)
            rows.append(Fact(self.say("carriage.fact.aside"), text, is_warning=True))
        return rows

    def _line(self, line: Exchange, now: int) -> Line:
        is_wire = line.carrier != COURIER
        is_fault = not line.is_done and line.outcome != UNENDED
        took = max(0, line.ended_at - line.begun_at) if line.ended_at else 0
        return Line(
            str(line.number),
            (
                moment_text(line.begun_at, now, self.words),
                self.say(f"carriage.ledger.{'wire' if is_wire else 'courier'}"),
                outcome_text(line, self.words, is_running=self._is_running(line)),
                str(line.sent),
                str(line.received),
                size_text(line.bytes_up),
                size_text(line.bytes_down),
                f"{took}s" if is_wire and line.ended_at else "",
            ),
            sign="!" if is_fault else "",
        )

    def _is_running(self, line: Exchange) -> bool:
        """Whether a line without an end is that of the exchange that goes on."""
        is_newest = bool(self._lines) and line.number == self._lines[0].number
        return is_newest and is_exchanging(self.desk_app)

    def _show_answer(self, row: int) -> None:
        text = ""
        if row < len(self._lines) and self._facts is not None:
            text = answer_text(self._lines[row], self._facts.now, self.words)
        self.query_one("#answer", Static).update(self._drawn(text))

    async def _show_aside(self) -> None:
        await self.desk_app.open("carriage_aside")

    def _choose_hour(self) -> None:
        self.put_on(self._ask_hour, group="ask")

    async def _ask_hour(self) -> None:
        exchanges = self.desk.exchanges
        texts = await self.app.push_screen_wait(
            Ask(
                self.say("carriage.hour_title"),
                (
                    Asked(
                        "hour",
                        self.say("carriage.hour_label"),
                        await exchanges.window(),
                    ),
                ),
                (self.say("carriage.hour_help"),),
            )
        )
        if not texts:
            return
        if not await exchanges.choose_window(texts["hour"]):
            self.tell(self.say("carriage.hour_wrong"), is_fault=True)
            return
        hour = await exchanges.window()
        key = "hour_chosen" if hour else "hour_none"
        self.tell(self.say(f"carriage.{key}", time=hour))
        self._renew()

    def _write(self) -> None:
        self.put_on(self._write_bundle, group="ask")

    async def _write_bundle(self) -> None:
        stick = await self._ask_stick("carriage.stick_write")
        if stick is None:
            return
        exchanges, language = self.desk.exchanges, self.words.language
        try:
            path, sets = await exchanges.write_bundle(stick.path, language)
        except self.desk_app.known_errors as error:
            self.tell_error(error)
            return
        key = "written" if sets else "nothing_to_write"
        self.tell(self.say(f"carriage.{key}", path=self._drawn(str(path)), sets=sets))
        self._renew()

    def _read_bundle(self) -> None:
        self.put_on(self._take_bundle, group="ask")

    async def _take_bundle(self) -> None:
        stick = await self._ask_stick("carriage.stick_read")
        if stick is None:
            return
        try:
            path = await self._ask_bundle(stick.path)
            if path is None:
                return
            carried = await self.desk.exchanges.read_bundle(path, self.words.language)
        except self.desk_app.known_errors as error:
            self.tell_error(error)
            return
        self.tell(self.say("carriage.read_done", sets=carried.received))
        for screen in self.app.screen_stack:
            screen.post_message(CatalogueChanged())

    async def _ask_stick(self, title: str) -> Stick | None:
        sticks = await self.desk.exchanges.sticks()
        options = [
            Option(
                str(place),
                self._drawn(str(stick.path)),
                self.say(f"carriage.stick.{stick.kind}"),
            )
            for place, stick in enumerate(sticks)
        ]
        chosen = await self.app.push_screen_wait(Choice(self.say(title), options))
        return sticks[int(chosen)] if chosen else None

    async def _ask_bundle(self, folder: Path) -> Path | None:
        bundles = await self.desk.exchanges.bundles(folder)
        if not bundles:
            self.tell(self.say("carriage.bundle_none"), is_fault=True)
            return None
        now = 0 if self._facts is None else self._facts.now
        options = [
            Option(
                str(place),
                self._drawn(each.path.name),
                f"{size_text(each.size_bytes)} "
                f"{moment_text(each.changed_at, now, self.words)}",
            )
            for place, each in enumerate(bundles)
        ]
        title = self.say("carriage.bundle_which")
        chosen = await self.app.push_screen_wait(Choice(title, options))
        return bundles[int(chosen)].path if chosen else None

    def _drawn(self, text: str) -> str:
        return drawable(text, lambda n: self.say("shell.mongolian", letters=n))
