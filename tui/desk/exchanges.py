"""Exchanges of a machine: the work in a child, the ledger from the store."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from node.catalogue.aside import SetAside
from node.ledger import Exchange
from node.machine import Machine
from protocol.operations import Actor
from sync.window import choose_window, is_due, parse_window, window_of
from tui.desk.children import Children
from tui.desk.workbook_files import places
from tui.jobs import Report
from tui.port.exchanges import Bundle, Carried, Stick

SUFFIX: Final = ".dangyi"
"""Of bundle files."""
_MOST_BUNDLES: Final = 500


class MachineExchanges:
    """The exchanges port on an opened machine."""

    def __init__(self, machine: Machine, actor: Actor) -> None:
        self._machine = machine
        self._actor = actor

    async def exchange(self, language: str, report: Report) -> Carried:
        """Exchange now, in a process of its own; cancelled, what arrived stays.

        Raises:
            ChildFailed: it did not come to its end; the code says why.
        """

        def on_progress(told: Mapping[str, object]) -> None:
            done = _number(told, "sent") + _number(told, "received")
            total = _number(told, "to_send") + _number(told, "to_receive")
            report(done, total, told)

        children = self._children(language)
        return _carried(await children.run("sync", on_progress=on_progress))

    async def ledger(self, limit: int, before: int | None = None) -> Sequence[Exchange]:
        """Lines of the ledger, newest first."""
        return await self._machine.exchanges(self._actor, limit, before)

    async def aside(self) -> Sequence[SetAside]:
        """Change-sets that are set aside, and why."""
        return await self._machine.catalogue.aside.sets(self._actor)

    async def window(self) -> str:
        """The hour at which the room reports by itself; empty where it does not."""
        window = await self._machine.store.read(window_of)
        return "" if window is None else window.text

    async def choose_window(self, text: str) -> bool:
        """Choose the hour, or none with an empty text; False where it is no hour."""
        window = parse_window(text)
        if window is None and text.strip():
            return False
        await self._machine.store.write(lambda rows: choose_window(rows, window))
        return True

    async def is_due(self) -> bool:
        """Whether the hour has passed and nobody has reported since."""
        machine = self._machine
        if machine.is_hub or await machine.is_practice():
            return False
        now = machine.clock.now()
        return await machine.store.read(lambda rows: is_due(rows, now))

    async def sticks(self) -> Sequence[Stick]:
        """Where a bundle may be written or lie: what can be pulled out first."""
        found = await asyncio.to_thread(places, None)
        return [Stick(place.path, place.kind) for place in found]

    async def bundles(self, folder: Path) -> Sequence[Bundle]:
        """Bundles in a folder, the newest first.

        Raises:
            OSError: it cannot be read.
        """
        return await asyncio.to_thread(_bundles, folder)

    async def write_bundle(self, folder: Path, language: str) -> tuple[Path, int]:
        """Write what the hub has not yet into a new file; its path, and how many sets.

        Raises:
            ChildFailed: it cannot be done.
        """
        path = await asyncio.to_thread(self._fresh, folder)
        told = await self._children(language).run("courier", "write", str(path))
        return path, _number(told, "sets")

    async def read_bundle(self, path: Path, language: str) -> Carried:
        """Take in a bundle that somebody brought.

        Raises:
            ChildFailed: it cannot be done; what stood whole in it is kept.
        """
        told = await self._children(language).run("courier", "read", str(path))
        return Carried(received=_number(told, "sets"), results=_results(told))

    def _children(self, language: str) -> Children:
        return Children(self._machine.home.path, self._actor.name, language)

    def _fresh(self, folder: Path) -> Path:
        """A name that no file of the folder bears: room, day, number."""
        moment = datetime.fromtimestamp(self._machine.clock.now(), tz=UTC).astimezone()
        room = "".join(each for each in self._machine.name if each.isalnum())[:20]
        stem = f"{room or 'dangyi'}-{moment:%Y%m%d}"
        path, number = folder / f"{stem}{SUFFIX}", 1
        while path.exists():
            number += 1
            path = folder / f"{stem}-{number}{SUFFIX}"
        return path


def _bundles(folder: Path) -> list[Bundle]:
    found = []
    for path in folder.iterdir():
        if path.suffix == SUFFIX and path.is_file():
            about = path.stat()
            found.append(Bundle(path, about.st_size, int(about.st_mtime)))
    found.sort(key=lambda each: (-each.changed_at, each.path.name))
    return found[:_MOST_BUNDLES]


def _carried(told: Mapping[str, object]) -> Carried:
    seconds = told.get("seconds")
    return Carried(
        sent=_number(told, "sent"),
        received=_number(told, "received"),
        bytes_up=_number(told, "bytes_up"),
        bytes_down=_number(told, "bytes_down"),
        seconds=float(seconds) if isinstance(seconds, int | float) else 0.0,
        results=_results(told),
    )


def _results(told: Mapping[str, object]) -> Mapping[str, int]:
    results = told.get("results")
    if not isinstance(results, dict):
        return {}
    return {str(name): n for name, n in results.items() if isinstance(n, int)}


def _number(told: Mapping[str, object], name: str) -> int:
    found = told.get(name)
    return found if isinstance(found, int) else 0
