"""What is typed on a ticket's page: a value, a question to the rooms, the reason."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tui.ticket_ways import Way
from tui.widgets.foot_form import FootForm
from tui.widgets.form_field import FormField

if TYPE_CHECKING:
    from tui.port.tickets import TicketDetail
    from tui.screens.desk_screen import DeskScreen
    from tui.ticket_lines import TicketLines

VALUE: Final = "value"
QUESTION: Final = "question"
REASON: Final = "reason"
TEXT: Final = "text"


class Typing:
    """The form at the foot of a ticket."""

    def __init__(self, screen: DeskScreen) -> None:
        self._screen = screen
        self.way: Way | None = None
        """The way for which a value is being typed."""
        self.reason = ""
        """What a person wrote; empty: the ready one."""

    def begin(self) -> None:
        """Another ticket: nothing has been typed for it."""
        self.way, self.reason = None, ""

    @property
    def form(self) -> FootForm:
        """The form itself."""
        return self._screen.query_one(FootForm)

    async def ask_value(
        self,
        way: Way,
        detail: TicketDetail,
        shown: tuple[int, int],
        lines: TicketLines,
    ) -> None:
        """Another value, with its reason; what the first side wrote is mended."""
        say = self._screen.say
        label, text = say("ticket.value"), ""
        if way.side:
            label = say("ticket.new_code", side=lines.letter(way.side))
        elif detail.sides:
            text = detail.sides[shown[0] - 1].side.text
        reason = FormField(REASON, say("ticket.reason"))
        reason.offer(self.reason or way.reason)
        self.way = way
        await self.form.open(VALUE, [FormField(VALUE, label, text=text), reason])

    async def ask_question(self) -> None:
        """What the rooms are asked."""
        field = FormField(QUESTION, self._screen.say("ticket.question"))
        field.offer(self._screen.say("ticket.question_ready"))
        await self.form.open(QUESTION, [field])

    async def ask_reason(self) -> None:
        """Why it is decided so."""
        label = self._screen.say("ticket.reason")
        await self.form.open(REASON, [FormField(REASON, label, text=self.reason)])

    async def ask_text(self, label: str, text: str) -> None:
        """The value of one field of a merged record."""
        await self.form.open(TEXT, [FormField(TEXT, label, text=text)])
