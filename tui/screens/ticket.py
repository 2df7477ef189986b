"""裁定: one ticket side by side, what it can be decided by, and deciding it.

A digit shows what its decision would come to, Enter behind it decides, and the next
ticket opens. The ticket is held while it is on the page; where somebody else holds it,
the page is read only.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.events import Key

from node.catalogue.deciding.faults import StaleTicket, UnknownTicket
from tui.commands import Command
from tui.messages import CatalogueChanged
from tui.port.tickets import (
    OpenTicket,
    Preview,
    Ruling,
    TicketClass,
    Wanted,
    subject_of,
)
from tui.screens.errands import ErrandScreen
from tui.screens.signing_in import signed_in
from tui.screens.ticket_course import Course
from tui.screens.ticket_pairs import Pairs
from tui.screens.ticket_typing import QUESTION, REASON, TEXT, VALUE, Typing
from tui.ticket_lines import TicketLines
from tui.ticket_ways import Way, shown_sides, side_pages, ways_of
from tui.widgets.cell_lines import CellLines
from tui.widgets.command_line import CommandLine
from tui.widgets.foot_form import FootForm
from tui.widgets.form_field import FormField
from tui.widgets.ledger import Ledger
from tui.widgets.page import Page
from tui.widgets.sides import Sides

_WATCH_SECONDS: Final = 2.0
_PADDING: Final = 4
_ALIKE: Final = (TicketClass.FIELD, TicketClass.PROPOSAL)


class TicketScreen(ErrandScreen):
    """One ticket after the other."""

    TITLE_KEY: ClassVar[str] = "ticket.title"
    HELP_KEY: ClassVar[str] = "ticket"

    def __init__(
        self, ticket_id: str, *, wanted: Wanted | None = None, place: int = 0
    ) -> None:
        super().__init__()
        self._course = Course(wanted or Wanted(), place)
        self._ticket_id = ticket_id
        self._open: OpenTicket | None = None
        self._page = 0
        self._is_evidence = False
        self._pending: tuple[Ruling, Preview] | None = None
        """What Enter would decide."""
        self._version = -1

    def body(self) -> ComposeResult:
        """What it is about, the values, what a decision comes to, the evidence."""
        self._pairs = Pairs(self)
        self._typing = Typing(self)
        yield CellLines(most_lines=2, id="ticket-head")
        yield Sides(id="ticket-sides")
        yield self._pairs.ledger()
        yield CellLines(most_lines=3, id="ticket-outcome")
        yield CellLines(most_lines=1, id="ticket-reason")
        yield FootForm(id="ticket-foot")
        yield Page(id="ticket-evidence")

    def on_mount(self) -> None:
        """Open it."""
        self.query_one(Page).focus()
        self.set_interval(_WATCH_SECONDS, self._watch)
        self.go(partial(self._load, self._ticket_id))

    def on_screen_resume(self) -> None:
        """Back from deciding many, or from the record."""
        if self._open is not None and self.is_free:
            self.go(self._look_again)

    def on_resize(self) -> None:
        """Draw anew."""
        self._draw()

    def commands(self) -> Sequence[Command]:
        """The ways of the class, and what else can be done."""
        back = Command("0", "ticket.command.back", self.step_back)
        ticket = self._open
        if ticket is None:
            return (back,)
        part = "values" if self._is_evidence else "evidence"
        found = self._deciding(ticket) if self._may_decide(ticket) else []
        found += [
            Command("8", "ticket.command.next", partial(self.go, self._pass_on)),
            Command("9", f"ticket.command.{part}", self._turn),
        ]
        if side_pages(ticket.detail) > 1:
            found.append(Command("10", "ticket.command.sides", self._other_sides))
        found.append(Command("12", "ticket.command.record", self._open_record))
        return (*sorted(found, key=lambda each: int(each.digits)), back)

    async def step_back(self) -> None:
        """Away from what was typed first, then from the ticket."""
        form = self._typing.form
        if form.is_open and not form.may_close():
            self.tell(self.say("ticket.esc_again"), is_fault=True)
        elif form.is_open:
            await self._close_foot()
        elif self._pending is not None:
            self._forget_pending()
        else:
            await self.desk.tickets.leave()
            await self.desk_app.go_back()

    async def keep_drafts(self) -> None:
        """The desk ends: somebody else may decide it."""
        await self.desk.tickets.leave()

    async def on_key(self, event: Key) -> None:
        """Enter alone does what is shown, where something was typed for it."""
        line = self.query_one("#commands", CommandLine)
        is_free = not line.digits and not isinstance(self.focused, FormField)
        if event.key == "enter" and is_free and self._pending is not None:
            event.stop()
            event.prevent_default()
            self._confirm()

    def on_command_line_typed(self, event: CommandLine.Typed) -> None:
        """A digit: what its decision would come to."""
        event.stop()
        way = self._way_of(event.digits)
        if way is not None and not way.asks_value:
            self.go(partial(self._show_preview, way.ruling))
        elif self._pending is not None:
            self._forget_pending()

    async def on_foot_form_answered(self, event: FootForm.Answered) -> None:
        """Something was typed: a value, a question, a reason."""
        event.stop()
        texts, purpose = event.texts, event.form.purpose
        text = texts[purpose].strip()
        if not text and purpose in (VALUE, QUESTION):
            self.tell(self.say("ticket.value_missing"), is_fault=True)
            self.query_one(f"#field-{purpose}", FormField).focus()
            return
        await self._close_foot()
        typing = self._typing
        typing.reason = texts.get(REASON, typing.reason).strip()
        if purpose == VALUE and typing.way is not None:
            self.go(partial(self._show_preview, typing.way.with_value(text)))
        elif purpose == QUESTION:
            self.go(partial(self._ask, text))
        elif purpose == TEXT:
            self._pairs.write(text)
            self.renew_commands()
        else:
            self.tell(self.say("ticket.reason_kept", reason=typing.reason))

    async def on_ledger_opened(self, event: Ledger.Opened) -> None:
        """Enter on a field of two records: the other one's value goes in."""
        event.stop()
        if self._open is not None and self._may_decide(self._open):
            self._pairs.turn(event.row)
            self._forget_pending()
            self.renew_commands()

    def _deciding(self, ticket: OpenTicket) -> list[Command]:
        lines, found = self._lines(), []
        for way in self._ways(ticket):
            name = self.say(way.words, side=lines.letter(way.side) if way.side else "")
            act = partial(self._choose, way)
            found.append(Command(way.digits, way.words, act, name=name))
        found.append(Command("4", "ticket.command.ask", self._typing.ask_question))
        if ticket.detail.ticket.ticket_class in _ALIKE:
            found.append(Command("6", "ticket.command.alike", self._open_alike))
        if self._pairs.can_pick:
            found.append(Command("13", "ticket.command.text", self._start_text))
        found.append(Command("7", "ticket.command.reason", self._typing.ask_reason))
        return found

    def _may_decide(self, ticket: OpenTicket) -> bool:
        return self.desk.tickets.can_decide and ticket.held.is_here

    def _ways(self, ticket: OpenTicket) -> list[Way]:
        shown = shown_sides(ticket.detail, self._page)
        return ways_of(ticket.detail, shown, self._pairs.picks)

    def _way_of(self, digits: str) -> Way | None:
        ticket = self._open
        if ticket is None or not self._may_decide(ticket):
            return None
        for way in self._ways(ticket):
            if way.digits == digits:
                return way
        return None

    async def failed(self, error: Exception) -> None:
        """Somebody else was quicker, or something new came: the queue as it is now."""
        self.tell_error(error)
        if not isinstance(error, (StaleTicket, UnknownTicket)):
            return
        try:
            await self._next(self._course.place, self.desk_app.error_text(error))
        except self.desk_app.known_errors as another:
            self.tell_error(another)

    async def _load(self, ticket_id: str) -> None:
        opened = await self.desk.tickets.open(ticket_id)
        self._version = await self.desk.tickets.version()
        self._ticket_id = ticket_id
        self._page, self._is_evidence = 0, False
        self._typing.begin()
        self._pairs.show(opened.detail, self._lines())
        self._put(opened)
        if not self.desk.tickets.can_decide:
            self.tell(self.say("ticket.read_only"))
        elif not opened.held.is_here:
            self.tell(self._lines().held(opened.held), is_fault=True)
        elif self._pairs.is_shown:
            self.tell(self._pairs.same_text())

    def _put(self, opened: OpenTicket) -> None:
        self._open = opened
        self.forget_digits()
        self._forget_pending()
        self._draw()
        self.renew_commands()
        self._focus_body()

    def _watch(self) -> None:
        """What others do about the ticket is seen, unless something goes on here."""
        if self.is_current and self.is_free and self._open is not None:
            self.go(self._look_if_changed)

    async def _look_if_changed(self) -> None:
        tickets, ticket = self.desk.tickets, self._open
        version = await tickets.version()
        is_let_go = False
        if ticket is not None and tickets.can_decide:
            is_let_go = ticket.subject not in await tickets.held()
        if version != self._version or is_let_go:
            self._version = version
            await self._look_again()

    async def _look_again(self) -> None:
        ticket = self._open
        if ticket is None:
            return
        if ticket.held.is_here:
            detail = await self.desk.tickets.look(self._ticket_id)
            if detail != ticket.detail:
                self._put(OpenTicket(detail, ticket.held))
            return
        opened = await self.desk.tickets.open(self._ticket_id)
        if opened.held.is_here and self.desk.tickets.can_decide:
            self._put(opened)
            self.tell(self.say("ticket.freed"))

    def _draw(self) -> None:
        ticket = self._open
        if ticket is None or not self.is_attached:
            return
        lines, detail = self._lines(), ticket.detail
        has_pairs = self._pairs.is_shown
        self.query_one("#ticket-head", CellLines).update(lines.head(detail))
        sides = self.query_one("#ticket-sides", Sides)
        sides.display = not self._is_evidence
        sides.show(lines.sides(detail, shown_sides(detail, self._page)))
        self.query_one("#ticket-pairs", Ledger).display = (
            has_pairs and not self._is_evidence
        )
        page = self.query_one("#ticket-evidence", Page)
        page.display = self._is_evidence or not has_pairs
        page.show("\n".join(lines.evidence(detail)))

    def _focus_body(self) -> None:
        """The rows of two records take the keys, else the evidence does."""
        is_page = self._is_evidence or not self._pairs.is_shown
        self.query_one("#ticket-evidence" if is_page else "#ticket-pairs").focus()

    def _lines(self) -> TicketLines:
        width = max(20, self.size.width - _PADDING)
        now = self.desk.tickets.now()
        return TicketLines(self.desk.pack, self.words, now, width)

    async def _show_preview(self, ruling: Ruling) -> None:
        """Read what it would come to; Enter does it then."""
        self._pending = None
        preview = await self.desk.tickets.preview(self._ticket_id, ruling)
        self._pending = ruling, preview
        self._pairs.merged_into(ruling.side)
        reason = self._typing.reason or preview.reason
        self._show_outcome(self._told(preview), self.say("ticket.why", reason=reason))
        self.tell(self.say("ticket.confirm"))

    def _told(self, preview: Preview) -> str:
        if self._open is None:
            return ""
        return self._lines().preview(preview, self._open.detail)

    def _forget_pending(self) -> None:
        self._pending = None
        self._show_outcome("", "")
        self.tell("")

    def _show_outcome(self, text: str, reason: str) -> None:
        self.query_one("#ticket-outcome", CellLines).update(text)
        self.query_one("#ticket-reason", CellLines).update(reason)

    async def _choose(self, way: Way) -> None:
        """Digits and Enter: what was shown is done; what was not is shown first."""
        if way.asks_value:
            await self._start_value(way)
        elif self._pending is not None and self._pending[0] == way.ruling:
            self._confirm()
        else:
            self.go(partial(self._show_preview, way.ruling))

    def _confirm(self) -> None:
        if self._pending is not None:
            self.go(partial(self._decide, *self._pending))

    async def _decide(self, ruling: Ruling, preview: Preview) -> None:
        tickets = self.desk.tickets
        if not await signed_in(self, self.questions):
            return
        reason = self._typing.reason or preview.reason
        what = self._told(preview)
        await tickets.decide(self._ticket_id, ruling, reason)
        for screen in self.app.screen_stack:
            screen.post_message(CatalogueChanged())
        await self._next(self._course.place, self.say("ticket.decided", what=what))

    async def _ask(self, question: str) -> None:
        if await signed_in(self, self.questions):
            await self.desk.tickets.ask(self._ticket_id, question)
            await self._pass_on(self.say("ticket.asked"))

    async def _pass_on(self, told: str = "") -> None:
        """On to the next; this one stays in the queue and does not come again."""
        if self._open is not None:
            self._course.pass_by(subject_of(self._open.detail.ticket))
        await self._next(self._course.place + 1, told)

    async def _next(self, place: int, told: str) -> None:
        found = await self._course.next_from(self.desk.tickets, place)
        if found is None:
            await self.desk.tickets.leave()
            await self.desk_app.go_back()
            self.desk_app.tell(told or self.say("ticket.all_seen"))
            return
        await self._load(found)
        if told:
            self.tell(told)

    async def _start_value(self, way: Way) -> None:
        if self._open is not None:
            shown = shown_sides(self._open.detail, self._page)
            await self._typing.ask_value(way, self._open.detail, shown, self._lines())

    async def _start_text(self) -> None:
        label, text = self._pairs.current
        if label:
            await self._typing.ask_text(label, text)

    async def _close_foot(self) -> None:
        await self._typing.form.close()
        self._focus_body()

    async def _open_alike(self) -> None:
        if self._open is not None:
            await self.desk_app.open("deciding_many", self._open.detail)

    async def _open_record(self) -> None:
        if self._open is not None:
            await self.desk_app.open("record", self._open.detail.ticket.record)

    def _turn(self) -> None:
        self._is_evidence = not self._is_evidence
        self._draw()
        self.renew_commands()
        self._focus_body()

    def _other_sides(self) -> None:
        if self._open is not None:
            self._page = (self._page + 1) % side_pages(self._open.detail)
        self._forget_pending()
        self._draw()
        self.renew_commands()
