"""目录: a list of records that looks like a 归档文件目录, of any length.

Enter on a row looks at the record; with ← → one goes to a column, and Enter there
corrects that cell. Space marks rows; what is marked can be changed together. The list
is as it stood when it was made; what is saved meanwhile is fetched again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.events import Key
from textual.widgets import Static

from node.catalogue.listing import Order, Where
from node.catalogue.record import Record
from tui.cells import labelled
from tui.commands import Command
from tui.display import drawable
from tui.screens.choosing import Choice, ChoosingScreen
from tui.screens.hit_text import folded
from tui.screens.listing_columns import ORDERS, PLACE
from tui.screens.listing_correcting import Correcting, code_typed
from tui.screens.listing_rows import STAGES, RecordsScreen
from tui.widgets.foot_form import FootForm
from tui.widgets.form_field import FormField
from tui.widgets.ledger import Ledger


class ListingScreen(RecordsScreen):
    """One list."""

    TITLE_KEY: ClassVar[str] = "listing.title"
    HELP_KEY: ClassVar[str] = "browse"

    def __init__(
        self,
        where: Where | None = None,
        labels: Sequence[str] = (),
        *,
        record_id: str = "",
    ) -> None:
        super().__init__(where or Where(), labels, record_id)
        self._has_all = False
        self._correcting = Correcting(self)

    def body(self) -> ComposeResult:
        """What list it is, the list, the current cell in full, a form at the foot."""
        yield Static("", id="shelf", markup=False)
        yield Ledger(
            self.columns(),
            id="list",
            can_mark=True,
            can_choose_column=True,
            empty=self.say("listing.empty"),
        )
        yield Static("", id="cell", markup=False)
        yield FootForm(id="foot")

    def commands(self) -> Sequence[Command]:
        """What can be done with a row, a cell, the list, what is marked."""
        return (
            Command("1", "listing.show", self._show_record),
            Command("2", "listing.correct", self._correct, "f4"),
            Command("3", "listing.sort", self._choose_order),
            Command("4", "listing.words", self._ask_words, "f3"),
            Command("5", "listing.stage", self._choose_stage),
            Command("6", "listing.find", self._ask_code, "f7"),
            Command("7", "listing.mark_all", self._mark_all),
            Command("8", "listing.change", self._change_marked, "f8"),
            Command("9", "listing.unmark", self._unmark),
            Command("10", "listing.volume", self._open_volume),
            Command("0", "listing.back", self.step_back),
        )

    @property
    def foot(self) -> FootForm:
        """The form at the foot."""
        return self.query_one(FootForm)

    async def step_back(self) -> None:
        """From the foot to the list; from a column to the row; from the list away."""
        ledger = self.query_one(Ledger)
        if self.foot.is_open:
            if not self.foot.may_close():
                self.tell(self.say("listing.unsaved"), is_fault=True)
                return
            await self._close_foot()
        elif ledger.column is not None:
            ledger.column = None
            ledger.refresh()
            self._show_cell()
        else:
            await super().step_back()

    async def keep_drafts(self) -> None:
        """What is being corrected is kept when the desk has to close."""
        await self._correcting.keep()

    async def on_key(self, event: Key) -> None:
        """F2 is Enter behind the last field."""
        if event.key == "f2" and self.foot.is_open:
            event.stop()
            event.prevent_default()
            await self._answered(self.foot.texts())

    async def on_ledger_opened(self, event: Ledger.Opened) -> None:
        """Enter: the record, or the cell that was gone to."""
        event.stop()
        column = self._column_name()
        await self.guard(self._show_record if column in ("", PLACE) else self._correct)

    def on_ledger_moved(self, event: Ledger.Moved) -> None:
        """Show the current cell in full."""
        event.stop()
        self._show_cell()

    def on_ledger_marked(self, event: Ledger.Marked) -> None:
        """Say how many are marked."""
        event.stop()
        self._has_all = False
        self.renew_head()

    async def on_foot_form_answered(self, event: FootForm.Answered) -> None:
        """What was asked for at the foot."""
        event.stop()
        await self._answered(event.texts)

    def on_form_field_changed(self, event: FormField.Changed) -> None:
        """A correction is checked while it is typed, and kept."""
        event.stop()
        if self.foot.purpose == "correct":
            self._correcting.changed(event.field)

    def on_resize(self) -> None:
        """The current cell has more room, or less."""
        self.call_after_refresh(self._show_cell)

    def _column_name(self) -> str:
        ledger = self.query_one(Ledger)
        return "" if ledger.column is None else ledger.columns[ledger.column].name

    def renew_head(self) -> None:
        """Which part of the shelf, what of it, how many, how many marked."""
        parts = []
        if self.listing is not None:
            parts.append(self.say("listing.count", count=f"{self.listing.size:,}"))
        marked = self._marked_amount()
        if marked:
            parts.append(self.say("listing.marked", count=f"{marked:,}"))
        if self.holding:
            parts.append(self.say("listing.holding", words=self.holding))
        if self.stage != "all":
            parts.append(self.say(f"listing.stages.{self.stage}"))
        parts.append(" › ".join(self.labels))
        text = drawable("  ".join(parts), self.named)
        self.query_one("#shelf", Static).update(text)

    def _show_cell(self) -> None:
        shown = self.query_one("#cell", Static)
        record = self.current
        if record is None:
            shown.update("")
            return
        name = self._column_name()
        field = self.desk.pack.by_name["title" if name in ("", PLACE) else name]
        text = f"{self.label(field.name)} {labelled(record, field)}"
        if name in ("", PLACE) and record.code:
            text = f"{record.code}  {text}"
        size = shown.content_size
        drawn = Text(drawable(text, self.named))
        shown.update(folded(drawn, size.width, max(1, size.height)))

    def _marked_amount(self) -> int:
        if self._has_all and self.listing is not None:
            return self.listing.size
        return len(self.query_one(Ledger).marks)

    async def _show_record(self) -> None:
        record = self._wanted()
        if record is not None:
            await self.desk_app.open("record", record_id=record.id)

    async def _correct(self) -> None:
        """Correct the cell of the current column; without one, the whole record."""
        record = self._wanted()
        if record is None:
            return
        name = self._column_name()
        if name in ("", PLACE):
            await self.desk_app.open("entry", record_id=record.id)
        else:
            await self._correcting.begin(record.id, name)

    def _wanted(self) -> Record | None:
        record = self.current
        if record is None:
            self.tell(self.say("listing.no_record"), is_fault=True)
        return record

    async def _choose_order(self) -> None:
        choices = [Choice(name, self.say(f"listing.orders.{name}")) for name in ORDERS]
        screen = ChoosingScreen(
            self.say("listing.sort"), choices, self._sort, current=self.order.field
        )
        await self.app.push_screen(screen)

    def _sort(self, name: str) -> None:
        """By that column; chosen again, the other way round."""
        by = next(each for each in ORDERS if each == name)
        is_descending = self.order.field == by and not self.order.is_descending
        self.order = Order(by, is_descending)
        self.make()

    async def _choose_stage(self) -> None:
        choices = [Choice(n, self.say(f"listing.stages.{n}")) for n in STAGES]
        screen = ChoosingScreen(
            self.say("listing.stage"), choices, self._filter, current=self.stage
        )
        await self.app.push_screen(screen)

    def _filter(self, stage: str) -> None:
        self.stage = stage
        self._unmark()
        self.make()

    async def _ask_words(self) -> None:
        field = FormField("words", self.say("listing.words"), text=self.holding)
        await self.foot.open("words", [field])

    async def _ask_code(self) -> None:
        field = FormField("code", self.label("code"), normalise=code_typed)
        field.hint = self.say("listing.code_hint")
        await self.foot.open("code", [field])

    async def _answered(self, texts: Mapping[str, str]) -> None:
        match self.foot.purpose:
            case "words":
                self.holding = texts["words"].strip()
                await self._close_foot()
                self._unmark()
                self.make()
            case "code":
                await self.guard(lambda: self._find(texts["code"]))
            case "correct":
                await self.guard(lambda: self._save(texts))
            case _:
                pass

    async def _find(self, text: str) -> None:
        if self.listing is None or not text.strip():
            await self._close_foot()
            return
        place = await self.desk.shelves.place_of_code(self.listing, text)
        if place is None:
            self.tell(self.say("listing.no_code", code=text), is_fault=True)
            return
        await self._close_foot()
        self.query_one(Ledger).go_to(place)

    async def _save(self, texts: Mapping[str, str]) -> None:
        if await self._correcting.save(texts):
            await self._close_foot()
            self.make_again()

    async def _close_foot(self) -> None:
        if self.foot.purpose == "correct":
            await self._correcting.end()
        await self.foot.close()
        self.tell("")
        self.query_one(Ledger).focus()

    def _mark_all(self) -> None:
        self.query_one(Ledger).marks.clear()
        self._has_all = True
        self.renew_head()

    def _unmark(self) -> None:
        ledger = self.query_one(Ledger)
        ledger.marks.clear()
        ledger.refresh()
        self._has_all = False
        self.renew_head()

    async def _change_marked(self) -> None:
        marks = tuple(self.query_one(Ledger).marks)
        if self._has_all and self.listing is not None:
            await self.desk_app.open("batch", self.listing, self.listing.size)
        elif marks:
            await self.desk_app.open("batch", marks, len(marks))
        else:
            self.tell(self.say("listing.none_marked"), is_fault=True)

    async def _open_volume(self) -> None:
        """卷内文件 of the volume under the bar, or of that which the item is in."""
        record = self._wanted()
        volume = "" if record is None else self.desk.shelves.volume_of(record)
        if record is None or not volume:
            self.tell(self.say("listing.no_volume"), is_fault=True)
            return
        where = Where(fonds=record.fonds, level="item", volume=volume)
        label = self.say("browse.named.volume", value=volume)
        await self.desk_app.open(
            "listing", where=where, labels=(*self.labels[:1], label)
        )
