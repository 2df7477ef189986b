"""Keys under which a paper's like is found: functions of the paper alone.

Law: two papers of one fonds whose score reaches CANDIDATE stand under a common key. So
all candidates are found by looking under the keys of what changed, whatever the order
(tests/node/test_likeness.py compares with every pair).

The one exception is a *crowded* key: one that more papers of the fonds stand under than
its kind bears says nothing, and is not looked under. A title that a dozen papers of one
year bear is a usual title; a day or a 文号 of hundreds is a column filled down.

A key is its kind (1 byte), the month that it belongs to (2) and a hash (5). By month,
because what is catalogued together is of one time: so it is written close together.
"""

from __future__ import annotations

import hashlib
from typing import Final

from node.catalogue.likeness.numbers import year_of
from node.catalogue.likeness.paper import Paper
from node.catalogue.likeness.scoring import EDGE, SHORTEST_NEAR, SHORTEST_SAME

KEY_BYTES: Final = 8
_KIND_BYTES: Final = 1
_HASH_BYTES: Final = 5
NUMBER: Final = b"\x01"
IMAGE: Final = b"\x02"
TITLE: Final = b"\x03"
BEGINNING: Final = b"\x04"
ENDING: Final = b"\x05"
BEARS: Final = {NUMBER: 40, IMAGE: 40, TITLE: 12, BEGINNING: 60, ENDING: 60}
"""How many papers may stand under a key of each kind."""
_DAY: Final = 8
_MONTHS: Final = 20
"""More than months are: a damaged date has month 13 to 19."""


def keys_of(paper: Paper) -> tuple[bytes, ...]:
    """The paper's keys inside its fonds, sorted."""
    level = str(paper.level)
    found = {_key(IMAGE, 0, level, image.hex()) for image in paper.images}
    found.update(_number_keys(paper, level))
    if len(paper.body) >= SHORTEST_SAME and paper.year:
        month = _month(str(paper.year))
        found.add(_key(TITLE, month, level, "year", paper.body))
    if len(paper.day) == _DAY:
        month = _month(paper.day)
        if len(paper.body) >= SHORTEST_SAME:
            found.add(_key(TITLE, month, level, paper.day, paper.body))
        if len(paper.body) >= SHORTEST_NEAR:
            begins, ends = paper.body[:EDGE], paper.body[-EDGE:]
            found.add(_key(BEGINNING, month, level, paper.day, begins))
            found.add(_key(ENDING, month, level, paper.day, ends))
    return tuple(sorted(found))


def marks_of(paper: Paper) -> tuple[bytes, ...]:
    """The paper's marks for all fonds, sorted: its numbers, and its title by day."""
    found = set(_number_keys(paper, "mark"))
    if len(paper.body) >= SHORTEST_SAME and len(paper.day) == _DAY:
        month = _month(paper.day)
        found.add(_key(TITLE, month, "mark", paper.day, paper.body))
    return tuple(sorted(found))


def bears(key: bytes) -> int:
    """How many papers may stand under the key before it is crowded."""
    return BEARS[key[:_KIND_BYTES]]


def kind_of(key: bytes) -> bytes:
    """The kind of a key or a mark: NUMBER, TITLE and so on."""
    return key[:_KIND_BYTES]


def _number_keys(paper: Paper, what: str) -> list[bytes]:
    return [
        _key(NUMBER, _month(str(year_of(frozenset({number})))), what, number.key)
        for number in paper.numbers
        if number.office
    ]


def _month(digits: str) -> int:
    """Years and months of digits as one number of two bytes; 0 unknown."""
    year, month = int(digits[:4]), int(digits[4:6] or 0)
    return max(0, min(0xFFFF, year * _MONTHS + month))


def _key(kind: bytes, month: int, *parts: str) -> bytes:
    text = "\n".join(parts).encode()
    hashed = hashlib.blake2b(text, digest_size=_HASH_BYTES).digest()
    return kind + month.to_bytes(2, "big") + hashed
