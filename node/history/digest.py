"""The digest of a scope: a tree over the leaves of its records.

Leaves stand by record identity in 4,096 buckets; a bucket's digest is the hash of its
leaves, and the tree over the buckets has a fan-out of 16. What is empty is 32 zero
bytes. Only buckets that changed are computed again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from node.clock import elapsed
from node.history.leaf import BUCKETS
from node.store.port import Rows
from node.store.row_types import LeafRow
from protocol.identity import ZERO_HASH, digest_256

STEP_SECONDS: Final = 0.04
_FAN_OUT: Final = 16
_LEVELS: Final = 3
_AT_ONCE: Final = 16
_ALL: Final = BUCKETS + 1


def refresh_buckets(
    rows: Rows, scope_no: int, within_seconds: float = STEP_SECONDS
) -> bool:
    """Compute changed buckets for a moment; True when none is left."""
    begun = elapsed()
    while True:
        dirty = rows.digests.dirty(scope_no, _AT_ONCE)
        if not dirty:
            return True
        rows.digests.put(scope_no, _fresh(rows, scope_no, dirty))
        if elapsed() - begun >= within_seconds:
            return not rows.digests.dirty(scope_no, 1)


def scope_digest(rows: Rows, scope_no: int) -> bytes:
    """The digest of the scope's confirmed survivors; 32 bytes, zeros when empty.

    Writes the digests of changed buckets; call ``refresh_buckets`` in steps first.
    """
    dirty = rows.digests.dirty(scope_no, _ALL)
    if dirty:
        rows.digests.put(scope_no, _fresh(rows, scope_no, dirty))
    return root_of(rows.digests.all(scope_no))


def read_digest(rows: Rows, scope_no: int) -> bytes:
    """The same digest without writing anything."""
    digests = rows.digests.all(scope_no)
    digests.update(_fresh(rows, scope_no, rows.digests.dirty(scope_no, _ALL)))
    return root_of({bucket: found for bucket, found in digests.items() if found})


def root_of(digests: Mapping[int, bytes]) -> bytes:
    """The root of the tree over the bucket digests."""
    level: Mapping[int, bytes] = digests
    for _ in range(_LEVELS):
        level = _above(level)
    return level.get(0, ZERO_HASH)


def node_children(digests: Mapping[int, bytes], path: Sequence[int]) -> list[bytes]:
    """The 16 children of the node at *path* (from the root down); for bisection."""
    levels: list[Mapping[int, bytes]] = [digests]
    for _ in range(_LEVELS - 1):
        levels.append(_above(levels[-1]))
    number = 0
    for step in path:
        number = number * _FAN_OUT + step
    level = levels[_LEVELS - 1 - len(path)]
    first = number * _FAN_OUT
    return [level.get(first + child, ZERO_HASH) for child in range(_FAN_OUT)]


def bucket_digest(rows: Rows, leaves: Sequence[LeafRow]) -> bytes:
    """The digest of one bucket; empty where it holds no leaf."""
    if not leaves:
        return b""
    ordered = sorted((rows.logs.id_of(row.log_no), row.n, row.leaf) for row in leaves)
    return digest_256("dangyi/bucket/1", *(leaf for _, _, leaf in ordered))


def _fresh(rows: Rows, scope_no: int, buckets: Sequence[int]) -> dict[int, bytes]:
    return {
        bucket: bucket_digest(rows, rows.digests.leaves(scope_no, bucket))
        for bucket in buckets
    }


def _above(level: Mapping[int, bytes]) -> dict[int, bytes]:
    parents = sorted({number // _FAN_OUT for number in level})
    return {
        parent: digest_256(
            "dangyi/node/1",
            *(
                level.get(parent * _FAN_OUT + child, ZERO_HASH)
                for child in range(_FAN_OUT)
            ),
        )
        for parent in parents
    }
