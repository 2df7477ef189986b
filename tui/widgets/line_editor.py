"""One paragraph of text under a caret; knows no screen.

Positions are counted in characters; a caret never stands inside a letter and the
marks that belong to it.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

_JOINERS = "\u200d\ufe0f\u180b\u180c\u180d\u180f"


@dataclass(slots=True)
class LineEditor:
    """A text and where the next letter goes."""

    text: str = ""
    caret: int = 0

    def insert(self, letters: str) -> None:
        """Put *letters* before the caret."""
        self.text = self.text[: self.caret] + letters + self.text[self.caret :]
        self.move_to(self.caret + len(letters))

    def rub_left(self) -> None:
        """Rub out the letter before the caret."""
        start = self.left_of(self.caret)
        self.text = self.text[:start] + self.text[self.caret :]
        self.move_to(start)

    def rub_right(self) -> None:
        """Rub out the letter behind the caret."""
        end = self.right_of(self.caret)
        self.text = self.text[: self.caret] + self.text[end:]
        self.move_to(self.caret)

    def move_to(self, place: int) -> None:
        """Put the caret at *place*, or behind the letter that it would stand in."""
        self.caret = max(0, min(place, len(self.text)))
        while 0 < self.caret < len(self.text) and self._belongs(self.caret):
            self.caret += 1

    def put(self, text: str) -> None:
        """Another text, the caret at its end."""
        self.text = text
        self.caret = len(text)

    def left_of(self, place: int) -> int:
        """Where the letter before *place* begins."""
        place = max(0, place - 1)
        while place > 0 and self._belongs(place):
            place -= 1
        return place

    def right_of(self, place: int) -> int:
        """Where the letter behind *place* ends."""
        place = min(len(self.text), place + 1)
        while place < len(self.text) and self._belongs(place):
            place += 1
        return place

    def _belongs(self, place: int) -> bool:
        """Whether the character at *place* belongs to the letter before it."""
        character = self.text[place]
        return (
            unicodedata.category(character).startswith("M")
            or character in _JOINERS
            or self.text[place - 1] == "\u200d"
        )
