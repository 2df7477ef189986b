"""著录: one record a screen, entered, changed, corrected or mended.

Laws: a key never waits for the store; what was typed is kept within a second; only
what differs from what the form was filled with is saved, and never over something
unseen.
"""

from __future__ import annotations

from collections.abc import Awaitable, Mapping, Sequence
from typing import Final, TypeVar

from node.catalogue.record import Record
from sync.cli.values import field_label
from tui.commands import Command
from tui.open_form import OpenForm, texts_of
from tui.port.entries import DIVIDER, DraftKind
from tui.screens.asking import Option
from tui.screens.desk_screen import DeskScreen
from tui.screens.entry_news import EntryNews
from tui.screens.entry_questions import KEEP

T = TypeVar("T")
_ITEM: Final = "item"
_VOLUME: Final = "volume"


class EntryScreen(EntryNews):
    """A form, from its first key to its save."""

    def commands(self) -> Sequence[Command]:
        """Everything by digits; what is used most also by its key."""
        leave = Command("0", "entry.back", self.step_back)
        find = Command("8", "entry.find", self._find, "f3", is_listed=False)
        if self._is_closed:
            correct = Command("1", "entry.correct", self._start_correction, "f2")
            return (correct, find, leave)
        found = [
            Command("1", "entry.save", self.start_save, "f2"),
            Command("2", "entry.choose", lambda: self._start(self._choose()), "f4"),
            Command("3", "entry.same", self._repeat, "f5"),
            Command("4", "entry.check", self._check, "f9"),
        ]
        if not self._is_all_shown:
            found.append(Command("5", "entry.more", self._show_further))
        if self._form.kind is DraftKind.ENTRY and len(self._fonds_titles) > 1:
            change = Command("6", "entry.other_fonds", self._start_other_fonds)
            found.append(change)
        if self._form.kind is DraftKind.ENTRY:
            other = _VOLUME if self._form.level == _ITEM else _ITEM
            key = f"entry.enter_{other}"
            found.append(Command("9", key, self._change_level))
        if self._form.arrivals:
            look = Command("7", "entry.news", lambda: self._start(self._settle()))
            found.append(look)
        return (*found, find, leave)

    # Saving.

    def start_save(self) -> None:
        """F2, from anywhere."""
        if self._is_ready:
            self._start(self._save())

    async def _save(self) -> None:
        self._leave_field()
        if self._tell_first_fault():
            return
        if self._form.is_new:
            await self._save_new()
        else:
            await self._save_change()

    def _tell_first_fault(self) -> bool:
        """What keeps the form from being saved; the cursor goes there."""
        for field in self._form_widget.fields:
            if fault := self._fields.fault_of(field):
                self._go_to(field.name or "", fault)
                return True
        asked = self._fields.asked_now(self._texts()) if self._form.is_new else []
        if not self._texts().get("title", "").strip():
            asked = ["title", *(name for name in asked if name != "title")]
        if asked:
            labels = self.words.join(self._fields.label(name) for name in asked)
            self._go_to(asked[0], self.say("entry.must", fields=labels))
        return bool(asked)

    def _go_to(self, name: str, fault: str) -> None:
        if (field := self._field(name)) is not None:
            field.focus()
        self.tell(fault, is_fault=True)

    async def _save_new(self) -> None:
        form, texts = self._form, self._texts()
        if form.kind is DraftKind.REFUSED_ROW and not form.draft_no:
            await self._keep()
        await self._journal.forget()
        record = await self._saved(
            self.desk.entries.add(
                form.fonds, texts, level=form.level, draft_no=form.draft_no
            )
        )
        self._last = texts_of(record, self.desk.pack)
        told = self._told_saved(record, texts)
        if form.kind is DraftKind.REFUSED_ROW:
            await self._leave(told)
            return
        self._form = OpenForm(DraftKind.ENTRY, form.fonds, form.level)
        self._clear_for_next()
        self._ready()
        self._place_cursor()
        self.tell(told)

    def _told_saved(self, record: Record, texts: Mapping[str, str]) -> str:
        """That it is saved, and what is still asked for before it is filed."""
        title, pack = self._short_title(texts), self.desk.pack
        lacking = [n for n in pack.filing.blocking if n not in record.fields]
        if not lacking:
            return self.say("entry.saved", title=title)
        named = [field_label(name, pack, self.words) for name in lacking]
        names = self.say("entry.list_divider").join(named)
        return self.say("entry.saved_lacking", title=title, fields=names)

    async def _save_change(self) -> None:
        form = self._form
        await self._take_in()
        if not await self._settled():
            return
        if form.is_filed and not form.reason and not await self._ask_reason():
            return
        changed, seen = form.changed(self._texts()), form.seen
        await self._journal.forget()
        if changed and seen is not None:
            await self._saved(
                self.desk.entries.change(
                    form.record_id,
                    changed,
                    seen,
                    reason=form.reason,
                    draft_no=form.draft_no,
                )
            )
        elif form.draft_no:
            await self.desk.entries.drop_draft(form.draft_no)
        title = self._short_title(self._texts())
        key = "entry.saved" if changed else "entry.nothing_changed"
        await self._leave(self.say(key, title=title))

    async def _saved(self, saving: Awaitable[T]) -> T:
        """The result of a save; where it fails, what was typed is kept as before."""
        try:
            return await saving
        except BaseException:
            self._journal.touch()
            raise

    async def _leave(self, told: str = "") -> None:
        await self._journal.close()
        await self.desk_app.go_back()
        below = self.desk_app.screen
        if told and isinstance(below, DeskScreen) and below is not self:
            below.tell(told)

    # Help in filling.

    async def _choose(self) -> None:
        """F4: the values of the current field."""
        field = self._field(self._current)
        if field is None:
            return
        known = self.desk.pack.field(self._current)
        options = {
            each.value: Option(each.value, each.value, each.meaning)
            for each in self.desk.pack.form.values.get(known.name, ())
        }
        for choice in known.choices:
            options.setdefault(choice, Option(choice, known.label(choice)))
        in_use = () if known.choices else await self._in_use(known.name)
        for value in in_use:
            options.setdefault(value, Option(value, self._drawn(value)))
        if not options:
            self.tell(
                self.say("entry.values.none", field=self._fields.label(known.name))
            )
            return
        label = self._fields.label(known.name)
        chosen = await self._questions.chosen_value(label, list(options.values()))
        if chosen is not None:
            before = field.text.strip()
            is_more = known.is_list and before and not field.is_offered
            is_new = chosen not in before.split(DIVIDER)
            text = f"{before}{DIVIDER}{chosen}" if is_more and is_new else chosen
            field.replace_with(text)
            self._fields.fault_of(field)

    async def _in_use(self, name: str) -> Sequence[str]:
        if name in ("title", "date", "pages", "abstract", "doc_no", "code"):
            return ()
        return await self.desk.entries.values(self._form.fonds, name)

    def _repeat(self) -> None:
        """F5: what stood here in the record before."""
        field = self._field(self._current)
        if field is None:
            return
        text = self._last.get(self._current, "")
        if text:
            field.replace_with(text)
            field.is_offered = False
        else:
            label = self._fields.label(self._current)
            self.tell(self.say("entry.same_empty", field=label))

    def _check(self) -> None:
        """F9: faults first, then what filing will ask for."""
        self._leave_field()
        for field in self._form_widget.fields:
            if fault := self._fields.fault_of(field):
                self._go_to(field.name or "", fault)
                return
        missing = self._fields.asked_at_filing(self._texts())
        if missing:
            labels = self.words.join(self._fields.label(name) for name in missing)
            self._go_to(missing[0], self.say("entry.missing", fields=labels))
        else:
            self.tell(self.say("entry.complete"))

    def _show_further(self) -> None:
        self._start(self._mount_and_go())

    async def _mount_and_go(self) -> None:
        before = len(self._form_widget.fields)
        await self._mount_further()
        self._form_widget.fields[before].focus()

    def _start_other_fonds(self) -> None:
        self._start(self._other_fonds())

    async def _other_fonds(self) -> None:
        known = await self.desk.entries.fonds()
        chosen = await self._questions.about_fonds(known)
        if chosen:
            self._form.fonds = chosen
            self._offers.forget()
            self._journal.touch()
            self._draw_head(None)
            self._look_soon()

    def _change_level(self) -> None:
        """An item becomes a volume, or the other way round, before it is saved."""
        form = self._form
        form.level = _VOLUME if form.level == _ITEM else _ITEM
        self._offers.forget()
        self._draw_head(None)
        self.renew_commands()
        self._look_soon()

    async def _find(self) -> None:
        await self.desk_app.open("search")

    # Leaving.

    async def step_back(self) -> None:
        """Ask what is to become of what was typed; nothing is lost unasked."""
        if not self._is_ready:
            if self.is_at_rest:
                await self._leave()
            return
        self._start(self._step_back())

    async def _step_back(self) -> None:
        form = self._form
        is_row = form.kind is DraftKind.REFUSED_ROW
        if not self._is_touched() and not is_row:
            await self._journal.forget()
            if form.draft_no:
                await self.desk.entries.drop_draft(form.draft_no)
            await self._leave()
            return
        answer = await self._questions.about_leaving()
        if answer == KEEP:
            self._journal.touch()
            await self._journal.flush()
            await self._leave(self.say("entry.leave.kept"))
        elif answer is not None:
            await self._journal.forget()
            if form.draft_no:
                await self.desk.entries.drop_draft(form.draft_no)
            await self._leave()

    def _is_touched(self) -> bool:
        """Whether anything stands here that a person put there."""
        texts = {
            field.name or "": field.text
            for field in self._form_widget.fields
            if not field.is_offered
        }
        return bool(self._form.changed(texts))
