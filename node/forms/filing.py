"""What a printed form is made of: plain values, ready to be read.

A form of DA/T 22-2015 5.5 and 6.4 is about the items of one lowest class: one fonds,
year, retention and, where the room divides by it, one department or subject.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, Protocol

SPINE_WIDTHS_MM: Final = (20, 30, 40, 50)
"""The thicknesses that boxes are made in."""


class Part(StrEnum):
    """One of the forms."""

    COVER = "cover"
    """封面 of the bound catalogue."""
    CATALOGUE = "catalogue"
    """归档文件目录."""
    NOTE = "note"
    """备考表, one for each box."""
    SPINE = "spine"
    """盒脊, one for each box."""


BOUND: Final = (Part.COVER, Part.CATALOGUE, Part.NOTE)
"""What is printed on ordinary paper; spines want a pasted label of their own."""


class SpinePaper(StrEnum):
    """What the spines are printed on."""

    A4 = "a4"
    """The paper every room has: the strip is shorter than the box by its ends."""
    A3 = "a3"
    """The whole height of the box."""


class Say(Protocol):
    """The sentences of one language, by key: ``forms.title`` and the like."""

    def __call__(self, key: str, **fields: object) -> str:
        """The sentence *key* with *fields* in it."""


@dataclass(frozen=True, slots=True)
class FilingLine:
    """One item, as the catalogue prints it."""

    code: str
    title: str
    doc_no: str = ""
    creators: str = ""
    date: str = ""
    """As written in the field: ``20200315``."""
    secrecy: str = ""
    pages: str = ""
    notes: str = ""
    parallel_title: str = ""
    """The title in another language; stands beneath the title."""


@dataclass(frozen=True, slots=True)
class Box:
    """One box: its spine and its 备考表."""

    number: str = ""
    """盒号; nothing where it is to be written by hand."""
    first_item: str = ""
    """起止件号: the item number of the first item in it …"""
    last_item: str = ""
    """… and of the last one."""
    width_mm: int = 30
    """The thickness of the box, one of SPINE_WIDTHS_MM."""
    situation: str = ""
    """盒内文件情况说明; empty lines for writing follow it."""
    arranged_by: str = ""
    arranged_on: str = ""
    checked_by: str = ""
    checked_on: str = ""


@dataclass(frozen=True, slots=True)
class FilingForm:
    """A filing, as its forms show it."""

    fonds: str
    fonds_name: str
    year: str
    retention_code: str
    """``Y``, ``D30`` …, or 长期 and 短期; printed in the words of the field."""
    org: str
    """机构(问题), as it is to be read; nothing where the room does not divide by it."""
    lines: tuple[FilingLine, ...]
    made_at: datetime
    """When it was printed: the date of the file, so that the same form is the same
    bytes."""
    boxes: tuple[Box, ...] = ()
    """Nothing: all items are in one box whose number is written by hand."""


@dataclass(frozen=True, slots=True)
class Printed:
    """What was written."""

    pages: dict[Part, int]
    """How many pages each part has, in the order of the file."""
    undrawn: str = ""
    """The characters that no typeface here draws; a sign stands in their place."""


def boxes_of(form: FilingForm) -> tuple[Box, ...]:
    """The boxes of *form*, or the one that holds all its items."""
    if form.boxes:
        return form.boxes
    if not form.lines:
        return (Box(),)
    return (Box("", item_of(form.lines[0].code), item_of(form.lines[-1].code)),)


def item_of(code: str) -> str:
    """The item number at the end of a code."""
    return code.rpartition("-")[2].strip()


def retention_text(code: str, say: Say) -> str:
    """The retention in the words of the field: 永久, 30年."""
    if code == "Y":
        return say("forms.permanent")
    if code[:1] == "D" and code[1:].isdecimal():
        return say("forms.years", years=code[1:])
    return code
