"""How wide a terminal draws characters whose width Unicode leaves open.

``·`` in an archival code, quotes, ``…`` and box lines take one column on most terminals
and two on those that were set up for Chinese. The terminal itself knows: it is asked to
draw one and to say where its cursor stands. Rich and Textual measure text with one
table, which is changed here, before anything has been measured. Imports no Textual.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Final

from rich import cells as rich_cells
from rich._unicode_data import load as load_narrow
from rich.cells import CellSpan, CellTable, cached_cell_len, get_character_cell_size

QUOTE: Final = "“"
LINE: Final = "─"
ASKED: Final = (QUOTE, LINE)
"""One character of text and one of boxes: terminals may treat them differently."""
_ASKING_ROW: Final = 2
"""Not the first: an answer from there, come late, would look like a function key."""
_ANSWER: Final = re.compile(rb"\x1b\[(\d{1,4});(\d{1,4})R")
_LAST_ASKED: Final = 0x1FFFF
"""Private use behind it takes one column in every terminal that was looked at."""


class Width(StrEnum):
    """What a person chose in the settings."""

    AUTO = "auto"
    NARROW = "narrow"
    WIDE = "wide"


@dataclass(frozen=True, slots=True)
class Drawn:
    """How a terminal draws."""

    is_wide: bool = False
    """Characters of open width take two columns."""
    has_plain_rules: bool = False
    """Rules are drawn with ``-``, because a box line does not take one column."""

    @classmethod
    def chosen(cls, width: Width, probed: Drawn | None) -> Drawn:
        """What holds: the person's choice, else the terminal's answer, else narrow."""
        match width:
            case Width.NARROW:
                return cls()
            case Width.WIDE:
                return cls(is_wide=True, has_plain_rules=True)
            case Width.AUTO:
                return probed or cls()


def question() -> bytes:
    """What asks the terminal: each character at a line's start, and where it ends."""
    asked = "".join(f"\x1b[{_ASKING_ROW};1H{character}\x1b[6n" for character in ASKED)
    return f"\x1b7{asked}\x1b[{_ASKING_ROW};1H\x1b[2K\x1b8".encode()


def read_answer(received: bytes) -> tuple[Drawn | None, bytes]:
    """What the terminal said, if it has answered in full, and all other bytes.

    The others were typed meanwhile and belong to the desk.
    """
    columns: list[int] = []
    rest = b""
    done = 0
    for found in _ANSWER.finditer(received):
        if len(columns) == len(ASKED) or int(found[1]) != _ASKING_ROW:
            continue
        rest += received[done : found.start()]
        done = found.end()
        columns.append(int(found[2]) - 1)
    rest += received[done:]
    if len(columns) < len(ASKED):
        return None, rest
    quote, line = columns
    is_plain = quote in (1, 2) and line in (1, 2)
    drawn = Drawn(quote == 2, line != 1) if is_plain else Drawn(has_plain_rules=True)
    return drawn, rest


class _InForce:
    """What is in force; one terminal a process."""

    drawn = Drawn()


_is_single: Final[Callable[[str], bool]] = rich_cells._is_single_cell_widths  # noqa: SLF001


def drawn() -> Drawn:
    """What is in force."""
    return _InForce.drawn


def rule(columns: int) -> str:
    """A line across, exactly *columns* wide."""
    return ("-" if _InForce.drawn.has_plain_rules else LINE) * columns


def adopt(wanted: Drawn) -> None:
    """Measure and draw as *wanted* from now on."""
    _InForce.drawn = wanted
    names: dict[str, object] = {
        "load_cell_table": _load_wide if wanted.is_wide else load_narrow,
        "_is_single_cell_widths": _is_ascii if wanted.is_wide else _is_single,
    }
    for module in (rich_cells, sys.modules.get("rich.segment")):
        for name, value in names.items():
            if hasattr(module, name):
                setattr(module, name, value)
    get_character_cell_size.cache_clear()
    cached_cell_len.cache_clear()


def _is_ascii(text: str) -> bool:
    return text.isascii() and text.isprintable()


@cache
def _load_wide(unicode_version: str = "auto") -> CellTable:
    """Rich's table with two columns for every character of open width."""
    table = load_narrow(unicode_version)
    spans = sorted([*table.widths, *_open_spans(table)])
    return CellTable(table.unicode_version, spans, table.narrow_to_wide)


def _open_spans(table: CellTable) -> list[CellSpan]:
    """The runs of characters of open width that the table does not name."""
    named = bytearray(_LAST_ASKED + 1)
    for start, end, _ in table.widths:
        if start <= _LAST_ASKED:
            stop = min(end, _LAST_ASKED) + 1
            named[start:stop] = b"\1" * (stop - start)
    spans: list[CellSpan] = []
    width_of = unicodedata.east_asian_width
    for code in range(0xA0, _LAST_ASKED + 1):
        if named[code] or width_of(chr(code)) != "A":
            continue
        if spans and spans[-1][1] == code - 1:
            spans[-1] = (spans[-1][0], code, 2)
        else:
            spans.append((code, code, 2))
    return spans
