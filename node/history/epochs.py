"""Epochs: how a hub that was restored from an older copy goes on.

A hello that is ahead of the hub tells it that it was restored. Every scope then opens
a new epoch, from the place where it stands; what was above that place comes back from
the rooms that hold it.
"""

from __future__ import annotations

from collections.abc import Iterator

from node.history.order import head_of, open_epoch
from node.history.trust import FLOOR, serial_of
from node.store.port import Rows
from node.store.row_types import HeadRow, PeerRow
from protocol.hello_codec import encode_hello
from protocol.messages import Hello, ScopePlace

GAPS = "trust.gaps"
"""[last serial before a restore, first serial after it] for every restore: a list of
a serial between them is one that this hub has signed and lost."""
SERIALS_SKIPPED = 1 << 16
"""How far serials jump when the hub is restored, above all that it may have lost."""
SERIALS_BELIEVED = 1 << 24
EPOCHS_BELIEVED = 64
"""A hello that claims to know of more than so many serials or epochs that this hub
does not is not believed: numbers end somewhere, and no room may use them up."""


def is_newer(rows: Rows, hello: Hello) -> bool:
    """Whether no hello of this or a higher number was heard of the log."""
    known = rows.peers.get(rows.logs.ensure(hello.log))
    return known is None or hello.exchange > known.exchange


def note_hello(rows: Rows, hello: Hello, hello_hash: bytes, now: int) -> bool:
    """Remember the sender's newest hello; False where it is not newer than known."""
    if not is_newer(rows, hello):
        return False
    log_no = rows.logs.ensure(hello.log)
    row = PeerRow(log_no, hello.exchange, hello_hash, now, encode_hello(hello))
    rows.peers.put(row)
    return True


def is_ahead(rows: Rows, hello: Hello) -> bool:
    """Whether the room has seen more of this hub than the hub knows of itself."""
    return any(
        (place.epoch, place.place) > (head.epoch, head.place)
        for place, head in _believed(rows, hello)
    )


def lost_since(rows: Rows, serial: int) -> int | None:
    """The last serial before the restore that lost *serial*; None: it was not lost."""
    if serial > serial_of(rows):
        return serial_of(rows)
    for last, first in rows.settings.get(GAPS) or []:
        if last < serial < first:
            return int(last)
    return None


def is_trust_behind(rows: Rows, hello: Hello) -> bool:
    """Whether the room holds a trust list that this hub has lost."""
    return lost_since(rows, hello.trust_serial) is not None


def raise_for(rows: Rows, hello: Hello) -> None:
    """Open a new epoch in every scope, above all that the hello speaks of."""
    heard = (place.epoch for place, _ in _believed(rows, hello))
    open_epochs(rows, max(heard, default=0))


def rise_above(rows: Rows, hello: Hello) -> None:
    """Issue no serial that the room has heard of already."""
    if hello.trust_serial - serial_of(rows) <= SERIALS_BELIEVED:
        skip_serials(rows, hello.trust_serial)


def open_epochs(rows: Rows, above: int = 0) -> None:
    """Open a new epoch in every scope that has an order."""
    newest = above
    heads = []
    for scope in rows.scopes.all():
        if rows.orders.head(scope.scope_no) is not None:
            heads.append(scope.scope_no)
            newest = max(newest, head_of(rows, scope.scope_no).epoch)
    for scope_no in heads:
        open_epoch(rows, scope_no, newest + 1)
    skip_serials(rows, serial_of(rows) + SERIALS_SKIPPED)


def skip_serials(rows: Rows, serial: int) -> None:
    """No serial at or below *serial* is issued from now on."""
    last = serial_of(rows)
    if serial > max(last, int(rows.settings.get(FLOOR) or 0)):
        rows.settings.put(FLOOR, serial)
        gaps = [gap for gap in rows.settings.get(GAPS) or [] if gap[0] != last]
        rows.settings.put(GAPS, [*gaps, [last, serial + 1]])


def _believed(rows: Rows, hello: Hello) -> Iterator[tuple[ScopePlace, HeadRow]]:
    """Places of the hello in scopes of this hub, beside where each order ends."""
    for place in hello.scopes:
        scope_no = rows.scopes.number_of(place.scope)
        if scope_no is not None:
            head = head_of(rows, scope_no)
            if place.epoch - head.epoch <= EPOCHS_BELIEVED:
                yield place, head
