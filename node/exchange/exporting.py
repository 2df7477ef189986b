"""The whole catalogue into a workbook that can be imported again.

Headings are the Chinese names of the fields, values stand as the import reads them:
a cell that was kept beside its value stands as it came, a column that no field knows
stands under its own heading, and a list of notes has a column for each.
"""

from __future__ import annotations

import asyncio
import csv
import os
from collections.abc import Mapping, Sequence
from errno import EIO
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

import xlsxwriter
from xlsxwriter.exceptions import FileCreateError

from node.catalogue.fields import LEGACY_RAW
from node.catalogue.pack import Pack
from node.errors import FieldTooLarge
from protocol.operations import Actor

if TYPE_CHECKING:
    from node.catalogue.door import Catalogue
    from node.catalogue.record import Record

_FONDS_HEADING: Final = "全宗号"
_SOURCE_HEADING: Final = "著录于"
"""Where records of many rooms stand together."""
_ID_HEADING: Final = "电子文件号"
_SHEET: Final = "目录"
_DIVIDER: Final = "、"
_COLUMN_WIDTH: Final = 16
_CELL_CHARACTERS: Final = 32_767


class _Sink(Protocol):
    """Takes rows, one after the other."""

    def row(self, cells: Sequence[str]) -> None:
        """Write one row."""

    def close(self) -> None:
        """Finish the file."""


async def export_workbook(
    catalogue: Catalogue,
    actor: Actor,
    path: Path,
    labels: Mapping[str, str] | None = None,
    *,
    has_sources: bool = False,
) -> int:
    """Write all standing items and volumes to *path*; the number of rows.

    ``.csv`` is written as UTF-8 with its mark, anything else as ``.xlsx``. The file
    appears whole or not at all. *labels* gives headings by field name, *has_sources*
    a column for the room in which each record was catalogued.

    Raises:
        FieldTooLarge: a text is longer than a cell of a workbook can be.
    """
    layout = _Layout(catalogue.pack, has_sources=has_sources)
    async for record in catalogue.export_rows(actor):
        layout.look_at(record)
    fresh = path.with_name(f".{path.name}.new")
    is_csv = path.suffix.lower() == ".csv"
    sink: _Sink = _CsvSink(fresh) if is_csv else _XlsxSink(fresh)
    count = 0
    try:
        sink.row(layout.headings(labels or {}))
        async for record in catalogue.export_rows(actor):
            sink.row(layout.cells(record))
            count += 1
        await asyncio.to_thread(sink.close)
        await asyncio.to_thread(_put_in_place, fresh, path)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise
    return count


class _Layout:
    """Which columns the export has."""

    def __init__(self, pack: Pack, *, has_sources: bool) -> None:
        self._pack = pack
        self._has_sources = has_sources
        self._fields = [
            field
            for field in pack.fields
            if field.is_shown and field.number != LEGACY_RAW
        ]
        self._widths: dict[str, int] = {}
        self._unknown: dict[str, None] = {}

    def look_at(self, record: Record) -> None:
        """Make room for what the record holds."""
        for field in self._fields:
            value = record.fields.get(field.name)
            if field.is_kept_whole and isinstance(value, list):
                known = self._widths.get(field.name, 1)
                self._widths[field.name] = max(known, len(value))
        for source, _ in record.legacy:
            if isinstance(source, str):
                self._unknown.setdefault(source)

    def headings(self, labels: Mapping[str, str]) -> list[str]:
        """The first row."""
        found = [_FONDS_HEADING]
        for field in self._fields:
            heading = labels.get(field.name, field.zh)
            found += [heading] * self._widths.get(field.name, 1)
        sources = [_SOURCE_HEADING] if self._has_sources else []
        return [*found, *self._unknown, *sources, _ID_HEADING]

    def cells(self, record: Record) -> list[str]:
        """The row of one record."""
        originals = {
            source: cell for source, cell in record.legacy if isinstance(source, int)
        }
        found = [record.fonds]
        for field in self._fields:
            width = self._widths.get(field.name, 1)
            value = record.fields.get(field.name, "")
            if field.number in originals:
                texts = [originals[field.number]]
            elif isinstance(value, list):
                texts = value if field.is_kept_whole else [_DIVIDER.join(value)]
            else:
                texts = [field.label(str(value))]
            found += [*texts, *([""] * (width - len(texts)))]
        others = dict(record.legacy)
        found += [others.get(heading, "") for heading in self._unknown]
        sources = [record.source] if self._has_sources else []
        return [*found, *sources, record.id]


class _CsvSink:
    """Rows of comma-separated values."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("w", encoding="utf-8-sig", newline="")
        self._writer = csv.writer(self._file)

    def row(self, cells: Sequence[str]) -> None:
        self._writer.writerow(cells)

    def close(self) -> None:
        self._file.close()


class _XlsxSink:
    """Rows of a sheet; every cell a text."""

    def __init__(self, path: Path) -> None:
        options = {"constant_memory": True, "strings_to_urls": False}
        self._path = path.parent
        self._book = xlsxwriter.Workbook(str(path), options)
        self._sheet = self._book.add_worksheet(_SHEET)
        self._sheet.freeze_panes(1, 0)
        self._line = 0

    def row(self, cells: Sequence[str]) -> None:
        if self._line == 0:
            self._sheet.set_column(0, len(cells) - 1, _COLUMN_WIDTH)
        for column, cell in enumerate(cells):
            if not cell:
                continue
            if len(cell) > _CELL_CHARACTERS:
                raise FieldTooLarge(str(column), len(cell), _CELL_CHARACTERS)
            self._sheet.write_string(self._line, column, cell)
        self._line += 1

    def close(self) -> None:
        try:
            self._book.close()
        except FileCreateError as error:
            cause = error.args[0] if error.args else None
            number = cause.errno if isinstance(cause, OSError) else None
            raise OSError(number or EIO, str(error), str(self._path)) from error


def _put_in_place(fresh: Path, path: Path) -> None:
    with fresh.open("rb") as file:
        os.fsync(file.fileno())
    fresh.replace(path)
