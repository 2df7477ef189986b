"""The page of a form: its fields, what is said of them, its journal.

A key changes the text of a field and nothing else; what was typed is looked at a
moment later, and what has to be asked of the store is asked beside the keys.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Mapping, Sequence
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.events import Key
from textual.timer import Timer
from textual.widgets import Static

from tui.display import drawable
from tui.journal import Journal
from tui.open_form import OpenForm
from tui.port.entries import NextCode, Record
from tui.screens.desk_screen import DeskScreen
from tui.screens.entry_fields import FormFields
from tui.screens.entry_offers import OfferDesk, Offers, Wanted
from tui.screens.entry_questions import Questions
from tui.widgets.cell_lines import CellLines
from tui.widgets.command_line import CommandLine
from tui.widgets.form import Form
from tui.widgets.form_field import FormField

_LOOK_SECONDS: Final = 0.25
"""After the last key, what was typed is looked at."""
_ISSUED: Final = "creators"
_ITEM: Final = "item"


class EntryPage(DeskScreen):
    """A form on the screen."""

    TITLE_KEY: ClassVar[str] = "entry.title"
    HELP_KEY: ClassVar[str] = "entry"

    def __init__(self, form: OpenForm) -> None:
        super().__init__()
        self._form = form
        self._journal = Journal(self._keep, self._keeping_told)
        self._questions = Questions(self)
        self._fonds_titles: dict[str, str] = {}
        self._is_ready = False
        self._is_all_shown = False
        self._current = ""
        self._field_fault = ""
        """The sentence about the current field that stands in the message line."""
        self._look_timer: Timer | None = None
        self._flow: asyncio.Task[None] | None = None

    def body(self) -> ComposeResult:
        """Where it belongs, the fields, what is to be known, the rule."""
        self._fields = FormFields(self.desk.pack, self.words, self.desk.entries)
        self._offers = OfferDesk(self.desk.entries, self._wanted)
        yield Static("", id="entry-head", markup=False)
        first = self._fields.made(self._fields.first_page(), is_read_only=False)
        yield Form(first, id="entry-form")
        yield CellLines(most_lines=2, id="entry-warning")
        yield CellLines(most_lines=2, id="entry-rule")

    def title_text(self) -> str:
        """What kind of form it is."""
        kind = self.say(f"entry.kind.{self._form.kind}")
        return self.say("entry.titled", title=self.say(self.TITLE_KEY), kind=kind)

    @property
    def is_at_rest(self) -> bool:
        """No question, save or opening goes on."""
        return self._flow is None or self._flow.done()

    async def at_rest(self) -> None:
        """Wait until a save is done or a question stands on the screen."""
        if self._flow is None or self._flow.done():
            return
        asked = asyncio.ensure_future(self._questions.asked.wait())
        await asyncio.wait((self._flow, asked), return_when=asyncio.FIRST_COMPLETED)
        asked.cancel()

    @property
    def _is_closed(self) -> bool:
        """A filed item is read until somebody gives a reason to correct it."""
        return self._form.is_filed and not self._form.reason

    @property
    def _form_widget(self) -> Form:
        return self.query_one("#entry-form", Form)

    def _texts(self) -> dict[str, str]:
        return self._form_widget.texts()

    def _field(self, name: str) -> FormField | None:
        found = self.query(f"#field-{name}").results(FormField)
        return next(iter(found), None)

    def _start(self, flow: Coroutine[None, None, None]) -> None:
        """Do what asks people or the store, one such thing at a time."""
        if not self.is_at_rest:
            flow.close()
            return
        self._flow = asyncio.create_task(self._guarded_flow(flow))
        self._flow.add_done_callback(self._flow_ended)

    async def _guarded_flow(self, flow: Coroutine[None, None, None]) -> None:
        try:
            await flow
        except self.desk_app.known_errors as error:
            if self.is_attached:
                self.tell_error(error)

    def _flow_ended(self, flow: asyncio.Task[None]) -> None:
        if not flow.cancelled() and (error := flow.exception()) is not None:
            self.app.call_later(_raise, error)

    async def _fill(self, texts: Mapping[str, str]) -> None:
        """Fields for everything that has a text, and the texts in them."""
        first = set(self.desk.pack.form.entry)
        if any(text and name not in first for name, text in texts.items()):
            await self._mount_further()
        for field in self._form_widget.fields:
            field.put(texts.get(field.name or "", ""))

    async def _mount_further(self) -> None:
        """All other fields, below those of the first page."""
        if not self._is_all_shown:
            self._is_all_shown = True
            further = self._fields.made(
                self._fields.further(), is_read_only=self._is_closed
            )
            await self._form_widget.mount_all(further)
            self.renew_commands()

    def _ready(self) -> None:
        """The form is filled: from now on what people type counts."""
        self._is_ready = True
        self._offers.forget()
        for field in self._form_widget.fields:
            self._fields.fault_of(field)
            field.is_read_only = self._is_closed
        self.renew_title()
        self.renew_commands()
        self._draw_head(None)
        self._look_soon()

    def on_form_field_changed(self, event: FormField.Changed) -> None:
        """Only says that something changed; everything else comes later."""
        event.stop()
        if self._is_ready:
            self._journal.touch()
            self._look_soon()

    def on_form_field_entered(self, event: FormField.Entered) -> None:
        """The field that was left is written as the rule does; the rule of this one."""
        event.stop()
        self._leave_field()
        self._current = event.field.name or ""
        rule = self._fields.help_of(event.field)
        self.query_one("#entry-rule", CellLines).update(rule)
        self._tell_field(self._fields.fault_of(event.field))

    def on_form_ended(self, event: Form.Ended) -> None:
        """Behind the last field come the commands."""
        del event
        self._leave_field()

    async def on_key(self, event: Key) -> None:
        """From the commands an arrow or a bare Enter leads back to the fields."""
        line = self.query_one("#commands", CommandLine)
        is_bare = self.focused is line and not line.digits
        if is_bare and event.key in ("up", "down", "enter"):
            fields = self._form_widget.fields
            last = self._field(self._current) if event.key == "up" else None
            (last or fields[0]).focus()
            event.stop()
            event.prevent_default()

    def _leave_field(self) -> None:
        field = self._field(self._current) if self._current else None
        if field is None:
            return
        if self._fields.tidy(field):
            self._journal.touch()
        self._fields.fault_of(field)
        self._look_soon()

    def _look_soon(self) -> None:
        if self._look_timer is not None:
            self._look_timer.stop()
        self._look_timer = self.set_timer(_LOOK_SECONDS, self._look)

    def _look(self) -> None:
        """What was typed is looked at: its fault, and what can be offered."""
        self._look_timer = None
        field = self._field(self._current)
        if field is not None:
            self._tell_field(self._fields.fault_of(field))
        if self._is_ready:
            self.run_worker(self._ask_offers(), group="offers")

    def _tell_field(self, fault: str) -> None:
        """What is wrong in the current field, until it is put right."""
        if fault == self._field_fault:
            return
        self._field_fault = fault
        self.tell(fault, is_fault=bool(fault))

    def tell(self, text: str, *, is_fault: bool = False) -> None:
        """One sentence, always at the same place; empty takes it away."""
        if text != self._field_fault:
            self._field_fault = ""
        super().tell(text, is_fault=is_fault)

    def _wanted(self) -> Wanted | None:
        form = self._form
        if not self._is_ready or not form.fonds:
            return None
        is_item = form.is_new and form.level == _ITEM
        return Wanted(form.fonds, self._texts(), form.record_id, is_item)

    async def _ask_offers(self) -> None:
        try:
            offers = await self._offers.ask()
        except self.desk_app.known_errors as error:
            self.tell_error(error)
            return
        if offers is not None and self.is_attached:
            self._show_offers(offers)

    def _show_offers(self, offers: Offers) -> None:
        self._draw_head(offers.next_code)
        self._draw_warning(offers.alike)
        field = self._field(_ISSUED)
        if offers.issuer and field is not None and not self._is_closed:
            is_free = not field.text or field.is_offered
            if is_free and field.text != offers.issuer:
                field.offer(offers.issuer)
                self._journal.touch()

    def _draw_head(self, code: NextCode | None) -> None:
        form = self._form
        title = self._drawn(self._fonds_titles.get(form.fonds, ""))
        place = self.say(
            "entry.place",
            fonds=form.fonds,
            title=title,
            category=self.desk.pack.title,
            level=self.say(f"level.{form.level}"),
        )
        self.query_one("#entry-head", Static).update(f"{place}  {self._about(code)}")

    def _about(self, code: NextCode | None) -> str:
        """The code that comes, or why the form is what it is."""
        if self._form.reason:
            reason = self._drawn(self._form.reason)
            return self.say("entry.correction.told", reason=reason)
        if self._is_closed:
            return self.say("entry.closed")
        if code is None or not (code.code or code.missing):
            return ""
        if code.code:
            return self.say("entry.next_code", code=code.code)
        texts = self._texts()
        unfit = [name for name in code.missing if texts.get(name, "").strip()]
        if unfit:
            known = self.desk.pack.field(unfit[0])
            label = self._fields.label(known.name)
            return self.say("entry.unfit", field=label, example=known.example)
        names = self.words.join(self._fields.label(name) for name in code.missing)
        return self.say("entry.no_code", fields=names)

    def _draw_warning(self, alike: Sequence[Record]) -> None:
        text = ""
        if alike:
            first = alike[0]
            said = {
                name: self._drawn(str(first.fields.get(name, "")))
                for name in ("title", "doc_no", "date")
            }
            code = first.code or self.say("entry.without_code")
            text = self.say("entry.alike", count=len(alike), code=code, **said)
        self.query_one("#entry-warning", CellLines).update(text)

    def _drawn(self, text: str) -> str:
        return drawable(text, self._mongolian)

    def _mongolian(self, letters: int) -> str:
        return self.say("shell.mongolian", letters=letters)

    async def _keep(self) -> None:
        form = self._form
        draft = form.draft(self._texts())
        number = await self.desk.entries.keep_draft(draft)
        if not number and form.draft_no:
            form.draft_no = 0
            draft = form.draft(self._texts())
            number = await self.desk.entries.keep_draft(draft)
        form.draft_no = number

    def _keeping_told(self, error: Exception | None) -> None:
        if self.is_attached and error is not None:
            self.tell_error(error)

    async def keep_drafts(self) -> None:
        """Keep what was typed and not saved: the desk ends without being asked."""
        await self._journal.flush()


def _raise(error: BaseException) -> None:
    """An error of the program is the program's, not a task's."""
    raise error
