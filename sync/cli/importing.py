"""Workbooks in and out: import, import list, import undo, export."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from sync.cli.call import Call
from sync.cli.opening import opened
from sync.cli.parser import UsageError
from sync.cli.printing import time_json, time_text

if TYPE_CHECKING:
    from node.exchange.importing import ImportResult

EXPORT_KINDS: Final = (".xlsx", ".csv")


async def run(call: Call) -> int:
    """Import a workbook; ``list`` shows the imports, ``undo N`` takes one back."""
    match call.options.file:
        case "list":
            if call.options.batch is not None:
                raise UsageError(key="usage.unknown", what=call.options.batch)
            return await _list(call)
        case "undo":
            return await _undo(call)
        case _:
            return await _import(call)


async def _import(call: Call) -> int:
    path = Path(call.options.file)
    if call.options.batch is not None:
        raise UsageError(key="usage.unknown", what=call.options.batch)
    async with opened(call) as machine:
        result = await machine.catalogue.import_workbook(
            call.actor,
            path,
            call.options.fonds,
            dry_run=call.options.dry_run,
            progress=call.paper.progress,
            say=lambda key, fields: call.words.find(key, **fields) or key,
        )
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
        call.paper.document({**counts, "refused_file": refused_file})
        return
    if call.options.dry_run:
        call.paper.say("import.dry_done", **counts)
    else:
        call.paper.say("import.done", **counts)
    if result.opened_fonds:
        opened = "、".join(result.opened_fonds)
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
    given = call.options.batch
    if given is None:
        raise UsageError(key="usage.batch")
    if not given.isdecimal():
        raise UsageError(key="usage.batch_number", found=given)
    async with opened(call) as machine:
        count = await machine.catalogue.undo_import(call.actor, int(given))
    if call.paper.is_json:
        call.paper.document({"batch": int(given), "records": count})
    else:
        call.paper.say("import.undone", batch=given, count=count)
    return 0


async def export(call: Call) -> int:
    """Write the whole catalogue into a workbook."""
    path = Path(call.options.file)
    if path.suffix.lower() not in EXPORT_KINDS:
        raise UsageError(key="usage.export_kind", found=path.name)
    from node.exchange.exporting import export_workbook  # noqa: PLC0415

    async with opened(call) as machine:
        count = await export_workbook(machine.catalogue, call.actor, path)
    if call.paper.is_json:
        call.paper.document({"file": str(path), "rows": count})
    else:
        call.paper.say("export.done", rows=count, path=str(path))
    return 0
