"""同类照此: one decision for all tickets like this one; a sample is looked at first.

What is alike is narrowed by digits; how many that are is typed before it is done.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import ClassVar, Final

from textual.app import ComposeResult

from tui.commands import Command
from tui.jobs import Job, JobKind, JobState, Report
from tui.messages import CatalogueChanged, JobChanged
from tui.port.tickets import (
    Alike,
    AlikePreview,
    Bulk,
    Pattern,
    Pick,
    TicketClass,
    TicketDetail,
    Wanted,
)
from tui.screens.asking import Ask, Asked, Choice, Option
from tui.screens.errands import ErrandScreen
from tui.screens.signing_in import signed_in
from tui.ticket_lines import TicketLines
from tui.widgets.cell_lines import CellLines
from tui.widgets.ledger import Column, Ledger, Line

_NUMBER: Final = "number"
_REASON: Final = "reason"
_ROOM: Final = f"{Pick.ROOM.value}:"
_PICKS: Final = (Pick.LONGER, Pick.SHORTER, Pick.EARLIER, Pick.LATER, Pick.FILLED)


class DecidingManyScreen(ErrandScreen):
    """Which, how, what it would come to, doing it."""

    TITLE_KEY: ClassVar[str] = "deciding_many.title"
    HELP_KEY: ClassVar[str] = "deciding_many"

    def __init__(self, detail: TicketDetail) -> None:
        super().__init__()
        ticket = detail.ticket
        self._ticket = ticket
        self._is_proposal = ticket.ticket_class is TicketClass.PROPOSAL
        self._alike = Alike(
            Wanted(
                classes=(ticket.ticket_class,), fonds=ticket.fonds, field=ticket.field
            ),
            rooms=ticket.rooms if len(ticket.rooms) == 2 else (),
            pick=Pick.ADOPT if self._is_proposal else Pick.ROOM,
            pick_room=ticket.rooms[0] if ticket.rooms else "",
        )
        self._preview: AlikePreview | None = None
        self._reason = ""
        self._job: Job | None = None

    def body(self) -> ComposeResult:
        """What is meant, how many, a sample."""
        yield CellLines(most_lines=3, id="many-head")
        yield Ledger(
            (
                Column(self.say("queue.code"), 14, is_cut_left=True, share=1, rank=1),
                Column(self.say("deciding_many.values"), 24, share=2),
                Column(self.say("deciding_many.after"), 18, share=2),
            ),
            id="sample",
            row_lines=2,
            empty=self.say("deciding_many.none"),
        )

    def on_mount(self) -> None:
        """The first question is what to do with them."""
        self.query_one("#sample").focus()
        self.go(self._begin)

    def commands(self) -> Sequence[Command]:
        """Narrow it, look, do it."""
        found = [Command("1", "deciding_many.pick", self._start_pick)]
        if not self._is_proposal:
            found.append(Command("2", "deciding_many.pattern", self._start_pattern))
        found += [
            Command("3", "deciding_many.fonds", self._turn_fonds),
            Command("4", "deciding_many.rooms", self._turn_rooms),
            Command("7", "ticket.command.reason", self._start_reason),
        ]
        if self._preview is not None and self._preview.total and self._job is None:
            found.append(Command("9", "deciding_many.do", self._start))
        return (*found, Command("0", "ticket.command.back", self.step_back))

    def on_job_changed(self, event: JobChanged) -> None:
        """How far it is, and how it ended."""
        job = event.job
        if job is not self._job:
            return
        match job.state:
            case JobState.RUNNING if job.total:
                steps = {"done": job.done, "total": job.total}
                self.tell(self.say("deciding_many.steps", **steps))
            case JobState.FAILED if job.error is not None:
                self._job = None
                self.tell_error(job.error)
            case JobState.DONE if isinstance(job.result, Bulk):
                self._job = None
                self.go(partial(self._end, job.result))
            case _:
                pass

    async def _begin(self) -> None:
        await self._look()
        await self._pick()

    async def _look(self) -> None:
        """What it would come to now; nothing is written."""
        self._preview = None
        self._preview = await self.desk.tickets.alike(self._alike)
        self._show(self._preview)

    def _show(self, preview: AlikePreview) -> None:
        alike, lines = self._alike, self._lines()
        every = self.say("queue.all")
        head = self.say(
            "deciding_many.head",
            kind=lines.kind(self._ticket.ticket_class),
            field=lines.field(alike.wanted.field),
            fonds=alike.wanted.fonds or every,
            rooms=self.words.join(alike.rooms) or every,
            pattern=self.say(f"deciding_many.pattern_of.{alike.pattern.value}"),
            pick=self._pick_text(alike.pick, alike.pick_room),
            reason=self._reason or preview.reason,
            count=preview.total,
            sample=len(preview.sample),
        )
        self.query_one("#many-head", CellLines).update(head)
        sample = [
            Line(
                each.ticket.id,
                (
                    each.ticket.code or each.ticket.fonds,
                    self.say("deciding_many.against").join(
                        lines.value(each.ticket.field, side.text)
                        for side in each.ticket.sides
                    ),
                    self._after(each.side, each.after, lines),
                ),
            )
            for each in preview.sample
        ]

        async def fetch(start: int, count: int) -> Sequence[Line]:
            return sample[start : start + count]

        self.query_one("#sample", Ledger).show(len(sample), fetch)
        self.renew_commands()

    def _after(self, side: int, after: str, lines: TicketLines) -> str:
        if not side:
            return self._pick_text(self._alike.pick, "")
        return lines.value(self._ticket.field, after)

    def _pick_text(self, pick: Pick, room: str) -> str:
        return self.say(f"deciding_many.pick_of.{pick.value}", room=room)

    def _lines(self) -> TicketLines:
        now = self.desk.tickets.now()
        return TicketLines(self.desk.pack, self.words, now, self.size.width)

    def _start_pick(self) -> None:
        self.go(self._pick)

    async def _pick(self) -> None:
        """Which value is taken of each."""
        if self._is_proposal:
            options = [
                Option(each.value, self._pick_text(each, ""))
                for each in (Pick.ADOPT, Pick.REFUSE)
            ]
        else:
            options = [
                *(
                    Option(f"{_ROOM}{room}", self._pick_text(Pick.ROOM, room))
                    for room in self._ticket.rooms
                ),
                *(Option(each.value, self._pick_text(each, "")) for each in _PICKS),
            ]
        question = Choice(self.say("deciding_many.pick_title"), options)
        answer = await self.questions.answered(question)
        if answer is None:
            return
        if answer.startswith(_ROOM):
            room = answer.removeprefix(_ROOM)
            self._alike = replace(self._alike, pick=Pick.ROOM, pick_room=room)
        else:
            self._alike = replace(self._alike, pick=Pick(answer), pick_room="")
        await self._look()

    def _start_pattern(self) -> None:
        self.go(self._choose_pattern)

    async def _choose_pattern(self) -> None:
        """How the values of each differ."""
        options = [
            Option(each.value, self.say(f"deciding_many.pattern_of.{each.value}"))
            for each in Pattern
        ]
        question = Choice(self.say("deciding_many.pattern"), options)
        answer = await self.questions.answered(question)
        if answer is not None:
            self._alike = replace(self._alike, pattern=Pattern(answer))
            await self._look()

    def _turn_fonds(self) -> None:
        """Of this fonds, or of all."""
        fonds = "" if self._alike.wanted.fonds else self._ticket.fonds
        wanted = replace(self._alike.wanted, fonds=fonds)
        self._alike = replace(self._alike, wanted=wanted)
        self.go(self._look)

    def _turn_rooms(self) -> None:
        """Between these two rooms, or whichever."""
        rooms = self._ticket.rooms if len(self._ticket.rooms) == 2 else ()
        self._alike = replace(self._alike, rooms=() if self._alike.rooms else rooms)
        self.go(self._look)

    def _start_reason(self) -> None:
        self.go(self._write_reason)

    async def _write_reason(self) -> None:
        label = self.say("ticket.reason")
        asked = [Asked(_REASON, label, self._reason)]
        texts = await self.questions.answered(Ask(label, asked))
        if texts is not None:
            self._reason = texts[_REASON].strip()
            if self._preview is not None:
                self._show(self._preview)

    def _start(self) -> None:
        self.go(self._confirm)

    async def _confirm(self) -> None:
        """How many they are is typed; a slip of the finger decides nothing."""
        preview = self._preview
        if preview is None:
            return

        def check(texts: Mapping[str, str]) -> str:
            typed = texts[_NUMBER].strip()
            is_right = typed.isdecimal() and int(typed) == preview.total
            return "" if is_right else self.say("deciding_many.wrong_number")

        line = self.say("deciding_many.type_number", count=preview.total)
        question = Ask(
            self.say("deciding_many.do"),
            [Asked(_NUMBER, self.say("deciding_many.number"))],
            (line,),
            check,
        )
        if await self.questions.answered(question) is None:
            return
        if await signed_in(self, self.questions):
            self._do(preview)

    def _do(self, preview: AlikePreview) -> None:
        tickets, reason = self.desk.tickets, self._reason or preview.reason

        async def work(report: Report) -> object:
            return await tickets.decide_alike(
                preview, reason, lambda done, total: report(done, total, {})
            )

        about = self._lines().kind(self._ticket.ticket_class)
        self._job = self.desk_app.jobs.start(JobKind.DECIDE, about, work)
        self.renew_commands()

    async def _end(self, done: Bulk) -> None:
        for screen in self.app.screen_stack:
            if screen is not self:
                screen.post_message(CatalogueChanged())
        await self._look()
        key = "done_left" if done.left else "done"
        told = {"decided": done.decided, "left": done.left, "number": done.bulk_no}
        self.tell(self.say(f"deciding_many.{key}", **told))
