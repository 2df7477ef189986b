"""What went wrong in work that runs in a process of its own."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePath
from typing import ClassVar


class ChildFailed(Exception):
    """Work in the background ended with an error, which is named and told in full."""

    UNTOLD: ClassVar[str] = "child-failed"
    """Code where the process ended without a word about why."""

    def __init__(
        self, code: str, fields: Mapping[str, object], text: str = "", step: str = ""
    ) -> None:
        super().__init__(code, text)
        self.code = code
        """As in docs/operations.md."""
        self.fields = dict(fields)
        """The error's typed fields, by name."""
        self.text = text
        """The sentence, in the language of the desk; may be empty."""
        self.step = step
        """What to do next; may be empty."""

    def shorter(self) -> ChildFailed:
        """The same, with files by their names alone: a line of a screen is short."""
        path = self.fields.get("path")
        if not isinstance(path, str):
            return self
        fields = {**self.fields, "path": PurePath(path).name}
        return ChildFailed(self.code, fields, self.text, self.step)
