"""SQL of the tables ``scopes`` and ``scope_aliases``."""

from __future__ import annotations

import sqlite3

from node.store.row_types import ScopeRow
from protocol.identity import Scope


class SqliteScopes:
    """Scopes and every identity by which they are known."""

    __slots__ = ("_database",)

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    def number_of(self, scope: Scope) -> int | None:
        found = self._database.execute(
            "SELECT scope_no FROM scope_aliases WHERE fonds = ? AND compartment = ?",
            (scope.fonds, scope.compartment),
        ).fetchone()
        return None if found is None else int(found[0])

    def ensure(self, scope: Scope) -> int:
        known = self.number_of(scope)
        if known is not None:
            return known
        cursor = self._database.execute(
            "INSERT INTO scopes (fonds, compartment) VALUES (?, ?)",
            (scope.fonds, scope.compartment),
        )
        scope_no = int(cursor.lastrowid or 0)
        self.add_alias(scope, scope_no)
        return scope_no

    def add_alias(self, alias: Scope, scope_no: int) -> None:
        self._database.execute(
            "INSERT INTO scope_aliases (fonds, compartment, scope_no)"
            " VALUES (?, ?, ?) ON CONFLICT (fonds, compartment)"
            " DO UPDATE SET scope_no = excluded.scope_no",
            (alias.fonds, alias.compartment, scope_no),
        )

    def aliases(self, scope_no: int) -> tuple[Scope, ...]:
        found = self._database.execute(
            "SELECT fonds, compartment FROM scope_aliases WHERE scope_no = ?"
            " ORDER BY fonds, compartment",
            (scope_no,),
        )
        return tuple(Scope(fonds, compartment) for fonds, compartment in found)

    def set_canonical(self, scope_no: int, scope: Scope) -> None:
        self._database.execute(
            "UPDATE scopes SET fonds = ?, compartment = ? WHERE scope_no = ?",
            (scope.fonds, scope.compartment, scope_no),
        )
        self.add_alias(scope, scope_no)

    def set_granted(self, scope_no: int, *, is_granted: bool) -> None:
        self._database.execute(
            "UPDATE scopes SET granted = ? WHERE scope_no = ?",
            (int(is_granted), scope_no),
        )

    def row(self, scope_no: int) -> ScopeRow:
        found = self._database.execute(
            "SELECT scope_no, fonds, compartment, granted FROM scopes"
            " WHERE scope_no = ?",
            (scope_no,),
        ).fetchone()
        if found is None:
            raise LookupError(scope_no)
        return _row(found)

    def all(self) -> list[ScopeRow]:
        found = self._database.execute(
            "SELECT scope_no, fonds, compartment, granted FROM scopes ORDER BY scope_no"
        )
        return [_row(row) for row in found]


def _row(found: tuple[int, bytes, int, int]) -> ScopeRow:
    number, fonds, compartment, granted = found
    return ScopeRow(number, Scope(fonds, compartment), bool(granted))
