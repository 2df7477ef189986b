"""How a form begins: new, filled from a record, gone on with, a refused row."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tui.open_form import REASON, OpenForm, texts_of
from tui.port.entries import Draft, DraftKind
from tui.screens.entry_page import EntryPage
from tui.screens.entry_questions import GIVE_UP, GO_ON
from tui.widgets.form_field import FormField

_SKIPPED: Final = "doc_no"
"""Where the cursor goes when the group is carried over."""

_TALL_ROWS: Final = 42
"""A screen of so many lines has room for every field."""


class EntryOpening(EntryPage):
    """Finds out what is to be entered and fills the form."""

    def __init__(
        self,
        record_id: str = "",
        *,
        draft: Draft | None = None,
        fonds: str = "",
        values: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(OpenForm(DraftKind.ENTRY, fonds))
        self._asked_for = (record_id, draft, fonds)
        self._values = dict(values or {})
        self._last: dict[str, str] = {}
        """What F5 repeats: the record before."""

    def on_mount(self) -> None:
        """Find out what is to be entered, off the key path."""
        self._start(self._begin())

    async def _begin(self) -> None:
        record_id, draft, fonds = self._asked_for
        known = await self.desk.entries.fonds()
        self._fonds_titles = {each.code: each.title for each in known}
        if self.size.height >= _TALL_ROWS:
            await self._mount_further()
        if draft is None and not self._values:
            is_wanted, draft = await self._waiting(record_id)
            if not is_wanted:
                await self.desk_app.go_back()
                return
        if draft is not None:
            await self._go_on(draft)
        elif record_id:
            await self._open_record(record_id)
        else:
            await self._open_new(fonds)

    async def _waiting(self, record_id: str) -> tuple[bool, Draft | None]:
        """Whether the person stays, and the draft to go on with, if there is one."""
        drafts = [
            each
            for each in await self.desk.entries.waiting_drafts()
            if each.about == record_id and (record_id or each.kind is DraftKind.ENTRY)
        ]
        if not drafts:
            return True, None
        answer = await self._questions.about_draft(drafts)
        if answer is None:
            return False, None
        if answer == GIVE_UP:
            await self.desk.entries.drop_draft(drafts[0].draft_no)
        chosen, sign, place = answer.partition(":")
        is_chosen = chosen == GO_ON and bool(sign)
        return True, drafts[int(place)] if is_chosen else None

    async def _open_new(self, fonds: str) -> None:
        if not fonds:
            fonds = await self._fonds_in_use()
            if not fonds:
                await self.desk_app.go_back()
                if not self._fonds_titles:
                    self.desk_app.tell(self.say("entry.no_fonds"), is_fault=True)
                return
        self._form = OpenForm(DraftKind.ENTRY, fonds)
        last = await self.desk.entries.last_entered(fonds)
        if last is not None:
            self._last = texts_of(last, self.desk.pack)
        self._clear_for_next()
        for name, text in self._values.items():
            if field := self._field(name):
                field.put(text)
        if self._values:
            self._journal.touch()
        self._ready_at_cursor()

    async def _fonds_in_use(self) -> str:
        codes = list(self._fonds_titles)
        if len(codes) == 1:
            return codes[0]
        remembered = self.desk.entries.fonds_in_use
        if remembered in self._fonds_titles:
            return remembered
        if not codes:
            return ""
        known = await self.desk.entries.fonds()
        return await self._questions.about_fonds(known) or ""

    async def _open_record(self, record_id: str) -> None:
        filled = await self.desk.entries.fill(record_id)
        self._form = OpenForm.of_record(filled, self.desk.pack)
        await self._fill(self._form.base)
        self._ready_at_cursor()

    async def _go_on(self, draft: Draft) -> None:
        """The form as the draft has it."""
        texts = dict(draft.typed)
        if draft.about:
            filled = await self.desk.entries.fill(draft.about)
            self._form = OpenForm.of_record(filled, self.desk.pack)
            texts = {**self._form.base, **texts}
        else:
            self._form = OpenForm(draft.kind, draft.fonds, draft.level)
        self._form.seen = draft.seen or self._form.seen
        self._form.draft_no = draft.draft_no
        self._form.extra = draft.extra
        self._form.reason = str(draft.extra.get(REASON, ""))
        if not self._form.fonds:
            self._form.fonds = await self._fonds_in_use()
        await self._fill(texts)
        if not draft.draft_no:
            await self._keep()
        self._ready_at_cursor()
        self._tell_refused()

    def _place_cursor(self) -> None:
        """To the field at fault, else the first empty one that has to be filled."""
        wanted = self._field(str(self._form.extra.get("fault_field", "")))
        if wanted is None and self._form.is_new:
            wanted = self._first_empty()
        (wanted or self._form_widget.fields[0]).focus()

    def _first_empty(self) -> FormField | None:
        """Where typing goes on."""
        fields = {field.name or "": field for field in self._form_widget.fields}
        carry, blocking = self.desk.pack.form.carry, self.desk.pack.filing.blocking
        is_begun = any(
            field.text and name not in carry for name, field in fields.items()
        )
        for name, field in fields.items():
            is_asked = name in blocking or (name == _SKIPPED and not is_begun)
            if is_asked and not field.text:
                return field
        return None

    def _tell_refused(self) -> None:
        if fault := str(self._form.extra.get("fault", "")):
            self.tell(fault, is_fault=True)

    def _clear_for_next(self) -> None:
        """An empty form; the group of the record before is offered."""
        carried = {name: self._last.get(name, "") for name in self.desk.pack.form.carry}
        for field in self._form_widget.fields:
            field.offer(carried.get(field.name or "", ""))
        self._form.base = carried

    def _ready_at_cursor(self) -> None:
        self._ready()
        self._place_cursor()
