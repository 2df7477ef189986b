"""The workbook of refused rows: the columns as they came, and the reason beside each.

Corrected there, it can be imported itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from node.exchange.workbook import Row

_SHEET_NAME: Final = re.compile(r"[\[\]:*?/\\']")
_NOT_IN_XML: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_CELL_CHARACTERS: Final = 32_767
_SHEET_CHARACTERS: Final = 31
_REASON_WIDTH: Final = 50
_COLUMN_WIDTH: Final = 18


class RefusedRow(NamedTuple):
    """One row that was not taken in."""

    sheet: str
    headings: tuple[str, ...]
    row: int
    """As the spreadsheet numbers it."""
    cells: Row
    reason: str
    """A sentence."""


class RefusedHeadings(NamedTuple):
    """Headings of the two columns that stand before the sheet's own."""

    reason: str
    row: str


def write_refused(
    path: Path, rows: Sequence[RefusedRow], headings: RefusedHeadings
) -> None:
    """Write the refused rows to *path*, a sheet for each sheet they came from."""
    import xlsxwriter  # noqa: PLC0415 (only who refuses rows pays for it)

    by_sheet: dict[str, list[RefusedRow]] = {}
    for row in rows:
        by_sheet.setdefault(row.sheet, []).append(row)
    book = xlsxwriter.Workbook(
        str(path), {"constant_memory": True, "strings_to_urls": False}
    )
    try:
        bold = book.add_format({"bold": True, "text_wrap": True})
        name_of = _sheet_names(list(by_sheet))
        for sheet, refused in by_sheet.items():
            page = book.add_worksheet(name_of(sheet))
            page.set_column(0, 0, _REASON_WIDTH)
            page.set_column(1, len(refused[0].headings) + 1, _COLUMN_WIDTH)
            page.freeze_panes(1, 0)
            titles = (headings.reason, headings.row, *refused[0].headings)
            for column, title in enumerate(titles):
                page.write_string(0, column, cell_text(title), bold)
            for line, row in enumerate(refused, start=1):
                page.write_string(line, 0, cell_text(row.reason))
                page.write_number(line, 1, row.row)
                for column, cell in enumerate(row.cells, start=2):
                    if cell:
                        page.write_string(line, column, cell_text(cell))
    finally:
        book.close()


def cell_text(text: str) -> str:
    """*text* as a cell can hold it: no control characters, at most 32,767 long."""
    safe = text.encode("utf-8", "replace").decode()
    return _NOT_IN_XML.sub("\ufffd", safe)[:_CELL_CHARACTERS]


def _sheet_names(names: Sequence[str]) -> Callable[[str], str]:
    taken: dict[str, str] = {}
    for name in names:
        plain = _SHEET_NAME.sub(" ", cell_text(name)).strip() or "Sheet"
        fresh = plain[:_SHEET_CHARACTERS]
        number = 2
        while fresh.lower() in {other.lower() for other in taken.values()}:
            tail = f" {number}"
            fresh = plain[: _SHEET_CHARACTERS - len(tail)] + tail
            number += 1
        taken[name] = fresh
    return lambda name: taken[name]
