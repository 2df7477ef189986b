"""A listing in any order but the shelf's: numbers sorted by a key, in short steps.

Nothing here holds the interpreter or the database for long: records are read some at a
time, and keys are sorted in parts that were divided by value before.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from node.catalogue.fields import CREATORS, DOC_NO, PAGES, TITLE
from node.catalogue.listing import OrderField, Run, Where
from node.catalogue.premises import Premises
from node.catalogue.reading import scopes_named
from node.search.places import natural_key
from node.search.query import compile_query
from node.search.text import field_mark
from node.store.catalogue_port import MatchTest
from node.store.port import Rows
from node.store.shelf_port import ClassRow, ShelfRow
from node.store.stopping import Stop

Progress = Callable[[int, int], None]
KeyOf = Callable[[ShelfRow], bytes]

_ROWS_AT_ONCE: Final = 1500
_KEYS_AT_ONCE: Final = 4000
_SORTED_AT_ONCE: Final = 8192
_SAMPLED: Final = 64
_LONGEST_KEY: Final = 48
_NUMBER_BYTES: Final = 6
_BEFORE_ALL: Final = (b"", -1, 0)
_LAST: Final = b"\xff"
"""What has no value stands behind what has one."""
_DIGITS: Final = re.compile("([0-9]+)")
_SPARSE: Final = 8
"""Less than one record in so many: they are fetched one by one."""
_TERM_RANKS: Final = {"Y": 0, "长期": 1, "短期": 3}


class Sorting:
    """One listing in the making."""

    def __init__(
        self,
        premises: Premises,
        where: Where,
        field: OrderField,
        classes: Sequence[ClassRow],
        runs: Sequence[Run],
        hidden: tuple[int, ...],
    ) -> None:
        self._premises = premises
        self._where = where
        self._field = field
        self._classes = {row.class_no: row for row in classes}
        self._hidden = hidden
        self._ranks = {no: at for at, run in enumerate(runs) for no in run.class_nos}
        self._total = sum(run.size for run in runs)
        self._keys: list[bytes] = []

    async def run(self, progress: Progress | None, stop: Stop) -> array[int]:
        """The numbers of all records, sorted."""
        if self._where.query is not None:
            await self._read_found(progress, stop)
        elif self._field in ("code", "entry", "year", "retention_code"):
            await self._read_keys(progress, stop)
        else:
            await self._read_rows(progress, stop)
        keys, self._keys = self._keys, []
        return await self._premises.store.wait(lambda: sorted_numbers(keys))

    async def _read_found(self, progress: Progress | None, stop: Stop) -> None:
        """What a query finds, of the classes that are asked for."""
        store = self._premises.store
        test = await store.read(self._test, stop)
        is_any = self._where == Where(query=self._where.query)
        key_of = self._key_of()
        after = 0
        while True:
            start = after

            def step(rows: Rows, start: int = start) -> int:
                found, goes_on = rows.shelves.matching(test, start, _ROWS_AT_ONCE)
                for row in found:
                    if is_any or row.class_no in self._classes:
                        self._keys.append(_numbered(key_of(row), row.record_no))
                return goes_on

            after = await store.read(step, stop)
            if progress is not None:
                progress(len(self._keys), self._total)
            if not after:
                return

    def _test(self, rows: Rows) -> MatchTest:
        query = self._where.query
        if query is None:
            message = "a listing without a query has no test"
            raise LookupError(message)
        return compile_query(
            query,
            self._premises.pack,
            lambda text: scopes_named(rows, text),
            self._hidden,
        )

    async def _read_keys(self, progress: Progress | None, stop: Stop) -> None:
        """Keys of all classes from the index alone."""
        key_of = self._key_of()
        waiting = [(class_no, _BEFORE_ALL) for class_no in sorted(self._ranks)]
        waiting.reverse()

        def step(rows: Rows) -> None:
            most = len(self._keys) + _KEYS_AT_ONCE
            while waiting and len(self._keys) < most:
                class_no, after = waiting.pop()
                found = rows.shelves.keys(class_no, after, _KEYS_AT_ONCE)
                if len(found) == _KEYS_AT_ONCE:
                    waiting.append((class_no, found[-1]))
                for key, import_no, record_no in found:
                    if import_no not in self._hidden:
                        row = ShelfRow(record_no, class_no, key, None, "", import_no)
                        self._keys.append(_numbered(key_of(row), record_no))

        while waiting:
            await self._premises.store.read(step, stop)
            if progress is not None:
                progress(len(self._keys), self._total)

    async def _read_rows(self, progress: Progress | None, stop: Stop) -> None:
        """Records one after the other, as they were entered."""
        store = self._premises.store
        key_of = self._key_of()
        after = 0
        while True:
            start = after

            def step(rows: Rows, start: int = start) -> int:
                found = rows.shelves.rows(start, _ROWS_AT_ONCE)
                for row in found:
                    is_wanted = row.class_no in self._ranks
                    if is_wanted and row.import_no not in self._hidden:
                        self._keys.append(_numbered(key_of(row), row.record_no))
                return found[-1].record_no if found else 0

            after = await store.read(step, stop)
            if progress is not None:
                progress(len(self._keys), self._total)
            if not after:
                return

    def _key_of(self) -> KeyOf:
        match self._field:
            case "code":
                return self._by_code
            case "entry":
                return lambda _row: b""
            case "date":
                return lambda row: (row.sort_date or "~").encode("utf-8")
            case "year":
                return self._by_year
            case "retention_code":
                return self._by_retention
            case "title":
                return lambda row: _spoken(_segment(row, TITLE))
            case "creators":
                return lambda row: _spoken(_segment(row, CREATORS))
            case "doc_no":
                return lambda row: _natural(_segment(row, DOC_NO))
            case "pages":
                return lambda row: _natural(_segment(row, PAGES))

    def _by_code(self, row: ShelfRow) -> bytes:
        rank = self._ranks.get(row.class_no, len(self._ranks))
        return rank.to_bytes(4) + row.shelf_key

    def _by_year(self, row: ShelfRow) -> bytes:
        found = self._classes.get(row.class_no)
        year = found.year if found is not None and found.year else 0xFFFF
        return year.to_bytes(4) + self._by_code(row)

    def _by_retention(self, row: ShelfRow) -> bytes:
        found = self._classes.get(row.class_no)
        return _term_key(found.retention if found else "") + self._by_code(row)


def sorted_numbers(keys: list[bytes]) -> array[int]:
    """Record numbers of numbered keys, in order of the keys."""
    numbers = array("q")
    for part in _parts(keys):
        part.sort()
        numbers.extend(int.from_bytes(key[-_NUMBER_BYTES:]) for key in part)
    return numbers


def _parts(keys: list[bytes]) -> Iterator[list[bytes]]:
    """*keys* divided by value into parts that are sorted at once; *keys* is emptied."""
    if len(keys) <= _SORTED_AT_ONCE:
        yield keys
        return
    sample = sorted(keys[::_SAMPLED])
    step = max(1, _SORTED_AT_ONCE // _SAMPLED)
    borders = sample[step::step]
    parts: list[list[bytes]] = [[] for _ in range(len(borders) + 1)]
    for key in keys:
        parts[bisect_right(borders, key)].append(key)
    keys.clear()
    parts.reverse()
    while parts:
        yield parts.pop()


def _numbered(key: bytes, record_no: int) -> bytes:
    return key[:_LONGEST_KEY] + b"\0" + record_no.to_bytes(_NUMBER_BYTES)


def _segment(row: ShelfRow, number: int) -> str:
    """The first value of a field in the record's folded text."""
    mark = field_mark(number)
    begin = row.search_text.find(mark)
    if begin < 0:
        return ""
    return row.search_text[begin + 1 : row.search_text.index("\n", begin)]


def _spoken(text: str) -> bytes:
    """In the order of GB/T 2312: the common characters by their sound."""
    return text.encode("gb18030", "replace") if text else _LAST


def _natural(text: str) -> bytes:
    """Numbers as numbers."""
    if not text:
        return _LAST
    return b"".join(
        natural_key(piece) if piece.isdigit() else piece.encode("utf-8", "replace")
        for piece in _DIGITS.split(text)
        if piece
    )


def _term_key(term: str) -> bytes:
    """The longest term first."""
    if term in _TERM_RANKS:
        return bytes((_TERM_RANKS[term], 0, 0, 0, 0))
    if term[:1] == "D" and term[1:].isascii() and term[1:].isdigit():
        years = min(int(term[1:]), 0xFFFF)
        return bytes((2,)) + (0xFFFF - years).to_bytes(4)
    return _LAST if not term else b"\x04" + term.encode("utf-8", "replace")[:4]
