"""What people decide about a workbook's columns, over what the program recognises.

A choice names the meaning of single columns of a sheet, the row of its headings, or
leaves the sheet out. What it does not name stays as it is recognised.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from node.catalogue.pack import Field, Pack
from node.errors import ColumnsMistaken


class Special(StrEnum):
    """Columns that are no field of the record."""

    FONDS_CODE = "fonds_code"
    FONDS_TITLE = "fonds_title"
    ROW_NUMBER = "row_number"
    UNKNOWN = ""
    """Its cells are kept as 来源原值."""


Meaning = Field | Special


@dataclass(frozen=True, slots=True)
class SheetChoice:
    """What people decided about one sheet."""

    columns: Mapping[int, str] = field(default_factory=dict)
    """Index of a column, from 0, and a field's name or one of Special."""
    heading_row: int | None = None
    """Index of the row of headings, from 0; None: the recognised one."""
    is_left_out: bool = False


Choices = Mapping[str, SheetChoice]
"""By name of the sheet."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table."""

    index: int
    heading: str
    meaning: Meaning


def chosen_columns(
    sheet: str, columns: Sequence[Column], choice: SheetChoice, pack: Pack
) -> tuple[Column, ...]:
    """The recognised *columns* with what people chose.

    A recognised column gives its field up to the one that people chose for it.

    Raises:
        ColumnsMistaken: a column is not there, or two were chosen for one field.
        UnknownField: there is no such field.
    """
    chosen: dict[int, Meaning] = {}
    taken: dict[int, int] = {}
    for index, name in choice.columns.items():
        if not 0 <= index < len(columns):
            raise ColumnsMistaken(sheet, "no-such-column", column_letters(index))
        meaning = meaning_named(name, pack)
        chosen[index] = meaning
        if isinstance(meaning, Field) and not meaning.is_list:
            if meaning.number in taken:
                raise ColumnsMistaken(sheet, "field-twice", meaning.zh)
            taken[meaning.number] = index
    made = []
    for column in columns:
        meaning = chosen.get(column.index, column.meaning)
        is_given_up = isinstance(meaning, Field) and (
            taken.get(meaning.number, column.index) != column.index
        )
        if is_given_up:
            meaning = Special.UNKNOWN
        made.append(Column(column.index, column.heading, meaning))
    return tuple(made)


def meaning_named(name: str, pack: Pack) -> Meaning:
    """The meaning that people call *name*.

    Raises:
        UnknownField: there is no such field, or a person does not write it.
    """
    wanted = name.strip()
    for special in Special:
        if wanted == special:
            return special
    return pack.writable(wanted)


def name_of(meaning: Meaning) -> str:
    """What a meaning is called in a choice."""
    return meaning.name if isinstance(meaning, Field) else str(meaning)


_LETTERS: Final = 26


def column_letters(index: int) -> str:
    """The column as a spreadsheet names it: A, B, … Z, AA."""
    letters = ""
    left = index + 1
    while left > 0:
        left, place = divmod(left - 1, _LETTERS)
        letters = chr(ord("A") + place) + letters
    return letters or str(index + 1)


def column_index(text: str) -> int | None:
    """The index of the column called *text*: letters, or a number from 1 on."""
    wanted = text.strip().upper()
    if wanted.isascii() and wanted.isdecimal() and int(wanted) > 0:
        return int(wanted) - 1
    if not wanted or len(wanted) > 3 or not (wanted.isascii() and wanted.isalpha()):
        return None
    index = 0
    for letter in wanted:
        index = index * _LETTERS + ord(letter) - ord("A") + 1
    return index - 1
