"""外单位摘录: what others let this room see of the words that were searched for.

Read only. Each line says from which fonds it comes and until when; below stands the
current one in full, with the hub that gave it.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.widgets import Static

from node.catalogue.agreement_words import last_day
from node.catalogue.extracts import SharedRecord
from sync.cli.values import field_label, field_text
from tui.cells import text_of
from tui.commands import Command
from tui.display import drawable
from tui.port.searches import Asked
from tui.screens.desk_screen import DeskScreen
from tui.widgets.ledger import Column, Ledger, Line

_COLUMNS: Final = (("code", 18, 1), ("title", 20, 6), ("date", 8, 0))
_APART: Final = frozenset({"title", "level", "category"})


class LentScreen(DeskScreen):
    """Rows of extracts for one question."""

    TITLE_KEY: ClassVar[str] = "search.lent_title"
    HELP_KEY: ClassVar[str] = "search"

    def __init__(self, asked: Asked) -> None:
        super().__init__()
        self._asked = asked
        self._rows: dict[int, SharedRecord] = {}

    def body(self) -> ComposeResult:
        """The rows, and the current one in full."""
        yield Ledger(
            [
                Column(self.say("search.lent_fonds"), 14, share=2),
                *(
                    Column(
                        self._name_of(name),
                        columns,
                        share=share,
                        is_cut_left=name == "code",
                    )
                    for name, columns, share in _COLUMNS
                ),
                Column(self.say("search.lent_until"), 10),
            ],
            id="lent",
            empty=self.say("search.nothing"),
        )
        yield Static("", id="hit", markup=False)

    def on_mount(self) -> None:
        """The lines take the keys."""
        self.query_one("#lent").focus()
        self.put_on(self._read, group="read")

    def commands(self) -> Sequence[Command]:
        """Only the way back: nothing here is this room's."""
        return (Command("0", "search.back", self.step_back),)

    def on_ledger_moved(self, event: Ledger.Moved) -> None:
        """Show the current row in full."""
        event.stop()
        self._show_row()

    async def _read(self) -> None:
        try:
            found = await self.desk.searches.lent(self._asked, 0, 1)
        except self.desk_app.known_errors as error:
            self.tell_error(error)
            return
        key = "search.lent_total" if found.is_exact else "search.lent_total_more"
        self.tell(self.say(key, count=found.size))
        self.query_one("#lent", Ledger).show(found.size, self._fetch)

    async def _fetch(self, start: int, count: int) -> Sequence[Line]:
        try:
            found = await self.desk.searches.lent(self._asked, start, count)
        except self.desk_app.known_errors as error:
            self.tell_error(error)
            return ()
        self._rows.update({start + n: row for n, row in enumerate(found.rows)})
        self.call_after_refresh(self._show_row)
        return [self._line(row) for row in found.rows]

    def _line(self, row: SharedRecord) -> Line:
        named = partial(drawable, named=self._named)
        cells = [named(f"{row.fonds} {row.fonds_title}".strip())]
        cells += [named(text_of(row.fields.get(name))) for name, *_ in _COLUMNS]
        return Line(row.id, (*cells, last_day(row.until)))

    def _show_row(self) -> None:
        row = self._rows.get(self.query_one("#lent", Ledger).current)
        if row is None:
            return
        parts = [text_of(row.fields.get("title"))]
        parts += [
            f"{self._name_of(name)} {self._value(name, value)}"
            for name, value in row.fields.items()
            if name not in _APART
        ]
        parts.append(self.say("search.lent_from", fonds=row.fonds, hub=row.hub))
        text = drawable("  ".join(parts), self._named)
        self.query_one("#hit", Static).update(text)

    def _value(self, name: str, value: object) -> str:
        return field_text(name, value, self.desk.pack, self.words)

    def _name_of(self, name: str) -> str:
        return field_label(name, self.desk.pack, self.words)

    def _named(self, letters: int) -> str:
        return self.say("shell.mongolian", letters=letters)
