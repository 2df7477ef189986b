"""A small form at the foot of a list: one or two fields that are filled in at once.

It takes the keys while it is open. Enter behind its last field answers; Esc puts it
away, but text that was changed only when Esc is pressed again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from textual.containers import Vertical
from textual.message import Message

from tui.widgets.form import Form
from tui.widgets.form_field import FormField


class FootForm(Vertical):
    """Fields at the foot of a screen; nothing while it is closed."""

    DEFAULT_CSS: ClassVar[str] = """
    FootForm { height: auto; max-height: 8; display: none; }
    FootForm.open { display: block; }
    FootForm Form { height: auto; max-height: 8; }
    """

    class Answered(Message):
        """The fields are filled in."""

        def __init__(self, form: FootForm, texts: Mapping[str, str]) -> None:
            self.form, self.texts = form, texts
            super().__init__()

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.purpose = ""
        """What the answer is for; empty while it is closed."""
        self._filled: dict[str, str] = {}
        self._is_warned = False

    @property
    def is_open(self) -> bool:
        """Whether it takes the keys."""
        return bool(self.purpose)

    @property
    def is_changed(self) -> bool:
        """Whether a person typed something."""
        return self.is_open and self.texts() != self._filled

    def texts(self) -> dict[str, str]:
        """What stands in the fields."""
        return {field.name or "": field.text for field in self.query(FormField)}

    async def open(self, purpose: str, fields: Sequence[FormField]) -> None:
        """Ask for *fields*."""
        await self.remove_children()
        self.purpose = purpose
        self._filled = {field.name or "": field.text for field in fields}
        self._is_warned = False
        await self.mount(Form(fields))
        self.add_class("open")
        fields[0].focus()

    async def close(self) -> None:
        """Put it away."""
        self.purpose = ""
        self.remove_class("open")
        await self.remove_children()

    def may_close(self) -> bool:
        """Whether Esc may put it away now: unchanged, or asked for the second time."""
        if not self.is_changed or self._is_warned:
            return True
        self._is_warned = True
        return False

    def on_form_field_changed(self, _event: FormField.Changed) -> None:
        """Typed on after a warning: warn again."""
        self._is_warned = False

    def on_form_ended(self, event: Form.Ended) -> None:
        """Enter behind the last field."""
        event.stop()
        self.post_message(self.Answered(self, event.form.texts()))
