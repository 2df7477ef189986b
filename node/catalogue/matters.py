"""时间结合事由: papers by time, those of one matter together (DA/T 22-2015, 5.3.1).

The matter is read from the title: what stands in 《》, else what the title says between
its 关于 and the kind of paper that it is. Pure; a person moves what this gets wrong.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Final, NamedTuple

_QUOTED: Final = re.compile("《([^《》]+)》")
_ABOUT: Final = "关于"
_PASSED_ON: Final = re.compile("^(?:转发|印发|批转|下发|同意|请求|要求|对|给予)+")
_KIND: Final = re.compile(
    "(?:的|有关)*(?:通知|通报|报告|请示|批复|复函|函|意见|决定|公告|通告|纪要|决议|批示"
    "|答复|回复)$"
)
_SHORTEST: Final = 4
_DATE_DIGITS: Final = 8
_UNDATED: Final = "9" * _DATE_DIGITS
_PARTS: Final = re.compile("([0-9]+)")


class Paper(NamedTuple):
    """What of an item decides its place."""

    title: str
    doc_no: str
    date: str
    """As stored: 8, 6 or 4 digits, perhaps in brackets, perhaps a span."""
    entry: int
    """Rises in order of entry."""


def in_order(papers: Sequence[Paper]) -> list[int]:
    """Indices of the papers as they are to be arranged.

    A matter stands where its first paper does; inside it, and where nothing else
    decides, papers stand by date, then by document number, then by entry.
    """
    by_time = sorted(range(len(papers)), key=lambda index: _time_key(papers[index]))
    matters: dict[str, list[int]] = {}
    for index in by_time:
        matter = matter_of(papers[index].title)
        matters.setdefault(matter or f"\0{index}", []).append(index)
    return [index for together in matters.values() for index in together]


def matter_of(title: str) -> str:
    """What the paper is about, as far as its title says; empty where that is little."""
    plain = "".join(unicodedata.normalize("NFKC", title).split())
    quoted = _QUOTED.search(plain)
    text = quoted[1] if quoted else plain
    _, about, tail = text.rpartition(_ABOUT)
    if about:
        text = tail
    previous = None
    while previous != text:
        previous = text
        text = _KIND.sub("", _PASSED_ON.sub("", text))
    return text if len(text) >= _SHORTEST else ""


def _time_key(paper: Paper) -> tuple[str, tuple[tuple[int, int, str], ...], int]:
    first = paper.date.partition("/")[0]
    digits = "".join(character for character in first if character.isdigit())
    date = digits[:_DATE_DIGITS].ljust(_DATE_DIGITS, "0") if digits else _UNDATED
    return date, _natural(paper.doc_no), paper.entry


def _natural(text: str) -> tuple[tuple[int, int, str], ...]:
    """Numbers as numbers; no document number stands behind all."""
    if not text:
        return ((2, 0, ""),)
    return tuple(
        (0, int(part), "") if part.isascii() and part.isdigit() else (1, 0, part)
        for part in _PARTS.split(text)
        if part
    )
