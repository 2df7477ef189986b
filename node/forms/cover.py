"""The cover of the bound catalogue: 全宗号, 全宗名称, 年度, 保管期限, 机构(问题)."""

from __future__ import annotations

from typing import Final

from node.forms.filing import FilingForm, Say, retention_text
from node.forms.paper import A4_LANDSCAPE
from node.forms.press import Press, pitch

_TITLE_SIZE: Final = 36
_TITLE_TOP: Final = 42.0
_TITLE_SPREAD: Final = 7.0
_SIZE: Final = 16
_FIELDS_TOP: Final = 92.0
_FIELD_HEIGHT: Final = 16.0
_NAME_LEFT: Final = 72.0
_NAME_WIDTH: Final = 34.0
_VALUE_LEFT: Final = 112.0
_VALUE_WIDTH: Final = 130.0


def print_cover(press: Press, form: FilingForm, say: Say) -> int:
    """Print the cover; one page."""
    paper = A4_LANDSCAPE
    press.page(paper.width, paper.height)
    title = say("forms.title")
    size = press.fitting(title, paper.inner_width * 0.7, _TITLE_SIZE, 12)
    for line in press.lines(title, 1000, size)[:1]:
        press.write(
            line,
            paper.left,
            _TITLE_TOP,
            size,
            width=paper.inner_width,
            align="centre",
            is_bold=True,
            spread=0 if title.isascii() else _TITLE_SPREAD,
        )
    fields = [
        (say("forms.fonds"), form.fonds),
        (say("forms.fonds_name"), form.fonds_name),
        (say("forms.year"), form.year),
        (say("forms.retention"), retention_text(form.retention_code, say)),
    ]
    if form.org:
        fields.append((say("forms.org"), form.org))
    top = _FIELDS_TOP
    for name, value in fields:
        top = _print_field(press, name, value, top)
    return 1


def _print_field(press: Press, name: str, value: str, top: float) -> float:
    """One name spread over its place, and its value on a rule; the next one's top."""
    size = press.fitting(name, _NAME_WIDTH, _SIZE, 8)
    for line in press.lines(name, 1000, size)[:1]:
        letters = len(line.text)
        spare = _NAME_WIDTH - press.width(name, size)
        is_spread = letters > 1 and not line.text.isascii()
        spread = spare / (letters - 1) if is_spread else 0
        press.write(line, _NAME_LEFT, top, size, spread=spread)
    written = press.few(value, _VALUE_WIDTH - 4, _SIZE, 3)
    for line in written:
        press.write(line, _VALUE_LEFT + 2, top, _SIZE)
        under = top + pitch(_SIZE) + 0.6
        press.rule(_VALUE_LEFT, under, _VALUE_LEFT + _VALUE_WIDTH, under, mm=0.2)
        top += pitch(_SIZE) + 2
    return top + _FIELD_HEIGHT - pitch(_SIZE) - 2
