"""A record as people get it: names of fields, values as they are shown.

What is shown of an open field follows its merge class; the other values stand beside
it in the ticket. Derived values (the year of a date, the numbers in a code) are shown
where nothing else is written, and are never operations.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from node.catalogue.codes import parse_code
from node.catalogue.fault import Fault
from node.catalogue.fields import (
    CODE,
    ITEM_NO,
    LEGACY_RAW,
    LEVEL,
    LEVEL_FONDS,
    RETENTION,
    YEAR,
)
from node.catalogue.pack import Field, FieldType, Pack
from node.catalogue.values import LEVEL_NAMES, shown_value
from node.catalogue.whereabouts import Whereabouts
from node.search.text import effective_retentions, effective_years
from protocol.identity import Dot, Element
from protocol.operations import Value

Shown = str | int | list[str]

ACTIVE: Final = "active"
WITHDRAWN: Final = "withdrawn"
CONTESTED: Final = "contested"


@dataclass(frozen=True, slots=True)
class Record:
    """One record, as it is shown."""

    id: str
    """Printed id."""
    level: str
    """fonds · volume · item."""
    fonds: str
    """Code of the fonds."""
    code: str | None
    state: str
    """active · withdrawn · contested (withdrawn by one, edited by another)."""
    fields: Mapping[str, Shown]
    """By English name, in the order of the pack."""
    open_fields: tuple[str, ...] = ()
    """Fields with more than one value, on which nobody has decided."""
    is_received: bool = False
    """The hub's order has all that is shown here."""
    legacy: tuple[tuple[int | str, str], ...] = ()
    """来源原值: field number or heading, and the cell as it came."""
    source: str = ""
    """The machine in whose log it was created."""
    former: str = ""
    """原档号 by which it was found; empty where it was found by what it is now."""

    def to_json(self) -> dict[str, object]:
        """The record as JSON shows it."""
        return {
            "id": self.id,
            "level": self.level,
            "fonds": self.fonds,
            "code": self.code,
            "state": self.state,
            "fields": dict(self.fields),
            "open": list(self.open_fields),
            "provenance": {"fonds": self.fonds, "machine": self.source},
            **({"former": self.former} if self.former else {}),
        }


@dataclass(frozen=True, slots=True)
class Seen:
    """What stood in a form when it was filled: the dots of each field."""

    dots: Mapping[int, tuple[Dot, ...]]
    elements: Mapping[int, tuple[Element, ...]]
    existence: tuple[Dot, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """One operation on a record, for people."""

    who: str
    machine: str
    """The machine's name; its log's printed characters where no name is known."""
    time: int
    """Unix seconds by the author's clock."""
    received: int
    """Unix seconds at which this machine stored it; 0 for own work."""
    kind: str
    """create · set · add · remove · withdraw · restore · resolve · redact · question ·
    answer · objection …"""
    field: str | None
    value: object
    receipt: int
    """The hub's receipt number; 0 none."""
    is_admitted: bool
    standing: Whereabouts
    log: str
    seq: int
    n: int
    signature: str = ""
    """What is known of an operator's signature, a SignatureWord; empty where there is
    none and none is asked for."""
    signer: str = ""
    """The operator's name; of a key that is no operator's, the first of its hex."""

    def to_json(self) -> dict[str, object]:
        """The change as JSON shows it."""
        return {
            "who": self.who,
            "machine": self.machine,
            "time": self.time,
            "received": self.received,
            "kind": self.kind,
            "field": self.field,
            "value": self.value,
            "receipt": self.receipt or None,
            "admitted": self.is_admitted,
            "standing": self.standing.word.value,
            "reason": self.standing.reason or None,
            "log": self.log,
            "seq": self.seq or None,
            "n": self.n,
            "signature": self.signature or None,
            "signer": self.signer or None,
        }


@dataclass(frozen=True, slots=True)
class CodeFacts:
    """A record's code, as people have to know it."""

    code: str
    is_final: bool
    """正式; else 暂定."""
    is_contested: bool
    """Other records claim the code too."""
    is_holder: bool
    """The record holds its code, until a person decides otherwise."""
    former: tuple[str, ...]
    """原档号: codes that it had before."""

    def to_json(self) -> dict[str, object]:
        """The facts as JSON shows them."""
        return {
            "code": self.code or None,
            "final": self.is_final,
            "contested": self.is_contested,
            "holder": self.is_holder,
            "former": list(self.former),
        }


@dataclass(frozen=True, slots=True)
class RecordDetail:
    """A record with its history."""

    record: Record
    history: tuple[Change, ...]
    seen: Seen
    missing: tuple[str, ...]
    """Fields that the standard asks for at filing and that are empty."""
    code: CodeFacts

    def to_json(self) -> dict[str, object]:
        """The record with its history as JSON shows it."""
        return {
            **self.record.to_json(),
            "numbering": self.code.to_json(),
            "missing": list(self.missing),
            "history": [change.to_json() for change in self.history],
        }


def shown_fields(values: Mapping[int, Sequence[Value]], pack: Pack) -> dict[str, Shown]:
    """Names and values of a record whose fields have these surviving values.

    Of each field the first is shown.
    """
    shown: dict[str, Shown] = {}
    for field in pack.fields:
        if not field.is_shown:
            continue
        found = [value for value in values.get(field.number, ()) if value is not None]
        if field.is_list:
            if found:
                shown[field.name] = [shown_value(value) for value in found]
        elif found:
            shown[field.name] = _shown(field, found[0], pack)
    known = pack.by_number
    for number in sorted(set(values) - set(known)):
        found = [value for value in values[number] if value is not None]
        if number >= CODE and found:
            shown[f"field-{number}"] = [shown_value(value) for value in found]
    return _with_derived(shown, values, pack)


def level_name(values: Mapping[int, Sequence[Value]]) -> str:
    """The level of a record in a word."""
    found = values.get(LEVEL, ())
    if found and isinstance(found[0], int):
        return LEVEL_NAMES.get(found[0], str(found[0]))
    return "item"


def missing_fields(shown: Mapping[str, Shown], pack: Pack) -> tuple[str, ...]:
    """Fields that have to be filled before an item is filed, and are not."""
    return tuple(
        field.name
        for field in pack.fields
        if field.is_shown
        and field.obligations[1] == "required"
        and field.name not in shown
    )


def _shown(field: Field, value: Value, pack: Pack) -> Shown:
    if isinstance(value, int):
        return value
    if field.type is FieldType.LEGACY:
        return legacy_texts(value, pack)
    return shown_value(value)


def legacy_cells(
    values: Mapping[int, Sequence[Value]],
) -> tuple[tuple[int | str, str], ...]:
    """来源原值 as pairs of field number or heading, and cell."""
    cells: list[tuple[int | str, str]] = []
    for value in values.get(LEGACY_RAW, ())[:1]:
        for member in value[1:] if isinstance(value, tuple) else ():
            match member:
                case (int() | str() as source, cell):
                    cells.append((source, shown_value(cell)))
                case _:
                    pass
    return tuple(cells)


def legacy_texts(value: Value, pack: Pack) -> list[str]:
    """来源原值 as ``column:cell`` lines."""
    if not isinstance(value, tuple):
        return [shown_value(value)]
    texts = []
    for member in value[1:]:
        match member:
            case (int(number), cell) if number in pack.by_number:
                texts.append(f"{pack.by_number[number].zh}:{shown_value(cell)}")
            case (column, cell):
                texts.append(f"{shown_value(column)}:{shown_value(cell)}")
            case _:
                texts.append(shown_value(member))
    return texts


def _with_derived(
    shown: dict[str, Shown], values: Mapping[int, Sequence[Value]], pack: Pack
) -> dict[str, Shown]:
    derived: dict[int, Shown] = {}
    code = shown.get(pack.by_number[CODE].name)
    if isinstance(code, str) and LEVEL_FONDS not in values.get(LEVEL, ()):
        parsed = parse_code(code, pack.code_rules)
        if not isinstance(parsed, Fault) and parsed[0].item is not None:
            derived[ITEM_NO] = int(parsed[0].item)
    years = effective_years(values)
    if years:
        derived[YEAR] = int(years[0])
    terms = effective_retentions(values)
    if terms:
        derived[RETENTION] = terms[0]
    for number, value in derived.items():
        shown.setdefault(pack.by_number[number].name, value)
    order = {field.name: place for place, field in enumerate(pack.fields)}
    return dict(sorted(shown.items(), key=lambda pair: order.get(pair[0], len(order))))


def title_of(record: Record) -> str:
    """The record's title; empty where it has none."""
    title = record.fields.get("title", "")
    return title if isinstance(title, str) else ""
