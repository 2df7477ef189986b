"""Fields one below the other: Enter goes down, and from the last to the commands."""

from __future__ import annotations

from collections.abc import Iterable

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.message import Message

from tui.widgets.form_field import FormField


class Form(VerticalScroll, can_focus=False):
    """The fields of one form."""

    DEFAULT_CSS = "Form { height: 1fr; }"

    class Ended(Message):
        """A person went on from the last field, or back from the first."""

        def __init__(self, form: Form, *, is_back: bool = False) -> None:
            self.form = form
            self.is_back = is_back
            super().__init__()

    def __init__(self, fields: Iterable[FormField], *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._made = list(fields)

    def compose(self) -> ComposeResult:
        """The fields, in order."""
        yield from self._made

    @property
    def fields(self) -> list[FormField]:
        """The fields, in order."""
        return list(self.query(FormField))

    def field(self, name: str) -> FormField:
        """The field called *name*."""
        return self.query_one(f"#field-{name}", FormField)

    def texts(self) -> dict[str, str]:
        """What stands in each field, by its name."""
        return {field.name or "": field.text for field in self.fields}

    def fill(self, texts: dict[str, str]) -> None:
        """Put texts in, as the program does."""
        for field in self.fields:
            field.put(texts.get(field.name or "", ""))

    def on_form_field_left(self, event: FormField.Left) -> None:
        """To the neighbour, or out of the form."""
        event.stop()
        fields = self.fields
        place = fields.index(event.field) + event.step
        if 0 <= place < len(fields):
            fields[place].focus()
        else:
            self.post_message(self.Ended(self, is_back=place < 0))
