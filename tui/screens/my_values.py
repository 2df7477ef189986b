"""我的值: what became of what this room wrote, and what the hub asks about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import ClassVar, Final

from textual.app import ComposeResult

from sync.cli.values import field_label, field_text
from tui.commands import Command
from tui.display import drawable
from tui.messages import CatalogueChanged
from tui.port.own_values import MyStanding, MyValue, Question
from tui.port.tickets import TicketView
from tui.screens.asking import Ask, Asked
from tui.screens.desk_screen import DeskScreen
from tui.screens.errands import ErrandScreen
from tui.status_lines import moment_text
from tui.widgets.ledger import Column, Ledger, Line
from tui.widgets.page import Page

_MOST: Final = 200
"""So many values are looked at here; a record's page tells of its own."""
_TEXT: Final = "text"
_SIGNS: Final = {MyStanding.WAITING: "!", MyStanding.REPLACED: "×"}


@dataclass(frozen=True, slots=True)
class Mine:
    """A value of this room, a question about a ticket, or both."""

    value: MyValue | None
    question: Question | None

    @property
    def about(self) -> MyValue | TicketView | None:
        """What says which record and field it is."""
        if self.value is not None:
            return self.value
        return None if self.question is None else self.question.ticket

    @property
    def record(self) -> str:
        """Printed id of the record."""
        return "" if self.about is None else self.about.record


def together(values: Sequence[MyValue], questions: Sequence[Question]) -> list[Mine]:
    """Values and questions, those that wait for an answer first."""
    by_ticket = {value.ticket: value for value in values if value.ticket}
    asked = [Mine(by_ticket.get(each.ticket.id), each) for each in questions]
    told = {each.ticket.id for each in questions}
    rest = [Mine(each, None) for each in values if each.ticket not in told]
    rest.sort(
        key=lambda mine: (
            mine.value is not None and mine.value.standing is not MyStanding.WAITING
        )
    )
    return [*asked, *rest]


class MyValuesScreen(DeskScreen):
    """One line a value."""

    TITLE_KEY: ClassVar[str] = "my_values.title"
    HELP_KEY: ClassVar[str] = "my_values"

    def __init__(self) -> None:
        super().__init__()
        self._all: list[Mine] = []
        self._shown: list[Mine] = []
        self._kind: MyStanding | None = None

    def body(self) -> ComposeResult:
        """The values."""
        yield Ledger(
            (
                Column(self.say("my_values.standing"), 10),
                Column(
                    self.say("my_values.code"), 14, is_cut_left=True, share=1, rank=1
                ),
                Column(self.say("my_values.record"), 12, share=1),
                Column(self.say("my_values.field"), 8),
                Column(self.say("my_values.mine"), 12, share=1),
                Column(self.say("my_values.now"), 12, share=1, rank=2),
            ),
            id="mine",
            empty=self.say("my_values.none"),
        )

    def on_mount(self) -> None:
        """The lines take the keys."""
        self.query_one("#mine").focus()

    def on_screen_resume(self) -> None:
        """Opened, or back from one of them."""
        self._renew()

    def on_catalogue_changed(self, _event: CatalogueChanged) -> None:
        """An exchange may have brought decisions."""
        self._renew()

    def commands(self) -> Sequence[Command]:
        """All, or those of one standing."""
        kinds = (
            (None, "all"),
            (MyStanding.WAITING, "waiting"),
            (MyStanding.ADOPTED, "adopted"),
            (MyStanding.REPLACED, "replaced"),
        )
        return (
            *(
                Command(str(place + 1), f"my_values.{name}", partial(self._pick, kind))
                for place, (kind, name) in enumerate(kinds)
            ),
            Command("5", "my_values.tickets", self._open_tickets),
            Command("0", "my_values.back", self.step_back),
        )

    async def on_ledger_opened(self, event: Ledger.Opened) -> None:
        """Enter on a value."""
        event.stop()
        await self.desk_app.open("my_value", self._shown[event.row])

    def _pick(self, kind: MyStanding | None) -> None:
        self._kind = kind
        self._show(keep_place=False)

    async def _open_tickets(self) -> None:
        await self.desk_app.open("queue")

    def _renew(self) -> None:
        if self.is_mounted:
            self.put_on(self._read, group="read")

    async def _read(self) -> None:
        own = self.desk.own_values
        try:
            questions = await own.questions()
            self._all = together(await own.values(0, _MOST), questions)
            if (await own.counts()).fresh:
                await own.seen()
        except self.desk_app.known_errors as error:
            self.tell_error(error)
            return
        self._show(keep_place=True)
        text = self.say("my_values.asked", count=len(questions)) if questions else ""
        self.tell(text, is_fault=bool(questions))

    def _show(self, *, keep_place: bool) -> None:
        kind = self._kind
        self._shown = [
            mine
            for mine in self._all
            if kind is None or (mine.value is not None and mine.value.standing is kind)
        ]
        ledger = self.query_one("#mine", Ledger)
        ledger.show(len(self._shown), self._fetch, keep_place=keep_place)

    async def _fetch(self, start: int, count: int) -> Sequence[Line]:
        shown = self._shown[start : start + count]
        return [self._line(start + n, mine) for n, mine in enumerate(shown)]

    def _line(self, number: int, mine: Mine) -> Line:
        about = mine.about
        if about is None:
            return Line(str(number), ())
        standing = standing_text(self, mine)
        value, now = "", ""
        sign = "?" if mine.question is not None else ""
        if mine.value is not None:
            value = shown_value(self, mine.value.field, mine.value.value)
            now = shown_value(self, mine.value.field, mine.value.now)
            sign = sign or _SIGNS.get(mine.value.standing, "")
        cells = (
            standing,
            about.code or "",
            drawn(self, about.title or ""),
            field_text_of(self, about.field),
            value,
            now,
        )
        return Line(str(number), cells, sign)


class MyValueScreen(ErrandScreen):
    """One value: what became of it, objecting, answering."""

    TITLE_KEY: ClassVar[str] = "my_values.one"
    HELP_KEY: ClassVar[str] = "my_values"

    def __init__(self, mine: Mine) -> None:
        super().__init__()
        self._mine = mine
        self._is_done = False

    def body(self) -> ComposeResult:
        """All of it."""
        yield Page("\n".join(self._text()), id="my-value")

    def on_mount(self) -> None:
        """Read with the arrows."""
        self.query_one(Page).focus()

    def commands(self) -> Sequence[Command]:
        """Answer, object, look."""
        found = []
        if self._mine.question is not None and not self._is_done:
            found.append(Command("1", "my_values.answer", self._start_answer))
        value = self._mine.value
        if value is not None and value.can_object and not self._is_done:
            found.append(Command("2", "my_values.object", self._start_objection))
        if self._mine.record:
            found.append(Command("3", "my_values.open", self._open_record))
        return (*found, Command("0", "my_values.back", self.step_back))

    def _start_answer(self) -> None:
        self.go(self._answer)

    def _start_objection(self) -> None:
        self.go(self._object)

    async def _answer(self) -> None:
        question = self._mine.question
        if question is None:
            return
        text = await self._asked(
            self.say("my_values.answer_title"),
            drawn(self, question.text),
            self.say("my_values.answer_label"),
        )
        if text:
            await self.desk.own_values.answer(question.ticket.id, text)
            self._end("my_values.answered")

    async def _object(self) -> None:
        value = self._mine.value
        if value is None:
            return
        text = await self._asked(
            self.say("my_values.object_title"),
            self.say("my_values.object_why"),
            self.say("my_values.reason"),
        )
        if text:
            await self.desk.own_values.object(value.decision, text)
            self._end("my_values.objected")

    def _end(self, told: str) -> None:
        self._is_done = True
        self.renew_commands()
        for screen in self.app.screen_stack:
            if screen is not self:
                screen.post_message(CatalogueChanged())
        self.tell(self.say(told))

    async def _asked(self, title: str, line: str, label: str) -> str:
        question = Ask(
            title,
            [Asked(_TEXT, label)],
            (line,),
            lambda texts: (
                "" if texts[_TEXT].strip() else self.say("my_values.text_missing")
            ),
        )
        texts = await self.questions.answered(question)
        return "" if texts is None else texts[_TEXT].strip()

    async def _open_record(self) -> None:
        await self.desk_app.open("record", self._mine.record)

    def _text(self) -> list[str]:
        say, value, question = self.say, self._mine.value, self._mine.question
        about = self._mine.about
        if about is None:
            return []
        lines = [
            drawn(self, f"{about.code or ''} {about.title or ''}".strip()),
            say("my_values.line.field", field=field_text_of(self, about.field)),
        ]
        if value is not None:
            mine = shown_value(self, value.field, value.value)
            lines.append(say("my_values.line.mine", value=mine))
            lines.append(
                say("my_values.line.standing", standing=standing_text(self, self._mine))
            )
            if value.standing is MyStanding.REPLACED:
                now = shown_value(self, value.field, value.now)
                lines.append(say("my_values.line.now", value=now))
            if value.decision:
                lines.append(
                    say(
                        "my_values.line.decided",
                        who=drawn(self, value.who),
                        time=moment_text(value.time, self._now(), self.words),
                        reason=drawn(self, value.reason),
                    )
                )
        if question is not None:
            lines.append("")
            lines.append(
                say(
                    "my_values.line.question",
                    who=drawn(self, question.who),
                    time=moment_text(question.time, self._now(), self.words),
                    text=drawn(self, question.text),
                )
            )
        return lines

    def _now(self) -> int:
        return self.desk.tickets.now()


def standing_text(screen: DeskScreen, mine: Mine) -> str:
    """What became of it, in a word."""
    if mine.question is not None:
        return screen.say("my_values.has_question")
    if mine.value is None:
        return ""
    name = mine.value.standing.value.replace("-", "_")
    return screen.say(f"my_values.standing_of.{name}")


def shown_value(screen: DeskScreen, name: str, value: object) -> str:
    """A value by the word that people use for it."""
    return drawn(screen, field_text(name, value, screen.desk.pack, screen.words))


def field_text_of(screen: DeskScreen, name: str) -> str:
    """A field's name; the whole record where it is none."""
    if not name:
        return screen.say("ticket.whole")
    return field_label(name, screen.desk.pack, screen.words)


def drawn(screen: DeskScreen, text: str) -> str:
    """*text* as a terminal can draw it."""
    return drawable(text, lambda n: screen.say("shell.mongolian", letters=n))
