"""改号通知单: which papers are to be stamped with another code, and who did it.

A code that was stamped changes by a decision only. The slip says the old code and the
new one, why, who decided, and leaves a place to sign. A row stays on one page.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from node.forms.breaking import Line
from node.forms.filing import Say
from node.forms.paper import A4_LANDSCAPE
from node.forms.press import FIRM, Press, pitch
from node.forms.slip import RestampLine, RestampSlip

_WIDTHS: Final = (12.0, 53.0, 53.0, 66.0, 20.0, 53.0)
_NAMES: Final = ("order", "former", "code", "title", "date", "reason")
_TITLE_SIZE: Final = 20
_INFO_SIZE: Final = 10.5
_SIZE: Final = 9.5
_PAD: Final = 1.4
_HEAD_HEIGHT: Final = 9.0
_SIGN_HEIGHT: Final = 18.0
_MOST_LINES: Final = 12


def print_slip(slip: RestampSlip, say: Say) -> tuple[bytes, int, str]:
    """The slip as a PDF; its pages; characters that had no shape."""
    press = Press(say("forms.title"), slip.made_at, say)
    paper = A4_LANDSCAPE
    pages = list(_pages(press, slip))
    for number, rows in enumerate(pages, 1):
        press.page(paper.width, paper.height)
        top = _print_head(press, slip, say)
        start = top
        for cells, height in rows:
            _print_row(press, cells, top, height)
            top += height
        upper = start - _HEAD_HEIGHT
        press.frame(paper.left, upper, sum(_WIDTHS), top - upper, mm=FIRM)
        _print_names(press, say)
        foot = say("forms.page", number=number, total=len(pages))
        under = paper.foot + 1.5
        press.paragraph(foot, paper.left, under, paper.inner_width, 9, align="right")
    return press.finish(), len(pages), press.undrawn


_Row = tuple[list[list[Line]], float]


def _pages(press: Press, slip: RestampSlip) -> Iterator[list[_Row]]:
    """Rows, page by page; at least one page."""
    paper = A4_LANDSCAPE
    room = paper.foot - _SIGN_HEIGHT - _rows_top()
    page: list[_Row] = []
    used = 0.0
    for number, line in enumerate(slip.lines, 1):
        cells = _cells(press, number, line)
        height = max(len(cell) for cell in cells) * pitch(_SIZE) + 2 * _PAD
        if page and used + height > room:
            yield page
            page, used = [], 0.0
        page.append((cells, height))
        used += height
    yield page


def _cells(press: Press, number: int, line: RestampLine) -> list[list[Line]]:
    reason = "\n".join(text for text in (line.reason, line.decided) if text)
    texts = (str(number), line.former, line.code, line.title, line.date, reason)
    return [
        [
            found
            for part in (text.splitlines() or [""])
            for found in press.few(part, width - 2 * _PAD, _SIZE, _MOST_LINES)
        ]
        for text, width in zip(texts, _WIDTHS, strict=True)
    ]


def _rows_top() -> float:
    return A4_LANDSCAPE.top + pitch(_TITLE_SIZE) + pitch(_INFO_SIZE) + 6 + _HEAD_HEIGHT


def _print_head(press: Press, slip: RestampSlip, say: Say) -> float:
    """Title, which fonds and room, the heading of the table; where rows begin."""
    paper = A4_LANDSCAPE
    title = say("forms.title")
    for line in press.lines(title, paper.inner_width, _TITLE_SIZE)[:1]:
        press.write(
            line,
            paper.left,
            paper.top,
            _TITLE_SIZE,
            width=paper.inner_width,
            align="centre",
            is_bold=True,
            spread=0 if title.isascii() else 3.0,
        )
    told = say(
        "forms.about",
        fonds=f"{slip.fonds} {slip.fonds_name}".strip(),
        room=slip.room,
        day=slip.made_at.date().isoformat(),
        count=len(slip.lines),
    )
    top = paper.top + pitch(_TITLE_SIZE) + 3
    for line in press.few(told, paper.inner_width, _INFO_SIZE, 1):
        press.write(line, paper.left, top, _INFO_SIZE)
    top = _rows_top()
    heads = [
        press.few(say(f"forms.column.{name}"), width - 2, _INFO_SIZE, 1)
        for name, width in zip(_NAMES, _WIDTHS, strict=True)
    ]
    x = paper.left
    upper = top - _HEAD_HEIGHT
    for lines, width in zip(heads, _WIDTHS, strict=True):
        for line in lines:
            high = upper + (_HEAD_HEIGHT - pitch(_INFO_SIZE)) / 2
            press.write(line, x, high, _INFO_SIZE, width=width, align="centre")
        if x > paper.left:
            press.rule(x, upper, x, top)
        x += width
    press.rule(paper.left, top, paper.left + sum(_WIDTHS), top, mm=FIRM)
    return top


def _print_row(
    press: Press, cells: Sequence[Sequence[Line]], top: float, height: float
) -> None:
    x = A4_LANDSCAPE.left
    for place, (lines, width) in enumerate(zip(cells, _WIDTHS, strict=True)):
        upper = top + _PAD
        for line in lines:
            align = "centre" if place == 0 else "left"
            inner = width - 2 * _PAD
            press.write(line, x + _PAD, upper, _SIZE, width=inner, align=align)
            upper += pitch(_SIZE)
        if place:
            press.rule(x, top, x, top + height)
        x += width
    press.rule(A4_LANDSCAPE.left, top + height, x, top + height)


def _print_names(press: Press, say: Say) -> None:
    """Places to sign: who stamped, when, who checked."""
    paper = A4_LANDSCAPE
    share = paper.inner_width / 3
    top = paper.foot - pitch(_INFO_SIZE) - 2
    for place, name in enumerate(("stamped_by", "stamped_on", "checked_by")):
        x = paper.left + place * share
        text = say(f"forms.{name}")
        press.paragraph(text, x, top, share, _INFO_SIZE)
        start = x + press.width(text, _INFO_SIZE) + 2
        under = top + pitch(_INFO_SIZE) + 0.5
        press.rule(start, under, x + share - 8, under)
