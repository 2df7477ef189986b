"""One row of a recognised table, read: its values, or why it cannot be taken in.

Every cell is accounted for: it is a value that gives the cell back, or it stands in
来源原值, or the whole row is refused with a reason.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from node.catalogue.codes import Code, parse_code
from node.catalogue.fault import Fault
from node.catalogue.fields import (
    CATALOGUE_NO,
    CODE,
    ITEM_NO,
    LEGACY_RAW,
    SECRECY,
    TITLE,
    VOLUME_NO,
)
from node.catalogue.pack import Field, FieldType, Pack
from node.catalogue.secrecy import is_secret
from node.catalogue.values import (
    elements_give_back,
    gives_back,
    is_unicode,
    parse_elements,
    parse_value,
)
from node.exchange.choices import Special
from node.exchange.recognise import Table
from node.exchange.workbook import Row
from protocol.operations import Tag, Value

_BOX_FIELD: Final = "box_no"
_PLACEHOLDERS: Final = frozenset(
    {"-", "--", "/", "\\", "无", "不详", "未知", "空", "缺"}
)
_FREE_TYPES: Final = frozenset(
    {FieldType.TEXT, FieldType.DOC_NO, FieldType.SECRECY, FieldType.CHOICE}
)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a row is not taken in."""

    reason: str
    """A slug."""
    heading: str
    """Heading of the column; empty where it is not one column's fault."""
    found: str
    offer: str = ""
    record_no: int = 0
    """The record that the row is about, where that is why; 0 else."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A row that can be taken in."""

    values: Mapping[int, Value]
    """Empty cells are not here."""
    lists: Mapping[int, tuple[Value, ...]]
    fonds_code: str
    """From the column of fonds codes, else from the code; may be empty."""
    fonds_title: str
    code: str | None
    level: int


@dataclass(slots=True)
class _Reading:
    """What is found on the way through the cells of one row."""

    values: dict[int, Value] = field(default_factory=dict)
    lists: dict[int, tuple[Value, ...]] = field(default_factory=dict)
    legacy: list[Value] = field(default_factory=list)
    fonds_code: str = ""
    fonds_title: str = ""
    parsed_code: Code | None = None


class EntryReader:
    """Reads the rows of one table."""

    def __init__(self, table: Table, pack: Pack) -> None:
        self._table = table
        self._pack = pack
        by_code_first = sorted(
            table.columns,
            key=lambda column: (
                not (
                    isinstance(column.meaning, Field) and column.meaning.number == CODE
                )
            ),
        )
        self._columns = tuple(by_code_first)
        self._parse = lru_cache(maxsize=65_536)(self._parse_cell)

    def read(self, row: Row) -> Entry | Refusal:
        """The entry in *row*, or why there is none."""
        reading = _Reading()
        for column in self._columns:
            cell = row[column.index] if column.index < len(row) else ""
            if not cell or not cell.strip():
                continue
            refusal = self._read_cell(reading, column.meaning, column.heading, cell)
            if refusal is not None:
                return refusal
        if TITLE not in reading.values:
            return Refusal("title-missing", "", "")
        if reading.legacy:
            reading.values[LEGACY_RAW] = (int(Tag.GROUP), *reading.legacy)
        code = reading.values.get(CODE)
        fonds = reading.fonds_code
        if not fonds and reading.parsed_code is not None:
            fonds = reading.parsed_code.fonds
        return Entry(
            values=reading.values,
            lists=reading.lists,
            fonds_code=fonds,
            fonds_title=reading.fonds_title or self._table.fonds_title,
            code=code if isinstance(code, str) else None,
            level=self._table.level,
        )

    def _read_cell(
        self, reading: _Reading, meaning: Field | Special, heading: str, cell: str
    ) -> Refusal | None:
        match meaning:
            case Special.ROW_NUMBER:
                return None
            case Special.FONDS_CODE:
                reading.fonds_code = unicodedata.normalize("NFKC", cell).strip()
                return None
            case Special.FONDS_TITLE:
                reading.fonds_title = cell.strip()
                return None
            case Special.UNKNOWN:
                return _read_unknown(reading, heading, cell)
            case Field():
                return self._read_field(reading, meaning, heading, cell)

    def _read_field(
        self, reading: _Reading, meaning: Field, heading: str, cell: str
    ) -> Refusal | None:
        if is_in_code(reading.parsed_code, meaning, cell):
            return None
        if meaning.is_list:
            return self._read_list(reading, meaning, heading, cell)
        value, is_given_back = self._parse(meaning.number, cell)
        if isinstance(value, Fault):
            is_typed = meaning.type not in _FREE_TYPES and meaning.type != "code"
            if is_typed and cell.strip() in _PLACEHOLDERS:
                reading.legacy.append((meaning.number, cell))
                return None
            return Refusal(value.reason, heading, cell.strip(), value.offer)
        reading.values[meaning.number] = value
        if not is_given_back:
            reading.legacy.append((meaning.number, cell))
        if meaning.number == CODE and isinstance(value, str):
            parsed = parse_code(value, self._pack.code_rules)
            if not isinstance(parsed, Fault):
                reading.parsed_code = parsed[0]
        return None

    def _read_list(
        self, reading: _Reading, meaning: Field, heading: str, cell: str
    ) -> Refusal | None:
        elements = parse_elements(meaning, cell, self._pack)
        if isinstance(elements, Fault):
            return Refusal(elements.reason, heading, cell.strip(), elements.offer)
        present = reading.lists.get(meaning.number, ())
        fresh = tuple(value for value in elements if value not in present)
        reading.lists[meaning.number] = (*present, *fresh)
        if not elements_give_back(meaning, elements, cell):
            reading.legacy.append((meaning.number, cell))
        return None

    def _parse_cell(self, number: int, cell: str) -> tuple[Value | Fault, bool]:
        meaning = self._pack.by_number[number]
        value = parse_value(meaning, cell, self._pack)
        if isinstance(value, Fault):
            return value, False
        return value, gives_back(meaning, value, cell)


def is_in_code(code: Code | None, meaning: Field, cell: str) -> bool:
    """Whether the cell says no more than the record's code says already."""
    if code is None:
        return False
    match meaning.number:
        case number if number == ITEM_NO:
            said = code.item
        case number if number == VOLUME_NO or meaning.name == _BOX_FIELD:
            said = code.volume
        case number if number == CATALOGUE_NO:
            said = code.catalogue
        case _:
            return False
    text = cell.strip()
    if said is None or not text.isdecimal():
        return said is not None and text == said
    return said.isdecimal() and int(said) == int(text)


def _read_unknown(reading: _Reading, heading: str, cell: str) -> Refusal | None:
    text = cell.strip()
    if not is_unicode(text):
        return Refusal("text-not-unicode", heading, ascii(text))
    if is_secret(LEGACY_RAW, text) or ("密级" in heading and is_secret(SECRECY, text)):
        return Refusal("secret-refused", heading, text)
    reading.legacy.append((heading, text))
    return None
