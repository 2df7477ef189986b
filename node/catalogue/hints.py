"""What a form can offer while somebody types: all of it fast, none of it binding.

Each answer reads a few of the newest records, never the whole fonds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from node.catalogue.dates import parse_date
from node.catalogue.doc_no import normalise_doc_no, parse_doc_no
from node.catalogue.fault import Fault
from node.catalogue.fields import (
    CREATORS,
    DATE,
    DOC_NO,
    LEVEL_ITEM,
    LEVEL_VOLUME,
    ORG,
    RETENTION,
    TITLE,
    YEAR,
)
from node.catalogue.members import waiting_amount
from node.catalogue.numbering import FilingKey, chosen_rule, run_in
from node.catalogue.pack import Pack
from node.catalogue.premises import Premises
from node.catalogue.reading import find_record, fonds_for, records_of, state_of
from node.catalogue.record import Record
from node.catalogue.saving import check_actor
from node.catalogue.sequences import numbers_for
from node.catalogue.unsealed import hidden_imports
from node.catalogue.values import parse_value, shown_value
from node.errors import UnknownRecord
from node.history.survivors import shown
from node.search.folding import fold
from node.search.query import word_tokens
from node.search.text import field_mark, scope_token
from node.store.catalogue_port import MatchTest
from node.store.port import Rows
from node.store.row_types import RecordFlag
from protocol.operations import Actor

_STANDING_MASK: Final = int(RecordFlag.CREATED | RecordFlag.WITHDRAWN)
_STANDING: Final = int(RecordFlag.CREATED)
_LOOKED_AT_ISSUER: Final = 30
_LOOKED_AT_VALUES: Final = 200
_MOST_VALUES: Final = 20
_MOST_ALIKE: Final = 10


@dataclass(frozen=True, slots=True)
class NextCode:
    """The code that an item of these values would probably get."""

    code: str
    """Empty where one cannot be made yet, or where the rule has no number left."""
    item_no: int
    last_item_no: int
    """The highest number in use."""
    waiting: int
    """Items of the same class that wait for their numbers before it."""
    missing: tuple[str, ...] = ()
    """Fields that have to be filled, or filled otherwise, before there is a code."""


class Hints:
    """Offers for a form."""

    def __init__(self, premises: Premises) -> None:
        self._premises = premises

    async def issuer(self, actor: Actor, fonds: str, doc_no: str) -> tuple[str, ...]:
        """The creators that documents of this issuer's mark mostly have.

        Raises:
            UnknownFonds.
        """
        check_actor(actor)
        parsed = parse_doc_no(doc_no)
        if parsed is None:
            return ()
        begin = f"{field_mark(DOC_NO)}{fold(parsed.org)}"
        needles = tuple(f"{begin}{fold(bracket)}" for bracket in "〔")

        def work(rows: Rows) -> tuple[str, ...]:
            scope_no = fonds_for(rows, fonds).scope_no
            test = _test(rows, scope_no, [fold(parsed.org)], needles)
            numbers = rows.matches.find(test, _LOOKED_AT_ISSUER, newest_first=True)
            counted: Counter[tuple[str, ...]] = Counter()
            for row in rows.records.rows(numbers).values():
                names = shown(state_of(row)).get(CREATORS, [])
                creators = tuple(name for name in names if isinstance(name, str))
                counted[creators] += bool(creators)
            return counted.most_common(1)[0][0] if counted else ()

        return await self._premises.store.read(work)

    async def next_code(
        self, actor: Actor, fonds: str, values: Mapping[str, str]
    ) -> NextCode:
        """The code that comes next for what a form holds; nothing is reserved.

        Raises:
            UnknownFonds.
        """
        check_actor(actor)
        pack = self._premises.pack

        def work(rows: Rows) -> NextCode:
            home = fonds_for(rows, fonds)
            key, missing = key_typed(home.code, values, pack)
            if missing:
                return NextCode("", 0, 0, 0, missing)
            rule = chosen_rule(rows, pack, home.scope_no, home.code)
            run = run_in(rows, pack, home.scope_no, rule, key)
            if isinstance(run, str):
                return NextCode("", 0, 0, 0, (run,))
            numbers = numbers_for(rows, home.scope_no, run)
            waiting = waiting_amount(rows, home.scope_no, key)
            free = numbers.take(waiting + 1)
            number = free[waiting] if len(free) > waiting else 0
            code = run.code(number) if 0 < number <= run.highest else ""
            return NextCode(code, number, numbers.last, waiting)

        return await self._premises.store.read(work)

    async def like(
        self,
        actor: Actor,
        fonds: str,
        *,
        doc_no: str = "",
        title: str = "",
        date: str = "",
        but_id: str = "",
    ) -> tuple[Record, ...]:
        """Records of the fonds with this document number, or this title and date.

        Raises:
            UnknownFonds.
        """
        check_actor(actor)
        pack = self._premises.pack
        parsed = parse_date(date) if date.strip() else ""
        day = "" if isinstance(parsed, Fault) else parsed

        def work(rows: Rows) -> tuple[Record, ...]:
            scope_no = fonds_for(rows, fonds).scope_no
            wanted = [{DOC_NO: fold(normalise_doc_no(doc_no))}]
            if day:
                wanted.append({TITLE: fold(title), DATE: fold(day)})
            numbers: dict[int, None] = {}
            for segments in wanted:
                if all(segments.values()):
                    numbers |= dict.fromkeys(_with_segments(rows, scope_no, segments))
            for number in _numbers_of(rows, but_id):
                numbers.pop(number, None)
            return tuple(records_of(rows, list(numbers)[:_MOST_ALIKE], pack))

        return await self._premises.store.read(work)

    async def values(self, actor: Actor, fonds: str, field: str) -> tuple[str, ...]:
        """Values of a field that are in use, the most used (of late) first.

        Raises:
            UnknownFonds, UnknownField.
        """
        check_actor(actor)
        number = self._premises.pack.field(field).number

        def work(rows: Rows) -> tuple[str, ...]:
            scope_no = fonds_for(rows, fonds).scope_no
            counted = _of_classes(rows, scope_no, number)
            if counted is None:
                counted = _of_newest(rows, scope_no, number)
            return tuple(
                text
                for text, amount in counted.most_common(_MOST_VALUES)
                if amount and text
            )

        return await self._premises.store.read(work)

    def validate(self, field: str, text: str) -> Fault | None:
        """What is wrong with *text* in a field; nothing where it can be kept.

        Raises:
            UnknownField.
        """
        pack = self._premises.pack
        found = parse_value(pack.field(field), text, pack)
        return found if isinstance(found, Fault) else None


def key_typed(
    fonds: str, values: Mapping[str, str], pack: Pack
) -> tuple[FilingKey, tuple[str, ...]]:
    """The class that a form's values say, and the fields that do not say it yet."""
    found: dict[int, str] = {}
    missing: list[str] = []
    for number in (YEAR, RETENTION, ORG):
        field = pack.by_number[number]
        text = str(values.get(field.name, "") or "")
        value = parse_value(field, text, pack)
        if isinstance(value, Fault) or (value is None and number != ORG):
            missing.append(field.name)
        found[number] = "" if isinstance(value, Fault) else shown_value(value)
    year = int(found[YEAR]) if found[YEAR] else None
    return FilingKey(fonds, year, found[RETENTION], found[ORG]), tuple(missing)


def _of_classes(rows: Rows, scope_no: int, number: int) -> Counter[str] | None:
    """How often each value of a field that makes classes is used; None for others."""
    if number not in {YEAR, RETENTION, ORG}:
        return None
    counted: Counter[str] = Counter()
    for row in rows.classes.single(scope_no, LEVEL_ITEM):
        value = {YEAR: str(row.year or ""), RETENTION: row.retention, ORG: row.org}
        counted[value[number]] += row.amount
    return counted


def _of_newest(rows: Rows, scope_no: int, number: int) -> Counter[str]:
    """How often each value of a field stands in the newest records."""
    test = _test(rows, scope_no, [], ())
    found = rows.matches.find(test, _LOOKED_AT_VALUES, newest_first=True)
    mark = field_mark(number)
    counted: Counter[str] = Counter()
    for row in rows.records.rows(found).values():
        if mark in row.search_text:
            for value in shown(state_of(row)).get(number, []):
                counted[shown_value(value)] += value is not None
    return counted


def _numbers_of(rows: Rows, record_id: str) -> list[int]:
    if not record_id:
        return []
    try:
        return [find_record(rows, record_id, ()).record_no]
    except UnknownRecord:
        return []


def _with_segments(
    rows: Rows, scope_no: int, segments: Mapping[int, str]
) -> Sequence[int]:
    needles = tuple(f"{field_mark(field)}{text}\n" for field, text in segments.items())
    return rows.matches.find(
        _test(rows, scope_no, list(segments.values()), needles), _MOST_ALIKE + 1
    )


def _test(
    rows: Rows, scope_no: int, folded: Sequence[str], needles: tuple[str, ...]
) -> MatchTest:
    tokens = [f'"{scope_token(scope_no)}"']
    for text in folded:
        tokens += word_tokens(text)
    return MatchTest(
        match=" AND ".join(dict.fromkeys(tokens)),
        needles=needles,
        flags_mask=_STANDING_MASK,
        flags=_STANDING,
        levels=(LEVEL_VOLUME, LEVEL_ITEM),
        hidden_imports=hidden_imports(rows),
        accepts=None,
    )
