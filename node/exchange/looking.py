"""A look at a workbook before anything is taken in.

Which sheets are catalogues, what each column is taken for, and the first rows as they
would be stored. Nothing of the machine is needed for it; whether a row is new to the
catalogue only a dry run can tell.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final

from node.catalogue.pack import Field, Pack
from node.catalogue.record import legacy_texts
from node.catalogue.values import LEVEL_NAMES, shown_value
from node.exchange.choices import Choices, Column, column_letters, name_of
from node.exchange.entry import Entry, EntryReader, Refusal
from node.exchange.recognise import Table, recognise
from node.exchange.workbook import Row, Sheet, read_workbook

_ROWS_SHOWN: Final = 8
_HEAD_ROWS: Final = 12
_HEAD_CELLS: Final = 30
_SAMPLES: Final = 3
_SAMPLED_ROWS: Final = 200
_CELL_CHARACTERS: Final = 200


@dataclass(frozen=True, slots=True)
class PreviewColumn:
    """One column, and what it is taken for."""

    index: int
    letters: str
    """As a spreadsheet names it."""
    heading: str
    meaning: str
    """A field's name, or one of Special; empty: kept as 来源原值."""
    samples: tuple[str, ...]
    """Different cells of it."""


@dataclass(frozen=True, slots=True)
class PreviewRow:
    """One row as it would be stored, or why it is refused."""

    number: int
    """As the spreadsheet counts."""
    fonds: str
    values: Mapping[str, str | list[str]]
    """By name of the field."""
    refusal: Refusal | None


@dataclass(frozen=True, slots=True)
class PreviewSheet:
    """One sheet of the workbook."""

    name: str
    is_catalogue: bool
    heading_row: int
    """As the spreadsheet counts; 0 where there is none."""
    level: str
    """volume · item."""
    fonds: str
    """Code in the first rows, else the fonds' title above the list; may be empty."""
    entries: int
    columns: tuple[PreviewColumn, ...]
    rows: tuple[PreviewRow, ...]
    head: tuple[tuple[str, ...], ...]
    """The sheet's first rows as they are."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What a workbook looks like to the program."""

    file: str
    sheets: tuple[PreviewSheet, ...]

    @property
    def entries(self) -> int:
        """How many entries there are in all."""
        return sum(sheet.entries for sheet in self.sheets)


def look(path: Path, pack: Pack, choices: Choices | None = None) -> Preview:
    """What the workbook at *path* would be taken for.

    Raises:
        WorkbookUnreadable: it is no workbook that can be read.
        ColumnsMistaken, UnknownField: *choices* do not fit it.
    """
    workbook = read_workbook(path)
    tables = {table.sheet.name: table for table in recognise(workbook, pack, choices)}
    sheets = tuple(
        _preview(sheet, tables.get(sheet.name), pack) for sheet in workbook.sheets
    )
    return Preview(path.name, sheets)


def _preview(sheet: Sheet, table: Table | None, pack: Pack) -> PreviewSheet:
    head = tuple(
        tuple(_clipped(cell) for cell in row[:_HEAD_CELLS])
        for row in sheet.rows[:_HEAD_ROWS]
    )
    if table is None:
        return PreviewSheet(sheet.name, False, 0, "", "", 0, (), (), head)  # noqa: FBT003
    reader = EntryReader(table, pack)
    first = list(islice(table.entries(), _SAMPLED_ROWS))
    rows = tuple(
        _preview_row(number, reader.read(row), pack)
        for number, row in first[:_ROWS_SHOWN]
    )
    fonds = next((row.fonds for row in rows if row.fonds), table.fonds_title)
    return PreviewSheet(
        name=sheet.name,
        is_catalogue=True,
        heading_row=table.heading_row + 1,
        level=LEVEL_NAMES[table.level],
        fonds=fonds,
        entries=sum(1 for _ in table.entries()),
        columns=tuple(
            PreviewColumn(
                index=column.index,
                letters=column_letters(column.index),
                heading=_clipped(column.heading),
                meaning=name_of(column.meaning),
                samples=_samples(column, [row for _, row in first]),
            )
            for column in table.columns
        ),
        rows=rows,
        head=head,
    )


def _preview_row(number: int, reading: Entry | Refusal, pack: Pack) -> PreviewRow:
    if isinstance(reading, Refusal):
        return PreviewRow(number, "", {}, reading)
    values: dict[str, str | list[str]] = {}
    for field in pack.fields:
        shown = _shown(field, reading, pack)
        if shown:
            values[field.name] = shown
    return PreviewRow(number, reading.fonds_code, values, None)


def _shown(field: Field, entry: Entry, pack: Pack) -> str | list[str]:
    if field.number in entry.lists:
        return [shown_value(value) for value in entry.lists[field.number]]
    value = entry.values.get(field.number)
    if isinstance(value, tuple):
        return [_clipped(text) for text in legacy_texts(value, pack)]
    return field.label(shown_value(value))


def _samples(column: Column, rows: list[Row]) -> tuple[str, ...]:
    cells = dict.fromkeys(_clipped(cell.strip()) for cell in _cells(column, rows))
    return tuple(islice(cells, _SAMPLES))


def _cells(column: Column, rows: list[Row]) -> Iterator[str]:
    for row in rows:
        if column.index < len(row) and row[column.index].strip():
            yield row[column.index]


def _clipped(text: str) -> str:
    return text if len(text) <= _CELL_CHARACTERS else text[:_CELL_CHARACTERS] + "…"
