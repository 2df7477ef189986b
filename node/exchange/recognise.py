"""Where in a workbook the catalogue is, and what its columns mean.

The row of headings is the one that names most fields, a title among them; what stands
above it is the sheet's own title and form. A column whose heading no pack knows keeps
its heading: its cells go into 来源原值.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from node.catalogue.fields import LEVEL_ITEM, LEVEL_VOLUME, TITLE
from node.catalogue.pack import Field, Pack
from node.errors import ColumnsMistaken
from node.exchange.choices import (
    Choices,
    Column,
    Meaning,
    SheetChoice,
    Special,
    chosen_columns,
)
from node.exchange.workbook import Row, Sheet, Workbook

_LOOKED_AT_ROWS: Final = 60
_BRACKETED: Final = re.compile(r"\([^()]*\)")
_MARKS: Final = re.compile(r"[\s*★☆:\u3000]+")
_FORM_ROW: Final = re.compile(
    r"(?:合计|小计|总计|共计|填表|制表|审核|整理人|检查人|立卷人|单位负责人|第.{0,6}页"
    r"|共.{0,6}页|说明:|注:)"
)
_TOTAL_ROW: Final = re.compile(r"(?:合计|小计|总计|共计)[:\d件卷页\s]*")
_LIST_TITLE: Final = re.compile(
    r"(?P<fonds>.+?)(?:归档文件目录|案卷目录|卷内文件目录|文件目录|档案目录|目录)"
    r"(?:\(.*\))?"
)
_FORM_CELLS: Final = 4


@dataclass(frozen=True, slots=True)
class Table:
    """A catalogue inside a sheet."""

    sheet: Sheet
    heading_row: int
    """Index of the row of headings."""
    columns: tuple[Column, ...]
    fonds_title: str
    """What the sheet's title says whose catalogue it is; may be empty."""
    level: int

    def entries(self) -> Iterator[tuple[int, Row]]:
        """Row numbers as the spreadsheet shows them, and rows that are entries."""
        headings = self.sheet.rows[self.heading_row]
        for index in range(self.heading_row + 1, len(self.sheet.rows)):
            row = self.sheet.rows[index]
            if not self._is_beside(row, headings):
                yield index + 1, row

    def _is_beside(self, row: Row, headings: Row) -> bool:
        """Empty rows, headings repeated on each page, totals and signatures."""
        filled = [index for index, cell in enumerate(row) if cell.strip()]
        if not filled or row == headings:
            return True
        if len(filled) > _FORM_CELLS:
            return False
        first = unicodedata.normalize("NFKC", row[filled[0]]).strip()
        title = next((c.index for c in self.columns if _is_title(c)), None)
        if filled[0] == title:
            return len(filled) == 1 and _TOTAL_ROW.fullmatch(first) is not None
        return _FORM_ROW.match(first) is not None


def recognise(
    workbook: Workbook, pack: Pack, choices: Choices | None = None
) -> tuple[Table, ...]:
    """The tables of *workbook* that are catalogues; empty where there is none.

    Raises:
        ColumnsMistaken, UnknownField: *choices* do not fit.
    """
    known = _known_headings(pack)
    chosen = choices or {}
    names = {sheet.name for sheet in workbook.sheets}
    for name in chosen:
        if name not in names:
            raise ColumnsMistaken(name, "no-such-sheet", "、".join(sorted(names)))
    found = []
    for sheet in workbook.sheets:
        choice = chosen.get(sheet.name, SheetChoice())
        if not choice.is_left_out:
            table = _recognise_sheet(sheet, known, pack, choice)
            if table is not None:
                found.append(table)
    return tuple(found)


def _known_headings(pack: Pack) -> dict[str, Meaning]:
    known: dict[str, Meaning] = {}
    for field in pack.fields:
        if field.is_typed:
            for heading in (field.zh, field.name, *field.headings):
                known.setdefault(normalised_heading(heading), field)
    for special, headings in (
        (Special.FONDS_CODE, pack.fonds_code_headings),
        (Special.FONDS_TITLE, pack.fonds_title_headings),
        (Special.ROW_NUMBER, pack.row_number_headings),
    ):
        known.update({normalised_heading(heading): special for heading in headings})
    return known


def normalised_heading(heading: str) -> str:
    """A heading without width, spaces, stars and colons."""
    return _MARKS.sub("", unicodedata.normalize("NFKC", heading)).lower()


def meaning_of(heading: str, known: Mapping[str, Meaning]) -> Meaning | None:
    """What a heading means: as it stands, or without what it has in brackets."""
    plain = normalised_heading(heading)
    return known.get(plain) or known.get(_BRACKETED.sub("", plain))


def _recognise_sheet(
    sheet: Sheet, known: Mapping[str, Meaning], pack: Pack, choice: SheetChoice
) -> Table | None:
    heading_row = choice.heading_row
    if heading_row is None:
        heading_row = _heading_row(sheet, known)
        if heading_row is None and choice.columns:
            heading_row = _first_row(sheet)
    elif not 0 <= heading_row < len(sheet.rows):
        raise ColumnsMistaken(sheet.name, "no-such-row", str(heading_row + 1))
    if heading_row is None:
        return None
    columns = chosen_columns(
        sheet.name, _columns(sheet, heading_row, known), choice, pack
    )
    volume_titles = {normalised_heading(h) for h in pack.volume_title_headings}
    is_volumes = any(
        _is_title(c)
        and normalised_heading(_BRACKETED.sub("", c.heading)) in volume_titles
        for c in columns
    ) and not any(_is_item_heading(c) for c in columns)
    return Table(
        sheet=sheet,
        heading_row=heading_row,
        columns=columns,
        fonds_title=_fonds_title(sheet.rows[:heading_row]),
        level=LEVEL_VOLUME if is_volumes else LEVEL_ITEM,
    )


def _heading_row(sheet: Sheet, known: Mapping[str, Meaning]) -> int | None:
    """Index of the row that names most fields, a title among them."""
    best: tuple[int, int] | None = None
    for index, row in enumerate(sheet.rows[:_LOOKED_AT_ROWS]):
        meanings = {m for cell in row if (m := meaning_of(cell, known)) is not None}
        fields = {m.number for m in meanings if isinstance(m, Field)}
        if TITLE in fields and len(meanings) > 1:
            score = len(meanings)
            if best is None or score > best[0]:
                best = (score, index)
    return None if best is None else best[1]


def _first_row(sheet: Sheet) -> int | None:
    """Index of the first row that is not empty."""
    return next((i for i, row in enumerate(sheet.rows) if any(row)), None)


def _columns(
    sheet: Sheet, heading_row: int, known: Mapping[str, Meaning]
) -> tuple[Column, ...]:
    headings = sheet.rows[heading_row]
    width = max((len(row) for row in sheet.rows), default=0)
    taken: set[int] = set()
    columns = []
    for index in range(width):
        heading = headings[index].strip() if index < len(headings) else ""
        meaning = meaning_of(heading, known) if heading else None
        if isinstance(meaning, Field):
            if meaning.number in taken and not meaning.is_list:
                meaning = None
            else:
                taken.add(meaning.number)
        columns.append(Column(index, heading, meaning or Special.UNKNOWN))
    return tuple(columns)


def _is_title(column: Column) -> bool:
    return isinstance(column.meaning, Field) and column.meaning.number == TITLE


def _is_item_heading(column: Column) -> bool:
    return "(文件)" in unicodedata.normalize("NFKC", column.heading)


def _fonds_title(rows: list[Row]) -> str:
    for row in rows:
        for cell in row:
            text = unicodedata.normalize("NFKC", cell).strip()
            match = _LIST_TITLE.fullmatch(text)
            if match is not None:
                return match["fonds"].strip()
    return ""
