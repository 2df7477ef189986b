"""Values side by side: 基准, 甲, 乙; what differs in them is marked.

Where the window is too narrow for columns they stand one below the other. Of a long
text the part around the first difference is shown; the whole of it stands elsewhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import ClassVar, Final

from rich.cells import cell_len, set_cell_size
from rich.style import Style
from rich.text import Text
from textual.geometry import Size
from textual.widget import Widget

from tui.widgets.wrapping import wrapped

_GAP: Final = "  "
_LEAST_COLUMNS: Final = 22
"""A column narrower than that is not read; the values stand below each other then."""
_MOST_LINES: Final = 5
"""Of a text; its notes come below."""
_BEFORE: Final = 6
"""So many characters of a long text are shown before its first difference."""
_MORE: Final = "…"

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class SideColumn:
    """One value and what is said of it."""

    title: str
    text: str
    """As it can be drawn."""
    spans: tuple[Span, ...] = ()
    """What of it differs."""
    notes: tuple[str, ...] = ()


class Sides(Widget):
    """Columns of values."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "sides--title",
        "sides--text",
        "sides--differs",
        "sides--note",
    }
    DEFAULT_CSS = "Sides { height: auto; padding: 0 1; }"

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._columns: tuple[SideColumn, ...] = ()

    @property
    def columns(self) -> tuple[SideColumn, ...]:
        """What is shown."""
        return self._columns

    def show(self, columns: Sequence[SideColumn]) -> None:
        """Show other values."""
        self._columns = tuple(columns)
        self.refresh(layout=True)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """As many lines as the values need."""
        del container, viewport
        return len(self._lines(width)) if self._columns else 0

    def render(self) -> Text:
        """The values."""
        lines = self._lines(max(8, self.size.width))
        return Text("\n", no_wrap=True, overflow="crop").join(lines)

    def _lines(self, width: int) -> list[Text]:
        count = len(self._columns)
        if not count:
            return []
        room = (width - len(_GAP) * (count - 1)) // count
        if room < _LEAST_COLUMNS:
            return [line for each in self._columns for line in self._cell(each, width)]
        cells = [self._cell(each, room) for each in self._columns]
        lines = []
        for row in zip_longest(*cells, fillvalue=Text()):
            line = Text(no_wrap=True, overflow="crop")
            for place, piece in enumerate(row):
                line.append_text(piece)
                if place < count - 1:
                    line.append(" " * max(0, room - piece.cell_len) + _GAP)
            lines.append(line)
        return lines

    def _cell(self, column: SideColumn, width: int) -> list[Text]:
        style = self.get_component_rich_style
        found = [Text(_fitted(column.title, width), style("sides--title"))]
        text, spans = _in_sight(column, width)
        marked = _marked(text, spans, style("sides--text"), style("sides--differs"))
        pieces = [piece for piece in wrapped(text, width) if piece[0] < piece[1]]
        for place, (start, end) in enumerate(pieces[:_MOST_LINES]):
            line = marked[start:end]
            if place == _MOST_LINES - 1 and len(pieces) > _MOST_LINES:
                line = marked[start : max(start, end - 1)]
                line.append(_MORE)
            found.append(line)
        found += [
            Text(_fitted(note, width), style("sides--note")) for note in column.notes
        ]
        return found


def _in_sight(column: SideColumn, width: int) -> tuple[str, Sequence[Span]]:
    """The text from shortly before its first difference on, where it is too long."""
    text, spans = column.text, column.spans
    lines = wrapped(text, width)
    if not spans or len(lines) <= _MOST_LINES:
        return text, spans
    first = max(0, spans[0][0] - _BEFORE)
    if not first or lines[_MOST_LINES - 1][1] > spans[0][0] + _BEFORE:
        return text, spans
    moved = [(a - first + 1, b - first + 1) for a, b in spans]
    return _MORE + text[first:], moved


def _marked(text: str, spans: Sequence[Span], plain: Style, differs: Style) -> Text:
    drawn = Text(text, plain, no_wrap=True)
    for start, end in spans:
        drawn.stylize(differs, start, end)
    return drawn


def _fitted(text: str, width: int) -> str:
    if cell_len(text) <= width:
        return text
    return set_cell_size(text, max(1, width - 1)).rstrip() + _MORE
