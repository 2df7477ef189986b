"""The hub's order of each scope: entries, heads, epochs.

A place is given inside the transaction that admits the set, so two writers cannot
take one place. Rooms keep the same entries as they read them from the feed.
"""

from __future__ import annotations

from dataclasses import dataclass

from node.store.port import Rows
from node.store.row_types import HeadRow, OrderRow, SetRow
from protocol.identity import Scope
from protocol.messages import EntryKind
from protocol.order import chain_after_opening, chain_after_set, first_chain

FIRST_EPOCH = 1


@dataclass(frozen=True, slots=True)
class Segment:
    """Entries of one epoch: behind *after* up to *last*."""

    epoch: int
    after: int
    last: int


def head_of(rows: Rows, scope_no: int) -> HeadRow:
    """Where the scope's order ends; place 0 of the first epoch where it is empty."""
    head = rows.orders.head(scope_no)
    if head is not None:
        return head
    scope = rows.scopes.row(scope_no).scope
    return HeadRow(scope_no, FIRST_EPOCH, 0, first_chain(scope, FIRST_EPOCH), b"", 0)


def chain_at(rows: Rows, scope_no: int, epoch: int, place: int) -> bytes | None:
    """The chain hash at a place; None where that place is not known here."""
    if place == 0:
        return first_chain(rows.scopes.row(scope_no).scope, epoch)
    entry = rows.orders.entry(scope_no, epoch, place)
    return None if entry is None else entry.chain


def append_set(rows: Rows, scope_no: int, row: SetRow) -> HeadRow:
    """The next place of the scope is the set's."""
    head = head_of(rows, scope_no)
    log = rows.logs.row(row.log_no)
    branch = b"" if log.parent_no is None else log.log
    place = head.place + 1
    chain = chain_after_set(head.chain, place, row.hash, branch)
    entry = OrderRow(
        scope_no=scope_no,
        epoch=head.epoch,
        place=place,
        kind=EntryKind.CHANGE_SET,
        log_no=row.log_no,
        seq=row.seq,
        hash=row.hash,
        chain=chain,
        from_epoch=0,
        from_place=0,
    )
    return _append(rows, head, entry)


def open_epoch(rows: Rows, scope_no: int, epoch: int) -> HeadRow:
    """A new epoch begins; it goes on from where the order stands now."""
    head = head_of(rows, scope_no)
    return append_opening(rows, scope_no, epoch, head.epoch, head.place, head.chain)


def append_opening(
    rows: Rows,
    scope_no: int,
    epoch: int,
    from_epoch: int,
    from_place: int,
    from_chain: bytes,
) -> HeadRow:
    """The first entry of *epoch* says from where it goes on."""
    scope = rows.scopes.row(scope_no).scope
    before = HeadRow(scope_no, epoch, 0, first_chain(scope, epoch), b"", 0)
    chain = chain_after_opening(before.chain, from_epoch, from_place, from_chain)
    entry = OrderRow(
        scope_no=scope_no,
        epoch=epoch,
        place=1,
        kind=EntryKind.OPENING,
        log_no=None,
        seq=None,
        hash=from_chain,
        chain=chain,
        from_epoch=from_epoch,
        from_place=from_place,
    )
    return _append(rows, before, entry)


def way_from(rows: Rows, scope_no: int, epoch: int, place: int) -> list[Segment]:
    """What leads from (epoch, place) to the head, epoch by epoch.

    A place above the point where the next epoch goes on is of an order that is no
    more; the way then begins with that epoch's opening.
    """
    head = rows.orders.head(scope_no)
    if head is None:
        return []
    ends: dict[int, int] = {}
    lineage = [head.epoch]
    while lineage[-1] != FIRST_EPOCH:
        opening = rows.orders.entry(scope_no, lineage[-1], 1)
        if opening is None or opening.kind != EntryKind.OPENING:
            break
        ends[opening.from_epoch] = opening.from_place
        lineage.append(opening.from_epoch)
    segments = []
    for each in sorted(lineage):
        last = head.place if each == head.epoch else ends[each]
        if each < epoch:
            continue
        after = place if each == epoch else 0
        if after < last:
            segments.append(Segment(each, after, last))
    return segments


def scope_named(rows: Rows, scope: Scope) -> int | None:
    """The number of the scope by any identity of it."""
    return rows.scopes.number_of(scope)


def _append(rows: Rows, head: HeadRow, entry: OrderRow) -> HeadRow:
    rows.orders.append(entry)
    after = HeadRow(head.scope_no, entry.epoch, entry.place, entry.chain, b"", 0)
    rows.orders.put_head(after)
    return after
