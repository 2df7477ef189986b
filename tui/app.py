"""The program that people see: one desk, one screen at a time, work in the background.

Screens are named by what they are for and are loaded when they are first opened, so
that the first one stands within a second.
"""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import ClassVar, Final

from textual.app import App
from textual.binding import BindingType

from node.errors import NodeError
from protocol.errors import ProtocolError
from sync.cli.sentences import error_sentence
from sync.errors import SyncError
from sync.words.catalogue import Words
from tui.jobs import Job, Jobs
from tui.messages import JobChanged
from tui.port.desk import Desk
from tui.screens.desk_screen import DeskScreen
from tui.themes import DEFAULT_THEME, THEMES

SCREENS: Final = {
    "home": "tui.screens.home:HomeScreen",
    "entry": "tui.screens.entry:EntryScreen",
    "browse": "tui.screens.browse:BrowseScreen",
    "search": "tui.screens.search:SearchScreen",
    "filing": "tui.screens.filing:FilingScreen",
    "importing": "tui.screens.importing:ImportingScreen",
    "carriage": "tui.screens.carriage:CarriageScreen",
    "record": "tui.screens.record:RecordScreen",
    "help": "tui.screens.help:HelpScreen",
    "undo": "tui.screens.undo:UndoScreen",
    "settings": "tui.screens.settings:SettingsScreen",
    "guide": "tui.screens.guide:GuideScreen",
    "practice": "tui.screens.practice:PracticeScreen",
}
WORDS_FOLDER: Final = Path(__file__).parent / "words"


class DeskApp(App[int]):
    """The desk."""

    CSS_PATH = "styles/desk.tcss"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = []
    known_errors: ClassVar = (NodeError, SyncError, ProtocolError, OSError)

    def __init__(
        self,
        desk: Desk,
        words: Words,
        *,
        theme: str = DEFAULT_THEME,
        first: str = "home",
    ) -> None:
        super().__init__()
        self._first = first
        self.desk = desk
        self.words = words
        self.jobs = Jobs(self._job_changed)
        self._own_desk: Desk | None = None
        self._own_jobs = self.jobs
        for each in THEMES:
            self.register_theme(each)
        self.theme = theme

    async def on_mount(self) -> None:
        """Open the first screen."""
        await self.open(self._first)

    async def open(self, name: str, *arguments: object, **fields: object) -> DeskScreen:
        """Put the screen *name* on top."""
        module, kind = SCREENS[name].split(":")
        screen: DeskScreen = getattr(importlib.import_module(module), kind)(
            *arguments, **fields
        )
        await self.push_screen(screen)
        return screen

    async def go_back(self) -> None:
        """Close the screen on top; from the first one, leave the program."""
        if len(self.screen_stack) > 2:
            await self.pop_screen()
            self.screen.renew_title() if isinstance(self.screen, DeskScreen) else None
        else:
            await self.leave()

    async def leave(self) -> None:
        """End the program; what runs in the background is told to stop first."""
        await self.jobs.stop_all()
        self.exit(0)

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
        """What went wrong and what to do, in one line."""
        text, step = error_sentence(error, self.words)
        return f"{text}{step}" if step else text

    def place_text(self) -> str:
        """Whose desk this is."""
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
