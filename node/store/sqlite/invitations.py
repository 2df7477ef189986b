"""Statements on invitations that the hub gave out."""

from __future__ import annotations

from node.store.connection import Database
from node.store.row_types import InvitationRow


class SqliteInvitations:
    """Invitations in SQLite."""

    __slots__ = ("_database",)

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, row: InvitationRow) -> None:
        """Keep a new invitation."""
        self._database.execute(
            "INSERT INTO invitations (invitation, secret, name, scopes, made_at,"
            " used_by) VALUES (?, ?, ?, ?, ?, ?)",
            row,
        )

    def get(self, invitation: bytes) -> InvitationRow | None:
        """The invitation."""
        row = self._database.execute(
            "SELECT invitation, secret, name, scopes, made_at, used_by"
            " FROM invitations WHERE invitation = ?",
            (invitation,),
        ).fetchone()
        return None if row is None else InvitationRow(*row)

    def use(self, invitation: bytes, log: bytes) -> None:
        """The machine with *log* came with it."""
        self._database.execute(
            "UPDATE invitations SET used_by = ? WHERE invitation = ?",
            (log, invitation),
        )
