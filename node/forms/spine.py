"""盒脊: strips for the backs of boxes, 20, 30, 40 or 50 mm wide (DA/T 22-2015 6.4).

全宗号, 年度, 保管期限, 机构, 起止件号, 盒号, from above. A box is 310 mm high: the
whole strip needs A3; on A4 it is 270 mm, to be pasted in the middle. At the foot of
each page is a rule of 100 mm: a printer that made the page smaller shows there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from node.forms.filing import (
    SPINE_WIDTHS_MM,
    Box,
    FilingForm,
    Say,
    SpinePaper,
    retention_text,
)
from node.forms.paper import LABELS_A3, LABELS_A4, Paper
from node.forms.press import FIRM, Press, pitch
from node.forms.printable import mongolian_runs, printable

_PAPERS: Final = {SpinePaper.A4: (LABELS_A4, 270.0), SpinePaper.A3: (LABELS_A3, 310.0)}
_GAP: Final = 4.0
_NAME_HEIGHT: Final = 7.0
_NAME_SIZE: Final = 9
_VALUE_SIZE: Final = 20
_VALUE_LEAST: Final = 7
_SHARES: Final = (22.0, 22.0, 22.0, 0.0, 40.0, 26.0)
"""Heights of the values' cells; 机构(问题) has what is left."""
_STACKS: Final = 3
"""A long name of a department stands in so many stacks at most."""
_STACK_LEAST: Final = 13
"""In letters of this size one stack less is better than larger letters."""
_RULER: Final = 100.0
_RULER_SIZE: Final = 7
_UPRIGHT: Final = str.maketrans(
    "()\uff08\uff09\u3014\u3015\u300a\u300b\u3008\u3009\u2014-\u2026\u3001\uff0c",
    "\ufe35\ufe36\ufe35\ufe36\ufe39\ufe3a\ufe3d\ufe3e\ufe3f\ufe40\ufe31\ufe31\ufe19\ufe11\ufe10",
)
"""How signs stand in a text that is written downwards."""


def print_spines(
    press: Press,
    form: FilingForm,
    boxes: Sequence[Box],
    sheet: SpinePaper,
    say: Say,
) -> int:
    """Print a strip for each of *boxes*; how many pages they take."""
    paper, height = _PAPERS[sheet]
    pages = 0
    for strips in _pages(boxes, paper):
        press.page(paper.width, paper.height)
        for x, width, box in strips:
            _print_strip(press, form, box, say, (x, paper.top, width, height))
        _print_ruler(press, paper, say)
        pages += 1
    return pages


def _pages(
    boxes: Sequence[Box], paper: Paper
) -> Iterator[list[tuple[float, float, Box]]]:
    """The strips of each page: where from the left, how wide, of which box."""
    strips: list[tuple[float, float, Box]] = []
    x = paper.left
    for box in boxes:
        width = _nearest(box.width_mm)
        if strips and x + width > paper.width - paper.right:
            yield strips
            strips, x = [], paper.left
        strips.append((x, width, box))
        x += width + _GAP
    if strips:
        yield strips


def _nearest(width_mm: int) -> float:
    """The thickness of a box that is made, nearest to the one asked for."""
    return float(min(SPINE_WIDTHS_MM, key=lambda each: abs(each - width_mm)))


def _print_strip(
    press: Press,
    form: FilingForm,
    box: Box,
    say: Say,
    place: tuple[float, float, float, float],
) -> None:
    x, top, width, height = place
    names = ("fonds", "year", "retention", "org", "items", "box")
    numbers = [each for each in (box.first_item, box.last_item) if each]
    if len(numbers) == 2:
        numbers.insert(1, say("forms.to"))
    values: dict[str, list[str]] = {
        "fonds": [form.fonds],
        "year": [form.year],
        "retention": [retention_text(form.retention_code, say)],
        "items": numbers,
        "box": [box.number],
    }
    rest = height - sum(_SHARES) - len(names) * _NAME_HEIGHT
    y = top
    for name, share in zip(names, _SHARES, strict=True):
        _print_name(press, say(f"forms.{name}"), x, y, width)
        y += _NAME_HEIGHT
        press.rule(x, y, x + width, y)
        if name == "org":
            _print_downwards(press, form.org, (x, y, width, rest))
        else:
            _print_value(press, values[name], (x, y, width, share))
        y += share or rest
        press.rule(x, y, x + width, y)
    press.frame(x, top, width, height, mm=FIRM)


def _print_name(press: Press, name: str, x: float, y: float, width: float) -> None:
    size = press.fitting(name, width - 2, _NAME_SIZE, 5)
    for line in press.lines(name, width - 1, size)[:1]:
        top = y + (_NAME_HEIGHT - pitch(size)) / 2
        press.write(line, x, top, size, width=width, align="centre")


def _print_value(
    press: Press, texts: Sequence[str], place: tuple[float, float, float, float]
) -> None:
    x, y, width, height = place
    size = float(_VALUE_SIZE)
    for text in texts:
        size = press.fitting(text, width - 3, size, _VALUE_LEAST)
    lines = [line for text in texts for line in press.lines(text, width - 3, size)]
    lines = lines[: int(height / pitch(size))]
    top = y + (height - len(lines) * pitch(size)) / 2
    for line in lines:
        press.write(line, x, top, size, width=width, align="centre")
        top += pitch(size)


def _print_downwards(
    press: Press, text: str, place: tuple[float, float, float, float]
) -> None:
    """A text from above to below: one character under the other, words turned."""
    x, y, width, height = place
    plain = printable(text)
    if mongolian_runs(plain) or plain.isascii():
        size = press.fitting(plain, height - 6, _VALUE_SIZE, _VALUE_LEAST)
        if plain.isascii() and press.width(plain, size) <= width - 3:
            _print_value(press, [plain], place)
            return
        start = y + (height - press.width(plain, size)) / 2
        press.turned(plain, x + (width - pitch(size)) / 2, start, size)
        return
    letters = [each.translate(_UPRIGHT) for each in plain if not each.isspace()]
    sizes = [
        _downward_size(len(letters), stacks, width, height)
        for stacks in range(1, _STACKS + 1)
    ]
    size = next((each for each in sizes if each >= _STACK_LEAST), max(sizes))
    room = max(1, -(-len(letters) // (sizes.index(size) + 1)))
    stacks = [letters[at : at + room] for at in range(0, len(letters), room)]
    share = pitch(size) if len(stacks) > 1 else width
    left = x + (width - share * len(stacks)) / 2
    start = y + (height - room * pitch(size)) / 2
    for number, stack in enumerate(reversed(stacks)):
        press.stacked(stack, left + number * share, start, share, size)


def _downward_size(letters: int, stacks: int, width: float, height: float) -> float:
    """The size at which so many letters stand in so many stacks, from right to left."""
    rows = max(1, -(-letters // stacks))
    room = min((height - 4) / rows, (width - 2) / stacks)
    return min(float(_VALUE_SIZE), room / pitch(1))


def _print_ruler(press: Press, paper: Paper, say: Say) -> None:
    """The rule that shows whether the page has its true size."""
    y = paper.height - 9
    press.rule(paper.left, y, paper.left + _RULER, y)
    for x in (paper.left, paper.left + _RULER):
        press.rule(x, y - 1.5, x, y + 1.5)
    text = say("forms.ruler", mm=int(_RULER))
    press.paragraph(text, paper.left + _RULER + 3, y - 1.7, 80, _RULER_SIZE)
