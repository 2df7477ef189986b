"""What a rule pack says of the desk: the entry form, the ledger's columns, filing.

Data, as all of a pack; which screens are drawn from it is not its business.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class LedgerColumn:
    """One column of the 归档文件目录."""

    field: str
    width: int
    """Its share of the line's width."""


@dataclass(frozen=True, slots=True)
class OfferedValue:
    """A value that a form offers, and what it means."""

    value: str
    meaning: str


@dataclass(frozen=True, slots=True)
class EntryForm:
    """How records of a category are entered and listed."""

    entry: tuple[str, ...]
    """Fields of the form's first page, in its order."""
    carry: tuple[str, ...]
    """Fields that the next record takes over from the one before."""
    columns: tuple[LedgerColumn, ...]
    values: Mapping[str, tuple[OfferedValue, ...]]
    """Values offered in a field, beside those in use."""


@dataclass(frozen=True, slots=True)
class FilingRules:
    """What filing asks for."""

    code_rule: str
    """Which rule numbers where a fonds has chosen none."""
    blocking: tuple[str, ...]
    """Fields without which an item is not filed."""
    fills: Mapping[str, str]
    """What filing writes into fields about which nobody has said anything."""


def read_form(table: Mapping[str, Any]) -> EntryForm:
    """The form that a pack's table describes."""
    return EntryForm(
        entry=tuple(table["entry"]),
        carry=tuple(table["carry"]),
        columns=tuple(
            LedgerColumn(column["field"], column["width"]) for column in table["column"]
        ),
        values={
            name: tuple(OfferedValue(value, meaning) for value, meaning in pairs)
            for name, pairs in table["values"].items()
        },
    )


def read_filing(table: Mapping[str, Any]) -> FilingRules:
    """The rules of filing that a pack's table describes."""
    return FilingRules(
        code_rule=table["code_rule"],
        blocking=tuple(table["blocking"]),
        fills=dict(table["fills"]),
    )


def names_in(form: EntryForm, filing: FilingRules) -> set[str]:
    """Every field that the form or filing speaks of."""
    return {
        *form.entry,
        *form.carry,
        *form.values,
        *(column.field for column in form.columns),
        *filing.blocking,
        *filing.fills,
    }
