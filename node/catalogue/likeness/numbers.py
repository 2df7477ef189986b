"""文号 as they are compared: brackets, 第, 字, 号, spaces and leading zeros left out.

A number is what issues it and its runs of digits: ``沪土发[1994]字第111号`` and
``沪土发〔1994〕111号`` are one. A column may hold several, of several offices. A bare
serial (``12号``) tells papers apart and never says that two are one; a year without a
serial (``厦府[1993]综号``) is no number.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, NamedTuple

from node.search.folding import fold

_PARTS: Final = re.compile(r"[、,;，；/\n]+")
_ORNAMENTS: Final = re.compile(r"[()第年号\s\"'·]|字(?=[0-9(第])|字$")
_RUNS: Final = re.compile(r"[0-9]+|[^0-9]+")
_YEAR_IN_BRACKETS: Final = re.compile(r"\((?:18|19|20)[0-9]{2}年?\)")
_SHORTEST_SUFFIX: Final = 2
_YEARS: Final = range(1800, 2100)


class Number(NamedTuple):
    """One document number."""

    office: str
    """Empty: a bare serial."""
    digits: tuple[int, ...]

    @property
    def key(self) -> str:
        """The number as one text."""
        return "|".join((self.office, *(str(each) for each in self.digits)))


def numbers_of(text: str) -> frozenset[Number]:
    """The document numbers in a column's text; empty where it holds none."""
    return _numbers(text) if text else frozenset()


@lru_cache(maxsize=1024)
def _numbers(text: str) -> frozenset[Number]:
    found = (_number(part) for part in _PARTS.split(fold(text)))
    return frozenset(number for number in found if number is not None)


def _number(part: str) -> Number | None:
    plain = _ORNAMENTS.sub(" ", part)
    office: list[str] = []
    digits: list[int] = []
    for run in _RUNS.findall(plain):
        if run.isascii() and run.isdigit():
            digits.append(int(run[:18]))
        else:
            office.append("".join(run.split()))
    if not digits or (len(digits) == 1 and _YEAR_IN_BRACKETS.search(part)):
        return None
    return Number("".join(office), tuple(digits))


def year_of(numbers: frozenset[Number]) -> int:
    """The year in the numbers, where there is one and only one; else 0."""
    years = {
        digit for number in numbers for digit in number.digits[:-1] if digit in _YEARS
    }
    return years.pop() if len(years) == 1 else 0


def are_same(some: frozenset[Number], others: frozenset[Number]) -> bool:
    """Whether a number with an office stands in both."""
    return any(number.office for number in some & others)


def are_different(some: frozenset[Number], others: frozenset[Number]) -> bool:
    """Whether the numbers say that the papers are two.

    Not where one may be the other in short: the same digits, and an office that ends
    like the other's, or is not named.
    """
    if not some or not others or are_same(some, others):
        return False
    return not any(_may_be_one(number, other) for number in some for other in others)


def _may_be_one(number: Number, other: Number) -> bool:
    shorter, longer = sorted((number, other), key=lambda each: len(each.digits))
    if longer.digits[-len(shorter.digits) :] != shorter.digits:
        return False
    if not number.office or not other.office:
        return True
    if len(shorter.digits) != len(longer.digits):
        return False
    ends = sorted((number.office, other.office), key=len)
    return len(ends[0]) >= _SHORTEST_SUFFIX and ends[1].endswith(ends[0])
