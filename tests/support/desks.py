"""Desks on real rooms, driven by Textual's pilot."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from textual.events import Key
from textual.keys import _character_to_key
from textual.pilot import Pilot
from textual.screen import ModalScreen
from textual.worker import WorkerFailed

from node.home import Home
from node.machine import Machine
from protocol.operations import Actor
from sync.words.catalogue import Words
from tests.support.resting import look_closely
from tui.app import WORDS_FOLDER, DeskApp
from tui.desk.machine_desk import MachineDesk

look_closely()

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
    """Type *text*, as an input method commits it: each character as it comes."""
    driver = pilot.app._driver
    if driver is None:
        message = "a program that does not run takes no keys"
        raise RuntimeError(message)
    for character in text:
        driver.send_message(Key(_character_to_key(character), character))
    await settled(pilot)


async def settled(pilot: Pilot[int]) -> None:
    """Wait until the screen's own work in the background has ended.

    What waits for the answer to a question goes on waiting.
    """
    await pilot.pause()
    is_asked = isinstance(pilot.app.screen, ModalScreen)
    awaited = [
        worker
        for worker in pilot.app.workers
        if not (is_asked and worker.group == "ask")
    ]
    for ended in await asyncio.gather(
        *(worker.wait() for worker in awaited), return_exceptions=True
    ):
        if isinstance(ended, WorkerFailed):
            raise ended.error
    await pilot.pause()


async def until(pilot: Pilot[int], wanted: str | Callable[[], bool]) -> None:
    """Wait until *wanted* stands on the screen, or is true; fail after ten seconds."""
    for _ in range(500):
        if wanted in "\n".join(shown(pilot)) if isinstance(wanted, str) else wanted():
            return
        await pilot.pause(0.02)
    raise AssertionError(f"{wanted}\n" + "\n".join(shown(pilot)))


async def at_once(pilot: Pilot[int], text: str) -> None:
    """Send *text* in one piece, as a slow line brings it; Enter is ``\\r``."""
    for each in text:
        key = "enter" if each == "\r" else each
        character = None if each == "\r" else each
        pilot.app.post_message(Key(key, character))
    await pilot.pause()


def shown(pilot: Pilot[int]) -> list[str]:
    """The lines on the screen, without blanks at their ends."""
    strips = pilot.app.screen._compositor.render_strips()
    return ["".join(part.text for part in strip).rstrip() for strip in strips]
