"""An author of change-sets who needs no store: what a room would have sealed.

Signs with the key of a room that has joined the hub, and goes on where its log ends.
Making sets is not part of what the benches time.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from random import Random  # noqa: TID251 (the same edits every time, no secret)

from bench.corpus import Entry
from bench.edits import edit_of
from node.catalogue.fields import LEVEL_ITEM
from node.catalogue.pack import Pack
from node.catalogue.saving import Held, Parsed, create, edits, parse_typed
from node.errors import InvalidValue
from node.home import Home
from node.keys import KeyFolder
from node.machine import Machine
from node.store.port import Rows
from protocol.changeset import SET_TAG, seal_set, to_wire
from protocol.identity import ZERO_HASH, Dot, Scope
from protocol.limits import SET_OPERATIONS
from protocol.messages import Hello, SetItem
from protocol.operations import Actor, Operation
from protocol.signing import sign

FIRST_N = 1_000_000
"""Above every operation of the room itself; numbers need not follow each other."""
MADE_AT = 1_790_000_000
ACTOR = Actor("其其格")


@dataclass(slots=True)
class Author:
    """The room's log, continued without its store."""

    log: bytes
    seed: bytes
    scope: Scope
    seq: int
    prev: bytes
    pack: Pack
    n: int = FIRST_N
    made: list[tuple[Dot, str]] = field(default_factory=list)
    """Records made so far: id and title."""

    @classmethod
    async def of_room(cls, home: Home) -> Author:
        """The author that goes on where the room at *home* ends."""
        machine = await Machine.open(home)
        try:

            def head(rows: Rows) -> tuple[bytes, int, bytes]:
                own = rows.logs.own()
                if own is None:
                    message = "the room has no log"
                    raise LookupError(message)
                last = rows.sets.last(own.log_no)
                return (
                    own.log,
                    last.seq if last else 0,
                    last.hash if last else ZERO_HASH,
                )

            log, seq, prev = await machine.store.read(head)
            fonds = (await machine.catalogue.fonds(ACTOR))[0]
            scope = await machine.store.read(
                lambda rows: rows.scopes.row(fonds.scope_no).scope
            )
            seed = KeyFolder(home).machine_seed
            return cls(log, seed, scope, seq, prev, machine.pack)
        finally:
            await machine.close()

    @property
    def hello(self) -> Hello:
        """The words that would stand before these sets."""
        return Hello(
            log=self.log,
            exchange=FIRST_N,
            head_seq=self.seq,
            head_hash=self.prev,
            scopes=(),
            verdicts=0,
            trust_serial=0,
            wire_serial=0,
            courier_serial=0,
            accepts_bytes=0,
            clock=MADE_AT,
        )

    def creations(self, wanted: Sequence[Entry]) -> list[SetItem]:
        """The sets that create a record for each entry."""
        return list(self.sealed(self._creates(wanted)))

    def edits(self, count: int, first: int) -> list[SetItem]:
        """The sets that edit *count* records, from the *first* made on, once each."""
        return list(self.sealed(self._edits(count, first)))

    def _creates(self, wanted: Sequence[Entry]) -> Iterator[Operation]:
        for entry in wanted:
            made = create(
                self.n,
                ACTOR,
                MADE_AT + self.n % 86_400,
                LEVEL_ITEM,
                self._parsed(entry),
                self.pack,
            )
            self.made.append((Dot(self.log, self.n), entry.title))
            self.n += 1
            yield made

    def _edits(self, count: int, first: int) -> Iterator[Operation]:
        dice = Random(first)
        for place in range(first, min(first + count, len(self.made))):
            record, title = self.made[place]
            values = edit_of({"title": title, "year": "2016"}, dice)
            self.made[place] = (record, values.get("title", title).strip())
            held = Held(record, {}, {})
            parsed = parse_typed(values, self.pack)
            made = edits(self.n, ACTOR, MADE_AT + self.n % 86_400, held, parsed)
            self.n += len(made)
            yield from made

    def _parsed(self, entry: Entry) -> Parsed:
        """The entry's cells as values; a cell that is no value is left out."""
        typed = {
            "code": entry.code,
            "title": entry.title,
            "doc_no": entry.doc_no,
            "creators": entry.creator,
            "date": entry.date,
            "year": entry.year,
            "retention_code": entry.retention,
            "org_code": entry.org,
        }
        given = {name: text for name, text in typed.items() if text}
        while True:
            try:
                return parse_typed(given, self.pack)
            except InvalidValue as error:
                del given[error.field]

    def sealed(self, operations: Iterator[Operation]) -> Iterator[SetItem]:
        """The sets of any operations that go on with this author's numbers."""
        waiting: list[Operation] = []
        for operation in operations:
            waiting.append(operation)
            if len(waiting) == SET_OPERATIONS:
                yield self._seal(waiting)
                waiting = []
        if waiting:
            yield self._seal(waiting)

    def _seal(self, operations: Sequence[Operation]) -> SetItem:
        change_set = seal_set(
            log=self.log,
            seq=self.seq + 1,
            prev=self.prev,
            scope=self.scope,
            operations=operations,
            sign=lambda message: sign(self.seed, SET_TAG, message),
        )
        self.seq += 1
        self.prev = change_set.hash
        return SetItem(to_wire(change_set, with_prev=True))
