"""导入: what each column of a workbook is taken for, and how the first rows are stored.

Nothing is stored here. A column that the program took wrong is given its field by its
number; a sheet that is no catalogue is left out.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.widgets import Static

from tui.commands import Command
from tui.display import drawable
from tui.port.failures import ChildFailed
from tui.port.imports import SheetChoice, SheetColumn, SheetView
from tui.screens.choosing import Choice, ChoosingScreen
from tui.screens.desk_screen import DeskScreen
from tui.screens.importing import FIRST_NUMBER
from tui.widgets.ledger import Column, Ledger, Line

SPECIALS: Final = ("", "row_number", "fonds_code", "fonds_title")
_TITLE: Final = "title"
_SAMPLE_DIVIDER: Final = " · "


class ImportColumnsScreen(DeskScreen):
    """The columns of one sheet."""

    TITLE_KEY: ClassVar[str] = "importing.columns_title"
    HELP_KEY: ClassVar[str] = "importing"

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path
        self._choices: dict[str, SheetChoice] = {}
        self._sheets: Sequence[SheetView] = ()
        self._place = 0
        self._row = 0

    def title_text(self) -> str:
        """The file, and which of its sheets."""
        name = self._drawn(self._path.name)
        return self.say("importing.columns_title", file=name)

    def body(self) -> ComposeResult:
        """The sheet in a line, its columns, one row as it will be stored."""
        yield Static("", id="sheet", markup=False)
        yield Ledger(
            (
                Column(self.say("importing.number"), 4, is_right=True),
                Column(self.say("importing.letters"), 4),
                Column(self.say("importing.heading"), 12, share=1),
                Column(self.say("importing.meaning"), 14, share=1),
                Column(self.say("importing.samples"), 16, share=3, rank=1),
            ),
            id="columns",
            empty=self.say("importing.no_catalogue"),
        )
        yield Static("", id="stored", markup=False)

    def on_mount(self) -> None:
        """Look at the workbook."""
        super().on_mount()
        self.query_one("#columns").focus()
        self._look()

    def commands(self) -> Sequence[Command]:
        """Try it out; the sheets; the row of headings; the columns by number."""
        sheet = self._sheet
        found = []
        if self._entries:
            found.append(Command("1", "importing.try_out", self._try_out, "f9"))
        if sheet is not None and sheet.is_catalogue:
            found.append(Command("2", "importing.change_column", self._change, "f4"))
        if sheet is not None:
            found.append(Command("3", "importing.headings", self._choose_headings))
        if sheet is not None and (sheet.is_catalogue or self._is_left_out(sheet)):
            leave = "take_sheet" if self._is_left_out(sheet) else "leave_sheet"
            found.append(Command("4", f"importing.{leave}", self._turn_sheet))
        if len(self._sheets) > 1:
            found.append(Command("5", "importing.next_sheet", self._next_sheet))
        if sheet is not None and len(sheet.rows) > 1:
            found.append(Command("6", "importing.next_row", self._next_row))
        columns = () if sheet is None else sheet.columns
        found += [
            Command(
                str(FIRST_NUMBER + place),
                "importing.change_column",
                self._changer(place),
                is_listed=False,
            )
            for place in range(min(len(columns), 99 - FIRST_NUMBER + 1))
        ]
        return (*found, Command("0", "importing.back", self.step_back))

    async def on_ledger_opened(self, event: Ledger.Opened) -> None:
        """Enter on a column gives it another field."""
        event.stop()
        await self._change_column(event.row)

    @property
    def _sheet(self) -> SheetView | None:
        return self._sheets[self._place] if self._sheets else None

    @property
    def _entries(self) -> int:
        return sum(sheet.entries for sheet in self._sheets)

    def _is_left_out(self, sheet: SheetView) -> bool:
        return self._choices.get(sheet.name, SheetChoice()).is_left_out

    def _look(self) -> None:
        self.tell(self.say("importing.looking"))
        self.run_worker(self._looked(), group="look", exclusive=True)

    async def _looked(self) -> None:
        try:
            sheets = await self.desk.imports.look(self._path, self._choices)
        except self.desk_app.known_errors as error:
            self.tell_error(_short(error))
            if not self._sheets:
                self._show_fault(_short(error))
            return
        is_first = not self._sheets
        self._sheets = sheets
        if is_first:
            found = [n for n, sheet in enumerate(sheets) if sheet.is_catalogue]
            self._place = found[0] if found else 0
        self._show(keep_place=not is_first)

    def _show_fault(self, error: Exception) -> None:
        """There is nothing to see but why: in full, as many lines as it takes."""
        ledger = self.query_one("#columns", Ledger)
        ledger.empty = ""
        ledger.refresh()
        text = self._drawn(self.desk_app.error_text(error))
        self.query_one("#stored", Static).update(text)

    def _show(self, *, keep_place: bool = False) -> None:
        sheet = self._sheet
        if sheet is None:
            return
        self._row = min(self._row, max(0, len(sheet.rows) - 1))
        self.query_one("#sheet", Static).update(self._summary(sheet))
        lines = [
            self._line(place, column) for place, column in enumerate(sheet.columns)
        ]

        async def fetch(start: int, count: int) -> Sequence[Line]:
            return lines[start : start + count]

        ledger = self.query_one("#columns", Ledger)
        ledger.show(len(lines), fetch, keep_place=keep_place)
        self.query_one("#stored", Static).update(self._stored(sheet))
        self.renew_commands()
        self._advise(sheet)

    def _advise(self, sheet: SheetView) -> None:
        """What a person should look at first."""
        meanings = {column.meaning for column in sheet.columns}
        unknown = [
            column.heading
            for column in sheet.columns
            if column.heading and not column.meaning
        ]
        if not sheet.is_catalogue:
            self.tell(self.say("importing.no_catalogue"))
        elif _TITLE not in meanings:
            self.tell(self.say("importing.no_title"), is_fault=True)
        elif unknown:
            names = self._drawn(self.words.join(unknown))
            self.tell(self.say("importing.unknown_columns", columns=names))
        else:
            self.tell(self.say("importing.all_known"))

    def _summary(self, sheet: SheetView) -> str:
        key = "sheet_line" if sheet.is_catalogue else "sheet_out"
        return self.say(
            f"importing.{key}",
            place=self._place + 1,
            sheets=len(self._sheets),
            sheet=self._drawn(sheet.name),
            row=sheet.heading_row,
            entries=sheet.entries,
            fonds=self._drawn(sheet.fonds),
        )

    def _line(self, place: int, column: SheetColumn) -> Line:
        sheet = self._sheet
        name = "" if sheet is None else sheet.name
        chosen = self._choices.get(name, SheetChoice()).columns
        sign = "*" if column.index in chosen else ""
        if column.heading and not column.meaning:
            sign = sign or "?"
        return Line(
            str(column.index),
            (
                str(FIRST_NUMBER + place),
                column.letters,
                self._drawn(column.heading),
                self._meaning(column.meaning),
                self._drawn(_SAMPLE_DIVIDER.join(column.samples)),
            ),
            sign,
        )

    def _stored(self, sheet: SheetView) -> str:
        """One row as it will be stored."""
        if not sheet.rows:
            return ""
        row = sheet.rows[self._row]
        head = self.say("importing.stored", row=row.number)
        if row.fault:
            return f"{head}{self._drawn(row.fault)}"
        parts = [
            f"{self._meaning(name)}:{_text(value)}"
            for name, value in row.values.items()
        ]
        return head + self._drawn("  ".join(parts))

    def _meaning(self, name: str) -> str:
        if name in SPECIALS:
            return self.say(f"importing.special.{name or 'unknown'}")
        field = self.desk.pack.by_name.get(name)
        if field is None:
            return name
        return field.zh if self.words.language == "zh" else field.name

    async def _change(self) -> None:
        await self._change_column(self.query_one("#columns", Ledger).current)

    def _changer(self, place: int) -> Callable[[], Awaitable[None]]:
        return lambda: self._change_column(place)

    async def _change_column(self, place: int) -> None:
        sheet = self._sheet
        if sheet is None or place >= len(sheet.columns):
            return
        column = sheet.columns[place]
        taken = {each.meaning: each.letters for each in sheet.columns if each.meaning}

        def chosen(meaning: str) -> None:
            before = self._choices.get(sheet.name, SheetChoice())
            columns: Mapping[int, str] = {**before.columns, column.index: meaning}
            free = {
                index: each
                for index, each in columns.items()
                if index == column.index or not each or each != meaning
            }
            self._choices[sheet.name] = replace(before, columns=free)
            self._look()

        title = self.say(
            "importing.choose_meaning",
            letters=column.letters,
            heading=self._drawn(column.heading or "–"),
        )
        await self.app.push_screen(
            ChoosingScreen(
                title,
                [*self._specials(), *self._fields(taken)],
                chosen,
                current=column.meaning,
                note_title=self.say("importing.taken_note"),
            )
        )

    def _specials(self) -> list[Choice]:
        return [
            Choice(name, self._meaning(name), self.say(f"importing.special_note.{key}"))
            for name in SPECIALS
            for key in (name or "unknown",)
        ]

    def _fields(self, taken: Mapping[str, str]) -> list[Choice]:
        return [
            Choice(
                field.name,
                self._meaning(field.name),
                self.say("importing.taken_by", letters=taken[field.name])
                if field.name in taken
                else "",
            )
            for field in self.desk.pack.fields
            if field.is_typed and field.is_shown
        ]

    async def _choose_headings(self) -> None:
        sheet = self._sheet
        if sheet is None:
            return

        def chosen(value: str) -> None:
            before = self._choices.get(sheet.name, SheetChoice())
            self._choices[sheet.name] = replace(
                before, heading_row=int(value), columns={}
            )
            self._look()

        rows = [
            Choice(str(number), self._drawn(" | ".join(c for c in row if c.strip())))
            for number, row in enumerate(sheet.head, start=1)
        ]
        await self.app.push_screen(
            ChoosingScreen(
                self.say("importing.choose_headings"),
                rows,
                chosen,
                current=str(sheet.heading_row),
            )
        )

    def _turn_sheet(self) -> None:
        sheet = self._sheet
        if sheet is None:
            return
        before = self._choices.get(sheet.name, SheetChoice())
        fresh = replace(before, is_left_out=not before.is_left_out)
        self._choices[sheet.name] = fresh
        self._look()

    def _next_sheet(self) -> None:
        self._place = (self._place + 1) % len(self._sheets)
        self._row = 0
        self._show()

    def _next_row(self) -> None:
        sheet = self._sheet
        if sheet is not None and sheet.rows:
            self._row = (self._row + 1) % len(sheet.rows)
            self._show(keep_place=True)

    async def _try_out(self) -> None:
        await self.desk_app.open("import_run", self._path, dict(self._choices))

    def _drawn(self, text: str) -> str:
        return drawable(text, lambda n: self.say("shell.mongolian", letters=n))


def _text(value: str | list[str]) -> str:
    return value if isinstance(value, str) else "、".join(value)


def _short(error: Exception) -> Exception:
    return error.shorter() if isinstance(error, ChildFailed) else error
