"""Proving that room and hub hold the same: chain hashes and digests compared."""

from __future__ import annotations

from collections.abc import Collection

from node.history.digest import scope_digest
from node.history.following import Rewind, rewind_below
from node.history.greeting import hub_time_of
from node.history.order import chain_at, head_of
from node.history.trust import serial_of
from node.store.port import Rows
from protocol.identity import Scope
from protocol.messages import Checkpoint, ScopeHead
from protocol.order import scope_digest as signed_digest

PROOFS = "proofs"
"""Per scope [fonds, compartment, epoch, place, whether the digests were equal]."""


def prove_scopes(
    rows: Rows, checkpoint: Checkpoint, stopped: Collection[Scope]
) -> list[Rewind]:
    """Compare each scope that was read to the checkpoint's place; what is to go back.

    A digest that differs is written down; a chain that differs means that the hub's
    order is another one, and the room reads it anew.
    """
    broken = []
    for head in checkpoint.scopes:
        scope_no = rows.scopes.number_of(head.scope)
        if scope_no is None or head.scope in stopped:
            continue
        if _has_parted(rows, scope_no, head):
            rewind = rewind_below(rows, scope_no, (head.epoch, head.place))
            broken += [] if rewind is None else [rewind]
        elif head.digest:
            _compare(rows, scope_no, head)
    return broken


def parted_scopes(rows: Rows, checkpoint: Checkpoint) -> list[Rewind]:
    """What is to go back before a bundle is read; nothing, where newer was heard."""
    if checkpoint.hub_time <= hub_time_of(rows):
        return []
    found = []
    for head in checkpoint.scopes:
        scope_no = rows.scopes.number_of(head.scope)
        if scope_no is not None and _has_parted(rows, scope_no, head):
            rewind = rewind_below(rows, scope_no, (head.epoch, head.place))
            found += [] if rewind is None else [rewind]
    return found


def equal_digests(rows: Rows) -> dict[Scope, bool]:
    """Whether the digests were equal when they were last compared, by scope."""
    proofs = rows.settings.get(PROOFS) or []
    return {Scope(row[0], row[1]): bool(row[4]) for row in proofs}


def digest_at_head(rows: Rows, scope_no: int) -> bytes:
    """The digest of a scope as it would be signed here and now."""
    head = head_of(rows, scope_no)
    scope = rows.scopes.row(scope_no).scope
    root = scope_digest(rows, scope_no)
    return signed_digest(scope, head.epoch, head.place, serial_of(rows), root)


def _has_parted(rows: Rows, scope_no: int, theirs: ScopeHead) -> bool:
    chain = chain_at(rows, scope_no, theirs.epoch, theirs.place)
    return chain is not None and chain != theirs.chain


def _compare(rows: Rows, scope_no: int, theirs: ScopeHead) -> None:
    head = head_of(rows, scope_no)
    if (head.epoch, head.place) != (theirs.epoch, theirs.place):
        return
    scope = rows.scopes.row(scope_no).scope
    is_equal = digest_at_head(rows, scope_no) == theirs.digest
    known = [
        row
        for row in rows.settings.get(PROOFS) or []
        if (row[0], row[1]) != (scope.fonds, scope.compartment)
    ]
    known.append(
        [scope.fonds, scope.compartment, head.epoch, head.place, int(is_equal)]
    )
    rows.settings.put(PROOFS, known)
