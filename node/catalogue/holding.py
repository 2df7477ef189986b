"""Who decides what right now: two operators at one hub never work on one ticket.

A ticket is held by the desk whose page shows it, and let go when that page is left. A
desk is a process of this machine; where it is no more, what it held is free. Nothing of
this travels, and nothing of it is needed to decide rightly: a decision names the dots
that it saw.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from node.catalogue.premises import Premises
from node.catalogue.saving import check_actor
from node.store.desk_port import HoldRow
from node.store.port import Rows
from protocol.operations import Actor

Subject = tuple[int, bytes]
"""(scope_no, subject) of a ticket."""

_BOOT: Final = Path("/proc/sys/kernel/random/boot_id")
_PROCESSES: Final = Path("/proc")
_START_FIELD: Final = 19
"""Of /proc/<pid>/stat, counted behind the name: when the process began."""


@dataclass(frozen=True, slots=True)
class Held:
    """Who has a ticket on the screen."""

    operator: str
    since: int
    """Unix seconds."""
    is_here: bool
    """It is the asking desk itself."""


def desk_of_process(pid: int | None = None) -> str:
    """What names a process as long as it lives: boot, number and hour of its start.

    Empty where there is no such process. A number alone would be given to another
    program one day, and after a restart of the machine to many.
    """
    number = os.getpid() if pid is None else pid
    try:
        boot = _BOOT.read_text("ascii").strip()
        told = (_PROCESSES / str(number) / "stat").read_text("utf-8", "replace")
    except (FileNotFoundError, ProcessLookupError):
        return f"{number}" if _is_running(number) and not _BOOT.exists() else ""
    return f"{number} {told.rpartition(')')[2].split()[_START_FIELD]} {boot}"


def is_alive(desk: str) -> bool:
    """Whether the process that *desk* names still runs."""
    number = desk.partition(" ")[0]
    return number.isdecimal() and desk_of_process(int(number)) == desk


class Holding:
    """Holds of one machine, as one desk asks for them."""

    def __init__(
        self,
        premises: Premises,
        *,
        desk: str | None = None,
        is_alive: Callable[[str], bool] = is_alive,
    ) -> None:
        self._premises = premises
        self._desk = desk_of_process() if desk is None else desk
        self._is_alive = is_alive

    async def take(self, actor: Actor, subject: Subject) -> Held:
        """Hold the ticket, unless somebody else does; who holds it now.

        What this desk held before is free.
        """
        check_actor(actor)
        now = self._premises.clock.now()
        mine = HoldRow(*subject, actor.name, self._desk, now)

        def work(rows: Rows) -> Held:
            found = rows.holds.get(*subject)
            if found is not None and self._is_anothers(found):
                rows.holds.remove(self._desk)
                return Held(found.operator, found.taken_at, is_here=False)
            rows.holds.put(mine)
            return Held(actor.name, now, is_here=True)

        return await self._premises.store.write(work)

    async def release(self) -> None:
        """This desk decides nothing any more."""
        await self._premises.store.write(lambda rows: rows.holds.remove(self._desk))

    async def all(self) -> Mapping[Subject, Held]:
        """What is being decided now, this desk's own included."""
        found = await self._premises.store.read(lambda rows: rows.holds.all())
        return {
            (row.scope_no, row.subject): Held(
                row.operator, row.taken_at, row.desk == self._desk
            )
            for row in found
            if row.desk == self._desk or self._is_alive(row.desk)
        }

    def _is_anothers(self, row: HoldRow) -> bool:
        return row.desk != self._desk and self._is_alive(row.desk)


def _is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
