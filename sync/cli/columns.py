"""What a person chose for a workbook, as typed on the command line.

``--columns SHEET:COLUMN=FIELD`` gives one column its meaning, ``--headings SHEET:ROW``
names the row of headings, ``--leave-out SHEET`` passes a sheet over. Columns and rows
are named as a spreadsheet names them.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable

from node.exchange.choices import Choices, SheetChoice, column_index
from sync.cli.parser import UsageError


def read_choices(options: argparse.Namespace) -> Choices:
    """The choices of one call.

    Raises:
        UsageError: one cannot be read.
    """
    columns: dict[str, dict[int, str]] = {}
    for text in options.columns:
        sheet, column, field = _column(text)
        columns.setdefault(sheet, {})[column] = field
    rows = dict(_row(text) for text in options.headings)
    left_out = set(options.leave_out)
    return {
        sheet: SheetChoice(
            columns=columns.get(sheet, {}),
            heading_row=rows.get(sheet),
            is_left_out=sheet in left_out,
        )
        for sheet in _names(columns, rows, left_out)
    }


def _names(*groups: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(name for group in groups for name in group))


def _column(text: str) -> tuple[str, int, str]:
    place, equals, field = text.rpartition("=")
    sheet, colon, column = place.rpartition(":")
    index = column_index(column)
    if not equals or not colon or index is None:
        raise UsageError(key="usage.columns", found=text)
    return sheet, index, field.strip()


def _row(text: str) -> tuple[str, int]:
    sheet, colon, row = text.rpartition(":")
    if not colon or not (row.isascii() and row.isdecimal() and int(row) > 0):
        raise UsageError(key="usage.headings", found=text)
    return sheet, int(row) - 1
