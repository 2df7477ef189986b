"""A restored hub gets its own word back: the trust list that it once signed.

Rooms keep the hub's signed list. A hub that lost its newest entries takes them from a
room, before it takes change-sets: forks must not be decided twice, and otherwise.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from node.history.epochs import lost_since, skip_serials
from node.history.revocation import revoke_here
from node.history.trust import (
    entries,
    issue,
    note_aliases,
    serial_of,
    with_scopes,
)
from node.store.port import Rows
from protocol.errors import BadSignature
from protocol.messages import LogState, TrustEntry, TrustList
from protocol.trust import merged, verify_trust_list, verify_trust_signature

LIST_PARTS = 64
"""Parts of a returned list that are kept until it is whole."""


def is_lost_word(rows: Rows, part: TrustList, hub_key: bytes) -> bool:
    """Whether the part is of a list that this hub signed, and has lost."""
    if lost_since(rows, part.serial) is None:
        return False
    try:
        verify_trust_signature(part, hub_key)
    except BadSignature:
        return False
    return True


def adopt_list(rows: Rows, parts: Sequence[TrustList], hub_key: bytes) -> bool:
    """Take over what a returned list knows better; False where it was not lost.

    Raises:
        BadSignature: this hub did not sign it, or a part is missing.
    """
    newest = parts[-1]
    last_own = lost_since(rows, newest.serial)
    if last_own is None:
        return False
    returned = merged({}, parts)
    verify_trust_list(returned.values(), newest, hub_key)
    skip_serials(rows, newest.serial)
    known = {entry.log: entry for entry in entries(rows)}
    for entry in sorted(returned.values(), key=lambda entry: entry.serial):
        mine = known.get(entry.log)
        better = entry
        if mine is not None and mine.serial > last_own:
            better = _joined(mine, entry)
        if mine is None or replace(better, serial=mine.serial) != mine:
            for granted in better.scopes:
                note_aliases(rows, granted)
            issue(rows, better)
    _agree_on_machines(rows)
    if serial_of(rows) <= newest.serial:
        _issue_newest_again(rows)
    return True


def _agree_on_machines(rows: Rows) -> None:
    """What was said of one log of an installation holds for its other logs too.

    One side knew of logs, the other of rights or of a revocation: neither goes round
    the other's word.
    """
    machines: dict[bytes, list[TrustEntry]] = {}
    for entry in entries(rows):
        machines.setdefault(entry.public_key, []).append(entry)
    for logs in machines.values():
        if any(entry.state == LogState.REVOKED for entry in logs):
            for entry in logs:
                if entry.state != LogState.REVOKED:
                    revoke_here(rows, entry)
            continue
        granted = [each for entry in logs for each in entry.scopes]
        for entry in logs:
            wider = with_scopes(entry, granted)
            if wider != entry:
                issue(rows, wider)


def _joined(mine: TrustEntry, theirs: TrustEntry) -> TrustEntry:
    """The hub's word since the restore, and what it had said and lost before."""
    scopes = {each.scope: each for each in theirs.scopes}
    scopes.update((each.scope, each) for each in mine.scopes)
    forks = (*mine.forks, *(fork for fork in theirs.forks if fork not in mine.forks))
    word = theirs if theirs.state == LogState.REVOKED else mine
    return replace(word, scopes=tuple(scopes.values()), forks=forks)


def _issue_newest_again(rows: Rows) -> None:
    """Nothing differed but the serial: lift it above what rooms have heard."""
    found = entries(rows)
    if found:
        issue(rows, max(found, key=lambda entry: entry.serial))
