"""Text in columns on a terminal: cell widths, aligned tables, safe characters.

A Chinese character takes two cells; an ambiguous one (``·``, ``“``) takes one, as
terminals in UTF-8 draw it. What a record holds is data: control characters in it
never reach the terminal. Pure.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import Final

_GAP: Final = "  "
_INVISIBLE: Final = frozenset({"Mn", "Me", "Cf"})
_UNSAFE: Final = frozenset({"Cc", "Cs", "Zl", "Zp"})
_DIRECTION_MARKS: Final = frozenset(
    "\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)
_HANGING: Final = frozenset("，。、；：！？）》〉」』”’")


def shown(text: str) -> str:
    """*text* on one line, with no character that could move or colour a terminal."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_shown_character(character) for character in text)


def _shown_character(character: str) -> str:
    if character in "\n\r\t\v\f\u2028\u2029":
        return " "
    if character in _DIRECTION_MARKS or unicodedata.category(character) in _UNSAFE:
        return "\ufffd"
    return character


def cells(text: str) -> int:
    """How many cells of a terminal *text* takes."""
    if text.isascii():
        return len(text)
    return sum(_character_cells(character) for character in text)


def _character_cells(character: str) -> int:
    if unicodedata.category(character) in _INVISIBLE:
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def cut(text: str, width: int) -> str:
    """*text* in at most *width* cells; what is cut off is marked with ``…``."""
    if cells(text) <= width:
        return text
    kept: list[str] = []
    left = width - 1
    for character in text:
        left -= _character_cells(character)
        if left < 0:
            break
        kept.append(character)
    return "".join(kept) + "…"


def padded(text: str, width: int) -> str:
    """*text* filled up with spaces to *width* cells."""
    return text + " " * max(0, width - cells(text))


def table(head: Sequence[str], rows: Sequence[Sequence[str]], width: int) -> list[str]:
    """Lines of an aligned table at most *width* cells wide.

    The widest column gives way where all would not fit.
    """
    safe = [[shown(cell) for cell in row] for row in [list(head), *rows]]
    widths = [max(cells(row[i]) for row in safe) for i in range(len(head))]
    surplus = sum(widths) + len(_GAP) * (len(widths) - 1) - width
    while surplus > 0:
        widest = widths.index(max(widths))
        rest = sorted(widths)[-2] if len(widths) > 1 else 0
        step = max(1, min(surplus, widths[widest] - rest))
        if widths[widest] - step < 2:
            break
        widths[widest] -= step
        surplus -= step
    return [_line(row, widths) for row in safe]


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    parts = [
        padded(cut(cell, width), width) for cell, width in zip(row, widths, strict=True)
    ]
    return _GAP.join(parts).rstrip()


def pairs(rows: Sequence[tuple[str, str]], width: int) -> list[str]:
    """Lines ``label  value``; a long value goes on under its own column."""
    labels = max((cells(shown(label)) for label, _ in rows), default=0)
    room = max(10, width - labels - len(_GAP))
    lines: list[str] = []
    for label, value in rows:
        for number, piece in enumerate(wrapped(shown(value), room)):
            lead = padded(shown(label) if number == 0 else "", labels)
            lines.append(f"{lead}{_GAP}{piece}".rstrip())
    return lines


def wrapped(text: str, width: int) -> list[str]:
    """*text* in pieces of at most *width* cells; Chinese breaks anywhere."""
    lines: list[str] = []
    line, used = "", 0
    for character in text:
        size = _character_cells(character)
        limit = width if character in _HANGING else width - 2
        if used + size > limit:
            head, gap, tail = line.rpartition(" ")
            is_word = character.isascii() and not character.isspace() and tail.isascii()
            if is_word and gap and tail:
                lines.append(head)
                line, used = tail, cells(tail)
            else:
                lines.append(line.rstrip())
                line, used = "", 0
            if character == " ":
                continue
        line += character
        used += size
    return [*lines, line] if line or not lines else lines


def size_text(size_bytes: int) -> str:
    """A size for people: ``812 B``, ``16.8 KB``, ``1.2 MB``."""
    if size_bytes < 1000:
        return f"{size_bytes} B"
    if size_bytes < 1_000_000:
        return f"{size_bytes / 1000:.1f} KB"
    return f"{size_bytes / 1_000_000:.1f} MB"
