"""导入: choose a workbook; sticks first, the newest first."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.events import ScreenResume

from tui.commands import Command
from tui.display import drawable
from tui.jobs import JobKind
from tui.messages import JobChanged
from tui.port.imports import FoundFile, Place
from tui.screens.desk_screen import DeskScreen
from tui.widgets.form_field import FormField
from tui.widgets.ledger import Column, Ledger, Line

FIRST_NUMBER: Final = 11
"""Rows are chosen by two digits, what can be done by one."""
_LAST_NUMBER: Final = 99
_OF_EACH_PLACE: Final = 12
_KIB: Final = 1024
_PATH: Final = "path"


class ImportingScreen(DeskScreen):
    """Workbooks in the places where people keep them."""

    TITLE_KEY: ClassVar[str] = "importing.title"
    HELP_KEY: ClassVar[str] = "importing"

    def __init__(self) -> None:
        super().__init__()
        self._folder: Path | None = None
        """None: the places themselves, with what is newest in each."""
        self._rows: list[FoundFile | Place] = []
        self._is_read = asyncio.Event()

    def body(self) -> ComposeResult:
        """A path to type, and the folder."""
        field = FormField(_PATH, self.say("importing.path"), label_columns=8)
        field.display = False
        yield field
        yield Ledger(
            (
                Column(self.say("importing.number"), 4, is_right=True),
                Column(self.say("importing.name"), 24, share=3),
                Column(self.say("importing.where"), 14, share=1, rank=2),
                Column(self.say("importing.size"), 8, is_right=True, rank=3),
                Column(self.say("importing.changed"), 16, rank=1),
            ),
            id="files",
            empty=self.say("importing.no_files"),
        )

    def on_mount(self) -> None:
        """Show the places."""
        super().on_mount()
        self.query_one("#files").focus()
        self.run_worker(self._show_places(), group="files", exclusive=True)

    def commands(self) -> Sequence[Command]:
        """Choose, look elsewhere, type a path, earlier imports."""
        rows = min(len(self._rows), _LAST_NUMBER - FIRST_NUMBER + 1)
        found = [
            Command("1", "importing.open", self._open_current),
            Command("2", "importing.places", self._to_places),
            Command("3", "importing.type_path", self._type_path),
            Command("4", "importing.past", self._show_past),
        ]
        if self.desk_app.jobs.get(JobKind.IMPORT) is not None:
            found.append(Command("5", "importing.running", self._show_running))
        found += [
            Command(
                str(FIRST_NUMBER + place),
                "importing.open",
                self._opener(place),
                is_listed=False,
            )
            for place in range(rows)
        ]
        return (*found, Command("0", "importing.back", self.step_back))

    async def at_rest(self) -> None:
        """What can be chosen is known once the places are."""
        await self.read_in_time(self._is_read)

    def on_screen_resume(self, _event: ScreenResume) -> None:
        """Back: an import may be under way now."""
        self.renew_commands()

    def on_job_changed(self, event: JobChanged) -> None:
        """An import can be looked at from its first moment on."""
        if event.job.kind is JobKind.IMPORT:
            self.renew_commands()

    async def on_ledger_opened(self, event: Ledger.Opened) -> None:
        """Enter on a row."""
        event.stop()
        await self._open(event.row)

    async def on_form_field_left(self, event: FormField.Left) -> None:
        """Enter behind a typed path."""
        event.stop()
        text = event.field.text.strip().strip("\"'")
        if event.step > 0 and text:
            await self._open_path(Path(text).expanduser())
        else:
            self._hide_path()

    async def step_back(self) -> None:
        """From the typed path to the list, from a folder to the places, then away."""
        if self.query_one(FormField).display:
            self._hide_path()
        elif self._folder is not None:
            await self._show_places()
        else:
            await super().step_back()

    async def _show_places(self) -> None:
        self._folder = None
        places = await self.desk.imports.places()
        books: list[FoundFile | Place] = []
        for place in places:
            try:
                files = await self.desk.imports.files(place.path)
            except OSError:
                continue
            newest = [each for each in files if not each.is_folder]
            books += newest[:_OF_EACH_PLACE]
        self._show([*books, *places])
        if not self.query_one(FormField).display:
            self.tell(self.say("importing.choose"))
        self._is_read.set()

    async def _show_folder(self, folder: Path) -> None:
        files = await self.desk.imports.files(folder)
        self._folder = folder
        self._show(list(files))
        self.tell(self.say("importing.folder", path=self._drawn(str(folder))))

    def _show(self, rows: list[FoundFile | Place]) -> None:
        self._rows = rows
        lines = [self._line(place, row) for place, row in enumerate(rows)]

        async def fetch(start: int, count: int) -> Sequence[Line]:
            return lines[start : start + count]

        self.query_one("#files", Ledger).show(len(lines), fetch)
        self.renew_commands()

    def _line(self, place: int, row: FoundFile | Place) -> Line:
        number = FIRST_NUMBER + place
        shown = str(number) if number <= _LAST_NUMBER else ""
        if isinstance(row, Place):
            name = self.say(f"importing.place.{row.kind}", name=row.path.name)
            cells = (shown, self._drawn(name), self._drawn(str(row.path)), "", "")
            return Line(str(row.path), cells, "›")
        if row.is_folder:
            name = self.say("importing.place.folder", name=row.path.name)
            return Line(str(row.path), (shown, self._drawn(name), "", "", ""), "›")
        return Line(
            str(row.path),
            (
                shown,
                self._drawn(row.path.name),
                self._drawn(row.path.parent.name),
                _size_text(row.size_bytes),
                time_text(row.changed_at),
            ),
        )

    async def _open_current(self) -> None:
        if self._rows:
            await self._open(self.query_one("#files", Ledger).current)

    def _opener(self, place: int) -> Callable[[], Awaitable[None]]:
        return lambda: self._open(place)

    async def _open(self, place: int) -> None:
        row = self._rows[place]
        if isinstance(row, Place) or row.is_folder:
            try:
                await self._show_folder(row.path)
            except OSError as error:
                self.tell_error(error)
        else:
            await self.desk_app.open("import_columns", row.path)

    async def _open_path(self, path: Path) -> None:
        if path.is_dir():
            self._hide_path()
            await self._show_folder(path)
        elif path.is_file():
            self._hide_path()
            await self.desk_app.open("import_columns", path.absolute())
        else:
            text = self.say("importing.no_such_file", path=self._drawn(str(path)))
            self.tell(text, is_fault=True)

    async def _to_places(self) -> None:
        await self._show_places()

    def _type_path(self) -> None:
        field = self.query_one(FormField)
        field.put("" if self._folder is None else f"{self._folder}/")
        field.display = True
        self._focus_before = field
        field.focus()
        self.tell(self.say("importing.path_hint"))

    def _hide_path(self) -> None:
        self.query_one(FormField).display = False
        self.query_one("#files").focus()

    async def _show_past(self) -> None:
        await self.desk_app.open("import_past")

    async def _show_running(self) -> None:
        await self.desk_app.open("import_run")

    def _drawn(self, text: str) -> str:
        return drawable(text, lambda n: self.say("shell.mongolian", letters=n))


def time_text(seconds: int) -> str:
    """A time for people, in the time zone of this machine."""
    try:
        moment = datetime.fromtimestamp(seconds, tz=UTC).astimezone()
    except (OverflowError, OSError, ValueError):
        return str(seconds)
    return moment.strftime("%Y-%m-%d %H:%M")


def _size_text(size_bytes: int) -> str:
    kib = max(1, round(size_bytes / _KIB))
    return f"{kib} KB" if kib < _KIB else f"{kib / _KIB:.1f} MB"
