"""备考表: what is to be known about the items in one box (DA/T 22-2015 6.4).

It lies behind the items of its box. Who arranged and who checked sign by hand where
no name is given; the lines under the account are for what happens to the box later.
"""

from __future__ import annotations

from typing import Final

from node.forms.breaking import Line
from node.forms.filing import Box, FilingForm, Say, retention_text
from node.forms.paper import A4_PORTRAIT
from node.forms.press import FIRM, Press, pitch

_TITLE_SIZE: Final = 24
_TITLE_SPREAD: Final = 8.0
_SIZE: Final = 12
_CELL_HEIGHT: Final = 11.0
_CELL_NAME_WIDTH: Final = 26.0
_LINE_HEIGHT: Final = 9.5
_PAD: Final = 4.0
_SIGN_HEIGHT: Final = 11.0
_SIGN_NAME_WIDTH: Final = 30.0
_SIGN_VALUE_WIDTH: Final = 48.0


def print_box_note(press: Press, form: FilingForm, box: Box, say: Say) -> int:
    """Print the 备考表 of *box*; how many pages it takes."""
    paper = A4_PORTRAIT
    top = paper.top + pitch(_TITLE_SIZE) + 6
    account = top + 2 * _CELL_HEIGHT
    names = 4 * _SIGN_HEIGHT + _PAD
    room = int((paper.foot - account - _CELL_HEIGHT - names) / _LINE_HEIGHT)
    lines = [
        line
        for part in (box.situation.splitlines() or [""])
        for line in press.lines(part, paper.inner_width - 2 * _PAD, _SIZE)
    ]
    pages = [lines[start : start + room] for start in range(0, len(lines), room)]
    for number, page in enumerate(pages, 1):
        press.page(paper.width, paper.height)
        _print_title(press, say("forms.note.title"))
        _print_facts(press, form, box, say, top)
        _print_account(press, page, room, account, say)
        _print_names(press, box, say, paper.foot - names)
        press.frame(paper.left, top, paper.inner_width, paper.foot - top, mm=FIRM)
        if len(pages) > 1:
            foot = say("forms.page", number=number, total=len(pages))
            left, under = paper.left, paper.foot + 1.5
            press.paragraph(foot, left, under, paper.inner_width, 9, align="right")
    return len(pages)


def _print_title(press: Press, title: str) -> None:
    paper = A4_PORTRAIT
    for line in press.lines(title, paper.inner_width, _TITLE_SIZE)[:1]:
        press.write(
            line,
            paper.left,
            paper.top,
            _TITLE_SIZE,
            width=paper.inner_width,
            align="centre",
            is_bold=True,
            spread=0 if title.isascii() else _TITLE_SPREAD,
        )


def _print_facts(
    press: Press, form: FilingForm, box: Box, say: Say, top: float
) -> None:
    """Which box it is: two rows of three names and values."""
    paper = A4_PORTRAIT
    facts = (
        (say("forms.fonds"), form.fonds),
        (say("forms.year"), form.year),
        (say("forms.retention"), retention_text(form.retention_code, say)),
        (say("forms.org"), form.org),
        (say("forms.items"), _items(box, say)),
        (say("forms.box"), box.number),
    )
    share = paper.inner_width / 3
    for place, (name, value) in enumerate(facts):
        x = paper.left + place % 3 * share
        y = top + place // 3 * _CELL_HEIGHT
        press.rule(x, y + _CELL_HEIGHT, x + share, y + _CELL_HEIGHT)
        press.rule(x + _CELL_NAME_WIDTH, y, x + _CELL_NAME_WIDTH, y + _CELL_HEIGHT)
        if place % 3:
            press.rule(x, y, x, y + _CELL_HEIGHT)
        _print_in(press, name, x, y, _CELL_NAME_WIDTH)
        _print_in(press, value, x + _CELL_NAME_WIDTH, y, share - _CELL_NAME_WIDTH)


def _print_in(press: Press, text: str, x: float, y: float, width: float) -> None:
    """*text* in the middle of a cell, in two small lines where one will not do."""
    size = press.fitting(text, width - 2, 10.5, 7)
    lines = press.few(text, width - 2, size, 2)
    top = y + (_CELL_HEIGHT - len(lines) * pitch(size)) / 2
    for line in lines:
        press.write(line, x + 1, top, size, width=width - 2, align="centre")
        top += pitch(size)


def _print_account(
    press: Press, lines: list[Line], room: int, top: float, say: Say
) -> None:
    """盒内文件情况说明, and ruled lines for more."""
    paper = A4_PORTRAIT
    left, width = paper.left + _PAD, paper.inner_width - 2 * _PAD
    press.paragraph(
        say("forms.note.situation"), left, top + 2.5, width, _SIZE, is_bold=True
    )
    top += _CELL_HEIGHT
    for place in range(room):
        if place < len(lines):
            press.write(lines[place], left, top + 2.2, _SIZE)
        top += _LINE_HEIGHT
        press.rule(left, top, left + width, top, mm=0.1)


def _print_names(press: Press, box: Box, say: Say, top: float) -> None:
    """Who arranged and who checked, and when."""
    paper = A4_PORTRAIT
    x = paper.width - paper.right - _PAD - _SIGN_NAME_WIDTH - _SIGN_VALUE_WIDTH
    for name, value in (
        (say("forms.note.arranged_by"), box.arranged_by),
        (say("forms.note.arranged_on"), box.arranged_on),
        (say("forms.note.checked_by"), box.checked_by),
        (say("forms.note.checked_on"), box.checked_on),
    ):
        press.paragraph(name, x, top + 3.5, _SIGN_NAME_WIDTH - 2, _SIZE, align="right")
        size = press.fitting(value, _SIGN_VALUE_WIDTH - 2, _SIZE, 7)
        start = x + _SIGN_NAME_WIDTH
        under = top + 3.5 + pitch(_SIZE) + 0.5
        written = press.few(value, _SIGN_VALUE_WIDTH - 2, size, 2)
        for place, line in enumerate(reversed(written), 1):
            press.write(line, start + 1, under - 0.5 - place * pitch(size), size)
        press.rule(start, under, start + _SIGN_VALUE_WIDTH, under)
        top += _SIGN_HEIGHT


def _items(box: Box, say: Say) -> str:
    if not box.first_item and not box.last_item:
        return ""
    return say("forms.from_to", first=box.first_item, last=box.last_item)
