"""A screen with a list of records: made, fetched where one looks, fetched again.

The list is as it stood when it was made. In the order of the shelf it is made anew
when something was saved, here or elsewhere; a long list that took sorting keeps its
rows, shows them as they are now, and says that it may be behind.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Final

from textual.events import ScreenResume

from node.catalogue.listing import Listing, Order, Stage, Where
from node.catalogue.record import Record
from sync.cli.values import field_label
from tui.messages import CatalogueChanged
from tui.screens.desk_screen import DeskScreen
from tui.screens.listing_columns import columns_of, line_of
from tui.widgets.ledger import MOST_WINDOWS, WINDOW_ROWS, Column, Ledger, Line

LOOK_SECONDS: Final = 2.0
STAGES: Final[Mapping[str, frozenset[Stage] | None]] = {
    "all": None,
    "waiting": frozenset({Stage.DRAFT, Stage.NUMBERED}),
    "draft": frozenset({Stage.DRAFT}),
    "filed": frozenset({Stage.FILED}),
}
_QUICKLY_SORTED: Final = 1500
"""So many records are sorted without a word about it."""


class RecordsScreen(DeskScreen):
    """The list of a screen, and which record is under the bar."""

    def __init__(self, where: Where, labels: Sequence[str], record_id: str) -> None:
        super().__init__()
        self.where = where
        self.labels = tuple(labels)
        self.order = Order.CODE
        self.holding = ""
        """Words that the records of the list hold."""
        self.stage = "all"
        self.listing: Listing | None = None
        self._first_id = record_id
        self._records: dict[int, Sequence[Record]] = {}
        self._version = 0

    def on_mount(self) -> None:
        """Make the list."""
        self.query_one(Ledger).focus()
        self.set_interval(LOOK_SECONDS, self.look_again)
        self.make(self._first_id)

    @property
    def current(self) -> Record | None:
        """The record under the bar, if it has been fetched."""
        window, place = divmod(self.query_one(Ledger).current, WINDOW_ROWS)
        records = self._records.get(window, ())
        return records[place] if place < len(records) else None

    def renew_head(self) -> None:
        """Say anew what list it is."""

    def on_catalogue_changed(self, _event: CatalogueChanged) -> None:
        """Something was saved at this desk."""
        self.make_again()

    async def on_screen_resume(self, _event: ScreenResume) -> None:
        """Back from a record: it may have been changed."""
        await self.look_again()

    def make(self, record_id: str = "", *, keep_place: bool = False) -> None:
        """Make the list, and go to a record in it."""
        self.put_on(
            partial(self._read, record_id, keep_place=keep_place), group="listing"
        )

    async def _read(self, record_id: str, *, keep_place: bool) -> None:
        shelves = self.desk.shelves
        place = None
        try:
            if record_id and self.where == Where():
                self.where = await shelves.home_of(record_id)
                self.labels = await self._labels_of(self.where)
            listing = await shelves.listing(
                replace(self.where, stages=STAGES[self.stage]),
                self.order,
                self.holding,
                self._tell_progress,
            )
            if record_id:
                place = await shelves.place_of(listing, record_id)
        except self.desk_app.known_errors as error:
            self.tell_error(error)
            return
        self.listing = listing
        self._version = listing.version
        self._records.clear()
        ledger = self.query_one(Ledger)
        ledger.columns = tuple(self.columns())
        ledger.show(listing.size, self._fetch, keep_place=keep_place)
        if place is not None:
            ledger.go_to(place)
        elif record_id and not keep_place:
            self.tell(self.say("listing.not_here"), is_fault=True)
        self.renew_head()

    async def _labels_of(self, where: Where) -> tuple[str, ...]:
        fonds = {each.code: each.title for each in await self.desk.shelves.fonds()}
        code = where.fonds or ""
        parts = [f"{code} {fonds.get(code, '')}".strip()]
        if where.level == "volume":
            parts.append(self.say("browse.shelf.volume_list"))
        elif where.volume:
            parts.append(self.say("browse.named.volume", value=where.volume))
        elif where.year:
            parts.append(self.say("browse.named.year", value=where.year))
        else:
            parts.append(self.say("browse.without.year"))
        return tuple(parts)

    async def _fetch(self, start: int, count: int) -> Sequence[Line]:
        listing = self.listing
        if listing is None:
            return ()
        records = await self.desk.shelves.rows(listing, start, count)
        if listing is not self.listing:
            return ()
        number = start // WINDOW_ROWS
        if len(self._records) >= MOST_WINDOWS:
            del self._records[max(self._records, key=lambda each: abs(each - number))]
        self._records[number] = records
        columns = self.query_one(Ledger).columns
        return [
            line_of(record, start + n, columns, self.desk.pack, self.named)
            for n, record in enumerate(records)
        ]

    def _tell_progress(self, done: int, total: int) -> None:
        if total > _QUICKLY_SORTED and done < total:
            self.tell(self.say("listing.arranging", done=done, total=total))
        else:
            self.tell("")

    async def look_again(self) -> None:
        """Fetch again where something was saved meanwhile, by whomever."""
        if self.listing is None or self.app.screen is not self:
            return
        try:
            version = await self.desk.shelves.version()
        except self.desk_app.known_errors as error:
            self.tell_error(error)
            return
        if version != self._version:
            self._version = version
            self.make_again()

    def make_again(self) -> None:
        """The shelf's own order is made anew; a long sorted list keeps its rows."""
        listing = self.listing
        if listing is None:
            return
        if listing.numbers is None or listing.size <= _QUICKLY_SORTED:
            record = self.current
            self.make("" if record is None else record.id, keep_place=True)
        else:
            self._records.clear()
            self.query_one(Ledger).show(listing.size, self._fetch, keep_place=True)
            self.tell(self.say("listing.stale"))

    def columns(self) -> list[Column]:
        """The columns, the sorted one with a sign."""
        is_sorted = self.order != Order.CODE
        mark = ("↓" if self.order.is_descending else "↑") if is_sorted else ""
        return columns_of(
            self.desk.pack,
            self.words,
            self.say("listing.place"),
            order=self.order.field,
            mark=mark,
        )

    def label(self, name: str) -> str:
        """What people call a field."""
        return field_label(name, self.desk.pack, self.words)

    def named(self, letters: int) -> str:
        """A run of Mongolian letters as it is shown."""
        return self.say("shell.mongolian", letters=letters)

    async def guard(self, act: Callable[[], Awaitable[None]]) -> None:
        """Do it; errors become a sentence."""
        self.tell("")
        try:
            await act()
        except self.desk_app.known_errors as error:
            self.tell_error(error)
