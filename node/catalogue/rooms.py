"""各室情况: how each room of a hub is; facts of this machine only.

A room is an installation: one key, under however many logs it wrote since. What is not
known here is not said: a room that was never heard of has no last exchange.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from node.catalogue.premises import Premises
from node.catalogue.reading import fonds_codes
from node.catalogue.saving import check_actor
from node.history.trust import entry_of
from node.store.port import Rows
from node.store.row_types import LogRow, SetState
from protocol.identity import printed_log
from protocol.messages import LogState
from protocol.operations import Actor

_DAY_SECONDS: Final = 86_400
_ASIDE: Final = (SetState.QUARANTINED, SetState.BARRED)
_MOST_REASONS: Final = 50
"""So many sets of a room are looked at for their reasons."""


class RoomState(StrEnum):
    """What the hub says of a room's newest log."""

    ACTIVE = "active"
    REVOKED = "revoked"
    UNKNOWN = "unknown"
    """It was heard of and has no entry in the trust list."""


@dataclass(frozen=True, slots=True)
class RoomHealth:
    """One room, as this hub knows it."""

    name: str
    log: str
    """Printed: its newest log."""
    logs: tuple[str, ...]
    """All of its logs, printed."""
    state: RoomState
    fonds: tuple[str, ...]
    """Codes of the fonds that it may write."""
    last_heard: int
    """Unix seconds by the own clock; 0: never."""
    open_tickets: int
    aside: int
    """Change-sets that were set aside."""
    waiting: int
    """Change-sets that wait for others."""
    reasons: tuple[str, ...] = field(default=())
    """Why sets were set aside, slugs, none twice."""

    def silent_days(self, now: int) -> int | None:
        """Whole days since it was heard of; nothing where it never was."""
        if not self.last_heard:
            return None
        return max(0, now - self.last_heard) // _DAY_SECONDS


class Rooms:
    """The rooms that exchange with this machine."""

    def __init__(self, premises: Premises) -> None:
        self._premises = premises

    async def all(self, actor: Actor) -> tuple[int, list[RoomHealth]]:
        """The time by the own clock, and every room, by name."""
        check_actor(actor)
        found = await self._premises.store.read(_rooms)
        return self._premises.clock.now(), found


def _rooms(rows: Rows) -> list[RoomHealth]:
    installations: dict[bytes, list[LogRow]] = {}
    for log in rows.logs.all():
        if not log.is_own and log.public_key is not None and log.parent_no is None:
            installations.setdefault(log.public_key, []).append(log)
    heard = {row.log_no: row.heard_at for row in rows.peers.all()}
    tickets = rows.tickets.rooms()
    codes = fonds_codes(rows)
    found = [
        _room(rows, logs, heard, tickets, codes) for logs in installations.values()
    ]
    return sorted(found, key=lambda room: (room.name, room.log))


def _room(
    rows: Rows,
    logs: list[LogRow],
    heard: Mapping[int, int],
    tickets: Mapping[int, int],
    codes: Mapping[int, str],
) -> RoomHealth:
    newest = logs[-1]
    last = [rows.sets.last(log.log_no) for log in logs]
    arrivals = [each.received_at for each in last if each is not None]
    entry = entry_of(rows, newest.log)
    scopes = () if entry is None else entry.scopes
    granted = {rows.scopes.number_of(each.scope) for each in scopes}
    return RoomHealth(
        name=newest.name or printed_log(newest.log),
        log=printed_log(newest.log),
        logs=tuple(printed_log(log.log) for log in logs),
        state=_state(newest),
        fonds=tuple(sorted(code for no, code in codes.items() if no in granted)),
        last_heard=max(
            [*(heard.get(log.log_no, 0) for log in logs), *arrivals], default=0
        ),
        open_tickets=sum(tickets.get(log.log_no, 0) for log in logs),
        aside=_amount(rows, logs, _ASIDE),
        waiting=_amount(rows, logs, (SetState.WAITING,)),
        reasons=_reasons(rows, logs),
    )


def _state(log: LogRow) -> RoomState:
    match log.state:
        case LogState.ACTIVE:
            return RoomState.ACTIVE
        case LogState.REVOKED:
            return RoomState.REVOKED
        case _:
            return RoomState.UNKNOWN


def _amount(rows: Rows, logs: Iterable[LogRow], states: tuple[SetState, ...]) -> int:
    return sum(
        rows.sets.amount(log.log_no, state)[0] for log in logs for state in states
    )


def _reasons(rows: Rows, logs: Iterable[LogRow]) -> tuple[str, ...]:
    sets = [
        each
        for log in logs
        for state in _ASIDE
        for each in rows.sets.in_state(log.log_no, state, _MOST_REASONS)
    ]
    return tuple(dict.fromkeys(each.reason for each in sets if each.reason))
