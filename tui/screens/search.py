"""检索: results while one types, and from a hit to everything that can be done with it.

The words stay under the hands: arrows walk the results, Enter looks at the current one,
function keys do the rest, Tab goes to the digits. A newer question ends the older one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.events import Key, ScreenResume
from textual.widgets import Static

from node.catalogue.record import Record
from sync.cli.values import field_label
from tui.cells import drawn, sign_of, text_of
from tui.commands import Command
from tui.messages import CatalogueChanged
from tui.port.searches import Asked, Hit, Results
from tui.screens.choosing import Choice, ChoosingScreen
from tui.screens.desk_screen import DeskScreen
from tui.screens.hit_text import folded, hit_text
from tui.screens.search_filters import SearchFilters
from tui.widgets.command_line import CommandLine
from tui.widgets.form_field import FormField
from tui.widgets.ledger import Column, Ledger, Line
from tui.widgets.query_field import QueryField

PAUSE_SECONDS: Final = 0.03
"""Typing goes on: a burst of an input method is one question."""
_LOOK_SECONDS: Final = 2.0
_MOST_CHARACTERS: Final = 200
_COLUMNS: Final = (
    ("code", 18, 1, 0),
    ("title", 24, 6, 0),
    ("creators", 10, 1, 1),
    ("date", 8, 0, 0),
    ("doc_no", 18, 1, 2),
    ("retention_code", 8, 0, 3),
)


class SearchScreen(DeskScreen):
    """Words, filters, hits."""

    TITLE_KEY: ClassVar[str] = "search.title"
    HELP_KEY: ClassVar[str] = "search"

    def __init__(self, text: str = "") -> None:
        super().__init__()
        self._first_text = text
        self._filters = SearchFilters(self, self._refiltered)
        self._results: Results | None = None
        self._version = 0
        self._hits: dict[int, Hit] = {}
        self._lent = 0
        """How many rows of extracts the words find."""
        self._recent: Sequence[str] = ()
        self._recent_at = -1

    def body(self) -> ComposeResult:
        """The words, what they are filtered by, the hits, the current one in full."""
        yield QueryField(
            "query",
            self.say("search.words"),
            label_columns=8,
            text=self._first_text,
            most_characters=_MOST_CHARACTERS,
        )
        yield Static("", id="filters", markup=False)
        yield Ledger(
            [
                Column(
                    self._field_label(name),
                    columns,
                    share=share,
                    rank=rank,
                    is_cut_left=name == "code",
                    name=name,
                )
                for name, columns, share, rank in _COLUMNS
            ],
            id="hits",
        )
        yield Static("", id="hit", markup=False)

    def on_mount(self) -> None:
        """Ready to type."""
        field = self.query_one(QueryField)
        field.hint = self.say("search.hint")
        field.focus()
        self._show_filters()
        self.run_worker(self._remind(), group="recent")
        self.set_interval(_LOOK_SECONDS, self._look_again)
        if self._first_text:
            self._ask(0)

    def commands(self) -> Sequence[Command]:
        """What can be done with the current hit, and the filters."""
        choose = self._filters.choose
        lent = (Command("11", "search.lent", self._show_lent),) if self._lent else ()
        return (
            Command("1", "search.show", self._show_record),
            Command("2", "search.change", self._change, "f4"),
            Command("3", "search.history", self._show_history, "f7"),
            Command("4", "search.place", self._show_place, "f8"),
            Command("5", "search.year", lambda: choose("year")),
            Command("6", "search.term", lambda: choose("retention_code")),
            Command("7", "search.fonds", lambda: choose("fonds")),
            Command("8", "search.state", lambda: choose("state")),
            Command("9", "search.recent", self._choose_recent),
            Command("10", "search.unfiltered", self._filters.clear),
            *lent,
            Command("0", "search.back", self.step_back),
        )

    async def step_back(self) -> None:
        """From the digits to the words; from the words away."""
        if isinstance(self.focused, CommandLine):
            self.query_one(QueryField).focus()
        else:
            await super().step_back()

    def on_form_field_changed(self, event: FormField.Changed) -> None:
        """Another question."""
        event.stop()
        self._recent_at = -1
        self._ask(PAUSE_SECONDS)

    def on_form_field_left(self, event: FormField.Left) -> None:
        """Tab goes to the digits."""
        event.stop()
        self.query_one("#commands", CommandLine).focus()

    async def on_query_field_walked(self, event: QueryField.Walked) -> None:
        """The arrows are for the hits; in an empty field ↑ brings older questions."""
        event.stop()
        if event.key == "up" and self._is_recalling(event.field):
            self._recall(event.field)
        else:
            await self._walk(event.key)

    async def on_key(self, event: Key) -> None:
        """The arrows walk the hits from the digits too."""
        if isinstance(self.focused, CommandLine) and event.key in (
            "up",
            "down",
            "pageup",
            "pagedown",
        ):
            event.stop()
            event.prevent_default()
            await self._walk(event.key)
        elif event.key in ("tab", "shift+tab"):
            event.stop()
            event.prevent_default()
            self.query_one(QueryField).focus()

    async def on_ledger_opened(self, event: Ledger.Opened) -> None:
        """A hit was chosen with the mouse."""
        event.stop()
        await self._guard(self._show_record)

    def on_ledger_moved(self, event: Ledger.Moved) -> None:
        """Show the current hit in full."""
        event.stop()
        self._show_hit()

    def on_catalogue_changed(self, _event: CatalogueChanged) -> None:
        """What was found may have changed."""
        if self._results is not None:
            self._ask(0, keep_place=True)

    async def on_screen_resume(self, _event: ScreenResume) -> None:
        """Back from a record: it may have been changed."""
        if self._results is not None:
            await self._look_again()

    def on_resize(self) -> None:
        """The current hit has more room, or less."""
        self.call_after_refresh(self._show_hit)

    async def _walk(self, key: str) -> None:
        ledger = self.query_one(Ledger)
        match key:
            case "enter":
                await self._guard(self._show_record)
            case "up":
                ledger.go_to(ledger.current - 1)
            case "down":
                ledger.go_to(ledger.current + 1)
            case "pageup":
                ledger.go_to(ledger.current - ledger.page_rows)
            case _:
                ledger.go_to(ledger.current + ledger.page_rows)

    def _ask(self, pause_seconds: float, *, keep_place: bool = False) -> None:
        self.run_worker(
            partial(  # type: ignore[arg-type] # begun by the worker, or never
                self._search, pause_seconds, keep_place=keep_place
            ),
            group="search",
            exclusive=True,
        )

    async def _search(self, pause_seconds: float, *, keep_place: bool) -> None:
        await asyncio.sleep(pause_seconds)
        asked = Asked(self.query_one(QueryField).text, dict(self._filters.values))
        if asked.is_empty:
            self._show_results(None, keep_place=False)
            self._note_lent(0)
            return
        try:
            self._version = await self.desk.searches.version()
            results = await self.desk.searches.find(asked)
            lent = await self.desk.searches.lent(asked, 0, 1)
        except self.desk_app.known_errors as error:
            self.tell_error(error)
        else:
            self._note_lent(lent.size)
            self._show_results(results, keep_place=keep_place)

    def _note_lent(self, size: int) -> None:
        """So many rows of extracts of other fonds are found too."""
        has_changed = bool(size) != bool(self._lent)
        self._lent = size
        if has_changed:
            self.renew_commands()

    def _show_results(self, results: Results | None, *, keep_place: bool) -> None:
        self._results = results
        ledger = self.query_one(Ledger)
        ledger.empty = "" if results is None else self.say("search.nothing")
        ledger.show(
            0 if results is None else results.size, self._fetch, keep_place=keep_place
        )
        self._hits = {}
        self._show_filters()
        self._show_hit()

    async def _fetch(self, start: int, count: int) -> Sequence[Line]:
        results = self._results
        if results is None:
            return ()
        try:
            hits = await self.desk.searches.hits(results, start, count)
        except self.desk_app.known_errors as error:
            self.tell_error(error)
            return ()
        if results is self._results:
            self._hits.update({start + n: hit for n, hit in enumerate(hits)})
        return [self._line(hit) for hit in hits]

    def _line(self, hit: Hit) -> Line:
        cells, spans = [], []
        for name, *_ in _COLUMNS:
            text, moved = drawn(
                text_of(hit.record.fields.get(name)),
                hit.spans.get(name, ()),
                self._named,
            )
            cells.append(text)
            spans.append(tuple(moved))
        return Line(hit.record.id, tuple(cells), sign_of(hit.record), tuple(spans))

    def _show_hit(self) -> None:
        hit = self._hits.get(self.query_one(Ledger).current)
        shown = self.query_one("#hit", Static)
        if hit is None:
            shown.update("")
            return
        text = hit_text(hit, self._field_label, self._named, self.desk.pack)
        size = shown.content_size
        shown.update(folded(text, size.width, max(1, size.height)))

    def _show_filters(self) -> None:
        parts = self._filters.texts()
        results = self._results
        if results is not None:
            key = "search.found" if results.is_exact else "search.found_more"
            parts.append(self.say(key, count=results.size))
        if self._lent:
            parts.append(self.say("search.lent_found", count=self._lent))
        self.query_one("#filters", Static).update("  ".join(parts))

    async def _look_again(self) -> None:
        """Search again where something was saved meanwhile, by whomever."""
        if self._results is None or self.app.screen is not self:
            return
        if await self.desk.searches.version() != self._version:
            self._ask(0, keep_place=True)

    def _current(self) -> Record | None:
        hit = self._hits.get(self.query_one(Ledger).current)
        if hit is None:
            self.tell(self.say("search.no_hit"), is_fault=True)
            return None
        return hit.record

    async def _show_record(self) -> None:
        await self._go("record")

    async def _show_history(self) -> None:
        await self._go("record", part="history")

    async def _show_lent(self) -> None:
        text = self.query_one(QueryField).text
        await self.desk_app.open("lent", Asked(text, dict(self._filters.values)))

    async def _change(self) -> None:
        await self._go("entry")

    async def _show_place(self) -> None:
        await self._go("listing")

    async def _go(self, screen: str, **fields: str) -> None:
        record = self._current()
        if record is None:
            return
        await self.desk.searches.remember(self.query_one(QueryField).text)
        await self.desk_app.open(screen, record_id=record.id, **fields)
        self.run_worker(self._remind(), group="recent")

    def _refiltered(self) -> None:
        self._show_filters()
        self._ask(0)
        self.query_one(QueryField).focus()

    async def _choose_recent(self) -> None:
        recent = await self.desk.searches.recent()
        await self.app.push_screen(
            ChoosingScreen(
                self.say("search.recent"),
                [Choice(text, text) for text in recent],
                self._put,
            )
        )

    def _put(self, text: str) -> None:
        field = self.query_one(QueryField)
        field.put(text)
        field.focus()
        self._ask(0)

    async def _remind(self) -> None:
        self._recent = await self.desk.searches.recent()

    def _is_recalling(self, field: QueryField) -> bool:
        return bool(self._recent) and (not field.text or self._recent_at >= 0)

    def _recall(self, field: QueryField) -> None:
        self._recent_at = min(self._recent_at + 1, len(self._recent) - 1)
        field.put(self._recent[self._recent_at])
        self._ask(PAUSE_SECONDS)

    async def _guard(self, act: Callable[[], Awaitable[None]]) -> None:
        self.tell("")
        try:
            await act()
        except self.desk_app.known_errors as error:
            self.tell_error(error)

    def _field_label(self, name: str) -> str:
        return field_label(name, self.desk.pack, self.words)

    def _named(self, letters: int) -> str:
        return self.say("shell.mongolian", letters=letters)
