"""Facts: a label, and what is so. One under the other, the labels in one column."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from rich.cells import cell_len
from rich.text import Text
from textual.geometry import Size
from textual.widget import Widget

from sync.cli.tables import wrapped

_LABEL_LIMIT: Final = 16
_SIGN: Final = "!"
_BESIDE_COLUMNS: Final = 72
"""From this width on, short facts stand two in a row."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that is so."""

    label: str
    text: str
    is_warning: bool = False
    """Somebody should look at it; a sign stands before it."""
    is_short: bool = False
    """It may stand beside another short one."""


class FactRows(Widget):
    """Facts, as many lines as they need."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"facts--label", "facts--warning"}
    DEFAULT_CSS = "FactRows { height: auto; padding: 0 1; }"

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._facts: tuple[Fact, ...] = ()

    def show(self, facts: Sequence[Fact]) -> None:
        """Show other facts."""
        self._facts = tuple(facts)
        self.refresh(layout=True)

    @property
    def facts(self) -> tuple[Fact, ...]:
        """What is shown."""
        return self._facts

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """As many lines as the facts need."""
        del container, viewport
        return max(1, len(self._lines(width)))

    def render(self) -> Text:
        """The facts."""
        label = self.get_component_rich_style("facts--label")
        warning = self.get_component_rich_style("facts--warning")
        drawn = Text(no_wrap=True, overflow="crop")
        for place, line in enumerate(self._lines(self.size.width)):
            if place:
                drawn.append("\n")
            for head, text, is_warning in line:
                drawn.append(head, label)
                drawn.append(text, warning if is_warning else "")
        return drawn

    def _lines(self, width: int) -> list[list[tuple[str, str, bool]]]:
        """Lines of pieces: a padded label, a text, whether it warns."""
        wide = max((cell_len(fact.label) for fact in self._facts), default=0)
        wide = min(wide, _LABEL_LIMIT) + 3
        half = width // 2
        lines: list[list[tuple[str, str, bool]]] = []
        has_room = False
        for fact in self._facts:
            sign = _SIGN if fact.is_warning else " "
            head = f"{sign}{fact.label}"
            head += " " * max(1, wide - cell_len(head))
            is_beside = fact.is_short and width >= _BESIDE_COLUMNS
            if is_beside and wide + cell_len(fact.text) < half:
                piece = (head, fact.text, fact.is_warning)
                if has_room:
                    lines[-1].append(piece)
                    has_room = False
                else:
                    fill = " " * (half - wide - cell_len(fact.text))
                    lines.append([(head, fact.text + fill, fact.is_warning)])
                    has_room = True
                continue
            has_room = False
            pieces = wrapped(fact.text, max(8, width - wide)) or [""]
            lines.append([(head, pieces[0], fact.is_warning)])
            lines += [[(" " * wide, rest, fact.is_warning)] for rest in pieces[1:]]
        return lines
