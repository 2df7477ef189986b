"""The catalogue as plain text in 80 columns, for a line printer or no printer at all.

Two lines and more for an item: the numbers above, who and what beneath. A page ends
with a form feed; an item is never divided between two.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from node.forms.filing import FilingForm, FilingLine, Say, retention_text
from node.forms.printable import columns_of, letters, printable

_MONGOLIAN: Final = re.compile(
    "[\u1800-\u18af](?:[\u1800-\u18af\u200c\u200d\u202f ]*[\u1800-\u18af])?"
)
_INDENT: Final = 5
_GAP: Final = 1
_DATE_WIDTH: Final = 9
_SECRECY_WIDTH: Final = 6
_PAGES_WIDTH: Final = 5
_CODE_SHARE: Final = 0.55


@dataclass(frozen=True, slots=True)
class TextPaper:
    """A page of letters of one width."""

    columns: int = 80
    lines: int = 60
    is_ambiguous_wide: bool = True
    """``·`` and ``—`` take two columns, as in the letters of Chinese printers."""


def plain_text(form: FilingForm, say: Say, paper: TextPaper | None = None) -> str:
    """The catalogue of *form* as text; pages are divided by form feeds."""
    return _Typewriter(form, say, paper or TextPaper()).text()


class _Typewriter:
    """Writes the catalogue, line by line."""

    def __init__(self, form: FilingForm, say: Say, paper: TextPaper) -> None:
        self._form = form
        self._say = say
        self._paper = paper
        rest = paper.columns - _INDENT - _DATE_WIDTH - _SECRECY_WIDTH - _PAGES_WIDTH
        self._code_width = int((rest - 4 * _GAP) * _CODE_SHARE)
        self._doc_width = rest - 4 * _GAP - self._code_width

    def text(self) -> str:
        """The pages, each with its heading and its number."""
        heading = self._heading()
        room = max(8, self._paper.lines - len(heading) - 2)
        pages: list[list[str]] = [[]]
        for number, line in enumerate(self._form.lines, 1):
            item = self._item(number, line)
            if pages[-1] and len(pages[-1]) + len(item) > room:
                pages.append([])
            while len(item) > room:
                pages[-1] += item[:room]
                item = item[room:]
                pages.append([])
            pages[-1] += item
        written = []
        for number, page in enumerate(pages, 1):
            foot = self._say("forms.page", number=number, total=len(pages))
            spare = self._paper.columns - self._width(foot)
            lines = [*heading, *page, self._rule(), " " * max(0, spare) + foot]
            written.append("\n".join(line.rstrip() for line in lines) + "\n")
        return "\f".join(written)

    def _heading(self) -> list[str]:
        say, form = self._say, self._form
        title = say("forms.title")
        spare = max(0, self._paper.columns - self._width(title)) // 2
        facts = [
            (say("forms.fonds"), form.fonds),
            (say("forms.fonds_name"), form.fonds_name),
            (say("forms.year"), form.year),
            (say("forms.retention"), retention_text(form.retention_code, say)),
            (say("forms.org"), form.org),
        ]
        said = [
            self._clean(say("forms.is", name=name, value=value))
            for name, value in facts
            if value
        ]
        names = [say(f"forms.column.{name}") for name in _NUMBERS]
        others = [say(f"forms.column.{name}") for name in _OTHERS]
        return [
            " " * spare + title,
            "",
            *self._wrapped("  ".join(said), self._paper.columns),
            self._rule(),
            *self._columns(names),
            " " * _INDENT + " / ".join(others),
            self._rule(),
        ]

    def _item(self, number: int, line: FilingLine) -> list[str]:
        numbers = (
            str(number),
            line.code,
            line.doc_no,
            line.date,
            line.secrecy,
            line.pages,
        )
        found = self._columns([self._clean(each) for each in numbers])
        width = self._paper.columns - _INDENT
        for text in (line.creators, line.title, line.parallel_title, line.notes):
            if plain := self._clean(text):
                found += [" " * _INDENT + each for each in self._wrapped(plain, width)]
        return found

    def _columns(self, texts: Sequence[str]) -> list[str]:
        """The line of numbers; a text too long for its column goes on beneath."""
        widths = (
            _INDENT - _GAP,
            self._code_width,
            self._doc_width,
            _DATE_WIDTH,
            _SECRECY_WIDTH,
            _PAGES_WIDTH,
        )
        cells = [
            list(self._wrapped(text, width))
            for text, width in zip(texts, widths, strict=True)
        ]
        found = []
        for row in range(max(len(cell) for cell in cells)):
            parts = []
            for cell, width in zip(cells, widths, strict=True):
                text = cell[row] if row < len(cell) else ""
                parts.append(text + " " * max(0, width - self._width(text)))
            found.append((" " * _GAP).join(parts))
        return found

    def _wrapped(self, text: str, width: int) -> Iterator[str]:
        line, used = "", 0
        for each in text:
            wide = self._width(each)
            if used + wide > width:
                yield line
                line, used = "", 0
                if each == " ":
                    continue
            line += each
            used += wide
        yield line

    def _clean(self, text: str) -> str:
        return _MONGOLIAN.sub(
            lambda run: self._say("forms.mongolian", letters=letters(run[0])),
            printable(text),
        )

    def _rule(self) -> str:
        return "-" * self._paper.columns

    def _width(self, text: str) -> int:
        return columns_of(text, is_ambiguous_wide=self._paper.is_ambiguous_wide)


_NUMBERS: Final = ("order", "code", "doc_no", "date", "secrecy", "pages")
_OTHERS: Final = ("creators", "title", "notes")
