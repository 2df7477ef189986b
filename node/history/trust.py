"""Trust entries: who may write where, which logs forked, where a revoked log is cut.

The hub issues entries with rising serials; a room keeps what the hub signed. Nothing
here reads a clock.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from enum import Enum

from node.history.branches import ensure_branch
from node.store.port import Rows
from node.store.row_types import TrustRow
from protocol.identity import Scope
from protocol.messages import (
    Fork,
    GrantedScope,
    LogState,
    TrustEntry,
    TrustList,
)
from protocol.trust import (
    is_whole,
    make_trust_list,
    merged,
    verify_trust_list,
    verify_trust_signature,
)
from protocol.trust_codec import decode_trust_entry, encode_trust_entry

SERIAL = "trust.serial"
FLOOR = "trust.floor"
"""Highest serial heard from a room; none at or below it is issued."""
OWN_LOGS = "trust.own_logs"
"""Setting of a hub: its own logs, the oldest first."""
SIGNED = "trust.signed"
"""[serial, whole hash, signature] of the list that is held."""


def serial_of(rows: Rows) -> int:
    """Serial of the list that is held; 0 before the first."""
    return int(rows.settings.get(SERIAL) or 0)


def entry_of(rows: Rows, log: bytes) -> TrustEntry | None:
    """The log's entry."""
    row = rows.trust.get(log)
    return None if row is None else decode_trust_entry(row.entry)


def entries(rows: Rows, above: int = 0) -> tuple[TrustEntry, ...]:
    """Entries of a serial above *above*, sorted by log."""
    return tuple(decode_trust_entry(row.entry) for row in rows.trust.above(above))


def entry_of_key(rows: Rows, public_key: bytes) -> TrustEntry | None:
    """The newest entry of an installation; a revoked one wins over all others."""
    found = [entry for entry in entries(rows) if entry.public_key == public_key]
    found.sort(key=lambda entry: (entry.state == LogState.REVOKED, entry.serial))
    return found[-1] if found else None


def scopes_of(rows: Rows, entry: TrustEntry) -> frozenset[int]:
    """Numbers of the scopes that the entry grants."""
    return frozenset(rows.scopes.ensure(granted.scope) for granted in entry.scopes)


def keep(rows: Rows, entry: TrustEntry) -> int:
    """Write an entry down, and what follows from it for the log and its branches."""
    rows.trust.put(TrustRow(entry.log, entry.serial, encode_trust_entry(entry)))
    log_no = rows.logs.ensure(entry.log)
    rows.logs.identify(log_no, entry.public_key, entry.nonce)
    rows.logs.describe(log_no, entry.name, entry.state)
    if entry.cut_seq:
        rows.logs.cut(log_no, entry.cut_seq, entry.cut_hash)
    for fork in entry.forks:
        ensure_branch(rows, log_no, fork)
    return log_no


def issue(rows: Rows, entry: TrustEntry) -> TrustEntry:
    """The hub's new word about a log, under the next serial.

    Serials of the hub's own logs rise with their age: where an older one is spoken of
    again, so are the newer ones behind it.
    """
    younger = _younger_own(rows, entry)
    issued = _issue(rows, entry)
    for log in younger:
        known = entry_of(rows, log)
        if known is not None:
            _issue(rows, known)
    return issued


def _younger_own(rows: Rows, entry: TrustEntry) -> list[bytes]:
    """Where *entry* is of an own log of this hub, its newer ones, in order of age.

    One that it had forgotten is older than the one in which it goes on.
    """
    own = rows.logs.own()
    if own is None or own.public_key != entry.public_key:
        return []
    ages = rows.settings.get(OWN_LOGS)
    if ages is None:
        mine = [each for each in entries(rows) if each.public_key == own.public_key]
        ages = [each.log for each in sorted(mine, key=lambda each: each.serial)]
    if entry.log not in ages:
        is_newest = entry.log == own.log or not ages
        ages.insert(len(ages) if is_newest else len(ages) - 1, entry.log)
    rows.settings.put(OWN_LOGS, ages)
    return list(ages[ages.index(entry.log) + 1 :])


def _issue(rows: Rows, entry: TrustEntry) -> TrustEntry:
    serial = max(serial_of(rows), int(rows.settings.get(FLOOR) or 0)) + 1
    issued = replace(entry, serial=serial)
    keep(rows, issued)
    rows.settings.put(SERIAL, serial)
    return issued


def decide_fork(rows: Rows, log: bytes, fork: Fork) -> None:
    """The hub's one decision about two sets of one (log, seq)."""
    entry = entry_of(rows, log)
    if entry is not None and fork not in entry.forks:
        issue(rows, replace(entry, forks=(*entry.forks, fork)))


def grant_scopes(rows: Rows, log: bytes, granted: Sequence[GrantedScope]) -> bool:
    """The installation that wrote *log* may write and read these scopes too.

    The word is to the machine: each of its logs gets the right, for after a restore it
    goes on under a newer log than the one that is named, or than the operator sees.
    False where *log* is unknown.
    """
    named = entry_of(rows, log)
    if named is None:
        return False
    scopes = {each.scope for each in granted}
    for entry in entries(rows):
        if entry.public_key != named.public_key:
            continue
        wider = with_scopes(entry, granted)
        for each in wider.scopes:
            if each.scope in scopes:
                note_aliases(rows, each)
        if wider != entry or entry.log == log:
            issue(rows, wider)
    return True


def with_scopes(entry: TrustEntry, granted: Iterable[GrantedScope]) -> TrustEntry:
    """The entry with these rights beside its own."""
    scopes = {each.scope: each for each in entry.scopes}
    for each in granted:
        known = scopes.get(each.scope)
        aliases = set(each.aliases) | set(known.aliases if known else ())
        scopes[each.scope] = GrantedScope(each.scope, tuple(sorted(aliases)))
    return replace(entry, scopes=tuple(scopes.values()))


def note_aliases(rows: Rows, granted: GrantedScope) -> int:
    """Every identity of the scope is known from now on; its number.

    An identity that stands in sets that were set aside, and in no order, is free.
    """
    scope_no = rows.scopes.ensure(granted.scope)
    for alias in granted.aliases:
        known = rows.scopes.number_of(alias)
        if known is None or rows.orders.head(known) is None:
            rows.scopes.add_alias(alias, scope_no)
    return scope_no


def signed_list(rows: Rows, known_serial: int, seed: bytes) -> TrustList:
    """The hub's list for who knows it up to *known_serial*."""
    return make_trust_list(serial_of(rows), entries(rows), known_serial, seed)


def held_list(rows: Rows) -> TrustList | None:
    """The whole list as the hub signed it for this room."""
    signed = rows.settings.get(SIGNED)
    if signed is None:
        return None
    serial, whole, signature = signed
    return TrustList(serial, whole, signature, entries(rows))


class ListTaken(Enum):
    """What became of a list that the hub sent."""

    TAKEN = "taken"
    PARTIAL = "partial"
    """Some of it is still to come, or what is held here is not what the hub thinks."""
    FOREIGN = "foreign"
    """It is whole, and does not go on from the list held here: the hub lost some."""


def take_list(
    rows: Rows, parts: list[TrustList], hub_key: bytes, *, may_replace: bool
) -> ListTaken:
    """Keep the list of which *parts* have come, once they are whole.

    Raises:
        BadSignature: it is not the hub's.
    """
    newest = parts[-1]
    if newest.serial == serial_of(rows):
        return ListTaken.TAKEN
    verify_trust_signature(newest, hub_key)
    known = {entry.log: entry for entry in entries(rows)}
    everyone = merged(known, parts)
    if not is_whole(everyone.values(), newest):
        everyone = merged({}, parts)
        if not is_whole(everyone.values(), newest):
            return ListTaken.PARTIAL
        if not may_replace:
            return ListTaken.FOREIGN
        rows.trust.clear()
        known = {}
    verify_trust_list(everyone.values(), newest, hub_key)
    for entry in everyone.values():
        if known.get(entry.log) != entry:
            keep(rows, entry)
    rows.settings.put(SERIAL, newest.serial)
    rows.settings.put(SIGNED, [newest.serial, newest.whole_hash, newest.signature])
    return ListTaken.TAKEN


def take_granted_scopes(rows: Rows) -> None:
    """What is granted to every log that this machine wrote."""
    for log in rows.logs.all():
        if log.is_own and log.parent_no is None:
            take_own_scopes(rows, log.log)


def take_own_scopes(rows: Rows, own: bytes, common: Iterable[Scope] = ()) -> None:
    """What this room's own entry grants: canonical identities, aliases, rights."""
    entry = entry_of(rows, own)
    if entry is None:
        return
    granted = set()
    for each in entry.scopes:
        granted.add(_take_scope(rows, each))
    for scope in common:
        granted.add(rows.scopes.ensure(scope))
    for row in rows.scopes.all():
        if row.is_granted != (row.scope_no in granted):
            rows.scopes.set_granted(row.scope_no, is_granted=row.scope_no in granted)


def _take_scope(rows: Rows, granted: GrantedScope) -> int:
    """The scope's number under its identity at the hub."""
    numbers = [
        number
        for number in map(rows.scopes.number_of, (granted.scope, *granted.aliases))
        if number is not None
    ]
    scope_no = numbers[0] if numbers else rows.scopes.ensure(granted.scope)
    if rows.scopes.row(scope_no).scope != granted.scope:
        rows.scopes.set_canonical(scope_no, granted.scope)
    for alias in granted.aliases:
        if rows.scopes.number_of(alias) is None:
            rows.scopes.add_alias(alias, scope_no)
    return scope_no
