"""练习库: exercises on sample records, easiest first."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.events import ScreenResume

from tui.commands import Command
from tui.port.desk import Desk
from tui.port.practice import Exercise
from tui.screens.desk_screen import DeskScreen
from tui.widgets.ledger import Column, Ledger, Line
from tui.widgets.page import Page


class PracticeScreen(DeskScreen):
    """The list of exercises, and the text of the current one."""

    TITLE_KEY: ClassVar[str] = "practice.title"
    HELP_KEY: ClassVar[str] = "practice"

    def __init__(self) -> None:
        super().__init__()
        self._exercises: list[Exercise] = []
        self._is_open = False
        self._opening = asyncio.Event()
        """Set once the room is open, or could not be opened."""

    def body(self) -> ComposeResult:
        """Exercises above, the current one's text below."""
        columns = [
            Column(self.say("practice.number"), 4, is_right=True),
            Column(self.say("practice.level"), 10),
            Column(self.say("practice.exercise"), 30, share=1),
            Column(self.say("practice.state"), 8),
        ]
        yield Ledger(columns, id="exercises")
        yield Page(id="page")

    def on_mount(self) -> None:
        """Open the practice room."""
        super().on_mount()
        self.tell(self.say("practice.opening"))
        self.put_on(self._open, group="open")

    async def _open(self) -> None:
        self._practice = self.desk.practice
        try:
            await self._take(self._practice.open)
            self.tell(self.say("practice.opened"))
        except self.desk_app.known_errors as error:
            self.tell_error(error)
        finally:
            self._opening.set()
            self.renew_commands()

    async def _take(self, open_it: Callable[[str], Awaitable[Desk]]) -> None:
        """Sit down at the practice room's desk, once it stands."""
        desk = await open_it(self.say("practice.title"))
        if self._is_open:
            self.desk_app.renew_desk(desk)
        else:
            self.desk_app.change_desk(desk)
        self._is_open = True
        self.renew_title()
        await self._renew()
        self.query_one("#exercises").focus()

    def commands(self) -> Sequence[Command]:
        """To work, look again, begin anew, leave; what needs the room, once it is open.

        A room that cannot be opened can be begun anew.
        """
        leave = Command("0", "practice.leave", self.step_back)
        anew = Command("3", "practice.anew", self._anew)
        if not self._is_open:
            return (anew, leave) if self._opening.is_set() else (leave,)
        return (
            Command("1", "practice.work", self._work),
            Command("2", "practice.look", self._look),
            anew,
            leave,
        )

    async def at_rest(self) -> None:
        """Keys typed ahead wait until the room is open; Esc never waits long."""
        await self.read_in_time(self._opening)

    async def on_screen_resume(self, _event: ScreenResume) -> None:
        """Back from work: look at what is done now."""
        if not self._is_open:
            return
        self.renew_title()
        try:
            await self._renew()
        except self.desk_app.known_errors as error:
            self.tell_error(error)

    async def on_ledger_opened(self, event: Ledger.Opened) -> None:
        """Enter on an exercise goes to work."""
        event.stop()
        if self._is_open:
            await self._work()

    def on_ledger_moved(self, event: Ledger.Moved) -> None:
        """The text of the exercise under the bar."""
        event.stop()
        if event.row < len(self._exercises):
            slug = self._exercises[event.row].slug
            self.query_one("#page", Page).show(self.say(f"practice.text.{slug}"))

    async def step_back(self) -> None:
        """Back to the room's own desk."""
        if self._is_open:
            self._is_open = False
            self.workers.cancel_group(self, "open")
            self.desk_app.exercise = ""
            await self.desk_app.return_desk()
        await super().step_back()

    async def _renew(self) -> None:
        self._exercises = await self._practice.exercises()
        lines = [self._line(place, each) for place, each in enumerate(self._exercises)]

        async def fetch(start: int, count: int) -> Sequence[Line]:
            return lines[start : start + count]

        ledger = self.query_one("#exercises", Ledger)
        is_first = not ledger.size_rows
        ledger.show(len(lines), fetch, keep_place=not is_first)
        if is_first:
            undone = [n for n, each in enumerate(self._exercises) if not each.is_done]
            ledger.go_to(undone[0] if undone else 0)

    def _line(self, place: int, exercise: Exercise) -> Line:
        state = self.say("practice.done" if exercise.is_done else "practice.open")
        return Line(
            exercise.slug,
            (
                str(place + 1),
                self.say(f"practice.levels.l{exercise.level}"),
                self.say(f"practice.name.{exercise.slug}"),
                state,
            ),
        )

    async def _work(self) -> None:
        row = self.query_one("#exercises", Ledger).current
        if row < len(self._exercises):
            self.desk_app.exercise = self._exercises[row].slug
        screen = await self.desk_app.open("home")
        screen.tell(self.say("practice.f1"))

    async def _look(self) -> None:
        await self._renew()
        done = sum(1 for each in self._exercises if each.is_done)
        total = len(self._exercises)
        self.tell(self.say("practice.so_far", done=done, total=total))

    async def _anew(self) -> None:
        if self._is_open:
            await self.desk_app.jobs.stop_all()
        await self._take(self._practice.begin_anew)
        self.renew_commands()
        self.tell(self.say("practice.begun_anew"))
