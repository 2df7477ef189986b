"""Columns of text, joined (docs/protocol.md, Text columns).

The texts of a column stand in one text with a line feed between them; that is half
of what arrays of texts take. Four control characters stand for whole texts:

- U+001C: the text before it once more;
- U+001F: the text before it with its last number raised by one, as 0007 → 0008;
- U+001E: the text before it with its second-last number raised by one and the last
  starting at 1 again, as 12-0007 → 13-0001;
- U+001D: no text but nil, after which no other mark stands.

A column is narrow (UTF-8, in its place) or wide (UTF-16, big-endian, behind all
columns): wide if UTF-16 is not longer, or if the column is small and UTF-16 less than
a third longer. Chinese text is wide: it compresses to fewer bytes, and the compressor
keeps it apart from numbers.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from protocol.errors import FrameTooLarge, LocalProtocolError, MalformedFrame
from protocol.limits import WIDE_LIMIT_BYTES

_BETWEEN: Final = "\n"
_SAME: Final = "\x1c"
_NEXT: Final = "\x1f"
_NEXT_OF_SECOND: Final = "\x1e"
_NIL: Final = "\x1d"
_MARKS: Final = frozenset({_SAME, _NEXT, _NEXT_OF_SECOND, _NIL})
_REPEATS: Final = (_SAME, _NEXT, _NEXT_OF_SECOND)
_RAISED: Final = dict(zip("012345678", "123456789", strict=True))
_LAST_NUMBER: Final = re.compile(r"[0-9]{1,9}\Z")
_LAST_NUMBERS: Final = re.compile(r"([0-9]{1,9})([^0-9]+)([0-9]{1,9})\Z")
_DIGITS: Final = frozenset("0123456789")
_UNMARKED: Final = frozenset({"", _NIL})
"""Their repetition is not marked: it would not be shorter."""


def join_texts(values: Sequence[str | None]) -> tuple[str, int] | None:
    """The joined text of a column, and how many characters its marks stand for.

    None if a text holds a reserved character.
    """
    texts = [_NIL if text is None else text for text in values]
    joined = _BETWEEN.join(texts)
    if joined.count(_BETWEEN) != len(values) - 1:
        return None
    if _NEXT in joined or _NEXT_OF_SECOND in joined or _SAME in joined:
        return None
    if joined.count(_NIL) != values.count(None):
        return None
    marked = _BETWEEN.join(_marked(texts))
    marks = sum(map(marked.count, _REPEATS))
    return marked, len(joined) - len(marked) + marks


def split_texts(parts: list[str], room: int) -> tuple[Sequence[str | None], int]:
    """The texts of a column from its *parts* between line feeds, and the room left.

    Raises:
        MalformedFrame: a mark follows nothing, or a text without a number.
        FrameTooLarge: the marks stand for more than *room* characters.
    """
    if _MARKS.isdisjoint(parts):
        return parts, room
    texts: list[str | None] = []
    last: str | None = None
    for part in parts:
        if len(part) != 1 or part not in _MARKS:
            last = part
        elif part == _NIL:
            last = None
        else:
            if part != _SAME and last is not None:
                last = _successor(last, part)
            if last is None:
                raise MalformedFrame
            room -= len(last)
            if room < 0:
                raise FrameTooLarge
        texts.append(last)
    return texts, room


def is_wide(joined: str) -> bool:
    """Whether *joined* stands in UTF-16.

    Raises:
        LocalProtocolError: it has lone surrogates.
    """
    if joined.isascii():
        return False
    try:
        narrow, wide = len(joined.encode()), len(joined.encode("utf-16-be"))
    except UnicodeEncodeError as error:
        message = "text with lone surrogates"
        raise LocalProtocolError(message) from error
    return wide <= narrow or (narrow <= WIDE_LIMIT_BYTES and 3 * wide < 4 * narrow)


def encode_wide(columns: Sequence[str]) -> bytes:
    """All wide columns of a body behind one another."""
    return _BETWEEN.join(columns).encode("utf-16-be")


def decode_wide(found: object) -> list[str]:
    """The parts between line feeds of all wide columns of a body."""
    if type(found) is not bytes or not found:
        raise MalformedFrame
    try:
        return found.decode("utf-16-be").split(_BETWEEN)
    except UnicodeDecodeError as error:
        raise MalformedFrame from error


def split_narrow(found: str) -> list[str]:
    """The parts between line feeds of a narrow column."""
    return found.split(_BETWEEN)


def _marked(texts: list[str]) -> list[str]:
    """*texts* with marks for those that follow from the one before."""
    # A successor is as long as the text before it, and ends in a digit.
    return [
        texts[0],
        *[
            (text if text in _UNMARKED else _SAME)
            if text == last
            else text
            if len(text) != len(last) or text[-1] not in _DIGITS
            else _mark(last, text)
            for last, text in pairwise(texts)
        ],
    ]


def _mark(last: str, text: str) -> str:
    """The mark that stands for *text* after *last*, else *text*; both are as long."""
    if last[-1] in _RAISED:
        if text[-1] == _RAISED[last[-1]] and text[:-1] == last[:-1]:
            return _NEXT
    elif text[-1] == "0" and _successor(last, _NEXT) == text:
        return _NEXT
    if text[-1] == "1" and _successor(last, _NEXT_OF_SECOND) == text:
        return _NEXT_OF_SECOND
    return text


def _successor(text: str, mark: str) -> str | None:
    """What *mark* stands for after *text*; None where a number would grow longer."""
    if mark == _NEXT:
        raised = _RAISED.get(text[-1:])
        if raised is not None:
            return text[:-1] + raised
        found = _LAST_NUMBER.search(text)
        if found is None:
            return None
        raised = _raised(found[0])
        return None if raised is None else text[: found.start()] + raised
    found = _LAST_NUMBERS.search(text)
    if found is None:
        return None
    raised = _raised(found[1])
    if raised is None:
        return None
    return text[: found.start()] + raised + found[2] + "1".zfill(len(found[3]))


def _raised(digits: str) -> str | None:
    raised = str(int(digits) + 1).zfill(len(digits))
    return raised if len(raised) == len(digits) else None
