"""Machines that join: invitations, and what an invited machine gets.

An invitation is used once; the same machine may come again with it, because its first
answer may have been lost.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import msgpack

from node.history.registers import COMMON
from node.history.trust import entry_of, issue, note_aliases
from node.store.port import Rows
from node.store.row_types import BoxKeyRow, InvitationRow
from protocol.boxkeys import encode_statement, verify_statement
from protocol.errors import UnexpectedMessage
from protocol.identity import Scope, log_id
from protocol.messages import (
    Certificate,
    GrantedScope,
    JoinStatement,
    TrustEntry,
    TrustList,
)

ROLE_ROOM = 1


@dataclass(frozen=True, slots=True)
class Invited:
    """What an invitation promises."""

    name: str
    secret: bytes
    fonds: dict[str, str]
    """Code to title."""
    used_by: bytes | None
    """LogId of the machine that came with it."""


@dataclass(frozen=True, slots=True)
class Joined:
    """What a machine gets that joins."""

    certificate: Certificate
    trust_list: TrustList


def keep_invitation(
    rows: Rows,
    invitation: bytes,
    secret: bytes,
    name: str,
    fonds: Mapping[str, str],
    now: int,
) -> None:
    """Remember an invitation that is about to be given out."""
    packed = msgpack.packb([[code, title] for code, title in fonds.items()])
    rows.invitations.add(InvitationRow(invitation, secret, name, packed, now, None))


def find_invitation(rows: Rows, invitation: bytes) -> Invited | None:
    """What was promised."""
    row = rows.invitations.get(invitation)
    if row is None:
        return None
    fonds = dict(msgpack.unpackb(row.scopes))
    return Invited(row.name, row.secret, fonds, row.used_by)


def admit_machine(
    rows: Rows, statement: JoinStatement, scopes: Mapping[str, Scope]
) -> TrustEntry:
    """The trust entry of a machine that came with a good invitation.

    *scopes*: the hub's scope for each fonds code of the invitation.

    Raises:
        BadSignature: a box key is not the machine's own word.
        UnexpectedMessage: there is no such invitation, or another machine used it.
    """
    log = log_id(statement.node_key, statement.nonce)
    row = rows.invitations.get(statement.invitation)
    if row is None or row.used_by not in (None, log):
        message = "no such invitation"
        raise UnexpectedMessage(message)
    for key in (statement.wire_key, statement.courier_key):
        verify_statement(key, statement.node_key)
        rows.box_keys.put(
            BoxKeyRow(key.owner, key.purpose, key.serial, encode_statement(key))
        )
    known = entry_of(rows, log)
    if known is not None and row.used_by == log:
        return known
    rows.invitations.use(statement.invitation, log)
    granted = [*_common(rows), *_granted(rows, statement, scopes)]
    for each in granted:
        note_aliases(rows, each)
    return issue(
        rows,
        TrustEntry(
            serial=0,
            log=log,
            public_key=statement.node_key,
            nonce=statement.nonce,
            name=row.name,
            scopes=tuple(granted),
        ),
    )


def _common(rows: Rows) -> list[GrantedScope]:
    found = rows.settings.get(COMMON)
    return [] if found is None else [GrantedScope(Scope(found[0], found[1]))]


def _granted(
    rows: Rows, statement: JoinStatement, scopes: Mapping[str, Scope]
) -> list[GrantedScope]:
    """Each scope with the identity that the machine gave it before it joined."""
    granted = []
    for code, scope in scopes.items():
        aliases = sorted(
            own.scope
            for own in statement.fonds
            if own.code == code and own.scope != scope and _is_free(rows, own.scope)
        )
        granted.append(GrantedScope(scope, tuple(aliases)))
    return granted


def _is_free(rows: Rows, alias: Scope) -> bool:
    """No other scope of the hub has that identity already."""
    return rows.scopes.number_of(alias) is None
