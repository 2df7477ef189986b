"""A room with very many records, as it would be after years: catalogued and sealed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from bench.corpus import Entry, one_fonds
from node.catalogue.fields import LEVEL_ITEM
from node.catalogue.reading import all_fonds
from node.catalogue.saving import create, parse_typed
from node.history.journal import save_all
from node.home import Home
from node.machine import Machine
from node.store.port import Rows
from protocol.operations import Actor, Create

ROOM = "科尔沁街道档案室"
CLERK = Actor("其其格")
_AT_ONCE = 400
_SEALED_AT_ONCE = 20_000
_MADE_AT = 1_780_000_000
_ITEM_DIGITS = 4


async def make_large_room(folder: Path, count: int) -> Path:
    """A room at *folder* with *count* items of one fonds; the folder."""
    wanted = one_fonds(count)
    code = wanted[0].code.partition("-")[0]
    machine = await Machine.init_room(Home(folder), ROOM, {code: "科尔沁街道办事处"})
    try:
        scope_no = (await machine.store.read(all_fonds))[0].scope_no
        saved = 0
        for start in range(0, count, _AT_ONCE):
            part = wanted[start : start + _AT_ONCE]
            await machine.store.write(
                lambda rows, part=part: _save(rows, machine, scope_no, part)  # type: ignore[misc]
            )
            saved += len(part)
            if saved % _SEALED_AT_ONCE < _AT_ONCE:
                await machine.catalogue.premises.seal()
        await machine.catalogue.premises.seal()
    finally:
        await machine.close()
    return folder


def _save(rows: Rows, machine: Machine, scope_no: int, part: Sequence[Entry]) -> None:
    pack = machine.pack
    parsed = [parse_typed(typed(entry), pack) for entry in part]

    def make(first: int) -> list[Create]:
        return [
            create(first + place, CLERK, _MADE_AT, LEVEL_ITEM, each, pack)
            for place, each in enumerate(parsed)
        ]

    save_all(rows, scope_no, make, is_one_act=False)


def typed(entry: Entry) -> dict[str, str]:
    """What a person types for the entry."""
    named = {
        "code": entry.code,
        "title": entry.title,
        "doc_no": entry.doc_no,
        "creators": entry.creator,
        "date": entry.date,
        "year": entry.year,
        "retention_code": entry.retention,
        "org_code": entry.org,
    }
    return {
        name: text
        for name, text in named.items()
        if text and not (name == "code" and _is_past_the_rule(text))
    }


def _is_past_the_rule(code: str) -> bool:
    """Whether the number has more digits than the rule gives it."""
    return "·" in code and len(code.rpartition("-")[2]) > _ITEM_DIGITS
