"""The hub's order of one scope as a chain of hashes (docs/protocol.md, Order).

Every place of an order has an entry; every entry is hashed into the chain of its
epoch, so whoever holds the entries can prove which came before which. Pure.
"""

from __future__ import annotations

from typing import Final

from protocol.identity import HASH_BYTES, Scope, digest_256
from protocol.messages import EntryKind

CHAIN_TAG_BYTES: Final = 8
"""So much of a chain hash tells in a hello which entries led to a place."""


def scope_bytes(scope: Scope) -> bytes:
    """The 12 bytes that stand for a scope inside a hash."""
    return scope.fonds + scope.compartment.to_bytes(4, "big")


def first_chain(scope: Scope, epoch: int) -> bytes:
    """The chain hash at place 0 of *epoch*: before any entry."""
    return digest_256("dangyi/order/1", scope_bytes(scope), epoch.to_bytes(4, "big"))


def chain_after_set(chain: bytes, place: int, set_hash: bytes, branch: bytes) -> bytes:
    """The chain hash at *place*, where a change-set stands.

    *branch* is the LogId of the fork's branch that the set belongs to, else empty.
    """
    return _next(chain, place, EntryKind.CHANGE_SET, set_hash + branch)


def chain_after_opening(
    chain: bytes, from_epoch: int, from_place: int, from_chain: bytes
) -> bytes:
    """The chain hash at place 1 of an epoch that goes on from an older one."""
    content = from_epoch.to_bytes(4, "big") + from_place.to_bytes(8, "big") + from_chain
    return _next(chain, 1, EntryKind.OPENING, content)


def chain_tag(chain: bytes, place: int) -> bytes:
    """The tag of a place with this chain hash; empty at place 0, which all share."""
    return chain[:CHAIN_TAG_BYTES] if place else b""


def scope_digest(
    scope: Scope, epoch: int, place: int, trust_serial: int, root: bytes
) -> bytes:
    """What two sides compare: *root* of the records at that place and trust."""
    return digest_256(
        "dangyi/digest/1",
        scope_bytes(scope),
        epoch.to_bytes(4, "big"),
        place.to_bytes(8, "big"),
        trust_serial.to_bytes(8, "big"),
        root,
    )


def _next(chain: bytes, place: int, kind: int, content: bytes) -> bytes:
    entry = digest_256(
        "dangyi/entry/1", place.to_bytes(8, "big"), kind.to_bytes(1, "big"), content
    )
    return digest_256("dangyi/chain/1", chain[:HASH_BYTES], entry)
