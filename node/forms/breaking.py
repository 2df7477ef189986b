"""Lines of a given width: where a Chinese text may be broken, and where not.

A closing sign begins no line and an opening one ends none (GB/T 15834-2011 5.1); a
number or a word stays whole where the column is wide enough for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

_CLOSING: Final = frozenset(
    ",。、;:?!)》〉〕】」』〗…—·,.;:?!)]}%℃’”"
    "\uff0c\uff1b\uff1a\uff1f\uff01\uff09\uff3d\uff05\u2013"
)
_OPENING: Final = frozenset("(《〈〔【「『〖([{‘“\uff08\uff3b")
_NUMBERS: Final = frozenset(map(chr, range(0x2460, 0x24A0)))
"""① … belongs to what it numbers."""
_MOST_CARRIED: Final = 4
_SLACK: Final = 0.5
"""Half a thousandth of the letter's height is rounding, not width."""


@dataclass(frozen=True, slots=True)
class Run:
    """Letters of one typeface that stay together."""

    face: str
    text: str
    width: float
    """In thousandths of the letter's height."""

    @property
    def is_space(self) -> bool:
        """It disappears where a line is broken."""
        return self.text.isspace()


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a text."""

    runs: tuple[Run, ...]
    width: float

    @classmethod
    def of(cls, runs: Sequence[Run]) -> Line:
        """The line of *runs*, joined where the typeface is the same."""
        joined: list[Run] = []
        for run in runs:
            last = joined[-1] if joined else None
            if last is not None and last.face == run.face and run.face.startswith("s"):
                text = last.text + run.text
                joined[-1] = Run(run.face, text, last.width + run.width)
            else:
                joined.append(run)
        return cls(tuple(joined), sum(run.width for run in joined))

    @property
    def text(self) -> str:
        """The line as text."""
        return "".join(run.text for run in self.runs)


def lines_of(runs: Sequence[Run], widths: dict[str, float], limit: float) -> list[Line]:
    """*runs* in lines of at most *limit*; one empty line where there is nothing.

    *widths* knows each letter of a word that must be broken because no line holds it.
    """
    found: list[Line] = []
    line: list[Run] = []
    used = 0.0
    for run in _narrow(runs, widths, limit):
        if used + run.width <= limit + _SLACK:
            if line or not run.is_space:
                line.append(run)
                used += run.width
            continue
        if run.is_space:
            found.append(Line.of(_without_end(line)))
            line, used = [], 0.0
            continue
        carried = _carried(line, run, limit)
        kept = line[: len(line) - len(carried) + 1]
        if kept:
            found.append(Line.of(_without_end(kept)))
        line, used = carried, sum(each.width for each in carried)
    if line or not found:
        found.append(Line.of(_without_end(line)))
    return found


def _carried(line: Sequence[Run], run: Run, limit: float) -> list[Run]:
    """What begins the next line: *run*, and what must not be parted from it."""
    carried = [run]
    width = run.width
    for before in reversed(line[-_MOST_CARRIED:]):
        is_bound = carried[0].text[0] in _CLOSING or _is_opening(before.text[-1])
        width += before.width
        if not is_bound:
            return carried
        if before.is_space or width > limit:
            return [run]
        carried.insert(0, before)
    return carried if len(carried) < len(line) + 1 else [run]


def _is_opening(letter: str) -> bool:
    return letter in _OPENING or letter in _NUMBERS


def _narrow(
    runs: Sequence[Run], widths: dict[str, float], limit: float
) -> Iterator[Run]:
    """*runs*, of which those wider than *limit* are taken apart."""
    for run in runs:
        if run.width <= limit or len(run.text) == 1:
            yield run
        elif run.face.startswith("s"):
            yield from (Run(run.face, each, widths[each]) for each in run.text)
        else:
            share = run.width / len(run.text)
            step = max(1, int(limit / share))
            for start in range(0, len(run.text), step):
                part = run.text[start : start + step]
                yield Run(run.face, part, share * len(part))


def _without_end(line: Sequence[Run]) -> Sequence[Run]:
    end = len(line)
    while end and line[end - 1].is_space:
        end -= 1
    return line[:end]
