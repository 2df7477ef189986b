"""The first line of a screen: where one is, whose room it is, what goes on."""

from __future__ import annotations

from rich.cells import cell_len, set_cell_size
from rich.text import Text
from textual.widget import Widget


class TitleLine(Widget):
    """Screen at the left, room in the middle, work in the background at the right."""

    DEFAULT_CSS = "TitleLine { height: 1; }"

    def __init__(self, title: str, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._title = title
        self._place = ""
        self._jobs = ""

    def show(self, title: str, place: str, jobs: str) -> None:
        """Show other texts."""
        self._title, self._place, self._jobs = title, place, jobs
        self.refresh()

    def render(self) -> Text:
        """As much as fits; the title first."""
        width = self.size.width
        left = f" {self._title}"
        right = f"{self._jobs}  {self._place} " if self._jobs else f"{self._place} "
        room = max(0, width - cell_len(left))
        if cell_len(right) > room:
            right = set_cell_size(right, room)
        gap = " " * max(0, width - cell_len(left) - cell_len(right))
        return Text(f"{left}{gap}{right}", no_wrap=True, overflow="crop")
