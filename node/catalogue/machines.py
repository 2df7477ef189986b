"""Machines by the names under which the hub knows them."""

from __future__ import annotations

from node.errors import NodeError
from node.history.trust import entries
from node.store.port import Rows
from protocol.identity import printed_log
from protocol.messages import LogState


class UnknownMachine(NodeError):
    """No machine of that name has joined, or several have."""

    code = "unknown-machine"

    def __init__(self, wanted: str, known: tuple[str, ...]) -> None:
        super().__init__(wanted, known)
        self.wanted = wanted
        self.known = known


def key_of_machine(rows: Rows, name: str) -> bytes:
    """The public key of the active machine with that name, or that printed log.

    Raises:
        UnknownMachine: there is none, or several bear the name.
    """
    active = [entry for entry in entries(rows) if entry.state == LogState.ACTIVE]
    found = {
        entry.public_key
        for entry in active
        if name.strip() in (entry.name, printed_log(entry.log))
    }
    if len(found) != 1:
        raise UnknownMachine(name, tuple(sorted({entry.name for entry in active})))
    return next(iter(found))


def names_of_machines(rows: Rows) -> dict[bytes, str]:
    """The names of all machines that ever joined, by key."""
    return {entry.public_key: entry.name for entry in entries(rows)}
