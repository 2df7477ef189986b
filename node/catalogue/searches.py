"""The door's face that people search through while they type.

Only numbers of what was found are held, at most a thousand and one; records are read
where somebody looks. Nothing is sealed by looking: a screen shows no printed id of what
it found. What a person searched for stays on this machine.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from node.catalogue.code_facts import found_by_former, told_former
from node.catalogue.fields import CODE
from node.catalogue.premises import Premises
from node.catalogue.reading import records_of, scopes_named
from node.catalogue.record import Record
from node.catalogue.saving import check_actor
from node.catalogue.unsealed import hidden_imports
from node.search.folding import fold
from node.search.query import EXACT_TOTAL, Query, compile_query, words_of
from node.search.text import field_mark
from node.store.port import Rows
from node.store.stopping import Stop
from protocol.operations import Actor

_RECENT: Final = "searches.recent."
_MOST_RECENT: Final = 12
_LONGEST_RECENT: Final = 200
_LEAST_TAIL: Final = 2


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found, by number."""

    query: Query
    total: int
    """Counted up to 1,000."""
    is_exact: bool
    numbers: tuple[int, ...]
    """Of as many as were counted: codes that end in the word first, else as entered."""
    former: Mapping[int, str] = field(default_factory=dict)
    """原档号 of those that were found by it."""


class Searches:
    """Finds records of one machine."""

    def __init__(self, premises: Premises) -> None:
        self._premises = premises

    async def find(
        self, actor: Actor, query: Query, *, stop: Stop | None = None
    ) -> Found:
        """Records that hold every word and match every filter.

        Raises:
            UnknownField, InvalidValue: a filter cannot be understood.
            ReadStopped: *stop* was set.
        """
        check_actor(actor)

        def work(rows: Rows) -> Found:
            test = compile_query(
                query,
                self._premises.pack,
                lambda text: scopes_named(rows, text),
                hidden_imports(rows),
            )
            found = rows.matches.find(test, EXACT_TOTAL + 1)
            is_exact = len(found) <= EXACT_TOTAL
            former = found_by_former(rows, query, found)
            numbers = (found + list(former))[:EXACT_TOTAL]
            in_order = _by_tail(rows, query, numbers)
            return Found(query, len(numbers), is_exact, in_order, former)

        return await self._premises.store.read(work, stop or Stop())

    async def rows(
        self, actor: Actor, found: Found, offset: int, count: int
    ) -> tuple[Record, ...]:
        """The records at *offset* and behind it, at most *count*, as they are now."""
        check_actor(actor)
        numbers = found.numbers[max(0, offset) : offset + count]
        records = await self._premises.store.read(
            lambda rows: records_of(rows, numbers, self._premises.pack)
        )
        return told_former(records, numbers, found.former)

    async def recent(self, actor: Actor) -> tuple[str, ...]:
        """What the person searched for, the last first."""
        check_actor(actor)
        return await self._premises.store.read(lambda rows: _recent(rows, actor))

    async def remember(self, actor: Actor, text: str) -> None:
        """The person found something by *text*."""
        check_actor(actor)
        plain = " ".join(text.encode("utf-8", "replace").decode().split())
        if not plain or len(plain) > _LONGEST_RECENT:
            return

        def work(rows: Rows) -> None:
            kept = [each for each in _recent(rows, actor) if each != plain]
            rows.settings.put(f"{_RECENT}{actor.name}", [plain, *kept][:_MOST_RECENT])

        if (await self.recent(actor))[:1] != (plain,):
            await self._premises.store.write(work)


def _recent(rows: Rows, actor: Actor) -> tuple[str, ...]:
    return tuple(rows.settings.get(f"{_RECENT}{actor.name}") or ())


def _by_tail(rows: Rows, query: Query, numbers: list[int]) -> tuple[int, ...]:
    """The numbers, those first whose code ends in the only word: 档号尾号."""
    words = words_of(query.words)
    tail = fold(words[0]) if len(words) == 1 else ""
    if len(tail) < _LEAST_TAIL or not tail.isascii() or not tail[-1].isdecimal():
        return tuple(numbers)
    mark, ending = field_mark(CODE), f"{tail}\n"
    first = {
        row.record_no
        for row in rows.shelves.of_numbers(numbers)
        if row.search_text.startswith(mark)
        and row.search_text[: row.search_text.index("\n") + 1].endswith(ending)
    }
    return tuple(sorted(numbers, key=lambda number: number not in first))
