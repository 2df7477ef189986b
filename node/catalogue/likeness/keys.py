"""Keys under which a paper's like is found: functions of the paper alone.

Law: two papers of one fonds whose score reaches CANDIDATE stand under a common key. So
all candidates are found by looking under the keys of what changed, whatever the order
(tests/node/test_likeness.py compares with every pair).

The one exception is a *crowded* key: one that more papers of the fonds stand under than
its kind bears says nothing, and is not looked under. A title that a dozen papers of one
year bear is a usual title; a day or a 文号 of hundreds is a column filled down.
"""

from __future__ import annotations

import hashlib
from typing import Final

from node.catalogue.likeness.paper import Paper
from node.catalogue.likeness.scoring import EDGE, SHORTEST_NEAR, SHORTEST_SAME

KEY_BYTES: Final = 8
_KIND_BYTES: Final = 1
NUMBER: Final = b"\x01"
IMAGE: Final = b"\x02"
TITLE: Final = b"\x03"
BEGINNING: Final = b"\x04"
ENDING: Final = b"\x05"
BEARS: Final = {NUMBER: 40, IMAGE: 40, TITLE: 12, BEGINNING: 60, ENDING: 60}
"""How many papers may stand under a key of each kind."""
_DAY: Final = 8


def keys_of(paper: Paper) -> tuple[bytes, ...]:
    """The paper's keys inside its fonds, sorted."""
    level = str(paper.level)
    found = {_key(NUMBER, level, each.key) for each in paper.numbers if each.office}
    found |= {_key(IMAGE, level, image.hex()) for image in paper.images}
    if len(paper.body) >= SHORTEST_SAME and paper.year:
        found.add(_key(TITLE, level, str(paper.year), paper.body))
    if len(paper.body) >= SHORTEST_SAME and len(paper.day) == _DAY:
        found.add(_key(TITLE, level, paper.day, paper.body))
    if len(paper.body) >= SHORTEST_NEAR and len(paper.day) == _DAY:
        found.add(_key(BEGINNING, level, paper.day, paper.body[:EDGE]))
        found.add(_key(ENDING, level, paper.day, paper.body[-EDGE:]))
    return tuple(sorted(found))


def marks_of(paper: Paper) -> tuple[bytes, ...]:
    """The paper's marks for all fonds, sorted: its numbers, and its title by day."""
    found = {_key(NUMBER, "mark", each.key) for each in paper.numbers if each.office}
    if len(paper.body) >= SHORTEST_SAME and len(paper.day) == _DAY:
        found.add(_key(TITLE, "mark", paper.day, paper.body))
    return tuple(sorted(found))


def bears(key: bytes) -> int:
    """How many papers may stand under the key before it is crowded."""
    return BEARS[key[:_KIND_BYTES]]


def kind_of(key: bytes) -> bytes:
    """The kind of a key or a mark: NUMBER, TITLE and so on."""
    return key[:_KIND_BYTES]


def _key(kind: bytes, *parts: str) -> bytes:
    text = "\n".join(parts).encode()
    size = KEY_BYTES - _KIND_BYTES
    return kind + hashlib.blake2b(text, digest_size=size).digest()
