"""帮助: the rule behind the current field, what the screen is for, what keys do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult

from node.catalogue.pack import Field, Stage
from tui.commands import Command
from tui.screens.desk_screen import DeskScreen
from tui.widgets.form_field import FormField
from tui.widgets.page import Page


class HelpScreen(DeskScreen):
    """Help for the screen and the field from which it was called."""

    TITLE_KEY: ClassVar[str] = "help.title"

    def __init__(self, asked_on: DeskScreen) -> None:
        super().__init__()
        self._asked_on = asked_on

    def body(self) -> ComposeResult:
        """One page."""
        yield Page(self._first_page(), id="page")

    def on_mount(self) -> None:
        """Ready to be read with the arrows."""
        super().on_mount()
        self.query_one("#page").focus()

    def commands(self) -> Sequence[Command]:
        """Other pages, and what one can learn with."""
        return (
            Command("1", "help.here", lambda: self._show(self._first_page())),
            Command("2", "help.keys", lambda: self._show_key("help.keys_page")),
            Command("3", "help.status", lambda: self._show_key("help.status_page")),
            Command("4", "help.guide", self._open_guide),
            Command("5", "help.practice", self._open_practice),
            Command("0", "help.back", self.step_back),
        )

    def _first_page(self) -> str:
        """The field's rule, then the screen's own page."""
        parts = []
        if self.desk_app.exercise:
            slug = self.desk_app.exercise
            name = self.say(f"practice.name.{slug}")
            text = self.say(f"practice.text.{slug}")
            parts.append(self.say("practice.now", name=name, text=text))
        field = self._field()
        if field is not None:
            parts.append(self._field_page(field))
        stem = self._asked_on.HELP_KEY
        page = self.words.find(f"help.screen.{stem}") if stem else ""
        parts.append(page or self.say("help.keys_page"))
        return "\n\n".join(parts)

    def _field(self) -> Field | None:
        focused = self._asked_on.focused
        if isinstance(focused, FormField) and self.desk_app.has_desk:
            return self.desk.pack.by_name.get(focused.name or "")
        return None

    def _field_page(self, field: Field) -> str:
        stages = [
            self.say(
                "help.obligation",
                stage=self.say(f"help.stage.{stage}"),
                asked=self.say(f"help.asked.{field.obligation(stage)}"),
            )
            for stage in Stage
        ]
        lines = [self.say("help.field", name=field.zh, english=field.name), field.help]
        if field.example:
            lines.append(self.say("help.example", example=field.example))
        if field.choices:
            lines.append(
                self.say("help.choices", choices=self.words.join(field.choices))
            )
        lines.append("  ".join(stages))
        return "\n".join(lines)

    def _show_key(self, key: str) -> None:
        self._show(self.say(key))

    def _show(self, text: str) -> None:
        page = self.query_one("#page", Page)
        page.show(text)
        page.focus()

    async def _open_guide(self) -> None:
        await self.desk_app.open("guide")

    async def _open_practice(self) -> None:
        if self.desk_app.is_practising:
            self.tell(self.say("help.practising"))
        else:
            await self.desk_app.open("practice")
