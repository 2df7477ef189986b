"""What a row of a workbook would change of the record that it is about.

Only those cells count that differ from what was imported before: what people wrote
since stands.
"""

from __future__ import annotations

from collections.abc import Mapping

from node.catalogue.fault import Fault
from node.catalogue.fields import LEGACY_RAW
from node.catalogue.pack import Pack
from node.catalogue.saving import Held, Parsed
from node.catalogue.values import parse_elements
from node.exchange.entry import Entry
from node.exchange.kept import Cells
from protocol.operations import Value


def differences(
    entry: Entry,
    held: Held,
    cells: Cells,
    before: Mapping[int | str, str] | None,
    pack: Pack,
) -> Parsed:
    """What of the row has to be written; *before*: its cells of the last import."""
    known = before or {}
    changed = {key for key, cell in cells if known.get(key) != cell}
    values = {
        number: value
        for number, value in entry.values.items()
        if number in changed and number != LEGACY_RAW
    }
    legacy = entry.values.get(LEGACY_RAW)
    if isinstance(legacy, tuple) and any(
        isinstance(member, tuple) and member[0] in changed for member in legacy[1:]
    ):
        values[LEGACY_RAW] = legacy
    lists = {}
    for number, elements in entry.lists.items():
        if number in changed:
            old = _old_elements(number, known.get(number, ""), pack)
            present = tuple(held.elements.get(number, {}).values())
            kept = [value for value in present if value not in old]
            lists[number] = tuple(dict.fromkeys([*kept, *elements]))
    return Parsed(values, lists)


def without_legacy(parsed: Parsed) -> Parsed:
    """What of a row describes the document, without how its cells looked."""
    values = {
        number: value for number, value in parsed.values.items() if number != LEGACY_RAW
    }
    return Parsed(values, parsed.lists)


def _old_elements(number: int, cell: str, pack: Pack) -> tuple[Value, ...]:
    found = parse_elements(pack.by_number[number], cell, pack)
    return () if isinstance(found, Fault) else found
