"""A machine of the lower floors for tests: home, keys, store and a log of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from node.history.incarnation import begin
from node.history.journal import save_all
from node.history.sealing import IsSecret, seal
from node.home import Home
from node.keys import KeyFolder
from node.store.port import Describe, Rows
from node.store.row_types import RowText, SetRow
from node.store.store import Store
from protocol.identity import Dot, Scope
from protocol.operations import Actor, Create, Elements, Operation, Set, Value, Write
from protocol.signing import public_key

SCOPE = Scope(b"fonds-01", 0)
OTHER_SCOPE = Scope(b"fonds-02", 0)
CLERK = Actor("其其格")
TITLE = 11
CODE = 10
NOTES = 30


def titles(values: object, _scope_no: int) -> RowText:
    """A description that makes titles searchable and tells the code, nothing else."""
    known = values if isinstance(values, dict) else {}
    text = "\n".join(str(value) for value in known.get(TITLE, []))
    code = next((each for each in known.get(CODE, []) if isinstance(each, str)), None)
    return RowText(code, None, text, " ".join(text.split()))


@dataclass(slots=True)
class FixedClock:
    """A clock that stands where it was put."""

    seconds: int = 1_790_000_000

    def now(self) -> int:
        return self.seconds


@dataclass(slots=True)
class TestMachine:
    """One machine with one scope."""

    __test__ = False

    home: Home
    keys: KeyFolder
    store: Store
    clock: FixedClock
    log: bytes
    log_no: int
    scope_no: int

    @classmethod
    async def make(
        cls, folder: Path, *, seed: bytes | None = None, describe: Describe = titles
    ) -> TestMachine:
        """A new machine in *folder*, with a key of its own or made of *seed*."""
        home = Home(folder)
        home.make()
        keys = KeyFolder(home)
        keys.make()
        if seed is not None:
            (home.keys / "machine.key").write_bytes(seed)
        store = await Store.open(home, keys, create=True, describe=describe)
        owner = public_key(keys.machine_seed)

        def found(rows: Rows) -> tuple[int, bytes, int]:
            log_no = begin(rows, owner, b"n" * 16)
            return log_no, rows.logs.id_of(log_no), rows.scopes.ensure(SCOPE)

        log_no, log, scope_no = await store.write(found)
        return cls(home, keys, store, FixedClock(), log, log_no, scope_no)

    @classmethod
    async def open(cls, folder: Path) -> TestMachine:
        """The machine that was made in *folder*."""
        home = Home(folder)
        keys = KeyFolder(home)
        store = await Store.open(home, keys, describe=titles)

        def known(rows: Rows) -> tuple[int, bytes, int]:
            own = rows.logs.own()
            assert own is not None
            return own.log_no, own.log, rows.scopes.ensure(SCOPE)

        log_no, log, scope_no = await store.write(known)
        return cls(home, keys, store, FixedClock(), log, log_no, scope_no)

    async def close(self) -> None:
        await self.store.close()

    async def save(self, *makers: Maker) -> tuple[Operation, ...]:
        """One act of the clerk."""
        return await self.store.write(
            lambda rows: save_all(
                rows,
                self.scope_no,
                lambda n: [make(n + step) for step, make in enumerate(makers)],
            )
        )

    async def create(self, title: str, **more: Value) -> Dot:
        """A new record; its id."""
        (made,) = await self.save(creating(title))
        return Dot(self.log, made.n)

    async def seal(self, is_secret: IsSecret | None = None) -> int:
        return await seal(self.store, self.keys, self.home, self.clock, is_secret)

    async def sets(self) -> list[SetRow]:
        """All sets of the machine's own log."""
        return await self.store.read(
            lambda rows: rows.sets.range(self.log_no, 1, 1 << 40)
        )


class Maker:
    """Makes an operation when it is told its number."""

    def __call__(self, n: int) -> Operation:
        raise NotImplementedError


class creating(Maker):  # noqa: N801
    """A create with a title, and perhaps notes."""

    def __init__(self, title: Value, notes: Sequence[Value] = ()) -> None:
        self.title = title
        self.notes = tuple(notes)

    def __call__(self, n: int) -> Operation:
        lists = (Elements(NOTES, self.notes),) if self.notes else ()
        return Create(n, CLERK, 1_790_000_000, ((3, 3), (TITLE, self.title)), lists)


class setting(Maker):  # noqa: N801
    """A new title for a record, naming what it replaces."""

    def __init__(
        self, record: Dot, title: Value, *names: Dot, field: int = TITLE
    ) -> None:
        self.record = record
        self.title = title
        self.names = tuple(sorted(names or (record,)))
        self.field = field

    def __call__(self, n: int) -> Operation:
        write = Write(self.field, self.title, self.names)
        return Set(n, CLERK, 1_790_000_000, self.record, (write,))
