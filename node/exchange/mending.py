"""Rows of an import that were refused, and the hand that mends them.

A person makes the record that a refused row means, in a form filled from its cells.
From then on the row counts as taken in: the same workbook again neither refuses it nor
adds it twice. What the record's values do not give back of the cells is kept with it
in 来源原值, as for any other row.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from node.catalogue.codes import parse_code
from node.catalogue.fault import Fault
from node.catalogue.fields import (
    CODE,
    LEGACY_RAW,
    LEVEL_ITEM,
)
from node.catalogue.pack import Field, Pack
from node.catalogue.reading import all_fonds, dot_of
from node.catalogue.saving import Parsed
from node.catalogue.values import LEVEL_NAMES, elements_give_back, gives_back
from node.errors import UnknownImport
from node.exchange.choices import Special
from node.exchange.entry import Refusal, is_in_code
from node.exchange.kept import (
    ROWS_PER_SHEET,
    KeptColumn,
    KeptSheet,
    unpack_layout,
    unpack_row,
)
from node.store.catalogue_port import ImportedRow, ImportRow, ImportState, RowOutcome
from node.store.port import Rows
from protocol.identity import printed_id
from protocol.operations import Tag, Value

_DIVIDER = "、"


@dataclass(frozen=True, slots=True)
class WaitingRow:
    """A refused row, for the person who mends it."""

    batch: int
    row: int
    """Names it within the import."""
    sheet: str
    number: int
    """Its row as the spreadsheet counts."""
    level: str
    """volume · item."""
    fonds: str
    """Code of the fonds where it seems to belong; empty where nothing says so."""
    cells: tuple[tuple[str, str], ...]
    """Heading and cell, from left to right; no empty cells."""
    typed: Mapping[str, str]
    """What a form starts with: cells by name of the field."""
    others: tuple[tuple[str, str], ...]
    """Heading and cell of the columns that no field knows."""
    reason: str
    """A slug; empty for a row of before reasons were kept."""
    heading: str
    field: str
    """Name of the field at fault; empty where it is not one field's."""
    found: str
    offer: str
    record: str
    """Printed id of the filed record that the row would have changed; else empty."""
    record_no: int


def waiting_rows(rows: Rows, pack: Pack, batch: int) -> list[WaitingRow]:
    """Rows of an import that are refused and that nobody has mended.

    Raises:
        UnknownImport: there is no such import, or it was taken back.
    """
    row = rows.imports.get(batch)
    if row is None or row.state != ImportState.DONE:
        raise UnknownImport(str(batch))
    reader = _Reader(rows, pack, row)
    return [reader.waiting(kept) for kept in rows.imports.refused(batch)]


def keep_origin(rows: Rows, pack: Pack, batch: int, row: int, parsed: Parsed) -> Parsed:
    """*parsed* for the record of a refused row, with what it does not give back."""
    kept = _refused(rows, batch, row)
    if kept is None:
        return parsed
    code = parsed.values.get(CODE)
    read = parse_code(code, pack.code_rules) if isinstance(code, str) else None
    known = None if read is None or isinstance(read, Fault) else read[0]
    legacy: list[Value] = []
    for key, cell in unpack_row(kept.cells).cells:
        meaning = pack.by_number.get(key) if isinstance(key, int) else None
        is_kept = meaning is not None and (
            is_in_code(known, meaning, cell) or _is_given_back(meaning, parsed, cell)
        )
        if not is_kept:
            legacy.append((key, cell.strip()))
    if not legacy:
        return parsed
    values = {**parsed.values, LEGACY_RAW: (int(Tag.GROUP), *legacy)}
    return Parsed(values, parsed.lists)


def mark_mended(rows: Rows, batch: int, row: int, record_no: int) -> bool:
    """A refused row has become a record; whether it was still waiting for that."""
    kept = _refused(rows, batch, row)
    if kept is None:
        return False
    rows.imports.replace_row(kept._replace(record_no=record_no))
    return True


def leave_row(rows: Rows, batch: int, row: int) -> bool:
    """A refused row is no entry; whether it was still waiting for a hand."""
    kept = _refused(rows, batch, row)
    if kept is None:
        return False
    rows.imports.replace_row(kept._replace(outcome=int(RowOutcome.BESIDE)))
    return True


def _refused(rows: Rows, batch: int, row: int) -> ImportedRow | None:
    kept = rows.imports.row(batch, row)
    if kept is None or kept.outcome != RowOutcome.REFUSED or kept.record_no:
        return None
    return kept


def _is_given_back(meaning: Field, parsed: Parsed, cell: str) -> bool:
    if meaning.is_list:
        elements = parsed.lists.get(meaning.number, ())
        texts = tuple(each for each in elements if isinstance(each, str))
        return cell.strip() in texts or elements_give_back(meaning, texts, cell)
    return gives_back(meaning, parsed.values.get(meaning.number), cell)


class _Reader:
    """Reads the kept rows of one import."""

    def __init__(self, rows: Rows, pack: Pack, row: ImportRow) -> None:
        self._rows = rows
        self._pack = pack
        self._row = row
        self._sheets = unpack_layout(row.detail)
        self._fonds = all_fonds(rows)

    def waiting(self, kept: ImportedRow) -> WaitingRow:
        """The row for the person who mends it."""
        place, number = divmod(kept.row, ROWS_PER_SHEET)
        cells, refusal = unpack_row(kept.cells)
        why = refusal or Refusal("", "", "")
        sheet = self._sheet(place)
        placed = sheet.placed(cells)
        typed: dict[str, str] = {}
        others: list[tuple[str, str]] = []
        for column, cell in placed:
            field = self._field(column)
            if field is None:
                if column.meaning == Special.UNKNOWN:
                    others.append((column.heading, cell))
            elif field.is_list and field.name in typed:
                typed[field.name] += _DIVIDER + cell.strip()
            else:
                typed[field.name] = cell.strip()
        return WaitingRow(
            batch=kept.import_no,
            row=kept.row,
            sheet=sheet.name,
            number=number,
            level=LEVEL_NAMES.get(sheet.level, LEVEL_NAMES[LEVEL_ITEM]),
            fonds=self._fonds_of(placed, typed, sheet),
            cells=tuple((column.heading, cell) for column, cell in placed),
            typed=typed,
            others=tuple(others),
            reason=why.reason,
            heading=why.heading,
            field=self._field_at_fault(sheet, why),
            found=why.found,
            offer=why.offer,
            record=self._record(why.record_no),
            record_no=why.record_no,
        )

    def _sheet(self, place: int) -> KeptSheet:
        if place < len(self._sheets):
            return self._sheets[place]
        columns = tuple(
            KeptColumn(field.zh, field.number) for field in self._pack.fields
        )
        return KeptSheet("", LEVEL_ITEM, "", columns)

    def _field(self, column: KeptColumn) -> Field | None:
        if isinstance(column.meaning, int):
            return self._pack.by_number.get(column.meaning)
        return None

    def _field_at_fault(self, sheet: KeptSheet, why: Refusal) -> str:
        title = next((f.name for f in self._pack.fields if f.zh == why.heading), "")
        if why.reason == "title-missing":
            return "title"
        for column in sheet.columns:
            field = self._field(column)
            if column.heading == why.heading and field is not None:
                return field.name
        return title

    def _fonds_of(
        self,
        placed: list[tuple[KeptColumn, str]],
        typed: Mapping[str, str],
        sheet: KeptSheet,
    ) -> str:
        """Code of the fonds: the import's, the row's, the code's, the sheet's."""
        by_scope = {each.scope_no: each for each in self._fonds}
        if self._row.scope_no in by_scope:
            return by_scope[self._row.scope_no].code
        for column, cell in placed:
            if column.meaning == Special.FONDS_CODE:
                return cell.strip()
        return (
            self._fonds_in_code(typed)
            or self._fonds_titled(placed, sheet)
            or (self._fonds[0].code if len(self._fonds) == 1 else "")
        )

    def _fonds_in_code(self, typed: Mapping[str, str]) -> str:
        name = self._pack.by_number[CODE].name
        read = parse_code(typed.get(name, ""), self._pack.code_rules)
        if not typed.get(name) or isinstance(read, Fault):
            return ""
        wanted = read[0].fonds
        return wanted if wanted in {each.code for each in self._fonds} else ""

    def _fonds_titled(
        self, placed: list[tuple[KeptColumn, str]], sheet: KeptSheet
    ) -> str:
        titles = {c.strip() for k, c in placed if k.meaning == Special.FONDS_TITLE}
        wanted = titles or {sheet.fonds_title}
        return next((each.code for each in self._fonds if each.title in wanted), "")

    def _record(self, record_no: int) -> str:
        row = self._rows.records.row(record_no) if record_no else None
        return "" if row is None else printed_id(dot_of(self._rows, row))
