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


class Sources(dict[int, str]):
    """Names of machines by the numbers of their logs, looked up when first asked."""

    def __init__(self, rows: Rows) -> None:
        """Within one transaction."""
        super().__init__()
        self._rows = rows

    def __missing__(self, log_no: int) -> str:
        found = self[log_no] = source_of(self._rows, log_no)
        return found


def source_of(rows: Rows, log_no: int) -> str:
    """The machine in whose log a record was created; its printed log where unnamed."""
    row = rows.logs.row(log_no)
    while row.parent_no is not None:
        row = rows.logs.row(row.parent_no)
    own_name = rows.settings.get("machine.name") if row.is_own else None
    return row.name or str(own_name or "") or printed_log(row.log)


def names_of_machines(rows: Rows) -> dict[bytes, str]:
    """The names of all machines that ever joined, by key."""
    return {entry.public_key: entry.name for entry in entries(rows)}
