"""What of a record is compared with other papers: a function of its shown values."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from node.catalogue.fields import (
    CREATORS,
    DATE,
    DOC_NO,
    LEVEL,
    LEVEL_ITEM,
    LEVEL_VOLUME,
    TITLE,
)
from node.catalogue.likeness.numbers import Number, numbers_of, year_of
from node.search.folding import fold
from node.search.text import effective_years
from protocol.identity import Dot
from protocol.operations import LINKS_FIELD, Tag, Value

SAME_TEXT_AS: Final = 1
DUPLICATE_OF: Final = 2
ALIAS_OF: Final = 3
NOT_A_DUPLICATE_OF: Final = 4
SETTLED_LINKS: Final = frozenset({DUPLICATE_OF, ALIAS_OF, NOT_A_DUPLICATE_OF})
"""A pair with such a link has been decided."""

ORIGIN: Final = 28
"""生成方式."""
_DIGITISED: Final = "数字化"
_ABOUT: Final = "关于"
_PASSED_ON: Final = re.compile("转发|批转|印发|转批")
_HAN_YEAR: Final = re.compile("[〇零一二三四五六七八九]{4}")
_HAN_DIGITS: Final = str.maketrans("〇零一二三四五六七八九", "00123456789")
_COUNTS: Final = re.compile("[0-9]+|[一二三四五六七八九十百千〇零]+")
_MOST_CHARACTERS: Final = 500
_DAY_DIGITS: Final = 8


class Paper(NamedTuple):
    """One paper, as it is compared."""

    level: int
    numbers: frozenset[Number]
    body: str
    """The title behind its first 关于, folded, signs left out."""
    head: str
    """What stands before that: who issued it, in most titles."""
    counts: tuple[str, ...]
    """Numbers in the body, in order."""
    day: str
    """Digits of the date, as many as are known."""
    year: int
    """What the record counts for; 0 unknown."""
    issuers: tuple[str, ...]
    images: frozenset[bytes]
    """Hashes of its objects."""
    is_digital: bool
    settled: frozenset[Dot]
    """Records of which a person said whether they are the same paper."""
    linked: frozenset[Dot]
    """Records of other fonds that hold the same text, as a person said."""


def paper_of(values: Mapping[int, Sequence[Value]]) -> Paper | None:
    """The paper with these shown values; None where nothing can be compared.

    Of several values for one field the least counts: which machine wrote first must
    not show.
    """
    level = _level(values)
    if level not in (LEVEL_VOLUME, LEVEL_ITEM):
        return None
    numbers = numbers_of(_least(values, DOC_NO))
    head, body, counts = _title_parts(_least(values, TITLE)[:_MOST_CHARACTERS])
    images = frozenset(_images(values))
    if not body and not numbers and not images:
        return None
    day = _digits(_least(values, DATE).partition("/")[0])[:_DAY_DIGITS]
    years = effective_years(values)
    issuers = sorted({fold(name) for name in _texts(values, CREATORS)} - {""})
    return Paper(
        level,
        numbers,
        body,
        head,
        counts,
        day,
        int(years[0]) if years else year_of(numbers),
        tuple(issuers),
        images,
        bool(images) or _DIGITISED in _texts(values, ORIGIN),
        _links(values, SETTLED_LINKS),
        _links(values, frozenset({SAME_TEXT_AS})),
    )


@lru_cache(maxsize=1024)
def _title_parts(title: str) -> tuple[str, str, tuple[str, ...]]:
    """Head, body and counts of a title."""
    plain = "".join(character for character in fold(title) if character.isalnum())
    plain = _HAN_YEAR.sub(lambda found: found[0].translate(_HAN_DIGITS), plain)
    head, about, body = plain.partition(_ABOUT)
    if not about or not body or _PASSED_ON.search(head):
        head, body = "", plain
    return head, body, tuple(_COUNTS.findall(body))


def _level(values: Mapping[int, Sequence[Value]]) -> int:
    found = values.get(LEVEL, ())
    return found[0] if found and isinstance(found[0], int) else LEVEL_ITEM


def _least(values: Mapping[int, Sequence[Value]], field: int) -> str:
    return min(_texts(values, field), default="")


def _texts(values: Mapping[int, Sequence[Value]], field: int) -> list[str]:
    return [value for value in values.get(field, ()) if isinstance(value, str)]


def _digits(text: str) -> str:
    return "".join(c for c in text if c.isascii() and c.isdigit())


def _images(values: Mapping[int, Sequence[Value]]) -> list[bytes]:
    found = []
    for each in values.values():
        for value in each:
            match value:
                case (Tag.OBJECT, bytes(hashed), *_):
                    found.append(hashed)
                case _:
                    continue
    return found


def _links(
    values: Mapping[int, Sequence[Value]], kinds: frozenset[int]
) -> frozenset[Dot]:
    found = set()
    for value in values.get(LINKS_FIELD, ()):
        match value:
            case (int(kind), _, _, bytes(log), int(n), *_) if kind in kinds:
                found.add(Dot(log, n))
            case _:
                continue
    return frozenset(found)
