"""A rule pack: the fields of one category, their rules and headings, as data.

Packs are files inside the program (node/catalogue/packs). A category differs from
another by its pack, never by an ``if``.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from importlib import resources
from typing import Any, Final

from node.catalogue.codes import CodeRule
from node.catalogue.entry_form import (
    EntryForm,
    FilingRules,
    names_in,
    read_filing,
    read_form,
)
from node.errors import PackDamaged, UnknownField

DEFAULT_PACK: Final = "ws-3"
PACKS: Final = ("ws-2", "ws-3")
"""Every version that came with the program, rising; one may be in force in a fonds."""
_DEFAULT_LIMIT: Final = 1000


class MergeClass(StrEnum):
    """What two different values of one field mean."""

    FIXED = "K"
    AUTOMATIC = "A"
    LIST = "S"
    STRICTEST = "U"
    DERIVED = "D"
    REVIEW = "R"
    HUB = "H"
    NUMBER = "N"
    STATE = "M"
    ORDER = "O"


class FieldType(StrEnum):
    """How the text of a field becomes a value."""

    LEVEL = "level"
    CATEGORY = "category"
    CODE = "code"
    TEXT = "text"
    DOC_NO = "doc_no"
    DATE = "date"
    YEAR = "year"
    RETENTION = "retention"
    COUNT = "count"
    SECRECY = "secrecy"
    CHOICE = "choice"
    LEGACY = "legacy"


class Obligation(StrEnum):
    """What the standard asks at a stage."""

    REQUIRED = "required"
    IF_PRESENT = "if-present"
    OPTIONAL = "optional"


class Stage(StrEnum):
    """When an obligation is looked at."""

    DRAFT = "draft"
    FILING = "filing"
    TRANSFER = "transfer"


@dataclass(frozen=True, slots=True)
class Field:
    """One field of the category."""

    number: int
    name: str
    """English name, as in JSON and on the command line."""
    zh: str
    en: str
    """What English screens call it; its name where the pack has no other."""
    """Chinese name, as on screens and in workbooks."""
    type: FieldType
    merge: MergeClass
    obligations: tuple[Obligation, Obligation, Obligation]
    """At draft, filing and transfer."""
    help: str
    """The rule in plain words, with its source."""
    example: str
    """One value as the rule wants it written."""
    is_list: bool
    is_kept_whole: bool
    """A cell of this list field is one element, not divided at its commas."""
    is_typed: bool
    """A person may write it."""
    is_shown: bool
    """It stands among the fields of a record."""
    limit_characters: int
    choices: tuple[str, ...]
    """Values that a choice accepts; others, for other types, are free."""
    labels: tuple[tuple[str, str], ...]
    """Choice and word, where people call a choice by another word."""
    headings: tuple[str, ...]
    """Column headings under which rooms keep it."""
    weight: int
    """0 to 99, among what has to be decided; -1: as its merge class weighs."""
    strictness: tuple[str, ...]
    """Values from the freest to the strictest; empty where none is stricter."""
    transitions: tuple[tuple[str, str], ...]
    """From one state to the next."""

    def label(self, value: str) -> str:
        """What people call *value*."""
        return dict(self.labels).get(value, value)

    def obligation(self, stage: Stage) -> Obligation:
        """What is asked at *stage*."""
        return self.obligations[list(Stage).index(stage)]


@dataclass(frozen=True, slots=True)
class Pack:
    """The rules of one category."""

    name: str
    version: int
    category: str
    title: str
    fields: tuple[Field, ...]
    code_rules: tuple[CodeRule, ...]
    fonds_code_headings: tuple[str, ...]
    fonds_title_headings: tuple[str, ...]
    row_number_headings: tuple[str, ...]
    volume_title_headings: tuple[str, ...]
    form: EntryForm
    filing: FilingRules
    undo_reason: str
    """Written as the reason where a person takes an own act back."""
    by_number: Mapping[int, Field]
    by_name: Mapping[str, Field]
    """Names, labels in both languages, and headings in use."""

    @classmethod
    def load(cls, name: str = DEFAULT_PACK) -> Pack:
        """The pack *name* as it came with the program.

        Raises:
            PackDamaged: it is missing, or says something that no pack may say.
        """
        return load_pack(name)

    def field(self, name: str) -> Field:
        """The field that people call *name*.

        Raises:
            UnknownField: there is none.
        """
        wanted = name.strip()
        found = self.by_name.get(wanted) or self.by_name.get(wanted.lower())
        if found is None:
            near = difflib.get_close_matches(wanted.lower(), self.by_name, n=1)
            raise UnknownField(name, self.by_name[near[0]].name if near else "")
        return found

    def writable(self, name: str) -> Field:
        """The field that people call *name*, if people may write it.

        Raises:
            UnknownField: there is none, or it is not for people to write.
        """
        found = self.field(name)
        if not found.is_typed or not found.is_shown:
            raise UnknownField(name, "")
        return found

    def rule(self, name: str) -> CodeRule | None:
        """The code rule *name*; None where the pack has none of that name."""
        return next((rule for rule in self.code_rules if rule.name == name), None)


def load_pack(name: str = DEFAULT_PACK) -> Pack:
    """The pack *name* as it came with the program.

    Raises:
        PackDamaged: it is missing, or says something that no pack may say.
    """
    file = resources.files("node.catalogue.packs").joinpath(f"{name}.toml")
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8"))
    except (FileNotFoundError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PackDamaged(name, str(error)) from error
    try:
        return _pack(table)
    except (KeyError, TypeError, ValueError, re.error) as error:
        raise PackDamaged(name, repr(error)) from error


def _pack(table: Mapping[str, Any]) -> Pack:
    fields = tuple(_field(entry) for entry in table["field"])
    by_number = {field.number: field for field in fields}
    if len(by_number) != len(fields):
        message = "two fields have one number"
        raise ValueError(message)
    by_name: dict[str, Field] = {}
    for field in fields:
        for name in (field.name, field.zh):
            if name in by_name:
                message = f"two fields are called {name}"
                raise ValueError(message)
            by_name[name] = field
    for field in fields:
        for heading in (*field.headings, field.en):
            by_name.setdefault(heading, field)
    headings = table["headings"]
    form, filing = read_form(table["form"]), read_filing(table["filing"])
    code_rules = tuple(_code_rule(entry) for entry in table["code_rule"])
    strange = names_in(form, filing) - {field.name for field in fields}
    if strange or filing.code_rule not in {rule.name for rule in code_rules}:
        message = f"the form or the filing names what is not here: {sorted(strange)}"
        raise ValueError(message)
    return Pack(
        name=table["pack"],
        version=table["version"],
        category=table["category"],
        title=table["title"],
        fields=fields,
        code_rules=code_rules,
        fonds_code_headings=tuple(headings["fonds_code"]),
        fonds_title_headings=tuple(headings["fonds_title"]),
        row_number_headings=tuple(headings["row_number"]),
        volume_title_headings=tuple(headings["volume_title"]),
        form=form,
        filing=filing,
        undo_reason=table["acts"]["undo_reason"],
        by_number=by_number,
        by_name=by_name,
    )


def _field(entry: Mapping[str, Any]) -> Field:
    draft, filing, transfer = (Obligation(word) for word in entry["obligation"])
    field = Field(
        number=entry["number"],
        name=entry["name"],
        zh=entry["zh"],
        en=entry.get("en", entry["name"]),
        type=FieldType(entry["type"]),
        merge=MergeClass(entry["merge"]),
        obligations=(draft, filing, transfer),
        help=entry["help"],
        example=entry.get("example", ""),
        is_list=entry.get("is_list", False),
        is_kept_whole=entry.get("is_kept_whole", False),
        is_typed=entry.get("is_typed", True),
        is_shown=entry.get("is_shown", True),
        limit_characters=entry.get("limit_characters", _DEFAULT_LIMIT),
        choices=tuple(entry.get("values", ())),
        labels=_labels(entry),
        headings=tuple(entry.get("headings", ())),
        weight=entry.get("weight", -1),
        strictness=tuple(entry.get("strictness", ())),
        transitions=tuple((a, b) for a, b in entry.get("transitions", ())),
    )
    if field.is_list != (field.merge is MergeClass.LIST):
        message = f"{field.name}: a list merges as a list, and nothing else does"
        raise ValueError(message)
    return field


def _labels(entry: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    if "labels" not in entry:
        return ()
    return tuple(zip(entry["values"], entry["labels"], strict=True))


def _code_rule(entry: Mapping[str, Any]) -> CodeRule:
    return CodeRule(
        name=entry["name"],
        title=entry["title"],
        pattern=re.compile(entry["pattern"]),
        template=entry["template"],
        item_digits=entry.get("item_digits", 0),
        is_verbatim=entry.get("is_verbatim", False),
    )
