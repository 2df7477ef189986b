"""What names the content of a record: the dots that survive in it.

The same before and after an exchange that only confirmed it.
"""

from __future__ import annotations

import msgpack

from node.catalogue.saving import Held
from node.store.row_types import RecordFlag
from protocol.identity import digest_128


def version_of(held: Held, flags: int) -> bytes:
    """16 bytes that are others as soon as anything was written to the record."""
    content: bytes = msgpack.packb(
        (
            [
                (number, sorted(tuple(dot) for dot in held.survivors[number]))
                for number in sorted(held.survivors)
            ],
            [
                (number, sorted((*each.dot, each.position) for each in present))
                for number, present in sorted(held.elements.items())
            ],
            flags & RecordFlag.WITHDRAWN,
        )
    )
    return digest_128("dangyi/content/1", content)
