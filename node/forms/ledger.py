"""归档文件目录: the bound catalogue (DA/T 22-2015 5.5), A4 landscape.

Columns 序号, 档号, 文号, 责任者, 题名, 日期, 密级, 页数, 备注. Every page repeats the
heading; a row stays on one page; a text that no page can hold is cut with a mark and
stands whole on a page at the end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import Final

from node.forms.breaking import Line
from node.forms.filing import FilingForm, FilingLine, Say, retention_text
from node.forms.paper import A4_LANDSCAPE
from node.forms.press import FIRM, Press, pitch

OnPage = Callable[[int, int], None]
"""Told how many of how many pages are printed."""


@dataclass(frozen=True, slots=True)
class _Column:
    name: str
    width: float
    align: str = "left"
    is_one_line: bool = False
    """Smaller letters are better than a second line."""
    most: float = 0
    """How wide it may become for the longest text in it, at the cost of the title."""


_COLUMNS: Final = (
    _Column("order", 12, "centre", is_one_line=True),
    _Column("code", 36, is_one_line=True, most=48),
    _Column("doc_no", 30, is_one_line=True, most=36),
    _Column("creators", 34),
    _Column("title", 88),
    _Column("date", 19, "centre", is_one_line=True),
    _Column("secrecy", 12, "centre"),
    _Column("pages", 11, "centre", is_one_line=True),
    _Column("notes", 15),
)
_TITLE_SIZE: Final = 20
_TITLE_SPREAD: Final = 3.0
_INFO_SIZE: Final = 10.5
_INFO_LINES: Final = 3
_HEAD_SIZE: Final = 10.5
_SIZES: Final = (9.5, 8.5, 7.5, 6.5)
"""Of the letters in a row, from the wanted one to the least readable."""
_ONE_LINE_LEAST: Final = 8.0
_HEAD_HEIGHT: Final = 9.0
_ROW_LEAST: Final = 9.0
_ROW_STRETCH: Final = 3.0
_PAD: Final = 1.1
_FOOT_HEIGHT: Final = 7.0


@dataclass(frozen=True, slots=True)
class _Cell:
    lines: Sequence[Line]
    size: float

    @property
    def height(self) -> float:
        return len(self.lines) * pitch(self.size) + 2 * _PAD


@dataclass(frozen=True, slots=True)
class _Row:
    cells: tuple[_Cell, ...]
    height: float


class Ledger:
    """The catalogue, first laid out and then printed, so that it knows its length."""

    def __init__(self, press: Press, form: FilingForm, say: Say) -> None:
        self._press = press
        self._form = form
        self._say = say
        self._columns = _columns(press, form.lines)
        self._info = _info(press, form, say)
        self._top = (
            A4_LANDSCAPE.top
            + pitch(_TITLE_SIZE)
            + len(self._info) * pitch(_INFO_SIZE)
            + 3.5
        )
        self._body = A4_LANDSCAPE.foot - _FOOT_HEIGHT - self._top - _HEAD_HEIGHT
        self._whole: list[tuple[str, str]] = []
        self._counter = count(1)

    def print(self, on_page: OnPage | None = None) -> int:
        """Print all pages; how many there are."""
        pages = list(self._pages())
        endings = list(self._endings())
        total = len(pages) + len(endings)
        for number, rows in enumerate(pages, 1):
            self._open(number, total)
            self._table(rows)
            if on_page is not None:
                on_page(number, total)
        for number, lines in enumerate(endings, len(pages) + 1):
            self._open(number, total)
            for place, line in enumerate(lines):
                top = self._top + place * pitch(_INFO_SIZE)
                self._press.write(line, A4_LANDSCAPE.left, top, _INFO_SIZE)
        return total

    def _pages(self) -> Iterator[list[_Row]]:
        page: list[_Row] = []
        used = 0.0
        for number, line in enumerate(self._form.lines, 1):
            row = self._row(number, line)
            if page and used + row.height > self._body:
                yield _stretched(page, self._body - used)
                page, used = [], 0.0
            page.append(row)
            used += row.height
        blank = _Row(tuple(_Cell((), _SIZES[0]) for _ in _COLUMNS), _ROW_LEAST)
        while used + _ROW_LEAST <= self._body:
            page.append(blank)
            used += _ROW_LEAST
        yield _stretched(page, self._body - used)

    def _row(self, number: int, line: FilingLine) -> _Row:
        texts = (
            (str(number),),
            (line.code,),
            (line.doc_no,),
            (line.creators,),
            (line.title, *([line.parallel_title] if line.parallel_title else [])),
            (line.date,),
            (line.secrecy,),
            (line.pages,),
            (line.notes,),
        )
        cells = tuple(
            self._cell(number, column, each)
            for column, each in zip(self._columns, texts, strict=True)
        )
        return _Row(cells, max(_ROW_LEAST, *(cell.height for cell in cells)))

    def _cell(self, number: int, column: _Column, texts: Sequence[str]) -> _Cell:
        width = column.width - 2 * _PAD
        first = _SIZES[0]
        if column.is_one_line:
            first = self._press.fitting(texts[0], width, first, _ONE_LINE_LEAST)
        cell = self._set(texts, width, first)
        for size in _SIZES[1:]:
            if cell.height <= self._body:
                return cell
            cell = self._set(texts, width, size)
        return cell if cell.height <= self._body else self._cut(number, column, texts)

    def _set(self, texts: Sequence[str], width: float, size: float) -> _Cell:
        lines = [
            line for text in texts for line in self._press.lines(text, width, size)
        ]
        return _Cell(lines, size)

    def _cut(self, number: int, column: _Column, texts: Sequence[str]) -> _Cell:
        """What a page can hold of a text; all of it goes to the end."""
        place = next(self._counter)
        heading = self._say("forms.whole_of", number=number, column=self._name(column))
        self._whole.append((f"[{place}] {heading}", " ".join(texts)))
        size, width = _SIZES[-1], column.width - 2 * _PAD
        mark = self._set([self._say("forms.cut", place=place)], width, size)
        room = int((self._body - 2 * _PAD) / pitch(size)) - len(mark.lines)
        cell = self._set(texts, width, size)
        return replace(cell, lines=[*cell.lines[:room], *mark.lines])

    def _endings(self) -> Iterator[list[Line]]:
        """The pages of the texts that were cut."""
        room = int((A4_LANDSCAPE.foot - _FOOT_HEIGHT - self._top) / pitch(_INFO_SIZE))
        lines = [
            line
            for heading, text in self._whole
            for part in (heading, text)
            for line in self._press.lines(part, A4_LANDSCAPE.inner_width, _INFO_SIZE)
        ]
        for start in range(0, len(lines), room):
            yield lines[start : start + room]

    def _open(self, number: int, total: int) -> None:
        """Begin a page: title, what the catalogue is of, number of the page."""
        press, paper = self._press, A4_LANDSCAPE
        press.page(paper.width, paper.height)
        left, width = paper.left, paper.inner_width
        (title,) = press.lines(self._say("forms.title"), width, _TITLE_SIZE)[:1]
        press.write(
            title,
            left,
            paper.top,
            _TITLE_SIZE,
            width=width,
            align="centre",
            is_bold=True,
            spread=0 if title.text.isascii() else _TITLE_SPREAD,
        )
        top = paper.top + pitch(_TITLE_SIZE) + 2
        for line in self._info:
            press.write(line, left, top, _INFO_SIZE)
            top += pitch(_INFO_SIZE)
        foot = self._say("forms.page", number=number, total=total)
        top = paper.foot - pitch(_INFO_SIZE)
        press.paragraph(foot, left, top, width, _INFO_SIZE, align="right")

    def _table(self, rows: Sequence[_Row]) -> None:
        press, left, top = self._press, A4_LANDSCAPE.left, self._top
        height = _HEAD_HEIGHT + sum(row.height for row in rows)
        self._head(left, top)
        y = top + _HEAD_HEIGHT
        for row in rows:
            press.rule(left, y, left + A4_LANDSCAPE.inner_width, y)
            x = left
            for column, cell in zip(self._columns, row.cells, strict=True):
                upper = y + (row.height - cell.height) / 2 + _PAD
                for line in cell.lines:
                    press.write(
                        line,
                        x + _PAD,
                        upper,
                        cell.size,
                        width=column.width - 2 * _PAD,
                        align=column.align,
                    )
                    upper += pitch(cell.size)
                x += column.width
            y += row.height
        x = left
        for column in self._columns[:-1]:
            x += column.width
            press.rule(x, top, x, top + height)
        press.frame(left, top, A4_LANDSCAPE.inner_width, height, mm=FIRM)

    def _head(self, left: float, top: float) -> None:
        x = left
        for column in self._columns:
            name, width = self._name(column), column.width - 2 * _PAD
            size = self._press.fitting(name, width, _HEAD_SIZE, _ONE_LINE_LEAST - 2)
            upper = top + (_HEAD_HEIGHT - pitch(size)) / 2
            self._press.paragraph(
                name, x + _PAD, upper, width, size, align="centre", is_bold=True
            )
            x += column.width

    def _name(self, column: _Column) -> str:
        return self._say(f"forms.column.{column.name}")


def _columns(press: Press, lines: Sequence[FilingLine]) -> tuple[_Column, ...]:
    """The columns, codes and document numbers as wide as the longest of them wants.

    All items of a class have codes of one kind, so its catalogue looks alike from page
    to page and from year to year.
    """
    texts = {
        "code": {line.code for line in lines},
        "doc_no": {line.doc_no for line in lines},
    }
    found = []
    for column in _COLUMNS:
        wanted = column.width
        for text in texts.get(column.name, ()):
            wanted = max(wanted, press.width(text, _SIZES[0]) + 2 * _PAD + 0.1)
        found.append(replace(column, width=min(wanted, max(column.most, column.width))))
    spent = sum(column.width for column in found if column.name != "title")
    return tuple(
        replace(column, width=A4_LANDSCAPE.inner_width - spent)
        if column.name == "title"
        else column
        for column in found
    )


def _info(press: Press, form: FilingForm, say: Say) -> list[Line]:
    """The lines over the table: of which items it is the catalogue."""
    facts = [
        say("forms.is", name=say("forms.fonds"), value=form.fonds),
        say("forms.is", name=say("forms.fonds_name"), value=form.fonds_name),
        say("forms.is", name=say("forms.year"), value=form.year),
        say(
            "forms.is",
            name=say("forms.retention"),
            value=retention_text(form.retention_code, say),
        ),
    ]
    if form.org:
        facts.append(say("forms.is", name=say("forms.org"), value=form.org))
    text = "\u3000".join(facts)
    return press.few(text, A4_LANDSCAPE.inner_width, _INFO_SIZE, _INFO_LINES)


def _stretched(rows: Sequence[_Row], spare: float) -> list[_Row]:
    """*rows* made a little higher, so that the tables of all pages end alike."""
    share = spare / len(rows) if rows else 0
    if share > _ROW_STRETCH:
        return list(rows)
    return [replace(row, height=row.height + share) for row in rows]
