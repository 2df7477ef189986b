"""A field of a form: label left, value right, as many lines as the value needs.

Enter goes on to the next field, the arrows move between fields, no letter and no chord
is a command. The terminal's own cursor follows the caret, so that the window of an
input method opens beside it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import ClassVar, Final

from rich.cells import cell_len
from rich.segment import Segment
from textual.events import Blur, Click, Focus, Key, Paste
from textual.geometry import Offset, Size
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from tui.display import drawn_alike
from tui.widgets.line_editor import LineEditor
from tui.widgets.wrapping import column_of, line_of, place_at, wrapped

_LINE_ENDS: Final = re.compile("\r\n|[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]")
_CONTROLS: Final = re.compile("[\x00-\x1f\x7f-\x9f]")
Normalise = Callable[[str], str]
"""What a typed or pasted piece of text becomes before it is inserted."""


def as_typed(piece: str) -> str:
    """The piece itself, in one line; a terminal pastes line ends as returns."""
    line = " ".join(_LINE_ENDS.split(piece)).replace("\t", " ")
    return _CONTROLS.sub("", line)


def half_width(piece: str) -> str:
    """The piece in one line, its full-width forms as plain ones: for codes."""
    return unicodedata.normalize("NFKC", as_typed(piece))


def is_letter(event: Key) -> bool:
    """Whether a key types something: also wide blanks, joiners and private letters.

    Python calls those unprintable; input methods and keyboards of scripts send them.
    """
    character = event.character or ""
    return len(character) == 1 and unicodedata.category(character) not in ("Cc", "Cs")


class FormField(Widget, can_focus=True):
    """One field of a form."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "form-field--label",
        "form-field--value",
        "form-field--caret",
        "form-field--mark",
        "form-field--empty",
    }
    DEFAULT_CSS: ClassVar[str] = """
    FormField { height: auto; width: 1fr; }
    """

    class Changed(Message):
        """The text of a field changed under the hands of a person."""

        def __init__(self, field: FormField) -> None:
            self.field = field
            super().__init__()

        @property
        def control(self) -> FormField:
            """The field."""
            return self.field

    class Overfull(Message):
        """More was typed or pasted than the field can hold."""

        def __init__(self, field: FormField, left_out: int) -> None:
            self.field = field
            self.left_out = left_out
            """Characters that did not go in."""
            super().__init__()

    class Entered(Message):
        """A person came to the field."""

        def __init__(self, field: FormField) -> None:
            self.field = field
            super().__init__()

    class Left(Message):
        """A person goes on: the field is filled as far as they are concerned."""

        def __init__(self, field: FormField, step: int) -> None:
            self.field = field
            self.step = step
            """1 to the next field, -1 to the one before."""
            super().__init__()

    def __init__(
        self,
        name: str,
        label: str,
        *,
        text: str = "",
        label_columns: int = 12,
        mark: str = "",
        normalise: Normalise = as_typed,
        is_read_only: bool = False,
        most_characters: int = 20_000,
    ) -> None:
        super().__init__(id=f"field-{name}", name=name)
        self.label = label
        self.mark = mark
        """A sign before the label, e.g. ``*`` where the rule asks for the field."""
        self.hint = ""
        """Shown dimmed where the field is empty: what F5 or Enter would put there."""
        self.label_columns = label_columns
        self.is_read_only = is_read_only
        self.is_offered = False
        """What stands in it was put there by the program: typing takes its place."""
        self.editor = LineEditor(text, len(text))
        self._normalise = normalise
        self._most_characters = most_characters
        self._lines: list[tuple[int, int]] = [(0, 0)]
        self._wrapped: tuple[str, int] | None = None

    @property
    def text(self) -> str:
        """What stands in the field."""
        return self.editor.text

    def put(self, text: str) -> None:
        """Put *text* in, as the program does; nobody is told."""
        self.editor.put(text)
        self.is_offered = False
        self._redraw()

    def offer(self, text: str) -> None:
        """Put *text* in for the person to accept by going on, or to type over."""
        self.put(text)
        self.is_offered = bool(text)
        self._redraw()

    def type_in(self, piece: str) -> None:
        """Insert *piece* at the caret, as if it had been typed."""
        if self.is_read_only:
            return
        if self.is_offered:
            self.editor.put("")
        letters = self._normalise(piece)
        room = max(0, self._most_characters - len(self.editor.text))
        if len(letters) > room:
            self.post_message(self.Overfull(self, len(letters) - room))
        self.editor.insert(letters[:room])
        self._changed()

    def replace_with(self, text: str) -> None:
        """A person chose *text* (from a list, from the last record)."""
        if not self.is_read_only and text != self.editor.text:
            self.editor.put(text)
            self._changed()

    def on_key(self, event: Key) -> None:
        """Typing, rubbing out, moving; everything else is the screen's."""
        if event.key in ("enter", "down", "tab"):
            if event.key != "down" or not self._move_line(1):
                self.post_message(self.Left(self, 1))
        elif event.key in ("up", "shift+tab"):
            if event.key != "up" or not self._move_line(-1):
                self.post_message(self.Left(self, -1))
        elif event.key in ("left", "right", "home", "end"):
            self.is_offered = False
            self._move(event.key)
        elif event.key in ("backspace", "ctrl+h", "delete") and not self.is_read_only:
            rub = (
                self.editor.rub_right if event.key == "delete" else self.editor.rub_left
            )
            before = self.editor.text
            rub()
            if self.editor.text != before:
                self._changed()
        elif is_letter(event):
            self.type_in(event.character or "")
        else:
            return
        event.stop()
        event.prevent_default()

    def on_paste(self, event: Paste) -> None:
        """Pasted text, in one line."""
        self.type_in(event.text)
        event.stop()

    def on_focus(self, _event: Focus) -> None:
        """The field is the current one."""
        self.editor.caret = len(self.editor.text)
        self._redraw()
        self.scroll_visible(animate=False)
        self.post_message(self.Entered(self))

    def on_blur(self, _event: Blur) -> None:
        """Another field is the current one."""
        self._redraw()

    def on_click(self, event: Click) -> None:
        """The caret goes to where the mouse points."""
        line = min(max(0, event.y), len(self._lines) - 1)
        self._move_to(line, event.x - self._value_column)

    @property
    def _value_column(self) -> int:
        return self.label_columns + 2

    def _drawn(self) -> str:
        return drawn_alike(self.editor.text)

    def _changed(self) -> None:
        self.is_offered = False
        self._redraw()
        self.post_message(self.Changed(self))

    def _redraw(self) -> None:
        before = len(self._lines)
        self._wrap(self._width())
        if len(self._lines) != before:
            self.refresh(layout=True)
        else:
            self.refresh()
        self._place_cursor()

    def _width(self) -> int:
        return max(4, (self.size.width or 80) - self._value_column - 1)

    def _wrap(self, width: int) -> None:
        if self._wrapped == (self.editor.text, width):
            return
        self._wrapped = (self.editor.text, width)
        self._lines = wrapped(self._drawn(), width)

    def _caret_line(self) -> int:
        return line_of(self._lines, self.editor.caret)

    def _move(self, key: str) -> None:
        start, end = self._lines[self._caret_line()]
        editor = self.editor
        match key:
            case "left":
                editor.caret = editor.left_of(editor.caret)
            case "right":
                editor.caret = editor.right_of(editor.caret)
            case "home":
                editor.caret = start
            case _:
                is_last = end == len(editor.text)
                editor.caret = end if is_last else editor.left_of(end)
        self._redraw()

    def _move_line(self, step: int) -> bool:
        line = self._caret_line() + step
        if not 0 <= line < len(self._lines):
            return False
        self._move_to(line, self._caret_column())
        return True

    def _move_to(self, line: int, column: int) -> None:
        place = place_at(self._drawn(), self._lines, line, column)
        self.editor.move_to(place)
        self._redraw()

    def _caret_column(self) -> int:
        return column_of(self._drawn(), self._lines, self.editor.caret)

    def _place_cursor(self) -> None:
        if not self.has_focus or not self.is_attached:
            return
        region = self.content_region
        self.app.cursor_position = Offset(
            region.x + self._value_column + self._caret_column(),
            region.y + self._caret_line(),
        )

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """As many lines as the value needs at this width."""
        del container, viewport
        self._wrap(max(4, width - self._value_column - 1))
        return len(self._lines)

    def on_resize(self) -> None:
        """Wrap anew."""
        self._redraw()

    def render_line(self, y: int) -> Strip:
        """Label and value; the caret in the current field."""
        style = self.get_component_rich_style
        label = style("form-field--label")
        segments: list[Segment] = []
        if y == 0:
            name = f"{self.label}"
            pad = self.label_columns - cell_len(name) - cell_len(self.mark)
            segments.append(Segment(" " * max(0, pad), label))
            if self.mark:
                segments.append(Segment(self.mark, style("form-field--mark")))
            segments.append(Segment(f"{name}  ", label))
        else:
            segments.append(Segment(" " * self._value_column, label))
        width = self.size.width - self._value_column
        if y < len(self._lines):
            segments += self._value_segments(y, width)
        return Strip(segments).adjust_cell_length(self.size.width, self.rich_style)

    def _value_segments(self, y: int, width: int) -> list[Segment]:
        style = self.get_component_rich_style
        start, end = self._lines[y]
        drawn = self._drawn()
        line = drawn[start:end]
        if not self.text and y == 0 and self.hint:
            line = self.hint
        caret = self.editor.caret - start
        is_here = self.has_focus and self._caret_line() == y
        is_pale = self.is_offered or not self.text
        plain = style("form-field--empty" if is_pale else "form-field--value")
        if not is_here:
            return [
                Segment(line, plain),
                Segment(" " * max(0, width - cell_len(line)), plain),
            ]
        at = line[caret : caret + 1] or " "
        rest = line[caret + 1 :]
        used = cell_len(line[:caret]) + cell_len(at) + cell_len(rest)
        return [
            Segment(line[:caret], plain),
            Segment(at, style("form-field--caret")),
            Segment(rest, plain),
            Segment(" " * max(0, width - used), plain),
        ]
