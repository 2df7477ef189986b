"""A ledger: rows that are fetched as they come into sight, never all of them.

The widget knows how many rows there are and asks its source for windows of them; what
has not come yet is drawn as dots. It draws its lines itself, so a page costs what can
be seen, whether there are ten rows or half a million.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, ClassVar, Final, cast

from rich.cells import set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.events import Click, Key, MouseScrollDown, MouseScrollUp
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from tui.widgets.ledger_cells import (
    SIGN_COLUMNS,
    Column,
    Line,
    Span,
    cell_segments,
    first_line,
    fitted_widths,
    second_line,
)
from tui.width import rule

if TYPE_CHECKING:
    from tui.app import DeskApp

__all__ = ["Column", "Fetch", "Ledger", "Line", "Span"]

WINDOW_ROWS: Final = 50
MOST_WINDOWS: Final = 24

Fetch = Callable[[int, int], Awaitable[Sequence[Line]]]
"""Lines from a place on, at most so many."""


class Ledger(Widget, can_focus=True):
    """A table of any length with one current row."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "ledger--head",
        "ledger--row",
        "ledger--odd",
        "ledger--current",
        "ledger--marked",
        "ledger--hit",
        "ledger--cell",
        "ledger--foot",
    }
    DEFAULT_CSS: ClassVar[str] = """
    Ledger { height: 1fr; width: 1fr; }
    """

    class Opened(Message):
        """Enter on a row."""

        def __init__(self, ledger: Ledger, row: int, line: Line) -> None:
            self.ledger, self.row, self.line = ledger, row, line
            super().__init__()

    class Moved(Message):
        """Another row is the current one."""

        def __init__(self, ledger: Ledger, row: int) -> None:
            self.ledger, self.row = ledger, row
            super().__init__()

    class Failed(Message):
        """Rows could not be fetched."""

        def __init__(self, error: Exception) -> None:
            self.error = error
            super().__init__()

    class Marked(Message):
        """Rows were marked, or are no more."""

        def __init__(self, ledger: Ledger) -> None:
            self.ledger = ledger
            super().__init__()

    def __init__(
        self,
        columns: Sequence[Column],
        *,
        id: str | None = None,  # noqa: A002
        empty: str = "",
        can_mark: bool = False,
        can_choose_column: bool = False,
        row_lines: int = 0,
    ) -> None:
        super().__init__(id=id)
        self.columns = tuple(columns)
        self.empty = empty
        self.can_mark = can_mark
        self.can_choose_column = can_choose_column
        self.column: int | None = None
        """The current column; None: the row as a whole."""
        self.row_lines = row_lines
        """Lines of the screen for a row; 0 until shown: as the settings say."""
        self.size_rows = 0
        self.current = 0
        self.top = 0
        self.marks: dict[str, int] = {}
        """Marked rows: id to row number."""
        self._fetch: Fetch | None = None
        self._windows: dict[int, Sequence[Line]] = {}
        self._before: dict[int, Sequence[Line]] = {}
        """Windows as they were, drawn until the same place is fetched anew."""
        self._asked: set[int] = set()
        self._is_downward = True
        self._has_moved = False
        """Only who leafs through the rows is asked for more than can be seen."""
        self._version = 0
        self._widths: tuple[tuple[object, ...], list[int]] | None = None

    def show(self, size_rows: int, fetch: Fetch, *, keep_place: bool = False) -> None:
        """Show other rows; the first is the current one unless the place is kept."""
        self._fetch = fetch
        self.size_rows = size_rows
        self._before = self._windows if keep_place else {}
        self._windows = {}
        self._asked.clear()
        self._version += 1
        if not keep_place:
            self.current = self.top = 0
            self._has_moved = False
            self.marks.clear()
        self.go_to(self.current)
        self.refresh()

    def line_at(self, row: int) -> Line | None:
        """The row, if it has been fetched."""
        window = self._windows.get(row // WINDOW_ROWS)
        place = row % WINDOW_ROWS
        return window[place] if window is not None and place < len(window) else None

    @property
    def current_line(self) -> Line | None:
        """The current row, if it has been fetched."""
        return self.line_at(self.current) if self.size_rows else None

    @property
    def page_rows(self) -> int:
        """How many rows can be seen at once."""
        return max(1, (self.size.height - 2) // max(1, self.row_lines))

    def go_to(self, row: int) -> None:
        """Make *row* the current one and bring it into sight."""
        before = self.current
        self.current = max(0, min(row, self.size_rows - 1))
        if self.current != before:
            self._is_downward, self._has_moved = self.current > before, True
        if self.current < self.top:
            self.top = self.current
        elif self.current >= self.top + self.page_rows:
            self.top = self.current - self.page_rows + 1
        self._ask()
        self.refresh()
        if self.current != before:
            self.post_message(self.Moved(self, self.current))

    def mark(self, row: int) -> None:
        """Mark the row, or take its mark away."""
        line = self.line_at(row)
        if line is None or not self.can_mark:
            return
        if line.id in self.marks:
            del self.marks[line.id]
        else:
            self.marks[line.id] = row
        self.refresh()
        self.post_message(self.Marked(self))

    def choose_column(self, step: int) -> None:
        """The next column that way; left of the first one, the row as a whole."""
        place = (-1 if self.column is None else self.column) + step
        if place < len(self.columns):
            self.column = place if place >= 0 else None
            self.refresh()
            self.post_message(self.Moved(self, self.current))

    def on_mount(self) -> None:
        """As far apart as the person wants lines."""
        if not self.row_lines:
            self.row_lines = cast("DeskApp", self.app).settings.row_lines

    def on_key(self, event: Key) -> None:
        """Arrows, pages, ends; space marks; Enter opens."""
        steps = {
            "up": -1,
            "down": 1,
            "pageup": -self.page_rows,
            "pagedown": self.page_rows,
            "home": -self.size_rows,
            "end": self.size_rows,
        }
        if event.key in steps:
            self.go_to(self.current + steps[event.key])
        elif event.key in ("left", "right") and self.can_choose_column:
            self.choose_column(-1 if event.key == "left" else 1)
        elif event.key == "space" and self.can_mark:
            self.mark(self.current)
            self.go_to(self.current + 1)
        elif event.key == "enter":
            line = self.current_line
            if line is None:
                return
            self.post_message(self.Opened(self, self.current, line))
        else:
            return
        event.stop()
        event.prevent_default()

    def on_mouse_scroll_down(self, _event: MouseScrollDown) -> None:
        """Three rows down."""
        self.go_to(self.current + 3)

    def on_mouse_scroll_up(self, _event: MouseScrollUp) -> None:
        """Three rows up."""
        self.go_to(self.current - 3)

    def on_click(self, event: Click) -> None:
        """The row under the mouse; a second click opens it."""
        row = self.top + (event.y - 2) // max(1, self.row_lines)
        if event.y < 2 or row >= self.size_rows:
            return
        self.go_to(row)
        line = self.current_line
        if event.chain > 1 and line is not None:
            self.post_message(self.Opened(self, row, line))

    def on_resize(self) -> None:
        """Keep the current row in sight."""
        self.go_to(self.current)

    def _ask(self) -> None:
        """Ask for windows that are in sight and not here."""
        if self._fetch is None or not self.size_rows:
            return
        first = self.top // WINDOW_ROWS
        last = min(self.top + self.page_rows, self.size_rows - 1) // WINDOW_ROWS
        for number in range(first, last + 1):
            self._ask_for(number)
        self._ask_ahead()

    def _ask_ahead(self) -> None:
        """Ask for what comes into sight next, once what is in sight is here."""
        if self._asked or not self.size_rows or not self._has_moved:
            return
        last = (self.size_rows - 1) // WINDOW_ROWS
        below = min(self.top + 2 * self.page_rows, self.size_rows - 1) // WINDOW_ROWS
        above = max(0, self.top - self.page_rows) // WINDOW_ROWS
        ahead = min(below + 1, last) if self._is_downward else max(above - 1, 0)
        for number in (below if self._is_downward else above, ahead):
            self._ask_for(number)

    def _ask_for(self, number: int) -> None:
        if number not in self._windows and number not in self._asked:
            self._asked.add(number)
            self.run_worker(self._load(number, self._version), group="ledger")

    async def _load(self, number: int, version: int) -> None:
        if self._fetch is None:
            return
        try:
            lines = await self._fetch(number * WINDOW_ROWS, WINDOW_ROWS)
        except cast("DeskApp", self.app).known_errors as error:
            self._asked.discard(number)
            self.post_message(self.Failed(error))
            return
        if version != self._version:
            return
        self._asked.discard(number)
        if len(self._windows) >= MOST_WINDOWS:
            far = max(self._windows, key=lambda each: abs(each - number))
            del self._windows[far]
        self._windows[number] = lines
        self._before.pop(number, None)
        self._ask_ahead()
        self.refresh()
        self.post_message(self.Moved(self, self.current))

    def widths(self) -> list[int]:
        """Columns of the terminal that each column takes; 0: no room for it."""
        key = (self.size.width, self.columns, self.column)
        if self._widths is None or self._widths[0] != key:
            self._widths = (key, fitted_widths(self.columns, key[0], self.column))
        return self._widths[1]

    def render_line(self, y: int) -> Strip:
        """One line: the head, the rule under it, or a row."""
        style = self.get_component_rich_style
        width = self.size.width
        if y == 0:
            titles = [column.title for column in self.columns]
            return self._strip("  ", titles, style("ledger--head"), ())
        if y == 1:
            return Strip([Segment(rule(width), style("ledger--head"))], width)
        row, part = divmod(y - 2, max(1, self.row_lines))
        row += self.top
        plain = style("ledger--odd" if row % 2 else "ledger--row")
        if row >= self.size_rows:
            text = self.empty if not self.size_rows and y == 2 else ""
            return Strip([Segment(f"  {text}", plain)]).adjust_cell_length(width, plain)
        line = self.line_at(row) or self._drawn_before(row)
        if line is None:
            text = "" if part else "  …"
            return Strip([Segment(text, plain)]).adjust_cell_length(width, plain)
        if row == self.current:
            plain = style("ledger--current")
        elif line.id in self.marks:
            plain = style("ledger--marked")
        chosen = self.column if row == self.current else None
        if part:
            cells, hits = second_line(line, self.columns, self.widths())
            return self._strip("", cells, plain, hits, chosen)
        sign = "*" if line.id in self.marks else (line.sign or " ")
        return self._strip(f"{sign} ", self._first_line(line), plain, line.hits, chosen)

    def _drawn_before(self, row: int) -> Line | None:
        window = self._before.get(row // WINDOW_ROWS, ())
        place = row % WINDOW_ROWS
        return window[place] if place < len(window) else None

    def _first_line(self, line: Line) -> Sequence[str]:
        """The cells; where a second line takes the rest, without a sign of more."""
        if self.row_lines > 1:
            return first_line(line, self.columns, self.widths())
        return line.cells

    def _strip(
        self,
        sign: str,
        cells: Sequence[str],
        plain: Style,
        hits: Sequence[Sequence[Span]],
        chosen: int | None = None,
    ) -> Strip:
        segments = [Segment(set_cell_size(sign, SIGN_COLUMNS), plain)]
        hit = plain + self.get_component_rich_style("ledger--hit")
        cell_style = plain + self.get_component_rich_style("ledger--cell")
        widths = self.widths()
        for place, (column, width) in enumerate(zip(self.columns, widths, strict=True)):
            if not width:
                continue
            cell = cells[place] if place < len(cells) else ""
            spans = hits[place] if place < len(hits) else ()
            styles = (cell_style, cell_style) if place == chosen else (plain, hit)
            segments += cell_segments(cell, width, column, styles, spans)
            segments.append(Segment(" ", plain))
        return Strip(segments).adjust_cell_length(self.size.width, plain)
