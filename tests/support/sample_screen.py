"""A screen with everything that screens are made of, and a program that opens it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import ClassVar, TypeVar

from textual.app import ComposeResult
from textual.pilot import Pilot
from textual.widget import Widget

from sync.words.catalogue import Words
from tests.support.desks import settled
from tui.app import SCREENS, WORDS_FOLDER, DeskApp
from tui.commands import Command
from tui.port.settings import Settings
from tui.screens.desk_screen import DeskScreen
from tui.widgets.form import Form
from tui.widgets.form_field import FormField
from tui.widgets.ledger import Column, Ledger, Line

ROWS = 500_000
NAME = "sample"
_Kind = TypeVar("_Kind", bound=Widget)


class SampleScreen(DeskScreen):
    """Two fields, a long ledger, three commands."""

    TITLE_KEY: ClassVar[str] = "settings.title"

    def __init__(self) -> None:
        super().__init__()
        self.done: list[str] = []
        self.changes: list[str] = []
        self.opened: list[str] = []
        self.fetched: list[int] = []
        self.failure: OSError | None = None

    def commands(self) -> Sequence[Command]:
        return (
            Command("1", "settings.look.paper", lambda: self.done.append("1"), "f2"),
            Command("12", "settings.look.contrast", lambda: self.done.append("12")),
            Command("0", "settings.back", lambda: self.done.append("0")),
        )

    def body(self) -> ComposeResult:
        yield Form([FormField("title", "题名", mark="*"), FormField("date", "日期")])
        yield Ledger(
            (
                Column("序号", 7, is_right=True),
                Column("题名", 20, share=1),
                Column("日期", 8),
            ),
            id="ledger",
            can_mark=True,
        )

    def on_mount(self) -> None:
        super().on_mount()
        self.query_one("#ledger", Ledger).show(ROWS, self.fetch)
        self.query_one("#field-title").focus()

    async def fetch(self, start: int, count: int) -> Sequence[Line]:
        if self.failure is not None:
            raise self.failure
        self.fetched.append(start)
        return [
            Line(str(row), (str(row), f"关于第{row}号·“文件”的通知", "20200101"))
            for row in range(start, min(start + count, ROWS))
        ]

    def on_form_field_changed(self, event: FormField.Changed) -> None:
        self.changes.append(event.field.text)

    def on_ledger_opened(self, event: Ledger.Opened) -> None:
        self.opened.append(event.line.id)

    async def step_back(self) -> None:
        self.done.append("back")


@asynccontextmanager
async def sample(
    *, size: tuple[int, int] = (80, 24), settings: Settings | None = None
) -> AsyncIterator[Pilot[int]]:
    """The program on the sample screen, without a machine behind it."""
    SCREENS[NAME] = f"{SampleScreen.__module__}:SampleScreen"
    words = Words.load("zh", WORDS_FOLDER)
    app = DeskApp(None, words, first=NAME, settings=settings)
    try:
        async with app.run_test(size=size) as pilot:
            await settled(pilot)
            yield pilot
    finally:
        del SCREENS[NAME]


def screen_of(pilot: Pilot[int]) -> SampleScreen:
    screen = pilot.app.screen
    if not isinstance(screen, SampleScreen):
        raise TypeError(screen)
    return screen


def field_of(pilot: Pilot[int], name: str = "title") -> FormField:
    return pilot.app.screen.query_one(f"#field-{name}", FormField)


def ledger_of(pilot: Pilot[int]) -> Ledger:
    return pilot.app.screen.query_one("#ledger", Ledger)
