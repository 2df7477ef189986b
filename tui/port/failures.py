"""What went wrong in work that runs in a process of its own."""

from __future__ import annotations

from collections.abc import Mapping
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
