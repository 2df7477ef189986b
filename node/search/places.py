"""What a record is filed under, and where it stands there, by the values it shows.

Year, term and office are the record's own where it has them, else those in its code.
Codes are read by their shape and not by a rule: which rule pack a machine has must not
show in where a record stands. Of several survivors the least counts, for the same
reason.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
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


class CodeClass(NamedTuple):
    """What a code says before its last number."""

    category: str
    year: int
    """0 where it names none."""
    retention: str
    org: str
    volume: str
    """``目录号-案卷号`` without leading zeros; empty where items stand alone."""
    tail: bytes
    """What of the code's key stands before the last number, after the class."""


def place_of(
    values: Mapping[int, Sequence[Value]],
    code: str | None,
    years: Sequence[str],
    terms: Sequence[str],
    date: str,
) -> ShelfPlace:
    """Class and key of a record that shows *values*.

    *code* is its least code, *years* and *terms* what it counts for, *date* the digits
    of its least date.
    """
    found = values.get(ORG)
    org = _least(found) if found else ""
    year = _year(years)
    term = min(terms)[:_LONGEST_NAME] if terms else ""
    found = values.get(CATEGORY)
    category = _least(found) if found else ""
    levels = values.get(LEVEL)
    is_item = not levels or levels[0] == LEVEL_ITEM
    if code is None:
        volume = _volume_of_fields(values) if is_item else ""
        key = _WITHOUT + date.encode("utf-8") if date else _UNDATED
        return ShelfPlace(category, year, term, org, volume, DRAFT, key)
    stem, _, last = code.rpartition("-")
    said = code_class(stem)
    states = values.get(STATE)
    is_filed = bool(states) and all(each == FILED for each in states or ())
    stage = IN_PLACE if is_filed else NUMBERED
    if not org:
        org = said.org
    if not category:
        category = said.category
    if not is_item:
        return ShelfPlace(category, year, term, org, "", stage, natural_key(code))
    if said.volume:
        key = said.tail + _number(last)
    elif said.year == year and year and said.retention in {"", term}:
        key = _number(last)
    else:
        volume = _volume_itself(code) or _volume_of_fields(values)
        key = _OTHER + natural_key(code)
        return ShelfPlace(category, year, term, org, volume, stage, key)
    return ShelfPlace(category, year, term, org, said.volume, stage, key)


@lru_cache(maxsize=_REMEMBERED)
def code_class(stem: str) -> CodeClass:
    """What stands in a code before its last dash."""
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
    return code_class(code.rpartition("-")[0]).volume or _volume_itself(code)


def natural_key(text: str) -> bytes:
    """Bytes that sort as a code does: piece by piece, numbers as numbers."""
    return b"\1".join([_number(piece) for piece in _PIECES.split(text)])


def _number(piece: str) -> bytes:
    if piece.isascii() and piece.isdigit():
        digits = piece.lstrip("0")
        if len(digits) < _LONGEST_NUMBER:
            return bytes((2 + len(digits),)) + digits.encode("ascii")
    return b"\xd0" + piece.encode("utf-8", "surrogatepass")


def _volume_itself(code: str) -> str:
    """The volume of a code that ends with the volume's number."""
    match code.split("-"):
        case [_, catalogue, volume, *_] if volume.isdecimal():
            if _CLASS.search(catalogue) is None:
                return volume_name(catalogue, volume)
        case _:
            pass
    return ""


def _volume_of_fields(values: Mapping[int, Sequence[Value]]) -> str:
    found = values.get(VOLUME_NO)
    if not found:
        return ""
    number = _least(found)
    catalogue = values.get(CATALOGUE_NO)
    return volume_name(_least(catalogue) if catalogue else "", number) if number else ""


def _least(found: Sequence[Value]) -> str:
    texts = [str(each) for each in found if isinstance(each, (str, int))]
    return min(texts)[:_LONGEST_NAME] if texts else ""


def _year(years: Sequence[str]) -> int:
    plain = [
        int(year)
        for year in years
        if len(year) == _YEAR_DIGITS and year.isascii() and year.isdigit()
    ]
    return min(plain, default=0)
