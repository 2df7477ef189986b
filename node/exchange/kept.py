"""What stays of an import: the layout of its sheets, and every row as it came.

Packed into the blobs of ``imports`` and ``import_rows``; they never leave the machine.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import msgpack

from node.catalogue.pack import Field
from node.exchange.choices import Column, Special
from node.exchange.entry import Refusal
from node.exchange.recognise import Table
from protocol.identity import digest_128

Cells = tuple[tuple[int | str, str], ...]
"""Field number, or heading of an unknown column, and the cell; no empty cells."""

ROWS_PER_SHEET: Final = 1 << 24
"""Numbers of rows go on in the next sheet from here."""
_REFUSAL: Final = 0
"""Stands in place of a field number before the reason of a refused row."""


class KeptRow(NamedTuple):
    """A row as it came, and why it was refused if it was."""

    cells: Cells
    refusal: Refusal | None


def pack_row(cells: Cells, refusal: Refusal | None = None) -> bytes:
    """The cells of a row, with the reason of a refused one behind them."""
    members: list[object] = list(cells)
    if refusal is not None:
        reason = (refusal.reason, refusal.heading, refusal.found, refusal.offer)
        members.append((_REFUSAL, (*reason, refusal.record_no)))
    packed: bytes = msgpack.packb(members)
    return packed


def unpack_row(packed: bytes) -> KeptRow:
    """The row that ``pack_row`` packed."""
    members = msgpack.unpackb(packed, use_list=False)
    refusal = None
    if members and members[-1][0] == _REFUSAL:
        *members, (_, (reason, heading, found, offer, record_no)) = members
        refusal = Refusal(reason, heading, found, offer, record_no)
    return KeptRow(tuple(members), refusal)


def refused_key(fonds_id: bytes, cells: Cells) -> bytes:
    """What names a refused row: the same cells again are the same row."""
    return digest_128("dangyi/refused-row/1", fonds_id, pack_row(cells))


@dataclass(frozen=True, slots=True)
class KeptColumn:
    """One column of a sheet that was taken in."""

    heading: str
    meaning: int | str
    """Field number, or one of Special."""


@dataclass(frozen=True, slots=True)
class KeptSheet:
    """How a sheet was read."""

    name: str
    level: int
    fonds_title: str
    columns: tuple[KeptColumn, ...]

    def placed(self, cells: Cells) -> list[tuple[KeptColumn, str]]:
        """Each cell with the column that it stood in, from left to right."""
        found: list[tuple[KeptColumn, str]] = []
        left = list(self.columns)
        for key, cell in cells:
            place = next(
                (
                    place
                    for place, column in enumerate(left)
                    if key == _key_of(column.meaning, column.heading)
                ),
                None,
            )
            if place is None:
                found.append((KeptColumn(str(key), str(Special.UNKNOWN)), cell))
            else:
                found.append((left[place], cell))
                del left[: place + 1]
        return found


def pack_layout(tables: Sequence[Table]) -> bytes:
    """How the tables of a workbook were read."""
    packed: bytes = msgpack.packb(
        [
            (
                table.sheet.name,
                table.level,
                table.fonds_title,
                [(column.heading, _kept_meaning(column)) for column in table.columns],
            )
            for table in tables
        ]
    )
    return packed


def unpack_layout(packed: bytes) -> tuple[KeptSheet, ...]:
    """The sheets of an import; none for one of before they were kept."""
    if not packed:
        return ()
    sheets = msgpack.unpackb(packed, use_list=False)
    return tuple(
        KeptSheet(name, level, title, tuple(KeptColumn(*column) for column in columns))
        for name, level, title, columns in sheets
    )


def cell_keys(table: Table) -> list[int | str | None]:
    """What names the cells of each column; None: they only count rows."""
    return [_key_of(_kept_meaning(column), column.heading) for column in table.columns]


def _kept_meaning(column: Column) -> int | str:
    meaning = column.meaning
    return meaning.number if isinstance(meaning, Field) else str(meaning)


def _key_of(meaning: int | str, heading: str) -> int | str | None:
    if isinstance(meaning, int):
        return meaning
    return None if meaning == Special.ROW_NUMBER else heading


def known_cells(packed: bytes) -> Mapping[int | str, str]:
    """What a row said by column; of two columns of one field the last."""
    return dict(unpack_row(packed).cells)
