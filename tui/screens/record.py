"""记录详情: all of one record, who changed what, where it stands, what can be done."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import ClassVar, Final

from textual.app import ComposeResult

from tui.commands import Command
from tui.open_form import REASON
from tui.port.records import Detail
from tui.record_lines import RecordLines
from tui.screens.asking import Ask, Asked, last_four
from tui.screens.desk_screen import DeskScreen
from tui.screens.entry_questions import Questions
from tui.screens.record_notes import bring_back, lost_values, told
from tui.widgets.page import Page

HISTORY: Final = "history"
_TAIL: Final = "tail"
_WATCH_SECONDS: Final = 2.0
_PADDING: Final = 4
_LABEL_COLUMNS: Final = 14
_LABEL_COLUMNS_EN: Final = 20


class RecordScreen(DeskScreen):
    """One record."""

    TITLE_KEY: ClassVar[str] = "record_page.title"
    HELP_KEY: ClassVar[str] = "record"

    def __init__(self, record_id: str, part: str = "") -> None:
        super().__init__()
        self._record_id = record_id
        self._is_history = part == HISTORY
        self._with_empty = False
        self._detail: Detail | None = None
        self._titles: dict[str, str] = {}
        self._shown = ""
        self._version = 0
        self._flow: asyncio.Task[None] | None = None

    def body(self) -> ComposeResult:
        """One page, read with the arrows."""
        self._questions = Questions(self)
        yield Page(id="record-page")

    def on_mount(self) -> None:
        """The page takes the keys."""
        self.query_one(Page).focus()
        self.set_interval(_WATCH_SECONDS, self._watch)

    def on_screen_resume(self) -> None:
        """Come to, or back from a form: what stands now."""
        self.run_worker(self._load(), group="record", exclusive=True)

    def on_resize(self) -> None:
        """Wrap anew."""
        self._draw()

    def title_text(self) -> str:
        """Which part of it is shown."""
        part = "record_page.history" if self._is_history else "record_page.contents"
        return self.say(
            "entry.titled", title=self.say(self.TITLE_KEY), kind=self.say(part)
        )

    def commands(self) -> Sequence[Command]:
        """What can be done with the record."""
        leave = Command("0", "entry.back", self.step_back)
        detail = self._detail
        if detail is None:
            return (leave,)
        is_withdrawn = detail.record.state == "withdrawn"
        found = []
        if not is_withdrawn:
            key = "entry.correct" if detail.is_filed else "record_page.change"
            found.append(Command("1", key, self._change, "f2"))
        part = "record_page.contents" if self._is_history else "record_page.history"
        found.append(Command("2", part, self._turn, "f4"))
        if is_withdrawn:
            found.append(Command("3", "record_page.restore", self._start_restoring))
        else:
            found.append(Command("3", "record_page.withdraw", self._start_withdrawing))
        if not self._is_history:
            kind = "without_empty" if self._with_empty else "with_empty"
            found.append(Command("4", f"record_page.{kind}", self._show_empty))
        found.append(Command("5", "record_page.ask_id", self._show_id))
        if not is_withdrawn and lost_values(detail, self.desk.pack):
            found.append(Command("6", "record_page.bring_back", self._start_back))
        return (*found, leave)

    async def at_rest(self) -> None:
        """Wait until a question stands on the screen, or nothing goes on."""
        if self._flow is None or self._flow.done():
            return
        asked = asyncio.ensure_future(self._questions.asked.wait())
        await asyncio.wait((self._flow, asked), return_when=asyncio.FIRST_COMPLETED)
        asked.cancel()

    def _watch(self) -> None:
        """What others wrote to the record is shown as it comes."""
        if self._detail is not None and self.is_current:
            self.run_worker(self._load_if_changed(), group="record", exclusive=True)

    async def _load_if_changed(self) -> None:
        try:
            version = await self.desk.entries.version()
        except self.desk_app.known_errors as error:
            self.tell_error(error)
            return
        if version != self._version:
            self._version = version
            await self._load()

    async def _load(self) -> None:
        try:
            known = await self.desk.entries.fonds()
            self._titles = {each.code: each.title for each in known}
            self._detail = await self.desk.records.detail(self._record_id)
        except self.desk_app.known_errors as error:
            self.tell_error(error)
            return
        self._draw()
        self.renew_commands()

    def _draw(self) -> None:
        detail = self._detail
        if detail is None or not self.is_attached:
            return
        lines = RecordLines(
            self.desk.pack,
            self.words,
            self._titles.get(detail.record.fonds, ""),
            max(20, self.size.width - _PADDING),
            _LABEL_COLUMNS if self.words.language == "zh" else _LABEL_COLUMNS_EN,
        )
        shown = (
            lines.history(detail)
            if self._is_history
            else lines.contents(detail, with_empty=self._with_empty)
        )
        text = "\n".join(shown)
        if text != self._shown:
            self._shown = text
            self.query_one(Page).show(text)

    def _turn(self) -> None:
        self._is_history = not self._is_history
        self._redraw()

    def _show_empty(self) -> None:
        self._with_empty = not self._with_empty
        self._redraw()

    def _redraw(self) -> None:
        self._draw()
        self.renew_title()
        self.renew_commands()

    async def _change(self) -> None:
        await self.desk_app.open("entry", record_id=self._record_id)

    async def _show_id(self) -> None:
        """The printed id, for paper; it is sealed first, so that it stays true."""
        found = await self.desk.records.sealed_id(self._record_id)
        self.tell(self.say("record_page.id_is", id=found))

    def _start_withdrawing(self) -> None:
        self._start(self._withdraw)

    def _start_restoring(self) -> None:
        self._start(self._restore)

    def _start_back(self) -> None:
        self._start(self._bring_back)

    def _start(self, work: Callable[[], Awaitable[None]]) -> None:
        if self._flow is None or self._flow.done():
            self._flow = asyncio.create_task(self._guarded_work(work))

    async def _guarded_work(self, work: Callable[[], Awaitable[None]]) -> None:
        try:
            await work()
        except self.desk_app.known_errors as error:
            self.tell_error(error)

    async def _bring_back(self) -> None:
        """A value that lost by rule stands again."""
        detail = self._detail
        if detail is None:
            return
        lost = lost_values(detail, self.desk.pack)
        found = await bring_back(self, self._questions, detail, lost) if lost else None
        if found is not None:
            await self._load()
            self.tell(self.say("record_page.brought_back", value=told(self, found)))

    async def _withdraw(self) -> None:
        """Ask for the reason and the last four characters, then withdraw."""
        detail = self._detail
        if detail is None:
            return
        code = detail.record.code
        if code:
            line, wanted = self.say("record_page.type_code", code=code), code
        else:
            wanted = await self.desk.records.sealed_id(self._record_id)
            line = self.say("record_page.type_id", id=wanted)
        texts = await self._asked("record_page.withdraw_title", line, wanted)
        if texts is not None:
            await self.desk.records.withdraw(self._record_id, texts[REASON].strip())
            await self._load()
            self.tell(self.say("record_page.withdrawn"))

    async def _restore(self) -> None:
        texts = await self._asked("record_page.restore_title", "", "")
        if texts is not None:
            await self.desk.records.restore(self._record_id, texts[REASON].strip())
            await self._load()
            self.tell(self.say("record_page.restored"))

    async def _asked(
        self, title: str, line: str, wanted: str
    ) -> Mapping[str, str] | None:
        """The reason, and the end of what must not be mistaken."""

        def check(texts: Mapping[str, str]) -> str:
            if not texts[REASON].strip():
                return self.say("entry.correction.empty")
            if wanted and last_four(texts[_TAIL]) != last_four(wanted):
                return self.say("record_page.wrong_tail")
            return ""

        asked = [Asked(REASON, self.say("record_page.reason"))]
        if wanted:
            asked.append(Asked(_TAIL, self.say("record_page.tail")))
        lines = (line,) if line else ()
        return await self._questions.answered(Ask(self.say(title), asked, lines, check))
