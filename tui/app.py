"""The program that people see: one desk, one screen at a time, work in the background.

Screens are named by what they are for and are loaded when they are first opened, so
that the first one stands within a second.
"""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import ClassVar, Final, cast

from textual.app import App
from textual.binding import BindingType
from textual.driver import Driver
from textual.events import Event, Key, Paste
from textual.worker import WorkerFailed

from node.errors import NodeError
from protocol.errors import ProtocolError
from sync.cli.sentences import error_fields, file_fault, sentence_of
from sync.errors import SyncError
from sync.words.catalogue import Words
from tui.jobs import Job, Jobs
from tui.key_order import KeyOrder
from tui.messages import CatalogueChanged, JobChanged
from tui.port.desk import Desk
from tui.port.failures import ChildFailed
from tui.port.founding import Founding
from tui.port.settings import Settings, SettingsKeeper, Spacing
from tui.screens.desk_screen import DeskScreen
from tui.themes import FEW_COLOURS, THEMES, theme_for
from tui.width import Drawn, adopt, drawn

SCREENS: Final = {
    "first_run": "tui.screens.first_run:FirstRunScreen",
    "joining": "tui.screens.joining:JoiningScreen",
    "home": "tui.screens.home:HomeScreen",
    "entry": "tui.screens.entry:EntryScreen",
    "browse": "tui.screens.browse:BrowseScreen",
    "listing": "tui.screens.listing:ListingScreen",
    "batch": "tui.screens.batch:BatchScreen",
    "search": "tui.screens.search:SearchScreen",
    "lent": "tui.screens.lent:LentScreen",
    "filing": "tui.screens.filing:FilingScreen",
    "arrangement": "tui.screens.filing_arrangement:ArrangementScreen",
    "findings": "tui.screens.filing_findings:FindingsScreen",
    "printing": "tui.screens.printing:PrintingScreen",
    "sealing": "tui.screens.sealing:SealingScreen",
    "restamping": "tui.screens.restamping:RestampingScreen",
    "importing": "tui.screens.importing:ImportingScreen",
    "import_columns": "tui.screens.import_columns:ImportColumnsScreen",
    "import_run": "tui.screens.import_run:ImportRunScreen",
    "import_past": "tui.screens.import_past:ImportPastScreen",
    "import_waiting": "tui.screens.import_waiting:ImportWaitingScreen",
    "carriage": "tui.screens.carriage:CarriageScreen",
    "carriage_aside": "tui.screens.carriage_aside:AsideScreen",
    "arrivals": "tui.screens.arrivals:ArrivalsScreen",
    "queue": "tui.screens.queue:QueueScreen",
    "ticket": "tui.screens.ticket:TicketScreen",
    "deciding_many": "tui.screens.deciding_many:DecidingManyScreen",
    "decisions": "tui.screens.decisions:DecisionsScreen",
    "rooms": "tui.screens.rooms:RoomsScreen",
    "room": "tui.screens.rooms:RoomScreen",
    "my_values": "tui.screens.my_values:MyValuesScreen",
    "my_value": "tui.screens.my_values:MyValueScreen",
    "record": "tui.screens.record:RecordScreen",
    "help": "tui.screens.help:HelpScreen",
    "undo": "tui.screens.undo:UndoScreen",
    "settings": "tui.screens.settings:SettingsScreen",
    "fonds": "tui.screens.fonds:FondsScreen",
    "guide": "tui.screens.guide:GuideScreen",
    "practice": "tui.screens.practice:PracticeScreen",
}
_FIRST_DAY: Final = ("first_run", "guide", "help")
STATUS_CUT: Final = 129
_PUT_AWAY_SECONDS: Final = 25.0
"""A child that was told to stop has less than that."""
WORDS_FOLDER: Final = Path(__file__).parent / "words"


class DeskApp(App[int], inherit_bindings=False):
    """The desk. Textual's own chords (quit, palette) are not bound here."""

    CSS_PATH = "styles/desk.tcss"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = []
    known_errors: ClassVar = (
        NodeError, SyncError, ProtocolError, ChildFailed, OSError,
    )  # fmt: skip

    def __init__(
        self,
        desk: Desk | None,
        words: Words,
        *,
        first: str | Sequence[str] = "home",
        settings: Settings | None = None,
        keeper: SettingsKeeper | None = None,
        probed: Drawn | None = None,
        founding: Founding | None = None,
        driver_class: type[Driver] | None = None,
    ) -> None:
        super().__init__(driver_class=driver_class)
        self._first = (first,) if isinstance(first, str) else tuple(first)
        self._desk = desk
        self.words = words
        self.settings = settings or Settings()
        self.keeper = keeper
        self.probed = probed
        """How the terminal said that it draws; nothing where it said nothing."""
        self.founding = founding
        self.fault: Exception | None = None
        """The error of the program that ended it."""
        self.unkept: Exception | None = None
        """Why something that was typed could not be kept at the end."""
        self.jobs = Jobs(self._job_changed)
        self._keys = KeyOrder(self, super().on_event)
        self.exercise = ""
        """Slug of the exercise that is being done in the practice room."""
        self._own_desk: Desk | None = None
        self._own_jobs = self.jobs
        self._leaving: asyncio.Task[None] | None = None
        for each in THEMES:
            self.register_theme(each)
        self._adopt_look()

    @property
    def desk(self) -> Desk:
        """The desk in use; a first run has none before the machine is made."""
        if self._desk is None:
            message = "no machine has been made yet"
            raise RuntimeError(message)
        return self._desk

    @desk.setter
    def desk(self, desk: Desk) -> None:
        self._desk = desk

    @property
    def has_desk(self) -> bool:
        """Whether a machine stands behind the screens."""
        return self._desk is not None

    async def on_event(self, event: Event) -> None:
        """Keys and pasted text in their order; all else as it comes."""
        if isinstance(event, Key | Paste) and not event.is_forwarded:
            await self._keys.take(_with_enter(event))
        else:
            await super().on_event(event)

    async def on_mount(self) -> None:
        """Open the first screens; then finish what was cut off last time."""
        for name in self._first:
            await self.open(name)
        if self.has_desk:
            self.run_worker(self._recover(), group="recover")

    async def _recover(self) -> None:
        try:
            acts = await self.desk.acts.recover()
        except self.known_errors as error:
            self.tell(self.error_text(error), is_fault=True)
            return
        for act in acts:
            key = "recovered_finished" if act.is_finished else "recovered_dropped"
            what = self.words.say(f"undo.kind.{act.kind}")
            sentence = self.words.say(
                f"undo.{key}", what=what, about=act.title, records=act.records
            )
            self.tell(sentence)
        if acts:
            for screen in self.screen_stack:
                screen.post_message(CatalogueChanged())

    def tell(self, text: str, *, is_fault: bool = False) -> None:
        """One sentence on the screen that is on top."""
        if isinstance(self.screen, DeskScreen):
            self.screen.tell(text, is_fault=is_fault)

    async def open(self, name: str, *arguments: object, **fields: object) -> DeskScreen:
        """Put the screen *name* on top; before there is a machine, only a few."""
        if not self.has_desk and self.founding is not None and name not in _FIRST_DAY:
            self.tell(self.words.say("shell.no_desk"))
            return cast("DeskScreen", self.screen)
        module, kind = SCREENS[name].split(":")
        screen: DeskScreen = getattr(importlib.import_module(module), kind)(
            *arguments, **fields
        )
        await self.push_screen(screen)
        return screen

    async def go_back(self) -> None:
        """Close the screen on top; on the first one, say how to leave the program.

        It is gone from the stack at once; its end is not waited for, because the
        message that asks for it may be its own.
        """
        if len(self.screen_stack) > 2:
            self.pop_screen()
            self.screen.renew_title() if isinstance(self.screen, DeskScreen) else None
        else:
            self.tell(self.words.say("shell.leave_how"))

    async def leave(self) -> None:
        """End the program; what runs in the background is told to stop first."""
        await self._keep_all()
        await self._stop_jobs()
        self.exit(0)

    def put_away(self, status: int) -> None:
        """Keep what was typed, then end; for signals and a line that was cut."""
        if self._leaving is None:
            self._leaving = asyncio.create_task(self._put_away(status))

    def line_cut(self) -> None:
        """The terminal is gone; nobody can answer questions any more."""
        self.put_away(STATUS_CUT)

    async def _put_away(self, status: int) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(_PUT_AWAY_SECONDS):
                await self._keep_all()
                await self._stop_jobs()
        self.exit(status)

    async def _keep_all(self) -> None:
        for screen in reversed(self.screen_stack):
            if isinstance(screen, DeskScreen):
                await self._kept(screen)

    async def _stop_jobs(self) -> None:
        """Of the desk in use, and of the room's own where that is another."""
        await self.jobs.stop_all()
        await self._own_jobs.stop_all()

    async def _kept(self, screen: DeskScreen) -> None:
        try:
            await screen.keep_drafts()
        except self.known_errors as error:
            self.unkept = error

    async def close_desk(self) -> None:
        """Give back the machine, and that of the practice room."""
        await self.return_desk()
        if self._desk is not None:
            await self._desk.close()
            self._desk = None

    async def change_settings(self, settings: Settings) -> None:
        """Look and speak as *settings* say from now on, and remember it.

        Raises:
            StoreFull, OSError: it cannot be remembered; it holds until the end.
        """
        self.settings = settings
        self._adopt_language(settings.language)
        adopt(Drawn.chosen(settings.width, self.probed))
        self._adopt_look()
        if self.keeper is not None and self._desk is not None:
            self.keeper.keep(self._desk.person, settings)

    async def change_language(self, language: str) -> None:
        """Speak *language*; where nobody sits yet, nothing is remembered."""
        await self.change_settings(replace(self.settings, language=language))

    def _adopt_language(self, language: str) -> None:
        if language and language != self.words.language:
            self.words = Words.load(language, WORDS_FOLDER)

    async def begin_again(self, *names: str) -> None:
        """Close all screens and open these, drawn anew; what stands in forms is kept.

        The end of the old ones is not waited for: one of them may be asking.
        """
        await self._keep_all()
        while len(self.screen_stack) > 1:
            self.pop_screen()
        for name in names:
            await self.open(name)

    def _adopt_look(self) -> None:
        self.theme = theme_for(self.settings.look, self.console.color_system)
        self.set_class(self.theme.endswith(FEW_COLOURS), "-few")
        self.set_class(self.settings.spacing is Spacing.LARGE, "-large")
        self.set_class(drawn().has_plain_rules, "-plain")

    def _fatal_error(self) -> None:
        """End without the traceback on the terminal; the caller writes it down."""
        self._close_messages_no_wait()

    def _handle_exception(self, error: Exception) -> None:
        """Remember what ended the program; what is known to happen does not end it."""
        cause = error.error if isinstance(error, WorkerFailed) else None
        if isinstance(cause, self.known_errors) and self.is_running:
            self.tell(self.error_text(cause), is_fault=True)
            return
        self.fault = self.fault or error
        super()._handle_exception(error)

    async def show_help(self, screen: DeskScreen) -> None:
        """Help for what is on the screen now."""
        await self.open("help", screen)

    async def show_undo(self) -> None:
        """The last saves of this person, to be taken back."""
        await self.open("undo")

    @property
    def is_practising(self) -> bool:
        """Whether the desk in use is that of the practice room."""
        return self._own_desk is not None

    def change_desk(self, desk: Desk) -> None:
        """Work at the practice room's *desk*; ``return_desk`` leads back."""
        self._own_desk, self.desk = self.desk, desk
        self._own_jobs, self.jobs = self.jobs, Jobs(self._job_changed)

    def renew_desk(self, desk: Desk) -> None:
        """Another practice room's *desk* in place of the one that was closed."""
        self.desk = desk

    async def return_desk(self) -> None:
        """Close the practice room's desk and work at the room's own again."""
        if self._own_desk is None:
            return
        await self.jobs.stop_all()
        await self.desk.close()
        self.desk, self._own_desk = self._own_desk, None
        self.jobs = self._own_jobs

    def error_text(self, error: Exception) -> str:
        """What went wrong and what to do, in one line; its code at the end."""
        fields: dict[str, object]
        if isinstance(error, ChildFailed):
            code, fields = error.code, error.fields
        elif isinstance(error, OSError) and not hasattr(error, "code"):
            code, fields = file_fault(error, self.words)
        else:
            code = str(getattr(error, "code", "unknown"))
            fields = error_fields(error)
        text, step = sentence_of(code, fields, self.words, with_code=False)
        here = self.words.find(f"faults.{code}")
        return self.words.say("error_line", text=f"{text}{here or step}", code=code)

    def place_text(self) -> str:
        """Whose desk this is."""
        if not self.has_desk:
            return ""
        return f"{self.desk.room} {self.desk.person}"

    def jobs_text(self) -> str:
        """What goes on in the background, in a few words."""
        parts = []
        for job in self.jobs.running:
            name = self.words.say(f"shell.job.{job.kind}")
            if job.total:
                name = self.words.say(
                    "shell.job_steps", name=name, done=job.done, total=job.total
                )
            parts.append(name)
        return " ".join(parts)

    def _job_changed(self, job: Job) -> None:
        screen = self.screen
        if isinstance(screen, DeskScreen) and screen.is_mounted:
            screen.renew_title()
        for each in self.screen_stack:
            each.post_message(JobChanged(job))


def _with_enter(event: Key | Paste) -> Key | Paste:
    """Enter, also where it was typed before the desk had the terminal: as a newline."""
    if isinstance(event, Key) and event.key == "ctrl+j":
        return Key("enter", "\r")
    return event
