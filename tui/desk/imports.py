"""Workbooks at a machine: long work in a child, short questions to the catalogue."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

from node.exchange.choices import column_letters
from node.machine import Machine
from protocol.operations import Actor
from tui.desk.children import Children
from tui.desk.children import OnProgress as OnLine
from tui.desk.workbook_files import files, places
from tui.port.imports import (
    AbsentFonds,
    Choices,
    FoundFile,
    OnProgress,
    Outcome,
    PastImport,
    Place,
    RefusedReason,
    SheetColumn,
    SheetRow,
    SheetView,
    Waiting,
)

_ANY_LANGUAGE = "zh"
"""Of a document only codes and values are read."""


class MachineImports:
    """The imports port on an opened machine."""

    def __init__(self, machine: Machine, actor: Actor) -> None:
        self._machine = machine
        self._actor = actor

    async def places(self) -> Sequence[Place]:
        """Folders to begin in: what can be pulled out first."""
        is_practice = await self._machine.is_practice()
        practice = self._machine.home.path if is_practice else None
        return await asyncio.to_thread(places, practice)

    async def files(self, folder: Path) -> Sequence[FoundFile]:
        """Workbooks of a folder, the newest first, then its folders.

        Raises:
            OSError: it cannot be read.
        """
        return await asyncio.to_thread(files, folder)

    async def look(self, path: Path, choices: Choices) -> Sequence[SheetView]:
        """The sheets of a workbook.

        Raises:
            ChildFailed: it cannot be read, or *choices* do not fit it.
        """
        told = await self._children().run("import", "look", *_named(path, choices))
        return [_sheet(sheet) for sheet in _list(told["sheets"])]

    async def try_out(
        self, path: Path, choices: Choices, on_progress: OnProgress
    ) -> Outcome:
        """What taking it in would do; nothing is stored.

        Raises:
            ChildFailed: it cannot be done.
        """
        named = _named(path, choices)
        return await self._import(_ANY_LANGUAGE, on_progress, *named, "--dry-run")

    async def take(
        self, path: Path, choices: Choices, language: str, on_progress: OnProgress
    ) -> Outcome:
        """Take a workbook in; cancelled, nothing of it stays.

        Raises:
            ChildFailed: it cannot be done.
        """
        return await self._import(language, on_progress, *_named(path, choices))

    async def past(self) -> Sequence[PastImport]:
        """The imports of this machine, the newest first."""
        batches = await self._machine.catalogue.workbooks.batches(self._actor)
        return [
            PastImport(
                batch=each.batch,
                file=each.file,
                who=each.who,
                time=each.time,
                added=each.added,
                updated=each.updated,
                unchanged=each.unchanged,
                waiting=each.waiting,
                is_undone=each.is_undone,
            )
            for each in reversed(batches)
        ]

    async def undo(self, batch: int, on_progress: OnProgress) -> int:
        """Take an import back; how many records that changed.

        Raises:
            ChildFailed: it is taken back already, or another import is under way.
        """
        document: Mapping[str, Any] = await self._children().run(
            "import", "undo", str(batch), on_progress=_told(on_progress)
        )
        return int(document["records"])

    async def waiting(self, batch: int) -> Sequence[Waiting]:
        """The refused rows of an import that nobody has mended.

        Raises:
            UnknownImport: there is no such import, or it was taken back.
        """
        found = await self._machine.catalogue.workbooks.waiting(self._actor, batch)
        names = [each.name for each in fields(Waiting)]
        return [
            Waiting(**{name: getattr(row, name) for name in names}) for row in found
        ]

    async def leave(self, batch: int, row: int) -> None:
        """A refused row is no entry, and is not asked about any more."""
        await self._machine.catalogue.workbooks.leave(self._actor, batch, row)

    async def _import(
        self, language: str, on_progress: OnProgress, *arguments: str
    ) -> Outcome:
        document = await self._children(language).run(
            "import", *arguments, on_progress=_told(on_progress)
        )
        return _outcome(document)

    def _children(self, language: str = _ANY_LANGUAGE) -> Children:
        return Children(self._machine.home.path, self._actor.name, language)


def _told(on_progress: OnProgress) -> OnLine:
    """Hears the lines of a child as rows done and rows in all."""

    def told(said: Mapping[str, Any]) -> None:
        on_progress(int(said.get("done", 0)), int(said.get("total", 0)))

    return told


def _named(path: Path, choices: Choices) -> list[str]:
    """The workbook and what was chosen for it, as the command line takes them."""
    arguments = [str(path.absolute())]
    for sheet, choice in choices.items():
        for index, meaning in choice.columns.items():
            arguments.append(f"--columns={sheet}:{column_letters(index)}={meaning}")
        if choice.heading_row:
            arguments.append(f"--headings={sheet}:{choice.heading_row}")
        if choice.is_left_out:
            arguments.append(f"--leave-out={sheet}")
    return arguments


def _outcome(told: Mapping[str, Any]) -> Outcome:
    return Outcome(
        batch=int(told["batch"]),
        rows=int(told["rows"]),
        added=int(told["added"]),
        updated=int(told["updated"]),
        unchanged=int(told["unchanged"]),
        refused=int(told["refused"]),
        refused_file=str(told["refused_file"] or ""),
        opened_fonds=tuple(told["opened_fonds"]),
        reasons=tuple(
            RefusedReason(each["reason"], each["heading"], each["rows"])
            for each in told["reasons"]
        ),
        absent_fonds=tuple(
            AbsentFonds(each["code"], each["title"], each["rows"])
            for each in told["absent_fonds"]
        ),
    )


def _sheet(told: Mapping[str, Any]) -> SheetView:
    return SheetView(
        name=told["name"],
        is_catalogue=told["is_catalogue"],
        heading_row=told["heading_row"],
        level=told["level"],
        fonds=told["fonds"],
        entries=told["entries"],
        columns=tuple(
            SheetColumn(
                index=column["index"],
                letters=column["letters"],
                heading=column["heading"],
                meaning=column["meaning"],
                samples=tuple(column["samples"]),
            )
            for column in told["columns"]
        ),
        rows=tuple(
            SheetRow(row["number"], row["fonds"], row["values"], row["text"])
            for row in told["rows"]
        ),
        head=tuple(tuple(row) for row in told["head"]),
    )


def _list(value: object) -> list[Mapping[str, Any]]:
    return value if isinstance(value, list) else []
