"""A few lines of text that break where the line is full, as Chinese does.

Words of other scripts are broken too; what is too long ends in ``…``.
"""

from __future__ import annotations

from rich.cells import cell_len, chop_cells, set_cell_size
from rich.text import Text
from textual.geometry import Size
from textual.widget import Widget


class CellLines(Widget):
    """Text laid out by columns of the terminal."""

    DEFAULT_CSS = "CellLines { height: auto; width: 1fr; }"

    def __init__(self, *, most_lines: int, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._most_lines = most_lines
        self._text = ""

    @property
    def text(self) -> str:
        """What is shown, in one line."""
        return self._text

    def update(self, text: str) -> None:
        """Show another text; an empty one takes no line."""
        if text != self._text:
            self._text = text
            self.refresh(layout=True)

    def lines(self, width: int) -> list[str]:
        """The lines at that width."""
        found = chop_cells(self._text, max(2, width)) if self._text else []
        if len(found) > self._most_lines:
            found = found[: self._most_lines]
            last = found[-1]
            if cell_len(last) > width - 1:
                last = set_cell_size(last, width - 1).rstrip()
            found[-1] = f"{last}…"
        return found

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """As many lines as the text takes."""
        del container, viewport
        return len(self.lines(width))

    def render(self) -> Text:
        """The text at the width there is."""
        return Text("\n".join(self.lines(self.size.width)), no_wrap=True)
