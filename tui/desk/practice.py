"""练习库: a room of its own below the room's home, with sample records.

It has keys and a log like any room, it is marked as a practice room, and joining,
reporting and bundles refuse a machine with that mark; so what is tried here stays here.
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Awaitable, Callable, Mapping
from hashlib import blake2b
from pathlib import Path
from typing import Final

from node.catalogue.record import WITHDRAWN, Record
from node.home import Home
from node.machine import Machine
from node.search.query import Query
from protocol.operations import Actor
from sync.samples import ROOMS, write_workbook
from tui.desk.machine_desk import MachineDesk
from tui.desk.practice_workbook import WORKBOOK_TITLES, write_practice_workbook
from tui.port.practice import Exercise

FOLDER: Final = "practice"
WORKBOOK: Final = "练习目录.xlsx"
_SAMPLES: Final = 60
_ROOM: Final = ROOMS[0]

_NEW_TITLE: Final = "关于做好2024年防汛抗旱工作的通知"
_SECOND_TITLE: Final = "关于2024年防汛抗旱物资储备情况的报告"
_CORRECTED: Final = "20240612"
_TWICE: Final = "关于做好2024年防汛抗旱工作的通知(重复录入)"
_NEW_YEAR: Final = "2024"


class Practice:
    """The practice room of one machine and one person."""

    def __init__(self, home: Path, actor: Actor) -> None:
        own = blake2b(actor.name.encode("utf-8", "replace"), digest_size=6)
        self.folder = home / FOLDER / own.hexdigest()
        """Each person has a practice room of their own."""
        self._actor = actor
        self._machine: Machine | None = None

    async def open(self, name: str) -> MachineDesk:
        """The practice room's desk; the room is made, called *name*, if missing."""
        home = Home(self.folder)
        if home.is_made:
            machine = await Machine.open(home)
        else:
            machine = await self._make(home, name)
        self._machine = machine
        return MachineDesk(machine, self._actor)

    async def begin_anew(self, name: str) -> MachineDesk:
        """Throw the practice room away and make another; its desk."""
        if self._machine is not None:
            await self._machine.close()
            self._machine = None
        await asyncio.to_thread(shutil.rmtree, self.folder, ignore_errors=True)
        return await self.open(name)

    async def exercises(self) -> list[Exercise]:
        """All exercises, easiest first, and which are done."""
        found = []
        for slug, (level, is_done) in _EXERCISES.items():
            done = self._machine is not None and await is_done(self)
            found.append(Exercise(slug, level, done))
        return found

    async def _make(self, home: Home, name: str) -> Machine:
        machine = await Machine.init_room(
            home, name, {_ROOM.fonds: _ROOM.title}, is_practice=True
        )
        try:
            samples = self.folder / _ROOM.workbook_name
            await asyncio.to_thread(write_workbook, _ROOM, samples, _SAMPLES)
            await machine.catalogue.import_workbook(self._actor, samples, _ROOM.fonds)
            await machine.catalogue.add(self._actor, _ROOM.fonds, _TWICE_VALUES)
            await asyncio.to_thread(
                write_practice_workbook, self.folder / WORKBOOK, _ROOM
            )
        except BaseException:
            await machine.close()
            raise
        return machine

    async def records(self, title: str, state: str = "active") -> list[Record]:
        """Records of the practice room with exactly that title."""
        if self._machine is None:
            return []
        query = Query((title,), {"state": state}, limit=20)
        page = await self._machine.catalogue.search(self._actor, query)
        return [each for each in page.results if each.fields.get("title") == title]


_TWICE_VALUES: Final = {"title": _TWICE, "date": "20240511", "year": _NEW_YEAR}


def _holds(record: Record, wanted: Mapping[str, object]) -> bool:
    return all(record.fields.get(name) == value for name, value in wanted.items())


async def _is_entered(practice: Practice) -> bool:
    wanted = {"doc_no": f"{_ROOM.sign}〔2024〕15号", "pages": 6}
    return any(_holds(r, wanted) for r in await practice.records(_NEW_TITLE))


async def _is_next_entered(practice: Practice) -> bool:
    wanted = {"year": int(_NEW_YEAR), "retention_code": "D30"}
    return any(_holds(r, wanted) for r in await practice.records(_SECOND_TITLE))


async def _is_corrected(practice: Practice) -> bool:
    found = await practice.records(_NEW_TITLE)
    return any(_holds(r, {"date": _CORRECTED}) for r in found)


async def _is_withdrawn(practice: Practice) -> bool:
    found = await practice.records(_TWICE, WITHDRAWN)
    return bool(found)


async def _is_imported(practice: Practice) -> bool:
    """Every row but the faulty one came in."""
    found = [await practice.records(title) for title in WORKBOOK_TITLES[:-1]]
    return all(found)


async def _is_mended(practice: Practice) -> bool:
    return bool(await practice.records(WORKBOOK_TITLES[-1]))


async def _is_filed(practice: Practice) -> bool:
    found = await practice.records(_NEW_TITLE)
    return any(_holds(record, {"state": "filed"}) for record in found)


_EXERCISES: Final[Mapping[str, tuple[int, Callable[[Practice], Awaitable[bool]]]]] = {
    "entry": (1, _is_entered),
    "next_entry": (1, _is_next_entered),
    "correction": (1, _is_corrected),
    "withdrawal": (2, _is_withdrawn),
    "import": (2, _is_imported),
    "mending": (2, _is_mended),
    "filing": (3, _is_filed),
}
