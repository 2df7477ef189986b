"""Whether a session may end: each side has what the other had to give."""

from __future__ import annotations

from typing import NamedTuple

from node.history.departures import Receipted, has_departures, receipted
from node.history.extracts import missing_parts
from node.history.following import Following
from node.history.greeting import Until
from node.history.incarnation import SUSPECT
from node.history.order import head_of
from node.history.trust import serial_of
from node.store.port import Rows
from protocol.identity import Scope
from protocol.messages import Checkpoint


class Standing(NamedTuple):
    """Where a room stands; when a request changes nothing of it, no more will."""

    own_log: bytes
    receipted: Receipted
    places: tuple[tuple[Scope, tuple[int, int]], ...]
    trust_serial: int
    has_departures: bool
    owes_trust: bool
    is_suspect: bool
    awaited: tuple[tuple[bytes, int, int], ...]
    """Extracts of which parts are still to come."""


def standing_of(rows: Rows, *, owes_trust: bool) -> Standing:
    """Where the room stands now."""
    own = rows.logs.own()
    places = []
    for scope in rows.scopes.all():
        if scope.is_granted:
            head = head_of(rows, scope.scope_no)
            places.append((scope.scope, (head.epoch, head.place)))
    return Standing(
        own_log=b"" if own is None else own.log,
        receipted=receipted(rows),
        places=tuple(sorted(places)),
        trust_serial=serial_of(rows),
        has_departures=has_departures(rows),
        owes_trust=owes_trust,
        is_suspect=bool(rows.settings.get(SUSPECT)),
        awaited=missing_parts(rows),
    )


def is_even(
    standing: Standing, checkpoint: Checkpoint, following: Following, until: Until
) -> bool:
    """Whether nothing is left to send, to read or to settle in this session."""
    if following.stopped or standing.own_log != following.log:
        return False
    if standing.has_departures or standing.owes_trust or standing.awaited:
        return False
    places = dict(standing.places)
    if not places.keys() <= following.places.keys():
        return False
    for ended in checkpoint.scopes:
        reached = places.get(ended.scope, (0, 0))
        goal = min(until.get(ended.scope, 0), ended.head_place)
        if reached < (ended.epoch, goal):
            return False
    return True
