"""A hub whose database is older than what it sealed goes on under a new log.

The sidecar beside the database tells: the hub was put back from a copy, so every scope
opens a new epoch too. What is lost comes back from the rooms that hold it.
"""

from __future__ import annotations

from dataclasses import replace

from node.history.epochs import open_epochs
from node.history.incarnation import open_incarnation
from node.history.sidecar import Sealed, write_sidecar
from node.history.trust import entry_of_key, issue
from node.home import Home
from node.keys import random_bytes
from node.store.port import Rows
from node.store.row_types import LogRow
from node.store.store import Store
from protocol.identity import ZERO_HASH

_NONCE_BYTES = 16


async def succeed(store: Store, home: Home) -> None:
    """Open a new incarnation of this hub, and say so in the trust list."""
    nonce = random_bytes(_NONCE_BYTES)
    sealed = await store.write(lambda rows: _succeed(rows, nonce))
    await store.wait(lambda: write_sidecar(home, sealed))


def leave_to_its_writer(rows: Rows, log_no: int) -> None:
    """Where this hub's newest log has a set that is not here, go on under another.

    The hub wrote it before it was put back from a copy, and a room brings it back.
    Under the same log its next numbers would be given twice.
    """
    own = rows.logs.own()
    if own is not None and own.log_no == log_no:
        _go_on(rows, random_bytes(_NONCE_BYTES))


def _succeed(rows: Rows, nonce: bytes) -> Sealed:
    own = _go_on(rows, nonce)
    open_epochs(rows)
    return Sealed(own.log, 0, ZERO_HASH)


def _go_on(rows: Rows, nonce: bytes) -> LogRow:
    """A new log of this hub, of which every machine will hear."""
    own = rows.logs.row(open_incarnation(rows, nonce))
    former = None if own.public_key is None else entry_of_key(rows, own.public_key)
    if former is not None:
        issue(rows, replace(former, log=own.log, nonce=nonce, forks=()))
    return own
