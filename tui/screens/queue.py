"""待裁队列: what contradicts itself, one line a ticket; fetched where one looks.

The queue is as it stands now: it is read again when something was saved, here, at
another desk or by an exchange.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import ClassVar, Final

from textual.app import ComposeResult

from sync.cli.values import field_label
from tui.commands import Command
from tui.display import drawable
from tui.messages import CatalogueChanged
from tui.port.tickets import (
    Held,
    Subject,
    TalkState,
    TicketClass,
    TicketCounts,
    TicketOrder,
    TicketView,
    Wanted,
    subject_of,
)
from tui.screens.choosing import Choice, ChoosingScreen
from tui.screens.desk_screen import DeskScreen
from tui.widgets.cell_lines import CellLines
from tui.widgets.ledger import Column, Ledger, Line

LOOK_SECONDS: Final = 2.0
DAY_SECONDS: Final = 86_400
ORDERS: Final = {
    TicketOrder.WEIGHT: "by_weight",
    TicketOrder.CLASS: "by_class",
    TicketOrder.ROOM: "by_room",
    TicketOrder.AGE: "by_age",
}
_ALL: Final = ""
_HEAVY: Final = 70
"""From this weight on, a sign stands before the line."""


class QueueScreen(DeskScreen):
    """All tickets, or those that were asked for."""

    TITLE_KEY: ClassVar[str] = "queue.title"
    HELP_KEY: ClassVar[str] = "queue"

    def __init__(self, wanted: Wanted | None = None) -> None:
        super().__init__()
        self._wanted = wanted or Wanted()
        self._counts: TicketCounts | None = None
        self._held: Mapping[Subject, Held] = {}
        self._total = 0
        self._now = 0
        self._version = -1

    def body(self) -> ComposeResult:
        """How many of which class, what is shown of them, the lines."""
        yield CellLines(most_lines=2, id="queue-head")
        yield CellLines(most_lines=1, id="queue-asked")
        yield Ledger(
            (
                Column(self.say("queue.kind"), 10),
                Column(self.say("queue.room"), 10, share=1),
                Column(self.say("queue.code"), 14, is_cut_left=True, share=1, rank=2),
                Column(self.say("queue.record"), 12, share=2),
                Column(self.say("queue.field"), 8),
                Column(self.say("queue.age"), 5, is_right=True, rank=3),
                Column(self.say("queue.who"), 8, rank=1),
            ),
            id="tickets",
            empty=self.say("queue.none"),
        )

    def on_mount(self) -> None:
        """The lines take the keys."""
        self.query_one("#tickets").focus()
        self.set_interval(LOOK_SECONDS, self._look)

    def on_screen_resume(self) -> None:
        """Opened, or back from a ticket."""
        self._renew()

    def on_catalogue_changed(self, _event: CatalogueChanged) -> None:
        """Something was saved at this desk."""
        self._renew()

    def commands(self) -> Sequence[Command]:
        """Orders, filters, and what else there is to look at."""
        orders = (
            Command(str(place + 1), f"queue.{name}", partial(self._sort, order))
            for place, (order, name) in enumerate(ORDERS.items())
        )
        found = [
            *orders,
            Command("5", "queue.choose_class", self._choose_class),
            Command("6", "queue.choose_room", self._choose_room),
            Command("7", "queue.choose_fonds", self._choose_fonds),
        ]
        if self.desk.tickets.can_decide:
            found += [
                Command("8", "queue.rooms", self._opener("rooms")),
                Command("9", "queue.past", self._opener("decisions")),
            ]
        is_first = len(self.app.screen_stack) > 1 and self.desk.is_hub
        words = "queue.others" if is_first else "queue.back"
        return (*found, Command("0", words, self.step_back))

    async def on_ledger_opened(self, event: Ledger.Opened) -> None:
        """Enter on a ticket."""
        event.stop()
        await self.desk_app.open(
            "ticket", event.line.id, wanted=self._wanted, place=event.row
        )

    def _sort(self, order: TicketOrder) -> None:
        self._ask_for(replace(self._wanted, order=order))

    def _ask_for(self, wanted: Wanted) -> None:
        self._wanted = wanted
        self._renew(keep_place=False)

    async def _choose_class(self) -> None:
        counts = self._counts
        amounts = {} if counts is None else counts.by_class
        choices = [
            Choice(str(int(each)), self._class(each), str(amounts[each]))
            for each in TicketClass
            if amounts.get(each) and each is not TicketClass.NOTE
        ]
        current = [str(int(each)) for each in self._wanted.classes]
        await self._choose("queue.kind", choices, self._put_class, current)

    async def _choose_room(self) -> None:
        counts = self._counts
        amounts = {} if counts is None else counts.by_room
        choices = [
            Choice(name, name, str(amount)) for name, amount in sorted(amounts.items())
        ]
        await self._choose("queue.room", choices, self._put_room, [self._wanted.room])

    async def _choose_fonds(self) -> None:
        choices = [
            Choice(each.code, each.code, each.title)
            for each in await self.desk.shelves.fonds()
        ]
        current = [self._wanted.fonds]
        await self._choose("queue.choose_fonds", choices, self._put_fonds, current)

    async def _choose(
        self,
        title: str,
        choices: Sequence[Choice],
        chosen: Callable[[str], None],
        current: Sequence[str],
    ) -> None:
        shown = (Choice(_ALL, self.say("queue.all")), *choices)
        now = current[0] if current else _ALL
        await self.app.push_screen(
            ChoosingScreen(self.say(title), shown, chosen, current=now)
        )

    def _put_class(self, value: str) -> None:
        classes = (TicketClass(int(value)),) if value else ()
        self._ask_for(replace(self._wanted, classes=classes))

    def _put_room(self, value: str) -> None:
        self._ask_for(replace(self._wanted, room=value))

    def _put_fonds(self, value: str) -> None:
        self._ask_for(replace(self._wanted, fonds=value))

    def _opener(self, name: str) -> Callable[[], Awaitable[None]]:
        async def open_it() -> None:
            await self.desk_app.open(name)

        return open_it

    def _look(self) -> None:
        """Whether another desk decided something, or an exchange brought something."""
        if self.is_current:
            self.put_on(self._look_again, group="look")

    async def _look_again(self) -> None:
        tickets = self.desk.tickets
        try:
            has_changed = await tickets.version() != self._version
            # A desk that was killed lets its ticket go without a word.
            has_changed = has_changed or await tickets.held() != self._held
        except self.desk_app.known_errors as error:
            self.tell_error(error)
            return
        if has_changed:
            await self._read(keep_place=True)

    def _renew(self, *, keep_place: bool = True) -> None:
        if self.is_mounted:
            self.put_on(partial(self._read, keep_place=keep_place), group="queue")

    async def _read(self, *, keep_place: bool) -> None:
        tickets = self.desk.tickets
        try:
            self._version = await tickets.version()
            self._held = await tickets.held()
            self._now = tickets.now()
            self._total = (await tickets.page(self._wanted, 0, 0)).total
            self._show_lines(keep_place=keep_place)
            self._counts = await tickets.counts()
        except self.desk_app.known_errors as error:
            self.tell_error(error)
            return
        self._show_head(self._counts)
        self.renew_commands()

    def _show_lines(self, *, keep_place: bool) -> None:
        ledger = self.query_one("#tickets", Ledger)
        is_all = self._wanted == Wanted(order=self._wanted.order)
        ledger.empty = self.say("queue.none" if is_all else "queue.none_like")
        ledger.show(self._total, self._fetch, keep_place=keep_place)
        self._show_asked()

    async def _fetch(self, start: int, count: int) -> Sequence[Line]:
        page = await self.desk.tickets.page(self._wanted, start, count)
        return [self._line(each) for each in page.tickets]

    def _show_head(self, counts: TicketCounts) -> None:
        parts = [self.say("queue.total", count=counts.total)]
        parts += [
            self.say("queue.amount", name=self._class(each), count=amount)
            for each, amount in sorted(counts.by_class.items())
            if amount and each is not TicketClass.NOTE
        ]
        if counts.notes:
            parts.append(self.say("queue.notes", count=counts.notes))
        head = self.say("queue.separator").join(parts)
        self.query_one("#queue-head", CellLines).update(head)

    def _show_asked(self) -> None:
        wanted = self._wanted
        every = self.say("queue.all")
        asked = self.say(
            "queue.asked",
            order=self.say(f"queue.{ORDERS[wanted.order]}"),
            classes=self.words.join(self._class(each) for each in wanted.classes)
            or every,
            room=wanted.room or every,
            fonds=wanted.fonds or every,
            count=self._total,
        )
        self.query_one("#queue-asked", CellLines).update(asked)

    def _line(self, ticket: TicketView) -> Line:
        held = self._held.get(subject_of(ticket))
        who = ""
        if held is not None:
            who = self.say("queue.here") if held.is_here else held.operator
        elif ticket.talk is not TalkState.NONE:
            who = self.say(f"queue.talk.{ticket.talk.value}")
        return Line(
            ticket.id,
            (
                self._class(ticket.ticket_class),
                self._drawn(self._rooms(ticket)),
                ticket.code or ticket.fonds,
                self._drawn(ticket.title),
                self._field(ticket),
                self._age(ticket.opened_at),
                self._drawn(who),
            ),
            sign="!" if ticket.weight >= _HEAVY else "",
        )

    def _rooms(self, ticket: TicketView) -> str:
        if len(ticket.rooms) < 3:
            return self.words.join(ticket.rooms)
        return self.say(
            "queue.rooms_and", room=ticket.rooms[0], count=len(ticket.rooms)
        )

    def _class(self, ticket_class: TicketClass) -> str:
        return self.say(f"ticket.class.{ticket_class.name.lower()}")

    def _field(self, ticket: TicketView) -> str:
        is_existence = ticket.ticket_class is TicketClass.EXISTENCE
        if is_existence or not ticket.field:
            return self.say("ticket.whole")
        return field_label(ticket.field, self.desk.pack, self.words)

    def _age(self, opened_at: int) -> str:
        days = max(0, self._now - opened_at) // DAY_SECONDS
        return self.say("queue.days", days=days) if days else self.say("queue.today")

    def _drawn(self, text: str) -> str:
        return drawable(text, lambda n: self.say("shell.mongolian", letters=n))
