"""What is known of a record's code: 暂定 or 正式, who claims it too, codes before."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from node.catalogue.aliases import taken_over_by
from node.catalogue.codes import normalise_code
from node.catalogue.record import CodeFacts, Record
from node.catalogue.unsealed import hidden_imports
from node.history.claims import holder_of, is_final
from node.history.record_rows import is_visible
from node.history.sequences import book_of, stem_of
from node.search.query import EXACT_TOTAL, Query, words_of
from node.store.port import Rows
from node.store.row_types import RecordFlag, RecordRow

_LEAST_PART: Final = 2
_MOST_FORMER: Final = 200
_LEVELS: Final = (2, 3)


def code_facts(rows: Rows, row: RecordRow) -> CodeFacts:
    """What is known of the record's code."""
    former = tuple(rows.former_codes.of_record(row.record_no))
    code = row.code or ""
    if not code or not is_visible(row.flags) or not stem_of(code):
        return CodeFacts(
            code, is_final=False, is_contested=False, is_holder=False, former=former
        )
    book = book_of(rows, row.scope_no)
    holding = holder_of(rows, row.scope_no, code, book)
    return CodeFacts(
        code,
        is_final=is_final(rows, row, code, book),
        is_contested=holding is not None and holding.is_contested,
        is_holder=holding is not None and holding.record_no == row.record_no,
        former=former,
    )


def found_by_former(
    rows: Rows, query: Query, found: Iterable[int], limit: int = _MOST_FORMER
) -> dict[int, str]:
    """Records that had a code with the query's only word in it, beside *found*.

    By record: the former code. A query with filters asks for what records are now.
    """
    words = words_of(query.words)
    part = normalise_code(words[0]) if len(words) == 1 and not query.filters else ""
    if len(part) < _LEAST_PART or not any(each.isdecimal() for each in part):
        return {}
    known = set(found)
    if len(known) > EXACT_TOTAL:
        return {}
    hidden = hidden_imports(rows)
    numbers = [no for no in rows.claims.had(part, limit) if no not in known]
    had = {
        row.record_no: next(
            code for code in rows.former_codes.of_record(row.record_no) if part in code
        )
        for row in rows.records.rows(numbers).values()
        if _is_found(row, hidden)
    }
    for row, code in _merged(rows, part, limit):
        if row.record_no not in known and _is_found(row, hidden):
            had.setdefault(row.record_no, code)
    return had


def _merged(rows: Rows, part: str, limit: int) -> Iterator[tuple[RecordRow, str]]:
    """Records into which one with such a code was merged, and that code."""
    numbers = rows.matches.by_code_part(part, limit)
    for row in rows.records.rows(numbers).values():
        if row.flags & RecordFlag.WITHDRAWN:
            stays = taken_over_by(rows, row)
            if stays.record_no != row.record_no:
                yield stays, row.code or ""


def _is_found(row: RecordRow, hidden: Collection[int]) -> bool:
    is_paper = is_visible(row.flags) and row.level in _LEVELS
    return is_paper and row.import_no not in hidden


def told_former(
    records: Iterable[Record], numbers: Sequence[int], former: Mapping[int, str]
) -> tuple[Record, ...]:
    """The records of *numbers*, each with the former code by which it was found."""
    return tuple(
        replace(record, former=former.get(number, ""))
        for record, number in zip(records, numbers, strict=False)
    )
