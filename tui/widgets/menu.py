"""A numbered menu: digits choose, the arrows and Enter too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len
from rich.text import Text
from textual.events import Click, Key
from textual.message import Message
from textual.widget import Widget


@dataclass(frozen=True, slots=True)
class MenuItem:
    """One thing to do."""

    digits: str
    label: str
    note: str = ""
    """What waits there."""


class Menu(Widget, can_focus=True):
    """Items under each other, one of them the current one."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"menu--current", "menu--note"}
    DEFAULT_CSS = "Menu { height: 1fr; min-height: 3; padding: 0 1; }"

    class Chosen(Message):
        """Enter on an item."""

        def __init__(self, digits: str) -> None:
            self.digits = digits
            super().__init__()

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.items: tuple[MenuItem, ...] = ()
        self.current = 0

    def show(self, items: Sequence[MenuItem]) -> None:
        """Offer these; the place stays."""
        self.items = tuple(items)
        self.current = min(self.current, max(0, len(self.items) - 1))
        self.refresh()

    def on_key(self, event: Key) -> None:
        """Arrows and Enter."""
        steps = {"up": -1, "down": 1, "home": -len(self.items), "end": len(self.items)}
        if event.key in steps:
            wanted = self.current + steps[event.key]
            self.current = max(0, min(len(self.items) - 1, wanted))
            self.refresh()
        elif event.key == "enter" and self.items:
            self.post_message(self.Chosen(self.items[self.current].digits))
        else:
            return
        event.stop()

    def on_click(self, event: Click) -> None:
        """A click is the arrows, a second one Enter."""
        row = self._first_row() + event.y
        if 0 <= row < len(self.items):
            self.current = row
            self.refresh()
            if event.chain > 1:
                self.post_message(self.Chosen(self.items[row].digits))

    def render(self) -> Text:
        """As many items as there is room for, the current one among them."""
        width = max(10, self.size.width)
        current = self.get_component_rich_style("menu--current")
        note = self.get_component_rich_style("menu--note")
        wide = max((cell_len(item.label) for item in self.items), default=0) + 4
        first = self._first_row()
        drawn = Text(no_wrap=True, overflow="ellipsis")
        for place, item in enumerate(self.items[first:], first):
            if place > first:
                drawn.append("\n")
            is_current = place == self.current and self.has_focus
            line = Text(f" {item.digits:>2}  ", "bold", no_wrap=True)
            line.append(item.label)
            if item.note:
                line.append(" " * max(1, wide - cell_len(item.label)))
                line.append(item.note, "" if is_current else note)
            line.truncate(width, overflow="ellipsis")
            if is_current:
                line.pad_right(max(0, width - line.cell_len))
                line.stylize(current)
            drawn.append_text(line)
        return drawn

    def _first_row(self) -> int:
        room = max(1, self.size.height)
        return max(0, min(self.current - room + 1, len(self.items) - room))
