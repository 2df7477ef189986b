"""A restored hub gets its own word back: the trust list that it once signed.

Rooms keep the hub's signed list. A hub that lost its newest entries takes them from a
room, before it takes change-sets: forks must not be decided twice, and otherwise.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from node.history.epochs import RESTORED_SERIAL, hear_serial
from node.history.trust import entries, issue, note_aliases, serial_of
from node.store.port import Rows
from protocol.messages import TrustEntry, TrustList
from protocol.trust import merged, verify_trust_list


def adopt_list(rows: Rows, parts: Sequence[TrustList], hub_key: bytes) -> bool:
    """Take over what a returned list knows better; False where it knows nothing new.

    Raises:
        BadSignature: this hub did not sign it, or a part is missing.
    """
    newest = parts[-1]
    if newest.serial <= serial_of(rows):
        return False
    returned = merged({}, parts)
    verify_trust_list(returned.values(), newest, hub_key)
    hear_serial(rows, newest.serial)
    restored_at = rows.settings.get(RESTORED_SERIAL)
    last_own = serial_of(rows) if restored_at is None else int(restored_at)
    known = {entry.log: entry for entry in entries(rows)}
    for entry in sorted(returned.values(), key=lambda entry: entry.serial):
        mine = known.get(entry.log)
        if mine is not None and mine.serial > last_own:
            entry = _joined(mine, entry)
        if mine is None or replace(entry, serial=mine.serial) != mine:
            for granted in entry.scopes:
                note_aliases(rows, granted)
            issue(rows, entry)
    if serial_of(rows) <= newest.serial:
        _reissue_newest(rows)
    rows.settings.put(RESTORED_SERIAL, None)
    return True


def _joined(mine: TrustEntry, theirs: TrustEntry) -> TrustEntry:
    """The hub's new word, with the forks that it had decided before."""
    forks = (*theirs.forks, *(fork for fork in mine.forks if fork not in theirs.forks))
    return replace(mine, forks=forks)


def _reissue_newest(rows: Rows) -> None:
    """Nothing differed but the serial: lift it above what rooms have heard."""
    found = entries(rows)
    if found:
        issue(rows, max(found, key=lambda entry: entry.serial))
