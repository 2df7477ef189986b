"""设置: colours, width of doubtful characters, spacing, language, who sits here.

A choice holds at once and is remembered on this machine for this person.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import ClassVar, Final

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.events import ScreenResume
from textual.widgets import Static

from tui.commands import Command
from tui.port.settings import Look, Settings, Spacing
from tui.screens.asking import Choice, Option
from tui.screens.desk_screen import DeskScreen
from tui.widgets.ledger import Column, Ledger, Line
from tui.width import Width

LANGUAGES: Final = ("zh", "en")
SAMPLE: Final = "┌「档·案」“文件”…★─┐"
"""Stands between two edges that align when the width is right."""


@dataclass(frozen=True, slots=True)
class _Setting:
    """One line of the page; one without values is a page of its own."""

    name: str
    values: tuple[str, ...]


SETTINGS: Final = (
    _Setting("look", tuple(Look)),
    _Setting("spacing", tuple(Spacing)),
    _Setting("width", tuple(Width)),
    _Setting("language", LANGUAGES),
    _Setting("fonds", ()),
)


class SettingsScreen(DeskScreen):
    """How this person wants the desk to look."""

    TITLE_KEY: ClassVar[str] = "settings.title"
    HELP_KEY: ClassVar[str] = "settings"

    def __init__(self) -> None:
        super().__init__()
        self._current = 0

    def body(self) -> ComposeResult:
        """The settings, and a line that shows whether widths are right."""
        yield Ledger(
            (
                Column(self.say("settings.number"), 4, is_right=True),
                Column(self.say("settings.name"), 16),
                Column(self.say("settings.value"), 16, share=1),
            ),
            id="settings",
        )
        yield Static("", id="settings-sample", markup=False)

    def on_mount(self) -> None:
        """The first setting is the current one."""
        super().on_mount()
        self._show()
        self.query_one("#settings").focus()

    def commands(self) -> Sequence[Command]:
        """Each setting by its number; the current one's is shown."""
        return (
            *(
                Command(
                    str(place + 1),
                    "settings.change",
                    partial(self._choose, place),
                    is_listed=place == self._current,
                )
                for place, setting in enumerate(SETTINGS)
            ),
            Command("0", "settings.back", self.step_back),
        )

    def on_ledger_moved(self, event: Ledger.Moved) -> None:
        """The number of the current one is shown."""
        event.stop()
        self._current = event.row
        self.renew_commands()

    def on_screen_resume(self, _event: ScreenResume) -> None:
        """Back: a fonds may have been opened."""
        self._show()

    async def on_ledger_opened(self, event: Ledger.Opened) -> None:
        """Enter on a setting."""
        event.stop()
        self._choose(event.row)

    def _show(self) -> None:
        ledger = self.query_one("#settings", Ledger)
        ledger.show(len(SETTINGS), self._fetch, keep_place=True)
        self.query_one("#settings-sample", Static).update(self._sample())

    def _sample(self) -> str:
        """Three lines whose ends stand below each other when the width is right."""
        wide = cell_len(SAMPLE)
        edge = f"|{'-' * wide}|"
        return "\n".join((self.say("settings.sample"), edge, f"|{SAMPLE}|", edge))

    async def _fetch(self, start: int, count: int) -> Sequence[Line]:
        fonds = self.say("settings.fonds", count=len(await self.desk.fonds.all()))
        return [
            Line(
                setting.name,
                (
                    str(start + place + 1),
                    self.say(f"settings.label.{setting.name}"),
                    self._value_text(setting) if setting.values else fonds,
                ),
            )
            for place, setting in enumerate(SETTINGS[start : start + count])
        ]

    def _value_text(self, setting: _Setting) -> str:
        text = self._name_of(setting, self._value(setting))
        if setting.name == "width" and self._settings.width is Width.AUTO:
            probed = self.desk_app.probed
            if probed is None:
                return self.say("settings.width_unknown", value=text)
            found = Width.WIDE if probed.is_wide else Width.NARROW
            return self.say(
                "settings.width_found",
                value=text,
                found=self.say(f"settings.width.{found}"),
            )
        return text

    @property
    def _settings(self) -> Settings:
        return self.desk_app.settings

    def _value(self, setting: _Setting) -> str:
        match setting.name:
            case "look":
                return self._settings.look
            case "spacing":
                return self._settings.spacing
            case "width":
                return self._settings.width
            case _:
                return self.words.language

    def _name_of(self, setting: _Setting, value: str) -> str:
        return self.say(f"settings.{setting.name}.{value}")

    def _choose(self, place: int) -> None:
        self.query_one("#settings", Ledger).go_to(place)
        setting = SETTINGS[place]
        if not setting.values:
            self.app.call_later(self.desk_app.open, setting.name)
            return
        self.run_worker(self._chosen(setting), group="ask", exclusive=True)

    async def _chosen(self, setting: _Setting) -> None:
        options = [
            Option(value, self._name_of(setting, value)) for value in setting.values
        ]
        title = self.say(f"settings.label.{setting.name}")
        line = self.say(f"settings.explain.{setting.name}")
        value = await self.app.push_screen_wait(Choice(title, options, (line,)))
        if not value or value == self._value(setting):
            return
        try:
            await self.desk_app.change_settings(_with(self._settings, setting, value))
        except self.desk_app.known_errors as error:
            self.tell_error(error)
            return
        self.app.call_later(self.desk_app.begin_again, "home", "settings")


def _with(settings: Settings, setting: _Setting, value: str) -> Settings:
    """*settings* with another value of one of them."""
    match setting.name:
        case "look":
            return replace(settings, look=Look(value))
        case "spacing":
            return replace(settings, spacing=Spacing(value))
        case "width":
            return replace(settings, width=Width(value))
        case _:
            return replace(settings, language=value)
