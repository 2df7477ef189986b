"""A desk whose room has joined a hub that runs as a process, over a link."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from node.home import Home
from node.machine import Machine
from sync.link import Link
from tests.support.desks import CLERK, FONDS
from tests.support.processes import HubProcess, dangyi
from tui.desk.machine_desk import MachineDesk

ROOM = "科尔沁街道档案室"
(CODE,) = FONDS


@dataclass
class WiredDesk:
    """A room's desk, the link, and the hub behind it."""

    folder: Path
    desk: MachineDesk
    machine: Machine
    link: Link
    hub: HubProcess

    async def neighbour(self, name: str, *titles: str) -> Path:
        """Another room of the same fonds writes *titles* and exchanges."""
        home = self.folder / name
        await asyncio.to_thread(self._neighbour, home, name, titles)
        return home

    async def tell(self, home: Path, *arguments: str) -> object:
        """A command in a process of its own, while the link goes on."""
        return await asyncio.to_thread(dangyi, home, *arguments)

    def _neighbour(self, home: Path, name: str, titles: tuple[str, ...]) -> None:
        if not home.exists():
            dangyi(home, "init", "--name", name)
            told = dangyi(
                *(self.hub.home, "invite", "--name", name, "--fonds", CODE),
                *("--address", self.hub.address),
            )
            dangyi(home, "join", str(told["invitation"]))
            dangyi(home, "sync")
        for title in titles:
            dangyi(home, "add", "--fonds", CODE, f"题名={title}", "--as", "张敏")
        dangyi(home, "sync")


@asynccontextmanager
async def wired_desk(
    folder: Path, *, rate_bits: int | None = None
) -> AsyncIterator[WiredDesk]:
    """A new room with one fonds that has joined a hub."""
    hub = HubProcess(folder / "hub")
    await asyncio.to_thread(dangyi, hub.home, "init", "--hub", "--name", "旗档案馆")
    await asyncio.to_thread(hub.start)
    try:
        async with Link("127.0.0.1", hub.port, rate_bits=rate_bits) as link:
            machine = await Machine.init_room(Home(folder / "room"), ROOM, FONDS)
            told = await asyncio.to_thread(
                dangyi,
                *(hub.home, "invite", "--name", ROOM),
                *("--fonds", f"{CODE}={FONDS[CODE]}", "--address", link.address),
            )
            await asyncio.to_thread(
                dangyi, machine.home.path, "join", str(told["invitation"])
            )
            desk = MachineDesk(machine, CLERK)
            try:
                yield WiredDesk(folder, desk, machine, link, hub)
            finally:
                await desk.close()
    finally:
        await asyncio.to_thread(hub.stop)
