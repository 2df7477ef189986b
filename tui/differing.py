"""Where two texts differ, by characters as people see them.

A letter and the marks that sit on it are one character; so are a letter and the
selectors behind it, as Mongolian has them. Pure.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final

_MOST_COMPARED: Final = 600
"""Of what differs, so many characters are compared; more are taken as a whole."""
_JOINER: Final = "\u200d"
_LEAST_ALIKE: Final = 0.2
"""Texts that share less are not told apart by single characters."""

Span = tuple[int, int]
"""First character of a piece, and the one behind its last."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Pieces of two texts that the other one does not have."""

    first: tuple[Span, ...]
    second: tuple[Span, ...]

    @property
    def is_none(self) -> bool:
        """The texts are the same."""
        return not self.first and not self.second


def characters(text: str) -> list[str]:
    """*text* in pieces that must not be drawn apart."""
    found: list[str] = []
    for each in text:
        if found and (_is_mark(each) or found[-1].endswith(_JOINER)):
            found[-1] += each
        else:
            found.append(each)
    return found


def difference(first: str, second: str) -> Difference:
    """What differs between two texts."""
    one, two = characters(first), characters(second)
    head = _common(one, two)
    tail = _common(one[head:][::-1], two[head:][::-1])
    middle_one, middle_two = one[head : len(one) - tail], two[head : len(two) - tail]
    here: list[Span] = []
    there: list[Span] = []
    for (a, b), (c, d) in _pieces(middle_one, middle_two):
        if a < b:
            here.append((head + a, head + b))
        if c < d:
            there.append((head + c, head + d))
    return Difference(_spans(one, here), _spans(two, there))


def merged(*spans: Sequence[Span]) -> tuple[Span, ...]:
    """All the pieces, none of them twice."""
    found: list[Span] = []
    for start, end in sorted(each for many in spans for each in many):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return tuple(found)


def _pieces(one: Sequence[str], two: Sequence[str]) -> list[tuple[Span, Span]]:
    whole = [((0, len(one)), (0, len(two)))]
    if not one or not two or len(one) + len(two) > _MOST_COMPARED:
        return whole
    matcher = SequenceMatcher(None, one, two, autojunk=False)
    if matcher.ratio() < _LEAST_ALIKE:
        return whole
    return [
        ((a, b), (c, d)) for tag, a, b, c, d in matcher.get_opcodes() if tag != "equal"
    ]


def _spans(pieces: Sequence[str], spans: Sequence[Span]) -> tuple[Span, ...]:
    """Places among characters as places in the text."""
    starts = [0]
    for piece in pieces:
        starts.append(starts[-1] + len(piece))
    return tuple((starts[first], starts[behind]) for first, behind in spans)


def _common(one: Sequence[str], two: Sequence[str]) -> int:
    count = 0
    for a, b in zip(one, two, strict=False):
        if a != b:
            break
        count += 1
    return count


def _is_mark(character: str) -> bool:
    """Whether it belongs to the character before it."""
    return character != "\u180e" and unicodedata.category(character) in (
        "Mn",
        "Mc",
        "Me",
        "Cf",
    )
