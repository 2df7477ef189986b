"""The field of a search: typing stays in it while the arrows walk the results."""

from __future__ import annotations

from typing import Final

from textual.events import Key
from textual.message import Message

from tui.widgets.form_field import FormField

_WALKING: Final = frozenset({"up", "down", "pageup", "pagedown", "enter"})


class QueryField(FormField):
    """A form field whose up, down and Enter are for a list below it."""

    class Walked(Message):
        """A key for the list."""

        def __init__(self, field: QueryField, key: str) -> None:
            self.field, self.key = field, key
            super().__init__()

    def on_key(self, event: Key) -> None:
        """Hand the list its keys; everything else is typing."""
        if event.key in _WALKING:
            event.stop()
            event.prevent_default()
            self.post_message(self.Walked(self, event.key))
