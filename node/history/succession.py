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
from node.store.store import Store
from protocol.identity import ZERO_HASH

_NONCE_BYTES = 16


async def succeed(store: Store, home: Home) -> None:
    """Open a new incarnation of this hub, and say so in the trust list."""
    nonce = random_bytes(_NONCE_BYTES)
    sealed = await store.write(lambda rows: _succeed(rows, nonce))
    await store.wait(lambda: write_sidecar(home, sealed))


def _succeed(rows: Rows, nonce: bytes) -> Sealed:
    own = rows.logs.row(open_incarnation(rows, nonce))
    open_epochs(rows)
    former = None if own.public_key is None else entry_of_key(rows, own.public_key)
    if former is not None:
        issue(rows, replace(former, log=own.log, nonce=nonce, forks=()))
    return Sealed(own.log, 0, ZERO_HASH)
