"""Which records a row of a workbook may be about.

By code; a row without a code by title, document number and date together.
"""

from __future__ import annotations

from collections.abc import Iterator, Set
from typing import Final

from node.catalogue.fields import CODE, DATE, DOC_NO, TITLE
from node.catalogue.reading import state_of
from node.exchange.entry import Entry
from node.history.survivors import shown
from node.search.folding import fold
from node.search.query import word_tokens
from node.search.text import field_mark, scope_token
from node.store.catalogue_port import MatchTest
from node.store.port import Rows
from node.store.row_types import RecordFlag, RecordRow

_STANDING: Final = int(RecordFlag.CREATED)
_STANDING_MASK: Final = int(RecordFlag.CREATED | RecordFlag.WITHDRAWN)
_ALIKE_LIMIT: Final = 20
_UNSEEN_LIMIT: Final = 100_000
"""Titles of signs that the index drops are looked for one by one."""


def candidates(
    rows: Rows, entry: Entry, scope_no: int, used: Set[int]
) -> Iterator[RecordRow]:
    """Standing records that the row may be about, but those in *used*."""
    if entry.code is not None:
        numbers = [
            number
            for number, scope, flags, _ in rows.matches.codes([entry.code])
            if scope == scope_no and flags & _STANDING_MASK == _STANDING
        ]
    else:
        has_text = bool(fold(str(entry.values.get(TITLE, ""))))
        limit = _ALIKE_LIMIT if has_text else _UNSEEN_LIMIT
        numbers = rows.matches.find(_alike_test(entry, scope_no), limit)
    for number in numbers:
        if number in used:
            continue
        row = rows.records.row(number)
        if row is None or row.level != entry.level:
            continue
        if entry.code is not None or _is_same_text(row, entry):
            yield row


def _alike_test(entry: Entry, scope_no: int) -> MatchTest:
    """Records of the scope with the same title, number and date."""
    needles = []
    for number in (TITLE, DOC_NO, DATE):
        value = entry.values.get(number)
        if isinstance(value, str) and fold(value):
            needles.append(f"{field_mark(number)}{fold(value)}\n")
    title = fold(str(entry.values.get(TITLE, "")))
    tokens = [f'"{scope_token(scope_no)}"', *(word_tokens(title) if title else ())]
    return MatchTest(
        match=" AND ".join(tokens),
        needles=tuple(needles),
        flags_mask=_STANDING_MASK,
        flags=_STANDING,
        levels=(entry.level, entry.level),
        hidden_imports=(),
        accepts=None,
    )


def _is_same_text(row: RecordRow, entry: Entry) -> bool:
    """Whether title, number and date are the same, and the record has no code."""
    values = shown(state_of(row))
    return not values.get(CODE) and all(
        entry.values.get(number) in (values.get(number) or [None])
        for number in (TITLE, DOC_NO, DATE)
    )


def is_alike(row: RecordRow, entry: Entry) -> bool:
    """Whether one of title, number and date is the same: not only the code."""
    values = shown(state_of(row))
    return any(
        entry.values.get(number) in values.get(number, ())
        for number in (TITLE, DOC_NO, DATE)
        if entry.values.get(number) is not None
    )
