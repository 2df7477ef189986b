"""What people type, as values of fields; and values as people read them.

``parse_value`` is the one way in, for the desk and for imports alike; ``shown_value``
the one way out.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from node.catalogue import dates, doc_no, retention
from node.catalogue.codes import parse_code
from node.catalogue.fault import Fault
from node.catalogue.fields import LEVEL_FONDS, LEVEL_ITEM, LEVEL_VOLUME
from node.catalogue.pack import Field, FieldType, Pack
from node.catalogue.secrecy import is_secret
from protocol.operations import Tag, Value

_NUMBER: Final = re.compile(r"(\d{1,12})(?:\.0+)?(?:页|件|卷|张)?")
_YEAR: Final = re.compile(r"(\d{4})(?:\.0+)?年?度?")
_FIRST_YEAR: Final = 1800
_LAST_YEAR: Final = 2200
_DIVIDERS: Final = re.compile(r"[、;；]|(?<=[^\x00-\x7f])[,，]|[,，](?=[^\x00-\x7f])")
_LEVELS: Final = {LEVEL_FONDS: "fonds", LEVEL_VOLUME: "volume", LEVEL_ITEM: "item"}
LEVEL_NAMES: Final = _LEVELS


def parse_value(field: Field, text: str, pack: Pack) -> Value | Fault:
    """The value that *text* means in *field*; nil for an empty text."""
    if not is_unicode(text):
        return Fault("text-not-unicode", text.encode("utf-8", "replace").decode())
    trimmed = text.strip()
    if not trimmed:
        return None
    if is_secret(field.number, trimmed):
        return Fault("secret-refused", trimmed)
    match field.type:
        case FieldType.CODE:
            found = parse_code(trimmed, pack.code_rules)
            return found if isinstance(found, Fault) else found[1]
        case FieldType.DATE:
            return dates.parse_date(trimmed)
        case FieldType.RETENTION:
            return retention.parse_retention(trimmed)
        case FieldType.YEAR:
            return _parse_year(trimmed)
        case FieldType.COUNT:
            return _parse_count(trimmed)
        case FieldType.DOC_NO:
            return _limited(field, doc_no.normalise_doc_no(trimmed))
        case FieldType.CHOICE:
            return (
                trimmed
                if trimmed in field.choices
                else Fault("choice-unknown", trimmed, "、".join(field.choices))
            )
        case FieldType.TEXT | FieldType.SECRECY | FieldType.CATEGORY:
            return _limited(field, trimmed)
        case FieldType.LEVEL | FieldType.LEGACY:
            return Fault("field-read-only", trimmed)


def parse_elements(field: Field, text: str, pack: Pack) -> tuple[str, ...] | Fault:
    """The elements that *text* means in the list field *field*, none twice."""
    is_whole = field.is_kept_whole or _DIVIDERS.search(text) is None
    parts = [text] if is_whole else _DIVIDERS.split(text)
    found: list[str] = []
    for part in parts:
        value = parse_value(field, part, pack)
        if isinstance(value, Fault):
            return value
        if isinstance(value, str) and value not in found:
            found.append(value)
    return tuple(found)


def gives_back(field: Field, value: Value, original: str) -> bool:
    """Whether writing *value* in one of the usual ways gives *original* again."""
    trimmed = original.strip()
    if value is None:
        return not trimmed
    if value == trimmed:
        return True
    match field.type:
        case FieldType.DATE:
            return isinstance(value, str) and trimmed in dates.renderings(value)
        case FieldType.RETENTION:
            return isinstance(value, str) and trimmed in retention.renderings(value)
        case FieldType.DOC_NO:
            return isinstance(value, str) and trimmed in doc_no.renderings(value)
        case FieldType.COUNT | FieldType.YEAR:
            digits = trimmed.removesuffix("年").removesuffix("度").removesuffix("页")
            return digits.isascii() and digits.lstrip("0") == str(value)
        case _:
            return False


def elements_give_back(field: Field, values: tuple[str, ...], original: str) -> bool:
    """Whether joining the elements in a usual way gives *original* again."""
    trimmed = original.strip()
    if len(values) == 1 or field.is_kept_whole:
        return values == (trimmed,) or (not values and not trimmed)
    return trimmed in {divider.join(values) for divider in ("、", ";", "；", ",", "，")}


def shown_value(value: Value) -> str:
    """*value* as text for people; nothing for nil."""
    if value is None:
        return ""
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, tuple):
        members = value[1:] if value[:1] == (Tag.GROUP,) else value
        return "；".join(shown_value(member) for member in members)
    return str(value)


def is_unicode(text: str) -> bool:
    """Whether *text* can be written as UTF-8."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _limited(field: Field, text: str) -> str | Fault:
    if len(text) > field.limit_characters:
        return Fault("text-too-long", f"{text[:40]}…", str(field.limit_characters))
    return text


def _parse_year(text: str) -> int | Fault:
    match = _YEAR.fullmatch(unicodedata.normalize("NFKC", text))
    if match is None:
        return Fault("number-unreadable", text)
    year = int(match[1])
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        return Fault("year-out-of-range", text)
    return year


def _parse_count(text: str) -> int | Fault:
    match = _NUMBER.fullmatch(unicodedata.normalize("NFKC", text))
    if match is None:
        return Fault("number-unreadable", text)
    number = int(match[1])
    if number < 1:
        return Fault("number-unreadable", text)
    return number
