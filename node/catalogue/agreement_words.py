"""An agreement as words of a register: what it shows of which records, until when.

It is the hub's word in a register of the fonds that is shown, so the rooms of that
fonds can read to whom it is shown. The newest word of an agreement counts; one that
ends is said again as ended. Its end is a day: it holds to the end of that day in
Beijing, by hub time.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from node.catalogue.dates import parse_date
from node.catalogue.fields import (
    CATEGORY,
    CODE,
    CREATORS,
    DATE,
    DOC_NO,
    LEGACY_RAW,
    LEVEL,
    LEVEL_ITEM,
    LEVEL_VOLUME,
    RETENTION,
    TITLE,
    YEAR,
)
from node.catalogue.pack import Pack
from node.errors import InvalidValue
from node.history.registers import AGREEMENT, words
from node.keys import random_bytes
from node.store.port import Rows
from protocol.extracts import EXTRACT_ID_BYTES, ExtractKind
from protocol.operations import Value

ALWAYS: Final = (LEVEL, CATEGORY, TITLE, YEAR)
"""Fields that are shown whatever an agreement names: a row is found by them."""
USUAL: Final = (*ALWAYS, CODE, DOC_NO, CREATORS, DATE, RETENTION)
"""Fields that are shown where an agreement names none."""
_NEVER: Final = frozenset({LEGACY_RAW})
LEVELS: Final = {"item": LEVEL_ITEM, "volume": LEVEL_VOLUME, "all": 0}
_LEVEL_WORDS: Final = {"件": "item", "案卷": "volume", "卷": "volume", "全部": "all"}
_LEVEL_NAME: Final = "level"
_YEARS_NAME: Final = "years"
UNTIL: Final = "until"
_BEIJING: Final = dt.timezone(dt.timedelta(hours=8))
_DAY_DIGITS: Final = 8
PRINTED: Final = 8
FOREVER: Final = "29991231"
_YEARS: Final = range(1, 10_000)


@dataclass(frozen=True, slots=True)
class Agreement:
    """One sharing agreement."""

    id: bytes
    kind: int
    """protocol.extracts.ExtractKind."""
    reader: bytes
    """Key of the machine that may read; empty: every room."""
    categories: tuple[str, ...]
    """门类; empty: all."""
    level: int
    """2 volumes, 3 items, 0 both."""
    first_year: int
    last_year: int
    """0: of whichever year."""
    fields: tuple[int, ...]
    """Numbers, rising."""
    until: int
    """Hub time from which on it holds no more."""
    is_active: bool
    scope_no: int = 0

    @property
    def printed(self) -> str:
        """What people call it."""
        return self.id.hex()[:PRINTED].upper()

    def shows_as(self, other: Agreement) -> bool:
        """Whether both show the same reader the same records in the same way."""
        return replace(self, id=other.id, until=other.until) == other

    def members(self) -> tuple[Value, ...]:
        """As it stands in a register."""
        return (
            self.id,
            int(self.kind),
            self.reader,
            " ".join(self.categories),
            self.level,
            self.first_year,
            self.last_year,
            " ".join(map(str, self.fields)),
            self.until,
            int(self.is_active),
        )


@dataclass(frozen=True, slots=True)
class Terms:
    """What a person asks to be shown."""

    categories: tuple[str, ...] = ()
    level: str = "item"
    years: str = ""
    fields: tuple[str, ...] = ()
    until: str = ""


def read_terms(terms: Terms, pack: Pack) -> Agreement:
    """The agreement that *terms* describe, with no reader and no fonds yet.

    Raises:
        UnknownField, InvalidValue.
    """
    level = LEVELS.get(_LEVEL_WORDS.get(terms.level, terms.level))
    if level is None:
        raise InvalidValue(
            _LEVEL_NAME, "choice-unknown", terms.level, "、".join(LEVELS)
        )
    first, last = _read_years(terms.years)
    named = tuple(pack.field(name).number for name in terms.fields)
    fields = sorted({*ALWAYS, *(named or USUAL)} - _NEVER)
    return Agreement(
        id=random_bytes(EXTRACT_ID_BYTES),
        kind=ExtractKind.CATALOGUE,
        reader=b"",
        categories=tuple(sorted({each.strip().upper() for each in terms.categories})),
        level=level,
        first_year=first,
        last_year=last,
        fields=tuple(fields),
        until=end_of_day(terms.until),
        is_active=True,
    )


def agreements_of(rows: Rows, scope_no: int) -> list[Agreement]:
    """The newest word of every agreement about a scope."""
    found: dict[bytes, Agreement] = {}
    for word in words(rows, scope_no, AGREEMENT):
        read = _read_agreement(word.value, scope_no)
        if read is not None:
            found[read.id] = read
    return list(found.values())


def all_agreements(rows: Rows) -> list[Agreement]:
    """Every agreement that stands in a register here."""
    return [
        each
        for scope in rows.scopes.all()
        for each in agreements_of(rows, scope.scope_no)
    ]


def end_of_day(text: str) -> int:
    """Unix seconds at which the day that *text* names is over in Beijing.

    Raises:
        InvalidValue: it is no day.
    """
    value = parse_date(text)
    if not isinstance(value, str) or len(value) != _DAY_DIGITS or not value.isdecimal():
        raise InvalidValue(UNTIL, "date-unreadable", text)
    year, month, day = int(value[:4]), int(value[4:6]), int(value[6:])
    begun = dt.datetime(year, month, day, tzinfo=_BEIJING)
    return int(begun.timestamp()) + 24 * 3600


def last_day(until: int) -> str:
    """The last day that ends at *until*, e.g. ``2027-12-31``."""
    return dt.datetime.fromtimestamp(until - 1, tz=_BEIJING).strftime("%Y-%m-%d")


def _read_agreement(value: Sequence[Value], scope_no: int) -> Agreement | None:
    match value:
        case (
            bytes() as number,
            int() as kind,
            bytes() as reader,
            str() as categories,
            int() as level,
            int() as first,
            int() as last,
            str() as fields,
            int() as until,
            int() as state,
            *_,
        ) if kind in set(ExtractKind) and len(number) == EXTRACT_ID_BYTES:
            return Agreement(
                number,
                kind,
                reader,
                tuple(categories.split()),
                level if level in LEVELS.values() else LEVEL_ITEM,
                first,
                last,
                tuple(int(each) for each in fields.split() if each.isdecimal()),
                until,
                bool(state),
                scope_no,
            )
        case _:
            return None


def _read_years(text: str) -> tuple[int, int]:
    plain = text.strip().replace("—", "-").replace("–", "-").replace("至", "-")
    if not plain:
        return 0, 0
    first, _, last = plain.partition("-")
    if first.isdecimal() and (last or first).isdecimal():
        years = sorted((int(first), int(last or first)))
        if years[0] in _YEARS and years[1] in _YEARS:
            return years[0], years[1]
    raise InvalidValue(_YEARS_NAME, "number-unreadable", text)
