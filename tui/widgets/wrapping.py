"""Where a paragraph breaks into lines, and which place stands at which column.

Works on drawn text, one drawable character for each of the paragraph's own. A line is
a pair of places, its end not included; lines follow each other without a gap. Behind a
full last line stands an empty one for the caret.
"""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len

Span = tuple[int, int]


def wrapped(drawn: str, columns: int) -> list[Span]:
    """The lines of *drawn*, none wider than *columns*, at least one."""
    lines: list[Span] = []
    start = used = 0
    for place, character in enumerate(drawn):
        wide = cell_len(character)
        if used + wide > columns and place > start:
            lines.append((start, place))
            start, used = place, 0
        used += wide
    lines.append((start, len(drawn)))
    if used >= columns:
        lines.append((len(drawn), len(drawn)))
    return lines


def line_of(lines: Sequence[Span], place: int) -> int:
    """The line on which a caret at *place* stands."""
    for number, (start, end) in enumerate(lines):
        if start <= place < end:
            return number
    return len(lines) - 1


def column_of(drawn: str, lines: Sequence[Span], place: int) -> int:
    """Terminal columns before the caret on its line."""
    start, _ = lines[line_of(lines, place)]
    return cell_len(drawn[start:place])


def place_at(drawn: str, lines: Sequence[Span], line: int, column: int) -> int:
    """The place at that column of that line, or the nearest before it.

    Behind the last character of a line that is not the last one there is no place of
    its own: a caret there would stand at the head of the next line.
    """
    start, end = lines[line]
    last = end if line == len(lines) - 1 else max(start, end - 1)
    place = start
    while place < last:
        column -= cell_len(drawn[place])
        if column < 0:
            break
        place += 1
    return place
