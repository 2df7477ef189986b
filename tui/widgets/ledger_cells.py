"""What a ledger draws: columns, lines, and a cell cut to its width.

Which columns have room is decided here: where a line is too narrow, those that matter
least are left out, never half drawn.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style

SIGN_COLUMNS: Final = 2
_MORE: Final = "…"
_DIVIDERS: Final = ("-", "·")
_PART: Final = 4
"""A code that is cut begins with a whole part, where one begins so near."""

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a ledger."""

    title: str
    columns: int
    """Least width in terminal columns."""
    share: int = 0
    """What part of the room left over it takes; 0 none."""
    is_right: bool = False
    """Numbers stand at the right."""
    rank: int = 0
    """Where the line is too narrow, the highest rank is left out first; 0 never."""
    is_cut_left: bool = False
    """A text that is too long keeps its end: codes differ there."""
    name: str = ""
    """By which the screen knows the column."""


@dataclass(frozen=True, slots=True)
class Line:
    """One row as it is drawn."""

    id: str
    """By which the screen knows the row again."""
    cells: tuple[str, ...]
    sign: str = ""
    """One character before the row: changed, open, withdrawn …"""
    hits: tuple[tuple[Span, ...], ...] = ()
    """For each cell, the pieces that were searched for."""


def fitted_widths(
    columns: Sequence[Column], width: int, kept: int | None = None
) -> list[int]:
    """Terminal columns that each column takes; 0 for those left out.

    The column *kept* is never left out.
    """
    room = width - SIGN_COLUMNS
    here = set(range(len(columns)))
    while sum(columns[place].columns + 1 for place in here) > room:
        ranked = [p for p in here if columns[p].rank and p != kept]
        if not ranked:
            break
        here.discard(max(ranked, key=lambda place: (columns[place].rank, place)))
    widths = [column.columns if p in here else 0 for p, column in enumerate(columns)]
    left = room - sum(columns[place].columns + 1 for place in here)
    shares = sum(columns[place].share for place in here)
    if left > 0 and shares:
        for place in here:
            widths[place] += left * columns[place].share // shares
    return widths


def cell_segments(
    text: str,
    width: int,
    column: Column,
    styles: tuple[Style, Style],
    spans: Sequence[Span] = (),
) -> list[Segment]:
    """A cell cut to its width; *styles*: of the text, and of its hits."""
    plain, hit = styles
    if cell_len(text) > width:
        text, spans = _cut(text, width, spans, is_left=column.is_cut_left)
    pad = Segment(" " * max(0, width - cell_len(text)), plain)
    pieces: list[Segment] = []
    done = 0
    for first, last in spans:
        start, end = max(first, done), min(last, len(text))
        if start < end:
            pieces += [Segment(text[done:start], plain), Segment(text[start:end], hit)]
            done = end
    pieces.append(Segment(text[done:], plain))
    return [pad, *pieces] if column.is_right else [*pieces, pad]


def first_line(
    line: Line, columns: Sequence[Column], widths: Sequence[int]
) -> tuple[str, ...]:
    """The cells of a row that has a second line: what of each fits on the first."""
    shown = []
    for place, cell in enumerate(line.cells):
        split = _split_place(cell, columns, widths, place)
        shown.append(cell[:split])
    return tuple(shown)


def second_line(
    line: Line, columns: Sequence[Column], widths: Sequence[int]
) -> tuple[tuple[str, ...], tuple[tuple[Span, ...], ...]]:
    """What is left for the second line, and the hits in it."""
    cells: list[str] = []
    hits: list[tuple[Span, ...]] = []
    for place, cell in enumerate(line.cells):
        split = _split_place(cell, columns, widths, place)
        cells.append(cell[split:])
        spans = line.hits[place] if place < len(line.hits) else ()
        moved = [(max(0, a - split), b - split) for a, b in spans if b > split]
        hits.append(tuple(moved))
    return tuple(cells), tuple(hits)


def _split_place(
    cell: str, columns: Sequence[Column], widths: Sequence[int], place: int
) -> int:
    """Where a cell goes on in the second line: only columns that grow are split."""
    is_split = place < len(columns) and columns[place].share > 0 and widths[place] > 0
    if not is_split or cell_len(cell) <= widths[place]:
        return len(cell)
    used = 0
    for at, character in enumerate(cell):
        used += cell_len(character)
        if used > widths[place]:
            return at
    return len(cell)


def _cut(
    text: str, width: int, spans: Sequence[Span], *, is_left: bool
) -> tuple[str, Sequence[Span]]:
    room = max(0, width - cell_len(_MORE))
    if not is_left:
        return set_cell_size(text, room).rstrip() + _MORE, spans
    start = len(text)
    while start > 0 and cell_len(text[start - 1 :]) <= room:
        start -= 1
    start = next(
        (p + 1 for p in range(start, start + _PART) if text[p : p + 1] in _DIVIDERS),
        start,
    )
    moved = start - len(_MORE)
    shown = [(max(len(_MORE), a - moved), b - moved) for a, b in spans if b > start]
    return _MORE + text[start:], shown
