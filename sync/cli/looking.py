"""What a workbook looks like before it is taken in, and what waits for a hand after."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sync.cli.call import Call
from sync.cli.columns import read_choices
from sync.cli.opening import opened
from sync.cli.parser import UsageError
from sync.cli.values import field_label

if TYPE_CHECKING:
    from node.catalogue.pack import Pack
    from node.exchange.entry import Refusal
    from node.exchange.looking import Preview, PreviewRow, PreviewSheet
    from node.exchange.mending import WaitingRow

_DIVIDER: Final = "、"


async def look(call: Call) -> int:
    """Say what a workbook's sheets and columns are taken for; nothing is stored."""
    if call.options.batch is None:
        raise UsageError(key="usage.look")
    choices = read_choices(call.options)
    path = Path(call.options.batch)
    async with opened(call) as machine:
        preview = await machine.catalogue.workbooks.look(call.actor, path, choices)
        pack = machine.pack
    if call.paper.is_json:
        call.paper.document(_preview_json(call, preview))
        return 0
    call.paper.say("look.file", file=preview.file, entries=preview.entries)
    for sheet in preview.sheets:
        _print_sheet(call, sheet, pack)
    return 0


def _preview_json(call: Call, preview: Preview) -> dict[str, object]:
    return {
        "file": preview.file,
        "entries": preview.entries,
        "sheets": [
            {
                **asdict(sheet),
                "rows": [_row_json(call, row) for row in sheet.rows],
            }
            for sheet in preview.sheets
        ],
    }


def _row_json(call: Call, row: PreviewRow) -> dict[str, object]:
    why = row.refusal
    return {
        "number": row.number,
        "fonds": row.fonds,
        "values": dict(row.values),
        "reason": "" if why is None else why.reason,
        "heading": "" if why is None else why.heading,
        "text": "" if why is None else refusal_text(call, why),
    }


def refusal_text(call: Call, why: Refusal) -> str:
    """The sentence that says why a row is refused."""
    fields = {"field": why.heading, "found": why.found, "offer": why.offer}
    return reason_text(call, why.reason, fields)


def reason_text(call: Call, reason: str, fields: Mapping[str, object]) -> str:
    """The sentence of a reason slug."""
    return call.words.find(f"refusal.{reason}", **fields) or reason


def _print_sheet(call: Call, sheet: PreviewSheet, pack: Pack) -> None:
    call.paper.line()
    if not sheet.is_catalogue:
        call.paper.say("look.no_catalogue", sheet=sheet.name)
        return
    call.paper.say(
        "look.sheet",
        sheet=sheet.name,
        row=sheet.heading_row,
        entries=sheet.entries,
        fonds=sheet.fonds or "–",
    )
    heads = ("table.column", "table.heading", "table.meaning", "table.samples")
    rows = [
        (
            column.letters,
            column.heading,
            meaning_label(column.meaning, pack, call),
            _DIVIDER.join(column.samples),
        )
        for column in sheet.columns
    ]
    call.paper.table(heads, rows)
    for row in sheet.rows:
        call.paper.say("look.row", row=row.number)
        if row.refusal is not None:
            call.paper.indented(refusal_text(call, row.refusal))
            continue
        call.paper.fields(
            [
                (field_label(name, pack, call.words), _joined(value))
                for name, value in row.values.items()
            ]
        )


def meaning_label(meaning: str, pack: Pack, call: Call) -> str:
    """What people call the meaning of a column."""
    return call.words.find(f"look.meaning.{meaning or 'unknown'}") or field_label(
        meaning, pack, call.words
    )


def _joined(value: str | list[str]) -> str:
    return value if isinstance(value, str) else _DIVIDER.join(value)


async def refused(call: Call) -> int:
    """List the rows of an import that were refused and that nobody has mended."""
    batch = batch_number(call)
    async with opened(call) as machine:
        rows = await machine.catalogue.workbooks.waiting(call.actor, batch)
    if call.paper.is_json:
        document = [
            {
                **asdict(row),
                "cells": [list(pair) for pair in row.cells],
                "others": [list(pair) for pair in row.others],
                "text": _waiting_text(call, row),
            }
            for row in rows
        ]
        call.paper.document({"batch": batch, "rows": document})
        return 0
    if not rows:
        call.paper.say("refused.none", batch=batch)
        return 0
    for row in rows:
        call.paper.say("refused.at", sheet=row.sheet, row=row.number)
        call.paper.indented(_waiting_text(call, row))
        call.paper.fields([(heading or "–", cell) for heading, cell in row.cells])
    call.paper.say("refused.count", batch=batch, count=len(rows))
    return 0


def _waiting_text(call: Call, row: WaitingRow) -> str:
    fields = {"field": row.heading, "found": row.found, "offer": row.offer}
    return reason_text(call, row.reason, fields) if row.reason else ""


def batch_number(call: Call) -> int:
    """The number of the import that is meant.

    Raises:
        UsageError: none is given, or no number.
    """
    given = call.options.batch
    if given is None:
        raise UsageError(key="usage.batch")
    if not given.isdecimal():
        raise UsageError(key="usage.batch_number", found=given)
    return int(given)
