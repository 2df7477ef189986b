"""Workbooks in and out: import, import list, import look, import undo, export."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from sync.cli.call import Call
from sync.cli.columns import read_choices
from sync.cli.looking import batch_number, look, reason_text, refused
from sync.cli.opening import opened
from sync.cli.parser import UsageError
from sync.cli.printing import time_json, time_text

if TYPE_CHECKING:
    from node.exchange.importing import ImportResult

EXPORT_KINDS: Final = (".xlsx", ".csv")


async def run(call: Call) -> int:
    """Import a workbook; ``list``, ``look``, ``refused`` and ``undo`` speak of it."""
    match call.options.file:
        case "list":
            if call.options.batch is not None:
                raise UsageError(key="usage.unknown", what=call.options.batch)
            return await _list(call)
        case "undo":
            return await _undo(call)
        case "look":
            return await look(call)
        case "refused":
            return await refused(call)
        case _:
            return await _import(call)


async def _import(call: Call) -> int:
    path = Path(call.options.file)
    if call.options.batch is not None:
        raise UsageError(key="usage.unknown", what=call.options.batch)
    choices = read_choices(call.options)
    async with opened(call) as machine:
        result = await machine.catalogue.workbooks.take(
            call.actor,
            path,
            call.options.fonds,
            dry_run=call.options.dry_run,
            progress=call.paper.progress,
            say=lambda key, fields: call.words.find(key, **fields) or key,
            choices=choices,
        )
        if not call.options.dry_run:
            await machine.catalogue.papers.refresh_briefly(call.actor)
    call.paper.end_progress()
    _print_result(call, result)
    return 0


def _print_result(call: Call, result: ImportResult) -> None:
    counts = {
        "batch": result.batch,
        "rows": result.rows,
        "added": result.added,
        "updated": result.updated,
        "unchanged": result.unchanged,
        "refused": result.refused,
    }
    refused_file = None if result.refused_file is None else str(result.refused_file)
    if call.paper.is_json:
        reasons = [
            {
                "reason": each.reason,
                "heading": each.heading,
                "rows": each.amount,
                "text": reason_text(call, each.reason, {"field": each.heading}),
            }
            for each in result.reasons
        ]
        opened_fonds = list(result.opened_fonds)
        call.paper.document(
            {
                **counts,
                "refused_file": refused_file,
                "opened_fonds": opened_fonds,
                "reasons": reasons,
                "absent_fonds": [
                    {"code": each.code, "title": each.title, "rows": each.amount}
                    for each in result.absent_fonds
                ],
            }
        )
        return
    if call.options.dry_run:
        call.paper.say("import.dry_done", **counts)
    else:
        call.paper.say("import.done", **counts)
    if result.opened_fonds:
        opened = call.words.join(result.opened_fonds)
        call.paper.say("import.fonds_opened", fonds=opened)
    if refused_file is not None:
        call.paper.say("import.refused_file", path=refused_file)
    call.paper.say("import.dry" if call.options.dry_run else "import.kept")


async def _list(call: Call) -> int:
    async with opened(call) as machine:
        batches = await machine.catalogue.imports(call.actor)
    if call.paper.is_json:
        call.paper.document(
            {
                "imports": [
                    {
                        "batch": batch.batch,
                        "file": batch.file,
                        "who": batch.who,
                        "time": time_json(batch.time),
                        "rows": batch.rows,
                        "added": batch.added,
                        "updated": batch.updated,
                        "unchanged": batch.unchanged,
                        "refused": batch.refused,
                        "waiting": batch.waiting,
                        "is_undone": batch.is_undone,
                    }
                    for batch in batches
                ]
            }
        )
        return 0
    if not batches:
        call.paper.say("import.none")
        return 0
    heads = (
        "table.batch", "table.file", "table.who", "table.time", "table.rows",
        "table.added", "table.updated", "table.refused", "table.state",
    )  # fmt: skip
    rows = [
        (
            str(batch.batch),
            batch.file,
            batch.who,
            time_text(batch.time),
            str(batch.rows),
            str(batch.added),
            str(batch.updated),
            str(batch.refused),
            call.words.say(
                "import.state_undone" if batch.is_undone else "import.state_done"
            ),
        )
        for batch in batches
    ]
    call.paper.table(heads, rows)
    return 0


async def _undo(call: Call) -> int:
    batch = batch_number(call)
    async with opened(call) as machine:
        count = await machine.catalogue.workbooks.undo(
            call.actor, batch, call.paper.progress
        )
    call.paper.end_progress()
    if call.paper.is_json:
        call.paper.document({"batch": batch, "records": count})
    else:
        call.paper.say("import.undone", batch=batch, count=count)
    return 0


async def export(call: Call) -> int:
    """Write the whole catalogue into a workbook."""
    path = Path(call.options.file)
    if path.suffix.lower() not in EXPORT_KINDS:
        raise UsageError(key="usage.export_kind", found=path.name)
    from node.exchange.exporting import export_workbook  # noqa: PLC0415

    async with opened(call) as machine:
        count = await export_workbook(
            machine.catalogue, call.actor, path, has_sources=machine.is_hub
        )
    if call.paper.is_json:
        call.paper.document({"file": str(path), "rows": count})
    else:
        call.paper.say("export.done", rows=count, path=str(path))
    return 0
