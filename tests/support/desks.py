"""Desks on real rooms, driven by Textual's pilot."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from textual.pilot import Pilot

from node.home import Home
from node.machine import Machine
from protocol.operations import Actor
from sync.words.catalogue import Words
from tui.app import WORDS_FOLDER, DeskApp
from tui.desk.machine_desk import MachineDesk

CLERK = Actor("乌兰")
FONDS = {"0001": "科尔沁街道办事处"}


@asynccontextmanager
async def room_desk(folder: Path) -> AsyncIterator[MachineDesk]:
    """The desk of a new room with one fonds, or of the room that is at *folder*."""
    home = Home(folder)
    machine = (
        await Machine.open(home)
        if home.is_made
        else await Machine.init_room(home, "科尔沁街道档案室", FONDS)
    )
    desk = MachineDesk(machine, CLERK)
    try:
        yield desk
    finally:
        await desk.close()


@asynccontextmanager
async def at_desk(
    desk: MachineDesk,
    *,
    first: str = "home",
    language: str = "zh",
    size: tuple[int, int] = (80, 24),
) -> AsyncIterator[Pilot[int]]:
    """The program at *desk*, on its screen *first*, in a terminal of that size."""
    app = DeskApp(desk, Words.load(language, WORDS_FOLDER), first=first)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        yield pilot


async def keys(pilot: Pilot[int], *pressed: str) -> None:
    """Press keys one after the other and let the screen come to rest."""
    await pilot.press(*pressed)
    await settled(pilot)


async def typed(pilot: Pilot[int], text: str) -> None:
    """Type *text*, as an input method commits it."""
    await pilot.press(*text)
    await settled(pilot)


async def settled(pilot: Pilot[int]) -> None:
    """Wait until the screen's own work in the background has ended."""
    await pilot.pause()
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()


def shown(pilot: Pilot[int]) -> list[str]:
    """The lines on the screen, without blanks at their ends."""
    strips = pilot.app.screen._compositor.render_strips()
    return ["".join(part.text for part in strip).rstrip() for strip in strips]
