"""What a record is filed under, and where it stands there, by the values it shows.

Year, term and office are the record's own where it has them, else those in its code.
Codes are read by their shape and not by a rule: which rule pack a machine has must not
show in where a record stands. Of several survivors the least counts, for the same
reason.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from enum import Enum
from functools import lru_cache
from typing import Final, NamedTuple

from node.catalogue.fields import (
    CATALOGUE_NO,
    CATEGORY,
    FILED,
    LEVEL,
    LEVEL_ITEM,
    ORG,
    STATE,
    VOLUME_NO,
)
from node.store.row_types import ShelfPlace
from protocol.operations import Value

DRAFT, NUMBERED, IN_PLACE = 0, 1, 2
"""Stages: without a code, with a code, filed."""

_REMEMBERED: Final = 8192
_CLASS: Final = re.compile(
    r"(?P<category>[A-Z]{2})(?:·[^-]*?)?·(?P<year>(?:18|19|20)[0-9]{2})"
    r"(?:[-·](?P<retention>Y|C|D[0-9]{0,3}))?(?:[-·](?P<org>[^-·]+))?"
)
_TERMS: Final = {"C": "长期", "D": "短期"}
_PIECES: Final = re.compile("[-·]")
_YEAR_DIGITS: Final = 4
_LONGEST_NUMBER: Final = 100
_LONGEST_NAME: Final = 80
"""Characters of a term or an office that count for the class."""
_OTHER: Final = b"\xc0"
_WITHOUT: Final = b"\xf0"
_UNDATED: Final = b"\xf1"


class KeyKind(Enum):
    """What a record's key is made of."""

    NUMBER = 1
    """The last number of its code."""
    CODE = 2
    """The whole code."""
    DATE = 3


class CodeClass(NamedTuple):
    """What a code says before its last number."""

    category: str
    year: int
    """0 where it names none."""
    retention: str
    org: str
    volume: str
    """``目录号-案卷号`` without leading zeros; empty where items stand alone."""
    before: bytes
    """What of the code's key stands before the last number, after the volume."""


class Place(NamedTuple):
    """What records have in common that are filed under the same."""

    place: ShelfPlace
    by: KeyKind
    before: bytes
    """What the key begins with."""


def place_of(
    values: Mapping[int, Sequence[Value]],
    head: str | None,
    years: Sequence[str],
    terms: Sequence[str],
) -> Place:
    """Where a record stands that shows *values* and counts for *years* and *terms*.

    *head* is its least code up to the last dash, None where it has no code.
    """
    category = _least(values.get(CATEGORY))
    year = _year(years)
    term = min(terms)[:_LONGEST_NAME] if terms else ""
    org = _least(values.get(ORG))
    levels = values.get(LEVEL)
    is_item = not levels or levels[0] == LEVEL_ITEM
    volume = _volume_of_fields(values) if is_item else ""
    if head is None:
        place = ShelfPlace(category, year, term, org, volume, DRAFT)
        return Place(place, KeyKind.DATE, b"")
    said = code_class(head)
    states = values.get(STATE) or ()
    is_filed = bool(states) and all(each == FILED for each in states)
    place = ShelfPlace(
        category or said.category,
        year,
        term,
        org or said.org,
        (said.volume or volume) if is_item else "",
        IN_PLACE if is_filed else NUMBERED,
    )
    if not is_item:
        return Place(place, KeyKind.CODE, b"")
    if said.volume:
        return Place(place, KeyKind.NUMBER, said.before)
    if year and said.year == year and said.retention in {"", term}:
        return Place(place._replace(volume=""), KeyKind.NUMBER, b"")
    return Place(place, KeyKind.CODE, _OTHER)


def settled(found: Place, code: str | None, date: str) -> tuple[ShelfPlace, bytes]:
    """Class and key of the record that has this least code, or this least date."""
    place = found.place
    if found.by is KeyKind.NUMBER and code is not None:
        return place, found.before + _number(code[code.rfind("-") + 1 :])
    if code is None:
        return place, _WITHOUT + date.encode("utf-8") if date else _UNDATED
    if found.before:
        volume = volume_of_code(code)
        if volume:
            place = place._replace(volume=volume)
    return place, found.before + natural_key(code)


def head_of(code: str) -> str:
    """The code up to its last dash; a code without one is all head."""
    return code[: code.rfind("-") + 1] or code


@lru_cache(maxsize=_REMEMBERED)
def code_class(head: str) -> CodeClass:
    """What the head of a code says."""
    stem = head.removesuffix("-")
    pieces = stem.split("-")
    match pieces:
        case [_, catalogue, volume] if volume.isdecimal():
            return CodeClass("", 0, "", "", volume_name(catalogue, volume), b"")
        case [_, catalogue, volume, item] if (
            volume.isdecimal() and item.isdecimal() and "·" not in stem
        ):
            name = volume_name(catalogue, volume)
            return CodeClass("", 0, "", "", name, _number(item) + b"\1")
        case _:
            pass
    found = _CLASS.search(stem)
    if found is None:
        return CodeClass("", 0, "", "", "", b"")
    term = found["retention"] or ""
    return CodeClass(
        found["category"],
        int(found["year"]),
        _TERMS.get(term, term),
        found["org"] or "",
        "",
        b"",
    )


def volume_name(catalogue: str, volume: str) -> str:
    """How a volume is called: catalogue and number, neither with leading zeros."""
    return f"{catalogue.lstrip('0')}-{volume.lstrip('0')}"


def normal_volume(text: str) -> str:
    """The name of the volume that people mean by *text*."""
    catalogue, _, volume = text.strip().rpartition("-")
    return volume_name(catalogue, volume)


def volume_of_code(code: str) -> str:
    """The volume that the code of a volume, or of an item in it, names; else empty."""
    found = code_class(head_of(code)).volume
    if found:
        return found
    match code.split("-"):
        case [_, catalogue, volume] if volume.isdecimal():
            if _CLASS.search(catalogue) is None:
                return volume_name(catalogue, volume)
        case _:
            pass
    return ""


def natural_key(text: str) -> bytes:
    """Bytes that sort as a code does: piece by piece, numbers as numbers."""
    return b"\1".join([_number(piece) for piece in _PIECES.split(text)])


def _number(piece: str) -> bytes:
    if piece.isascii() and piece.isdigit():
        digits = piece.lstrip("0")
        if len(digits) < _LONGEST_NUMBER:
            return bytes((2 + len(digits),)) + digits.encode("ascii")
    return b"\xd0" + piece.encode("utf-8", "surrogatepass")


def _volume_of_fields(values: Mapping[int, Sequence[Value]]) -> str:
    number = _least(values.get(VOLUME_NO))
    return volume_name(_least(values.get(CATALOGUE_NO)), number) if number else ""


def _least(found: Sequence[Value] | None) -> str:
    texts = [str(each) for each in found or () if isinstance(each, (str, int))]
    return min(texts)[:_LONGEST_NAME] if texts else ""


def _year(years: Sequence[str]) -> int:
    plain = [
        int(year)
        for year in years
        if len(year) == _YEAR_DIGITS and year.isascii() and year.isdigit()
    ]
    return min(plain, default=0)
