"""各室情况: each room of the hub, what needs somebody first."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import ClassVar, Final

from textual.app import ComposeResult

from tui.commands import Command
from tui.display import drawable
from tui.messages import CatalogueChanged
from tui.port.exchanges import SetAside
from tui.port.rooms import RoomHealth, RoomState
from tui.port.tickets import Wanted
from tui.screens.desk_screen import DeskScreen
from tui.status_lines import moment_text, reason_text
from tui.widgets.fact_rows import Fact, FactRows
from tui.widgets.ledger import Column, Ledger, Line

SILENT_DAYS: Final = 7
"""A room that was not heard of for so long is marked."""


def is_silent(room: RoomHealth, now: int) -> bool:
    """Whether somebody should ask what is the matter there."""
    days = room.silent_days(now)
    return room.state is RoomState.ACTIVE and (days is None or days >= SILENT_DAYS)


class RoomsScreen(DeskScreen):
    """One line a room."""

    TITLE_KEY: ClassVar[str] = "rooms.title"
    HELP_KEY: ClassVar[str] = "rooms"

    def __init__(self) -> None:
        super().__init__()
        self._rooms: Sequence[RoomHealth] = ()
        self._now = 0

    def body(self) -> ComposeResult:
        """The rooms."""
        yield Ledger(
            (
                Column(self.say("rooms.name"), 14, share=2),
                Column(self.say("rooms.state"), 8),
                Column(self.say("rooms.heard"), 12),
                Column(self.say("rooms.silent"), 8, is_right=True),
                Column(self.say("rooms.tickets"), 6, is_right=True),
                Column(self.say("rooms.aside"), 6, is_right=True),
                Column(self.say("rooms.reason"), 12, share=1, rank=1),
            ),
            id="rooms",
            empty=self.say("rooms.none"),
        )

    def on_mount(self) -> None:
        """The lines take the keys."""
        self.query_one("#rooms").focus()

    def on_screen_resume(self) -> None:
        """Opened, or back from a room."""
        self._renew()

    def on_catalogue_changed(self, _event: CatalogueChanged) -> None:
        """Something was decided."""
        self._renew()

    def commands(self) -> Sequence[Command]:
        """Only the way back."""
        return (Command("0", "rooms.back", self.step_back),)

    async def on_ledger_opened(self, event: Ledger.Opened) -> None:
        """Enter on a room."""
        event.stop()
        await self.desk_app.open("room", self._rooms[event.row], self._now)

    def _renew(self) -> None:
        if self.is_mounted:
            self.put_on(self._read, group="read")

    async def _read(self) -> None:
        try:
            found = await self.desk.rooms.all()
        except self.desk_app.known_errors as error:
            self.tell_error(error)
            return
        self._now = found.now
        self._rooms = sorted(found.rooms, key=partial(_urgency, now=found.now))
        lines = [self._line(room) for room in self._rooms]

        async def fetch(start: int, count: int) -> Sequence[Line]:
            return lines[start : start + count]

        self.query_one("#rooms", Ledger).show(len(lines), fetch, keep_place=True)
        silent = sum(is_silent(room, self._now) for room in self._rooms)
        aside = sum(room.aside for room in self._rooms)
        text = self.say("rooms.total", rooms=len(lines), silent=silent, aside=aside)
        self.tell(text if lines else "")

    def _line(self, room: RoomHealth) -> Line:
        days = room.silent_days(self._now)
        reasons = self.words.join(
            reason_text(each, self.words) for each in room.reasons
        )
        return Line(
            room.log,
            (
                drawable(room.name, lambda n: self.say("shell.mongolian", letters=n)),
                self.say(f"rooms.state_of.{room.state}"),
                heard_text(self, room, self._now),
                "" if not days else self.say("rooms.days", days=days),
                str(room.open_tickets or ""),
                str(room.aside or ""),
                reasons,
            ),
            sign="!" if room.aside or is_silent(room, self._now) else "",
        )


class RoomScreen(DeskScreen):
    """One room: facts, and the change-sets of it that were set aside."""

    TITLE_KEY: ClassVar[str] = "rooms.one"
    HELP_KEY: ClassVar[str] = "rooms"

    def __init__(self, room: RoomHealth, now: int) -> None:
        super().__init__()
        self._room = room
        self._now = now
        self._sets: Sequence[SetAside] = ()

    def body(self) -> ComposeResult:
        """Facts above, sets below."""
        yield FactRows(id="facts")
        yield Ledger(
            (
                Column(self.say("rooms.set"), 8, is_right=True),
                Column(self.say("rooms.word"), 10),
                Column(self.say("rooms.reason"), 16, share=1),
                Column(self.say("rooms.operations"), 6, is_right=True),
                Column(self.say("rooms.sealed"), 12),
            ),
            id="sets",
            empty=self.say("rooms.no_sets"),
        )

    def on_mount(self) -> None:
        """Facts are here already; the sets are read."""
        self.query_one("#facts", FactRows).show(self._facts())
        self.query_one("#sets").focus()
        self.put_on(self._read, group="read")

    def commands(self) -> Sequence[Command]:
        """Its tickets, and the way back."""
        return (
            Command("1", "rooms.its_tickets", self._open_tickets),
            Command("0", "rooms.back", self.step_back),
        )

    async def on_ledger_opened(self, event: Ledger.Opened) -> None:
        """Enter on a set: all that is set aside, with its records."""
        event.stop()
        await self.desk_app.open("carriage_aside")

    async def _open_tickets(self) -> None:
        await self.desk_app.open("queue", Wanted(room=self._room.name))

    async def _read(self) -> None:
        try:
            sets = await self.desk.exchanges.aside()
        except self.desk_app.known_errors as error:
            self.tell_error(error)
            return
        self._sets = [each for each in sets if each.log in self._room.logs]
        lines = [self._line(each) for each in self._sets]

        async def fetch(start: int, count: int) -> Sequence[Line]:
            return lines[start : start + count]

        self.query_one("#sets", Ledger).show(len(lines), fetch)

    def _line(self, held: SetAside) -> Line:
        return Line(
            held.hash,
            (
                str(held.seq),
                self.say(f"carriage.word.{held.word}"),
                reason_text(held.reason, self.words) if held.reason else "",
                str(held.operations),
                moment_text(held.sealed_at, self._now, self.words),
            ),
            sign="!",
        )

    def _facts(self) -> list[Fact]:
        room, say = self._room, self.say
        days = room.silent_days(self._now)
        silent = say("rooms.silent_none")
        if days is None:
            silent = say("rooms.never")
        elif days:
            silent = say("rooms.days", days=days)
        name = drawable(room.name, lambda n: say("shell.mongolian", letters=n))
        is_lost = is_silent(room, self._now)
        return [
            Fact(say("rooms.name"), f"{name} ({self.words.join(room.logs)})"),
            Fact(say("rooms.state"), say(f"rooms.state_of.{room.state}")),
            Fact(
                say("rooms.fonds"),
                self.words.join(room.fonds) or say("rooms.fonds_none"),
            ),
            Fact(say("rooms.heard"), heard_text(self, room, self._now)),
            Fact(say("rooms.silent"), silent, is_warning=is_lost),
            Fact(say("rooms.tickets"), str(room.open_tickets)),
            Fact(
                say("rooms.aside"),
                say("rooms.aside_amount", aside=room.aside, waiting=room.waiting),
                is_warning=bool(room.aside),
            ),
        ]


def heard_text(screen: DeskScreen, room: RoomHealth, now: int) -> str:
    """When the room was heard of last."""
    if not room.last_heard:
        return screen.say("rooms.never")
    return moment_text(room.last_heard, now, screen.words)


def _urgency(room: RoomHealth, now: int) -> tuple[bool, bool, str]:
    return not room.aside, not is_silent(room, now), room.name
